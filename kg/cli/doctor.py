"""Is this installation in order? One command that looks at what the others need.

Lives here: checks that change nothing. Never here: repairs; each finding says what to do.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from importlib import metadata, util
from typing import Any

import click
from rich.text import Text

from kg.cli.context import Context
from kg.cli.options import json_option, print_json
from kg.cli.screen import console
from kg.errors import KgError
from kg.later import refusal
from kg.packaged import PIP, bringing, packaged
from kg.record import Store
from kg.searching import MENDING, TRIAL

EXTRAS = {
    "fast": ("numba", TRIAL),
    "mcp": ("mcp", "mcp_types", "mcp.server.lowlevel", "mcp.server.stdio", "mcp.shared.exceptions"),
    "postgres": ("psycopg", "psycopg.adapt", "psycopg.pq", "psycopg.types.hstore"),
    "spark": ("pyspark", "pyspark.sql", "pyspark.sql.functions", "pyspark.errors", "py4j.protocol"),
}
"""What each brings, and the modules that are used of it: a package may be there in part."""
MARKS = {"sound": ("✓ ", "green"), "absent": ("– ", "dim"), "broken": ("✗ ", "bold red")}


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
    items += [_extra(extra, *modules) for extra, modules in EXTRAS.items()]
    if as_json:
        print_json({"items": items})
    else:
        for item in items:
            mark = MARKS["broken" if not item["ok"] else "sound" if item.get("installed", True) else "absent"]
            console().print(Text.assemble(mark, (item["check"], "bold"), f": {item['found']}"))
    if not all(item["ok"] for item in items):
        raise SystemExit(1)


def _checked(name: str, check: Callable[[Context], str], context: Context) -> dict[str, Any]:
    try:
        return {"check": name, "ok": True, "found": check(context)}
    except (KgError, OSError, metadata.PackageNotFoundError) as fault:
        return {"check": name, "ok": False, "found": str(fault)}


def _extra(extra: str, module: str, *used: str) -> dict[str, Any]:
    """Look whether an extra is installed, and whether what is used of it can be loaded."""
    here = util.find_spec(module) is not None
    fault = refusal(module, *used) if here else None
    found = f"{module} is here" if here else f"not installed; {bringing(extra)} brings it"
    if fault is not None:
        again = MENDING if module == "numba" else f"{PIP} --force-reinstall {module}"
        found = f"{module} is installed and cannot be loaded ({fault}); mend it: {again}"
    return {"check": f"extra {extra}", "ok": fault is None, "installed": here, "found": found}


def _python(_: Context) -> str:
    return f"{platform.python_version()} at {sys.prefix}"


def _installation(_: Context) -> str:
    return f"evidence-kg {metadata.version('evidence-kg')}"


def _ontology(context: Context) -> str:
    words = context.vocabulary
    return f"{len(words.entity_types)} kinds of entity, {len(words.relations)} relations, version {words.version}"


def _packs(_: Context) -> str:
    return ", ".join(sorted(path.parent.name for path in packaged("seeds").glob("*/pack.toml")))


def _database(context: Context) -> str:
    """Open the record without creating or changing it."""
    with Store.open(context.database_url, create=False, read_only=True) as store:
        head = store.head()
        faults = store.verify()
        if faults:
            raise KgError(f"{store.name}: {faults[0]}", hint="`kg verify` names all faults")
        return f"{store.name}, {'empty' if head is None else f'revision {head.number}, its history is whole'}"
