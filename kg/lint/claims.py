"""Rules about claims: whether anything is said for them, and by how many.

May enter: a bench. Never here: severities and messages (rules).
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.lint.bench import Bench, Found


def without_evidence(bench: Bench) -> Iterator[Found]:
    """Find claims that count, on which no evidence bears at all."""
    return _bare(bench, counts=True)


def proposed_without_evidence(bench: Bench) -> Iterator[Found]:
    """Find claims that wait for review, on which no evidence bears at all."""
    return _bare(bench, counts=False)


def without_support(bench: Bench) -> Iterator[Found]:
    """Find claims that have evidence, of which none that counts supports them."""
    for claim in bench.claims:
        items = _items(bench, claim.id)
        if items and claim.id in bench.network.weighings and bench.network.weighing(claim.id).support == 0:
            yield Found("claim", claim.id, {"number": str(items)})


def one_group(bench: Bench) -> Iterator[Found]:
    """Find claims with several counting items, for or against, that all come from one independence group."""
    for claim in bench.claims:
        items = [item for item in bench.network.counting(claim.id) if bench.polarity(item) != 0]
        if len(items) > 1 and bench.network.weighing(claim.id).groups == 1:
            yield Found("claim", claim.id, {"number": str(len(items)), "work": items[0].work})


def _bare(bench: Bench, *, counts: bool) -> Iterator[Found]:
    for claim in bench.claims:
        if bench.vocabulary.status(claim.status).counts == counts and not _items(bench, claim.id):
            yield Found("claim", claim.id)


def _items(bench: Bench, claim: str) -> int:
    return sum(bench.stands(item) for item in bench.snapshot.evidence_of(claim))
