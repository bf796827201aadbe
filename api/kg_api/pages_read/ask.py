"""The page `/ask`: nine questions as forms, the answer in words, as a picture and as tables, and where else to ask it.

Lives here: routes, reading the form, what the template is given. May enter: parameters as text. Never here: HTML, how
an answer is found or worded (kg.question), cells (tables).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg.citations.references import reference, short
from kg.criteria import Criteria
from kg.errors import InputError, NotFound, Words
from kg.graph import Graph
from kg.question import grounds
from kg.question.answers import Answer, pristine
from kg.receipts.asked import METHODS
from kg.settings import Lang
from kg.vocabulary import Vocabulary
from kg_api import parameters as p
from kg_api import problems
from kg_api.asking import TheLang, face_of
from kg_api.pages_read import criteria_form, doors, faults, frame
from kg_api.pages_read.cells import Desk
from kg_api.pages_read.picture import picture
from kg_api.pages_read.questions import QUESTIONS, Question
from kg_api.pages_read.tables import TABLES
from kg_api.pages_read.wording import said
from kg_api.replies import HTML

router = APIRouter(include_in_schema=False)
Document = dict[str, Any]
REFERENCES_SHOWN = 100


@router.get("/ask")
def questions(request: Request, spoken: TheLang) -> Response:
    """The questions, each with what it answers and an example."""
    frame.only(request, ())
    examples = _examples(face_of(request))
    return frame.shown(request, "read/questions.html", spoken, lambda: {"questions": QUESTIONS, "examples": examples})


@router.get("/ask/{name}")
def ask(request: Request, spoken: TheLang, criteria: p.Criteria, name: str) -> Response:
    """One question: its form, and below it the answer."""
    question = QUESTIONS.get(name)
    if question is None:
        told = Words(f"there is no question {name[:80]!r}", f"没有名为“{name[:80]}”的问题")
        raise NotFound(told, where="question", near=_near(name))
    lists = [field.name for field in question.fields if field.many]
    frame.only(request, [*frame.CRITERIA, *(field.name for field in question.fields)], lists=lists)
    given = _given(request, question)
    graph = face_of(request)
    form = {
        "question": question,
        "questions": QUESTIONS,
        "examples": _examples(graph),
        "given": given,
        "form": criteria_form.fields(request, graph, spoken),
        "statuses": _statuses(graph.vocabulary, spoken),
        "pickers": criteria_form.pickers(graph, spoken, claims=any(one.kind == "claim" for one in question.fields)),
    }
    try:
        return frame.shown(
            request,
            "read/ask.html",
            spoken,
            lambda: {**form, "problem": None, "answered": _answered(request, question, given, criteria, spoken)},
        )
    except (InputError, NotFound) as fault:
        problem = problems.of_error(fault)
        context = {**form, "problem": faults.told(request, problem, spoken, fault.said), "answered": None}
        page = frame.TEMPLATES.get_template("read/ask.html").render(**frame.around(request, spoken), **context)
        return Response(page, problem["status"], {"Cache-Control": "no-store"}, HTML)


def asked(
    graph: Graph, question: Question, given: Mapping[str, Any], criteria: Mapping[str, Any], lang: Lang
) -> Answer:
    """Put a question of the table; nothing is written.

    Raises:
        InputError, NotFound: as the question does.
    """
    method = METHODS[question.name]
    positional = [given[field.name] for field in question.fields if field.argument and field.needed]
    rest = {
        field.name: given[field.name]
        for field in question.fields
        if field.name in given and not (field.argument and field.needed)
    }
    answer: Answer = getattr(graph, method.name)(*positional, **rest, **method.always, **criteria, lang=lang)
    return answer


def _examples(graph: Graph) -> Document:
    """Return the examples, by question, of which the record has every entity and work that they name."""
    snapshot = graph.snapshot
    held = {"entity": snapshot.entities, "work": snapshot.works}
    return {
        name: one.example
        for name, one in QUESTIONS.items()
        if all(
            one.example[field.name] in held[field.kind]
            for field in one.fields
            if field.name in one.example and field.kind in held
        )
    }


def _statuses(vocabulary: Vocabulary, lang: Lang) -> list[tuple[str, str]]:
    """Return what publishers say of works, the gravest first, by id with its label."""
    return [(id, vocabulary.work_status(id).label.get(lang)) for id in reversed(vocabulary.publisher_statuses)]


def _answered(
    request: Request, question: Question, given: Mapping[str, Any], criteria: Mapping[str, Any], lang: Lang
) -> Document | None:
    """Return the answer and all that stands around it; None when nothing has been asked."""
    if not question.at_once and not any(field.name in request.query_params for field in question.fields):
        return None
    _complete(question, given, lang)
    graph = face_of(request)
    answer = asked(graph, question, given, criteria, lang)
    network = graph.network(Criteria.parse(criteria, graph.vocabulary))
    document = pristine(answer)
    shown = TABLES[question.name](Desk(network, lang), document)
    claims = grounds.claims_of(network, document)
    works = grounds.works_of(network, document, grounds.items_of(network, claims))
    method, call = doors.call(question, given, criteria, lang)
    pinned = {} if "as_of" in criteria else {"as_of": str(answer["revision"])}
    return {
        "answer": document,
        "paragraph": graph.explain(answer, cited=True),
        "shown": shown,
        "picture": picture(network, shown.claims, lang=lang, lost=shown.lost, gained=shown.gained),
        "references": [
            (work.id, short(work, lang=lang), reference(work, lang=lang)) for work in works[:REFERENCES_SHOWN]
        ],
        "works": len(works),
        "permalink": frame.address(
            f"/ask/{question.name}", [*given.items(), *criteria.items(), *pinned.items(), ("lang", lang)]
        ),
        "command": doors.command(question, given, criteria, lang),
        "method": method,
        "call": call,
        "python": doors.python(question, given, criteria, lang),
    }


def _given(request: Request, question: Question) -> Document:
    """Return the parameters of a question that were given; empty fields of a form count as not given."""
    query, found = request.query_params, {}
    for field in question.fields:
        values = [value.strip() for value in query.getlist(field.name)]
        values = [
            "+" if field.name == "sign" and value == "" and " " in query.getlist("sign") else value for value in values
        ]
        kept = [value for value in values if value]
        if len(kept) > 1 and not field.many:
            times = len(kept)
            told = Words(f"{field.name} is given {times} times, once is enough", f"此项给出了 {times} 次，一次即可")
            raise InputError(told, where=field.name)
        if kept:
            found[field.name] = kept if field.many else kept[0]
    return found


def _complete(question: Question, given: Mapping[str, Any], lang: Lang) -> None:
    """Refuse a form in which something needed is empty.

    Raises:
        InputError: names the field.
    """
    words = said(lang)
    missing = [field.name for field in question.fields if field.needed and field.name not in given]
    if missing:
        raise _Unfilled(words["fault_needed"].format(field=words[f"ask_{missing[0]}"]), where=missing[0])
    if question.one_of and not any(name in given for name in question.one_of):
        names = [words[f"ask_{name}"] for name in question.one_of]
        raise _Unfilled(words["fault_one_of"].format(fields=words["comma"].join(names)), where=question.one_of[0])
    lacking = [name for name in question.together if name not in given]
    if lacking and len(lacking) < len(question.together):
        raise _Unfilled(words["fault_needed"].format(field=words[f"ask_{lacking[0]}"]), where=lacking[0])


class _Unfilled(InputError):
    """A field of the form is empty; the message is in the language of the page."""


def _near(name: str) -> list[str]:
    return [known for known in QUESTIONS if known[:3] == name[:3]]
