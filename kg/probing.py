"""Questions that compare two answers: what-if, robustness, retraction, two points in time.

Lives here: `Probing`, a part of the face. May enter: raw parameters of any door; they are parsed here, once.
Never here: how answers are compared (question/), how a scenario is applied (scenario), SQL (record/), printing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from kg.asking import Asking, parse_links
from kg.contribute.names import key_of
from kg.criteria import Criteria, parse_int, parse_sign
from kg.errors import InputError, KgError, NotFound
from kg.ids import parse_url
from kg.model import CURRENT, OUR_STATUSES, Change, Work
from kg.network import Network
from kg.question import clocks, retraction, robustness, what_if
from kg.question.answers import Answer, pristine
from kg.question.clocks import Point
from kg.question.paths import check_ends
from kg.receipts.asked import Asked
from kg.receipts.touched import Ask, touched
from kg.scenario import RETRACTED, Scenario
from kg.snapshot import Snapshot

V = TypeVar("V")
KEPT_ASKED = 50
PARTS = frozenset({spec.name for spec in fields(Scenario)} | {"retract", "unretract"})


class Probing(Asking):
    """The questions what-if, robustness and diff, and the act of retracting, which shows first what it changes."""

    def what_if(
        self,
        source: str | None = None,
        target: str | None = None,
        *,
        scenario: Scenario | Mapping[str, Any] | str | None = None,
        rows: str | None = None,
        cols: str | None = None,
        k: Any = 10,
        max_links: Any = 6,
        sign: Any = None,
        lang: str | None = None,
        **given: Any,
    ) -> Answer:
        """The same question before and after a scenario, and every difference. Nothing is stored.

        Args:
            source: Where paths begin; None for every entity of `rows`.
            target: Where they end; None for every entity of `cols`.
            scenario: One that was kept, as document or JSON text. What it names and the record lacks is said in the
                note of the answer; the same in `given` is an error.
            rows: Entity type of the sources, when there is no source; None for all causes.
            cols: Entity type of the targets, likewise; None for all harms.
            k: Most paths of each list.
            max_links: Most claims in a path.
            sign: Only paths that raise ("+") or lower ("-"), in the lists.
            lang: Language of the sentences.
            given: Parts of the scenario (`drop_work`, `drop_claim`, `drop_entity`, `drop_evidence`, `add`, `set`,
                `retract`, `unretract`, `mark`, `under`; see `kg.scenario.Scenario`) and criteria.

        Raises:
            NotFound, InputError: a part given does not exist or contradicts another.
        """
        direct = Scenario.parse({name: value for name, value in given.items() if name in PARTS}, self.vocabulary)
        asked = {name: value for name, value in given.items() if name not in PARTS}
        criteria = self._criteria(asked)
        direct = self._with_keys(direct, criteria)
        source, target = self._named(asked, source, target)
        kept = self._scenario(scenario, criteria)
        whole = kept if direct == Scenario() else kept.with_parts(direct, self.vocabulary)
        links, spoken = parse_links(max_links), self._lang(lang)
        before = self.network(criteria)
        options: dict[str, Any] = {"scenario": whole, "max_links": links, "lang": spoken}
        if source is None or target is None:
            options |= _ends(before, source, target, rows, cols)
        else:
            options |= {"k": parse_int(k, name="k", low=1, high=1000), "sign": parse_sign(sign)}

        def find() -> Answer:
            after, faults = self._supposed(whole, before, criteria)
            for fault in () if not faults else self._supposed(direct, before, criteria)[1]:
                raise fault
            if source is None or target is None:
                return what_if.everywhere(before, after, faults=faults, **options)
            return what_if.find(before, after, source, target, faults=faults, **options)

        key = ("what-if", self.revision, criteria, direct, source, target, tuple(options.items()))
        return self._answered(key, find)

    def robustness(
        self,
        source: str | None = None,
        target: str | None = None,
        *,
        rows: str | None = None,
        cols: str | None = None,
        max_links: Any = 6,
        lang: str | None = None,
        told: robustness.Told | None = None,
        **criteria: Any,
    ) -> Answer:
        """Leave out each work, group, author and kind of study in turn. See `kg.question.robustness`.

        Without source or target: how fragile each cell of the evidence gap map is.
        """
        network, links, spoken = self._network(criteria), parse_links(max_links), self._lang(lang)
        source, target = self._named(criteria, source, target)
        ends = _ends(network, source, target, rows, cols)

        def find() -> Answer:
            if source is None or target is None:
                return robustness.matrix(network, **ends, max_links=links, lang=spoken, told=told)
            return robustness.find(network, source, target, max_links=links, lang=spoken, told=told)

        key = ("robustness", network.snapshot.revision, network.criteria, tuple(ends.items()), links, spoken)
        return self._answered(key, find)

    def retract(
        self,
        work: str,
        *,
        notice: str | None = None,
        status: str = RETRACTED,
        why: str | None = None,
        actor: str | None = None,
        dry_run: bool = False,
        expect: int | None = None,
        ask_kept: Any = KEPT_ASKED,
        rows: str | None = None,
        cols: str | None = None,
        max_links: Any = 6,
        lang: str | None = None,
        **criteria: Any,
    ) -> Answer:
        """Mark a work as retracted or corrected by its publisher, or as current again; say what changes.

        Args:
            work: Citation key, DOI or arXiv id.
            notice: Address of the publisher's notice; needed unless the work becomes current or nothing is written.
            status: The new status, a word of the ontology.
            why: Why it is recorded, kept with the revision.
            actor: Handle of who records it; default `$KG_ACTOR`, else the login name.
            dry_run: Only say what would change.
            expect: The revision whose preview was seen; None for the newest.
            ask_kept: How many of the newest kept answers are asked again, 0 to 1,000.
            rows: Entity type of the pairs that are looked at; None for all causes.
            cols: Likewise; None for all harms.
            max_links: Most claims in a path.
            lang: Language of the sentences.
            criteria: Under which the difference is looked at.

        Returns:
            As `kg.question.retraction.find`, with `dry_run`, and beside what the receipt stands for `kept_answers`:
            `{"changed": [{"receipt", "question", "revision"}], "asked", "complete"}`, those of the newest kept
            answers whose questions would be answered otherwise. After writing there is no receipt: the record no longer
            is as it was asked. `written` then says whether a revision was written; `revision` is that one, or the
            newest where the work stood so already.

        Raises:
            NotFound: no such work.
            InputError: no notice, or an address that is none.
            Conflict: somebody wrote to the record meanwhile.
        """
        asked = self._criteria(criteria)
        before = self.network(asked)
        record = before.snapshot.work(self._work(work, criteria))
        word = self.vocabulary.work_status(status, where="status").id
        address = None if notice is None else parse_url(notice, where="notice")
        _refuse_ours(record, word, self.vocabulary.publisher_statuses)
        if asked.as_of is not None and not dry_run:
            raise InputError("the past cannot be changed", where="as_of", hint="leave it out, or only preview")
        if not dry_run:
            self.need_notice(work, notice=notice, status=word)
        after, _ = Scenario(mark=((record.id, word),)).apply(before)
        found = retraction.find(
            before,
            after,
            record,
            status=word,
            notice=address,
            rows=rows,
            cols=cols,
            max_links=parse_links(max_links),
            lang=self._lang(lang),
        )
        most = parse_int(ask_kept, name="ask_kept", low=0, high=1_000) if asked.as_of is None else 0
        found = Answer({**pristine(found), "kept_answers": self._kept_answers(after.snapshot, most)})
        if dry_run:
            return found
        seen = before.snapshot.revision if expect is None else expect
        kept = record.notice if word == record.status else None
        change = Change("work", replace(record, status=word, notice=address or kept))
        by = self.acting(actor)
        written = self.store.write([change], actor=by, act=f"mark {word}", reason=why, expect=seen)
        report = {name: value for name, value in pristine(found).items() if name != "receipt"}
        return Answer({**report, "revision": written.number, "dry_run": False, "written": written.number > seen})

    def need_notice(self, work: str, *, notice: str | None, status: str) -> None:
        """Raise InputError when a new status of a work lacks the publisher's notice; `current` needs none."""
        record, word = self.snapshot.work(self._work(work)), self.vocabulary.work_status(status, where="status").id
        if notice is None and word not in {CURRENT, record.status}:
            raise InputError(
                f"no notice says that {record.id} is {word}",
                where="notice",
                hint="give the address of the publisher's notice, in kg retract with --notice URL or --look-up; "
                "a dry run needs none",
            )

    def diff(
        self,
        a: Any,
        b: Any = None,
        *,
        rows: str | None = None,
        cols: str | None = None,
        max_links: Any = 6,
        lang: str | None = None,
        **criteria: Any,
    ) -> Answer:
        """Which answers differ between two points in time, because of which works. See `kg.question.clocks.find`.

        Args:
            a: A revision number, a date or moment (UTC), or `known:2024`, what was published up to that year.
            b: Likewise; None for the newest revision, or `as_of`.
            rows: Entity type of the pairs that are compared; None for all causes.
            cols: Likewise; None for all harms.
            max_links: Most claims in a path.
            lang: Language of the sentences.
            criteria: Those that both points have in common; a point takes the place of its own clock in them, and
                both may not do so for the same one.
        """
        given = Criteria.parse(criteria, self.vocabulary)
        end = b if b is not None else self.revision if given.as_of is None else given.as_of
        points = Point.parse(a), Point.parse(end, where="to")
        clocks.refuse_replaced(points, given)
        ends = list(zip(points, ("from", "to"), strict=True))
        thens = [self._at(point, given, self._as_of, where=end) for point, end in ends]
        # Names are read in the later of the two records: what is written after it changes nothing.
        asked = self._known_names(given, max(thens, key=lambda then: then.revision))
        nets = [self._at(point, asked, self.network, where=end) for point, end in ends]
        links, spoken = parse_links(max_links), self._lang(lang)

        def find() -> Answer:
            return clocks.find(
                nets[0], nets[1], points, criteria=asked, rows=rows, cols=cols, max_links=links, lang=spoken
            )

        revisions = tuple(net.snapshot.revision for net in nets)
        return self._answered(("diff", revisions, asked, points, rows, cols, links, spoken), find)

    def _at(self, point: Point, asked: Criteria, read: Callable[[Criteria], V], *, where: str) -> V:
        """Read something at a point in time; a point that the record does not have names where it was given."""
        try:
            return read(replace(asked, **point.criteria))
        except KgError as fault:
            if fault.where == point.clock:
                fault.where = where
            raise

    def _kept_answers(self, snapshot: Snapshot, most: int) -> dict[str, Any]:
        """Return which of the newest kept answers another record would change."""
        brief = self.store.kept.newest(most + 1)
        kept = [one for item in brief[:most] if (one := self.store.kept.get(item.id)) is not None]
        changed = touched(kept, _ask_of(self), _ask_of(self.supposing(snapshot))) if kept else []
        return {"changed": changed, "asked": len(kept), "complete": len(brief) <= most}

    def _named(self, criteria: Mapping[str, Any], *ends: str | None) -> tuple[str | None, ...]:
        return tuple(None if end is None else self._id(end, criteria) for end in ends)

    def _scenario(self, given: Scenario | Mapping[str, Any] | str | None, criteria: Criteria) -> Scenario:
        if given is None or isinstance(given, Scenario):
            return self._with_keys(given or Scenario(), criteria)
        if isinstance(given, str):
            return self._with_keys(Scenario.read(given, self.vocabulary), criteria)
        return self._with_keys(Scenario.parse(given, self.vocabulary), criteria)

    def _with_keys(self, scenario: Scenario, criteria: Criteria) -> Scenario:
        """Return a scenario with ids in the place of other names of works, and of what its criteria name.

        Names are read in the record that the scenario changes. The evidence of a work that was merged into another is
        dropped with that one; a mark needs the work itself.

        Raises:
            InputError: two parts turn out to contradict each other; or several works are called so.
        """
        then = self._as_of(scenario.criteria(criteria))
        under = self._known_names(Criteria(**dict(scenario.under)), then)
        named = replace(
            scenario,
            drop_work=tuple(
                sorted({key_of(then, name, where="drop_work", standing=True) for name in scenario.drop_work})
            ),
            mark=tuple(sorted({(key_of(then, name, where="mark"), status) for name, status in scenario.mark})),
            under=tuple((name, getattr(under, name)) for name, _ in scenario.under),
        )
        return named if named == scenario else Scenario.parse(named.document(), self.vocabulary)

    def _supposed(self, scenario: Scenario, before: Network, criteria: Criteria) -> tuple[Network, tuple[KgError, ...]]:
        """Apply a scenario, reading other criteria where it names them."""
        if not scenario.under:
            return scenario.apply(before)
        try:
            other = self.network(scenario.criteria(criteria))
        except NotFound as fault:
            after, faults = scenario.apply(before)
            return after, (fault, *faults)
        return scenario.apply(other)


