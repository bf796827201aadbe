"""The pages of records: one entity, claim, work or evidence item with all that hangs on it, and its history.

Lives here: routes and what their templates are given. May enter: ids, criteria. Never here: HTML (templates), wording
of claims and evidence (kg_viz.dossier), the account of a belief (weighed).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg.citations import formats
from kg.citations.curated import handed_on
from kg.citations.references import reference
from kg.citations.tags import citation_meta
from kg.contribute.states import PENDING
from kg.criteria import Criteria
from kg.engine import reach
from kg.errors import InputError, Words
from kg.exporters.jsonld import embedded
from kg.ids import BASE, RecordKind
from kg.model import CURRENT, Evidence, Record
from kg.network import Network, group_of
from kg.question import explain, taking_part
from kg.question.answers import sides
from kg.rdf.about import about, find
from kg.sentences import spaced
from kg.settings import Lang
from kg_api import parameters as p
from kg_api.asking import TheGraph, TheLang, face_of
from kg_api.crediting import called
from kg_api.pages_read import frame
from kg_api.pages_read.labelled import Labels
from kg_api.pages_read.versions import versions
from kg_api.pages_read.weighed import account
from kg_api.pages_read.wording import said
from kg_api.replies import reply
from kg_viz import dossier
from kg_viz.dossier import web_address
from kg_viz.legend import points

router = APIRouter(include_in_schema=False)
Document = dict[str, Any]
VIEWS = ("history",)
OPPOSITE = {"cause": "harm", "measure": "harm", "harm": "cause"}
LINKS, SHOWN, EMBEDDED_MOST = 6, 12, 200_000
# Beyond so many links a search takes longer than a page may; the page then leads to the question instead.
SEARCHED_MOST = 2_000
CITED = {"bibtex": ("BibTeX", ".bib"), "ris": ("RIS", ".ris"), "csl-json": ("CSL-JSON", ".json")}


@router.get("/entities/{id}")
def entity_page(request: Request, spoken: TheLang, criteria: p.Criteria, id: str) -> Response:
    """One entity: definition, place in the hierarchy, what it raises and lowers, what raises and lowers it."""
    return _page(request, spoken, criteria, ("entity", id), entity)


@router.get("/claims/{id}")
def claim_page(request: Request, spoken: TheLang, criteria: p.Criteria, id: str) -> Response:
    """One claim: both sides of its evidence, and how the belief in it comes about."""
    return _page(request, spoken, criteria, ("claim", id), claim)


@router.get("/works/{id}")
def work_page(request: Request, spoken: TheLang, criteria: p.Criteria, id: str) -> Response:
    """One work: what it is, whether it still stands, what it supports and disputes, how to cite it."""
    return _page(request, spoken, criteria, ("work", id), work)


@router.get("/evidence/{id}")
def evidence_page(request: Request, spoken: TheLang, criteria: p.Criteria, id: str) -> Response:
    """One evidence item, so that it can be cited by itself."""
    return _page(request, spoken, criteria, ("evidence", id), item)


@router.get("/works/{id}/citation")
def citation(request: Request, graph: TheGraph, id: str) -> Response:
    """The entry of a work for a reference manager: `format` is bibtex, ris or csl-json."""
    frame.only(request, ["format"])
    chosen = formats.format_of(request.query_params.get("format", "bibtex"))
    record = graph.snapshot.work(id)
    media_type = f"{chosen.media_type}; charset=utf-8"
    made = reply(request, lambda: formats.write(handed_on([record]), chosen.id), media_type=media_type)
    suffix = CITED[chosen.id][1] if chosen.id in CITED else ".txt"
    slug = "".join(char for char in id if char.isascii() and (char.isalnum() or char in "-_")) or "work"
    made.headers["Content-Disposition"] = f'attachment; filename="{slug}{suffix}"'
    return made


def entity(network: Network, id: str, lang: str) -> Document:
    """Return what the page of an entity shows beside what every record has."""
    found = dossier.of_entity(network, id, lang=lang)
    record, vocabulary = network.snapshot.entity(id), network.vocabulary
    kind = vocabulary.entity_type(record.type)
    every = [*found["claims_out"], *found["claims_in"]]
    idle = sum(one["id"] not in network.weighings for one in every)
    out, into = ([one for one in found[key] if one["id"] in network.weighings] for key in ("claims_out", "claims_in"))
    return {
        "title": found["title"],
        "other_label": record.label.get("en" if lang == "zh" else "zh"),
        "found": found,
        "kind": kind,
        "definition_lang": lang if record.definition is not None and (lang == "en" or record.definition.zh) else "en",
        "out": _by_sign(out),
        "into": _by_sign(into),
        "idle": idle,
        "far": far(network, id, lang),
        "matches": [(relation, iri, web_address(iri)) for relation, iri in record.matches],
        "status": _status(network, record.status, lang),
        "picture": f"/?focus={quote(id)}&entity={quote(id)}&lang={lang}",
    }


def far(network: Network, id: str, lang: str) -> Document | None:
    """Return what an entity reaches through chains: a cause or measure the harms, a harm the causes; strongest first.

    Returns:
        `{"out", "items": [{"id", "label", "sign", "expected", "both", "contested"}], "more"}`, or None for entities
        that are neither, that reach none, or in records too large to search while a page waits.
    """
    vocabulary, entities = network.vocabulary, network.snapshot.entities
    role = vocabulary.entity_type(entities[id].type).role
    if role not in OPPOSITE or len(network.links) > SEARCHED_MOST:
        return None
    wanted = {kind for one in vocabulary.types_with_role(OPPOSITE[role]) for kind in vocabulary.subtypes(one)}
    out = role != "harm"
    items = []
    for node, by_sign in reach(network, network.nodes_of(id), forward=out, max_links=LINKS).paths.items():
        other = network.ids[node]
        ends = sides(network, by_sign, lang=lang) if entities[other].type in wanted else None
        if ends is not None:
            best = ends["best"]
            items.append(
                {
                    "id": other,
                    "label": explain.name(network, other, lang),
                    "sign": best["sign"],
                    "expected": best["belief"]["expected"],
                    "both": ends["opposing"] is not None,
                    "contested": best["contested"],
                }
            )
    items.sort(key=lambda one: (-round(one["expected"], 12), one["id"]))
    return {"out": out, "items": items[:SHOWN], "more": max(0, len(items) - SHOWN)} if items else None


def claim(network: Network, id: str, lang: str) -> Document:
    """Return what the page of a claim shows beside what every record has."""
    record, vocabulary = network.snapshot.claim(id), network.vocabulary
    found = dossier.of_claim(network, id, lang=lang)
    ends = []
    for end in (record.subject, record.object):
        known = network.snapshot.entities.get(end)
        kind = None if known is None else vocabulary.entity_type(known.type)
        ends.append(
            {
                "id": end,
                "label": explain.name(network, end, lang),
                "type": "" if kind is None else kind.label.get(lang),
                "outline": points("dot" if kind is None else kind.shape),
                "colour": "#6b7280" if kind is None else kind.colour,
            }
        )
    relation = vocabulary.relations.get(record.relation)
    return {
        "title": found["title"],
        "found": found,
        "ends": ends,
        "relation": record.relation if relation is None else relation.label.get(lang),
        "relation_means": "" if relation is None else relation.definition.get(lang),
        "account": account(network, id, lang),
        "groups": network.weighing(id).groups,
        "idle": taking_part.sentence(network, id, lang),
        "conditions": record.conditions,
        "status": _status(network, record.status, lang),
        "picture": f"/?claim={quote(id)}&lang={lang}",
    }


def work(network: Network, id: str, lang: str) -> Document:
    """Return what the page of a work shows beside what every record has."""
    record = network.snapshot.work(id)
    found = dossier.of_work(network, id, lang=lang)
    sides = [{"side": side, "items": [one for one in found["items"] if one["side"] == side]} for side in (1, -1, 0)]
    return {
        "title": record.title,
        "found": found,
        "work": record,
        "container": record.csl.get("container-title"),
        "publisher": record.csl.get("publisher"),
        "reference": reference(record, lang=lang),
        "notice": None if record.notice is None else web_address(record.notice),
        "works_status": None if record.status == CURRENT else record.status,
        "kept": network.snapshot.works.get(record.merged_into or ""),
        "counts": network.criteria.work_status_counts(network.vocabulary.work_status(record.status)),
        "sides": sides,
        "tags": citation_meta(record),
        "media": {format: formats.format_of(format).media_type for format in CITED},
        "copies": [(format, name, formats.write(handed_on([record]), format)) for format, (name, _) in CITED.items()],
        "status": None,
    }


def item(network: Network, id: str, lang: str) -> Document:
    """Return what the page of an evidence item shows beside what every record has."""
    record = network.snapshot.item(id)
    whole = dossier.of_claim(network, record.claim, lang=lang)
    shown = next(one for side in whole["sides"] for one in side["items"] if one["id"] == record.id)
    known = network.snapshot.works.get(record.work)
    lines = account(network, record.claim, lang)["lines"]
    return {
        "title": said(lang)["evidence_title"].format(
            work=spaced(shown["citation"]) if lang == "zh" else shown["citation"]
        ),
        "found": shown,
        "claim": record.claim,
        "claim_title": whole["title"],
        "claim_sign": whole["sign"],
        "group": group_of(record, network.snapshot),
        "line": next(one for one in lines if one["item"] == record.id),
        "reference": None if known is None else reference(known, lang=lang),
        "item": record,
        "status": _status(network, record.status, lang),
    }


def embedded_of(network: Network, kind: RecordKind, id: str) -> str:
    """Return what is said of a record as JSON-LD to stand in its page; "" where that would be most of the page."""
    text = embedded(about(network, kind, id))
    return text if len(text) <= EMBEDDED_MOST else ""


def _page(
    request: Request,
    lang: Lang,
    criteria: Mapping[str, Any],
    named: tuple[RecordKind, str],
    make: Callable[[Network, str, str], Document],
) -> Response:
    kind, id = named
    told = ["sent"] if kind == "work" else []
    frame.only(request, [*frame.CRITERIA, "view", *told])
    graph = face_of(request)
    view = request.query_params.get("view", "")
    if view not in {"", *VIEWS}:
        wrong = Words(f"{view[:40]!r} is not a view of a record", f"记录没有名为“{view[:40]}”的视图")
        raise InputError(wrong, where="view", near=VIEWS, hint=Words("use history", "可用的视图为 history"))

    def context() -> Document:
        network = graph.network(Criteria.parse(criteria, graph.vocabulary))
        record = find(network.snapshot, kind, id)
        labels = Labels(graph.vocabulary, network.snapshot, lang)
        history = versions(kind, graph.store.history(kind, record.id), labels) if view else []
        return {
            **make(network, record.id, lang),
            "id": record.id,
            "waits": record.status in PENDING,
            "record": kind,
            "revision": network.snapshot.revision,
            "iri": f"{BASE}id/{kind}/{quote(record.id)}",
            "api": f"/api/v1/{frame.PLURALS[kind]}/{quote(record.id)}",
            "forms": f"/id/{kind}/{quote(record.id)}?format=",
            "canonical": f"/{frame.PLURALS[kind]}/{quote(record.id)}",
            "embedded": embedded_of(network, kind, record.id),
            "view": view,
            "sent": request.query_params.get("sent") == "yes",
            "versions": history,
            "people": graph.credit([*(one["actor"] for one in history), *_contributor(record)]),
        }

    also = called(request) if view or kind == "evidence" else ""
    return frame.shown(request, f"read/{kind}.html", lang, context, also=also)


def _contributor(record: Record) -> list[str]:
    """Return the handle of who brought an evidence item; nothing for other records."""
    return [record.contributor] if isinstance(record, Evidence) and record.contributor else []


def _by_sign(claims: list[Document]) -> list[tuple[int, list[Document]]]:
    """Return claims that raise, that lower, and the others; empty groups are left out."""
    groups = [(sign, [one for one in claims if one["sign"] == sign]) for sign in (1, -1, 0)]
    return [(sign, some) for sign, some in groups if some]


def _status(network: Network, status: str, lang: str) -> str | None:
    """Return the word for a status that does not count without being asked for; None for accepted records."""
    term = network.vocabulary.status(status)
    return None if term.counts else term.label.get(lang)
