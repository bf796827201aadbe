"""Validation on the command line: validate.

May enter: a file. Never here: rules (ontology/shapes.ttl), how they are checked (kg.rdf).
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich.padding import Padding
from rich.text import Text

from kg.cli.context import Context
from kg.cli.options import json_option, print_json
from kg.cli.screen import console
from kg.settings import read_settings
from kg.validating import check_file

WORDS = {
    "violation": ("violation", "违规", "bold red"),
    "warning": ("warning", "警告", "yellow"),
    "info": ("info", "提示", "dim"),
    "fine": ("✓ no violation", "✓ 没有违规", "green"),
    "more": ("and {} more; --json shows all", "另有 {} 项；--json 可查看全部", "dim"),
}
SHOWN = 20


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@click.option("--on-record", is_flag=True, help="FILE may refer to what the record holds.")
@json_option
@click.pass_obj
def validate(context: Context, /, file: Path | None, on_record: bool, as_json: bool) -> None:
    """Check a file (Turtle, TriG, JSON-LD, N-Triples) or a pack, without FILE the whole record, against SHACL shapes.

    Each finding names its focus node, the rule, what is the case, and what to do. Exit 1 when something is violated;
    warnings and notes do not count. Nothing is loaded.
    """
    if file is None:
        report = context.graph.validate(lang=context.lang)
    else:
        ontology = [Path(path) for path in context.ontology] or read_settings().ontology
        known = context.graph.snapshot if on_record else None
        report = check_file(file, ontology=ontology, lang=context.lang, known=known)
    print_json(report) if as_json else _show(report, context.lang)
    if report["counts"]["violation"]:
        raise SystemExit(1)


def _show(report: dict[str, Any], lang: str) -> None:
    """Show findings rule by rule, message and remedy once for each rule unless they differ."""
    out, at = console(), 1 if lang == "zh" else 0
    for (severity, rule, message, remedy), found in groupby(
        report["items"], key=lambda item: (item["severity"], item["rule"], item["message"], item["remedy"])
    ):
        items = list(found)
        out.print(Text.assemble((WORDS[severity][at], WORDS[severity][2]), "  ", (rule, "bold"), f" ({len(items)})"))
        out.print(Padding(Text(message), (0, 0, 0, 3)))
        out.print(Padding(Text(f"→ {remedy}", style="dim"), (0, 0, 0, 3)))
        for item in items[:SHOWN]:
            out.print(Padding(Text(item["focus"]), (0, 0, 0, 6)))
        if len(items) > SHOWN:
            out.print(Padding(Text(WORDS["more"][at].format(len(items) - SHOWN), style="dim"), (0, 0, 0, 6)))
    counts = report["counts"]
    if not counts["violation"]:
        out.print(Text(WORDS["fine"][at], style=WORDS["fine"][2]))
    out.print(
        Text(" · ".join(f"{WORDS[word][at]} {counts[word]}" for word in ("violation", "warning", "info")), style="dim")
    )
