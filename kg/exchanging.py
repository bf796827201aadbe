"""The record as others read it: the RDF dataset, and files in and out.

Lives here: `Exchanging`, a part of the face. May enter: raw parameters of any door; they are parsed here, once.
Never here: a format itself (exporters/, importers/), how triples are made (rdf/), SQL (record/), printing.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from kg.asking import Asking
from kg.citations.parsed import Remark
from kg.criteria import Criteria, words
from kg.door import checked
from kg.errors import InputError, NotFound
from kg.following import FOLD_MOST
from kg.ids import slugify
from kg.later import Later
from kg.packs import HEAD
from kg.record import Store
from kg.settings import Lang
from kg.snapshot import Snapshot
from kg.vocabulary import load

if TYPE_CHECKING:
    import rdflib

    from kg.citations import formats as citation_formats
    from kg.columns import table
    from kg.exporters import files, formats, kept, packed, parquet, tables
    from kg.exporters import pack as pack_files
    from kg.exporters.formats import Format, View
    from kg.importers import citations, citations_reading, pack, pack_load, pack_zip, rdf_load, recognising, tables_load
    from kg.importers import rdf as rdf_import
    from kg.rdf import dataset
    from kg.rdf.dataset import Projection
    from kg.rdf.nodes import Triple
else:
    files, formats, kept = Later("kg.exporters.files"), Later("kg.exporters.formats"), Later("kg.exporters.kept")
    pack_files, packed = Later("kg.exporters.pack"), Later("kg.exporters.packed")
    tables, tables_load = Later("kg.exporters.tables"), Later("kg.importers.tables_load")
    parquet, table = Later("kg.exporters.parquet"), Later("kg.columns.table")
    citation_formats, recognising = Later("kg.citations.formats"), Later("kg.importers.recognising")
    citations, citations_reading = Later("kg.importers.citations"), Later("kg.importers.citations_reading")
    pack, pack_load = Later("kg.importers.pack"), Later("kg.importers.pack_load")
    pack_zip = Later("kg.importers.pack_zip")
    rdf_import, rdf_load = Later("kg.importers.rdf"), Later("kg.importers.rdf_load")
    dataset = Later("kg.rdf.dataset")

PROJECTIONS_MOST = 4
TABLES = "csv-tables"
PLAIN = frozenset({TABLES, "pack"})
"""Formats that write terms as they stand, so that records can be written without the files that define these."""
Document = dict[str, Any]


class Exchanging(Asking):
    """The dataset, export and import."""

    def __init__(self, store: Store, *, ontology: Sequence[Path] = (), lang: Lang = "en") -> None:
        super().__init__(store, ontology=ontology, lang=lang)
        self._projections: dict[Criteria, Projection] = {}

    def supposing(self, snapshot: Snapshot) -> Self:
        """Return this face as if another record had been written; what it projects is its own."""
        then = super().supposing(snapshot)
        then._projections = {}
        return then

    def projection(self, criteria: Criteria | None = None) -> Projection:
        """Return the RDF dataset under criteria, at the revision that they name; it follows the record.

        The dataset of the usual criteria is kept and brought up to date by what changed; a few others are kept too.
        A caller that asks again gets the same store, moved on; each query sees one revision. Faces at one revision
        share what is kept with the one that follows the record.
        """
        network, kept = self.network(criteria), self._projections
        with self._live._lock:
            found = kept.pop(network.criteria, None)
            then = 0 if found is None else found.network.snapshot.revision
            now = network.snapshot.revision
            if found is not None and 0 < then <= now <= then + FOLD_MOST:
                found.follow(self.store.changes(then, now), network)
            else:
                found = dataset.Projection.build(network, self.store.changes(0, now), self._ontology)
            kept[network.criteria] = found
            while len(kept) > PROJECTIONS_MOST:
                del kept[next(iter(kept))]
            return found

    def dataset(self, **criteria: Any) -> rdflib.Dataset:
        """Return the dataset as an `rdflib.Dataset` on the Oxigraph store; its default graph is the union of all.

        See docs/reference/rdf.md for the graphs. The dataset follows the record and is not to be written to.
        """
        return self.projection(self._criteria(criteria)).dataset()

    def vocabulary_triples(self, part: str = "") -> list[Triple]:
        """Return the triples of the ontology, those of the operator's own files included; or of one packaged file.

        Raises:
            NotFound: there is no such file.
        """
        if part and part not in dataset.PARTS:
            raise NotFound(
                f"the ontology has no part {part[:40]!r}", where="part", hint=f"use {', '.join(dataset.PARTS)}"
            )
        return sorted({quad[:3] for quad in dataset.vocabulary_quads(self._ontology, part=part)})

    def pieces(
        self,
        format: str,
        *,
        history: bool = False,
        works: str | Sequence[str] | None = None,
        lang: str | None = None,
        **criteria: Any,
    ) -> tuple[Format, int, Iterator[str | bytes]]:
        """Return a format, the revision written, and the pieces of the file, for whoever sends them on.

        Args:
            format: One of `kg.exporters.formats.FORMATS`.
            history: Write the revisions too, and the number of the one that beliefs were worked out at. Without it
                two records with the same contents give the same bytes.
            works: Citations: only the works of these keys, DOIs or arXiv ids, as a list or separated by commas.
            lang: Language of references.
            criteria: What counts; without any, every record is written whatever its status (see `kg.exporters.kept`).
        """
        found, view = self._view(format, history=history, works=works, lang=lang, **criteria)
        return found, view.network.snapshot.revision, found.write(view)

    def _view(
        self, format: str, *, history: bool, works: str | Sequence[str] | None, lang: str | None, **criteria: Any
    ) -> tuple[Format, View]:
        """Return a format and what its writer is given."""
        found = formats.find(format)
        if history and not found.holds_history:
            able = [one.name for one in formats.FORMATS.values() if one.holds_history]
            raise InputError(
                f"{format} cannot hold the history", where="history", hint=f"formats that can: {', '.join(able)}"
            )
        if works is not None and not found.holds_works:
            able = [one.name for one in formats.FORMATS.values() if one.holds_works]
            raise InputError(
                f"{format} does not hold single works", where="works", hint=f"formats that do: {', '.join(able)}"
            )
        network = self.known_part(self._criteria(criteria))
        if not found.holds_works and found.name not in PLAIN:
            self.unknown(network.snapshot).refuse()
        revision = network.snapshot.revision
        revisions = self.store.changes(0, revision) if history else None
        keys = None if works is None else [key for part in words(works) for key in part.split(",") if key.strip()]
        if isinstance(works, str) and not keys:
            raise InputError(
                f"{works!r} names no work", where="works", hint="name one, or leave it out for all of them"
            )
        keys = None if keys is None else [self._work(key.strip(), criteria, where="works") for key in keys]
        for key in keys or ():
            network.snapshot.work(key, where="works")
        hash = self.store.revision(revision).hash if found.name == "parquet" and revision else ""
        given = kept.kept(network) if keys is None else network
        return found, formats.View(given, revisions, keys, self._lang(lang), hash)

    def export(
        self,
        file: str | Path,
        *,
        format: str | None = None,
        history: bool = False,
        works: str | Sequence[str] | None = None,
        lang: str | None = None,
        **criteria: Any,
    ) -> Document:
        """Write a file, whole or not at all: everything, or what the criteria keep. See `pieces`.

        A pack and CSV tables are written as a folder, which `load` takes, unless the name of the file ends in `.zip`;
        so is Parquet, which `kg spark` takes, and whose SHA-256 is that of its manifest. The SHA-256 of tables is that
        of the lines that `sha256sum` prints of them.

        Args:
            file: Where to; one of that name is replaced, but CSV tables need a new or empty folder, since people edit
                them, and what goes into a device or a FIFO goes straight into it.
            format: One of the formats; None to go by the suffix of the file.
            history: Write the revisions too.
            works: Citations: only the works of these keys.
            lang: Language of references.
            criteria: What counts.

        Returns:
            `{"file", "format", "revision", "bytes", "sha256"}`.
        """
        path = Path(file)
        chosen = format or formats.by_suffix(path.name).name
        found, view = self._view(chosen, history=history, works=works, lang=lang, **criteria)
        if found.name == "pack" and path.suffix != ".zip":
            written = pack_files.write(path, packed.in_pieces(view.network, id=slugify(path.name) or packed.ID))
        elif found.name == "csv-tables" and path.suffix != ".zip":
            written = tables.write_records(path, view.network)
        elif found.name == "parquet" and path.suffix != ".zip":
            made = parquet.write(path, self._columns(view), view.network.criteria, self.vocabulary)
            written = files.pour(io.BytesIO(), [made.text()])
            written = files.Written(written.size + sum(one.bytes for one in made.files.values()), written.sha256)
        else:
            written = files.write(path, found.write(view))
        return {
            "file": str(file),
            "format": found.name,
            "revision": view.network.snapshot.revision,
            "bytes": written.size,
            "sha256": written.sha256,
        }

    def _columns(self, view: View) -> table.Columns:
        """Return what a view shows as columns; everything, at the newest revision, is read from the record in bulk."""
        whole = kept.kept(view.network) is view.network
        if whole and view.network.snapshot.revision == self.revision:
            with self.store.bulk() as bulk:
                if bulk.hash == view.hash:
                    return table.Columns.read(bulk)
        return parquet.columns_of(view.network, view.hash)

    def load(
        self,
        path: str | Path,
        *,
        format: str | None = None,
        keep_going: bool = False,
        update: bool = False,
        actor: str | None = None,
        told: Callable[[str, int, int], None] | None = None,
        lang: str = "en",
        **options: Any,
    ) -> Document:
        """Load a pack, CSV tables, an RDF file or citations: what was added, what was there, what failed and why.

        Args:
            path: Folder of a pack or of tables, a ZIP file with one (as `export` writes it), or a file.
            format: `pack`, `csv-tables`, `rdf`, one of the RDF formats (`turtle`, `trig`, ...) or of those of citations
                (`bibtex`, `ris`, ...); None to go by the name of the file and what is in it.
            keep_going: Packs, tables and RDF: load what is right even when some records fail. Citations always do.
            update: Tables and RDF: write records that the graph holds in another form too. Citations: fill what known
                works lack.
            actor: Who loads; default `$KG_ACTOR`, else the login name. A pack names its own.
            told: Called with the stage, how much is done, and of how much.
            lang: Language in which the report says what makes two citations one.
            options: Citations: `encoding` (default UTF-8), `exact` (only an identifier or the same entry makes a
                duplicate), `dry_run` (only say what would happen), `failures` (a file for the entries that failed).

        See `kg.importers.pack_load.load`, `kg.importers.tables_load.load`, `kg.importers.rdf_load.load` and
        `kg.importers.citations.import_works`.

        Raises:
            NotFound: there is no such folder or file.
            BadIdentifier: who loads is no handle.
            InputError: the format is none that can be loaded, or an option that it does not have; or the file is a
                backup, which `kg restore` takes, or no text.
        """
        place = Path(path)
        found = recognising.kind_of(place, format)
        who = self.acting(actor)
        if found == "citations" or found in citation_formats.FORMATS:
            return self._load_citations(place, format, who, update=update, told=told, lang=self._lang(lang), **options)
        given = [name for name, value in options.items() if value]
        if given:
            raise InputError("only citations can be loaded with this option", where=given[0], hint="leave it out")
        if found in {"pack", TABLES}:
            with pack_zip.unpacked(place) if pack_zip.is_zip(place) else nullcontext(place) as folder:
                if (format or recognising.family(folder)) == "pack":
                    return self._load_pack(folder, place, keep_going=keep_going, told=told)
                return tables_load.load(
                    self.store, folder, self.vocabulary, keep_going=keep_going, update=update, actor=who, told=told
                )
        if found != "rdf" and found not in rdf_import.FORMATS:
            raise InputError(
                f"{found[:80]!r} is not a format that can be loaded",
                where="format",
                hint=f"use pack, {TABLES}, rdf, " + ", ".join((*rdf_import.FORMATS, *citation_formats.FORMATS)),
            )
        return rdf_load.load(
            self.store,
            place if place.is_file() else rdf_import.read_file(place),
            self.vocabulary,
            name=place.name,
            format=None if found == "rdf" else found,
            keep_going=keep_going,
            update=update,
            actor=who,
            told=told,
        )

    def _load_pack(
        self, folder: Path, given: Path, *, keep_going: bool, told: Callable[[str, int, int], None] | None
    ) -> Document:
        if folder.is_file() and folder.name != HEAD:
            raise InputError(
                f"{folder.name} is no pack: that is a folder with a {HEAD}, or a ZIP file of one",
                where="path",
                hint="give the folder",
            )
        own = pack.vocabulary_files(folder)
        words = load((*self._ontology, *own)) if own else self.vocabulary
        report = pack_load.load(self.store, folder, words, keep_going=keep_going, told=told)
        if own and self.unknown().words:
            report["remarks"].append(asdict(_needed(own, folder, given)))
        return report

    @checked
    def _load_citations(
        self,
        path: Path,
        format: str | None,
        actor: str,
        *,
        update: bool,
        told: Callable[[str, int, int], None] | None,
        lang: str,
        encoding: str | None = None,
        exact: bool = False,
        dry_run: bool = False,
        failures: str | Path | None = None,
    ) -> Document:
        data = citations_reading.read_file(path)
        if not data.strip():
            table = path.suffix.lower() in {".csv", ".tsv"}
            again = "write a header and rows into it" if table else "export the citations again into this file"
            raise InputError(f"{path.name} is empty", where="path", hint=again)
        say = told or (lambda *_: None)
        say("reading", 0, 0)
        reading = citations_reading.read(data, name=path.name, format=format, encoding=encoding)
        left = citations_reading.left_over(reading)
        if failures is not None and left:
            files.write(Path(failures), [left])
        report = citations.import_works(
            self.store,
            reading,
            data,
            name=path.name,
            actor=actor,
            update=update,
            exact=exact,
            dry_run=dry_run,
            told=say,
            lang=lang,
        )
        return report if failures is None or not left else {**report, "failures_file": str(failures)}


def _needed(own: Sequence[Path], folder: Path, given: Path) -> Remark:
    """Return what is to be said when a record begins to use the terms of a pack: its files are needed from now on."""
    names = " and ".join(path.name if folder != given else str(path) for path in own)
    first = "" if folder == given else f"unpack {given.name}, then "
    said = f"the record uses terms of this pack from now on: {first}name {names} in KG_ONTOLOGY whenever it is opened"
    return Remark(HEAD, None, said)
