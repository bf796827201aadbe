"""Records of packs in the form that exports write, as plain values without lines: most records of a large pack.

Lives here: `fields_of`, `claim_of`. May enter: the text of one record. Never here: faults, what a field means; a record
in any other form is left to `yaml_blocks`, which says what is wrong with it, or finds that nothing is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, TypeAlias

from kg.importers.fields import NOT_TEXT
from kg.importers.yaml_blocks import AMBIGUOUS, unquoted

Values: TypeAlias = dict[str, Any]
ITEM = "\n    - "
LIST = "\n  evidence:"
_BEGIN = r"[^\s\-?:,\[\]{}#&*!|>%@`]"
_PLAIN = r"[^\s\-?:,\[\]{}#&*!|>%@`'\"]"
_OF_RECORD = re.compile(rf"\n  ([a-z_]+): ({_BEGIN}.*(?:\n {{3,}}{_PLAIN}.*)*)")
_OF_ITEM = re.compile(rf"\n {{6}}([a-z_]+): ({_BEGIN}.*(?:\n {{7,}}{_PLAIN}.*)*)")
_FOLD = re.compile(r"\n +")
_FLOW = r"[^\s\-?:,\[\]{}#&*!|>%@`'\"][^,\[\]{}:#'\"\n]*"
_FIELD = re.compile(
    rf"\n  (?P<name>[a-z_]+):(?: (?:(?P<text>{_BEGIN}.*(?:\n {{3,}}{_PLAIN}.*)*)"
    rf"|{{en: (?P<en>{_FLOW})(?:, zh: (?P<zh>{_FLOW}))?}}|\[(?P<row>{_FLOW}(?:, {_FLOW})*)\])"
    rf"|(?P<list>(?:\n    - {_BEGIN}.*)+))(?=\n|$)"
)
_ODD = AMBIGUOUS | frozenset("'\"")
_LETTERS = "".join(sorted(filter(str.isalpha, AMBIGUOUS)))
_ODD_VALUE = re.compile(rf": (?:[^{_LETTERS}\w(]|[\d_]|[{_LETTERS}].{{0,4}}(?:\n|$))")
"""A value that is no text as it stands, or may be none."""
_LONGEST_WORD = 5
"""Letters of the longest word that YAML takes for something else than a text: `false`."""


def fields_of(text: str) -> Values | None:
    """Return the fields of a record without evidence; None where it is in another form.

    Law: what it returns is what `kg.importers.fields.plain` makes of the record as `yaml_blocks` reads it, which finds
    no fault in it.

    Cost: about a microsecond a field.

    Example:
        >>> fields_of("- id: lora\\n  label: {en: LoRA, zh: 低秩适配}\\n")
        {'id': 'lora', 'label': {'en': 'LoRA', 'zh': '低秩适配'}}
        >>> fields_of("- id: [") is None
        True
    """
    if not is_plain(text):
        return None
    text = f"\n  {text[2:]}".rstrip("\n")
    values: Values = {}
    at = 0
    while at < len(text):
        found = _FIELD.match(text, at)
        if found is None or found["name"] in values:
            return None
        name, at = found["name"], found.end()
        value: Any
        if found["en"] is not None:
            value = {lang: said for lang in ("en", "zh") if (said := found[lang]) is not None}
            parts: Iterable[str] = value.values()
        elif found["row"] is not None:
            parts = value = found["row"].split(", ")
        elif found["list"] is not None:
            parts = value = found["list"].split(ITEM)[1:]
        else:
            value = scalar(name, found["text"])
            parts = ()
        if value is None or not all(map(_alone, parts)):
            return None
        values[name] = value
    return values


def claim_of(text: str) -> tuple[Values, list[tuple[int, Values]]] | None:
    """Return the fields of a claim but its evidence, and each item with how many lines below the claim it begins.

    None where it is in another form. Law: as `fields_of`.

    Cost: about 3 microseconds and 2 more for each item.

    Example:
        >>> claim_of("- subject: a\\n  evidence:\\n    - work: w\\n      inferred: true\\n")
        ({'subject': 'a'}, [(2, {'work': 'w', 'inferred': True})])
    """
    if not is_plain(text):
        return None
    text = f"\n  {text[2:]}".rstrip("\n")
    is_bare = text.count(":") == text.count("\n") and _ODD_VALUE.search(text) is None
    head, *parts = text.split(ITEM)
    if parts:
        if not head.endswith(LIST):
            return None
        head = head.removesuffix(LIST)
    claim = _fields(_OF_RECORD, head, is_bare=is_bare)
    if claim is None or "evidence" in claim:
        return None
    line = head.count("\n") + 1
    items: list[tuple[int, Values]] = []
    for part in parts:
        item = _fields(_OF_ITEM, f"\n      {part}", is_bare=is_bare)
        if item is None:
            return None
        items.append((line, item))
        line += part.count("\n") + 1
    return claim, items


def is_plain(text: str) -> bool:
    """Say whether a text begins a record, and holds nothing but lines of printable text in NFC without outer spaces."""
    if not text.startswith("- ") or " \n" in text or " #" in text or text[-1] == " ":
        return False
    joined = text.replace("\n", " ")
    return joined.isprintable() and (joined.isascii() or unicodedata.is_normalized("NFC", joined))


def scalar(name: str, value: str) -> Any:
    """Return what YAML makes of a value that `_BEGIN` lets through; None where it must be looked at more closely."""
    if value[0] in "'\"":
        return _quoted(value)
    if ": " in value or value[-1] == ":" or ":\n" in value:
        return None
    if "\n" in value:
        value = _FOLD.sub(" ", value)
    if _is_text(value):
        return value
    made = unquoted(value, 0)
    if made.kind is not None and (name not in NOT_TEXT or made.kind in {"a date", "no value"}):
        return None
    return made.value


def _fields(pattern: re.Pattern[str], text: str, *, is_bare: bool) -> Values | None:
    """Return the fields that make up a text wholly; where it is bare, all values are texts as they stand."""
    pairs: list[tuple[str, str]] = pattern.findall(text)
    values: Values = dict(pairs)
    lines = text.count("\n")
    if len(values) != len(pairs) or not values:
        return None
    if is_bare and len(pairs) == lines:
        return values
    if len(pairs) != lines and len(pairs) + sum(value.count("\n") for value in values.values()) != lines:
        return None
    for name, value in pairs:
        if value[0] in _ODD or ":" in value or "\n" in value:
            found = scalar(name, value)
            if found is None:
                return None
            values[name] = found
    return values


def _quoted(value: str) -> str | None:
    """Return a text in quotes, without escapes but those of single quotes, and without outer spaces."""
    quote, inner = value[0], _FOLD.sub(" ", value[1:-1])
    if len(value) < 3 or value[-1] != quote or inner[0] == " " or inner[-1] == " ":
        return None
    if quote == "'":
        bare = inner.replace("''", "")
        return None if "'" in bare else inner.replace("''", "'")
    return None if '"' in inner or "\\" in inner else inner


def _is_text(value: str) -> bool:
    """Say whether YAML takes an unquoted value for a text and nothing else."""
    if value[0] not in AMBIGUOUS or (len(value) > _LONGEST_WORD and value[0].isalpha()):
        return True
    return unquoted(value, 0).kind is None


def _alone(value: str) -> bool:
    """Say whether a member of a list or a mapping is a text without quotes."""
    return value[0] not in "'\"" and ": " not in value and value[-1] not in ": " and _is_text(value)
