"""Kept answers: put one, get one, list them; each is written once and never changed.

Lives here: `Kept`, `Shelf`, the queries on the table of receipts. May enter: texts and numbers.
Never here: what an answer means, which answers are worth keeping (kg.receipts).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields

import sqlalchemy as sa

from kg.ids import fingerprint
from kg.record.held import Held
from kg.record.revisions import stamp
from kg.record.tables import RECEIPT


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept answer.

    Args:
        id: The fingerprint of `content`.
        question: Name of the question.
        revision: The revision that was asked, from 0.
        kept_at: When it was kept, UTC ISO 8601 with `Z`; not part of the id.
        content: The canonical JSON of the answer, without what differs from place to place.
        ontology: Digest of the vocabulary it was answered with.
        version: Version of this program.
    """

    id: str
    question: str
    revision: int
    kept_at: str
    content: str
    ontology: str
    version: str


_COLUMNS = tuple(RECEIPT.c[spec.name] for spec in fields(Kept))


class Shelf:
    """The kept answers of one database."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def put(self, *, question: str, revision: int, content: str, ontology: str, version: str) -> Kept:
        """Keep an answer; one that is kept already stays as it is.

        Raises:
            StoreError: the database is read-only, full, or out of reach.

        Law: putting the same twice is putting it once.
        """
        id = fingerprint(content)
        with self._held.writing() as connection:
            known = _get(connection, id)
            if known is not None:
                return known
            made = Kept(id, question, revision, stamp(self._held.clock()), content, ontology, version)
            values = dict(zip((spec.name for spec in fields(Kept)), astuple(made), strict=True))
            connection.execute(sa.insert(RECEIPT), [values])
            return made

    def get(self, id: str) -> Kept | None:
        """Return a kept answer; None when there is none of this id."""
        with self._held.reading() as connection:
            return _get(connection, id)

    def newest(self, limit: int) -> list[Kept]:
        """Return the answers that were kept last, newest first, their content left out."""
        columns = [column for column in _COLUMNS if column.name != "content"]
        query = sa.select(*columns).order_by(RECEIPT.c.kept_at.desc(), RECEIPT.c.id).limit(limit)
        with self._held.reading() as connection:
            return [Kept(**row._mapping, content="") for row in connection.execute(query)]


def receipt_problems(connection: sa.Connection) -> Iterator[str]:
    """Say which kept answers no longer hold what their id stands for."""
    query = sa.select(RECEIPT.c.id, RECEIPT.c.content, RECEIPT.c.question, RECEIPT.c.revision).order_by(RECEIPT.c.id)
    for id, content, question, revision in connection.execute(query):
        if fingerprint(content) != id:
            yield f"the receipt {id!r} was altered: its id does not fit what it says"
            continue
        said = json.loads(content)
        told = said.get("question", {}).get("name", question), said.get("revision", revision)
        if told != (question, revision):
            yield f"the receipt {id!r} was altered: it is listed under another question or revision than it says"


def _get(connection: sa.Connection, id: str) -> Kept | None:
    row = connection.execute(sa.select(*_COLUMNS).where(RECEIPT.c.id == id)).first()
    return None if row is None else Kept(*row)
