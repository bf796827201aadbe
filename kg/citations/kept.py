"""Answers of services, kept on disk for a while, and how often each service was asked today.

Lives here: `Cache`, `Ledger`. May enter: a folder. Never here: connections, what an answer means.
Both survive a folder that is missing, full, read-only or damaged: then nothing is kept, which is told in debug.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock

from kg.citations.parsed import BY_HAND, LATER
from kg.errors import Upstream

LOG = logging.getLogger("kg.lookups")
FOUND_SECONDS = 7 * 24 * 3600.0
ABSENT_SECONDS = 24 * 3600.0
MAX_KEPT_BYTES = 128 * 1024 * 1024
FAILURES_ALLOWED = 5
REST_SECONDS = 60.0
FOUND, ABSENT = 200, 404
# Seconds between two questions, as the services ask of their users.
SPACING = {"export.arxiv.org": 3.0, "eutils.ncbi.nlm.nih.gov": 0.34}
USUAL_SPACING = 0.1


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a service answered: `status` is 200 or 404 (it knows no such thing), `at` seconds since 1970."""

    url: str
    status: int
    media: str
    body: bytes
    at: float
    cached: bool = False

    @property
    def found(self) -> bool:
        """Whether the service knows what was asked for."""
        return self.status == FOUND

    @property
    def when(self) -> str:
        """When it was answered, in UTC as ISO 8601."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Cache:
    """Answers by address, each a file: a line of JSON that describes it, then its bytes.

    Args:
        folder: Where they are kept; made when the first is.

    Laws: what is taken was put, byte for byte, and is not older than a week (a day for "no such thing"); anything
    else is None. A reader never sees half of an entry.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, url: str, *, now: float | None = None) -> Fetched | None:
        """Return the answer kept for an address; None when there is none, it is too old, or it is damaged."""
        place = self._place(url)
        try:
            head, _, body = place.read_bytes().partition(b"\n")
            said = json.loads(head)
            sound = said["sha256"] == hashlib.sha256(body).hexdigest() and said["url"] == url
            status, media, at = said["status"], said["media"], said["at"]
            sound = sound and status in {FOUND, ABSENT} and isinstance(media, str) and isinstance(at, float)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as fault:
            LOG.debug("kept answer %s is unreadable: %s", place.name, fault)
            return None
        if not sound:
            LOG.debug("kept answer %s is damaged", place.name)
            return None
        age = (time.time() if now is None else now) - at
        if not 0 <= age <= (FOUND_SECONDS if status == FOUND else ABSENT_SECONDS):
            return None
        return Fetched(url, status, media, body, at, cached=True)

    def put(self, answer: Fetched) -> None:
        """Keep an answer. The file appears whole or not at all."""
        head = {
            "url": answer.url,
            "status": answer.status,
            "media": answer.media,
            "at": answer.at,
            "sha256": hashlib.sha256(answer.body).hexdigest(),
        }
        name = ""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as part:
                name = part.name
                part.write(json.dumps(head).encode() + b"\n" + answer.body)
                part.flush()
                os.fsync(part.fileno())
            os.replace(name, self._place(answer.url))
            self._prune()
        except OSError as fault:
            LOG.debug("an answer is not kept: %s", fault)
            with suppress(OSError):
                os.unlink(name)

    def _place(self, url: str) -> Path:
        return self._folder / f"{hashlib.sha256(url.encode()).hexdigest()}.answer"

    def _prune(self) -> None:
        """Give up the oldest answers when all together are too large."""
        kept = sorted((entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in os.scandir(self._folder))
        size = sum(bytes_ for _, bytes_, _ in kept)
        for _, bytes_, path in kept if size > MAX_KEPT_BYTES else ():
            os.unlink(path)
            size -= bytes_
            if size <= MAX_KEPT_BYTES // 2:
                return


class Ledger:
    """How often each service was asked today and how it fared: a line for each event, appended to a file of the day.

    Args:
        folder: Where the file is; None keeps the lines in memory.
        per_day: Questions a day to all services together.

    Laws: no more than `per_day` questions are let through on a day (UTC), however many processes ask. After five
    failures in a row a service is left alone for a minute after the last; then one question may try again. Questions
    to one service are as far apart as it asks for.
    """

    def __init__(self, folder: Path | None, *, per_day: int) -> None:
        self._folder = folder
        self._per_day = per_day
        self._lines: list[str] = []
        self._lock = RLock()

    def ask(self, host: str, *, patience: float = 10.0, now: float | None = None) -> float:
        """Count a question, or refuse it.

        Args:
            host: The service.
            patience: How many seconds the question may wait for its turn.
            now: Seconds since 1970; None for the clock.

        Returns:
            The seconds to wait before asking.

        Raises:
            Upstream: the quota of the day is used up, or the service is being left alone, or too many are waiting.
        """
        now = time.time() if now is None else now
        with self._lock:
            wait = self._turn(host, now) - now
            if wait > patience:
                raise Upstream(f"{host} is asked as often as it allows, and others are waiting", hint=LATER)
            # Written before it is counted: two processes at the last question both see both lines.
            self._note(now + wait, "asked", host)
            asked = sum(1 for line in self._read(now) if " asked " in line)
        if asked > self._per_day:
            raise Upstream(
                f"{self._per_day} look-ups were made today, as many as are allowed",
                hint=f"try again tomorrow (UTC), set KG_LOOKUPS_PER_DAY, or {BY_HAND}",
            )
        return wait

    def _turn(self, host: str, now: float) -> float:
        """Return the moment of the next question to a service, or refuse while it is left alone."""
        failures, last, until, turn = 0, 0.0, 0.0, now
        for at, event, rest in self._events(host, now):
            if event == "answered":
                failures = 0
            elif event == "failed":
                failures, last = failures + 1, at
            elif event == "rest":
                until = max(until, rest)
            elif event == "asked":
                turn = max(turn, at + SPACING.get(host, USUAL_SPACING))
        if failures >= FAILURES_ALLOWED:
            until = max(until, last + REST_SECONDS)
        if until > now:
            said = f"{host} is left alone for {until - now:.0f} s more, since it failed or asked for it"
            raise Upstream(said, hint=LATER)
        return turn

    def answered(self, host: str, *, now: float | None = None) -> None:
        """Note that a service answered."""
        self._note(time.time() if now is None else now, "answered", host)

    def failed(self, host: str, *, now: float | None = None) -> None:
        """Note that a service failed."""
        self._note(time.time() if now is None else now, "failed", host)

    def rest(self, host: str, seconds: float, *, now: float | None = None) -> None:
        """Note that a service asked to be left alone for some seconds, at most an hour."""
        now = time.time() if now is None else now
        self._note(now, "rest", host, f" {now + min(max(seconds, 0.0), 3600.0):.3f}")

    def _note(self, now: float, event: str, host: str, more: str = "") -> None:
        line = f"{now:.3f} {event} {host}{more}\n"
        with self._lock:
            self._lines = [*self._lines[-10 * self._per_day - 100 :], line]
            if self._folder is None:
                return
            place = self._place(now)
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                fresh = not place.exists()
                # One write of one short line to a file opened for appending is not torn by other writers.
                with open(place, "ab", buffering=0) as ledger:
                    ledger.write(line.encode())
                if fresh:
                    self._forget(place)
            except OSError as fault:
                LOG.debug("the ledger of look-ups cannot be written: %s", fault)
                self._folder = None

    def _forget(self, today: Path) -> None:
        for place in today.parent.glob("asked-*.log"):
            if place != today:
                place.unlink()

    def _place(self, now: float) -> Path:
        folder = self._folder if self._folder is not None else Path()
        return folder / f"asked-{datetime.fromtimestamp(now, UTC):%Y-%m-%d}.log"

    def _read(self, now: float) -> Iterable[str]:
        """Return the lines of the day of `now`."""
        if self._folder is not None:
            try:
                return self._place(now).read_text(encoding="utf-8", errors="replace").splitlines()
            except FileNotFoundError:
                return []
            except OSError as fault:
                LOG.debug("the ledger of look-ups cannot be read: %s", fault)
        start = now - now % 86_400
        return [line for line in self._lines if float(line.split(" ", 1)[0]) >= start]

    def _events(self, host: str, now: float) -> Iterable[tuple[float, str, float]]:
        for line in self._read(now):
            parts = line.split()
            if len(parts) in {3, 4} and parts[2] == host:
                with suppress(ValueError):
                    yield float(parts[0]), parts[1], float(parts[3]) if len(parts) == 4 else 0.0
