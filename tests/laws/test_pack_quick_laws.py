"""The quick way makes of a record of a pack what its door makes of it, and nothing of what the door refuses."""

from __future__ import annotations

import base64
import hashlib
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.citations.parsed import Failure
from kg.exporters.pack import documents, write
from kg.ids import evidence_id
from kg.importers import pack_references, sources
from kg.importers.fields import plain
from kg.importers.pack import read
from kg.importers.pack_links import Known
from kg.importers.pack_quick import Quick
from kg.importers.pack_records import Reading
from kg.importers.sources import File, Source, decoded, look_at
from kg.importers.yaml_blocks import Records, read_block
from kg.importers.yaml_nodes import Block
from kg.importers.yaml_quick import claim_of, fields_of
from kg.inputs import EntityIn, WorkIn
from kg.model import Text
from kg.packaged import packaged
from kg.packs import Pack, PackContents
from kg.snapshot import Snapshot
from kg.vocabulary import load
from tests.faults.broken_packs import GOOD
from tests.laws.test_pack_laws import PIECES, VALUES, snapshots

WORDS = load()
PACK = Pack("tiny", Text("Tiny"), "1", date(2026, 11, 23), "CC0-1.0")
SOURCE = Source("f.yaml", "")
MORE = VALUES | st.sampled_from([
    "true", "weak", "supports", "argument", "abstract", "hu2022", "lora", "Technique", "A text that goes on", "''",
    "'it''s'", "'a: b'", '"a # b"', '"\\u00e9"', "' x'", "e\u0301", "\u0301x", "\U000f0000", "x" * 501, "x" * 10_001,
    "{en: A, zh: 乙}", "{en: A}", "{en: no}", "{zh: A}", "{en: a , zh: b}", "[a, b]", "[a, no]", "[a,b]", "[a, a]",
    "[]", "2022", "0xabcdef01", "1.5e+300", "Null", "FALSE", "No", "Nose",
    "\n    going on", "one\n    going on", "one\n      going: on", "one\n        going on", "one\n        # no",
    "one\n\n  two",
    "'one\n        it''s two'", '"one\n        two"', "\n    - Doe, Jane\n    - Roe, R.", "\n    - no", "\n    - a: b",
])  # fmt: skip
CLAIM = [
    "- subject: lora", "  relation: raises", "  object: misuse", "  conditions: so it is", "  evidence:",
    "    - id: E1", "      work: hu2022", "      stance: supports", "      kind: argument", "      strength: weak",
    "      basis: abstract",
    "      statement: Less is trained.", "    - work: hu2022", "      stance: disputes", "      kind: argument",
    "      strength: weak", "      basis: abstract", "      inferred: true", "      statement: More is trained.",
]  # fmt: skip
ENTITY = [
    "- id: lora", "  type: Technique", "  label: {en: LoRA, zh: 低秩适配}", "  definition: {en: An adapter.}",
    "  broader: adapter", "  aliases: [adapters, 低秩]",
]  # fmt: skip
WORK = [
    "- id: doe2020", "  type: book", "  title: On it", "  authors:\n    - Doe, Jane\n    - Roe, R.", "  year: 2020",
    "  status: retracted", "  independence_group: g",
]  # fmt: skip


@st.composite
def texts(draw: st.DrawFn, lines: list[str]) -> str:
    """A good record in which some lines are changed, left out, given twice or put elsewhere."""
    made = list(lines)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(made) - 1))
        name, _, _ = made[at].partition(":")
        act = draw(st.sampled_from(["value", "value", "value", "drop", "twice", "move", "line", "piece"]))
        if act == "value":
            made[at] = f"{name}: {draw(MORE)}" if draw(st.booleans()) else f"{name}:{draw(MORE)}"
        elif act == "drop" and len(made) > 1:
            del made[at]
        elif act == "twice":
            made.insert(at, made[at])
        elif act == "move":
            made.insert(draw(st.integers(0, len(made))), made.pop(at))
        elif act == "line":
            made.insert(
                at, draw(st.sampled_from(["", "  odd: x", "# said", "      claim: x", "   y", "  id: x", "..."]))
            )
        else:
            made[at] += draw(st.sampled_from(PIECES))
    return "\n".join(made) + draw(st.sampled_from(["", "\n", "\n\n"]))


