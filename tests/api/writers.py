"""People with tokens at a small record, for tests that write over HTTP.

Lives here: `Place` and what they send. May enter: an empty database. Never here: assertions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

import kg
from kg.settings import Budgets
from tests.api.applications import another
from tests.kept import small

API = "/api/v1"
ITEM: dict[str, Any] = {
    "subject": "t",
    "relation": "raises",
    "object": "r",
    "work": "w1",
    "stance": "supports",
    "kind": "empirical-experiment",
    "strength": "strong",
    "strength_reason": "three sites",
    "locator": "§2",
    "statement": "Tuned models were misused more often.",
    "basis": "full-text",
}
PLENTY = Budgets(writes=100_000, imports=100_000, lookups=100_000, failures=100_000)
EMAIL = "hidden.ann@example.org"


@dataclass
class Place:
    """A server, its record, and the secrets of three people and of two who may not write any more."""

    client: TestClient
    graph: kg.Graph
    app: FastAPI
    secrets: dict[str, str]

    def post(self, address: str, body: Any = None, *, who: str | None = "ann", **headers: str) -> Any:
        """Send a body as JSON in the name of somebody; `_` stands for `-` in the names of headers."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if who is not None:
            sent["Authorization"] = f"Bearer {self.secrets[who]}"
        more = {} if body is None else {"json": body}
        return self.client.post(API + address, headers=sent, **more)

    def get(self, address: str, **headers: str) -> Any:
        """Read an address."""
        return self.client.get(API + address, headers=headers)


@contextmanager
def place(url: str, *, budgets: Budgets = PLENTY) -> Iterator[Place]:
    """A small record with ann, who contributes, bob, who reviews, and eve, who administers."""
    graph = small(url)
    made = {
        "ann": graph.create_token("ann", role="contributor", name="Ann Lee", email=EMAIL),
        "bob": graph.create_token("bob", role="reviewer"),
        "eve": graph.create_token("eve", role="admin"),
        "gone": graph.create_token("gil", role="admin"),
        "late": graph.create_token("lea", role="admin", expires="1m"),
    }
    graph.revoke_token(made["gone"]["token"])
    app = another(graph, budgets=budgets)
    with TestClient(app, raise_server_exceptions=False, headers={"Accept-Language": "en"}) as client:
        yield Place(client, graph, app, {name: one["secret"] for name, one in made.items()})
    graph.store.close()
