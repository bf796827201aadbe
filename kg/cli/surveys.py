"""Cuts, gaps and disputes on the screen.

Lives here: the tables of these questions. May enter: documents of answers. Never here: questions, JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from kg.cli.cards import bar, passage
from kg.cli.screen import chain, console, figure, foot, label
from kg.cli.tables import Column, show
from kg.cli.words import marks, say
from kg.graph import Graph

Document = Mapping[str, Any]
FEW, SOME = 5, 20
SIDES = (("supports", "for"), ("disputes", "against"), ("qualifies", "qualifies"))
GAPS = {
    "no-evidence": "没有证据",
    "unsupported": "没有支持",
    "single-work": "单一文献",
    "single-group": "单一来源组",
    "only-arguments": "仅有论证",
    "only-inferred": "仅有推断",
    "low-certainty": "确定性低",
    "stale": "久未更新",
    "disputed-without-recent": "有争议而无新研究",
}


def cut(graph: Graph, answer: Document) -> None:
    """Show the smallest sets: mitigations with what they cut, claims, works; then what nothing cuts."""
    lang, out = graph.lang, console()
    count = answer["route_count"]
    if count is not None:
        out.print(Text(f"{say('harmful', lang)}{marks(lang).colon}{count}", style="bold"))
    if count != 0:
        _mitigations(graph, out, answer)
        _set(graph, out, answer, "claims", _claim)
        _set(graph, out, answer, "works", _work)
        if answer["uncovered"]:
            names = [label(graph, id) for id in answer["uncovered"]]
            out.print(
                Text(
                    say("uncovered", lang) + marks(lang).inside(len(names)) + marks(lang).colon.strip(),
                    style="bold yellow",
                )
            )
            out.print(f"   {escape(marks(lang).also.join(names))}")
            for place in answer["uncovered_routes"][:FEW]:
                route = answer["routes"][place]
                out.print(f"   {figure(route['belief']['expected'])}  {escape(chain(graph, route))}", style="dim")
            _rest(graph, out, len(answer["uncovered_routes"]) - FEW)
            out.print()
    foot(out, graph, answer)


def gaps(graph: Graph, answer: Document) -> None:
    """Show gaps, those of one claim in one row, and how many there are of each kind."""
    lang, out = graph.lang, console()
    if answer["items"]:
        columns = [Column(say("gap", lang), fixed=True), Column(say("subject", lang))]
        columns += [Column(say(word, lang), right=True) for word in ("expected", "answers", "study_value", "latest")]
        columns.append(Column(say("works", lang), ids=True))
        shown = []
        for _, rows in groupby(answer["items"], key=lambda gap: gap["claim"] or gap["pair"]):
            some = list(rows)
            first = some[0]
            shown.append(
                (
                    "\n".join(_gap(gap["kind"], lang) for gap in some),
                    _subject(graph, first),
                    _known(first["expected"]),
                    str(first["answers"]),
                    _known(first["value"]),
                    str(first["latest_year"] or ""),
                    "\n".join(first["works"]),
                )
            )
        show(out, columns, shown)
        _rest(graph, out, answer["total"] - len(answer["items"]), "more_found")
    counts = (f"{_gap(kind, lang)} {count}" for kind, count in answer["counts"].items())
    out.print(Text(" · ".join(counts), style="dim"))
    foot(out, graph, answer)


def disputes(graph: Graph, answer: Document) -> None:
    """Show contested claims with both sides in full, pairs with routes of both signs, and contested chains."""
    lang, out = graph.lang, console()
    for number, found in enumerate(answer["items"], 1):
        item = found["claim"]
        head = Text.assemble(
            f"{number}. ", (item["id"], "bold"), f"  {say('conflict', lang)} {figure(found['conflict'])}"
        )
        head.append(f"  {say('expected', lang)} {figure(item['belief']['expected'])}")
        head.append(f"  {say('answers', lang)} {found['answers']}  ")
        out.print(head.append(bar(item["belief"])))
        out.print(Text(f"  {_separation(graph, found['separates'])}", style="dim"))
        for side, word in SIDES:
            if found[side]:
                out.print(Text(f"  {say(word, lang)}{marks(lang).inside(len(found[side]))}", style="bold underline"))
            for line in found[side]:
                passage(graph, out, line)
        out.print()
    _opposed(graph, out, answer["routes"])
    _contested(graph, out, answer["contested_routes"])
    foot(out, graph, answer)


def _mitigations(graph: Graph, out: Console, answer: Document) -> None:
    lang = graph.lang
    if not answer["minimal"]["mitigations"]:
        out.print(Text(say("cut_sets", lang) + marks(lang).colon + say("unproven", lang), style="yellow"))
        return
    if answer["partial"] == []:
        out.print(Text(say("cut_nothing", lang), style="bold"))
        out.print()
        return
    title = say("cut_sets" if answer["cuttable"] else "cut_none", lang)
    out.print(Text(title + marks(lang).inside(len(answer["cuts"])), style="bold"))
    if answer["cuts"]:
        columns = [Column(say("mitigation", lang))]
        columns += [Column(say(word, lang), fixed=True, right=True) for word in ("cut_routes", "strength")]
        rows = [
            (
                label(graph, found["mitigation"]),
                str(len(found["routes"])),
                _known(found["strength"]),
                "\n".join(_claim(graph, id) for id in found["claims"]),
            )
            for found in answer["cuts"]
        ]
        show(out, [*columns, Column(say("by_links", lang))], rows)
    _others(graph, out, answer, "mitigations", label)
    out.print()


def _set(graph: Graph, out: Console, answer: Document, kind: str, show: Callable[[Graph, str], str]) -> None:
    """Show a smallest set of claims or works, one a line."""
    title, signs = say(f"cut_{kind}", graph.lang), marks(graph.lang)
    if answer[kind] is None:
        why = say("none" if answer["minimal"][kind] else "unproven", graph.lang)
        out.print(Text(title + signs.colon + why, style="yellow"))
    else:
        out.print(Text(title + signs.inside(len(answer[kind])), style="bold"))
        for id in answer[kind]:
            out.print(f"   {escape(show(graph, id))}")
        _others(graph, out, answer, kind, _claim if kind == "claims" else _key)
    out.print()


def _others(graph: Graph, out: Console, answer: Document, kind: str, show: Callable[[Graph, str], str]) -> None:
    """Show further sets that are as small, or say that there are too many, or that it is not known."""
    others, signs = answer["alternatives"][kind][1:], marks(graph.lang)
    for other in others[:FEW]:
        shown = signs.semicolon.join(show(graph, id) for id in other)
        out.print(Text(f"   {say('other_sets', graph.lang)}{signs.colon}{shown}", style="dim"))
    if kind in answer["more"]:
        known = "open" if "alternatives" in answer["limits"] else "many"
        out.print(Text(f"   {say(f'other_sets_{known}', graph.lang).format(SOME)}", style="dim"))
    _rest(graph, out, len(others) - FEW, "more_given" if kind in answer["more"] else "more")


def _opposed(graph: Graph, out: Console, routes: Sequence[Document]) -> None:
    lang = graph.lang
    if not routes:
        return
    out.print(Text(say("opposed", lang) + marks(lang).inside(len(routes)), style="bold"))
    columns = [Column(say("technique", lang)), Column(say("risk", lang)), Column(say("conflict", lang), right=True)]
    columns += [Column(say(word, lang)) for word in ("raises", "lowers")]
    rows = []
    for route in routes[:SOME]:
        sides = []
        for word in ("raises", "lowers"):
            low, middle, high = route["reliability"][word]
            lines = [f"{figure(path['belief']['expected'])}  {chain(graph, path)}" for path in route[word]]
            sides.append("\n".join([f"{low:.2f} / {middle:.2f} / {high:.2f}", *lines[:FEW]]))
        ends = (label(graph, route["technique"]), label(graph, route["risk"]))
        conflict = f"{figure(route['conflict'])}\n{say('balance', lang)} {figure(route['balance'])}"
        rows.append((*ends, conflict, *sides))
    show(out, columns, rows, between=True)
    for route in routes[:SOME]:
        ends = (label(graph, route["technique"]), label(graph, route["risk"]))
        out.print(Text(f"  {' – '.join(ends)}{marks(lang).colon}{_separation(graph, route['separates'])}", style="dim"))
    _rest(graph, out, len(routes) - SOME)
    out.print()


def _contested(graph: Graph, out: Console, routes: Sequence[Document]) -> None:
    lang = graph.lang
    if not routes:
        return
    out.print(Text(say("contested_routes", lang) + marks(lang).inside(len(routes)), style="bold"))
    columns = [Column(say("conflict", lang), fixed=True, right=True), Column(say("chain", lang))]
    rows = [(figure(route["conflict"]), chain(graph, route["path"]), "\n".join(route["claims"])) for route in routes]
    show(out, [*columns, Column(say("contested", lang), ids=True)], rows[:SOME])
    _rest(graph, out, len(routes) - SOME)
    out.print()


def _separation(graph: Graph, separates: Document) -> str:
    """Say by what kinds of study and years two sides differ."""
    lang, kinds, signs = graph.lang, graph.vocabulary.study_kinds, marks(graph.lang)
    names = {"supports": "for", "disputes": "against"}
    parts = []
    for side, found in separates["kinds"].items():
        some = signs.also.join(f"{kinds[kind].label.get(lang)} {count}" for kind, count in found.items())
        years = separates["years"][side]
        span = "" if years is None else signs.inside("–".join(map(str, dict.fromkeys(years))))
        newer = signs.comma + say("newer", lang) if separates["newer"] == side else ""
        parts.append(f"{say(names.get(side, side), lang)}{signs.colon}{some or say('none', lang)}{span}{newer}")
    return signs.semicolon.join(parts)


def _subject(graph: Graph, gap: Document) -> str:
    if gap["claim"] is not None:
        return _claim(graph, gap["claim"])
    return " … ".join(label(graph, id) for id in gap["pair"].values())


def _claim(graph: Graph, id: str) -> str:
    record = graph.snapshot.claims.get(id)
    if record is None:
        return id
    relation = graph.vocabulary.relation(record.relation).label.get(graph.lang)
    return f"{label(graph, record.subject)} –{relation}→ {label(graph, record.object)}"


def _work(graph: Graph, id: str) -> str:
    record = graph.snapshot.works.get(id)
    return id if record is None else f"{id}  {record.title} ({record.year or '?'})"


def _key(_: Graph, id: str) -> str:
    return id


def _gap(kind: str, lang: str) -> str:
    return GAPS[kind] if lang == "zh" else kind


def _known(value: float | None) -> str:
    return "" if value is None else figure(value)


def _rest(graph: Graph, out: Console, count: int, word: str = "more") -> None:
    if count > 0:
        out.print(Text(f"   {say(word, graph.lang).format(count)}", style="dim"))
