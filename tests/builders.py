"""Small graphs for tests, written as lines: `graph("a raises b 0.8", "b lowers c")`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kg.criteria import Criteria
from kg.ids import claim_id
from kg.model import Claim, Entity, Evidence, Record, Text, Work
from kg.network import Network
from kg.snapshot import Snapshot
from kg.vocabulary import load

STRENGTHS = {"weak": ("argument", "weak"), "low": ("argument", "moderate"), "good": ("empirical-experiment", "strong")}


def entity(id: str, type: str = "Factor", *, broader: str | None = None) -> Entity:
    """An entity whose label is its id."""
    return Entity(id, type, Text(id, f"中{id}"), broader=broader)


def work(id: str, year: int | None = 2020, *, status: str = "current", group: str | None = None) -> Work:
    """A work of a year."""
    return Work(id, "article-journal", f"Title of {id}", year=year, status=status, independence_group=group)


def item(
    claim: str, number: int, by: str, stance: str = "supports", *, grade: str = "good", **more: object
) -> Evidence:
    """An evidence item; `grade` is weak (very low), low or good (high certainty)."""
    kind, strength = STRENGTHS[grade]
    made = Evidence(f"{by}.{number:012d}", claim, by, stance, kind, strength, f"statement {number}", "full-text")
    return replace(made, **more)  # type: ignore[arg-type]


def records(*lines: str, types: dict[str, str] | None = None, broader: dict[str, str] | None = None) -> list[Record]:
    """Records for lines `subject relation object [grade[:stance[:work]] ...]`; by default one good item each."""
    made: dict[str, Record] = {}
    number = 0
    for at, line in enumerate(lines):
        subject, relation, object, *evidence = line.split()
        for id in (subject, object):
            made[f"entity {id}"] = entity(id, (types or {}).get(id, "Factor"), broader=(broader or {}).get(id))
        id = claim_id(subject, relation, object)
        made[f"claim {id}"] = Claim(id, subject, relation, object)
        for word in evidence or ["good"]:
            grade, stance, by = (*word.split(":"), "", "")[:3]
            by = by or f"w{at}"
            made[f"work {by}"] = work(by)
            number += 1
            made[f"evidence {number}"] = item(id, number, by, stance or "supports", grade=grade)
    for id, above in (broader or {}).items():
        made.setdefault(f"entity {above}", entity(above, (types or {}).get(above, "Factor")))
        made.setdefault(f"entity {id}", entity(id, (types or {}).get(id, "Factor"), broader=above))
    return list(made.values())


def snapshot(some: Iterable[Record]) -> Snapshot:
    """A snapshot at revision 1."""
    return Snapshot.of(1, "2026-01-01T00:00:00Z", some)


def network(*lines: str, criteria: Criteria | None = None, **more: dict[str, str]) -> Network:
    """The network of lines, see `records`."""
    return Network.build(snapshot(records(*lines, **more)), criteria or Criteria(), load())
