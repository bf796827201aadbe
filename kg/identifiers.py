"""Identifiers that others give to works and people: parse, normalise, compare. Pure text, no look-ups.

Lives here: DOI, arXiv, PMID, ISBN, ORCID. May enter: `kg.ids`. Never here: I/O, ids of our own records.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from kg.errors import BadIdentifier, Words
from kg.ids import shown

# No control characters, and nothing that an address held which is no UTF-8.
_DOI = re.compile(r"10\.[0-9]{4,9}(?:\.[0-9]+)*/[^\s\"\x00-\x1f\x7f\ufffd]+")
_DOI_RESOLVER = re.compile(r"https?://(?:dx\.|www\.)?doi\.org/", re.IGNORECASE)
_DOI_ENTITY = re.compile(r"&(?:amp;)*(amp|lt|gt);", re.IGNORECASE)
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
_DOI_KEPT = "/:;()!$&*+,=@~"
_ARXIV = re.compile(
    r"(?:(?P<new>[0-9]{4}\.[0-9]{4,5})|(?P<archive>[a-z][a-z-]*)(?:\.[a-z]{2})?(?P<number>/[0-9]{7}))(?:v[0-9]+)?",
    re.IGNORECASE | re.ASCII,
)
_ARXIV_DOI = "10.48550/arxiv."
_ORCID = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]")


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
            Words(f"{shown(text)} is not a DOI", "DOI 的格式应为 10.1234/后缀，也可填写其 doi.org 网址"),
            where="doi",
            hint="expected the form 10.1234/suffix, or its doi.org address",
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
    """Return an arXiv id in its canonical lower-case form: without prefix, version and, in an old one, subject class.

    Source: "Understanding the arXiv identifier" of arXiv's help: YYMM.NNNNN since April 2007, before that
    archive/YYMMNNN, behind whose archive a subject class may stand.

    Law: `parse_arxiv(parse_arxiv(text)) == parse_arxiv(text)`.

    Example:
        >>> parse_arxiv("https://arxiv.org/abs/2312.14751V2"), parse_arxiv("math.GT/0309136v1")
        ('2312.14751', 'math/0309136')
    """
    bare = re.sub(
        r"^(?:https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf)/|arxiv:\s*)", "", text.strip(), flags=re.IGNORECASE
    )
    found = _ARXIV.fullmatch(re.sub(r"\.pdf$", "", bare, flags=re.IGNORECASE))
    if found is None:
        raise BadIdentifier(
            Words(f"{shown(text)} is not an arXiv id", "arXiv 编号的格式应为 2312.14751 或 hep-th/9901001"),
            where="arxiv",
            hint="expected the form 2312.14751 or hep-th/9901001",
        )
    return (found["new"] or found["archive"] + found["number"]).lower()


def arxiv_as_held(text: str) -> str:
    """Return the arXiv id of a record as `parse_arxiv` gives it today; what is none as it is.

    Records of before may hold a version behind a capital V, a subject class, or capital letters.

    Example:
        >>> arxiv_as_held("2312.14751V2"), arxiv_as_held("none")
        ('2312.14751', 'none')
    """
    try:
        return parse_arxiv(text)
    except BadIdentifier:
        return text


def arxiv_doi(arxiv: str) -> str:
    """Return the DOI that arXiv registers for a paper, in the form of `parse_doi`.

    Example:
        >>> arxiv_doi("2312.14751")
        '10.48550/arxiv.2312.14751'
    """
    return _ARXIV_DOI + arxiv


def arxiv_of_doi(doi: str) -> str | None:
    """Return the arXiv id of a DOI that arXiv registered, None of any other; the DOI is as `parse_doi` returns it.

    Law: `arxiv_of_doi(arxiv_doi(id)) == id` for what `parse_arxiv` returns.

    Example:
        >>> arxiv_of_doi("10.48550/arxiv.math.gt/0309136"), arxiv_of_doi("10.1234/x")
        ('math/0309136', None)
    """
    if not doi.startswith(_ARXIV_DOI):
        return None
    try:
        return parse_arxiv(doi.removeprefix(_ARXIV_DOI))
    except BadIdentifier:
        return None


def parse_pmid(text: str) -> str:
    """Return a PubMed id: one to eight digits without leading zeros.

    Example:
        >>> parse_pmid("PMID: 0012345")
        '12345'
    """
    bare = re.sub(r"^(?:https?://pubmed\.ncbi\.nlm\.nih\.gov/|pmid:?\s*)", "", text.strip(), flags=re.IGNORECASE)
    bare = bare.strip("/").lstrip("0")
    if re.fullmatch(r"[1-9][0-9]{0,7}", bare) is None:
        raise BadIdentifier(f"{shown(text)} is not a PubMed id", where="pmid", hint="expected one to eight digits")
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
        f"{shown(text)} is not an ISBN", where="isbn", hint="expected 10 or 13 digits with a right check digit"
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
        f"{shown(text)} is not an ORCID iD", where="orcid", hint="expected the form 0000-0002-1825-0097"
    )


def _isbn13_check(body: str) -> str:
    total = sum((1 if at % 2 == 0 else 3) * int(digit) for at, digit in enumerate(body))
    return str(-total % 10)
