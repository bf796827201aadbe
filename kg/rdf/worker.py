"""The guarded worker: untrusted input meets parsers and query engines in a process of its own, which can be killed.

Lives here: `Template` (a single-threaded process that forks one worker for each job), `Limits`, `run`.
May enter: names of functions of ours, bytes. Never here: what a job does; a parser in this process.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import send_handle
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Any

from kg.errors import InputError, Upstream
from kg.rdf import forking
from kg.rdf.forking import LENGTH, STEP

MIB = 1024 * 1024
AVAILABLE = sys.platform == "linux"
"""Whether fork and resource limits hold on this system."""
START_SECONDS = 60.0
GRACE = 0.5
BUSY_SECONDS = 10.0
AT_ONCE = 2 * (os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may take.

    Args:
        seconds: Wall-clock time until it is killed, and processor time, rounded up.
        memory: Bytes of address space beyond what the template process holds.
        output: Bytes of its result.
    """

    seconds: float = 10.0
    memory: int = 512 * MIB
    output: int = 64 * MIB


class Template:
    """A process that holds what jobs share, and forks a worker for each. Safe to share between threads.

    It starts with the first job and ends with this process. A worker has no open file but the pipe for its result,
    can open none (RLIMIT_NOFILE = 0), write none (FSIZE = 0) and leaves no core; its memory and time are limited.

    A job is `function(payload: bytes, state) -> bytes` in a module that imports all it needs at once: a worker can open
    nothing, so an import that comes late fails there.

    Args:
        prepare: `module:function` that makes the shared state of the payload; None for no state.
        payload: What `prepare` gets, or a function that makes it anew whenever the process starts; bytes of ours,
            not of strangers.

    Cost: some 0.2 s to start; then 2 ms a job, 10 ms where the state is large (a million quads).

    Example:
        >>> with Template() as template:
        ...     template.run("kg.rdf.worker:echo", b"abc", Limits(seconds=5))
        b'abc'
    """

    def __init__(self, prepare: str | None = None, payload: bytes | Callable[[], bytes] = b"") -> None:
        self._prepare = (prepare, payload)
        self._process: subprocess.Popen[bytes] | None = None
        self._control: Connection | None = None
        self._lock = Lock()
        self._places = BoundedSemaphore(AT_ONCE)

    def __enter__(self) -> Template:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, job: str, payload: bytes, limits: Limits) -> bytes:
        """Run `job` ("module:function") on a payload in a worker and return its result.

        Raises:
            InputError: what the job raised (any of ours), or the job took more than it may: says what.
            Upstream: no worker could be had, or it failed for a reason that is not in the payload.
        """
        if not AVAILABLE:
            raise Upstream(
                f"guarded workers need Linux; this system is {sys.platform}",
                hint="do this on a Linux machine, or with files of your own from the command line",
            )
        if not self._places.acquire(timeout=BUSY_SECONDS):
            raise Upstream(f"all {AT_ONCE} workers are busy", hint="try again in a moment")
        try:
            return self._run(job, payload, limits)
        finally:
            self._places.release()

    def tell(self, function: str, payload: bytes) -> None:
        """Replace the state by what `function(payload, state)` returns, in the template process itself.

        For bytes of ours alone: nothing guards it. Jobs that run meanwhile keep the state they began with. A process
        that fails here is ended; the next one starts with a new payload.

        Raises:
            Upstream: the function failed.
        """
        with self._lock:
            self._send({"tell": function}, payload)
            if not self._answers(b"done"):
                self._stop()
                raise Upstream("the worker process could not follow", hint="try again")

    def close(self) -> None:
        """End the process and its workers; harmless when repeated."""
        with self._lock:
            self._stop()

    def _run(self, job: str, payload: bytes, limits: Limits) -> bytes:
        deadline = monotonic() + limits.seconds
        their_in, our_out = os.pipe()
        our_in, their_out = os.pipe()
        try:
            try:
                with self._lock:
                    order = {"job": job, "seconds": limits.seconds, "memory": limits.memory}
                    self._send(order, b"", their_in, their_out)
            finally:
                os.close(their_in)
                os.close(their_out)
            try:
                _feed(our_out, payload, deadline + GRACE)
            finally:
                os.close(our_out)
            return _result(our_in, deadline, limits)
        finally:
            os.close(our_in)

    def _send(self, order: Mapping[str, Any], payload: bytes, *handles: int) -> None:
        """Send an order, starting the process, or a new one when the old one has died."""
        for last in (False, True):
            control, process = self._started()
            try:
                control.send_bytes(json.dumps(order).encode())
                if not handles:
                    control.send_bytes(payload)
                for handle in handles:
                    send_handle(control, handle, process.pid)
            except OSError as fault:
                self._stop()
                if last:
                    raise Upstream("the worker process ended", hint="try again") from fault
            else:
                return

    def _started(self) -> tuple[Connection, subprocess.Popen[bytes]]:
        if self._control is not None and self._process is not None and self._process.poll() is None:
            return self._control, self._process
        self._stop()
        ours, theirs = Pipe()
        command = [sys.executable, "-m", forking.__name__, str(theirs.fileno())]
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and this module
            command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
        )
        theirs.close()
        self._control, self._process = ours, process
        atexit.register(self.close)
        prepare, payload = self._prepare
        with suppress(OSError):
            ours.send_bytes(json.dumps({"prepare": prepare}).encode())
            ours.send_bytes(payload() if callable(payload) else payload)
        if self._answers(b"ready"):
            return ours, process
        self._stop()
        raise Upstream("the worker process did not start", hint="`kg doctor` checks the installation")

    def _answers(self, word: bytes) -> bool:
        with suppress(OSError, EOFError):
            return (
                self._control is not None and self._control.poll(START_SECONDS) and self._control.recv_bytes() == word
            )
        return False

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            atexit.unregister(self.close)
        self._control = self._process = None


