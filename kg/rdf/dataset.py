"""The dataset: a network and the history behind it as quads in named graphs, kept in step with the revision number.

Lives here: `quads`, `Projection`. May enter: networks, revisions. Never here: SPARQL, files, HTTP.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode, RdfFormat, Store, parse

from kg.holding import of_kind
from kg.ids import RecordKind
from kg.later import Later
from kg.model import Evidence, Revision
from kg.network import Network
from kg.packaged import packaged
from kg.rdf import derived
from kg.rdf.convert import triples
from kg.rdf.forms import words_of
from kg.rdf.names import BELIEFS, CLOSURE, EDGES, PASSAGES, PROVENANCE, RECORDS, VOCABULARY
from kg.rdf.nodes import Node, Quad, Triple, lines
from kg.rdf.provenance import revision_triples
from kg.snapshot import Snapshot
from kg.vocabulary import FILES

if TYPE_CHECKING:
    import oxrdflib
    import rdflib
else:
    oxrdflib, rdflib = Later("oxrdflib"), Later("rdflib")

ONTOLOGY = (*FILES, "mappings.ttl")
PARTS = tuple(name.removesuffix(".ttl") for name in ONTOLOGY[1:])
"""What the IRI of an ontology file ends with; that of the core ends with nothing."""
BATCH = 200_000
Unit = tuple[str, str, str]
"""What quads are worked out from: (part, kind, id)."""


def quads(network: Network, *, dated: bool = True) -> Iterator[Quad]:
    """Give what a network holds and what follows from it: every graph but history and vocabulary.

    Args:
        network: A snapshot read through criteria; all its records are written, the criteria decide what follows.
        dated: Name the revision that beliefs were worked out at.

    Laws: no quad twice within a graph; the same contents give the same set of quads.

    Cost: linear; about 0.5 s for the packaged pack's 750 records and 20,000 quads.
    """
    for unit in _units(network):
        yield from _of(unit, network)
    yield from _in(BELIEFS, derived.weighing(network, dated=dated))
    yield from _in(CLOSURE, derived.relations(network.vocabulary))


def history(revisions: Iterable[Revision], before: Snapshot | None = None) -> Iterator[Quad]:
    """Give the provenance graph of revisions; an agent is described once for each act.

    Args:
        revisions: In their order, with their changes.
        before: The record as it was before the first of them; None when it was empty.
    """
    seen: set[tuple[RecordKind, str]] = set()
    for revision in revisions:
        keys = {(change.kind, change.id) for change in revision.changes}
        known = {key for key in keys if key in seen or (before is not None and key[1] in of_kind(before, key[0]))}
        yield from _in(PROVENANCE, revision_triples(revision, known))
        seen |= keys


def vocabulary_quads(extra: Sequence[Path] = (), *, part: str = "") -> Iterator[Quad]:
    """Give the triples of the packaged ontology and of further Turtle files, without those that hold blank nodes.

    Args:
        extra: Turtle files, or folders whose `*.ttl` are read, as `kg.vocabulary.load` takes them.
        part: Only this file of the packaged ontology, one of `PARTS`.
    """
    for path in ontology_files(extra, part=part):
        for quad in parse(path.read_bytes(), RdfFormat.TURTLE):
            if not isinstance(quad.subject, BlankNode) and not isinstance(quad.object, BlankNode):
                yield str(quad.subject), str(quad.predicate), str(quad.object), VOCABULARY


def everything(network: Network, revisions: Iterable[Revision], extra: Sequence[Path] = ()) -> Iterator[Quad]:
    """Give the quads of every graph.

    Args:
        network: A snapshot read through criteria.
        revisions: All up to the one of the network, with their changes.
        extra: Turtle files or folders that add to the packaged ontology.

    Law: no triple stands in two graphs, so that the union of all graphs, read graph by graph, holds each once.
    """
    stated: set[Triple] = set()
    for quad in vocabulary_quads(extra):
        if quad[:3] not in stated:
            stated.add(quad[:3])
            yield quad
    for quad in quads(network):
        # The ontology states the signs of most relations itself.
        if quad[3] != CLOSURE or quad[:3] not in stated:
            yield quad
    yield from history(revisions)


def difference(old: Network, network: Network, revisions: Iterable[Revision]) -> tuple[list[Quad], list[Quad]]:
    """Return the quads that go and those that come from one network to a later one, sorted.

    Args:
        old: The network at the earlier revision.
        network: The network at the later one, under the same criteria.
        revisions: All after the earlier one up to the later one, with their changes.

    Cost: what the touched records, and the claims and evidence that hang on them, take.
    """
    later = list(revisions)
    touched: set[Unit] = set()
    for snapshot in (old.snapshot, network.snapshot):
        for revision in later:
            touched |= _touched(revision, snapshot)
    units = sorted(touched)
    before = {quad for unit in units for quad in _of(unit, old)} | set(_in(BELIEFS, derived.weighing(old)))
    after = {quad for unit in units for quad in _of(unit, network)} | set(_in(BELIEFS, derived.weighing(network)))
    return sorted(before - after), sorted((after - before) | set(history(later, old.snapshot)))


def ontology_files(extra: Sequence[Path] = (), *, part: str = "") -> list[Path]:
    """Return the Turtle files of the ontology, or the one whose IRI ends with `part`.

    Example:
        >>> [path.name for path in ontology_files(part="schemes")]
        ['schemes.ttl']
    """
    if part:
        return [packaged("ontology", f"{part}.ttl")]
    paths = [packaged("ontology", name) for name in ONTOLOGY]
    for place in extra:
        paths += sorted(place.glob("*.ttl")) if place.is_dir() else [place]
    return paths


@dataclass
class Projection:
    """The dataset in an Oxigraph store, at the revision of its network.

    Law: `build` and then `follow` for further revisions gives the quads that `build` gives at the last one.

    Attributes:
        network: What the store holds the consequences of.
        store: The quads, each in its named graph; nothing in the default graph.
    """

    network: Network
    store: Store

    @classmethod
    def build(cls, network: Network, revisions: Iterable[Revision], extra: Sequence[Path] = ()) -> Projection:
        """Fill a new store.

        Args:
            network: Under any criteria.
            revisions: All up to the one of the network, with their changes.
            extra: Turtle files or folders that add to the packaged ontology.

        Cost: about 1 s for 100,000 quads.
        """
        store = Store()
        written = lines(everything(network, revisions, extra))
        while piece := "".join(islice(written, BATCH)):
            store.bulk_load(piece.encode(), RdfFormat.N_QUADS, lenient=True)
        return cls(network, store)

    def follow(self, revisions: Iterable[Revision], network: Network) -> None:
        """Bring the store to a later revision, in one transaction.

        Args:
            revisions: All after the one of `self.network` up to the one of `network`, with their changes.
            network: The network at that revision, under the same criteria.

        Cost: what the touched records, and the claims and evidence that hang on them, take.
        """
        gone, fresh = difference(self.network, network, revisions)
        steps = [f"{act} DATA {{ {_as_groups(some)} }}" for act, some in (("DELETE", gone), ("INSERT", fresh)) if some]
        if steps:
            self.store.update(" ; ".join(steps))
        self.network = network

    def dataset(self) -> rdflib.Dataset:
        """Return the store under rdflib's API, the union of all graphs as default graph. Not to be written to.

        rdflib 7.6 uses of itself what it has deprecated; its warnings about that are silenced.
        """
        warnings.filterwarnings("ignore", r"Dataset\.\w+ is deprecated", DeprecationWarning, r"rdflib\.")
        from_store: Any = oxrdflib.OxigraphStore(store=self.store)
        return rdflib.Dataset(store=from_store, default_union=True)


def _units(network: Network) -> Iterator[Unit]:
    snapshot = network.snapshot
    for id in snapshot.entities:
        yield from (("record", "entity", id), ("edges", "entity", id), ("classes", "entity", id))
    for id in snapshot.claims:
        yield from (("record", "claim", id), ("belief", "claim", id), ("label", "claim", id))
    for id in snapshot.evidence:
        yield from (("record", "evidence", id), ("passage", "evidence", id))
    for id in snapshot.works:
        yield "record", "work", id


def _of(unit: Unit, network: Network) -> Iterator[Quad]:
    """Give the quads of one unit, none when its record is not there. No two units share a quad."""
    part, kind, id = unit
    snapshot, words = network.snapshot, words_of(network.vocabulary)
    records: Any = getattr(snapshot, {"entity": "entities", "claim": "claims", "work": "works"}.get(kind, kind))
    record = records.get(id)
    if record is None:
        return
    if part == "record":
        yield from _in(RECORDS, triples(record, words))
        if isinstance(record, Evidence):
            yield from _in(BELIEFS, [derived.certainty(record, network.vocabulary, words)])
    elif part == "edges":
        yield from _in(EDGES, derived.edges(network, id))
    elif part == "classes":
        yield from _in(CLOSURE, derived.classes(network, id))
    elif part == "belief":
        yield from _in(BELIEFS, derived.belief(network, id))
    elif part == "label":
        yield from _in(CLOSURE, derived.claim_label(network, id))
    else:
        yield from _in(PASSAGES, derived.passage(record))


def _touched(revision: Revision, snapshot: Snapshot) -> set[Unit]:
    """Return the units whose quads can differ because of a revision, as they hang together in one snapshot."""
    units: set[Unit] = set()
    claims: set[str] = set()
    for change in revision.changes:
        id = change.id
        units.add(("record", change.kind, id))
        if change.kind == "entity":
            units |= {("classes", "entity", id), ("edges", "entity", id)}
        elif change.kind == "evidence":
            units.add(("passage", "evidence", id))
        claims |= snapshot.touched_by(of_kind(snapshot, change.kind).get(id, change.record))
    for id in claims:
        units |= {("belief", "claim", id), ("label", "claim", id)}
        if id in snapshot.claims:
            units.add(("edges", "entity", snapshot.claims[id].subject))
    return units


def _in(graph: Node, some: Iterable[Triple]) -> Iterator[Quad]:
    for subject, predicate, object in some:
        yield subject, predicate, object, graph


def _as_groups(some: Iterable[Quad]) -> str:
    """Return quads as SPARQL groups; nodes are written the same way there."""
    return " ".join(f"GRAPH {graph} {{ {subject} {predicate} {object} }}" for subject, predicate, object, graph in some)
