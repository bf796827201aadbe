"""The questions: raises, matrix, paths, impact, search.

May enter: parameters as text. Never here: parsing them, what an answer says.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg_api import parameters as p
from kg_api import shapes
from kg_api.asking import SAID, TheGraph, TheLang
from kg_api.replies import reply

router = APIRouter(tags=["questions"])


@router.get(
    "/raises", response_model=shapes.Raises, summary="Which techniques raise or lower which risks", dependencies=SAID
)
def raises(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    risk: p.Risk = None,
    technique: p.Technique = None,
    max_links: p.MaxLinks = None,
) -> Response:
    """The headline answer: for each technique and risk the best chain, the strongest one against it, how reliable."""
    asked = p.given(risk=risk, technique=technique, max_links=max_links)
    return reply(request, lambda: graph.raises(**asked, lang=spoken, **criteria), lang=spoken)


@router.get("/matrix", response_model=shapes.Matrix, summary="The evidence gap map", dependencies=SAID)
def matrix(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    rows: p.Rows = None,
    cols: p.Cols = None,
    max_links: p.MaxLinks = None,
) -> Response:
    """Two kinds of entity against each other. A pair that is absent means: no evidence found, not no effect."""
    asked = p.given(rows=rows, cols=cols, max_links=max_links)
    return reply(request, lambda: graph.matrix(**asked, lang=spoken, **criteria), lang=spoken)


@router.get(
    "/paths", response_model=shapes.Paths, summary="The best chains of claims between two entities", dependencies=SAID
)
def paths(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    source: p.Source,
    target: p.Target,
    k: p.K = None,
    max_links: p.MaxLinks = None,
    sign: p.Sign = None,
) -> Response:
    """Paths visit no entity twice, best first. No path is an answer: `note` says why there is none."""
    plus = "+" if sign == " " else sign
    asked = p.given(k=k, max_links=max_links, sign=plus)
    return reply(request, lambda: graph.paths(source, target, **asked, lang=spoken, **criteria), lang=spoken)


@router.get(
    "/impact", response_model=shapes.Impact, summary="What an entity reaches, or what reaches it", dependencies=SAID
)
def impact(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    entity: p.Entity,
    direction: p.Direction = None,
    max_links: p.MaxLinks = None,
) -> Response:
    """Every entity within reach, with direction, best and opposing chain, and reliability."""
    asked = p.given(direction=direction, max_links=max_links)
    return reply(request, lambda: graph.impact(entity, **asked, lang=spoken, **criteria), lang=spoken)


@router.get("/search", response_model=shapes.Search, summary="Entities, claims and works by words")
def search(*, request: Request, graph: TheGraph, spoken: TheLang, q: p.Q, limit: p.Found = None) -> Response:
    """Typos are forgiven; labels and aliases are found in English and Chinese."""
    return reply(request, lambda: graph.search(q, **p.given(limit=limit), lang=spoken), lang=spoken)