_plain = Template()


def run(job: str, payload: bytes, limits: Limits | None = None) -> bytes:
    """Run a job that needs no state in a worker of the process that all such jobs share. See `Template.run`."""
    return _plain.run(job, payload, limits or Limits())


def echo(payload: bytes, _: Any) -> bytes:
    """Return the payload: the job that tests a worker."""
    return payload


def _feed(pipe: int, payload: bytes, deadline: float) -> None:
    """Write the payload to a worker; one that has ended meanwhile is noticed when its result is read."""
    os.set_blocking(pipe, False)
    waiting = select.poll()
    waiting.register(pipe, select.POLLOUT)
    rest = memoryview(payload)
    with suppress(BrokenPipeError):
        while rest and waiting.poll(max(0.0, deadline - monotonic()) * 1000):
            rest = rest[os.write(pipe, rest[:STEP]) :]


def _result(pipe: int, deadline: float, limits: Limits) -> bytes:
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    got = bytearray()
    while len(got) < LENGTH.size or len(got) < LENGTH.size + LENGTH.unpack_from(got)[1]:
        if not waiting.poll(max(0.0, deadline + GRACE - monotonic()) * 1000):
            raise _too_long(limits)
        piece = os.read(pipe, STEP)
        if not piece:
            if monotonic() >= deadline - 0.05:
                raise _too_long(limits)
            raise InputError(
                f"this takes more than {limits.memory // MIB} MiB of memory, or is nested beyond all measure",
                hint="ask for less, or give a smaller or flatter file",
            )
        got += piece
        if len(got) >= LENGTH.size and LENGTH.unpack_from(got)[1] > limits.output:
            raise InputError(
                f"the result has more than {limits.output // MIB} MiB", hint="ask for less, for instance with LIMIT"
            )
    sign, body = got[:1], bytes(got[LENGTH.size :])
    if sign == b"+":
        return body
    if sign == b"!":
        raise Upstream(f"the worker failed with {body.decode()}", hint="this is a fault of ours; please report it")
    raise forking.fault_of(json.loads(body))


def _too_long(limits: Limits) -> InputError:
    return InputError(f"this takes more than {limits.seconds:g} s", hint="ask for less, or narrow the question")
