"""Trying again: what somebody works out from the newest record is worked out anew when others wrote meanwhile.

Lives here: `retried`, `refuse_other_head`. May enter: acts of any room above. Never here: what is written, SQL.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from kg import conflicts
from kg.door import shown
from kg.errors import KgError, MovedOn

T = TypeVar("T")
TRIES, TRIES_LONG = 40, 10
"""How often something is tried, and how often what reads a file anew each time."""
PAUSE_SECONDS, PAUSES_GROWING = 0.02, 10


def retried(act: Callable[[], T], *, tries: int = TRIES, on: type[KgError] = MovedOn) -> T:
    """Act; where others were faster, wait a moment and act again.

    What somebody fixed by an `expect` of their own is tried once: it cannot become true again. What a thread's terms
    refuse (`kg.record.submissions`) is no `MovedOn`, and is raised at once.

    Args:
        act: Reads the record as it is and writes what follows from it; called again as a whole.
        tries: How often at most, from 1.
        on: What is tried again.

    Raises:
        MovedOn: others wrote in between each time; or the `on` of the last time.

    Example:
        >>> found = iter([False, True])
        >>> def write() -> str:
        ...     refuse_other_head(8, 8 if next(found) else 7)
        ...     return "written"
        >>> retried(write)
        'written'
    """
    for tried in range(1, tries):
        with suppress(on):
            return act()
        pause = PAUSE_SECONDS * min(tried, PAUSES_GROWING)
        time.sleep(random.uniform(0, pause))  # noqa: S311 - it spreads writers, it hides nothing
    return act()


def refuse_other_head(head: int, expect: int | None) -> None:
    """Refuse what was worked out from another revision than the newest.

    Args:
        head: The newest revision.
        expect: The one that somebody has seen; None for whatever is there.

    Raises:
        MovedOn: it is another one.
    """
    if expect is not None and expect != head:
        raise MovedOn(
            conflicts.moved_on(head, shown(expect)),
            where="expect",
            hint="read what changed meanwhile (`kg log`, `kg history ID`) and try again",
        )
