"""Names of people and bodies: CSL-JSON names, their display form, and the names of BibTeX.

Lives here: splitting and joining, pure. May enter: `kg.citations.latex`, `.parsed`. Never here: guesses at which part
of an undivided Chinese name is the family name: such a name stays whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from kg.citations import latex
from kg.citations.parsed import one_line
from kg.ids import LATIN

Name = dict[str, str]
PARTS = ("family", "given", "dropping-particle", "non-dropping-particle", "suffix", "literal")
_CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af\U00020000-\U0003134f]")
_CJK_NAME = re.compile(f"(?:{_CJK.pattern}|[·・])+")
_SCAN = re.compile(r"\\.|[{},~]|\s+|[^\\{},~\s]+", re.DOTALL)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_SEPARATORS = {",": "comma", "~": "space", " ": "space", "\t": "space", "\n": "space", "\r": "space"}
_GROUPED = re.compile(r"[\\{}~]")
_AND = re.compile(r"(?<=\s)and(?=\s)", re.IGNORECASE)
_PAIRS = re.compile(r"\s*(family|given|prefix|suffix)\s*=\s*(.*)", re.IGNORECASE | re.DOTALL)


def display(name: Mapping[str, Any]) -> str:
    """Return a CSL name as "Family, Given", "Family, Given, Suffix" or the literal name of a body.

    Example:
        >>> display({"family": "Platen", "given": "Patrick", "non-dropping-particle": "von"})
        'von Platen, Patrick'
        >>> display({"literal": "RAND Corporation"})
        'RAND Corporation'
    """
    if name.get("literal"):
        return str(name["literal"])
    particles = (name.get("dropping-particle"), name.get("non-dropping-particle"), name.get("family"))
    family = " ".join(part for part in particles if part)
    return ", ".join(part for part in (family, name.get("given"), name.get("suffix")) if part)


def undisplay(text: str) -> Name:
    """Return the CSL name of a display form; without a comma it is the literal name of a body.

    Example:
        >>> undisplay("Hu, Edward J.")
        {'family': 'Hu', 'given': 'Edward J.'}
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(parts) or len(parts) not in {2, 3}:
        return {"literal": text}
    return dict(zip(("family", "given", "suffix"), parts, strict=False))


def person(text: str) -> Name:
    """Return the CSL name of a person given as plain text, either way round.

    Example:
        >>> person("Edward J. Hu"), person("张三"), person("欧阳 修")
        ({'family': 'Hu', 'given': 'Edward J.'}, {'literal': '张三'}, {'family': '欧阳', 'given': '修'})
    """
    if text.count(",") in {1, 2}:
        parts = (part.strip() for part in text.split(","))
        return _known(dict(zip(("family", "given", "suffix"), parts, strict=False)))
    if "," in text:
        return {"literal": text}
    return _undivided(text.split(), str)


def ascii_letters(text: str) -> str:
    """Return the text in ASCII letters as far as it has them: accents go, Chinese goes.

    Example:
        >>> ascii_letters("Łukasz Müller 微")
        'Lukasz Muller '
    """
    return unicodedata.normalize("NFKD", text.translate(LATIN)).encode("ascii", "ignore").decode()


def is_cjk(text: str) -> bool:
    """Tell whether a name is written in Chinese, Japanese or Korean letters throughout."""
    return _CJK_NAME.fullmatch(text.replace(" ", "")) is not None


def split_list(field: str) -> list[str]:
    """Split a BibTeX list of names at each `and` outside of braces.

    Cost: linear in the length.

    Example:
        >>> split_list("{Barnes and Noble} and Knuth, Donald and others")
        ['{Barnes and Noble}', 'Knuth, Donald', 'others']
    """
    if _GROUPED.search(field) is None:
        return [name for name in (text.strip() for text in _AND.split(f" {field} ")) if name]
    names: list[list[str]] = [[]]
    for kind, token in _outer_tokens(field):
        if kind == "word" and token.lower() == "and":
            names.append([])
        else:
            names[-1].append(token)
    return [text for name in names if (text := "".join(name).strip())]


def parse_bibtex(text: str) -> Name:
    r"""Return the CSL name of one BibTeX name: "First von Last", "von Last, First", "von Last, Jr, First".

    A name in braces throughout is a body; the extended form of BibLaTeX (`family=..., given=...`) is read too.

    Source: Oren Patashnik, BibTeXing (1988), section 4.

    Example:
        >>> parse_bibtex("Patrick von Platen")
        {'family': 'Platen', 'given': 'Patrick', 'non-dropping-particle': 'von'}
        >>> parse_bibtex(r"{\'O} h{\'E}igeartaigh, Se{\'a}n")
        {'family': 'Ó hÉigeartaigh', 'given': 'Seán'}
        >>> parse_bibtex("{RAND Corporation}")
        {'literal': 'RAND Corporation'}
    """
    words = [part.split() for part in text.split(",")] if _GROUPED.search(text) is None else _outer_words(text)
    if len(words) > 1 and any(_PAIRS.match(part) for part in (" ".join(words[0]), " ".join(words[1]))):
        return _extended([" ".join(part) for part in words])
    if len(words) == 1:
        if len(words[0]) == 1 and _is_group(words[0][0]):
            return {"literal": _printed(words[0][0])}
        return _undivided(words[0], _printed)
    if len(words) > 3:
        return {"literal": _printed(text)}
    suffix = words[1] if len(words) == 3 else []
    return _named(words[0], words[-1], suffix)


