"""What every part of the face that writes shares: credit, writing what follows from the newest record, the shapes.

Lives here: `Writing`. May enter: changes that a part worked out. Never here: what is contributed or decided, SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kg.asking import Asking
from kg.contribute import effects, plan, resuming, rewording
from kg.contribute.states import Key, Versions
from kg.criteria import Criteria
from kg.errors import InputError, ShapeViolation, Words
from kg.holding import of_kind
from kg.ids import RecordKind
from kg.later import Later
from kg.model import Change, Evidence, Revision
from kg.network import Network
from kg.question.compare_said import Moments
from kg.record.retrying import TRIES, refuse_other_head, retried
from kg.settings import read_settings
from kg.snapshot import Snapshot

if TYPE_CHECKING:
    from kg.rdf import shapes
else:
    shapes = Later("kg.rdf.shapes")

Document = dict[str, Any]


class Writing(Asking):
    """Writing to the record in the name of somebody."""

    def credit(self, handles: Iterable[str]) -> Document:
        """Return `{handle: {"name", "orcid"}}` of those who are known by more than a handle; never an e-mail address.

        Example:
            >>> import kg, tempfile
            >>> graph = kg.open(f"sqlite:///{tempfile.mkdtemp()}/r.sqlite", empty=True)
            >>> made = graph.create_token("ann", name="Ann Li", orcid="0000-0002-1825-0097", email="ann@example.org")
            >>> graph.credit(["ann", "bob"])
            {'ann': {'name': 'Ann Li', 'orcid': '0000-0002-1825-0097'}}
        """
        found = (self.store.accounts.person(handle) for handle in sorted(set(handles)))
        return {
            one.handle: {"name": one.name, "orcid": one.orcid}
            for one in found
            if one is not None and (one.name is not None or one.orcid is not None)
        }

    def _written(
        self,
        changes: Callable[[Snapshot], Sequence[Change]],
        *,
        actor: str,
        act: str,
        reason: str | None,
        expect: int | None = None,
    ) -> Revision:
        """Write what follows from the newest record as one revision; work it out anew when somebody was faster.

        Args:
            changes: From a snapshot to what is to be written; may raise.
            actor: Who writes.
            act: What is done.
            reason: Why.
            expect: The newest revision that the caller has seen: then nothing is worked out anew.

        Raises:
            MovedOn: the record moved on from `expect`, or others wrote in between each time.
        """

        def once() -> Revision:
            snapshot = self.snapshot
            refuse_other_head(snapshot.revision, expect)
            found = changes(snapshot)
            return self.store.write(found, actor=actor, act=act, reason=reason, expect=snapshot.revision)

        return retried(once, tries=TRIES if expect is None else 1)

    def _refuse_violations(self, changes: Sequence[Change], snapshot: Snapshot, lang: str) -> None:
        """Raise ShapeViolation when the shapes find a violation in what is to be written."""
        if not changes:
            return
        found = shapes.validate_closure([change.record for change in changes], snapshot, self.vocabulary)
        wrong = [one for one in found if one.severity == "violation"]
        if wrong:
            more = f" ({len(wrong) - 1} more)" if len(wrong) > 1 else ""
            first, others = wrong[0], f"（另有 {len(wrong) - 1} 处）" if more else ""
            fault = ShapeViolation(f"{first.message.get(lang)}{more}", where=first.focus, hint=first.remedy.get(lang))
            fault.said = Words(
                f"{first.message.en}{more}",
                f"{first.message.get('zh')}{others}",
                Words(first.remedy.en, first.remedy.get("zh")),
            )
            raise fault

    def _told(self, seen: Network, written: Revision, lang: str, *, first: str | None = None) -> Document:
        """Tell what a revision changed: records (the one called `first` before the others), beliefs, answers.

        Args:
            seen: The network before it was written, as far as is known.
            written: The revision.
            lang: Language of the sentences.
            first: Id or alias of the record that it was about.
        """
        before = seen
        if seen.snapshot.revision != written.number - 1:
            before = Network.build(self._past(written.number - 1), Criteria(), self.vocabulary)
        return self._changed(before, written.changes, effects.THEN, lang, first=first) | {"revision": written.number}

    def _changed(
        self, before: Network, changes: Sequence[Change], moments: Moments, lang: str, *, first: str | None = None
    ) -> Document:
        """Tell what changes come to in records, beliefs and answers; arguments as those of `_told`."""
        written = [change.record for change in changes]
        known = ((one, of_kind(before.snapshot, one.kind).get(one.id)) for one in changes)
        told = [
            {"kind": one.kind, "id": one.id, "status": [None if old is None else old.status, one.record.status]}
            for one, old in known
        ]
        about = {change.id for change in changes if first in {change.id, getattr(change.record, "alias", None)}}
        effect = effects.effect(
            before,
            effects.network_with(before, written),
            moments,
            records=written,
            claims=effects.claims_of(written),
            lang=lang,
        )
        told.sort(key=lambda one: one["id"] not in about)
        return {"records": told, **effect}

    def _histories(self, wanted: Iterable[Key]) -> dict[Key, Versions]:
        by_kind: dict[RecordKind, list[str]] = {}
        for kind, id in wanted:
            by_kind.setdefault(kind, []).append(id)
        upto = self._standing
        return {
            (kind, id): [pair for pair in versions if upto is None or pair[0].number <= upto]
            for kind, ids in by_kind.items()
            for id, versions in self.store.histories(kind, ids).items()
        }

    def _resuming(self, later: Evidence, snapshot: Snapshot, actor: str) -> Callable[[Evidence], Evidence]:
        """Return what brings a superseded item back in the place of one that is revised. See `resuming.resumed`."""

        def again(item: Evidence) -> Evidence:
            versions = self._histories([("evidence", item.id), ("evidence", later.id)])
            of, of_later = versions["evidence", item.id], versions["evidence", later.id]
            return resuming.resumed(item, of, later, of_later, snapshot, actor=actor)

        return again

    def _revision(
        self, old: Evidence, values: Mapping[str, Any], snapshot: Snapshot, *, by: str, lang: str
    ) -> plan.Plan:
        """Return what an item comes to in other words. See `rewording.reworded`."""
        (of,) = self._histories([("evidence", old.id)]).values()
        again = self._resuming(old, snapshot, by)
        return rewording.reworded(old, of, values, snapshot, self.vocabulary, contributor=by, again=again, lang=lang)

    def _of_status(self, statuses: Collection[str]) -> list[Key]:
        """Return what may have one of these statuses: what has it now, and what a face that stays saw before."""
        found = self.store.with_status(statuses)
        head = self.store.head()
        if self._standing is None or head is None:
            return found
        since = (change for one in self.store.changes(self._standing, head.number) for change in one.changes)
        return sorted({*found, *((change.kind, change.id) for change in since)})

    def _two(self, given: bool | None) -> bool:
        """Say whether two people are asked for: as given, else as `$KG_TWO_PERSON` says."""
        return read_settings().two_person if given is None else given

    def _reason(self, act: str, why: str | None) -> str:
        """Return the reason of an act that needs one.

        Raises:
            InputError: there is none.
        """
        if why is None or not why.strip():
            hint = Words("say why, for those who come after", "后来者需要了解缘由")
            raise InputError(Words(f"there is no reason to {act}", "请填写理由"), where="why", hint=hint)
        return why
