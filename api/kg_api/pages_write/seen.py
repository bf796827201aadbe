"""What whoever sends a form has looked at: the revision that the form holds, and whether the record changed since.

May enter: forms, a graph. Never here: what is written.
"""

from __future__ import annotations

from kg import conflicts
from kg.contribute.states import Key
from kg.errors import Conflict, InputError
from kg.graph import Graph
from kg.settings import Lang
from kg_api.pages_write.desk import Form, one, said


def seen_of(form: Form, graph: Graph, lang: Lang) -> int:
    """Return the revision that was looked at.

    Raises:
        InputError: the form does not say, or names one that there is not.
    """
    seen = one(form, "revision")
    number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 16 else 0
    if not 0 < number <= graph.revision:
        raise InputError(said(lang)["seen_unknown"], where="revision", hint="look at what it says now, then decide")
    return number


def refuse_changed(graph: Graph, target: Key, seen: int) -> None:
    """Refuse to act on a record that changed since the page was made.

    Raises:
        Conflict: who changed it, and when.
    """
    last = graph.store.history(*target)[-1][0]
    if last.number > seen:
        raise Conflict(conflicts.changed_by(last), where="revision", hint="look at what it says now, then decide")
