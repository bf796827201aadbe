"""Reviewing: the queue, decisions, taking back.

Lives here: `Reviewing`, a part of the face. May enter: raw parameters of any door; they are parsed here, once.
Never here: which act leads from where to where (contribute/states), SQL (record/), printing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kg import conflicts
from kg.asking import parse_links
from kg.contribute import changed, effects, lines, merging, names, queue
from kg.contribute.effects import keys
from kg.contribute.states import (
    MOVES,
    PENDING,
    Key,
    Move,
    along,
    claim_of_item,
    move_of,
    moved,
    proposal,
    proposers,
    refuse_own,
    since,
)
from kg.criteria import parse_int, words
from kg.errors import Conflict, InputError
from kg.ids import RecordKind
from kg.model import Change, Record
from kg.question import records
from kg.snapshot import Snapshot
from kg.writing import Document, Writing

Values = Mapping[str, Any]


class Reviewing(Writing):
    """Review: every act is one revision that says who, when and why. Nothing is deleted."""

    # -- the queue -------------------------------------------------------------------------------------------

    def reviews(
        self,
        *,
        status: str | Sequence[str] | None = None,
        kind: str | None = None,
        actor: str | None = None,
        limit: Any = records.PAGE,
        after: str | None = None,
        lang: str | None = None,
    ) -> Document:
        """What waits for review, the oldest first.

        Args:
            status: proposed, returned (changes were asked for), or both; None for both.
            kind: entity, claim or evidence; None for all.
            actor: Only what this person proposed.
            limit: Most records, 1 to 200.
            after: The `next` of the page before.
            lang: Language of the sentences.

        Returns:
            `{"items": [...], "next", "total", "people", "revision"}`; items as `kg.contribute.queue.entry`, people as
            `credit`.
        """
        spoken = self._lang(lang)
        most = parse_int(limit, name="limit", low=1, high=records.PAGE_MOST)
        wanted = tuple(words(status)) or PENDING
        for word in wanted:
            if word not in PENDING:
                raise InputError(f"{word[:40]!r} does not wait", where="status", hint=f"use {' or '.join(PENDING)}")
        start = None if after is None else queue.Place.parse(after)
        network = self.network()
        only = None if kind is None else names.kind_of(kind)
        asked = (key for key in self._of_status(wanted) if only in {None, key[0]})
        waiting = queue.still(network.snapshot, asked, wanted)
        histories = self._histories((one, record.id) for one, record in waiting)
        proposed = [(proposal(histories[one, record.id]), one, record) for one, record in waiting]
        placed = sorted(
            (queue.Place(first.number, one, record.id), record)
            for first, one, record in proposed
            if actor in {None, first.actor}
        )
        page = [(place, record) for place, record in placed if start is None or place > start]
        items = [
            queue.entry(place.kind, record, histories[place.kind, place.id], network, lang=spoken)
            for place, record in page[:most]
        ]
        return {
            "items": items,
            "next": str(page[most - 1][0]) if len(page) > most else None,
            "total": len(placed),
            "people": self.credit(who for item in items for who in (*item["proposed_by"], item["last"]["actor"])),
            "revision": network.snapshot.revision,
        }

    def waiting(
        self,
        id: str,
        *,
        rows: str | None = None,
        cols: str | None = None,
        max_links: Any = 6,
        lang: str | None = None,
    ) -> Document:
        """One pending record with all that a reviewer needs: the record, its history, its quote, what it would change.

        Returns:
            As an item of `reviews`, with `record`, `quote_check` (evidence), `history`, `people`, and the effect of
            accepting it (`beliefs`, `claims`, `changes`, see `kg.contribute.effects.effect`).

        Raises:
            NotFound: no such record.
            Conflict: it does not wait for review; says how it stands.
        """
        spoken, network = self._lang(lang), self.network()
        kind, record = names.record_of(network.snapshot, id)
        versions = self._histories([(kind, record.id)])[kind, record.id]
        if record.status not in PENDING:
            raise Conflict(
                conflicts.stands(kind, record.id, record.status, since=since(versions), waits=False),
                where="id",
                hint=f"`kg history {record.id}` shows what happened",
            )
        found = queue.entry(kind, record, versions, network, lang=spoken)
        changes = [] if found["blocked"] else moved(MOVES["accept"], kind, record, network.snapshot, versions)
        accepted = [change.record for change in changes]
        effect = effects.effect(
            network,
            effects.network_with(network, accepted),
            effects.IF_ACCEPTED,
            records=accepted,
            claims=effects.claims_of([record]),
            rows=rows,
            cols=cols,
            max_links=parse_links(max_links),
            lang=spoken,
        )
        return {
            **found,
            "record": {"claim": records.claim, "entity": records.entity}.get(kind, records.evidence)(
                network, record.id
            ),
            "quote_check": queue.quote_of(record, network.snapshot, spoken),
            "history": changed.versions(versions),
            **effect,
            "people": self.credit(one.actor for one, _ in versions),
            "revision": network.snapshot.revision,
            "proposed_in": found["revision"],
        }

    # -- decisions -------------------------------------------------------------------------------------------

    def review(
        self,
        id: str | Sequence[str],
        decision: str,
        *,
        why: str | None = None,
        actor: str | None = None,
        expect: int | None = None,
        two_person: bool | None = None,
        lang: str | None = None,
    ) -> Document:
        """Decide on pending records: accept them, reject them, or return them for changes; all or none.

        Accepting an item accepts the proposed claim and entities it needs, and supersedes the item it revises, and what
        that one revised in turn. Of an item and its revisions at most one is accepted.
        Rejecting one rejects the claim that came with it, when no other item speaks of that claim.

        Args:
            id: Record id, evidence also by alias; or several, at most 200, for one revision.
            decision: accept, reject or return.
            why: Reason, kept with the revision; needed to reject or return.
            actor: Handle of the reviewer; default `$KG_ACTOR`, else the login name.
            expect: The newest revision that was seen; None for any.
            two_person: Whoever proposed a record may not accept or reject it; default `$KG_TWO_PERSON`, else true.
            lang: Language of the sentences.

        Returns:
            `{"act", "records": [{"kind", "id", "status": [before, after]}], "beliefs", "claims", "changes", "complete",
            "limits", "revision"}`: all records that changed, the one decided on first, and what that changed in beliefs
            and answers (see `kg.contribute.effects.effect`).

        Raises:
            NotFound: no such record.
            Conflict: it does not stand where the decision starts, or another revision of the same item was accepted;
                says how it stands. Or the record moved on.
            Forbidden: the reviewer proposed it.
            InputError: no such decision, or no reason.
        """
        return self._decide(
            move_of(decision), id, why=why, actor=actor, expect=expect, two_person=two_person, lang=lang
        )

    def revoke(
        self,
        id: str,
        *,
        why: str | None = None,
        actor: str | None = None,
        expect: int | None = None,
        lang: str | None = None,
    ) -> Document:
        """Take a record back: what was accepted, a proposal of one's own, or a work that was entered by mistake.

        With an item goes the pending claim that came with it, when no other item speaks of that claim. A work that
        others are merged into stays.

        Args:
            id: Record id; evidence also by alias.
            why: Reason, kept with the revision.
            actor: Handle of who takes it back.
            expect: The newest revision that was seen; None for any.
            lang: Language of the sentences.

        Returns, raises:
            As `review`.
        """
        return self._decide(MOVES["revoke"], id, why=why, actor=actor, expect=expect, two_person=False, lang=lang)

    # -- inside ----------------------------------------------------------------------------------------------

    def _decide(
        self,
        move: Move,
        id: str | Sequence[str],
        *,
        why: str | None,
        actor: str | None,
        expect: int | None,
        two_person: bool | None,
        lang: str | None,
    ) -> Document:
        by, wanted = self.acting(actor), words(id)
        if not 0 < len(wanted) <= records.PAGE_MOST:
            raise InputError(
                f"{len(wanted)} ids, expected 1 to {records.PAGE_MOST}", where="id", hint="decide on fewer at a time"
            )
        reason = self._reason(move.act, why) if move.needs_why else why
        two = move.by_another and self._two(two_person)

        def changes(snapshot: Snapshot) -> Sequence[Change]:
            found = [names.record_of(snapshot, one) for one in wanted]
            gone = {record.id for _, record in found}
            made: dict[Key, Change] = {}
            for kind, record in found:
                for change in self._moved(move, kind, record, snapshot, gone, by=by, two=two):
                    if made.setdefault((change.kind, change.id), change).record != change.record:
                        before = made[change.kind, change.id].record.status
                        said = conflicts.both(change.kind, change.id, before, change.record.status)
                        raise Conflict(said, where="id", hint="decide on its revision alone")
            lines.refuse_two(made.values(), snapshot)
            merging.refuse_astray(made.values(), snapshot)
            return list(made.values())

        seen = self.network()
        written = self._written(changes, actor=by, act=move.act, reason=reason, expect=expect)
        return {"act": move.act} | self._told(seen, written, self._lang(lang), first=wanted[0])

    def _moved(
        self,
        move: Move,
        kind: RecordKind,
        record: Record,
        snapshot: Snapshot,
        gone: Collection[str],
        *,
        by: str,
        two: bool,
    ) -> list[Change]:
        """Return what an act on one record changes, once it is sure that who acts may do it."""
        histories = self._histories([(kind, record.id)])
        found = moved(move, kind, record, snapshot, histories[kind, record.id])
        if two:
            refuse_own(found, histories | self._histories(keys(found[1:])), actor=by, act=move.act)
        claim = claim_of_item(move, record, snapshot)
        if claim is not None:
            about: list[Key] = [("evidence", item.id) for item in snapshot.evidence_of(claim.id)]
            histories = self._histories([("claim", claim.id), *about])
            if not (two and by in proposers(histories["claim", claim.id])):
                found += along(move, record, snapshot, histories, gone)
        return found
