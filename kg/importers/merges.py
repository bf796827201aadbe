"""Works that a file merges into others, and evidence that it names at a work which is merged already.

Lives here: `astray`, the rule; `check_works`, `at_merged`, `Behind`. May enter: records that passed their doors, what
the record holds. Never here: files, doors, writing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kg.citations.parsed import Failure
from kg.importers.pack_links import Known, Placed
from kg.model import Work

REVOKED = "revoked"
REMEDY = "name a work that stands, or write the status current and no work that it is merged into"


def astray(work: Work, held: Callable[[str], Work | None]) -> str | None:
    """Return why a merged work leads to none that stands; None when it leads to one, or to one that is not held.

    Args:
        work: The work.
        held: Returns a work by its key.

    Example:
        >>> works = {"a": Work("a", "", "", merged_into="b"), "b": Work("b", "", "", merged_into="a")}
        >>> astray(works["a"], works.get)
        'the works are merged in a ring: a -> b -> a'
    """
    trail, at = [work.id], work.merged_into
    while at is not None:
        if at in trail:
            return f"the works are merged in a ring: {' -> '.join((*trail[trail.index(at) :], at))}"
        trail.append(at)
        other = held(at)
        if other is not None and other.status == REVOKED:
            return f"the work {at} was taken back, so it stands for no other"
        at = None if other is None else other.merged_into
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
            return known.lacks("work", work.merged_into) if why is None else (why, REMEDY)
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
                where = name if one.record.merged_into is not None else "status"
                failures.append(one.failure(f"{where.format(id=one.record.id)}: {fault[0]}", fault[1]))
        known.drop("work", {one.record.id: one.place for one, fault in found if fault is not None})
        still = [one for one, fault in found if fault is None]
        waiting = still if len(still) < len(waiting) else []
    return failures


def _undo(work: str) -> str:
    return f"undo that merge first: `kg history {work}` names the revision, `kg undo` undoes it"
