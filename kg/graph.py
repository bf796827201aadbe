"""The face that binds it all: one object that asks every question of one record.

Lives here: `open`, `Graph`. May enter: raw parameters of any door; they are parsed here, once.
Never here: how a question is answered (question/), SQL (record/), printing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from kg.coverage import basis_report, coverage
from kg.criteria import Criteria, parse_flag, parse_int
from kg.errors import InputError, NotFound
from kg.importers import pack, pack_load
from kg.model import Change, Record, Revision
from kg.network import Network
from kg.packaged import packaged
from kg.question import disputes, impact, paths, raises, records, search
from kg.question.answers import MAX_LINKS, Answer
from kg.record import Records, Store
from kg.settings import Lang, parse_lang, read_settings
from kg.snapshot import Snapshot
from kg.text import TextIndex
from kg.vocabulary import Vocabulary, load

Document = dict[str, Any]
V = TypeVar("V")
FOLD_MOST = 200
SIGNS = {"+": 1, "1": 1, "+1": 1, "-": -1, "-1": -1, "0": 0}


def open(
    database: str | None = None,
    *,
    ontology: Sequence[str | Path] = (),
    lang: str | None = None,
    create: bool = True,
    empty: bool = False,
    on_seeded: Callable[[str], None] | None = None,
) -> Graph:
    """Open a record and return its face; create and seed it when there is none yet.

    Args:
        database: SQLAlchemy URL or path of an SQLite file; default `$KG_DATABASE_URL`, else the user's data folder.
        ontology: Turtle files or folders that add to the packaged ontology; default `$KG_ONTOLOGY`.
        lang: Language of sentences, "en" or "zh"; default `$KG_LANG`, else English.
        create: Create a database that does not exist; False makes its absence an error.
        empty: Leave a new record empty instead of loading the packaged pack.
        on_seeded: Told in a sentence what was created and loaded.

    Raises:
        StoreError: the database cannot be used; says why and what to do.

    Example:
        >>> import kg, tempfile
        >>> graph = kg.open(f"sqlite:///{tempfile.mkdtemp()}/new.sqlite")
        >>> graph.raises("malicious-use-by-non-state-actors", technique="qlora")["items"][0]["direction"]
        'raises'
    """
    settings = read_settings()
    extra = tuple(Path(path) for path in ontology) or settings.ontology
    url = database_url(database or settings.database)
    store = Store.open(url, create=create)
    graph = Graph(store, ontology=extra, lang=settings.lang if lang is None else parse_lang(lang))
    if create and store.head() is None:
        if empty:
            store.write([], actor="kg", act="create", reason="an empty record was asked for", keep_empty=True)
        else:
            graph.seed(on_seeded)
    return graph


def database_url(text: str) -> str:
    """Return a database URL; a bare path means an SQLite file.

    Example:
        >>> database_url("notes.sqlite")
        'sqlite:///notes.sqlite'
    """
    return text if "://" in text else f"sqlite:///{text}"


class Graph:
    """The record seen through the ontology: ask, list, show, load. Safe to share between threads.

    Every question takes the criteria of `kg.Criteria` as keywords. Questions return an `Answer`, records and lists
    plain documents, exactly those that the command line and HTTP give.
    """

    def __init__(self, store: Store, *, ontology: Sequence[Path] = (), lang: Lang = "en") -> None:
        self.store = store
        self.vocabulary: Vocabulary = load(ontology)
        self.lang = lang
        self._ontology = tuple(ontology)
        self._lock = RLock()
        self._snapshot = Snapshot.of(0, None, [])
        self._index: TextIndex | None = None
        self._cache: OrderedDict[Hashable, Any] = OrderedDict()

    # -- the record ------------------------------------------------------------------------------------------

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
        for entity in asked.block:
            newest.entity(entity)
        snapshot = newest if asked.as_of is None else self._past(asked.as_of, newest)
        key = ("network", snapshot.revision, asked)
        return self._cached(key, lambda: Network.build(snapshot, asked, self.vocabulary))

    def log(self, *, limit: Any = 50) -> Document:
        """The newest revisions, newest first, without their changes."""
        most = parse_int(limit, name="limit", low=1, high=1_000_000)
        newest = self.revision
        page = self.store.revisions(after=max(0, newest - most))[::-1]
        return {"items": [asdict(one, dict_factory=_without_changes) for one in page], "revision": newest}

    def verify(self) -> Document:
        """What is wrong with the history or with the state that follows from it; no problem means all is well."""
        return {"revision": self.revision, "problems": self.store.verify()}

    # -- questions -------------------------------------------------------------------------------------------

    def raises(
        self,
        risk: str | None = None,
        *,
        technique: str | None = None,
        max_links: Any = 6,
        lang: str | None = None,
        **criteria: Any,
    ) -> Answer:
        """Which techniques raise or lower which risks. See `kg.question.raises.find`."""
        links = _max_links(max_links)
        return self._ask(raises.find, criteria, lang, risk, technique=technique, max_links=links)

    def matrix(
        self,
        *,
        rows: str = "Technique",
        cols: str = "Risk",
        max_links: Any = 6,
        lang: str | None = None,
        **criteria: Any,
    ) -> Answer:
        """The evidence gap map. See `kg.question.raises.matrix`."""
        return self._ask(raises.matrix, criteria, lang, rows=rows, cols=cols, max_links=_max_links(max_links))

    def paths(
        self,
        source: str,
        target: str,
        *,
        k: Any = 10,
        max_links: Any = 6,
        sign: Any = None,
        lang: str | None = None,
        **criteria: Any,
    ) -> Answer:
        """The k best chains from source to target. See `kg.question.paths.find`."""
        most = parse_int(k, name="k", low=1, high=1000)
        options = {"k": most, "max_links": _max_links(max_links), "sign": parse_sign(sign)}
        return self._ask(paths.find, criteria, lang, source, target, **options)

    def impact(
        self, entity: str, *, direction: str = "out", max_links: Any = 6, lang: str | None = None, **criteria: Any
    ) -> Answer:
        """What an entity reaches, or what reaches it. See `kg.question.impact.find`."""
        if direction not in {"out", "in"}:
            raise InputError(f"{direction!r} is neither out nor in", where="direction")
        return self._ask(impact.find, criteria, lang, entity, direction=direction, max_links=_max_links(max_links))

    def disputes(self, *, lang: str | None = None, **criteria: Any) -> Answer:
        """Claims with evidence on both sides. See `kg.question.disputes.find`."""
        return self._ask(disputes.find, criteria, lang)

    def search(self, text: str, *, limit: Any = 20, lang: str | None = None) -> Document:
        """Entities, claims and works by words, in English or Chinese, forgiving typos."""
        most = parse_int(limit, name="limit", low=1, high=records.PAGE_MOST)
        snapshot = self.snapshot
        with self._lock:
            if self._index is None:
                self._index = TextIndex.of(snapshot, self.vocabulary)
            return search.find(self._index, snapshot, text, limit=most, lang=self._lang(lang))

    # -- records ---------------------------------------------------------------------------------------------

    def entity(self, id: str, **criteria: Any) -> Document:
        """One entity with its hierarchy and claims."""
        return records.entity(self._network(criteria), id)

    def claim(self, id: str, **criteria: Any) -> Document:
        """One claim with its belief and its evidence, both sides."""
        return records.claim(self._network(criteria), id)

    def work(self, id: str, **criteria: Any) -> Document:
        """One work with the evidence taken from it."""
        return records.work(self._network(criteria), id)

    def item(self, id: str, **criteria: Any) -> Document:
        """One evidence item, by id or alias."""
        return records.evidence(self._network(criteria), id)

    def show(self, id: str, **criteria: Any) -> tuple[str, Document]:
        """Whatever record has this id, with its kind."""
        return records.show(self._network(criteria), id)

    def entities(self, *, limit: Any = records.PAGE, **filters: Any) -> Document:
        """One page of entities; filters `type`, `broader`, `after` and the criteria."""
        return self._list(records.entities, filters, {"type", "broader", "after"}, limit)

    def claims(self, *, limit: Any = records.PAGE, contested: Any = None, **filters: Any) -> Document:
        """One page of claims; filters `subject`, `relation`, `object`, `work`, `contested`, `after` and the criteria.

        `relation` filters the list; as everywhere else it also says which claims take part.
        """
        flag = None if contested is None else parse_flag(contested, name="contested")
        relation = filters.pop("relation", None)
        own = {"subject", "object", "work", "after"}
        return self._list(records.claims, filters, own, limit, contested=flag, relation=relation)

    def works(self, *, limit: Any = records.PAGE, year: Any = None, **filters: Any) -> Document:
        """One page of works; filters `status`, `year`, `after` and the criteria."""
        number = None if year is None else parse_int(year, name="year", low=0, high=9999)
        return self._list(records.works, filters, {"status", "after"}, limit, year=number)

    def evidence(self, *, limit: Any = records.PAGE, **filters: Any) -> Document:
        """One page of evidence; filters `claim`, `work`, `stance`, `locator`, `after` and the criteria."""
        return self._list(records.items, filters, {"claim", "work", "stance", "locator", "after"}, limit)

    # -- loading ---------------------------------------------------------------------------------------------

    def write(self, changes: Sequence[Change], *, actor: str, act: str, reason: str | None = None) -> Revision:
        """Write changes as one revision; records that are already so are left out."""
        return self.store.write(changes, actor=actor, act=act, reason=reason)

    def load(self, path: str | Path, *, format: str = "pack", keep_going: bool = False) -> Document:
        """Load a pack: what was added, what was there, what failed and why. See `kg.importers.pack_load.load`.

        Raises:
            NotFound: there is no such folder or file.
            InputError: the format is none that can be loaded.
        """
        if format != "pack":
            raise InputError(f"{format!r} is not a format that can be loaded", where="format", hint="use pack")
        folder = Path(path)
        if not folder.exists():
            raise NotFound(f"there is no file or folder {str(path)!r}", where="path", hint="give the folder of a pack")
        own = pack.vocabulary_files(folder)
        vocabulary = load((*self._ontology, *own)) if own else self.vocabulary
        return pack_load.load(self.store, folder, vocabulary, keep_going=keep_going)

    def seed(self, told: Callable[[str], None] | None = None) -> None:
        """Load every packaged pack."""
        for folder in _packs():
            batch = self.load(folder)
            if told is not None:
                told(f"{self.store.name} is new: loaded the pack {folder.name}, {batch['added']} records")

    def basis(self) -> Document:
        """Evidence that rests on less than the work's own abstract, or was inferred. See `kg.coverage.basis_report`."""
        return basis_report(self.snapshot, self.vocabulary)

    def coverage(self, path: str | Path | None = None) -> Document:
        """Which claims represent which item of a pack's seed text; the packaged packs by default."""
        folders = _packs() if path is None else [Path(path)]
        rows = [row for folder in folders for row in pack.read_coverage(folder, self.vocabulary)]
        return coverage(rows, self.snapshot, self.vocabulary)

    # -- inside ----------------------------------------------------------------------------------------------

    def _follow(self, newest: int) -> None:
        """Bring the snapshot and the search index to a revision, by folding when there are few changes."""
        behind = newest - self._snapshot.revision
        if self._snapshot.revision == 0 or behind > FOLD_MOST:
            self._snapshot = _snapshot_of(self.store.records(newest))
            self._index = None
            return
        for revision in self.store.changes(self._snapshot.revision, newest):
            self._snapshot = self._snapshot.apply(revision)
            if self._index is not None:
                self._index.apply(revision, self._snapshot)

    def _past(self, as_of: int | str, newest: Snapshot) -> Snapshot:
        number = as_of if isinstance(as_of, int) else self.store.revision_at(_moment(as_of))
        if number > newest.revision:
            raise NotFound(
                f"there is no revision {number}; the newest is {newest.revision}",
                where="as_of",
                hint="`kg log` lists the revisions",
            )
        if number == newest.revision:
            return newest
        if number == 0:
            return Snapshot.of(0, None, [])
        return self._cached(("snapshot", number), lambda: _snapshot_of(self.store.records(number)))

    def _network(self, criteria: Mapping[str, Any]) -> Network:
        return self.network(Criteria.parse(criteria, self.vocabulary))

    def _ask(
        self, find: Callable[..., Answer], criteria: Mapping[str, Any], lang: str | None, *subject: Any, **options: Any
    ) -> Answer:
        network = self._network(criteria)
        spoken = self._lang(lang)
        key = (find, network.snapshot.revision, network.criteria, subject, tuple(sorted(options.items())), spoken)
        return self._cached(key, lambda: find(network, *subject, **options, lang=spoken))

    def _list(
        self, listed: Callable[..., Document], given: Mapping[str, Any], own: set[str], limit: Any, **parsed: Any
    ) -> Document:
        filters = {name: value for name, value in given.items() if name in own}
        network = self._network({name: value for name, value in given.items() if name not in own})
        most = parse_int(limit, name="limit", low=1, high=records.PAGE_MOST)
        return listed(network, limit=most, **filters, **parsed)

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
            while len(self._cache) > 256:
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


def _packs() -> list[Path]:
    return sorted(path.parent for path in packaged("seeds").glob("*/pack.toml"))


def _without_changes(fields: list[tuple[str, Any]]) -> Document:
    return {name: value for name, value in fields if name != "changes"}


def _snapshot_of(rows: Records) -> Snapshot:
    every: list[Record] = [*rows.entities, *rows.claims, *rows.evidence, *rows.works]
    return Snapshot.of(rows.revision, rows.recorded_at, every)


def _max_links(value: Any) -> int:
    return parse_int(value, name="max_links", low=1, high=MAX_LINKS)


def _moment(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
