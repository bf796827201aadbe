"""What curators noted about an entry for themselves: kept in the record and in packs, not handed on with a citation.

Lives here: `handed_on`. May enter: works. Never here: the syntax of a format.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from kg.model import Work

INNER: Final = frozenset({"verified", "verifiednote"})
"""Fields beside those of CSL that say how an entry was checked, not what the work is."""


def handed_on(works: Iterable[Work]) -> list[Work]:
    """Return works as others cite them: without the notes of curators; those that have none are returned as they are.

    Law: a work differs from the one given in `csl["custom"]` alone, and there in `INNER` alone.

    Example:
        >>> work = Work(id="a", type="book", title="A", csl={"custom": {"verified": "yes"}, "volume": "2"})
        >>> handed_on([work])[0].csl
        {'volume': '2'}
    """
    return [_plain(work) for work in works]


def _plain(work: Work) -> Work:
    custom = work.csl.get("custom")
    if not isinstance(custom, dict) or INNER.isdisjoint(custom):
        return work
    kept: dict[str, Any] = {name: value for name, value in custom.items() if name not in INNER}
    csl = {name: value for name, value in work.csl.items() if name != "custom"}
    return replace(work, csl=csl | ({"custom": kept} if kept else {}))
