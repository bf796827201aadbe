"""Fields of a record as readers see them: names of fields, terms of the ontology and records by their labels.

Lives here: `Labels`. May enter: values as a history or a form holds them. Never here: HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg.citations.references import short
from kg.model import canonical
from kg.sentences import sentence
from kg.snapshot import Snapshot
from kg.terms import Term
from kg.vocabulary import Vocabulary
from kg_api.pages_read.wording import said

TONGUES = {"en": "English", "zh": "中文"}
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of a language for what records hold.

    Example:
        >>> from kg.vocabulary import load
        >>> labels = Labels(load(), Snapshot.of(0, None, []), "zh")
        >>> labels.field("stance"), labels.value("evidence", "stance", "disputes")
        ('立场', '质疑')
        >>> labels.value("entity", "label", {"en": "LoRA", "zh": "低秩适配"})
        'English：LoRA · 中文：低秩适配'
    """

    vocabulary: Vocabulary
    snapshot: Snapshot
    lang: str

    def field(self, name: str) -> str:
        """Return the word for a field."""
        return said(self.lang).get(f"field_{name}", name)

    def value(self, kind: str, name: str, value: Any) -> str | None:
        """Return what a field of a kind of record holds: terms and records by their labels, other values as text."""
        if value is None:
            return None
        if isinstance(value, str):
            term = self._terms(kind).get(name, {}).get(value)
            return self._record(kind, name, value) if term is None else term.label.get(self.lang)
        if isinstance(value, bool):
            return said(self.lang)["yes" if value else "no"]
        if isinstance(value, Mapping) and set(value) <= set(TONGUES):
            colon = "：" if self.lang == "zh" else ": "
            return " · ".join(f"{TONGUES[tongue]}{colon}{text}" for tongue, text in value.items() if text)
        if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
            return "; ".join(value)
        return _short(str(value) if isinstance(value, int | float) else canonical(value))

    def _terms(self, kind: str) -> Mapping[str, Mapping[str, Term]]:
        known = self.vocabulary
        own: dict[str, dict[str, Mapping[str, Term]]] = {
            "entity": {"type": known.entity_types},
            "claim": {"relation": known.relations},
            "evidence": {
                "stance": known.stances,
                "kind": known.study_kinds,
                "strength": known.strengths,
                "basis": known.bases,
            },
        }
        return {"status": known.work_statuses if kind == "work" else known.statuses, **own.get(kind, {})}

    def _record(self, kind: str, name: str, text: str) -> str:
        """Return the label of the record that a text names, else the text."""
        snapshot = self.snapshot
        if name in {"subject", "object", "broader"} and text in snapshot.entities:
            return snapshot.entities[text].label.get(self.lang)
        if name in {"work", "merged_into"} and text in snapshot.works:
            return short(snapshot.works[text], lang=self.lang)
        if kind == "evidence" and name == "claim" and text in snapshot.claims:
            return sentence(snapshot.claims[text], snapshot, self.vocabulary).get(self.lang)
        return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
