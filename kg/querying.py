"""Queries in SPARQL: the part of the face that asks the record as linked data.

Lives here: `Querying`. May enter: raw parameters of any door; they are parsed here, once.
Never here: what a query may do (rdf/guard), engines (rdf/evaluate), printing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Self

from kg.asking import Asking
from kg.criteria import Criteria, parse_int, words
from kg.later import Later
from kg.record import Store
from kg.settings import Lang
from kg.snapshot import Snapshot

if TYPE_CHECKING:
    from kg.rdf import guard, results
    from kg.rdf import sparql as endpoints
else:
    guard, results, endpoints = Later("kg.rdf.guard"), Later("kg.rdf.results"), Later("kg.rdf.sparql")

SECONDS_MOST, ROWS_MOST = 3_600, 1_000_000
Words = str | Sequence[str]


class Querying(Asking):
    """The question that others write: SPARQL 1.1 Query."""

    def __init__(self, store: Store, *, ontology: Sequence[Path] = (), lang: Lang = "en") -> None:
        super().__init__(store, ontology=ontology, lang=lang)
        self._endpoint: endpoints.Endpoint | None = None
        self._endpoint_lock = Lock()
        self._supposes = False

    def supposing(self, snapshot: Snapshot) -> Self:
        """Return this face as if another record had been written; what it asks in SPARQL is kept for no other."""
        then = super().supposing(snapshot)
        then._supposes = True
        return then

    def sparql(
        self,
        query: str,
        *,
        format: str | None = None,
        default_graph: Words | None = None,
        named_graph: Words | None = None,
        seconds: Any = 5,
        rows: Any = 10_000,
        **criteria: Any,
    ) -> endpoints.Found:
        """Evaluate a SPARQL query on the record as linked data.

        The default graph is the union of all named graphs, unless the query or a parameter says otherwise. The query
        runs in a confined process beside this one, which is killed after `seconds`; where the system has no fork it
        runs in this one.

        Args:
            query: SELECT, ASK, CONSTRUCT or DESCRIBE, at most 16 kB; the usual prefixes are declared already.
            format: json, xml, csv, tsv (SELECT), json, xml (ASK), turtle, ntriples, jsonld, rdfxml (the others);
                json or turtle by default. "table" gives triples as rows.
            default_graph: IRIs of named graphs that together are the default graph.
            named_graph: IRIs of the graphs that GRAPH sees.
            seconds: 1 to 3600.
            rows: Most rows or triples, 1 to 1,000,000; a result that has more is not complete.
            criteria: Which evidence counts for the edges and beliefs, as in every question.

        Raises:
            InputError: the query is refused, cannot be read, or takes too long; says which and why.
            Upstream: no process could be had to evaluate it.

        Example:
            >>> import kg, tempfile
            >>> graph = kg.open(f"sqlite:///{tempfile.mkdtemp()}/r.sqlite")
            >>> graph.sparql("SELECT ?t { ?t a ekg:Technique ; ekg:raises entity:transferable-jailbreaks }").rows
            [{'t': 'https://w3id.org/evidence-kg/id/entity/adversarial-suffixes'}]
            >>> graph.sparql("ASK { entity:qlora skos:broader+ entity:model-adaptation }").boolean
            True
        """
        checked = guard.check(query)
        asked_default = tuple(guard.own_graph(iri, "default-graph-uri") for iri in words(default_graph))
        asked_named = tuple(guard.own_graph(iri, "named-graph-uri") for iri in words(named_graph))
        if asked_default or asked_named:
            checked = replace(checked, default=asked_default, named=asked_named)
        offered = results.offered(checked.form)[0] if format is None else results.named(format, checked.form)
        budget = endpoints.Budget(
            seconds=parse_int(seconds, name="seconds", low=1, high=SECONDS_MOST),
            rows=parse_int(rows, name="rows", low=1, high=ROWS_MOST),
        )
        network = self._network(criteria)
        if network.criteria == Criteria() and not self._supposes:
            return self._lasting().ask(checked, offered, network=network, changes=self.store.changes, budget=budget)
        passing = endpoints.Endpoint(self._ontology)
        try:
            return passing.ask(checked, offered, network=network, changes=self.store.changes, budget=budget)
        finally:
            passing.close()

    def _lasting(self) -> endpoints.Endpoint:
        """Return the endpoint on everything that counts, which is kept; other criteria get one for a single query."""
        live = self._live
        with live._endpoint_lock:
            if live._endpoint is None:
                live._endpoint = endpoints.Endpoint(self._ontology)
            return live._endpoint
