"""Laws of writing by the thousand: a batch leaves the log, the hashes and the state that `Store.write` leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from unicodedata import is_normalized

import orjson
import pytest
import sqlalchemy as sa
from hypothesis import assume, given
from hypothesis import strategies as st

from kg.errors import Conflict, InputError, ShapeViolation
from kg.inputs import clean
from kg.model import Change, Claim, Entity, Evidence, Record, Text, Work, canonical
from kg.record import Store, filling
from kg.record.batch import Batch
from tests.histories import Clock, State, Wish, batches, changes_for, examples, fold, fresh, state_of


def play(store: Store, history: list[list[Wish]], write: Callable[[Store, list[Change]], object]) -> State:
    """Write a history and return the state that a plain dictionary says it must end in."""
    state: State = {}
    for batch in history:
        before = store.head()
        changes = changes_for(batch, state)
        write(store, changes)
        for revision in store.changes(0 if before is None else before.number, 10**6):
            state = fold(state, revision)
    return state


def one_by_one(store: Store, changes: list[Change]) -> object:
    """As a contribution is written."""
    return store.write(changes, actor="ann", act="add", reason="why")


def at_once(store: Store, changes: list[Change]) -> object:
    """As a file is written."""
    head = store.head()
    expect = 0 if head is None else head.number
    batch = Batch.of(change.record for change in changes)
    return store.fill(batch, actor="ann", act="add", reason="why", expect=expect)


def check(one: Store, other: Store, history: list[list[Wish]]) -> None:
    """Both ways leave the same."""
    state = play(one, history, one_by_one)
    assert play(other, history, at_once) == state
    assert state_of(other.records()) == state
    assert [revision.hash for revision in one.revisions()] == [revision.hash for revision in other.revisions()]
    assert list(one.changes(0, 10**6)) == list(other.changes(0, 10**6))
    assert other.verify() == []


@examples(15)
@given(batches)
def test_a_batch_leaves_what_writing_leaves(history: list[list[Wish]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filling, "CHUNK", 2)
        patch.setattr(filling, "INDEXES_LEAST", 2)
        with fresh(None) as one, fresh(None) as other:
            check(one, other, history)


@pytest.mark.postgres
@examples(5)
@given(batches)
def test_so_it_does_on_postgresql(postgres_server: sa.Engine, history: list[list[Wish]]) -> None:
    with fresh(None) as one, fresh(postgres_server) as other:
        check(one, other, history)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.dictionaries(TEXTS, TEXTS | st.booleans(), max_size=6))
def test_both_encoders_give_the_canonical_form(values: dict[str, object]) -> None:
    assert orjson.dumps(values, option=orjson.OPT_SORT_KEYS).decode() == canonical(values)


@given(TEXTS | st.text("ab \t\n\u0301é\u200b\u202e微", max_size=8))
def test_printable_text_is_cleaned_as_any_other(text: str) -> None:
    assume(text.isprintable())
    slowly = clean("\n" + text)
    assert clean(text) == slowly
    assert is_normalized("NFC", slowly)


def test_what_leans_on_nothing_is_refused_and_nothing_is_written() -> None:
    with fresh(None) as store:
        store.write([Change("entity", Entity("lora", "Technique", Text("LoRA")))], actor="ann", act="add")
        lost = Batch.of([Claim("lora--raises--lroa", "lora", "raises", "lroa")])
        with pytest.raises(ShapeViolation, match="names the entity 'lroa', which does not exist") as fault:
            store.fill(lost, actor="ann", act="add", expect=1)
        assert fault.value.near == ("lora",)
        ring = Batch.of([Entity(a, "Risk", Text(a), broader=b) for a, b in (("a", "b"), ("b", "a"))])
        with pytest.raises(ShapeViolation, match="broader than itself"):
            store.fill(ring, actor="ann", act="add", expect=1)
        with pytest.raises(Conflict):
            store.fill(Batch.of([Entity("b", "Risk", Text("B"))]), actor="ann", act="add", expect=0)
        twice = Batch.of([Entity("b", "Risk", Text("B")), Entity("b", "Risk", Text("C"))])
        with pytest.raises(ShapeViolation, match="given twice with different contents"):
            store.fill(twice, actor="ann", act="add", expect=1)
        assert store.head() is not None
        assert [one.number for one in store.revisions()] == [1]


ITEM = Evidence("w.1", "a--raises--b", "w", "supports", "argument", "weak", "It does.", "memory")
AROUND = [
    Entity("a", "Risk", Text("A")),
    Entity("b", "Risk", Text("B")),
    Claim(ITEM.claim, "a", "raises", "b"),
    Work("w", "book", "T"),
]
HOSTILE = ["\\u0000", '"{\\"a\\": 1}"', "true", "7", "\x01\x1f\x7f\u2028", "微调 😀", "null", "'--", "$.a", " "]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A new store of each kind."""
    on_sqlite = request.param == "sqlite"
    with fresh(None if on_sqlite else request.getfixturevalue("postgres_server")) as made:
        yield made


