"""A real server on a free port, for clients that want one.

Lives here: `serving`. May enter: an application. Never here: assertions.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import uvicorn
from fastapi import FastAPI

from kg_api.server import DeadlineProtocol


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address of a running server that answers with an application."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(app, host="127.0.0.1", port=port, http=DeadlineProtocol, ws="none", log_level="warning")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(timeout=20)
