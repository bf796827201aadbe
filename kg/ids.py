"""Identifiers: parse, normalise, compare, make. Pure text, no look-ups.

Lives here: DOI, arXiv, PMID, ISBN, ORCID, slugs, record ids, IRIs. May enter: `kg.errors`. Never here: I/O.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

from kg.errors import BadIdentifier

BASE = "https://w3id.org/evidence-kg/"
VOCABULARY_IRI = BASE + "ontology#"
RecordKind = Literal["entity", "claim", "evidence", "work"]
RECORD_KINDS: tuple[RecordKind, ...] = ("claim", "entity", "evidence", "work")

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WORK_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,127}")
# No control characters, and nothing that an address held which is no UTF-8.
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\"\x00-\x1f\x7f\ufffd]+")
_DOI_RESOLVER = re.compile(r"https?://(?:dx\.|www\.)?doi\.org/", re.IGNORECASE)
_DOI_ENTITY = re.compile(r"&(?:amp;)*(amp|lt|gt);", re.IGNORECASE)
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
_DOI_KEPT = "/:;()!$&*+,=@~"
_ARXIV = re.compile(r"(?:[0-9]{4}\.[0-9]{4,5}|[a-z][a-z-]*(?:\.[a-z]{2})?/[0-9]{7})(?:v[0-9]+)?", re.IGNORECASE)
_ORCID = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]")
ITEM_CODE = re.compile(r"[A-Za-z0-9]{1,64}")
"""What stands behind the work and a full stop in the id of an item of evidence."""
SLUG_MAX = 100
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = tuple(first + second for first in _BASE32 for second in _BASE32)
BETWEEN = "--"
"""What joins subject, relation and object in the id of a claim; no slug and no id of a relation holds it."""


def parse_slug(text: str, *, where: str = "id") -> str:
    """Check a kebab-case slug of at most 100 characters and return it.

    Raises:
        BadIdentifier: not lower-case letters and digits joined by single hyphens.

    Example:
        >>> parse_slug("model-adaptation")
        'model-adaptation'
    """
    if len(text) > SLUG_MAX or _SLUG.fullmatch(text) is None:
        raise BadIdentifier(
            f"{_shown(text)} is not a slug",
            where=where,
            hint=f"use at most {SLUG_MAX} lower-case letters and digits joined by single hyphens",
        )
    return text


def parse_work_key(text: str, *, where: str = "work") -> str:
    """Check a citation key (letters, digits, `_ . : + -`, at most 128 characters) and return it.

    Example:
        >>> parse_work_key("chan2023hazards")
        'chan2023hazards'
    """
    if _WORK_KEY.fullmatch(text) is None:
        raise BadIdentifier(
            f"{_shown(text)} is not a citation key",
            where=where,
            hint="start with a letter or digit; then letters, digits and _ . : + - (at most 128)",
        )
    return text


def slugify(text: str) -> str:
    """Make a slug of any text; "" when nothing of it is a Latin letter or digit.

    Example:
        >>> slugify("LLM.int8() & Co")
        'llm-int8-co'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_MAX].strip("-")


def claim_id(subject: str, relation: str, object: str) -> str:
    """Return the id of the claim `subject -relation-> object`.

    Example:
        >>> claim_id("tar", "mitigates", "safeguard-removal")
        'tar--mitigates--safeguard-removal'
    """
    return BETWEEN.join((subject, relation, object))


def ends_of_claim(id: str) -> tuple[str, str, str]:
    """Return subject, relation and object of the claim of an id; what is missing is empty.

    Law: `ends_of_claim(claim_id(*ends)) == ends`.

    Example:
        >>> ends_of_claim("tar--mitigates--safeguard-removal"), ends_of_claim("tar")
        (('tar', 'mitigates', 'safeguard-removal'), ('tar', '', ''))
    """
    subject, _, rest = id.partition(BETWEEN)
    relation, _, object = rest.partition(BETWEEN)
    return subject, relation, object


