"""Faults in the words of a command: its options and arguments, where the library names parameters and fields; remedies
for the database that was named.

Lives here: `naming`. May enter: commands, errors of ours. Never here: printing, exit codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from copy import copy
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from kg.cli.context import Context
from kg.errors import KgError
from kg.later import Later

if TYPE_CHECKING:
    from kg import faults, inputs
else:
    faults, inputs = Later("kg.faults"), Later("kg.inputs")

SINGLE: Mapping[str, str] = {
    "authors": "author",
    "aliases": "alias",
    "definition.zh": "definition_zh",
    "label.zh": "zh",
}
"""Fields that an option of another name fills, whole or one by one."""
GIVEN_AS: Mapping[str, Sequence[str]] = {
    "backup": ("file",),
    "citation": ("source",),
    "claim": ("id",),
    "document": ("file",),
    "entity": ("id",),
    "evidence": ("id",),
    "file": ("save", "output", "failures", "write_baseline"),
    "from": ("a",),
    "to": ("b",),
    "question": ("document", "file"),
    "id": ("ids",),
    "path": ("files",),
    "receipt": ("id", "document", "file"),
    "revision": ("id",),
    "token": ("id",),
    "work": ("source", "id"),
}
"""Parameters of the library -> what may have given them on a command line; only what was given is at fault."""


def naming(command: click.Command) -> click.Command:
    """Return the command so that its faults name its own options and arguments.

    Example:
        >>> def ask(block: str) -> None:
        ...     raise KgError("there is no entity 'x'", where="without_work")
        >>> option = click.Option(["--without-work"])
        >>> naming(click.Command("ask", params=[option], callback=ask)).callback("x")
        Traceback (most recent call last):
        ...
        kg.errors.KgError: --without-work: there is no entity 'x'
    """
    named = copy(command)
    if isinstance(named, click.Group):
        named.commands = {name: naming(one) for name, one in named.commands.items()}
    if named.callback is not None:
        named.callback = _named(named.callback, named.params)
    return named


def _named(callback: Callable[..., Any], params: Sequence[click.Parameter]) -> Callable[..., Any]:
    @wraps(callback)
    def called(*given: Any, **options: Any) -> Any:
        try:
            return callback(*given, **options)
        except KgError as fault:
            filled = {name for name, value in options.items() if value not in (None, ())}
            fault.hint = _advised(_hint(fault, params, filled))
            fault.where = None if fault.where is None else _place(fault.where, params, filled)
            raise

    return called


def _advised(hint: str | None) -> str | None:
    """Return a remedy for the database that was named before the command."""
    ctx = click.get_current_context(silent=True)
    before = None if ctx is None else ctx.find_object(Context)
    return hint if before is None else before.advised(hint)


def _place(where: str, params: Sequence[click.Parameter], filled: Set[str]) -> str:
    """Return the option or argument that gives a parameter or field; what no command line gives stays as it is."""
    first = where.partition(".")[0]
    others = (name for name in GIVEN_AS.get(where, ()) if name in filled)
    for name in (where, SINGLE.get(where), SINGLE.get(first), first, *others):
        for param in params:
            if param.name is not None and param.name.rstrip("_") == name:
                return max(param.opts, key=len) if isinstance(param, click.Option) else _shown(param)
    return where


def _shown(argument: click.Parameter) -> str:
    """Return the name of an argument as the line of usage shows it, without the signs of what may be left out or
    repeated.
    """
    metavar = (argument.metavar or "").strip("[]").removesuffix("...")
    return metavar if metavar and "|" not in metavar else str(argument.name).rstrip("_").upper()


def _hint(fault: KgError, params: Sequence[click.Parameter], filled: Set[str]) -> str | None:
    """Return the remedy with the further fields at fault named likewise."""
    rest = inputs.faults(fault)[1:] if fault.hint else []
    if not rest or fault.hint is None:
        return fault.hint
    told, said = (
        "; ".join(faults.others(some))
        for some in (rest, [replace(one, place=_place(one.place, params, filled)) for one in rest])
    )
    return fault.hint.replace(told, said)
