"""A real server on a free port, for clients that want one.

Lives here: `serving`. May enter: an application. Never here: assertions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from benchmarks.listening import listening
from kg_api.server import DeadlineProtocol


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address of a running server that answers with an application."""

    def configured(port: int) -> uvicorn.Config:
        return uvicorn.Config(app, host="127.0.0.1", port=port, http=DeadlineProtocol, ws="none", log_level="warning")

    with listening(configured) as address:
        yield address
