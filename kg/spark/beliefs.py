"""Belief of all claims: the formula of `kg.belief` as aggregations by claim.

Lives here: `weighed`, `with_quantiles`. May enter: the tables of an export. Never here: paths, files.
Sums are taken in sorted order, so that they are the same in every run and those of `kg.belief` to the last bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.belief import PRIOR_WEIGHT, opinion
from kg.later import Later

if TYPE_CHECKING:
    from pyspark import sql
    from pyspark.sql import functions
else:
    functions = Later("pyspark.sql.functions")

WEIGHED = (
    "claim bigint, support double, dispute double, belief double, disbelief double, uncertainty double, "
    "expected double, contested boolean, groups int"
)
_LEVEL = "greatest(a.below, least(a.most, a.below + a.mass))"
_SIDE = f"""
aggregate(
    array_sort(transform(filter(lines, l -> l.polarity {{side}} 0), l -> struct(l.rank, l.mass, l.most))),
    named_struct('below', 0D, 'rank', cast(null as smallint), 'mass', 0D, 'most', cast('infinity' as double)),
    (a, l) -> if(
        a.rank <=> l.rank,
        named_struct('below', a.below, 'rank', a.rank, 'mass', a.mass + l.mass, 'most', least(a.most, l.most)),
        named_struct('below', {_LEVEL}, 'rank', l.rank, 'mass', l.mass, 'most', l.most)
    ),
    a -> {_LEVEL}
)
"""


def weighed(claims: sql.DataFrame, evidence: sql.DataFrame) -> sql.DataFrame:
    """Return the weighing of every claim: `WEIGHED`.

    One item for each independence group and direction, the largest; ceilings from the weakest certainty up.

    Law: equals `kg.belief.weigh` of the items that count; a claim without any is vacuous.

    Cost: one exchange of the items that count, by claim, and one join with the claims.
    """
    lines = (
        evidence.where("counts and polarity <> 0")
        .select(
            "claim", "polarity", "group",
            functions.expr("struct(weight * confidence as mass, rank, ceiling) as line"),
        )
        .repartition("claim")
        .groupBy("claim", "group", "polarity")
        .agg(functions.expr("max(line) as line"))
    )  # fmt: skip
    by_claim = lines.groupBy("claim").agg(
        functions.expr(
            "collect_list(struct(polarity, line.rank as rank, line.mass as mass, "
            "coalesce(line.ceiling, cast('infinity' as double)) as most)) as lines"
        ),
        functions.expr("size(collect_set(group)) as groups"),
    )
    sides = by_claim.select(
        "claim",
        "groups",
        functions.expr(_SIDE.format(side=">")).alias("support"),
        functions.expr(_SIDE.format(side="<")).alias("dispute"),
        functions.expr("exists(lines, l -> l.polarity > 0) and exists(lines, l -> l.polarity < 0) as contested"),
    )
    joined = claims.select("claim").join(sides, "claim", "left")
    full = joined.select(
        "claim",
        functions.expr("coalesce(support, 0D) as support"),
        functions.expr("coalesce(dispute, 0D) as dispute"),
        functions.expr("coalesce(contested, false) as contested"),
        functions.expr("coalesce(groups, 0) as groups"),
    )
    total = f"(support + dispute + {PRIOR_WEIGHT!r}D)"
    return full.select(
        "claim",
        "support",
        "dispute",
        functions.expr(f"support / {total} as belief"),
        functions.expr(f"dispute / {total} as disbelief"),
        functions.expr(f"{PRIOR_WEIGHT!r}D / {total} as uncertainty"),
        functions.expr(f"(support + 1D) / {total} as expected"),
        "contested",
        "groups",
    )


def with_quantiles(spark: sql.SparkSession, known: sql.DataFrame) -> sql.DataFrame:
    """Return weighings with `low` and `high`, the 5 % and 95 % quantiles of Beta(support + 1, dispute + 1).

    There are some thousand different pairs of sums however many claims: the driver works these out and hands them back.
    """
    pairs = [(row.support, row.dispute) for row in known.select("support", "dispute").distinct().collect()]
    rows = [
        (support, dispute, one.low, one.high)
        for support, dispute in sorted(pairs)
        for one in [opinion(support, dispute)]
    ]
    bounds = spark.createDataFrame(rows, "support double, dispute double, low double, high double")
    return known.join(functions.broadcast(bounds), ["support", "dispute"])
