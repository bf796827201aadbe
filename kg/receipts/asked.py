"""Which method of the face answers a question of a given name, with which parameters: one table, read to ask again.

Lives here: `METHODS`, `Question`, `Asked`, the checks on a document that claims to be an answer. May enter: documents
of anybody. Never here: asking, what the parameters mean (the face parses them again).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kg.criteria import parse_moment
from kg.door import shown
from kg.errors import InputError, NotFound
from kg.ids import fingerprint
from kg.meant import near
from kg.question.answers import BESIDE, Answer, content_of, pristine

DEEPEST, LONGEST, MOST = 32, 1_000, 1_000
HINT = "give the document as a question command prints it with --json, or its question, revision and receipt"
RECEIPT = re.compile(r"[a-z2-7]{26}")


@dataclass(frozen=True, slots=True)
class Method:
    """How a question is asked of the face.

    Args:
        name: The method.
        parameters: Parameter of the question -> form of its value, see `FORMS`; one that must be there ends in "!".
        called: Parameter -> keyword of the method, where the two differ.
        always: Keywords that the question does not show.
    """

    name: str
    parameters: Mapping[str, str]
    called: Mapping[str, str] = field(default_factory=dict)
    always: Mapping[str, Any] = field(default_factory=dict)

    @property
    def dry_run(self) -> bool:
        """Say whether it is asked as a dry run of an act that writes."""
        return self.always.get("dry_run") is True


_TYPES = {"rows": "text", "cols": "text", "max_links": "whole"}
METHODS: Mapping[str, Method] = {
    "raises": Method("raises", {"risk": "text", "technique": "text", "max_links": "whole"}),
    "matrix": Method("matrix", _TYPES),
    "paths": Method(
        "paths", {"source": "text!", "target": "text!", "k": "whole", "max_links": "whole", "sign": "whole"}
    ),
    "impact": Method("impact", {"entity": "text!", "direction": "text", "max_links": "whole"}),
    "cut": Method(
        "cut", {"target": "texts!", "source": "texts", "max_links": "whole", "threshold": "share", "weigh": "text"}
    ),
    "gaps": Method(
        "gaps", {"kind": "texts", "since": "whole", "below": "text", "max_links": "whole", "limit": "whole"}
    ),
    "disputes": Method("disputes", {"max_links": "whole"}),
    "what-if": Method(
        "what_if",
        {"source": "text", "target": "text", "k": "whole", "sign": "whole", "scenario": "parts", **_TYPES},
    ),
    "robustness": Method("robustness", {"source": "text", "target": "text", **_TYPES}),
    "retraction": Method(
        "retract",
        {"work": "text!", "status": "text", "notice": "text", **_TYPES},
        always={"dry_run": True, "ask_kept": 0},
    ),
    "diff": Method("diff", {"from": "text!", "to": "text!", **_TYPES}, called={"from": "a", "to": "b"}),
}
"""Name of a question -> how it is asked. A question of the face that is missing here fails a test."""
CRITERIA: Mapping[str, str] = {
    "as_of": "moment",
    "known_in": "whole",
    "without_work": "texts",
    "only_work": "texts",
    "study_kind": "texts",
    "min_strength": "text",
    "relation": "texts",
    "block": "texts",
    "include_proposed": "flag",
    "include_retracted": "flag",
    "narrower": "flag",
}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**62


FORMS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "text": (_is_text, f"a text of at most {LONGEST} characters"),
    "texts": (
        lambda value: isinstance(value, list) and len(value) <= MOST and all(map(_is_text, value)),
        f"a list of at most {MOST} texts",
    ),
    "whole": (_is_whole, "a whole number"),
    "share": (lambda value: _is_whole(value) or isinstance(value, float), "a number"),
    "flag": (lambda value: isinstance(value, bool), "true or false"),
    "moment": (lambda value: _is_whole(value) or _is_text(value), "a revision or a date"),
    "parts": (lambda value: isinstance(value, dict), "an object"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was asked, read from a document.

    Args:
        name: Its name in the contract.
        method: Method of the face.
        keywords: What the method takes, without criteria and language.
        criteria: The criteria that were given.
        lang: Language of the sentences; None for the face's own.
        revision: The revision that was read.
        pins: What values of `as_of` meant then, see `kg.asking.Asking.as_then`; not checked yet, see `pinned`.
    """

    name: str
    method: str
    keywords: Mapping[str, Any]
    criteria: Mapping[str, Any]
    lang: str | None
    revision: int
    pins: Mapping[int | str | None, int]

    @classmethod
    def of(cls, document: Any) -> Question:
        """Read the question of an answer, whoever wrote it and whether it has a receipt or not.

        Args:
            document: An answer, or its `question` and `revision` alone.

        Raises:
            InputError: not of this shape; a question, a parameter or a value that no question has.
        """
        return cls(**_question(_own(document)))

    def pinned(self, revision_at: Callable[[str], int], newest: int) -> dict[int | str | None, int]:
        """Return the pins that can be true: a date never meant a revision that was recorded after it.

        Args:
            revision_at: The revision that a date means now.
            newest: The newest revision.

        Raises:
            NotFound: the record has no such revision.
        """
        if self.revision > newest:
            raise NotFound(
                f"there is no revision {self.revision}; the newest is {newest}",
                where="revision",
                hint="ask the record that the answer came from",
            )
        return {
            moment: number
            for moment, number in self.pins.items()
            if moment is None or (isinstance(moment, str) and number <= revision_at(moment))
        }


