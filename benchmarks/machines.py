"""Machines of their own on one Linux: network namespaces, each with an address and a link to a database.

Lives here: `machines`, `Machine`, the forwarder by which they reach a database that listens for this machine alone.
Never here: what runs on them.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from shutil import which
from threading import Thread

PIECE = 65_536


@dataclass(frozen=True)
class Machine:
    """A network namespace.

    Args:
        name: Of the namespace.
        address: Where we reach it.
        gateway: Host and port at which it reaches the database, over a link that is for this alone.
    """

    name: str
    address: str
    gateway: tuple[str, int]

    def words(self, command: Sequence[str]) -> list[str]:
        """Return the words of a command as it is run there."""
        return ["ip", "netns", "exec", self.name, *command]

    def link(self, state: str) -> None:
        """Put its link to the database `up` or `down`; we reach it all the same."""
        _ip("-n", self.name, "link", "set", "database", state)


def missing() -> str | None:
    """Return why there can be no machines here; None when there can."""
    if which("ip") is None:
        return "ip is missing: apt-get install iproute2"
    if os.geteuid():
        return "network namespaces are made by root alone"
    name = f"kg-{os.getpid()}-try"
    try:
        _ip("netns", "add", name)
    except OSError as fault:
        return f"network namespaces are not allowed here: {fault}"
    try:
        _ip("link", "add", f"kg{os.getpid()}t", "type", "veth", "peer", "name", "other", "netns", name)
        _ip("link", "del", f"kg{os.getpid()}t")
    except OSError as fault:
        return f"virtual links are not allowed here: {fault}"
    finally:
        _ip("netns", "del", name)
    return None


@contextmanager
def machines(count: int, database: tuple[str, int]) -> Iterator[list[Machine]]:
    """Give so many machines which reach a database that we reach; they are gone afterwards.

    What runs on them has to be ended before.

    Raises:
        OSError: they cannot be made; `missing` says why.
    """
    net, own = f"10.{100 + os.getpid() % 100}", os.getpid()
    gateways = [f"{net}.{2 * one}.1" for one in range(count)]
    with ExitStack() as stack:
        for one in range(count):
            name = f"kg-{own}-{one}"
            _ip("netns", "add", name)
            stack.callback(_ip, "netns", "del", name)
            _ip("-n", name, "link", "set", "lo", "up")
            for link, part in (("database", 2 * one), ("public", 2 * one + 1)):
                ours = f"kg{own}{link[0]}{one}"
                _ip("link", "add", ours, "type", "veth", "peer", "name", link, "netns", name)
                stack.callback(_gone, ours)
                _ip("addr", "add", f"{net}.{part}.1/30", "dev", ours)
                _ip("link", "set", ours, "up")
                _ip("-n", name, "addr", "add", f"{net}.{part}.2/30", "dev", link)
                _ip("-n", name, "link", "set", link, "up")
        ports = stack.enter_context(_forwarding(gateways, database))
        yield [
            Machine(f"kg-{own}-{one}", f"{net}.{2 * one + 1}.2", (gateways[one], ports[one])) for one in range(count)
        ]


@contextmanager
def _forwarding(addresses: Sequence[str], target: tuple[str, int]) -> Iterator[list[int]]:
    """Listen on addresses of ours and pass on what comes; gives the port of each."""
    started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, list[int]]] = Future()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):  # nobody is there, or the forwarder ends
            there, back = await asyncio.open_connection(*target)
            await asyncio.gather(_pass(reader, back), _pass(there, writer))

    async def serve() -> None:
        stop = asyncio.Event()
        servers = [await asyncio.start_server(forward, address, 0) for address in addresses]
        started.set_result((asyncio.get_running_loop(), stop, [one.sockets[0].getsockname()[1] for one in servers]))
        await stop.wait()
        for one in servers:
            one.close()

    def run() -> None:
        try:
            asyncio.run(serve())
        except OSError as fault:
            started.set_exception(fault)

    thread = Thread(target=run, name="forwarder")
    thread.start()
    loop, stop, ports = started.result()
    try:
        yield ports
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what is read until one of both ends."""
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    except OSError:  # one of both is gone: the other is told by closing
        pass
    finally:
        writer.close()


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")


def _gone(link: str) -> None:
    """Take a link away; it may have gone with its namespace."""
    with suppress(OSError):
        _ip("link", "del", link)
