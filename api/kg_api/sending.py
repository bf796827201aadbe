"""What a response writes in pieces goes out together: its head and a short body in one packet, by one system call.

Lives here: `Together`, around the transport of a connection. Never here: what is sent, HTTP.
"""

from __future__ import annotations

import asyncio
from typing import Any

HELD_BYTES = 65_536
"""So much is held at most; more goes to the transport at once, whose limits on what waits then hold as ever."""


class Together:
    """A transport that writes what it was given as soon as nobody else is at work, or is closed.

    Args:
        transport: Writes, and does all else that a transport does.
        loop: Tells when nobody else is at work.

    Law: all bytes are written, in their order, before the transport is closed.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._held: list[bytes] = []
        self._size = 0
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
            self._transport.write(b"".join(held))

    def close(self) -> None:
        """Write what is held, and close."""
        self.flush()
        self._transport.close()

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait."""
        return self._size + self._transport.get_write_buffer_size()
