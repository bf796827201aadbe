"""All claims weighed at once: which items count under criteria, and what that makes of each claim.

Lives here: `Weighed`. May enter: columns, criteria, vocabulary. Never here: how lines are weighed; equal sets of lines
are found and `kg.belief.weigh` weighs each of them once, so that the numbers are its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from kg.belief import Line, Opinion, Weighing, weigh
from kg.columns.ordering import order_by
from kg.columns.reading import NONE
from kg.columns.strings import Strings
from kg.columns.table import Columns
from kg.compiled.field import ranges
from kg.criteria import Criteria
from kg.later import Later
from kg.model import Evidence, Text, Work
from kg.record.bulk import APART
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
else:
    np = Later("numpy")

PACKED_MOST = 8
"""Lines of one claim whose classes fit into 64 bits."""


@dataclass(frozen=True, eq=False)
class Weighed:
    """What criteria make of every claim.

    Attributes:
        counts: For each item whether it counts.
        line: For each item the place in `lines` of what belief sees of it.
        lines: Lines as belief sees them, but for id and group.
        pattern: For each claim the place in `weighings` of its weighing.
        weighings: The different weighings that occur; ids in them are empty.
        supported: For each claim whether an item that counts supports it.
        expected: For each claim its expected value.
    """

    counts: Array
    line: Array
    lines: tuple[Line, ...]
    pattern: Array
    weighings: Sequence[Weighing]

    @classmethod
    def of(cls, columns: Columns, criteria: Criteria, vocabulary: Vocabulary) -> Weighed:
        """Weigh every claim, whatever its own status.

        Law: support, dispute, opinion and groups are those of `kg.network.Network.build`.

        Cost: about 0.4 microseconds an item, and one call of `weigh` for each different set of lines.
        """
        counts = _counting(columns, criteria, vocabulary)
        lines, line = _classes(columns, vocabulary)
        pattern, weighings = _patterns(columns, counts, lines, line)
        return cls(counts, line, lines, pattern, weighings)

    @property
    def supported(self) -> Array:
        """For each claim whether an item that counts supports it."""
        return np.array([one.support > 0 for one in self.weighings], bool)[self.pattern]

    @property
    def expected(self) -> Array:
        """For each claim its expected value."""
        return np.array([one.opinion.expected for one in self.weighings], np.float64)[self.pattern]

    def bases(self, columns: Columns, claims: Sequence[int]) -> Counter[tuple[str, bool]]:
        """Return how many items that count for some claims were read on each basis, inferred or not."""
        items, _ = ranges(columns.item_start, np.array(claims, np.int64))
        found: Counter[tuple[str, bool]] = Counter()
        for place, number in Counter(columns.item_says[items[self.counts[items] > 0]].tolist()).items():
            _, _, _, basis, inferred, _, _ = said(columns, place)
            found[basis, inferred == "1"] += number
        return found


class Weighings(Sequence[Weighing]):
    """Weighings as columns, without ids; each is made when it is first asked for.

    Args:
        opinion: For each the numbers of its opinion.
        told: For each its support, its dispute, whether it is contested, and its groups.
    """

    def __init__(self, opinion: Array, *told: Array) -> None:
        self._opinion = opinion
        self._told = told
        self._made: dict[int, Weighing] = {}

    def __len__(self) -> int:
        return len(self._opinion)

    def __getitem__(self, at: Any) -> Any:
        found = self._made.get(at)
        if found is not None:
            return found
        if isinstance(at, slice):
            return [self[one] for one in range(len(self))[at]]
        place = range(len(self))[at]
        support, dispute, contested, groups = (column[place].item() for column in self._told)
        opinion = Opinion(*self._opinion[place].tolist())
        made = self._made[place] = Weighing(support, dispute, opinion, (), (), contested, groups)
        return made


def counting(columns: Columns, criteria: Criteria, vocabulary: Vocabulary) -> Array:
    """Return for each status whether it counts."""
    return np.array([*(criteria.status_counts(vocabulary.status(word)) for word in columns.statuses), False], bool)


def said(columns: Columns, place: int) -> tuple[str, ...]:
    """Return what items of a class say: stance, kind, strength, basis, "1" when inferred, status, contributor."""
    return tuple(columns.says[place].split(APART))


def _counting(columns: Columns, criteria: Criteria, vocabulary: Vocabulary) -> Array:
    """Return for each item whether it counts, by `Criteria.why_not` for each class of items and of works."""
    blank = Evidence("", "", "", "", "", "", "", "")
    without_works = replace(criteria, known_in=None, without_work=(), only_work=())
    work = Work("", "", "", year=1)
    by_class = []
    for place in range(len(columns.says)):
        _, kind, strength, _, _, status, _ = said(columns, place)
        item = replace(blank, kind=kind, strength=strength, status=status)
        by_class.append(without_works.why_not(item, work, vocabulary) is None)
    statuses = [
        criteria.work_status_counts(vocabulary.work_status(columns.work_statuses[at]))
        for at in range(len(columns.work_statuses))
    ]
    works = np.array([*statuses, False], bool)[columns.work_status]
    if criteria.known_in is not None:
        works &= (columns.work_year > 0) & (columns.work_year <= criteria.known_in)
    if criteria.only_work:
        kept = np.zeros(len(works), bool)
        kept[_found(columns.work_id, criteria.only_work)] = True
        works &= kept
    works[_found(columns.work_id, criteria.without_work)] = False
    counting: Array = np.array([*by_class, False], bool)[columns.item_says] & works[columns.item_work]
    return counting


def _found(ids: Strings, wanted: Iterable[str]) -> list[int]:
    return [at for at in map(ids.find, wanted) if at is not None]


def _classes(columns: Columns, vocabulary: Vocabulary) -> tuple[tuple[Line, ...], Array]:
    """Return the different lines in the order in which one stands in for another, and each item's place among them."""
    of_class = []
    for place in range(len(columns.says)):
        stance, kind, strength, basis, inferred, _, _ = said(columns, place)
        certainty = vocabulary.certainty(kind, strength, inferred == "1")
        polarity = vocabulary.stance(stance).polarity
        of_class.append(
            Line(
                id="",
                polarity=polarity,
                rank=certainty.rank,
                weight=certainty.weight,
                ceiling=certainty.ceiling,
                confidence=vocabulary.basis(basis).confidence,
                group="",
            )
        )
    lines = tuple(sorted(set(of_class), key=lambda line: (line.polarity, line.mass, line.rank, line.confidence)))
    place_of = {line: at for at, line in enumerate(lines)}
    places = np.array([place_of[line] for line in of_class] or [0], np.int32)
    return lines, places[columns.item_says]


