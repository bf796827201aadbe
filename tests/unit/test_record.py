"""The store, on each database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from kg.errors import Conflict, InputError, KgError, NotFound, ShapeViolation, StoreError
from kg.model import Change, Claim, Entity, Evidence, Record, Text, Work, kind_of
from kg.record import Records, Store, past
from tests.histories import WORDS, Clock

ENTITIES = (Entity("lora", "Technique", Text("LoRA", "低秩适配")), Entity("cost", "Factor", Text("cost")))
CLAIM = Claim("lora--lowers--cost", "lora", "lowers", "cost")
WORK = Work("hu2022lora", "article-journal", "LoRA", ("Hu, Edward",), 2022, csl={"author": [{"family": "Hu"}]})
ITEM = Evidence("hu2022lora.1", CLAIM.id, WORK.id, "supports", "empirical-experiment", "strong", "It is.", "abstract")
PACK = (ITEM, CLAIM, *ENTITIES, WORK)


def changes(*records: Record) -> list[Change]:
    return [Change(kind_of(record), record) for record in records]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with Store.open(database_url, clock=Clock(datetime(2026, 1, 30, 12, tzinfo=UTC))) as opened:
        yield opened


@pytest.fixture
def loaded(store: Store) -> Store:
    store.write(changes(*PACK), actor="ann", act="load pack")
    return store


def test_an_empty_record_answers(store: Store) -> None:
    assert store.head() is None
    assert store.records() == store.records(0) == Records()
    assert store.revisions() == list(store.changes(0, 9)) == store.history("work", "x") == store.verify() == []
    assert store.revision_at(date(2100, 1, 1)) == 0
    assert store.write([], actor="ann", act="nothing").number == 0


def test_records_of_all_kinds_come_back_whatever_their_order(loaded: Store) -> None:
    head = loaded.head()
    assert head is not None
    assert (head.number, head.actor, head.act, head.reason) == (1, "ann", "load pack", None)
    found = loaded.records()
    assert found.entities == sorted(ENTITIES, key=lambda entity: entity.id)
    assert (found.claims, found.works) == ([CLAIM], [WORK])
    assert found.evidence == [replace(ITEM, recorded_at=head.recorded_at)]
    assert (found.revision, found.recorded_at) == (1, "2026-01-30T12:00:13.000001Z")


def test_another_connection_sees_what_was_acknowledged(loaded: Store, database_url: str) -> None:
    with Store.open(database_url) as other:
        assert other.records() == loaded.records()


def test_what_stands_already_is_left_out(loaded: Store) -> None:
    again = loaded.write(changes(*PACK), actor="bob", act="load again")
    assert (again.number, again.changes, again.actor) == (1, (), "ann")
    new = replace(WORK, status="retracted")
    written = loaded.write(changes(new, *PACK[:-1]), actor="bob", act="retract")
    assert written.changes == (Change("work", new),)


def test_the_difference_may_be_small(loaded: Store) -> None:
    for csl in ({"volume": 1}, {"volume": 1.0}, {"volume": True}, {"volume": "1"}):
        number = loaded.write(changes(replace(WORK, csl=csl)), actor="ann", act="edit").number
        stored = loaded.records().works[0].csl["volume"]
        assert type(stored) is type(csl["volume"])
    assert number == 5


def test_an_act_without_changes_is_kept_when_asked(store: Store) -> None:
    made = store.write([], actor="kg", act="create", keep_empty=True)
    assert (made.number, made.changes) == (1, ())
    assert store.records() == Records(revision=1, recorded_at=made.recorded_at)
    assert list(store.changes(0, 1)) == [made]
    assert store.verify() == []


def test_the_past_stays_readable(loaded: Store) -> None:
    first = loaded.records()
    loaded.write(changes(replace(ITEM, status="revoked"), Entity("x", "Factor", Text("x"))), actor="bob", act="revoke")
    loaded.write(changes(replace(WORK, status="retracted")), actor="bob", act="retract", reason="notice")
    assert loaded.records(1) == first
    assert loaded.records(0) == Records()
    assert [entity.id for entity in loaded.records(2).entities] == ["cost", "lora", "x"]
    assert loaded.records(2).works == [WORK]
    assert loaded.records(3).evidence == [replace(first.evidence[0], status="revoked")]
    with pytest.raises(NotFound, match=r"no revision 4 \(the newest is 3\)"):
        loaded.records(4)
    with pytest.raises(NotFound):
        loaded.records(-1)


def test_history_tells_every_version(loaded: Store) -> None:
    loaded.write(changes(replace(ITEM, status="revoked")), actor="bob", act="revoke", reason="misread")
    versions = loaded.history("evidence", ITEM.id)
    assert [(told.number, told.actor, told.reason) for told, _ in versions] == [(1, "ann", None), (2, "bob", "misread")]
    assert [record.status for _, record in versions] == ["accepted", "revoked"]
    assert {record.recorded_at for _, record in versions if isinstance(record, Evidence)} == {
        versions[0][0].recorded_at
    }
    assert loaded.history("claim", ITEM.id) == []


def test_revisions_are_listed_and_found(loaded: Store) -> None:
    for number in range(2, 6):
        loaded.write(changes(replace(WORK, title=f"title {number}")), actor="ann", act="edit", expect=number - 1)
    assert [one.number for one in loaded.revisions()] == [1, 2, 3, 4, 5]
    assert [one.number for one in loaded.revisions(after=1, limit=2)] == [2, 3]
    assert loaded.revisions(after=5) == loaded.revisions(after=2**70) == list(loaded.changes(2**70, 2**80)) == []
    assert loaded.revision(3) == loaded.revisions()[2]
    assert [one.number for one in loaded.changes(2, 4)] == [3, 4]
    assert [one.changes for one in loaded.changes(1, 2)] == [(Change("work", replace(WORK, title="title 2")),)]
    for number in (0, -1, 6, 2**80):
        with pytest.raises(NotFound, match="the newest is 5"):
            loaded.revision(number)


def test_a_moment_names_a_revision(store: Store) -> None:
    for number, title in enumerate(("a", "b"), start=1):
        at = datetime(2026, 1, 30 + number - 1, 23, 59, 59, 999_999, tzinfo=UTC)
        store._held = replace(store._held, clock=lambda at=at: at)  # type: ignore[misc]
        store.write(changes(replace(WORK, title=title)), actor="ann", act="edit")
    assert store.revision_at(date(2026, 1, 29)) == 0
    assert store.revision_at(date(2026, 1, 30)) == 1
    assert store.revision_at(datetime(2026, 1, 31, 23, 59, 59, 999_998)) == 1
    assert store.revision_at(datetime(2026, 2, 1, 0, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=1)))) == 2
    assert store.revision_at(date.max) == 2
    assert store.revision_at(date.min) == 0


@pytest.mark.parametrize(("moment", "hours"), [(datetime.max, -14), (datetime.min, 14)])
def test_a_moment_at_the_end_of_the_calendar_is_refused(store: Store, moment: datetime, hours: int) -> None:
    with pytest.raises(InputError, match="outside of the years 1 to 9999"):
        store.revision_at(moment.replace(tzinfo=timezone(timedelta(hours=hours))))
    assert store.revision_at(moment) == store.revision_at(moment.date()) == 0


def test_expectation_guards_against_lost_updates(loaded: Store) -> None:
    loaded.write(changes(replace(WORK, title="mine")), actor="ann", act="edit", expect=1)
    with pytest.raises(Conflict, match="at revision 2, not at 1"):
        loaded.write(changes(replace(WORK, title="yours")), actor="bob", act="edit", expect=1)
    with pytest.raises(Conflict):
        loaded.write([], actor="bob", act="edit", expect=0)
    assert loaded.records().works[0].title == "mine"


B_BROADER = Entity("b", "Factor", Text("b"), broader="a")
BAD: list[tuple[str, type[KgError], list[Record]]] = [
    ("'cots', which does not exist; did you mean cost", ShapeViolation, [Claim("lora--x--cots", "lora", "x", "cots")]),
    ("'nobody'.*1 more", ShapeViolation, [replace(ITEM, id="i", work="nobody"), replace(ITEM, id="j", work="noone")]),
    ("claim 'a--x--b', which does not exist", ShapeViolation, [replace(ITEM, id="i", claim="a--x--b")]),
    ("evidence 'gone', which does not exist", ShapeViolation, [replace(ITEM, supersedes="gone")]),
    ("entity 'gone', which does not exist", ShapeViolation, [Entity("a", "Factor", Text("a"), broader="gone")]),
    ("subject--relation--object", ShapeViolation, [replace(CLAIM, id="lora-lowers-cost")]),
    ("two different entities", ShapeViolation, [Claim("lora--x--lora", "lora", "x", "lora")]),
    ("between 1400 and 2200", ShapeViolation, [replace(WORK, id="v", year=1399)]),
    ("between 1400 and 2200", ShapeViolation, [replace(WORK, year=2201)]),
    ("not empty", ShapeViolation, [replace(ENTITIES[0], label=Text(""))]),
    ("not empty", ShapeViolation, [replace(ITEM, statement="")]),
    ("supersede itself", ShapeViolation, [replace(ITEM, supersedes=ITEM.id)]),
    ("a < b < a", ShapeViolation, [Entity("a", "Factor", Text("a"), broader="b"), B_BROADER]),
    ("broader than itself", ShapeViolation, [Entity("a", "Factor", Text("a"), broader="a")]),
    (
        "cost < lora < cost",
        ShapeViolation,
        [replace(ENTITIES[0], broader="cost"), replace(ENTITIES[1], broader="lora")],
    ),
    ("given twice", ShapeViolation, [replace(WORK, title="x"), replace(WORK, title="y")]),
    ("U\\+0000", InputError, [replace(WORK, raw="a\x00b")]),
    ("surrogates", InputError, [replace(WORK, title="\ud800")]),
    ("cannot be kept", InputError, [replace(WORK, csl={"x": float("nan")})]),
    ("cannot be kept", InputError, [replace(WORK, csl={"x": object()})]),
]


def test_a_broken_record_is_refused_with_all_that_came_with_it(loaded: Store) -> None:
    before = loaded.records()
    for message, error, records in BAD:
        with pytest.raises(error, match=message):
            loaded.write(changes(Entity("new", "Factor", Text("new")), *records), actor="ann", act="add")
        assert loaded.records() == before
    assert loaded.verify() == []


def test_a_cycle_over_two_writes_is_refused(store: Store) -> None:
    chain = [Entity(f"n{at}", "Factor", Text("n"), broader=f"n{at + 1}" if at < 5 else None) for at in range(6)]
    store.write(changes(*chain), actor="ann", act="add")
    with pytest.raises(ShapeViolation, match="n5 < n2 < n3 < n4 < n5"):
        store.write(changes(replace(chain[5], broader="n2")), actor="ann", act="edit")
    turned = [replace(chain[5], broader="n2"), replace(chain[2], broader=None)]
    assert store.write(changes(*turned), actor="ann", act="edit").number == 2


def test_who_does_what_must_be_said(store: Store) -> None:
    for name, text in (("actor", ""), ("act", " "), ("reason", ""), ("actor", "a\x00"), ("act", "\ud800")):
        with pytest.raises(InputError, match=f"^{name}: "):
            store.write(changes(WORK), **{"actor": "ann", "act": "add", name: text})  # type: ignore[arg-type]
    assert store.head() is None


def test_a_change_of_another_kind_than_its_record_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="kind claim holds a record of type Work"):
        store.write([Change("claim", WORK)], actor="ann", act="add")


def test_a_source_that_fails_leaves_nothing(store: Store) -> None:
    def failing() -> Iterator[Change]:
        yield Change("work", WORK)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        store.write(failing(), actor="ann", act="add")
    assert store.head() is None


def test_texts_come_back_as_they_were(store: Store) -> None:
    for word in WORDS:
        work = replace(WORK, title=word, raw=word, authors=(word,), csl={word: [word]}, notice=word)
        store.write(changes(work), actor=word, act=word, reason=word)
        assert store.records().works == [work]
        head = store.head()
        assert head is not None
        assert (head.actor, head.act, head.reason) == (word, word, word)
    assert store.verify() == []


def test_order_is_by_code_point_on_every_server(store: Store) -> None:
    ids = ["B", "a", "a.b", "a-b", "aB", "a_b", "ab", "Z9", "a+b", "A:1", "é", "微", "z"]
    store.write(changes(*(replace(WORK, id=id) for id in ids)), actor="ann", act="add")
    assert [work.id for work in store.records().works] == sorted(ids)
    store.write(changes(*(replace(WORK, id=id, title="new") for id in ids[::2])), actor="ann", act="edit")
    assert [work.id for work in store.records(1).works] == sorted(ids)


def test_long_logs_are_read_in_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "_BATCH_CHANGES", 25)
    monkeypatch.setattr(past, "_BATCH_REVISIONS", 3)
    works = [replace(WORK, id=f"w{number}") for number in range(10)]
    for title in "abcdefgh":
        store.write(changes(*(replace(work, title=title) for work in works)), actor="ann", act="load")
    assert [(one.number, len(one.changes)) for one in store.changes(1, 8)] == [(number, 10) for number in range(2, 9)]
    assert store.records(2).works == [replace(work, title="b") for work in works]


def test_a_reader_may_pause_while_others_write(loaded: Store) -> None:
    reading = loaded.changes(0, 3)
    assert next(reading).number == 1
    loaded.write(changes(replace(WORK, title="x")), actor="ann", act="edit")
    assert [revision.number for revision in reading] == [2]


def test_the_log_refuses_change_whoever_asks(loaded: Store, database_url: str) -> None:
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    statements = ["UPDATE revision SET act = act", "UPDATE change SET payload = payload"]
    statements += ["DELETE FROM revision", "DELETE FROM change"]
    if engine.dialect.name == "postgresql":
        statements += ["TRUNCATE change", "TRUNCATE revision CASCADE"]
    for statement in statements:
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
    assert loaded.verify() == []


def test_a_store_for_reading_does_not_write(loaded: Store, database_url: str) -> None:
    with Store.open(database_url, read_only=True) as reader:
        assert reader.records() == loaded.records()
        loaded.write(changes(replace(WORK, title="x")), actor="ann", act="edit")
        assert reader.records().works[0].title == "x"
        with pytest.raises(StoreError, match="open for reading only"):
            reader.write(changes(WORK), actor="ann", act="edit")


def test_memory_is_one_database_per_store() -> None:
    with Store.open(":memory:") as one, Store.open("sqlite://") as other:
        one.write(changes(WORK), actor="ann", act="add")
        assert other.head() is None
        assert one.records().works == [WORK]


def test_closing_twice_is_harmless(store: Store) -> None:
    store.close()
    store.close()
