"""The same question gives the same document at all doors: Python, command line, HTTP; SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

import kg
from kg.cli import cli
from kg_api.app import create_app

QUESTIONS: list[tuple[str, list[str], str, dict[str, Any], tuple[Any, ...]]] = [
    # face method, command line, HTTP path, parameters, subject
    ("raises", ["raises"], "/raises", {}, ()),
    (
        "raises",
        ["raises", "malicious-use-by-non-state-actors", "--known-in", "2023", "--max-links", "5"],
        "/raises",
        {"known_in": 2023, "max_links": 5},
        ("malicious-use-by-non-state-actors",),
    ),
    ("raises", ["raises", "--technique", "lora", "--narrower"], "/raises", {"technique": "lora", "narrower": True}, ()),
    ("matrix", ["matrix"], "/matrix", {}, ()),
    (
        "matrix",
        ["matrix", "--rows", "Mitigation", "--cols", "Risk", "--min-strength", "moderate"],
        "/matrix",
        {"rows": "Mitigation", "cols": "Risk", "min_strength": "moderate"},
        (),
    ),
    (
        "paths",
        ["paths", "qlora", "malicious-use", "-k", "3", "--sign", "+", "--without-work", "dettmers2023qlora"],
        "/paths",
        {"k": 3, "sign": "+", "without_work": ["dettmers2023qlora"]},
        ("qlora", "malicious-use"),
    ),
    ("paths", ["paths", "qlora", "tar"], "/paths", {}, ("qlora", "tar")),
    (
        "paths",
        ["paths", "tamper-resistant-safeguards", "transparency", "--relation", "requires", "--relation", "raises"],
        "/paths",
        {"relation": ["requires", "raises"]},
        ("tamper-resistant-safeguards", "transparency"),
    ),
    ("impact", ["impact", "qlora"], "/impact", {}, ("qlora",)),
    (
        "impact",
        [
            "impact",
            "malicious-use",
            "--direction",
            "in",
            "--study-kind",
            "empirical-experiment",
            "--block",
            "fine-tuning",
        ],
        "/impact",
        {"direction": "in", "study_kind": ["empirical-experiment"], "block": ["fine-tuning"]},
        ("malicious-use",),
    ),
    ("disputes", ["disputes", "--known-in", "2024"], "/disputes", {"known_in": 2024}, ()),
    ("disputes", ["disputes", "--max-links", "3"], "/disputes", {"max_links": 3}, ()),
    ("cut", ["cut", "malicious-use"], "/cut", {}, ("malicious-use",)),
    (
        "cut",
        ["cut", "malicious-use", "safeguard-removal", "--source", "lora", "--source", "qlora", "--weigh", "strength"],
        "/cut",
        {"source": ["qlora", "lora"], "weigh": "strength"},
        (["safeguard-removal", "malicious-use"],),
    ),
    (
        "cut",
        ["cut", "safeguard-removal", "--threshold", "0.3", "--max-links", "3", "--narrower"],
        "/cut",
        {"threshold": 0.3, "max_links": 3, "narrower": True},
        ("safeguard-removal",),
    ),
    (
        "what_if",
        ["what-if", "qlora", "malicious-use", "--drop-work", "dettmers2023qlora", "-k", "3", "--known-in", "2024"],
        "/what-if",
        {"scenario": '{"drop_work": "dettmers2023qlora"}', "k": 3, "known_in": 2024},
        ("qlora", "malicious-use"),
    ),
    (
        "what_if",
        ["what-if", "--rows", "Mitigation", "--retract", "chan2023hazards", "--under", "min-strength=moderate"],
        "/what-if",
        {"scenario": '{"retract": ["chan2023hazards"], "under": {"min_strength": "moderate"}}', "rows": "Mitigation"},
        (),
    ),
    ("robustness", ["robustness", "qlora", "malicious-use"], "/robustness", {}, ("qlora", "malicious-use")),
    ("robustness", ["robustness", "--cols", "Benefit"], "/robustness", {"cols": "Benefit"}, ()),
    ("diff", ["diff", "known:2022", "1", "--max-links", "4"], "/diff", {"max_links": 4}, ("known:2022", "1")),
    ("diff", ["diff", "0", "--study-kind", "argument"], "/diff", {"study_kind": ["argument"]}, ("0",)),
    ("gaps", ["gaps"], "/gaps", {}, ()),
    (
        "gaps",
        ["gaps", "--kind", "stale", "--kind", "single-work", "--since", "2023", "--below", "high", "--limit", "500"],
        "/gaps",
        {"kind": ["single-work", "stale"], "since": 2023, "below": "high", "limit": 500},
        (),
    ),
    ("search", ["search", "微调"], "/search", {}, ("微调",)),
    ("entity", ["show", "fine-tuning"], "/entities/fine-tuning", {}, ("fine-tuning",)),
    (
        "claim",
        ["show", "tar--mitigates--safeguard-removal", "--known-in", "2024"],
        "/claims/tar--mitigates--safeguard-removal",
        {"known_in": 2024},
        ("tar--mitigates--safeguard-removal",),
    ),
    ("work", ["show", "hu2022lora"], "/works/hu2022lora", {}, ("hu2022lora",)),
    ("item", ["show", "E232"], "/evidence/E232", {}, ("E232",)),
    ("entities", ["list", "entities", "--type", "Risk", "--limit", "5"], "/entities", {"type": "Risk", "limit": 5}, ()),
    ("entities", ["list", "entities", "--broader", "lora"], "/entities", {"broader": "lora"}, ()),
    (
        "claims",
        ["list", "claims", "--contested", "--relation", "mitigates", "--limit", "200"],
        "/claims",
        {"contested": True, "relation": "mitigates", "limit": 200},
        (),
    ),
    ("works", ["list", "works", "--year", "2024", "--after", "c"], "/works", {"year": 2024, "after": "c"}, ()),
    (
        "claims",
        ["list", "claims", "--contested", "--known-in", "2023", "--without-work", "hu2022lora", "--narrower"],
        "/claims",
        {"contested": True, "known_in": 2023, "without_work": ["hu2022lora"], "narrower": True},
        (),
    ),
    (
        "entities",
        ["list", "entities", "--relation", "mitigates", "--relation", "lowers", "--block", "qlora"],
        "/entities",
        {"relation": ["mitigates", "lowers"], "block": ["qlora"]},
        (),
    ),
    ("works", ["list", "works", "--as-of", "1", "--limit", "2"], "/works", {"as_of": 1, "limit": 2}, ()),
    (
        "evidence",
        ["list", "evidence", "--min-strength", "strong", "--study-kind", "argument", "--include-proposed"],
        "/evidence",
        {"min_strength": "strong", "study_kind": ["argument"], "include_proposed": True},
        (),
    ),
    (
        "evidence",
        ["list", "evidence", "--stance", "disputes", "--locator", "abstract"],
        "/evidence",
        {"stance": "disputes", "locator": "abstract"},
        (),
    ),
    ("basis", ["basis"], "/basis", {}, ()),
    ("coverage", ["coverage"], "/coverage", {}, ()),
    ("verify", ["verify"], "/verify", {}, ()),
    ("log", ["log"], "/revisions", {}, ()),
]
REPORTS = {"basis", "coverage", "verify", "log"}
"""What returns plain dictionaries."""
SUBJECTS = {
    "cut": ("target",),
    "raises": ("risk",),
    "what_if": ("source", "target"),
    "robustness": ("source", "target"),
    "diff": ("from", "to"),
    "paths": ("source", "target"),
    "impact": ("entity",),
    "search": ("q",),
}
IDS = [f"{number}-{' '.join(words)}" for number, (_, words, *_) in enumerate(QUESTIONS)]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def doors(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, kg.Graph]]:
    """A seeded database of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('doors')}/record.db"
    else:
        url = request.getfixturevalue("postgres_module_url")
    graph = kg.open(url, lang="en", ontology=())
    yield url, graph
    graph.store.close()


