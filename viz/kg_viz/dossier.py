"""Dossiers: what the side panel says of one claim, entity or work, every word resolved in one language.

Lives here: choosing and wording what is read. May enter: a network, ids. Never here: HTML; addresses that are not
http(s) leave here as plain text or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from kg.citations.references import short
from kg.errors import BadIdentifier
from kg.identifiers import doi_address
from kg.ids import parse_url
from kg.model import CURRENT, Claim, Evidence, Work
from kg.network import Network, sign_of
from kg.question import explain
from kg.question.records import evidence_document, why_not
from kg_viz.legend import points
from kg_viz.words import foreign, words

Document = dict[str, Any]
SIDES = ((1, "evidence_for", "none_for"), (-1, "evidence_against", "none_against"), (0, "evidence_neutral", None))


def of_claim(network: Network, id: str, *, lang: str = "en") -> Document:
    """Return what stands behind a claim: belief with its interval, and the evidence on every side in full.

    Raises:
        NotFound: there is no such claim.
    """
    record, said = network.snapshot.claim(id), words(lang)
    weighing, vocabulary = network.weighing(id), network.vocabulary
    items = network.snapshot.evidence_of(id)
    sides = []
    for polarity, title, none in SIDES:
        some = [item for item in items if vocabulary.stance(item.stance).polarity == polarity]
        if some or none is not None:
            listed = sorted((_item(network, item, lang) for item in some), key=lambda item: not item["counts"])
            note = None if some or none is None else said[none]
            sides.append({"side": polarity, "title": said[title], "items": listed, "note": note})
    groups = weighing.groups
    return {
        "kind": "claim",
        "id": id,
        "title": explain.claim(network, record, lang),
        "sign": sign_of(record, vocabulary),
        "belief": weighing.opinion.document(),
        "summary": said["belief_line"].format(**_rounded(weighing.opinion.document())),
        "contested": weighing.contested,
        "notes": [said["group"] if groups == 1 else said["groups"].format(n=groups), *_conditions(record)],
        "ends": [_named(network, record.subject, lang), _named(network, record.object, lang)],
        "sides": sides,
        "page": f"/claims/{quote(id)}",
        "doubt": f"/ask/what-if?source={quote(record.subject)}&target={quote(record.object)}&drop_claim={quote(id)}",
        "adds": f"/contribute?claim={quote(id)}",
        "api": f"/api/v1/claims/{quote(id)}",
    }


def of_entity(network: Network, id: str, *, lang: str = "en") -> Document:
    """Return an entity with its place in the hierarchy and its claims, surest first.

    Raises:
        NotFound: there is no such entity.
    """
    snapshot = network.snapshot
    record, kind = snapshot.entity(id), network.vocabulary.entity_type(snapshot.entity(id).type)
    return {
        "kind": "entity",
        "id": id,
        "title": record.label.get(lang),
        "contested": False,
        "type": kind.label.get(lang),
        "colour": kind.colour,
        "outline": points(kind.shape),
        "definition": None if record.definition is None else record.definition.get(lang),
        "aliases": list(record.aliases),
        "broader": [] if record.broader is None else [_named(network, record.broader, lang)],
        "narrower": [_named(network, child, lang) for child in snapshot.narrower(id)],
        "claims_out": _briefs(network, snapshot.claims_from(id), lang),
        "claims_in": _briefs(network, snapshot.claims_to(id), lang),
        "page": f"/entities/{quote(id)}",
        "adds": None,
        "api": f"/api/v1/entities/{quote(id)}",
    }


def of_work(network: Network, id: str, *, lang: str = "en") -> Document:
    """Return a work with its addresses and every item taken from it.

    Raises:
        NotFound: there is no such work.
    """
    record = network.snapshot.work(id)
    items = []
    for item in network.snapshot.evidence_from(id):
        claim = network.snapshot.claims.get(item.claim)
        sentence = item.claim if claim is None else explain.claim(network, claim, lang)
        items.append({**_item(network, item, lang), "claim": item.claim, "claim_sentence": sentence})
    return {
        "kind": "work",
        "id": id,
        "title": record.title,
        "contested": False,
        "citation": short(record, lang=lang),
        "authors": list(record.authors),
        "status": _status(network, record, lang),
        "links": addresses(record),
        "items": items,
        "page": f"/works/{quote(id)}",
        "adds": f"/contribute?work={quote(id)}",
        "api": f"/api/v1/works/{quote(id)}",
    }


def brief(network: Network, claim: Claim, *, lang: str = "en") -> Document:
    """Return a claim as lists show it."""
    opinion, weighing = network.opinion(claim.id), network.weighing(claim.id)
    return {
        "id": claim.id,
        "relation": claim.relation,
        "sentence": explain.claim(network, claim, lang),
        "sign": sign_of(claim, network.vocabulary),
        "expected": opinion.expected,
        "low": opinion.low,
        "high": opinion.high,
        "contested": weighing.contested,
        "works": len(network.supporting_works([claim.id])),
    }


def addresses(work: Work) -> list[dict[str, str]]:
    """Return where a work is found: DOI, arXiv, web address; http and https only.

    Example:
        >>> addresses(Work("a", "article", "T", arxiv="2106.09685", url="javascript:alert(1)"))
        [{'label': 'arXiv:2106.09685', 'href': 'https://arxiv.org/abs/2106.09685'}]
    """
    found = []
    if work.doi is not None:
        found.append({"label": f"doi:{work.doi}", "href": doi_address(work.doi)})
    if work.arxiv is not None:
        found.append({"label": f"arXiv:{work.arxiv}", "href": f"https://arxiv.org/abs/{quote(work.arxiv, safe='/')}"})
    for url in (work.url, work.notice):
        href = None if url is None else web_address(url)
        if href is not None and href not in {one["href"] for one in found}:
            host = href.split("/")[2]
            found.append({"label": host, "href": href})
    return found


def web_address(text: str) -> str | None:
    """Return an http(s) address, or None for anything else."""
    try:
        return parse_url(text)
    except BadIdentifier:
        return None


def _item(network: Network, item: Evidence, lang: str) -> Document:
    vocabulary, said = network.vocabulary, words(lang)
    document = evidence_document(network, item)
    certainty = vocabulary.certainties[document["certainty"]].label.get(lang)
    strength = vocabulary.strength(item.strength).label.get(lang)
    gap = "：" if lang == "zh" else ": "
    facts = [
        vocabulary.study_kind(item.kind).label.get(lang),
        said["strength_because" if item.strength_reason else "strength"].format(
            word=strength, reason=item.strength_reason
        ),
        said["basis"].format(word=vocabulary.basis(item.basis).label.get(lang)),
        said["certainty"].format(word=certainty),
        *([item.locator] if item.locator else []),
        *([said["inferred"]] if item.inferred else []),
    ]
    remark = None
    reason = why_not(network, item)
    if reason is not None:
        remark = said["not_counted"].format(why=reason.get(lang))
    elif document["represented_by"] is not None:
        remark = said["represented"]
    work = network.snapshot.works.get(item.work)
    return {
        "id": item.id,
        "stance": vocabulary.stance(item.stance).label.get(lang),
        "side": vocabulary.stance(item.stance).polarity,
        "statement": item.statement,
        "foreign": foreign(item.statement, lang),
        "quote": None if item.quote is None else f"{said['quote']}{gap}“{item.quote}”",
        "facts": facts,
        "counts": document["counts"],
        "remark": remark,
        "work": item.work,
        "citation": item.work if work is None else short(work, lang=lang),
        "work_title": None if work is None else work.title,
        "work_status": None if work is None else _status(network, work, lang),
        "links": [] if work is None else addresses(work),
    }


def _status(network: Network, work: Work, lang: str) -> str | None:
    """Return what its publisher has said of a work since it appeared; None for a work as it was published."""
    if work.status == CURRENT:
        return None
    return network.vocabulary.work_status(work.status).label.get(lang)


def _briefs(network: Network, claims: Sequence[Claim], lang: str) -> list[Document]:
    briefs = (brief(network, claim, lang=lang) for claim in claims)
    return sorted(briefs, key=lambda one: (-round(one["expected"], 12), one["id"]))


def _named(network: Network, id: str, lang: str) -> dict[str, str]:
    return {"id": id, "label": explain.name(network, id, lang)}


def _conditions(claim: Claim) -> list[str]:
    return [claim.conditions] if claim.conditions else []


def _rounded(belief: dict[str, float]) -> dict[str, str]:
    return {name: f"{value:.2f}" for name, value in belief.items()}
