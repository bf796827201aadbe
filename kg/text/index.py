"""The search projection: entities, claims and works by words, in English and Chinese, forgiving typos.

Lives here: `TextIndex` (tantivy, in memory or in files). May enter: a snapshot, a vocabulary, any text. Never here:
what a record is found by (documents), where files are kept (shelf), tantivy's query parser: what is typed is no syntax.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Final

import tantivy
from tantivy import Occur, Query

from kg.errors import InputError
from kg.folding import Entry, fold, grams
from kg.ids import RecordKind
from kg.likeness import Asked, ask, scores, typos
from kg.meant import near
from kg.model import Revision, Text
from kg.snapshot import Snapshot
from kg.text.documents import FOUND_KINDS, Key, document, entry_of, group_of, groups_of, key_of, records_of, schema
from kg.text.own import Own
from kg.vocabulary import Vocabulary

CANDIDATES: Final = 300
ENTRIES_KEPT: Final = 5_000
_log = logging.getLogger(__name__)
WRITER_BYTES: Final = 15_000_000


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found. `score` in [0, 1], four decimals: 1 when the text is a name of the record."""

    kind: RecordKind
    id: str
    label: Text
    score: float


@dataclass(frozen=True, slots=True)
class _State:
    """What one search reads: an index at a revision, the record at the same, and entries taken apart before."""

    searcher: tantivy.Searcher
    snapshot: Snapshot
    entries: dict[Key, Entry]

    def entry(self, key: Key, vocabulary: Vocabulary) -> Entry:
        entry = self.entries.get(key)
        if entry is None:
            entry = entry_of(key, self.snapshot, vocabulary)
            if len(self.entries) >= ENTRIES_KEPT:
                self.entries.clear()
            self.entries[key] = entry
        return entry


