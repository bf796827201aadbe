"""The page of the reference of the HTTP interface, and addresses that pages share.

Lives here: what the templates are given. Never here: HTML (templates), inline script or style.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg.settings import Lang
from kg_api import reference
from kg_api.asking import TheLang
from kg_api.pages_read.frame import navigation
from kg_api.pages_read.wording import said, ticked
from kg_api.replies import HTML, reply
from kg_viz.page import environment
from kg_viz.words import words

TEMPLATES = environment(Path(__file__).with_name("templates"))
TEMPLATES.filters.update(ticked=ticked)
SELECTIONS = ("claim", "edge", "entity", "work")
router = APIRouter(include_in_schema=False)


@router.get("/docs")
def docs(*, request: Request, spoken: TheLang) -> Response:
    """The reference of the HTTP interface, made from the OpenAPI document."""

    def make() -> str:
        operations = reference.operations(request.app.openapi())
        context = {"operations": operations, "said": words(spoken), **around(request, spoken)}
        return TEMPLATES.get_template("docs.html").render(**context)

    return reply(request, make, lang=spoken, media_type=HTML)


def around(request: Request, lang: Lang) -> dict[str, Any]:
    """Return what stands at the top of every page: the pages there are, the way to the other language."""
    other = "zh" if lang == "en" else "en"
    places = addresses(request)
    return {
        **places,
        "lang": lang,
        "head": said(lang),
        "nav": navigation(request, lang),
        "other": other,
    }


def addresses(request: Request) -> dict[str, Any]:
    """Return functions that build addresses which keep the rest of the view, and the pairs of the query."""
    pairs = request.query_params.multi_items()

    def written(kept: list[tuple[str, str]]) -> str:
        return query("", dict_of(kept)) or request.url.path

    def changed(drop: tuple[str, ...] = (), **values: str) -> str:
        kept = [(name, value) for name, value in pairs if name not in {*drop, *values}]
        return written([*kept, *values.items()])

    def without(name: str, value: str, drop: tuple[str, ...] = ()) -> str:
        return written([pair for pair in pairs if pair[0] not in drop and pair != (name, value)])

    def added(name: str, value: str, drop: tuple[str, ...] = ()) -> str:
        kept = [pair for pair in pairs if pair[0] not in drop and pair != (name, value)]
        return written([*kept, (name, value)])

    def href(kind: str, id: str) -> str:
        return changed((*SELECTIONS, "q"), **({kind: id} if kind else {}))

    return {
        "changed": changed,
        "added": added,
        "without": without,
        "href": href,
        "pairs": pairs,
        "static": f"/static/{request.app.state.build}/",
    }


def dict_of(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Gather the values of each name.

    Example:
        >>> dict_of([("open", "a"), ("lang", "en"), ("open", "b")])
        {'open': ['a', 'b'], 'lang': ['en']}
    """
    gathered: dict[str, list[str]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    return gathered


def query(path: str, values: Mapping[str, Any]) -> str:
    """Return a path with its query; a list gives its name once for each value.

    Example:
        >>> query("/x", {"open": ["a", "b"]})
        '/x?open=a&open=b'
    """
    text = urlencode(values, doseq=True, quote_via=quote)
    return f"{path}?{text}" if text else path
