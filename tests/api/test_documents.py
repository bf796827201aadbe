"""Documents: those of the face, byte for byte, in the shapes that OpenAPI promises; never validated on the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pydantic
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import kg
from kg_api import probe_shapes, problems, reference, shapes, survey_shapes, vouch_shapes
from kg_api.routers import vouch


def said(graph: kg.Graph, answer: kg.Answer) -> kg.Answer:
    """The answer with its paragraph."""
    return answer.said(graph.explain(answer))


CLAIM = "tar--mitigates--safeguard-removal"
EXAMPLES: list[tuple[str, type[pydantic.BaseModel], Callable[[kg.Graph], Any]]] = [
    ("raises", shapes.Raises, lambda g: g.raises(lang="en")),
    (
        "raises?risk=malicious-use-by-non-state-actors",
        shapes.Raises,
        lambda g: g.raises("malicious-use-by-non-state-actors"),
    ),
    ("matrix?rows=Mitigation", shapes.Matrix, lambda g: g.matrix(rows="Mitigation")),
    ("paths?source=qlora&target=malicious-use&k=3", shapes.Paths, lambda g: g.paths("qlora", "malicious-use", k=3)),
    ("paths?source=qlora&target=tar", shapes.Paths, lambda g: g.paths("qlora", "tar")),
    ("impact?entity=qlora&direction=out", shapes.Impact, lambda g: g.impact("qlora")),
    ("disputes?known_in=2024", survey_shapes.Disputes, lambda g: g.disputes(known_in=2024)),
    (
        "cut?target=safeguard-removal&target=malicious-use&source=lora&threshold=0.6&weigh=strength",
        survey_shapes.Cut,
        lambda g: g.cut(["safeguard-removal", "malicious-use"], source="lora", threshold="0.6", weigh="strength"),
    ),
    ("cut?target=qlora", survey_shapes.Cut, lambda g: g.cut("qlora")),
    (
        "gaps?kind=stale&kind=no-evidence&since=2023&limit=100",
        survey_shapes.Gaps,
        lambda g: g.gaps(kind=["stale", "no-evidence"], since=2023, limit=100),
    ),
    (
        'what-if?source=qlora&target=malicious-use&scenario={"drop_work":["dettmers2023qlora"]}&k=3',
        probe_shapes.WhatIf,
        lambda g: g.what_if("qlora", "malicious-use", drop_work="dettmers2023qlora", k=3),
    ),
    (
        'what-if?source=qlora&target=malicious-use&scenario={"add":["qlora lowers malicious-use 0.9"]}',
        probe_shapes.WhatIf,
        lambda g: g.what_if("qlora", "malicious-use", add="qlora lowers malicious-use 0.9"),
    ),
    (
        'what-if?rows=Mitigation&scenario={"mark":["chan2023hazards=retracted"]}',
        probe_shapes.WhatIf,
        lambda g: g.what_if(rows="Mitigation", retract=["chan2023hazards"]),
    ),
    (
        "robustness?source=qlora&target=malicious-use",
        probe_shapes.Robustness,
        lambda g: g.robustness("qlora", "malicious-use"),
    ),
    ("robustness?source=qlora", probe_shapes.Robustness, lambda g: g.robustness("qlora")),
    ("robustness?cols=Benefit", probe_shapes.Robustness, lambda g: g.robustness(cols="Benefit")),
    ("diff?from=known:2022&to=known:2024", probe_shapes.Diff, lambda g: g.diff("known:2022", "known:2024")),
    ("diff?from=0", probe_shapes.Diff, lambda g: g.diff(0)),
    (
        "paths?source=qlora&target=malicious-use&explain=true",
        shapes.Paths,
        lambda g: said(g, g.paths("qlora", "malicious-use")),
    ),
    ("gaps?explain=yes&lang=zh", survey_shapes.Gaps, lambda g: said(g, g.gaps(lang="zh"))),
    ("robustness?source=qlora&explain=1", probe_shapes.Robustness, lambda g: said(g, g.robustness("qlora"))),
    (
        "paths?source=qlora&target=malicious-use&explain=false",
        shapes.Paths,
        lambda g: g.paths("qlora", "malicious-use"),
    ),
    ("lint", vouch_shapes.Lint, lambda g: g.lint(lang="en")),
    ("lint?severity=warning&lang=zh", vouch_shapes.Lint, lambda g: g.lint(severity="warning", lang="zh")),
    ("search?q=联邦学习", shapes.Search, lambda g: g.search("联邦学习")),
    ("search?q=zzzzqqqq", shapes.Search, lambda g: g.search("zzzzqqqq")),
    ("entities?type=Risk&limit=3", shapes.Entities, lambda g: g.entities(type="Risk", limit=3)),
    ("entities/qlora", shapes.Entity, lambda g: g.entity("qlora")),
    (
        "claims?relation=mitigates&contested=true",
        shapes.Claims,
        lambda g: g.claims(relation="mitigates", contested=True),
    ),
    (f"claims/{CLAIM}", shapes.Claim, lambda g: g.claim(CLAIM)),
    ("works?year=2024&limit=5", shapes.Works, lambda g: g.works(year=2024, limit=5)),
    ("works/hu2022lora", shapes.Work, lambda g: g.work("hu2022lora")),
    ("evidence?stance=disputes", shapes.EvidenceList, lambda g: g.evidence(stance="disputes")),
    ("evidence/E232", shapes.Evidence, lambda g: g.item("E232")),
    ("revisions?limit=1", shapes.Revisions, lambda g: g.log(limit=1)),
    ("verify", shapes.Verified, lambda g: g.verify()),
    ("basis", shapes.Basis, lambda g: g.basis()),
    ("coverage", shapes.Coverage, lambda g: g.coverage()),
]


@pytest.mark.parametrize(("address", "shape", "ask"), EXAMPLES, ids=[address for address, *_ in EXAMPLES])
def test_the_document_is_the_face_s_and_has_its_shape(
    client: TestClient,
    pack_graph: kg.Graph,
    address: str,
    shape: type[pydantic.BaseModel],
    ask: Callable[[kg.Graph], Any],
) -> None:
    got = client.get(f"/api/v1/{address}")
    asked = ask(pack_graph)
    assert got.status_code == 200
    assert got.content == (asked.json() if isinstance(asked, kg.Answer) else orjson.dumps(asked))
    shape.model_validate_json(got.content, strict=True)


@pytest.mark.parametrize("address", ["scene", "scene?focus=qlora&hops=1&lang=zh"])
def test_the_scene_has_its_shape(client: TestClient, address: str) -> None:
    shapes.Scene.model_validate_json(client.get(f"/api/v1/{address}").content)


@pytest.mark.parametrize(("kind", "id"), [("claim", CLAIM), ("entity", "malicious-use"), ("work", "hu2022lora")])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_dossier_has_its_shape(client: TestClient, kind: str, id: str, lang: str) -> None:
    got = client.get(f"/api/v1/dossiers/{kind}/{id}", params={"lang": lang})
    shapes.Dossier.model_validate_json(got.content)
    assert got.json()["api"].endswith(id)


# Nothing of the pack waits for review, and nobody has a token.
GOES_WITH = {("/api/v1/export", name): "format=bibtex" for name in ("works", "receipt")}
UNKNOWN = {("/api/v1/export", "receipt"): 404}
STATUS = {"/api/v1/reviews/{id}": 409, "/api/v1/people/{handle}": 404}


def ask(client: TestClient, graph: kg.Graph, one: reference.Operation, address: str) -> Any:
    """Ask a route; the receipt of its example stands for one that is kept here, a body for an answer."""
    answer = graph.paths("qlora", "malicious-use")
    kept = graph.keep(answer)["receipt"]
    body = {"json": answer.document} if one.path.endswith("/receipts/verify") else {}
    return client.request(one.method, address.replace(vouch.EXAMPLE, kept), **body)  # type: ignore[arg-type]


def test_every_route_is_described_and_its_example_works(app: FastAPI, client: TestClient, pack_graph: kg.Graph) -> None:
    operations = reference.operations(app.openapi())
    assert len(operations) >= 22
    for one in operations:
        assert one.summary, one.path
        assert one.description, one.path
        is_file = one.tag == "exchange" or one.path.endswith("/drawing")
        assert is_file or one.shape in app.openapi()["components"]["schemas"]
        for parameter in one.parameters:
            assert parameter.description, (one.path, parameter.name)
            assert parameter.range, (one.path, parameter.name)
            assert parameter.example, (one.path, parameter.name)
        if one.role is None:
            assert ask(client, pack_graph, one, one.example).status_code == STATUS.get(one.path, 200), one.example


def test_every_operation_tells_every_status_that_it_is_seen_to_have(
    app: FastAPI, client: TestClient, pack_graph: kg.Graph
) -> None:
    openapi = app.openapi()
    for one in reference.operations(openapi):
        told = openapi["paths"][one.path][one.method.lower()]["responses"]
        assert all(response["description"] for response in told.values())
        assert all(problems.MEDIA_TYPE in told[status]["content"] for status in told if status >= "400"), one.path
        if one.role is not None or one.method != "GET":
            continue
        seen = {str(client.get(one.example, headers={"If-None-Match": "*"}).status_code)}
        if one.path.startswith("/api/"):
            seen |= {str(client.get(f"{one.example}{'&' if '?' in one.example else '?'}q={'a' * 9_000}").status_code)}
            assert "414" in seen
            assert one.path in STATUS or ("304" in seen) is ("304" in told), one.path
        assert seen <= told.keys(), (one.path, seen)


def test_every_example_of_a_parameter_is_taken(app: FastAPI, client: TestClient, pack_graph: kg.Graph) -> None:
    for one in reference.operations(app.openapi()):
        for parameter in one.parameters:
            if parameter.place == "query" and one.role is None:
                joint = "&" if "?" in one.example else "?"
                value = parameter.example.replace("+", "%2B")
                address = f"{one.example}{joint}{parameter.name}={value}" if not parameter.required else one.example
                if (one.path, parameter.name) in GOES_WITH:
                    address = f"{one.path}?{GOES_WITH[one.path, parameter.name]}&{parameter.name}={value}"
                got = ask(client, pack_graph, one, address)
                expected = UNKNOWN.get((one.path, parameter.name), STATUS.get(one.path, 200))
                assert got.status_code == expected, (one.path, parameter.name, got.text)


def test_answers_are_not_validated_on_the_way_out(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("an answer was validated or copied by pydantic")

    monkeypatch.setattr("fastapi.routing.serialize_response", refuse)
    monkeypatch.setattr("fastapi.encoders.jsonable_encoder", refuse)
    assert client.get("/api/v1/paths?source=qlora&target=malicious-use").status_code == 200


def test_signs_may_be_written_as_they_are(client: TestClient) -> None:
    path = "/api/v1/paths?source=qlora&target=malicious-use&sign="
    assert client.get(path + "+").json()["question"]["sign"] == client.get(path + "%2B").json()["question"]["sign"] == 1


@pytest.mark.parametrize(
    ("given", "accepted", "expected"),
    [
        ("zh", "en", "zh"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "en;q=0.5,zh;q=0.9", "zh"),
        ("", "fr,de", "en"),
        ("", "zh;q=0, en;q=nonsense", "en"),
        ("en", "zh", "en"),
    ],
)
def test_the_language_is_the_one_asked_for(client: TestClient, given: str, accepted: str, expected: str) -> None:
    params = {"entity": "qlora", "lang": given}
    got = client.get("/api/v1/impact", params=params, headers={"Accept-Language": accepted})
    assert got.json()["question"]["lang"] == expected
    assert got.headers["content-language"].startswith(expected)


def test_pages_of_a_list_follow_each_other(client: TestClient, pack_graph: kg.Graph) -> None:
    seen: list[str] = []
    after = ""
    while after is not None:
        page = client.get("/api/v1/claims", params={"limit": 100, "after": after}).json()
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
    assert seen == sorted(pack_graph.snapshot.claims)
