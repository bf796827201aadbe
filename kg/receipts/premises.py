"""What an answer rests on, as documents: claims, evidence, works, and their references in three formats.

May enter: an answer's document, the network it came from. Never here: asking again, doors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kg.citations.curated import handed_on
from kg.errors import InputError
from kg.later import Later
from kg.network import Network
from kg.question.grounds import claims_of, items_of, works_of
from kg.question.records import brief_claim, evidence_document, work_document

if TYPE_CHECKING:
    from kg.citations import formats
else:
    formats = Later("kg.citations.formats")

Document = dict[str, Any]
REFERENCES = ("bibtex", "ris", "csl-json")
"""The formats in which references are given: those of `kg.citations.formats` that are written."""


def premises(network: Network, document: Mapping[str, Any]) -> Document:
    """Return what an answer rests on.

    Args:
        network: What it was asked of, at its revision and under its criteria.
        document: The answer.

    Returns:
        `{"claims": [...], "evidence": [...], "works": [...], "bibliography": {"bibtex", "ris", "csl-json"}}`: claims
        without their evidence, the items that count under the criteria, works as lists show them, and the references
        of these works as texts. All sorted by id.
    """
    claims = claims_of(network, document)
    items = items_of(network, claims)
    works = works_of(network, document, items)
    return {
        "claims": [brief_claim(network, network.snapshot.claims[id]) for id in claims],
        "evidence": [evidence_document(network, item) for item in items],
        "works": [work_document(work) for work in works],
        "bibliography": {format: formats.write(handed_on(works), format) for format in REFERENCES},
    }


def references(network: Network, document: Mapping[str, Any], format: str) -> str:
    """Return the references of the works that an answer rests on.

    Raises:
        InputError: the format is not one of `REFERENCES`.
    """
    if format not in REFERENCES:
        raise InputError(
            f"{format[:50]!r} is no format of references",
            where="references",
            hint=f"formats are {', '.join(REFERENCES)}",
        )
    works = works_of(network, document, items_of(network, claims_of(network, document)))
    return formats.write(handed_on(works), format)
