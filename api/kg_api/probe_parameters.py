"""The query parameters of what-if, robustness, retraction and diff, described once.

Lives here: descriptions; the reading of a JSON body whose members are such parameters. Never here: parsing of values,
which is the face's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import WithJsonSchema

from kg.errors import InputError
from kg_api import json_body

Json = dict[str, Any]
One = str | None


def _text(example: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": [example], **more})


Source = Annotated[
    One, _text("qlora"), Query(description="Id of the entity where paths begin; default: every one of `rows`.")
]
Target = Annotated[
    One,
    _text("malicious-use-by-non-state-actors"),
    Query(description="Id of the entity where paths end; default: every one of `cols`."),
]
Rows = Annotated[
    One, _text("Mitigation"), Query(description="Kind of entity where paths begin, without `source`; default: causes.")
]
Cols = Annotated[
    One, _text("Benefit"), Query(description="Kind of entity where paths end, without `target`; default: harms.")
]
Scenario = Annotated[
    One,
    _text('{"drop_work":["dettmers2023qlora"]}'),
    Query(description="A scenario as JSON: `drop_work`, `drop_claim`, `add`, `set`, `mark`, `under`, ..."),
]
From = Annotated[
    str,
    _text("known:2023"),
    Query(alias="from", description="A revision, a date, or `known:` and a year of publication.", min_length=1),
]
To = Annotated[One, _text("known:2024"), Query(alias="to", description="Likewise; default: `as_of`, else the newest.")]
Status = Annotated[
    One,
    _text("corrected", default="retracted"),
    Query(description="What the publisher says of the work now: `retracted`, `corrected` or `current`."),
]
Notice = Annotated[One, _text("https://example.org/notice"), Query(description="Address of the publisher's notice.")]
Why = Annotated[One, _text("the authors withdrew it"), Query(description="Why, kept in the history.")]
DryRun = Annotated[
    str,
    WithJsonSchema({"type": "boolean", "examples": [True]}),
    Query(description="`true`: only say what would change; `false`: write it.", min_length=1),
]
TEXT_MEMBERS = ("source", "target", "rows", "cols")
KINDS: Mapping[type, str] = {dict: "an object", list: "a list"}
"""What values of JSON are called that are no text."""
BODY: Json = {
    "requestBody": {
        "required": False,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": True,
                    "description": "`source`, `target`, `rows`, `cols`, `k`, `max_links`, `sign`, `scenario`, the "
                    "parts of a scenario by themselves (`drop_work`, `drop_claim`, `drop_entity`, `drop_evidence`, "
                    "`add`, `set`, `retract`, `unretract`, `mark`, `under`), and the criteria.",
                    "example": {
                        "source": "qlora",
                        "target": "malicious-use-by-non-state-actors",
                        "drop_work": ["dettmers2023qlora"],
                    },
                }
            }
        },
    }
}


async def body_of(request: Request) -> Json:
    """Return the members of a JSON body as the face takes them; no body gives none.

    Raises:
        Refusal, ParseFailure: see `kg_api.json_body.read`.
        InputError: a member is neither text, number, truth value nor list of texts.
    """
    return {name: member(name, value) for name, value in (await json_body.read(request)).items()}


def member(name: str, value: Any) -> Any:
    """Return one member of a body as text, list of texts, or, for `scenario` and `under`, as it is.

    Example:
        >>> member("k", 5), member("narrower", True), member("drop_work", ["a"])
        ('5', 'true', ['a'])
    """
    if value is None or (name in {"scenario", "under"} and isinstance(value, Mapping)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | str):
        return str(value)
    if name not in TEXT_MEMBERS and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return value
    called, kind = name[:80], KINDS.get(type(value), "such a number")
    within = " of more than texts" if isinstance(value, list) and name not in TEXT_MEMBERS else ""
    raise InputError(
        f"{called}: {kind}{within} is of no use here",
        where=called,
        hint="give a text" if name in TEXT_MEMBERS else "give a text, a number, or a list of texts",
    )


Body = Annotated[Json, Depends(body_of)]