@pytest.fixture(scope="module")
def client(doors: tuple[str, kg.Graph]) -> Iterator[TestClient]:
    with TestClient(create_app(doors[1])) as client:
        yield client


@pytest.mark.parametrize(("method", "words", "route", "parameters", "subject"), QUESTIONS, ids=IDS)
def test_the_doors_agree(
    doors: tuple[str, kg.Graph],
    client: TestClient,
    method: str,
    words: list[str],
    route: str,
    parameters: dict[str, Any],
    subject: tuple[Any, ...],
) -> None:
    url, graph = doors
    answer = getattr(graph, method)(*subject, **parameters)
    assert isinstance(answer, kg.Answer) != (method in REPORTS)
    document = answer.document if isinstance(answer, kg.Answer) else answer

    run = CliRunner().invoke(cli, ["--database", url, "--lang", "en", *words, "--json"], catch_exceptions=False)
    assert run.exit_code == 0, run.stderr
    assert json.loads(run.stdout) == document

    query = {**dict(zip(SUBJECTS.get(method, ()), subject, strict=False)), **parameters}
    response = client.get(f"/api/v1{route}", params=query)
    assert response.status_code == 200, response.text
    assert response.json() == document
    if isinstance(answer, kg.Answer):
        assert response.content == run.stdout_bytes.rstrip(b"\n") == answer.json()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_doors_agree_in_both_languages(doors: tuple[str, kg.Graph], client: TestClient, lang: str) -> None:
    url, graph = doors
    answer = graph.paths("qlora", "malicious-use", lang=lang)
    words = ["--database", url, "--lang", lang, "paths", "qlora", "malicious-use", "--json"]
    assert CliRunner().invoke(cli, words).stdout_bytes.rstrip(b"\n") == answer.json()
    route = "/api/v1/paths?source=qlora&target=malicious-use"
    assert client.get(f"{route}&lang={lang}").content == answer.json()
    assert client.get(route, headers={"Accept-Language": f"{lang}-CN,{lang};q=0.9"}).content == answer.json()


def test_receipts_are_the_same_on_sqlite_and_postgresql(sqlite_url: str, postgres_url: str) -> None:
    receipts = []
    for url in (sqlite_url, postgres_url):
        graph = kg.open(url, lang="en", ontology=())
        receipts.append([graph.raises().json(), graph.matrix().json(), graph.impact("lora").json()])
        receipts[-1] += [graph.cut("malicious-use").json(), graph.gaps(limit=2000).json()]
        receipts[-1].append(graph.disputes()["receipt"])
        receipts[-1] += [graph.robustness("qlora", "malicious-use").json(), graph.robustness().json()]
        receipts[-1] += [graph.what_if(drop_work="chan2023hazards").json(), graph.diff("known:2022").json()]
        receipts[-1].append(graph.retract("dettmers2023qlora", dry_run=True).json())
        graph.store.close()
    assert receipts[0] == receipts[1]


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00%2B14:00"])
@pytest.mark.parametrize("address", ["/raises?as_of=", "/diff?to=1&from=", "/diff?from=1&to="])
def test_a_moment_at_the_end_of_the_calendar_is_refused_over_http(
    client: TestClient, address: str, moment: str
) -> None:
    told = client.get(f"/api/v1{address}{moment}")
    said = "no point in time" if "diff" in address else "outside of the years 1 to 9999"
    assert (told.status_code, said in told.json()["detail"]) == (422, True)
