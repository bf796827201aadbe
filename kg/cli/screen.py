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

from kg.cli.words import say
from kg.graph import Graph

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
    """A console that leaves a closed pipe to the entry point, where all commands treat it alike."""

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
        out.print(Text(f"{say('incomplete', graph.lang)}: {', '.join(answer['limits'])}", style="yellow"))
    out.print(Text(f"{say('revision', graph.lang)} {answer['revision']}, {answer['receipt']}", style="dim"))
    out.print(Text(answer["caveat"], style="dim"))


def raises(graph: Graph, answer: Document) -> None:
    """Show which techniques raise or lower which risks."""
    lang, out = graph.lang, console()
    if answer["items"]:
        table = Table(expand=True, show_lines=True)
        table.add_column(say("technique", lang), width=20, overflow="fold")
        table.add_column(say("direction", lang), no_wrap=True)
        table.add_column(say("expected", lang), justify="right")
        table.add_column(say("reliability", lang), no_wrap=True)
        table.add_column(say("chain_works", lang), ratio=1, overflow="fold")
        for item in answer["items"]:
            table.add_row(
                escape(label(graph, item["technique"])),
                direction(item["direction"], lang),
                figure(item["best"]["belief"]["expected"]),
                _reliability(item),
                f"{_chains(graph, item)}\n[dim]{escape(', '.join(item['works']))}[/dim]",
            )
        out.print(table)
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
        out.print(Text(f"   {say('works', lang)}: {', '.join(path['works'])}", style="dim"))
        out.print()
    foot(out, graph, answer)


def impact(graph: Graph, answer: Document) -> None:
    """Show what an entity reaches, or what reaches it."""
    lang, out = graph.lang, console()
    if answer["items"]:
        table = Table(expand=True)
        table.add_column(say("entity", lang), width=22, overflow="fold")
        table.add_column(say("direction", lang), no_wrap=True)
        table.add_column(say("expected", lang), justify="right")
        table.add_column(say("reliability", lang), no_wrap=True)
        table.add_column(say("chain", lang), ratio=1)
        for item in answer["items"]:
            table.add_row(
                escape(label(graph, item["entity"])),
                direction(item["direction"], lang),
                figure(item["best"]["belief"]["expected"]),
                _reliability(item),
                _chains(graph, item),
            )
        out.print(table)
    foot(out, graph, answer)


def _reliability(item: Document) -> str:
    known = [word for word in ("raises", "lowers") if any(item["reliability"][word])]
    return "\n".join(f"{SYMBOLS[word]} {span(item['reliability'][word])}" for word in known)


def _chains(graph: Graph, item: Document) -> str:
    text = escape(chain(graph, item["best"]))
    if item["best"]["contested"]:
        text += f" [yellow]! {say('contested', graph.lang)}[/yellow]"
    if item["opposing"] is not None:
        against = escape(chain(graph, item["opposing"]))
        strength = figure(item["opposing"]["belief"]["expected"])
        text += f"\n[dim]{say('opposing', graph.lang)} ({strength}): {against}[/dim]"
    return text


def _cell(cell: Document | None) -> Text:
    if cell is None:
        return Text("·", style="dim")
    mark = "*" if cell["contested"] else ""
    shown = f"{SYMBOLS[cell['direction']]}{cell['best']['belief']['expected']:.2f}{mark}".replace("0.", ".")
    return Text(shown, style=STYLES[cell["direction"]])
