"""Applications on one record each, that share their routes: to make those takes longer than most tests.

Lives here: `another`. May enter: a record. Never here: what a test asserts; what `create_app` itself is tested by.
"""

from __future__ import annotations

from copy import copy
from functools import lru_cache
from threading import Event

from fastapi import FastAPI
from starlette.datastructures import State

import kg
from kg.settings import Budgets, read_settings
from kg_api.app import create_app
from kg_api.limits import Limits
from kg_api.quota import Quota
from kg_api.replies import Memory

ALIKE = {"build", "error_page", "fetcher", "parameters", "query_seconds", "takes_body"}
"""What all applications of one process have alike."""


@lru_cache(maxsize=1)
def first() -> FastAPI:
    """The application whose routes the others share; nobody asks it anything."""
    made = create_app(kg.open("sqlite://", empty=True, ontology=()), warm=False)
    made.openapi()
    return made


def another(graph: kg.Graph, *, warm: bool = False, budgets: Budgets | None = None) -> FastAPI:
    """What `create_app` makes of a graph, with a state of its own; a route that is added to it is its alone."""
    app, alike, warmed = copy(first()), dict(first().state._state), Event()
    if not warm:
        warmed.set()
    own = {
        "graph": graph,
        "memory": Memory(),
        "quota": Quota(),
        "limits": Limits(read_settings().budgets if budgets is None else budgets),
        "stamp": f"{app.version} {graph.vocabulary.digest} {app.state.build}",
        "warm": warmed,
        "cold": None,
    }
    assert alike.keys() == own.keys() | ALIKE, "say of each part of the state of an application whose it is"
    app.state, app.middleware_stack, app.router = State(alike | own), None, copy(app.router)
    app.router.routes, app.router.middleware_stack = list(app.router.routes), app.router.app
    return app
