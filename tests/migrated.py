"""New databases of tests: the migrations run for the first of each kind, and later ones get the statements they sent.

Lives here: `Again`. May enter: a connection in a transaction that writes. Never here: statements of our own; a database
that is not new, which the migrations bring up as ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from kg.record import migrate

Migrate = Callable[[sa.Connection], None]
ASKS = ("SELECT", "PRAGMA")


class Again:
    """In the place of `migrate`. Most of its 20 ms go into wording the same statements again.

    Args:
        real: The migrations themselves.
    """

    def __init__(self, real: Migrate) -> None:
        self.real = real
        self._sent: dict[str, list[str]] = {}

    def __call__(self, connection: sa.Connection) -> None:
        """Bring a database to the newest schema."""
        kind = connection.dialect.name
        if sa.inspect(connection).get_table_names():
            self.real(connection)
        elif kind not in self._sent:
            self._sent[kind] = self._heard(connection)
        else:
            for statement in self._sent[kind]:
                connection.exec_driver_sql(statement).close()

    def _heard(self, connection: sa.Connection) -> list[str]:
        """Run the migrations, and return what they sent."""
        sent: list[str] = []

        def hear(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
            if not statement.lstrip().startswith(ASKS):
                assert not parameters, statement
                sent.append(statement)

        sa.event.listen(connection, "before_cursor_execute", hear)
        try:
            self.real(connection)
        finally:
            sa.event.remove(connection, "before_cursor_execute", hear)
        together = connection.dialect.name == "postgresql"  # where each statement is a way there and back
        return [";\n".join(sent)] if together else sent


BY_MIGRATIONS = Again(migrate.migrate)
