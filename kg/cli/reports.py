"""Reports on the first pack on the screen: what rests on little, and which claims stand for the seed text.

Lives here: their tables and lines. May enter: documents. Never here: records (kg.cli.cards), answers, JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from kg.cli.screen import console
from kg.cli.tables import Column, show
from kg.cli.words import marks, say
from kg.graph import Graph

Document = Mapping[str, Any]


def basis(graph: Graph, report: Document) -> None:
    """Show the evidence that rests on little."""
    out = console()
    bases = graph.vocabulary.bases
    inferred = marks(graph.lang).comma + say("inferred", graph.lang)
    rows = [
        (
            item["alias"] or item["evidence"],
            item["claim"],
            item["work"],
            bases[item["basis"]].label.get(graph.lang) + (inferred if item["inferred"] else ""),
        )
        for item in report["items"]
    ]
    words = ("evidence", "claim", "work", "was_read")
    show(out, [Column(say(word, graph.lang), ids=word != "was_read") for word in words], rows)
    out.print(escape(report["note"]))


def coverage(graph: Graph, report: Document) -> None:
    """Show which claims represent which item of the seed text."""
    out = console()
    for item in report["items"]:
        mark = Text("✓ ", style="green") if item["represented"] else Text("✗ ", style="bold red")
        heading = item["heading"] or {}
        out.print(
            Text.assemble(mark, (item["locator"], "bold"), "  ", heading.get(graph.lang) or heading.get("zh", ""))
        )
        out.print(Padding(escape(item["statement"]), (0, 0, 0, 2)))
        stands = ", ".join(item["claims"] or item["work_notes"])
        out.print(Padding(Text(stands, style="dim"), (0, 0, 0, 2)))
        if item["missing"]:
            out.print(
                Padding(
                    Text(
                        say("missing", graph.lang) + marks(graph.lang).colon + ", ".join(item["missing"]), style="red"
                    ),
                    (0, 0, 0, 2),
                )
            )
    out.print(escape(report["note"]))
