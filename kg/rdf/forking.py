"""The other side of the guarded worker: the template process, which forks, and the worker, which confines itself.

Lives here: the loops of both processes, the limits, answers and errors as bytes. May enter: orders from
`kg.rdf.worker`. Never here: threads; the process that serves.
"""

from __future__ import annotations

import json
import math
import os
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from kg import errors
from kg.errors import InputError, KgError, ParseFailure, Words
from kg.later import Later

if TYPE_CHECKING:
    import resource
else:
    resource = Later("resource")

STEP = 64 * 1024
LENGTH = struct.Struct(">cQ")
"""What stands before a message: `?` a question, `+` a result, `-` an error of ours, `!` a fault; its bytes."""
BEGUN = b"."
"""Said when a question has been read, before its answer."""
QUESTIONS_MOST, SECONDS_MOST, GROWTH_MOST = 500, 60, 64 * 1024 * 1024
"""After so many questions, seconds of processor time or bytes more than at first, a worker ends."""
IDLE_SECONDS = 60.0
"""So long a worker waits for a question."""
Job: TypeAlias = Callable[[bytes, Any], bytes]


def told_of(fault: KgError) -> dict[str, Any]:
    """Return an error as JSON values.

    Law: `fault_of(told_of(fault))` says the same.
    """
    told = {"error": type(fault).__name__, "message": fault.message, "hint": fault.hint, "near": fault.near}
    if isinstance(fault, ParseFailure):
        return told | {"source": fault.source, "line": fault.line, "raw": fault.raw}
    return told | {"where": fault.where, "zh": None if fault.said is None else fault.said.zh}


def fault_of(told: dict[str, Any]) -> KgError:
    """Return the error that `told_of` wrote down."""
    kind = getattr(errors, told.pop("error"), InputError)
    message, near, zh = told.pop("message"), told.pop("near"), told.pop("zh", None)
    if kind is ParseFailure:
        return ParseFailure(message, **told)
    made: KgError = kind(message if zh is None else Words(message, zh), near=near, **told)
    return made


def serve(control: Connection) -> None:
    """Take orders until the other end is closed: fork workers, kill those that are given up, reap what has ended."""
    state: Any = None
    running: dict[int, int] = {}
    while True:
        _reap(running)
        if not control.poll(IDLE_SECONDS if running else None):
            continue
        try:
            order = json.loads(control.recv_bytes())
            if "job" in order:
                handles = recv_handle(control), recv_handle(control)
                state_of_job = state
                running[order["worker"]] = _fork(control, order, handles, state_of_job)
                continue
            payload = control.recv_bytes()
        except (EOFError, OSError):
            break
        if "end" in order:
            # What is not reaped yet keeps its number, so this kills no other process.
            if order["end"] in running:
                os.kill(running[order["end"]], signal.SIGKILL)
        elif "tell" in order:
            state = _function(order["tell"])(payload, state)
            control.send_bytes(b"done")
        else:
            resource.getrlimit(resource.RLIMIT_AS)
            state = None if order["prepare"] is None else _function(order["prepare"])(payload, None)
            control.send_bytes(b"ready")
    for pid in running.values():
        os.kill(pid, signal.SIGKILL)


def _reap(running: dict[int, int]) -> None:
    """Forget workers that have ended."""
    for worker, pid in list(running.items()):
        if os.waitpid(pid, os.WNOHANG)[0]:
            del running[worker]


def _fork(control: Connection, order: Mapping[str, Any], handles: tuple[int, int], state: Any) -> int:
    function = _function(order["job"])
    pid = os.fork()
    if pid == 0:
        _work(control, function, order, handles, state)
    for handle in handles:
        os.close(handle)
    return pid


def _work(
    control: Connection, function: Job, order: Mapping[str, Any], handles: tuple[int, int], state: Any
) -> NoReturn:
    """Be the worker: answer questions one after the other, confined; end without any clean-up of the template's."""
    source, sink = handles
    try:
        control.close()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (1, 2):
            os.dup2(nowhere, standard)
        walls = _Walls(order["seconds"], order["memory"])
        for payload in _questions(source):
            walls.close_in()
            os.write(sink, BEGUN)
            if not _answered(sink, function, payload, state) or walls.are_worn():
                break
    finally:
        os._exit(0)


def _questions(source: int) -> Iterator[bytes]:
    """Give what is asked until nobody can ask any more; SIGALRM ends the process that is not asked for long."""
    for _ in range(QUESTIONS_MOST):
        signal.setitimer(signal.ITIMER_REAL, IDLE_SECONDS)
        head = _read(source, LENGTH.size)
        if len(head) < LENGTH.size:
            return
        length = LENGTH.unpack(head)[1]
        payload = _read(source, length)
        if len(payload) < length:
            return
        yield payload


def _read(source: int, length: int) -> bytes:
    """Return so many bytes, fewer when the other end is closed."""
    first = os.read(source, min(length, STEP))
    if len(first) == length:
        return first
    got = bytearray(first)
    while len(got) < length and (piece := os.read(source, min(length - len(got), STEP))):
        got += piece
    return bytes(got)


def _answered(sink: int, function: Job, payload: bytes, state: Any) -> bool:
    """Do the job and write what came of it; return whether the process is fit for another."""
    try:
        _answer(sink, b"+", function(payload, state))
    except KgError as fault:
        _answer(sink, b"-", json.dumps(told_of(fault)).encode())
    except (MemoryError, RecursionError, SystemError):  # the last where an allocation fails inside the interpreter
        told = InputError("this takes more memory or is nested deeper than allowed", hint="ask for less")
        _answer(sink, b"-", json.dumps(told_of(told)).encode())
        return False
    except BaseException as fault:
        _answer(sink, b"!", type(fault).__name__.encode())
        raise
    return True


def _answer(sink: int, sign: bytes, body: bytes) -> None:
    rest = memoryview(LENGTH.pack(sign, len(body)) + body)
    while rest:
        rest = rest[os.write(sink, rest[:STEP]) :]


class _Walls:
    """What a worker may take: for each question beyond what it held and used before, and in all its life."""

    def __init__(self, seconds: float, memory: int) -> None:
        self._seconds, self._memory = seconds, memory
        self._statm = os.open("/proc/self/statm", os.O_RDONLY)
        self._first = 0
        for ending in (signal.SIGALRM, signal.SIGXCPU):
            signal.signal(ending, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())

    def close_in(self) -> None:
        """Hold the question that has come to its limits. The first sets those that last, and cannot be undone."""
        held, used = self._held(), time.process_time()
        if not self._first:
            self._first = held
            for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NOFILE):
                resource.setrlimit(limit, (0, 0))
        memory = self._first + GROWTH_MOST + self._memory
        seconds = math.ceil(SECONDS_MOST + self._seconds) + 1
        resource.setrlimit(resource.RLIMIT_AS, (min(held + self._memory, memory), memory))
        resource.setrlimit(resource.RLIMIT_CPU, (min(math.ceil(used + self._seconds), seconds), seconds))
        signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def are_worn(self) -> bool:
        """Whether the process has grown or worked so much that a new one is better."""
        return self._held() - self._first > GROWTH_MOST or time.process_time() > SECONDS_MOST

    def _held(self) -> int:
        return int(os.pread(self._statm, 64, 0).split()[0]) * resource.getpagesize()


def _function(name: str) -> Job:
    module, _, function = name.partition(":")
    found: Job = getattr(import_module(module), function)
    return found


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
