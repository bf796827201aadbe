"""Columns are the record: read, overlaid and weighed, seen as snapshot and network, they equal what records make."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg
from kg.columns import files
from kg.columns.network import Source
from kg.columns.records import Fetch
from kg.columns.seal import is_sealed
from kg.columns.strings import Strings
from kg.columns.table import Columns
from kg.criteria import Criteria
from kg.ids import claim_id
from kg.model import Change, Record, kind_of
from kg.network import Network
from kg.overlay import Overlay, opened
from kg.question.taking_part import failing
from kg.record import Records, Store
from kg.scenario import Scenario
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary, load
from tests.histories import Clock

VOCABULARY: Vocabulary = load()
ENTITIES = ("a", "a-b", "a-b2", "ab", "a0", "b", "b-a", "zz")
WORKS = ("w", "w1", "group-x", "li2020", "naïve2021")
ITEMS = tuple(f"{work}.{number}" for work in WORKS for number in range(4))
ASKED: tuple[dict[str, Any], ...] = (
    {},
    {"include_proposed": True},
    {"include_retracted": True, "known_in": 2021},
    {"min_strength": "moderate", "block": ["a-b"]},
    {"without_work": ["w1"], "relation": ["raises", "lowers"]},
    {"only_work": ["w", "li2020"], "study_kind": ["argument", "empirical-experiment"]},
)


def changes(chance: random.Random, snapshot: Snapshot) -> list[Change]:
    """Return up to eight changes that fit a snapshot: new records, others in another form or of another status."""
    made: dict[tuple[str, str], Record] = {}

    def there(kind: str, all_: Mapping[str, Any]) -> list[str]:
        return sorted({*all_, *(id for of, id in made if of == kind)})

    status = lambda: chance.choice(["accepted"] * 4 + ["proposed", "revoked", "superseded"])  # noqa: E731
    for _ in range(chance.randint(1, 8)):
        entities, works = there("entity", snapshot.entities), there("work", snapshot.works)
        claims = there("claim", snapshot.claims)
        what = chance.randrange(4)
        record: Record | None = None
        if what == 0:
            id = chance.choice(ENTITIES)
            above = [one for one in entities if one < id]
            broader = chance.choice(above) if above and chance.random() < 0.4 else None
            kind = chance.choice(["Technique", "Factor", "Risk", "Mitigation"])
            record = kg.Entity(id, kind, kg.Text(id, chance.choice([None, "微调"])), broader=broader, status=status())
        elif what == 1:
            id = chance.choice(WORKS)
            year, state = chance.choice([None, 2019, 2021, 2024]), chance.choice(["current"] * 3 + ["retracted"])
            group = chance.choice([None, None, "group-x", "w"])
            record = kg.Work(id, "book", f"On {id}", ("Li, 微",), year, status=state, independence_group=group)
        elif what == 2 and len(entities) > 1:
            subject, object = chance.sample(entities, 2)
            relation = chance.choice(["raises", "lowers", "enables", "relatedTo", "mitigates"])
            if relation in VOCABULARY.relations:
                id = claim_id(subject, relation, object)
                record = kg.Claim(id, subject, relation, object, chance.choice([None, None, "only at night"]), status())
        elif what == 3 and claims and works:
            id = chance.choice(ITEMS)
            known = snapshot.evidence.get(id)
            claim = chance.choice(claims) if known is None else known.claim
            before = sorted({*there("evidence", snapshot.evidence)} - {id})
            revised = chance.choice(before) if before and chance.random() < 0.3 else None
            word = {
                name: chance.choice(sorted(getattr(VOCABULARY, many)))
                for name, many in (
                    ("stance", "stances"),
                    ("kind", "study_kinds"),
                    ("strength", "strengths"),
                    ("basis", "bases"),
                )
            }
            record = kg.Evidence(
                id,
                claim,
                chance.choice(works),
                statement=f"it was seen {chance.random()}",
                inferred=chance.random() < 0.3,
                independence_group=chance.choice([None, None, "group-x", "w1", "other"]),
                alias=chance.choice([None, "i1", "i2"]),
                contributor=chance.choice([None, "ann"]),
                supersedes=revised if known is None else known.supersedes,
                status=status(),
                **word,
            )
        if record is not None:
            made[kind_of(record), record.id] = record
    return [Change(kind, record) for (kind, _), record in made.items()]  # type: ignore[arg-type]


def whole(rows: Records) -> Snapshot:
    return Snapshot.of(rows.revision, rows.recorded_at, [*rows.entities, *rows.claims, *rows.evidence, *rows.works])


def assert_same(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    assert list(ours) == list(theirs)
    assert list(ours.values()) == list(theirs.values())
    assert len(ours) == len(theirs)
    for key in (*theirs, "none", "a--raises--none", ""):
        assert (key in ours) == (key in theirs)
        assert ours.get(key) == theirs.get(key)


def assert_same_snapshots(ours: Snapshot, theirs: Snapshot) -> None:
    for name in ("entities", "claims", "evidence", "works"):
        assert_same(getattr(ours, name), getattr(theirs, name))
    for name, index in theirs._indexes.items():
        assert dict(ours._indexes[name].items()) == dict(index)
    assert (ours.revision, ours.recorded_at) == (theirs.revision, theirs.recorded_at)


def assert_same_networks(ours: Network, theirs: Network) -> None:
    assert list(ours.ids) == list(theirs.ids)
    for name in ("index", "links", "weighings", "verdicts"):
        mine, other = getattr(ours, name), getattr(theirs, name)
        assert dict(mine.items()) == dict(other), name
        assert all((key in mine) == (key in other) for key in (*theirs.snapshot.evidence, *theirs.snapshot.claims))
    for claim in theirs.snapshot.claims:
        assert ours.opinion(claim) == theirs.opinion(claim)
        assert ours.supporting_works([claim]) == theirs.supporting_works([claim])
        assert ours.counting(claim) == theirs.counting(claim)
        assert ours.is_contested(claim) == theirs.is_contested(claim)
        assert failing(ours, claim) == failing(theirs, claim)
        assert (failing(theirs, claim) == ()) is (claim in theirs.links)
    assert [ours.year(work) for work in theirs.snapshot.works] == [one.year for one in theirs.snapshot.works.values()]
    for some in (list(theirs.snapshot.claims), list(theirs.snapshot.claims)[1::2], []):
        assert ours.bases(some) == theirs.bases(some)
    assert ours.works_in_evidence() == theirs.works_in_evidence()
    for type in VOCABULARY.entity_types:
        assert ours.of_types([type]) == theirs.of_types([type])
    for node in range(len(theirs.ids)):
        assert ours.forward[node] == theirs.forward[node]


@pytest.fixture
def source_of(database_url: str) -> Iterator[Any]:
    """A function that opens a record of its own and gives what reads it as columns."""
    opened_: list[Store] = []

    def made() -> tuple[Store, Any]:
        url = database_url if not opened_ else "sqlite://"
        store = Store.open(url, clock=Clock())
        opened_.append(store)

        def read() -> Source:
            with store.bulk() as bulk:
                columns = Columns.read(bulk)
            return Source(columns, lambda kind, ids: store.some(kind, ids, columns.revision))

        return store, read

    yield made
    for store in opened_:
        store.close()


@pytest.mark.parametrize("seed", range(4))
def test_both_databases_give_the_same_columns_snapshot_and_network(source_of: Any, seed: int) -> None:
    chance = random.Random(seed)
    store, read = source_of()
    history(store, chance, 12)
    source, records = read(), whole(store.records())
    assert_same_snapshots(source.snapshot, records)
    for asked in ASKED:
        criteria = Criteria.parse(asked, VOCABULARY)
        ours = source.network(source.snapshot, criteria, VOCABULARY)
        assert_same_networks(ours, Network.build(records, criteria, VOCABULARY))


def test_items_that_are_expected_are_fetched_together(source_of: Any) -> None:
    store, _ = source_of()
    history(store, random.Random(3), 12)
    with store.bulk() as bulk:
        columns = Columns.read(bulk)
    fetched: list[str] = []

    def fetch(kind: Any, ids: Any) -> Any:
        fetched.append(kind)
        return store.some(kind, ids, columns.revision)

    source = Source(columns, fetch)
    network = source.network(source.snapshot, Criteria(), VOCABULARY)
    claims = list(network.snapshot.claims)
    network.expect(claims)
    assert sorted(fetched) == ["evidence", "work"]
    found = [network.snapshot.evidence_of(claim) for claim in claims]
    assert all(network.snapshot.works[item.work].id for items in found for item in items)
    network.expect(claims)
    assert any(found)
    assert sorted(fetched) == ["evidence", "work"]


def history(store: Store, chance: random.Random, revisions: int) -> None:
    for _ in range(revisions):
        given = changes(chance, whole(store.records()))
        store.write(given, actor="ann", act="change")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 8), st.integers(1, 4), st.integers(0, len(ASKED) - 1))
def test_what_is_laid_over_columns_is_what_is_read_anew(seed: int, before: int, after: int, which: int) -> None:
    chance = random.Random(seed)
    criteria = Criteria.parse(ASKED[which], VOCABULARY)
    with Store.open("sqlite://", clock=Clock()) as store:
        history(store, chance, before)
        with store.bulk() as bulk:
            columns = Columns.read(bulk)
        source = Source(columns, lambda kind, ids: store.some(kind, ids, columns.revision))
        source.network(source.snapshot, criteria, VOCABULARY)
        history(store, chance, after)
        snapshot = source.snapshot
        for revision in store.changes(columns.revision, 10**6):
            snapshot = snapshot.apply(revision)
            assert source.holds(snapshot)
        records = whole(store.records())
        assert_same_snapshots(snapshot, records)
        ours = source.network(snapshot, criteria, VOCABULARY)
        assert_same_networks(ours, Network.build(records, criteria, VOCABULARY))
        for work in chance.sample(sorted(records.works), min(2, len(records.works))):
            dropped, _ = Scenario(drop_work=(work,)).apply(ours)
            without = replace(criteria, without_work=tuple(sorted({*criteria.without_work, work})))
            assert_same_networks(dropped, Network.build(records, without, VOCABULARY))
        # The columns are still of their own revision.
        assert_same_snapshots(source.snapshot, whole(store.records(columns.revision)))


words = st.text(st.sampled_from("ab-zé微\U0001f9ea"), max_size=5)


@given(st.lists(words, unique=True), st.randoms(use_true_random=False))
def test_strings_are_texts(texts: list[str], chance: random.Random) -> None:
    texts.sort()
    strings = Strings.of(texts)
    assert list(strings) == texts
    assert [strings.find(text) for text in texts] == list(range(len(texts)))
    assert all((strings.find(other) is not None) == (other in texts) for other in ("", "a", "zz", "é-"))
    order = list(range(len(texts)))
    chance.shuffle(order)
    assert list(strings.taken(order)) == [texts[at] for at in order]
    assert [one.decode() for one in strings.fixed().tolist()] == texts


@given(st.dictionaries(words, st.integers()), st.lists(st.tuples(words, st.none() | st.integers()), max_size=12))
def test_an_overlay_is_a_changed_copy(base: dict[str, int], steps: list[tuple[str, int | None]]) -> None:
    base = dict(sorted(base.items()))
    plain, over = dict(base), Overlay(base)
    for key, value in steps:
        if value is None:
            assert over.pop(key, None) == plain.pop(key, None)
        else:
            over[key] = plain[key] = value
        again = opened(over)
        assert list(over.items()) == list(again.items()) == sorted(plain.items())
        assert len(over) == len(plain)
        assert all((key in over) == (key in plain) for key, _ in steps)


def written(source: Source, path: Path) -> Path:
    path.write_bytes(b"".join(files.pieces(source, VOCABULARY)))
    return path


def nothing(_revision: int) -> Fetch:
    return lambda _kind, _ids: []


def source_on(store: Store) -> Source:
    with store.bulk() as bulk:
        columns = Columns.read(bulk)
    return Source(columns, lambda kind, ids: store.some(kind, ids, columns.revision))


@pytest.mark.parametrize("revisions", [0, 1, 12])
def test_what_is_mapped_is_what_was_read(tmp_path: Path, revisions: int) -> None:
    with Store.open("sqlite://", clock=Clock()) as store:
        history(store, random.Random(revisions), revisions)
        source, records = source_on(store), whole(store.records())
        path = written(source, tmp_path / "all.columns")
        again = files.mapped(path, lambda number: lambda kind, ids: store.some(kind, ids, number), VOCABULARY)
        assert (again.columns.revision, again.columns.hash) == (source.columns.revision, source.columns.hash)
        assert_same_snapshots(again.snapshot, records)
        for asked in ASKED:
            criteria = Criteria.parse(asked, VOCABULARY)
            ours = again.network(again.snapshot, criteria, VOCABULARY)
            assert_same_networks(ours, Network.build(records, criteria, VOCABULARY))


def test_damaged_files_are_told_from_whole_ones(tmp_path: Path) -> None:
    with Store.open("sqlite://", clock=Clock()) as store:
        history(store, random.Random(5), 6)
        path = written(source_on(store), tmp_path / "all.columns")
    content, chance = path.read_bytes(), random.Random(6)
    for _ in range(150):
        at = chance.randrange(len(content))
        cut = chance.random() < 0.3
        if not cut and content[at] in b"\0 ":
            continue  # what fills the gaps between parts means nothing
        path.write_bytes(content[:at] if cut else content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(kg.StoreError, match="cannot be used"):
            files.mapped(path, nothing, VOCABULARY)


def test_a_file_is_read_through_once_and_again_when_somebody_touched_it(tmp_path: Path) -> None:
    with Store.open("sqlite://", clock=Clock()) as store:
        history(store, random.Random(7), 6)
        path = written(source_on(store), tmp_path / "all.columns")
    content = path.read_bytes()
    assert not is_sealed(path, path.stat())
    files.mapped(path, nothing, VOCABULARY)
    assert is_sealed(path, path.stat())
    files.mapped(path, nothing, VOCABULARY)
    at = content.index(b"Risk")
    for altered in (content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :], content[:-64]):
        path.write_bytes(altered)
        os.utime(path, (0, 0))  # a clock that ticks slowly may tell the same time twice
        assert not is_sealed(path, path.stat())
        with pytest.raises(kg.StoreError, match="cannot be used"):
            files.mapped(path, nothing, VOCABULARY)
        assert not is_sealed(path, path.stat())
    path.unlink()
    path.write_bytes(content)
    assert not is_sealed(path, path.stat())
    files.mapped(path, nothing, VOCABULARY)
    assert is_sealed(path, path.stat())
