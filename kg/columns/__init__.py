"""Large records as columns: read and weighed in bulk, kept in files that are mapped, seen as any snapshot and network.

A `Snapshot` and a `Network` are mappings; here they are mappings over arrays, which make a record when it is asked for.
"""
