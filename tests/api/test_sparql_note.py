"""An empty answer in SPARQL explains itself at every door, and stays what the W3C's formats say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

import kg
from kg.cli import cli
from kg.rdf import worker
from tests.api.applications import another

pytestmark = pytest.mark.skipif(not worker.AVAILABLE, reason="SPARQL over HTTP needs Linux")


@pytest.fixture(scope="module")
def client(pack_graph: kg.Graph) -> Iterator[TestClient]:
    with TestClient(another(pack_graph), headers={"Accept-Language": "en"}) as one:
        yield one


def test_an_empty_answer_names_what_is_unknown_at_every_door(client: TestClient, tmp_path: Any) -> None:
    query, told = "SELECT ?x { ?x a ekg:Technik }", "the ontology has no ekg:Technik; did you mean ekg:Technique?"
    for format in ("json", "xml", "csv", "tsv"):
        answer = client.get("/sparql", params={"query": query, "format": format})
        assert (answer.status_code, answer.headers["x-note"]) == (200, told)
    body = client.get("/sparql", params={"query": query}).json()
    assert body == {"head": {"vars": ["x"]}, "results": {"bindings": []}}
    assert client.post("/sparql", data={"query": "ASK { entity:nothing-like-it ?p ?o }"}).headers["x-note"]
    assert "%E6%8A%80%E6%9C%AF" in client.get("/sparql", params={"query": "ASK { ?x a ekg:技术 }"}).headers["x-note"]
    assert "x-note" not in client.get("/sparql", params={"query": "SELECT ?x { ?x a ekg:Technique }"}).headers
    for lang, said in (("en", told), ("zh", "本体中没有 ekg:Technik；是否指 ekg:Technique？")):
        page = client.get("/sparql", params={"query": query, "lang": lang}, headers={"Accept": "text/html"})
        assert said in page.text
        words = ["--database", f"sqlite:///{tmp_path}/record.db", "--lang", lang, "sparql", query, "--format", "csv"]
        made = CliRunner().invoke(cli, words)
        assert (made.exit_code, made.stdout.strip()) == (0, "x")
        assert said in made.stderr
