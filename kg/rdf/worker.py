"""The guarded worker: untrusted input meets parsers and query engines in a process of its own, which can be killed.

Lives here: `Template` (a single-threaded process that forks workers, and those of them that wait), `run`.
May enter: names of functions of ours, bytes. Never here: what a job does; a parser in this process.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import send_handle
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Any, TypeAlias

from kg.errors import Upstream
from kg.rdf import forking
from kg.rdf.dialogue import MIB, Dialogue, Limits, Lost, result

__all__ = ["AVAILABLE", "KEPT", "MIB", "Limits", "Template", "echo", "run"]
AVAILABLE = sys.platform == "linux"
"""Whether fork and resource limits hold on this system."""
START_SECONDS = 60.0
BUSY_SECONDS = 10.0
AT_ONCE = 2 * (os.cpu_count() or 1)
KEPT = os.cpu_count() or 1
"""How many workers wait for a further question, where workers are kept."""
Kind: TypeAlias = tuple[str, Limits, int, int]
"""Job, limits, how often the state has changed, and whose worker it is: a fork of this process has none of ours."""


class Template:
    """A process that holds what jobs share, and forks workers that do them. Safe to share between threads.

    It starts with the first job and ends with this process. A worker has no open file but its two pipes and what it
    reads its own size from, can open none (RLIMIT_NOFILE = 0), write none (FSIZE = 0) and leaves no core; its memory
    and time are limited for each job. It does one job at a time, and none but that for which it was forked.

    A job is `function(payload: bytes, state) -> bytes` in a module that imports all it needs at once: a worker can open
    nothing, so an import that comes late fails there. It leaves the state as it is.

    Args:
        prepare: `module:function` that makes the shared state of the payload; None for no state.
        payload: What `prepare` gets, or a function that makes it anew whenever the process starts; bytes of ours,
            not of strangers.
        keep: How many workers may wait for further payloads of the same job, limits and state. With 0 each payload has
            a process of its own.

    Cost: some 0.2 s to start; then 2 ms a job, 10 ms where the state is large (a million quads), and as much again and
    more for pages of the state that the process touches first; 0.2 ms where a worker waits.

    Example:
        >>> with Template() as template:
        ...     template.run("kg.rdf.worker:echo", b"abc", Limits(seconds=5))
        b'abc'
    """

    def __init__(
        self, prepare: str | None = None, payload: bytes | Callable[[], bytes] = b"", *, keep: int = 0
    ) -> None:
        self._prepare = (prepare, payload)
        self._keep = keep
        self._idle: list[Dialogue] = []
        self._idle_lock = Lock()
        self._changes = 0
        self._numbers = count()
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
            self._dismiss()
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
        kind = (job, limits, self._changes, os.getpid())
        worker, lost = self._waiting(kind), False
        # One that waited may have ended just as it was asked; the template process may be killed at any time.
        for _ in range(3):
            worker = worker or self._forked(kind)
            try:
                answer = worker.ask(payload, deadline)
            except Lost:
                # Somebody may have killed it, for instance the system that ran out of memory: once is no proof.
                self._end(worker)
                if lost:
                    raise worker.too_much() from None
                worker, lost = None, True
                continue
            except BaseException:
                self._end(worker)
                raise
            if answer is not None:
                self._let_wait(worker)
                return result(*answer)
            worker.close()
            worker = None
        raise Upstream("the worker process ended before it began", hint="try again")

    def _waiting(self, kind: Kind) -> Dialogue | None:
        """Return a worker that waits for such a job, the one that did the last: most of what it reads is near."""
        with self._idle_lock:
            for worker in self._idle[::-1]:
                if worker.kind == kind:
                    self._idle.remove(worker)
                    if worker.is_idle():
                        return worker
                    worker.close()
        return None

    def _let_wait(self, worker: Dialogue) -> None:
        """Keep a worker for the next job, in place of the one that has waited longest."""
        with self._idle_lock:
            if worker.kind[2] != self._changes:
                worker.close()
                return
            self._idle.append(worker)
            while len(self._idle) > self._keep:
                self._idle.pop(0).close()

    def _dismiss(self) -> None:
        """End workers that wait: they hold a state of before."""
        with self._idle_lock:
            self._changes += 1
            while self._idle:
                self._idle.pop().close()

    def _end(self, worker: Dialogue) -> None:
        """Kill a worker, whatever it does; its own alarm may have done so already."""
        worker.close()
        with self._lock, suppress(OSError):
            if self._control is not None:
                self._control.send_bytes(json.dumps({"end": worker.number}).encode())
                self._control.send_bytes(b"")

    def _forked(self, kind: Kind) -> Dialogue:
        job, limits, *_ = kind
        their_in, our_out = os.pipe()
        our_in, their_out = os.pipe()
        os.set_blocking(our_out, False)
        worker = Dialogue(next(self._numbers), kind, limits, our_out, our_in)
        order = {"job": job, "worker": worker.number, "seconds": limits.seconds, "memory": limits.memory}
        try:
            with self._lock:
                self._send(order, b"", their_in, their_out)
        except BaseException:
            worker.close()
            raise
        finally:
            os.close(their_in)
            os.close(their_out)
        return worker

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
        if self._process is not None:
            self._stop()
        ours, theirs = Pipe()
        command = [sys.executable, "-m", forking.__name__, str(theirs.fileno())]
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and this module
            command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, process_group=0
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
        self._dismiss()
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
