"""How much of the server one client may hold: questions at once, and seconds of work.

Lives here: `Quota`. May enter: names of clients. Never here: requests, threads; the event loop alone uses it.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

AT_ONCE, EACH_AT_ONCE = 16, 4
SECONDS, REFILL = 60.0, 0.5
CLIENTS_MOST = 10_000


@dataclass(eq=False)
class Exceeded(Exception):
    """A client, or all together, hold as much as they may.

    Attributes:
        everybody: Whether the server as a whole is busy.
        again: Seconds after which it makes sense to come again.
    """

    everybody: bool
    again: int


class Quota:
    """Counts what is being answered, and how long each client has kept workers busy.

    Args:
        at_once: Most questions answered at once.
        each_at_once: Most of one client.
        seconds: Work that a client may have done before it waits.
        refill: Seconds of work that come back in a second.
        clock: Tells the time, in seconds.

    Example:
        >>> quota = Quota(at_once=1)
        >>> with quota.held("a"):
        ...     quota.running
        1
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        each_at_once: int = EACH_AT_ONCE,
        seconds: float = SECONDS,
        refill: float = REFILL,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.at_once, self.each_at_once = at_once, each_at_once
        self.seconds, self.refill = seconds, refill
        self.running = 0
        self._clock = clock
        self._each: Counter[str] = Counter()
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @contextmanager
    def held(self, client: str) -> Iterator[None]:
        """Hold a place while a question of a client is answered.

        Raises:
            Exceeded: there is no place, or the client has had its time.
        """
        spent = self._of(client)
        if spent >= self.seconds:
            raise Exceeded(False, 1 + int((spent - self.seconds) / self.refill))
        if self.running >= self.at_once or self._each[client] >= self.each_at_once:
            raise Exceeded(self._each[client] < self.each_at_once, 5)
        self.running += 1
        self._each[client] += 1
        start = self._clock()
        try:
            yield
        finally:
            now = self._clock()
            self.running -= 1
            self._each[client] -= 1
            if not self._each[client]:
                del self._each[client]
            self._spent[client] = (self._of(client) + now - start, now)
            self._spent.move_to_end(client)
            while len(self._spent) > CLIENTS_MOST:
                self._spent.popitem(last=False)

    def _of(self, client: str) -> float:
        """Return the seconds that a client has had, less what has come back since."""
        had, at = self._spent.get(client, (0.0, self._clock()))
        return max(0.0, had - (self._clock() - at) * self.refill)
