"""What a pack's seed summary is represented by, and which evidence rests on less than the work's own abstract.

Lives here: two reports, pure. May enter: rows, snapshots, the vocabulary. Never here: files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from kg.model import Evidence
from kg.packs import CoverageRow
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

REFERENCE_BASIS = "abstract"
NO_TABLE = "this pack has no coverage table"
OF_NO_PACK = "this record was not made from a text that has a coverage table; name the folder of a pack that has one"


def coverage(
    rows: Sequence[CoverageRow], snapshot: Snapshot, vocabulary: Vocabulary, *, lacking: str = NO_TABLE
) -> dict[str, Any]:
    """Tell for each item of the seed text whether the graph represents it.

    An item is represented when every claim, entity and work that its row names is there and counts, every one of
    those claims bears evidence, and the row names a claim or a work note at all.

    Args:
        rows: The coverage table of a pack.
        snapshot: The record to hold it against.
        vocabulary: Says which states of a record count.
        lacking: The note where there are no rows.

    Returns:
        `{"items": [{"locator", "heading", "statement", "claims", "entities", "work_notes", "represented",
        "missing"}], "counts": {"items", "represented", "claims"}, "note"}`.

    Example:
        >>> from kg.vocabulary import load
        >>> row = CoverageRow("item 1", "Nothing is said.", claims=("a--raises--b",))
        >>> coverage([row], Snapshot.of(0, None, []), load())["items"][0]["missing"]
        ['a--raises--b']
    """
    items = []
    for row in rows:
        missing = [id for id in row.claims if not _claim_stands(id, snapshot, vocabulary)]
        missing += [
            id
            for id in row.entities
            if id not in snapshot.entities or not vocabulary.status(snapshot.entities[id].status).counts
        ]
        missing += [key for key in row.work_notes if key not in snapshot.works]
        items.append(
            {
                "locator": row.locator,
                "heading": None if row.heading is None else row.heading.document(),
                "statement": row.statement,
                "claims": list(row.claims),
                "entities": list(row.entities),
                "work_notes": list(row.work_notes),
                "represented": not missing and bool(row.claims or row.work_notes),
                "missing": missing,
            }
        )
    represented = sum(item["represented"] is True for item in items)
    claims = {id for row in rows for id in row.claims}
    return {
        "items": items,
        "counts": {"items": len(items), "represented": represented, "claims": len(claims)},
        "note": f"{represented} of {len(items)} items of the seed text are represented" if items else lacking,
    }


def basis_report(snapshot: Snapshot, vocabulary: Vocabulary) -> dict[str, Any]:
    """List the evidence that was not read in the work itself, and the evidence applied to its claim by inference.

    The rule is data of the ontology: a basis is weak when its extraction confidence is below that of `abstract`.

    Args:
        snapshot: The record.
        vocabulary: Gives the confidence of each basis and says which states count.

    Returns:
        `{"items": [{"evidence", "alias", "claim", "work", "basis", "confidence", "inferred", "reasons",
        "statement"}], "counts": {"evidence", "items", "weak_basis", "inferred", "bases"}, "note"}`; `reasons`
        holds "basis", "inferred" or both.

    Raises:
        UnknownTerm: the vocabulary has no basis `abstract`, or an item's basis is not in it.
    """
    counting = [item for item in snapshot.evidence.values() if vocabulary.status(item.status).counts]
    weak = [item for item in counting if is_weak(item.basis, vocabulary)]
    inferred = [item for item in counting if item.inferred]
    listed = sorted({item.id: item for item in (*weak, *inferred)}.values(), key=_order)
    weak_ids = {item.id for item in weak}
    return {
        "items": [
            {
                "evidence": item.id,
                "alias": item.alias,
                "claim": item.claim,
                "work": item.work,
                "basis": item.basis,
                "confidence": vocabulary.basis(item.basis).confidence,
                "inferred": item.inferred,
                "reasons": ["basis"] * (item.id in weak_ids) + ["inferred"] * item.inferred,
                "statement": item.statement,
            }
            for item in listed
        ],
        "counts": {
            "evidence": len(counting),
            "items": len(listed),
            "weak_basis": len(weak),
            "inferred": len(inferred),
            "bases": dict(sorted(Counter(item.basis for item in weak).items())),
        },
        "note": f"{len(weak)} of {len(counting)} evidence items rest on less than the abstract of their work, "
        f"{len(inferred)} were applied to their claim by the compiler of the pack; take none of them for more",
    }


def weak_basis(items: Iterable[Evidence], vocabulary: Vocabulary) -> tuple[int, int]:
    """Return how many items count, and how many of these rest on less than the abstract of their work."""
    counting = [item for item in items if vocabulary.status(item.status).counts]
    return len(counting), sum(is_weak(item.basis, vocabulary) for item in counting)


def is_weak(basis: str, vocabulary: Vocabulary) -> bool:
    """Say whether a basis is one of less confidence than `abstract`.

    Raises:
        UnknownTerm: the vocabulary does not have one of them.
    """
    return vocabulary.basis(basis).confidence < vocabulary.basis(REFERENCE_BASIS).confidence


def _claim_stands(id: str, snapshot: Snapshot, vocabulary: Vocabulary) -> bool:
    claim = snapshot.claims.get(id)
    return (
        claim is not None
        and vocabulary.status(claim.status).counts
        and any(vocabulary.status(item.status).counts for item in snapshot.evidence_of(id))
    )


def _order(item: Evidence) -> tuple[str, str]:
    return item.alias or "", item.id
