"""Views: what a picture is asked to show, read once for the page, the drawn file and the command line.

Lives here: `View`, `Filters` and their parsing. May enter: values as text. Never here: a network, positions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kg.criteria import Criteria, parse_flag, parse_int, words
from kg.errors import InputError, Words
from kg.vocabulary import Vocabulary

HOPS_MOST = 6
CHAINS, CHAINS_MOST = 5, 20
NAMES = ("view", "focus", "hops", "expand", "hide", "open", "source", "target", "k")


@dataclass(frozen=True, slots=True)
class View:
    """One of four levels: overview, focus (one entity and what is near it), whole, or paths (chains between two).

    Args:
        focus: Entity id; what is within `hops` links of it is shown.
        hops: Links away from the focus, 1 to 6.
        expanded: Entities whose neighbours are shown too.
        hidden: Entities that are not shown.
        opened: Families that are not folded.
        whole: Every linked entity is shown, none folded.
        source: Entity id where chains begin; takes effect together with `target`.
        target: Entity id where chains end.
        k: Most chains, 1 to 20.
    """

    focus: str | None = None
    hops: int = 2
    expanded: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    whole: bool = False
    source: str | None = None
    target: str | None = None
    k: int = CHAINS

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> View:
        """Read a view from values named as in addresses; None stands for "not given".

        Raises:
            InputError: a value out of range, or a view that does not exist.

        Example:
            >>> View.parse({"focus": "qlora", "hops": "1"}).level, View.parse({"view": "all"}).level
            ('focus', 'whole')
        """
        whole = values.get("view")
        if whole not in (None, "all"):
            raise InputError(f"{whole!r} is not a view", where="view", hint="write view=all, or leave it out")
        return cls(
            focus=values.get("focus"),
            hops=parse_int(values.get("hops") or cls().hops, name="hops", low=1, high=HOPS_MOST),
            expanded=words(values.get("expand")),
            hidden=words(values.get("hide")),
            opened=words(values.get("open")),
            whole=whole is not None,
            source=values.get("source"),
            target=values.get("target"),
            k=parse_int(values.get("k") or CHAINS, name="k", low=1, high=CHAINS_MOST),
        )

    @property
    def level(self) -> str:
        """The level that takes effect: paths before focus before whole before overview."""
        if self.source is not None and self.target is not None:
            return "paths"
        if self.focus is not None:
            return "focus"
        return "whole" if self.whole else "overview"

    def criteria(self, given: Criteria, vocabulary: Vocabulary) -> Criteria:
        """Return the criteria of its network: around an entity and in the whole, relations of no direction count too.

        Example:
            >>> from kg.vocabulary import load
            >>> "exercised-by" in View(whole=True).criteria(Criteria(), load()).relation
            True
        """
        if given.relation or self.level not in {"focus", "whole"}:
            return given
        return replace(given, relation=tuple(sorted(vocabulary.relations)))


@dataclass(frozen=True, slots=True)
class Filters:
    """What of a picture is left in sight; places stay as they are.

    Args:
        types: Kinds of entity; empty: all.
        relations: Relations of claims; empty: all.
        least: Least expected value of a claim, 0 to 1.
        contested: Only claims with evidence on both sides.
    """

    types: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()
    least: float = 0.0
    contested: bool = False

    @classmethod
    def parse(cls, values: Mapping[str, Any], vocabulary: Vocabulary) -> Filters:
        """Read filters from `type`, `relation`, `min_expected` and `contested`; None stands for "not given".

        Raises:
            UnknownTerm: a kind of entity or a relation that the ontology does not have.
            InputError: a number out of range.

        Example:
            >>> from kg.vocabulary import load
            >>> Filters.parse({"type": ["Risk"], "min_expected": "0.7"}, load())
            Filters(types=frozenset({'Risk'}), relations=frozenset(), least=0.7, contested=False)
        """
        return cls(
            types=frozenset(vocabulary.entity_type(word).id for word in words(values.get("type"))),
            relations=frozenset(vocabulary.relation(word).id for word in words(values.get("relation"))),
            least=_share(values.get("min_expected") or 0.0),
            contested=parse_flag(values.get("contested") or False, name="contested"),
        )

    @property
    def any(self) -> bool:
        """Whether anything is filtered."""
        return self != Filters()


def _share(value: Any) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        given = str(value)[:40]
        said = Words(f"{given!r} is not a number from 0 to 1", f"须为 0 到 1 之间的数，而非“{given}”")
        raise InputError(said, where="min_expected")
    return number
