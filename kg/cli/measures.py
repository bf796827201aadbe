"""Questions about the record as a whole on the command line: cut, gaps, disputes.

May enter: parameters as text; the face parses them. Never here: what an answer looks like (kg.cli.surveys).
"""

from __future__ import annotations

from typing import Any

import click

from kg.cli import surveys
from kg.cli.answering import answer_options, give
from kg.cli.context import Context
from kg.cli.options import ENTITY, Word, criteria_options, max_links_option
from kg.cli.screen import working


@click.command()
@click.argument("target", nargs=-1, required=True, type=ENTITY)
@click.option("--source", type=ENTITY, multiple=True, metavar="S", help="Only routes from this entity; repeatable.")
@click.option(
    "--threshold",
    default="0.5",
    show_default=True,
    metavar="0..1",
    help="Least expected value of a link by which a mitigation cuts.",
)
@click.option(
    "--weigh",
    default="count",
    show_default=True,
    metavar="count|strength",
    help="Fewest mitigations, or the links that all hold with the highest chance.",
)
@max_links_option
@criteria_options
@answer_options
@click.pass_obj
def cut(context: Context, /, target: tuple[str, ...], as_json: bool, **parameters: Any) -> None:
    """The smallest sets of mitigations, of claims and of works that cut every harmful route to TARGET.

    A harmful route is a chain of claims from a technique (or from what --source names) to TARGET that raises it. A
    mitigation cuts a route when it lowers an entity on it, its ends included. Every set is proven smallest; a set
    that cannot be proven in time is not given.
    """
    graph = context.graph
    with working(context.lang):
        answer = graph.cut(target, **parameters)
    give(context, answer, surveys.cut, as_json=as_json)


@click.command()
@click.option(
    "--kind", multiple=True, metavar="K", help=f"Only gaps of this kind; repeatable: {', '.join(surveys.GAPS)}."
)
@click.option("--since", metavar="YEAR", help="First year that is recent. [default: three before the newest work]")
@click.option(
    "--below",
    type=Word("certainties"),
    default="moderate",
    show_default=True,
    help="Certainty below which support is low.",
)
@click.option("--limit", default="50", show_default=True, metavar="N", help="Most gaps.")
@max_links_option
@criteria_options
@answer_options
@click.pass_obj
def gaps(context: Context, /, as_json: bool, **parameters: Any) -> None:
    """Where evidence is missing, thin, old or disputed, ranked by what one more study is expected to change."""
    graph = context.graph
    with working(context.lang):
        answer = graph.gaps(**parameters)
    give(context, answer, surveys.gaps, as_json=as_json)


@click.command()
@max_links_option
@criteria_options
@answer_options
@click.pass_obj
def disputes(context: Context, /, as_json: bool, **parameters: Any) -> None:
    """Claims with counting evidence on both sides, and routes of opposing signs, the most decisive conflict first."""
    graph = context.graph
    with working(context.lang):
        answer = graph.disputes(**parameters)
    give(context, answer, surveys.disputes, as_json=as_json)
