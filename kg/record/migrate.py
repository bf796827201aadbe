"""Brings a database to the newest schema, inside one transaction.

Lives here: the run of alembic over `migrations/versions/`; there is no alembic.ini and no env.py to find. A new
migration: one file there, its version appended to `SCHEMA_VERSIONS`, the tables changed alike (a test compares).
May enter: `.schema`. Never here: the steps themselves.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from kg.record.schema import METADATA

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def migrate(connection: sa.Connection) -> None:
    """Run the migrations that the database still lacks.

    Args:
        connection: In a transaction that writes; the caller commits, so that a migration happens wholly or not at all.

    Cost: 0.1 s on SQLite.
    """
    scripts = ScriptDirectory(str(MIGRATIONS))

    def missing(version: Any, _: MigrationContext) -> Any:
        return scripts._upgrade_revs("head", version)

    with EnvironmentContext(Config(), scripts, fn=missing, destination_rev="head") as environment:
        environment.configure(
            connection=connection, target_metadata=METADATA, transactional_ddl=True, render_as_batch=True
        )
        environment.run_migrations()
