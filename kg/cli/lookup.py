"""Looking a work up on the command line: lookup.

May enter: an identifier. Never here: the services (kg.citations), writing to the record.
"""

from __future__ import annotations

from typing import Any

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from kg.citations import lookups
from kg.citations.found import Found
from kg.citations.references import reference
from kg.cli.context import Context
from kg.cli.options import json_option, print_json
from kg.cli.screen import console
from kg.settings import read_settings

WORDS: dict[str, tuple[str, str]] = {
    "retracted": ("RETRACTED", "已撤稿"),
    "corrected": ("corrected", "已更正"),
    "current": ("no retraction or correction is known", "未见撤稿或更正"),
    "other": ("this is a notice about", "本文献是通知，针对"),
    "retraction": ("retraction", "撤稿"),
    "partial-retraction": ("partial retraction", "部分撤稿"),
    "correction": ("correction", "更正"),
    "concern": ("expression of concern", "关注声明"),
    "addendum": ("addendum", "补充"),
    "update": ("update", "更新"),
    "is-preprint-of": ("preprint of", "预印本，正式版本为"),
    "has-preprint": ("has a preprint", "预印本为"),
    "is-version-of": ("version of", "另一版本为"),
    "has-version": ("has another version", "另有版本"),
    "is-same-as": ("the same as", "等同于"),
    "asked": ("{} on {}{}", "{}，{}{}"),
    "kept": (" (kept; --fresh asks again)", "（本地缓存；--fresh 可重新查询）"),
}
STYLES = {"retracted": "bold red", "corrected": "yellow", "current": "green"}


@click.command()
@click.argument("identifier")
@click.option("--fresh", is_flag=True, help="Ask again even when an answer is kept (a week, or a day for none).")
@json_option
@click.pass_obj
def lookup(context: Context, /, identifier: str, fresh: bool, as_json: bool) -> None:
    """Look a work up by its DOI, arXiv id, OpenAlex id or PubMed id: citation, retractions, corrections, versions.

    Asks Crossref, DataCite, arXiv, OpenAlex or PubMed; nothing is stored in the record. KG_LOOKUPS=off forbids it.
    """
    fetch = lookups.fetcher(read_settings(), fresh=fresh)
    found = lookups.look_up(identifier, fetch=fetch)
    print_json(found.document()) if as_json else _show(found, context)


def _show(found: Found, context: Context) -> None:
    out, at = console(), 1 if context.lang == "zh" else 0
    work = found.work
    out.print(Text(reference(work.record(context.vocabulary), lang=context.lang)))
    status = Text(WORDS[work.status][at], style=STYLES[work.status])
    out.print(Text.assemble(status, f"  {work.notice}" if work.notice else ""))
    for notice in found.notices:
        named = notice.other.address if notice.other is not None else ""
        about = WORDS["other"][at] if notice.about == "other" else ""
        parts = (WORDS[notice.kind][at], about, named, notice.date, f"({notice.source})")
        _line(out, "  ".join(part for part in parts if part))
    for relation in found.relations:
        _line(out, f"{WORDS[relation.kind][at]} {relation.other.address}")
    for remark in found.remarks:
        _line(out, f"→ {remark}", style="dim")
    abstract: Any = work.csl.get("abstract")
    if abstract:
        out.print(Padding(Text(str(abstract)), (1, 0, 1, 3)))
    kept = WORDS["kept"][at] if found.cached else ""
    out.print(Text(WORDS["asked"][at].format(found.source, found.when, kept), style="dim"))


def _line(out: Console, text: str, style: str = "") -> None:
    out.print(Padding(Text(text, style=style), (0, 0, 0, 3)))
