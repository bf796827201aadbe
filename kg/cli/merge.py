"""Duplicates on the command line: which works look like one, and making one of two.

May enter: citation keys. Never here: what a merge changes (kg.contribute.merging).
"""

from __future__ import annotations

from typing import Any

import click
from rich.text import Text

from kg.cli.context import Context
from kg.cli.contribute_options import Needed
from kg.cli.options import WORK, json_option, print_json
from kg.cli.screen import console
from kg.cli.words import marks

Document = dict[str, Any]
_WORDS: dict[str, tuple[str, str]] = {
    "grouped": ("they count as one source already", "两者已计为同一来源"),
    "none": ("no two works look like one", "没有看似重复的文献"),
    "duplicate": ("duplicate", "重复"),
    "version": ("version", "版本"),
    "more": ("{total} pairs in all; --limit shows more", "共 {total} 对；--limit 可显示更多"),
    "would": ("{merged} would be merged into {kept}", "{merged} 将并入 {kept}"),
    "done": ("revision {revision}: {merged} is merged into {kept}", "修订版 {revision}：{merged} 已并入 {kept}"),
    "moved": ("evidence that moves: {ids}", "移动的证据：{ids}"),
    "filled": ("{kept} gains: {fields}", "{kept} 补全：{fields}"),
    "undo": ("`kg undo {revision}` takes it back", "`kg undo {revision}` 可撤销"),
}


@click.command()
@click.option("--limit", default="100", show_default=True, metavar="N", help="Most pairs.")
@json_option
@click.pass_obj
def duplicates(context: Context, /, limit: str, as_json: bool) -> None:
    """Works that look like one, or like a preprint and its published form; those that count twice first."""
    graph = context.graph
    found = graph.duplicates(limit=limit, lang="en" if as_json else graph.lang)
    if as_json:
        print_json(found)
        return
    out, signs = console(), marks(graph.lang)
    for item in found["items"]:
        kind = _say(item["kind"], graph.lang)
        out.print(
            Text.assemble((f"{item['score']:.2f}  ", "bold"), f"{kind}{signs.colon}{item['work']} = {item['other']}")
        )
        grouped = signs.semicolon + _say("grouped", graph.lang) if item["grouped"] else ""
        out.print(Text(f"      {item['why']}{grouped}", style="dim"))
    if not found["items"]:
        out.print(_say("none", graph.lang))
    elif found["total"] > len(found["items"]):
        out.print(Text(_say("more", graph.lang, **found), style="dim"))


@click.command()
@click.argument("keep", type=WORK)
@click.argument("duplicate", type=WORK)
@click.option("--why", cls=Needed, metavar="TEXT", help="Why they are one work; kept with the revision.")
@click.option("--actor", metavar="HANDLE", help="Who merges. [default: $KG_ACTOR or the login name]")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@json_option
@click.pass_obj
def merge(context: Context, /, keep: str, duplicate: str, as_json: bool, **options: Any) -> None:
    """Make one of two entries of one work: KEEP stays, with the evidence and identifiers of DUPLICATE.

    Evidence keeps its ids; DUPLICATE is found at KEEP from then on. One revision, which undo takes back whole.
    """
    graph = context.graph
    done = graph.merge(keep, duplicate, **options)
    if as_json:
        print_json(done)
        return
    out, names = console(), {"kept": done["kept"]["id"], "merged": done["merged"]["id"]}
    word = "would" if done["dry_run"] else "done"
    out.print(Text(_say(word, graph.lang, **names, revision=done["revision"]), style="bold"))
    if done["moved"]:
        out.print(Text("  " + _say("moved", graph.lang, ids=", ".join(done["moved"]))))
    if done["filled"]:
        out.print(Text("  " + _say("filled", graph.lang, **names, fields=", ".join(done["filled"]))))
    for sentence in done["told"]:
        out.print(Text(f"  {sentence}", style="yellow"))
    if not done["dry_run"]:
        out.print(Text("  " + _say("undo", graph.lang, revision=done["revision"]), style="dim"))


def _say(word: str, lang: str, **values: Any) -> str:
    return _WORDS[word][1 if lang == "zh" else 0].format(**values)
