"""What is written in pieces goes out together, whole and in order, before a connection is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kg_api.sending import HELD_BYTES, Together, in_pieces

PIECES = st.lists(st.integers(0, 3).flatmap(lambda power: st.binary(max_size=8).map(lambda one: one * 30**power)))


class Written(asyncio.Transport):
    """A transport that keeps each packet."""

    def __init__(self) -> None:
        super().__init__()
        self.packets: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep a packet."""
        assert not self.closed
        self.packets.append(bytes(data))

    def close(self) -> None:
        """Take no more."""
        self.closed = True

    def is_closing(self) -> bool:
        """Say whether it takes no more."""
        return self.closed

    def get_write_buffer_size(self) -> int:
        """Nothing waits here."""
        return 0


def packets(write: Callable[[Together], None], *, turns: int = 1) -> list[bytes]:
    """What is written within a turn of a loop, and after it."""
    transport = Written()

    async def send() -> None:
        together = Together(transport, asyncio.get_running_loop(), 60.0)
        for _ in range(turns):
            write(together)
            await asyncio.sleep(0)

    asyncio.run(send())
    return transport.packets


@given(PIECES)
def test_all_is_sent_in_order(pieces: list[bytes]) -> None:
    def write(transport: Together) -> None:
        for piece in pieces:
            transport.write(piece)
            assert transport.get_write_buffer_size() <= HELD_BYTES

    found = packets(write)
    assert b"".join(found) == b"".join(pieces)
    assert len(found) <= 1 + sum(map(len, pieces)) // HELD_BYTES


@given(st.integers(0, 5 * HELD_BYTES) | st.sampled_from([0, 1, HELD_BYTES, 2 * HELD_BYTES]), st.booleans())
def test_a_long_body_is_sent_whole_in_pieces(length: int, more: bool) -> None:
    body, sent = bytes(length), []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    asyncio.run(in_pieces(send, {"type": "http.response.body", "body": body, "more_body": more}))
    assert b"".join(one["body"] for one in sent) == body
    assert max(len(one["body"]) for one in sent) <= HELD_BYTES
    assert [one["more_body"] for one in sent] == [True] * (len(sent) - 1) + [more]


def test_what_is_given_in_one_turn_is_one_packet() -> None:
    def write(transport: Together) -> None:
        transport.write(b"head")
        transport.write(b"")
        transport.write(b"body")

    assert packets(write, turns=2) == [b"headbody"] * 2


def test_what_is_held_is_sent_before_the_end() -> None:
    def write(transport: Together) -> None:
        transport.write(b"head")
        transport.close()
        assert transport.is_closing()

    assert packets(write) == [b"head"]
