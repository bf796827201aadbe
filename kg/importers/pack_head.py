"""The head of a pack, `pack.toml`: what the pack is called, what it holds and in which files.

Lives here: its door and its reader. May enter: a folder. Never here: the other files of the pack.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kg.citations.parsed import Failure
from kg.importers.fields import through
from kg.importers.sources import Source, read_source
from kg.inputs import Line, Prose, Slug, TextIn, WorkKey
from kg.packs import FILES, HEAD, Pack, WorkNote

_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_AT = re.compile(r"\(at line (\d+)")
REQUIRED = ("entities", "claims", "references")


def _file(name: str) -> str:
    if _FILE.fullmatch(name) is None:
        raise ValueError("expected the name of a file inside the pack's folder")
    return name


FileName = Annotated[Line, AfterValidator(_file)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class FilesIn(_In):
    """The files of a pack; those left out have their usual names."""

    entities: FileName | None = None
    claims: FileName | None = None
    references: FileName | None = None
    works: FileName | None = None
    coverage: FileName | None = None


class WorkNoteIn(_In):
    """What somebody says of a work as a whole."""

    work: WorkKey
    read_through: Line | None = None
    study_design: TextIn | None = None
    experiments: Line | None = None
    experimental_conclusions: Line | None = None
    notes: list[Prose] = Field(default_factory=list, max_length=100)

    def record(self) -> WorkNote:
        """Return the validated note."""
        design = None if self.study_design is None else self.study_design.record()
        values = {**dict(self), "study_design": design, "notes": tuple(self.notes)}
        return WorkNote(**values)


class PackIn(_In):
    """What `pack.toml` says."""

    id: Slug
    title: TextIn
    version: Line
    compiled: date
    licence: Line
    language: Line = "en"
    seed: WorkKey | None = None
    notes: list[Prose] = Field(default_factory=list, max_length=100)
    vocabulary: list[FileName] = Field(default_factory=list, max_length=100)
    files: FilesIn = FilesIn()
    work_notes: list[WorkNoteIn] = Field(default_factory=list, max_length=10_000)

    def record(self, *, present: frozenset[str]) -> Pack:
        """Return the head; optional files that are neither named nor present are left out."""
        named = self.files.model_dump(exclude_none=True)
        parts = [part for part in FILES if part in named or part in REQUIRED or FILES[part] in present]
        return Pack(
            id=self.id,
            title=self.title.record(),
            version=self.version,
            compiled=self.compiled,
            licence=self.licence,
            language=self.language,
            seed=self.seed,
            notes=tuple(self.notes),
            work_notes=tuple(note.record() for note in self.work_notes),
            vocabulary=tuple(self.vocabulary),
            files=tuple((part, named.get(part, FILES[part])) for part in parts),
        )


def read_head(folder: Path) -> tuple[Pack | None, Source | None, list[Failure]]:
    """Read `pack.toml` of a folder.

    Returns:
        The head (None when it cannot be used), its text (None when there is none), and every failure.
    """
    source = read_source(folder / HEAD, name=f"{folder.resolve().name}/{HEAD}")
    if isinstance(source, Failure):
        return None, None, [source]
    try:
        values = tomllib.loads(source.text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        found = _AT.search(str(fault))
        line = int(found[1]) if found else len(source.text.rstrip().split("\n"))
        reason = str(fault).split(" (at ")[0] or "nested too deep"
        remedy = "write texts in quotes, lists in brackets, one `name = value` on a line"
        return None, source, [source.failure(line, f"not valid TOML: {reason}", remedy)]
    given, failures = through(PackIn, values, source=source, line_of=lambda *path: line_of(source, path))
    if given is None:
        return None, source, failures
    present = frozenset(path.name for path in folder.iterdir())
    pack = given.record(present=present)
    failures += _outside(folder, pack, source)
    return (None if failures else pack), source, failures


def line_of(source: Source, path: tuple[Any, ...]) -> int:
    """Return the line of a TOML key: names are looked for from the line of the one before, numbers count tables.

    Example:
        >>> line_of(Source("pack.toml", 'id = "a"\\n[files]\\nclaims = "c.yaml"'), ("files", "claims"))
        3
    """
    at, name = 0, ""
    for part in path:
        key = re.compile(rf"\s*(?:\[+\s*)?[\"']?{re.escape(str(part))}\b")
        table = re.compile(rf"\s*\[\[\s*{re.escape(name)}\s*\]\]")
        lines = range(at, len(source.lines))
        if isinstance(part, int):
            starts = [number for number in lines if table.match(source.lines[number])]
            at = starts[part] if part < len(starts) else at
        else:
            name = part
            at = next((number for number in lines if key.match(source.lines[number])), at)
    return at + 1


def _outside(folder: Path, pack: Pack, source: Source) -> list[Failure]:
    """Return a failure for each named file that a link leads out of the folder."""
    top = folder.resolve()
    named: list[tuple[tuple[str, ...], str]] = [(("files", part), name) for part, name in pack.files]
    named += [(("vocabulary",), name) for name in pack.vocabulary]
    return [
        source.failure(line_of(source, path), f"{name} leads out of the folder of the pack", "copy the file into it")
        for path, name in named
        if not (folder / name).resolve().is_relative_to(top)
    ]
