"""Spark answers what the engines answer: beliefs, best simple paths; a run that was killed goes on; clear refusals."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet as files

import kg
from benchmarks.generate import draw, snapshot
from kg import engine
from kg.criteria import Criteria
from kg.errors import Conflict, InputError, NotFound, ParseFailure
from kg.exporters import parquet
from kg.later import Later
from kg.model import Record
from kg.network import Network
from kg.spark import questions
from kg.spark.questions import Run
from kg.spark.session import java, session
from kg.spark.tables import Tables, damage_told
from kg.vocabulary import Vocabulary, load
from tests.builders import records
from tests.builders import snapshot as taken

MISSING = find_spec("pyspark") is None or java() is None
pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(MISSING, reason="there is no PySpark, or no Java"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
errors = Later("pyspark.errors")
VOCABULARY = load()
QUICK = {
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
CLOSE = 1e-9
Best = dict[tuple[str, str, int], tuple[float, tuple[str, ...]]]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A session on two cores of this machine."""
    with session("local[2]", "1g", QUICK) as started:
        yield started


def terminal(relation: str) -> Vocabulary:
    """The ontology with a relation that ends paths."""
    relations = dict(VOCABULARY.relations)
    relations[relation] = replace(relations[relation], propagation="terminal")
    return replace(VOCABULARY, relations=relations, digest=f"terminal {relation}")


def tangled(seed: int, relations: tuple[str, ...], *, parts: int = 8, size: int = 7) -> list[Record]:
    """Small dense graphs side by side, full of rings that turn the sign: half techniques, half risks.

    The seeds below are some of those where one label for each node, sign and number of links is not enough.
    """
    chance = random.Random(seed)
    grades = ["weak", "low", "good", "good:disputes good:supports:z", "low low:supports:y low:supports:z"]
    lines, types = set(), {}
    for part in range(parts):
        names = [f"p{part}n{node}" for node in range(size)]
        types |= {name: "Technique" if at % 2 else "Risk" for at, name in enumerate(names)}
        for _ in range(3 * size):
            subject, object = chance.sample(names, 2)
            lines.add(f"{subject} {chance.choice(relations)} {object}")
    return records(*(f"{line} {chance.choice(grades)}" for line in sorted(lines)), types=types)


def exported(network: Network, folder: Path) -> str:
    parquet.write(folder, parquet.columns_of(network), network.criteria, network.vocabulary)
    parquet.read(folder)
    return str(folder)


def expected_of(network: Network, sources: list[str], targets: list[str], max_links: int) -> Best:
    """What the plain engine finds, pair by pair."""
    found: Best = {}
    for source in sources:
        anchors = frozenset({network.index[source]})
        reached = engine.reach(network, anchors, forward=True, max_links=max_links)
        assert reached.complete
        for target in targets:
            for sign, paths in reached.paths.get(network.index[target], {}).items():
                found[source, target, sign] = engine.product(network, paths[0]), paths[0]
    return found


def check(network: Network, output: Path, expected: Best) -> None:
    """The answer holds these paths and no others, in order, and says of each what its claims make of it."""
    rows = files.read_table(output / "answer").to_pylist()
    keys = [(row["source"], row["target"], row["sign"]) for row in rows]
    assert keys == sorted(expected)
    signs: dict[tuple[str, str], set[int]] = {}
    for source, target, sign in keys:
        signs.setdefault((source, target), set()).add(sign)
    for key, row in zip(keys, rows, strict=True):
        product, path = expected[key]
        assert row["expected"] == pytest.approx(product, rel=0, abs=CLOSE)
        claims = tuple(row["claims"])
        if claims != path:
            # Another path of the same product, to within the rounding of costs.
            assert abs(product - engine.product(network, claims)) < 1e-11
        chained = kg.belief.chain([network.opinion(claim) for claim in claims])
        for name in ("expected", "belief", "disbelief", "uncertainty"):
            assert row[name] == pytest.approx(getattr(chained, name), rel=0, abs=CLOSE)
        assert len(set(row["entities"])) == len(claims) + 1 == row["length"] + 1
        ends = [network.links[claim][:2] for claim in claims]
        assert row["entities"] == [network.ids[node] for node in (ends[0][0], *(end for _, end in ends))]
        both = signs[key[:2]]
        word = "mixed" if {1, -1} <= both else "raises" if 1 in both else "lowers" if -1 in both else None
        assert row["direction"] == word


