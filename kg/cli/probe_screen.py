"""What-if, robustness, retractions and differences on the screen.

Lives here: the tables of these answers. May enter: documents of answers. Never here: questions, JSON.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from kg.cli.screen import ARROWS, console, direction, figure, foot, label, span
from kg.cli.tables import Column, show
from kg.cli.words import marks, say
from kg.graph import Graph
from kg.ids import ends_of_claim
from kg.question.compare_said import MEASURES, figures, of_beliefs, of_pair

Document = Mapping[str, Any]
Row = tuple[str | Text, ...]
SHOWN = 20
CHANGES = {
    "flipped": ("⇄", "flipped", "方向反转", "bold magenta"),
    "lost": ("✗", "lost", "消失", "bold red"),
    "weaker": ("↓", "weaker", "减弱", "yellow"),
    "gained": ("+", "gained", "新增", "green"),
    "stronger": ("↑", "stronger", "增强", "cyan"),
    "none": ("=", "same", "不变", "dim"),
}
STATES = {
    "absent": ("absent", "不存在"),
    "unsupported": ("unsupported", "无支持"),
    "disputed": ("disputed", "仅有质疑"),
    "contested": ("contested", "有争议"),
    "supported": ("supported", "获得支持"),
    "assumed": ("assumed", "被假定"),
}
LOSSES = (("groups", "group"), ("authors", "author"), ("study_kinds", "study_kind"))


def what_if(graph: Graph, answer: Document) -> None:
    """Show what a scenario changes: the pair, its paths, the claims behind them."""
    lang, out = graph.lang, console()
    if "before" not in answer:
        _pairs(graph, out, answer["changes"])
    else:
        _ends(graph, out, answer)
        paths = [change for change in answer["changes"] if change["of"] == "path"]
        if paths:
            rows: list[Row] = []
            for change in paths[:SHOWN]:
                numbers = (text or "–" for text in figures(*map(_expected, change["belief"])))
                rows.append((_change(change["kind"], lang), _chain(graph, change), *numbers))
            _table(graph, out, ("change", "chain", "before", "afterwards"), rows, fixed={0, 2, 3})
            _rest(graph, out, len(paths))
    _claims(graph, out, answer["claims"])
    foot(out, graph, answer)


def robustness(graph: Graph, answer: Document) -> None:
    """Show what the loss of each work does to an answer, and of groups, authors and kinds of study where it matters."""
    lang, out = graph.lang, console()
    if "explanation" in answer:
        out.print(escape(answer["explanation"]))
        out.print()
    if answer["works"]:
        moved = [loss for loss in answer["works"] if loss["change"] != "none"]
        rows: list[Row] = [(loss["work"], *_loss(graph, loss)) for loss in moved[:SHOWN]]
        for kind, word in LOSSES:
            for loss in answer[kind]:
                if loss["change"] in {"flipped", "lost"} and loss[word] not in answer["fragile"]:
                    lost = loss[word]
                    if word == "study_kind":
                        lost = graph.vocabulary.study_kinds[lost].label.get(lang)
                    rows.append((f"{say(word, lang)}{marks(lang).colon}{lost}", *_loss(graph, loss)))
        if rows:
            words = ("without", "change", "direction", "expected", "chain")
            _table(graph, out, words, rows, ids={0}, fixed={1, 2, 3})
        _rest(graph, out, len(moved))
        unmoved = len(answer["works"]) - len(moved) + answer["untouched"]
        out.print(Text(say("unmoved", lang).format(unmoved), style="dim"))
    foot(out, graph, answer)


def fragility(graph: Graph, answer: Document) -> None:
    """Show how fragile the cells of the evidence gap map are, those that hang on a single work first."""
    lang, out = graph.lang, console()
    cells = sorted(answer["cells"], key=lambda cell: (not cell["fragile"], cell["stands_on"], -cell["expected"]))
    if cells:
        rows: list[Row] = []
        for cell in cells[: 2 * SHOWN]:
            worst = cell["worst"]
            shown = Text("–")
            if worst is not None:
                left = "" if worst["expected"] is None else f" {figure(worst['expected'])}"
                shown = _change(worst["change"], lang).append(f"{left}  {worst['work']}")
            names = [label(graph, cell[end]) for end in ("row", "col")]
            sure = [figure(cell["expected"]), str(cell["stands_on"])]
            rows.append((*names, direction(cell["direction"], lang), *sure, ", ".join(cell["fragile"]), shown))
        words = ("technique", "risk", "direction", "expected", "stands_on", "fragile", "worst")
        _table(graph, out, words, rows, ids={5, 6}, fixed={2, 3})
        _rest(graph, out, len(cells), most=2 * SHOWN)
        hanging = sum(bool(cell["fragile"]) for cell in cells)
        out.print(Text(say("hanging", lang).format(hanging, len(cells)), style="bold"))
    foot(out, graph, answer)


def retraction(graph: Graph, answer: Document) -> None:
    """Show what a new status of a work changes, before it is written."""
    lang, out = graph.lang, console()
    words = [graph.vocabulary.work_statuses[status].label.get(lang) for status in answer["status"]]
    out.print(Text.assemble((answer["work"], "bold"), f"{marks(lang).colon}{words[0]} → ", (words[1], "bold")))
    if answer["notice"]:
        out.print(Text(answer["notice"], style="dim"))
    _pairs(graph, out, answer["changes"])
    _claims(graph, out, answer["claims"])
    kept = answer["kept_answers"]
    if kept["asked"]:
        count = f"{len(kept['changed'])} / {kept['asked']}{'' if kept['complete'] else '+'}"
        out.print(Text(f"{say('kept_answers', lang)}{marks(lang).colon}{count}", style="bold"))
    for one in kept["changed"]:
        asked = (f"{name}={value}" for name, value in one["question"].items() if name != "name" and value is not None)
        out.print(Text(f"   {one['receipt']}  {one['question']['name']} {' '.join(asked)}", style="dim"))
    foot(out, graph, answer)


def differences(graph: Graph, out: Console, answer: Document) -> None:
    """Show the pairs and claims that stand otherwise."""
    _pairs(graph, out, answer["changes"])
    _claims(graph, out, answer["claims"])


def question(graph: Graph, answer: Document) -> str:
    """Return what is asked before a status is written."""
    status = graph.vocabulary.work_statuses[answer["status"][1]].label.get(graph.lang)
    return say("confirm", graph.lang).format(answer["work"], status)


def written(graph: Graph, answer: Document) -> None:
    """Say that a status was written, or that the work stood so already."""
    lang = graph.lang
    status = graph.vocabulary.work_statuses[answer["status"][1]].label.get(lang)
    said = say("written" if answer["written"] else "stood_so", lang)
    console().print(Text(said.format(answer["work"], status, answer["revision"]), style="bold"))


def diff(graph: Graph, answer: Document) -> None:
    """Show which answers differ between two points in time, each in a sentence."""
    lang, out = graph.lang, console()
    out.print(Text(" → ".join(_point(answer[end], lang) for end in ("from", "to")), style="bold"))
    for word in ("changes", "claims"):
        entries = answer[word]
        if entries:
            _head(out, "pairs" if word == "changes" else word, len(entries), lang)
        for entry in entries[:SHOWN]:
            out.print(Text.assemble(_change(entry["kind"], lang), f"  {entry['explanation']}"))
        _rest(graph, out, len(entries))
    foot(out, graph, answer)


def _point(found: Document, lang: str) -> str:
    number = found["revision"]
    known = number is None or str(number) == found["point"]
    revision = "" if known else marks(lang).inside(f"{say('revision', lang)} {number}")
    return f"{found['point']}{revision}"


def _ends(graph: Graph, out: Console, answer: Document) -> None:
    """Show a pair before and after: direction, expected value, reliability."""
    lang = graph.lang
    names = [label(graph, answer["question"][end]) for end in ("source", "target")]
    kinds = [change["kind"] for change in answer["changes"] if change["of"] == "pair"]
    head = Text(" – ".join(names), style="bold")
    out.print(head.append("   ").append_text(_change([*kinds, "none"][0], lang)))
    for at, word in enumerate(("before", "afterwards")):
        line = Text(f"  {say(word, lang)}{marks(lang).colon}")
        found = answer["direction"][at]
        if found is None:
            line.append(say("no_path", lang))
        else:
            line.append_text(direction(found, lang))
            line.append(f"  {say('expected', lang)} {figures(*answer['expected'])[at]}")
            spans = answer["reliability"][at] or {}
            some = marks(lang).semicolon.join(f"{say(side, lang)} {span(values)}" for side, values in spans.items())
            line.append(f"  {say('reliability', lang)} {some}" if some else "", style="dim")
        out.print(line)


def _pairs(graph: Graph, out: Console, changes: Sequence[Document]) -> None:
    lang = graph.lang
    if not changes:
        return
    _head(out, "pairs", len(changes), lang)
    rows: list[Row] = []
    for change in changes[:SHOWN]:
        sides = []
        measure, texts = of_pair(change)
        for found, text in zip(change["direction"], texts, strict=True):
            sides.append(Text("–") if found is None else direction(found, lang).append(f" {_of(measure, lang)}{text}"))
        names = [label(graph, change[end]) for end in ("source", "target")]
        rows.append((_change(change["kind"], lang), *names, *sides))
    _table(graph, out, ("change", "technique", "risk", "before", "afterwards"), rows, fixed={0, 3, 4})
    _rest(graph, out, len(changes))


def _claims(graph: Graph, out: Console, claims: Sequence[Document]) -> None:
    lang = graph.lang
    if not claims:
        return
    _head(out, "claims", len(claims), lang)
    rows: list[Row] = []
    for change in claims[:SHOWN]:
        sides = []
        measure, texts = of_beliefs(change["belief"], apart=change["state"][0] != change["state"][1])
        for state, text in zip(change["state"], texts, strict=True):
            sure = "" if text is None or state == "unsupported" else f" {_of(measure, lang)}{text}"
            sides.append(f"{STATES[state][lang == 'zh']}{sure}")
        rows.append((change["claim"], _change(change["kind"], lang), *sides, ", ".join(change["because"])))
    _table(graph, out, ("claim", "change", "before", "afterwards", "because"), rows, ids={0, 4}, fixed={1, 2, 3})
    _rest(graph, out, len(claims))


def _head(out: Console, word: str, count: int, lang: str) -> None:
    out.print(Text(f"{say(word, lang)}{marks(lang).inside(count)}", style="bold"))


def _of(measure: str, lang: str) -> str:
    """Return what a figure measures, where it is not the expected value."""
    return "" if measure == "expected" else f"{MEASURES[measure].get(lang)} "


def _expected(belief: Document | None) -> float | None:
    return None if belief is None else belief["expected"]


def _loss(graph: Graph, loss: Document) -> tuple[Text | str, ...]:
    after = loss["after"]
    if after is None:
        return _change(loss["change"], graph.lang), "–", "–", say("no_path", graph.lang)
    shown = direction(loss["direction"], graph.lang)
    return _change(loss["change"], graph.lang), shown, figure(after["belief"]["expected"]), _chain(graph, after)


def _chain(graph: Graph, path: Document) -> str:
    """Return a path as labels joined by signed arrows; its claims may be supposed only."""
    names = [label(graph, path["entities"][0])]
    for claim, entity in zip(path["claims"], path["entities"][1:], strict=True):
        _, relation, _ = ends_of_claim(claim)
        names.append(f"{ARROWS[graph.vocabulary.relation(relation).sign]} {label(graph, entity)}")
    return " ".join(names)


def _change(kind: str, lang: str) -> Text:
    symbol, en, zh, style = CHANGES[kind]
    return Text(f"{symbol} {zh if lang == 'zh' else en}", style=style)


def _table(
    graph: Graph,
    out: Console,
    words: Sequence[str],
    rows: Sequence[Row],
    *,
    ids: Collection[int] = (),
    fixed: Collection[int] = (),
) -> None:
    """Show a table; `ids` and `fixed` are the places of columns of that kind."""
    columns = [Column(say(word, graph.lang), ids=at in ids, fixed=at in fixed) for at, word in enumerate(words)]
    show(out, columns, rows)


def _rest(graph: Graph, out: Console, total: int, *, most: int = SHOWN) -> None:
    if total > most:
        out.print(Text(say("more", graph.lang).format(total - most), style="dim"))
