"""What an answer rests on: the claims it names, the items that count for, against or about them, their works.

May enter: an answer's document, the network it came from. Never here: documents of these, sentences, doors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kg.model import Evidence, Work
from kg.network import Network

NAMELESS = frozenset({"belief", "explanation"})
"""Members that name no record."""


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
    """Return all that stands in a document outside its question and its sentences, ids among it."""
    found: set[Any] = set()
    pending: list[Any] = [{name: value for name, value in document.items() if name != "question"}]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            # Most of a large answer is numbers and sentences.
            pending += [value for name, value in one.items() if name not in NAMELESS and value.__class__ is not float]
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
