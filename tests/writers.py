"""What other processes do to a database in tests: write without end, or count together."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Any

from kg.errors import Conflict
from kg.model import Change, Work
from kg.record import Store

WORKS_A_WRITE = 7


def write_forever(url: str, acknowledged: Connection) -> None:
    """Write revision after revision; tell the number of each as soon as it is acknowledged."""
    with Store.open(url) as store:
        while True:
            head = store.head()
            title = str(0 if head is None else head.number)
            works = [Work(f"w{number}", "book", title, raw="x" * 2_000) for number in range(WORKS_A_WRITE)]
            written = store.write([Change("work", work) for work in works], actor="a", act="write")
            acknowledged.send_bytes(str(written.number).encode())


def count_together(url: str, times: int, done: Any) -> None:
    """Add one to the number that is the title of a work, so many times, each time from what was read."""
    conflicts = 0
    with Store.open(url) as store:
        for _ in range(times):
            while True:
                records = store.records()
                count = int(records.works[0].title) if records.works else 0
                try:
                    store.write(
                        [Change("work", Work("counter", "book", str(count + 1)))],
                        actor="a",
                        act="count",
                        expect=records.revision,
                    )
                    break
                except Conflict:
                    conflicts += 1
    done.put(conflicts)
