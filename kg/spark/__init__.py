"""Batch questions over graphs that no machine holds: beliefs and best paths as joins of Spark DataFrames.

    session     a Spark session, and what may be wrong with it
    storage     small files and folders at any storage address
    tables      an export to Parquet as DataFrames
    stages      results kept step by step, so that a failed run goes on where it stopped
    beliefs     the formula of `kg.belief`, all claims at once
    steps       the links of paths
    rounds      best simple paths, one more link each round
    questions   what is asked, what is written

Executors run no Python: only the driver needs this package (extra `spark`).
"""
