"""Which claims and items of a file stand on what is there, for files that are read in columns: tables and RDF.

Lives here: `joined`, `borne`, `followed`. May enter: what passed its door, what is known to be right. Never here:
files, what is wrong with a record that is looked at closely (pack_links).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kg.citations.parsed import Failure
from kg.importers.joins import Joins
from kg.importers.pack_links import Known, Placed, check_claims, check_evidence
from kg.importers.tables_rows import Kept
from kg.model import Claim, Evidence
from kg.vocabulary import Vocabulary

Place = Callable[[Kept, int], Placed[Any]]
"""Makes a record, with its place, of one that is in doubt."""
_SOME_CLAIM = Claim("", "", "", "")


@dataclass(frozen=True)
class Wording:
    """How a file calls what an item leans on, `{id}` standing for the item; and what mends a lost predecessor."""

    claim: str
    supersedes: str
    remedy: str


def joined(
    kept: Kept, known: Known, vocabulary: Vocabulary, place: Place, evidence: Kept
) -> tuple[Kept, list[Failure]]:
    """Return the claims whose ends are there and allowed, which `known` then holds; and what is wrong with others.

    Args:
        kept: The claims.
        known: What is right.
        vocabulary: The words.
        place: Makes those that are in doubt.
        evidence: The items that would fall with them.
    """
    good: list[int] = []
    doubtful: list[int] = []
    joins = Joins(known, vocabulary)
    for at, (subject, relation, object) in enumerate(zip(kept.first, kept.second, kept.third, strict=True)):
        (good if joins(subject, relation, object or "") else doubtful).append(at)
    known.claims.update(dict.fromkeys((kept.ids[at] for at in good), _SOME_CLAIM))
    if not doubtful:
        return kept, []
    doubted: list[Placed[Claim]] = [place(kept, at) for at in doubtful]
    faults = check_claims(doubted, known, vocabulary, items=Counter(evidence.first))
    return kept.only(sorted([*good, *(at for at in doubtful if kept.ids[at] in known.claims)])), faults


def borne(
    kept: Kept, known: Known, place: Place, wording: Wording
) -> tuple[Kept, list[Placed[Evidence]], list[Failure]]:
    """Return the items whose claim and work are there; the others; and what is wrong with those."""
    claims, works, faulty, there = known.claims, known.works, known.faulty, known.base
    good: list[int] = []
    doubtful: list[int] = []
    for at, (claim, work) in enumerate(zip(kept.first, kept.second, strict=True)):
        sound = (claim in claims or (claim in there.claims and ("claim", claim) not in faulty)) and (
            work in works or (work in there.works and ("work", work) not in faulty)
        )
        (good if sound else doubtful).append(at)
    doubted: list[Placed[Evidence]] = [place(kept, at) for at in doubtful]
    faults: list[Failure] = []
    for one in doubted:
        claim = one.record.claim
        if claim not in claims and ("claim", claim) not in faulty and claim not in there.claims:
            fault = known.lacks("claim", claim)
            if fault is not None:
                faults.append(one.failure(f"{wording.claim.format(id=one.record.id)}: {fault[0]}", fault[1]))
    return kept.only(good), doubted, faults + check_evidence(doubted, known)[1]


def followed(kept: Kept, known: Known, place: Place, wording: Wording) -> tuple[Kept, list[Failure]]:
    """Return the items whose predecessor, where they name one, is there too; and a failure for each other."""
    faults: list[Failure] = []
    while any(before is not None for before in kept.third):
        ids = set(kept.ids)
        lost = {
            at: f"there is no evidence {before}"
            for at, before in enumerate(kept.third)
            if before is not None and before not in ids and before not in known.base.evidence
        }
        lost |= {at: f"{kept.third[at]} supersedes it in turn" for at in kept.circles()}
        if not lost:
            break
        for at, reason in sorted(lost.items()):
            said = f"{wording.supersedes.format(id=kept.ids[at])}: {reason}"
            faults.append(place(kept, at).failure(said, wording.remedy))
        kept = kept.only([at for at in range(len(kept.ids)) if at not in lost])
    return kept, faults
