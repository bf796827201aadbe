"""Answers: the envelope that every question shares, and the documents of paths inside it.

Lives here: `Answer`, path documents, receipt ids. May enter: a network, paths as claim ids.
Never here: searching, doors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple
from weakref import ref

import orjson

from kg.belief import Opinion, chain
from kg.engine import Path, product
from kg.ids import fingerprint
from kg.model import Text, canonical
from kg.network import Network
from kg.question import explain
from kg.sentences import sentence

MAX_LINKS, PARTS_MOST = 12, 100_000
DIRECTIONS = {1: "raises", -1: "lowers"}
BESIDE = frozenset({"receipt", "paragraph", "kept_answers"})
"""Members that follow from the others and are no part of what a receipt stands for."""
_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_SUBCLASS
_EXPONENT = re.compile(rb"e(?<=[0-9]e)[-+]?[0-9]+[],}]")


class Answer(Mapping[str, Any]):
    """An answer: a read-only mapping of the document that every door gives, byte for byte.

    Lists and dictionaries inside are the caller's own, copied when they are first asked for. `dict(answer)` is a plain
    dictionary.

    Law: what a caller does to them changes no answer, this one's `json()`, receipt and paragraph included.

    Example:
        >>> answer = Answer({"items": [3, 1], "revision": 1})
        >>> answer["items"].sort()
        >>> answer["items"], answer.json()
        ([1, 3], b'{"items":[3,1],"revision":1}')
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._own: dict[str, Any] = {}
        self._size: int | None = None
        self._worded: dict[bool, tuple[ref[Network], str]] = {}

    def __getitem__(self, key: str) -> Any:
        value = self._document[key]
        if not isinstance(value, dict | list | tuple):
            return value
        if key not in self._own:
            self._own.setdefault(key, copied(value))
        return self._own[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._document)

    def __len__(self) -> int:
        return len(self._document)

    def __contains__(self, key: object) -> bool:
        return key in self._document

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return self._document == pristine(other) if isinstance(other, Mapping) else NotImplemented

    def __repr__(self) -> str:
        return f"Answer({self._document!r})"

    def __copy__(self) -> Answer:
        other = Answer(self._document)
        other._size, other._worded = self._size, self._worded
        return other

    def __reduce__(self) -> tuple[type[Answer], tuple[dict[str, Any]]]:
        return Answer, (self._document,)

    @property
    def document(self) -> dict[str, Any]:
        """The document as a plain dictionary, all of it the caller's own. Cost: a copy of everything inside."""
        return {key: copied(value) for key, value in self._document.items()}

    def json(self) -> bytes:
        """Return the document as JSON bytes."""
        return orjson.dumps(self._document)

    @property
    def size(self) -> int:
        """About how many characters its JSON has. Cost: none where the answer was just wrapped."""
        if self._size is None:
            self._size = len(self.json())
        return self._size

    def worded(self, network: Network, cited: bool, word: Callable[[], str]) -> str:
        """Return the paragraph that `word` makes of it and a network, works cited or not; made once while both last."""
        of, paragraph = self._worded.get(cited, (None, ""))
        if of is None or of() is not network:
            paragraph = word()
            self._worded[cited] = ref(network), paragraph
        return paragraph

    def said(self, paragraph: str) -> Answer:
        """Return the answer with a plain paragraph that says it."""
        return Answer({**self._document, "paragraph": paragraph})


