"""Errors as readers see them: what happened and what to do, in the language of the page, with what may have been meant.

Lives here: the wording of problems, the page of an error. May enter: problem documents. Never here: status and slugs
(kg_api.problems).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

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
_FOR_PROGRAMS = re.compile(r"`kg |--[a-z]|/api/v1/|`next`")
RECORDS = frozenset(frame.PLURALS)
# What messages are about that readers meet most, and the words for it in the language of the page. Where there are
# words for what to do about it, `todo_` in place of `fault_`, they stand before those of the kind of error.
_MET = (
    (re.compile(rf"{frame.NOT_TAKEN}$"), "fault_parameter"),
    (re.compile(r"is not a whole number from (?P<low>\S+) to (?P<high>\S+)$"), "fault_whole"),
    (re.compile(r"is not a (?:whole )?number"), "fault_number"),
    (re.compile(r"has (?P<count>[\d,]+) characters, at most (?P<most>[\d,]+)"), "fault_long"),
    (re.compile(r"is given (?P<count>\d+) times"), "fault_twice"),
    (re.compile(r"^there is no reason to"), "fault_no_reason"),
    (re.compile(r"^no work is given$"), "fault_no_work"),
    (re.compile(r"^no claim is given$"), "fault_no_claim"),
    (re.compile(r"^no \w+ is given\b|must not be empty|must hold something that can be seen"), "fault_empty"),
    (re.compile(r"^look-ups are off"), "fault_lookups_off"),
    (re.compile(r"^neither .* knows the DOI|knows no work|, which is not asked$"), "fault_nobody_knows"),
    (re.compile(r"^the record does not have this work"), "fault_work_not_here"),
    (re.compile(r"character (?P<char>U\+[0-9A-F]+) at position \d+ is not allowed"), "fault_character"),
    (re.compile(r"should have at most (?P<most>\d+) characters"), "fault_at_most"),
    (re.compile(r"is not a DOI"), "fault_doi"),
    (re.compile(r"is not an arXiv id"), "fault_arxiv"),
    (re.compile(r"is not a web address"), "fault_web"),
    (re.compile(r"somebody else must \w+ it$"), "fault_own"),
    (re.compile(r"^the statement repeats the quote"), "fault_repeats"),
    (re.compile(r"was filled in as new, but not proposed yet$"), "fault_not_proposed"),
)


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
    field = _field(request, where, given)
    key = f"fault_{slug}"
    missing = slug == "not-found" and where in RECORDS and bool(given)
    if missing:
        text = words["fault_no_record"].format(kind=words[f"kind_{where}"], given=given)
    elif saying is not None:
        text = _sentence((saying.page or saying).get(lang), lang)
    elif lang == "zh" and english:
        text = met(detail, words, given) or words.get(key, words["fault_other"]).format(given=given)
        if not given and "{given}" in words.get(key, "") and text == words[key].format(given=given):
            text = words["fault_bad-field"]
    else:
        text = _sentence(detail, "en")
    if field is not None and given and not missing and not detail.endswith(frame.NOT_TAKEN):
        label = words.get(f"ask_{field}", words.get(f"criterion_{field}", field))
        text = f"{label}{'：' if lang == 'zh' else ': '}{text}"
    hint = problem.get("hint")
    todo = words.get(_word(detail).replace("fault_", "todo_"), words.get(f"todo_{slug}", words["todo_other"]))
    if saying is not None and saying.todo is not None:
        todo = saying.todo.get(lang)
    elif lang == "en" and hint and not _FOR_PROGRAMS.search(hint):
        todo = hint[:1].upper() + hint[1:] + "."
    return {
        "title": words.get(f"error_{problem['status']}", words["error_other"]),
        "text": text,
        "todo": todo,
        "near": [
            (one, frame.changed(request, (where or "",), **{one: request.query_params.get(where or "", "")}))
            if detail.endswith(frame.NOT_TAKEN)
            else _near(request, where, field, one, lang)
            for one in problem.get("near", ())
        ],
        "detail": detail if lang == "zh" and english and saying is None else None,
        "field": field,
    }


def _sentence(text: str, lang: str) -> str:
    end = "。" if lang == "zh" else "."
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!", "。")) else end)


def met(detail: str, words: Mapping[str, str], given: str = "") -> str | None:
    """Return a message that readers meet often in the language of the page; None for others.

    Example:
        >>> met("there is no reason to undo", said("zh")), met("the sky is green", said("zh"))
        ('请填写理由。', None)
    """
    for pattern, word in _MET:
        found = pattern.search(detail)
        if found:
            return words[word].format(given=given, **found.groupdict())
    return None


def _word(detail: str) -> str:
    return next((word for pattern, word in _MET if pattern.search(detail)), "")


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
