"""Batch questions on a Spark cluster, or on the cores of this machine, over an export to Parquet.

May enter: addresses, ids, limits as text. Never here: how anything is worked out (kg.spark).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from kg.cli.options import ELSEWHERE, Family, json_option, max_links_option, print_json
from kg.cli.words import counted
from kg.errors import InputError
from kg.spark import questions
from kg.spark.session import failures, session
from kg.spark.tables import damage_told

C = TypeVar("C", bound=Callable[..., Any])


def run_options(command: C) -> C:
    """Add the options on where and how Spark runs."""
    options = (
        click.option("--input", "input_", required=True, metavar="FOLDER", help="An export: --format parquet."),
        click.option("--output", required=True, metavar="FOLDER", help="Where the answer goes; a new or empty folder."),
        click.option("--checkpoint", metavar="DIR", help="Where finished rounds are kept. [default: in the output]"),
        click.option(
            "--master", metavar="URL", help="local[2], spark://host:7077, yarn, k8s://... [default: all cores here]"
        ),
        click.option("--memory", default="2g", show_default=True, metavar="SIZE", help="Memory of the driver."),
        click.option("--verify", is_flag=True, help="Read the input against its checksums first."),
        click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of Spark; repeatable."),
    )
    for option in reversed(options):
        command = option(command)
    return json_option(command)


@click.group(cls=Family)
def spark() -> None:
    """Batch questions over graphs that no machine holds; see docs/spark.md.

    FOLDER is a local folder or any address that Spark can read and write (hdfs:, s3a:, gs:). A run that failed goes on
    where it stopped when the same command is given again.
    """


@spark.command()
@run_options
def beliefs(**options: Any) -> None:
    """Write the belief of every claim, as Parquet."""
    _answer(options, questions.beliefs)


@spark.command()
@click.option("--source", type=ELSEWHERE, metavar="ENTITY", help="Where paths begin. [default: all causes]")
@click.option("--target", type=ELSEWHERE, metavar="ENTITY", help="Where paths end. [default: all harms]")
@max_links_option
@run_options
def raises(source: str | None, target: str | None, max_links: str, **options: Any) -> None:
    """Write the best path of each sign from every source to every target, as Parquet."""
    links: Any = max_links
    _answer(options, lambda run: questions.raises(run, source=source, target=target, max_links=links))


@spark.command()
@click.argument("entity", type=ELSEWHERE)
@click.option(
    "--direction", default="out", show_default=True, metavar="out|in", help="What it reaches, or what reaches it."
)
@max_links_option
@run_options
def impact(entity: str, direction: str, max_links: str, **options: Any) -> None:
    """Write the best path of each sign to all that ENTITY reaches, or from all that reaches it, as Parquet."""
    links: Any = max_links
    _answer(options, lambda run: questions.impact(run, entity=entity, direction=direction, max_links=links))


def _answer(options: dict[str, Any], ask: Callable[[questions.Run], questions.Document]) -> None:
    settings = dict(map(_setting, options["settings"]))
    with session(options["master"], options["memory"], settings) as started, failures():
        places = options["input_"], options["output"], options["checkpoint"]
        run = questions.Run(started, *places, told=_told, verify=options["verify"])
        with damage_told(started, options["input_"]):
            document = ask(run)
    if options["as_json"]:
        print_json(document)
    else:
        click.echo(
            f"wrote {options['output']}: {counted(document['rows'], 'rows', 'en')}, revision {document['revision']}",
            err=True,
        )


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise InputError(f"{text!r} is no KEY=VALUE", where="--set", hint="such as spark.executor.memory=8g")
    return name, value


def _told(step: str, there: bool) -> None:
    click.echo(f"{step}: {'kept from the run before' if there else 'done'}", err=True)
