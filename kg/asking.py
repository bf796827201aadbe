"""What every face of the record shares: the newest snapshot, networks under criteria, answers kept by revision.

Lives here: `Asking`, and the parsing of parameters that many questions have. May enter: raw parameters of any door.
Never here: single questions (graph, probing), SQL (record/).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import RLock
from typing import Any, Self, TypeVar

from kg.criteria import Criteria, parse_int
from kg.errors import InputError, NotFound
from kg.following import Following, snapshot_of
from kg.network import Network
from kg.question.answers import MAX_LINKS, Answer
from kg.record import Store
from kg.settings import Lang, columns_folder, columns_least, parse_lang
from kg.snapshot import Snapshot
from kg.text import TextIndex
from kg.vocabulary import Vocabulary, load

V = TypeVar("V")
KEPT_MOST = 256
SIGNS = {"+": 1, "1": 1, "+1": 1, "-": -1, "-1": -1, "0": 0}


class Asking:
    """An open record as questions see it. Safe to share between threads."""

    def __init__(self, store: Store, *, ontology: Sequence[Path] = (), lang: Lang = "en") -> None:
        self.store = store
        self.vocabulary: Vocabulary = load(ontology)
        self.lang = lang
        self._ontology = tuple(ontology)
        self._lock = RLock()
        self._following = Following(store, self.vocabulary, folder=columns_folder(), least=columns_least())
        self._snapshot = self._following.snapshot
        self._index: TextIndex | None = None
        self._cache: OrderedDict[Hashable, Any] = OrderedDict()
        self._pins: Mapping[int | str | None, int] = {}

    @property
    def snapshot(self) -> Snapshot:
        """The record at its newest revision; follows writes of other processes."""
        head = self.store.head()
        newest = 0 if head is None else head.number
        with self._lock:
            if newest > self._snapshot.revision:
                self._follow(newest)
            return self._snapshot

    @property
    def revision(self) -> int:
        """The number of the newest revision; 0 for an empty record."""
        return self.snapshot.revision

    def network(self, criteria: Criteria | None = None) -> Network:
        """Return the network under criteria, at the revision that they name."""
        asked = Criteria() if criteria is None else criteria
        newest = self.snapshot
        for work in (*asked.without_work, *asked.only_work):
            newest.work(work)
        if asked.block:
            asked = replace(asked, block=tuple(sorted({newest.entity(newest.named(id)).id for id in asked.block})))
        number = self._number(asked.as_of, newest)
        snapshot = newest if number == newest.revision else self._past(number)
        key = ("network", snapshot.revision, asked)
        return self._cached(
            key, lambda: self._following.network(snapshot, asked, lambda then: self._known(then, asked))
        )

    def _known(self, revision: int, criteria: Criteria) -> Network | None:
        """Return the network at an earlier revision, if it is at hand."""
        with self._lock:
            found: Network | None = self._cache.get(("network", revision, criteria))
            return found

    def as_then(self, pins: Mapping[int | str | None, int]) -> Self:
        """Return this face as it answered once: it reads the record at the revisions that the criterion `as_of` meant.

        A date that was today meant the newest revision of that moment, and so did no `as_of` at all.

        Args:
            pins: For values of `as_of` (None where it was not given) the revision. Others mean what they mean now.

        Law: nothing that was answered before is taken up; every answer is worked out anew.
        """
        then = copy(self)
        then._pins, then._cache, then._index = dict(pins), OrderedDict(), None
        return then

    def supposing(self, snapshot: Snapshot) -> Self:
        """Return this face as if another record had been written as one more revision.

        Law: the past is read as it was; nothing that was answered before is taken up.
        """
        then = copy(self)
        then._snapshot = replace(snapshot, revision=self.revision + 1)
        then._cache, then._index = OrderedDict(), None
        return then

    def _follow(self, newest: int) -> None:
        """Bring the snapshot and the search index to a revision."""
        folded = self._following.follow(newest)
        self._snapshot = self._following.snapshot
        if folded is None:
            self._index = None
        elif self._index is not None:
            for revision, snapshot in folded:
                self._index.apply(revision, snapshot)

    def _number(self, as_of: int | str | None, newest: Snapshot) -> int:
        """Return the revision that a value of the criterion `as_of` means."""
        if as_of in self._pins:
            return self._pins[as_of]
        if as_of is None:
            return newest.revision
        if isinstance(as_of, str) and as_of[:10] > datetime.now(UTC).date().isoformat():
            raise InputError(f"{as_of} has not come yet", where="as_of", hint="give a revision, or a date up to today")
        number = as_of if isinstance(as_of, int) else self.store.revision_at(_moment(as_of))
        if number > newest.revision:
            raise NotFound(
                f"there is no revision {number}; the newest is {newest.revision}",
                where="as_of",
                hint="`kg log` lists the revisions; years of publication are for --known-in, or known:2024 in diff",
            )
        return number

    def _past(self, number: int) -> Snapshot:
        if number == 0:
            return Snapshot.of(0, None, [])
        return self._cached(("snapshot", number), lambda: snapshot_of(self.store.records(number)))

    def _network(self, criteria: Mapping[str, Any]) -> Network:
        return self.network(Criteria.parse(criteria, self.vocabulary))

    def _ask(
        self, find: Callable[..., Answer], criteria: Mapping[str, Any], lang: str | None, *subject: Any, **options: Any
    ) -> Answer:
        network = self._network(criteria)
        spoken = self._lang(lang)
        key = (find, network.snapshot.revision, network.criteria, subject, tuple(sorted(options.items())), spoken)
        return self._cached(key, lambda: self._dated(network, lambda: find(network, *subject, **options, lang=spoken)))

    def _dated(self, network: Network, read: Callable[[], V]) -> V:
        """Read something of a network; what is missing from the past is said to be missing from the past.

        Raises:
            NotFound: names the revision that was read when it is not the newest.
        """
        try:
            return read()
        except NotFound as missing:
            then, newest = network.snapshot.revision, self.snapshot.revision
            if then == newest:
                raise
            raise NotFound(
                f"{missing.message} at revision {then}",
                where=missing.where,
                near=missing.near,
                hint=f"the newest is revision {newest}; it may have come later",
            ) from missing

    def _id(self, name: str) -> str:
        """Return the id of the entity that a question names by id, label or alias; what is unknown stays as it is."""
        return self.snapshot.named(name)

    def _lang(self, lang: str | None) -> Lang:
        return self.lang if lang is None else parse_lang(lang)

    def _cached(self, key: Hashable, make: Callable[[], V]) -> V:
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                found: V = self._cache[key]
                return found
        made = make()
        with self._lock:
            self._cache[key] = made
            while len(self._cache) > KEPT_MOST:
                self._cache.popitem(last=False)
        return made


def parse_sign(value: Any) -> int | None:
    """Return +1, -1 or 0 for `+`, `-`, `0` (or the numbers); None for None.

    Example:
        >>> parse_sign("+"), parse_sign(-1), parse_sign(None)
        (1, -1, None)
    """
    if value is None:
        return None
    if str(value) not in SIGNS:
        raise InputError(f"{value!r} is not a sign", where="sign", hint="use + or -")
    return SIGNS[str(value)]


def parse_links(value: Any) -> int:
    """Return the most claims of a path, 1 to 12, given as a number or as digits."""
    return parse_int(value, name="max_links", low=1, high=MAX_LINKS)


def _moment(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
