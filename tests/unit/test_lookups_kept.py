"""Answers kept on disk, the quota of a day, and services that are left alone."""

from __future__ import annotations

import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from kg.citations import kept
from kg.citations.kept import ABSENT_SECONDS, FOUND_SECONDS, REST_SECONDS, Cache, Fetched, Ledger
from kg.errors import Upstream

HOST, OTHER = "api.crossref.org", "export.arxiv.org"
NOON = 1_764_072_000.0
ANSWER = Fetched("https://api.crossref.org/works/x", 200, "application/json", b'{"a":\n1}\n', NOON)


def test_what_is_kept_comes_back_byte_for_byte(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "new" / "folder")
    cache.put(ANSWER)
    assert cache.take(ANSWER.url, now=NOON + 1) == replace(ANSWER, cached=True)
    assert cache.take(ANSWER.url + "y", now=NOON) is None
    assert [place.suffix for place in (tmp_path / "new" / "folder").iterdir()] == [".answer"]


@pytest.mark.parametrize(("status", "seconds"), [(200, FOUND_SECONDS), (404, ABSENT_SECONDS)])
def test_answers_expire(tmp_path: Path, status: int, seconds: float) -> None:
    cache = Cache(tmp_path)
    cache.put(replace(ANSWER, status=status))
    assert cache.take(ANSWER.url, now=NOON + seconds) is not None
    assert cache.take(ANSWER.url, now=NOON + seconds + 1) is None
    assert cache.take(ANSWER.url, now=NOON - 1) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: raw[:-1],
        lambda raw: raw[:20],
        lambda raw: raw.replace(b'"a"', b'"b"'),
        lambda raw: raw.replace(b'"status": 200', b'"status": 500'),
        lambda raw: raw.replace(b'"at": 1764072000.0', b'"at": "x"'),
        lambda raw: raw.replace(b"works/x", b"works/y"),
        lambda raw: b"[" * 100_000,
        lambda raw: b"\xff\xfe" + raw,
        lambda raw: b"7\n" + raw,
    ],
)
def test_a_damaged_entry_is_a_miss_and_told(tmp_path: Path, damage: object, caplog: pytest.LogCaptureFixture) -> None:
    cache = Cache(tmp_path)
    cache.put(ANSWER)
    (place,) = tmp_path.iterdir()
    place.write_bytes(damage(place.read_bytes()))  # type: ignore[operator]
    with caplog.at_level(logging.DEBUG, logger="kg.lookups"):
        assert cache.take(ANSWER.url, now=NOON) is None
    assert "kept answer" in caplog.text
    cache.put(ANSWER)
    assert cache.take(ANSWER.url, now=NOON) is not None


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    cache, ledger = Cache(tmp_path / "file" / "below"), Ledger(tmp_path / "file" / "below", per_day=1)
    with caplog.at_level(logging.DEBUG, logger="kg.lookups"):
        cache.put(ANSWER)
        assert cache.take(ANSWER.url) is None
        ledger.ask(HOST)
    assert "an answer is not kept" in caplog.text
    with pytest.raises(Upstream, match="as many as are allowed"):
        ledger.ask(HOST)


def test_the_oldest_answers_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MAX_KEPT_BYTES", 4_000)
    cache = Cache(tmp_path)
    for number in range(6):
        cache.put(replace(ANSWER, url=f"{ANSWER.url}{number}", body=b"x" * 600))
        for place in tmp_path.iterdir():
            os.utime(place, (place.stat().st_mtime - 100, place.stat().st_mtime - 100))
    left = [number for number in range(6) if cache.take(f"{ANSWER.url}{number}", now=NOON)]
    assert left
    assert left == list(range(left[0], 6))
    assert sum(place.stat().st_size for place in tmp_path.iterdir()) <= 4_000


