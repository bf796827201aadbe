"""What a door found wrong with a record: every field at fault, said in our words.

Lives here: `Fault`, `faults_of`, `others`. May enter: errors of pydantic. Never here: the fields (inputs).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from kg.door import shown
from kg.errors import InputError
from kg.meant import near

MISSING, UNKNOWN = "missing", "extra_forbidden"
MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Fault:
    """One field at fault: its place as names joined by dots, what is wrong, what to do, what may have been meant."""

    place: str
    said: str
    missing: bool
    hint: str | None = None
    near: tuple[str, ...] = ()


def faults_of(error: ValidationError, names: Sequence[str]) -> list[Fault]:
    """Return every fault that pydantic found, fields that there are not first.

    Args:
        error: What it raised; never empty.
        names: The fields that there are.
    """
    found = []
    for one in sorted(error.errors(include_url=False), key=lambda one: one["type"] != UNKNOWN):
        place, missing = ".".join(str(part) for part in one["loc"]), one["type"] == MISSING
        message, hint, meant = one["msg"].removeprefix("Value error, "), None, list[str]()
        cause = one.get("ctx", {}).get("error")
        if isinstance(cause, InputError):
            message, hint = cause.message, cause.hint
        if one["type"] == UNKNOWN:
            message = "there is no such field"
            meant = near(place, names, most=2)
            hint = None if meant else f"the fields are {', '.join(names)}"
        given = ("nothing" if missing else shown(one.get("input")))[:120]
        told = message if given[:1] in {"'", '"'} and given[:30] in message else f"{message}; given {given}"
        found.append(Fault(place, told, missing, hint, tuple(meant)))
    return found


def others(faults: Iterable[Fault]) -> list[str]:
    """Return in words which further fields are missing, and which are wrong.

    Example:
        >>> others([Fault("kind", "Field required", True), Fault("year", "no number", False)])
        ['also missing: kind', 'also wrong: year']
    """
    told = []
    faults = list(faults)
    for word, missing in (("missing", True), ("wrong", False)):
        places = list(dict.fromkeys(one.place[:60] for one in faults if one.missing == missing))
        more = f" and {len(places) - MOST_NAMED} more" if len(places) > MOST_NAMED else ""
        if places:
            told.append(f"also {word}: {', '.join(places[:MOST_NAMED])}{more}")
    return told
