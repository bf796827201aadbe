"""Questions that compare two answers: what-if, robustness, two points in time; and retraction, which shows both.

May enter: parameters as text. Never here: parsing them, what an answer says, how a write is done once (writing).
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg.criteria import parse_flag
from kg.errors import InputError
from kg.question.answers import Answer
from kg.record.retrying import retried
from kg_api import parameters as p
from kg_api import probe_parameters as probe
from kg_api import probe_shapes as shapes
from kg_api.asking import SAID, TheGraph, TheLang
from kg_api.replies import fresh, reply
from kg_api.writing import Act, handle_of, perform

router = APIRouter(tags=["questions"])


@router.get(
    "/what-if", response_model=shapes.WhatIf, summary="Before and after a scenario, by its address", dependencies=SAID
)
def what_if(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    source: probe.Source = None,
    target: probe.Target = None,
    scenario: probe.Scenario = None,
    rows: probe.Rows = None,
    cols: probe.Cols = None,
    k: p.K = None,
    max_links: p.MaxLinks = None,
    sign: p.Sign = None,
) -> Response:
    """A scenario that can be shared. What it names and the record lacks is said in `note`; nothing is stored."""
    plus = "+" if sign == " " else sign
    ends = p.given(source=source, target=target, rows=rows, cols=cols, scenario=scenario)
    asked = p.given(k=k, max_links=max_links, sign=plus)
    return reply(request, lambda: graph.what_if(**ends, **asked, lang=spoken, **criteria), lang=spoken)


@router.post(
    "/what-if",
    response_model=shapes.WhatIf,
    summary="Before and after a scenario",
    name="what_if_of_body",
    openapi_extra=probe.BODY,
    dependencies=SAID,
)
def what_if_of_body(*, request: Request, graph: TheGraph, spoken: TheLang, body: probe.Body) -> Response:
    """The same with everything in a JSON body, the parts of a scenario by themselves too; nothing is stored."""
    if "lang" in body:
        raise InputError("the language is said in the address or by Accept-Language", where="lang")
    answer = graph.what_if(**body, lang=spoken)
    return fresh(request, answer)


@router.get(
    "/robustness", response_model=shapes.Robustness, summary="What happens when evidence is left out", dependencies=SAID
)
def robustness(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    source: probe.Source = None,
    target: probe.Target = None,
    rows: probe.Rows = None,
    cols: probe.Cols = None,
    max_links: p.MaxLinks = None,
) -> Response:
    """Each work, source group, author and kind of study in turn; without ends, how fragile each cell of the map is.

    Compared are direction and best paths; what-if says for one loss how sure all paths together are.
    """
    ends = p.given(source=source, target=target, rows=rows, cols=cols)
    asked = p.given(max_links=max_links)
    return reply(request, lambda: graph.robustness(**ends, **asked, lang=spoken, **criteria), lang=spoken)


@router.get(
    "/diff", response_model=shapes.Diff, summary="Which answers differ between two points in time", dependencies=SAID
)
def diff(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    from_: probe.From,
    to: probe.To = None,
    rows: probe.Rows = None,
    cols: probe.Cols = None,
    max_links: p.MaxLinks = None,
) -> Response:
    """Points of either clock: what was recorded, or what was published; each difference with the works responsible."""
    asked = p.given(rows=rows, cols=cols, max_links=max_links)
    return reply(request, lambda: graph.diff(from_, to or None, **asked, lang=spoken, **criteria), lang=spoken)


@router.post(
    "/works/{id}/retraction",
    response_model=shapes.Retraction,
    summary="Mark a work as retracted or corrected, or see first what that changes",
    dependencies=SAID,
)
def retraction(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    id: p.WorkId,
    dry_run: probe.DryRun,
    status: probe.Status = None,
    notice: probe.Notice = None,
    why: probe.Why = None,
    rows: probe.Rows = None,
    cols: probe.Cols = None,
    max_links: p.MaxLinks = None,
) -> Response:
    """Every claim and every pair that changes. Everybody may preview; a reviewer writes. Kept answers are not asked."""
    asked = p.given(status=status, notice=notice, rows=rows, cols=cols, max_links=max_links)
    if parse_flag(dry_run, name="dry_run"):
        return fresh(request, graph.retract(id, **asked, dry_run=True, ask_kept=0, lang=spoken, **criteria))
    actor, reason, key = handle_of(request), p.given(why=why), graph.work(id)["id"]

    def write() -> Answer:
        return graph.retract(key, **asked, **reason, actor=actor, ask_kept=0, lang=spoken, **criteria)

    act = Act(lambda: retried(write), target=("work", key), sent={"work": key, **asked})
    return perform(request, graph, act)