class TextIndex:
    """The search index of one record; follows it revision by revision. Safe to share between threads.

    Laws: folding the revisions one by one finds what building at the last one finds, in the same order with the
    same scores (candidates are weighed by what matches alone, never by how often a word occurs); no text raises
    anything but InputError.

    Cost: some 0.1 ms a record to build, some 10 ms to follow a small revision.

    Example:
        >>> from kg.model import Entity
        >>> from kg.vocabulary import load
        >>> tuning = Entity("fine-tuning", "Technique", Text("Fine-tuning", "微调"), aliases=("finetuning",))
        >>> index = TextIndex.of(Snapshot.of(1, None, [tuning]), load())
        >>> [hit.id for text in ("微调", "FINE TUNING", "finetunning") for hit in index.search(text)]
        ['fine-tuning', 'fine-tuning', 'fine-tuning']
    """

    def __init__(self, snapshot: Snapshot, vocabulary: Vocabulary, *, place: Path | None = None) -> None:
        index = tantivy.Index(schema()) if place is None else tantivy.Index(schema(), path=str(place))
        self._begin(index, _State(index.searcher(), snapshot, {}), vocabulary)
        self._fill(snapshot)

    @classmethod
    def of(cls, snapshot: Snapshot, vocabulary: Vocabulary, *, place: Path | None = None) -> TextIndex:
        """Return the index of a snapshot; the vocabulary gives the words of relations and what each status means.

        Args:
            snapshot: The record.
            vocabulary: The words.
            place: An empty folder where its files are to lie; None for memory.
        """
        return cls(snapshot, vocabulary, place=place)

    @classmethod
    def opened(cls, place: Path, snapshot: Snapshot, vocabulary: Vocabulary) -> TextIndex:
        """Return the index that files hold. These stay as they are: when it follows, it takes a copy of its own.

        Args:
            place: The folder where `of` wrote it.
            snapshot: The record that it is the index of.
            vocabulary: The words that it was made with.

        Raises:
            OSError, ValueError: tantivy cannot open them.

        Cost: a millisecond; what is not looked at is not read.
        """
        made = cls.__new__(cls)
        index = _open(place)
        made._begin(index, _State(index.searcher(), snapshot, {}), vocabulary)
        made._kept = place
        return made

    def _begin(self, index: tantivy.Index, state: _State, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._lock = Lock()
        self._schema = schema()
        stemmer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.stemmer("english"))
        self._analyzer = stemmer.build()
        self._index = index
        _tell(index)
        self._kept: Path | None = None
        self._own: Own | None = None
        self._state = state

    def _fill(self, snapshot: Snapshot) -> None:
        every: list[Key] = [(kind, id) for kind in FOUND_KINDS for id in records_of(snapshot, kind)]
        self._state = self._written(every, snapshot, {}, new=True)

    def __len__(self) -> int:
        return self._state.searcher.num_docs

    @property
    def revision(self) -> int:
        """The revision that the index stands at."""
        return self._state.snapshot.revision

    def stands_at(self, snapshot: Snapshot) -> bool:
        """Say whether this is the index of a snapshot."""
        return self._state.snapshot is snapshot

    def view(self) -> TextIndex:
        """Return this index as it stands now; it stays there when this one follows. Not to be told of revisions."""
        return copy(self)

    def apply(self, revision: Revision, snapshot: Snapshot) -> None:
        """Follow one revision: index anew what it touched, the claims of touched entities among it.

        Args:
            revision: The next revision, with its changes.
            snapshot: The record after it.
        """
        self.follow([revision], snapshot)

    def follow(self, revisions: Iterable[Revision], snapshot: Snapshot) -> None:
        """Follow some revisions at once.

        Args:
            revisions: The next ones without a gap, with their changes.
            snapshot: The record after the last one.
        """
        touched: set[Key] = set()
        for change in (change for revision in revisions for change in revision.changes):
            if change.kind != "evidence":
                touched.add((change.kind, change.id))
            if change.kind == "entity":
                joined = (*snapshot.claims_from(change.id), *snapshot.claims_to(change.id))
                touched.update(("claim", claim.id) for claim in joined)
        with self._lock:
            kept = {key: entry for key, entry in self._state.entries.copy().items() if key not in touched}
            try:
                if touched and self._kept is not None:
                    self._leave(self._kept)
                self._state = self._written(sorted(touched), snapshot, kept, new=False)
            except (OSError, ValueError) as fault:
                if self._kept is None and self._own is None:
                    raise
                _log.warning("the search index is made anew, in memory, since its files cannot be used: %s", fault)
                self._kept = self._own = None
                self._index = tantivy.Index(self._schema)
                _tell(self._index)
                self._fill(snapshot)

    def _leave(self, kept: Path) -> None:
        """Go on in a copy of files that others may read.

        Raises:
            OSError, ValueError: they are gone, or there is no room.
        """
        own = Own.copy(kept)
        self._index, self._own, self._kept = _open(own.place), own, None
        _tell(self._index)

    def search(
        self, text: str, *, limit: int = 20, kinds: Iterable[str] | None = None, include_proposed: bool = False
    ) -> list[Hit]:
        """Return what a text may mean, best first; at equal score entities, claims, works, then by id.

        Rejected, revoked and superseded records are left out. Retracted works are found: their records stand.

        Args:
            text: Words, a label, an alias, an id, a DOI, an arXiv id; 1 to 500 characters, nothing in it is syntax.
            limit: Most hits, 1 to 300.
            kinds: Of "entity", "claim", "work"; all by default.
            include_proposed: Find also what waits for review.

        Raises:
            InputError: the text is empty or too long, or the limit is out of range.
            UnknownTerm: a kind that is not looked for.

        Cost: some 2 ms on a pack; it grows with the words asked and with the candidates, of which 300 are ranked.
        """
        asked = ask(text, self._stem)
        if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= CANDIDATES:
            raise InputError(f"{limit!r} is not a whole number from 1 to {CANDIDATES}", where="limit")
        query = self._query(asked, groups_of(kinds, include_proposed))
        state = self._state
        hits = state.searcher.search(query, CANDIDATES, count=False, weight_by_field="order").hits
        if len(hits) == CANDIDATES:
            hits = [hit for hit in hits if hit[0] > hits[-1][0]]
        keys = [key_of(state.searcher.doc(address).get_first("key")) for _, address in hits]
        entries = {key: state.entry(key, self._vocabulary) for key in keys}
        ranked = sorted(
            scores(asked, entries, self._stem).items(),
            key=lambda item: (-item[1], FOUND_KINDS.index(item[0][0]), item[0][1]),
        )
        return [Hit(*key, entries[key].label, score) for key, score in ranked[:limit]]

    def near(self, text: str, lang: str = "en") -> list[str]:
        """Return labels of entities and titles of works that resemble a text, best first, at most three."""
        snapshot = self._state.snapshot
        labels: dict[str, str] = {}
        for entity in snapshot.entities.values():
            if self._vocabulary.status(entity.status).counts:
                for name in (entity.label.en, entity.label.get("zh"), entity.id, *entity.aliases):
                    labels.setdefault(name, entity.label.get(lang))
        for work in snapshot.works.values():
            labels.setdefault(work.title, work.title)
        return list(dict.fromkeys(near(fold(text), labels)))

    def _written(self, keys: Sequence[Key], snapshot: Snapshot, entries: dict[Key, Entry], *, new: bool) -> _State:
        """Index the records of keys as they are in a snapshot, and return the state to search in."""
        state = _State(self._index.searcher(), snapshot, entries)
        if not keys:
            return state
        writer = self._index.writer(WRITER_BYTES, 1)
        for key in keys:
            if not new:
                writer.delete_documents_by_term("key", ":".join(key))
            group = group_of(key, snapshot, self._vocabulary)
            if group is not None:
                writer.add_document(document(key, group, state.entry(key, self._vocabulary)))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        return replace(state, searcher=self._index.searcher())

    def _stem(self, words: Sequence[str]) -> list[str]:
        return self._analyzer.analyze(" ".join(words))

    def _query(self, asked: Asked, groups: Sequence[str]) -> Query:
        """Return the query for candidates. Each thing that matches adds a fixed weight, exact in binary."""

        def exact(field: str, value: str, weight: float) -> Query:
            return Query.const_score_query(Query.term_query(self._schema, field, value), weight)

        def fuzzy(field: str, value: str) -> Query:
            return Query.fuzzy_term_query(self._schema, field, value, distance=typos(value))

        def begins(field: str, value: str) -> Query:
            return Query.fuzzy_term_query(self._schema, field, value, distance=0, prefix=True)

        parts = [exact("names", form, 64.0) for form in sorted({*asked.forms, asked.squeezed})]
        parts += [fuzzy("names", asked.squeezed)] if typos(asked.squeezed) else []
        for word, worth in zip(asked.words, asked.worths, strict=True):
            fixed = 1.0 if worth == 1.0 else 0.125
            parts += [exact("words", word, 4 * fixed), exact("body", word, fixed)]
        parts += [fuzzy("words", word) for word in (*asked.words, *asked.joined)]
        parts += [begins("words", word) for word in asked.starts]
        parts += [begins(field, root) for root in asked.roots for field in ("words", "body")]
        parts += [exact("grams", gram, len(gram) / 2) for gram in grams(asked.runs)]
        allowed = Query.const_score_query(Query.term_set_query(self._schema, "group", list(groups)), 0.0)
        wanted = Query.boolean_query([(Occur.Should, part) for part in parts])
        return Query.boolean_query([(Occur.Must, allowed), (Occur.Must, wanted)])


def _open(place: Path) -> tantivy.Index:
    """Open an index in files. It is told when to look at them again; tantivy would look twice a second."""
    index = tantivy.Index.open(str(place))
    index.config_reader("manual")
    return index


def _tell(index: tantivy.Index) -> None:
    """Tell an index how grams are cut: files do not say it."""
    index.register_tokenizer("grams", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.ngram(1, 3)).build())
