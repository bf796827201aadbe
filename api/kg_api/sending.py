"""How bytes leave: what is written in pieces goes out together, long bodies in pieces, and nobody is waited for long.

Lives here: `Together`, around the transport of a connection; `in_pieces`, around what takes a body. Never here: what
is sent.
"""

from __future__ import annotations

import asyncio
import struct
import sys
from collections.abc import Callable
from typing import Any

from starlette.types import Message, Send

if sys.platform == "linux":
    import fcntl
    import termios

HELD_BYTES = 65_536
"""So much is held at most; more goes to the transport at once, whose limits on what waits then hold as ever."""
KERNEL_ROOM = (0xFFFF, 0x1001, 65_536)
"""Where the kernel does not tell how much waits in it: SOL_SOCKET and SO_SNDBUF (of all but Linux), so much at most."""


class Together:
    """A transport that writes what it was given as soon as nobody else is at work, or is closed.

    Args:
        transport: Writes, and does all else that a transport does.
        loop: Tells when nobody else is at work.
        patience: After so many seconds in which the other end took nothing of what waits for it, the connection ends.
        lingers: Says, when it is to be closed, whether the connection is kept to let in what the other end still sends;
            it is closed the next time.

    Law: all bytes are written, in their order, before the transport is closed, to an end that takes them.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        patience: float,
        lingers: Callable[[], bool] = lambda: False,
    ) -> None:
        self._lingers = lingers
        self._transport, self._loop, self._patience = transport, loop, patience
        self._held: list[bytes] = []
        self._size = self._written = 0
        self._watch: asyncio.TimerHandle | None = None
        self.is_closing = transport.is_closing
        self._socket = transport.get_extra_info("socket")
        if self._socket is not None and sys.platform != "linux":
            self._socket.setsockopt(*KERNEL_ROOM)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Hold bytes until this turn of the loop is over."""
        if not data:
            return
        if not self._held:
            self._loop.call_soon(self.flush)
        self._held.append(data)
        self._size += len(data)
        if self._size > HELD_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        held, self._held, self._size = self._held, [], 0
        if held:
            together = b"".join(held)
            self._written += len(together)
            self._transport.write(together)
            if self._watch is None and self._transport.get_write_buffer_size():
                self._look_later()

    def _look_later(self) -> None:
        self._watch = self._loop.call_later(self._patience, self._look, self._taken())

    def _look(self, before: int) -> None:
        """End the connection when nothing that waits was taken since; a transport that closes waits like any other."""
        self._watch = None
        if not self._transport.get_write_buffer_size():
            return
        if self._taken() <= before:
            self._transport.abort()
        else:
            self._look_later()

    def _taken(self) -> int:
        """Return how many bytes the other end took.

        Megabytes can wait in the kernel, which asks for more only when a good part of them is gone: who reads slowly
        is seen to read there.
        """
        return self._written - self._transport.get_write_buffer_size() - _waiting_in_kernel(self._socket)

    def forget(self) -> None:
        """Watch no more: the connection is gone."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def close(self) -> None:
        """Write what is held, and close, unless the connection lingers."""
        self.flush()
        if not self._lingers():
            self._transport.close()

    def write_eof(self) -> None:
        """Write what is held, and tell the other end that nothing follows."""
        self.flush()
        self._transport.write_eof()

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait."""
        return self._size + self._transport.get_write_buffer_size()


def _waiting_in_kernel(line: Any) -> int:
    """Return how many bytes given to a socket its other end has not acknowledged; 0 where the system does not tell."""
    if line is None or sys.platform != "linux":
        return 0
    found: int = struct.unpack("i", fcntl.ioctl(line.fileno(), termios.TIOCOUTQ, bytes(4)))[0]
    return found


async def in_pieces(send: Send, message: Message) -> None:
    """Send a message; a long body in pieces, the next one when the connection has room for it.

    A body that many are sent at once is held once; of what a slow reader has yet to take, one piece more.
    """
    body = message.get("body", b"")
    if len(body) <= HELD_BYTES:
        await send(message)
        return
    for at in range(0, len(body), HELD_BYTES):
        more = message.get("more_body", False) or at + HELD_BYTES < len(body)
        await send({**message, "body": body[at : at + HELD_BYTES], "more_body": more})
