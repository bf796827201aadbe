"""The competency questions: queries that the ontology must be able to answer, each with its question in both languages.

Lives here: reading `ontology/queries/*.rq`. May enter: packaged files. Never here: evaluating them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from rapidfuzz import process

from kg.errors import NotFound
from kg.model import Text
from kg.packaged import packaged

_HEAD = re.compile(r"# en: (?P<en>[^\n]+)\n# zh: (?P<zh>[^\n]+)\n(?P<body>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Competency:
    """One question: its name, its words in both languages, the query without its head, the whole file."""

    name: str
    question: Text
    body: str
    text: str


@lru_cache(maxsize=1)
def questions() -> Mapping[str, Competency]:
    """Return all questions by name, in the order of their names.

    Raises:
        ValueError: a file does not begin with its question in both languages.

    Example:
        >>> questions()["requirements"].question.en
        'What requires what?'
    """
    found = {}
    for path in sorted(packaged("ontology", "queries").glob("*.rq")):
        text = path.read_text("utf-8")
        head = _HEAD.fullmatch(text)
        if head is None:
            raise ValueError(f"{path.name} does not begin with `# en: ...` and `# zh: ...`")
        found[path.stem] = Competency(path.stem, Text(head["en"], head["zh"]), head["body"], text)
    return MappingProxyType(found)


def question(name: str) -> Competency:
    """Return one question.

    Raises:
        NotFound: there is none of this name; near names are told.
    """
    known = questions()
    if name not in known:
        near = [word for word, *_ in process.extract(name[:100], list(known), limit=3, score_cutoff=60)]
        raise NotFound(f"there is no question named {name[:100]!r}", where="name", near=near, hint="kg sparql --list")
    return known[name]
