"""Linked data: IRIs of records, revisions and the vocabulary lead to documents; the dataset describes itself.

May enter: kinds, ids, `format`, Accept headers. Never here: which triples (kg.rdf.about), how they are written
(kg.exporters).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from kg.errors import InputError, NotFound
from kg.exporters.formats import FORMATS
from kg.exporters.jsonld import jsonld
from kg.exporters.rdf import ntriples, turtle
from kg.graph import Graph
from kg.model import Record, kind_of
from kg.rdf import about
from kg.rdf.dataset import PARTS
from kg.rdf.nodes import Triple, why_no_iri
from kg.settings import parse_lang
from kg_api import ontology_page, problems
from kg_api.asking import TheGraph, TheLang
from kg_api.negotiation import MEDIA, named, preferred
from kg_api.replies import HTML, reply

router = APIRouter(include_in_schema=False)
WRITERS = {"turtle": turtle, "jsonld": jsonld, "ntriples": ntriples}
DUMPS = ("turtle", "trig", "jsonld", "ntriples", "nanopub")
PLURALS = {"claim": "claims", "entity": "entities", "evidence": "evidence", "work": "works"}
HISTORY = "/api/v1/revisions"


@router.get("/id/{kind}/{id}", name="resource")
def resource(request: Request, graph: TheGraph, kind: str, id: str) -> Response:
    """Lead to a document about a record or a revision (303), or with `format` give it."""
    chosen, asked = _form(request)
    if chosen is None:
        return _none_acceptable()
    if kind == about.REVISION:
        revision = _revision(graph, id)
        if chosen in {"html", "json"}:
            return _see(_spoken(request, f"/history/{int(id)}") if chosen == "html" else f"{HISTORY}/{int(id)}", asked)
        return _document(request, chosen, asked, lambda: about.about_revision(revision))
    known, network = about.parse_kind(kind), graph.network()
    record = about.find(network.snapshot, known, id)
    if record.id != id:
        query = request.url.query
        return _see(f"/id/{kind}/{quote(record.id)}" + (f"?{query}" if query else ""), asked)
    address = _elsewhere(record, chosen)
    if address is not None:
        return _see(_spoken(request, address) if chosen == "html" else address, asked)
    return _document(request, chosen, asked, lambda: about.about(network, known, id))


@router.get("/ontology", name="ontology")
def ontology(request: Request, graph: TheGraph, spoken: TheLang) -> Response:
    """Lead to the vocabulary (303), or with `format` give it: a page, or all its triples."""
    return _vocabulary(request, graph, spoken, "")


@router.get("/ontology/{part:path}", name="ontology_part")
def ontology_part(request: Request, graph: TheGraph, spoken: TheLang, part: str) -> Response:
    """One file of the vocabulary, or a version of it: `hazards`, `schemes`, `mappings`, `0.1.0`, `schemes/0.1.0`."""
    return _vocabulary(request, graph, spoken, part)


@router.get("/.well-known/void", name="void")
def void(request: Request, graph: TheGraph) -> Response:
    """The description of the dataset in VoID and DCAT."""
    chosen, asked = _form(request)
    if chosen is None:
        return _none_acceptable()
    base = str(request.base_url).rstrip("/")
    if why_no_iri(base) is not None:
        raise InputError("the Host header is not a host", where="Host")
    if chosen in {"html", "json"}:
        chosen = "turtle" if chosen == "html" else "jsonld"

    def description() -> Iterable[Triple]:
        parts = {
            name: about.Part(f"{base}/api/v1/export?format={name}", FORMATS[name].media_type, f"everything as {name}")
            for name in DUMPS
        }
        return about.dataset_description(
            graph.network(),
            here=f"{base}/.well-known/void",
            parts=parts,
            endpoint=f"{base}/sparql",
            statements=len(graph.projection().store),
        )

    return _document(request, chosen, asked, description, also=base)


def _elsewhere(record: Record, chosen: str) -> str | None:
    """Return where a page or a JSON document about a record is."""
    kind, id = kind_of(record), quote(record.id)
    if chosen == "html":
        return f"/{PLURALS[kind]}/{id}"
    return f"/api/v1/{PLURALS[kind]}/{id}" if chosen == "json" else None


def _spoken(request: Request, page: str) -> str:
    """Return the address of a page, in the language that a request names."""
    lang = request.query_params.get("lang")
    return f"{page}?lang={parse_lang(lang)}" if lang else page


def _vocabulary(request: Request, graph: Graph, spoken: Any, part: str) -> Response:
    chosen, asked = _form(request)
    name, _, version = part.partition("/")
    if name == graph.vocabulary.version and not version:
        name, version = "", name
    if (name and name not in PARTS) or version not in {"", graph.vocabulary.version}:
        known = [*PARTS, graph.vocabulary.version]
        raise NotFound(f"there is no ontology {part[:80]!r}", where="ontology", hint=f"there are {', '.join(known)}")
    if chosen is None:
        return _none_acceptable()
    if chosen == "html":
        if asked is None:
            language = f"&lang={spoken}" if "lang" in request.query_params else ""
            return _see(f"{request.url.path}?format=html{language}", asked)
        return reply(request, lambda: ontology_page.render(request, graph, spoken), lang=spoken, media_type=HTML)
    if chosen == "json":
        chosen = "jsonld"
    return _document(request, chosen, asked, lambda: graph.vocabulary_triples(name))


def _form(request: Request) -> tuple[str | None, str | None]:
    """Return the form to be sent, None when the client takes none of ours, and the one that `format` asked for."""
    for name in request.query_params:
        if name not in {"format", "lang"}:
            raise InputError(
                f"{name[:100]!r} is not a parameter of this address", where=name[:100], hint="it takes format and lang"
            )
    given = request.query_params.getlist("format")
    if len(given) > 1:
        raise InputError(f"format is given {len(given)} times, once is enough", where="format")
    if given and given[0]:
        chosen = named(given[0])
        return chosen, chosen
    return preferred(request.headers.get("accept", "")), None


def _document(request: Request, chosen: str, asked: str | None, make: Any, *, also: str = "") -> Response:
    """Give a document in a form that was asked for by name, or lead to it."""
    if asked is None:
        return _see(f"{request.url.path}?format={chosen}", asked)

    def text() -> str:
        return "".join(WRITERS[chosen]((*triple, "") for triple in make()))

    return reply(request, text, media_type=MEDIA[chosen][0], also=also)


def _see(address: str, asked: str | None) -> Response:
    headers = {} if asked is not None else {"Vary": "Accept"}
    return RedirectResponse(address, status_code=303, headers=headers)


def _none_acceptable() -> Response:
    offered = ", ".join(types[0] for types in MEDIA.values())
    return problems.response(problems.of_status(406, f"this is offered as {offered}"), {"Vary": "Accept"})


def _revision(graph: Graph, id: str) -> Any:
    if not id.isascii() or not id.isdigit() or len(id) > 18:
        raise NotFound(f"there is no revision {id[:80]!r}", where="revision", hint=f"{HISTORY} lists them")
    number = int(id)
    graph.store.revision(number)
    return next(iter(graph.store.changes(number - 1, number)))
