"""The links of paths as steps to walk: where from, where to, at what cost, and how far from where paths go.

Lives here: `steps`. May enter: claims, their expected values, entities. Never here: searching.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.later import Later
from kg.network import COST_UNIT

if TYPE_CHECKING:
    from pyspark import sql
    from pyspark.sql import functions
else:
    functions = Later("pyspark.sql.functions")

STEP = (
    "origin int, node int, sign tinyint, cost bigint, claim bigint, last boolean, closed boolean, away tinyint, "
    "target boolean"
)
LOOKED = 2
"""Links from the targets up to which distances are worked out; what is farther is at least one more away."""


def steps(
    claims: sql.DataFrame,
    known: sql.DataFrame,
    entities: sql.DataFrame,
    targets: sql.DataFrame | None,
    *,
    forward: bool,
) -> sql.DataFrame:
    """Return what a search walks: `STEP`.

    `closed` says that no path goes on from where the step leads; `away` how many links at least are missing to a
    target, which `target` marks.

    Args:
        claims: Claims of an export.
        known: Their weighings.
        entities: Entities of the export.
        targets: The entities where paths go, as `node`; None for all.
        forward: Whether paths are walked from their first subject on.

    Cost: a join of claims and beliefs, and two more with the ends.
    """
    ends = ("subject_entity", "object_entity") if forward else ("object_entity", "subject_entity")
    linked = (
        claims.where("takes_part")
        .join(known.where("support > 0").select("claim", "expected"), "claim")
        .select(
            functions.col(ends[0]).alias("origin"),
            functions.col(ends[1]).alias("node"),
            "sign",
            functions.expr(f"cast(rint(-ln(expected) * {COST_UNIT}) as bigint) as cost"),
            "claim",
            "last",
        )
    )
    stops = entities.where("blocked").select(functions.col("entity").alias("node"), functions.lit(True).alias("stops"))
    walked = linked.join(functions.broadcast(stops), "node", "left").withColumn(
        "closed", functions.expr(f"coalesce(stops, false) or (last and {str(forward).lower()})")
    )
    if targets is None:
        marked = walked.withColumn("away", functions.expr("cast(0 as tinyint)"))
    else:
        far = functions.expr(f"cast(coalesce(away, {LOOKED + 1}) as tinyint)")
        marked = walked.join(_near(linked, targets), "node", "left").withColumn("away", far)
    return marked.select(
        "origin", "node", "sign", "cost", "claim", "last", "closed", "away", functions.expr("away = 0 as target")
    )


def _near(linked: sql.DataFrame, targets: sql.DataFrame) -> sql.DataFrame:
    """Return the nodes at most `LOOKED` links away from a target, with how many."""
    found = targets.select("node", functions.lit(0).alias("away"))
    for _ in range(LOOKED):
        there = functions.broadcast(found.withColumnRenamed("node", "there"))
        further = linked.join(there, functions.expr("node = there")).select(
            functions.col("origin").alias("node"), functions.expr("away + 1 as away")
        )
        found = found.union(further).groupBy("node").agg(functions.expr("min(away) as away"))
    return found
