"""The tables as queries name them: the append-only log (`revision`, `change`), the state it folds to, accounts.

Lives here: names, columns, their types and keys, in the order of the schema; a test holds them to it. May enter:
nothing of ours. Never here: constraints and indexes (schema), whose classes a start would wait for.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

SCHEMA_VERSIONS = ("0001", "0002", "0003", "0004")
"""Every version of the schema this release can read, oldest first; the last is the one it writes."""

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that sorts by code point on every database, so that order never depends on a server's locale."""

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

METADATA = sa.MetaData()
OTHERWISE: dict[str, Any] = {
    "number": NUMBER, "revision": NUMBER, "year": sa.Integer(), "inferred": sa.Boolean(name="inferred_bool"),
}  # fmt: skip
"""Types of the columns that hold no text, by their name."""


def _table(name: str, columns: str, *, key: int = 1) -> sa.Table:
    """Make a table of named columns, of which the first ones are the key."""
    made = [
        sa.Column(column, OTHERWISE.get(column, TEXT), primary_key=place < key, autoincrement=False)
        for place, column in enumerate(columns.split())
    ]
    return sa.Table(name, METADATA, *made)


REVISION = _table("revision", "number recorded_at actor act reason previous_hash hash")
CHANGE = _table("change", "revision kind id payload", key=3)
ENTITY = _table(
    "entity", "id type label_en label_zh definition_en definition_zh aliases broader matches status revision"
)
CLAIM = _table("claim", "id subject relation object conditions status revision")
WORK = _table(
    "work",
    "id type title authors year doi arxiv url status notice independence_group csl raw raw_format merged_into revision",
)
EVIDENCE = _table(
    "evidence",
    "id claim work stance kind strength statement basis strength_reason locator quote inferred independence_group "
    "alias supersedes contributor status recorded_at revision",
)
RECEIPT = _table("receipt", "id question kept_at content ontology version revision")
PERSON = _table("person", "id name orcid email created_at")
TOKEN = _table("token", "id person role digest label created_at expires_at revoked_at")
SESSION = _table("session", "id token created_at expires_at")
SUBMISSION = _table("submission", "token key fingerprint revision answer received_at", key=2)
