"""Options that many commands share: criteria, --json, and choices that the ontology gives.

Lives here: decorators and parameter types. May enter: the ontology. Never here: the record, printing of answers.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import click
import orjson
from click.shell_completion import CompletionItem

from kg.cli.context import Context
from kg.errors import UnknownTerm
from kg.question.answers import Answer

C = TypeVar("C", bound=Callable[..., Any])
SENTENCE = 1_000
"""More characters than the first sentence of any help has."""
CRITERIA = (
    "as_of",
    "known_in",
    "without_work",
    "only_work",
    "study_kind",
    "min_strength",
    "relation",
    "block",
    "include_proposed",
    "include_retracted",
    "narrower",
)


class Term(click.ParamType[str]):
    """A word of the ontology, such as a relation; `scheme` is the attribute of the vocabulary that lists them."""

    name = "term"

    def __init__(self, scheme: str, lookup: str) -> None:
        self.scheme = scheme
        self.lookup = lookup

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the word when the ontology has it; otherwise fail naming near ones."""
        try:
            found: str = getattr(_context(ctx).vocabulary, self.lookup)(value).id
        except UnknownTerm as fault:
            if isinstance(param, click.Argument) and param.metavar is not None:
                raise click.UsageError(f"{param.metavar.strip('[]')}: {fault}", ctx) from fault
            self.fail(str(fault), param, ctx)
        return found

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show the words that the ontology has."""
        return "|".join(self._words(ctx))

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the words that the ontology has."""
        return [CompletionItem(word) for word in self._words(ctx) if word.startswith(incomplete)]

    def _words(self, ctx: click.Context | None) -> list[str]:
        return list(getattr(_context(ctx).vocabulary, self.scheme))


class Word(Term):
    """A word of a scheme that the question itself looks up, and whose fault it tells."""

    def __init__(self, scheme: str) -> None:
        super().__init__(scheme, scheme)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return what was given."""
        return str(value)


class RecordId(click.ParamType[str]):
    """The id of a record, which is not empty; completed in the shell from the record where its kinds are given."""

    name = "id"

    def __init__(self, *kinds: str) -> None:
        self.kinds = kinds

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return what was given; what is empty names no record, and is not the same as nothing given."""
        if not str(value).strip():
            self.fail("it is empty, where a record is to be named; name one, or leave it out", param, ctx)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete ids of these kinds."""
        if not self.kinds:
            return []
        snapshot = _context(ctx).graph.snapshot
        ids = sorted(id for kind in self.kinds for id in getattr(snapshot, kind))
        return [CompletionItem(id) for id in ids if id.startswith(incomplete)]


ENTITY, WORK, ANY = RecordId("entities"), RecordId("works"), RecordId("entities", "claims", "works", "evidence")
ELSEWHERE = RecordId()
"""Something with an id that the open record does not list: a kept answer, an entity of an export."""
TYPE = Term("entity_types", "entity_type")
RELATION = Term("relations", "relation")
STANCE = Term("stances", "stance")


class Family(click.Group):
    """A command with commands below it: help says of each what it does in a whole sentence."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with its first sentence."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, self.commands[name].get_short_help_str(SENTENCE)) for name in self.list_commands(ctx)]
            )


class Relating(click.Command):
    """A command with an argument RELATION: help lists what it may be."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the relations with their labels, which can be given too."""
        relations = _context(ctx).vocabulary.relations.values()
        with formatter.section("Relations, each also by its name in English or Chinese"):
            formatter.write_dl([(one.id, one.label.get("zh")) for one in relations])


def json_option(command: C) -> C:
    """Add --json: print exactly the document that the HTTP route returns; and --lang."""
    command = click.option("--json", "as_json", is_flag=True, help="Print the JSON document of the HTTP route.")(
        command
    )
    return lang_option(command)


def lang_option(command: C) -> C:
    """Add --lang, for whoever writes it last."""
    return click.option("--lang", metavar="en|zh", expose_value=False, callback=_speak, help="As before the command.")(
        command
    )


def _speak(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        _context(ctx).speak(value)


def max_links_option(command: C) -> C:
    """Add --max-links."""
    return click.option("--max-links", default="6", show_default=True, metavar="1..12", help="Most claims in a path.")(
        command
    )


def criteria_options(command: C) -> C:
    """Add the eligibility criteria, the same on every question."""
    for option in reversed(_criteria_options()):
        command = option(command)
    return command


def other_criteria_options(command: C) -> C:
    """Add the criteria but --relation, where that is the relation of a claim."""
    for option in reversed([*_criteria_options()[:6], *_criteria_options()[7:]]):
        command = option(command)
    return command


@lru_cache(maxsize=1)
def _criteria_options() -> tuple[Callable[[C], C], ...]:
    return (
        click.option("--as-of", metavar="REVISION|DATE", help="Read the record as it was then."),
        click.option("--known-in", metavar="YEAR", help="Count only works published in or before this year."),
        click.option(
            "--without-work",
            type=WORK,
            multiple=True,
            metavar="W",
            help="Leave a work out, by key, DOI or arXiv id; repeatable.",
        ),
        click.option(
            "--only-work",
            type=WORK,
            multiple=True,
            metavar="W",
            help="Count only this work, named likewise; repeatable.",
        ),
        click.option(
            "--study-kind", type=Term("study_kinds", "study_kind"), multiple=True, help="Count only this kind of study."
        ),
        click.option("--min-strength", type=Term("strengths", "strength"), help="Weakest strength that counts."),
        click.option("--relation", type=RELATION, multiple=True, help="Walk only claims with this relation."),
        click.option("--block", type=ENTITY, multiple=True, metavar="E", help="Do not pass through this entity."),
        click.option("--include-proposed", is_flag=True, default=None, help="Count proposed records too."),
        click.option("--include-retracted", is_flag=True, default=None, help="Count retracted works too."),
        click.option(
            "--narrower",
            is_flag=True,
            default=None,
            help="Count narrower entities as the entity itself: no path leads from it to one of them.",
        ),
    )


def print_json(document: Answer | dict[str, Any]) -> None:
    """Print a document as one line of JSON, the bytes that HTTP sends."""
    body = document.json() if isinstance(document, Answer) else orjson.dumps(document)
    sys.stdout.buffer.write(body + b"\n")
    sys.stdout.buffer.flush()


def _context(ctx: click.Context | None) -> Context:
    """Return the options given before the command; when completing, those of the line so far."""
    root = None if ctx is None else ctx.find_root()
    if root is None:
        return Context(None, None, ())
    if isinstance(root.obj, Context):
        return root.obj
    given = root.params
    return Context(given.get("database"), given.get("lang"), given.get("ontology") or ())
