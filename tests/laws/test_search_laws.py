"""Laws of search: folding equals building, names are found, one typo is forgiven, no text does harm."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import kg
from kg.errors import InputError
from kg.folding import fold, squeeze
from kg.ids import claim_id, slugify
from kg.model import Change, Claim, Entity, Record, Revision, Text, Work, kind_of
from kg.snapshot import Snapshot
from kg.text import TextIndex
from kg.vocabulary import load

WORDS = load()
EMPTY = Snapshot.of(0, None, [])

letters = st.text("abcdefghijklmnoprstuvw", min_size=3, max_size=12)
characters = st.text("微调联邦学习监管难度恶意使用模型适配量化低秩安全护栏算力治理", min_size=2, max_size=8)
labels = st.lists(letters, min_size=1, max_size=4).map(" ".join)
anything = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60).filter(fold)
ids = st.sampled_from([f"thing-{number}" for number in range(9)])
statuses = st.sampled_from(["accepted", "accepted", "accepted", "proposed", "rejected", "revoked", "superseded"])

entities = st.builds(
    Entity,
    id=ids,
    type=st.just("Factor"),
    label=st.builds(Text, labels, st.none() | characters),
    definition=st.none() | st.builds(Text, labels, st.none()),
    aliases=st.lists(labels | characters | anything, max_size=2).map(tuple),
    status=statuses,
)
claims = st.builds(
    lambda ends, relation, status: Claim(
        claim_id(ends[0], relation, ends[1]), ends[0], relation, ends[1], status=status
    ),
    st.tuples(ids, ids).filter(lambda ends: ends[0] != ends[1]),
    st.sampled_from(["raises", "lowers", "exercised-by"]),
    statuses,
)
works = st.builds(
    Work,
    id=st.sampled_from([f"author{year}{word}" for year in (2020, 2021) for word in ("alpha", "beta", "gamma")]),
    type=st.just("book"),
    title=labels,
    authors=st.lists(labels, max_size=2).map(tuple),
    year=st.none() | st.integers(1990, 2030),
    status=st.sampled_from(["current", "corrected", "retracted"]),
)
histories = st.lists(st.lists(st.one_of(entities, claims, works), max_size=5), min_size=1, max_size=6)


def _revision(number: int, records: list[Record]) -> Revision:
    changes = tuple(Change(kind_of(record), record) for record in records)
    return Revision(number, "2026-01-01T00:00:00Z", "tests", "change", None, "0" * 64, "0" * 64, changes)


def _texts(snapshot: Snapshot) -> list[str]:
    named = [
        name
        for entity in snapshot.entities.values()
        for name in (entity.label.en, entity.label.get("zh"), *entity.aliases)
    ]
    return [*named, *snapshot.claims, *(work.title for work in snapshot.works.values()), "a", "thing", "raises", "微调"]


@settings(max_examples=25, deadline=None)
@given(histories)
def test_folding_the_revisions_finds_what_building_finds(history: list[list[Record]]) -> None:
    snapshot = EMPTY
    folded = TextIndex.of(snapshot, WORDS)
    for number, records in enumerate(history, 1):
        revision = _revision(number, records)
        snapshot = snapshot.apply(revision)
        folded.apply(revision, snapshot)

    built = TextIndex.of(snapshot, WORDS)

    assert len(folded) == len(built)
    for text in _texts(snapshot):
        for asked in (False, True):
            assert folded.search(text, include_proposed=asked) == built.search(text, include_proposed=asked), text


@pytest.fixture(scope="module")
def pack(pack_graph: kg.Graph) -> TextIndex:
    return TextIndex.of(pack_graph.snapshot, WORDS)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=500) | st.text('lora OR AND NOT"*()[]{}^~:+-\\/?!', max_size=60))
def test_no_text_raises_anything_but_input_error(pack: TextIndex, text: str) -> None:
    with suppress(InputError):
        hits = pack.search(text)
        assert all(0.0 <= hit.score <= 1.0 for hit in hits)
        assert hits == sorted(hits, key=lambda hit: (-hit.score, ("entity", "claim", "work").index(hit.kind), hit.id))
        assert pack.near(text) == pack.near(text)
        assert fold(text)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        labels | characters | anything,
        min_size=3,
        max_size=24,
        unique_by=lambda name: squeeze(fold(name)) or fold(name),
    )
)
def test_labels_aliases_and_ids_find_their_record(names: list[str]) -> None:
    taken = [names[at : at + 3] for at in range(0, len(names) - 2, 3)]
    records = [
        Entity(f"e{at}-{slugify(one[0])[:30] or 'x'}", "Factor", Text(one[0], one[1]), aliases=(one[2],))
        for at, one in enumerate(taken)
    ]
    index = TextIndex.of(Snapshot.of(1, None, records), WORDS)

    for record in records:
        for name in (record.label.en, record.label.get("zh"), *record.aliases, record.id):
            assert record.id in [hit.id for hit in index.search(name, limit=3)], name


def _mistype(word: str, how: int, at: int, letter: str) -> str:
    """Leave a letter out, put one in, replace one, or swap two."""
    at %= len(word) - 1
    return (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )[how]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_one_typo_in_a_long_word_is_forgiven(pack: TextIndex, pack_graph: kg.Graph, data: st.DataObject) -> None:
    snapshot: Snapshot = pack_graph.snapshot
    entity = snapshot.entities[data.draw(st.sampled_from(sorted(snapshot.entities)))]
    words = entity.label.en.split()
    long = [at for at, word in enumerate(words) if len(word) >= 6 and word.isalpha()]
    assume(long)
    at = data.draw(st.sampled_from(long))
    place, how = data.draw(st.integers(0, 30)), data.draw(st.integers(0, 3))
    letter = data.draw(st.sampled_from("aeiorstn"))
    words[at] = _mistype(words[at], how, place, letter)

    assert entity.id in [hit.id for hit in pack.search(" ".join(words), limit=5)]


@settings(max_examples=60, deadline=None)
@given(word=st.text("abcdefghijklmnoprstuvw", min_size=6, max_size=14), how=st.integers(0, 3), at=st.integers(0, 20))
def test_one_typo_in_the_only_word_is_forgiven(word: str, how: int, at: int) -> None:
    others = [Entity(f"other-{number}", "Factor", Text(f"quite another {number}")) for number in range(20)]
    index = TextIndex.of(Snapshot.of(1, None, [Entity("it", "Factor", Text(word)), *others]), WORDS)

    assert index.search(_mistype(word, how, at, "x"))[0].id == "it"


@given(st.text(max_size=80))
def test_folding_text_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(max_examples=30, deadline=None)
@given(entity=entities, text=labels)
def test_what_does_not_count_is_never_found(entity: Entity, text: str) -> None:
    hidden = [replace(entity, status=status) for status in ("rejected", "revoked", "superseded", "proposed")]

    for record in hidden:
        index = TextIndex.of(Snapshot.of(1, None, [record]), WORDS)
        assert index.search(text) == index.search(entity.label.en) == []