def pristine(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an answer holds, not copied; any other document as it is. For rooms and doors that only read it."""
    return document._document if isinstance(document, Answer) else document


def answer(
    network: Network,
    name: str,
    parameters: Mapping[str, Any],
    body: Mapping[str, Any],
    *,
    lang: str,
    limits: Sequence[str] = (),
    note: str | None = None,
) -> Answer:
    """Wrap what a question found.

    Args:
        network: What it was asked of; gives the revision and the criteria.
        name: The question's name in the contract.
        parameters: All parameters, normalised; None values are kept, so that defaults are seen.
        body: The items.
        lang: Language of the sentences inside, "en" or "zh".
        limits: Names of the limits that cut the answer; any makes it incomplete.
        note: Why the answer is empty, or what to bear in mind.
    """
    question = {"name": name, **parameters, **network.criteria.document(), "lang": lang}
    document: dict[str, Any] = {
        "question": question,
        "revision": network.snapshot.revision,
        "complete": not limits,
        "limits": sorted(set(limits)),
        **body,
        "caveat": explain.CAVEAT[lang],
    }
    if note is not None:
        document["note"] = note
    made = Answer(document)
    content = content_of(made)
    made._size = len(content)
    document["receipt"] = fingerprint(content)
    return made


def receipt_id(document: Mapping[str, Any]) -> str:
    """Return the id that question, criteria, revision and answer have together: 26 base32 characters.

    Law: equal answers to equal questions have equal ids, whatever the database.
    """
    return fingerprint(content_of(document))


def content_of(document: Mapping[str, Any]) -> str:
    """Return the canonical JSON that a receipt stands for.

    Times of recording are left out: they differ between databases that hold the same record.

    Args:
        document: An answer of ours, or a document of anybody.

    Raises:
        TypeError, ValueError: a document of anybody holds what JSON does not.

    Law: an answer and its document have the same. Cost: for an answer about 3 seconds a gigabyte, a fifth of the other.

    Example:
        >>> content_of({"revision": 1, "items": [{"recorded_at": "2026-01-01"}], "receipt": "a"})
        '{"items":[{}],"revision":1}'
    """
    kept = {key: value for key, value in pristine(document).items() if key not in BESIDE}
    write = _quickly if isinstance(document, Answer) else canonical
    said = write(kept)
    # Inside a text the quotation marks would be escaped: without this there is no such member anywhere.
    return write(_lasting(kept)) if '"recorded_at":' in said else said


def _quickly(value: Any) -> str:
    """Return what `canonical` does of anything without numbers that are not finite, which orjson writes as null."""
    try:
        said = orjson.dumps(value, option=_SORTED)
    except TypeError:
        return canonical(value)
    # Numbers below 1e-4, and from 1e16 on, are written otherwise by orjson.
    return canonical(value) if b"0.0000" in said or _EXPONENT.search(said) else said.decode()


def path_document(network: Network, path: Path, *, lang: str) -> dict[str, Any]:
    """Return a path as the contract shows it: sign, belief, entities, claims, works, and a sentence."""
    parts = _parts(network, path)
    sign = prod([part.sign for part in parts])
    opinion = chain([part.opinion for part in parts])
    first = parts[0].works
    works = sorted(first.union(*[part.works for part in parts]))
    return {
        "sign": sign,
        "length": len(path),
        "belief": opinion.document(),
        "entities": [parts[0].subject, *(part.object for part in parts)],
        "claims": list(path),
        "works": works,
        "single_work": works[0] if len(first) == len(works) == 1 and all(part.works for part in parts) else None,
        "contested": any(part.contested for part in parts),
        "explanation": explain.path(
            [part.sentence.get(lang) for part in parts],
            (parts[0].labels[0].get(lang), parts[-1].labels[1].get(lang)),
            sign=sign,
            expected=opinion.expected,
            works=len(works),
            lang=lang,
        ),
    }


class _Part(NamedTuple):
    """What documents of paths show of a claim on them; `works` are those that support it, `latest` their last year."""

    sign: int
    subject: str
    object: str
    opinion: Opinion
    works: frozenset[str]
    latest: int | None
    contested: bool
    sentence: Text
    labels: tuple[Text, Text]


def _parts(network: Network, path: Sequence[str]) -> list[_Part]:
    """Return what paths show of their claims; kept with the network, since claims stand on many paths."""
    known: dict[str, _Part] = network.kept.setdefault("parts", {})
    return [known.get(claim) or _part(network, claim, known) for claim in path]


def _part(network: Network, claim: str, known: dict[str, _Part]) -> _Part:
    subject, object, sign = network.links[claim]
    works = frozenset(network.supporting_works([claim]))
    years = [year for work in works if (year := network.year(work)) is not None]
    ends, snapshot = (network.ids[subject], network.ids[object]), network.snapshot
    if len(known) >= PARTS_MOST:
        known.clear()
    made = known[claim] = _Part(
        sign,
        *ends,
        network.opinion(claim),
        works,
        max(years, default=None),
        network.is_contested(claim),
        sentence(snapshot.claims[claim], snapshot, network.vocabulary),
        (snapshot.entities[ends[0]].label, snapshot.entities[ends[1]].label),
    )
    return made


def latest_year(network: Network, paths: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the year of the newest work that some paths rest on; None where no year is known."""
    parts = _parts(network, [claim for path in paths for claim in path["claims"]])
    return max([part.latest for part in parts if part.latest is not None], default=None)


def sides(network: Network, by_sign: Mapping[int, Sequence[Path]], *, lang: str) -> dict[str, Any] | None:
    """Return `direction`, `best` and `opposing` of the paths of one pair; None when no path has a direction.

    `best` is the strongest path of the direction with the higher expected product (ties: raises), `opposing` the
    strongest of the other sign.
    """
    firsts = {sign: by_sign[sign][0] for sign in (1, -1) if by_sign.get(sign)}
    if not firsts:
        return None
    documents = {sign: path_document(network, path, lang=lang) for sign, path in firsts.items()}
    best = max(documents, key=lambda sign: (round(documents[sign]["belief"]["expected"], 12), sign))
    return {
        "direction": "mixed" if len(firsts) == 2 else DIRECTIONS[best],
        "best": documents[best],
        "opposing": documents.get(-best),
    }


def worth_of(network: Network, by_sign: Mapping[int, Sequence[Path]]) -> float | None:
    """Return the expected value of the path that `sides` names `best`; None when no path has a direction.

    Cost: a tenth of what its document costs.
    """
    firsts = [by_sign[sign][0] for sign in DIRECTIONS if by_sign.get(sign)]
    return max((product(network, path) for path in firsts), default=None)


def works_of(item: Mapping[str, Any]) -> list[str]:
    """Return the sorted works that the best and the opposing path of an item rest on."""
    opposing = item["opposing"]
    return sorted({*item["best"]["works"], *(opposing["works"] if opposing is not None else ())})


def copied(value: Any) -> Any:
    """Return a value with lists and dictionaries of its own; texts and numbers are shared."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(copied, value))
    return list(map(copied, value)) if isinstance(value, list) else value


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lasting(item) for key, item in value.items() if key != "recorded_at"}
    return [_lasting(item) for item in value] if isinstance(value, list) else value
