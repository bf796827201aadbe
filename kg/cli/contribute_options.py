"""The options of contributing: who acts, why, and the fields of each kind of record.

Lives here: decorators, and from options to the values of a record. May enter: the ontology, a file that the user names.
Never here: the record, printing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from kg.cli.options import ENTITY, RELATION, STANCE, TYPE, WORK, RecordId, Term, json_option
from kg.contribute.written import LONGEST, read_record
from kg.errors import InputError

C = TypeVar("C", bound=Callable[..., Any])
FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
CLAIM = RecordId("claims")
LISTS, NUMBERS = frozenset({"aliases", "authors"}), frozenset({"year"})
BASIS, STRENGTH, KIND = Term("bases", "basis"), Term("strengths", "strength"), Term("study_kinds", "study_kind")


def actor_option(command: C) -> C:
    """Add --actor."""
    return click.option("--actor", metavar="HANDLE", help="Who acts. [default: $KG_ACTOR or the login name]")(command)


def why_option(*, required: bool) -> Callable[[C], C]:
    """Add --why; where it is required help says so, and the record tells when it is missing."""
    return click.option(
        "--why", cls=Needed if required else None, metavar="TEXT", help="Reason; kept with the revision."
    )


def expect_option(command: C) -> C:
    """Add --expect."""
    return click.option("--expect", type=int, metavar="REVISION", help="Only if this is still the newest revision.")(
        command
    )


def writing_options(command: C) -> C:
    """Add --from, --actor, --reason, --expect, --dry-run and --json."""
    for option in reversed(
        (
            click.option("--from", "from_", type=FILE, metavar="FILE|-", help="Read fields from YAML or JSON."),
            actor_option,
            click.option("--reason", metavar="TEXT", help="Why; kept with the revision."),
            expect_option,
            click.option("--dry-run", is_flag=True, help="Check everything, write nothing."),
            json_option,
        )
    ):
        command = option(command)
    return command


class Needed(click.Option):
    """An option that is needed, here or as a field of --from: help says so; the record tells when it is missing."""

    def get_help_extra(self, ctx: click.Context) -> click.types.OptionHelpExtra:
        """Mark it as click marks what it requires itself."""
        extra = super().get_help_extra(ctx)
        extra["required"] = "required"
        return extra


def item_options(command: C) -> C:
    """Add the fields of an evidence item, those marked that a new one needs."""
    return _item_options(command, Needed)


def changed_item_options(command: C) -> C:
    """Add the fields of an evidence item that is there."""
    return _item_options(command, click.Option)


def _item_options(command: C, needed: type[click.Option]) -> C:
    for option in reversed(
        (
            click.option("--subject", type=ENTITY, metavar="E", help="Of the claim: id, label or alias."),
            click.option("--relation", type=RELATION, help="Of the claim."),
            click.option("--object", "object", type=ENTITY, metavar="E", help="Of the claim: id, label or alias."),
            click.option(
                "--work",
                cls=needed,
                type=WORK,
                metavar="W",
                help="Key, DOI, arXiv id or title of a work of the record.",
            ),
            click.option("--stance", cls=needed, type=STANCE, help="How the passage bears on the claim."),
            click.option("--kind", cls=needed, type=KIND, help="Kind of study."),
            click.option("--strength", cls=needed, type=STRENGTH, help="How well the passage speaks to the claim."),
            click.option("--strength-reason", cls=needed, metavar="TEXT", help="Why it is as strong as that."),
            click.option(
                "--locator",
                cls=needed,
                metavar="TEXT",
                help='Where in the work: "abstract", "section 3.2", "table 4".',
            ),
            click.option("--statement", cls=needed, metavar="TEXT", help="What the passage says, in your own words."),
            click.option("--quote", metavar="TEXT", help="The passage itself; looked for in the abstract we hold."),
            click.option("--basis", cls=needed, type=BASIS, help="What you read."),
            click.option("--inferred", is_flag=True, default=None, help="The passage does not put the link itself."),
            click.option("--independence-group", metavar="TEXT", help="Same data or authors as: counts once."),
        )
    ):
        command = option(command)
    return command


def entity_options(command: C) -> C:
    """Add the fields of an entity."""
    for option in reversed(
        (
            click.option("--id", "id", metavar="SLUG", help="Id. [default: from the English label]"),
            click.option("--type", "type", cls=Needed, type=TYPE, help="Type of entity."),
            click.option("--zh", metavar="TEXT", help="Label in Chinese."),
            click.option("--definition", metavar="TEXT", help="Definition in English."),
            click.option("--definition-zh", metavar="TEXT", help="Definition in Chinese."),
            click.option("--alias", multiple=True, metavar="TEXT", help="Another name; repeatable."),
            click.option("--broader", type=ENTITY, metavar="E", help="The entity that it is a kind of."),
        )
    ):
        command = option(command)
    return command


def work_options(command: C) -> C:
    """Add the fields of a work."""
    for option in reversed(
        (
            click.option(
                "--id",
                "id",
                metavar="KEY",
                help="Citation key. [default: the first author's family name, the year and the title's first word, "
                "as far as they have Latin letters; where neither has any, the year and a digest]",
            ),
            click.option(
                "--title", metavar="TEXT", help="Title; needed where nothing else gives it: SOURCE or --from."
            ),
            click.option("--author", multiple=True, metavar='"FAMILY, GIVEN"', help="Author; repeatable."),
            click.option("--year", type=int, metavar="YEAR", help="Year of publication."),
            click.option("--type", "type", metavar="CSL", help="Type of CSL, such as article-journal."),
            click.option("--doi", metavar="DOI", help="DOI."),
            click.option("--arxiv", metavar="ID", help="arXiv id."),
            click.option("--url", metavar="URL", help="Web address."),
            click.option("--independence-group", metavar="TEXT", help="Same data or authors as: counts once."),
            click.option("--distinct", is_flag=True, help="It is another work than the one that it looks like."),
        )
    ):
        command = option(command)
    return command


def set_fields(pairs: Iterable[str]) -> dict[str, Any]:
    """Return the fields that `--set` gives: dots lead into objects, `;` separates the members of lists.

    Raises:
        InputError: it is no FIELD=VALUE, or a field is given twice.

    Example:
        >>> set_fields(["label.zh=微调", "aliases=one; two", "year=2020", "conditions="])
        {'label': {'zh': '微调'}, 'aliases': ['one', 'two'], 'year': 2020, 'conditions': None}
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        *outer, last = name.strip().split(".")
        place: Any = found
        for part in outer:
            place = place.setdefault(part, {}) if isinstance(place, dict) else None
        if not equals or not last or not isinstance(place, dict) or last in place:
            raise InputError(
                f"{pair[:80]!r} is no FIELD=VALUE, or is given twice", where="--set", hint="such as --set label.zh=微调"
            )
        value: Any = text.strip() or None
        if value is not None and last in LISTS:
            value = [one for one in (part.strip() for part in text.split(";")) if one]
        elif value is not None and last in NUMBERS and value.isdecimal():
            value = int(value)
        place[last] = value
    return found


