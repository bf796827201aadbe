"""A document that somebody says is an answer, read by rooms that trust answers: what does not fit is told by place.

Lives here: `read`. May enter: documents of anybody. Never here: what an answer says of itself (asked), wording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kg.door import shown
from kg.errors import InputError, KgError

HINT = "give the document as a question command prints it with --json"
LISTS = frozenset(("limits", "items", "rows", "cols", "cells", "paths", "routes", "claims", "works", "changes"))
"""Members of answers that are lists in every answer that has them: null there is not the same as none."""


class _Reader:
    """Where a document was read last, and what stood there."""

    def __init__(self) -> None:
        self.place = ""
        self.value: Any = None

    def at(self, place: str, value: Any) -> Any:
        """Note a place; return what stands there so that reading goes on inside it."""
        self.place, self.value = place, value
        if isinstance(value, Mapping):
            return _Members(self, place, value)
        return _Items(self, place, value) if isinstance(value, list) else value


class _Members(dict[str, Any]):
    def __init__(self, reader: _Reader, place: str, value: Mapping[str, Any]) -> None:
        super().__init__(value)
        self._reader, self._place = reader, place

    def __getitem__(self, key: str) -> Any:
        place = f"{self._place}/{key}"
        if key not in self:
            raise InputError("the document has nothing here, an answer has", where=place, hint=HINT)
        value = self._reader.at(place, super().__getitem__(key))
        if not self._place and key in LISTS and not isinstance(value, list):
            raise InputError(f"{shown(value)} is not a list", where=place, hint=HINT)
        return value

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 - what is there is read by its place


class _Items(list[Any]):
    def __init__(self, reader: _Reader, place: str, value: list[Any]) -> None:
        super().__init__(value)
        self._reader, self._place = reader, place

    def __iter__(self) -> Iterator[Any]:
        for number, value in enumerate(super().__iter__()):
            yield self._reader.at(f"{self._place}/{number}", value)

    def __getitem__(self, index: Any) -> Any:
        value = super().__getitem__(index)
        return value if isinstance(index, slice) else self._reader.at(f"{self._place}/{index}", value)


def read(document: Mapping[str, Any], say: Callable[[Mapping[str, Any]], str]) -> str:
    """Return what `say` makes of a document that may not be what it says it is.

    Raises:
        InputError: names the place where something is missing or of another kind than in an answer.

    Example:
        >>> read({"items": [{"sign": 1}]}, lambda answer: str(answer["items"][0]["works"]))
        Traceback (most recent call last):
        ...
        kg.errors.InputError: /items/0/works: the document has nothing here...
    """
    reader = _Reader()
    try:
        return say(_Members(reader, "", document))
    except KgError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as fault:
        raise InputError(
            f"{shown(reader.value)} is not what an answer has here", where=reader.place, hint=HINT
        ) from fault
