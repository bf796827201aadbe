"""The query parameters, described once: meaning, range and example, as the reference and OpenAPI show them.

Lives here: descriptions. Values are passed on as text; the graph's face parses them, the same way for all doors.
Never here: parsing, defaults that differ from the face's.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Query
from pydantic import WithJsonSchema

from kg.model import YEARS
from kg.question import gaps
from kg.question.answers import MAX_LINKS
from kg.question.cut import WEIGHS
from kg.question.records import PAGE, PAGE_MOST
from kg_viz.view import CHAINS, CHAINS_MOST, HOPS_MOST

TEXT: dict[str, Any] = {"type": "string"}
FLAG: dict[str, Any] = {"type": "boolean", "examples": [True]}


def _text(example: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({**TEXT, "examples": [example], **more})


def _number(low: int, high: int, example: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": low, "maximum": high, "examples": [example]})


def _many(*examples: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "array", "items": TEXT, "examples": [list(examples)]})


One = str | None
Many = list[str] | None

EntityId = Annotated[str, Path(description="Slug of the entity.", examples=["qlora"])]
ClaimId = Annotated[
    str, Path(description="`subject--relation--object`.", examples=["tar--mitigates--safeguard-removal"])
]
WorkId = Annotated[str, Path(description="Citation key or arXiv id.", examples=["hu2022lora"])]
EvidenceId = Annotated[str, Path(description="Id or alias of the item.", examples=["E232"])]
Lang = Annotated[
    One,
    WithJsonSchema({"type": "string", "enum": ["en", "zh"], "examples": ["zh"]}),
    Query(description="Language of sentences and labels; default: what `Accept-Language` prefers."),
]
MaxLinks = Annotated[One, _number(1, MAX_LINKS, 6), Query(description="Most claims in a path; default 6.")]
Risk = Annotated[
    One,
    _text("malicious-use-by-non-state-actors"),
    Query(description="Id of the entity asked about; default: every risk."),
]
Technique = Annotated[One, _text("qlora"), Query(description="Id of the entity that acts; default: every technique.")]
Rows = Annotated[One, _text("Technique"), Query(description="Kind of entity of the rows; default Technique.")]
Cols = Annotated[One, _text("Risk"), Query(description="Kind of entity of the columns; default Risk.")]
Source = Annotated[str, _text("qlora"), Query(description="Id of the entity where paths begin.", min_length=1)]
Target = Annotated[
    str,
    _text("malicious-use-by-non-state-actors"),
    Query(description="Id of the entity where paths end.", min_length=1),
]
Targets = Annotated[
    list[str], _many("malicious-use"), Query(description="Ids of the entities where harmful routes end.", min_length=1)
]
Sources = Annotated[
    Many, _many("qlora"), Query(description="Ids of the entities where routes begin; default: every technique.")
]
Threshold = Annotated[
    One,
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1, "examples": [0.6]}),
    Query(description="Least expected value of a link by which a mitigation cuts; default 0.5."),
]
Weigh = Annotated[
    One,
    WithJsonSchema({"type": "string", "enum": list(WEIGHS), "examples": ["strength"]}),
    Query(description="`count`: fewest mitigations; `strength`: links that all hold likeliest; default `count`."),
]
GapKinds = Annotated[
    Many,
    WithJsonSchema({"type": "array", "items": {**TEXT, "enum": list(gaps.KINDS)}, "examples": [["single-work"]]}),
    Query(description="Kinds of gap; default: all."),
]
Since = Annotated[
    One,
    _number(*YEARS, 2022),
    Query(description="First year that is recent; default: three before the newest work."),
]
Below = Annotated[One, _text("high"), Query(description="Certainty below which support is low; default moderate.")]
GapLimit = Annotated[One, _number(1, gaps.LIMIT_MOST, 50), Query(description="Most gaps; default 50.")]
K = Annotated[One, _number(1, 1000, 10), Query(description="Most paths; default 10.")]
Sign = Annotated[
    One,
    WithJsonSchema({"type": "string", "enum": ["+", "-", "0"], "examples": ["+"]}),
    Query(description="Only raising (`+`, written `%2B`), only lowering (`-`) or only neutral (`0`) paths."),
]
Entity = Annotated[str, _text("qlora"), Query(description="Id of the entity asked about.", min_length=1)]
Direction = Annotated[
    One,
    WithJsonSchema({"type": "string", "enum": ["out", "in"], "examples": ["in"]}),
    Query(description="`out`: what it reaches; `in`: what reaches it; default `out`."),
]
Q = Annotated[
    str,
    _text("联邦学习", minLength=1, maxLength=500),
    Query(
        description="Words in English or Chinese, an id, a DOI, an author and a year; typos are forgiven.", min_length=1
    ),
]
Found = Annotated[One, _number(1, PAGE_MOST, 20), Query(description="Most items; default 20.")]
Limit = Annotated[One, _number(1, PAGE_MOST, PAGE), Query(description=f"Records on a page; default {PAGE}.")]
After = Annotated[One, _text("qlora"), Query(description="Start after this id: the `next` of the page before.")]
Severity = Annotated[
    One,
    WithJsonSchema({"type": "string", "enum": ["error", "warning", "note"], "examples": ["warning"]}),
    Query(description="Least severity that is listed; default note."),
]
Explain = Annotated[
    One,
    WithJsonSchema(FLAG),
    Query(description="`true`: add `paragraph`, the answer in one plain paragraph, from its premises."),
]
Newest = Annotated[One, _number(1, 1_000_000, 50), Query(description="Most revisions, newest first; default 50.")]
Type = Annotated[One, _text("Risk"), Query(description="Kind of entity; kinds below it are included.")]
Broader = Annotated[
    One, _text("fine-tuning-cost"), Query(description="Keep what is narrower than this entity, transitively.")
]
Subject = Annotated[One, _text("lora"), Query(description="Id of the subject of claims.")]
Object = Annotated[One, _text("memory-requirement"), Query(description="Id of the object of claims.")]
OneRelation = Annotated[One, _text("lowers"), Query(description="Relation of claims; narrower relations are included.")]
Contested = Annotated[
    One,
    WithJsonSchema({"type": "boolean", "examples": [True]}),
    Query(description="`true`: claims with evidence on both sides; `false`: the others."),
]
OfWork = Annotated[One, _text("hu2022lora"), Query(description="Citation key, DOI or arXiv id of a work.")]
OfClaim = Annotated[One, _text("tar--mitigates--safeguard-removal"), Query(description="Id of a claim.")]
Stance = Annotated[One, _text("disputes"), Query(description="How items bear on their claim.")]
Locator = Annotated[One, _text("§4"), Query(description="Beginning of the locator of items, case ignored.")]
WorkStatus = Annotated[One, _text("retracted"), Query(description="What its publisher has said of a work.")]
Year = Annotated[One, _number(0, 9999, 2023), Query(description="Year of publication of works.")]
Focus = Annotated[One, _text("qlora"), Query(description="Draw only what is near this entity; default: the overview.")]
Hops = Annotated[One, _number(1, HOPS_MOST, 2), Query(description="Links away from the focus; default 2.")]
WholeView = Annotated[
    One,
    WithJsonSchema({"type": "string", "enum": ["all"], "examples": ["all"]}),
    Query(description="`all`: the whole graph; default: the overview."),
]
Expand = Annotated[Many, _many("lora"), Query(description="Entities whose neighbours are shown too, around a focus.")]
Hide = Annotated[Many, _many("memory-requirement"), Query(description="Entities that are not shown, around a focus.")]
ChainSource = Annotated[
    One, _text("qlora"), Query(description="Id of the entity where chains begin; together with `target`.")
]
ChainTarget = Annotated[
    One, _text("malicious-use"), Query(description="Id of the entity where chains end; together with `source`.")
]
Chains = Annotated[One, _number(1, CHAINS_MOST, CHAINS), Query(description=f"Most chains; default {CHAINS}.")]
Open = Annotated[Many, _many("malicious-use"), Query(description="Families whose members keep nodes of their own.")]

AsOf = Annotated[
    One,
    _text("1"),
    Query(description="Revision number, date or moment (UTC): read the record as it was then."),
]
KnownIn = Annotated[
    One, _number(1400, 2200, 2024), Query(description="Year; only works published in or before it count.")
]
WithoutWork = Annotated[
    Many, _many("hu2022lora"), Query(description="Works whose evidence does not count, by key, DOI or arXiv id.")
]
OnlyWork = Annotated[
    Many, _many("hu2022lora"), Query(description="Only evidence of these works counts, by key, DOI or arXiv id.")
]
StudyKind = Annotated[Many, _many("empirical-experiment"), Query(description="Only these kinds of study count.")]
MinStrength = Annotated[One, _text("moderate"), Query(description="Weakest strength that counts.")]
Relation = Annotated[Many, _many("raises", "lowers"), Query(description="Only claims with these relations take part.")]
Block = Annotated[Many, _many("fine-tuning-cost"), Query(description="Entities that no path passes through.")]
IncludeProposed = Annotated[One, WithJsonSchema(FLAG), Query(description="Count proposed records too.")]
IncludeRetracted = Annotated[One, WithJsonSchema(FLAG), Query(description="Count retracted works too.")]
Narrower = Annotated[
    One,
    WithJsonSchema(FLAG),
    Query(description="Count narrower entities as the entity itself: no path leads from it to one of them."),
]


def given(**parameters: Any) -> dict[str, Any]:
    """Return the parameters that were given; an empty field of a form counts as not given.

    Example:
        >>> given(risk="", technique="lora", relation=[""], block=None)
        {'technique': 'lora'}
    """
    kept = {
        name: [one for one in value if one] if isinstance(value, list) else value for name, value in parameters.items()
    }
    return {name: value for name, value in kept.items() if value is not None and value not in ("", [])}


async def record_criteria(
    *,
    as_of: AsOf = None,
    known_in: KnownIn = None,
    without_work: WithoutWork = None,
    only_work: OnlyWork = None,
    study_kind: StudyKind = None,
    min_strength: MinStrength = None,
    block: Block = None,
    include_proposed: IncludeProposed = None,
    include_retracted: IncludeRetracted = None,
    narrower: Narrower = None,
) -> dict[str, Any]:
    """Return the criteria that were given, all but `relation`, which lists of claims use as a filter."""
    return given(
        as_of=as_of,
        known_in=known_in,
        without_work=without_work,
        only_work=only_work,
        study_kind=study_kind,
        min_strength=min_strength,
        block=block,
        include_proposed=include_proposed,
        include_retracted=include_retracted,
        narrower=narrower,
    )


async def criteria(
    some: Annotated[dict[str, Any], Depends(record_criteria)], relation: Relation = None
) -> dict[str, Any]:
    """Return the criteria that were given."""
    return {**some, **given(relation=relation)}


SomeCriteria = Annotated[dict[str, Any], Depends(record_criteria)]
Criteria = Annotated[dict[str, Any], Depends(criteria)]
