"""The history on the command line: log, history.

May enter: filters as text. Never here: what it looks like (contribute_screen, cards).
"""

from __future__ import annotations

from typing import Any

import click

from kg.cli import cards, contribute_screen
from kg.cli.context import Context
from kg.cli.options import ANY, json_option, print_json
from kg.errors import InputError, NotFound
from kg.ids import RECORD_KINDS


@click.command()
@click.argument("id", required=False, type=ANY)
@click.option("--limit", default="50", show_default=True, metavar="N", help="Most revisions shown.")
@click.option("--after", metavar="REVISION", help="The `next` of the page before: only older ones.")
@click.option("--actor", metavar="HANDLE", help="Only those of this person.")
@click.option(
    "--act", metavar="WORD", help="Only these acts: propose, accept, reject, return, revise, revoke, undo, ..."
)
@click.option("--kind", type=click.Choice(RECORD_KINDS), help="Only those that wrote a record of this kind.")
@json_option
@click.pass_obj
def log(context: Context, /, as_json: bool, **filters: Any) -> None:
    """The revisions of the record, newest first: when, who, what, why. With ID: only those that wrote this record.

    `kg history ID` shows what they changed in it.
    """
    page = context.graph.log(**filters)
    print_json(page) if as_json else cards.log(page, context.lang)


@click.command()
@click.argument("id", type=ANY)
@click.option("--kind", type=click.Choice(RECORD_KINDS), help="Where ids of several kinds are the same.")
@json_option
@click.pass_obj
def history(context: Context, /, id: str, kind: str | None, as_json: bool) -> None:
    """Every version of a record, newest first: who changed which field, when and why.

    ID may be the number of a revision: then all that this revision changed. A record whose id is a number is found
    where there is no such revision, or with --kind.
    """
    if kind is None and id.isdecimal():
        try:
            entry = context.graph.entry(id)
        except (NotFound, InputError):
            snapshot = context.graph.snapshot
            if not any(id in held for held in (snapshot.entities, snapshot.claims, snapshot.evidence, snapshot.works)):
                raise
        else:
            print_json(entry) if as_json else contribute_screen.entry(context.graph, entry)
            return
    found = context.graph.history(kind, id)
    print_json(found) if as_json else contribute_screen.history(context.graph, found)
