"""Hostile and broken RDF: refused or bounded with a clear message, in a worker, while everything else goes on."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.errors import InputError, Upstream
from kg.importers import rdf
from kg.importers.rdf import STRANGER, RdfContents, read
from kg.importers.rdf_load import load
from kg.rdf import parsing, worker
from kg.rdf.worker import MIB, Limits
from kg.record import Store
from kg.vocabulary import load as load_words

pytestmark = pytest.mark.skipif(not worker.AVAILABLE, reason="imports from strangers need Linux")
WORDS = load_words()
PREFIXES = """\
@prefix claim: <https://w3id.org/evidence-kg/id/claim/> .
@prefix ekg: <https://w3id.org/evidence-kg/ontology#> .
@prefix entity: <https://w3id.org/evidence-kg/id/entity/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
GOOD = 'entity:ok a ekg:Factor ; skos:prefLabel "Ok"@en ; ekg:status ekg:status-accepted .\n'
SECONDS = 10.0


def stranger(content: str | bytes, name: str = "upload.ttl", format: str | None = None) -> RdfContents:
    """What is read of a stranger's file."""
    raw = content.encode() if isinstance(content, str) else content
    return read(raw, WORDS, name=name, format=format, trust=STRANGER)


REFUSED: dict[str, tuple[str | bytes, str, str]] = {
    "doctype": (
        '<?xml version="1.0"?>\n<!DOCTYPE rdf:RDF [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<rdf:RDF>&x;</rdf:RDF>',
        "a.rdf",
        "line 2: the file declares a document type",
    ),
    "doctype-in-other-letters": ("<!dOcTyPe x>\n<rdf:RDF/>", "a.rdf", "declares a document type"),
    "entity-in-a-file-without-suffix": ('<?xml version="1.0"?><!ENTITY x "y">', "upload", "declares a document type"),
    "billions-of-laughs": (
        "<!DOCTYPE a [" + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12)) + "]><a>&l11;</a>",
        "a.owl",
        "declares a document type",
    ),
    "html": ("<html><body>no</body></html>", "a.rdf", "faults|not rdfxml"),
    "html-called-turtle": ("<!DOCTYPE html><p>", "a.ttl", "this is XML or HTML, not turtle"),
    "remote-context": ('{"@context": "https://schema.org/", "name": "x"}', "a.jsonld", "would have to be fetched"),
    "remote-context-in-a-list": ('[{"a": {"@context": ["http://127.0.0.1/c"]}}]', "a.json", "would have to be fetched"),
    "imported-context": ('{"@context": {"@version": 1.1, "@import": "file:///etc/c"}}', "a.json", "to be fetched"),
    "not-json": ('{"@id": ', "a.jsonld", "not JSON"),
    "utf-16": ("<a:s> <a:p> <a:o> .".encode("utf-16"), "a.nt", "UTF-16"),
    "latin-1": (b'\n<a:s> <a:p> "caf\xe9" .', "a.nt", "line 2: byte 0xe9 is not UTF-8"),
    "brackets": ("<a:s> <a:p> " + "[ <a:p> " * 100_000, "a.ttl", "line 1: nested more than 64 deep"),
    "behind-a-remark": ("# x\r<a:s> <a:p> " + "[ <a:p> " * 100, "a.ttl", "nested more than 64 deep"),
    "lists": ("<a:s> <a:p> " + "(" * 70 + ")" * 70 + " .", "a.ttl", "nested more than 64 deep"),
    "json-arrays": ('{"a":' * 100_000, "a.jsonld", "nested more than 64 deep"),
    "xml-elements": ("<rdf:RDF>" + "<a>" * 100_000, "a.rdf", "nested more than 64 deep"),
    "quoted-triples": ("<< " * 70 + "<a:s> <a:p> <a:o> ." + ">>" * 70, "a.ttl", "nested more than 64 deep"),
    "blank-nodes": (
        "".join(f"_:b{n} <a:p> _:c{n} .\n" for n in range(60_000)), "a.nt", "more than 100000 blank nodes",
    ),
    "nothing": (b"", "a.ttl", "the file is empty"),
    "prose": ("hello world", "a.txt", "not RDF: neither the name of the file nor its contents tell a format"),
    "citations": ("@book{a, title={One}}", "upload", "not RDF: its contents look like bibtex"),
    "nothing-but-faults": ("x\n" * 5_000, "a.nt", "faults or more; the first: line 1"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_is_refused_and_says_why(case: str) -> None:
    content, name, said = REFUSED[case]
    start = time.monotonic()
    if case == "html":
        assert re.search(said, str(stranger(content, name).failures))
        return
    with pytest.raises(InputError, match=said) as refusal:
        stranger(content, name)
    assert refusal.value.where == name
    assert refusal.value.hint
    assert time.monotonic() - start < SECONDS


def test_a_hundred_megabytes_are_not_even_parsed() -> None:
    with pytest.raises(InputError, match="100 MiB, at most 16 are read"):
        stranger(b"<a:s> <a:p> <a:o> .\n" * (100 * MIB // 20 + 1))


def test_a_file_is_read_only_as_far_as_needed(tmp_path: Path) -> None:
    file = tmp_path / "large.nt"
    with file.open("wb") as stream:
        stream.truncate(17 * MIB)
    assert len(rdf.read_file(file, trust=STRANGER)) == STRANGER.size + 1
    with pytest.raises(InputError, match="cannot be read"):
        rdf.read_file(tmp_path)


@pytest.mark.parametrize(
    ("iri", "said"),
    [
        ("relative", "No scheme"),
        ("../../etc/passwd", "No scheme"),
        ("file:///etc/passwd", "its scheme is file:"),
        ("FILE:///etc/passwd", "its scheme is file:"),
        ("javascript:alert(1)", "its scheme is javascript:"),
        ("data:text/html,x", "its scheme is data:"),
        ("https://example.org/\u202egpj.exe", r"U\+202E"),
        ("https://example.org/\u200b", r"U\+200B"),
        ("https://example.org/\u2066a", r"U\+2066"),
        ("https://example.org/\\u0085", r"U\+0085|IRI"),
        ("https://example.org/\\u0000", "IRI"),
        ("https://example.org/a b", "IRI"),
        ("https://example.org/%zz", "percent"),
        ("https://example.org/" + "a" * 2_000, "longer than 2000"),
    ],
)
def test_an_unsafe_iri_costs_its_statement_only(iri: str, said: str) -> None:
    text = f"{PREFIXES}<{iri}> skos:note 1 .\nentity:ok skos:exactMatch <{iri}> .\n{GOOD}"
    found = stranger(text)
    assert [record.id for record in found.records] == ["ok"]
    assert found.failures
    assert all(re.search(said, failure.reason) for failure in found.failures), found.failures
    shown = "".join(failure.reason for failure in found.failures)
    assert shown.isascii()
    assert len(shown) < 1_500
    assert found.records[0].matches == ()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("1e999999999", "is not a number of type"),
        ('"1e999999999"^^<http://www.w3.org/2001/XMLSchema#decimal>', "is not a number of type"),
        (f'"{"9" * 200}"^^<http://www.w3.org/2001/XMLSchema#integer>', "is not a number of type"),
        ('"١٢"^^<http://www.w3.org/2001/XMLSchema#int>', "is not a number of type"),
        (f'"{"x" * (MIB + 1)}"', "a literal has 1048577 characters"),
        ('"x"^^<file:///etc/passwd>', "datatype"),
        ('"x"@en--rtl', "base direction"),
        ("<<( <a:s> <a:p> <a:o> )>>", "triples about triples"),
    ],
)
def test_an_unusable_value_costs_its_statement_only(value: str, said: str) -> None:
    found = stranger(f"{PREFIXES}<https://example.org/a> skos:note {value} .\n{GOOD}")
    assert [record.id for record in found.records] == ["ok"]
    assert [failure for failure in found.failures if re.search(said, failure.reason)], found.failures
    assert found.statements == 3


@pytest.mark.parametrize("broken", ["<a:s> <a:p>", "<a:s> <a:p> <b> .", "<a:s> <a:p> <a:o>", '<a:s> <a:p> "o', "x y"])
@pytest.mark.parametrize("name", ["a.nt", "a.nq"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_broken_line_is_one_failure(broken: str, name: str, end: str) -> None:
    line = "<https://example.org/a> <https://example.org/p> <https://example.org/o> .\n"
    for text, at in ((line + broken + end, 2), (f"{broken}\n{line}", 1)):
        found = stranger(text, name)
        assert found.statements == 1
        assert [(failure.line, failure.raw) for failure in found.failures] == [(at, broken)]


@pytest.mark.parametrize("name", ["a.nt", "a.nq", "a.ttl"])
def test_a_text_has_the_same_measure_in_every_format(name: str) -> None:
    line = '<https://example.org/a> <https://example.org/p> "{}" .\n'
    found = stranger(line.format("x" * MIB) + "# a remark\n\n" + line.format("y" * (MIB + 1)) + line.format("z"), name)
    assert found.statements == 2
    (failure,) = found.failures
    assert "a literal has 1048577 characters" in failure.reason
    assert failure.line == (None if name == "a.ttl" else 4)


def test_numbers_of_a_sane_size_are_read() -> None:
    values = '1 , -2.5 , 1.0e-3 , "INF"^^<http://www.w3.org/2001/XMLSchema#double>'
    assert stranger(f"<https://example.org/a> <https://example.org/p> {values} .").statements == 4


def test_a_fault_in_the_middle_tells_its_line_and_the_rest_is_read() -> None:
    text = f"{PREFIXES}{GOOD}entity:bad a ;\n    .\n{GOOD.replace(':ok', ':other')}"
    found = stranger(text)
    assert [record.id for record in found.records] == ["ok", "other"]
    assert [(failure.line, failure.raw) for failure in found.failures] == [(6, "entity:bad a ;")]
    assert found.failures[0].remedy


@pytest.mark.parametrize(("name", "format"), [("a.ttl", None), ("upload", "turtle")])
def test_in_a_format_that_is_named_the_fault_is_told(name: str, format: str | None) -> None:
    failure = stranger("\n@book{a, title={One}}", name, format).failures[0]
    assert failure.line == 2
    assert failure.reason.startswith("not turtle: ")


def test_newlines_without_end_are_read_quickly() -> None:
    start = time.monotonic()
    with pytest.raises(InputError, match="the file is empty"):
        stranger(b"\n" * (4 * MIB), "a.rdf")
    assert stranger(b"\n" * (4 * MIB) + b"<a:s> <a:p> <a:o> .", "a.ttl").statements == 1
    assert time.monotonic() - start < SECONDS


@pytest.mark.parametrize("content", ['"""\\' * 100_000, "'" * 200_001, "<a:s> <a:p> " + '"\\"' * 100_000, "#" * MIB])
def test_quotes_without_end_are_bounded(content: str) -> None:
    start = time.monotonic()
    with suppress(InputError):
        assert stranger(content).records == ()
    assert time.monotonic() - start < SECONDS


def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    hasty = rdf.Trust(STRANGER.size, Limits(seconds=0.2), guarded=True)
    with pytest.raises(InputError, match=r"more than 0\.2 s"):
        read(b"[]" * 1_000_000, WORDS, name="a.ttl", trust=hasty)


def test_without_a_worker_strangers_are_refused_and_operators_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "AVAILABLE", False)
    with pytest.raises(Upstream, match="need Linux"):
        stranger(PREFIXES + GOOD)
    assert len(read((PREFIXES + GOOD).encode(), WORDS, name="a.ttl").records) == 1


def test_a_refused_file_is_one_failure_and_writes_nothing() -> None:
    store = Store.open(":memory:")
    report = load(store, b"[" * 1_000, WORDS, name="deep.ttl", proposed_by="ann")
    assert report["failures"] == [
        {
            "source": "deep.ttl",
            "line": None,
            "raw": "",
            "reason": "line 1: nested more than 64 deep",
            "remedy": "flatten the file",
        }
    ]
    assert store.head() is None
    store.close()


HOSTILE = """
ekg:raises ekg:sign -1 ; skos:prefLabel "lowers"@en .
ekg:status-accepted skos:notation "proposed" .
entity:a a ekg:Factor ; skos:prefLabel "Mine now"@en ; ekg:status ekg:status-accepted .
entity:b a ekg:Risk ; skos:prefLabel "B"@en ; ekg:status ekg:status-accepted .
entity:a ekg:raises entity:b .
claim:a--raises--b a ekg:Claim ; ekg:subject entity:a ; ekg:predicate ekg:raises ; ekg:object entity:b .
claim:a--raises--b ekg:hasBelief <https://w3id.org/evidence-kg/id/claim/a--raises--b#belief> .
<https://w3id.org/evidence-kg/id/claim/a--raises--b#belief> a ekg:Belief ; ekg:expected 1.0 .
<https://w3id.org/evidence-kg/id/revision/1> a ekg:Revision ; ekg:hash "0" .
<https://example.org/x> a skos:Concept ; skos:prefLabel "X"@en .
"""


def test_a_stranger_proposes_and_changes_nothing() -> None:
    store = Store.open(":memory:")
    first = PREFIXES + 'entity:a a ekg:Technique ; skos:prefLabel "A"@en .\n'
    load(store, first.encode(), WORDS, name="first.ttl")
    before = store.records().entities[0]
    report = load(store, (PREFIXES + HOSTILE).encode(), WORDS, name="hostile.ttl", proposed_by="mallory")
    (conflict,) = report["conflicts"]
    assert (conflict["kind"], conflict["id"], conflict["fields"]) == ("entity", "a", ["label", "type"])
    assert "label is 'A', the file says 'Mine now'" in conflict["reason"]
    assert "--update" not in conflict["remedy"]
    assert report["failures"] == []
    rows = store.records()
    assert rows.entities[0] == before
    assert [(entity.id, entity.status) for entity in rows.entities] == [("a", "accepted"), ("b", "proposed")]
    assert [(claim.id, claim.status) for claim in rows.claims] == [("a--raises--b", "proposed")]
    assert store.head().actor == "mallory"  # type: ignore[union-attr]
    reasons = {(item["what"], item["name"].rpartition("#")[2]): item["reason"] for item in report["ignored"]}
    assert reasons["type", "no type"] == "terms of the ontology come from files that KG_ONTOLOGY names"
    assert reasons["type", "Belief"] == "follows from the records and is worked out again; nothing is lost"
    assert reasons["type", "Revision"] == "the history of another record is not taken over"
    assert reasons["type", "Concept"] == "not a record of ours"
    assert load_words().relation("raises").sign == 1
    store.close()


FUZZED: tuple[Callable[[bytes, int], bytes], ...] = (
    lambda raw, at: raw[:at],
    lambda raw, at: raw[at:],
    lambda raw, at: raw[:at] + bytes([at % 256]) + raw[at:],
    lambda raw, at: raw[:at] + raw[at : at + 40] * 20 + raw[at + 40 :],
    lambda raw, at: raw[:at] + raw[at + 7 :],
)


@pytest.mark.parametrize("name", ["a.ttl", "a.jsonld", "a.nt", "a.rdf"])
def test_no_broken_file_ends_in_a_fault_of_ours(name: str, pack_graph: Any, tmp_path: Path) -> None:
    formats = {"a.ttl": "turtle", "a.jsonld": "jsonld", "a.nt": "ntriples"}
    if name in formats:
        raw = "".join(map(str, pack_graph.pieces(formats[name], known_in=2020)[2])).encode()[:6_000]
    else:
        raw = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="a:b"/>' * 9
    for at in range(0, len(raw), 97):
        broken = FUZZED[at % len(FUZZED)](raw, at)
        head = json.dumps({"format": None, "name": name}).encode() + b"\n"
        with suppress(InputError):
            assert json.loads(parsing.parse(head + broken).partition(b"\n")[0])["statements"] >= 0


def test_what_is_said_of_a_huge_line_is_short(tmp_path: Path) -> None:
    graph = kg.open(f"sqlite:///{tmp_path}/r.sqlite", empty=True)
    (tmp_path / "huge.ttl").write_text("a" * 1_000_000)
    (failure,) = graph.load(tmp_path / "huge.ttl")["failures"]
    assert "not turtle" in failure["reason"]
    assert len(failure["reason"]) < 600
    graph.store.close()
