"""Receipts: answers that somebody asked to keep, and triggers that let nobody change them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXTS = ("id", "question", "kept_at", "content", "ontology", "version")
RULES = {
    "id_length": "length(id) = 26",
    "revision_not_negative": "revision >= 0",
    "kept_at_length": "length(kept_at) = 27",
    **{f"{name}_filled": f"{name} <> ''" for name in ("question", "content", "ontology", "version")},
}


def upgrade() -> None:
    """Create the table of receipts."""
    op.create_table(
        "receipt",
        *(sa.Column(name, TEXT, nullable=False) for name in TEXTS),
        sa.Column("revision", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_receipt_{name}")) for name, rule in RULES.items()),
    )
    op.create_index(op.f("ix_receipt_kept_at"), "receipt", ["kept_at", "id"])
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER receipt_no_{event.lower()} BEFORE {event} ON receipt "
                f"BEGIN SELECT RAISE(ABORT, 'receipts are never changed'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_receipt() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'receipts are never changed' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER receipt_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_receipt()"
    )
