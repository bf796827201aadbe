"""Reviews: the decisions that people took on records, read from the history of the record.

Lives here: `decision_of`, `review_triples`. May enter: revisions with their changes. Never here: who may decide what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kg.ids import RecordKind
from kg.model import Revision
from kg.rdf.convert import node_of
from kg.rdf.forms import agent
from kg.rdf.names import TYPE, name
from kg.rdf.nodes import Node, Triple, literal, moment

OUTCOMES: Mapping[str, str] = {
    "accept": "accepted",
    "reject": "rejected",
    "return": "returned",
    "revise": "superseded",
    "revoke": "revoked",
    "retract": "retracted",
}
"""Decision -> the status of what was decided on; other records of the same revision are consequences."""
_WORDS: Mapping[str, str] = {**{decision: decision for decision in OUTCOMES}, "mark retracted": "retract"}


def decision_of(act: str) -> str | None:
    """Return the decision that an act of a revision is, None when it is none.

    Example:
        >>> decision_of("mark retracted"), decision_of("load pack")
        ('retract', None)
    """
    return _WORDS.get(act)


def review_triples(revision: Revision, of: Node) -> Iterator[Triple]:
    """Give the review that a revision holds; nothing when its act is no decision, or none of its records bears it out.

    Args:
        revision: With its changes.
        of: Its node.
    """
    decision = decision_of(revision.act)
    if decision is None:
        return
    decided = [change for change in revision.changes if change.record.status == OUTCOMES[decision]]
    if not decided:
        return
    node, reviewer = f"{of[:-1]}#review>", agent(revision.actor)
    yield node, TYPE, name("ekg:Review")
    yield node, TYPE, name("prov:Activity")
    yield node, name("ekg:reviewer"), reviewer
    yield node, name("prov:wasAssociatedWith"), reviewer
    yield node, name("ekg:decision"), name(f"ekg:decision-{decision}")
    if revision.reason is not None:
        yield node, name("ekg:reason"), literal(revision.reason)
    yield node, name("ekg:recordedAt"), moment(revision.recorded_at)
    yield node, name("prov:endedAtTime"), moment(revision.recorded_at)
    yield node, name("ekg:atRevision"), of
    for change in decided:
        record = node_of(change.kind, change.id)
        yield node, name("ekg:reviewed"), record
        yield node, name("prov:used"), record


def origin_triples(kind: RecordKind, id: str, first: Revision, of: Node) -> Iterable[Triple]:
    """Return who wrote a record first: what the rules on reviews ask of a record.

    Args:
        kind: Kind of the record.
        id: Its id.
        first: The revision that wrote it first.
        of: The node of that revision.
    """
    generated = (node_of(kind, id), name("prov:wasGeneratedBy"), of)
    return generated, (of, name("prov:wasAssociatedWith"), agent(first.actor))
