"""A work that is given on the form `/contribute`: how it is asked for, and what is told where nothing was recorded.

Lives here: `way`, `another`, `told`. May enter: what was filled in, answers of `Graph.add_work`.
Never here: which works are the same (kg.citations.duplicates), writing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg.contribute import citing
from kg.graph import Graph
from kg.importers import citations_plan
from kg.model import REVOKED
from kg_api.pages_write.calling import Names

Document = dict[str, Any]


def way(given: Mapping[str, str]) -> Document:
    """Return the values that ask for the work of a form.

    Example:
        >>> way({"work": "10.1234/x", "distinct": "true", "claim": "a--raises--b"})
        {'identifier': '10.1234/x', 'distinct': True}
    """
    asked = {"citation": given["citation"]} if "citation" in given else {"identifier": given["work"]}
    return asked | ({"distinct": True} if given.get("distinct") == "true" else {})


def another(values: Mapping[str, Any], graph: Graph) -> bool:
    """Say whether a work that was taken for one of the record would be recorded, were it said to be another."""
    read = citing.read(values)
    return bool(citations_plan.plan(read, graph.snapshot.works.values(), exact=True).added)


def told(made: Mapping[str, Any], graph: Graph, lang: str, *, distinct: bool) -> Document:
    """Return what is told of a work that was there before.

    Args:
        made: `id`, `status` and `alike` of the work, as `Graph.add_work` answers in this language.
        graph: The record.
        lang: Language of the page.
        distinct: Whether it would be recorded, were it said to be another one.

    Returns:
        `{"id", "called", "title", "why", "back", "distinct"}`; `why` is "" where the work was named as itself, `back`
        says that it was taken back.
    """
    names = Names(graph.network(), lang)
    same = next((one for one in made["alike"] if one["like"] == "duplicate"), None)
    return {
        "id": made["id"],
        "called": names.work(made["id"]),
        "title": graph.snapshot.work(made["id"]).title,
        "why": "" if same is None else same["why"],
        "back": made["status"] == REVOKED,
        "distinct": distinct,
    }
