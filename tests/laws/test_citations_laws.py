"""Laws of the citations room: nothing is lost between writing and reading, entries add up, no text crashes or hangs."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.citations import bibtex, csl, endnote, latex, nbib, ris, table
from kg.citations.bibtex_writer import to_bibtex
from kg.citations.csl import item_of, to_csl
from kg.citations.duplicates import find_matches
from kg.citations.item import canonical_item
from kg.citations.names import display
from kg.citations.parsed import RAW_SHOWN, Parsed, Reader, legible, one_line, paragraphs
from kg.citations.residue import residue, restore
from kg.citations.ris_writer import to_ris
from kg.inputs import WorkIn, clean
from kg.inputs import parse as enter
from kg.model import Work
from tests.laws import citation_corpora as corpora
from tests.laws import citation_oracles as oracles
from tests.laws.citation_entries import KINDS
from tests.laws.citation_strategies import csl_items, texts, works

Writer = Callable[[Iterable[Work]], str]
WRITTEN: list[tuple[Writer, Reader]] = [(to_bibtex, bibtex.parse), (to_ris, ris.parse), (to_csl, csl.parse)]
READ: dict[str, tuple[Reader, str, Callable[[str], int | None]]] = {
    "bibtex": (bibtex.parse, corpora.BIBTEX, oracles.count_bibtex),
    "ris": (ris.parse, corpora.RIS, oracles.count_ris),
    "nbib": (nbib.parse, corpora.NBIB, oracles.count_nbib),
    "endnote": (endnote.parse, corpora.ENDNOTE, oracles.count_endnote),
    "csl": (csl.parse, corpora.CSL, oracles.count_csl),
    "csv": (table.parse, corpora.CSV, lambda _: None),
}
distinct_works = st.lists(works(), max_size=3, unique_by=lambda work: work.id.lower())
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(given=distinct_works)
def test_writing_and_reading_gives_the_same_works(given: list[Work]) -> None:
    items = [item_of(work) for work in given]
    for write, read in WRITTEN:
        text = write(given)
        parsed = read(text, source="x")
        assert not parsed.failures, text
        assert [found.work.csl for found in parsed.works] == items, text
        for found, work in zip(parsed.works, given, strict=True):
            assert (found.work.id, found.work.year) == (work.id, work.year)
            assert found.work.title == one_line(work.title)
            assert found.work.authors == [display(name) for name in item_of(work).get("author", ())]
            assert work.arxiv is None or found.work.arxiv == work.arxiv


@quick
@given(item=csl_items(), other=csl_items())
def test_the_canonical_item_is_stable_and_a_residue_restores_it(
    item: dict[str, object], other: dict[str, object]
) -> None:
    wanted, _ = canonical_item(item)
    assert canonical_item(wanted)[0] == wanted
    found = dict(other)
    missing = residue(wanted, found)
    if missing:
        assert restore(found, missing) == []
    assert canonical_item(found)[0] == wanted


@given(text=st.one_of(texts, st.text()))
def test_text_that_was_cleaned_is_welcome_at_the_door(text: str) -> None:
    for cleaned in (legible(text), one_line(text), paragraphs(text)):
        assert clean(cleaned) == cleaned.strip()
    assert one_line(one_line(text)) == one_line(text)
    assert paragraphs(paragraphs(text)) == paragraphs(text)


@given(text=texts)
def test_latex_prints_what_was_written(text: str) -> None:
    text = legible(text)
    assert latex.to_unicode(latex.from_unicode(text)) == text


@given(cells=st.lists(st.lists(st.text("ab\",;\n '=+-@é", max_size=6), min_size=2, max_size=4), max_size=5))
def test_tables_come_back_cell_by_cell(cells: list[list[str]]) -> None:
    quoted = [["x", *(table.neutralised(cell) for cell in row)] for row in cells]
    text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in quoted)
    found = [[table.restored(cell) for cell in row.cells] for row in table.rows(text, ",")]
    assert found == [["x", *row] for row in cells]


def check(parsed: Parsed, text: str, expected: int | None) -> None:
    """What holds for every text whatsoever."""
    assert expected is None or parsed.found == expected, text
    for found in parsed.works:
        item = {key: value for key, value in found.work.csl.items() if key != "id"}
        assert canonical_item(item)[0] == item, text
        json.dumps(found.work.model_dump(), ensure_ascii=False, allow_nan=False).encode()
        assert "\x00" not in found.raw
        enter(WorkIn, found.work.model_dump())
    for fault in parsed.failures:
        assert fault.reason, text
        assert fault.remedy, text
        assert len(fault.raw) <= RAW_SHOWN + 60
        json.dumps(fault.document(), ensure_ascii=False).encode()
    for remark in parsed.warnings:
        str(remark).encode()


@pytest.mark.parametrize("name", READ)
def test_entries_add_up_in_spoiled_sources(name: str) -> None:
    read, sample, count = READ[name]
    chance = random.Random(f"{name} 2026")
    for _ in range(250):
        text = corpora.spoiled(sample, chance)
        check(read(text, source="x"), text, count(text))


@quick
@given(
    text=st.one_of(st.text(), texts, st.lists(st.sampled_from(corpora.SPLINTERS)).map("".join)),
    name=st.sampled_from(list(READ)),
)
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    read, _, count = READ[name]
    check(read(text, source="x"), text, count(text))


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=60, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_a_broken_entry_costs_nobody_but_itself(name: str, chance: random.Random) -> None:
    kind = KINDS[name]
    sound = [kind.sound(n) for n in range(chance.randint(1, 6))]
    alone = [found.work for found in kind.read(kind.join(sound), source="x").works]
    assert len(alone) == len(sound)
    mixed = list(sound)
    broken = [chance.choice(kind.broken) for _ in range(chance.randint(1, 4))]
    for entry in broken:
        mixed.insert(chance.randint(0, len(mixed)), entry)
    parsed = kind.read(kind.join(mixed), source="x")
    assert [found.work for found in parsed.works] == alone, kind.join(mixed)
    assert len(parsed.failures) == len(broken)
    lines = [found.line or 0 for found in (*parsed.works, *parsed.failures)]
    assert len(set(lines)) == len(mixed)


@pytest.mark.parametrize("name", READ)
def test_no_shape_of_text_takes_more_than_its_length_is_worth(name: str) -> None:
    read, _, _ = READ[name]
    for text in corpora.towers(6_000):
        begun = time.process_time()
        read(text, source="x")
        assert time.process_time() - begun < 2, text[:60]


@quick
@given(given=distinct_works)
def test_a_work_matches_its_own_copy_and_matching_never_fails(given: list[Work]) -> None:
    find_matches(given)
    for work in given:
        if work.doi or work.arxiv:
            copy = Work(**{name: getattr(work, name) for name in Work.__slots__} | {"id": "copy-of-it"})
            assert any(match.work == "copy-of-it" for match in find_matches([work, copy]))
