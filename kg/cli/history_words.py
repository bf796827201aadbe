"""What the history is said in: acts, fields, kinds and values of records, as the pages say them.

Lives here: `act`, `field`, `kind`, `value`. May enter: words of the record, the ontology. Never here: printing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kg import called
from kg.cli.words import marks, say
from kg.model import canonical
from kg.vocabulary import Vocabulary

_SCHEMES = {
    "stance": "stances",
    "kind": "study_kinds",
    "strength": "strengths",
    "basis": "bases",
    "relation": "relations",
}
TONGUES = {"en": "English", "zh": "中文"}


def act(word: str, lang: str) -> str:
    """Return the word for an act.

    Example:
        >>> act("accept", "zh"), act("accept", "en"), act("dance", "zh")
        ('接受', 'accept', 'dance')
    """
    return called.act(word, lang) if lang == "zh" else word


def field(name: str, lang: str) -> str:
    """Return the name of a field, that of a part of it after a dot.

    Example:
        >>> field("status", "zh"), field("csl.volume", "zh"), field("status", "en")
        ('状态', '书目信息.volume', 'status')
    """
    whole, dot, part = name.partition(".")
    return called.field(whole, lang) + dot + part


def kind(word: str, lang: str) -> str:
    """Return the name of a kind of record.

    Example:
        >>> kind("claim", "zh"), kind("claim", "en")
        ('论断', 'claim')
    """
    return called.kind(word, lang)


def value(of: str, name: str, given: Any, vocabulary: Vocabulary, lang: str) -> str:
    """Return what a field of a kind of record holds, as the pages say it; words of the ontology by their Chinese name.

    Example:
        >>> from kg.vocabulary import load
        >>> value("work", "status", "retracted", load(), "zh"), value("claim", "status", "accepted", load(), "en")
        ('已撤稿', 'accepted')
        >>> value("entity", "label", {"en": "LoRA", "zh": "低秩适配"}, load(), "en")
        'English: LoRA · 中文: 低秩适配'
        >>> value("entity", "aliases", ["QLoRA", "4-bit LoRA"], load(), "en"), value("work", "doi", None, load(), "zh")
        ('QLoRA; 4-bit LoRA', '（无）')
    """
    if given is None or given == []:
        return "（无）" if lang == "zh" else "(none)"
    if isinstance(given, bool):
        return say("yes" if given else "no", lang)
    if isinstance(given, Mapping | list | tuple):
        return _several(given, lang)
    scheme = _SCHEMES.get(name)
    if name == "status":
        scheme = "work_statuses" if of == "work" else "statuses"
    elif name == "type" and of == "entity":
        scheme = "entity_types"
    if scheme is None or lang != "zh" or not isinstance(given, str):
        return str(given)
    term = getattr(vocabulary, scheme).get(given)
    return given if term is None else str(term.label.get(lang))


def _several(given: Mapping[str, Any] | Sequence[Any], lang: str) -> str:
    """Return a text in several languages, a list of words, or what is neither as JSON."""
    if isinstance(given, Mapping):
        tongues = set(given) <= set(TONGUES)
        said = [f"{TONGUES[one]}{marks(lang).colon}{text}" for one, text in given.items() if text] if tongues else []
        return " · ".join(said) or canonical(given)
    return marks(lang).semicolon.join(given) if all(isinstance(one, str) for one in given) else canonical(given)
