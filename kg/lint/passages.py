"""Rules about evidence items: what their passages say, and whether that fits what they are used for.

May enter: a bench. Never here: severities and messages (rules).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kg.lint.bench import Bench, Found
from kg.lint.wording import bare, is_title, mentions, null_result
from kg.model import Evidence

MANY = 3
LOW_CONFIDENCE = 0.5


def null_as_support(bench: Bench) -> Iterator[Found]:
    """Find supporting items whose statement or quote puts a null result."""
    for item in bench.items:
        if bench.polarity(item) > 0:
            said = null_result(item.statement) or null_result(item.quote or "")
            if said is not None:
                yield Found("evidence", item.id, {"said": said, "claim": item.claim})


def statement_reused(bench: Bench) -> Iterator[Found]:
    """Find items whose statement is used, from the same work, for many claims."""
    yield from _reused(bench, lambda item: item.statement)


def quote_reused(bench: Bench) -> Iterator[Found]:
    """Find items whose quote is used, from the same work, for many claims."""
    yield from _reused(bench, lambda item: item.quote or "")


def quote_of_neither_end(bench: Bench) -> Iterator[Found]:
    """Find items with a quote that mentions neither the subject nor the object of the claim."""
    for item in bench.items:
        claim = bench.snapshot.claims.get(item.claim)
        if item.quote and claim is not None:
            ends = (claim.subject, claim.object)
            if not any(mentions(item.quote, _names(bench, end)) for end in ends):
                yield Found("evidence", item.id, {"subject": claim.subject, "object": claim.object})


def title_as_passage(bench: Bench) -> Iterator[Found]:
    """Find items whose quote or statement is the title of the work."""
    for item in bench.items:
        work = bench.snapshot.works.get(item.work)
        if work is not None and any(is_title(text, work.title) for text in (item.quote or "", item.statement)):
            yield Found("evidence", item.id, {"work": work.id})


def memory_carries_weight(bench: Bench) -> Iterator[Found]:
    """Find items read as carelessly as from memory that represent their group in the belief of a claim."""
    for claim in bench.claims:
        for id in bench.network.weighing(claim.id).used:
            item = bench.snapshot.evidence[id]
            basis = bench.vocabulary.basis(item.basis)
            if basis.confidence <= LOW_CONFIDENCE:
                yield Found("evidence", id, {"basis": basis.label, "claim": claim.id})


def _reused(bench: Bench, passage: Callable[[Evidence], str]) -> Iterator[Found]:
    uses: dict[tuple[str, str], set[str]] = {}
    said = [(item, (item.work, bare(passage(item)))) for item in bench.items]
    for item, key in said:
        uses.setdefault(key, set()).add(item.claim)
    for item, key in said:
        if key[1] and len(uses[key]) >= MANY:
            yield Found("evidence", item.id, {"work": item.work, "number": str(len(uses[key]))})


def _names(bench: Bench, end: str) -> list[str]:
    """Return what an entity is called: label, aliases, id; and so for what it is narrower than."""
    names: list[str] = []
    seen: set[str] = set()
    at: str | None = end
    while at is not None and at not in seen and at in bench.snapshot.entities:
        seen.add(at)
        entity = bench.snapshot.entities[at]
        names += [*entity.label.document().values(), *entity.aliases, entity.id.replace("-", " ")]
        at = entity.broader
    return names
