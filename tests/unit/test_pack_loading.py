"""Loading packs into a real record: once is enough, newer versions, what others changed, what vanished."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kg.importers import pack_load, pack_plan
from kg.importers.pack import changes, read, stream
from kg.importers.pack_load import ACT, load
from kg.importers.pack_plan import REMEDY
from kg.model import Change, Claim, Entity, Text, Work
from kg.packaged import packaged
from kg.record.store import Store
from kg.snapshot import Snapshot
from kg.vocabulary import load as load_vocabulary
from tests.faults.broken_packs import GOOD

WORDS = load_vocabulary()
KINDS = ("added", "changed", "duplicates", "conflicts", "vanished", "revoked")


def pack(folder: Path, *, version: str = "1", **changed: tuple[str, str]) -> Path:
    """Write the good pack with texts replaced: `claims=("old", "new")`."""
    folder = folder / "tiny"
    folder.mkdir(exist_ok=True)
    for name, text in GOOD.items():
        old, new = changed.get(name.split(".")[0], ("", ""))
        assert old in text
        (folder / name).write_text(text.replace(old, new) if old else text, encoding="utf-8")
    head = GOOD["pack.toml"].replace('"1"', f'"{version}"')
    (folder / "pack.toml").write_text(head, encoding="utf-8")
    return folder


def counts(batch: dict[str, object]) -> tuple[int, ...]:
    """Added, changed, duplicates, conflicts, vanished, revoked."""
    values = [batch[kind] for kind in KINDS]
    return tuple(len(value) if isinstance(value, list) else int(str(value)) for value in values)


def now(store: Store) -> Snapshot:
    """The record as it stands."""
    rows = store.records()
    return Snapshot.of(rows.revision, rows.recorded_at, [*rows.entities, *rows.claims, *rows.evidence, *rows.works])


def test_the_packaged_pack_loads_once(database_url: str) -> None:
    with Store.open(database_url) as store:
        first = load(store, packaged("seeds", "hazards"), WORDS)
        assert counts(first) == (845, 0, 0, 0, 0, 0)
        again = load(store, packaged("seeds", "hazards"), WORDS)
        assert counts(again) == (0, 0, 845, 0, 0, 0)
        assert (first["revision"], again["revision"]) == (1, 1)
        head = store.head()
        assert head is not None
        assert (head.actor, head.act, head.reason) == (
            "pack:hazards-of-accessible-fine-tuning",
            "load pack",
            "version 0.1",
        )
        assert store.verify() == []
        contents = read(packaged("seeds", "hazards"), WORDS)
        rows = store.records()
        assert tuple(rows.entities) == contents.entities
        assert tuple(rows.claims) == contents.claims
        assert tuple(rows.works) == contents.works
        assert tuple(replace(item, recorded_at=None) for item in rows.evidence) == contents.evidence


def test_a_newer_version_changes_what_differs(tmp_path: Path, sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        load(store, pack(tmp_path), WORDS)
        batch = load(store, pack(tmp_path, version="2", entities=("{en: Cost}", "{en: Cost, zh: 成本}")), WORDS)
        assert counts(batch) == (0, 1, 7, 0, 0, 0)
        assert now(store).entities["cost"].label.zh == "成本"
        assert [entity.label.zh for _, entity in store.history("entity", "cost")] == [None, "成本"]  # type: ignore[union-attr]
        assert store.records(1).entities[0].label.zh is None


def test_what_others_changed_is_kept(tmp_path: Path, sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        load(store, pack(tmp_path), WORDS)
        work = now(store).works["hu2022"]
        lora = now(store).entities["lora"]
        retracted = replace(work, status="retracted", notice="https://example.org/notice")
        better = replace(lora, label=Text("Low-rank adaptation", "低秩适配"))
        store.write([Change("work", retracted), Change("entity", better)], actor="ann", act="correct")
        assert counts(load(store, pack(tmp_path), WORDS)) == (0, 0, 8, 0, 0, 0)
        assert now(store).works["hu2022"] == retracted

        newer = pack(tmp_path, version="2", references=("Low-Rank", "Low-rank"), entities=("{en: LoRA", "{en: LORA"))
        batch = load(store, newer, WORDS)
        assert counts(batch) == (0, 1, 6, 1, 0, 0)
        (conflict,) = batch["conflicts"]
        assert (conflict["kind"], conflict["id"], conflict["fields"]) == ("entity", "lora", ["label"])
        said = "the record holds it otherwise: label is 'Low-rank adaptation', the pack says 'LORA'"
        assert (conflict["reason"], conflict["remedy"]) == (said, REMEDY)
        assert now(store).entities["lora"] == better
        merged = now(store).works["hu2022"]
        assert (merged.title, merged.status, merged.notice) == ("Low-rank Adaptation", "retracted", retracted.notice)


def test_what_vanished_stays_unless_revoked(tmp_path: Path, sqlite_url: str) -> None:
    second = GOOD["claims.yaml"].split("\n\n")[1]
    risk = GOOD["entities.yaml"].split("\n\n")[2]
    gone = {"claims": (second, ""), "entities": (risk, "")}
    with Store.open(sqlite_url) as store:
        load(store, pack(tmp_path), WORDS)
        batch = load(store, pack(tmp_path, version="2", **gone), WORDS)
        assert counts(batch) == (0, 0, 5, 0, 3, 0)
        assert [(one["kind"], one["id"]) for one in batch["vanished"][:2]] == [
            ("claim", "cost--lowers--misuse"),
            ("entity", "misuse"),
        ]
        assert store.head().number == 1  # type: ignore[union-attr]

        batch = load(store, pack(tmp_path, version="2", **gone), WORDS, revoke_missing=True)
        assert counts(batch) == (0, 0, 5, 0, 3, 3)
        assert now(store).claims["cost--lowers--misuse"].status == "revoked"
        assert counts(load(store, pack(tmp_path, version="2", **gone), WORDS, revoke_missing=True))[4:] == (0, 0)

        back = load(store, pack(tmp_path, version="3"), WORDS)
        assert counts(back) == (0, 3, 5, 0, 0, 0)
        assert now(store).claims["cost--lowers--misuse"].status == "accepted"
        assert store.verify() == []


def test_nothing_that_others_lean_on_is_revoked(tmp_path: Path, sqlite_url: str) -> None:
    second = GOOD["claims.yaml"].split("\n\n")[1]
    risk = GOOD["entities.yaml"].split("\n\n")[2]
    with Store.open(sqlite_url) as store:
        load(store, pack(tmp_path), WORDS)
        store.write(
            [Change("claim", Claim("lora--raises--misuse", "lora", "raises", "misuse"))], actor="ann", act="add claim"
        )
        newer = pack(tmp_path, version="2", claims=(second, ""), entities=(risk, ""))
        batch = load(store, newer, WORDS, revoke_missing=True)
        assert counts(batch) == (0, 0, 5, 0, 3, 2)
        assert now(store).entities["misuse"].status == "accepted"


def test_faulty_records_are_not_taken_for_vanished(tmp_path: Path, sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        load(store, pack(tmp_path), WORDS)
        newer = pack(tmp_path, version="2", claims=("stance: disputes", "stance: dispute"))
        batch = load(store, newer, WORDS, keep_going=True, revoke_missing=True)
        assert counts(batch) == (0, 0, 7, 0, 0, 0)


def test_records_of_others_are_never_taken_over(tmp_path: Path, sqlite_url: str) -> None:
    theirs = Entity("cost", "Factor", Text("Price"))
    with Store.open(sqlite_url) as store:
        store.write([Change("entity", theirs)], actor="ann", act="add entity")
        batch = load(store, pack(tmp_path), WORDS)
        assert counts(batch) == (7, 0, 0, 1, 0, 0)
        assert now(store).entities["cost"] == theirs


def test_items_that_another_brought_are_duplicates_of_the_same(tmp_path: Path, sqlite_url: str) -> None:
    items = [change for change in changes(read(pack(tmp_path), WORDS)) if change.kind == "evidence"]
    others = [change for change in changes(read(pack(tmp_path), WORDS)) if change.kind != "evidence"]
    assert items
    contributors = ("ann", None)
    theirs = [replace(one.record, contributor=contributors[at % 2]) for at, one in enumerate(items)]  # type: ignore[type-var]
    with Store.open(sqlite_url) as store:
        store.write([*others, *(Change("evidence", one) for one in theirs)], actor="ann", act="import")
        batch = load(store, pack(tmp_path), WORDS)
        assert counts(batch) == (0, 0, len(items) + len(others), 0, 0, 0)
        assert {one.id: one.contributor for one in now(store).evidence.values()} == {
            one.id: one.contributor for one in theirs
        }


def test_works_are_never_revoked(tmp_path: Path, sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        folder = pack(tmp_path)
        (folder / "works.yaml").write_text("- {id: more2020, type: book, title: More}\n", encoding="utf-8")
        load(store, folder, WORDS)
        (folder / "works.yaml").write_text("[]\n", encoding="utf-8")
        batch = load(store, folder, WORDS, revoke_missing=True)
        assert batch["vanished"] == [{"kind": "work", "id": "more2020"}]
        assert batch["revoked"] == []


def test_works_yaml_adds_to_the_entries(tmp_path: Path) -> None:
    folder = pack(tmp_path)
    (folder / "works.yaml").write_text(
        "- {id: hu2022, status: retracted, notice: 'https://example.org/n', independence_group: lora-group}\n"
        "- id: more2020\n  type: book\n  title: More\n  authors: ['Doe, Jane']\n  year: 2020\n"
        "  csl: {id: more2020, type: book, volume: 3}\n",
        encoding="utf-8",
    )
    contents = read(folder, WORDS)
    assert contents.failures == ()
    hu, more = contents.works
    assert (hu.title, hu.year, hu.status, hu.independence_group) == (
        "Low-Rank Adaptation",
        2022,
        "retracted",
        "lora-group",
    )
    assert more == Work(
        "more2020", "book", "More", ("Doe, Jane",), 2020, csl={"id": "more2020", "type": "book", "volume": 3}
    )


def test_two_who_load_at_once_load_once(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pack(tmp_path)
    with Store.open(sqlite_url) as store, Store.open(sqlite_url) as other:
        calls: list[int] = []

        def reading(*args: object, **options: object) -> object:
            if not calls:
                calls.append(load_first(other))
            return stream(*args, **options)  # type: ignore[arg-type]

        def load_first(quick: Store) -> int:
            calls.append(0)
            number: int = load(quick, folder, WORDS)["revision"]
            return number

        monkeypatch.setattr(pack_load, "stream", reading)
        batch = load(store, folder, WORDS)
        assert counts(batch) == (0, 0, 8, 0, 0, 0)
        assert [revision.number for revision in store.revisions()] == [1]


def test_what_is_there_is_compared_some_at_a_time(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack_plan, "AT_ONCE", 2)
    said: list[tuple[str, int, int]] = []
    with Store.open(sqlite_url) as store:
        first = load(store, pack(tmp_path), WORDS, told=lambda *one: said.append(one))
        assert (first["added"], said) == (8, [("reading", 2, 0), ("reading", 4, 0), ("writing", 0, 0)])
        newer = pack(tmp_path, version="2", claims=("Less is", "Much less is"), entities=("Cost}", "Costs}"))
        batch = load(store, newer, WORDS)
        assert counts(batch) == (1, 1, 6, 0, 1, 0)
        assert batch["duplicates"] == sorted(batch["duplicates"], key=lambda one: (one["kind"], one["id"]))


def test_a_first_load_looks_at_no_record(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(sqlite_url) as store:
        store.write([Change("entity", Entity("other", "Factor", Text("Other")))], actor="ann", act="add entity")
        with monkeypatch.context() as patch:
            for name in ("records", "some", "histories", "changes"):
                patch.delattr(Store, name)
            assert load(store, pack(tmp_path), WORDS)["added"] == 8
        assert store.verify() == []


def test_the_log_is_the_one_that_single_records_leave(tmp_path: Path) -> None:
    folder, clock = pack(tmp_path), lambda: datetime(2026, 11, 23, tzinfo=UTC)
    with Store.open(":memory:", clock=clock) as one, Store.open(":memory:", clock=clock) as other:
        load(one, folder, WORDS)
        contents = read(folder, WORDS)
        assert contents.pack is not None
        other.write(changes(contents), actor=contents.pack.contributor, act=ACT, reason="version 1")
        assert [revision.hash for revision in one.revisions()] == [revision.hash for revision in other.revisions()]
        assert one.records() == other.records()
