"""The other side of the guarded worker: the template process, which forks, and the worker, which confines itself.

Lives here: the loop of the process, the limits, answers and errors as bytes. May enter: orders from `kg.rdf.worker`.
Never here: threads; the process that serves.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from kg import errors
from kg.errors import InputError, KgError, ParseFailure
from kg.later import Later

if TYPE_CHECKING:
    import resource
else:
    resource = Later("resource")

STEP = 64 * 1024
LENGTH = struct.Struct(">cQ")
"""What stands before an answer: `+` a result, `-` an error of ours, `!` a fault; then how many bytes follow."""
_STATM = Path("/proc/self/statm")
Job: TypeAlias = Callable[[bytes, Any], bytes]


def told_of(fault: KgError) -> dict[str, Any]:
    """Return an error as JSON values.

    Law: `fault_of(told_of(fault))` says the same.
    """
    told = {"error": type(fault).__name__, "message": fault.message, "hint": fault.hint, "near": fault.near}
    if isinstance(fault, ParseFailure):
        return told | {"source": fault.source, "line": fault.line, "raw": fault.raw}
    return told | {"where": fault.where}


def fault_of(told: dict[str, Any]) -> KgError:
    """Return the error that `told_of` wrote down."""
    kind = getattr(errors, told.pop("error"), InputError)
    message, near = told.pop("message"), told.pop("near")
    if kind is ParseFailure:
        return ParseFailure(message, **told)
    made: KgError = kind(message, near=near, **told)
    return made


def serve(control: Connection) -> None:
    """Take orders until the other end is closed; fork for each job, kill what is over time, reap what has ended."""
    state: Any = None
    running: dict[int, float] = {}
    while True:
        _reap(running)
        if not control.poll(None if not running else max(0.0, min(1.0, min(running.values()) - monotonic()))):
            continue
        try:
            order = json.loads(control.recv_bytes())
            if "job" in order:
                handles = recv_handle(control), recv_handle(control)
                state_of_job = state
                running[_fork(control, order, handles, state_of_job)] = monotonic() + order["seconds"]
                continue
            payload = control.recv_bytes()
        except (EOFError, OSError):
            break
        if "tell" in order:
            state = _function(order["tell"])(payload, state)
            control.send_bytes(b"done")
        else:
            resource.getrlimit(resource.RLIMIT_AS)
            state = None if order["prepare"] is None else _function(order["prepare"])(payload, None)
            control.send_bytes(b"ready")
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def _reap(running: dict[int, float]) -> None:
    """Kill workers that are over time and forget those that have ended."""
    for pid in list(running):
        if running[pid] <= monotonic():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            del running[pid]
        elif os.waitpid(pid, os.WNOHANG)[0]:
            del running[pid]


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
    """Be the worker: read, confine, do the job, write, end without any clean-up of the template's."""
    source, sink = handles
    try:
        control.close()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (1, 2):
            os.dup2(nowhere, standard)
        payload = b"".join(iter(lambda: os.read(source, STEP), b""))
        os.close(source)
        _confine(order["seconds"], order["memory"])
        try:
            _answer(sink, b"+", function(payload, state))
        except KgError as fault:
            _answer(sink, b"-", json.dumps(told_of(fault)).encode())
        except (MemoryError, RecursionError, SystemError):  # the last where an allocation fails inside the interpreter
            told = InputError("this takes more memory or is nested deeper than allowed", hint="ask for less")
            _answer(sink, b"-", json.dumps(told_of(told)).encode())
        except BaseException as fault:
            _answer(sink, b"!", type(fault).__name__.encode())
            raise
    finally:
        os._exit(0)


def _answer(sink: int, sign: bytes, body: bytes) -> None:
    rest = memoryview(LENGTH.pack(sign, len(body)) + body)
    while rest:
        rest = rest[os.write(sink, rest[:STEP]) :]


def _confine(seconds: float, memory: int) -> None:
    held = int(_STATM.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    limits = {
        resource.RLIMIT_AS: held + memory,
        resource.RLIMIT_CPU: int(seconds) + 1,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 0,
    }
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))


def _function(name: str) -> Job:
    module, _, function = name.partition(":")
    found: Job = getattr(import_module(module), function)
    return found


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
