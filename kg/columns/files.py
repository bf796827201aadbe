"""Columns in one file that is mapped into memory: a second process, or a restart, is ready without reading the record.

Lives here: `pieces` (what to write) and `mapped` (what was written). May enter: a source, paths. Never here: where such
files lie, whether the record has gone on since.
A file: 8 bytes that name the format, length and CRC-32 of the head, the head as JSON, arrays at multiples of 64 bytes.
"""

from __future__ import annotations

import logging
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple, fields
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from kg.belief import Line
from kg.columns.network import Source
from kg.columns.records import Fetch
from kg.columns.seal import is_ours, is_sealed, opened, seal
from kg.columns.seen import Seen
from kg.columns.strings import Strings
from kg.columns.table import Columns
from kg.columns.weighing import Weighed, Weighings
from kg.compiled.arrays import Arrays
from kg.criteria import Criteria
from kg.errors import StoreError
from kg.later import Later
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
else:
    np = Later("numpy")

MAGIC, ALIGN, VERSION = b"EKGCOL\r\n", 64, 3
TOLD = ("revision", "recorded_at", "hash")
WEIGHED = ("support", "dispute", "contested", "groups")
SEEN = ("node", "entity", "taking", "linked")
_log = logging.getLogger(__name__)


def pieces(source: Source, vocabulary: Vocabulary) -> Iterator[bytes]:
    """Give the bytes of a file with the columns, and with what counts of them under no criteria.

    Cost: about 120 bytes an item.
    """
    columns = source.columns
    seen, arrays = source.under(Criteria(), vocabulary)
    parts = {f"columns.{name}": part for name, part in _columns_parts(columns)}
    parts |= {f"weighed.{name}": part for name, part in _weighed_parts(seen.weighed)}
    parts |= {f"seen.{name}": np.ascontiguousarray(getattr(seen, name)) for name in SEEN}
    parts |= {
        f"arrays.{one.name}": np.ascontiguousarray(getattr(arrays, one.name))
        for one in fields(Arrays)
        if isinstance(getattr(arrays, one.name), np.ndarray)
    }
    table, at = {}, 0
    for name, part in parts.items():
        table[name] = [part.dtype.str, list(part.shape), at, zlib.crc32(part.data)]
        at += _padded(part.nbytes)
    head = orjson.dumps(
        {
            "version": VERSION,
            "vocabulary": vocabulary.digest,
            "signs": arrays.signs,
            "terminal": arrays.terminal,
            "lines": [list(line) for line in seen.weighed.lines],
            **{name: getattr(columns, name) for name in TOLD},
            "arrays": table,
            "bytes": at,
        }
    )
    head += b" " * (_padded(len(head) + 16) - len(head) - 16)
    yield MAGIC + len(head).to_bytes(4, "little") + zlib.crc32(head).to_bytes(4, "little") + head
    for part in parts.values():
        yield part.tobytes()
        yield b"\0" * (_padded(part.nbytes) - part.nbytes)


def mapped(path: Path, fetch_at: Callable[[int], Fetch], vocabulary: Vocabulary) -> Source:
    """Return the source in a file, mapped: what is not looked at is not read.

    Args:
        path: A file of `pieces`.
        fetch_at: Returns what returns records by id, as they stood at the revision of the file.
        vocabulary: What was weighed with another one is left aside.

    Raises:
        StoreError: the file is of another version, or cut off, or altered; says that it may be deleted.

    Cost: a millisecond for a file that is sealed; another one is read once, against its checksums, and sealed: a second
    a gigabyte.
    """
    whole, head, told = _head(path)
    is_known = is_sealed(path, told)
    base = 16 + head["_length"]
    found: dict[str, Array] = {}
    for name, (dtype, shape, at, checksum) in head["arrays"].items():
        kind = np.dtype(dtype)
        part = whole[base + at : base + at + prod(shape) * kind.itemsize]
        if not is_known and zlib.crc32(part.data) != checksum:
            raise _unusable(path, f"its part {name} was altered")
        found[name] = part.view(kind).reshape(shape)
    if not is_known:
        _seal(path, told)
    columns = _columns_of(head, found)
    source = Source(columns, fetch_at(columns.revision))
    if head["vocabulary"] == vocabulary.digest:
        parts = {name: found[f"seen.{name}"] for name in SEEN}
        seen = Seen(columns, Criteria(), vocabulary, _weighed_of(head, found), added=(), **parts)
        values: dict[str, Any] = {one.name: found.get(f"arrays.{one.name}") for one in fields(Arrays)}
        values |= {"ids": seen.link_ids(), "signs": head["signs"], "terminal": head["terminal"]}
        source.keep((Criteria(), vocabulary.digest), (seen, Arrays(**values)))
    return source