def evidence_id(work: str, *core: str) -> str:
    """Return `{work}.{12 base32 characters}` of the SHA-256 over the parts that never change.

    Args:
        work: Citation key.
        core: The immutable parts, in a fixed order; the order is part of the identity.

    Example:
        >>> evidence_id("hu2022lora", "lora--lowers--memory-requirement", "supports")
        'hu2022lora.opneblqy3jx6'
    """
    digest = hashlib.sha256("\x1f".join((work, *core)).encode()).digest()
    bits = int.from_bytes(digest[:8]) >> 4
    code = "".join(_PAIRS[bits >> place & 1023] for place in (50, 40, 30, 20, 10, 0))
    return f"{work}.{code}"


def item_id(
    work: str,
    *,
    claim: str,
    stance: str,
    kind: str,
    strength: str,
    basis: str,
    inferred: bool,
    locator: str | None,
    statement: str,
    quote: str | None,
) -> str:
    """Return the id that an item of evidence has by what never changes of it.

    Example:
        >>> said = {"claim": "lora--lowers--memory-requirement", "stance": "supports", "kind": "argument"}
        >>> said |= {"strength": "weak", "basis": "abstract", "inferred": False, "locator": None, "quote": None}
        >>> item_id("hu2022lora", statement="It fits.", **said)
        'hu2022lora.4yappio7u5lv'
    """
    core = (claim, stance, kind, strength, basis, str(inferred), locator or "", statement, quote or "")
    return evidence_id(work, *core)


def fingerprint(text: str) -> str:
    """Return 26 base32 characters of the SHA-256 over a text (its first 128 bits): equal texts have equal ones.

    Example:
        >>> fingerprint("{}")
        'iqjw7i2vwntyuekgvulpp2dety'
    """
    return base64.b32encode(hashlib.sha256(text.encode()).digest()[:16]).decode().lower().rstrip("=")


def parse_doi(text: str) -> str:
    """Return a DOI in its canonical lower-case form, without resolver or prefix.

    Its address is read without the percent-encoding; `&lt;`, `&gt;` and `&amp;`, which many exports write, as the
    characters that they stand for.

    Source: DOI Handbook, 2.2 (names are compared without regard to ASCII case; a suffix may hold `<` and `>`) and 2.5.2
    (encoding).

    Laws: `parse_doi(parse_doi(text)) == parse_doi(text)`; `parse_doi(doi_address(doi)) == doi` for what it returns.

    Example:
        >>> parse_doi("https://doi.org/10.48550/arXiv.2312.14751")
        '10.48550/arxiv.2312.14751'
        >>> parse_doi("10.1002/(SICI)1097-4571(199806)49:8&lt;693::AID-ASI4&gt;3.0.CO;2-O")
        '10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o'
    """
    bare, resolved = _DOI_RESOLVER.subn("", text.strip(), count=1)
    bare = unquote(bare) if resolved else re.sub(r"^doi:\s*", "", bare, flags=re.IGNORECASE)
    bare = _DOI_ENTITY.sub(lambda found: _ENTITIES[found[1].lower()], bare)
    if _DOI.fullmatch(bare) is None:
        raise BadIdentifier(
            f"{_shown(text)} is not a DOI", where="doi", hint="expected the form 10.1234/suffix, or its doi.org address"
        )
    return bare.lower()


def doi_address(doi: str) -> str:
    """Return the web address of a DOI, in which whatever an address cannot hold is percent-encoded.

    Source: DOI Handbook, 2.5.2.

    Example:
        >>> doi_address("10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o")
        'https://doi.org/10.1002/(sici)1097-4571(199806)49:8%3C693::aid-asi4%3E3.0.co;2-o'
    """
    return f"https://doi.org/{quote(doi, safe=_DOI_KEPT)}"


def parse_arxiv(text: str) -> str:
    """Return an arXiv id without prefix and version.

    Example:
        >>> parse_arxiv("https://arxiv.org/abs/2312.14751v2")
        '2312.14751'
    """
    bare = re.sub(
        r"^(?:https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf)/|arxiv:\s*)", "", text.strip(), flags=re.IGNORECASE
    )
    bare = re.sub(r"\.pdf$", "", bare, flags=re.IGNORECASE)
    if _ARXIV.fullmatch(bare) is None:
        raise BadIdentifier(
            f"{_shown(text)} is not an arXiv id", where="arxiv", hint="expected the form 2312.14751 or hep-th/9901001"
        )
    return re.sub(r"v[0-9]+$", "", bare)


