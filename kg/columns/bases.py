"""How much evidence of a record that is read as columns rests on what: counted by class, no item is fetched.

Lives here: `weak_basis`. May enter: a network. Never here: the rule (coverage).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg import coverage
from kg.columns.network import ColumnNetwork
from kg.columns.table import Columns
from kg.columns.weighing import said
from kg.later import Later
from kg.network import Network
from kg.overlay import Overlay
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")


def weak_basis(network: Network) -> tuple[int, int]:
    """Return how many evidence items of the record count, and how many of these rest on a weak basis.

    Args:
        network: Gives the record, whatever its criteria, and the vocabulary.

    Law: equals the counts of `kg.coverage.basis_report`.

    Raises:
        UnknownTerm: the vocabulary has no basis `abstract`, or an item's basis is not in it.

    Cost: a nanosecond an item where the record is read as columns, and what was written since.
    """
    snapshot, vocabulary = network.snapshot, network.vocabulary
    if not isinstance(network, ColumnNetwork) or network.seen is None:
        return coverage.weak_basis(snapshot.evidence.values(), vocabulary)
    columns = network.seen.columns
    counts = np.bincount(columns.item_says, minlength=len(columns.says))
    if isinstance(snapshot.evidence, Overlay):
        own = snapshot.evidence.own
        for at in filter(lambda at: at is not None, map(columns.item_of, (*own, *snapshot.evidence.gone))):
            counts[columns.item_says[at]] -= 1
        every, weak = coverage.weak_basis(own.values(), vocabulary)
    else:
        every, weak = 0, 0
    for place in np.flatnonzero(counts).tolist():
        counting, is_weak = _judged(columns, place, vocabulary)
        every += counting * int(counts[place])
        weak += is_weak * int(counts[place])
    return every, weak


def _judged(columns: Columns, place: int, vocabulary: Vocabulary) -> tuple[bool, bool]:
    """Say whether items of a class count, and whether these rest on a weak basis."""
    _, _, _, basis, _, status, _ = said(columns, place)
    counts = vocabulary.status(status).counts
    return counts, counts and coverage.is_weak(basis, vocabulary)
