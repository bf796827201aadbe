"""What an answer rests on: the claims it names, the items that count for, against or about them, their works.

May enter: an answer's document, the network it came from. Never here: documents of these, sentences, doors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kg.model import Evidence, Work
from kg.network import Network

PATH = frozenset(("sign", "length", "belief", "entities", "claims", "works", "single_work", "contested", "explanation"))
"""The members of a path, see `kg.question.answers.path_document`; three of them name records."""
NAMELESS = frozenset({int, float, bool, type(None)})


def claims_of(network: Network, document: Mapping[str, Any]) -> list[str]:
    """Return the ids of the claims that an answer names outside its question, sorted.

    Args:
        network: Says what is a claim.
        document: The answer.

    Cost: linear in the document.
    """
    return sorted(_named(document) & network.snapshot.claims.keys())


def items_of(network: Network, claims: Iterable[str]) -> list[Evidence]:
    """Return the items that count for, against or about some claims, by id."""
    some = list(claims)
    network.expect(some)
    return sorted((item for claim in some for item in network.counting(claim)), key=lambda item: item.id)


def works_of(network: Network, document: Mapping[str, Any], items: Iterable[Evidence]) -> list[Work]:
    """Return the works that some items were taken from and those that an answer names, by key."""
    works = network.snapshot.works
    return [works[key] for key in sorted({item.work for item in items} | (_named(document) & works.keys()))]


def _named(document: Mapping[str, Any]) -> set[Any]:
    """Return the strings of a document outside its question, ids among them; of a path, those that name records."""
    found: set[Any] = set()
    pending: list[Any] = [{name: value for name, value in document.items() if name != "question"}]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            # Most of a large answer is paths, and most of these numbers and sentences.
            is_path = len(one) == len(PATH) and one.keys() == PATH
            values = (one["claims"], one["entities"], one["works"]) if is_path else one.values()
            pending += [value for value in values if value.__class__ not in NAMELESS]
        elif isinstance(one, str):
            found.add(one)
        elif isinstance(one, list | tuple):
            try:
                found.update(one)
            except TypeError:
                pending += one
        elif isinstance(one, Mapping):
            pending.append(dict(one))
    return found
