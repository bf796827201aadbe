"""The page of the reference of the HTTP interface: what it links can be followed on the packaged record."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from kg_api.reference import markdown, operations


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_example_of_the_reference_that_is_linked_answers(client: TestClient, lang: str) -> None:
    page = client.get("/docs", params={"lang": lang}).text
    shown = re.findall(r'<p class="quiet">[^<]*[ ：](<a href="([^"]+)">)?<code>(/[^<]+)</code>', page)
    assert len(shown) > 30
    for link, href, text in shown:
        assert bool(link) == (client.get(unescape(text)).status_code == 200), text
        assert href == (text if link else "")


def test_every_id_of_an_example_is_one_of_its_kind(client: TestClient) -> None:
    told = operations(client.get("/openapi.json").json())
    of_kind = {
        "claims": "tar--mitigates--safeguard-removal",
        "entities": "qlora",
        "evidence": "E232",
        "works": "hu2022lora",
    }
    found = {one.path: one.example for one in told if re.fullmatch(r"/api/v1/(\w+)/\{id\}(/\w+)?", one.path)}
    assert {"/api/v1/works/{id}", "/api/v1/claims/{id}/revision"} <= found.keys()
    for path, example in found.items():
        plural = path.split("/")[3]
        assert plural not in of_kind or example.split("/")[4].split("?")[0] == of_kind[plural], example


def test_criteria_stand_once_and_are_taken_by_questions_alone(client: TestClient) -> None:
    page = markdown(client.get("/openapi.json").json())
    criteria, routes = page.split("## Criteria", 1)[1].split("\n## `", 1)
    assert {f"`{name}`" for name in ("known_in", "without_work", "min_strength")} <= set(re.findall(r"`\w+`", criteria))
    assert "| `known_in` |" not in routes
    takes = [part for part in routes.split("\n## `") if "Takes the criteria." in part]
    assert takes
    assert not [part[:40] for part in takes if part.startswith("POST /api/v1/reviews")]