def of_role(network: Network, role: str) -> list[str]:
    return network.of_types(network.vocabulary.types_with_role(role))


def test_beliefs_are_those_of_the_formula(spark: Any, pack_graph: kg.Graph, tmp_path: Path) -> None:
    everything = [*pack_graph.snapshot.entities.values(), *pack_graph.snapshot.works.values()]
    revoked = {id for id in pack_graph.snapshot.claims if "--lowers--" in id}
    claims = pack_graph.snapshot.claims.values()
    everything += [replace(one, status="revoked") if one.id in revoked else one for one in claims]
    everything += pack_graph.snapshot.evidence.values()
    everything += [*draw(900, 5).records(VOCABULARY)]
    network = Network.build(taken(everything), Criteria(without_work=("w0000002",), known_in=2024), VOCABULARY)
    told = questions.beliefs(Run(spark, exported(network, tmp_path / "in"), str(tmp_path / "out")))
    rows = files.read_table(tmp_path / "out" / "answer").to_pylist()
    assert [row["id"] for row in rows] == list(network.snapshot.claims)
    assert told["rows"] == len(rows)
    assert told["question"] == {"name": "beliefs", **network.criteria.document()}
    for row in rows:
        weighing = network.weighing(row["id"])
        assert (row["contested"], row["groups"]) == (weighing.contested, weighing.groups)
        assert (row["support"], row["dispute"]) == (weighing.support, weighing.dispute)
        for name, value in weighing.opinion.document().items():
            assert row[name] == pytest.approx(value, rel=0, abs=CLOSE)
        if row["id"] in revoked:
            assert (row["support"], row["dispute"], row["expected"], row["uncertainty"]) == (0, 0, 0.5, 1)
    assert len(revoked) > 30


@pytest.mark.parametrize(("case", "max_links"), [("pack", 5), ("ends and blocks", 6), ("neutral", 5)])
def test_raises_equals_the_plain_engine(
    case: str, max_links: int, spark: Any, pack_graph: kg.Graph, tmp_path: Path
) -> None:
    signed = ("raises", "lowers", "enables", "mitigates")
    if case == "pack":
        network = pack_graph.network()
    elif case == "neutral":
        relation = ("affects", "lowers", "raises")
        network = Network.build(taken(tangled(5, relation)), Criteria(relation=relation), VOCABULARY)
    else:
        some = [*tangled(8, signed), *draw(200, 3).records(VOCABULARY)]
        network = Network.build(taken(some), Criteria(block=("p0n1", "p1n2")), terminal("mitigates"))
    place = exported(network, tmp_path / "in")
    questions.raises(Run(spark, place, str(tmp_path / "out")), max_links=max_links)
    expected = expected_of(network, of_role(network, "cause"), of_role(network, "harm"), max_links)
    assert len(expected) > 20
    check(network, tmp_path / "out", expected)


def test_impact_equals_the_plain_engine(spark: Any, tmp_path: Path) -> None:
    signed = ("raises", "lowers", "enables", "mitigates")
    some = tangled(15, signed, parts=1, size=8)
    network = Network.build(taken(some), Criteria(block=("p0n4",)), terminal("mitigates"))
    place, hub = exported(network, tmp_path / "in"), "p0n1"
    questions.impact(Run(spark, place, str(tmp_path / "out")), entity=hub, direction="in", max_links=6)
    expected = expected_of(network, [id for id in network.ids if id != hub], [hub], 6)
    assert len(expected) == 10
    check(network, tmp_path / "out", expected)