def values_of(from_: Path | None, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a record: those of the file, with those of the options in their place."""
    given = {name: value for name, value in fields.items() if value is not None and value != ()}
    return given if from_ is None else read_file(from_) | given


def read_file(path: Path) -> dict[str, Any]:
    """Return the fields of the record in a file; `-` is standard input.

    Raises:
        InputError: it cannot be read.
        ParseFailure: it holds no record.
    """
    return read_record(read_text(path, where="--from", remedy="write `field: value` lines into it"), source=str(path))


def read_text(path: Path, *, where: str, remedy: str) -> str:
    """Return a text of UTF-8.

    Args:
        path: The file; `-` is standard input.
        where: What names it on the command line.
        remedy: What helps when it is empty.

    Raises:
        InputError: it cannot be read, is no such text, or is empty.
    """
    try:
        if str(path) == "-":
            raw = sys.stdin.buffer.read(4 * LONGEST + 1)
        else:
            with path.open("rb") as file:
                raw = file.read(4 * LONGEST + 1)
        text = raw.decode()
    except OSError as fault:
        raise InputError(
            f"{path} cannot be read: {fault.strerror}", where=where, hint="check the path and its permissions"
        ) from fault
    except UnicodeDecodeError as fault:
        raise InputError(f"{path} is not UTF-8 text", where=where, hint="save it as UTF-8") from fault
    if not text.strip():
        raise InputError(
            "standard input is empty" if str(path) == "-" else f"{path} is empty", where=where, hint=remedy
        )
    return text
