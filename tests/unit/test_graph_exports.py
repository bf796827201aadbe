"""The graph for other programs: read back by networkx and the standard library, and what a spreadsheet must not run."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import kg
from kg.citations.table import restored
from kg.errors import InputError
from kg.exporters.flat import EDGE_FIELDS, NODE_FIELDS, edges, nodes
from kg.exporters.formats import FORMATS, by_suffix
from kg.exporters.tables import EDGE_HEADER, NODE_HEADER
from kg.model import Change, Claim, Entity, Evidence, Text, Work

NETWORKS = {
    "graphml": lambda data: nx.read_graphml(io.BytesIO(data), force_multigraph=True),
    "gexf": lambda data: nx.read_gexf(io.BytesIO(data)),
    "cyjs": lambda data: nx.cytoscape_graph(json.loads(data)),
    "node-link": lambda data: nx.node_link_graph(json.loads(data), edges="links"),
}
ODD = "=cmd|'/C calc'!A1 <b>&\"“微”</b>\nnext"


@pytest.fixture(scope="module")
def odd_graph() -> Iterator[kg.Graph]:
    """A small record whose texts are unkind to XML and spreadsheets."""
    graph = kg.open(":memory:", empty=True)
    relation, types = "raises", ("Technique", "Risk")
    ends = [
        Entity(id, type_, Text(ODD + id, "＝微"), aliases=("@a", "+b")) for id, type_ in zip("ab", types, strict=True)
    ]
    item = Evidence("w.aaaaaaaaaaaa", "a--raises--b", "w", "supports", "argument", "weak", "S.", "abstract")
    records: list[Any] = [
        *ends,
        Claim("a--raises--b", "a", relation, "b", conditions="-1+1"),
        Work("w", "book", "T"),
        item,
    ]
    kinds = ("entity", "entity", "claim", "work", "evidence")
    graph.write([Change(kind, one) for kind, one in zip(kinds, records, strict=True)], actor="a", act="add")
    yield graph
    graph.store.close()


def written(graph: kg.Graph, format: str, **criteria: Any) -> bytes:
    pieces = graph.pieces(format, **criteria)[2]
    return b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)


@pytest.mark.parametrize("format", NETWORKS)
@pytest.mark.parametrize("which", ["pack_graph", "odd_graph"])
def test_networkx_reads_back_every_node_edge_and_value(request: pytest.FixtureRequest, which: str, format: str) -> None:
    graph: kg.Graph = request.getfixturevalue(which)
    back = NETWORKS[format](written(graph, format))
    network = graph.network()
    rows = {row["id"]: row for row in nodes(network)}
    assert set(back.nodes) == set(rows)
    for id, found in back.nodes(data=True):
        assert {name: found[name] for name in NODE_FIELDS[1:]} == {name: rows[id][name] for name in NODE_FIELDS[1:]}
    claims = {row["id"]: row for row in edges(network)}
    listed = {found["id"]: (source, target, found) for source, target, found in back.edges(data=True)}
    assert listed.keys() == claims.keys()
    assert len(listed) == back.number_of_edges()
    for id, (source, target, found) in listed.items():
        row = claims[id]
        assert (source, target, found["weight"]) == (row["source"], row["target"], row["expected"])
        assert {name: found[name] for name in EDGE_FIELDS[3:]} == {name: row[name] for name in EDGE_FIELDS[3:]}


def test_rows_say_what_the_documents_say(pack_graph: kg.Graph) -> None:
    network = pack_graph.network()
    for row in edges(network):
        claim = pack_graph.claim(str(row["id"]))
        assert {name: row[name] for name in claim["belief"]} == claim["belief"]
        assert (row["sign"], row["contested"]) == (claim["sign"], claim["contested"])
        assert str(row["works"]).split("; ") == (claim["works"] or [""])
    assert {row["id"] for row in edges(network)} == set(pack_graph.snapshot.claims)


@pytest.mark.parametrize("format", [*NETWORKS, "csv", "neo4j-csv"])
def test_the_same_contents_give_the_same_bytes_and_criteria_leave_out(pack_graph: kg.Graph, format: str) -> None:
    assert written(pack_graph, format) == written(pack_graph, format)
    assert len(written(pack_graph, format, known_in=2020)) < len(written(pack_graph, format))
    assert by_suffix(f"x{FORMATS[format].suffix}").name == format


@pytest.mark.parametrize("which", ["pack_graph", "odd_graph"])
def test_no_cell_is_a_formula_and_each_is_restored(request: pytest.FixtureRequest, which: str) -> None:
    graph: kg.Graph = request.getfixturevalue(which)
    text = written(graph, "csv").decode()
    table = list(csv.DictReader(io.StringIO(text)))
    rows = list(edges(graph.network()))
    assert len(table) == len(rows)
    for cells, row in zip(table, rows, strict=True):
        for name, value in row.items():
            if isinstance(value, str):
                assert not cells[name].startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
                assert restored(cells[name]) == value
            else:
                assert cells[name] == str(value).lower()
        assert restored(cells["source_label"]) == graph.snapshot.entities[str(row["source"])].label.en


def test_a_pack_goes_out_and_comes_in_with_the_same_answers(pack_graph: kg.Graph, tmp_path: Path) -> None:
    told = pack_graph.export(tmp_path / "My pack", format="pack")
    assert (told["format"], (tmp_path / "My pack" / "pack.toml").exists()) == ("pack", True)
    other = kg.open(f"sqlite:///{tmp_path}/other.db", empty=True)
    report = other.load(tmp_path / "My pack")
    assert (report["failures"], report["pack"]) == ([], "my-pack")
    were = pack_graph.snapshot
    assert other.snapshot.entities == were.entities
    assert other.snapshot.claims == were.claims
    assert other.snapshot.works == were.works
    assert other.snapshot.evidence.keys() == were.evidence.keys()
    assert list(edges(other.network())) == list(edges(pack_graph.network()))
    other.store.close()
    archive = zipfile.ZipFile(io.BytesIO(written(pack_graph, "pack")))
    assert archive.read("claims.yaml") == (tmp_path / "My pack" / "claims.yaml").read_bytes()
    assert pack_graph.export(tmp_path / "x.pack.zip")["format"] == "pack"
    assert zipfile.is_zipfile(tmp_path / "x.pack.zip")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    with pytest.raises(InputError, match="is no pack"):
        pack_graph.export(tmp_path / "taken", format="pack")


def test_neo4j_gets_two_tables_that_fit_each_other(pack_graph: kg.Graph) -> None:
    archive = zipfile.ZipFile(io.BytesIO(written(pack_graph, "neo4j-csv")))
    assert archive.namelist() == ["nodes.csv", "relationships.csv"]
    tables = [list(csv.reader(io.StringIO(archive.read(name).decode()))) for name in archive.namelist()]
    assert [tuple(table[0]) for table in tables] == [NODE_HEADER, EDGE_HEADER]
    known = {row[NODE_HEADER.index("id:ID")] for row in tables[0][1:]}
    ends = {row[EDGE_HEADER.index(name)] for row in tables[1][1:] for name in (":START_ID", ":END_ID")}
    assert known == set(pack_graph.snapshot.entities)
    assert ends <= known
    kinds = {row[NODE_HEADER.index(":LABEL")] for row in tables[0][1:]}
    assert kinds <= set(pack_graph.vocabulary.entity_types)