def door(text: str) -> Block | None:
    """The record as the parser makes it; None where it makes none."""
    block = read_block(text, 1, SOURCE)
    return block if isinstance(block, Block) and text.startswith("- ") else None


def reading() -> Reading:
    """What takes records through their doors."""
    return Reading(Path(), PACK, WORDS, Known(Snapshot.of(0, None, [])))


@settings(max_examples=150, deadline=None)
@given(texts(CLAIM))
def test_a_claim_is_what_its_door_makes_of_it(text: str) -> None:
    there: dict[str, Any] = {"lora": 1, "misuse": 1, "hu2022": 1}
    made = Quick(WORDS, PACK.contributor).claim(text, there, there)
    if made is not None:
        block, slow = door(text), reading()
        assert block is not None
        assert slow._claim(SOURCE, block) == made
        assert slow.failures == []


@settings(max_examples=150, deadline=None)
@given(texts(ENTITY), texts(WORK))
def test_an_entity_and_a_work_are_what_their_doors_make_of_them(entity: str, work: str) -> None:
    quick = Quick(WORDS, PACK.contributor)
    for text, made, through in ((entity, quick.entity(entity), EntityIn), (work, quick.work(work), WorkIn)):
        if made is not None:
            block, slow = door(text), reading()
            assert block is not None
            values, faults = plain(block, SOURCE)
            assert slow._through(through, values, faults, SOURCE, block) == made
            assert slow.failures == []


@settings(max_examples=150, deadline=None)
@given(texts(CLAIM), texts(ENTITY))
def test_fields_are_what_the_reader_of_yaml_makes_of_them(claim: str, entity: str) -> None:
    values = fields_of(entity)
    if values is not None:
        block = door(entity)
        assert block is not None
        assert plain(block, SOURCE) == (values, [])
    found = claim_of(claim)
    if found is not None:
        block = door(claim)
        assert block is not None
        fields = {name: node for name, node in block.fields.items() if name != "evidence"}
        assert plain(replace(block, fields=fields), SOURCE) == (found[0], [])
        evidence: Any = block.fields.get("evidence")
        items = () if evidence is None else evidence.items
        assert [(item.line - 1, plain(item, SOURCE)) for item in items] == [(at, (one, [])) for at, one in found[1]]


def test_what_is_plain_needs_no_door() -> None:
    quick, there = Quick(WORDS, PACK.contributor), {"lora": 1, "misuse": 1, "hu2022": 1}
    long = "statement: It is\n        said's at (some) length, and so on."
    text = "\n".join(CLAIM).replace("statement: Less is trained.", long).replace("so it is", "'so: it is'")
    made = quick.claim(text, there, there)
    assert made is not None
    assert [item.below for item in made.items] == [5, 13]
    assert '"statement":"It is said\'s at (some) length, and so on."' in made.items[0].payload
    assert '"conditions":"so: it is"' in made.payload
    assert quick.entity("\n".join(ENTITY)) is not None
    assert quick.work("\n".join(WORK)) is not None


def test_most_of_what_is_exported_is_plain() -> None:
    contents = read(packaged("seeds", "hazards"), WORDS)
    quick = Quick(WORDS, "pack:x")
    entities, works = ({one.id: one for one in some} for some in (contents.entities, contents.works))
    text = (packaged("seeds", "hazards") / "claims.yaml").read_text(encoding="utf-8")
    records = [text for _, text in Records([text])]
    assert sum(quick.claim(one, entities, works) is not None for one in records) > 0.9 * len(records)


def slowly(folder: Path, monkeypatch: pytest.MonkeyPatch) -> PackContents:
    """Read a pack by its doors alone."""
    with monkeypatch.context() as patch:
        for name in ("entity", "work", "claim"):
            patch.setattr(Quick, name, lambda *_: None)
        return read(folder, WORDS)