def parse_pmid(text: str) -> str:
    """Return a PubMed id: one to eight digits without leading zeros.

    Example:
        >>> parse_pmid("PMID: 0012345")
        '12345'
    """
    bare = re.sub(r"^(?:https?://pubmed\.ncbi\.nlm\.nih\.gov/|pmid:?\s*)", "", text.strip(), flags=re.IGNORECASE)
    bare = bare.strip("/").lstrip("0")
    if re.fullmatch(r"[1-9][0-9]{0,7}", bare) is None:
        raise BadIdentifier(f"{_shown(text)} is not a PubMed id", where="pmid", hint="expected one to eight digits")
    return bare


def parse_isbn(text: str) -> str:
    """Return an ISBN as thirteen digits, its check digit verified.

    Source: ISO 2108:2017, annex C (ISBN-10 is carried over with prefix 978).

    Example:
        >>> parse_isbn("0-306-40615-2")
        '9780306406157'
    """
    bare = re.sub(r"^isbn:?\s*|[\s-]", "", text.strip(), flags=re.IGNORECASE).upper()
    if re.fullmatch(r"[0-9]{9}[0-9X]", bare):
        total = sum((10 - at) * (10 if digit == "X" else int(digit)) for at, digit in enumerate(bare))
        if total % 11 == 0:
            body = "978" + bare[:9]
            return body + _isbn13_check(body)
    elif re.fullmatch(r"97[89][0-9]{10}", bare) and _isbn13_check(bare[:12]) == bare[12]:
        return bare
    raise BadIdentifier(
        f"{_shown(text)} is not an ISBN", where="isbn", hint="expected 10 or 13 digits with a right check digit"
    )


def parse_orcid(text: str) -> str:
    """Return an ORCID iD in hyphenated form, its check digit verified.

    Source: ISO 7064:2003 MOD 11-2, as ORCID's own documentation states it.

    Example:
        >>> parse_orcid("https://orcid.org/0000-0002-1825-0097")
        '0000-0002-1825-0097'
    """
    bare = re.sub(r"^https?://orcid\.org/", "", text.strip(), flags=re.IGNORECASE).upper()
    if _ORCID.fullmatch(bare):
        total = 0
        for digit in bare.replace("-", "")[:15]:
            total = (total + int(digit)) * 2
        check = (12 - total % 11) % 11
        if bare[-1] == ("X" if check == 10 else str(check)):
            return bare
    raise BadIdentifier(
        f"{_shown(text)} is not an ORCID iD", where="orcid", hint="expected the form 0000-0002-1825-0097"
    )


def parse_url(text: str, *, where: str = "url") -> str:
    """Return an absolute http(s) address without user name, checked by its parsed scheme and host.

    Example:
        >>> parse_url("https://example.org/a")
        'https://example.org/a'
    """
    bare = text.strip()
    try:
        parts = urlsplit(bare)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    unsafe = any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"} for char in bare)
    if parts.scheme.lower() not in {"http", "https"} or not host or "@" in parts.netloc or unsafe or len(bare) > 2000:
        raise BadIdentifier(
            f"{_shown(text)} is not a web address", where=where, hint="expected http:// or https:// and a host"
        )
    return bare


def record_iri(kind: RecordKind, id: str) -> str:
    """Return the IRI of a record.

    Example:
        >>> record_iri("entity", "fine-tuning")
        'https://w3id.org/evidence-kg/id/entity/fine-tuning'
    """
    return f"{BASE}id/{kind}/{id}"


def _isbn13_check(body: str) -> str:
    total = sum((1 if at % 2 == 0 else 3) * int(digit) for at, digit in enumerate(body))
    return str(-total % 10)


def _shown(text: str) -> str:
    """Quote a given text for a message: control characters escaped, at most 80 characters."""
    return repr(text) if len(text) <= 80 else repr(text[:77]) + "..."
