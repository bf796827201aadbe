"""What services send, opened with suspicion: JSON and XML of bounded depth, and the readers of their parts.

Lives here: `json_object`, `xml_root`, tolerant readers of members, text out of markup. May enter: bytes.
Never here: what a member means; connections. Nothing here raises anything but `Upstream`.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from kg.citations import names
from kg.citations.parsed import LATER, one_line, paragraphs, xml_depth
from kg.errors import Upstream

MAX_TREE = 60
MAX_MEMBERS = 10_000
MAX_CHARS = 200_000
_DOCTYPE = re.compile(r"<!DOCTYPE\s+[A-Za-z]{1,40}\s+PUBLIC\s+\"[^\"<>]{0,200}\"\s+\"[^\"<>]{0,200}\"\s*>")
_INLINE = "i b u em strong sub sup sc tt span a italic bold underline monospace small-caps inline-formula tex-math"
_BLOCK = "p title sec br div list list-item li ul ol disp-formula abstract label h1 h2 h3 h4"
_NAMED = "|".join(f"{_INLINE} {_BLOCK}".split())
_MARKUP = re.compile(rf"</?(?:(?:jats|mml|xref|ns\d):[\w.-]{{1,40}}|(?:{_NAMED})(?=[\s/>]))[^<>]*>", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:jats:)?(?:{'|'.join(_BLOCK.split())})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_FORMULA, _FORMULA_END = "<mml:math", "</mml:math>"
_BODY = re.compile(r"\b(?:collaborations?|consortium|group|team|initiative|network|project|institute)\Z", re.IGNORECASE)
_HEADING = re.compile(r"\A(?:abstract|summary)[.:]?\s*\n", re.IGNORECASE)


def json_object(body: bytes, service: str) -> dict[str, Any]:
    """Return the JSON object of an answer.

    Raises:
        Upstream: it is not UTF-8, not JSON, no object, or nested too deep.

    Example:
        >>> json_object(b'{"a": 1}', "a service")
        {'a': 1}
    """
    try:
        found = json.loads(body.decode("utf-8-sig"), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Upstream(f"{service} answered with something that is no JSON object", hint=LATER)
    return found


def xml_root(body: bytes, service: str) -> Element:
    """Return the root of an XML answer. A DOCTYPE that only names its DTD is skipped, any other is refused.

    Raises:
        Upstream: it is not UTF-8, not well-formed, declares entities, or is nested too deep.

    Example:
        >>> xml_root(b"<feed><entry/></feed>", "a service").tag
        'feed'
    """
    try:
        text = _DOCTYPE.sub("", body.decode("utf-8-sig"), count=1)
        root: Element | None = fromstring(text, forbid_dtd=True) if xml_depth(text) <= MAX_TREE else None
    except DefusedXmlException as fault:
        raise Upstream(f"{service} answered with XML that declares entities, which are not read", hint=LATER) from fault
    except (ParseError, ValueError) as fault:
        raise Upstream(f"{service} answered with something that is no XML", hint=LATER) from fault
    if root is None:
        raise Upstream(f"{service} answered with XML that is nested deeper than {MAX_TREE} levels", hint=LATER)
    return root


def member(value: Any, *path: str) -> Any:
    """Return what stands at a path of members; None where there is none.

    Example:
        >>> member({"a": {"b": 1}}, "a", "b"), member({"a": []}, "a", "b")
        (1, None)
    """
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def line(value: Any, *path: str) -> str:
    """Return the text or number at a path, or the first text of a list there, as one line; else "".

    Example:
        >>> line({"title": ["  A  title "]}, "title"), line({"n": 7}, "n"), line({"n": {}}, "n")
        ('A title', '7', '')
    """
    found = member(value, *path)
    if isinstance(found, list):
        found = next((part for part in found if isinstance(part, str) and part.strip()), "")
    if isinstance(found, bool) or not isinstance(found, (str, int)):
        return ""
    return one_line(str(found)[:MAX_CHARS]) if isinstance(found, str) or abs(found) < 10**18 else ""


def objects(value: Any, *path: str) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of the list at a path, of which at most `MAX_MEMBERS` are read."""
    found = member(value, *path)
    yield from (part for part in (found[:MAX_MEMBERS] if isinstance(found, list) else ()) if isinstance(part, Mapping))


def lines(value: Any, *path: str) -> list[str]:
    """Return the texts of the list at a path, each as one line."""
    found = member(value, *path)
    given = found[:MAX_MEMBERS] if isinstance(found, list) else ()
    texts = (one_line(part[:MAX_CHARS]) for part in given if isinstance(part, str))
    return [text for text in texts if text]


def plain_line(text: str) -> str:
    """Return a title or name without inline markup and entities.

    Example:
        >>> plain_line("Effects of <i>E. coli</i> &amp; CO<sub>2</sub> at p <0.05")
        'Effects of E. coli & CO2 at p <0.05'
    """
    return one_line(_plain(text))


def person_or_body(text: str) -> names.Name:
    """Return the name that a service gives undivided: one word, or a group by its last word, is a body.

    Example:
        >>> person_or_body("Edward J. Hu"), person_or_body("H1 Collaboration"), person_or_body("OpenAI")
        ({'family': 'Hu', 'given': 'Edward J.'}, {'literal': 'H1 Collaboration'}, {'literal': 'OpenAI'})
    """
    bare = plain_line(text)
    return {"literal": bare} if " " not in bare or _BODY.search(bare) else names.person(bare)


def plain_text(text: str) -> str:
    """Return an abstract in JATS or HTML as paragraphs of plain text, without its heading "Abstract".

    Cost: linear in the length.

    Example:
        >>> plain_text("<jats:title>Abstract</jats:title><jats:p>One.</jats:p><jats:p>Two <i>x</i>.</jats:p>")
        'One.\\nTwo x.'
    """
    found = paragraphs(re.sub(r"\n\s*\n+", "\n", _plain(text)))
    return _HEADING.sub("", found)


def _plain(text: str) -> str:
    text = text[:MAX_CHARS]
    for _ in range(2):
        # A formula stands there twice, as TeX and as MathML; TeX is the one to be read.
        if "tex-math" in text:
            text = "".join(_outside_formulas(text))
        text = html.unescape(_MARKUP.sub("", _BLOCK_TAG.sub("\n", text)))
        if "<jats:" not in text:
            break
    return text


def _outside_formulas(text: str) -> Iterator[str]:
    at = 0
    while (start := text.find(_FORMULA, at)) >= 0 and (end := text.find(_FORMULA_END, start)) >= 0:
        yield text[at:start]
        at = end + len(_FORMULA_END)
    yield text[at:]
