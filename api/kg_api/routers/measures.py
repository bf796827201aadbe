"""Questions about the record as a whole: cut, gaps, disputes.

May enter: parameters as text. Never here: parsing them, what an answer says.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg_api import parameters as p
from kg_api import survey_shapes as shapes
from kg_api.asking import SAID, TheGraph, TheLang
from kg_api.replies import reply

router = APIRouter(tags=["questions"])


@router.get(
    "/cut", response_model=shapes.Cut, summary="The smallest sets that cut every harmful route", dependencies=SAID
)
def cut(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    target: p.Targets,
    source: p.Sources = None,
    max_links: p.MaxLinks = None,
    threshold: p.Threshold = None,
    weigh: p.Weigh = None,
) -> Response:
    """Mitigations, claims and works, each set proven smallest; what cannot be proven in time is not given."""
    asked = p.given(source=source, max_links=max_links, threshold=threshold, weigh=weigh)
    ends = [one for one in target if one]
    return reply(request, lambda: graph.cut(ends, **asked, lang=spoken, **criteria), lang=spoken)


@router.get(
    "/gaps", response_model=shapes.Gaps, summary="Where evidence is missing, thin, old or disputed", dependencies=SAID
)
def gaps(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    kind: p.GapKinds = None,
    since: p.Since = None,
    below: p.Below = None,
    max_links: p.MaxLinks = None,
    limit: p.GapLimit = None,
) -> Response:
    """Ranked by how far one more study on the claim is expected to move the answers that hang on it."""
    asked = p.given(kind=kind, since=since, below=below, max_links=max_links, limit=limit)
    return reply(request, lambda: graph.gaps(**asked, lang=spoken, **criteria), lang=spoken)


@router.get("/disputes", response_model=shapes.Disputes, summary="Claims and routes with two sides", dependencies=SAID)
def disputes(
    *, request: Request, graph: TheGraph, spoken: TheLang, criteria: p.Criteria, max_links: p.MaxLinks = None
) -> Response:
    """Contested claims and contested routes with both sides in full, and what separates the sides."""
    asked = p.given(max_links=max_links)
    return reply(request, lambda: graph.disputes(**asked, lang=spoken, **criteria), lang=spoken)
