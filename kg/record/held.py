"""What every part of an open database stands on: the engine, its place, the clock, and whether it may be written.

Lives here: `Held`. May enter: an engine that opening made. Never here: tables, what is read or written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from kg.errors import StoreError
from kg.record import connection
from kg.record.connection import Place


@dataclass(frozen=True, slots=True)
class Held:
    """An open database. Whoever writes does so in `writing`, which refuses where there is reading only."""

    engine: sa.Engine
    place: Place
    read_only: bool
    clock: Callable[[], datetime]

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection on which all reads see one state. See `kg.record.connection.reading`."""
        with connection.reading(self.engine, self.place) as one:
            yield one

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give the one connection that may write now. See `kg.record.connection.writing`.

        Raises:
            StoreError: the database is open for reading only.
        """
        self.refuse_reading_only()
        with connection.writing(self.engine, self.place) as one:
            yield one

    def refuse_reading_only(self) -> None:
        """Raise StoreError where nothing may be written: `writing` does, this is for whoever has much to do before."""
        if self.read_only:
            raise StoreError(
                f"{self.place.shown} is open for reading only",
                where="database",
                hint="make the file and its folder writable, or open another database; nothing was written",
            )
