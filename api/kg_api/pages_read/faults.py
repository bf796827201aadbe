"""Errors as readers see them: what happened and what to do, in the language of the page, with what may have been meant.

Lives here: the wording of problems, the page of an error. May enter: problem documents. Never here: status and slugs
(kg_api.problems).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from fastapi import Request
from fastapi.responses import Response

from kg.errors import InputError, Words
from kg.sentences import sentence
from kg.settings import Lang
from kg_api.asking import face_of, lang_of
from kg_api.pages_read import frame
from kg_api.pages_read.wording import has_chinese, said
from kg_api.replies import HTML

Document = dict[str, Any]
_QUOTED = re.compile(r"'([^']{1,120})[^']*'|\"([^\"]{1,120})[^\"]*\"|\b(?:revision|question) (\d{1,20})\b")
_PLAIN = re.compile(r"（| \(")
"""What stands behind a label, and is no part of it."""
_FOR_PROGRAMS = re.compile(r"`kg |--[a-z]|/api/v1/|`next`")
RECORDS = frozenset(frame.PLURALS)


async def error_page(request: Request, problem: Mapping[str, Any]) -> Response:
    """Return a problem as a page, in the language of the request as far as that can be read."""
    try:
        spoken = await lang_of(request, request.query_params.get("lang"))
    except InputError:
        spoken = "en"
    saying = getattr(request.state, "words", None)
    context = {
        **frame.around(request, spoken),
        "problem": told(request, problem, spoken, saying),
        "status": problem["status"],
    }
    html = frame.TEMPLATES.get_template("read/fault.html").render(context)
    headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}
    if problem["status"] == 503:
        headers["Retry-After"] = "5"
    return Response(html, status_code=problem["status"], media_type=HTML, headers=headers)


def told(request: Request, problem: Mapping[str, Any], lang: Lang, saying: Words | None = None) -> Document:
    """Return a problem in words of a page.

    Args:
        request: What was asked.
        problem: The problem document.
        lang: Language of the page.
        saying: What the error says, where it has words of both languages.

    Returns:
        `{"title", "text", "todo", "near": [(label, address)], "detail", "field"}`; `detail` is the English message
        where the page is not in English, else None; `field` the parameter at fault, where it is known.
    """
    words, slug = said(lang), str(problem["type"]).rpartition("/")[2]
    where, detail = problem.get("where"), str(problem["detail"])
    quoted = _QUOTED.search(detail)
    # What a reader typed may be Chinese in an English message.
    english = not has_chinese(_QUOTED.sub("", detail))
    given = next(one for one in quoted.groups() if one) if quoted else ""
    field, unknown = _field(request, where, given), detail.endswith(frame.NOT_TAKEN)
    missing = slug == "not-found" and where in RECORDS and bool(given) and (saying is None or lang == "en")
    if missing:
        text = words["fault_no_record"].format(kind=words[f"kind_{where}"], given=given)
    elif saying is not None:
        text = in_sentence((saying.page or saying).get(lang), lang)
    elif lang == "zh" and english:
        text = _of_kind(request, slug, given, words)
    else:
        text = in_sentence(detail, lang)
    label = _PLAIN.split(words.get(f"ask_{field}", words.get(f"criterion_{field}", "")))[0]
    names = bool(given) if lang == "en" else english
    if label and names and not missing and not unknown:
        text = f"{label}{'：' if lang == 'zh' else ': '}{text}"
    hint = problem.get("hint")
    todo = words.get(f"todo_{slug}", words["todo_other"])
    if saying is not None and saying.todo is not None:
        todo = saying.todo.get(lang)
    elif lang == "en" and hint and not _FOR_PROGRAMS.search(hint):
        todo = in_sentence(hint, lang)
    return {
        "title": words.get(f"error_{problem['status']}", words["error_other"]),
        "text": text,
        "todo": todo,
        "near": [
            (one, frame.changed(request, (where or "",), **{one: request.query_params.get(where or "", "")}))
            if unknown
            else _near(request, where, field, one, lang)
            for one in problem.get("near", ())
        ],
        "detail": detail if lang == "zh" and english and saying is None else None,
        "field": field,
    }


def in_sentence(text: str, lang: str) -> str:
    """Return what an error says as a sentence; in Chinese, what it begins with stays as it is, such as a name.

    Example:
        >>> in_sentence("nothing is given", "en"), in_sentence("bob 在此期间修改了此记录", "zh")
        ('Nothing is given.', 'bob 在此期间修改了此记录。')
    """
    first, end = (text[:1], "。") if lang == "zh" else (text[:1].upper(), ".")
    return first + text[1:] + ("" if text.endswith((".", "?", "!", "。", "？", "！")) else end)


def _of_kind(request: Request, slug: str, given: str, words: Mapping[str, str]) -> str:
    """Return what is known of an error that is told in English alone: what a message quotes may be what it expects."""
    asked = {*request.query_params.values(), *unquote(request.url.path).split("/")}
    template = words.get(f"fault_{slug}", words["fault_other"])
    if "{given}" not in template or given in asked - {""}:
        return template.format(given=given)
    return words["fault_nothing" if slug == "not-found" else "fault_unusable"]


def _field(request: Request, where: str | None, given: str) -> str | None:
    """Return the query parameter that a problem is about: named by it, or holding what it quotes."""
    query = request.query_params
    if where is not None and where in query:
        return where
    return next((name for name, value in query.multi_items() if given and value == given), None)


def _near(request: Request, where: str | None, field: str | None, near: str, lang: Lang) -> tuple[str, str]:
    """Return a word that may have been meant, with the address of the page where it stands in place of the other."""
    graph = face_of(request)
    snapshot, label = graph.snapshot, near
    if where not in {"claim", "work"} and near in snapshot.entities:
        label = snapshot.entities[near].label.get(lang)
    if near in snapshot.claims:
        label = sentence(snapshot.claims[near], snapshot, graph.vocabulary).get(lang)
    if field is not None:
        return label, frame.changed(request, **{field: near})
    return label, frame.around(request, lang)["link"](where, near) if where in RECORDS else ""
