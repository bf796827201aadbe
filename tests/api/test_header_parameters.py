"""The OpenAPI document says which headers an operation takes; pages and tools for agents do not ask for them."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from kg_api.permissions import PERMISSIONS
from kg_api.reference import operations
from kg_api.tools import tools_of


def headers_of(openapi: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    """Which headers each operation takes."""
    return {
        (method.upper(), path): {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
        for path, by_method in openapi["paths"].items()
        for method, operation in by_method.items()
    }


def test_what_carries_a_tag_takes_if_none_match(client: TestClient) -> None:
    openapi = client.get("/openapi.json").json()
    told = headers_of(openapi)
    asked = [one for one in operations(openapi) if one.answers]
    assert len(asked) > 25
    for one in asked:
        got = client.get(one.example)
        assert ("etag" in got.headers) == ("If-None-Match" in told["GET", one.path]), one.path


def test_every_write_takes_a_key_and_what_was_seen(client: TestClient) -> None:
    openapi = client.get("/openapi.json").json()
    told = headers_of(openapi)
    for path, by_method in openapi["paths"].items():
        for method, operation in by_method.items():
            row = PERMISSIONS.get(operation["operationId"])
            writes = row is not None and row.role is not None
            assert ({"Idempotency-Key", "If-Match"} <= told[method.upper(), path]) is writes, path


def test_headers_are_no_parameters_of_an_address(client: TestClient) -> None:
    openapi = client.get("/openapi.json").json()
    assert not [one.path for one in operations(openapi) for taken in one.parameters if "-" in taken.name]
    assert not [tool.name for tool in tools_of(openapi, "en").values() if "If-None-Match" in tool.schema["properties"]]
    assert client.get("/api/v1/raises?If-None-Match=a").status_code == 422
