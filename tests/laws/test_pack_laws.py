"""What is written as a pack is read back as it was; no text makes the reader fall over."""

from __future__ import annotations

import tempfile
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.citations import bibtex
from kg.errors import InputError
from kg.exporters.pack import documents, write
from kg.ids import claim_id
from kg.importers.pack import read
from kg.importers.sources import Source
from kg.importers.yaml_blocks import parsed_block, read_blocks, unquoted
from kg.importers.yaml_nodes import Block
from kg.importers.yaml_plain import plain_block
from kg.inputs import ClaimIn, EntityIn, EvidenceIn, WorkIn, clean
from kg.model import Record, Text, Work
from kg.packs import CoverageRow, Pack, WorkNote
from kg.snapshot import Snapshot
from kg.vocabulary import load
from tests.golden.test_pack_files import values

WORDS = load()
AWKWARD = [
    "no",
    "on",
    "~",
    "null",
    "1.0",
    "0x1F",
    "2026-11-23",
    "12:30",
    "=",
    "<<",
    "- a",
    "# b",
    "a: b",
    "a #b",
    "[x",
    "*a",
]
AWKWARD += [
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    "'",
    '"',
    "\\",
    "a\nb",
    "a\n\n b",
    "\ta",
    "微调",
    "a\u2028b",
    "\ufeffx",
    "😀",
    "{}",
    "|",
    ">",
]


def storable(text: str) -> str:
    """The text without what the doors refuse or take off; never empty."""
    try:
        made = clean(text)
    except ValueError:
        made = clean("".join(char for char in text if char.isprintable()))
    return made if any(unicodedata.category(char)[0] in "LNPS" for char in made) else f"x{made}"


