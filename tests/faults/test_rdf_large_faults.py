"""Large RDF files of whoever runs the record: refused clearly wherever the fault is, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from kg.errors import InputError, StoreError, Upstream
from kg.importers import rdf
from kg.importers.rdf import read
from kg.importers.rdf_load import load
from kg.record import Store
from kg.vocabulary import load as load_words

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes by way of /proc")
WORDS = load_words()
LINE = '<https://w3id.org/evidence-kg/id/entity/e{}> <http://www.w3.org/2004/02/skos/core#altLabel> "{}" .\n'
MANY = "".join(LINE.format(n, "x" * 50) for n in range(20_000))
"""Three pieces of lines."""


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of any size are taken for large ones."""
    monkeypatch.setattr(rdf, "LARGE", 0)


def given(folder: Path, content: str | bytes, name: str) -> Path:
    """A file."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
REFUSED: dict[str, tuple[str | bytes, str, str]] = {
    "latin-1": (MANY.encode() + b'<a:s> <a:p> "caf\xe9" .', "a.nt", "line 20001: byte 0xe9 is not UTF-8"),
    "utf-16": ("<a:s> <a:p> <a:o> .".encode("utf-16"), "a.nt", "UTF-16"),
    "cut": ("<a:s> <a:p> 'ä".encode()[:-1], "a.ttl", "line 1: byte 0xc3 is not UTF-8"),
    "nothing": (b"\n" * 3_000_000, "a.ttl", "the file is empty"),
    "brackets": (MANY + "<a:s> <a:p> " + "[ <a:p> " * 100, "a.ttl", "line 20001: nested more than 64 deep"),
    "quoted": (MANY + "<< " * 70, "a.nt", "line 20001: nested more than 64 deep"),
    "elements": (XML + "<!-- x -->\n" * 200_000 + "<a>" * 100, "a.rdf", "line 200002: nested more than 64 deep"),
    "doctype": (XML + "<!-- x -->\n" * 200_000 + "<!\n DocType x>", "a.rdf", "line 200002: the file declares"),
    "html": ("<!DOCTYPE html>" + "<p>\n" * 500_000, "a.ttl", "this is XML or HTML, not turtle"),
    "context": ('{"@context": "https://schema.org/", "name": "' + "x" * 2_000_000 + '"}', "a.jsonld", "to be fetched"),
    "no-end": (MANY + '<a:s> <a:p> """' + "x\n" * 5_000_000, "a.ttl", "line 20001: what begins here has no end"),
    "one-line": ("<a:s> <a:p> <a:o> ." * 600_000, "a.nt", "line 1: what begins here has no end"),
    "citations": ("@book{a, title={One}}" * 100, "upload", "not RDF: its contents look like bibtex"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_large_file_is_refused_and_says_where(case: str, tmp_path: Path) -> None:
    content, name, said = REFUSED[case]
    with pytest.raises(InputError, match=said) as refusal:
        read(given(tmp_path, content, name), WORDS, name=name)
    assert refusal.value.where == name
    assert refusal.value.hint


def test_faults_far_behind_tell_their_lines(tmp_path: Path) -> None:
    text = MANY + "<a:s> <a:p> <relative> .\n" + LINE.format("1", "ok")
    found = read(given(tmp_path, text, "a.nt"), WORDS, name="a.nt")
    assert found.statements == 20_001
    told = [failure for failure in found.failures if "No scheme" in failure.reason]
    assert [(failure.line, failure.raw) for failure in told] == [(20_001, "<a:s> <a:p> <relative> .")]
    (last,) = [failure for failure in found.failures if failure.reason.startswith("entity e19999:")]
    assert (last.line, last.raw) == (20_000, LINE.format(19_999, "x" * 50).strip())


@pytest.mark.parametrize(("name", "format"), [("a.jsonld", None), ("upload", "jsonld")])
def test_faulty_json_is_not_taken_for_citations(tmp_path: Path, name: str, format: str | None) -> None:
    text = "[\n,\n" + '{"@id": "https://example.org/a", "https://example.org/p": "x"},\n' * 20_000 + "{}]"
    (failure,) = read(given(tmp_path, text, name), WORDS, name=name, format=format).failures
    assert failure.line == 2
    assert failure.reason.startswith("not jsonld: ")


@pytest.mark.parametrize("name", ["a.nt", "a.ttl"])
@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_lines_end_in_any_way(tmp_path: Path, name: str, end: str) -> None:
    """Nine mebibytes, more than a token may have, with remarks and a fault on the last line."""
    line = '<https://example.org/a> <https://example.org/p> "{}" . # "[(\n'
    text = ("".join(line.format("x" * 100 + str(n)) for n in range(62_000)) + "<a:s> <relative> .\n").replace("\n", end)
    assert len(text) > 9 * 2**20
    by_pieces = read(given(tmp_path, text, name), WORDS, name=name)
    whole = read(text.encode(), WORDS, name=name)
    assert (by_pieces.statements, by_pieces.failures) == (whole.statements, whole.failures)
    assert by_pieces.statements == 62_000
    assert {failure.line for failure in by_pieces.failures} == {62_001}
    assert {failure.raw for failure in by_pieces.failures} == {"<a:s> <relative> ."}


def test_a_parser_that_breaks_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    file = given(tmp_path, MANY * 20, "a.nt")
    killed: list[int] = []

    def kill(*_: Any) -> None:
        for pid in _parsers():
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    with Store.open(":memory:") as store:
        with pytest.raises(Upstream, match="ended with signal 9") as fault:
            load(store, file, WORDS, name="a.nt", told=kill)
        assert store.head() is None
    assert fault.value.hint
    assert killed


def test_who_stops_waiting_leaves_no_process(tmp_path: Path) -> None:
    file = given(tmp_path, MANY * 20, "a.nt")

    def stop(*_: Any) -> None:
        assert _parsers()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(file, WORDS, name="a.nt", told=stop)
    assert _parsers() == []


def _parsers() -> list[int]:
    """The processes of this one that parse."""
    found = []
    for one in Path("/proc/self/task").iterdir():
        for pid in (one / "children").read_text().split():
            if b"kg.rdf.apart" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(int(pid))
    return found


def test_without_a_temporary_folder_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(StoreError, match="cannot be kept in a temporary folder: No such file") as fault:
        read(given(tmp_path, MANY, "a.nt"), WORDS, name="a.nt")
    assert "TMPDIR" in str(fault.value.hint)


@pytest.mark.parametrize("room", [2**20, 0])
def test_without_room_it_is_said(tmp_path: Path, room: int) -> None:
    """No file may grow beyond the room, which to a process is as if the disk were full."""
    file = given(tmp_path, MANY * 2, "a.nt")
    program = (
        "import resource, sys, tempfile; from pathlib import Path\n"
        "from kg.errors import StoreError; from kg.importers import rdf\n"
        "from kg.vocabulary import load\n"
        "rdf.LARGE = 0; words = load(); room = int(sys.argv[2]); tempfile.gettempdir()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))\n"
        "try: rdf.read(Path(sys.argv[1]), words, name='a.nt')\n"
        "except StoreError as fault: print(fault.message); print(fault.hint)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, file, str(room)], capture_output=True, text=True, check=True, timeout=120
    )
    assert "cannot be kept in a temporary folder: File too large" in run.stdout
    assert "nothing was written" in run.stdout


def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    """Statements that are passed over leave nothing: 20 MB of them are read within 150 MiB by both processes."""
    line = '<https://example.org/thing/{}> <https://example.org/note> "{}" .\n'
    file = given(tmp_path, "".join(line.format(n, "x" * 120) for n in range(100_000)), "a.nt")
    program = (
        "import resource, sys; from pathlib import Path; from kg.importers import rdf\n"
        "from kg.vocabulary import load\n"
        "words = load(); before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "found = rdf.read(Path(sys.argv[1]), words, name='a.nt')\n"
        "print(found.statements, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before,"
        " resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    run = subprocess.run([sys.executable, "-c", program, file], capture_output=True, text=True, check=True, timeout=120)
    statements, ours, theirs = map(int, run.stdout.split())
    assert statements == 100_000
    assert file.stat().st_size > rdf.STRANGER.size
    assert max(ours, theirs) < 150 * 1024, run.stdout


def test_a_piece_may_end_anywhere(tmp_path: Path) -> None:
    """Characters of several bytes, texts and comments are cut in two by the pieces of a file."""
    text = "@prefix e: <https://example.org/> .\n" + "".join(
        f'e:e{n} <http://www.w3.org/2004/02/skos/core#note> """微调 " [ ( {n}""" , "\\"[[" . # [[[ it\'s\n'
        for n in range(15_000)
    )
    found = read(given(tmp_path, text, "a.ttl"), WORDS, name="a.ttl")
    assert found.statements == 30_000
    assert found.failures == ()
