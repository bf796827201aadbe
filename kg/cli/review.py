"""Reviewing on the command line: review list, show, accept, reject, return, revise; revoke; undo.

May enter: ids and reasons as text; the face parses them. Never here: what the answer looks like (contribute_screen).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg.cli import contribute_screen
from kg.cli.context import Context
from kg.cli.contribute_options import (
    FILE,
    actor_option,
    changed_item_options,
    expect_option,
    set_fields,
    values_of,
    why_option,
)
from kg.cli.options import ANY, Family, RecordId, json_option, print_json
from kg.contribute.states import PENDING

ID = RecordId("entities", "claims", "evidence")


@click.group(cls=Family)
def review() -> None:
    """The queue of proposals: look at them, accept, reject, return for changes, revise.

    Whoever proposed a record cannot accept or reject it; KG_TWO_PERSON=off lifts that where one person works alone.
    """


@review.command(name="list")
@click.option("--status", type=click.Choice(PENDING), help="Only these. [default: both]")
@click.option("--kind", type=click.Choice(["entity", "claim", "evidence"]), help="Only these.")
@click.option("--actor", metavar="HANDLE", help="Only what this person proposed.")
@click.option("--limit", default="50", show_default=True, metavar="1..200", help="Records on a page.")
@click.option("--after", metavar="CURSOR", help="The `next` of the page before.")
@json_option
@click.pass_obj
def list_(context: Context, /, as_json: bool, **filters: Any) -> None:
    """What waits for review, the oldest first: who proposed it, when, and what it would change."""
    page = context.graph.reviews(**filters)
    print_json(page) if as_json else contribute_screen.queue(context.graph, page)


@review.command()
@click.argument("id", type=ID)
@json_option
@click.pass_obj
def show(context: Context, /, id: str, as_json: bool) -> None:
    """One proposal in full: what it says, its quote, its history, and every answer that accepting it changes."""
    found = context.graph.waiting(id)
    print_json(found) if as_json else contribute_screen.waiting(context.graph, found)


@review.command()
@click.argument("ids", type=ID, nargs=-1, required=True, metavar="ID...")
@why_option(required=False)
@actor_option
@expect_option
@json_option
@click.pass_obj
def accept(context: Context, /, ids: tuple[str, ...], as_json: bool, **how: Any) -> None:
    """Accept proposals, with the proposed claims and entities that they need: from now on they count.

    Several are one revision: all or none.
    """
    _decided(context, context.graph.review(ids, "accept", **how), as_json=as_json)


@review.command()
@click.argument("ids", type=ID, nargs=-1, required=True, metavar="ID...")
@why_option(required=True)
@actor_option
@expect_option
@json_option
@click.pass_obj
def reject(context: Context, /, ids: tuple[str, ...], as_json: bool, **how: Any) -> None:
    """Reject proposals, and say why. With an item goes the claim that came with it, when no other item speaks of it."""
    _decided(context, context.graph.review(ids, "reject", **how), as_json=as_json)


@review.command(name="return")
@click.argument("ids", type=ID, nargs=-1, required=True, metavar="ID...")
@why_option(required=True)
@actor_option
@expect_option
@json_option
@click.pass_obj
def return_(context: Context, /, ids: tuple[str, ...], as_json: bool, **how: Any) -> None:
    """Ask for changes: proposals go back, with what should change in --why."""
    _decided(context, context.graph.review(ids, "return", **how), as_json=as_json)


@review.command()
@click.argument("id", type=ANY)
@click.option("--claim", type=RecordId("claims"), metavar="C", help="Another claim.")
@changed_item_options
@click.option(
    "--set",
    "set_",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Entities, claims, works: another value (label.zh=..., aliases=a;b, conditions=..., year=2020, csl.volume=7);"
    " none takes the field away. Repeatable.",
)
@click.option("--from", "from_", type=FILE, metavar="FILE|-", help="Read fields from YAML or JSON.")
@why_option(required=False)
@actor_option
@expect_option
@json_option
@click.pass_obj
def revise(
    context: Context,
    /,
    id: str,
    from_: Path | None,
    why: str | None,
    actor: str | None,
    expect: int | None,
    set_: tuple[str, ...],
    as_json: bool,
    **fields: Any,
) -> None:
    """Say a record in other words; only the fields given differ.

    Of an evidence item the revision is a new item, proposed in its place: a pending item is superseded at once, an
    accepted one when its revision is accepted. An entity, the conditions of a claim, the entry of a work keep their id
    and change at once (--set or --from); `kg undo` takes it back.
    """
    values = values_of(from_, fields) | set_fields(set_)
    answer = context.graph.revise(id, values, why=why, actor=actor, expect=expect)
    print_json(answer) if as_json else contribute_screen.contributed(context.graph, answer)


@click.command()
@click.argument("id", type=ANY)
@why_option(required=True)
@actor_option
@expect_option
@json_option
@click.pass_obj
def revoke(context: Context, /, id: str, as_json: bool, **how: Any) -> None:
    """Take a record back: what was accepted, a proposal of one's own, a work entered by mistake.

    Nothing is deleted; `kg undo` brings it back. For what the literature withdraws, `kg retract`.
    """
    _decided(context, context.graph.revoke(id, **how), as_json=as_json)


@click.command()
@click.argument("revision", metavar="REVISION")
@click.option(
    "--with-later",
    is_flag=True,
    help="Undo the later revisions that wrote one of these records too, each as a whole, and in turn those after them."
    " Records of other revisions that lean on what is revoked stay as they are.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@why_option(required=True)
@actor_option
@expect_option
@json_option
@click.pass_obj
def undo(context: Context, /, revision: str, as_json: bool, **how: Any) -> None:
    """Write a new revision in which all that REVISION changed stands as before; what it created is revoked.

    Refused when a later revision changed the same records, or brought a revision of an item that goes back to the work
    it was taken from. What stays though somebody should look at it is told: what leans on a record that is revoked, and
    items that came in while two works were merged. An undo can be undone.
    """
    _decided(context, context.graph.undo(revision, **how), as_json=as_json)


def _decided(context: Context, answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        contribute_screen.decided(context.graph, answer)
