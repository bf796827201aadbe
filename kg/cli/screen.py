"""Answers on the screen: readable tables with colour; colour never carries a meaning alone.

Lives here: the tables of the questions. May enter: documents of answers. Never here: questions, JSON.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from kg.cli.tables import Column, longest, show
from kg.cli.words import marks, say
from kg.graph import Graph
from kg.packaged import bringing
from kg.searching import lacks_compiled

Document = Mapping[str, Any]
SYMBOLS = {"raises": "▲", "lowers": "▼", "mixed": "◆"}
STYLES = {"raises": "red", "lowers": "green", "mixed": "yellow"}
ARROWS = {1: "→", -1: "⊣", 0: "┄"}
PIPE_WIDTH = 120


def console() -> Console:
    """Return a console for stdout: as wide as the terminal, 120 columns in a pipe."""
    width = None if sys.stdout.isatty() else shutil.get_terminal_size((PIPE_WIDTH, 40)).columns
    return Screen(highlight=False, width=width, soft_wrap=False)


@contextmanager
def working(lang: str) -> Iterator[None]:
    """Show on stderr that something is being worked out, where a person looks on; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield
        return
    with Console(stderr=True).status(say("working", lang)):
        yield


class Screen(Console):
    """A console that leaves a closed pipe to the entry point, where all commands treat it alike, and cuts no id.

    A word that is longer than a line, an id or an address, runs over its end instead of being broken.
    """

    def print(self, *objects: Any, **how: Any) -> None:
        """Print; a text with a word that is too long for a line is left to the terminal to wrap."""
        texts = [one.plain if isinstance(one, Text) else one for one in objects]
        long = any(isinstance(one, str) and longest(one) > self.width for one in texts)
        super().print(*objects, **{"soft_wrap": True, **how} if long else how)

    def on_broken_pipe(self) -> None:
        """Pass the error on instead of ending with exit code 1."""
        raise BrokenPipeError


def label(graph: Graph, entity: str) -> str:
    """Return the label of an entity in the language of the graph."""
    record = graph.snapshot.entities.get(entity)
    return entity if record is None else record.label.get(graph.lang)


def direction(word: str, lang: str) -> Text:
    """Return a direction with its symbol."""
    return Text(f"{SYMBOLS[word]} {say(word, lang)}", style=STYLES[word])


def chain(graph: Graph, path: Document) -> str:
    """Return a path as labels joined by signed arrows: `A → B ⊣ C`."""
    names = [label(graph, path["entities"][0])]
    for claim, entity in zip(path["claims"], path["entities"][1:], strict=True):
        relation = graph.snapshot.claims[claim].relation
        names.append(f"{ARROWS[graph.vocabulary.relation(relation).sign]} {label(graph, entity)}")
    return " ".join(names)


def figure(value: float) -> str:
    """Return a probability with two decimals."""
    return f"{value:.2f}"


def span(values: Sequence[float]) -> str:
    """Return low, expected and high."""
    return f"{values[0]:.2f} / {values[1]:.2f} / {values[2]:.2f}"


def foot(out: Console, graph: Graph, answer: Document) -> None:
    """Say what holds for the whole answer: its note, its limits, its revision, the caveat."""
    if "note" in answer:
        out.print(escape(answer["note"]))
    if not answer["complete"]:
        out.print(
            Text(say("incomplete", graph.lang) + marks(graph.lang).colon + ", ".join(answer["limits"]), style="yellow")
        )
        if lacks_compiled(len(graph.snapshot.claims)):
            out.print(Text(say("faster", graph.lang).format(bringing("fast")), style="yellow"))
    out.print(Text(f"{say('revision', graph.lang)} {answer['revision']}, {answer['receipt']}", style="dim"))
    out.print(Text(answer["caveat"], style="dim"))


def raises(graph: Graph, answer: Document) -> None:
    """Show which techniques raise or lower which risks."""
    lang, out = graph.lang, console()
    if answer["items"]:
        columns = [*_columns("technique", lang), Column(say("chain_works", lang), ids=True)]
        rows = [
            (*_row(graph, item, "technique"), _chains(graph, item).append(f"\n{', '.join(item['works'])}", style="dim"))
            for item in answer["items"]
        ]
        show(out, columns, rows, between=True)
    foot(out, graph, answer)


