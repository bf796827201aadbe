"""What writing addresses take, described once; and the reading of members that are texts or flags.

Lives here: descriptions, `Members`. Never here: the fields of records (kg.inputs), which the face parses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import WithJsonSchema

from kg.citations.formats import FORMATS as CITATIONS
from kg.errors import InputError
from kg.importers.rdf import FORMATS as RDF
from kg.inputs import clean
from kg.merging import MOST as PAIRS_MOST

Json = dict[str, Any]
One = str | None
REASON_MOST = 2_000
ANY_RDF = "rdf"
"""The format of a file of RDF whose serialisation its name or its contents tell."""


def _text(example: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": [example], **more})


Why = Annotated[One, _text("read in full"), Query(description="Why it is written, kept in the history.")]
DryRun = Annotated[
    One,
    WithJsonSchema({"type": "boolean", "examples": [True]}),
    Query(description="`true`: check everything and say what would be written; nothing is stored."),
]
Revises = Annotated[
    One,
    _text("hu2022lora.opneblqy3jx6"),
    Query(description="With `dry_run`: as a revision of this item; the body holds the fields that differ."),
]
AnyId = Annotated[str, Path(description="Id of the record.", examples=["qlora"])]
Number = Annotated[
    str,
    Path(description="Number of the revision.", examples=["1"]),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 10**15, "examples": [1]}),
]
Handle = Annotated[str, Path(description="Handle of the person.", examples=["ann"])]
QueueStatus = Annotated[
    list[str] | None,
    WithJsonSchema(
        {"type": "array", "items": {"type": "string", "enum": ["proposed", "returned"]}, "examples": [["proposed"]]}
    ),
    Query(description="`proposed`, or `returned` to whoever proposed it; default both."),
]
Kind = Annotated[
    One,
    WithJsonSchema({"type": "string", "enum": ["claim", "entity", "evidence", "work"], "examples": ["evidence"]}),
    Query(description="Only records of this kind."),
]
Actor = Annotated[One, _text("ann"), Query(description="Only what this person wrote.")]
Act = Annotated[One, _text("accept"), Query(description="Only this act, such as `propose`, `accept`, `undo`.")]
Id = Annotated[One, _text("qlora"), Query(description="Only revisions that wrote the record of this id.")]
PairLimit = Annotated[
    One,
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": PAIRS_MOST, "examples": [20]}),
    Query(description="Most pairs; default 100."),
]
AfterPlace = Annotated[One, _text("1:claim:a--raises--b"), Query(description="The `next` of the page before.")]
AfterNumber = Annotated[
    One,
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 10**15, "examples": [1]}),
    Query(description="The `next` of the page before: only older ones."),
]
Format = Annotated[
    One,
    WithJsonSchema({"type": "string", "enum": [*CITATIONS, ANY_RDF, *RDF], "examples": ["bibtex"]}),
    Query(description="Format of the file; `rdf`: whatever RDF it looks like; default: whatever it looks like."),
]
FileName = Annotated[One, _text("library.bib"), Query(description="What the file is called, for the report.")]
Encoding = Annotated[One, _text("latin-1"), Query(description="Encoding of citations; default UTF-8, never guessed.")]


Update = Annotated[
    One,
    WithJsonSchema({"type": "boolean", "examples": [True]}),
    Query(description="Citations: fill what known works lack; for reviewers."),
]
Exact = Annotated[
    One,
    WithJsonSchema({"type": "boolean", "examples": [True]}),
    Query(description="Citations: only a shared identifier or the same entry makes a duplicate."),
]


class Members:
    """The members of a body, taken out one by one; what is left at the end is of no use.

    Example:
        >>> members = Members({"id": "lora", "why": " too old "})
        >>> members.text("id"), members.text("why"), members.end()
        ('lora', 'too old', None)
    """

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._left = dict(body)
        self._taken: list[str] = []

    def text(self, name: str, *, needed: bool = True, most: int = REASON_MOST) -> str | None:
        """Take a text.

        Raises:
            InputError: it is missing, or no text.
        """
        value = self._take(name, needed=needed)
        return None if value is None else text_of(value, name, most=most)

    def texts(self, name: str, *, most: int) -> list[str]:
        """Take a text, or a list of texts that is not empty.

        Raises:
            InputError: it is missing, too long, or something in it is no text.
        """
        value = self._take(name, needed=True)
        some = value if isinstance(value, list) else [value]
        if not 0 < len(some) <= most:
            raise InputError(f"{name}: {len(some)} values, expected 1 to {most}", where=name)
        return [text_of(one, name) for one in some]

    def flag(self, name: str) -> bool:
        """Take true or false; what is missing is false."""
        value = self._take(name, needed=False)
        if value is not None and not isinstance(value, bool):
            raise InputError(f"{name}: {str(value)[:40]!r} is neither true nor false", where=name)
        return bool(value)

    def number(self, name: str) -> int:
        """Take a whole number from 0."""
        value = self._take(name, needed=True)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise InputError(f"{name}: {str(value)[:40]!r} is not a whole number", where=name)
        return value

    def values(self, name: str) -> Json:
        """Take an object."""
        value = self._take(name, needed=True)
        if not isinstance(value, dict):
            raise InputError(f"{name}: {str(value)[:40]!r} is no object", where=name)
        return value

    def end(self) -> None:
        """Refuse what is left.

        Raises:
            InputError: names the first member.
        """
        for name in sorted(self._left):
            shown = repr(name[:60])
            raise InputError(f"{shown} is not taken here", where=shown[1:-1], hint=f"there is {', '.join(self._taken)}")

    def _take(self, name: str, *, needed: bool) -> Any:
        self._taken.append(name)
        value = self._left.pop(name, None)
        if value is None and needed:
            raise InputError(f"{name} is missing", where=name)
        return value


def text_of(value: Any, name: str, *, most: int = REASON_MOST) -> str:
    """Return a text without outer spaces.

    Raises:
        InputError: it is none, empty, too long, or holds characters that texts may not hold.
    """
    if not isinstance(value, str):
        raise InputError(f"{name}: {str(value)[:40]!r} is no text", where=name)
    try:
        kept = clean(value)
    except ValueError as fault:
        raise InputError(f"{name}: {fault}", where=name) from fault
    if not kept or len(kept) > most:
        raise InputError(f"{name} has 1 to {most} characters, this has {len(kept)}", where=name)
    return kept


def reason_of(why: One) -> str | None:
    """Return the reason that a parameter gives; an empty one is none."""
    return text_of(why, "why") if why else None


def body_of(description: str, example: Json, *, media: str = "application/json") -> Json:
    """Return how OpenAPI describes a body."""
    schema: Json = {"type": "object", "additionalProperties": True, "description": description, "example": example}
    return {"requestBody": {"required": True, "content": {media: {"schema": schema}}}}
