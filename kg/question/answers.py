"""Answers: the envelope that every question shares, and the documents of paths inside it.

Lives here: `Answer`, path documents, receipt ids. May enter: a network, paths as claim ids.
Never here: searching, doors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

import orjson

from kg.belief import Opinion, chain
from kg.engine import Path, product
from kg.ids import fingerprint
from kg.model import canonical
from kg.network import Network
from kg.question import explain

MAX_LINKS, PARTS_MOST = 12, 100_000
DIRECTIONS = {1: "raises", -1: "lowers"}
BESIDE = frozenset({"receipt", "paragraph", "kept_answers"})
"""Members that follow from the others and are no part of what a receipt stands for."""


class Answer(Mapping[str, Any]):
    """An answer: a read-only mapping of the document that every door gives, byte for byte.

    Example:
        >>> Answer({"items": [], "revision": 1}).json()
        b'{"items":[],"revision":1}'
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def __getitem__(self, key: str) -> Any:
        return self.document[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.document)

    def __len__(self) -> int:
        return len(self.document)

    def __repr__(self) -> str:
        return f"Answer({self.document!r})"

    def json(self) -> bytes:
        """Return the document as JSON bytes."""
        return orjson.dumps(self.document)

    def said(self, paragraph: str) -> Answer:
        """Return the answer with a plain paragraph that says it."""
        return Answer({**self.document, "paragraph": paragraph})


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
    document["receipt"] = receipt_id(document)
    return Answer(document)


def receipt_id(document: Mapping[str, Any]) -> str:
    """Return the id that question, criteria, revision and answer have together: 26 base32 characters.

    Law: equal answers to equal questions have equal ids, whatever the database.
    """
    return fingerprint(content_of(document))


def content_of(document: Mapping[str, Any]) -> str:
    """Return the canonical JSON that a receipt stands for.

    Times of recording are left out: they differ between databases that hold the same record.

    Example:
        >>> content_of({"revision": 1, "items": [{"recorded_at": "2026-01-01"}], "receipt": "a"})
        '{"items":[{}],"revision":1}'
    """
    kept = {key: value for key, value in document.items() if key not in BESIDE}
    said = canonical(kept)
    # Inside a text the quotation marks would be escaped: without this there is no such member anywhere.
    return canonical(_lasting(kept)) if '"recorded_at":' in said else said


def path_document(network: Network, path: Path, *, lang: str) -> dict[str, Any]:
    """Return a path as the contract shows it: sign, belief, entities, claims, works, and a sentence."""
    known: dict[str, _Part] = network.kept.setdefault("parts", {})
    parts = [known.get(claim) or _part(network, claim, known) for claim in path]
    sign = prod(part.sign for part in parts)
    opinion = chain([part.opinion for part in parts])
    first = parts[0].works
    works = sorted(first.union(*(part.works for part in parts)))
    return {
        "sign": sign,
        "length": len(path),
        "belief": opinion.document(),
        "entities": [parts[0].subject, *(part.object for part in parts)],
        "claims": list(path),
        "works": works,
        "single_work": works[0] if len(first) == 1 and all(part.works == first for part in parts) else None,
        "contested": any(part.contested for part in parts),
        "explanation": explain.path(network, path, sign=sign, opinion=opinion, works=len(works), lang=lang),
    }


class _Part(NamedTuple):
    """What documents of paths show of a claim on them; `works` are those that support it."""

    sign: int
    subject: str
    object: str
    opinion: Opinion
    works: frozenset[str]
    contested: bool


def _part(network: Network, claim: str, known: dict[str, _Part]) -> _Part:
    """Return what paths show of a claim; kept with the network, since claims stand on many paths."""
    subject, object, sign = network.links[claim]
    works = frozenset(network.supporting_works([claim]))
    ends = network.ids[subject], network.ids[object]
    if len(known) >= PARTS_MOST:
        known.clear()
    made = known[claim] = _Part(sign, *ends, network.opinion(claim), works, network.is_contested(claim))
    return made


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


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lasting(item) for key, item in value.items() if key != "recorded_at"}
    return [_lasting(item) for item in value] if isinstance(value, list) else value
