"""Backups on the command line: backup, restore.

May enter: names of files. Never here: what a backup holds (kg.record.backup).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click
import orjson

from kg.cli.context import Context
from kg.cli.options import json_option, print_json
from kg.cli.words import counted, marks, say
from kg.later import Later

if TYPE_CHECKING:
    from kg import keeping
else:
    keeping = Later("kg.keeping")


@click.command()
@click.argument("file")
@click.option("--without-accounts", is_flag=True, help="Leave out persons, their e-mail, and the digests of tokens.")
@json_option
@click.pass_obj
def backup(context: Context, /, file: str, without_accounts: bool, as_json: bool) -> None:
    """Write the whole record to FILE, which only you may read; the record may be in use meanwhile.

    FILE is compressed when its name ends in .gz. It fits databases of both kinds. A record that does not hold together
    is not backed up, and a backup of before stays. What goes to /dev/stdout stands there alone: the rest is said on
    standard error.
    """
    aside = _is_stdout(file)
    told = context.graph.backup(file, accounts=not without_accounts)
    said = orjson.dumps(told).decode() if as_json else _told(told, "file", context.lang)
    click.echo(said, err=aside)


@click.command()
@click.argument("file")
@json_option
@click.pass_obj
def restore(context: Context, /, file: str, as_json: bool) -> None:
    """Make a new record from a backup. The database that --database names must be missing or empty, or hold a record
    as `kg init --empty` makes it. FILE may be /dev/stdin, or a FIFO.
    """
    told = keeping.restore(file, context.database_url)
    print_json(told) if as_json else click.echo(_told(told, "database", context.lang))


def _is_stdout(file: str) -> bool:
    """Say whether a name is that of standard output."""
    try:
        return os.path.samestat(os.stat(file), os.fstat(sys.stdout.fileno()))
    except OSError:  # it is yet to be made, or standard output is none of the system's
        return False


def _told(told: dict[str, Any], place: str, lang: str) -> str:
    rows = told["rows"]
    counts = counted(rows["change"], "changes", lang), counted(rows["revision"], "revisions", lang)
    size = marks(lang).inside(counted(told["bytes"], "bytes", lang)) if "bytes" in told else ""
    return say("backed_up", lang).format(told["revision"], *counts, told[place]) + size
