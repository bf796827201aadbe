"""Run the server: uvicorn with h11, limits on connections, and deadlines for receiving a request and sending an answer.

Lives here: `run`, the protocol with its deadline. Never here: routes.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, cast

import h11
import orjson
import uvicorn
from uvicorn.config import LOGGING_CONFIG
from uvicorn.protocols.http.h11_impl import H11Protocol

from kg.errors import InputError
from kg.graph import Graph
from kg.settings import GARBAGE
from kg_api import problems
from kg_api.app import create_app
from kg_api.headers import SECURITY
from kg_api.requests import Requests
from kg_api.sending import Together

CONNECTIONS_MOST = 1_000
CONNECTIONS_EACH = CONNECTIONS_MOST // 4
"""Most connections of one address, so that nobody takes the places of all others."""
RECEIVE_SECONDS = 15.0
SEND_SECONDS = 30.0
"""After so long without taking a byte of what waits for it, a client is let go."""
KEEP_ALIVE_SECONDS = 5
LINGER_SECONDS = 2.0
"""So long a client that was refused may go on sending, and is not read: closing at once would lose it the answer."""
LINGER_BYTES = 32 * 1024 * 1024
"""So much it may send meanwhile."""
LOGGED = {
    **LOGGING_CONFIG,
    "loggers": {**LOGGING_CONFIG["loggers"], "kg_api": {"handlers": ["default"], "level": "INFO"}},
}
"""What goes to the log: what uvicorn says of the server, and what is said here of requests."""
SWITCH_SECONDS = 0.001
"""After so long a thread that computes lets the others run, above all the one that reads and writes for all clients."""


class DeadlineProtocol(H11Protocol):
    """HTTP/1.1 that closes a connection that does not send or take in time, and refuses as a problem document.

    A client that reads nothing of its answer for `SEND_SECONDS` is let go.
    A slow sender holds a connection for at most `RECEIVE_SECONDS`; the time runs from the first byte of a request
    (from connecting, for the first one) to its last. An address that holds `CONNECTIONS_EACH` gets no more.
    What follows a request that cannot be read is let in for at most `LINGER_SECONDS`, and thrown away. So is what is
    left of a body that is refused before it is read, for at most `RECEIVE_SECONDS`; of both at most `LINGER_BYTES`.
    Closing while something waits to be read would reset the connection, and lose the client the answer.
    """

    conn: Requests
    refused = False
    thrown = 0
    deadline: asyncio.TimerHandle | None = None
    held: ClassVar[Counter[str]] = Counter()
    address: str | None = None
    together: Together | None = None

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.conn = Requests()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the time of the first request; refuse a connection that is one too many of its address."""
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else ""
        self.held[self.address] += 1
        self.together = Together(transport, self.loop, SEND_SECONDS, self._lingers)
        super().connection_made(cast(asyncio.Transport, self.together))
        if self.held[self.address] > CONNECTIONS_EACH:
            self._refuse(429, "this address holds as many connections as it may; close some")
            self.transport.close()
        else:
            self._start()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time."""
        self._stop()
        if self.together is not None:
            self.together.forget()
        if self.address is not None:
            self.held[self.address] -= 1
            if not self.held[self.address]:
                del self.held[self.address]
            self.address = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Start the time with the first byte of a request, stop it with the last."""
        if self.transport.is_closing():
            return
        if self.refused:
            self.thrown += len(data)
            if self.thrown > LINGER_BYTES:
                self._expire()
            return
        if self.deadline is None and self.conn.their_state is h11.IDLE:
            self._start()
        super().data_received(data)
        if not self.refused and self.conn.their_state not in {h11.IDLE, h11.SEND_BODY}:
            self._stop()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, in the shape of every other error."""
        self._refuse(400, self.conn.why or msg)
        self.transport.write_eof()
        self.flow.resume_reading()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._start(LINGER_SECONDS)

    def _lingers(self) -> bool:
        """Let in and throw away what a client still sends after its answer, the last one; say whether it sends."""
        if self.refused or self.cycle is None or not self.cycle.response_complete:
            return False
        sends = self.conn.their_state is h11.SEND_BODY
        if not sends and not self.conn.trailing_data[0] and not self.flow.read_paused:
            return False
        self.refused = True
        self.transport.write_eof()
        self.flow.resume_reading()
        self._start(RECEIVE_SECONDS if sends else LINGER_SECONDS)
        return True

    def _refuse(self, status: int, said: str) -> None:
        body = orjson.dumps(problems.of_status(status, said))
        given = {
            **SECURITY,
            "Content-Type": problems.MEDIA_TYPE,
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        headers = [(name.encode(), value.encode()) for name, value in given.items()]
        events = (h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage())
        for event in events:
            self.transport.write(self.conn.send(event) or b"")
        self.refused = True

    def _start(self, seconds: float | None = None) -> None:
        self._stop()
        self.deadline = self.loop.call_later(RECEIVE_SECONDS if seconds is None else seconds, self._expire)

    def _stop(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def _expire(self) -> None:
        self.deadline = None
        self.refused = True
        if not self.transport.is_closing():
            self.transport.close()


def run(graph: Graph, host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve until interrupted.

    Args:
        graph: What `kg.open` returned.
        host: Address or name to listen on.
        port: 1 to 65535.

    Raises:
        InputError: the address cannot be listened on; says why and what to do.
    """
    asyncio.run(check(host, port))
    take_turns()
    served = uvicorn.Server(config(graph, host, port))
    with _hung_up(served):
        served.run()


