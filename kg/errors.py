"""The error tree: every failure keeps its place, its reason and its remedy.

Lives here: exception classes, `Words`. May enter: nothing of ours. Never here: catching, printing, HTTP status.

    KgError
    ├── InputError (ValueError)      the caller gave something unusable
    │   ├── BadIdentifier            not a DOI, slug, revision, ... of the expected form
    │   ├── UnknownTerm              a word that the ontology does not have; `near` names those it has
    │   ├── ParseFailure             a source could not be read; keeps source, line and raw text
    │   └── ShapeViolation           well-formed, but breaks a rule of the ontology or the record
    ├── NotFound (LookupError)       no such record; `near` names similar ids
    ├── Conflict                     somebody else changed it, or it is there already
    │   └── MovedOn                  the record is no longer at the revision that something was worked out from
    ├── Forbidden                    the token's role does not allow this
    ├── Upstream                     something outside (network, other server) failed
    └── StoreError                   the database is missing, too new, read-only, full or broken
        └── OntologyMissing          it uses terms that no file of the ontology has that was given
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Words:
    """What an error says, in English and in Chinese.

    Args:
        en: The message, as programs, the command line and English pages have it; no full stop at its end.
        zh: The same for Chinese pages.
        todo: What to do about it, in whole sentences, where that is told on a page; None where nothing special helps.
        page: What pages say in place of this, where the message holds more than they have room for.

    Example:
        >>> Words("the sky is green", "天是绿的").get("zh")
        '天是绿的'
    """

    en: str
    zh: str
    todo: Words | None = None
    page: Words | None = None

    def get(self, lang: str) -> str:
        """Return the words in a language, "en" or "zh"."""
        return self.zh if lang == "zh" else self.en


class KgError(Exception):
    """Base of all errors raised on purpose.

    Args:
        message: What was given and what was expected, one sentence; as `Words` where pages tell it in both languages.
        where: Place of the fault: a field name, a file and line, an id.
        hint: What to do about it, one sentence without a full stop; as `Words` where pages tell it in both languages.
        near: Words or ids the caller may have meant, best first.

    Example:
        >>> str(KgError("limit is 500, at most 200 is allowed", hint="page with `after`"))
        'limit is 500, at most 200 is allowed (page with `after`)'
    """

    def __init__(
        self,
        message: str | Words,
        *,
        where: str | None = None,
        hint: str | Words | None = None,
        near: Sequence[str] = (),
    ) -> None:
        self.said: Words | None = message if isinstance(message, Words) else None
        self.message = message.en if isinstance(message, Words) else message
        super().__init__(self.message)
        self.where = where
        self.hint = hint.en if isinstance(hint, Words) else hint
        if self.said is not None and isinstance(hint, Words):
            todo = Words(f"{hint.en[:1].upper()}{hint.en[1:]}.", f"{hint.zh}。")
            self.said = replace(self.said, todo=todo)
        self.near = tuple(near)

    def __str__(self) -> str:
        text = self.message
        if self.where is not None:
            text = f"{self.where}: {text}"
        if self.near:
            text += f"; did you mean {' or '.join(self.near)}?"
        if self.hint is not None:
            text += f" ({self.hint})"
        return text


class InputError(KgError, ValueError):
    """The caller gave something unusable."""


class BadIdentifier(InputError):
    """An identifier is not of the form it should have."""


class UnknownTerm(InputError):
    """A word that the ontology does not define."""


class ParseFailure(InputError):
    """A source could not be read.

    Args:
        message: What is wrong.
        source: File name or other name of the source.
        line: Line number, from 1; None where the format has no lines.
        raw: The text that could not be read.
        hint: What to do.
    """

    def __init__(
        self,
        message: str | Words,
        *,
        source: str,
        line: int | None = None,
        raw: str = "",
        hint: str | Words | None = None,
    ) -> None:
        where = source if line is None else f"{source}:{line}"
        super().__init__(message, where=where, hint=hint)
        self.source = source
        self.line = line
        self.raw = raw


class ShapeViolation(InputError):
    """A well-formed record breaks a rule of the ontology or of the record."""


class NotFound(KgError, LookupError):
    """There is no record of that id."""


class Conflict(KgError):
    """The record changed meanwhile, or exists already; says so in both languages (`kg.conflicts`)."""

    said: Words

    def __init__(
        self, said: Words, *, where: str | None = None, hint: str | None = None, near: Sequence[str] = ()
    ) -> None:
        super().__init__(said, where=where, hint=hint, near=near)


class MovedOn(Conflict):
    """The record is at another revision than the one that something was worked out from: it can be worked out anew."""


class Forbidden(KgError):
    """The role of the caller does not allow this."""


class Upstream(KgError):
    """Something outside this program failed."""


class StoreError(KgError):
    """The database cannot be used as asked."""


class OntologyMissing(StoreError):
    """The record uses terms that the ontology, as it was given, does not have."""
