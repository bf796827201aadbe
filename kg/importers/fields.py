"""Values of a record on their way through a door, each fault with its own line and remedy.

Lives here: `plain` (a block as plain values) and `through` (the door, all faults at once).
May enter: blocks, doors of `kg.inputs`. Never here: look-ups of other records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from kg.citations.parsed import Failure
from kg.errors import InputError, KgError
from kg.importers.sources import Source
from kg.importers.yaml_nodes import Block, Items, Node
from kg.inputs import parse
from kg.meant import near

M = TypeVar("M", bound=BaseModel)
Place = tuple[int | str, ...]
NOT_TEXT = frozenset({"csl", "inferred", "year"})
SEE = "see the table of fields in seeds/README.md"


def plain(block: Block, source: Source) -> tuple[dict[str, Any], list[Failure]]:
    """Return the fields of a block as plain values; a word that YAML takes for something else is a failure.

    A field without any value counts as left out. `inferred`, `year` and `csl` keep what YAML makes of them; every
    other value must be a text.

    Example:
        >>> from kg.importers.yaml_blocks import read_blocks
        >>> source = Source("a.yaml", "- id: on\\n  aliases: [LoRA]")
        >>> values, failures = plain(read_blocks(source)[0][0], source)
        >>> values, failures[0].remedy
        ({'aliases': ['LoRA']}, 'put it in quotes: "on"')
    """
    values: dict[str, Any] = {}
    failures: list[Failure] = []
    for name, node in block.fields.items():
        found: list[Failure] = []
        value = _value(node, (name,), source, found, typed=name in NOT_TEXT)
        failures += found
        if value is not None and not found:
            values[name] = value
    return values, failures


def through(
    door: type[M], values: Mapping[str, Any], *, source: Source, line_of: Callable[..., int], see: str = SEE
) -> tuple[M | None, list[Failure]]:
    """Take values through a door of `kg.inputs`.

    Args:
        door: Which one.
        values: Plain values.
        source: Where they came from.
        line_of: Gives the line of a path of names and indexes.
        see: Where the fields are explained.

    Returns:
        What the door made of the values, or None and every fault.
    """
    try:
        return parse(door, values), []
    except InputError as fault:
        cause = fault.__cause__
        if not isinstance(cause, ValidationError):
            return None, [refused(fault, source, line_of())]
        failures = []
        for error in cause.errors(include_url=False):
            reason, remedy = _explained(error, door, see)
            failures.append(source.failure(line_of(*error["loc"]), reason, remedy))
        return None, failures


def refused(fault: KgError, source: Source, line: int) -> Failure:
    """Return one of our errors as a failure at a line."""
    reason = fault.message
    if fault.near:
        reason += f"; did you mean {' or '.join(fault.near)}?"
    return source.failure(line, reason, fault.hint or SEE)


def _value(node: Node, path: Place, source: Source, failures: list[Failure], *, typed: bool) -> Any:
    if isinstance(node, Block):
        return dict(_pairs(node, path, source, failures, typed=typed))
    if isinstance(node, Items):
        return [_value(item, (*path, at), source, failures, typed=typed) for at, item in enumerate(node.items)]
    if node.kind is None:
        return node.value
    if typed:
        return node.text if node.kind == "a date" else node.value
    if not node.text and not isinstance(path[-1], int):
        return None
    place, shown = _dotted(path), node.text
    reason, remedy = f"{place}: YAML reads {shown} as {node.kind}, expected a text", f'put it in quotes: "{shown}"'
    if not shown:
        reason, remedy = f"{place} is empty", "write a value, or delete the line"
    failures.append(source.failure(node.line, reason, remedy))
    return None


def _pairs(
    block: Block, path: Place, source: Source, failures: list[Failure], *, typed: bool
) -> Iterator[tuple[str, Any]]:
    for name, node in block.fields.items():
        value = _value(node, (*path, name), source, failures, typed=typed)
        if value is not None or typed:
            yield name, value


def _explained(error: Any, door: type[BaseModel], see: str) -> tuple[str, str]:
    """Say in our words what pydantic found: reason and remedy."""
    place, kind, given = _dotted(error["loc"]), error["type"], repr(error.get("input"))[:80]
    context = error.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, KgError):
        return f"{place}: {cause.message}", cause.hint or see
    if kind == "missing":
        return f"{place} is missing", f"add a line `{error['loc'][-1]}: …`"
    if kind == "extra_forbidden":
        known = sorted(door.model_fields) if len(error["loc"]) == 1 else []
        meant = near(place, {name: name for name in known}, most=1)
        return f"{place} is not a field here", f"did you mean {meant[0]}?" if meant else see
    if kind == "string_too_long":
        return f"{place} is too long", f"at most {context['max_length']} characters are read"
    expected = {
        "bool_type": ("true or false", "write true or false, without quotes"),
        "date_type": ("a date", "write it like 2026-11-23, without quotes"),
        "dict_type": ("named values", "write `name: value` pairs"),
        "int_type": ("a whole number", "write digits, without quotes"),
        "list_type": ("a list", "write it in brackets: [ … ]"),
        "model_type": ("named values", "write them like {en: …, zh: …}"),
        "string_type": ("a text", "write one text, in quotes where needed"),
    }.get(kind)
    if expected is not None:
        return f"{place}: given {given}, expected {expected[0]}", expected[1]
    return f"{place}: {error['msg'].removeprefix('Value error, ')}; given {given}", see


def _dotted(path: Place) -> str:
    return ".".join(str(part) for part in path)
