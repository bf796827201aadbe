"""What the pages for writing share: who has signed in, forms, faults beside the fields, answers that nobody may cache.

Lives here: `Visit`, `shown`, `led`. May enter: requests. Never here: single pages.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from kg.errors import KgError
from kg.faults import Fault
from kg.graph import Graph
from kg.inputs import faults
from kg.model import YEARS
from kg.record.tokens import Bearer
from kg.settings import Lang
from kg_api import problems, security
from kg_api.pages_read import frame, wording
from kg_api.pages_read.faults import in_sentence, told
from kg_api.pages_write.calling import Names
from kg_api.permissions import REVIEWER, allows
from kg_api.replies import HTML

FILE = Path(__file__).with_name("words.toml")
Document = dict[str, Any]
Form = Mapping[str, list[str]]


@lru_cache(maxsize=2)
def said(lang: str) -> Mapping[str, str]:
    """Return the words of a language, "en" or "zh", over those of the pages that are read.

    Example:
        >>> said("en")["send"], said("zh")["send"]
        ('Send for review', '提交审核')
    """
    own = {key: both[lang] for key, both in tomllib.loads(FILE.read_text("utf-8")).items()}
    return MappingProxyType({**wording.said(lang), **own})


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a page, and who sent it: nobody until they sign in."""

    request: Request
    graph: Graph
    lang: Lang
    bearer: Bearer | None

    @classmethod
    def of(cls, request: Request, graph: Graph, lang: Lang) -> Visit:
        """Look who sent a request. Asks the database."""
        return cls(request, graph, lang, security.signed_in(request))

    @property
    def handle(self) -> str | None:
        """The handle of who signed in."""
        return None if self.bearer is None else self.bearer.person.handle

    @property
    def reviews(self) -> bool:
        """Whether they may decide."""
        return self.bearer is not None and allows(self.bearer.role, REVIEWER)

    def proven(self, form: Form) -> str:
        """Return the handle of who sent a form of ours; a write is taken from their budget.

        Raises:
            Refusal: 401 when nobody has signed in, 403 without the role or when the form is not of this session, 429.
        """
        return security.admit_form(self.request, one(form, security.CSRF_FIELD)).person.handle

    def fault(self, error: KgError | problems.Refusal) -> Document:
        """Return an error in words of a page, with the field that it is about, and with what is wrong in each field."""
        problem = error.problem if isinstance(error, problems.Refusal) else problems.of_error(error)
        saying = error.said if isinstance(error, KgError) else None
        words, found, field = said(self.lang), told(self.request, problem, self.lang, saying), problem.get("where")
        fields = {fault.place: self._wrong(fault) for fault in faults(error)}
        if len(fields) == 1:
            (place, wrong), *_ = fields.items()
            found |= {"text": wrong, "todo": words["todo_bad-input"]}
            fields = {field or place: wrong}
        elif not fields and field is not None:
            fields = {field: words["sentences"].format(found["text"], found["todo"])}
        names = Names(self.graph.network(), self.lang)
        meant = [(names.near(id), id) for id in problem.get("near", ())]
        known = {"field": field, "fields": fields, "status": problem["status"], "meant": meant, "looked_up": False}
        return found | known

    def _wrong(self, fault: Fault) -> str:
        words = said(self.lang)
        if fault.empty:
            return words["fault_empty"]
        if fault.place == "year":
            return words["takes_year"].format(low=YEARS[0], high=YEARS[1])
        if self.lang == "zh":
            if fault.words is None:
                return words["fault_bad-field"]
            todo = fault.words.todo
            return in_sentence(fault.words.zh, "zh") + ("" if todo is None else todo.zh)
        return f"{fault.said[:1].upper()}{fault.said[1:]}{f' ({fault.hint})' if fault.hint else ''}."


def one(form: Form, name: str) -> str:
    """Return the first value of a field, without outer spaces; empty when there is none."""
    return form.get(name, [""])[0].strip()


def used(form: Form, fields: Collection[str]) -> dict[str, str]:
    """Return the field, and what it shall hold, of a button that offers what may have been meant; else nothing."""
    name, _, value = one(form, "use").partition("=")
    return {name: value} if name in fields and value else {}


def shown(visit: Visit, template: str, context: Mapping[str, Any], *, status: int = 200) -> Response:
    """Return a page that depends on who looks at it, so that nobody keeps it."""
    request, lang = visit.request, visit.lang
    words, vocabulary = said(lang), visit.graph.vocabulary
    around = {
        **frame.around(request, lang),
        "said": words,
        "visitor": visit.bearer,
        "reviewer": visit.reviews,
        "csrf": security.csrf_of(request) if visit.bearer is not None else "",
        "here": frame.changed(request, ("sent",)),
        "statuses": {
            one.id: one.label.get(lang) for one in (*vocabulary.work_statuses.values(), *vocabulary.statuses.values())
        },
        "problem": None,
        "fills": (),
    }
    html = frame.TEMPLATES.get_template(template).render({**around, **context})
    headers = {"Cache-Control": "no-store", "Content-Language": "zh-Hans" if lang == "zh" else "en"}
    return Response(html, status_code=status, media_type=HTML, headers=headers)


def led(visit: Visit, path: str, **query: str) -> Response:
    """Lead on to another page after something was written, so that a reload does not send the form again."""
    address = frame.address(path, [*query.items(), ("lang", visit.lang)])
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
