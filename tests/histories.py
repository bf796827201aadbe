"""Random histories of a record, and the plain dictionary that says how they must end.

A wish is a handful of small numbers; `changes_for` turns wishes into records that fit what is there, so that every
shrunk example is valid too. `Clock` tells the same times again for each replay.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from kg.ids import RecordKind, claim_id
from kg.model import Change, Claim, Entity, Evidence, Record, Revision, Text, Work
from kg.record import Records, Store

Wish = tuple[int, int, int, int]
State = dict[tuple[RecordKind, str], Record]

WORDS = (
    "a",
    "B b",
    "微调",
    "naïve",
    "'; --",
    '"\\',
    "line\u2028end",
    "🧪 two\nlines",
    "NULL",
    "0",
    "%s ? :x",
    "\\u0000",
)
STATUSES = ("accepted", "proposed", "revoked")
CSL: tuple[dict[str, Any], ...] = (
    {},
    {"volume": 3, "issued": {"date-parts": [[2024, 1]]}},
    {"b": [None, True, 1.5, 1e300, -0.0, 2**63 - 1], "a": {"微": ""}},
)

wishes = st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 11), st.integers(0, 5))
batches = st.lists(st.lists(wishes, max_size=6), max_size=6)


@dataclass
class Clock:
    """Gives a later time at each call, the same ones for each new clock."""

    moment: datetime = field(default=datetime(2026, 1, 31, 23, 59, 59, 999_999, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=13, microseconds=1)
        return self.moment


NAMES = "abcdefg"
few_claims = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from(["raises", "raises", "raises", "lowers"]),
        st.sampled_from(NAMES),
        st.sampled_from(["good", "weak", "good:disputes"]),
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda line: line[:3],
).map(lambda some: [line for line in some if line[0] != line[2]])
"""Lines of `tests.builders`: few entities, so that paths go round."""


def changes_for(batch: Iterable[Wish], state: State) -> list[Change]:
    """Return changes that are valid on top of `state`, each record once, in the order of the wishes."""
    after: State = dict(state)
    given: dict[tuple[RecordKind, str], Change] = {}
    for wish in batch:
        record = _record(wish, after)
        if record is not None:
            kind, made = record
            after[kind, made.id] = made
            given[kind, made.id] = Change(kind, made)
    return list(given.values())


def _record(wish: Wish, state: State) -> tuple[RecordKind, Record] | None:
    what, which, word, flavour = wish
    text, status = WORDS[word], STATUSES[flavour % 3]
    if what == 0:
        above = f"e{flavour}" if flavour < which and ("entity", f"e{flavour}") in state else None
        definition = Text(text, text[::-1]) if word % 2 else None
        aliases = (text, "x") if word % 3 == 0 else ()
        matches = (("closeMatch", f"https://example.org/{word}"),) if word % 5 == 0 else ()
        return "entity", Entity(f"e{which}", "Factor", Text(text), definition, aliases, above, matches, status)
    if what == 1:
        authors = (text, "Li, 微") if word % 2 else ()
        year = None if word == 0 else 2000 + word
        return "work", Work(
            f"w{which}",
            "book",
            text,
            authors,
            year,
            status="retracted" if flavour == 5 else "current",
            csl=CSL[word % 3],
        )
    entities = sorted(id for kind, id in state if kind == "entity")
    claims = sorted(id for kind, id in state if kind == "claim")
    works = sorted(id for kind, id in state if kind == "work")
    if what == 2 and len(entities) >= 2:
        subject, object = entities[which % len(entities)], entities[(which + 1 + word) % len(entities)]
        if subject != object:
            id = claim_id(subject, "raises", object)
            return "claim", Claim(id, subject, "raises", object, None if word % 2 else text, status)
    if what == 3 and claims and works:
        known = state.get(("evidence", f"w.{which}"))
        claim = claims[word % len(claims)] if not isinstance(known, Evidence) else known.claim
        return "evidence", Evidence(
            f"w.{which}", claim, works[which % len(works)], "supports", "argument", "weak", text, "abstract",
            quote=text if word % 2 else None, inferred=flavour > 2, status=status,
        )  # fmt: skip
    return None


def fold(state: State, revision: Revision) -> State:
    """Return the state after a revision; an evidence item keeps the time of its first writing."""
    after = dict(state)
    for change in revision.changes:
        record = change.record
        if isinstance(record, Evidence):
            known = state.get((change.kind, change.id))
            first = known.recorded_at if isinstance(known, Evidence) else revision.recorded_at
            record = replace(record, recorded_at=first)
        after[change.kind, change.id] = record
    return after


def state_of(records: Records) -> State:
    """Return records as a dictionary."""
    lists: Sequence[tuple[RecordKind, Sequence[Record]]] = (
        ("entity", records.entities),
        ("claim", records.claims),
        ("evidence", records.evidence),
        ("work", records.works),
    )
    return {(kind, record.id): record for kind, found in lists for record in found}


def examples(count: int) -> settings:
    """So many examples, however long each takes."""
    return settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@contextmanager
def fresh(server: sa.Engine | None) -> Iterator[Store]:
    """A new store: in memory, or in a schema of its own on a server."""
    if server is None:
        with Store.open(":memory:", clock=Clock()) as store:
            yield store
        return
    schema = f"kg_law_{uuid.uuid4().hex}"
    url = server.url.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
        try:
            with Store.open(url, clock=Clock()) as store:
                yield store
        finally:
            connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
