"""Rows that the record holds in another form: which fields differ, why the row was not written, and what to do.

Lives here: `Differing`, `core`. May enter: payloads of one id. Never here: deciding what is written, printing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from kg.ids import RecordKind
from kg.model import ACCEPTED, CURRENT

_CORE = ("claim", "work", "stance", "kind", "strength", "basis", "inferred", "locator", "statement", "quote")
_BY_LANGUAGE = frozenset({"label", "definition"})
SHOWN, TOLD = 60, 3
UPDATE = "--update writes the row as it stands, empty cells and missing columns too"


def core(payload: str) -> tuple[Any, ...]:
    """Return what an evidence item says, which never changes under one id."""
    values = orjson.loads(payload)
    return tuple(values.get(name) for name in _CORE)


@dataclass(frozen=True, slots=True)
class Differing:
    """A record that a row has in another form, and which therefore stayed as it is.

    Args:
        kind: Its kind.
        id: Its id.
        fields: Columns in which row and record differ.
        reason: What the record says and what the table says.
        remedy: What to do.
    """

    kind: RecordKind
    id: str
    fields: tuple[str, ...]
    reason: str
    remedy: str

    @classmethod
    def of(
        cls,
        kind: RecordKind,
        id: str,
        old: str,
        new: str,
        *,
        whole: str = "table",
        update: str = UPDATE,
        further: str = "a row with an empty id adds a further one",
    ) -> Differing:
        """Compare the payload that the record holds with that of the row, or of another file, which says so.

        Example:
            >>> found = Differing.of("entity", "a", '{"label":{"en":"A"}}', '{"label":{"en":"B","zh":"乙"}}')
            >>> found.fields
            ('label', 'label_zh')
            >>> found.reason
            "the record holds it otherwise: label is 'A', the table says 'B'; label_zh is empty, the table says '乙'"
        """
        usual = {"status": CURRENT if kind == "work" else ACCEPTED}
        before, after = usual | _flat(old), usual | _flat(new)
        fields = tuple(name for name in sorted({*before, *after}) if before.get(name) != after.get(name))
        parts = [f"{name} is {_shown(before.get(name))}, the {whole} says {_shown(after.get(name))}" for name in fields]
        if len(parts) > TOLD:
            parts[TOLD:] = [f"also {', '.join(fields[TOLD:])}"]
        said = [name for name in fields if name in _CORE] if kind == "evidence" else []
        remedy = update
        if said:
            remedy = (
                f"what an item says ({', '.join(said)}) never changes under its id, with --update neither: "
                f"kg review revise {id} proposes another in its place, {further}"
            )
        return cls(kind, id, fields, f"the record holds it otherwise: {'; '.join(parts)}", remedy)

    def document(self) -> dict[str, Any]:
        """Return it for a report."""
        return {
            "kind": self.kind,
            "id": self.id,
            "fields": list(self.fields),
            "reason": self.reason,
            "remedy": self.remedy,
        }


def _flat(payload: str) -> dict[str, Any]:
    """Return the fields of a payload by column."""
    found: dict[str, Any] = {}
    for name, value in orjson.loads(payload).items():
        if name in _BY_LANGUAGE and isinstance(value, dict):
            found |= {name if lang == "en" else f"{name}_{lang}": text for lang, text in value.items()}
        else:
            found[name] = value
    return found


def _shown(value: Any) -> str:
    if value in (None, "", [], ()):
        return "empty"
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")
