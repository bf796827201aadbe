"""What Spark is asked, and what it writes: beliefs of all claims, and best paths between entities.

Lives here: `beliefs`, `raises`, `impact`. May enter: addresses, ids, limits. Never here: how paths are searched.
An answer is a folder: `answer/` as Parquet in order, and `manifest.json`, written last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from kg.criteria import parse_int
from kg.errors import InputError, NotFound
from kg.exporters.parquet import MANIFEST
from kg.later import Later
from kg.spark import beliefs as weighing
from kg.spark import rounds
from kg.spark.stages import PLAN, Stages
from kg.spark.steps import STEP, steps
from kg.spark.storage import Storage
from kg.spark.tables import Tables

if TYPE_CHECKING:
    from pyspark import sql
    from pyspark.sql import functions
else:
    functions = Later("pyspark.sql.functions")

FORMAT, VERSION = "evidence-kg answer", 1
ANSWER, ROUNDS = "answer", "rounds"
MAX_LINKS = 12
FOUND = "anchor int, node int, sign tinyint, cost bigint, links int, claims array<bigint>"
Document = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """Where a question is answered.

    Args:
        spark: The session.
        input: Address of an export to Parquet.
        output: Address of the answer; nothing stands there, or what a failed run of the same question left.
        checkpoint: Address where rounds are kept until the answer stands; None for `rounds` in the output.
        told: Told the name of each step that is finished, and whether it was there already.
        verify: Read every file of the input against its SHA-256 first.
    """

    spark: sql.SparkSession
    input: str
    output: str
    checkpoint: str | None = None
    told: Callable[[str, bool], None] | None = None
    verify: bool = False


def beliefs(run: Run) -> Document:
    """Write the belief of every claim, in the order of their ids: what `kg.belief` makes of the items that count.

    Returns:
        The manifest of the answer.
    """
    tables = _begin(run)
    stages = _stages(run, tables, {"name": "beliefs"})
    known = _weighed(tables, stages)
    ids = tables.claims.select("claim", "id", "subject", "relation", "object", "sign")
    full = ids.join(weighing.with_quantiles(run.spark, known), "claim").orderBy("claim")
    return _finish(run, tables, stages, {"name": "beliefs"}, full)


def raises(run: Run, *, source: str | None = None, target: str | None = None, max_links: int = 6) -> Document:
    """Write the best simple path of each sign from every source to every target.

    Args:
        run: Where.
        source: Entity id; None for every entity of a type with the role "cause".
        target: Entity id; None for every entity of a type with the role "harm".
        max_links: Most claims in a path, 1 to 12.

    Returns:
        The manifest of the answer.

    Raises:
        NotFound: an entity is not in the export.
        InputError: the answer is there already, or the export counts narrower entities as the entity.

    Law: the paths, and their products to the last bit but for the order of factors, are those of `kg.engine`; where
    two products differ by less than 10^-11 the other path may be named.
    """
    links = parse_int(max_links, name="max_links", low=1, high=MAX_LINKS)
    question = {"name": "raises", "source": source, "target": target, "max_links": links}
    tables = _begin(run)
    sources, targets = _chosen(tables, source, "cause"), _chosen(tables, target, "harm")
    stages = _stages(run, tables, question)
    # Walked from the one end when only that is given, else from the beginning.
    if target is not None and source is None:
        return _paths(run, tables, stages, question, anchors=targets, targets=sources, forward=False)
    return _paths(run, tables, stages, question, anchors=sources, targets=targets, forward=True)


def impact(run: Run, *, entity: str, direction: str = "out", max_links: int = 6) -> Document:
    """Write the best simple path of each sign to every entity that an entity reaches, or from all that reach it.

    Args:
        run: Where.
        entity: Entity id.
        direction: "out" or "in".
        max_links: Most claims in a path, 1 to 12.

    See `raises`.
    """
    links = parse_int(max_links, name="max_links", low=1, high=MAX_LINKS)
    if direction not in {"out", "in"}:
        raise InputError(f"{direction!r} is not a direction", where="direction", hint="use out or in")
    question = {"name": "impact", "entity": entity, "direction": direction, "max_links": links}
    tables = _begin(run)
    chosen = _chosen(tables, entity, "")
    stages = _stages(run, tables, question)
    return _paths(run, tables, stages, question, anchors=chosen, targets=None, forward=direction == "out")


def _begin(run: Run) -> Tables:
    """Look at both ends before anything is written."""
    tables = Tables.read(run.spark, run.input, verify=run.verify)
    if tables.manifest.criteria.get("narrower"):
        raise InputError(
            "the export counts narrower entities as the entity, which Spark does not",
            where="--input",
            hint="export without --narrower",
        )
    storage, output = Storage(run.spark), run.output.rstrip("/")
    there = set(storage.names(output))
    if MANIFEST in there:
        raise InputError(f"{run.output} holds an answer already", where="--output", hint="name a new folder")
    unfinished = run.checkpoint is not None or storage.has(f"{output}/{ROUNDS}/{PLAN}")
    if there - {ANSWER, ROUNDS} or (there and not unfinished):
        raise InputError(f"{run.output} is not empty", where="--output", hint="name a new or empty folder")
    return tables


def _stages(run: Run, tables: Tables, question: Document) -> Stages:
    manifest = tables.manifest
    plan = {
        "question": question,
        "revision": manifest.revision,
        "files": {name: part.sha256 for name, part in manifest.files.items()},
    }
    folder = run.checkpoint or f"{run.output.rstrip('/')}/{ROUNDS}"
    return Stages(run.spark, folder, plan, run.told)


def _weighed(tables: Tables, stages: Stages) -> sql.DataFrame:
    return stages.step("beliefs", weighing.WEIGHED, lambda: weighing.weighed(tables.claims, tables.evidence))


def _chosen(tables: Tables, id: str | None, role: str) -> sql.DataFrame:
    """Return the entities that are asked about and count, as `node`."""
    entities = tables.entities
    if id is None:
        chosen = entities.where(f"{role} and counts")
    else:
        chosen = entities.where(functions.col("id") == id)
        if chosen.isEmpty():
            raise NotFound(f"there is no entity {id!r} in the export", where="entity", hint="give an id, not a label")
        chosen = chosen.where("counts")
    return chosen.select(functions.col("entity").alias("node"))


def _paths(
    run: Run,
    tables: Tables,
    stages: Stages,
    question: Document,
    *,
    anchors: sql.DataFrame,
    targets: sql.DataFrame | None,
    forward: bool,
) -> Document:
    known = _weighed(tables, stages)
    walked = stages.step("steps", STEP, lambda: steps(tables.claims, known, tables.entities, targets, forward=forward))
    _check_links(tables, walked)
    found = rounds.search(
        stages,
        walked,
        anchors.withColumnRenamed("node", "anchor"),
        max_links=question["max_links"],
        forward=forward,
        neutral=tables.manifest.neutral,
    )
    best = stages.step("found", FOUND, lambda: found)
    return _finish(run, tables, stages, question, _named(tables, known, best, forward=forward))


def _check_links(tables: Tables, walked: sql.DataFrame) -> None:
    links, told = walked.count(), tables.manifest.counts["links"]
    if links != told:
        raise InputError(
            f"{links} claims take part in paths, and the export tells of {told}",
            where="--input",
            hint="its files do not belong together; export again: kg export FOLDER --format parquet",
        )


def _named(tables: Tables, known: sql.DataFrame, best: sql.DataFrame, *, forward: bool) -> sql.DataFrame:
    """Return paths with ids in the place of numbers, with the opinion that all their claims hold, in order."""
    source, target = ("anchor", "node") if forward else ("node", "anchor")
    keyed = best.select(
        functions.col(source).alias("source_entity"), functions.col(target).alias("target_entity"), "sign", "links",
        functions.posexplode("claims").alias("place", "claim"),
    )  # fmt: skip
    claims = tables.claims.select("claim", "id", "subject", "object")
    opinions = known.select("claim", "belief", "disbelief", "expected")
    key = ("source_entity", "target_entity", "sign", "links")
    gathered = (
        keyed.join(claims, "claim")
        .join(opinions, "claim")
        .groupBy(*key)
        .agg(
            functions.expr(
                "array_sort(collect_list(struct(place, id, subject, object, belief, disbelief, expected))) as p"
            )
        )
    )
    product = "aggregate(array_sort(transform(p, c -> {})), 1D, (a, v) -> a * v)"
    named = gathered.select(
        functions.expr("p[0].subject as source"),
        functions.expr("p[size(p) - 1].object as target"),
        "sign",
        functions.col("links").alias("length"),
        functions.expr(product.format("c.expected") + " as expected"),
        functions.expr(product.format("c.belief") + " as belief"),
        functions.expr("1D - " + product.format("1D - c.disbelief") + " as disbelief"),
        functions.expr("transform(p, c -> c.id) as claims"),
        functions.expr("concat(array(p[0].subject), transform(p, c -> c.object)) as entities"),
    )
    signs = named.groupBy("source", "target").agg(functions.expr("array_sort(collect_set(sign)) as signs"))
    direction = (
        "case when array_contains(signs, 1) and array_contains(signs, -1) then 'mixed' "
        "when array_contains(signs, 1) then 'raises' when array_contains(signs, -1) then 'lowers' end as direction"
    )
    return (
        named.join(signs, ["source", "target"])
        .select(
            "source", "target", "sign", functions.expr(direction), "length", "expected", "belief", "disbelief",
            functions.expr("greatest(0D, 1D - disbelief - belief) as uncertainty"), "claims", "entities",
        )
        .orderBy("source", "target", "sign")
    )  # fmt: skip


def _finish(run: Run, tables: Tables, stages: Stages, question: Document, answer: sql.DataFrame) -> Document:
    output, manifest = run.output.rstrip("/"), tables.manifest
    answer.write.mode("overwrite").parquet(f"{output}/{ANSWER}")
    document: Document = {
        "format": FORMAT,
        "version": VERSION,
        "question": {**question, **manifest.criteria},
        "revision": manifest.revision,
        "hash": manifest.hash,
        "vocabulary": manifest.vocabulary,
        "complete": True,
        "limits": [],
        "rows": run.spark.read.parquet(f"{output}/{ANSWER}").count(),
        "output": run.output,
    }
    Storage(run.spark).write(f"{output}/{MANIFEST}", orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")
    stages.clear()
    return document
