"""Several server processes on one port: each with its own application, replaced when it dies.

Lives here: `run`, the supervisor, what each process makes. May enter: where a record is.
Never here: routes, how connections are limited (server).
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Thread
from typing import Any

from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from kg import graph as graphs
from kg.errors import KgError
from kg_api import server
from kg_api.app import create_app

BACKLOG = 2_048
"""Connections that wait to be taken."""
TAKEN_AT_ONCE = 1
"""Connections that a worker takes before the others have their turn."""
HUNG_SECONDS = 30
"""A worker that does not say for so long that it lives is killed and replaced."""
REST_SECONDS = 2.0
IPPROTO_TCP, TCP_NODELAY = 6, 1
_log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True, slots=True)
class Making:
    """Makes the application of one process: opens the record there, since a connection is not carried over.

    Args:
        opening: The arguments of `kg.graph.open`.
    """

    opening: Mapping[str, Any]

    def __call__(self) -> FastAPI:
        """Return the application.

        Raises:
            SystemExit: the record cannot be opened at the moment; the supervisor tries again.
        """
        logging.getLogger("kg_api").setLevel(logging.INFO)
        server.take_turns()
        Thread(target=_end_with_parent, name="parent", daemon=True).start()
        try:
            return create_app(graphs.open(**self.opening, create=False))
        except KgError as fault:
            _log.error("a worker cannot open the record: %s", fault)
            time.sleep(REST_SECONDS)
            sys.exit(1)


class Supervisor(Multiprocess):
    """Starts workers, replaces those that die or hang, ends them all when it is told to."""

    def init_processes(self) -> None:
        """Start the workers."""
        super().init_processes()
        self._lengthen_queue()

    def keep_subprocess_alive(self) -> None:
        """Replace workers that died."""
        super().keep_subprocess_alive()
        self._lengthen_queue()

    def _lengthen_queue(self) -> None:
        """Let many connections wait, although each worker, when it started, said that few do.

        What a worker says is also how many it takes at once, and they should share.
        """
        for one in self.sockets:
            one.listen(BACKLOG)


def run(opening: Mapping[str, Any], host: str, port: int, workers: int) -> None:
    """Serve until interrupted.

    Args:
        opening: The arguments of `kg.graph.open`; the record is there already.
        host: Address or name to listen on.
        port: 1 to 65535.
        workers: How many processes answer.

    Raises:
        InputError: the address cannot be listened on; says why and what to do.
    """
    asyncio.run(server.check(host, port))
    config = server.configured(
        Making(dict(opening)),
        host,
        port,
        factory=True,
        workers=workers,
        backlog=TAKEN_AT_ONCE,
        timeout_worker_healthcheck=HUNG_SECONDS,
    )
    with config.bind_socket() as listening:
        at_once(listening)
        Supervisor(config, sockets=[listening]).run()


def at_once(listening: Any) -> None:
    """Have the connections that a socket accepts send what they are given at once.

    The event loop sees to that for sockets that it opens itself, not for those that it is handed; without it the second
    answer on a connection waits for 40 ms.
    """
    listening.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)


def _end_with_parent() -> None:
    """End this process in an orderly way when the supervisor is gone without having said so."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
