"""Giving an answer: as a table, as JSON, as a paragraph, as references; and keeping it when asked to.

Lives here: the options that every question command has, and `give`. May enter: answers.
Never here: questions, tables of one question.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from kg.cli.context import Context
from kg.cli.options import json_option, print_json
from kg.cli.screen import console
from kg.errors import InputError
from kg.graph import Graph
from kg.question.answers import Answer, pristine
from kg.receipts.premises import REFERENCES

C = TypeVar("C", bound=Callable[..., Any])
WISHES = "kg.cli.answering"


def answer_options(command: C) -> C:
    """Add --json, --explain, --keep and --references; `give` does what they say."""
    for option in reversed(
        (
            click.option(
                "--explain",
                is_flag=True,
                expose_value=False,
                callback=_wish,
                help="Say the answer in one plain paragraph instead of tables.",
            ),
            click.option(
                "--keep",
                is_flag=True,
                expose_value=False,
                callback=_wish,
                help="Keep the answer, to be shown and verified later by its receipt.",
            ),
            click.option(
                "--references",
                type=click.Choice(REFERENCES),
                expose_value=False,
                callback=_wish,
                help="Print the references of the works it rests on instead of tables.",
            ),
        )
    ):
        command = option(command)
    return json_option(command)


def give(context: Context, answer: Answer, table: Callable[[Graph, Mapping[str, Any]], None], *, as_json: bool) -> None:
    """Print an answer the way the options of the command want it.

    Args:
        context: Gives the graph.
        answer: What the question returned.
        table: Shows it on the screen when nothing else is wanted.
        as_json: Print the document of the HTTP route; with --explain it has the member `paragraph`.

    Raises:
        InputError: --references and --json, or --explain, together.
    """
    graph = context.graph
    format, explain = _wished("references"), _wished("explain")
    if format is not None and (as_json or explain):
        raise InputError("references are a text of their own", where="--references", hint="ask for one thing at a time")
    keep_when_asked(graph, answer)
    if format is not None:
        sys.stdout.write(graph.references(answer, format))
    elif as_json:
        print_json(answer.said(graph.explain(answer)) if explain else answer)
    elif explain:
        console().print(graph.explain(answer), markup=False)
    else:
        table(graph, pristine(answer))


def keep_when_asked(graph: Graph, answer: Answer) -> None:
    """Keep an answer when the command was given --keep; says on stderr how to see it again."""
    if _wished("keep"):
        kept = graph.keep(answer)
        click.echo(f"kept: kg receipt show {kept['receipt']}", err=True)


def _wished(name: str) -> Any:
    return click.get_current_context().meta.get(WISHES, {}).get(name)


def _wish(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    ctx.meta.setdefault(WISHES, {})[param.name] = value
