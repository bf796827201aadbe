"""Whatever is exported loads into an empty record without failure, and says there what it said here.

Records have random statuses, broader entities, revisions and merges, chains of them too; exports have random criteria.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from kg.contribute.merging import merged
from kg.criteria import Criteria
from kg.exporters import pack, packed, tables
from kg.exporters.formats import FORMATS, View
from kg.exporters.kept import kept
from kg.importers import pack_load, rdf_load, tables_load
from kg.inputs import EvidenceIn
from kg.model import OUR_STATUSES, Claim, Evidence, Record, Work
from kg.network import Network
from kg.record import Store
from kg.snapshot import Snapshot
from kg.vocabulary import load
from tests import builders
from tests.histories import Clock, examples

WORDS = load()
ENTITIES = tuple(f"e{at}" for at in range(5))
WORKS = tuple(f"w{at}" for at in range(4))
ENDS = (("e0", "e1"), ("e1", "e4"), ("e4", "e2"))
STATUSES = st.sampled_from((*["accepted"] * 8, *WORDS.statuses))
WORK_STATUSES = st.sampled_from((*["current"] * 6, "retracted", "revoked"))
CRITERIA = st.sampled_from((
    Criteria(), Criteria(known_in=2021), Criteria(without_work=("w1",)), Criteria(min_strength="moderate"),
    Criteria(include_proposed=True, include_retracted=True), Criteria(only_work=("w0", "w2"), include_proposed=True),
    Criteria(relation=("lowers",)),
))  # fmt: skip
MERGES = st.tuples(st.sampled_from(WORKS), st.integers(1, len(WORKS) - 1), st.booleans())
WRITTEN = ("pack", "csv-tables", "turtle")


def whole(*some: Record) -> Snapshot:
    return Snapshot.of(1, "2026-01-01T00:00:00Z", some)


def item(work: str, **more: Any) -> Evidence:
    """An item with the id that its door gives it."""
    said = {"claim": "e0--raises--e1", "stance": "supports", "kind": "argument", "strength": "weak"}
    return EvidenceIn(work=work, basis="abstract", statement="S", **{**said, **more}).record(WORDS)


FAMILY = whole(
    builders.entity("e0"), replace(builders.entity("e2", broader="e0"), status="revoked"),
    replace(builders.entity("e3", broader="e2"), status="superseded"), builders.entity("e1", broader="e3"),
    Claim("e0--raises--e1", "e0", "raises", "e1"), builders.work("w0"), item("w0"),
)  # fmt: skip
"""Two entities between others, which do not count."""
CHAIN = whole(
    *(builders.entity(id) for id in ("e0", "e1")), Claim("e0--raises--e1", "e0", "raises", "e1"), builders.work("w0"),
    *(
        replace(builders.work(id, status="merged"), merged_into=into)
        for id, into in (("w1", "w0"), ("w2", "w1"), ("w3", "w0"))
    ),
    *(replace(item(id, alias="E1"), work="w0") for id in ("w0", "w2")),
    *(replace(item(id, alias="E1", stance="disputes"), work="w0") for id in ("w2", "w3")),
)  # fmt: skip
"""Works that are merged, one into one that was merged, with items that say the same and have one name."""


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """A small record after some merges, as one revision."""
    made: dict[str, Record] = {}
    for at, id in enumerate(ENTITIES):
        above = draw(st.none() | st.sampled_from(ENTITIES[:at])) if at else None
        made[id] = replace(builders.entity(id, broader=above), status=draw(STATUSES))
    for id in WORKS:
        year, status, group = draw(st.integers(2019, 2024)), draw(WORK_STATUSES), draw(st.sampled_from((None, "g")))
        made[id] = builders.work(id, year, status=status, group=group)
    for subject, object in ENDS:
        relation = draw(st.sampled_from(("raises", "lowers")))
        id = f"{subject}--{relation}--{object}"
        made[id] = Claim(id, subject, relation, object, status=draw(STATUSES))
    claims = [id for id in made if "--" in id]
    for _ in range(draw(st.integers(3, 8))):
        one = draw(items(claims, [id for id, one in made.items() if isinstance(one, Evidence)]))
        made.setdefault(one.id, one)
    snapshot = whole(*made.values())
    for keep, away, chained in draw(st.lists(MERGES, min_size=1, max_size=3)):
        duplicate = WORKS[WORKS.index(keep) - away]
        pair = [snapshot.works[id] for id in (keep, duplicate)]
        if not any(work.status in OUR_STATUSES for work in pair):
            changed = {one.id: one.record for one in merged(snapshot, *pair, WORDS).changes}
            if chained:  # as files may have it: what was merged into the duplicate leads to it still
                changed = {id: one for id, one in changed.items() if id == duplicate or not leads(one)}
            rest = [one for of in (snapshot.entities, snapshot.claims, snapshot.works, snapshot.evidence)
                    for id, one in of.items() if id not in changed]  # fmt: skip
            snapshot = whole(*rest, *changed.values())
    return snapshot


def leads(record: Record) -> bool:
    return isinstance(record, Work) and record.merged_into is not None


@st.composite
def items(draw: st.DrawFn, claims: list[str], before: list[str]) -> Evidence:
    """An item; two may say the same of two works, or have one name."""
    made = item(
        draw(st.sampled_from(WORKS)),
        claim=draw(st.sampled_from(claims)),
        stance=draw(st.sampled_from(("supports", "disputes"))),
        strength=draw(st.sampled_from(("weak", "moderate"))),
        alias=draw(st.sampled_from((None, None, "E1", "E2"))),
    )
    earlier = draw(st.none() | st.sampled_from(before)) if before else None
    return replace(made, status=draw(STATUSES), supersedes=None if earlier == made.id else earlier)


def loaded(store: Store, format: str, network: Network, folder: Path) -> dict[str, Any]:
    """Write a network and load it into a store."""
    if format == "pack":
        pack.write(folder / "out", packed.in_pieces(network))
        return pack_load.load(store, folder / "out", WORDS)
    if format == "csv-tables":
        tables.write_records(folder / "out", network)
        return tables_load.load(store, folder / "out", WORDS)
    text = "".join(str(one) for one in FORMATS[format].write(View(network)))
    return rdf_load.load(store, text.encode(), WORDS, name="out.ttl")


def said(items: Iterable[Evidence]) -> set[tuple[str, ...]]:
    """What items say, whatever their ids."""
    return {(one.claim, one.work, one.stance, one.strength, one.statement) for one in items}


@examples(16)
@given(snapshots(), CRITERIA, st.sampled_from(WRITTEN))
@example(FAMILY, Criteria(), "pack")
@example(FAMILY, Criteria(known_in=2021), "turtle")
@example(CHAIN, Criteria(known_in=2021), "csv-tables")
@example(CHAIN, Criteria(known_in=2021), "turtle")
@example(CHAIN, Criteria(), "pack")
def test_what_is_exported_loads_and_says_the_same(snapshot: Snapshot, criteria: Criteria, format: str) -> None:
    before = Network.build(snapshot, criteria, WORDS)
    out = kept(before)
    with tempfile.TemporaryDirectory() as folder, Store.open(":memory:", clock=Clock()) as store:
        report = loaded(store, format, out, Path(folder))
        rows = store.records()
    assert report["failures"] == []
    back = Snapshot.of(1, None, [*rows.entities, *rows.claims, *rows.evidence, *rows.works])
    entities, claims, items = set(out.snapshot.entities), set(out.snapshot.claims), dict(out.snapshot.evidence)
    if format == "pack":
        counts = {status for status, term in WORDS.statuses.items() if term.counts}
        entities = {id for id in entities if snapshot.entities[id].status in counts}
        claims = {id for id in claims if snapshot.claims[id].status in counts and {*id.split("--")[::2]} <= entities}
        items = {id: one for id, one in items.items() if one.status in counts and one.claim in claims}
        assert {one.alias for one in back.evidence.values()} | {None} == {one.alias for one in items.values()} | {None}
    else:
        assert set(back.evidence) == set(items)
    assert said(back.evidence.values()) == said(items.values())
    assert (set(back.entities), set(back.claims), set(back.works)) == (entities, claims, set(out.snapshot.works))
    for id in entities:
        assert back.within(id) == snapshot.within(id) & entities
    if format != "pack" or not criteria.include_proposed:
        after = Network.build(back, criteria, WORDS)
        assert {id: after.opinion(id) for id in claims} == {id: before.opinion(id) for id in claims}