def matrix(graph: Graph, answer: Document) -> None:
    """Show the evidence gap map: a symbol and the expected value in each cell, a dot where nothing was found.

    Columns are numbered, since labels do not fit; the numbers are explained below the map.
    """
    lang, out = graph.lang, console()
    cells = {(cell["row"], cell["col"]): cell for cell in answer["cells"]}
    rows = [row for row in answer["rows"] if any((row, col) in cells for col in answer["cols"])]
    cols = [col for col in answer["cols"] if any((row, col) in cells for row in answer["rows"])]
    fitting = max(1, (out.width - 40) // 8)
    for at in range(0, len(cols), fitting):
        part = cols[at : at + fitting]
        table = Table(expand=False)
        table.add_column("", max_width=38, overflow="fold")
        for number in range(at + 1, at + len(part) + 1):
            table.add_column(str(number), width=5, justify="right")
        for row in rows:
            if any((row, col) in cells for col in part):
                table.add_row(escape(label(graph, row)), *(_cell(cells.get((row, col))) for col in part))
        out.print(table)
    for number, col in enumerate(cols, 1):
        out.print(Text(f"{number:>3}  {label(graph, col)}"))
    bare = (len(answer["rows"]) - len(rows), len(answer["rows"]), len(answer["cols"]) - len(cols), len(answer["cols"]))
    out.print(Text(say("gaps", lang).format(*bare), style="dim"))
    if "rows" in answer["limits"]:
        out.print(Text(say("rows_looked_at", lang).format(len(answer["rows"])), style="yellow"))
    foot(out, graph, answer)


def paths(graph: Graph, answer: Document) -> None:
    """Show paths, one block each: how sure, the chain, a sentence, the works."""
    lang, out = graph.lang, console()
    for number, path in enumerate(answer["paths"], 1):
        word = {1: "raises", -1: "lowers"}.get(path["sign"])
        sign = Text("0") if word is None else direction(word, lang)
        head = Text.assemble(
            f"{number}. ", sign, f"  {say('expected', lang)} ", (figure(path["belief"]["expected"]), "bold")
        )
        head.append(f"  [{figure(path['belief']['low'])} – {figure(path['belief']['high'])}]")
        if path["contested"]:
            head.append(f"  ! {say('contested', lang)}", style="yellow")
        out.print(head)
        out.print(f"   {escape(chain(graph, path))}", style="bold")
        out.print(f"   {escape(path['explanation'])}")
        out.print(Text(f"   {say('works', lang)}{marks(lang).colon}{', '.join(path['works'])}", style="dim"))
        out.print()
    foot(out, graph, answer)


def impact(graph: Graph, answer: Document) -> None:
    """Show what an entity reaches, or what reaches it."""
    lang, out = graph.lang, console()
    if answer["items"]:
        columns = [*_columns("entity", lang), Column(say("chain", lang))]
        show(out, columns, [(*_row(graph, item, "entity"), _chains(graph, item)) for item in answer["items"]])
    foot(out, graph, answer)


def _columns(first: str, lang: str) -> list[Column]:
    return [
        Column(say(first, lang)),
        Column(say("direction", lang), fixed=True),
        Column(say("expected", lang), fixed=True, right=True),
        Column(say("reliability", lang), fixed=True),
    ]


def _row(graph: Graph, item: Document, first: str) -> tuple[str | Text, ...]:
    return (
        label(graph, item[first]),
        direction(item["direction"], graph.lang),
        figure(item["best"]["belief"]["expected"]),
        _reliability(item),
    )


def _reliability(item: Document) -> str:
    known = [word for word in ("raises", "lowers") if any(item["reliability"][word])]
    return "\n".join(f"{SYMBOLS[word]} {span(item['reliability'][word])}" for word in known)


def _chains(graph: Graph, item: Document) -> Text:
    text = Text(chain(graph, item["best"]))
    if item["best"]["contested"]:
        text.append(f" ! {say('contested', graph.lang)}", style="yellow")
    if item["opposing"] is not None:
        against, strength = chain(graph, item["opposing"]), figure(item["opposing"]["belief"]["expected"])
        signs = marks(graph.lang)
        text.append(f"\n{say('opposing', graph.lang)}{signs.inside(strength)}{signs.colon}{against}", style="dim")
    return text


def _cell(cell: Document | None) -> Text:
    if cell is None:
        return Text("·", style="dim")
    mark = "*" if cell["contested"] else ""
    shown = f"{SYMBOLS[cell['direction']]}{cell['best']['belief']['expected']:.2f}{mark}".replace("0.", ".")
    return Text(shown, style=STYLES[cell["direction"]])
