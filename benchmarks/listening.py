"""A server in a thread of this process, at a port that is free: for measuring, and for tests that ask over a socket.

Lives here: `listening`. May enter: how to configure it. Never here: what it serves.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import uvicorn


@contextmanager
def listening(configured: Callable[[int], uvicorn.Config]) -> Iterator[str]:
    """Give the address of a server that is configured for a port; it ends with the block."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = uvicorn.Server(configured(port))
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(timeout=20)
