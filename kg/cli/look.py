"""Records on the command line: show, list, search, basis, coverage.

May enter: ids and filters as text; the face parses them. Never here: what a record looks like (kg.cli.screen).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kg.cli import cards, reports
from kg.cli.context import Context
from kg.cli.options import (
    ANY,
    CRITERIA,
    ENTITY,
    RELATION,
    STANCE,
    TYPE,
    WORK,
    RecordId,
    Word,
    criteria_options,
    json_option,
    other_criteria_options,
    print_json,
)
from kg.criteria import Criteria
from kg.errors import InputError

FILTERS = {
    "entities": {"type", "broader"},
    "claims": {"subject", "relation", "object", "work", "contested"},
    "works": {"status", "year"},
    "evidence": {"claim", "work", "stance", "locator"},
}


@click.command()
@click.argument("id", type=ANY)
@criteria_options
@json_option
@click.pass_obj
def show(context: Context, /, id: str, as_json: bool, **criteria: Any) -> None:
    """One record with all that hangs on it: an entity, claim, work or evidence item (also by its name in the pack).

    A work also by its DOI or arXiv id.
    """
    graph = context.graph.at_one_revision()
    kind, document = graph.show(id, **criteria)
    if as_json:
        print_json(document)
    else:
        cards.record(graph, kind, document, graph.known_part(Criteria.parse(criteria, graph.vocabulary)))


@click.command(name="list")
@click.argument("kind", type=click.Choice(list(FILTERS)))
@click.option("--type", type=TYPE, help="entities: of this type.")
@click.option("--broader", type=ENTITY, metavar="E", help="entities: narrower than this one, transitively.")
@click.option("--subject", type=ENTITY, metavar="E", help="claims: from this entity.")
@click.option(
    "--relation",
    type=RELATION,
    multiple=True,
    help="claims: with this relation. Others: only claims with this relation take part; repeatable.",
)
@click.option("--object", type=ENTITY, metavar="E", help="claims: to this entity.")
@click.option("--work", type=WORK, metavar="W", help="claims, evidence: resting on this work.")
@click.option("--claim", type=RecordId("claims"), metavar="C", help="evidence: bearing on this claim.")
@click.option("--contested/--not-contested", default=None, help="claims: with evidence on both sides, or not.")
@click.option("--stance", type=STANCE, help="evidence: of this stance.")
@click.option("--locator", metavar="TEXT", help="evidence: whose locator begins so, for example 'main item 1'.")
@click.option("--status", type=Word("work_statuses"), help="works: of this status.")
@click.option("--year", metavar="Y", help="works: of this year.")
@click.option("--limit", default="50", show_default=True, metavar="1..200", help="Records in a page.")
@click.option("--after", metavar="ID", help="Begin after this id: the `next` of the page before.")
@click.option("--all", "every", is_flag=True, help="Follow the pages to the end.")
@other_criteria_options
@json_option
@click.pass_obj
def list_(
    context: Context, /, kind: str, limit: str, every: bool, after: str | None, as_json: bool, **given: Any
) -> None:
    """List KIND records by id, filtered, as they stand under the criteria."""
    relations: tuple[str, ...] = given.pop("relation")
    criteria = {name: given.pop(name) for name in CRITERIA if name != "relation"}
    filters = {name: value for name, value in given.items() if value is not None}
    if kind != "claims":
        criteria["relation"] = relations
    elif relations:
        filters["relation"] = _one_relation(relations)
    wrong = sorted(set(filters) - FILTERS[kind])
    if wrong:
        raise InputError(
            f"{kind} cannot be filtered by {', '.join(wrong)}",
            where=f"--{wrong[0]}",
            hint=f"filters of {kind}: {', '.join('--' + name for name in sorted(FILTERS[kind]))}",
        )
    graph = context.graph.at_one_revision()
    listing: Callable[..., dict[str, Any]] = getattr(graph, kind)
    page = listing(limit=limit, after=after, **filters, **criteria)
    while every and page["next"] is not None:
        following = listing(limit=limit, after=page["next"], **filters, **criteria)
        page = {"items": page["items"] + following["items"], "next": following["next"]}
    if as_json:
        print_json(page)
    else:
        cards.listing(graph, kind, page, graph.known_part(Criteria.parse(criteria, graph.vocabulary)))


def _one_relation(given: tuple[str, ...]) -> str:
    if len(given) > 1:
        raise InputError(
            f"claims are listed by one relation; given {', '.join(given)}",
            where="--relation",
            hint="list them one after the other",
        )
    return given[0]


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--limit", default="20", show_default=True, metavar="1..200", help="Most hits.")
@json_option
@click.pass_obj
def search(context: Context, /, text: tuple[str, ...], limit: str, as_json: bool) -> None:
    """Find entities, claims and works by words: English or Chinese labels, aliases, ids, titles, authors."""
    found = context.graph.search(" ".join(text), limit=limit)
    print_json(found) if as_json else cards.hits(context.graph, found)


@click.command()
@json_option
@click.pass_obj
def basis(context: Context, /, as_json: bool) -> None:
    """Evidence that rests on less than the work's own abstract, and evidence applied to a link by inference."""
    report = context.graph.basis()
    print_json(report) if as_json else reports.basis(context.graph, report)


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path), metavar="[FOLDER]")
@json_option
@click.pass_obj
def coverage(context: Context, /, path: Path | None, as_json: bool) -> None:
    """Which claims represent which item of the text that a pack was seeded from; exit 1 when one is missing.

    The pack is that in FOLDER, or the packaged one where the record was made from it.
    """
    report = context.graph.coverage(path)
    print_json(report) if as_json else reports.coverage(context.graph, report)
    if report["counts"]["represented"] < report["counts"]["items"]:
        raise SystemExit(1)
