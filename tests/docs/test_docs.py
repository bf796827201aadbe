"""Everything the documentation shows is run: commands, Python, addresses; formats are parsed, links followed."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from pyoxigraph import RdfFormat
from pyoxigraph import parse as parse_rdf

from docs.generate import FOLDER, PAGES
from kg.rdf.convert import TABLE
from kg.vocabulary import load
from tests.docs.blocks import ROOT, Block, anchors, begins_with_nothing, blocks, documents, links, matches, steps
from tests.docs.reader import ADDRESS, EXPORT, Reader
from tests.docs.warm import warmed

DOCUMENTS = documents()
DECISION = re.compile(r"decisions?[/ ]([0-9]{4})")
PREFIXES = "".join(
    f"@prefix {name}: <{iri}> .\n"
    for name, iri in re.findall(
        r"^@prefix\s+([\w-]*):\s*<([^>]+)>", (ROOT / "ontology/evidence.ttl").read_text(encoding="utf-8"), re.MULTILINE
    )
)
PARSERS: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "turtle": lambda text: list(parse_rdf(PREFIXES + text, RdfFormat.TURTLE)),
    "yaml": lambda text: list(yaml.safe_load_all(text)),
}
SHOWN = {"bibtex", "http", "make", "mermaid", "sparql", "text"}
WRITTEN = {"revision": 1, "receipt": 0, "person": 0, "token": 0}
"""What a record holds into which nobody has written since it was filled."""
BESIDE = ("git ", "cd ", "python3 -m venv ", "pip install ", ".venv/bin/pip install ", "export ", ". ", "#", ".ci/run")


def of(*languages: str) -> list[object]:
    """(document, its blocks in these languages) for each document that has some."""
    found = []
    for path in DOCUMENTS:
        chosen = [block for block in blocks(path.read_text(encoding="utf-8")) if block.language in languages]
        if chosen:
            found.append(pytest.param(path, chosen, id=path.relative_to(ROOT).as_posix()))
    return found


@pytest.fixture(scope="module")
def programs() -> Iterator[Path]:
    """A folder with programs that need not start."""
    with warmed() as folder:
        yield folder


@pytest.fixture
def reader(pack_file: Path, programs: Path, tmp_path: Path) -> Iterator[Reader]:
    """A reader with a copy of a database with the packaged pack."""
    with Reader(tmp_path / "reader", pack_file, programs) as reader:
        yield reader


def test_programs_that_need_not_start_fail_as_others_do(reader: Reader, tmp_path: Path) -> None:
    reader.run("kg show qlora --json | head -c 100 > one && test $(wc -c < one) = 100")
    reader.run("kg show qloar 2> told; test $? = 2 && grep -q 'qlora' told")
    reader.run("cd .. && KG_ACTOR=zoe kg add entity Folding --type Technique && kg log --actor zoe | grep -q zoe")
    (tmp_path / "wrong.md").write_text("```python\n>>> 1 + 1\n3\n\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError, match=r"exit code 1:(?s:.*)Expected:\s+3\nGot:\s+2"):
        reader.run(f"play '{tmp_path}/wrong.md'")


@pytest.mark.parametrize(("path", "found"), of("console"))
def test_commands_print_what_is_shown(path: Path, found: list[Block], reader: Reader) -> None:
    if begins_with_nothing(found):
        reader.database.unlink()
    for step in [step for block in found for step in steps(block)]:
        if ADDRESS.search(step.command) and shutil.which("curl") is None:
            pytest.skip("there is no curl here")
        actual = reader.run(step.command)
        place = f"{path.relative_to(ROOT)}:{step.line}"
        assert matches(step.expected, actual), f"{place}: $ {step.command}\nshown:\n{step.expected}\nprinted:\n{actual}"
    with closing(sqlite3.connect(reader.database)) as record:
        left = {table: record.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in WRITTEN}
    assert left == WRITTEN, f"{path.name} writes into the reader's own record: let it export KG_DATABASE_URL first"


def test_pages_that_write_have_each_a_record_of_its_own() -> None:
    found = [
        said[2]
        for path in DOCUMENTS
        for block in blocks(path.read_text(encoding="utf-8"))
        if block.language == "console"
        for step in steps(block)
        if (said := EXPORT.fullmatch(step.command)) is not None and said[1] == "KG_DATABASE_URL"
    ]
    assert len(found) >= 8
    assert sorted(found) == sorted(set(found)), "read one after another in one folder, two pages would meet"


def test_what_a_page_exports_holds_to_its_end(reader: Reader) -> None:
    reader.run("export KG_DATABASE_URL=sqlite:///mine.sqlite")
    assert reader.run("kg init").startswith("mine.sqlite is new: ")
    assert reader.run("kg add entity Folding --type Technique --actor zoe && kg log | wc -l")
    assert [one.name for one in reader.home.glob("*.sqlite")] == ["mine.sqlite"]


@pytest.mark.parametrize(("path", "found"), of("python"))
def test_python_runs(path: Path, found: list[Block], reader: Reader) -> None:
    reader.run(f"play '{path}'")


@pytest.mark.parametrize(("path", "found"), of("sh"))
def test_shell_lines_can_be_typed(path: Path, found: list[Block]) -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for block in found:
        for line in filter(str.strip, block.text.splitlines()):
            words = line.split("#")[0].split()
            if words[:1] == ["make"]:
                assert [word for word in words[1:] if "=" not in word and word not in targets] == [], line
            elif words[:2] == ["kg", "serve"]:
                usage = subprocess.run(["kg", "serve", "--help"], capture_output=True, text=True, check=True).stdout
                assert [word for word in words if word.startswith("--") and word not in usage] == [], line
            else:
                assert line.startswith(BESIDE), f"{path.name}: `{line}` belongs into a console block, which is run"


@pytest.mark.parametrize(("path", "found"), of(*PARSERS))
def test_formats_are_well_formed(path: Path, found: list[Block]) -> None:
    for block in found:
        PARSERS[block.language](block.text)


def test_decisions_that_the_code_names_are_written() -> None:
    folders = [ROOT / name for name in ("kg", "api", "viz", "ontology", "tests", "docs")]
    files = [path for folder in folders for path in folder.rglob("*.*") if path.suffix in {".py", ".ttl", ".md", ".js"}]
    named = {number for path in files for number in DECISION.findall(path.read_text(encoding="utf-8"))}
    pages = [path.name for path in sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))]
    assert named <= {name[:4] for name in pages}
    assert [name[:4] for name in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    overview = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    assert [name for name in pages if f"]({name})" not in overview] == []


def test_rooms_and_their_order_are_those_of_the_contract() -> None:
    page = (ROOT / "docs/decisions/0004-rooms-and-their-order.md").read_text(encoding="utf-8")
    named = [re.findall(r"`(\w+)`", row.split("|")[1]) for row in re.findall(r"^\| `.*$", page, re.MULTILINE)]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (rooms,) = [one for one in settings["tool"]["importlinter"]["contracts"] if one["id"] == "rooms"]
    layers = {room: at for at, layer in enumerate(reversed(rooms["layers"])) for room in re.findall(r"\w+", layer)}
    heights = [layers[room] for row in named for room in row]
    assert heights == sorted(heights)
    assert sorted(room for row in named for room in row) == sorted(layers)


def test_the_page_of_rdf_names_every_property_of_records() -> None:
    page = (ROOT / "docs/reference/rdf.md").read_text(encoding="utf-8")
    assert [one.predicate for columns in TABLE.values() for one in columns if f"`{one.predicate}`" not in page] == []


@pytest.mark.parametrize("name", PAGES)
def test_reference_pages_are_of_now(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "run: make docs"


def test_the_terms_in_contributing_can_be_added(tmp_path: Path) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (turtle,) = [block.text for block in blocks(text) if block.language == "turtle"]
    (tmp_path / "mine.ttl").write_text(PREFIXES + turtle, encoding="utf-8")
    vocabulary = load([tmp_path / "mine.ttl"])
    assert vocabulary.entity_type("Corpus").label.zh == "语料"
    assert vocabulary.relation("teaches").sign == 1
    vocabulary.check_ends("teaches", "Corpus", "Capability")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_block_says_its_language(path: Path) -> None:
    known = {"console", "python", "sh", *PARSERS, *SHOWN}
    for block in blocks(path.read_text(encoding="utf-8")):
        assert block.language in known, f"{path.name}:{block.line}: {block.language or 'no language'}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for link in links(text):
        file, _, anchor = link.partition("#")
        target = path.parent / file if file else path
        assert target.exists(), f"{path.name}: {link} leads nowhere"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{path.name}: {link}: no such heading"
