"""Duplicates of the record: which works look like one, and making one of two.

Lives here: `Merging`, a part of the face. May enter: raw parameters of any door; they are parsed here, once.
Never here: what a merge changes (contribute/merging), SQL (record/), printing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg.contribute import merging
from kg.contribute.merging import Merge
from kg.criteria import parse_int
from kg.model import Change
from kg.question import records
from kg.snapshot import Snapshot
from kg.writing import Document, Writing

ACT = "merge"
PAGE, MOST = 100, 10_000


class Merging(Writing):
    """Likely duplicates among the works, and merging them; undoing is `undo` of the revision."""

    def duplicates(self, *, limit: Any = PAGE, lang: str = "en") -> Document:
        """Works that look like one, or like a preprint and its published form; those that count twice first.

        Args:
            limit: Most pairs, 1 to 10,000.
            lang: Language in which `why` says what makes two works look like one.

        Returns:
            `{"items": [{"work", "other", "kind": "duplicate"|"version", "why", "score", "grouped"}], "total",
            "revision"}`; see `kg.contribute.merging.likely`.
        """
        spoken = self._lang(lang)
        most = parse_int(limit, name="limit", low=1, high=MOST)
        snapshot = self.snapshot
        found = self._cached(("duplicates", snapshot.revision), lambda: merging.likely(list(snapshot.works.values())))
        items = [
            {
                "work": match.work,
                "other": match.other,
                "kind": match.kind,
                "why": match.why.get(spoken),
                "score": match.score,
                "grouped": grouped,
            }
            for match, grouped in found[:most]
        ]
        return {"items": items, "total": len(found), "revision": snapshot.revision}

    def merge(
        self,
        keep: str,
        duplicate: str,
        *,
        why: str | None = None,
        actor: str | None = None,
        dry_run: bool = False,
        expect: int | None = None,
        lang: str | None = None,
    ) -> Document:
        """Make one of two entries of one work: one revision, which `undo` takes back whole.

        Args:
            keep: Key of the work that stays.
            duplicate: Key of the other: it becomes `merged`, and all that names it is found at the first.
            why: Reason, kept with the revision; needed.
            actor: Handle of who merges; default `$KG_ACTOR`, else the login name.
            dry_run: Only say what would change.
            expect: The newest revision that was seen; None for any.
            lang: Language of the sentences.

        Returns:
            `{"act", "kept": work, "merged": work, "moved": [evidence ids], "filled": [fields], "told": [sentences],
            "dry_run", "revision"}` and, when it was written, what that changed: `records`, `beliefs`, `claims`,
            `changes`, `complete`, `limits`, see `kg.contribute.effects.effect`.

        Raises:
            NotFound: no such work.
            InputError: no reason, or one work twice.
            Conflict: one of them was merged or taken back before; or the record moved on from `expect`.
        """
        spoken, by = self._lang(lang), self.acting(actor)
        seen = self.network()
        keep, duplicate = self._work(keep, where="keep"), self._work(duplicate, where="duplicate")
        made = self._merge(seen.snapshot, keep, duplicate)
        if dry_run:
            return _told(made) | {"dry_run": True, "revision": seen.snapshot.revision}
        reason = self._reason(ACT, why)

        def changes(snapshot: Snapshot) -> Sequence[Change]:
            nonlocal made
            made = self._merge(snapshot, keep, duplicate)
            return made.changes

        written = self._written(changes, actor=by, act=ACT, reason=reason, expect=expect)
        return _told(made) | {"dry_run": False} | self._told(seen, written, spoken, first=made.kept.id)

    def _merge(self, snapshot: Snapshot, keep: str, duplicate: str) -> Merge:
        works = snapshot.work(keep, where="keep"), snapshot.work(duplicate, where="duplicate")
        return merging.merged(snapshot, *works, self.vocabulary)


def _told(made: Merge) -> Document:
    return {
        "act": ACT,
        "kept": records.work_document(made.kept),
        "merged": records.work_document(made.duplicate),
        "moved": list(made.moved),
        "filled": list(made.filled),
        "told": list(made.told),
    }
