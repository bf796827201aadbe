"""The page of the SPARQL endpoint: editor, questions to begin with, the result as a table and as a picture.

Lives here: what its template is given. May enter: a result as rows. Never here: HTML (templates), evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request

from kg.graph import Graph
from kg.rdf import results
from kg.rdf.cells import NOTHING, Cell, cell
from kg.rdf.competency import GROUPS, Competency, questions
from kg.rdf.names import PREFIXES
from kg.rdf.nodes import why_no_iri
from kg.rdf.sparql import Found
from kg.settings import Lang
from kg_api.asking import face_of
from kg_api.headers import ADDRESS_MOST
from kg_api.pages import TEMPLATES, around
from kg_api.sparql_request import Asked
from kg_viz.words import words

ROWS_SHOWN, EDGES_DRAWN = 500, 200
FIRST = "raises-directly"
SELECTED = {"entity", "claim", "work"}


def render(
    request: Request, lang: Lang, asked: Asked, found: Found | None, problem: Mapping[str, Any] | None = None
) -> str:
    """Return the page.

    Args:
        request: Gives the address, the graph, and the place of static files.
        lang: "en" or "zh".
        asked: What was asked; its query stands in the editor.
        found: The result as JSON rows, None when nothing was asked or it failed.
        problem: Why it failed, as a problem document.
    """
    graph = face_of(request)
    said, known = words(lang), questions()
    query = asked.query if asked.query is not None and asked.example is None else body_of(asked.example or FIRST)
    shown = None if found is None else _shown(graph, lang, found)
    context = {
        **around(request, lang),
        "said": said,
        "other_href": _address(_parameters(asked), lang="zh" if lang == "en" else "en"),
        "query": query,
        "lines": min(24, max(9, query.count("\n") + 2)),
        "groups": [
            (GROUPS[group].get(lang), list(some)) for group, some in groupby(known.values(), lambda one: one.group)
        ],
        "count": len(known),
        "chosen": known.get(asked.example or ""),
        "prefixes": ", ".join(PREFIXES),
        "found": found,
        "shown": shown,
        "drawn": None if shown is None else _drawn(shown["variables"], shown["rows"], graph),
        "downloads": [] if found is None else _downloads(asked, found),
        "problem": None if problem is None else {"near": [], "hint": None, "where": None, **problem},
        "address_most": ADDRESS_MOST,
    }
    return TEMPLATES.get_template("sparql.html").render(**context)


def body_of(name: str) -> str:
    """Return the query of a question without its head and without prefixes, which are declared already.

    Example:
        >>> body_of("requirements").splitlines()[0]
        'SELECT ?thing ?required WHERE {'
    """
    known = questions()
    chosen: Competency = known[name] if name in known else known[FIRST]
    return "\n".join(line for line in chosen.body.strip().splitlines() if not line.startswith("PREFIX "))


def _shown(graph: Graph, lang: Lang, found: Found) -> dict[str, Any]:
    """Return the rows for readers: cells with their addresses, at most ROWS_SHOWN."""
    document = found.document
    if "boolean" in document:
        return {"boolean": document["boolean"], "variables": [], "rows": [], "total": 1}
    snapshot, vocabulary = graph.snapshot, graph.vocabulary
    names, bindings = document["head"]["vars"], document["results"]["bindings"]
    rows = [
        [_linked(cell(row.get(name), snapshot, vocabulary, lang), lang) for name in names]
        for row in bindings[:ROWS_SHOWN]
    ]
    numeric = [bool(rows) and all(row[at][0].kind in {"number", ""} for row in rows) for at in range(len(names))]
    return {"variables": names, "rows": rows, "numeric": numeric, "total": len(bindings)}


def _linked(one: Cell, lang: Lang) -> tuple[Cell, str | None]:
    """Return a cell with the address that it leads to: the record here, or a web address elsewhere."""
    if one.kind in SELECTED:
        return one, "/?" + urlencode({one.kind: one.id, "lang": lang}, quote_via=quote)
    is_web = one.kind == "iri" and one.id.startswith(("http://", "https://")) and why_no_iri(one.id) is None
    return one, one.id if is_web else None


def _drawn(variables: Sequence[str], rows: Sequence[Sequence[tuple[Cell, Any]]], graph: Graph) -> dict[str, Any] | None:
    """Return nodes and edges: in each row, neighbouring records are joined; a term between them names the edge."""
    nodes: dict[str, dict[str, Any]] = {}
    edges: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        before, name = NOTHING, ""
        for one, _ in row:
            if one.kind == "term":
                name = one.text
            if one.kind not in {"entity", "claim", "work", "evidence"}:
                continue
            nodes.setdefault(f"{one.kind}:{one.id}", _node(one, graph))
            if before is not NOTHING and before != one:
                ends = (f"{before.kind}:{before.id}", f"{one.kind}:{one.id}", name)
                edges.setdefault(ends, {"from": ends[0], "to": ends[1], "label": name})
            before, name = one, ""
    if not edges or len(edges) > EDGES_DRAWN or len(variables) < 2:
        return None
    joined = {end for edge in edges.values() for end in (edge["from"], edge["to"])}
    return {"nodes": [node for id, node in nodes.items() if id in joined], "edges": list(edges.values())}


def _node(one: Cell, graph: Graph) -> dict[str, Any]:
    colour = "#6b7280"
    if one.kind == "entity":
        colour = graph.vocabulary.entity_type(graph.snapshot.entities[one.id].type).colour
    return {"id": f"{one.kind}:{one.id}", "label": one.text, "colour": colour}


def _downloads(asked: Asked, found: Found) -> list[tuple[str, str]]:
    """Return name and address of the result in each format, where the query fits into an address."""
    form = "CONSTRUCT" if found.format is results.TABLE else "ASK" if "boolean" in found.document else "SELECT"
    formats = results.offered(form)  # type: ignore[arg-type]
    links = [(one.name, _address(_parameters(asked), format=one.name)) for one in formats]
    return [(name, link) for name, link in links if len(link) <= ADDRESS_MOST]


def _parameters(asked: Asked) -> list[tuple[str, str]]:
    """Return the parameters that ask the same again; a query that is too long for an address is left out."""
    found = [("default-graph-uri", iri) for iri in asked.default] + [("named-graph-uri", iri) for iri in asked.named]
    if asked.example is not None:
        return [("example", asked.example), *found]
    if asked.query is not None and len(quote(asked.query)) < ADDRESS_MOST - 1_000:
        return [("query", asked.query), *found]
    return found


def _address(parameters: Sequence[tuple[str, str]], **more: str) -> str:
    return "/sparql?" + urlencode([*parameters, *more.items()], quote_via=quote)
