"""How bytes leave: what is written in pieces goes out together, long bodies in pieces, and nobody is waited for long.

Lives here: `Together`, around the transport of a connection; `in_pieces`, around what takes a body. Never here: what
is sent.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import Message, Send

HELD_BYTES = 65_536
"""So much is held at most; more goes to the transport at once, whose limits on what waits then hold as ever."""


class Together:
    """A transport that writes what it was given as soon as nobody else is at work, or is closed.

    Args:
        transport: Writes, and does all else that a transport does.
        loop: Tells when nobody else is at work.
        patience: After so many seconds in which the other end took nothing of what waits for it, the connection ends.

    Law: all bytes are written, in their order, before the transport is closed, to an end that takes them.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, patience: float) -> None:
        self._transport, self._loop, self._patience = transport, loop, patience
        self._held: list[bytes] = []
        self._size = self._written = 0
        self._watch: asyncio.TimerHandle | None = None
        self.is_closing = transport.is_closing

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
        taken = self._written - self._transport.get_write_buffer_size()
        self._watch = self._loop.call_later(self._patience, self._look, taken)

    def _look(self, before: int) -> None:
        """End the connection when nothing that waits was taken since; a transport that closes waits like any other."""
        self._watch = None
        waiting = self._transport.get_write_buffer_size()
        if waiting and self._written - waiting <= before:
            self._transport.abort()
        elif waiting:
            self._look_later()

    def forget(self) -> None:
        """Watch no more: the connection is gone."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def close(self) -> None:
        """Write what is held, and close."""
        self.flush()
        self._transport.close()

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait."""
        return self._size + self._transport.get_write_buffer_size()


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
