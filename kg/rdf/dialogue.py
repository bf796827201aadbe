"""One worker, as seen by who asks it: a pipe there and a pipe back, and what silence means.

Lives here: `Limits`, `Dialogue`, `Lost`. May enter: bytes.
Never here: who forks (worker), what a worker does (forking).
"""

from __future__ import annotations

import json
import os
import select
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from kg.errors import InputError, Upstream
from kg.rdf import forking
from kg.rdf.forking import BEGUN, LENGTH, STEP

MIB = 1024 * 1024
GRACE = 0.5


class Lost(Exception):
    """A worker ended in the middle of a question; who asked decides whether the question is to blame."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one question may take.

    Args:
        seconds: Wall-clock time until its process is killed, and processor time, rounded up.
        memory: Bytes of address space beyond what the process held before.
        output: Bytes of its result.
    """

    seconds: float = 10.0
    memory: int = 512 * MIB
    output: int = 64 * MIB


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Our ends of the pipes to one worker.

    Attributes:
        number: What the template process calls the worker.
        kind: What is equal in all workers that may stand for one another.
        limits: For each question.
    """

    number: int
    kind: Any
    limits: Limits
    there: int
    back: int

    def is_idle(self) -> bool:
        """Whether the worker waits for a question; it says nothing unasked, so a sign of it is that of its end."""
        return not _waiting(self.back, select.POLLIN).poll(0)

    def ask(self, payload: bytes, deadline: float) -> tuple[bytes, bytes] | None:
        """Return the sign of the answer and its body, see `kg.rdf.forking.LENGTH`; None: the worker never began.

        Raises:
            InputError: the question took more than it may: says what.
            Lost: the worker ended while it worked, of itself or by somebody's hand.
        """
        self._feed(LENGTH.pack(b"?", len(payload)) + payload, deadline + GRACE)
        waiting = _waiting(self.back, select.POLLIN)
        got, whole = bytearray(), len(BEGUN) + LENGTH.size
        while len(got) < whole:
            if not waiting.poll(max(0.0, deadline + GRACE - monotonic()) * 1000):
                raise self._too_long()
            piece = os.read(self.back, STEP)
            if not piece and not got:
                return None
            if not piece:
                raise self._too_long() if monotonic() >= deadline - 0.05 else Lost
            is_head = len(got) < len(BEGUN) + LENGTH.size
            got += piece
            if is_head and len(got) >= whole:
                length = LENGTH.unpack_from(got, len(BEGUN))[1]
                if length > self.limits.output:
                    raise InputError(
                        f"the result has more than {self.limits.output // MIB} MiB",
                        hint="ask for less, for instance with LIMIT",
                    )
                whole += length
        with memoryview(got) as view:
            return bytes(view[len(BEGUN) : len(BEGUN) + 1]), bytes(view[len(BEGUN) + LENGTH.size :])

    def close(self) -> None:
        """Take leave; a worker that waits ends by that."""
        os.close(self.there)
        os.close(self.back)

    def _feed(self, message: bytes, deadline: float) -> None:
        """Write to the worker; one that has ended meanwhile is noticed when its answer is read."""
        waiting = _waiting(self.there, select.POLLOUT)
        rest = memoryview(message)
        with suppress(BrokenPipeError):
            while rest and waiting.poll(max(0.0, deadline - monotonic()) * 1000):
                rest = rest[os.write(self.there, rest[:STEP]) :]

    def too_much(self) -> InputError:
        """Return the refusal of a question that ends its workers."""
        return InputError(
            f"this takes more than {self.limits.memory // MIB} MiB of memory, or is nested beyond all measure",
            hint="ask for less, or give a smaller or flatter file",
        )

    def _too_long(self) -> InputError:
        return InputError(
            f"this takes more than {self.limits.seconds:g} s", hint="ask for less, or narrow the question"
        )


def result(sign: bytes, body: bytes) -> bytes:
    """Return the result that an answer holds.

    Raises:
        KgError: what the job raised.
        Upstream: it failed for a reason that is not in the question.
    """
    if sign == b"+":
        return body
    if sign == b"!":
        raise Upstream(f"the worker failed with {body.decode()}", hint="this is a fault of ours; please report it")
    raise forking.fault_of(json.loads(body))


def _waiting(pipe: int, event: int) -> select.poll:
    waiting = select.poll()
    waiting.register(pipe, event)
    return waiting
