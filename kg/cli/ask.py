"""The questions on the command line: raises, matrix, paths, impact.

May enter: parameters as text; the face parses them. Never here: what an answer looks like (kg.cli.screen).
"""

from __future__ import annotations

from typing import Any

import click

from kg.cli import screen
from kg.cli.answering import answer_options, give
from kg.cli.context import Context
from kg.cli.options import ENTITY, TYPE, criteria_options, max_links_option


@click.command()
@click.argument("risk", required=False, type=ENTITY)
@click.option("--technique", type=ENTITY, metavar="T", help="Only this technique (any entity will do).")
@max_links_option
@criteria_options
@answer_options
@click.pass_obj
def raises(context: Context, /, risk: str | None, technique: str | None, as_json: bool, **parameters: Any) -> None:
    """Which techniques raise or lower RISK (any entity will do), or all risks: the headline answer.

    Best chain first. The figure is the expected value of the best chain; the reliability says how sure it is that
    at least one chain of a sign holds, as low, expected and high.
    """
    answer = context.graph.raises(risk, technique=technique, **parameters)
    give(context, answer, screen.raises, as_json=as_json)


@click.command()
@click.option("--rows", type=TYPE, default="Technique", show_default=True, help="Entity type of the rows.")
@click.option("--cols", type=TYPE, default="Risk", show_default=True, help="Entity type of the columns.")
@max_links_option
@criteria_options
@answer_options
@click.pass_obj
def matrix(context: Context, /, as_json: bool, **parameters: Any) -> None:
    """The evidence gap map. An empty cell means that no evidence was found, not that there is no effect."""
    answer = context.graph.matrix(**parameters)
    give(context, answer, screen.matrix, as_json=as_json)


@click.command()
@click.argument("source", type=ENTITY)
@click.argument("target", type=ENTITY)
@click.option("-k", "k", default="10", show_default=True, metavar="1..1000", help="Number of paths.")
@max_links_option
@click.option("--sign", metavar="+|-", help="Only paths that raise (+) or lower (-).")
@criteria_options
@answer_options
@click.pass_obj
def paths(context: Context, /, source: str, target: str, as_json: bool, **parameters: Any) -> None:
    """The k best chains of claims from SOURCE to TARGET, best first. No path is an answer, not an error."""
    answer = context.graph.paths(source, target, **parameters)
    give(context, answer, screen.paths, as_json=as_json)


@click.command()
@click.argument("entity", type=ENTITY)
@click.option("--direction", default="out", show_default=True, metavar="out|in", help="What it reaches, or reaches it.")
@max_links_option
@criteria_options
@answer_options
@click.pass_obj
def impact(context: Context, /, entity: str, as_json: bool, **parameters: Any) -> None:
    """What ENTITY reaches (--direction out), or what reaches it (in)."""
    answer = context.graph.impact(entity, **parameters)
    give(context, answer, screen.impact, as_json=as_json)
