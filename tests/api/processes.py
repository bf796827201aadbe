"""Real servers as processes of their own on one database, and a client that threads may share.

Lives here: `servers`, `Client`. May enter: a database URL. Never here: assertions.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.ports import free_port, wait_for

BUDGETS = {"KG_WRITES_PER_MINUTE": "1000000", "KG_IMPORTS_PER_HOUR": "1000000"}


@dataclass(frozen=True)
class Answer:
    """Status, headers and body of a response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        """The JSON of the body."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    """Asks one server."""

    address: str
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request on a connection of its own; `_` stands for `-` in the names of headers."""
        sent = {
            "Accept-Language": "en",
            **self.headers,
            **{name.replace("_", "-"): one for name, one in headers.items()},
        }
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        asked = urllib.request.Request(f"{self.address}/api/v1{path}", data=raw, headers=sent, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=60) as got:
                return Answer(got.status, {name.lower(): one for name, one in got.headers.items()}, got.read())
        except urllib.error.HTTPError as told:
            with told:
                return Answer(told.code, {name.lower(): one for name, one in told.headers.items()}, told.read())

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a body."""
        return self.ask("POST", path, body, **headers)

    def get(self, path: str, **headers: str) -> Answer:
        """Read an address."""
        return self.ask("GET", path, **headers)


RUNNING: dict[str, subprocess.Popen[bytes]] = {}


def killed(address: str) -> None:
    """End a server as a power cut would."""
    RUNNING[address].kill()
    RUNNING[address].wait(timeout=30)


@contextmanager
def servers(url: str, count: int = 2, *, log: Path | None = None, **environment: str) -> Iterator[list[str]]:
    """The addresses of so many processes `kg serve` on one database; what they say goes to the end of `log`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    running, addresses = [], []
    said = (log or Path(os.devnull)).open("ab")
    try:
        for _ in range(count):
            port = free_port()
            command = [sys.executable, "-m", "kg", "--database", url, "serve", "--port", str(port)]
            running.append(
                subprocess.Popen(
                    command,
                    env={**clean, **BUDGETS, **environment},
                    stdout=said,
                    stderr=said,
                )
            )
            addresses.append(f"http://127.0.0.1:{port}")
            RUNNING[addresses[-1]] = running[-1]
        for address, process in zip(addresses, running, strict=True):
            wait_for(address, ended=process.poll)
        yield addresses
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=30)
        said.close()
        for address in addresses:
            del RUNNING[address]
