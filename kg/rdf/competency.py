"""The competency questions: queries that the ontology must be able to answer, each with its question in both languages.

Lives here: reading `ontology/queries/*.rq`. May enter: packaged files. Never here: evaluating them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from kg.errors import NotFound
from kg.meant import near
from kg.model import Text
from kg.packaged import packaged

GROUPS: Mapping[str, Text] = MappingProxyType(
    {
        "routes": Text("Techniques and risks", "技术与风险"),
        "measures": Text("Measures", "措施"),
        "context": Text("Actors and benefits", "行动者与益处"),
        "claims": Text("Claims and belief", "论断与信念"),
        "evidence": Text("Evidence and works", "证据与文献"),
        "record": Text("The record", "图谱本身"),
        "words": Text("Other vocabularies", "其他词表"),
    }
)
"""What questions are about, in the order in which they are listed."""
_HEAD = re.compile(r"# group: (?P<group>[a-z]+)\n# en: (?P<en>[^\n]+)\n# zh: (?P<zh>[^\n]+)\n(?P<body>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Competency:
    """One question: its name, what it is about, its words, the query without its head, the whole file."""

    name: str
    group: str
    question: Text
    body: str
    text: str


@lru_cache(maxsize=1)
def questions() -> Mapping[str, Competency]:
    """Return all questions by name, in the order of their groups and names.

    Raises:
        ValueError: a file does not begin with its group and its question in both languages.

    Example:
        >>> questions()["requirements"].question.en
        'What requires what?'
    """
    found = {}
    for path in sorted(packaged("ontology", "queries").glob("*.rq")):
        text = path.read_text("utf-8")
        head = _HEAD.fullmatch(text)
        if head is None or head["group"] not in GROUPS:
            raise ValueError(f"{path.name} does not begin with `# group: ...`, `# en: ...` and `# zh: ...`")
        found[path.stem] = Competency(path.stem, head["group"], Text(head["en"], head["zh"]), head["body"], text)
    places = list(GROUPS)
    return MappingProxyType(dict(sorted(found.items(), key=lambda pair: (places.index(pair[1].group), pair[0]))))


def question(name: str) -> Competency:
    """Return one question.

    Raises:
        NotFound: there is none of this name; near names are told.
    """
    known = questions()
    if name not in known:
        raise NotFound(
            f"there is no question named {name[:100]!r}",
            where="name",
            near=near(name, known.keys()),
            hint="kg sparql --list",
        )
    return known[name]
