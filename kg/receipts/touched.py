"""Kept answers that would come out otherwise, were the record another.

Lives here: the comparison. May enter: kept answers, two ways to ask. Never here: asking, SQL.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kg.errors import KgError
from kg.receipts import since
from kg.receipts.asked import Asked
from kg.record import Kept

Ask = Callable[[Asked], Mapping[str, Any]]
COMPARING = "retraction"
"""A question that itself looks at kept answers: not asked again, or there would be no end."""


def touched(kept: Iterable[Kept], now: Ask, then: Ask) -> list[dict[str, Any]]:
    """Return the kept answers whose questions are answered otherwise by `then` than by `now`, in the order given.

    Args:
        kept: Answers with their content.
        now: Asks of the record as it stands.
        then: Asks of the record as it would be.

    Returns:
        `[{"receipt", "question", "revision"}, ...]`. A question that either way cannot be asked any more is left out.
    """
    found = []
    for one in kept:
        asked = Asked.parse({**json.loads(one.content), "receipt": one.id})
        if asked.name == COMPARING:
            continue
        try:
            differs = not since.same(now(asked), then(asked))
        except KgError:
            continue
        if differs:
            found.append(
                {"receipt": one.id, "question": dict(json.loads(one.content)["question"]), "revision": one.revision}
            )
    return found
