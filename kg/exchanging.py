"""The record as others read it: the RDF dataset, and files in and out.

Lives here: `Exchanging`, a part of the face. May enter: raw parameters of any door; they are parsed here, once.
Never here: a format itself (exporters/, importers/), how triples are made (rdf/), SQL (record/), printing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.asking import FOLD_MOST, Asking
from kg.criteria import Criteria
from kg.later import Later

if TYPE_CHECKING:
    import rdflib

    from kg.rdf import dataset
    from kg.rdf.dataset import Projection
else:
    dataset = Later("kg.rdf.dataset")

PROJECTIONS_MOST = 4


class Exchanging(Asking):
    """The dataset, export and import."""

    def projection(self, criteria: Criteria | None = None) -> Projection:
        """Return the RDF dataset under criteria, at the revision that they name; it follows the record.

        The dataset of the usual criteria is kept and brought up to date by what changed; a few others are kept too.
        A caller that asks again gets the same store, moved on; each query sees one revision.
        """
        network = self.network(criteria)
        with self._lock:
            kept: dict[Criteria, Projection] = self.__dict__.setdefault("_projections", {})
            found = kept.pop(network.criteria, None)
            then = 0 if found is None else found.network.snapshot.revision
            now = network.snapshot.revision
            if found is not None and 0 < then <= now <= then + FOLD_MOST:
                found.follow(self.store.changes(then, now), network)
            else:
                found = dataset.Projection.build(network, self.store.changes(0, now), self._ontology)
            kept[network.criteria] = found
            while len(kept) > PROJECTIONS_MOST:
                del kept[next(iter(kept))]
            return found

    def dataset(self, **criteria: Any) -> rdflib.Dataset:
        """Return the dataset as an `rdflib.Dataset` on the Oxigraph store; its default graph is the union of all.

        See docs/reference/rdf.md for the graphs. The dataset follows the record and is not to be written to.
        """
        return self.projection(Criteria.parse(criteria, self.vocabulary)).dataset()
