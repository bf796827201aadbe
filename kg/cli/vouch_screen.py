"""Receipts and the lint on the screen.

Lives here: their tables and words. May enter: documents. Never here: verifying, rules, JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from kg.cli.cards import bar
from kg.cli.screen import console, figure, label
from kg.cli.tables import indented
from kg.cli.words import marks
from kg.graph import Graph

Document = Mapping[str, Any]
SHOWN = 10
WORDS = {
    "answered": ("answered at revision {}, kept {}", "作答于修订版 {}，保存于 {}"),
    "altered": ("✗ the document was altered", "✗ 文档已被改动"),
    "changed": ("changed since", "此后的变化"),
    "claims": ("Claims", "论断"),
    "criteria": ("Criteria", "条件"),
    "different": ("✗ it does not come out the same", "✗ 重新计算的结果不同"),
    "error": ("error", "错误"),
    "evidence": ("Evidence items", "证据"),
    "fine": ("✓ no finding", "✓ 没有发现问题"),
    "identical": ("✓ worked out again at revision {}: identical", "✓ 在修订版 {} 重新计算：完全一致"),
    "known": ("known already", "已知"),
    "more": ("and {} more; --json shows all", "另有 {} 项；--json 可查看全部"),
    "newest": ("✓ the newest revision, {}, gives the same answer", "✓ 最新的修订版 {} 给出相同答案"),
    "none": ("No answer is kept. --keep on a question keeps its answer.", "没有保存的答案。提问时加 --keep 即可保存。"),
    "note": ("note", "提示"),
    "other": ("! the newest revision, {}, gives another answer", "! 最新的修订版 {} 给出不同答案"),
    "gone": ("found no more", "已不再出现"),
    "paragraph other": ("! the paragraph is not what this version writes", "! 段落并非本版本写成"),
    "paragraph same": ("✓ the paragraph is what this version writes", "✓ 段落与本版本写成的相同"),
    "question": ("Question", "问题"),
    "references": (
        "--references bibtex|ris|csl-json prints the references.",
        "--references bibtex|ris|csl-json 输出参考文献。",
    ),
    "warning": ("warning", "警告"),
    "works": ("Works", "文献"),
}
STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}


def shown(graph: Graph, document: Document) -> None:
    """Show a kept answer: what was asked, and what the answer rests on."""
    lang, out, signs = graph.lang, console(), marks(graph.lang)
    out.print(Text(document["receipt"], style="bold"))
    out.print(Text(_say("answered", lang).format(document["revision"], document["kept_at"]), style="dim"))
    criteria = document["criteria"]
    asked = {name: value for name, value in document["question"].items() if name not in criteria and value is not None}
    for word, values in (("question", asked), ("criteria", criteria)):
        if values:
            said = "; ".join(f"{name}: {_flat(value)}" for name, value in values.items())
            out.print(f"{_say(word, lang)}{signs.colon}{escape(said)}")
    out.print()
    out.print(Text(_say("claims", lang) + signs.inside(len(document["claims"])), style="bold"))
    for claim in document["claims"]:
        line = Text(f"   {figure(claim['belief']['expected'])}  ")
        out.print(line.append(bar(claim["belief"])).append(f"  {claim['id']}"))
    out.print(Text(f"{_say('evidence', lang)}{signs.colon}{len(document['evidence'])}", style="bold"))
    out.print(Text(_say("works", lang) + signs.inside(len(document["works"])), style="bold"))
    for work in document["works"]:
        out.print(Text(f"   {work['id']}  {work['title']} ({work['year'] or '?'})"))
    out.print(Text(_say("references", lang), style="dim"))


def verified(graph: Graph, report: Document) -> None:
    """Show whether an answer comes out the same, and what changed since."""
    lang, out, signs = graph.lang, console(), marks(graph.lang)
    if report["identical"]:
        out.print(Text(_say("identical", lang).format(report["revision"]), style="green"))
    else:
        out.print(Text(_say("altered" if report["altered"] else "different", lang), style="bold red"))
        for one in report["differences"][:SHOWN]:
            out.print(Text(f"   {one['at']}: {_flat(one['kept'])} / {_flat(one['again'])}"))
    if "paragraph" in report:
        style = "green" if report["paragraph"] == "same" else "yellow"
        out.print(Text(_say(f"paragraph {report['paragraph']}", lang), style=style))
    newest = report["newest"]
    word, style = ("newest", "green") if newest["same"] else ("other", "yellow")
    out.print(Text(_say(word, lang).format(newest["revision"]), style=style))
    told = [change for change in report["changed"] if change["of"] in {"pair", "claim"}]
    if told:
        out.print(Text(_say("changed", lang) + signs.inside(len(told)) + signs.colon.strip(), style="bold"))
        for change in told[:SHOWN]:
            out.print(f"   {escape(change['explanation'])}")
        _rest(out, len(told) - SHOWN, lang)
    members = [change["member"] for change in report["changed"] if change["of"] == "answer"]
    if members and not told:
        out.print(_say("changed", lang) + signs.colon + ", ".join(members))
    if "note" in report:
        out.print(escape(report["note"]))


def listed(graph: Graph, page: Document) -> None:
    """Show which answers are kept."""
    out = console()
    if not page["items"]:
        out.print(_say("none", graph.lang))
    for item in page["items"]:
        line = Text.assemble((item["receipt"], "bold"), f"  {item['question']:<11} {item['revision']:>6}  ")
        out.print(line.append(item["kept_at"], style="dim"))


def lint(graph: Graph, report: Document) -> None:
    """Show findings rule by rule, with the remedy once for each rule."""
    lang, out = graph.lang, console()
    for (severity, rule), found in groupby(report["items"], key=lambda item: (item["severity"], item["rule"])):
        items = list(found)
        head = Text.assemble((_say(severity, lang), STYLES[severity]), "  ", (rule, "bold"), f" ({len(items)})")
        out.print(head)
        out.print(Padding(Text(f"→ {items[0]['remedy']}", style="dim"), (0, 0, 0, 3)))
        for item in items:
            name = label(graph, item["id"]) if item["kind"] == "entity" else item["id"]
            indented(out, Text(name), 3)
            indented(out, Text(item["message"], style="dim"), 6)
        out.print()
    counts = report["counts"]
    parts = [f"{_say(word, lang)} {counts[word]}" for word in ("error", "warning", "note")]
    parts += [f"{_say(word, lang)} {counts[word]}" for word in ("known", "gone") if counts[word]]
    if not report["items"]:
        out.print(Text(_say("fine", lang), style="green"))
    out.print(Text(" · ".join(parts), style="dim"))


def _rest(out: Console, count: int, lang: str) -> None:
    if count > 0:
        out.print(Text(f"   {_say('more', lang).format(count)}", style="dim"))


def _flat(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "–" if value is None else str(value)


def _say(word: str, lang: str) -> str:
    return WORDS[word][1 if lang == "zh" else 0]
