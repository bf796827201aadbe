"""What is written: exact small files, read by other parsers, nanopublications that their own library accepts."""

from __future__ import annotations

import json
import os
import re
import stat
import threading
import warnings
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib

from kg.errors import InputError
from kg.exporters import files, formats
from kg.exporters.formats import FORMATS
from kg.exporters.jsonld import CONTEXT, embedded, jsonld
from kg.exporters.nanopub import PARTS, PREFIX
from kg.exporters.rdf import short, trig, turtle
from kg.graph import Graph
from kg.rdf.names import name
from kg.rdf.nodes import Quad, boolean, decimal, integer, literal

A, B = "<https://w3id.org/evidence-kg/id/entity/a>", "<https://w3id.org/evidence-kg/id/entity/b>"
QUADS: list[Quad] = [
    (B, name("skos:prefLabel"), literal("B", language="zh"), name("graph:records")),
    (A, name("ekg:raises"), B, name("graph:edges")),
    (A, name("rdf:type"), name("ekg:Risk"), name("graph:records")),
    (A, name("skos:altLabel"), literal('two\n"lines"'), name("graph:records")),
    (A, name("skos:altLabel"), literal("one"), name("graph:records")),
    (A, name("ekg:expected"), decimal(0.5), "<https://example.org/g>"),
    (A, name("ekg:low"), decimal(1), "<https://example.org/g>"),
    (A, name("ekg:inferred"), boolean(True), ""),
    (A, name("ekg:number"), integer(-3), ""),
    (A, name("ekg:raises"), B, name("graph:edges")),
]
BODY = """
entity:a a ekg:Risk ;
    skos:altLabel "one" , "two\\n\\"lines\\"" ;
    ekg:expected 0.5 ;
    ekg:inferred true ;
    ekg:low "1"^^xsd:decimal ;
    ekg:number -3 ;
    ekg:raises entity:b .

entity:b skos:prefLabel "B"@zh .
"""


def test_turtle_is_sorted_and_short() -> None:
    text = "".join(turtle(QUADS))
    head, _, body = text.partition("\n\n")
    assert body == BODY[1:]
    assert head.splitlines() == sorted(head.splitlines())
    assert "".join(turtle(reversed(QUADS))) == text


def test_trig_keeps_graphs_apart_in_their_order() -> None:
    text = "".join(trig(QUADS))
    assert re.findall(r"^(\S*) ?\{$", text, re.MULTILINE) == [
        "graph:records", "graph:edges", "", "<https://example.org/g>",
    ]  # fmt: skip
    assert "".join(trig(reversed(QUADS))) == text
    assert len(list(ox.parse(text, ox.RdfFormat.TRIG))) == 9


