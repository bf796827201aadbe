"""Independent counters of entries: written another way than the readers, for the law that entries add up."""

from __future__ import annotations

import json
import string

NOT_ENTRIES = {"comment", "string", "preamble", "xdata", "set", "control", "ieeetranbstctl"}
_LETTERS = set(string.ascii_letters)
_WORD = _LETTERS | set(string.digits) | {"_", "-"}


def unix(text: str) -> str:
    """Return the text with newlines only and without a mark of byte order."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def bibtex_blocks(text: str) -> list[str]:
    """Return the word of each block, walking the text character by character."""
    text = unix(text)
    words: list[str] = []
    at, line_start, opener, depth, quoted = 0, 0, "", 0, False
    while at < len(text):
        char = text[at]
        if char == "\n":
            line_start = at + 1
        leads = text[line_start:at].strip(" \t") == ""
        if opener == "" and leads and char == "%":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
            continue
        found = _header(text, at, strict=opener != "") if char == "@" and (leads or opener == "") else None
        if found is not None:
            word, at = found
            words.append(word)
            opener, depth, quoted = text[at - 1], 1, False
            continue
        if opener:
            if char == "{" or char == "}":
                depth += 1 if char == "{" else -1
            elif opener == "(" and char == '"' and depth == 1:
                quoted = not quoted
            elif opener == "(" and char == ")" and depth == 1 and not quoted:
                depth = 0
            if depth == 0:
                opener = ""
        at += 1
    return words


def _header(text: str, at: int, *, strict: bool) -> tuple[str, int] | None:
    end = at + 1
    while text[end : end + 1] in {" ", "\t"}:
        end += 1
    start = end
    if text[end : end + 1] not in _LETTERS:
        return None
    while text[end : end + 1] in _WORD and end < len(text):
        end += 1
    word = text[start:end].lower()
    while text[end : end + 1] in {" ", "\t"}:
        end += 1
    bracket = text[end : end + 1]
    if bracket == "{" or (bracket == "(" and not strict):
        return word, end + 1
    if bracket == "(":
        key = end + 1
        while text[key : key + 1] in {" ", "\t"}:
            key += 1
        stop = key
        while stop < len(text) and not text[stop].isspace() and text[stop] not in ',(){}"=':
            stop += 1
        after = text[stop:].lstrip(" \t")[:1]
        return (word, end + 1) if stop > key and after in {",", "="} else None
    return None


def count_bibtex(text: str) -> int:
    """How many entries a BibTeX text has; a text that has no block at all counts as one that cannot be read."""
    words = bibtex_blocks(text)
    return sum(word not in NOT_ENTRIES for word in words) if words or not unix(text).strip() else 1


def count_ris(text: str) -> int:
    """How many records: lines TY, and lines ER that close nothing."""
    lines = unix(text).split("\n")
    count, inside = 0, False
    if not any(_ris_start(line) for line in lines):
        bare = [line.lstrip(" \t") for line in lines]
        lines = bare if any(_ris_start(line) for line in bare) else lines
    for line in lines:
        if _ris_start(line):
            count, inside = count + 1, True
        elif _tagged(line, "ER") and line[2:].strip(" \t") == "-":
            count += not inside
            inside = False
    return count or int(bool(unix(text).strip()))


def _tagged(line: str, tag: str) -> bool:
    rest = line[2:]
    dash = rest.find("-")
    return line[:2] == tag and 0 <= dash <= 3 and rest[:dash].strip(" \t") == ""


def _ris_start(line: str) -> bool:
    if line.startswith("TY  -") and line[5:6] in {"", " "}:
        return True
    if not _tagged(line, "TY"):
        return False
    word = line.partition("-")[2].strip(" \t")
    return len(word) <= 10 and all(char in string.ascii_uppercase + string.digits for char in word)


def count_nbib(text: str) -> int:
    """How many lines PMID- 123."""
    count = sum(line.startswith(("PMID-", "PMID -", "PMID  -")) for line in unix(text).split("\n"))
    return count or int(bool(unix(text).strip()))


def count_endnote(text: str) -> int:
    """How many <record> tags; a text that declares a DOCTYPE is one that cannot be read."""
    squeezed = "".join(text.upper().split())
    if "<!DOCTYPE" in squeezed or "<!ENTITY" in squeezed:
        return 1
    parts = text.split("<record")[1:]
    return sum(part[:1] in {">", "/"} or part[:1].isspace() for part in parts) or int(bool(unix(text).strip()))


def count_csl(text: str) -> int | None:
    """How many items, when the text is JSON; None when it is not."""
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return len(document) if isinstance(document, list) else 1
