"""How often a token may write, import and look up, and how often an address may be wrong.

Lives here: `Limits`, buckets that fill up again. May enter: kinds of act, names of who acts. Never here: requests.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from threading import Lock
from time import monotonic

from kg.settings import Budgets

WHO_MOST = 10_000
MINUTE, HOUR = 60.0, 3600.0


class Limits:
    """Buckets, one for each kind and each who; taken from by every request, filled again as time passes.

    Args:
        budgets: How many of each kind.
        clock: Tells the time, in seconds.

    Each server process counts for itself. Safe to share between threads.

    Example:
        >>> limits = Limits(Budgets(writes=2), clock=lambda: 0.0)
        >>> [limits.take("writes", "a") for _ in range(3)]
        [0, 0, 30]
    """

    def __init__(self, budgets: Budgets, *, clock: Callable[[], float] = monotonic) -> None:
        self._sizes = {
            "writes": (budgets.writes, MINUTE),
            "imports": (budgets.imports, HOUR),
            "lookups": (budgets.lookups, HOUR),
            "failures": (budgets.failures, MINUTE),
        }
        self._clock = clock
        self._spent: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, kind: str, who: str) -> int:
        """Take one; return 0, or the seconds after which there is one again (then nothing was taken)."""
        most, seconds = self._sizes[kind]
        now = self._clock()
        with self._lock:
            spent, at = self._spent.get((kind, who), (0.0, now))
            spent = max(0.0, spent - (now - at) * most / seconds)
            if spent + 1 > most:
                return max(1, ceil((spent + 1 - most) * seconds / most))
            self._spent[kind, who] = (spent + 1, now)
            self._spent.move_to_end((kind, who))
            while len(self._spent) > WHO_MOST:
                self._spent.popitem(last=False)
            return 0