def test_texts_come_out_of_the_log_as_they_went_in(store: Store) -> None:
    texts = [replace(ITEM, id=f"w.t{at}", statement=f"S{text}", quote=text) for at, text in enumerate(HOSTILE)]
    flags = [replace(ITEM, id="w.f1", inferred=True, status="proposed"), replace(ITEM, id="w.f2", supersedes="w.f1")]
    store.fill(Batch.of([*AROUND, *texts, *flags]), actor="ann", act="add", expect=0)
    kept = {one.id: replace(one, recorded_at=None) for one in store.records().evidence}
    assert kept == {one.id: one for one in (*texts, *flags)}
    assert store.verify() == []


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (Claim("a--raises--c", "a", "raises", "c"), "claim a--raises--c names the entity 'c'"),
        (replace(ITEM, id="w.2", claim="a--raises--c"), "evidence w.2 names the claim 'a--raises--c'"),
        (replace(ITEM, id="w.2", work="v"), "evidence w.2 names the work 'v'"),
        (replace(ITEM, id="w.2", supersedes="w.0"), "evidence w.2 names the evidence 'w.0'"),
        (replace(ITEM, id="w.2", supersedes=""), "evidence w.2 names the evidence ''"),
        (Work("v", "book", "T", merged_into="u"), "work v names the work 'u'"),
    ],
)
def test_each_reference_that_leads_nowhere_is_named(store: Store, record: Record, said: str) -> None:
    with pytest.raises(ShapeViolation, match=said):
        store.fill(Batch.of([*AROUND, ITEM, record]), actor="ann", act="add", expect=0)
    assert store.head() is None
    store.fill(Batch.of([*AROUND, ITEM]), actor="ann", act="add", expect=0)
    with pytest.raises(ShapeViolation, match=said):
        store.fill(Batch.of([record]), actor="ann", act="add", expect=1)
    assert [one.number for one in store.revisions()] == [1]
    assert store.verify() == []


def test_what_no_database_keeps_is_refused() -> None:
    batch = Batch()
    with pytest.raises(InputError, match="cannot be kept as text"):
        batch.add(Work("w", "book", "lone \ud800"))
    with pytest.raises(InputError, match=r"character U\+0000"):
        batch.add(Work("w", "book", "T", raw="a\x00b"))
    with pytest.raises(InputError, match="cannot be kept as text"):
        batch.add(Work("w", "book", "T", csl={"volume": float("nan")}))
    with pytest.raises(InputError, match="the evidence has no status"):
        batch.add(replace(ITEM, status=None))  # type: ignore[arg-type]
    batch.add(Work("w", "book", "back\\u0000slash", csl={"note": "\\x00"}))
    assert len(batch) == 1


def test_a_known_item_keeps_the_time_of_its_first_writing() -> None:
    with Store.open(":memory:", clock=Clock()) as store:
        first = store.fill(Batch.of([*AROUND, ITEM]), actor="ann", act="add", expect=0)
        changed = Batch.of([*AROUND, replace(ITEM, strength_reason="Few cases.")])
        second = store.fill(changed, actor="ann", act="add", expect=1)
        [kept] = store.records().evidence
        assert (kept.recorded_at, kept.strength_reason) == (first.recorded_at, "Few cases.")
        assert second.recorded_at != first.recorded_at
        assert [one.id for one in next(store.changes(1, 2)).changes] == ["w.1"]
        assert store.fill(changed, actor="ann", act="add", expect=2).number == 2
        assert store.verify() == []
