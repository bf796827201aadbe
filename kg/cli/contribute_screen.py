"""Contributions, the queue, decisions and the history on the screen.

Lives here: their tables and words. May enter: documents of the face. Never here: questions, JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from kg.cli import history_words as words
from kg.cli import probe_screen
from kg.cli.cards import passage
from kg.cli.screen import console
from kg.cli.words import marks, say
from kg.contribute.states import UNDO
from kg.graph import Graph
from kg.question.compare_said import MEASURES, of_beliefs

Document = Mapping[str, Any]
SHOWN = 10
WORDS = {
    "accept": ("accepted", "已接受"),
    "already": ("is there already", "已在记录中"),
    "alike": ("Resembles", "相似的记录"),
    "belief": ("Belief", "信念"),
    "blocked": ("cannot be accepted now", "现在不能接受"),
    "by": ("by", "提交者"),
    "came": ("Look at what came in meanwhile", "请核查其间加入的内容"),
    "dry": ("nothing is stored", "未保存任何内容"),
    "empty": ("Nothing waits for review.", "没有待审核的内容。"),
    "hanging": (
        "Later records still hang on what was revoked: {}. `kg log ID` names the revision that wrote "
        "one, for `kg undo`; `kg revoke {}` revokes it",
        "已撤回的记录上仍有后来的记录：{} 条。`kg log ID` 给出写入它的修订版编号，可用 `kg undo` 撤销；"
        "`kg revoke {}` 可撤回它",
    ),
    "history": ("History", "历史"),
    "more": ("{} in all; --after {} shows more", "共 {} 项；--after {} 可查看更多"),
    "needs": ("accepts too", "将一并接受"),
    "new": ("new", "新增"),
    "none": ("no answer changes", "没有答案改变"),
    "quote": ("Quote", "引文"),
    "reject": ("rejected", "已拒绝"),
    "restored": ("{} as before", "{} 已恢复原状"),
    "return": ("returned for changes", "已退回修改"),
    "revision": ("revision", "修订版"),
    "revoke": ("revoked", "已撤回"),
    "supersedes": ("supersedes", "取代"),
    "undo": ("undone", "已撤销"),
    "undo would": ("would be undone", "将撤销"),
    "would": ("would change", "将改变"),
}
QUOTES = {"found": ("✓", "green"), "not-found": ("!", "yellow"), "unchecked": ("?", "dim"), "none": ("–", "dim")}


def contributed(graph: Graph, answer: Document) -> None:
    """Show what was added, or what adding it would change."""
    lang, out = graph.lang, console()
    head = Text.assemble((answer["id"], "bold"), f"  {_status(graph, answer['kind'], answer['status'])}")
    if answer["already"]:
        head.append(f"  {_say('already', lang)}", style="yellow")
    out.print(head)
    if answer.get("supersedes"):
        out.print(Text(f"   {_say('supersedes', lang)} {answer['supersedes']}", style="dim"))
    _fields(graph, out, answer["kind"], answer.get("changed", []))
    for one in answer["written"][1:]:
        said = f"{words.kind(one['kind'], lang)} {one['id']}  {_status(graph, one['kind'], one['status'])}"
        out.print(Text(f"   + {said}", style="dim"))
    _quote(graph, out, answer.get("quote_check"))
    _alike(graph, out, answer)
    if "note" in answer:
        out.print(Text(f"   {answer['note']}", style="yellow"))
    if "changes" in answer:
        effect(graph, out, answer)
    said = _say("dry", lang) if answer.get("dry_run") else f"{_say('revision', lang)} {answer['revision']}"
    out.print(Text(said, style="dim"))


def queue(graph: Graph, page: Document) -> None:
    """Show what waits for review."""
    lang, out = graph.lang, console()
    if not page["items"]:
        out.print(_say("empty", lang))
    for item in page["items"]:
        head = Text.assemble((item["id"], "bold"), f"  {_status(graph, item['kind'], item['status'])}")
        who = ", ".join(item["proposed_by"]) or item["last"]["actor"]
        out.print(head.append(f"  {_say('by', lang)} {who}{marks(lang).comma}{item['proposed_at'][:16]}", style="dim"))
        out.print(Text(f"   {item['says']}"))
        if item["blocked"] is None:
            out.print(Text(f"   {_named('would', lang)}{item['would']}", style="cyan"))
        else:
            out.print(Text(f"   {_named('blocked', lang)}{item['blocked']}", style="yellow"))
        if item["needs"]:
            out.print(Text(f"   {_named('needs', lang)}{', '.join(one['id'] for one in item['needs'])}", style="dim"))
        if item["last"]["reason"]:
            act = words.act(item["last"]["act"], lang) + marks(lang).colon
            out.print(Text(f"   {act}{item['last']['reason']}", style="dim"))
    if page["next"] is not None:
        out.print(Text(_say("more", lang).format(page["total"], page["next"]), style="dim"))


def waiting(graph: Graph, found: Document) -> None:
    """Show one proposal in full."""
    lang, out = graph.lang, console()
    queue(graph, {"items": [found], "next": None})
    out.print()
    if found["kind"] == "evidence":
        passage(graph, out, found["record"], graph.network())
        _quote(graph, out, found["quote_check"])
    effect(graph, out, found)
    out.print(Text(_say("history", lang), style="bold"))
    _versions(graph, out, found["kind"], found["history"])


def decided(graph: Graph, answer: Document) -> None:
    """Show what a decision changed."""
    lang, out, signs = graph.lang, console(), marks(graph.lang)
    would = bool(answer.get("dry_run"))
    out.print(Text(_say("undo would" if would else answer["act"], lang), style="bold"))
    fields = _restored(graph, answer["revision"]) if answer["act"] == UNDO and not would else {}
    for one in answer["records"][: 2 * SHOWN]:
        before, after = one["status"]
        old = _say("new", lang) if before is None else _status(graph, one["kind"], before)
        differ = fields.get((one["kind"], one["id"]))
        now = _status(graph, one["kind"], after)
        said = [] if differ and before == after else [now if before == after else f"{old} → {now}"]
        if differ:
            said.append(_say("restored", lang).format(differ))
        named = f"{words.kind(one['kind'], lang)} {one['id']}"
        out.print(Text(f"   {named}{signs.colon}{signs.semicolon.join(said)}"))
    _rest(out, len(answer["records"]) - 2 * SHOWN)
    effect(graph, out, answer)
    left = answer.get("left", [])
    hanging = sorted({(one["kind"], one["id"]) for one in left if one["why"] == "revoked"})
    if hanging:
        out.print(Text(_say("hanging", lang).format(len(hanging), hanging[0][1]), style="yellow"))
    came = [one["said"] for one in left if one["why"] == "merged"]
    if came:
        out.print(Text(_named("came", lang).rstrip(), style="yellow"))
    for said in came[:SHOWN]:
        out.print(Text(f"   {said}", style="yellow"))
    _rest(out, len(came) - SHOWN)
    last = _say("dry", lang) if would else f"{_say('revision', lang)} {answer['revision']}"
    out.print(Text(last, style="dim"))


def _restored(graph: Graph, revision: int) -> dict[tuple[str, str], str]:
    """Return the fields that differ, but for the status, of each record that a revision wrote in other words."""
    found = {}
    for change in graph.entry(revision)["changes"]:
        names = [one["field"] for one in change["changed"] if one["field"] != "status"]
        if names and not change["new"]:
            shown = (words.field(name, graph.lang) for name in names)
            found[change["kind"], change["id"]] = marks(graph.lang).also.join(shown)
    return found


def effect(graph: Graph, out: Console, answer: Document) -> None:
    """Show beliefs and answers before and after."""
    lang, signs = graph.lang, marks(graph.lang)
    for one in answer["beliefs"][:SHOWN]:
        measure, texts = of_beliefs(one["belief"])
        before, after = (text or "–" for text in texts)
        of = "" if measure == "expected" else signs.inside(MEASURES[measure].get(lang))
        head = _say("belief", lang) + of + signs.colon + before
        shown = (f"{head} → ", (after, "bold")) if before != after else (head,)
        out.print(Text.assemble(*shown, f"  {one['claim']}"))
    probe_screen.differences(graph, out, answer)
    if not answer["complete"]:
        out.print(Text(say("incomplete", lang) + signs.colon + ", ".join(answer["limits"]), style="yellow"))
    elif not answer["changes"] and not answer["claims"]:
        out.print(Text(_say("none", lang), style="dim"))


def history(graph: Graph, found: Document) -> None:
    """Show every version of a record."""
    out = console()
    out.print(Text.assemble((found["id"], "bold"), f"  {words.kind(found['kind'], graph.lang)}"))
    _versions(graph, out, found["kind"], found["versions"])


def entry(graph: Graph, found: Document) -> None:
    """Show one revision with all that it changed."""
    out = console()
    out.print(_line(found, found["number"], graph.lang))
    for change in found["changes"]:
        mark = "+" if change["new"] else "·"
        out.print(Text(f"  {mark} {words.kind(change['kind'], graph.lang)} {change['id']}"))
        _fields(graph, out, change["kind"], [] if change["new"] else change["changed"])


def _versions(graph: Graph, out: Console, kind: str, versions: list[Document]) -> None:
    for version in versions:
        out.print(_line(version, version["revision"], graph.lang))
        _fields(graph, out, kind, version["changed"])


def _line(told: Document, number: int, lang: str) -> Text:
    head = f"  {told['recorded_at']}  {told['actor']}  {words.act(told['act'], lang)}"
    line = Text.assemble((f"{number:>6}", "bold"), head)
    return line.append(f"  {told['reason']}", style="dim") if told["reason"] else line


def _fields(graph: Graph, out: Console, kind: str, changed: list[Document]) -> None:
    lang = graph.lang
    for one in changed:
        name = words.field(one["field"], lang) + marks(lang).colon.strip()
        before, after = (
            escape(words.value(kind, one["field"], one[side], graph.vocabulary, lang)) for side in ("before", "after")
        )
        gap = "" if lang == "zh" else " "
        shown = after if one["before"] is None else f"{before} → {after}"
        out.print(Padding(f"[dim]{name}[/dim]{gap}{shown}", (0, 0, 0, 10)))


def _quote(graph: Graph, out: Console, check: Document | None) -> None:
    if check is not None and check["state"] != "none":
        mark, style = QUOTES[check["state"]]
        out.print(Text(f"   {mark} {_named('quote', graph.lang)}{check['said']}", style=style))


def _alike(graph: Graph, out: Console, answer: Document) -> None:
    for one in answer["alike"][:SHOWN]:
        out.print(Text(f"   ≈ {_named('alike', graph.lang)}{one['id']}  {one['why']}", style="yellow"))


def _status(graph: Graph, kind: str, status: str) -> str:
    known = graph.vocabulary.work_statuses if kind == "work" else graph.vocabulary.statuses
    return known[status].label.get(graph.lang)


def _rest(out: Console, count: int) -> None:
    if count > 0:
        out.print(Text(f"   … {count}", style="dim"))


def _say(word: str, lang: str) -> str:
    return WORDS[word][1 if lang == "zh" else 0]


def _named(word: str, lang: str) -> str:
    """Return a word with the colon of its language, for what follows."""
    return _say(word, lang) + marks(lang).colon
