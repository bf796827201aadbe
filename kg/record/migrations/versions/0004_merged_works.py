"""Works that were merged into others as duplicates: the key of the work that stands for them."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column, empty: no work was merged before."""
    op.execute("ALTER TABLE work ADD COLUMN merged_into TEXT" + _collated())
    op.create_index(op.f("ix_work_merged_into"), "work", ["merged_into"])


def _collated() -> str:
    return ' COLLATE "C"' if op.get_bind().dialect.name == "postgresql" else ""
