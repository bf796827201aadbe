"""A work that is given on the form `/contribute`: how it is asked for, and what is told where nothing was recorded.

Lives here: `way`, `another`, `met`, `told`. May enter: what was filled in, answers of `Graph.add_work`.
Never here: which works are the same (kg.citations.duplicates), writing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kg.contribute import citing
from kg.graph import Graph
from kg.importers import citations_plan
from kg.model import REVOKED
from kg_api.pages_write.calling import Names

Document = dict[str, Any]
_MET = tuple(
    (re.compile(pattern), chinese)
    for pattern, chinese in (
        (r"preprint and published form: (?P<rest>.+)", "预印本与正式版本：{rest}"),
        (r"the same entry", "题录相同"),
        (r"the same arXiv id (?P<value>\S+)", "arXiv 编号同为 {value}"),
        (r"the same PubMed id (?P<value>\S+)", "PubMed 编号同为 {value}"),
        (r"the same (?P<name>DOI|ISBN) (?P<value>\S+)", "{name} 同为 {value}"),
        (r"the same title", "标题相同"),
        (r"titles alike to (?P<value>\d+)%", "标题相似度为 {value}%"),
        (r"the same authors", "作者相同"),
        (r"(?P<value>\d+)% of the authors in common", "{value}% 的作者相同"),
        (r"authors not known for both", "至少一方的作者未知"),
        (r"the same year", "年份相同"),
        (r"(?P<value>\d+) years? apart", "年份相差 {value} 年"),
        (r"year not known for both", "至少一方的年份未知"),
    )
)


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


def met(why: str, lang: str) -> str:
    """Return why two works are alike in the language of a page; what has no words here stays English.

    Example:
        >>> met("titles alike to 95%, the same authors, 1 year apart", "zh")
        '标题相似度为 95%，作者相同，年份相差 1 年'
        >>> met("the same DOI 10.1234/a,b", "zh"), met("the same title", "en")
        ('DOI 同为 10.1234/a,b', 'the same title')
    """
    return why if lang == "en" else "，".join(_chinese(part) for part in why.split(", "))


def told(made: Mapping[str, Any], graph: Graph, lang: str, *, distinct: bool) -> Document:
    """Return what is told of a work that was there before.

    Args:
        made: `id`, `status` and `alike` of the work, as `Graph.add_work` answers.
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
        "why": "" if same is None else met(same["why"], lang),
        "back": made["status"] == REVOKED,
        "distinct": distinct,
    }


def _chinese(part: str) -> str:
    for pattern, chinese in _MET:
        found = pattern.fullmatch(part)
        if found:
            return chinese.format(**{name: _chinese(text) for name, text in found.groupdict().items()})
    return part
