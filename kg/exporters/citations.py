"""The works of a record as citations: BibTeX, RIS, CSL-JSON, and references as readers expect them.

Lives here: `chosen` and a writer for each format. May enter: networks. Never here: the syntax of a format.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kg.citations.bibtex_writer import to_bibtex
from kg.citations.csl import to_csl
from kg.citations.curated import handed_on
from kg.citations.references import reference
from kg.citations.ris_writer import to_ris
from kg.citations.table_writer import to_csv
from kg.model import OUR_STATUSES, Work
from kg.network import Network
from kg.settings import Lang


def chosen(network: Network, works: Sequence[str] | None = None) -> list[Work]:
    """Return the works to be written, by key: those named, else all but second entries and what was taken back.

    Raises:
        NotFound: there is no work of that key.
    """
    snapshot = network.snapshot
    if works is not None:
        return [snapshot.work(key) for key in sorted(set(works))]
    return [work for work in snapshot.works.values() if work.status not in OUR_STATUSES]


def bibtex(works: Sequence[Work]) -> Iterator[str]:
    """Give works as BibTeX, one entry at a time.

    Law: importing what was written gives the same works, but for the notes of curators (`kg.citations.curated`).

    Example:
        >>> "".join(bibtex([Work(id="a", type="book", title="One"), Work(id="b", type="book", title="Two")])).count("@")
        2
    """
    for at, work in enumerate(works):
        yield ("\n" if at else "") + to_bibtex(handed_on([work]))


def ris(works: Sequence[Work]) -> Iterator[str]:
    """Give works as RIS, one record at a time. Law: as `bibtex`."""
    for at, work in enumerate(works):
        yield ("\n" if at else "") + to_ris(handed_on([work]))


def csl_json(works: Sequence[Work]) -> Iterator[str]:
    """Give works as a CSL-JSON list. Law: as `bibtex`."""
    yield to_csl(handed_on(works)) + "\n"


def csv_works(works: Sequence[Work]) -> Iterator[str]:
    """Give works as CSV, a row each; see `kg.citations.table_writer`. Law: importing it gives the same works."""
    yield from to_csv(works)


def references(works: Sequence[Work], lang: Lang = "en") -> Iterator[str]:
    """Give the references of works, a line each, in the order of their texts.

    Example:
        >>> list(references([Work(id="b", type="book", title="Two"), Work(id="a", type="book", title="One")]))
        ['One (n.d.).\\n', 'Two (n.d.).\\n']
    """
    yield from (f"{text}\n" for text in sorted((reference(work, lang=lang) for work in works), key=str.casefold))
