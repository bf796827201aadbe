"""What a pack is: a folder of reviewed entities, claims with their evidence, and works.

Lives here: the types that readers and writers of packs share. May enter: records, failures of readers.
Never here: files, YAML, the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kg.citations.parsed import Failure, Remark
from kg.model import Claim, Entity, Evidence, Text, Work

HEAD = "pack.toml"
FILES = {
    "entities": "entities.yaml",
    "claims": "claims.yaml",
    "references": "references.bib",
    "works": "works.yaml",
    "coverage": "coverage.yaml",
}


@dataclass(frozen=True, slots=True)
class WorkNote:
    """What is to be said of a work as a whole and is no claim, for instance that it reports no experiment."""

    work: str
    read_through: str | None = None
    study_design: Text | None = None
    experiments: str | None = None
    experimental_conclusions: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """The head of a pack.

    Args:
        id: Slug; the contributor of its evidence is `pack:{id}`.
        title: Title in English, and in Chinese where there is one.
        version: Any text that changes whenever the contents do.
        compiled: Day on which this version was put together.
        licence: SPDX identifier of the licence of the texts.
        language: Language tag of the statements.
        seed: Key of the work that the pack set out from.
        notes: What a reader must know before trusting the pack.
        work_notes: Remarks on whole works.
        vocabulary: Turtle files of the pack's own terms, relative to its folder.
        files: File name of each part that the pack has.
    """

    id: str
    title: Text
    version: str
    compiled: date
    licence: str
    language: str = "en"
    seed: str | None = None
    notes: tuple[str, ...] = ()
    work_notes: tuple[WorkNote, ...] = ()
    vocabulary: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = tuple(FILES.items())

    @property
    def contributor(self) -> str:
        """Who is named as contributor of the pack's evidence and as actor of its loading."""
        return f"pack:{self.id}"


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One numbered item of the text that a pack was seeded from, and what represents it.

    Args:
        locator: Place of the item in that text.
        statement: What the item says, in one sentence.
        heading: Its heading.
        claims: Ids of the claims that say the same.
        entities: Ids of the entities it speaks of.
        work_notes: Keys of works whose note says it, for what is no claim ("there is no experiment").
    """

    locator: str
    statement: str
    heading: Text | None = None
    claims: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    work_notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackContents:
    """All that was read from a pack: good records, each list sorted by id, and every failure by file and line.

    Records that lean on a record that failed are themselves failures, so the good ones can be loaded as they are.
    `pack` is None when the head could not be read. `coverage` keeps the order of the table.
    Remarks are on new evidence that does not count since its work is merged.
    """

    pack: Pack | None
    entities: tuple[Entity, ...] = ()
    claims: tuple[Claim, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    works: tuple[Work, ...] = ()
    coverage: tuple[CoverageRow, ...] = ()
    failures: tuple[Failure, ...] = ()
    remarks: tuple[Remark, ...] = ()
