"""Importing what is hostile, broken or too much: a clear answer in time, nothing half in the record."""

from __future__ import annotations

import json
import multiprocessing
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.citations import table
from kg.citations.encodings import MAX_BYTES
from kg.errors import InputError, NotFound, Upstream
from kg.importers import citations_reading
from kg.importers.citations import import_bytes
from kg.rdf.worker import MIB, Limits
from kg.record import Store
from tests.importing import import_once
from tests.laws.citation_library import library

GOOD = "@misc{good, title = {A good one}, year = 2020}\n"
DOUBLING = "@string{a0={" + "x" * 1000 + "}}\n" + "".join(f"@string{{a{n + 1}=a{n}#a{n}}}\n" for n in range(60))
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
RECORD = "<record><titles><title>{}</title></titles></record>"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/record.db") as opened:
        yield opened


def put(store: Store, data: bytes | str, format: str | None = None, **options: Any) -> dict[str, Any]:
    """Import what a stranger sent, in a worker; whatever it is, it takes no more than a few seconds."""
    begun = time.monotonic()
    sent = data if isinstance(data, bytes) else data.encode()
    report = import_bytes(store, sent, format, "sent", "stranger", **options)
    assert time.monotonic() - begun < 30
    assert report["found"] == report["added"] + len(report["duplicates"]) + len(report["failures"])
    json.dumps(report, ensure_ascii=False, allow_nan=False).encode()
    return report


@pytest.mark.parametrize(
    ("format", "text", "added", "reason"),
    [
        ("bibtex", DOUBLING + "@misc{x, title = a60}\n" + GOOD, 2, None),
        ("bibtex", GOOD + "@misc{x, title = {" + "{" * 100_000, 1, "never closes"),
        ("bibtex", GOOD + "@misc{x, title = {" + "{" * 5_000 + "}" * 5_000 + "}}", 1, "nest"),
        ("bibtex", GOOD + "@misc{x, title = {" + r"\"" * 400 + "}}", 2, None),
        ("bibtex", GOOD + "@misc{x, title = {x}, author = {" + r"\v " * 600 + "}}", 1, "at most 500 characters"),
        ("bibtex", GOOD + "@misc{x, title = {" + r"\"\v " * 20_000 + "}}", 1, "at most 10000 characters"),
        ("bibtex", GOOD.replace("good one", "go\x00od\x07 \u202e one"), 1, None),
        ("bibtex", "\ufeff" + GOOD.replace("\n", "\r"), 1, None),
        ("bibtex", GOOD + "@" * 200_000, 1, None),
        ("bibtex", "%" * 300_000 + "\n" + GOOD, 1, None),
        ("csl-json", '[{"title": "good"},{"title":"x","custom":' + "[" * 100_000 + "]" * 100_000 + "}]", 1, "nested"),
        ("csl-json", '[{"title": "good"},{"title":"x","volume":NaN},{"title":"y","volume":1e999}]', 1, "number"),
        ("csl-json", '[{"title": "good"},{"title":"\\ud800 x","id":"\\u0000"}]', 2, None),
        ("csl-json", '[{"title": "good"},{"title":"x","volume":' + "9" * 5_000 + "}]", 1, "number"),
        ("endnote-xml", "<xml>" + LAUGHS + RECORD.format("&b;") + "</xml>", 0, "DOCTYPE"),
        ("endnote-xml", "<xml>" + RECORD.format("&b;") + RECORD.format("good") + "</xml>", 1, "undefined entity"),
        ("endnote-xml", "<xml>" + RECORD.format("<a>" * 50_000) + RECORD.format("good") + "</xml>", 1, "nested"),
        ("ris", "TY  - JOUR\rTI  - good\rER  - \rTI  - x\rER  - \r", 1, "does not begin"),
        ("ris", "TY  - JOUR\nTI  - good\n" + "AU  - A, B\n" * 20_000, 0, "names"),
        ("nbib", "PMID- 1\nTI  - good\n" + "      x\n" * 50_000, 0, "characters"),
        ("csv", 'title\ngood\n"' + "x" * 100_000, 1, "never ends"),
        ("csv", 'title\ngood\n"' + 'x\n""' * 500_000 + '"\n', 1, "a cell has 1,500,000 characters, at most 1,000,000"),
        ("csv", "title\ngood\n" + "x" * 1_500_000 + "\n", 1, "a cell has 1,500,000 characters, at most 1,000,000"),
        ("csv", "title," * 3_000 + "\ngood\n", 0, "header"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else str(value),
)
def test_what_is_hostile_costs_nobody_but_itself(
    store: Store, format: str, text: str, added: int, reason: str | None
) -> None:
    report = put(store, text.encode("utf-8", "surrogatepass"), format)
    assert report["added"] == added, report["failures"]
    assert (reason is None) == (report["failures"] == [])
    assert all(reason in fault["reason"] for fault in report["failures"] if reason), report["failures"]
    assert len(store.records().works) == added
    assert store.verify() == []


def test_a_cell_that_is_too_long_costs_its_own_row_and_is_told_by_its_line() -> None:
    long = "word\n" * 300_000
    found = table.parse(f'title,abstract\na,b\nlong,"{long}"\n"c, d","e\nf"\n', source="x.csv")
    assert [one.work.title for one in found.works] == ["a", "c, d"]
    (fault,) = found.failures
    assert (fault.line, fault.reason) == (3, "a cell has 1,500,000 characters, at most 1,000,000 are read")
    assert fault.remedy == "shorten the cell, and keep its whole text elsewhere"
    assert [one.broken for one in table.rows(f'a,"{long}"', ",", most=2_000_000)] == [None]


def test_a_source_too_large_is_refused_before_it_is_read(store: Store, tmp_path: Path) -> None:
    sparse = tmp_path / "large.bib"
    with sparse.open("wb") as file:
        file.truncate(100 * MIB)
    graph = kg.open(f"sqlite:///{tmp_path}/record.db", empty=True)
    before, begun = graph.revision, time.process_time()
    report = graph.load(sparse)
    assert (report["added"], report["found"], graph.revision) == (0, 1, before)
    assert f"more than {MAX_BYTES // MIB} MiB" in report["failures"][0]["reason"]
    assert time.process_time() - begun < 2
    stranger = put(store, b" " * (citations_reading.STRANGER_BYTES + 1), "bibtex")
    assert "16 MiB" in stranger["failures"][0]["reason"]
    graph.store.close()


@pytest.mark.parametrize(
    ("limits", "says"),
    [(Limits(seconds=0.05), "takes more than 0.05 s"), (Limits(seconds=30, memory=8 * MIB), "memory")],
)
def test_a_worker_over_its_limits_is_ended_and_nothing_was_written(
    store: Store, monkeypatch: pytest.MonkeyPatch, limits: Limits, says: str
) -> None:
    data = library("bibtex", 3_000, 1).text.encode()
    with monkeypatch.context() as changed:
        changed.setattr(citations_reading, "STRANGER_LIMITS", limits)
        with pytest.raises(InputError, match=says):
            import_bytes(store, data, "bibtex", "sent", "stranger")
    assert store.head() is None
    assert put(store, GOOD)["added"] == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"format": "bibtext"}, "did you mean bibtex"),
        ({"encoding": "utf-99"}, "utf-8"),
        ({"encoding": "rot13"}, "no encoding"),
    ],
)
def test_words_that_nobody_knows_are_refused(store: Store, options: dict[str, str], says: str) -> None:
    with pytest.raises(InputError) as fault:
        put(store, GOOD, **options)
    assert says in str(fault.value)
    assert store.head() is None