SPOILED = st.sampled_from([
    ("id: E2", "id: E1"), ("object: cost", "object: costs"), ("work: hu2022", "work: hu2021"), ("weak", "wek"),
    ("subject: cost\n  relation: lowers\n  object: misuse", "subject: lora\n  relation: lowers\n  object: cost"),
    ("id: misuse", "id: lora"), ("type: Risk", "type: Rsk"), ("raises", "raise"),
    ("Less", "Nothing of the kind was seen. #"),
    ("label: {en: Cost}", "label: {en: Cost}\n  broader: misuse"), ("statement: Less", "statement: [Less"),
    ("type: Risk", "type: Risk\n  broader: cost"), ("@misc{hu2022", "@misc{hu2022,\n@misc{hu2023"),
    ("lowers", "exercised-by"),
])  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(SPOILED, max_size=4))
def test_a_pack_with_faults_is_read_as_by_the_doors(
    monkeypatch: pytest.MonkeyPatch, spoiled: list[tuple[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "tiny"
        folder.mkdir()
        for name, good in GOOD.items():
            text = good
            for old, new in spoiled:
                text = text.replace(old, new, 1)
            (folder / name).write_text(text, encoding="utf-8")
        assert read(folder, WORDS) == slowly(folder, monkeypatch)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(snapshots())
def test_what_is_written_is_read_as_by_the_doors(monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder) / "p", documents(snapshot, WORDS, pack=replace(PACK, id="p")))
        assert read(Path(folder) / "p", WORDS) == slowly(Path(folder) / "p", monkeypatch)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join), st.integers(1, 40))
def test_records_do_not_depend_on_how_the_text_is_cut(text: str, size: int) -> None:
    whole = Records([text])
    records = list(whole)
    *before, last = text.split("\n")
    lines = [*(f"{line}\n" for line in before), last]
    cut = Records("".join(lines[at : at + size]) for at in range(0, len(lines), size))
    assert list(cut) == records
    assert cut.faults(SOURCE) == whole.faults(SOURCE)
    starts = [at for at, line in enumerate(text.split("\n"), 1) if line.startswith("- ") or line == "-"]
    assert [line for line, _ in records] == starts


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.sampled_from([b"\n", b"\r", b"\r\n", b"ab", "微".encode(), b"\xff", b"\xe5", b" "]),
        max_size=12,
    )
)
def test_a_file_in_pieces_is_the_file(monkeypatch: pytest.MonkeyPatch, content: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f.yaml"
        path.write_bytes(b"".join(content))
        whole = decoded(path.read_bytes(), "f")
        with monkeypatch.context() as patch:
            patch.setattr(sources, "PIECE", 3)
            file = look_at(path, name="f")
            if isinstance(whole, Failure) or not whole.strip():
                assert isinstance(file, Failure)
                assert isinstance(whole, str) or (file.reason, file.line) == (whole.reason, whole.line)
                return
            assert isinstance(file, File)
            pieces = list(file.pieces())
        assert "".join(pieces) == whole
        assert all(piece.endswith("\n") for piece in pieces[:-1])


@given(st.text(), st.text())
def test_the_id_of_an_item_is_base32_of_its_sha256(work: str, said: str) -> None:
    work, said = (text.encode(errors="replace").decode() for text in (work, said))
    digest = base64.b32encode(hashlib.sha256(f"{work}\x1f{said}".encode()).digest()).decode().lower()
    assert evidence_id(work, said) == f"{work}.{digest[:12]}"


def test_references_in_parts_are_the_references(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = packaged("seeds", "hazards") / "references.bib"
    broken = "\n@misc{broken, title = {One\n@misc{one, title = {One}}\n@misc{also, title = \n"
    (tmp_path / "r.bib").write_text(path.read_text(encoding="utf-8") + broken, encoding="utf-8")
    file = look_at(tmp_path / "r.bib", name="r.bib")
    assert isinstance(file, File)
    (whole,) = pack_references.references(file)
    monkeypatch.setattr(pack_references, "MAX_CHARS", 1_000)
    monkeypatch.setattr(pack_references, "PART", 10_000)
    monkeypatch.setattr(sources, "PIECE", 3_000)
    parts = list(pack_references.references(file))
    assert len(parts) > 5
    assert [one for part in parts for one in part.works] == list(whole.works)
    assert [one for part in parts for one in part.failures] == list(whole.failures)
    (tmp_path / "r.bib").write_text(path.read_text(encoding="utf-8") + "@misc{c, crossref = {a}}", encoding="utf-8")
    refused = list(pack_references.references(file))[-1]
    assert "cannot lean on each other: crossref =" in refused.failures[0].reason