@contextmanager
def _hung_up(served: uvicorn.Server) -> Iterator[None]:
    """Have SIGHUP, which asks for new workers, pass by with a word: there is one alone. A terminal that closes ends it.

    Who had SIGHUP ignored, as nohup does, is not asked.
    """
    at_terminal = sys.stdin is not None and sys.stdin.isatty()

    def told(_: int, __: object) -> None:
        if at_terminal:
            served.should_exit = True
        else:
            problems.LOG.warning(
                "SIGHUP is passed by: one worker cannot be replaced without a gap; restart, or use --workers 2"
            )

    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGHUP) != signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGHUP, told)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def take_turns() -> None:
    """Have the threads of this process, which is a server's, take shorter turns than Python's five milliseconds.

    They look for garbage less often, too.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*GARBAGE)


def config(graph: Graph, host: str, port: int, **more: Any) -> uvicorn.Config:
    """Return the settings that the server runs with."""
    return configured(create_app(graph), host, port, **more)


def configured(app: Any, host: str, port: int, **more: Any) -> uvicorn.Config:
    """Return the settings that an application, or what makes one in its process, is served with."""
    settings: dict[str, Any] = {
        "host": host,
        "port": port,
        "http": DeadlineProtocol,
        "ws": "none",
        "limit_concurrency": CONNECTIONS_MOST,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
        "timeout_graceful_shutdown": 5,
        "server_header": False,
        "access_log": False,
        "log_level": "info",
        "log_config": LOGGED,
    }
    return uvicorn.Config(app, **{**settings, **more})


async def check(host: str, port: int) -> None:
    """Listen for a moment, so that a taken port is told before anything starts.

    Raises:
        InputError: the port is taken or not allowed, or there is no such address here.
    """
    try:
        server = await asyncio.start_server(lambda *_: None, host, port)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise InputError(f"port {port} is in use", where="port", hint="choose another with --port") from fault
        if fault.errno == errno.EACCES:
            raise InputError(
                f"port {port} may not be used by this user", where="port", hint="choose one above 1023 with --port"
            ) from fault
        raise InputError(
            f"{host[:100]!r} is not an address of this machine",
            where="host",
            hint="use 127.0.0.1 for this machine alone, 0.0.0.0 for every network it is on",
        ) from fault
    server.close()
    await server.wait_closed()
