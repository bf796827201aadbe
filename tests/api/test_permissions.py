"""Who may do what: every operation that writes has a row, and each row is tried with every kind of token."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

import kg_api
from kg_api import reference
from kg_api.permissions import PERMISSIONS
from kg_api.routers import vouch
from tests.api.writers import ITEM, Place, place

BODIES: dict[str, dict[str, Any]] = {
    "add_work": {"title": "Model surgery", "year": 2024},
    "add_entity": {"type": "Technique", "label": "Weight surgery"},
    "add_claim": {"subject": "t", "relation": "raises", "object": "r"},
    "add_evidence": ITEM,
    "revise_evidence": {"strength": "weak"},
    "review": {"id": "t--raises--f", "decision": "accept"},
    "revoke": {"id": "t--raises--f", "why": "no"},
    "merge": {"keep": "w1", "duplicate": "w2", "why": "one"},
    "undo": {"why": "no"},
    "keep_answer": {"question": {}},
    "verify_answer": {"question": {}},
    "what_if_of_body": {},
}
REFUSED = {401, 403}
IDS = {"id": "w1", "number": "2"}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(f"sqlite:///{tmp_path_factory.mktemp('who')}/record.db") as made:
        store = made.graph.store
        store._held = replace(store._held, clock=lambda: datetime.now(UTC) + timedelta(minutes=2))
        yield made


def operations(here: Place) -> dict[str, tuple[str, str, str | None]]:
    """Operations that are not GET by name: method, address with something filled in, role in the document."""
    found = {}
    for path, methods in here.app.openapi()["paths"].items():
        for method, one in methods.items():
            if method != "get":
                ids = IDS | {"id": vouch.EXAMPLE} if "receipts" in path else IDS
                address = path.format(**ids)
                required = [p["name"] for p in one.get("parameters", ()) if p["in"] == "query" and p.get("required")]
                found[one["operationId"]] = (
                    method.upper(),
                    address + "".join(f"?{name}=false" for name in required),
                    one.get("x-role"),
                )
    return found


def ask(here: Place, name: str, token: str | None, *, more: str = "") -> Any:
    """Ask an operation with a body that it can read."""
    method, address, _ = operations(here)[name]
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    joint = "&" if "?" in address else "?"
    sent = {"json": BODIES[name]} if name in BODIES else {"content": b"@misc{x, title={X}}"} if "import" in name else {}
    return here.client.request(method, address + (joint + more if more else ""), headers=headers, **sent)


def routes() -> Iterator[APIRoute]:
    """Every route of every room, those that OpenAPI leaves out too."""
    for found in pkgutil.walk_packages(kg_api.__path__, "kg_api."):
        if "templates" not in found.name:
            router = getattr(importlib.import_module(found.name), "router", None)
            if isinstance(router, APIRouter):
                yield from (route for route in router.routes if isinstance(route, APIRoute))


def test_every_operation_that_is_no_get_has_a_row(here: Place) -> None:
    names = {route.name for route in routes() if route.methods - {"GET", "HEAD"}}
    assert names <= set(PERMISSIONS)
    described = {name for name in PERMISSIONS if not name.endswith("_form")} - {"sparql_post", "sign_in", "sign_out"}
    assert set(operations(here)) == described
    for name, (_, _, role) in operations(here).items():
        assert role == PERMISSIONS[name].role, name


def test_the_reference_says_the_role(here: Place) -> None:
    told = {one.path: one.role for one in reference.operations(here.app.openapi()) if one.method == "POST"}
    assert told["/api/v1/reviews"] == "reviewer"
    assert told["/api/v1/what-if"] is None


@pytest.mark.parametrize(
    "name", sorted(name for name, row in PERMISSIONS.items() if row.role and not name.endswith("_form"))
)
def test_who_may_and_who_may_not(here: Place, name: str) -> None:
    before = here.graph.revision
    for who in (None, "gone", "late", "nonsense"):
        token = here.secrets.get(who, "ekg_nonsense") if who else None
        got = ask(here, name, token)
        assert got.status_code == 401, (who, got.text)
        assert got.headers["content-type"] == "application/problem+json"
        assert got.headers["www-authenticate"].startswith('Bearer realm="evidence-kg"')
        assert ('error="invalid_token"' in got.headers["www-authenticate"]) is (who is not None)
        assert got.headers["cache-control"] == "no-store"
    assert here.graph.revision == before, "nobody without a token wrote"
    got = ask(here, name, here.secrets["ann"])
    if PERMISSIONS[name].role == "contributor":
        assert got.status_code not in REFUSED, got.text
    else:
        assert got.status_code == 403
        assert got.json()["type"].endswith("problem/forbidden")
        assert "insufficient_scope" in got.headers["www-authenticate"]
        assert here.graph.revision == before
    for who in ("bob", "eve"):
        got = ask(here, name, here.secrets[who])
        assert got.status_code not in REFUSED, (who, got.text)
        assert got.status_code < 500, got.text


@pytest.mark.parametrize("name", sorted(name for name, row in PERMISSIONS.items() if row.preview))
def test_everybody_may_preview(here: Place, name: str) -> None:
    before = here.graph.revision
    method, address, _ = operations(here)[name]
    got = here.client.request(method, address.partition("?")[0] + "?dry_run=true", json=BODIES.get(name))
    assert got.status_code == 200, got.text
    assert here.graph.revision == before
    assert here.client.request(method, address.partition("?")[0] + "?dry_run=0", json={}).status_code == 401


@pytest.mark.parametrize(
    "name",
    sorted(name for name, row in PERMISSIONS.items() if row.role and not row.preview and not name.endswith("_form")),
)
def test_nobody_gets_in_by_asking_for_a_preview(here: Place, name: str) -> None:
    assert ask(here, name, None, more="dry_run=true").status_code == 401


@pytest.mark.parametrize(
    "header", ["Basic abc", "Bearer", "Bearer ", "Bearer a b", "bearer\t{}", "Token {}", "Bearer {}x", "Bearer \u00e9"]
)
def test_a_header_that_is_no_bearer_is_refused(here: Place, header: str) -> None:
    sent = header.format(here.secrets["eve"]).encode("latin-1")
    got = here.client.post("/api/v1/claims", json=BODIES["add_claim"], headers={"Authorization": sent})  # type: ignore[dict-item]
    assert got.status_code == 401


def test_two_headers_are_refused(here: Place) -> None:
    pair = [("Authorization", f"Bearer {here.secrets['eve']}"), ("Authorization", "Bearer x")]
    assert here.client.post("/api/v1/claims", json={}, headers=pair).status_code == 401


def test_a_revoked_token_is_refused_at_the_next_request(tmp_path: Path) -> None:
    with place(f"sqlite:///{tmp_path}/record.db") as here:
        assert here.post("/claims", BODIES["add_claim"]).status_code == 201
        (token,) = (one["token"] for one in here.graph.tokens()["items"] if one["person"] == "ann")
        here.graph.revoke_token(token)
        assert here.post("/claims", BODIES["add_claim"]).status_code == 401


def test_what_has_no_row_is_refused_to_everybody(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PERMISSIONS, "add_claim")  # type: ignore[arg-type]
    assert ask(here, "add_claim", here.secrets["eve"]).status_code == 403
