"""What an import did, on the screen: of citations in English and Chinese, of packs, tables and RDF.

Lives here: `citations`, `batch`. May enter: the report of an import. Never here: importing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from kg.cli.screen import console

Document = dict[str, Any]
SHOWN = 20
_WORDS: dict[str, tuple[str, str]] = {
    "sum": (
        "{source}: {found} found = {added} added + {duplicates} duplicates + {failures} failed; revision {revision}",
        "{source}：共 {found} 条 = 新增 {added} + 重复 {duplicates} + 失败 {failures}；修订 {revision}",
    ),
    "dry": ("nothing was written", "未写入任何内容"),
    "read_as": ("read as {format}, {encoding}", "按 {format}、{encoding} 读取"),
    "duplicate": ("duplicate: {key} is {match}: {why}", "重复：{key} 即 {match}：{why}"),
    "version": (
        "version: {key} and {other} are one source ({why}); they count once",
        "版本：{key} 与 {other} 属同一来源（{why}）；只计一次",
    ),
    "updated": ("filled in {key}: {fields}", "已补全 {key}：{fields}"),
    "more": ("… and {more} more; --json lists all", "…… 另有 {more} 条；--json 列出全部"),
    "kept": ("the entries that failed are in {file}", "失败的条目已写入 {file}"),
}


def citations(report: Document, lang: str) -> None:
    """Show what became of every entry, the failures last, since they are to be acted on."""
    out = console()
    counts = {name: len(report[name]) for name in ("duplicates", "failures")}
    out.print(Text(_say("sum", lang, **{**report, **counts}), style="bold"))
    if report["format"]:
        out.print(Text("  " + _say("read_as", lang, **report), style="dim"))
    if report["dry_run"]:
        out.print(Text("  " + _say("dry", lang), style="yellow"))
    updated = [{"key": one["key"], "fields": ", ".join(one["fields"])} for one in report["updated"]]
    for word, items in (("duplicate", report["duplicates"]), ("version", report["versions"]), ("updated", updated)):
        _some(out, [_say(word, lang, **item) for item in items], lang, style="")
    remarks = [f"{_place(remark)}: {remark['message']}" for remark in report["remarks"]]
    _some(out, remarks, lang, style="dim")
    for failure in report["failures"][:SHOWN]:
        out.print(Text(f"  {_place(failure)}: {failure['reason']}", style="red"))
        for line in failure["raw"].splitlines()[:3]:
            out.print(Text(f"    | {line}", style="dim"))
        out.print(Text(f"    {failure['remedy']}"))
    _rest(out, len(report["failures"]), lang)
    if "failures_file" in report:
        out.print(Text("  " + _say("kept", lang, file=report["failures_file"])))


def _some(out: Console, lines: Sequence[str], lang: str, *, style: str) -> None:
    for line in lines[:SHOWN]:
        out.print(Text(f"  {line}", style=style))
    _rest(out, len(lines), lang)


def _rest(out: Console, length: int, lang: str) -> None:
    if length > SHOWN:
        out.print(Text("  " + _say("more", lang, more=length - SHOWN), style="dim"))


def _place(item: Document) -> str:
    return item["source"] if item["line"] is None else f"{item['source']}:{item['line']}"


def _say(word: str, lang: str, **values: Any) -> str:
    return _WORDS[word][1 if lang == "zh" else 0].format(**values)


def batch(report: Document, source: str) -> None:
    """Show what loading a pack or a file did."""
    out = console()
    kept = ", ".join(
        f"{report[name] if isinstance(report[name], int) else len(report[name])} {name}"
        for name in ("added", "changed", "duplicates", "conflicts", "vanished")
        if name in report
    )
    out.print(Text(f"{source}: {kept}, {len(report['failures'])} failed; revision {report['revision']}"))
    for name in ("conflicts", "vanished"):
        for key in report.get(name, ()):
            why = f": {key['reason']}" if "reason" in key else ""
            out.print(Text(f"  {name}: {key['kind']} {key['id']}{why}", style="yellow"))
            if "remedy" in key:
                out.print(Text(f"    {key['remedy']}"))
    for what, reason in _passed_over(report):
        out.print(Text(f"  passed over: {what}: {reason}", style="dim"))
    for failure in report["failures"]:
        place = failure["source"] if failure["line"] is None else f"{failure['source']}:{failure['line']}"
        out.print(Text(f"  {place}: {failure['reason']}", style="red"))
        for line in failure["raw"].splitlines()[:3]:
            out.print(Text(f"    | {line}", style="dim"))
        out.print(Text(f"    {failure['remedy']}"))


def _passed_over(report: Document) -> list[tuple[str, str]]:
    """Return what a file held that is no record, and why: foreign things one by one, what follows from records by
    reason.
    """
    found: Counter[tuple[str, str]] = Counter()
    told: list[tuple[str, str]] = []
    for item in report.get("ignored", ()):
        if item["what"] in {"file", "table"}:
            told.append((f"the {item['what']} {item['name']}", item["reason"]))
        elif item["what"] == "column":
            told.append((f"the column {item['name']}, {_many(item['statements'], 'cell')}", item["reason"]))
        else:
            what = "things of no type" if item["name"] == "no type" else f"{item['what']} {item['name']}"
            foreign = item["reason"].startswith("not ")
            found[f" of {what}" if foreign else "", item["reason"]] += item["statements"]
    return told + [(_many(count, "statement") + what, reason) for (what, reason), count in sorted(found.items())]


def _many(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"