def _seal(path: Path, told: os.stat_result) -> None:
    try:
        seal(path, told)
    except OSError as fault:
        _log.info("%s is checked again at the next start: %s", path, fault)


def _head(path: Path) -> tuple[Array, dict[str, Any], os.stat_result]:
    try:
        with os.fdopen(opened(path), "rb") as stream:
            told = os.fstat(stream.fileno())
            # As a plain array: elements of a `memmap` take thrice as long to read.
            whole = np.asarray(np.memmap(stream, np.uint8, "c"))
    except (OSError, ValueError) as fault:
        raise _unusable(path, str(fault)) from fault
    if not is_ours(told):
        raise _unusable(path, "it belongs to somebody else, or others may change it")
    start = bytes(whole[:16])
    if len(start) < 16 or start[:8] != MAGIC:
        raise _unusable(path, "it is no file of columns")
    length = int.from_bytes(start[8:12], "little")
    said = bytes(whole[16 : 16 + length])
    if zlib.crc32(said) != int.from_bytes(start[12:], "little"):
        raise _unusable(path, "its head is cut off or was altered")
    head: dict[str, Any] = orjson.loads(said)
    if head.get("version") != VERSION:
        raise _unusable(path, f"it is of version {head.get('version')}, and this evidence-kg writes {VERSION}")
    if len(whole) != 16 + length + head["bytes"]:
        raise _unusable(path, f"it has {len(whole)} bytes, not {16 + length + head['bytes']}")
    return whole, {**head, "_length": length}, told


def _unusable(path: Path, why: str) -> StoreError:
    return StoreError(
        f"the mapped snapshot {path} cannot be used: {why}",
        where="snapshot",
        hint="open the record without it: the file is then made anew",
    )


def _columns_parts(columns: Columns) -> Iterator[tuple[str, Array]]:
    for one in fields(Columns):
        value = getattr(columns, one.name)
        if isinstance(value, Strings):
            yield f"{one.name}.blob", np.ascontiguousarray(value.blob)
            yield f"{one.name}.ends", np.ascontiguousarray(value.ends, np.int64)
        elif one.name not in TOLD:
            yield one.name, np.ascontiguousarray(value)


def _columns_of(head: Mapping[str, Any], found: Mapping[str, Array]) -> Columns:
    values: dict[str, Any] = {name: head[name] for name in TOLD}
    for one in fields(Columns):
        name = f"columns.{one.name}"
        if name in found:
            values[one.name] = found[name]
        elif one.name not in TOLD:
            values[one.name] = Strings(found[f"{name}.blob"], found[f"{name}.ends"])
    return Columns(**values)


def _weighed_parts(weighed: Weighed) -> Iterator[tuple[str, Array]]:
    yield "counts", weighed.counts
    yield "line", weighed.line
    yield "pattern", weighed.pattern
    for name in WEIGHED:
        yield name, np.array([getattr(one, name) for one in weighed.weighings])
    yield "opinion", np.array([astuple(each.opinion) for each in weighed.weighings], np.float64)


def _weighed_of(head: Mapping[str, Any], found: Mapping[str, Array]) -> Weighed:
    counts, line, pattern = (found[f"weighed.{name}"] for name in ("counts", "line", "pattern"))
    weighings = Weighings(found["weighed.opinion"], *(found[f"weighed.{name}"] for name in WEIGHED))
    return Weighed(counts, line, tuple(Line(*line) for line in head["lines"]), pattern, weighings)


def _padded(size: int) -> int:
    return -(-size // ALIGN) * ALIGN
