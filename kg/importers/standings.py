"""Works that a file has retracted, corrected, taken back or made current: what is told, so that nothing changes unseen.

Lives here: `changed`. May enter: a batch that passed its doors, what the record holds. Never here: whether it may be.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import orjson

from kg.citations.parsed import Remark
from kg.model import CURRENT, MERGED, OUR_STATUSES

if TYPE_CHECKING:
    from kg.importers.base import Base
    from kg.record.batch import Batch
    from kg.record.store import Store

AT_ONCE = 5_000


def changed(store: Store, base: Base, batch: Batch, *, name: str) -> list[Remark]:
    """Return what is told of works whose status a file changes, and of new ones that come retracted without a notice.

    Args:
        store: The record.
        base: What it holds.
        batch: What is about to be written, as the next revision.
        name: What holds the works, for the report.

    Cost: a look at each work of the batch; where a status changes, one at the work of each item of the record.
    """
    turned: dict[str, tuple[str, str, bool]] = {}
    found: dict[str, str] = {}
    for ids, payloads in batch.payloads("work", AT_ONCE):
        for id, payload in zip(ids, payloads, strict=True):
            values = orjson.loads(payload)
            status = values.get("status", CURRENT)
            bare = status != CURRENT and status not in OUR_STATUSES and "notice" not in values
            held = base.works.get(id)
            if held is None and bare:
                found[id] = f"work {id} is {status}, and {_names_none(id, status)}"
            elif held is not None and status != held.status and MERGED not in {status, held.status}:
                turned[id] = held.status, status, bare
    if turned:
        items = Counter[str]()
        with store.bulk() as bulk:
            for rows in bulk.rows("evidence", ("work",)):
                items.update(work for (work,) in rows if work in turned)
        for id, (before, status, bare) in turned.items():
            found[id] = _turned(id, before, status, items[id], base.revision) + (
                f"; {_names_none(id, status)}" if bare else ""
            )
    return [Remark(name, None, said) for _, said in sorted(found.items())]


def _turned(id: str, before: str, status: str, items: int, revision: int) -> str:
    rest = "1 item of evidence rests" if items == 1 else f"{items} items of evidence rest"
    return (
        f"work {id} is made {status}, it was {before}, and {rest} on it: `kg diff {revision} {revision + 1}` shows "
        f"which answers change, `kg undo {revision + 1}` takes the import back"
    )


def _names_none(id: str, status: str) -> str:
    return f"no notice of its publisher is named: `kg retract {id} --status {status} --notice URL` names it"
