"""What an import did, on the screen: of citations, packs, tables and RDF.

Lives here: `citations`, `batch`, `written`. May enter: the report of an import. Never here: importing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from kg.cli.screen import console
from kg.cli.words import marks

Document = dict[str, Any]
SHOWN = 20
_WORDS: dict[str, tuple[str, str]] = {
    "sum": (
        "{source}: {found} found = {added} added + {duplicates} {called} + {failures} failed; revision {revision}",
        "{source}：共 {found} 条 = 新增 {added} + 重复 {duplicates} + 失败 {failures}；修订版 {revision}",
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
    "wrote": (
        "wrote {file}: {format}, {bytes} bytes, revision {revision}, SHA-256 {sha256}",
        "已写入 {file}：{format}，{bytes} 字节，修订版 {revision}，SHA-256 {sha256}",
    ),
    "loaded": ("{source}: {kept}; revision {revision}", "{source}：{kept}；修订版 {revision}"),
    "count added": ("{n} added", "新增 {n}"),
    "count changed": ("{n} changed", "更改 {n}"),
    "count duplicates": ("{n} duplicate{s}", "重复 {n}"),
    "count conflicts": ("{n} conflict{s}", "冲突 {n}"),
    "count vanished": ("{n} vanished", "消失 {n}"),
    "count failures": ("{n} failed", "失败 {n}"),
    "conflicts": ("conflicts", "冲突"),
    "vanished": ("vanished", "消失"),
    "passed over": ("passed over", "略过"),
    "file": ("the file {name}", "文件 {name}"),
    "table": ("the table {name}", "表 {name}"),
    "column": ("the column {name}, {n}", "列 {name}，{n}"),
    "no type": ("things of no type", "没有类型的内容"),
    "of": ("{n} of {what}", "{what} 的 {n}"),
    "cell": ("cell", "个单元格"),
    "statement": ("statement", "条陈述"),
}
_COUNTED = ("added", "changed", "duplicates", "conflicts", "vanished", "failures")


def citations(report: Document, lang: str) -> None:
    """Show what became of every entry, the failures last, since they are to be acted on."""
    out = console()
    counts: Document = {name: len(report[name]) for name in ("duplicates", "failures")}
    counts["called"] = "duplicate" if counts["duplicates"] == 1 else "duplicates"
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
        _failed(out, failure)
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


def written(done: Document, file: str, lang: str) -> str:
    """Return what an export did."""
    return _say("wrote", lang, **{**done, "file": file})


def batch(report: Document, source: str, lang: str) -> None:
    """Show what loading a pack or a file did."""
    out, signs = console(), marks(lang)
    found = ((name, report[name]) for name in _COUNTED if name in report)
    counted = [(name, some if isinstance(some, int) else len(some)) for name, some in found]
    kept = (_say(f"count {name}", lang, n=count, s="" if count == 1 else "s") for name, count in counted)
    out.print(Text(_say("loaded", lang, source=source, kept=signs.comma.join(kept), revision=report["revision"])))
    for name in ("conflicts", "vanished"):
        for key in report.get(name, ()):
            why = f"{signs.colon}{key['reason']}" if "reason" in key else ""
            said = f"  {_say(name, lang)}{signs.colon}{key['kind']} {key['id']}{why}"
            out.print(Text(said, style="yellow"))
            if "remedy" in key:
                out.print(Text(f"    {key['remedy']}"))
    for what, reason in _passed_over(report, lang):
        said = signs.colon.join((_say("passed over", lang), what, reason))
        out.print(Text(f"  {said}", style="dim"))
    _some(out, [f"{_place(one)}{signs.colon}{one['message']}" for one in report["remarks"]], lang, style="yellow")
    for failure in report["failures"]:
        _failed(out, failure)


def _failed(out: Console, failure: Document) -> None:
    """Show what could not be read: where, why, what stands there, what to do."""
    out.print(Text(f"  {_place(failure)}: {failure['reason']}", style="red"))
    for line in failure["raw"].splitlines()[:3]:
        out.print(Text(f"    | {line}", style="dim"))
    out.print(Text(f"    {failure['remedy']}"))


def _passed_over(report: Document, lang: str) -> list[tuple[str, str]]:
    """Return what a file held that is no record, and why: foreign things one by one, what follows from records by
    reason.
    """
    found: Counter[tuple[str, str]] = Counter()
    told: list[tuple[str, str]] = []
    for item in report.get("ignored", ()):
        if item["what"] in {"file", "table", "column"}:
            cells = _many(item["statements"], "cell", lang)
            told.append((_say(item["what"], lang, name=item["name"], n=cells), item["reason"]))
        else:
            untyped = item["name"] == "no type"
            what = _say("no type", lang) if untyped else f"{item['what']} {item['name']}"
            foreign = item["reason"].startswith("not ")
            found[what if foreign else "", item["reason"]] += item["statements"]
    counted = ((what, reason, _many(count, "statement", lang)) for (what, reason), count in sorted(found.items()))
    return told + [(_say("of", lang, n=n, what=what) if what else n, reason) for what, reason, n in counted]


def _many(count: int, what: str, lang: str) -> str:
    if lang == "zh":
        return f"{count} {_WORDS[what][1]}"
    return f"1 {what}" if count == 1 else f"{count} {what}s"
