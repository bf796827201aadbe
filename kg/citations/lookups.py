"""Looking a work up by its identifier: which service is asked, and in which order.

Lives here: `identify`, `look_up`, `fetcher`. May enter: an identifier that somebody typed; the rooms of the services.
Never here: the shape of an answer; connections (`fetch`, which the doors build with `fetcher`).
"""

from __future__ import annotations

import re
from types import ModuleType
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from kg import identifiers
from kg.citations import arxiv, crossref, datacite, openalex, pubmed
from kg.citations.found import Fetch, Found, Identifier, Reading, finish
from kg.citations.kept import Cache, Ledger
from kg.citations.parsed import BY_HAND
from kg.errors import BadIdentifier, Forbidden, NotFound, Words
from kg.later import Later
from kg.settings import Settings

if TYPE_CHECKING:
    from kg.citations import fetch
else:
    fetch = Later("kg.citations.fetch")

_OPENALEX = re.compile(r"(?:https?://(?:www\.|api\.)?openalex\.org/(?:works/)?)?(W[1-9]\d{0,11})/?", re.IGNORECASE)
MAX_LENGTH = 1_000


def identify(text: str) -> Identifier:
    """Return the identifier that a text is: a DOI, arXiv id, OpenAlex id or PubMed id, bare, prefixed or as an address.

    Raises:
        BadIdentifier: it is none of these.

    Example:
        >>> identify("https://doi.org/10.1016/S0140-6736(97)11096-0").value
        '10.1016/s0140-6736(97)11096-0'
        >>> [identify(text).kind for text in ("arXiv:2312.14751v2", "W2741809807", "PMID: 9500320")]
        ['arxiv', 'openalex', 'pmid']
    """
    bare = text.strip()
    if len(bare) <= MAX_LENGTH:
        if found := _OPENALEX.fullmatch(bare):
            return Identifier("openalex", found[1].upper())
        for kind, parse in (
            ("doi", identifiers.parse_doi),
            ("arxiv", identifiers.parse_arxiv),
            ("pmid", identifiers.parse_pmid),
        ):
            try:
                value = parse(bare)
            except BadIdentifier:
                continue
            if (arxiv_id := identifiers.arxiv_of_doi(value)) is not None:
                return Identifier("arxiv", arxiv_id)
            return Identifier(kind, value)  # type: ignore[arg-type]  # the three kinds of the table
    raise BadIdentifier(
        f"{bare[:80]!r} is not an identifier of a work",
        where="identifier",
        hint="expected a DOI (10.1234/x), arXiv id (2312.14751), OpenAlex id (W2741809807) or PubMed id (9500320)",
    )


def look_up(identifier: str | Identifier, *, fetch: Fetch) -> Found:
    """Look a work up by its identifier.

    A DOI is asked of Crossref, then of DataCite; that of an arXiv preprint of arXiv.

    Args:
        identifier: As `identify` takes it.
        fetch: Asks a service: what `fetcher` returns, or recorded answers.

    Raises:
        BadIdentifier: it is no identifier of a work.
        NotFound: the services know no such work.
        Upstream: a service cannot be reached, refuses, or answers with what is no work. The message says what to do.

    Cost: one question to a service; two or three when a DOI is not of Crossref.
    """
    asked = identify(identifier) if isinstance(identifier, str) else identifier
    for room in _rooms(asked):
        url = room.address(asked.value)
        answer = fetch(url, media=room.MEDIA, sound=room.read)
        reading: Reading | None = room.read(answer.body) if answer.found else None
        if reading is not None:
            return finish(asked, reading, answer, source=room.SOURCE, raw_format=room.RAW_FORMAT)
    raise NotFound(
        _unknown(asked, fetch), where="identifier", hint=Words(f"check it, or {BY_HAND}", "请核对，或改为粘贴题录")
    )


def fetcher(settings: Settings, *, served: bool = False, fresh: bool = False) -> Fetch:
    """Return what asks the services, with the cache, the quota and the name of this installation.

    Look-ups are off unless asked for: a command of the user asks for one, so it is on there unless KG_LOOKUPS says
    off; a request to a server is on only when the operator says KG_LOOKUPS=on.

    Args:
        settings: What the operator set.
        served: True when strangers ask through a server.
        fresh: Ask again even when an answer is kept.

    Raises:
        Forbidden: look-ups are off.
    """
    if settings.lookups is False or (served and not settings.lookups):
        raise Forbidden(
            Words(
                "look-ups are off here, so no other service is asked",
                "本服务器未开启在线查询",
                Words("Paste the citation instead.", "请改为粘贴题录。"),
            ),
            where="identifier",
            hint=f"the operator sets KG_LOOKUPS=on to allow them; or {BY_HAND}",
        )
    folder = user_cache_path("evidence-kg") / "lookups"
    ledger = Ledger(folder, per_day=settings.lookups_per_day)
    found: Fetch = fetch.Fetcher(ledger, cache=Cache(folder), contact=settings.contact, fresh=fresh)
    return found


def _rooms(asked: Identifier) -> tuple[ModuleType, ...]:
    return {"doi": (crossref, datacite), "arxiv": (arxiv,), "openalex": (openalex,), "pmid": (pubmed,)}[asked.kind]


def _unknown(asked: Identifier, fetch: Fetch) -> Words:
    if asked.kind != "doi":
        services = {"arxiv": "arXiv", "openalex": "OpenAlex", "pmid": "PubMed"}
        service = services[asked.kind]
        return Words(f"{service} knows no work {asked.value}", f"{service} 没有文献 {asked.value}")
    answer = fetch(crossref.agency_address(asked.value), media=crossref.MEDIA, sound=crossref.agency)
    agency = crossref.agency(answer.body) if answer.found else ""
    if agency and agency.lower() not in {"crossref", "datacite"}:
        return Words(
            f"the DOI {asked.value} is registered with {agency}, which is not asked",
            f"DOI {asked.value} 由 {agency} 登记，而本服务器不查询该机构",
        )
    return Words(
        f"neither Crossref nor DataCite knows the DOI {asked.value}",
        f"Crossref 与 DataCite 均无 DOI {asked.value}",
    )