def _patterns(
    columns: Columns, counts: Array, lines: tuple[Line, ...], line: Array
) -> tuple[Array, tuple[Weighing, ...]]:
    """Return for each claim the place of its weighing, and the weighings."""
    heavy = np.array([one.polarity != 0 for one in lines] or [False], bool)
    taking = np.flatnonzero(counts & heavy[line])
    claim, classes = columns.item_claim[taking], line[taking]
    stands = _one_of_a_group(columns, taking, claim, classes, lines)
    claim, classes = claim[stands], classes[stands]
    order = order_by((claim, columns.claims), (classes, len(lines)))
    claim, classes = claim[order], classes[order]
    many = np.bincount(claim, minlength=columns.claims)
    begin = np.concatenate([[0], np.cumsum(many)])
    pattern = np.zeros(columns.claims, np.int32)
    weighings = [weigh(())]
    bits = max(1, len(lines).bit_length())
    packs = min(PACKED_MOST, 63 // bits)
    for size in np.unique(many).tolist():
        alike = np.flatnonzero(many == size)
        if size == 0:
            continue
        members = classes[begin[alike][:, None] + np.arange(size)]
        if size <= packs:
            keys = members[:, 0].astype(np.int64)
            for place in range(1, size):
                keys = (keys << bits) | members[:, place]
            _, first, which = np.unique(keys, return_index=True, return_inverse=True)
        else:
            _, first, which = np.unique(members, axis=0, return_index=True, return_inverse=True)
        pattern[alike] = len(weighings) + which.reshape(-1)
        weighings += [_weigh(lines, members[at].tolist()) for at in first.tolist()]
    return pattern, tuple(weighings)


def _weigh(lines: tuple[Line, ...], places: list[int]) -> Weighing:
    return weigh(tuple(lines[at]._replace(id=str(number), group=str(number)) for number, at in enumerate(places)))


def _one_of_a_group(columns: Columns, taking: Array, claim: Array, classes: Array, lines: Sequence[Line]) -> Array:
    """Return the places of the lines that stand for their group: the largest of each claim, direction and group."""
    own = columns.item_group[taking]
    works = columns.item_work[taking]
    group = np.where(own == NONE, columns.work_group[works], own).astype(np.int64)
    group = np.where(group == NONE, _groups_of_works(columns)[works], group)
    polarity = np.array([one.polarity for one in lines] or [0], np.int64)[classes] + 1
    groups = len(columns.groups) + len(columns.work_id)
    order = order_by((claim, columns.claims), (group, groups), (polarity, 3), (len(lines) - 1 - classes, len(lines)))
    same = np.ones(len(order), bool)
    keys = (claim[order], group[order], polarity[order])
    if len(order):
        same[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return order[same]


def _groups_of_works(columns: Columns) -> Array:
    """Return for each work the number of the group that it is by itself: of the same name as a group, or of its own."""
    count = len(columns.groups)
    found = np.arange(count, count + len(columns.work_id), dtype=np.int64)
    for at, name in enumerate(columns.groups):
        work = columns.work_id.find(name)
        if work is not None:
            found[work] = at
    return found


def verdict_of(
    columns: Columns, item: int, work: Work | None, criteria: Criteria, vocabulary: Vocabulary
) -> Text | None:
    """Return why one item does not count; None when it does."""
    stance, kind, strength, basis, _, status, _ = said(columns, int(columns.item_says[item]))
    key = "" if work is None else work.id
    blank = Evidence("", "", key, stance, kind, strength, "", basis, status=status)
    return criteria.why_not(blank, work, vocabulary)
