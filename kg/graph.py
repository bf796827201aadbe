"""The face that binds it all: one object that asks every question of one record.

Lives here: `open`, `Graph`. May enter: raw parameters of any door; they are parsed here, once.
Never here: how a question is answered (question/), SQL (record/), printing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.accounts import Admitting
from kg.asking import parse_links
from kg.contributing import Contributing
from kg.coverage import OF_NO_PACK, basis_report, coverage
from kg.criteria import Criteria, parse_int, parse_sign
from kg.door import checked, guarded
from kg.errors import InputError
from kg.exchanging import Exchanging
from kg.keeping import Keeping
from kg.later import Later
from kg.looking import Looking
from kg.merging import Merging
from kg.model import Change, Revision
from kg.packaged import packaged
from kg.probing import PARTS, Probing
from kg.querying import Querying
from kg.question import impact, paths, raises
from kg.question.answers import Answer
from kg.record import Store
from kg.remembering import Remembering
from kg.reviewing import Reviewing
from kg.revising import Revising
from kg.settings import parse_lang, read_settings
from kg.surveying import Surveying
from kg.validating import Validating
from kg.vouching import Vouching

if TYPE_CHECKING:
    from kg.importers import pack
else:
    pack = Later("kg.importers.pack")

Document = dict[str, Any]
CRITERIA = [spec.name for spec in fields(Criteria)]


@checked
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


@guarded(criteria=CRITERIA, given=[*sorted(PARTS), *CRITERIA])
class Graph(
    Looking,
    Surveying,
    Probing,
    Exchanging,
    Vouching,
    Querying,
    Validating,
    Admitting,
    Keeping,
    Contributing,
    Reviewing,
    Revising,
    Remembering,
    Merging,
):
    """The record seen through the ontology: ask, list, show, load. Safe to share between threads.

    Every question takes the criteria of `kg.Criteria` as keywords. Questions, records, lists and searches return an
    `Answer`, whose bytes are those that the command line and HTTP give; reports and what writes return plain documents.
    """

    # -- the record ------------------------------------------------------------------------------------------

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
        links = parse_links(max_links)
        cause, harm = (None if name is None else self._id(name, criteria) for name in (technique, risk))
        return self._ask(raises.find, criteria, lang, harm, technique=cause, max_links=links)

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
        return self._ask(raises.matrix, criteria, lang, rows=rows, cols=cols, max_links=parse_links(max_links))

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
        options = {"k": most, "max_links": parse_links(max_links), "sign": parse_sign(sign)}
        ends = self._id(source, criteria), self._id(target, criteria)
        return self._ask(paths.find, criteria, lang, *ends, **options)

    def impact(
        self, entity: str, *, direction: str = "out", max_links: Any = 6, lang: str | None = None, **criteria: Any
    ) -> Answer:
        """What an entity reaches, or what reaches it. See `kg.question.impact.find`."""
        if direction not in {"out", "in"}:
            raise InputError(f"{direction!r} is neither out nor in", where="direction")
        links = parse_links(max_links)
        return self._ask(impact.find, criteria, lang, self._id(entity, criteria), direction=direction, max_links=links)

    # -- loading ---------------------------------------------------------------------------------------------

    def write(self, changes: Sequence[Change], *, actor: str, act: str, reason: str | None = None) -> Revision:
        """Write changes as one revision; records that are already so are left out.

        Raises:
            BadIdentifier: who writes is no handle.
        """
        return self.store.write(changes, actor=self.acting(actor), act=act, reason=reason)

    def seed(self, told: Callable[[str], None] | None = None) -> None:
        """Load every packaged pack."""
        for folder in _packs():
            batch = self.load(folder)
            if told is not None and batch["added"]:
                told(f"{self.store.name} is new: loaded the pack {folder.name}, {batch['added']} records")

    def basis(self) -> Document:
        """Evidence that rests on less than the work's own abstract, or was inferred. See `kg.coverage.basis_report`."""
        return basis_report(self.snapshot, self.vocabulary)

    def coverage(self, path: str | Path | None = None) -> Document:
        """Which claims represent which item of the text that a pack was seeded from.

        Args:
            path: Folder of a pack, or its `pack.toml`; None for the packaged packs whose seed the record has. A record
                without any has no items, and the note says so.

        Raises:
            NotFound: there is no pack.
            ParseFailure: its coverage table cannot be read; names file and line.
        """
        snapshot, words = self.snapshot, self.vocabulary
        if path is not None:
            return coverage(pack.read_coverage(Path(path), words), snapshot, words)
        folders = [folder for folder in _packs() if pack.seed_of(folder) in snapshot.works]
        rows = [row for folder in folders for row in pack.read_coverage(folder, words)]
        return coverage(rows, snapshot, words, lacking=OF_NO_PACK)


def _packs() -> list[Path]:
    return sorted(path.parent for path in packaged("seeds").glob("*/pack.toml"))
