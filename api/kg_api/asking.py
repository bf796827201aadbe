"""What routes share: the graph, the language of a request, and the refusal of what a route does not take.

Lives here: dependencies. Never here: what a parameter means (parameters.py describes, the graph's face parses).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request

from kg.criteria import parse_flag
from kg.errors import InputError, Words
from kg.graph import Graph
from kg.meant import unknown
from kg.settings import LANGS, Lang, parse_lang
from kg_api import parameters
from kg_api.permissions import PERMISSIONS


async def graph_of(request: Request) -> Graph:
    """Return the graph that a request is answered from."""
    return face_of(request)


def face_of(request: Request) -> Graph:
    """Return the graph as one request sees it: at one revision throughout; the living one where it is written to.

    The revision is the newest one when the request first looks; that is in the thread that answers it, not here.
    """
    state = request.state
    if not hasattr(state, "face"):
        graph: Graph = request.app.state.graph
        state.face = graph if _writes(request) else graph.at_one_revision()
    face: Graph = state.face
    return face


def _writes(request: Request) -> bool:
    if request.method in {"GET", "HEAD"}:
        return False
    permission = PERMISSIONS.get(getattr(request.scope.get("route"), "name", ""))
    return permission is None or permission.role is not None


async def only_known(request: Request) -> None:
    """Refuse query parameters that the route does not describe, and single ones given twice.

    What a route takes is read from the OpenAPI document, so that the two cannot disagree.

    Raises:
        InputError: names the parameter, near ones, and all that the route takes.
    """
    known = request.app.state.parameters(request.scope["route"].name)
    for name in request.query_params:
        if name not in known:
            raise unknown(name, known, "parameter of this address")
        if not known[name]:
            once(request, (name,))


def once(request: Request, names: Iterable[str]) -> None:
    """Refuse parameters that are no lists and are given twice: which of the two counts is a guess.

    Raises:
        InputError: names the parameter.
    """
    for name in names:
        times = len(request.query_params.getlist(name))
        if times > 1:
            said = Words(f"{name} is given {times} times, once is enough", f"此项给出了 {times} 次，一次即可")
            raise InputError(said, where=name)


async def no_other_body(request: Request) -> None:
    """Refuse a body that is sent to an operation that takes none: what it says would be passed over.

    Whether an operation takes one is read from the OpenAPI document, so that the two cannot disagree.

    Raises:
        InputError: says where the values belong.
    """
    name = request.scope["route"].name
    if request.method in {"GET", "HEAD"} or request.app.state.takes_body(name):
        return
    if (await request.body()).strip():
        taken = ", ".join(request.app.state.parameters(name))
        why = "the values are query parameters" if taken else "the address says it all"
        hint = f"send no body, and the values in the address; there is {taken}" if taken else "send no body"
        raise InputError(f"a body is not taken here: {why}", where="body", hint=hint)


async def lang_of(request: Request, lang: parameters.Lang = None) -> Lang:
    """Return the language of a request: its `lang` parameter, else what its browser prefers, else the graph's.

    Raises:
        InputError: it is given twice, or is none of ours.
    """
    once(request, ("lang",))
    if lang:
        return parse_lang(lang)
    preferred = preferred_lang(request.headers.get("accept-language", ""))
    default: Lang = request.app.state.graph.lang
    return default if preferred is None else preferred


async def explained(request: Request, explain: parameters.Explain = None) -> None:
    """Take note that the answer is to be said in a paragraph too; `replies` adds it."""
    request.state.explain = bool(explain) and parse_flag(explain, name="explain")


def preferred_lang(accepted: str) -> Lang | None:
    """Return which of our languages an Accept-Language header prefers; None when it names neither.

    Example:
        >>> preferred_lang("fr, zh-CN;q=0.8, en;q=0.5"), preferred_lang("fr")
        ('zh', None)
    """
    best: tuple[float, Lang] | None = None
    for part in accepted[:500].split(","):
        tag, _, quality = part.partition(";")
        primary = tag.strip().lower().split("-")[0]
        weight = _weight(quality)
        for lang in LANGS:
            if primary == lang and weight > 0 and (best is None or weight > best[0]):
                best = (weight, lang)
    return None if best is None else best[1]


def parameters_of(openapi: Mapping[str, Any]) -> dict[str, dict[str, bool]]:
    """Return for each operation, by its id, the query parameters it takes, each with whether it may be repeated."""
    found: dict[str, dict[str, bool]] = {}
    for operations in openapi["paths"].values():
        for operation in operations.values():
            taken = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
            found[operation["operationId"]] = {one["name"]: one["schema"].get("type") == "array" for one in taken}
    return found


def with_body(openapi: Mapping[str, Any]) -> frozenset[str]:
    """Return the operations, by their ids, that take a body."""
    every = (one for operations in openapi["paths"].values() for one in operations.values())
    return frozenset(one["operationId"] for one in every if "requestBody" in one)


def _weight(quality: str) -> float:
    text = quality.strip().removeprefix("q=")
    if not text:
        return 1.0
    return float(text) if text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit() else 0.0


TheGraph = Annotated[Graph, Depends(graph_of)]
TheLang = Annotated[Lang, Depends(lang_of)]
SAID = [Depends(explained)]
"""Dependency of the routes whose answers can be said in a paragraph."""
