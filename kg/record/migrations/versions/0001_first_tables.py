"""The first tables: the log and the state, and triggers that keep the log append-only."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

LOG = ("revision", "change")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, TEXT, nullable=null)


def _filled(table: str, *columns: str) -> list[sa.CheckConstraint]:
    return [_check(table, f"{column}_filled", f"{column} <> ''") for column in columns]


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _reference(table: str, column: str, to: str, target: str = "id", *, late: bool = False) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{to}.{target}"],
        name=op.f(f"fk_{table}_{column}_{to}"),
        deferrable=True if late else None,
        initially="DEFERRED" if late else None,
    )


def _of_revision(table: str) -> sa.ForeignKeyConstraint:
    return _reference(table, "revision", "revision", "number")


def upgrade() -> None:
    """Create all tables, indexes and triggers."""
    _create_log()
    _create_state()
    for table, columns in {
        "change": ["kind", "id", "revision"],
        "entity": ["broader"],
        "claim": ["subject"],
        "evidence": ["claim"],
    }.items():
        op.create_index(op.f(f"ix_{table}_{columns[0]}"), table, columns)
    for table, column in (("claim", "object"), ("evidence", "work"), ("evidence", "supersedes")):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    for table in ("entity", "claim", "work", "evidence"):
        op.create_index(op.f(f"ix_{table}_revision"), table, ["revision"])
    _protect_log()


def _create_log() -> None:
    op.create_table(
        "revision",
        sa.Column("number", NUMBER, nullable=False, autoincrement=False),
        _text("recorded_at"),
        _text("actor"),
        _text("act"),
        _text("reason", null=True),
        _text("previous_hash"),
        _text("hash"),
        _key("revision", "number"),
        _check("revision", "number_from_one", "number >= 1"),
        _check("revision", "recorded_at_length", "length(recorded_at) = 27"),
        _check("revision", "previous_hash_length", "length(previous_hash) = 64"),
        _check("revision", "hash_length", "length(hash) = 64"),
        *_filled("revision", "actor", "act"),
        sa.UniqueConstraint("hash", name=op.f("uq_revision_hash")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_revision_previous_hash")),
    )
    op.create_table(
        "change",
        sa.Column("revision", NUMBER, nullable=False, autoincrement=False),
        _text("kind"),
        _text("id"),
        _text("payload"),
        _key("change", "revision", "kind", "id"),
        _check("change", "kind_known", "kind IN ('claim', 'entity', 'evidence', 'work')"),
        *_filled("change", "id", "payload"),
        _of_revision("change"),
    )


def _create_state() -> None:
    op.create_table(
        "entity",
        *(_text(name) for name in ("id", "type", "label_en")),
        *(_text(name, null=True) for name in ("label_zh", "definition_en", "definition_zh")),
        _text("aliases"),
        _text("broader", null=True),
        _text("matches"),
        _text("status"),
        sa.Column("revision", NUMBER, nullable=False),
        _key("entity", "id"),
        *_filled("entity", "id", "type", "label_en", "status", "aliases", "matches"),
        _check("entity", "broader_not_itself", "broader IS NULL OR broader <> id"),
        _check("entity", "definition_in_english", "definition_en IS NOT NULL OR definition_zh IS NULL"),
        _reference("entity", "broader", "entity", late=True),
        _of_revision("entity"),
    )
    op.create_table(
        "claim",
        *(_text(name) for name in ("id", "subject", "relation", "object")),
        _text("conditions", null=True),
        _text("status"),
        sa.Column("revision", NUMBER, nullable=False),
        _key("claim", "id"),
        _check("claim", "id_of_its_parts", "id = subject || '--' || relation || '--' || object"),
        _check("claim", "two_ends", "subject <> object"),
        *_filled("claim", "relation", "status"),
        _reference("claim", "subject", "entity"),
        _reference("claim", "object", "entity"),
        _of_revision("claim"),
    )
    op.create_table(
        "work",
        *(_text(name) for name in ("id", "type", "title", "authors")),
        sa.Column("year", sa.Integer(), nullable=True),
        *(_text(name, null=True) for name in ("doi", "arxiv", "url")),
        _text("status"),
        *(_text(name, null=True) for name in ("notice", "independence_group")),
        _text("csl"),
        *(_text(name, null=True) for name in ("raw", "raw_format")),
        sa.Column("revision", NUMBER, nullable=False),
        _key("work", "id"),
        *_filled("work", "id", "type", "title", "status", "authors", "csl"),
        _check("work", "year_range", "year IS NULL OR year BETWEEN 1400 AND 2200"),
        _of_revision("work"),
    )
    op.create_table(
        "evidence",
        *(_text(name) for name in ("id", "claim", "work", "stance", "kind", "strength", "statement", "basis")),
        *(_text(name, null=True) for name in ("strength_reason", "locator", "quote")),
        sa.Column(
            "inferred", sa.Boolean(name=op.f("ck_evidence_inferred_bool"), create_constraint=True), nullable=False
        ),
        *(_text(name, null=True) for name in ("independence_group", "alias", "supersedes", "contributor")),
        *(_text(name) for name in ("status", "recorded_at")),
        sa.Column("revision", NUMBER, nullable=False),
        _key("evidence", "id"),
        *_filled("evidence", "id", "stance", "kind", "strength", "statement", "basis", "status"),
        _check("evidence", "supersedes_not_itself", "supersedes IS NULL OR supersedes <> id"),
        _check("evidence", "recorded_at_length", "length(recorded_at) = 27"),
        _reference("evidence", "claim", "claim"),
        _reference("evidence", "work", "work"),
        _reference("evidence", "supersedes", "evidence", late=True),
        _of_revision("evidence"),
    )


def _protect_log() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in LOG:
            for event in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'restrict_violation'; END $$"
    )
    for table in LOG:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log()"
        )
