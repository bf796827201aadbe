"""The history of the record as PROV-O: each revision an activity, the records it wrote, who did it; reviews among them.

Lives here: triples of one revision. May enter: revisions with their changes. Never here: what the records say.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from kg.ids import RecordKind
from kg.model import Revision
from kg.rdf.convert import node_of
from kg.rdf.forms import agent
from kg.rdf.names import LABEL, TYPE, name
from kg.rdf.nodes import Node, Triple, integer, literal, moment
from kg.rdf.reviews import review_triples

_WROTE, _GENERATED, _RECORDED = name("ekg:wrote"), name("prov:wasGeneratedBy"), name("ekg:recordedAt")


def revision_node(number: int) -> Node:
    """Return the node of a revision.

    Example:
        >>> revision_node(7)
        '<https://w3id.org/evidence-kg/id/revision/7>'
    """
    return name(f"revision:{number}")


def revision_triples(revision: Revision, known: Container[tuple[RecordKind, str]]) -> Iterator[Triple]:
    """Give what a revision did.

    Args:
        revision: With its changes.
        known: Kind and id of every record that was there before.

    Laws: the triples of a revision never change; those of two revisions share none but the description of an agent.
    """
    node, actor = revision_node(revision.number), agent(revision.actor)
    yield node, TYPE, name("ekg:Revision")
    yield node, TYPE, name("prov:Activity")
    yield node, name("ekg:number"), integer(revision.number)
    yield node, name("ekg:act"), literal(revision.act)
    if revision.reason is not None:
        yield node, name("ekg:reason"), literal(revision.reason)
    yield node, name("ekg:hash"), literal(revision.hash)
    yield node, _RECORDED, moment(revision.recorded_at)
    yield node, name("prov:endedAtTime"), moment(revision.recorded_at)
    yield node, name("prov:wasAssociatedWith"), actor
    yield actor, TYPE, name("prov:Agent")
    yield actor, LABEL, literal(revision.actor)
    if revision.number > 1:
        yield node, name("prov:wasInformedBy"), revision_node(revision.number - 1)
    for change in revision.changes:
        record = node_of(change.kind, change.id)
        yield node, _WROTE, record
        if (change.kind, change.id) not in known:
            yield record, _GENERATED, node
            if change.kind == "evidence":
                yield record, _RECORDED, moment(revision.recorded_at)
    yield from review_triples(revision, node)