@pytest.mark.parametrize(
    ("node", "written"),
    [
        ("<https://w3id.org/evidence-kg/id/work/a.b>", "work:a.b"),
        ("<https://w3id.org/evidence-kg/id/work/a+b>", "<https://w3id.org/evidence-kg/id/work/a+b>"),
        ("<https://w3id.org/evidence-kg/id/work/ab.>", "<https://w3id.org/evidence-kg/id/work/ab.>"),
        ("<https://w3id.org/evidence-kg/id/entity/a--b-2>", "entity:a--b-2"),
        ("<https://w3id.org/evidence-kg/id/claim/a#belief>", "<https://w3id.org/evidence-kg/id/claim/a#belief>"),
        ("<https://w3id.org/evidence-kg/graph/>", "<https://w3id.org/evidence-kg/graph/>"),
        ("<http://www.w3.org/2001/XMLSchema#gYear>", "xsd:gYear"),
        ('"2024"^^<http://www.w3.org/2001/XMLSchema#gYear>', '"2024"^^xsd:gYear'),
        ('"x"^^<https://example.org/t>', '"x"^^<https://example.org/t>'),
        ('"01x"^^<http://www.w3.org/2001/XMLSchema#integer>', '"01x"^^xsd:integer'),
        ('"a>"', '"a>"'),
        ('"a"@zh-hans', '"a"@zh-hans'),
    ],
)
def test_how_a_node_is_written(node: str, written: str) -> None:
    assert short(node) == written
    if not written.startswith("<https://w3id.org/evidence-kg/id/work/ab.>"):
        prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in CONTEXT.items() if isinstance(iri, str))
        (quad,) = ox.parse(f"{prefixes}<a:s> <a:p> {written} .", ox.RdfFormat.TURTLE)
        assert str(quad.object) == node


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_three_parsers_read_the_same_from_every_format(pack_graph: Graph) -> None:
    def nodes(text: str, format: ox.RdfFormat) -> set[tuple[str, ...]]:
        return {(str(one.subject), str(one.predicate), str(one.object)) for one in ox.parse(text, format)}

    written = {one: "".join(map(str, pack_graph.pieces(one, known_in=2021)[2])) for one in FORMATS}
    expected = nodes(written["ntriples"], ox.RdfFormat.N_TRIPLES)
    assert nodes(written["turtle"], ox.RdfFormat.TURTLE) == expected
    assert nodes(written["trig"], ox.RdfFormat.TRIG) == expected
    assert nodes(written["jsonld"], ox.RdfFormat.JSON_LD) == expected
    for one, format in (("turtle", "turtle"), ("jsonld", "json-ld"), ("ntriples", "nt")):
        graph = rdflib.Graph().parse(data=written[one], format=format)
        assert nodes(graph.serialize(format="nt"), ox.RdfFormat.N_TRIPLES) == expected, one
    assert len(expected) > 1_000


def test_jsonld_is_plain_to_read(pack_graph: Graph) -> None:
    document = json.loads("".join(map(str, pack_graph.pieces("jsonld")[2])))
    assert document["@context"] == dict(CONTEXT)
    about = {node["@id"]: node for node in document["@graph"]}
    claim = about["claim:tar--mitigates--safeguard-removal"]
    assert (claim["ekg:subject"], claim["ekg:predicate"]) == ("entity:tar", "ekg:mitigates")
    assert set(about["entity:qlora"]["skos:prefLabel"]) == {"en", "zh"}
    full = [re.sub(r"^([a-z]+):(?!/)", lambda found: CONTEXT.get(found[1], found[0]), one) for one in about]
    assert full == sorted(full, key=lambda one: f"<{one}>")


def test_jsonld_keeps_texts_with_and_without_language() -> None:
    about = name("rdfs:label")
    quads = [(A, about, literal("x", language="en"), ""), (A, about, literal("y"), ""), (A, about, literal("z"), "")]
    text = "".join(jsonld(quads))
    assert json.loads(text)["@graph"][0]["rdfs:label"] == {"@none": ["y", "z"], "en": "x"}
    assert {str(one.object) for one in ox.parse(text, ox.RdfFormat.JSON_LD)} == {quad[2] for quad in quads}


def test_jsonld_in_a_page_cannot_end_the_script() -> None:
    hostile = "</script><!--<script>&"
    text = embedded([(A, name("rdfs:label"), literal(hostile, language="en"))])
    assert not set(text) & {"<", ">", "&"}
    assert json.loads(text)["@graph"][0]["rdfs:label"]["en"] == hostile


def test_nanopublications_are_accepted_by_their_library(pack_graph: Graph) -> None:
    nanopub = pytest.importorskip("nanopub", reason="the library is in the extra `dev`")
    text = "".join(map(str, pack_graph.pieces("nanopub", only_work=["tamirisa2025tar", "qi2025durability"])[2]))
    by_code: dict[str, list[Any]] = {}
    for quad in ox.parse(text, ox.RdfFormat.TRIG):
        by_code.setdefault(quad.graph_name.value.removeprefix(PREFIX).partition("#")[0], []).append(quad)
    assert len(by_code) >= 2
    for code, quads in by_code.items():
        assert re.fullmatch(r"RA[A-Za-z0-9_-]{43}", code)
        assert {quad.graph_name.value for quad in quads} == {f"{PREFIX}{code}#{part}" for part in PARTS}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = rdflib.ConjunctiveGraph()
            graph.parse(data=ox.serialize(quads, format=ox.RdfFormat.TRIG), format="trig")
            made = nanopub.Nanopub(rdf=graph)
            assert made.is_valid
            assert made.has_valid_trusty
    assert '"Safeguards withstood many steps' in text


