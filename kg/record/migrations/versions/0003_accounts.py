"""Accounts: persons, tokens, sessions of browsers, and the answers to submissions, outside the chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables of accounts."""
    _table(
        "person",
        [_text("id"), *(_text(name, null=True) for name in ("name", "orcid", "email")), _text("created_at")],
        {"id_filled": "id <> ''", **_long("created_at", 27)},
    )
    _table(
        "token",
        [
            *(_text(name) for name in ("id", "person", "role", "digest")),
            _text("label", null=True),
            _text("created_at"),
            *(_text(name, null=True) for name in ("expires_at", "revoked_at")),
            _reference("token", "person", "person"),
            sa.UniqueConstraint("digest", name=op.f("uq_token_digest")),
        ],
        {
            "id_filled": "id <> ''",
            "role_known": "role IN ('admin', 'contributor', 'reviewer')",
            **_long("digest", 64),
            **_long("created_at", 27),
            **_long("expires_at", 27),
            **_long("revoked_at", 27),
        },
    )
    _table(
        "session",
        [
            *(_text(name) for name in ("id", "token", "created_at", "expires_at")),
            _reference("session", "token", "token"),
        ],
        {**_long("id", 64), **_long("created_at", 27), **_long("expires_at", 27)},
    )
    _table(
        "submission",
        [
            *(_text(name) for name in ("token", "key", "fingerprint")),
            sa.Column("revision", NUMBER, nullable=False),
            _text("answer", null=True),
            _text("received_at"),
            _reference("submission", "token", "token"),
        ],
        {
            "key_filled": "key <> ''",
            "revision_not_negative": "revision >= 0",
            **_long("fingerprint", 64),
            **_long("received_at", 27),
        },
        key=("token", "key"),
    )
    for table, column in (("token", "person"), ("session", "token"), ("submission", "received_at")):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _table(name: str, parts: list[Any], rules: Mapping[str, str], *, key: tuple[str, ...] = ("id",)) -> None:
    checks = [sa.CheckConstraint(rule, name=op.f(f"ck_{name}_{told}")) for told, rule in rules.items()]
    op.create_table(name, *parts, sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")), *checks)


def _text(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TEXT, nullable=null)


def _long(column: str, length: int) -> dict[str, str]:
    return {f"{column}_length": f"length({column}) = {length}"}


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))
