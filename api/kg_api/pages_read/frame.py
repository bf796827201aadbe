"""What stands around every page: words, navigation, the switch of language, addresses that keep the rest of the view.

Lives here: the templates, `shown`, `around`. May enter: requests. Never here: what a single page shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.routing import Match

from kg.errors import InputError, Words
from kg.ids import PLURALS as PLURALS
from kg.meant import parameters
from kg.settings import Lang
from kg_api.asking import once
from kg_api.pages_read.wording import moment, referenced, said, strength, tongue
from kg_api.replies import HTML, reply
from kg_viz.page import environment

TEMPLATES = environment(Path(__file__).parent.with_name("templates"))
TEMPLATES.filters.update(tongue=tongue, referenced=referenced, moment=moment, strength=strength)
CRITERIA = (
    "as_of", "known_in", "without_work", "only_work", "study_kind", "min_strength", "relation", "block",
    "include_proposed", "include_retracted", "narrower",
)  # fmt: skip
LISTS = frozenset({"without_work", "only_work", "study_kind", "relation", "block"})
"""The criteria that may be given several times."""
# Address -> the word for it. What the application does not serve is left out.
NAVIGATION = {
    "/": "nav_explorer",
    "/matrix": "gap_map",
    "/ask": "nav_ask",
    "/contribute": "nav_contribute",
    "/review": "nav_review",
    "/history": "nav_history",
    "/sparql": "nav_sparql",
    "/docs": "nav_api",
    "/help": "nav_help",
}
Pairs = Iterable[tuple[str, Any]]
NOT_TAKEN = "is not a parameter of this page"


def shown(
    request: Request, template: str, lang: Lang, make: Callable[[], Mapping[str, Any]], *, also: str = ""
) -> Response:
    """Return a page; `make` gives what its template needs beside what stands around every page.

    What it depends on beside the record is said by `also`, see `kg_api.replies.reply`.
    """
    text = partial(_rendered, request, template, lang, make)
    return reply(request, text, lang=lang, media_type=HTML, also=also)


def around(request: Request, lang: Lang) -> dict[str, Any]:
    """Return what every template needs."""
    other = "zh" if lang == "en" else "en"
    spoken = _spoken(request, lang)
    kept = [*((name, value) for name, value in request.query_params.multi_items() if name in CRITERIA), *spoken]
    return {
        "said": said(lang),
        "head": said(lang),
        "lang": lang,
        "colon": "：" if lang == "zh" else ": ",
        "other": other,
        "static": f"/static/{request.app.state.build}/",
        "path": request.url.path,
        "nav": navigation(request, lang),
        "changed": partial(changed, request),
        "link": lambda kind, key: address(f"/{PLURALS[kind]}/{quote(key, safe='')}", kept),
        "to": lambda path, **more: address(path, [*spoken, *more.items()]),
        "ask": lambda name, **more: address(f"/ask/{name}", [*more.items(), *kept]),
        "restricted": any(name in CRITERIA and value for name, value in kept),
    }


def navigation(request: Request, lang: Lang) -> list[dict[str, Any]]:
    """Return the pages that the application has, in the order of `NAVIGATION`."""
    app, words = request.app, said(lang)
    if not hasattr(app.state, "served"):
        app.state.served = frozenset(path for path in NAVIGATION if serves(app, path))
    here = request.url.path
    return [
        {
            "href": address(path, _spoken(request, lang)),
            "label": words[word],
            "here": here == path or (path != "/" and here.startswith(path + "/")),
        }
        for path, word in NAVIGATION.items()
        if path in app.state.served
    ]


def serves(app: FastAPI, path: str) -> bool:
    """Say whether an application has a page at an address."""
    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "root_path": "", "app": app}
    return any(route.matches(scope)[0] is Match.FULL for route in app.router.routes)


def changed(request: Request, drop: Iterable[str] = (), **values: str) -> str:
    """Return the address of this page with some parameters changed and some dropped."""
    gone = {*drop, *values}
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in gone]
    return address(request.url.path, [*kept, *values.items()])


def address(path: str, pairs: Pairs) -> str:
    """Return a path with its query; empty values are left out.

    Example:
        >>> address("/ask/paths", [("source", "lora"), ("sign", None), ("lang", "zh")])
        '/ask/paths?source=lora&lang=zh'
    """
    given = [(name, value) for name, value in pairs if value is not None and value not in ("", [])]
    text = urlencode(given, doseq=True, quote_via=quote)
    return f"{path}?{text}" if text else path


def only(request: Request, known: Iterable[str], *, lists: Iterable[str] = ()) -> None:
    """Refuse query parameters that a page does not take, so that a typing error is never taken for an answer.

    Args:
        request: Gives the parameters.
        known: What the page takes, beside `lang`.
        lists: Which of these may be given several times, beside those criteria that may.

    Raises:
        InputError: names the parameter, and near ones; or one that is no list and given twice.
    """
    takes = [*known, "lang"]
    once(request, [name for name in takes if name not in {*LISTS, *lists}])
    for name in request.query_params:
        if name not in takes:
            raise InputError(
                Words(f"{name[:100]!r} {NOT_TAKEN}", f"本页不接受参数“{name[:100]}”"),
                where=name[:100],
                near=[word for word in parameters(name, takes) if word not in request.query_params],
                hint=Words(f"it takes {', '.join(takes)}", f"本页的参数有：{'、'.join(takes)}"),
            )


def _spoken(request: Request, lang: Lang) -> list[tuple[str, str]]:
    """Return the language for links, where the address says one; else links leave it to the browser."""
    return [("lang", lang)] if request.query_params.get("lang") else []


def _rendered(request: Request, template: str, lang: Lang, make: Callable[[], Mapping[str, Any]]) -> str:
    return TEMPLATES.get_template(template).render(**around(request, lang), **make())
