"""The claims of a pack and their evidence, one block after the other: what is right goes on at once.

Lives here: `Claims`. May enter: blocks whose claim and items passed their doors. Never here: files, doors.
What leans on something faulty or missing waits to the end, and is told by the checks of `pack_links`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, TypeAlias

import orjson

from kg.citations.parsed import Failure, Remark
from kg.ids import RecordKind
from kg.importers.joins import Joins
from kg.importers.merges import at_merged, not_counting
from kg.importers.pack_links import Known, Placed, check_claims, check_evidence
from kg.importers.pack_quick import Block, Item
from kg.importers.sources import Source
from kg.model import Claim, Evidence, canonical, from_payload, to_payload
from kg.vocabulary import Vocabulary

Put: TypeAlias = Callable[[RecordKind, str, str], None]
"""Takes the kind, the id and the canonical payload of a good record."""


class Claims:
    """Takes the blocks of one file.

    Args:
        known: Entities and works; the good claims are added, each with its line.
        vocabulary: The words to check against.
        source: The file.
        put: Takes the good records, each as soon as it is known to be good.

    Laws: a faulty record never costs its neighbours, only those that lean on it; of those with one name, the first
        counts.

    Cost: an id, a name and a line are held for each item, and the whole of what is doubtful.
    """

    def __init__(self, known: Known, vocabulary: Vocabulary, source: Source, put: Put) -> None:
        self.failures: list[Failure] = []
        self.remarks: list[Remark] = []
        merged = {id: one for id, one in known.base.works.items() if one.merged_into is not None}
        self._merged = at_merged({**known.works, **merged})  # what the record merged stays so, whatever a pack says
        self._known, self._vocabulary, self._source, self._put = known, vocabulary, source, put
        self._joins = Joins(known, vocabulary)
        self._doubtful: dict[str, Placed[Claim]] = {}
        self._waiting: list[Placed[Evidence]] = []
        self._fallen: Counter[str] = Counter()
        self._ids: dict[str, int] = {}
        self._aliases: dict[str, int] = {}

    def take(self, block: Block, text: str, line: int) -> None:
        """Take a claim and its items, which passed their doors; `text` is theirs, and begins on `line`."""
        known = self._known
        doubted = self._doubtful.get(block.id)
        first = known.claims.get(block.id) if doubted is None else doubted.line
        if first is not None:
            self._twice(line, f"the claim {block.id}", first, "put all its evidence into one block")
        elif self._joins(block.subject, block.relation, block.object):
            known.claims[block.id] = line
            self._put("claim", block.id, block.payload)
        else:
            claim: Any = from_payload("claim", orjson.loads(block.payload))
            self._doubtful[block.id] = Placed(claim, self._source, line, text, line)
        good = block.id in known.claims
        if not good:
            self._fallen[block.id] += len(block.items)
        for item in block.items:
            at = line + item.below
            if not self._is_first(item, at):
                continue
            if good and (item.work in known.works or self._is_there(item.work)):
                self._put("evidence", item.id, item.payload)
                self._tell(item.id, item.work, at)
            else:
                record: Any = from_payload("evidence", orjson.loads(item.payload))
                self._waiting.append(Placed(record, self._source, at, text, line, ("evidence", item.at)))

    def settle(self) -> None:
        """Say what is wrong with those that waited; the others go on too."""
        known = self._known
        self.failures += check_claims(list(self._doubtful.values()), known, self._vocabulary, items=self._fallen)
        for id, placed in self._doubtful.items():
            if id in known.claims:
                self._put("claim", id, canonical(to_payload(placed.record)))
        kept, faults = check_evidence(self._waiting, known)
        self.failures += faults
        for one in kept:
            self._put("evidence", one.record.id, canonical(to_payload(one.record)))
            self._tell(one.record.id, one.record.work, one.line)

    def _tell(self, id: str, work: str, line: int) -> None:
        """Remark on an item that is new and does not count since its work is merged."""
        if work in self._merged and id not in self._known.base.evidence:
            self.remarks.append(Remark(self._source.name, line, not_counting(id, work, self._merged[work])))

    def _is_first(self, item: Item, line: int) -> bool:
        """Say whether an item is the first of its name and of what it says; otherwise say where the first is."""
        alias, id = item.alias, item.id
        if alias is not None:
            if alias in self._aliases:
                self._twice(line, f"the evidence {alias}", self._aliases[alias], "give every item an id of its own")
                return False
            self._aliases[alias] = line
        if id in self._ids:
            self._twice(line, f"the same evidence as {id}", self._ids[id], "keep one of the two")
            return False
        self._ids[id] = line
        return True

    def _is_there(self, work: str) -> bool:
        known = self._known
        return ("work", work) not in known.faulty and work in known.base.works

    def _twice(self, line: int, what: str, first: int, remedy: str) -> None:
        reason = f"{what} is given twice, first at {self._source.name}:{first}"
        self.failures.append(self._source.failure(line, reason, remedy))
