"""A work by its identifier: the record's own when it has it, else what a service says of it.

Lives here: `found_work`. May enter: an identifier of any door, a snapshot, how services are asked.
Never here: sockets (citations/fetch), the shape of an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from kg.citations.parsed import Parsed, ParsedWork, Remark
from kg.contribute import names
from kg.door import shown
from kg.errors import BadIdentifier, InputError, NotFound
from kg.identifiers import arxiv_doi
from kg.later import Later
from kg.model import Work
from kg.snapshot import Snapshot

if TYPE_CHECKING:
    from kg.citations import lookups
    from kg.citations.found import Fetch, Identifier
else:
    lookups = Later("kg.citations.lookups")


def held(text: object, snapshot: Snapshot) -> Work | None:
    """Return the work of the record that has an identifier; None when none has, and a service has to be asked.

    Raises:
        BadIdentifier: it is no identifier of a work.
    """
    if not isinstance(text, str):
        raise InputError(
            f"{shown(text)} is no text", where="identifier", hint="give a DOI, arXiv id, OpenAlex id or PubMed id"
        )
    for name in _names(lookups.identify(text)):
        try:
            return names.work_of(snapshot, name)
        except NotFound:
            continue
    return None


def found_work(text: str, fetch: Callable[[], Fetch]) -> Parsed:
    """Return what a service says of a work, as an importer reads it.

    Args:
        text: A DOI, arXiv id, OpenAlex id or PubMed id.
        fetch: Called for the way services are asked.

    Raises:
        NotFound: no service knows it.
        Upstream: a service cannot be reached; the message says to fill in the form.
        Forbidden: look-ups are off.
    """
    found = lookups.look_up(text, fetch=fetch())
    remarks = tuple(Remark(found.source, None, remark) for remark in found.remarks)
    return Parsed((ParsedWork(found.source, None, found.work),), (), remarks)


def identifier_of(work: Work) -> str:
    """Return the identifier under which services are asked for a work of the record.

    Raises:
        InputError: it has none.

    Example:
        >>> identifier_of(Work(id="a", type="book", title="One", doi="10.1234/one"))
        '10.1234/one'
    """
    pmid = work.csl.get("PMID")
    found = work.doi or work.arxiv or (f"PMID:{pmid}" if isinstance(pmid, str) and pmid.isdecimal() else None)
    if found is None:
        raise InputError(
            f"{work.id} has neither a DOI nor an arXiv or PubMed id: no service can be asked",
            where="work",
            hint="look for the publisher's notice yourself: kg retract --notice URL",
        )
    return found


def is_identifier(text: str) -> bool:
    """Say whether a text is an identifier of a work.

    Example:
        >>> is_identifier("https://doi.org/10.1234/x"), is_identifier("library.bib")
        (True, False)
    """
    try:
        lookups.identify(text)
    except BadIdentifier:
        return False
    return True


def _names(asked: Identifier) -> Iterator[str]:
    yield asked.value
    if asked.kind == "arxiv":
        yield arxiv_doi(asked.value)
