"""The record as partitioned Parquet, for engines that hold no graph in memory: claims, evidence, entities, works.

Lives here: the folder and its manifest, written and checked. May enter: columns, criteria, vocabulary, folders.
Never here: what the tables hold (`kg.exporters.parquet_columns`), Spark.
`manifest.json` is written last; a folder without it is no export. The same contents give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import orjson

from kg.columns.network import ColumnNetwork
from kg.columns.table import Columns
from kg.criteria import Criteria
from kg.ending import gone_when_ended
from kg.errors import InputError, ParseFailure
from kg.exporters.files import refuse_database
from kg.exporters.parquet_columns import Rows, Tables
from kg.later import Later
from kg.network import Network
from kg.packaged import bringing
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from pyarrow import parquet
else:
    parquet = Later("pyarrow.parquet")

FORMAT, VERSION, MANIFEST = "evidence-kg parquet", 1, "manifest.json"
CLAIMS_EACH = 250_000
"""Claims of one part; the items of these claims are the part of evidence of the same number."""
KINDS = ("claims", "entities", "evidence", "works")
_UNDATED = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an export: its rows, its size in bytes, and its SHA-256 in hexadecimal."""

    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export holds.

    Attributes:
        revision, recorded_at, hash: Of the record that was written, as in its chain of revisions.
        vocabulary: Digest of the ontology that gave the numbers.
        criteria: Which evidence counts.
        counts: Rows of each kind, and `links`: the claims that take part in paths.
        neutral: Whether a relation of sign 0 takes part.
        files: By name relative to the folder.
    """

    revision: int
    recorded_at: str | None
    hash: str
    vocabulary: str
    criteria: Mapping[str, Any]
    counts: Mapping[str, int]
    neutral: bool
    files: Mapping[str, Part]

    def text(self) -> str:
        """Return the manifest as JSON."""
        document = {"format": FORMAT, "version": VERSION, **{name: getattr(self, name) for name in _FIELDS}}
        document["files"] = {name: {key: getattr(one, key) for key in _PART} for name, one in self.files.items()}
        return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n"

    @classmethod
    def parse(cls, text: str | bytes, *, source: str) -> Manifest:
        """Read a manifest.

        Raises:
            ParseFailure: it is none, or of another version; says what to do.
        """
        hint = "export the record again: kg export FOLDER --format parquet"
        try:
            document = orjson.loads(text)
        except orjson.JSONDecodeError as fault:
            raise ParseFailure(f"the manifest is no JSON: {fault}", source=source, hint=hint) from fault
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise ParseFailure("this is no manifest of an export to Parquet", source=source, hint=hint)
        if document.get("version") != VERSION:
            raise ParseFailure(
                f"the export is of version {document.get('version')}, and this evidence-kg reads {VERSION}",
                source=source,
                hint=hint,
            )
        try:
            values: dict[str, Any] = {name: document[name] for name in _FIELDS}
            values["files"] = {name: Part(*(one[key] for key in _PART)) for name, one in values["files"].items()}
            return cls(**values)
        except (AttributeError, KeyError, TypeError) as fault:
            raise ParseFailure(f"the manifest lacks {fault}", source=source, hint=hint) from fault


_FIELDS = tuple(Manifest.__dataclass_fields__)
_PART = tuple(Part.__dataclass_fields__)


def columns_of(network: Network, hash: str = "") -> Columns:
    """Return the records of a network as columns: those that it lies on where it is made of them unchanged."""
    if isinstance(network, ColumnNetwork) and network.seen is not None:
        columns = network.seen.columns
        if columns.revision == network.snapshot.revision:
            return columns
    return Columns.read(Rows(network.snapshot, hash))  # type: ignore[arg-type]


def write(folder: Path, columns: Columns, criteria: Criteria, vocabulary: Vocabulary) -> Manifest:
    """Write an export that then stands there whole, or not at all.

    A folder beside it is filled, brought to disk and renamed; an earlier export of that name is replaced.

    Raises:
        InputError: something else of that name is there, a database lies in it, it cannot be written, or pyarrow is
            not installed.

    Cost: about 3 microseconds and 30 bytes on disk an item.
    """
    target = Path(os.path.realpath(folder))
    if target.exists() and (not target.is_dir() or (any(target.iterdir()) and not (target / MANIFEST).exists())):
        raise InputError(
            f"{str(folder)!r} is there already and is no export to Parquet",
            where="file",
            hint="name a new or empty folder",
        )
    for held in target.rglob("*"):
        refuse_database(held)
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
        try:
            with gone_when_ended(made):
                manifest = _fill(made, columns, criteria, vocabulary)
            made.chmod(0o755)
            _put(made, target)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    except OSError as fault:
        raise InputError(
            f"{str(folder)!r} cannot be written: {fault.strerror}",
            where="file",
            hint="name a folder below one that is there and may be written, with room on the disk",
        ) from fault
    return manifest


def zipped(network: Network, hash: str = "") -> Iterator[bytes]:
    """Give the files of an export as a ZIP. Law: the same contents give the same bytes."""
    with tempfile.TemporaryDirectory() as place, gone_when_ended(Path(place)):
        folder = Path(place)
        manifest = _fill(folder, columns_of(network, hash), network.criteria, network.vocabulary)
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
            for name in (*sorted(manifest.files), MANIFEST):
                archive.writestr(zipfile.ZipInfo(name, _UNDATED), (folder / name).read_bytes())
    yield made.getvalue()


def read(folder: Path, *, check: bool = True) -> Manifest:
    """Return the manifest of an export, once its files have been looked at.

    Args:
        folder: An export.
        check: Read every file against its SHA-256; else only its size is compared.

    Raises:
        ParseFailure: a file is missing, cut off or altered, or the export is of another version.
    """
    place = folder / MANIFEST
    try:
        manifest = Manifest.parse(place.read_bytes(), source=str(place))
    except OSError as fault:
        raise incomplete(str(folder), f"its {MANIFEST} cannot be read: {fault.strerror}") from fault
    for name, part in manifest.files.items():
        file = folder / PurePosixPath(name)
        if not file.is_file():
            raise incomplete(str(folder), f"{name} is missing")
        if file.stat().st_size != part.bytes:
            raise incomplete(str(folder), f"{name} has {file.stat().st_size} bytes, not {part.bytes}")
        if check and _digest(file) != part.sha256:
            raise incomplete(str(folder), f"{name} was altered")
    return manifest


def incomplete(folder: str, why: str) -> ParseFailure:
    """Return the error for an export that cannot be used."""
    return ParseFailure(
        f"the export is not complete: {why}",
        source=folder,
        hint="copy all of it, or export again: kg export FOLDER --format parquet",
    )


def _fill(folder: Path, columns: Columns, criteria: Criteria, vocabulary: Vocabulary) -> Manifest:
    if find_spec("pyarrow") is None:
        raise InputError("Parquet needs pyarrow, which is not installed", where="format", hint=bringing("spark"))
    tables = Tables.of(columns, criteria, vocabulary)
    files: dict[str, Part] = {}
    for name, table in _parts(tables):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        parquet.write_table(table, path, compression="zstd")
        _to_disk(path)
        files[name] = Part(table.num_rows, path.stat().st_size, _digest(path))
    manifest = Manifest(
        revision=columns.revision,
        recorded_at=columns.recorded_at,
        hash=columns.hash,
        vocabulary=vocabulary.digest,
        criteria=criteria.document(),
        counts={
            **{kind: sum(one.rows for name, one in files.items() if name.startswith(f"{kind}/")) for kind in KINDS},
            "links": len(tables.seen.linked),
        },
        neutral=tables.has_neutral,
        files=files,
    )
    (folder / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    for path in (folder / MANIFEST, *(folder / kind for kind in KINDS), folder):
        _to_disk(path)
    return manifest


def _parts(tables: Tables) -> Iterator[tuple[str, Any]]:
    yield "entities/part-00000.parquet", tables.entities()
    yield "works/part-00000.parquet", tables.works()
    count = tables.columns.claims
    for number, low in enumerate(range(0, max(count, 1), CLAIMS_EACH)):
        high = min(low + CLAIMS_EACH, count)
        yield f"claims/part-{number:05d}.parquet", tables.claims(low, high)
        yield f"evidence/part-{number:05d}.parquet", tables.evidence(low, high)


def _put(made: Path, target: Path) -> None:
    """Give a folder its name; what stood there goes."""
    old = None
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".old", dir=target.parent))
        target.replace(old / "old")
    made.replace(target)
    _to_disk(target.parent)
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
