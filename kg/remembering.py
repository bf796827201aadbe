"""The history: the log, every version of a record, and undoing.

Lives here: `Remembering`, a part of the face. May enter: raw parameters of any door; they are parsed here, once.
Never here: what an undo restores (contribute/undoing), SQL (record/), printing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from kg import conflicts
from kg.contribute import changed, effects, lines, merging, names, parting, undoing
from kg.contribute.effects import keys
from kg.contribute.states import UNDO, Key, Versions, refuse_own
from kg.criteria import parse_int, parse_line
from kg.errors import Conflict
from kg.model import ACCEPTED, Change, Record, Revision
from kg.record import Wanted
from kg.snapshot import Snapshot
from kg.writing import Document, Writing

LOG_MOST, HIGHEST = 1_000_000, 2**62


class Remembering(Writing):
    """Who changed what, when and why; and taking a revision back by another one."""

    def undo(
        self,
        revision: Any,
        *,
        why: str | None = None,
        actor: str | None = None,
        with_later: bool = False,
        expect: int | None = None,
        two_person: bool | None = None,
        dry_run: bool = False,
        lang: str | None = None,
    ) -> Document:
        """Write a new revision in which every record stands as before a revision; what that one created is revoked.

        Args:
            revision: Number of the revision to be undone; an undo can be undone as well.
            why: Reason, kept with the revision; needed.
            actor: Handle of who undoes it.
            with_later: Undo later revisions that wrote one of its records too, each as a whole, and in turn those
                that wrote one of theirs, or brought an item that would be left where it cannot be. Records of other
                revisions that lean on what is revoked stay as they are.
            expect: The newest revision that was seen; None for any.
            two_person: Nobody brings back to acceptance what she proposed; default `$KG_TWO_PERSON`, else true.
            dry_run: Only say what would change; needs no reason.
            lang: Language of the sentences.

        Returns:
            As `review`, with `undone`, the numbers of the revisions, `left`, what stays though somebody should look at
            it (see `kg.contribute.parting.left`), and `dry_run`.

        Raises:
            NotFound: no such revision.
            Conflict: a later revision wrote the same records; shows both versions. Or it brought a revision of an item
                that goes back to another work, or an item of a work that would be merged again. Or the undo would bring
                back an item beside a revision of it that is accepted, or leave a work merged into none that stands. Or
                it changes nothing.

        Laws: afterwards every question is answered as before the revision, but for `revision`, `receipt` and the `note`
            that counts what the record holds; the chain holds.
        """
        number = parse_int(revision, name="revision", low=1, high=HIGHEST)
        self.store.revision(number)
        by = self.acting(actor)
        reason = why if dry_run else self._reason(UNDO, why)
        undone: list[int] = []
        left: list[Document] = []
        spoken = self._lang(lang)

        def changes(snapshot: Snapshot) -> Sequence[Change]:
            histories, numbers = self._to_undo(number, snapshot, with_later=with_later)
            undoing.refuse_later(histories, numbers)
            found = undoing.restored(histories, numbers)
            if not found:
                said = conflicts.nothing_left(number)
                raise Conflict(said, where="revision", hint="`kg log` shows what happened")
            after = snapshot.with_changes(found)
            parting.refuse(parting.holding_up(found, histories, after, self._histories))
            lines.refuse_two(found, snapshot, undone=True)
            merging.refuse_astray(found, snapshot)
            if self._two(two_person):
                back = [
                    one
                    for one in found
                    if one.record.status == ACCEPTED and histories[one.kind, one.id][-1][1].status != ACCEPTED
                ]
                refuse_own(back, histories, actor=by, act="accept")
            undone[:] = sorted(numbers)
            left[:] = parting.left(found, histories, after, self._histories, lang=spoken)
            return found

        seen = self.network()
        if dry_run:
            told = self._changed(seen, changes(seen.snapshot), effects.IF_UNDONE, spoken)
            told |= {"revision": seen.snapshot.revision}
        else:
            told = self._told(seen, self._written(changes, actor=by, act=UNDO, reason=reason, expect=expect), spoken)
        return {"act": UNDO, "undone": undone, "left": left, "dry_run": dry_run} | told

    def left(self, revision: Any, *, lang: str | None = None) -> list[Document]:
        """What an undo left as it is though somebody should look at it, and what nobody has seen to since.

        Args:
            revision: Number of the undo; any other revision left nothing.
            lang: Language of the sentences.

        Returns:
            As `left` of `undo`.

        Raises:
            NotFound: no such revision.
        """
        number = parse_int(revision, name="revision", low=1, high=HIGHEST)
        spoken, snapshot = self._lang(lang), self.snapshot
        if self.store.revision(number).act != UNDO:
            return []
        (whole,) = self.store.changes(number - 1, number)

        def before(wanted: Iterable[Key]) -> dict[Key, Versions]:
            found = self._histories(wanted)
            return {key: [one for one in versions if one[0].number < number] for key, versions in found.items()}

        return parting.left(whole.changes, before(keys(whole.changes)), snapshot, before, lang=spoken)

    # -- history ---------------------------------------------------------------------------------------------

    def history(self, kind: str | None, id: str) -> Document:
        """Every version of a record, newest first, with who changed which field, when and why.

        Args:
            kind: entity, claim, evidence or work; None to look for the id among all of them.
            id: Record id; evidence also by alias.

        Returns:
            `{"kind", "id", "versions": [{"revision", "recorded_at", "actor", "act", "reason", "changed": [{"field",
            "before", "after"}], "record"}], "people", "revision"}`; people as `credit`.

        Raises:
            NotFound: no such record; `near` names ids.
        """
        snapshot = self.snapshot
        found, record = names.record_of(snapshot, id)
        wanted = found if kind is None else names.kind_of(kind)
        if wanted != found:
            held: dict[str, Callable[[str], Record]] = {
                "entity": snapshot.entity,
                "claim": snapshot.claim,
                "evidence": snapshot.item,
                "work": snapshot.work,
            }
            record = held[wanted](self._work(id, where="id") if wanted == "work" else id)
        versions = self._histories([(wanted, record.id)])[wanted, record.id]
        return {
            "kind": wanted,
            "id": record.id,
            "versions": changed.versions(versions),
            "people": self.credit(one.actor for one, _ in versions),
            "revision": snapshot.revision,
        }

    def log(
        self,
        *,
        limit: Any = 50,
        after: Any = None,
        actor: str | None = None,
        act: str | None = None,
        kind: str | None = None,
        id: str | None = None,
    ) -> Document:
        """The newest revisions, newest first, without their changes.

        Args:
            limit: Most revisions, from 1.
            after: The `next` of the page before: only older ones.
            actor: Only those of this person.
            act: Only those of this act, such as accept.
            kind: Only those that wrote a record of this kind.
            id: Only those that wrote the record of this id.

        Returns:
            `{"items": [{"number", "recorded_at", "actor", "act", "reason", "previous_hash", "hash"}], "next",
            "people", "revision"}`.
        """
        most = parse_int(limit, name="limit", low=1, high=LOG_MOST)
        newest = self.revision
        before = newest + 1 if after is None else min(newest + 1, parse_int(after, name="after", low=1, high=HIGHEST))
        for name, text in (("actor", actor), ("act", act), ("id", id)):
            if text is not None:
                parse_line(text, name=name)
        wanted = Wanted(before, actor, act, None if kind is None else names.kind_of(kind), id)
        found = self.store.newest(wanted, most + 1)
        page = found[:most]
        return {
            "items": [_line(one) for one in page],
            "next": page[-1].number if len(found) > most else None,
            "people": self.credit(one.actor for one in page),
            "revision": newest,
        }

    def entry(self, number: Any) -> Document:
        """One revision with all that it changed, field by field.

        Returns:
            As an item of `log`, with `changes`: `[{"kind", "id", "status", "new", "changed": [{"field", "before",
            "after"}]}]`.

        Raises:
            NotFound: no such revision.
        """
        wanted = parse_int(number, name="revision", low=1, high=HIGHEST)
        told = self.store.revision(wanted)
        (whole,) = self.store.changes(wanted - 1, wanted)
        histories = self._histories(keys(whole.changes))
        changes = []
        for change in whole.changes:
            earlier = [record for one, record in histories[change.kind, change.id] if one.number < wanted]
            before = earlier[-1] if earlier else None
            changes.append(
                {
                    "kind": change.kind,
                    "id": change.id,
                    "status": change.record.status,
                    "new": before is None,
                    "changed": changed.differences(before, change.record),
                }
            )
        return _line(told) | {"changes": changes, "people": self.credit([told.actor])}

    # -- inside ----------------------------------------------------------------------------------------------

    def _to_undo(
        self, number: int, snapshot: Snapshot, *, with_later: bool
    ) -> tuple[dict[Key, Versions], frozenset[int]]:
        """Return the histories of all records concerned, and the revisions to undo: this one, on request later ones."""
        numbers = {number}
        (whole,) = self.store.changes(number - 1, number)
        histories = self._histories(keys(whole.changes))
        while with_later:
            later = {one.number for one in undoing.later(histories, numbers) if one.number <= snapshot.revision}
            if not later:
                found = undoing.restored(histories, numbers)
                after = snapshot.with_changes(found)
                later = {one.by.number for one in parting.holding_up(found, histories, after, self._histories)}
            if later <= numbers:
                break
            for one in later - numbers:
                numbers.add(one)
                (other,) = self.store.changes(one - 1, one)
                missing = [key for key in keys(other.changes) if key not in histories]
                histories |= self._histories(missing)
        return histories, frozenset(numbers)


def _line(revision: Revision) -> Document:
    return {
        "number": revision.number,
        "recorded_at": revision.recorded_at,
        "actor": revision.actor,
        "act": revision.act,
        "reason": revision.reason,
        "previous_hash": revision.previous_hash,
        "hash": revision.hash,
    }
