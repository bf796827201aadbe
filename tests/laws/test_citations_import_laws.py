"""Laws of importing citations: every entry has one fate, nothing is lost, the same again changes nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.importers.citations import import_bytes
from kg.importers.citations_plan import plan
from kg.importers.citations_reading import left_over, packed, read, unpacked
from kg.model import Work, canonical, to_payload
from kg.record import Store
from tests.laws import citation_corpora as corpora
from tests.laws.citation_library import WRITERS, Library, library

FORMATS = tuple(WRITERS)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty record of each kind of database."""
    with Store.open(database_url) as opened:
        yield opened


def put(store: Store, text: str | bytes, format: str | None, **options: Any) -> dict[str, Any]:
    data = text if isinstance(text, bytes) else text.encode()
    report = import_bytes(store, data, format, "library", "ann", **{"guarded": False, **options})
    assert report["found"] == report["added"] + len(report["duplicates"]) + len(report["failures"])
    assert all(set(item) == {"key", "match", "why"} for item in report["duplicates"])
    assert all(set(item) == {"source", "line", "raw", "reason", "remedy"} for item in report["failures"])
    return report


def by_key(store: Store) -> dict[str, Work]:
    return {work.id: work for work in store.records().works}


def has_its_truth(report: dict[str, Any], works: dict[str, Work], truth: Library) -> None:
    """Compare an import with what the generator knows of each entry."""
    assert report["counted"] == report["found"] == len(truth.papers)
    assert len(report["failures"]) == len(truth.of("failed"))
    for key, paper in zip(report["works"], truth.of("added"), strict=True):
        work = works[key]
        assert (work.title, work.authors, work.year) == (paper.title, paper.authors, paper.year)
        assert (work.doi or "", work.arxiv or "") == (paper.doi, paper.arxiv)
        assert paper.others is False or "author-others" in work.csl.get("custom", {}) or work.raw_format in NO_OTHERS
    for told, paper in zip(report["duplicates"], truth.of("duplicate"), strict=True):
        assert works[told["match"]].title == paper.of
        assert told["why"]
    versions = [paper for paper in truth.papers if paper.version]
    for told, paper in zip(report["versions"], versions, strict=True):
        assert works[told["key"]].arxiv == paper.arxiv
        assert works[told["other"]].title == paper.of
        assert works[told["key"]].independence_group == told["group"] == told["other"]


NO_OTHERS = {"csl-json", "nbib", "endnote-xml"}


def test_every_entry_of_messy_libraries_has_the_fate_that_is_known_of_it(store: Store) -> None:
    for number, format in enumerate(FORMATS, 1):
        truth = library(format, 120, 2026)
        report = put(store, truth.text, format)
        assert report["revision"] == number
        has_its_truth(report, by_key(store), truth)
    works = by_key(store)
    assert len({key.lower() for key in works}) == len(works) == len(store.records().works)
    for work in works.values():
        kept = canonical(to_payload(work))
        assert "/ann/" not in kept.replace("\\\\", "/")
        assert "internal-pdf" not in kept
        assert work.raw
        assert work.csl["id"] == work.id
    before = store.records()
    for format in FORMATS:
        again = put(store, library(format, 120, 2026).text, format)
        assert (again["added"], again["revision"]) == (0, len(FORMATS))
    assert store.records() == before
    assert store.verify() == []


@pytest.mark.parametrize("format", FORMATS)
def test_a_worker_reads_what_we_read_and_its_answer_comes_back_whole(format: str) -> None:
    data = library(format, 40, 7).text.encode()
    here = read(data, name="library", format=format)
    assert read(data, name="library", format=format, guarded=True) == here
    assert unpacked(packed(here)) == here


@pytest.mark.parametrize("format", FORMATS)
def test_what_failed_is_left_over_as_a_file_that_fails_alike_and_loses_nothing(format: str) -> None:
    truth = library(format, 60, 3)
    reading = read(truth.text.encode(), name="library", format=format)
    again = read(left_over(reading).encode(), name="left", format=format)
    assert not again.parsed.works
    assert len(again.parsed.failures) == len(truth.of("failed"))
    for fault, first in zip(again.parsed.failures, reading.parsed.failures, strict=True):
        # Behind an entry that never ends stands the remark on the next.
        assert " ".join(fault.entry.split()).startswith(" ".join(first.entry.split()))


@pytest.mark.parametrize("format", FORMATS)
def test_line_ends_marks_and_named_encodings_change_nothing(format: str) -> None:
    text = library(format, 30, 5).text
    plain = read(text.encode(), name="library", format=format).parsed
    variants = [("\ufeff" + text).encode(), text.replace("\n", "\r\n").encode(), text.replace("\n", "\r").encode()]
    readings = [read(data, name="library", format=format).parsed for data in variants]
    readings += [read(text.encode(name), name="library", format=format, encoding=name).parsed for name in WIDE]
    for parsed in readings:
        assert [found.work.csl for found in parsed.works] == [found.work.csl for found in plain.works]
        assert len(parsed.failures) == len(plain.failures)


WIDE = ("utf-16", "gb18030")


@pytest.mark.parametrize("format", FORMATS)
def test_an_encoding_is_never_guessed(format: str) -> None:
    text = library(format, 20, 5).text
    for name in WIDE:
        with Store.open(":memory:") as store:
            report = put(store, text.encode(name), format)
            assert (report["found"], report["added"], report["revision"]) == (1, 0, 0)
            assert name in report["failures"][0]["remedy"]


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6))
def test_spoiled_libraries_lose_nothing_and_come_in_once(format: str, seed: int) -> None:
    text = corpora.spoiled(library(format, 8, seed % 20).text, random.Random(seed))
    data = text.encode("utf-8", "surrogatepass")
    with Store.open(":memory:") as store:
        report = put(store, data, format)
        works = by_key(store)
        assert list(works) == sorted(report["works"])
        assert store.verify() == []
        again = put(store, data, format)
        assert again["added"] == 0, text
        assert by_key(store) == works


@given(order=st.permutations(range(12)))
def test_keys_are_unique_whatever_the_order(order: list[int]) -> None:
    entries = [f"@misc{{{'kK'[n % 2]}ey, title={{{chr(97 + n) * 20}}}, year={2000 + n}}}" for n in order]
    reading = read("\n".join(entries).encode(), name="x.bib")
    standing = [Work(id="Key", type="book", title="Another"), Work(id="keya", type="book", title="Others")]
    planned = plan(reading.parsed, standing)
    keys = [*planned.added, *(work.id for work in standing)]
    assert len(planned.added) == 12
    assert len({key.lower() for key in keys}) == 14
    assert all(planned.works[key].csl["id"] == key for key in planned.added)
