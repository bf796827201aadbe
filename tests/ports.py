"""Ports for servers that a test starts, and waiting until one answers.

Lives here: `free_port`, `wait_for`. May enter: addresses. Never here: servers.
Ports lie below those that the system lends to clients: a client that knocks at a port where nobody answers yet can be
given that same port as its own; it is then connected to itself, and holds the port that the server is about to open.
"""

from __future__ import annotations

import socket
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPException
from random import SystemRandom

LOW, HIGH = 15_000, 32_000
ANSWER_SECONDS = 180.0


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on and that no client is lent."""
    drawn = SystemRandom()
    while True:
        with closing(socket.socket()) as one, suppress(OSError):
            port = drawn.randrange(LOW, HIGH)
            one.bind((host, port))
            return port


def wait_for(address: str, seconds: float = ANSWER_SECONDS, ended: Callable[[], object] = lambda: None) -> None:
    """Wait until a server answers.

    Args:
        address: Scheme, host and port.
        seconds: How long at most.
        ended: Gives the exit code of a server that has ended, None before.

    Raises:
        TimeoutError: it did not answer in time, or has ended.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until and ended() is None:
        with suppress(OSError, HTTPException), urllib.request.urlopen(f"{address}/healthz", timeout=5):
            return
        time.sleep(0.05)
    raise TimeoutError(f"{address} does not answer; exit code {ended()}")
