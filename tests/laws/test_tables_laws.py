"""Laws of CSV tables: out and in again is the same record, whatever it holds and whichever program wrote them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kg
from kg.criteria import Criteria
from kg.exporters.tables import write_records
from kg.importers import tables_quick
from kg.importers.sources import Source
from kg.importers.tables_load import load
from kg.importers.tables_rows import Doors, leans_of, payload_of
from kg.inputs import ClaimIn, EntityIn, EvidenceIn, WorkIn, parse
from kg.model import Change, Evidence, Record, Work, kind_of
from kg.network import Network
from kg.record import Store
from kg.sheets import SHEETS, cells_of, values_of
from kg.snapshot import Snapshot
from kg.vocabulary import load as words
from tests.histories import Clock

WORDS = words()
FREE = st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\x00"), min_size=1, max_size=20)
ODD = st.sampled_from([
    "=1+1", "'=1", "-5", "@a", "a;b", "a; b", "[x]", '["a"]', '"quoted"', "two\nlines", "tab\tstop", "微调，安全",
    "'tis", "e\u0301", "a,b", "＝公式", "  spaced  ", "NULL", "true",
])  # fmt: skip
TEXT = st.one_of(ODD, FREE)


def good(value: Any, door: Any, values: dict[str, Any], name: str) -> bool:
    """Whether a door takes a value."""
    try:
        parse(door, {**values, name: value})
    except kg.errors.KgError:
        return False
    return True


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    """A small record in which any text may stand anywhere that its door lets it."""

    def some(door: Any, blank: dict[str, Any], **fields: st.SearchStrategy[Any]) -> dict[str, Any]:
        values = dict(blank)
        for name, strategy in fields.items():
            value = draw(st.none() | strategy)
            if value is not None and good(value, door, blank, name):
                values[name] = value
        return values

    texts = st.fixed_dictionaries({"en": TEXT}, optional={"zh": TEXT})
    matches = st.lists(
        st.fixed_dictionaries(
            {
                "relation": st.sampled_from(["exactMatch", "closeMatch"]),
                "iri": st.sampled_from(["https://example.org/a", "https://example.org/a;b?x=1"]),
            }
        ),
        max_size=2,
    )
    found: list[Record] = []
    for at, type_ in enumerate(("Technique", "Risk")):
        blank = {"id": f"e{at}", "type": type_, "label": {"en": "E"}}
        given_ = some(
            EntityIn, blank, label=texts, definition=texts, aliases=st.lists(TEXT, max_size=3), matches=matches
        )
        broader = {"broader": "e0"} if at and draw(st.booleans()) else {}
        status = draw(st.sampled_from(["accepted", "proposed", "revoked"]))
        found.append(replace(parse(EntityIn, given_ | broader).record(WORDS), status=status))
    blank = {"id": "w0", "type": "book", "title": "T"}
    csl = st.dictionaries(FREE, st.recursive(TEXT | st.integers() | st.booleans(), st.lists, max_leaves=3), max_size=2)
    work = some(
        WorkIn, blank, title=TEXT, authors=st.lists(TEXT, max_size=3), year=st.integers(1400, 2200), csl=csl,
        raw=TEXT | st.sampled_from(["a\r\nb", "", "'x", " "]), raw_format=TEXT, independence_group=TEXT,
        status=st.sampled_from(["current", "retracted"]),
    )  # fmt: skip
    found.append(parse(WorkIn, work).record(WORDS))
    found.append(Work("w1", "book", "T", status="merged", merged_into="w0"))
    claim = parse(ClaimIn, some(ClaimIn, {"subject": "e0", "relation": "raises", "object": "e1"}, conditions=TEXT))
    found.append(claim.record(WORDS))
    blank = {
        "claim": "e0--raises--e1", "work": "w0", "stance": "supports", "kind": "argument", "strength": "weak",
        "statement": "It does.", "basis": "abstract",
    }  # fmt: skip
    items: dict[str, Evidence] = {}
    for _ in range(draw(st.integers(0, 3))):
        values = some(
            EvidenceIn, blank, statement=TEXT, quote=TEXT, locator=TEXT, strength_reason=TEXT, inferred=st.booleans(),
            independence_group=TEXT, alias=TEXT, contributor=TEXT, stance=st.sampled_from(["disputes", "supports"]),
        )  # fmt: skip
        item = parse(EvidenceIn, values).record(WORDS)
        status = draw(st.sampled_from(["accepted", "proposed", "revoked"]))
        before = draw(st.none() | st.sampled_from(sorted(items))) if items else None
        items.setdefault(item.id, replace(item, status=status, supersedes=None if before == item.id else before))
    return [*found, *items.values()]


def network(store: Store) -> Network:
    """What is exported."""
    rows = store.records()
    every: list[Record] = [*rows.entities, *rows.claims, *rows.evidence, *rows.works]
    return Network.build(Snapshot.of(rows.revision, rows.recorded_at, every), Criteria(), WORDS)


def contents(store: Store) -> dict[str, Record]:
    """Every record, without the time at which it was written."""
    rows = store.records()
    every: list[Record] = [*rows.entities, *rows.claims, *rows.evidence, *rows.works]
    return {one.id: replace(one, recorded_at=None) if isinstance(one, Evidence) else one for one in every}


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(records())
def test_out_and_in_again_is_the_same_record(tmp_path_factory: pytest.TempPathFactory, given_: list[Record]) -> None:
    folder = tmp_path_factory.mktemp("tables")
    with Store.open(":memory:", clock=Clock()) as one, Store.open(":memory:", clock=Clock()) as other:
        one.write([Change(kind_of(record), record) for record in given_], actor="ann", act="add")
        write_records(folder, network(one))
        report = load(other, folder, WORDS)
        assert report["failures"] == []
        assert contents(other) == contents(one)
        assert other.verify() == []
        again = load(other, folder, WORDS)
        assert (again["added"], again["changed"], len(again["duplicates"])) == (0, 0, len(given_))
        assert again["revision"] == report["revision"]


@settings(max_examples=40, deadline=None)
@given(records())
def test_a_cell_says_what_the_record_says(given_: list[Record]) -> None:
    doors = Doors(WORDS, {"w1": "w0"}.get)
    for record in given_:
        kind = kind_of(record)
        cells = dict(zip(SHEETS[kind].columns, cells_of(record), strict=True))
        read = doors.record(kind, cells, Source("x.csv", ""), 1)
        assert doors.failures == []
        assert read == record
        assert values_of(kind, cells)["status"] == record.status


@settings(max_examples=60, deadline=None)
@given(records(), st.data())
def test_the_quick_way_makes_what_the_door_makes(given_: list[Record], data: st.DataObject) -> None:
    there = {record.id: record for record in given_}
    for record in given_:
        kind = kind_of(record)
        if kind not in {"claim", "evidence"}:
            continue
        columns, cells = SHEETS[kind].columns, cells_of(record)
        at = data.draw(st.integers(0, len(cells)))
        if at < len(cells):
            cells[at] = data.draw(
                st.sampled_from(["", " x", "weak", "nonsense", "a" * 501, "TRUE", "w0.x", "\u0301", "w2"])
            )
        quick = tables_quick.lane(kind, columns, WORDS, there)
        assert quick is not None
        taken = quick(cells)
        if taken is not None:
            doors = Doors(WORDS, {"w1": "w0"}.get)
            slow: Any = doors.record(kind, dict(zip(columns, cells, strict=True)), Source("x.csv", ""), 1)
            assert doors.failures == []
            assert taken == (slow.id, payload_of(slow), leans_of(slow))


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[kg.Graph, Path]]:
    """The packaged pack and its tables."""
    folder = tmp_path_factory.mktemp("pack")
    graph = kg.open(f"sqlite:///{folder}/record.db", lang="en", ontology=())
    graph.export(folder / "tables", format="csv-tables")
    yield graph, folder / "tables"
    graph.store.close()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("style", ["plain", "excel"])
def test_the_pack_comes_back_from_any_spreadsheet(
    packed: tuple[kg.Graph, Path], tmp_path: Path, delimiter: str, style: str
) -> None:
    graph, folder = packed
    for file in folder.iterdir():
        rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))
        out = io.StringIO()
        writer = csv.writer(
            out,
            delimiter=delimiter,
            lineterminator="\r\n" if style == "excel" else "\n",
            quoting=csv.QUOTE_ALL if style == "excel" else csv.QUOTE_MINIMAL,
        )
        order = sorted(range(len(rows[0])), key=rows[0].__getitem__)
        writer.writerows([row[at] for at in order] for row in rows)
        encoding = "utf-8-sig" if style == "excel" else "utf-8"
        (tmp_path / file.name).write_bytes(out.getvalue().encode(encoding))
    with Store.open(":memory:") as store:
        report = load(store, tmp_path, WORDS)
        assert (report["failures"], report["added"]) == ([], 845)
        assert contents(store) == contents(graph.store)
        assert store.verify() == []
