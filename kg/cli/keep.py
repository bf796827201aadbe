"""Keeping the record on the command line: init, verify.

May enter: flags. Never here: how a chain is checked (kg.record); files in and out (kg.cli.exchange).
"""

from __future__ import annotations

from typing import Any

import click

from kg.cli import cards
from kg.cli.context import Context
from kg.cli.options import json_option, print_json
from kg.cli.words import counted, say


@click.command()
@click.option("--empty", is_flag=True, help="Leave the record empty instead of loading the packaged pack.")
@json_option
@click.pass_obj
def init(context: Context, /, empty: bool, as_json: bool) -> None:
    """Create the record and load the packaged pack.

    A record that exists is left as it is; only triggers and indexes that it has lost are made anew: with --json their
    names are in `restored`. On PostgreSQL this takes the role that owns the tables.
    """
    graph = context.open(empty=empty)
    lost = [] if graph.store.read_only else graph.store.restore_guards()
    if lost:
        click.echo(say("made_anew", context.lang).format(("、" if context.lang == "zh" else ", ").join(lost)), err=True)
    snapshot = graph.snapshot
    held = {kind: len(getattr(snapshot, kind)) for kind in ("entities", "claims", "evidence", "works")}
    told = {"database": graph.store.name, "revision": snapshot.revision, **held, "restored": lost}
    print_json(told) if as_json else click.echo(_holds(told, held, context.lang))


@click.command()
@json_option
@click.pass_obj
def verify(context: Context, /, as_json: bool) -> None:
    """Check the hash chain of the history and that the state follows from it; exit 1 when something is wrong.

    Kept answers, triggers and indexes are checked too. Accounts are outside the chain and not checked: people, tokens
    and their roles, sessions, answers to submissions.
    """
    report: dict[str, Any] = context.graph.verify()
    print_json(report) if as_json else cards.verified(report, context.lang)
    if report["problems"]:
        raise SystemExit(1)


def _holds(told: dict[str, Any], held: dict[str, int], lang: str) -> str:
    counts = {kind: counted(number, kind, lang) for kind, number in held.items()}
    return say("holds", lang).format(**{**told, **counts})