def test_kills_in_the_middle_leave_nothing_or_all(database_url: str) -> None:
    processes: ForkServerContext = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["kg.importers.citations"])
    chance = random.Random(20_261_125)
    data = library("bibtex", 400, 9).text.encode()
    Store.open(database_url).close()
    whole = None
    for cycle in range(8):
        receiving, sending = processes.Pipe(duplex=False)
        process = processes.Process(target=import_once, args=(database_url, data, sending))
        process.start()
        sending.close()
        assert receiving.recv() == "begun"
        if cycle < 7:
            time.sleep(chance.uniform(0.05, 0.6))
            process.kill()
        process.join()
        acknowledged = receiving.poll() and _last(receiving)
        with Store.open(database_url) as store:
            count = len(store.records().works)
            head = store.head()
            assert (count == 0) == (head is None)
            assert count in {0, whole or count}
            assert not acknowledged or count
            whole = count or whole
            assert store.verify() == []
    assert whole == len(library("bibtex", 400, 9).of("added"))


def _last(receiving: Any) -> Any:
    try:
        return receiving.recv()
    except EOFError:
        return None


def test_two_at_once_write_each_work_once(database_url: str) -> None:
    texts = [library("bibtex", 60, 4).text, library("bibtex", 60, 4).text, library("ris", 60, 4).text]

    def send(number: int) -> int:
        with Store.open(database_url) as store:
            format = "bibtex" if number < 2 else "ris"
            report = import_bytes(store, texts[number].encode(), format, "x", f"writer-{number}", guarded=False)
            return int(report["added"])

    Store.open(database_url).close()
    with ThreadPoolExecutor(3) as pool:
        added = list(pool.map(send, range(3)))
    with Store.open(database_url) as store:
        works = store.records().works
        assert len(works) == sum(added)
        assert len({work.title for work in works if not work.independence_group}) == len(
            {paper.title for kind in ("bibtex", "ris") for paper in library(kind, 60, 4).of("added")}
        )
        assert store.verify() == []


def test_files_that_are_none_are_told(tmp_path: Path) -> None:
    graph = kg.open(f"sqlite:///{tmp_path}/record.db", empty=True)
    with pytest.raises(NotFound, match="no file or folder"):
        graph.load(tmp_path / "none.bib")
    (tmp_path / "words.bib").write_text("nothing of the kind")
    assert "no entry of the form" in graph.load(tmp_path / "words.bib")["failures"][0]["reason"]
    (tmp_path / "empty.bib").write_text("")
    with pytest.raises(InputError, match="is empty"):
        graph.load(tmp_path / "empty.bib")
    (tmp_path / "good.bib").write_text(GOOD + "@misc{bad, title={x")
    with pytest.raises(InputError, match="cannot be written"):
        graph.load(tmp_path / "good.bib", failures=tmp_path / "no" / "folder.bib")
    assert graph.snapshot.works == {}
    with pytest.raises(InputError, match="only citations"):
        graph.load(tmp_path, format="pack", dry_run=True)
    with pytest.raises(InputError, match="cannot be read"):
        graph.load(tmp_path, format="bibtex")
    graph.store.close()


def test_without_workers_strangers_are_turned_away(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.rdf.worker.AVAILABLE", False)
    with pytest.raises(Upstream, match="Linux"):
        put(store, GOOD)
    assert put(store, GOOD, guarded=False)["added"] == 1
