"""Every page and every read route of the API that takes criteria, under each of them: answered, never broken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from kg_api.pages_read.frame import CRITERIA
from kg_api.pages_read.questions import QUESTIONS

ONE_EACH: Mapping[str, str | list[str]] = {
    "as_of": "1",
    "known_in": "2022",
    "without_work": ["hu2022lora", "chan2023hazards"],
    "only_work": "hu2022lora",
    "study_kind": ["empirical-experiment", "argument"],
    "min_strength": "moderate",
    "relation": "raises",
    "block": ["lora", "memory-requirement"],
    "include_proposed": "true",
    "include_retracted": "true",
    "narrower": "true",
}
CHAINS = "source=qlora&target=malicious-use"
VIEWS = ("", "focus=lora", "view=all", CHAINS)
CLAIM = "tar--mitigates--safeguard-removal"
ADDRESSES = (
    *("/matrix?cell=qlora..malicious-use", "/matrix.csv", "/api/v1/export?format=csv"),
    *("/entities/qlora", f"/claims/{CLAIM}", "/works/hu2022lora", "/evidence/E232"),
    *(f"/ask/{name}?{urlencode(one.example, doseq=True)}" for name, one in QUESTIONS.items()),
    *(f"{place}?{view}" for place in ("/explore", "/api/v1/scene") for view in VIEWS),
)
DRAWN_SMALL = {"/api/v1/drawing": {"focus": "lora"}}


def of_the_api(app: FastAPI) -> list[str]:
    """Addresses of all GET operations that take criteria, with an example of what they cannot do without."""
    found = []
    for path, methods in app.openapi()["paths"].items():
        parameters = methods["get"].get("parameters", ()) if "get" in methods else ()
        query: dict[str, Any] = dict(DRAWN_SMALL.get(path, {}))
        address = path
        for one in parameters:
            if one.get("required"):
                example = one["schema"]["examples"][0]
                if one["in"] == "path":
                    address = address.replace("{" + one["name"] + "}", quote(str(example), safe=""))
                else:
                    query[one["name"]] = example
        if set(CRITERIA) <= {one["name"] for one in parameters}:
            found.append(f"{address}?{urlencode(query, doseq=True)}")
    return found


@pytest.mark.parametrize("name", CRITERIA)
def test_nothing_breaks_under_a_criterion(client: TestClient, app: FastAPI, name: str) -> None:
    operations = of_the_api(app)
    assert len(operations) >= 15
    given = urlencode({name: ONE_EACH[name]}, doseq=True)
    told = {}
    for address in dict.fromkeys([*operations, *ADDRESSES]):
        asked = f"{address}{'&' if '?' in address else '?'}{given}"
        told[asked] = client.get(asked).status_code
    assert {asked: status for asked, status in told.items() if status != 200} == {}