def test_a_run_that_was_killed_goes_on_after_the_last_finished_round(spark: Any, tmp_path: Path) -> None:
    network = Network.build(snapshot(draw(1_000, 7), VOCABULARY), Criteria(), VOCABULARY)
    place, output, kept = exported(network, tmp_path / "in"), tmp_path / "out", tmp_path / "kept"
    risk = of_role(network, "harm")[0]
    settings = [word for name, value in QUICK.items() for word in ("--set", f"{name}={value}")]
    killed = subprocess.Popen(
        [
            sys.executable, "-m", "kg", "spark", "raises", "--target", risk, "--max-links", "3", "--input", place,
            "--output", output, "--checkpoint", kept, "--master", "local[2]", "--memory", "1g", *settings,
        ],
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert killed.stderr is not None
    with killed.stderr:
        said = next(line for line in killed.stderr if line.startswith(("round-02", "Error")))
        assert said == "round-02: done\n"
        os.killpg(killed.pid, signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    # What a process leaves that is killed while it writes: data and no marker.
    shutil.rmtree(kept / "round-03", ignore_errors=True)
    shutil.copytree(kept / "round-02", kept / "round-03")
    (kept / "round-03" / "_SUCCESS").unlink()
    before = {path: path.stat().st_mtime_ns for path in sorted((kept / "round-02").iterdir())}
    told: list[tuple[str, bool]] = []

    def tell(step: str, there: bool) -> None:
        told.append((step, there))
        if step == "round-02":
            assert before == {path: path.stat().st_mtime_ns for path in sorted((kept / "round-02").iterdir())}

    run = Run(spark, place, str(output), str(kept), tell)
    with pytest.raises(Conflict, match="another question"):
        questions.raises(run, target=risk, max_links=2)
    questions.raises(run, target=risk, max_links=3)
    there = [(name, True) for name in ("beliefs", "steps", "round-01", "round-02")]
    assert told == [*there, ("round-03", False), ("found", False)]
    check(network, output, expected_of(network, of_role(network, "cause"), [risk], 3))
    assert not kept.exists()
    with pytest.raises(InputError, match="holds an answer already"):
        questions.raises(run, target=risk, max_links=3)


def test_a_file_that_was_altered_is_named_when_spark_fails_over_it(
    spark: Any, pack_graph: kg.Graph, tmp_path: Path
) -> None:
    place = Path(exported(pack_graph.network(), tmp_path / "in"))
    part = next(place.glob("evidence/*.parquet"))
    content = part.read_bytes()
    part.write_bytes(content[:-48] + bytes(byte ^ 255 for byte in content[-48:-8]) + content[-8:])
    named = pytest.raises(ParseFailure, match=r"evidence/part-00000\.parquet was altered")
    with named, damage_told(spark, str(place)):
        Tables.read(spark, str(place)).evidence.collect()
    part.write_bytes(content)
    failing = pytest.raises(errors.PySparkException, match="of our own")
    with failing, damage_told(spark, str(place)):
        raise errors.PySparkException("of our own")


def test_what_cannot_be_used_is_refused(spark: Any, pack_graph: kg.Graph, tmp_path: Path) -> None:
    place = Path(exported(pack_graph.network(), tmp_path / "in"))
    run = Run(spark, str(place), str(tmp_path / "out"))
    with pytest.raises(NotFound, match="no entity 'lroa'"):
        questions.impact(run, entity="lroa")
    with pytest.raises(InputError, match="'13' is not a whole number from 1 to 12"):
        questions.raises(run, max_links="13")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="'up' is not a direction"):
        questions.impact(run, entity="lora", direction="up")
    with pytest.raises(NotFound, match="there is nothing at"):
        questions.beliefs(replace(run, input=str(tmp_path / "none")))
    taken_up = tmp_path / "full"
    taken_up.mkdir()
    (taken_up / "mine.txt").touch()
    with pytest.raises(InputError, match="is not empty"):
        questions.beliefs(replace(run, output=str(taken_up)))
    manifest = place / parquet.MANIFEST
    text = manifest.read_text(encoding="utf-8")
    part = next(place.glob("evidence/*.parquet"))
    content = part.read_bytes()
    part.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    with pytest.raises(ParseFailure, match=r"evidence/part-00000\.parquet was altered"):
        questions.beliefs(replace(run, verify=True))
    part.write_bytes(content[:-10])
    with pytest.raises(ParseFailure, match=r"not complete: evidence/part-00000.parquet has \d+ bytes"):
        questions.beliefs(run)
    part.unlink()
    with pytest.raises(ParseFailure, match="is missing"):
        questions.beliefs(run)
    part.write_bytes(content)
    manifest.write_text(text.replace('"version": 1', '"version": 7'), encoding="utf-8")
    with pytest.raises(ParseFailure, match="is of version 7"):
        questions.beliefs(run)
    manifest.unlink()
    with pytest.raises(ParseFailure, match=r"it has no manifest\.json"):
        questions.beliefs(run)
    assert not (tmp_path / "out").exists()
