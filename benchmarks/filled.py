"""A record of a generated graph, its tables filled by the thousand: for sizes that `Store.write` takes minutes for.

    python -m benchmarks.filled 1000000 URL

Lives here: `fill`. May enter: a drawn graph, the address of a database that does not exist yet. The state is whole, the
log is one revision that names no changes: enough for all that reads the newest state and for what is written after.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import numpy as np

from benchmarks.generate import ITEMS, PREFIXES, RELATIONS, STANCES, TYPES, Drawn, draw
from kg.record.connection import insert, writing
from kg.record.opening import open_database
from kg.record.revisions import START, seal, stamp
from kg.record.tables import METADATA
from kg.vocabulary import Vocabulary, load

BATCH = 50_000
FIRST = 1
Row = tuple[Any, ...]


def fill(url: str, drawn: Drawn, vocabulary: Vocabulary) -> None:
    """Write the records of a drawn graph, and one revision. Cost: about 15 microseconds a row, most of it indexes."""
    engine, place, _ = open_database(url, create=True, read_only=False)
    now = stamp(datetime.now(UTC))
    told: dict[str, Any] = {
        "number": FIRST,
        "recorded_at": now,
        "actor": "generator",
        "act": "import",
        "reason": f"{len(drawn.subject)} claims",
        "previous_hash": START.hash,
    }
    with writing(engine, place) as connection:
        insert(connection, METADATA.tables["revision"], [(*told.values(), seal(**told, changes=()))])
        for name, rows in _tables(drawn, vocabulary, now):
            while batch := list(islice(rows, BATCH)):
                insert(connection, METADATA.tables[name], batch)
    engine.dispose()


def _tables(drawn: Drawn, vocabulary: Vocabulary, now: str) -> Iterator[tuple[str, Iterator[Row]]]:
    first = np.searchsorted(drawn.types, np.arange(len(TYPES))).tolist()
    kinds = drawn.types.tolist()
    entities = [f"{PREFIXES[code]}-{at - first[code]:07d}" for at, code in enumerate(kinds)]
    works = [f"w{number:07d}" for number in range(len(drawn.year))]
    ends = zip(drawn.subject.tolist(), drawn.relation.tolist(), drawn.object.tolist(), strict=True)
    claims = [f"{entities[subject]}--{RELATIONS[how]}--{entities[object]}" for subject, how, object in ends]
    yield "entity", _entities(entities, kinds)
    yield "work", _works(works, drawn.year.tolist())
    yield "claim", _claims(claims)
    yield "evidence", _items(drawn, vocabulary, claims, works, now)


def _entities(ids: list[str], kinds: list[int]) -> Iterator[Row]:
    for id, code in zip(ids, kinds, strict=True):
        label = id.replace("-", " ")
        yield id, TYPES[code], label, label.replace(" ", ""), None, None, "[]", None, "[]", "accepted", FIRST


def _works(ids: list[str], years: list[int]) -> Iterator[Row]:
    for id, year in zip(ids, years, strict=True):
        head = (id, "article-journal", f"On the evidence of {id}", "[]", year, None, None, None, "current", None, None)
        yield (*head, "{}", None, None, None, FIRST)


def _claims(ids: list[str]) -> Iterator[Row]:
    for id in ids:
        subject, relation, object = id.split("--")
        yield id, subject, relation, object, None, "accepted", FIRST


def _items(drawn: Drawn, vocabulary: Vocabulary, claims: list[str], works: list[str], now: str) -> Iterator[Row]:
    kinds, strengths, bases = list(vocabulary.study_kinds), list(vocabulary.strengths), list(vocabulary.bases)
    columns = (drawn.work, drawn.stance, drawn.kind, drawn.strength, drawn.basis)
    for at, (work, stance, kind, strength, basis) in enumerate(zip(*(one.tolist() for one in columns), strict=True)):
        said = (STANCES[stance], kinds[kind], strengths[strength], f"Finding {at}.", bases[basis])
        rest = (None, None, None, False, None, None, None, None, "accepted", now, FIRST)
        yield f"{works[work]}.{at:010d}", claims[at // ITEMS], works[work], *said, *rest


def main() -> None:
    """Fill what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.filled", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("claims", type=int)
    parser.add_argument("database", metavar="URL")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    fill(given.database, draw(given.claims, given.seed), load())


if __name__ == "__main__":
    main()
