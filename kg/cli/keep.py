"""Keeping the record on the command line: init, verify.

May enter: flags. Never here: how a chain is checked (kg.record); files in and out (kg.cli.exchange).
"""

from __future__ import annotations

from typing import Any

import click

from kg.cli import cards
from kg.cli.context import Context
from kg.cli.options import json_option, print_json


@click.command()
@click.option("--empty", is_flag=True, help="Leave the record empty instead of loading the packaged pack.")
@click.pass_obj
def init(context: Context, /, empty: bool) -> None:
    """Create the record and load the packaged pack. A record that exists is left as it is."""
    graph = context.open(empty=empty)
    snapshot = graph.snapshot
    click.echo(
        f"{graph.store.name} is at revision {snapshot.revision}: {len(snapshot.entities)} entities, "
        f"{len(snapshot.claims)} claims, {len(snapshot.evidence)} evidence items, {len(snapshot.works)} works"
    )


@click.command()
@json_option
@click.pass_obj
def verify(context: Context, /, as_json: bool) -> None:
    """Check the hash chain of the history and that the state follows from it; exit 1 when something is wrong."""
    report: dict[str, Any] = context.graph.verify()
    print_json(report) if as_json else cards.verified(report)
    if report["problems"]:
        raise SystemExit(1)
