"""Revising: a record in other words, as a proposal where it is evidence, at once where it keeps its id.

Lives here: `Revising`, a part of the face. May enter: raw values of any door; they are parsed here, once.
Never here: how a record is read and compared (contribute/), decisions (reviewing), SQL (record/), printing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kg import conflicts
from kg.contribute import alike, changed, names, plan, revising, rewording
from kg.contribute.states import refuse_revising
from kg.errors import Conflict
from kg.ids import RecordKind
from kg.model import Change, Claim, Entity, Evidence, Record, Work
from kg.question import records
from kg.snapshot import Snapshot
from kg.writing import Document, Writing

ACT = "revise"
Values = Mapping[str, Any]


class Revising(Writing):
    """Saying a record in other words; every version stays in the history."""

    def revise(
        self,
        id: str,
        values: Values,
        *,
        why: str | None = None,
        actor: str | None = None,
        own: bool = False,
        expect: int | None = None,
        lang: str | None = None,
    ) -> Document:
        """Say a record in other words. Fields that are not given stay as they are.

        Of an evidence item the revision is a new item, which is proposed in its place: a pending item is superseded at
        once, an accepted one counts until its revision is accepted. Who goes back to words of her own proposal that a
        later one superseded makes no new item: the earlier one waits again, and the later one is superseded.
        An entity (`label`, `definition`, `aliases`, `broader`, `matches`), the `conditions` of a claim and the entry of
        a work keep their id: the change is made at once and can be undone, and what waited for review waits
        again. With `own`, as contributors are held to over HTTP, what is accepted stays, and so does what waits and
        somebody else proposed.

        Args:
            id: The record, an item also by alias.
            values: The fields that differ; None takes an optional one away. Of a label one language may be given alone.
                A revision of an item without a locator or a reason of its strength needs none.
            why: Reason, kept with the revision.
            actor: Handle of who revises it.
            own: Refuse what is not the actor's own proposal, see `kg.contribute.states.refuse_revising`.
            expect: The newest revision that was seen; None for any.
            lang: Language of remarks.

        Returns:
            Of an item as `add_evidence`, with `supersedes`; of others as `add_entity`, with `changed`: `[{"field",
            "before", "after"}]`, and what that changed: `beliefs`, `claims`, `changes`, `complete`, `limits`.

        Raises:
            Forbidden: with `own`, it is not the actor's to revise.
            Conflict: the record was rejected, revoked or superseded; or the revision says what it says already, or what
                an item said that cannot be brought back so (see `kg.contribute.resuming.resumed`).
            InputError: a field that cannot be revised: the ends of a claim and the type of an entity make another one.
        """
        spoken, by = self._lang(lang), self.acting(actor)
        kind, known = names.record_of(self.snapshot, id)
        if not isinstance(known, Evidence):
            return self._amended(kind, known.id, values, why=why, actor=by, own=own, expect=expect, lang=spoken)
        read_last: list[plan.Plan] = []
        revised: list[str] = []

        def changes(snapshot: Snapshot) -> Sequence[Change]:
            old = snapshot.item(id)
            versions = self.store.history("evidence", old.id)
            if own:
                refuse_revising("evidence", old, versions, actor=by)
            made = self._revision(old, values, snapshot, by=by, lang=spoken)
            revised[:] = [old.id]
            if made.already:
                said = conflicts.says_already(made.record.id)
                raise Conflict(said, where="values", hint="change something of it")
            self._refuse_violations(made.changes, snapshot, spoken)
            read_last[:] = [made]
            return [*made.changes, *rewording.displaced(old)]

        written = self._written(changes, actor=by, act="revise", reason=why, expect=expect)
        (made,) = read_last
        network = self.network()
        return made.document() | {
            "supersedes": revised[0],
            "record": records.evidence(network, made.record.id),
            "revision": written.number,
        }

    def _amended(
        self,
        kind: RecordKind,
        id: str,
        values: Values,
        *,
        why: str | None,
        actor: str,
        own: bool,
        expect: int | None,
        lang: str,
    ) -> Document:
        """Write an entity, a claim or a work in other words, and tell what that changed."""
        both: list[Entity | Claim | Work] = []

        def changes(snapshot: Snapshot) -> Sequence[Change]:
            _, old = names.record_of(snapshot, id)
            if isinstance(old, Evidence):
                raise Conflict(conflicts.item_now(id), where="id")
            if own:
                refuse_revising(kind, old, self.store.history(kind, id), actor=actor)
            both[:] = [old, revising.revised(old, values, snapshot, self.vocabulary)]
            made = [Change(kind, both[1])]
            self._refuse_violations(made, snapshot, lang)
            return made

        seen = self.network()
        written = self._written(changes, actor=actor, act=ACT, reason=why, expect=expect)
        old, new = both
        told = self._told(seen, written, lang, first=id)
        return {
            "kind": kind,
            "id": id,
            "already": False,
            "status": new.status,
            "written": [{"kind": kind, "id": id, "status": new.status}],
            "alike": alike.like_entity(new, self.snapshot, lang=lang) if isinstance(new, Entity) else [],
            "changed": changed.differences(old, new),
            "record": self._shown(new),
            **{name: told[name] for name in ("beliefs", "claims", "changes", "complete", "limits", "revision")},
        }

    def _shown(self, record: Record) -> Document:
        """Return a record as lists show it."""
        network = self.network()
        if isinstance(record, Entity):
            return records.entity_document(network, record)
        if isinstance(record, Claim):
            return records.brief_claim(network, record)
        return records.work_document(network.snapshot.works[record.id])
