"""Persons, their tokens and the sessions of their browsers: who may write.

Lives here: `Person`, `Token`, `Bearer`, `Accounts`, the queries on these tables. May enter: digests, handles, times.
Never here: secrets (kg.accounts makes and hashes them), what a role allows; an e-mail address on its way out.
"""

from __future__ import annotations

import hmac
from dataclasses import astuple, dataclass, fields
from datetime import timedelta

import sqlalchemy as sa

from kg.errors import NotFound
from kg.record.held import Held
from kg.record.revisions import stamp
from kg.record.tables import PERSON, SESSION, TOKEN


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may write. `handle` is the actor of the revisions; the e-mail address stays in the record."""

    handle: str
    name: str | None = None
    orcid: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token but its secret. Times are UTC ISO 8601; None in `expires_at` is never."""

    id: str
    person: str
    role: str
    label: str | None
    created_at: str
    expires_at: str | None
    revoked_at: str | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who sent a valid token or has a valid session, and what the token allows."""

    token: str
    role: str
    person: Person


_TOKEN = tuple(TOKEN.c[spec.name] for spec in fields(Token))
_PERSON = (PERSON.c.id, PERSON.c.name, PERSON.c.orcid)
_WHO = TOKEN.join(PERSON, TOKEN.c.person == PERSON.c.id)


class Accounts:
    """The accounts of one database. Every look-up asks the database: what is revoked is revoked everywhere at once."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def put(self, person: Person, *, email: str | None = None) -> Person:
        """Add a person, or what was not known of one; None leaves what is there."""
        with self._held.writing() as connection:
            return self._put(connection, person, email)

    def people(self) -> list[Person]:
        """Return everybody, by handle."""
        with self._held.reading() as connection:
            return [Person(*row) for row in connection.execute(sa.select(*_PERSON).order_by(PERSON.c.id))]

    def person(self, handle: str) -> Person | None:
        """Return one person, or None."""
        with self._held.reading() as connection:
            return _person(connection, handle)

    def issue(
        self,
        id: str,
        digest: str,
        person: Person,
        *,
        role: str,
        email: str | None = None,
        label: str | None = None,
        lasting: timedelta | None = None,
    ) -> Token:
        """Keep a new token by the digest of its secret, and its person with it.

        Args:
            id: Its name, from which nothing of the secret follows.
            digest: SHA-256 of the secret, 64 hexadecimal digits.
            person: Whose it is; added, or completed where something is new.
            role: contributor, reviewer or admin.
            email: For the operator alone.
            label: What it is for.
            lasting: How long it is valid; None for ever.

        Raises:
            StoreError: the database is read-only, full, or out of reach.
        """
        now = self._held.clock()
        expires = None if lasting is None else stamp(now + lasting)
        made = Token(id, person.handle, role, label, stamp(now), expires, None)
        with self._held.writing() as connection:
            self._put(connection, person, email)
            values = dict(zip((spec.name for spec in fields(Token)), astuple(made), strict=True))
            connection.execute(sa.insert(TOKEN), [{**values, "digest": digest}])
        return made

    def tokens(self) -> list[Token]:
        """Return every token there was, the newest first."""
        query = sa.select(*_TOKEN).order_by(TOKEN.c.created_at.desc(), TOKEN.c.id)
        with self._held.reading() as connection:
            return [Token(*row) for row in connection.execute(query)]

    def revoke(self, id: str) -> Token:
        """End a token and the sessions opened with it; one that was ended stays as it was.

        Raises:
            NotFound: there is none of this id.
        """
        with self._held.writing() as connection:
            change = sa.update(TOKEN).where(TOKEN.c.id == id, TOKEN.c.revoked_at.is_(None))
            connection.execute(change.values(revoked_at=stamp(self._held.clock())))
            connection.execute(sa.delete(SESSION).where(SESSION.c.token == id))
            row = connection.execute(sa.select(*_TOKEN).where(TOKEN.c.id == id)).first()
            if row is None:
                raise NotFound(f"there is no token {id[:40]!r}", where="token", hint="`kg token list` shows them")
            return Token(*row)

    def bearer(self, id: str, digest: str) -> Bearer | None:
        """Return who bears a token, None when it is unknown, ended, expired, or its secret is another.

        Cost: one query by key; digests are compared in constant time.
        """
        query = sa.select(TOKEN.c.digest, *_TOKEN, *_PERSON).select_from(_WHO).where(TOKEN.c.id == id)
        with self._held.reading() as connection:
            row = connection.execute(query).first()
        if row is None or not hmac.compare_digest(row[0], digest):
            return None
        return self._valid(tuple(row)[1:])

    def open_session(self, digest: str, token: str, *, lasting: timedelta) -> None:
        """Keep the session of a browser by the digest of what its cookie holds; those that are over are removed."""
        now = self._held.clock()
        row = {"id": digest, "token": token, "created_at": stamp(now), "expires_at": stamp(now + lasting)}
        with self._held.writing() as connection:
            connection.execute(sa.delete(SESSION).where(SESSION.c.expires_at <= stamp(now)))
            connection.execute(sa.insert(SESSION), [row])

    def session(self, digest: str) -> Bearer | None:
        """Return who signed in, None when the session is unknown or over, or its token is no longer valid."""
        query = sa.select(SESSION.c.expires_at, *_TOKEN, *_PERSON)
        query = query.select_from(SESSION.join(_WHO, SESSION.c.token == TOKEN.c.id)).where(SESSION.c.id == digest)
        with self._held.reading() as connection:
            row = connection.execute(query).first()
        if row is None or row[0] <= stamp(self._held.clock()):
            return None
        return self._valid(tuple(row)[1:])

    def close_session(self, digest: str) -> None:
        """End a session; harmless when it is over."""
        with self._held.writing() as connection:
            connection.execute(sa.delete(SESSION).where(SESSION.c.id == digest))

    def _valid(self, row: tuple[str | None, ...]) -> Bearer | None:
        token, person = Token(*row[: len(_TOKEN)]), Person(*row[len(_TOKEN) :])  # type: ignore[arg-type]
        over = token.expires_at is not None and token.expires_at <= stamp(self._held.clock())
        return None if over or token.revoked_at is not None else Bearer(token.id, token.role, person)

    def _put(self, connection: sa.Connection, person: Person, email: str | None) -> Person:
        given = {"name": person.name, "orcid": person.orcid, "email": email}
        new = {name: value for name, value in given.items() if value is not None}
        if _person(connection, person.handle) is None:
            connection.execute(
                sa.insert(PERSON), [{**given, "id": person.handle, "created_at": stamp(self._held.clock())}]
            )
        elif new:
            connection.execute(sa.update(PERSON).where(PERSON.c.id == person.handle).values(**new))
        return _person(connection, person.handle) or person


def _person(connection: sa.Connection, handle: str) -> Person | None:
    row = connection.execute(sa.select(*_PERSON).where(PERSON.c.id == handle)).first()
    return None if row is None else Person(*row)
