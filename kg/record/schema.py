"""The schema: the tables with all their constraints and indexes, as they stand after the newest migration.

Lives here: SQLModel table classes with named constraints. May enter: types of columns. Never here: validation (records
come in validated), queries, migrations. Only what makes or checks a schema imports it; queries name columns by
`tables`.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from kg.record.tables import NUMBER, TEXT

METADATA = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _filled(*columns: str) -> tuple[sa.CheckConstraint, ...]:
    return tuple(sa.CheckConstraint(f"{column} <> ''", name=f"{column}_filled") for column in columns)


class Table(SQLModel):
    """Base of the table classes; they share one set of names for constraints."""

    metadata = METADATA


class RevisionRow(Table, table=True):
    """One link of the chain."""

    __tablename__ = "revision"
    __table_args__ = (
        sa.CheckConstraint("number >= 1", name="number_from_one"),
        sa.CheckConstraint("length(recorded_at) = 27", name="recorded_at_length"),
        sa.CheckConstraint("length(previous_hash) = 64", name="previous_hash_length"),
        sa.CheckConstraint("length(hash) = 64", name="hash_length"),
        *_filled("actor", "act"),
        sa.UniqueConstraint("hash"),
        sa.UniqueConstraint("previous_hash"),
    )
    number: int = Field(sa_type=NUMBER, primary_key=True, sa_column_kwargs={"autoincrement": False})
    recorded_at: str = Field(sa_type=TEXT)
    actor: str = Field(sa_type=TEXT)
    act: str = Field(sa_type=TEXT)
    reason: str | None = Field(sa_type=TEXT)
    previous_hash: str = Field(sa_type=TEXT)
    hash: str = Field(sa_type=TEXT)


class ChangeRow(Table, table=True):
    """One record as it stands after a revision; `payload` is its canonical JSON."""

    __tablename__ = "change"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('claim', 'entity', 'evidence', 'work')", name="kind_known"),
        *_filled("id", "payload"),
        sa.Index(None, "kind", "id", "revision"),
    )
    revision: int = Field(
        sa_type=NUMBER, primary_key=True, foreign_key="revision.number", sa_column_kwargs={"autoincrement": False}
    )
    kind: str = Field(sa_type=TEXT, primary_key=True)
    id: str = Field(sa_type=TEXT, primary_key=True)
    payload: str = Field(sa_type=TEXT)


class EntityRow(Table, table=True):
    """The current state of an entity. `aliases` and `matches` are JSON lists."""

    __tablename__ = "entity"
    __table_args__ = (
        *_filled("id", "type", "label_en", "status", "aliases", "matches"),
        sa.CheckConstraint("broader IS NULL OR broader <> id", name="broader_not_itself"),
        sa.CheckConstraint("definition_en IS NOT NULL OR definition_zh IS NULL", name="definition_in_english"),
        sa.ForeignKeyConstraint(["broader"], ["entity.id"], deferrable=True, initially="DEFERRED"),
    )
    id: str = Field(sa_type=TEXT, primary_key=True)
    type: str = Field(sa_type=TEXT)
    label_en: str = Field(sa_type=TEXT)
    label_zh: str | None = Field(sa_type=TEXT)
    definition_en: str | None = Field(sa_type=TEXT)
    definition_zh: str | None = Field(sa_type=TEXT)
    aliases: str = Field(sa_type=TEXT)
    broader: str | None = Field(sa_type=TEXT, index=True)
    matches: str = Field(sa_type=TEXT)
    status: str = Field(sa_type=TEXT)
    revision: int = Field(sa_type=NUMBER, foreign_key="revision.number", index=True)


class ClaimRow(Table, table=True):
    """The current state of a claim."""

    __tablename__ = "claim"
    __table_args__ = (
        sa.CheckConstraint("id = subject || '--' || relation || '--' || object", name="id_of_its_parts"),
        sa.CheckConstraint("subject <> object", name="two_ends"),
        *_filled("relation", "status"),
    )
    id: str = Field(sa_type=TEXT, primary_key=True)
    subject: str = Field(sa_type=TEXT, foreign_key="entity.id", index=True)
    relation: str = Field(sa_type=TEXT)
    object: str = Field(sa_type=TEXT, foreign_key="entity.id", index=True)
    conditions: str | None = Field(sa_type=TEXT)
    status: str = Field(sa_type=TEXT)
    revision: int = Field(sa_type=NUMBER, foreign_key="revision.number", index=True)


class WorkRow(Table, table=True):
    """The current state of a work. `authors` is a JSON list, `csl` a JSON object."""

    __tablename__ = "work"
    __table_args__ = (
        *_filled("id", "type", "title", "status", "authors", "csl"),
        sa.CheckConstraint("year IS NULL OR year BETWEEN 1400 AND 2200", name="year_range"),
    )
    id: str = Field(sa_type=TEXT, primary_key=True)
    type: str = Field(sa_type=TEXT)
    title: str = Field(sa_type=TEXT)
    authors: str = Field(sa_type=TEXT)
    year: int | None
    doi: str | None = Field(sa_type=TEXT)
    arxiv: str | None = Field(sa_type=TEXT)
    url: str | None = Field(sa_type=TEXT)
    status: str = Field(sa_type=TEXT)
    notice: str | None = Field(sa_type=TEXT)
    independence_group: str | None = Field(sa_type=TEXT)
    csl: str = Field(sa_type=TEXT)
    raw: str | None = Field(sa_type=TEXT)
    raw_format: str | None = Field(sa_type=TEXT)
    merged_into: str | None = Field(sa_type=TEXT, index=True)
    revision: int = Field(sa_type=NUMBER, foreign_key="revision.number", index=True)


class EvidenceRow(Table, table=True):
    """The current state of an evidence item; `recorded_at` is the time of its first writing."""

    __tablename__ = "evidence"
    __table_args__ = (
        *_filled("id", "stance", "kind", "strength", "statement", "basis", "status"),
        sa.CheckConstraint("supersedes IS NULL OR supersedes <> id", name="supersedes_not_itself"),
        sa.CheckConstraint("length(recorded_at) = 27", name="recorded_at_length"),
        sa.ForeignKeyConstraint(["supersedes"], ["evidence.id"], deferrable=True, initially="DEFERRED"),
    )
    id: str = Field(sa_type=TEXT, primary_key=True)
    claim: str = Field(sa_type=TEXT, foreign_key="claim.id", index=True)
    work: str = Field(sa_type=TEXT, foreign_key="work.id", index=True)
    stance: str = Field(sa_type=TEXT)
    kind: str = Field(sa_type=TEXT)
    strength: str = Field(sa_type=TEXT)
    statement: str = Field(sa_type=TEXT)
    basis: str = Field(sa_type=TEXT)
    strength_reason: str | None = Field(sa_type=TEXT)
    locator: str | None = Field(sa_type=TEXT)
    quote: str | None = Field(sa_type=TEXT)
    inferred: bool = Field(sa_type=sa.Boolean(name="inferred_bool", create_constraint=True))
    independence_group: str | None = Field(sa_type=TEXT)
    alias: str | None = Field(sa_type=TEXT)
    supersedes: str | None = Field(sa_type=TEXT, index=True)
    contributor: str | None = Field(sa_type=TEXT)
    status: str = Field(sa_type=TEXT)
    recorded_at: str = Field(sa_type=TEXT)
    revision: int = Field(sa_type=NUMBER, foreign_key="revision.number", index=True)


class ReceiptRow(Table, table=True):
    """An answer that somebody asked to keep; `content` is the canonical JSON that `id` is the fingerprint of."""

    __tablename__ = "receipt"
    __table_args__ = (
        sa.CheckConstraint("length(id) = 26", name="id_length"),
        sa.CheckConstraint("revision >= 0", name="revision_not_negative"),
        sa.CheckConstraint("length(kept_at) = 27", name="kept_at_length"),
        *_filled("question", "content", "ontology", "version"),
        sa.Index(None, "kept_at", "id"),
    )
    id: str = Field(sa_type=TEXT, primary_key=True)
    question: str = Field(sa_type=TEXT)
    kept_at: str = Field(sa_type=TEXT)
    content: str = Field(sa_type=TEXT)
    ontology: str = Field(sa_type=TEXT)
    version: str = Field(sa_type=TEXT)
    revision: int = Field(sa_type=NUMBER)


class PersonRow(Table, table=True):
    """Somebody who may write. `email` never leaves the record."""

    __tablename__ = "person"
    __table_args__ = (
        *_filled("id"),
        sa.CheckConstraint("length(created_at) = 27", name="created_at_length"),
    )
    id: str = Field(sa_type=TEXT, primary_key=True)
    name: str | None = Field(sa_type=TEXT)
    orcid: str | None = Field(sa_type=TEXT)
    email: str | None = Field(sa_type=TEXT)
    created_at: str = Field(sa_type=TEXT)


class TokenRow(Table, table=True):
    """A token, by the SHA-256 of its secret; the secret itself is nowhere."""

    __tablename__ = "token"
    __table_args__ = (
        *_filled("id"),
        sa.CheckConstraint("role IN ('admin', 'contributor', 'reviewer')", name="role_known"),
        sa.CheckConstraint("length(digest) = 64", name="digest_length"),
        sa.CheckConstraint("length(created_at) = 27", name="created_at_length"),
        sa.CheckConstraint("length(expires_at) = 27", name="expires_at_length"),
        sa.CheckConstraint("length(revoked_at) = 27", name="revoked_at_length"),
        sa.UniqueConstraint("digest"),
    )
    id: str = Field(sa_type=TEXT, primary_key=True)
    person: str = Field(sa_type=TEXT, foreign_key="person.id", index=True)
    role: str = Field(sa_type=TEXT)
    digest: str = Field(sa_type=TEXT)
    label: str | None = Field(sa_type=TEXT)
    created_at: str = Field(sa_type=TEXT)
    expires_at: str | None = Field(sa_type=TEXT)
    revoked_at: str | None = Field(sa_type=TEXT)


class SessionRow(Table, table=True):
    """A browser that signed in with a token; `id` is the SHA-256 of what its cookie holds."""

    __tablename__ = "session"
    __table_args__ = (
        sa.CheckConstraint("length(id) = 64", name="id_length"),
        sa.CheckConstraint("length(created_at) = 27", name="created_at_length"),
        sa.CheckConstraint("length(expires_at) = 27", name="expires_at_length"),
    )
    id: str = Field(sa_type=TEXT, primary_key=True)
    token: str = Field(sa_type=TEXT, foreign_key="token.id", index=True)
    created_at: str = Field(sa_type=TEXT)
    expires_at: str = Field(sa_type=TEXT)


class SubmissionRow(Table, table=True):
    """A write that was sent under a key, and its answer; written in the transaction of the write itself."""

    __tablename__ = "submission"
    __table_args__ = (
        *_filled("key"),
        sa.CheckConstraint("length(fingerprint) = 64", name="fingerprint_length"),
        sa.CheckConstraint("revision >= 0", name="revision_not_negative"),
        sa.CheckConstraint("length(received_at) = 27", name="received_at_length"),
        sa.Index(None, "received_at"),
    )
    token: str = Field(sa_type=TEXT, primary_key=True, foreign_key="token.id")
    key: str = Field(sa_type=TEXT, primary_key=True)
    fingerprint: str = Field(sa_type=TEXT)
    revision: int = Field(sa_type=NUMBER)
    answer: str | None = Field(sa_type=TEXT)
    received_at: str = Field(sa_type=TEXT)
