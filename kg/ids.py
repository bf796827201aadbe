"""Identifiers: parse, normalise, compare, make. Pure text, no look-ups.

Lives here: slugs, citation keys, record ids, addresses, IRIs. May enter: `kg.errors`. Never here: I/O, identifiers that
others give (`kg.identifiers`).
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from typing import Literal
from urllib.parse import urlsplit

from kg.errors import BadIdentifier, Words

BASE = "https://w3id.org/evidence-kg/"
VOCABULARY_IRI = BASE + "ontology#"
RecordKind = Literal["entity", "claim", "evidence", "work"]
RECORD_KINDS: tuple[RecordKind, ...] = ("claim", "entity", "evidence", "work")
PLURALS: dict[str, str] = {"claim": "claims", "entity": "entities", "evidence": "evidence", "work": "works"}
"""What each kind is called in addresses, and where a snapshot holds it."""

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WORK_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,127}")
ITEM_CODE = re.compile(r"[A-Za-z0-9]{1,64}")
"""What stands behind the work and a full stop in the id of an item of evidence."""
SLUG_MAX = 100
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = tuple(first + second for first in _BASE32 for second in _BASE32)
LATIN = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T",
        "ŋ": "ng", "Ŋ": "NG", "ı": "i",
    }
)  # fmt: skip
"""Latin letters that are no other letter with an accent, as people without them write them."""
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
            f"{shown(text)} is not a slug",
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
            Words(f"{shown(text)} is not a citation key", f"“{text[:80]}”不是引用键"),
            where=where,
            hint=Words(
                "start with a letter or digit; then letters, digits and _ . : + - (at most 128)",
                "引用键以字母或数字开头，其后可用字母、数字和 _ . : + -，最多 128 个字符",
            ),
        )
    return text


def slugify(text: str) -> str:
    """Make a slug of any text; "" when nothing of it is a Latin letter or digit.

    Example:
        >>> slugify("LLM.int8() & Co"), slugify("Große Ångström-Æra")
        ('llm-int8-co', 'grosse-angstrom-aera')
    """
    plain = unicodedata.normalize("NFKD", text.translate(LATIN)).encode("ascii", "ignore").decode().lower()
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
            Words(f"{shown(text)} is not a web address", "网址应以 http:// 或 https:// 开头，后接主机名"),
            where=where,
            hint="expected http:// or https:// and a host",
        )
    return bare


def record_iri(kind: RecordKind, id: str) -> str:
    """Return the IRI of a record.

    Example:
        >>> record_iri("entity", "fine-tuning")
        'https://w3id.org/evidence-kg/id/entity/fine-tuning'
    """
    return f"{BASE}id/{kind}/{id}"


def shown(text: str) -> str:
    """Quote a given text for a message: control characters escaped, at most 80 characters."""
    return repr(text) if len(text) <= 80 else repr(text[:77]) + "..."
