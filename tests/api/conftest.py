"""Clients of the application: on the packaged pack, read-only, without a network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import kg
from kg_api.app import create_app


@pytest.fixture(scope="session")
def app(pack_graph: kg.Graph) -> FastAPI:
    """The application on the pack."""
    return create_app(pack_graph, warm=False)


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client that sees server errors as responses, as the world does."""
    with TestClient(app, raise_server_exceptions=False, headers={"Accept-Language": "en"}) as one:
        yield one
