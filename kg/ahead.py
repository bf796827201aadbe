"""Keeps what questions read at the newest revision, ahead of those who ask.

Lives here: `Ahead`, a thread beside the ones that answer. May enter: a face of a record. Never here: how a snapshot
follows (following), how a database tells of a write (record/watching). Answers are right without it, only later.
"""

from __future__ import annotations

import logging
from threading import Event, Thread
from time import perf_counter
from types import TracebackType
from typing import Self

from kg.asking import Asking
from kg.errors import KgError
from kg.record.watching import Wait

POLL_SECONDS = 0.2
"""How often it looks where a database does not tell."""
LISTEN_SECONDS = 1.0
"""How often it looks although nothing was said: a connection through a pool may swallow what is said."""
SEARCH_SECONDS = 0.25
"""How often the search index follows at most: it costs ten times what all else does, however much has changed."""
REST_SECONDS = 2.0
_log = logging.getLogger(__name__)


class Ahead:
    """A thread that follows the record of a face as soon as somebody writes to it, from any process or machine.

    It rests after each step as long as the step took, so that it never takes more than half of a processor.

    Example:
        >>> import kg, tempfile
        >>> graph = kg.open(f"sqlite:///{tempfile.mkdtemp()}/r.sqlite", empty=True)
        >>> with Ahead(graph):
        ...     graph.raises()["items"]
        []
    """

    def __init__(self, face: Asking) -> None:
        self._face = face
        self._stop = Event()
        self._searched = -SEARCH_SECONDS
        self._thread = Thread(target=self._run, name="ahead", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(2 * LISTEN_SECONDS)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._face.store.listening() as wait:
                    self._follow(wait)
            except (KgError, OSError, RuntimeError, ValueError) as fault:
                # Nobody would start this thread again.
                foreign = not isinstance(fault, KgError)
                _log.warning("the record cannot be followed at the moment: %s", fault, exc_info=foreign)
                self._stop.wait(REST_SECONDS)

    def _follow(self, wait: Wait | None) -> None:
        while not self._stop.is_set():
            start = perf_counter()
            rest = self._searched + SEARCH_SECONDS - start
            self._face.look_ahead(search=rest <= 0)
            done = perf_counter()
            if rest <= 0:
                self._searched = done
            self._stop.wait(min(REST_SECONDS, done - start))
            if wait is None:
                self._stop.wait(POLL_SECONDS)
            else:
                wait(min(LISTEN_SECONDS, rest) if rest > 0 else LISTEN_SECONDS)
