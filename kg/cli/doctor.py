"""Is this installation in order? One command that looks at what the others need.

Lives here: checks that change nothing. Never here: repairs; each finding says what to do.
"""

from __future__ import annotations

import platform
import sys
from collections import Counter
from collections.abc import Callable
from importlib import metadata, util
from typing import Any

import click
from rich.text import Text

from kg.cli.context import Context
from kg.cli.mcp import unfit
from kg.cli.options import json_option, print_json
from kg.cli.screen import console
from kg.cli.words import marks
from kg.errors import KgError
from kg.later import refusal
from kg.packaged import PIP, bringing, packaged
from kg.record import DRIVER, DRIVER_MENDING, Store
from kg.searching import MENDING, TRIAL
from kg.used import FIELDS, Unknown

EXTRAS = {
    "fast": ("numba", TRIAL),
    "mcp": ("mcp", "mcp_types", "mcp.server.lowlevel", "mcp.server.stdio", "mcp.shared.exceptions"),
    "postgres": DRIVER,
    "spark": ("pyspark", "pyspark.sql", "pyspark.sql.functions", "pyspark.errors", "py4j.protocol"),
}
"""What each brings, and the modules that are used of it: a package may be there in part."""
AGAIN = {"numba": MENDING, "psycopg": DRIVER_MENDING}
"""What mends an extra, where it takes more than the package alone."""
MARKS = {"sound": ("✓ ", "green"), "absent": ("– ", "dim"), "broken": ("✗ ", "bold red")}

WORDS: dict[str, tuple[str, str]] = {
    "python": ("python", "Python"),
    "installation": ("installation", "安装"),
    "ontology": ("ontology", "本体"),
    "packs": ("packs", "数据包"),
    "database": ("database", "数据库"),
    "extra": ("extra {}", "附加组件 {}"),
    "at": ("{} at {}", "{}，位于 {}"),
    "terms": ("{} kinds of entity, {} relations, version {}", "{} 种实体类型，{} 种关系，版本 {}"),
    "here": ("{} is here", "已安装 {}"),
    "absent": ("not installed; {} brings it", "未安装；安装命令：{}"),
    "empty": ("{}, empty", "{}，尚无内容"),
    "sound": ("{}, revision {}, its history is whole", "{}，修订版 {}，其历史完整"),
}
"""What is found in order, in both languages; faults are told in English."""


@click.command()
@json_option
@click.pass_obj
def doctor(context: Context, /, as_json: bool) -> None:
    """Check Python, the installation, the ontology, the packs, the database; exit 1 when something is wrong."""
    checks: dict[str, Callable[[Context], str]] = {
        "python": _python,
        "installation": _installation,
        "ontology": _ontology,
        "packs": _packs,
        "database": _database,
    }
    items = [_checked(name, check, context) for name, check in checks.items()]
    items += [_extra(context.lang, extra, *modules) for extra, modules in EXTRAS.items()]
    if as_json:
        print_json({"items": items})
    else:
        for item in items:
            mark = MARKS["broken" if not item["ok"] else "sound" if item.get("installed", True) else "absent"]
            word, _, extra = item["check"].partition(" ")
            name = _say(word, context.lang).format(extra)
            console().print(Text.assemble(mark, (name, "bold"), marks(context.lang).colon + item["found"]))
    if not all(item["ok"] for item in items):
        raise SystemExit(1)


def _checked(name: str, check: Callable[[Context], str], context: Context) -> dict[str, Any]:
    try:
        return {"check": name, "ok": True, "found": check(context)}
    except (KgError, OSError, metadata.PackageNotFoundError) as fault:
        if isinstance(fault, KgError):
            fault.hint = context.advised(fault.hint)
        return {"check": name, "ok": False, "found": str(fault)}


def _extra(lang: str, extra: str, module: str, *used: str) -> dict[str, Any]:
    """Look whether an extra is installed, of a version that is taken, and whether what is used of it can be loaded."""
    here = util.find_spec(module) is not None
    other = unfit() if here and module == "mcp" else None
    fault = refusal(module, *used) if here and other is None else None
    found = _say("here", lang).format(module) if here else _say("absent", lang).format(bringing(extra))
    if fault is not None:
        again = AGAIN.get(module, f"{PIP} --force-reinstall {module}")
        found = f"{module} is installed and cannot be loaded ({fault}); mend it: {again}"
    if other is not None:
        found = f"`kg mcp` needs {other}; mend it: {bringing(extra)}"
    return {"check": f"extra {extra}", "ok": fault is None and other is None, "installed": here, "found": found}


def _python(context: Context) -> str:
    return _say("at", context.lang).format(platform.python_version(), sys.prefix)


def _installation(_: Context) -> str:
    return f"evidence-kg {metadata.version('evidence-kg')}"


def _ontology(context: Context) -> str:
    words = context.vocabulary
    return _say("terms", context.lang).format(len(words.entity_types), len(words.relations), words.version)


def _packs(_: Context) -> str:
    return ", ".join(sorted(path.parent.name for path in packaged("seeds").glob("*/pack.toml")))


def _database(context: Context) -> str:
    """Open the record without creating or changing it."""
    with Store.open(context.database_url, create=False, read_only=True) as store:
        head = store.head()
        faults = store.verify()
        if faults:
            raise KgError(f"{store.name}: {faults[0]}", hint="`kg verify` names all faults")
        with store.bulk() as bulk:
            rows = ((kind, *row) for kind, names in FIELDS.items() for some in bulk.rows(kind, names) for row in some)
            Unknown.of(Counter(rows), context.vocabulary).refuse()
        if head is None:
            return _say("empty", context.lang).format(store.name)
        return _say("sound", context.lang).format(store.name, head.number)


def _say(word: str, lang: str) -> str:
    return WORDS[word][lang == "zh"]