@dataclass(frozen=True, slots=True)
class Asked(Question):
    """A question as it was asked, read from a document that claims a receipt and is held against it.

    Args:
        receipt: The receipt that the document claims.
        altered: The document does not hold what its receipt stands for; None when only its question was given.
    """

    receipt: str
    altered: bool | None

    @classmethod
    def parse(cls, document: Any) -> Asked:
        """Read the question of an answer, whoever wrote it, and hold the answer against its receipt.

        Args:
            document: An answer, or its `question`, `revision` and `receipt` alone.

        Raises:
            InputError: not of this shape; a question, a parameter or a value that no question has.
        """
        own = _own(document)
        receipt = own.get("receipt")
        if not isinstance(receipt, str) or not RECEIPT.fullmatch(receipt):
            raise InputError("this is no answer: it has no receipt", where="receipt", hint=HINT)
        body = set(own) - BESIDE - {"question", "revision"}
        return cls(**_question(own), receipt=receipt, altered=_content_id(document) != receipt if body else None)


def _own(document: Any) -> Mapping[str, Any]:
    """Return what a document holds, which has a question and is not too deep."""
    own = pristine(document) if isinstance(document, Mapping) else {}
    if not isinstance(own.get("question"), Mapping):
        raise InputError("this is no answer: it has no question", where="question", hint=HINT)
    if not isinstance(document, Answer):
        _refuse_deep(own)
    return own


def _question(own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a `Question` that a document has."""
    question, revision = own["question"], own.get("revision")
    if not _is_whole(revision) or not isinstance(revision, int) or revision < 0:
        raise InputError("this is no answer: it names no revision", where="revision", hint=HINT)
    method = _method(question.get("name"))
    known = {**{name: form.rstrip("!") for name, form in method.parameters.items()}, **CRITERIA, "lang": "text"}
    given = {str(name): value for name, value in question.items() if name != "name" and value is not None}
    for name, value in given.items():
        _check(name, value, known)
    for name, form in method.parameters.items():
        if form.endswith("!") and name not in given:
            raise InputError(f"the question has no {name}", where=name, hint=HINT)
    asked = {method.called.get(name, name): given[name] for name in method.parameters if name in given}
    return {
        "name": question["name"],
        "method": method.name,
        "keywords": {**asked, **method.always},
        "criteria": {name: given[name] for name in CRITERIA if name in given},
        "lang": given.get("lang"),
        "revision": revision,
        "pins": _pins(own, given.get("as_of"), revision),
    }


def _content_id(document: Mapping[str, Any]) -> str:
    try:
        return fingerprint(content_of(document))
    except (TypeError, ValueError) as fault:
        raise InputError(f"the document is not JSON: {str(fault)[:100]}", hint=HINT) from fault


def _method(name: Any) -> Method:
    if not isinstance(name, str) or name not in METHODS:
        shown = name[:50] if isinstance(name, str) else str(type(name).__name__)
        raise InputError(
            f"{shown!r} is no question",
            where="question",
            near=near(shown, METHODS.keys(), most=2),
            hint=f"questions are {', '.join(METHODS)}",
        )
    return METHODS[name]


def _check(name: str, value: Any, known: Mapping[str, str]) -> None:
    if name not in known:
        raise InputError(
            f"{name[:50]!r} is no parameter of this question",
            where="question",
            near=near(name, known.keys(), most=2),
            hint=f"it has {', '.join(known)}",
        )
    fits, expected = FORMS[known[name]]
    if not fits(value):
        raise InputError(f"{shown(value)} is not {expected}", where=name)


def _pins(document: Mapping[str, Any], as_of: Any, revision: int) -> dict[int | str | None, int]:
    pins: dict[int | str | None, int] = {None: revision}
    if isinstance(as_of, str):
        pins[parse_moment(as_of)] = revision
    for side in ("from", "to"):
        point = document.get(side)
        said, number = (point.get("point"), point.get("revision")) if isinstance(point, Mapping) else (None, None)
        if isinstance(said, str) and _is_text(said) and isinstance(number, int) and 0 <= number < 2**62:
            pins |= {} if said.startswith("known:") else {parse_moment(said): number}
    return pins


def _refuse_deep(document: Any) -> None:
    level, depth = [document], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise InputError(f"the document is nested deeper than {DEEPEST} levels", hint=HINT)
        level = [
            inner
            for value in level
            if isinstance(value, Mapping | list)
            for inner in (value.values() if isinstance(value, Mapping) else value)
        ]
