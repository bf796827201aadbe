"""The criteria as a form: what may be chosen, what is chosen; the same on the gap map and with every question.

Lives here: fields for the template. May enter: the graph, the parameters of a request. Never here: parsing.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from fastapi import Request

from kg.citations.references import short
from kg.graph import Graph
from kg.sentences import sentence
from kg.terms import Term

LISTED = 400
Choice = tuple[str, str]


def fields(request: Request, graph: Graph, lang: str) -> dict[str, Any]:
    """Return what the form of the criteria shows.

    Returns:
        `{"given": {name: [values]}, "study_kinds", "strengths", "relations": [(id, label)], "count"}`; `count` is the
        number of criteria that are given.
    """
    query, vocabulary = request.query_params, graph.vocabulary
    given = {name: [value for value in query.getlist(name) if value] for name in NAMES}
    return {
        "given": given,
        "study_kinds": terms(vocabulary.study_kinds, lang),
        "strengths": terms(vocabulary.strengths, lang),
        "relations": terms({id: one for id, one in vocabulary.relations.items() if one.propagation != "inert"}, lang),
        "count": sum(bool(values) for values in given.values()),
    }


def pickers(graph: Graph, lang: str, *, claims: bool = False) -> dict[str, list[Choice]]:
    """Return the records that inputs suggest without a script, by kind: id and label, at most `LISTED` of each."""
    snapshot, vocabulary = graph.snapshot, graph.vocabulary
    some = islice(snapshot.claims.values(), LISTED if claims else 0)
    said = {"claim": [(one.id, sentence(one, snapshot, vocabulary).get(lang)) for one in some]} if claims else {}
    return {
        **said,
        "entity": [(one.id, one.label.get(lang)) for one in islice(snapshot.entities.values(), LISTED)],
        "work": [(one.id, f"{short(one, lang=lang)} {one.title}") for one in islice(snapshot.works.values(), LISTED)],
    }


def terms(some: Mapping[str, Term], lang: str) -> list[Choice]:
    """Return terms of the ontology as id and label."""
    return [(one.id, one.label.get(lang)) for one in some.values()]


NAMES = (
    "known_in", "as_of", "study_kind", "min_strength", "relation", "without_work", "only_work", "block",
    "include_proposed", "include_retracted", "narrower",
)  # fmt: skip
