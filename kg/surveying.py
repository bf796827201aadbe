"""Questions about the record as a whole: what would cut every harmful route, what is missing, what is disputed.

Lives here: `Surveying`, a part of the face. May enter: raw parameters of any door; they are parsed here, once.
Never here: how a question is answered (question/), SQL (record/), printing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from kg.asking import Asking, parse_links
from kg.criteria import parse_int, words
from kg.door import quoted, shown
from kg.errors import InputError, Words
from kg.model import YEARS
from kg.question import cut, disputes, gaps
from kg.question.answers import Answer

Names = str | Sequence[str]
DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})")


class Surveying(Asking):
    """The questions cut, gaps and disputes."""

    def cut(
        self,
        target: Names,
        *,
        source: Names | None = None,
        max_links: Any = 6,
        threshold: Any = 0.5,
        weigh: str = "count",
        lang: str | None = None,
        **criteria: Any,
    ) -> Answer:
        """The smallest sets of mitigations, claims and works that break every harmful route.

        See `kg.question.cut.find`; `target` and `source` take one id or several.
        """
        options = {
            "sources": tuple(sorted({self._id(name, criteria) for name in words(source)})),
            "max_links": parse_links(max_links),
            "threshold": parse_share(threshold, name="threshold"),
            "weigh": weigh,
        }
        targets = tuple(sorted({self._id(name, criteria) for name in words(target)}))
        return self._ask(cut.find, criteria, lang, targets, **options)

    def gaps(
        self,
        *,
        kind: Names | None = None,
        since: Any = None,
        below: str = "moderate",
        max_links: Any = 6,
        limit: Any = 50,
        lang: str | None = None,
        **criteria: Any,
    ) -> Answer:
        """Where evidence is missing, thin, old or disputed, what matters most first. See `kg.question.gaps.find`."""
        options = {
            "kind": tuple(sorted(set(words(kind)))),
            "since": None if since is None else parse_int(since, name="since", low=YEARS[0], high=YEARS[1]),
            "below": below,
            "max_links": parse_links(max_links),
            "limit": parse_int(limit, name="limit", low=1, high=gaps.LIMIT_MOST),
        }
        return self._ask(gaps.find, criteria, lang, **options)

    def disputes(self, *, max_links: Any = 6, lang: str | None = None, **criteria: Any) -> Answer:
        """Claims with evidence on both sides, and routes of opposing signs. See `kg.question.disputes.find`."""
        return self._ask(disputes.find, criteria, lang, max_links=parse_links(max_links))


def parse_share(value: Any, *, name: str) -> float:
    """Return a number from 0 to 1, given as a number or as decimal text.

    Raises:
        InputError: says what was given and the range.

    Example:
        >>> parse_share("0.6", name="threshold"), parse_share(1, name="threshold")
        (0.6, 1.0)
    """
    is_text = isinstance(value, str) and DECIMAL.fullmatch(value.strip()) is not None
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    number = float(value) if is_text or is_number else -1.0
    if not 0.0 <= number <= 1.0:
        said = Words(f"{shown(value)} is not a number from 0 to 1", f"须为 0 到 1 之间的数，而非{quoted(value)}")
        raise InputError(said, where=name)
    return abs(number)
