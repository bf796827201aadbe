"""What every face of the record shares: the newest snapshot, networks under criteria, answers by revision, who acts.

Lives here: `Asking`, and the parsing of parameters that many questions have. May enter: raw parameters of any door.
Never here: single questions (graph, probing), SQL (record/).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import RLock
from time import perf_counter
from types import MappingProxyType
from typing import Any, Self, TypeVar

from kg.contribute.names import key_of
from kg.criteria import Criteria, parse_int
from kg.errors import InputError, NotFound, UnknownTerm, Words
from kg.following import FOLD_MOST, Following, snapshot_of
from kg.ids import parse_slug
from kg.memo import Memo
from kg.model import Revision
from kg.network import Network
from kg.question.answers import MAX_LINKS, Answer
from kg.record import Store
from kg.settings import Lang, columns_folder, columns_least, parse_lang, read_settings
from kg.snapshot import Snapshot
from kg.text import Shelf, TextIndex
from kg.used import Unknown
from kg.vocabulary import Vocabulary, load

V = TypeVar("V")
KEPT_MOST, KEPT_LEAST, TEXTS_MOST = 256, 8, 4
KEPT_BYTES = 1 << 30
"""What is kept of networks and answers, by their estimated size; the last `KEPT_LEAST` are kept whatever they take."""
CLAIM_BYTES, RECORD_BYTES = 400, 2_000
_FROM_HISTORY = Words(
    "Give a revision that the history lists. A year of publication is another criterion.",
    "请给出“历史”所列的修订版号。若要限定发表年份，请使用另一项条件。",
)


class Asking:
    """An open record as questions see it. Safe to share between threads."""

    def __init__(self, store: Store, *, ontology: Sequence[Path] = (), lang: Lang = "en") -> None:
        self.store = store
        self.vocabulary: Vocabulary = load(ontology)
        self.lang = lang
        self._ontology = tuple(ontology)
        self._lock = RLock()
        self._fold_lock = RLock()
        self._index_lock = RLock()
        folder, least = columns_folder(), columns_least()
        self._following = Following(store, self.vocabulary, folder=folder, least=least)
        self._snapshot = self._following.snapshot
        self._index: TextIndex | None = None
        self._shelf = None if folder is None else Shelf(folder, store.name, self.vocabulary)
        self._shelved_least = least
        self._unread: deque[tuple[Revision, Snapshot]] = deque(maxlen=FOLD_MOST)
        self._texts: Memo[TextIndex] = Memo(TEXTS_MOST)
        self._memo = _memo()
        self._pins: Mapping[int | str | None, int] = {}
        self._living: Self | None = None
        self._stands: Snapshot | None = None
        self.followed = 0.0

    @property
    def _live(self) -> Self:
        """The face that this one is a copy of, which follows the record; or this one."""
        return self if self._living is None else self._living

    @property
    def snapshot(self) -> Snapshot:
        """The record at its newest revision, which follows writes of other processes; or at the one of this face."""
        if self._living is None:
            return self._newest()[0]
        if self._stands is None:
            with self._lock:
                if self._stands is None:
                    self._stands, self.followed = self._living._newest()
        return self._stands

    def at_one_revision(self) -> Self:
        """Return this face as it stands at the newest revision when it is first asked, and stays there.

        What several questions find then belongs together, whatever others write meanwhile. It is cheap, shares what
        is kept with this face, and is meant for one request: what is written through it is not seen by it.
        Its `followed` tells the seconds that its first look took because the record had moved on; 0 when it had not.

        Example:
            >>> import kg, tempfile
            >>> from kg.model import Change, Entity, Text
            >>> graph = kg.open(f"sqlite:///{tempfile.mkdtemp()}/r.sqlite", empty=True)
            >>> still = graph.at_one_revision()
            >>> before = still.revision
            >>> _ = graph.write([Change("entity", Entity("flood", "Risk", Text("Flood")))], actor="ann", act="add")
            >>> still.revision - before, graph.revision - before, graph.at_one_revision().revision - before
            (0, 1, 1)
        """
        if self._living is not None:
            return self
        then = copy(self)
        then._living, then._lock, then._stands = self, RLock(), None
        return then

    def look_ahead(self, *, search: bool = True) -> int:
        """Bring all that most questions read to the newest revision, before somebody waits for it; return its number.

        Args:
            search: The search index too, which takes longest.

        Cost: nothing when it stands there.
        """
        then = self.at_one_revision()
        then.network()
        if search:
            then._text()
        return then.revision

    def _newest(self) -> tuple[Snapshot, float]:
        """Return the record at its newest revision, and the seconds that it took to follow it there."""
        newest = self.store.number()
        if newest <= self._snapshot.revision:
            return self._snapshot, 0.0
        start = perf_counter()
        with self._fold_lock:
            if newest > self._snapshot.revision:
                self._follow(newest)
            return self._snapshot, perf_counter() - start

    @property
    def revision(self) -> int:
        """The number of the newest revision; 0 for an empty record."""
        return self.snapshot.revision

    def acting(self, actor: str | None) -> str:
        """Return the handle of who acts: the one given, else `$KG_ACTOR`, else the login name.

        Raises:
            BadIdentifier: it is no handle.
        """
        return read_settings().actor if actor is None else parse_slug(actor, where="actor")

    def network(self, criteria: Criteria | None = None) -> Network:
        """Return the network under criteria, at the revision that they name.

        Raises:
            OntologyMissing: the record uses terms that the ontology does not have: answers would be wrong.
        """
        found = self.known_part(criteria)
        self.unknown(found.snapshot).refuse()
        return found

    def known_part(self, criteria: Criteria | None = None) -> Network:
        """Return the network as far as the ontology goes, for showing and mending records, not for answers."""
        asked = Criteria() if criteria is None else criteria
        newest, snapshot = self.snapshot, self._as_of(asked)
        asked = self._known_names(asked, snapshot)
        for where in ("without_work", "only_work"):
            for work in getattr(asked, where):
                snapshot.works.get(work) or newest.work(work, where=where)
        for id in asked.block:
            snapshot.entities.get(id) or newest.entity(id, where="block")
        key = ("network", snapshot.revision, asked)
        make = partial(self._following.network, snapshot, asked, lambda then: self._known(then, asked))
        return self._cached(key, lambda: self._in_terms(snapshot, make))

    def unknown(self, snapshot: Snapshot | None = None) -> Unknown:
        """Return which terms of a snapshot, the newest by default, the ontology does not have."""
        seen = self.snapshot if snapshot is None else snapshot
        return self._cached(("unknown", seen.revision), lambda: Unknown.of(seen.terms, self.vocabulary))

    def _in_terms(self, snapshot: Snapshot, read: Callable[[], V]) -> V:
        """Read something of a snapshot; where the ontology lacks some of its terms, say so in place of one term."""
        try:
            return read()
        except UnknownTerm:
            self.unknown(snapshot).refuse()
            raise

    def _known_names(self, criteria: Criteria, then: Snapshot | None = None) -> Criteria:
        """Return criteria with ids in the place of other names of works and entities; what is unknown stays.

        Names are read in the record that `as_of` means, or in `then`; works as `key_of` finds them, those that stand.
        """
        record = self._as_of(criteria) if then is None else then
        return replace(
            criteria,
            without_work=_each(partial(key_of, record, where="without_work", standing=True), criteria.without_work),
            only_work=_each(partial(key_of, record, where="only_work", standing=True), criteria.only_work),
            block=_each(record.named, criteria.block),
        )

    def _as_of(self, criteria: Criteria | Mapping[str, Any]) -> Snapshot:
        """Return the record that the criterion `as_of` means, in which the names of a question are read too.

        Law: what is written later changes no answer of an earlier revision.
        """
        if not isinstance(criteria, Criteria):
            criteria = Criteria.parse({"as_of": criteria.get("as_of")}, self.vocabulary)
        newest = self.snapshot
        number = self._number(criteria.as_of, newest)
        return newest if number == newest.revision else self._past(number)

    def _known(self, revision: int, criteria: Criteria) -> Network | None:
        """Return the network at an earlier revision, if it is at hand."""
        found: Network | None = self._memo.get(("network", revision, criteria))
        return found

    def as_then(self, pins: Mapping[int | str | None, int]) -> Self:
        """Return this face as it answered once: it reads the record at the revisions that the criterion `as_of` meant.

        A date that was today meant the newest revision of that moment, and so did no `as_of` at all.

        Args:
            pins: For values of `as_of` (None where it was not given) the revision. Others mean what they mean now.

        Law: nothing that was answered before is taken up; every answer is worked out anew.
        """
        then = copy(self.at_one_revision())
        then._pins, then._memo = dict(pins), _memo()
        return then

    def supposing(self, snapshot: Snapshot) -> Self:
        """Return this face as if another record had been written as one more revision.

        Law: the past is read as it was; nothing that was answered before is taken up.
        """
        then = copy(self.at_one_revision())
        then._stands = replace(snapshot, revision=self.revision + 1)
        then._memo, then._texts = _memo(), Memo(1)
        return then

    def _follow(self, newest: int) -> None:
        """Bring the snapshot to a revision; the search index takes up what changed when it is next asked."""
        folded = self._following.follow(newest)
        with self._index_lock:
            if folded is None:
                self._index = None
                self._unread.clear()
            self._unread.extend(folded or ())
            self._snapshot = self._following.snapshot

    def _text(self) -> TextIndex:
        """Return the search index of the snapshot; it stays there."""
        snapshot = self.snapshot
        return self._texts.made(snapshot.revision, lambda: self._live._text_at(snapshot))

    def _text_at(self, snapshot: Snapshot) -> TextIndex:
        """Return the search index of a snapshot: the one that follows the record, if it can come there, else a new one.

        Cost: 10 ms for some small revisions; 0.1 ms a record where it must be made anew, and is not kept in files.
        """
        with self._index_lock:
            found = self._index
            if found is not None:
                due = [pair for pair in self._unread if found.revision < pair[0].number <= snapshot.revision]
                if due and due[0][0].number == found.revision + 1:
                    found.follow([revision for revision, _ in due], due[-1][1])
                if found.stands_at(snapshot):
                    return found.view()
        made = self._text_anew(snapshot)
        with self._index_lock:
            ours = snapshot is self._snapshot or any(snapshot is after for _, after in self._unread)
            if ours and (self._index is None or self._index.revision < made.revision):
                self._index = made.view()
        return made

    def _text_anew(self, snapshot: Snapshot) -> TextIndex:
        """Return the search index of a snapshot; that of a large record, as it is now, is kept for the next start."""
        least, shelf = self._shelved_least, self._shelf
        if shelf is None or least is None or snapshot is not self._snapshot or len(snapshot.claims) < least:
            return TextIndex.of(snapshot, self.vocabulary)
        return shelf.index(snapshot, self._hash_of, self.store.changes)

    def _hash_of(self, revision: int) -> str | None:
        try:
            return self.store.revision(revision).hash
        except NotFound:
            return None

    def _number(self, as_of: int | str | None, newest: Snapshot) -> int:
        """Return the revision that a value of the criterion `as_of` means."""
        if as_of in self._pins:
            return self._pins[as_of]
        if as_of is None:
            return newest.revision
        if isinstance(as_of, str) and as_of[:10] > datetime.now(UTC).date().isoformat():
            said = Words(f"{as_of} has not come yet", f"{as_of} 尚未到来")
            hint = Words("give a revision, or a date up to today", "请给出修订版号，或不晚于今天的日期")
            raise InputError(said, where="as_of", hint=hint)
        number = as_of if isinstance(as_of, int) else self.store.revision_at(_moment(as_of))
        if number > newest.revision:
            raise NotFound(
                Words(
                    f"there is no revision {number}; the newest is {newest.revision}",
                    f"没有修订版 {number}，最新的是修订版 {newest.revision}",
                    _FROM_HISTORY,
                ),
                where="as_of",
                hint="`kg log` lists the revisions; years of publication are for --known-in, or known:2024 in diff",
            )
        return number

    @property
    def _standing(self) -> int | None:
        """The revision that this face stays at; None for the living one."""
        return None if self._living is None else self.revision

    def _past(self, number: int) -> Snapshot:
        if number == 0:
            return Snapshot.of(0, None, [])
        return self._cached(("snapshot", number), lambda: snapshot_of(self.store.records(number)))

    def _network(self, criteria: Mapping[str, Any]) -> Network:
        return self.network(self._criteria(criteria))

    def _criteria(self, given: Mapping[str, Any]) -> Criteria:
        return self._known_names(Criteria.parse(given, self.vocabulary))

    def _ask(
        self, find: Callable[..., Answer], criteria: Mapping[str, Any], lang: str | None, *subject: Any, **options: Any
    ) -> Answer:
        network = self._network(criteria)
        spoken = self._lang(lang)
        key = (find, network.snapshot.revision, network.criteria, subject, tuple(sorted(options.items())), spoken)
        found = self._dated
        return self._answered(key, lambda: found(network, lambda: find(network, *subject, **options, lang=spoken)))

    def _dated(self, network: Network, read: Callable[[], V]) -> V:
        """Read something of a network; what is missing from the past is said to be missing from the past.

        Raises:
            NotFound: names the revision that was read when it is not the newest.
            OntologyMissing: what was read uses a term that the ontology does not have.
        """
        try:
            return self._in_terms(network.snapshot, read)
        except NotFound as missing:
            then, newest = network.snapshot.revision, self.snapshot.revision
            if then == newest:
                raise
            en, said = f"{missing.message} at revision {then}", missing.said
            raise NotFound(
                en if said is None else Words(en, f"修订版 {then} 中：{said.zh}", said.todo),
                where=missing.where,
                near=missing.near,
                hint=f"the newest is revision {newest}; it may have come later",
            ) from missing

    def _id(self, name: str, criteria: Mapping[str, Any] = MappingProxyType({})) -> str:
        """Return the id of the entity that a question under criteria names by id, label or alias; else the name."""
        return self._as_of(criteria).named(name)

    def _work(self, name: str, criteria: Mapping[str, Any] = MappingProxyType({}), *, where: str = "work") -> str:
        """Return the key of the work that a question under criteria names by key, DOI or arXiv id; see `key_of`."""
        return key_of(self._as_of(criteria), name, where=where)

    def _lang(self, lang: str | None) -> Lang:
        return self.lang if lang is None else parse_lang(lang)

    def _answered(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Return an answer that is kept, as one of the caller's own."""
        return copy(self._cached(key, make))

    def _cached(self, key: Hashable, make: Callable[[], V]) -> V:
        made: V = self._memo.made(key, make)
        return made


def _memo() -> Memo[Any]:
    return Memo(KEPT_MOST, heaviest=KEPT_BYTES, weigh=_bytes_of, least=KEPT_LEAST)


def _bytes_of(made: Any) -> int:
    """Return about how many bytes something that is kept takes in memory."""
    if isinstance(made, Network):
        return CLAIM_BYTES * (1 + len(made.snapshot.claims))
    if isinstance(made, Snapshot):
        return RECORD_BYTES * (1 + sum(map(len, (made.entities, made.claims, made.evidence, made.works))))
    return 4 * made.size if isinstance(made, Answer) else RECORD_BYTES


def parse_links(value: Any) -> int:
    """Return the most claims of a path, 1 to 12, given as a number or as digits."""
    return parse_int(value, name="max_links", low=1, high=MAX_LINKS)


def _each(read: Callable[[str], str], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(set(map(read, names))))


def _moment(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
