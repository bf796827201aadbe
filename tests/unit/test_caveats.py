"""What is said beside every picture: of the basis of the evidence, what the record at hand has."""

from __future__ import annotations

from dataclasses import replace

from kg.criteria import Criteria
from kg.model import Evidence
from kg.network import Network
from kg.snapshot import Snapshot
from kg.vocabulary import load
from kg_viz.frame import caveats
from tests.builders import records

WORDS = load()


def told(*bases: str) -> list[str]:
    """The caveats of a record whose items were read on these bases."""
    lines = [f"c{at} raises d{at}" for at in range(len(bases))]
    made, left = [], list(bases)
    for record in records(*lines):
        made.append(replace(record, basis=left.pop(0)) if isinstance(record, Evidence) else record)
    return caveats(Network.build(Snapshot.of(1, None, made), Criteria(), WORDS), "en")


def test_the_commonest_weak_basis_of_the_record_is_named() -> None:
    label = WORDS.basis("memory").label.en
    assert told("full-text", "memory", "memory", "seed-summary")[-1] == (
        f"3 of 4 items rest on less than the abstract of their work, most often: {label}."
    )
    assert len(told("full-text", "abstract")) == 3
