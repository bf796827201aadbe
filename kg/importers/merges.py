"""Works that a file merges into others, and evidence that it names at a work which is merged already.

Lives here: `astray`, the rule; `check_works`; `at_merged` and `left_behind`, what is told. May enter: records that
passed their doors, what the record holds. Never here: files, doors, writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from kg.citations.parsed import Failure, Remark
from kg.importers.pack_links import Known, Placed
from kg.model import REVOKED, Text, Work, merge_trail
from kg.record.store import Store

SHOWN = 5
REMEDY = "name a work that stands, or write the status current and no work that it is merged into"


def astray(work: Work, held: Callable[[str], Work | None]) -> Text | None:
    """Return why a merged work leads to none that stands; None when it leads to one, or to one that is not held.

    Args:
        work: The work.
        held: Returns a work by its key.

    Example:
        >>> works = {"a": Work("a", "", "", merged_into="b"), "b": Work("b", "", "", merged_into="a")}
        >>> astray(works["a"], works.get).en
        'the works are merged in a ring: a -> b -> a'
    """
    trail, ring = merge_trail(work, held)
    if ring:
        return Text(f"the works are merged in a ring: {' -> '.join(ring)}", f"这些文献的合并构成环：{' → '.join(ring)}")
    last = held(trail[-1])
    if len(trail) > 1 and last is not None and last.status == REVOKED:
        return Text(f"the work {last.id} was taken back, so it stands for no other", f"代表它的 {last.id} 已撤回")
    return None


def check_works(works: Sequence[Placed[Work]], known: Known, *, name: str) -> list[Failure]:
    """Put the works that are merged into none, or into one that stands, into `known`; return a failure for each other.

    Args:
        works: Those that are new, or to be written.
        known: What is right so far.
        name: How the file calls what names the other work; `{id}` stands for the work.
    """
    known.works.update((one.record.id, one.record) for one in works)
    failures: list[Failure] = []

    def held(id: str) -> Work | None:
        return known.works.get(id) or (None if ("work", id) in known.faulty else known.base.works.get(id))

    def fault_of(one: Placed[Work]) -> tuple[str, str] | None:
        work = one.record
        if work.merged_into is not None:
            why = astray(work, held)
            return known.lacks("work", work.merged_into) if why is None else (why.en, REMEDY)
        if work.status == REVOKED and work.id in known.base.works:
            into = (id for id, other in known.base.works.items() if other.merged_into == work.id)
            left = next((id for id in into if (held(id) or work).merged_into == work.id), None)
            if left is not None:
                return f"the work {left} is merged into {work.id}, which would stand for none", _undo(left)
        return None

    waiting = [one for one in works if one.record.merged_into is not None or one.record.status == REVOKED]
    while waiting:
        found = [(one, fault_of(one)) for one in waiting]
        for one, fault in found:
            if fault is not None:
                failures.append(one.failure(f"{name.format(id=one.record.id)}: {fault[0]}", fault[1]))
        known.drop("work", {one.record.id: one.place for one, fault in found if fault is not None})
        still = [one for one, fault in found if fault is None]
        waiting = still if len(still) < len(waiting) else []
    return failures


def at_merged(works: Mapping[str, Work]) -> dict[str, str]:
    """Return those of some works that are merged, each with the one that stands for it.

    Example:
        >>> at_merged({"a": Work("a", "", ""), "b": Work("b", "", "", merged_into="a")})
        {'b': 'a'}
    """
    into = {id: one.merged_into for id, one in works.items() if one.merged_into is not None}
    found: dict[str, str] = {}
    for id, other in into.items():
        at, seen = other, {id}
        while at in into and at not in seen:
            seen.add(at)
            at = into[at]
        found[id] = at
    return found


def not_counting(id: str, work: str, stands: str) -> str:
    """Return what is told of an item that is added at a merged work."""
    return (
        f"evidence {id}: its work {work} is merged into {stands}, so the item does not count; name {stands} as its work"
    )


def newly(works: Iterable[Placed[Work]], known: Known) -> list[Placed[Work]]:
    """Return the good works that stand in the record, and are merged in the file."""
    before = known.base.works
    return [
        one
        for one in works
        if one.record.id in known.works
        and one.record.merged_into is not None
        and one.record.id in before
        and before[one.record.id].merged_into is None
    ]


def left_behind(store: Store, merges: Iterable[Placed[Work]]) -> list[Remark]:
    """Return what is told of works that are merged, of which the record holds evidence: it stays with them.

    Cost: nothing without such works, else a look at the work of each item of the record.
    """
    into = {one.record.id: one for one in merges}
    if not into:
        return []
    items: dict[str, list[str]] = {}
    with store.bulk() as bulk:
        for rows in bulk.rows("evidence", ("id", "work")):
            for id, work in rows:
                if work in into:
                    items.setdefault(work, []).append(id)
    return [
        Remark(one.source.name, one.line or None, _stays(one.record, sorted(items[work])))
        for work, one in sorted(into.items())
        if work in items
    ]


def _stays(work: Work, items: Sequence[str]) -> str:
    named = ", ".join(items[:SHOWN]) + (f" and {len(items) - SHOWN} more" if len(items) > SHOWN else "")
    return (
        f"the work {work.id} is merged into {work.merged_into}; its evidence stays with it and does not count: {named}"
        f"; undo this import and `kg merge {work.merged_into} {work.id}`, which moves the evidence"
    )


def _undo(work: str) -> str:
    return f"undo that merge first: `kg history {work}` names the revision, `kg undo` undoes it"
