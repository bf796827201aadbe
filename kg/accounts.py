"""Who may write: tokens with roles are made, shown once, looked up and revoked; browsers sign in with one.

Lives here: `Admitting`, a part of the face; secrets and their digests. May enter: raw parameters, secrets as sent.
Never here: what a role allows over HTTP (kg_api), SQL (record/); a secret or an e-mail address in an error.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import asdict
from datetime import timedelta
from typing import Any, TypeAlias

from kg.asking import Asking
from kg.criteria import parse_line
from kg.errors import Forbidden, InputError, NotFound, UnknownTerm
from kg.identifiers import parse_orcid
from kg.ids import parse_slug
from kg.inputs import clean
from kg.record.tokens import Bearer, Person, Token

ROLES = ("contributor", "reviewer", "admin")
"""Roles, each with all that the ones before it may do."""
LASTING = timedelta(days=90)
SESSION_LASTING = timedelta(hours=12)
LASTING_MOST = timedelta(days=3650)
_PREFIX = "ekg"
_SECRET = re.compile(r"ekg_([a-z2-7]{8})_([A-Za-z0-9_-]{43})")
_LASTING = re.compile(r"([1-9][0-9]{0,6})([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_EMAIL = re.compile(r"[^\s@<>\"',;:]{1,64}@[^\s@<>\"',;:]{1,190}")
Document = dict[str, Any]
Sent: TypeAlias = Any
"""What somebody sent as a secret: it may be anything, and no refusal shows it (`kg.door` shows what it refuses)."""


class Admitting(Asking):
    """Tokens, the persons who bear them, and the sessions of browsers."""

    def create_token(
        self,
        handle: str,
        *,
        role: str = ROLES[0],
        name: str | None = None,
        orcid: str | None = None,
        email: str | None = None,
        label: str | None = None,
        expires: str | timedelta | None = LASTING,
    ) -> Document:
        """Make a token for a person, added where the handle is new. The secret is in the answer and nowhere else.

        Args:
            handle: Slug of the person; the actor of what is written with the token.
            role: contributor (proposes), reviewer (decides too) or admin.
            name: Name for credit.
            orcid: ORCID iD for credit.
            email: For the operator alone: it is stored outside the history and never shown.
            label: What the token is for, such as the name of a program.
            expires: How long it is valid (`90d`, `12h`, `30m`); None or `never` for ever.

        Returns:
            The token as `tokens` lists it, with `secret`.

        Raises:
            InputError: names the value that cannot be used.
        """
        person = Person(
            parse_slug(handle, where="handle"),
            None if name is None else _line(name, where="name"),
            None if orcid is None else parse_orcid(orcid),
        )
        if email is not None and (len(email) > 254 or _EMAIL.fullmatch(email) is None):
            raise InputError("this is not an e-mail address", where="email", hint="expected the form name@host")
        id = base64.b32encode(secrets.token_bytes(5)).decode().lower()
        secret = f"{_PREFIX}_{id}_{secrets.token_urlsafe(32)}"
        made = self.store.accounts.issue(
            id,
            digest_of(secret),
            person,
            role=parse_role(role),
            email=email,
            label=None if label is None else _line(label, where="label"),
            lasting=parse_lasting(expires),
        )
        return {**_shown(made), "secret": secret}

    def tokens(self) -> Document:
        """Every token there was, newest first, without secrets: `{"items": [{"token", "person", "role", ...}]}`."""
        return {"items": [_shown(token) for token in self.store.accounts.tokens()]}

    def revoke_token(self, id: str) -> Document:
        """End a token and the sessions opened with it, everywhere at once.

        Raises:
            NotFound: there is none of this id.
        """
        return _shown(self.store.accounts.revoke(id))

    def person(self, handle: str) -> Document:
        """A person for credit: `{"handle", "name", "orcid"}`.

        Raises:
            NotFound: nobody has this handle.
        """
        found = self.store.accounts.person(parse_line(handle, name="person"))
        if found is None:
            raise NotFound(f"nobody has the handle {handle[:60]!r}", where="person")
        return asdict(found)

    def people(self) -> Document:
        """Everybody who has or had a token, by handle: `{"items": [{"handle", "name", "orcid"}]}`."""
        return {"items": [asdict(one) for one in self.store.accounts.people()]}

    def bearer(self, secret: Sent) -> Bearer | None:
        """Return who bears a token, None when it is none of ours, ended or expired. Asks the database each time."""
        parts = _SECRET.fullmatch(secret) if isinstance(secret, str) else None
        return None if parts is None else self.store.accounts.bearer(parts[1], digest_of(secret))

    def sign_in(self, secret: Sent) -> tuple[str, Bearer]:
        """Open a session with a token; return what the browser's cookie is to hold, and who that is.

        Raises:
            Forbidden: the token is not valid.
        """
        bearer = self.bearer(secret)
        if bearer is None:
            raise Forbidden("this token is not valid", where="token", hint="it may have expired or been revoked")
        session = secrets.token_urlsafe(32)
        self.store.accounts.open_session(digest_of(session), bearer.token, lasting=SESSION_LASTING)
        return session, bearer

    def signed_in(self, session: Sent) -> Bearer | None:
        """Return whose session this is, None when it is over or its token is no longer valid."""
        return None if not isinstance(session, str) else self.store.accounts.session(digest_of(session))

    def sign_out(self, session: Sent) -> None:
        """End a session; harmless when it is over."""
        if isinstance(session, str):
            self.store.accounts.close_session(digest_of(session))


def digest_of(secret: str) -> str:
    """Return the SHA-256 of a secret of high entropy, as it is stored.

    Example:
        >>> len(digest_of("ekg_..."))
        64
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def parse_role(text: str) -> str:
    """Return a role.

    Example:
        >>> parse_role("reviewer")
        'reviewer'
    """
    if text not in ROLES:
        raise UnknownTerm(f"{text[:40]!r} is not a role", where="role", hint="use " + ", ".join(ROLES))
    return text


def parse_lasting(given: str | timedelta | None) -> timedelta | None:
    """Return how long a token is valid, None for ever.

    Example:
        >>> parse_lasting("90d").days, parse_lasting("never")
        (90, None)
    """
    if given is None or given == "never":
        return None
    if isinstance(given, str):
        parts = _LASTING.fullmatch(given.strip().lower())
        given = timedelta(0) if parts is None else timedelta(**{_UNITS[parts[2]]: int(parts[1])})
    if not timedelta(0) < given <= LASTING_MOST:
        raise InputError(
            "this is no length of time that a token can have",
            where="expires",
            hint=f"use days, hours or minutes such as 90d, 12h, 30m, at most {LASTING_MOST.days}d; or never",
        )
    return given


def _line(text: str, *, where: str) -> str:
    try:
        kept = clean(text)
    except ValueError as fault:
        raise InputError(str(fault), where=where) from fault
    if not kept or len(kept) > 200 or "\n" in kept:
        raise InputError(f"{where} is one line of 1 to 200 characters", where=where)
    return kept


def _shown(token: Token) -> Document:
    return {
        "token": token.id,
        "person": token.person,
        "role": token.role,
        "label": token.label,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
    }