def test_only_what_supports_a_claim_asserts_its_edge(pack_graph: Graph) -> None:
    text = "".join(map(str, pack_graph.pieces("nanopub")[2]))
    edge = re.compile(r"^    entity:tar ekg:mitigates entity:safeguard-removal \.$", re.MULTILINE)
    items = pack_graph.claim("tar--mitigates--safeguard-removal")["evidence"]
    stances = [item["stance"] for item in items if item["counts"]]
    assert len(edge.findall(text)) == stances.count("supports") < len(stances)


def test_a_file_stands_there_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "out.ttl"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o640)

    def broken() -> Any:
        yield "new"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        files.write(file, broken())
    assert file.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]
    written = files.write(file, ["né", b"w"])
    assert (written.size, file.read_bytes()) == (4, "néw".encode())
    assert file.stat().st_mode & 0o777 == 0o640
    link = tmp_path / "link"
    link.symlink_to(file)
    files.write(link, ["through"])
    assert link.is_symlink()
    assert file.read_text("utf-8") == "through"


def test_a_fifo_is_written_into_and_stays_one(tmp_path: Path) -> None:
    fifo, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(fifo)
    link.symlink_to(fifo)
    for path in (fifo, link):
        read: list[bytes] = []
        reader = threading.Thread(target=lambda read=read: read.append(fifo.read_bytes()))
        reader.start()
        assert files.write(path, ["né", b"w"], mode=0o600).size == 4
        reader.join(10)
        assert read == ["néw".encode()]
        assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["link", "pipe"]


def test_a_fifo_that_nobody_reads_to_the_end_is_told(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)

    def hang_up() -> None:
        with fifo.open("rb") as stream:
            stream.read(1)

    reader = threading.Thread(target=hang_up)
    reader.start()
    with pytest.raises(InputError, match="cannot be written to the end: Broken pipe"):
        files.write(fifo, [b"x" * 1_000_000] * 3)
    reader.join(10)
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written: No such file"):
        files.write(tmp_path / "none" / "out.ttl", ["x"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"format": "turtel"}, "did you mean turtle"),
        ({"file": "graph.xyz"}, "stands for no format"),
        ({"file": "graph"}, "stands for no format"),
        ({"file": "page.HTML"}, r"kg_viz\.draw"),
        ({"format": "html"}, r"kg_viz\.draw"),
        ({"format": "nanopub", "history": True}, "cannot hold the history"),
        ({"file": "a.ttl", "known_in": "soon"}, "is not a whole number"),
    ],
)
def test_what_cannot_be_written_is_told(pack_graph: Graph, tmp_path: Path, given: dict[str, Any], said: str) -> None:
    file = tmp_path / given.pop("file", "out")
    with pytest.raises(InputError, match=said) as refusal:
        pack_graph.export(file, **given)
    assert type(refusal.value) is InputError
    assert list(tmp_path.iterdir()) == []


def test_history_is_written_when_asked(pack_graph: Graph, tmp_path: Path) -> None:
    plain = pack_graph.export(tmp_path / "plain.trig")
    told = pack_graph.export(tmp_path / "told.trig", history=True)
    assert pack_graph.export(tmp_path / "again.trig", history=True)["sha256"] == told["sha256"] != plain["sha256"]
    assert "graph:provenance {" in (tmp_path / "told.trig").read_text("utf-8")
    assert "ekg:atRevision" not in (tmp_path / "plain.trig").read_text("utf-8")
    assert pack_graph.export(tmp_path / "past.trig", as_of=0)["revision"] == 0


def test_suffixes_and_names_are_told_apart() -> None:
    assert [formats.by_suffix(f"x{one.suffix}").name for one in FORMATS.values()] == list(FORMATS)