def write_bibtex(name: Mapping[str, Any]) -> str:
    """Return a BibTeX name that `parse_bibtex` reads back.

    Example:
        >>> write_bibtex({"family": "van Gogh", "given": "Vincent"})
        '{van Gogh}, Vincent'
    """
    if name.get("literal"):
        literal = latex.from_unicode(str(name["literal"]))
        return literal if is_cjk(literal) and " " not in literal else f"{{{literal}}}"
    von = latex.from_unicode(name.get("non-dropping-particle", ""))
    family, given = _guarded(name.get("family", ""), leads=True), _guarded(name.get("given", ""))
    last = f"{von} {family}".strip()
    if name.get("suffix"):
        return f"{last}, {_guarded(name['suffix'])}, {given}"
    return f"{last}, {given}".strip()


def _guarded(text: str, *, leads: bool = False) -> str:
    words = text.split(" ")
    plain = not any(char in text for char in ",={}") and not any(word.lower() == "and" for word in words)
    if plain and not (leads and any(_caseless_or_lower(word) for word in words[:-1])):
        return latex.from_unicode(text)
    return f"{{{latex.from_unicode(text)}}}"


def _caseless_or_lower(word: str) -> bool:
    return any(char.isalpha() and not char.isupper() for char in word[:1]) or not word[:1].isalpha()


def _outer_tokens(text: str) -> list[tuple[str, str]]:
    """Return ("word" | "space" | "comma", text) outside of braces; a group counts as part of its word."""
    tokens: list[tuple[str, str]] = []
    word: list[str] = []
    depth = 0
    for piece in _SCAN.findall(text):
        outside = depth == 0
        depth = max(0, depth + {"{": 1, "}": -1}.get(piece, 0))
        kind = _SEPARATORS.get(piece[-1]) if outside and piece != "\\," else None
        if kind is None:
            word.append(piece)
            continue
        if word:
            tokens.append(("word", "".join(word)))
            word = []
        tokens.append((kind, piece))
    if word:
        tokens.append(("word", "".join(word)))
    return tokens


def _outer_words(text: str) -> list[list[str]]:
    """Return the words of each part between commas; braces hide commas and spaces."""
    parts: list[list[str]] = [[""]]
    for kind, token in _outer_tokens(text):
        if kind == "comma":
            parts.append([""])
        elif kind == "space":
            parts[-1].append("")
        else:
            parts[-1][-1] += token
    return [[word for word in part if word] for part in parts]


def _is_group(word: str) -> bool:
    """Tell whether the word is one brace group from end to end and not an accented letter."""
    if word[:1] != "{" or word[-1:] != "}" or (word[1:2] == "\\" and " " not in word):
        return False
    depth = 0
    for found in _BRACE.finditer(word):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return found.end() == len(word)
    return False


def _is_von(word: str) -> bool:
    if word[:1] == "{" and word[1:2] != "\\":
        return False
    first = next((char for char in latex.to_unicode(word) if char.isalpha()), "")
    return first.islower()


def _undivided(words: list[str], printed: Callable[[str], str]) -> Name:
    """Return the name of "First von Last"; a Chinese name keeps its order."""
    whole = [printed(word) for word in words]
    if is_cjk("".join(whole)):
        return {"literal": whole[0]} if len(whole) == 1 else {"family": whole[0], "given": " ".join(whole[1:])}
    small = [at for at, word in enumerate(words[:-1]) if _is_von(word)]
    if not small:
        return _known({"family": whole[-1] if whole else "", "given": " ".join(whole[:-1])})
    return _known(
        {
            "family": " ".join(whole[small[-1] + 1 :]),
            "given": " ".join(whole[: small[0]]),
            "non-dropping-particle": " ".join(whole[small[0] : small[-1] + 1]),
        }
    )


def _named(last: list[str], given: list[str], suffix: list[str]) -> Name:
    # BibTeX itself calls all of "Villanova del" a particle; only leading small words are one.
    start = next((at for at, word in enumerate(last) if not _is_von(word) or at == len(last) - 1), 0)
    return _known(
        {
            "family": _printed(" ".join(last[start:])),
            "given": _printed(" ".join(given)),
            "non-dropping-particle": _printed(" ".join(last[:start])),
            "suffix": _printed(" ".join(suffix)),
        }
    )


def _extended(parts: list[str]) -> Name:
    keys = {"family": "family", "given": "given", "prefix": "non-dropping-particle", "suffix": "suffix"}
    found = (_PAIRS.match(part) for part in parts)
    return _known({keys[pair[1].lower()]: _printed(pair[2].strip(' "')) for pair in found if pair is not None})


def _known(name: Name) -> Name:
    return {part: text for part, text in name.items() if text}


def _printed(text: str) -> str:
    return one_line(latex.to_unicode(text))
