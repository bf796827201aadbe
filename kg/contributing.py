"""Contributing: entities, claims, evidence and works from people, and what they would change.

Lives here: `Contributing`, a part of the face. May enter: raw values of any door; they are parsed here, once.
Never here: how a record is read and compared (contribute/), review (reviewing), SQL (record/), printing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kg.asking import parse_links
from kg.contribute import citing, effects, looking_up, plan, rewording
from kg.contribute.plan import Plan
from kg.contribute.states import MOVES, PENDING, moved
from kg.criteria import parse_flag
from kg.errors import InputError
from kg.later import Later
from kg.model import OUR_STATUSES, Change, Record, Work
from kg.network import Network
from kg.question import records
from kg.settings import read_settings
from kg.snapshot import Snapshot
from kg.writing import Writing

if TYPE_CHECKING:
    from kg.citations import lookups
    from kg.citations.found import Fetch
    from kg.citations.parsed import Parsed
else:
    lookups = Later("kg.citations.lookups")

Document = dict[str, Any]
Values = Mapping[str, Any]


class Contributing(Writing):
    """Adding records. What is added is proposed, and counts only when a reviewer has accepted it."""

    def add_entity(
        self,
        values: Values,
        *,
        actor: str | None = None,
        reason: str | None = None,
        dry_run: bool = False,
        expect: int | None = None,
        lang: str | None = None,
    ) -> Document:
        """Propose an entity.

        Args:
            values: The fields of `kg.inputs.EntityIn`; `id` may be left out, `label` may be a plain text.
            actor: Handle of who proposes it; default `$KG_ACTOR`, else the login name.
            reason: Why, kept with the revision.
            dry_run: Check everything, write nothing.
            expect: The newest revision that was seen; None for any.
            lang: Language of remarks.

        Returns:
            `{"kind", "id", "already", "status", "written": [{"kind", "id", "status"}], "alike": [...], "record",
            "dry_run", "revision"}`. `already`: it was there, and nothing was written. `alike` are records that
            resemble it.

        Raises:
            InputError: a field is wrong; says which, what was given and what was expected.
            Conflict: another entity stands under this id; or the record moved on from `expect`.

        Example:
            >>> import kg, tempfile
            >>> graph = kg.open(f"sqlite:///{tempfile.mkdtemp()}/r.sqlite")
            >>> made = graph.add_entity({"type": "Technique", "label": "Weight surgery"}, actor="ann")
            >>> made["id"], made["status"]
            ('weight-surgery', 'proposed')
        """
        spoken = self._lang(lang)
        return self._contributed(
            lambda snapshot: plan.entity(values, snapshot, self.vocabulary, lang=spoken),
            act="propose",
            actor=actor,
            reason=reason,
            dry_run=dry_run,
            expect=expect,
            lang=spoken,
        )

    def add_claim(
        self,
        values: Values,
        *,
        actor: str | None = None,
        reason: str | None = None,
        dry_run: bool = False,
        expect: int | None = None,
        lang: str | None = None,
    ) -> Document:
        """Propose a claim. Two people who state the same claim meet on one: the second is told `already`.

        Args:
            values: `subject`, `relation`, `object` and perhaps `conditions`; ends are ids, labels or aliases.
            actor: Handle of who proposes it; default `$KG_ACTOR`, else the login name.
            reason: Why, kept with the revision.
            dry_run: Check everything, write nothing.
            expect: The newest revision that was seen; None for any.
            lang: Language of remarks.

        Returns:
            As `add_entity`.

        Raises:
            NotFound: an end does not exist; `near` names ids.
            ShapeViolation: the ontology does not allow these ends.
        """
        spoken = self._lang(lang)
        return self._contributed(
            lambda snapshot: plan.claim(values, snapshot, self.vocabulary, lang=spoken),
            act="propose",
            actor=actor,
            reason=reason,
            dry_run=dry_run,
            expect=expect,
            lang=spoken,
        )

    def add_evidence(
        self,
        values: Values,
        *,
        actor: str | None = None,
        reason: str | None = None,
        dry_run: bool = False,
        expect: int | None = None,
        lang: str | None = None,
    ) -> Document:
        """Propose an evidence item, with its claim when that is new: one revision.

        Args:
            values: `claim` (an id) or `subject`, `relation`, `object`; `work` (key, DOI, arXiv id or title); `stance`,
                `kind`, `strength`, `strength_reason`, `locator`, `statement` (in own words), `basis`; perhaps `quote`,
                `inferred`, `independence_group`.
            actor: Handle of who proposes it, kept as its contributor; default `$KG_ACTOR`, else the login name.
            reason: Why, kept with the revision.
            dry_run: Write nothing, answer as `preview`.
            expect: The newest revision that was seen; None for any.
            lang: Language of remarks.

        Returns:
            As `add_entity`, with `quote_check`: `{"state": "found"|"not-found"|"unchecked"|"none", "place", "said"}`,
            which follows from the quote and what is held of the work, and is not stored.

        Raises:
            InputError, NotFound, ShapeViolation: see `kg.contribute.plan.evidence`; or the shapes find a violation.
            Conflict: this very item was turned down before; or the record moved on from `expect`.
        """
        spoken = self._lang(lang)
        if dry_run:
            return self.preview(values, actor=actor, lang=spoken)
        by = self.acting(actor)
        return self._contributed(
            lambda snapshot: plan.evidence(values, snapshot, self.vocabulary, contributor=by, lang=spoken),
            act="propose",
            actor=by,
            reason=reason,
            dry_run=False,
            expect=expect,
            lang=spoken,
        )

    def add_work(
        self,
        values: Values,
        *,
        actor: str | None = None,
        reason: str | None = None,
        dry_run: bool = False,
        expect: int | None = None,
        fetch: Callable[[], Fetch] | None = None,
        lang: str | None = None,
    ) -> Document:
        """Record a work at once: a catalogue entry claims nothing. One that is there already is told `already`.

        Args:
            values: The fields of `kg.inputs.WorkIn`, or one `citation` or `item` (see `kg.contribute.citing.read`), or
                an `identifier` (DOI, arXiv id, OpenAlex id, PubMed id) that is looked up when the record does not have
                it. `distinct` says that a work which looks like a known one is another.
            actor: Handle of who records it; default `$KG_ACTOR`, else the login name.
            reason: Why, kept with the revision.
            dry_run: Check everything, write nothing.
            expect: The newest revision that was seen; None for any.
            fetch: Called for the way services are asked; None for what the settings allow a user.
            lang: Language of remarks.

        Returns:
            As `add_entity`; `alike` are duplicates and other versions, each with the reason.

        Raises:
            ParseFailure: the citation cannot be read.
            InputError: a field is wrong, or there are several citations.
            NotFound: no service knows the identifier.
            Upstream: the service cannot be reached; says what to do instead.
            Forbidden: look-ups are off.

        Example:
            >>> import kg, tempfile
            >>> graph = kg.open(f"sqlite:///{tempfile.mkdtemp()}/r.sqlite", empty=True)
            >>> graph.add_work({"citation": "@book{x, title={One}, author={Li, Wei}, year=2020}"}, actor="ann")["id"]
            'x'
        """
        spoken = self._lang(lang)
        distinct = parse_flag(values.get("distinct") or False, name="distinct")
        read = self._cited(values, fetch or (lambda: lookups.fetcher(read_settings())))
        return self._contributed(
            lambda snapshot: (
                Plan("work", read, ())
                if isinstance(read, Work)
                else citing.work(read, snapshot, self.vocabulary, distinct=distinct, lang=spoken)
            ),
            act="import",
            actor=actor,
            reason=reason,
            dry_run=dry_run,
            expect=expect,
            lang=spoken,
        )

    def notices(self, work: str, *, fetch: Callable[[], Fetch] | None = None) -> Document:
        """Ask a service whether a work of the record was retracted or corrected. Nothing is stored: see `retract`.

        Args:
            work: Citation key, DOI or arXiv id; the work has a DOI, an arXiv id or a PubMed id.
            fetch: Called for the way services are asked; None for what the settings allow a user, asking anew.

        Returns:
            `{"work", "status": [ours, theirs], "notice", "source", "notices": [...], "revision"}`; notices as
            `kg.citations.found.Notice`.

        Raises:
            InputError: it has no identifier.
            NotFound: no such work, or the service does not know it.
            Upstream, Forbidden: as `add_work`.
        """
        snapshot = self.snapshot
        record = snapshot.work(self._work(work))
        ask = fetch or (lambda: lookups.fetcher(read_settings(), fresh=True))
        found = lookups.look_up(looking_up.identifier_of(record), fetch=ask())
        told = found.document()
        return {
            "work": record.id,
            "status": [record.status, found.work.status],
            "notice": found.work.notice,
            "source": found.source,
            "notices": told["notices"],
            "revision": snapshot.revision,
        }

    def preview(
        self,
        values: Values,
        *,
        actor: str | None = None,
        rows: str | None = None,
        cols: str | None = None,
        max_links: Any = 6,
        revises: str | None = None,
        lang: str | None = None,
        **criteria: Any,
    ) -> Document:
        """What an evidence item would change, were it accepted. Nothing is stored.

        Args:
            values: As for `add_evidence`; of a revision the fields that differ, as for `revise`.
            actor: Handle of who would propose it.
            rows: Entity type where paths begin; None for all causes.
            cols: Entity type where they end; None for all harms.
            max_links: Most claims in a path, 1 to 12.
            revises: Id or alias of the item that it would be a revision of.
            lang: Language of the sentences.
            criteria: Under which the difference is looked at.

        Returns:
            As `add_evidence` with `dry_run`, of a revision with `supersedes`, and the effect: `beliefs` of the claim
            before and after, every claim and pair that stands otherwise, `complete`, `limits` (see
            `kg.contribute.effects.effect`).

        Law: `beliefs`, `claims` and `changes` say what adding and accepting the item will have changed.

        Cost: some 20 ms on the packaged pack, linear in what the claim reaches.
        """
        spoken, by = self._lang(lang), self.acting(actor)
        asked = self._criteria(criteria)
        before = self.network(asked)
        seen = before.snapshot
        old = None if revises is None else seen.item(revises, where="revises")
        if old is None:
            made = plan.evidence(values, seen, self.vocabulary, contributor=by, lang=spoken)
        else:
            made = self._revision(old, values, seen, by=by, lang=spoken)
        self._refuse_violations(made.changes, seen, spoken)
        gone = [] if old is None or made.already else rewording.displaced(old)
        proposed = [change.record for change in (*made.changes, *gone)]
        planned = effects.network_with(before, proposed)
        accepted = _accepting(made, planned)
        effect = effects.effect(
            before,
            effects.network_with(planned, accepted),
            effects.IF_ACCEPTED,
            records=[*accepted, *proposed],
            claims=effects.claims_of([made.record]),
            rows=rows,
            cols=cols,
            max_links=parse_links(max_links),
            lang=spoken,
        )
        told = {"record": _record(planned, made), "dry_run": True, "revision": seen.revision}
        return made.document() | ({} if old is None else {"supersedes": old.id}) | effect | told

    def _cited(self, values: Values, fetch: Callable[[], Fetch]) -> Parsed | Work:
        """Return the work that is asked for: the record's own under an identifier, else as it was read or looked up."""
        identifier = values.get("identifier")
        if identifier is None:
            return citing.read(values)
        others = sorted(name for name, value in values.items() if value and name not in {"identifier", "distinct"})
        if others:
            raise InputError(
                f"the service says it all; given beside the identifier: {', '.join(others)}",
                where="work",
                hint="give the identifier, or the fields",
            )
        held = looking_up.held(identifier, self.snapshot)
        standing = held is not None and held.status not in OUR_STATUSES
        return held if held is not None and standing else looking_up.found_work(identifier, fetch)

    def _contributed(
        self,
        read: Callable[[Snapshot], Plan],
        *,
        act: str,
        actor: str | None,
        reason: str | None,
        dry_run: bool,
        expect: int | None,
        lang: str,
    ) -> Document:
        """Read a contribution, check it, write it, and tell how it stands then."""
        by = self.acting(actor)
        read_last: list[Plan] = []

        def changes(snapshot: Snapshot) -> Sequence[Change]:
            read_last[:] = [read(snapshot)]
            self._refuse_violations(read_last[0].changes, snapshot, lang)
            return read_last[0].changes

        if dry_run:
            seen = self.snapshot
            changes(seen)
            revision = seen.revision
        else:
            revision = self._written(changes, actor=by, act=act, reason=reason, expect=expect).number
        (made,) = read_last
        after = effects.network_with(self.network(), [change.record for change in made.changes])
        return made.document() | {"record": _record(after, made), "dry_run": dry_run, "revision": revision}


def _accepting(made: Plan, planned: Network) -> list[Record]:
    """Return the records that accepting a contribution would change, in the network that has it."""
    if made.record.status not in PENDING:
        return []
    return [change.record for change in moved(MOVES["accept"], made.kind, made.record, planned.snapshot, ())]


def _record(network: Network, made: Plan) -> Document:
    """Return the record of a plan as lists show it, as it stands in a network or would stand."""
    record = made.record
    shown: dict[str, Callable[[Any], Document]] = {
        "entity": lambda one: records.entity_document(network, one),
        "claim": lambda one: records.brief_claim(network, one),
        "evidence": lambda one: records.evidence_document(network, one),
        "work": records.work_document,
    }
    return shown[made.kind](record)