TEXTS = (st.sampled_from(AWKWARD) | st.text(max_size=40) | st.text("no:1 -#'\"\n,[]{}", max_size=40)).map(storable)
SLUGS = st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9]{1,3})?", fullmatch=True)
# What an entity is called is one line, of which every character can be seen.
NAMES = TEXTS.map(lambda text: storable("".join(char for char in text if char.isprintable())))
LABELS = st.builds(Text, NAMES, st.none() | NAMES).map(Text.document)
BOTH = st.builds(Text, TEXTS, st.none() | TEXTS).map(Text.document)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
RELATION = "raises"


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Small records with awkward texts everywhere."""
    names = draw(st.lists(SLUGS, min_size=2, max_size=5, unique=True))
    records: list[Record] = []
    for at, name in enumerate(names):
        given: dict[str, Any] = {
            "id": name,
            "type": "Factor",
            "label": draw(LABELS),
            "definition": draw(st.none() | BOTH),
        }
        given["aliases"] = draw(st.lists(NAMES, max_size=2))
        given["broader"] = draw(st.none() | st.sampled_from(names[:at])) if at else None
        given["matches"] = draw(st.sampled_from([[], [{"relation": "exactMatch", "iri": "https://example.org/a"}]]))
        records.append(EntityIn(**given).record(WORDS))
    works = draw(st.lists(SLUGS, min_size=1, max_size=3, unique=True))
    records += [draw(work(key)) for key in works]
    pairs = draw(st.lists(st.permutations(names).map(lambda order: (order[0], order[1])), max_size=3, unique=True))
    for subject, object in pairs:
        conditions = draw(st.none() | TEXTS)
        records.append(ClaimIn(subject=subject, relation=RELATION, object=object, conditions=conditions).record(WORDS))
        for _ in range(draw(st.integers(0, 3))):
            given = {"claim": claim_id(subject, RELATION, object), "work": draw(st.sampled_from(works))}
            given |= {"stance": draw(st.sampled_from(list(WORDS.stances))), "kind": "argument", "strength": "weak"}
            given |= {"basis": "abstract", "statement": draw(TEXTS), "inferred": draw(st.booleans())}
            for name in ("strength_reason", "locator", "quote", "independence_group"):
                given[name] = draw(st.none() | TEXTS)
            given["alias"] = draw(st.none() | TEXTS.map(lambda text, at=len(records): f"{text}{at}"))
            item = EvidenceIn(contributor="pack:p", **given).record(WORDS)
            if item.id not in {record.id for record in records}:
                records.append(item)
    return Snapshot.of(1, None, records)


@st.composite
def work(draw: st.DrawFn, key: str) -> Work:
    """A work from BibTeX, perhaps with more than BibTeX can say, or one that never was BibTeX."""
    if draw(st.booleans()):
        raw = f"@article{{{key},\n  title = {{A {{Title}} of \\'e}},\n  year = {{{draw(st.integers(1900, 2030))}}}\n}}"
        made = bibtex.parse(raw, source="x").works[0].work.record(WORDS)
        return replace(
            made,
            status=draw(st.sampled_from(["current", "retracted"])),
            independence_group=draw(st.none() | TEXTS),
            title=draw(st.just(made.title) | TEXTS),
            year=draw(st.sampled_from([made.year, None, 1999])),
        )
    given: dict[str, Any] = {
        "id": key,
        "type": "book",
        "title": draw(TEXTS),
        "authors": draw(st.lists(TEXTS, max_size=2)),
    }
    given |= {"year": draw(st.none() | st.integers(1900, 2030)), "csl": draw(st.dictionaries(TEXTS, JSON, max_size=3))}
    given["raw"], given["raw_format"] = draw(st.sampled_from([(None, None), ("TY  - BOOK\nER  -\n", "ris")]))
    return WorkIn(**given).record(WORDS)


HEADS = st.builds(
    Pack,
    st.just("p"),
    st.builds(Text, TEXTS, st.none() | TEXTS),
    TEXTS,
    st.dates(date(1900, 1, 1)),
    TEXTS,
    notes=st.lists(TEXTS, max_size=2).map(tuple),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(snapshots(), HEADS, st.lists(TEXTS, unique=True, max_size=2), TEXTS)
def test_what_is_written_is_read_back(snapshot: Snapshot, head: Pack, locators: list[str], text: str) -> None:
    key = next(iter(snapshot.works))
    pack = replace(head, seed=key, work_notes=(WorkNote(key, text, Text(text), notes=(text,)),))
    rows = tuple(CoverageRow(one, text, Text(text, text), tuple(snapshot.claims), (), (key,)) for one in locators)
    texts = documents(snapshot, WORDS, pack=pack, coverage=rows)
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "p", texts)
        contents = read(Path(folder) / "p", WORDS)
    assert contents.failures == ()
    assert {record.id: record for record in contents.entities} == snapshot.entities
    assert {record.id: record for record in contents.claims} == snapshot.claims
    assert {record.id: record for record in contents.evidence} == snapshot.evidence
    assert {record.id: record for record in contents.works} == snapshot.works
    assert contents.coverage == rows
    assert contents.pack is not None
    assert replace(contents.pack, files=pack.files) == pack


PIECES = [
    "- id: a\n",
    "  b: c\n",
    "  - d\n",
    "-",
    " ",
    "\n",
    "'",
    '"',
    "[",
    "]",
    "{",
    "}",
    ":",
    "#",
    "&",
    "*",
    "!",
    "|",
    "\t",
]
PIECES += ["---\n", "...\n", "%YAML 1.1\n", "<<", "\x00", "\x85", "微", "?", "- ", "  e: >\n", "@", "`", "\\", "\ud800"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join))
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    blocks, failures = read_blocks(Source("f.yaml", text))
    starts = sum(line.startswith("- ") or line == "-" for line in text.split("\n"))
    assert len(blocks) == starts
    assert all(failure.reason and failure.remedy for failure in failures)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(SLUGS, JSON, min_size=1, max_size=4), min_size=1, max_size=4))
def test_records_are_read_as_another_reader_reads_them(records: list[dict[str, Any]]) -> None:
    text = yaml.safe_dump(records, allow_unicode=True)
    blocks, failures = read_blocks(Source("f.yaml", text))
    assert failures == []
    assert [values(block) for block in blocks if isinstance(block, Block)] == yaml.safe_load(text)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["pack.toml", "entities.yaml", "claims.yaml", "references.bib", "coverage.yaml"]),
    st.binary(max_size=300),
)
def test_no_file_makes_the_reader_fall_over(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        contents = read(Path(folder), WORDS)
    assert contents.failures
    places = [(failure.source, failure.line or 0) for failure in contents.failures]
    assert places == sorted(places)


def test_records_that_do_not_count_stay_behind() -> None:
    entities = [EntityIn(id=id, type="Factor", label={"en": id}).record(WORDS) for id in ("a", "b", "c")]
    claims = [ClaimIn(subject="a", relation="raises", object=id).record(WORDS) for id in ("b", "c")]
    revoked = [replace(entities[2], status="revoked")]
    snapshot = Snapshot.of(1, None, [*entities[:2], *revoked, *claims])
    texts = documents(snapshot, WORDS, pack=Pack("p", Text("P"), "1", date(2026, 11, 23), "CC0-1.0"))
    assert "id: c" not in texts["entities.yaml"]
    assert texts["claims.yaml"].count("- subject") == 1
    assert "coverage.yaml" not in texts


def test_a_folder_that_is_no_pack_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-ann.txt").write_text("Dear Ann", encoding="utf-8")
    with pytest.raises(InputError, match="is no pack"):
        write(tmp_path / "letters", {"pack.toml": ""})
    with pytest.raises(InputError, match="is no pack"):
        write(tmp_path / "letters" / "to-ann.txt", {"pack.toml": ""})
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["to-ann.txt"]


LINES = st.sampled_from([
    "  relation: raises", "  evidence:", "  evidence:   ", "    - id: e1", "      work: hu2022", "      statement: {}",
    "    - {}", "  conditions: {}", "      inferred: true", "      year: 2022", "  id: lora", "  - id: x", "   odd: x",
    "  locator:", "      {}", "", "  # said", "  key: |", "      day: 2024-01-01", "      no: no", "  a: &b c",
])  # fmt: skip
VALUES = st.sampled_from([
    "It does", "it: does", "it:does", "a #b", "a#b", "~", "null", "on", "1e3", "0x1F", "1:30", "=", "<<", "- x", "[a]",
    "{a: b}", "'q'", '"q"', "x'y", "trailing ", "a, b", "微调：安全", "...", "---", "a\u2028b", "a\tb",
    "%x", "@x", "!x", "*x", "?", "? x", ":", "x:",
    "1_000", ".5", "2024-01-01", "y",
])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(VALUES, st.lists(st.tuples(LINES, VALUES), max_size=7))
def test_a_plain_record_is_what_the_parser_makes_of_it(first: str, lines: list[tuple[str, str]]) -> None:
    text = "\n".join([f"- subject: {first}", *(line.replace("{}", value) for line, value in lines)])
    plain = plain_block(text, 7, unquoted)
    if plain is not None:
        assert plain == parsed_block(text, 7)


def test_most_records_are_plain() -> None:
    text = "- subject: a\n  relation: raises\n  evidence:\n    - id: e1\n      work: w\n      inferred: true\n\n"
    plain = plain_block(text, 1, unquoted)
    assert plain is not None
    assert plain.line_of("evidence", 0, "inferred") == 6