def _refuse_ours(work: Work, status: str, made: Sequence[str]) -> None:
    """Raise InputError when a publisher is said to have done what only we do: merge entries, or take one back."""
    if work.status in OUR_STATUSES or status in OUR_STATUSES:
        into = "" if work.merged_into is None else f" into {work.merged_into}"
        raise InputError(
            f"{work.id} is {work.status}{into}; publishers make works {', '.join(made[:-1])} or {made[-1]}",
            where="status" if status in OUR_STATUSES else "work",
            hint="`kg merge` and `kg revoke` are for entries, `kg undo` takes them back"
            if not into
            else f"mark {work.merged_into}, which stands for it",
        )


def _ask_of(face: Probing) -> Ask:
    """Return how a question that was asked once is asked of a face, of its newest record."""

    def ask(asked: Asked) -> Answer:
        lasting = {name: value for name, value in asked.criteria.items() if name != "as_of"}
        answer: Answer = getattr(face, asked.method)(**asked.keywords, **lasting, lang=asked.lang)
        return answer

    return ask


def _ends(
    network: Network, source: str | None, target: str | None, rows: str | None, cols: str | None
) -> dict[str, str | None]:
    """Return the ends of the pairs that are asked about: an entity where one is given, else a type."""
    check_ends(network.snapshot, source, target)
    return {
        "source": source,
        "target": target,
        "rows": rows if source is None else None,
        "cols": cols if target is None else None,
    }
