"""The fields of a form that says a record in other words: a record as texts, and texts as the values that differ.

Lives here: `fields_of`, `values_of`, `field_of`. May enter: records, texts of a form. Never here: what a field may
hold (kg.inputs), which fields can differ (kg.contribute.revising).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg.model import Claim, Entity, Record, Work

FIELDS: Mapping[str, tuple[str, ...]] = {
    "entity": ("label_en", "label_zh", "definition_en", "definition_zh", "aliases", "broader", "mappings"),
    "claim": ("conditions",),
    "work": (
        "title", "authors", "year", "type", "container-title", "publisher", "volume", "issue", "page", "doi", "arxiv",
        "url", "independence_group",
    ),
}  # fmt: skip
"""The fields of each form, in their order."""
LINES = ("aliases", "authors", "mappings")
"""Fields that hold one thing a line."""
TEXTS = ("label", "definition")
NAMED = {"mappings": "matches"}
"""Fields that a form calls otherwise: a field called `matches` would hide a method of the form from scripts."""
CSL = ("container-title", "publisher", "volume", "issue", "page")
Texts = Mapping[str, str]


def fields_of(record: Record) -> dict[str, str]:
    """Return a record as its form shows it; what it does not say is empty.

    Example:
        >>> from kg.model import Text
        >>> found = fields_of(Entity("lora", "Technique", Text("LoRA"), aliases=("a", "b")))
        >>> found["label_en"], found["aliases"].splitlines(), found["broader"]
        ('LoRA', ['a', 'b'], '')
    """
    held: dict[str, Any] = {}
    if isinstance(record, Entity):
        held = {"aliases": record.aliases, "broader": record.broader, "mappings": map(" ".join, record.matches)}
        for name, text in (("label", record.label), ("definition", record.definition)):
            held |= {f"{name}_{tongue}": None if text is None else getattr(text, tongue) for tongue in ("en", "zh")}
    elif isinstance(record, Claim):
        held = {"conditions": record.conditions}
    elif isinstance(record, Work):
        held = {name: getattr(record, name) for name in FIELDS["work"] if name not in CSL}
        held |= {name: value for name in CSL if isinstance(value := record.csl.get(name), str | int | float)}
    kind = "entity" if isinstance(record, Entity) else "claim" if isinstance(record, Claim) else "work"
    return {name: _text(held.get(name), lines=name in LINES) for name in FIELDS[kind]}


def values_of(kind: str, given: Texts, before: Texts) -> dict[str, Any]:
    """Return what differs, as values of `kg.contribute.revising.revised`; what was emptied is None.

    Args:
        kind: Kind of the record.
        given: Texts as the form was sent.
        before: Texts as the form was shown.

    Example:
        >>> before = {"label_en": "LoRA", "label_zh": "", "aliases": "a", "broader": "peft"}
        >>> values_of("entity", {"label_en": "LoRA", "label_zh": "低秩", "aliases": "a\\nb", "broader": ""}, before)
        {'label': {'en': 'LoRA', 'zh': '低秩'}, 'aliases': ['a', 'b'], 'broader': None}
    """
    values: dict[str, Any] = {}
    for name in FIELDS[kind]:
        text = given.get(name, "")
        if text == before.get(name, ""):
            continue
        base, _, tongue = name.rpartition("_")
        if base in TEXTS and tongue in {"en", "zh"}:
            both = {"en": given.get(f"{base}_en", ""), "zh": given.get(f"{base}_zh", "") or None}
            values[base] = both if both["zh"] or both["en"] or base == "label" else None
        elif name in CSL:
            values.setdefault("csl", {})[name] = text or None
        else:
            values[NAMED.get(name, name)] = _value(name, text)
    return values


def field_of(where: str | None) -> str | None:
    """Return the field of a form that the place of an error is about.

    Example:
        >>> field_of("label.en"), field_of("aliases.0"), field_of("csl.volume"), field_of("year")
        ('label_en', 'aliases', 'volume', 'year')
    """
    if where is None:
        return None
    first, _, rest = where.partition(".")
    if first in TEXTS:
        return f"{first}_{rest or 'en'}"
    if first == "matches":
        return "mappings"
    if first == "csl":
        return rest or "container-title"
    return first


def _text(value: Any, *, lines: bool) -> str:
    if value is None:
        return ""
    return "\n".join(value) if lines else str(value)


def _value(name: str, text: str) -> Any:
    if not text:
        return None
    if name == "mappings":
        return [dict(zip(("relation", "iri"), [*line.split(maxsplit=1), ""], strict=False)) for line in _lines(text)]
    if name in LINES:
        return _lines(text)
    if name == "year" and text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 10:
        return int(text)
    return text


def _lines(text: str) -> list[str]:
    # Cut at line feeds alone: other separators may stand within a name.
    return [line.strip() for line in text.split("\n") if line.strip()]
