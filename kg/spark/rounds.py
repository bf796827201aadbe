"""Best simple signed paths by rounds of joins: one more link each round, and few labels for each node and sign.

Lives here: `search`. May enter: steps, anchors, a bound on links. Never here: ids, beliefs, files.
A *label* is a simple path from an anchor: where it ends, its sign, its cost, its claims, and a *mark* for each entity
between: the entity and the sign of the path from there on. Which labels are kept is proved in docs/spark.md.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kg.later import Later
from kg.spark.stages import Stages
from kg.spark.steps import STEP

if TYPE_CHECKING:
    from pyspark import sql
    from pyspark.sql import functions
else:
    functions = Later("pyspark.sql.functions")

LABEL = (
    "anchor int, node int, sign tinyint, closed boolean, target boolean, links int, cost bigint, "
    "claims array<bigint>, marks array<bigint>"
)
STATE = ("anchor", "node", "sign", "closed")
NODE, TARGET = 3, 4
"""A mark is `node << 3`, plus 4 where it is a target, plus 1 where the path from there on is negative."""
_HAS_NODE = "exists({set}, s -> shiftright(s, 3) = shiftright({mark}, 3))"
_FITS = (
    f"not {_HAS_NODE.format(set='one', mark='m')} and size(one) < least_left"
    " and (size(one) + 1 < least_left or (m & 4) > 0 or exists(one, s -> (s & 4) > 0))"
)
_OPENED = f"""
array_distinct(concat(
    filter(a.open, one -> arrays_overlap(one, x.marks)),
    flatten(transform(
        filter(a.open, one -> not arrays_overlap(one, x.marks)),
        one -> transform(filter(x.marks, m -> {_FITS}), m -> array_sort(array_append(one, m)))
    ))
))
"""
_NEEDED = f"exists(a.open, one -> not exists(x.marks, m -> {_HAS_NODE.format(set='one', mark='m')}))"
_KEPT = f"""
aggregate(
    array_sort(labels),
    named_struct('kept', filter(labels, l -> false), 'open', array(cast(array() as array<bigint>))),
    (a, x) -> if(
        size(a.open) = 0 or (x.fresh and not {_NEEDED}),
        a,
        named_struct('kept', if(x.fresh, array_append(a.kept, x), a.kept), 'open', {_OPENED})
    ),
    a -> a.kept
)
"""


def search(
    stages: Stages, walked: sql.DataFrame, anchors: sql.DataFrame, *, max_links: int, forward: bool, neutral: bool
) -> sql.DataFrame:
    """Return for each anchor, target and sign the best simple path, with its cost, links and claims.

    Least cost first, then fewer links, then the order of the claims.

    Args:
        stages: Keeps each round.
        walked: Steps, see `kg.spark.steps`.
        anchors: Where paths begin (or end, walking backwards), as `anchor`.
        max_links: Most claims in a path.
        forward: Whether paths are walked from their first subject on.
        neutral: Whether a step has the sign 0; then marks hold no sign, and more labels are kept.

    Law: the product of `expected` of each path is that of the best simple path, exactly.

    Cost: each round joins the labels of the round before with the steps, and exchanges the result by state.
    """
    first = anchors.select(
        "anchor",
        functions.col("anchor").alias("node"),
        functions.expr("cast(1 as tinyint) as sign"),
        functions.expr("false as closed"),
        functions.expr("false as target"),
        functions.expr("0 as links"),
        functions.expr("0L as cost"),
        functions.expr("cast(array() as array<bigint>) as claims"),
        functions.expr("cast(array() as array<bigint>) as marks"),
    )
    done: list[str] = []
    labels = first
    for links in range(1, max_links + 1):
        earlier = stages.together(done, LABEL) if done else None
        name = f"round-{links:02d}"
        reached = _one_more(labels, walked, links, max_links, forward=forward, neutral=neutral)
        labels = stages.step(name, LABEL, partial(_kept, reached, earlier, links, max_links))
        done.append(name)
        if labels.where("not closed").isEmpty():
            break
    best = functions.expr("min(struct(cost, links, claims)) as best")
    found = stages.together(done, LABEL).where("target").groupBy("anchor", "node", "sign").agg(best)
    return found.select("anchor", "node", "sign", "best.cost", "best.links", "best.claims")


def _one_more(
    labels: sql.DataFrame, walked: sql.DataFrame, links: int, max_links: int, *, forward: bool, neutral: bool
) -> sql.DataFrame:
    """Return the labels with one more link that visit no entity twice and can still come to a target."""
    step = walked.select(
        *(functions.col(name).alias(f"to_{name}") for name in (part.split()[0] for part in STEP.split(", ")))
    )
    turn = "0" if neutral else "if(to_sign < 0, 1, 0)"
    mark = f"shiftleft(cast(node as bigint), {NODE}) | if(target, {TARGET}L, 0L) | {turn}"
    turned = f"transform(marks, m -> m ^ {turn})"
    claims = "array_append(claims, to_claim)" if forward else "array_prepend(claims, to_claim)"
    joined = labels.where("not closed").join(step, functions.expr("node = to_origin"))
    going_on = joined.where(
        f"{links} + to_away <= {max_links} and to_node <> anchor and "
        f"not exists(marks, m -> shiftright(m, {NODE}) = to_node)"
    )
    if not forward and links > 1:
        going_on = going_on.where("not to_last")
    return going_on.select(
        "anchor",
        functions.col("to_node").alias("node"),
        functions.expr("cast(sign * to_sign as tinyint) as sign"),
        functions.col("to_closed").alias("closed"),
        functions.col("to_target").alias("target"),
        functions.lit(links).alias("links"),
        functions.expr("cost + to_cost as cost"),
        functions.expr(f"{claims} as claims"),
        functions.expr(f"array_append({turned}, {mark}) as marks" if links > 1 else "marks"),
    )


def _kept(reached: sql.DataFrame, earlier: sql.DataFrame | None, links: int, max_links: int) -> sql.DataFrame:
    """Return the labels of a round that may be the beginning of a best path, given those with fewer links."""
    fresh = reached.withColumn("fresh", functions.lit(True))
    both = fresh if earlier is None else fresh.unionByName(earlier.withColumn("fresh", functions.lit(False)))
    label = functions.expr("struct(cost, links, claims, marks, fresh, target) as label")
    if links == max_links:
        kept = both.groupBy(*STATE).agg(functions.min(label).alias("label")).where("label.fresh")
    else:
        rest = f"if(closed, 0, {max_links - links})"
        kept = (
            both.groupBy(*STATE)
            .agg(functions.collect_list(label).alias("labels"))
            .where("exists(labels, l -> l.fresh)")
            .withColumn("least_left", functions.expr(rest))
            .select(*STATE, functions.expr(_KEPT).alias("labels"))
            .select(*STATE, functions.explode("labels").alias("label"))
        )
    return kept.select(
        "anchor", "node", "sign", "closed", "label.target", "label.links", "label.cost", "label.claims", "label.marks"
    )
