"""What validation costs: one contribution, the packaged pack, and a record of 100,000 claims, in processor time.

`python -m benchmarks.shapes [CLAIMS]`; exit code 1 when a promise is not kept. Lives here: what is measured, and a
random record with a few faults that have to be found. May enter: a database in a temporary folder.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

import kg
from kg.ids import claim_id
from kg.model import Claim, Entity, Evidence, Record, Text, Work
from kg.rdf import shapes
from kg.rdf.dataset import vocabulary_quads
from kg.vocabulary import Vocabulary, load

CLAIMS, REPEATS, FAULTS = 100_000, 20, 10
CONTRIBUTION_AT_MOST, PACK_AT_MOST, WHOLE_AT_MOST = 100.0, 1_000.0, 10_000.0


def timed(act: Callable[[], object], repeats: int) -> float:
    """Return the median of several runs in milliseconds of processor time, which other programs disturb less."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        act()
        times.append((time.process_time() - start) * 1_000)
    return statistics.median(times)


def random_record(claims: int, vocabulary: Vocabulary, seed: int = 1) -> Iterator[Record]:
    """Give a record of so many claims with one to five items each; the ids of the last claims are wrong."""
    draw = random.Random(seed)
    kinds = [relation for relation in vocabulary.relations.values() if relation.sign]
    types = sorted(vocabulary.entity_types)
    entities = {f"e{at:06d}": draw.choice(types) for at in range(claims // 8)}
    for id, type_ in entities.items():
        yield Entity(id, type_, Text(f"Entity {id}", f"实体 {id}"))
    works = [f"w{at:06d}" for at in range(claims // 4)]
    for at, id in enumerate(works):
        yield Work(id, "article-journal", f"Title {at}", ("Doe, Jane", "Roe, Rick"), 2000 + at % 25, f"10.1000/{at}")
    by_type = {type_: [id for id, one in entities.items() if one == type_] for type_ in types}
    made: dict[str, Claim] = {}
    while len(made) < claims:
        relation = draw.choice(kinds)
        ends = [
            draw.choice(by_type[draw.choice(sorted(some))]) for some in (relation.subject_types, relation.object_types)
        ]
        id = claim_id(ends[0], relation.id, ends[1] if len(made) < claims - FAULTS else f"{ends[1]}-or-so")
        if ends[0] != ends[1]:
            made[id] = Claim(id, ends[0], relation.id, ends[1])
    yield from made.values()
    for claim in made:
        for _ in range(draw.randint(1, 5)):
            work = draw.choice(works)
            yield Evidence(
                f"{work}.{draw.randrange(2**60):012x}",
                claim,
                work,
                draw.choice(["supports"] * 4 + ["disputes"]),
                draw.choice(["argument", "empirical-experiment"]),
                "moderate",
                "The passage says so, in a sentence of our own.",
                "full-text",
                locator=f"section {draw.randint(1, 9)}",
                quote="as the passage has it" if draw.random() < 0.3 else None,
            )


def contribution() -> list[Record]:
    """Return a work, a claim and its evidence that lean on the pack."""
    claim = Claim(
        "qlora--raises--malicious-use-by-non-state-actors", "qlora", "raises", "malicious-use-by-non-state-actors"
    )
    work = Work("new2026work", "article", "New")
    item = Evidence("new2026work.1", claim.id, work.id, "supports", "argument", "weak", "It does.", "memory")
    return [work, claim, item]


def main() -> int:
    """Measure and print a table; return 1 when a promise is not kept."""
    claims = int(sys.argv[1]) if len(sys.argv) > 1 else CLAIMS
    rows: list[tuple[str, float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        graph = kg.open(f"sqlite:///{folder}/pack.db", lang="en", ontology=())
        graph.validate(contribution())
        rows.append(("a claim, its evidence and its work", timed(lambda: graph.validate(contribution()), REPEATS),
                     CONTRIBUTION_AT_MOST))  # fmt: skip
        rows.append(("the packaged pack", timed(graph.validate, REPEATS // 4), PACK_AT_MOST))
        graph.store.close()
    vocabulary = load()
    records = list(random_record(claims, vocabulary))
    words = [quad[:3] for quad in vocabulary_quads()]
    found: list[shapes.Finding] = []
    took = timed(lambda: found.extend(shapes.validate_all(words, vocabulary, records)), 1)
    if [one.rule for one in found] != ["claim-identifier-ends"] * FAULTS:
        raise RuntimeError(f"{FAULTS} faults were to be found, not {len(found)}: {found[:3]}")
    items = sum(isinstance(record, Evidence) for record in records)
    rows.append((f"{claims} claims with {items} items, {len(records)} records", took, WHOLE_AT_MOST))
    for what, took, most in rows:
        print(f"{took:10.1f} ms  at most {most:6.0f}  {what}{'' if took <= most else '  <- too slow'}")
    return 0 if all(took <= most for _, took, most in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
