"""The tools of `kg mcp`, asked by the client of its library over stdio, say what the other doors say.

One server for each kind of database answers all tests of this file, while the record grows under it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp_types import CallToolResult, TextContent, Tool
from starlette.testclient import TestClient

import kg
import kg_api
from kg.cli.agents import REVISION, server_of
from kg.cli.context import Context
from kg.model import Change, Entity, Text
from kg_api import tool_words, tools
from tests.api.applications import another
from tests.contract.test_three_doors import QUESTIONS, SUBJECTS

Json = dict[str, Any]
CLAIM = "tar--mitigates--safeguard-removal"
NAMES = {"log": "revisions"}
ASKED: list[tuple[str, Json, str, Json]] = [
    # tool, arguments, HTTP path, parameters
    *(
        (
            NAMES.get(method, method),
            {**dict(zip(SUBJECTS.get(method, ("id",)), subject, strict=False)), **parameters},
            route,
            {**dict(zip(SUBJECTS.get(method, ()), subject, strict=False)), **parameters},
        )
        for method, _, route, parameters, subject in QUESTIONS
    ),
    ("claims", {"work": "10.48550/arXiv.2312.14751"}, "/claims", {"work": "chan2023hazards"}),
    ("raises", {"lang": "zh", "explain": True}, "/raises", {"lang": "zh", "explain": "true"}),
    (
        "paths",
        {"source": "QLoRA", "target": "misuse", "k": "2"},
        "/paths",
        {"source": "QLoRA", "target": "misuse", "k": 2},
    ),
    ("what_if", {"scenario": {"drop_claim": [CLAIM]}}, "/what-if", {"scenario": f'{{"drop_claim":["{CLAIM}"]}}'}),
    (
        "paths",
        {"source": "QLoRA", "target": "misuse", "k": 2.0, "known_in": 2024.0},
        "/paths",
        {"source": "QLoRA", "target": "misuse", "k": 2, "known_in": 2024},
    ),
    ("revision", {"number": 1.0}, "/revisions/1", {}),
    ("lint", {"severity": "warning", "lang": "zh"}, "/lint", {"severity": "warning", "lang": "zh"}),
    ("history", {"kind": "claims", "id": CLAIM}, f"/claims/{CLAIM}/history", {}),
    ("revision", {"number": 1}, "/revisions/1", {}),
    ("reviews", {}, "/reviews", {}),
    ("duplicates", {"limit": 5}, "/duplicates", {"limit": 5}),
    ("waiting", {"id": "waits"}, "/reviews/waits", {}),
]
FAULTS: list[tuple[str, Json, str, Json]] = [
    ("entity", {"id": "nope"}, "/entities/nope", {}),
    ("paths", {"source": "nope", "target": "lora"}, "/paths", {"source": "nope", "target": "lora"}),
    ("paths", {"source": "lora"}, "/paths", {"source": "lora"}),
    ("raises", {"max_links": 13}, "/raises", {"max_links": 13}),
    ("works", {"limit": 201}, "/works", {"limit": 201}),
    ("matrix", {"rows": "Technik"}, "/matrix", {"rows": "Technik"}),
    ("raises", {"as_of": 99}, "/raises", {"as_of": 99}),
    ("disputes", {"known_in": [2020, 2021]}, "/disputes", {"known_in": [2020, 2021]}),
    ("raises", {"threshold": 1}, "/raises", {"threshold": 1}),
    ("history", {"kind": "claim", "id": CLAIM}, f"/claim/{CLAIM}/history", {}),
    ("receipt", {"id": "nope"}, "/receipts/nope", {}),
    ("what_if", {"scenario": {"a": 2**70}}, "/what-if", {"scenario": f'{{"a":{2**70}}}'}),
    ("impact", {"entity": "lora", "max_links": 2**70}, "/impact", {"entity": "lora", "max_links": str(2**70)}),
]
METHOD = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE) /")
"""How an address begins, of which an agent has none."""


@dataclass
class Agent:
    """An agent that talks to a server of its own, beside the same record in Python."""

    portal: BlockingPortal
    client: Client
    graph: kg.Graph

    def call(self, tool: str, arguments: Json) -> CallToolResult:
        """Call a tool."""
        return self.portal.call(self.client.call_tool, tool, arguments)

    def tools(self) -> dict[str, Tool]:
        """Return what the server lists."""
        return {tool.name: tool for tool in self.portal.call(self.client.list_tools).tools}


def text(result: CallToolResult, at: int = 0) -> str:
    """Return one of the texts that a tool said."""
    said = result.content[at]
    assert isinstance(said, TextContent)
    return said.text


def server(url: str, *options: str) -> StdioServerParameters:
    """Return how the server of a record is started."""
    words = ["-m", "kg", "--database", url, *options, "mcp"]
    return StdioServerParameters(command=sys.executable, args=words, env=dict(os.environ))


def seeded(url: str) -> kg.Graph:
    """Return a seeded record, in which one entity waits for review."""
    graph = kg.open(url, lang="en", ontology=())
    waits = Entity("waits", "Risk", Text("Waits"), status="proposed")
    graph.write([Change("entity", waits)], actor="ann", act="propose")
    return graph


@contextmanager
def talking(url: str, log: Path) -> Iterator[Agent]:
    """Give an agent on a seeded record, in which one entity waits for review."""
    graph = seeded(url)
    with (
        log.open("w") as errors,
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(stdio_client(server(url, "--lang", "en"), errlog=errors))) as client,
    ):
        yield Agent(portal, client, graph)
    graph.store.close()
    assert log.read_text() == ""


@pytest.fixture(scope="module")
def agent(pack_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """An agent on an SQLite file."""
    folder = tmp_path_factory.mktemp("agent")
    with talking(f"sqlite:///{shutil.copy(pack_file, folder)}", folder / "log") as agent:
        yield agent


@pytest.fixture(scope="module")
def remote(postgres_module_url: str) -> Iterator[Agent]:
    """An agent on PostgreSQL, in this process: what is on the wire does not depend on the database."""
    graph, context = seeded(postgres_module_url), Context(postgres_module_url, "en", ())
    with (
        pytest.MonkeyPatch.context() as patch,
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(server_of(context.read()))) as client,
    ):
        patch.setattr(kg_api, "create_app", lambda graph, **_: another(graph))
        yield Agent(portal, client, graph)
    context.close()
    graph.store.close()


@pytest.fixture(scope="module")
def http(agent: Agent) -> Iterator[TestClient]:
    """The same record over HTTP."""
    with TestClient(another(agent.graph)) as client:
        yield client


@pytest.mark.parametrize(("tool", "arguments", "route", "parameters"), ASKED)
def test_a_tool_says_what_http_says(
    agent: Agent, http: TestClient, tool: str, arguments: Json, route: str, parameters: Json
) -> None:
    said, sent = agent.call(tool, arguments), http.get(f"/api/v1{route}", params=parameters)
    assert (sent.status_code, said.is_error, len(said.content)) == (200, False, 1)
    assert text(said).encode() == sent.content
    assert said.structured_content == sent.json()
    assert said.meta is not None
    assert said.meta[REVISION] == agent.graph.revision


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_brief_answer_says_how_much_there_is(agent: Agent, lang: Literal["en", "zh"]) -> None:
    asked = {"lang": lang, "known_in": 2023}
    whole = agent.graph.raises(**asked)
    said = agent.call("raises", {**asked, "brief": True})
    told = json.loads(text(said))
    assert told == said.structured_content
    note = told["shortened"].pop("note")
    assert ("whole answer" in note, "完整答案" in note) == (lang == "en", lang == "zh")
    assert told == {
        **whole,
        "items": whole["items"][:5],
        "paragraph": agent.graph.explain(whole),
        "shortened": {"counts": {"items": len(whole["items"])}},
    }
    assert len(whole["items"]) > 100
    assert len(text(said)) < 10_000


def test_what_is_short_stays_as_it_is_and_pages_are_not_cut(agent: Agent) -> None:
    asked = {"source": "qlora", "target": "misuse", "k": 2, "explain": True}
    assert text(agent.call("paths", {**asked, "brief": "yes"})) == text(agent.call("paths", asked))
    assert text(agent.call("matrix", {"brief": False, "max_links": 1})) == text(agent.call("matrix", {"max_links": 1}))
    changes = agent.call("revision", {"number": 1, "brief": True}).structured_content
    assert isinstance(changes, Mapping)
    assert (len(changes["changes"]), changes["shortened"]["counts"]) == (5, {"changes": 845})
    assert json.loads(text(agent.call("works", {"brief": True})))["where"] == "brief"
    assert json.loads(text(agent.call("raises", {"brief": "perhaps"})))["where"] == "brief"


def test_previews_kept_answers_and_sparql_are_tools_too(agent: Agent, http: TestClient) -> None:
    preview = agent.call("retraction", {"id": "hu2022lora", "status": "corrected"})
    assert (
        text(preview).encode() == agent.graph.retract("hu2022lora", status="corrected", dry_run=True, ask_kept=0).json()
    )
    kept = agent.graph.keep(agent.graph.disputes())["receipt"]
    assert agent.call("receipt", {"id": kept}).structured_content == http.get(f"/api/v1/receipts/{kept}").json()
    verified = agent.call("verify_receipt", {"id": kept})
    assert isinstance(verified.structured_content, Mapping)
    assert verified.structured_content["identical"] is True
    query = "SELECT ?t { ?t a ekg:Technique } ORDER BY ?t LIMIT 3"
    assert text(agent.call("sparql", {"query": query})).encode() == agent.graph.sparql(query).body
    triples = agent.call("sparql", {"query": "DESCRIBE entity:lora"})
    assert (orjson.loads(text(triples))[0]["@id"][-5:], triples.structured_content) == ("/lora", None)
    for one in (preview, verified, triples):
        assert one.meta is not None
        assert one.meta[REVISION] == agent.graph.revision


def test_what_cuts_or_empties_a_result_of_sparql_is_said_beside_it(agent: Agent) -> None:
    cut = agent.call("sparql", {"query": "SELECT (1 AS ?n) { ?a a ekg:Technique . ?b a ekg:Claim . ?c a ekg:Risk }"})
    assert json.loads(text(cut, 1)) == {"complete": False, "limits": ["rows"]}
    typo = agent.call("sparql", {"query": "SELECT ?t { ?t a ekg:Techniqu }"})
    assert "did you mean ekg:Technique?" in json.loads(text(typo, 1))["note"]


@pytest.mark.parametrize(("tool", "arguments", "route", "parameters"), FAULTS)
def test_a_fault_is_that_of_http_and_names_tools(
    agent: Agent, http: TestClient, tool: str, arguments: Json, route: str, parameters: Json
) -> None:
    said, sent = agent.call(tool, arguments), http.get(f"/api/v1{route}", params=parameters).json()
    assert said.is_error
    told = json.loads(text(said))
    assert told == said.structured_content
    same = {"type", "title", "status", "where", "near"}
    assert {name: told.get(name) for name in same} == {name: sent.get(name) for name in same}
    assert told["detail"] == sent["detail"].replace("of this address", "of this tool")
    assert METHOD.search(f"{told['detail']} {told.get('hint')}") is None


@pytest.mark.parametrize("arguments", [{"source": {"a": 1}, "target": "lora"}, {"id": ["lora", "qlora"]}])
def test_what_no_parameter_can_be_is_refused(agent: Agent, arguments: Json) -> None:
    said = agent.call("entity" if "id" in arguments else "paths", arguments)
    told = json.loads(text(said))
    assert (said.is_error, told["where"]) == (True, next(iter(arguments)))
    assert ("give a text, a number, or a list of texts" in told.get("hint", "")) is ("source" in arguments)


def test_the_length_of_an_address_binds_no_question(agent: Agent, http: TestClient) -> None:
    scenario = {"drop_claim": [CLAIM, *(f"a-claim-that-is-not-there-{number}" for number in range(400))]}
    assert len(json.dumps(scenario)) > 10_000
    said = agent.call("what_if", {"scenario": scenario})
    assert text(said).encode() == agent.graph.what_if(scenario=scenario).json()
    query = f"SELECT ?t {{ ?t a ekg:Technique }} ORDER BY ?t LIMIT 3 #{'x' * 9_000}"
    assert text(agent.call("sparql", {"query": query})).encode() == agent.graph.sparql(query).body
    works = {"without_work": ([*agent.graph.snapshot.works] * 20)[:500]}
    asked = agent.call("raises", works)
    assert text(asked).encode() == agent.graph.raises(**works).json()
    assert http.get("/api/v1/raises", params=works).status_code == 414
    told = json.loads(text(agent.call("raises", {"technique": "x" * 600_000, "risk": "y" * 500_000})))
    assert told["detail"] == "the arguments have 1,100,000 bytes together, at most 1,048,576 are taken"
    assert (told["where"], told["hint"]) == ("technique", "ask for less at once")


def test_hints_name_tools_and_a_wrong_tool_names_near_ones(agent: Agent) -> None:
    assert json.loads(text(agent.call("entity", {"id": "nope"})))["hint"].startswith("`search` finds ids by words")
    doi = agent.call("work", {"id": "10.48550/arXiv.2106.09685"})
    assert "`search` finds ids by words, and by DOI" in text(doi)
    with pytest.raises(MCPError, match="'path' is not a tool of this server; did you mean paths"):
        agent.call("path", {})


def test_every_question_is_a_tool_that_only_reads(agent: Agent, http: TestClient) -> None:
    listed = agent.tools()
    asked = {tool for tool, *_ in ASKED} | {"retraction", "receipt", "verify_receipt", "sparql", "verify"}
    assert set(listed) == asked
    page = (Path(__file__).parents[2] / "docs/mcp.md").read_text("utf-8")
    assert [name for name in listed if f"`{name}`" not in page] == []
    for tool in listed.values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.input_schema["additionalProperties"] is False
        assert set(tool.input_schema["properties"]).isdisjoint({"dry_run", "why"})
    refused = agent.call("retraction", {"id": "hu2022lora", "dry_run": False})
    assert (refused.is_error, json.loads(text(refused))["where"]) == (True, "dry_run")
    schema, openapi = listed["raises"].input_schema, http.get("/openapi.json").json()
    taken = openapi["paths"]["/api/v1/raises"]["get"]["parameters"]
    described = {one["name"]: one for one in taken if one["in"] != "header"}
    assert set(schema["properties"]) == {*described, "brief"}
    assert schema["properties"]["known_in"]["description"] == described["known_in"]["description"]
    assert schema["properties"]["max_links"]["maximum"] == 12


@pytest.mark.parametrize("place", ["agent", pytest.param("remote", marks=pytest.mark.postgres)])
def test_what_is_written_meanwhile_is_seen(request: pytest.FixtureRequest, place: str) -> None:
    agent: Agent = request.getfixturevalue(place)
    before = agent.graph.revision
    assert agent.call("entity", {"id": "flood"}).is_error
    agent.graph.write([Change("entity", Entity("flood", "Risk", Text("Flood", "洪水")))], actor="ann", act="add")
    seen = agent.call("entity", {"id": "flood"})
    assert (seen.is_error, seen.meta and seen.meta[REVISION]) == (False, before + 1)
    assert agent.call("search", {"q": "洪水", "limit": 1}).structured_content == agent.graph.search("洪水", limit=1)
    assert agent.call("entity", {"id": "flood", "as_of": before}).is_error


@pytest.mark.postgres
def test_on_postgresql_a_tool_says_what_python_says(remote: Agent) -> None:
    pair = {"source": "qlora", "target": "malicious-use"}
    for tool, arguments in (("raises", {"known_in": 2023}), ("paths", {**pair, "lang": "zh"}), ("what_if", pair)):
        said = remote.call(tool, arguments)
        assert text(said).encode() == getattr(remote.graph, tool)(**arguments).json()
        assert (said.meta or {})[REVISION] == remote.graph.revision


def test_tools_are_described_in_chinese_whole(http: TestClient) -> None:
    openapi = http.get("/openapi.json").json()
    english, chinese = (tools.tools_of(openapi, lang) for lang in ("en", "zh"))
    han = re.compile(r"[\u3400-\u9fff]")
    said = [(name, text) for name, tool in chinese.items() for text in texts(tool)]
    assert [one for one in said if not han.search(one[1]) or re.search(r"[\u3400-\u9fff][,;:.?]", one[1])] == []
    used = {text for tool in english.values() for text in texts(tool)}
    assert [key for key in tool_words._chinese() if not any(key in text for text in used)] == []
    assert chinese["paths"].schema["properties"]["lang"]["default"] == "zh"


def texts(tool: tools.Tool) -> list[str]:
    """Return every text of a tool that is in a language."""
    return [tool.title, tool.description, *(one["description"] for one in tool.schema["properties"].values())]