@pytest.mark.parametrize("on_disk", [True, False])
def test_the_quota_of_a_day(tmp_path: Path, on_disk: bool) -> None:
    ledger = Ledger(tmp_path if on_disk else None, per_day=3)
    for host in (HOST, OTHER, HOST):
        ledger.ask(host, now=NOON)
    with pytest.raises(Upstream, match="3 look-ups were made today") as caught:
        ledger.ask(OTHER, now=NOON + 1)
    assert "KG_LOOKUPS_PER_DAY" in (caught.value.hint or "")
    ledger.ask(HOST, now=NOON + 86_400)
    assert len(list(tmp_path.iterdir())) == (1 if on_disk else 0)


def test_the_quota_holds_for_many_at_once(tmp_path: Path) -> None:
    """Each ledger stands for a process: they share nothing but the file."""

    def ask(_: int) -> bool:
        try:
            Ledger(tmp_path, per_day=20).ask(HOST, now=NOON)
        except Upstream:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        let_through = sum(pool.map(ask, range(60)))
    assert 1 <= let_through <= 20


def test_a_service_that_keeps_failing_is_left_alone_for_a_minute() -> None:
    ledger = Ledger(None, per_day=100)
    for second in range(5):
        ledger.ask(HOST, now=NOON + second)
        ledger.failed(HOST, now=NOON + second)
    with pytest.raises(Upstream, match="left alone for 59 s more"):
        ledger.ask(HOST, now=NOON + 5)
    ledger.ask(OTHER, now=NOON + 5)
    later = NOON + 4 + REST_SECONDS
    ledger.ask(HOST, now=later)
    ledger.failed(HOST, now=later)
    with pytest.raises(Upstream, match="left alone"):
        ledger.ask(HOST, now=later + 1)
    ledger.ask(HOST, now=later + REST_SECONDS)
    ledger.answered(HOST, now=later + REST_SECONDS)
    ledger.failed(HOST, now=later + REST_SECONDS + 1)
    ledger.ask(HOST, now=later + REST_SECONDS + 2)


@pytest.mark.parametrize("on_disk", [True, False])
def test_questions_to_a_service_are_as_far_apart_as_it_asks_for(tmp_path: Path, on_disk: bool) -> None:
    """Each waits for those before it, also those of other processes; who would wait too long is not queued."""

    def ask(host: str, now: float) -> float:
        return (Ledger(tmp_path, per_day=100) if on_disk else ledger).ask(host, patience=7, now=now)

    ledger = Ledger(None, per_day=100)
    assert [round(ask(OTHER, NOON + 0.5 * number), 2) for number in range(3)] == [0, 2.5, 5]
    for _ in range(3):
        with pytest.raises(Upstream, match="others are waiting"):
            ask(OTHER, NOON + 1)
    assert ask(HOST, NOON + 1) == 0
    assert round(ask(OTHER, NOON + 3), 2) == 6
    assert ask(OTHER, NOON + 100) == 0


def test_a_service_that_asks_for_rest_gets_it() -> None:
    ledger = Ledger(None, per_day=100)
    ledger.rest(HOST, 120, now=NOON)
    with pytest.raises(Upstream, match="left alone for 20 s more"):
        ledger.ask(HOST, now=NOON + 100)
    ledger.ask(HOST, now=NOON + 120)
    ledger.rest(HOST, 1e12, now=NOON)
    ledger.ask(HOST, now=NOON + 3600)


def test_a_damaged_ledger_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, per_day=2)
    ledger.ask(HOST, now=NOON)
    (place,) = tmp_path.iterdir()
    place.write_bytes(b"\xff\x00 nonsense\nx asked\n1 rest api.crossref.org y\n" + place.read_bytes())
    ledger.ask(HOST, now=NOON)
    with pytest.raises(Upstream, match="2 look-ups"):
        ledger.ask(HOST, now=NOON)


def test_the_clock_of_answers_is_that_of_the_world(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(replace(ANSWER, at=time.time()))
    assert cache.take(ANSWER.url) is not None
