"""Records of packs as YAML that people read and review: plain where it can be, lists below their name, short lines.

Lives here: `Flow`, `Row`, `dump`. May enter: plain values. Never here: what a field means, files.
Records of plain values are written here at once; others are left to PyYAML, which writes the same of a plain one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml
from yaml.resolver import Resolver

WIDTH = 118
_BREAKS = re.compile(r"[\n\t\x85\u2028\u2029\ufeff]")
_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@` ")
_OF_FLOW = frozenset(",?[]{}:")
_AMBIGUOUS: frozenset[str] = frozenset(filter(None, Resolver.yaml_implicit_resolvers))
_RESOLVER: Any = Resolver()
_LONGEST_WORD = 5
_STR = "tag:yaml.org,2002:str"
_RUNS = re.compile(r"( +)")


class Flow(dict[str, Any]):
    """A mapping written on one line."""


class Row(list[Any]):
    """A list written on one line."""


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Indent lists below their name, as people write them."""
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(_STR, text, style='"' if _BREAKS.search(text) else None)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(
    Flow, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True)
)
_Dumper.add_representer(
    Row, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)
)


def dump(record: Mapping[str, Any]) -> str:
    """Return a record as an item of a list.

    Law: what is written here at once is what PyYAML writes.

    Cost: about 1 microsecond a field; some 100 where PyYAML has to write the record.

    Example:
        >>> print(dump({"id": "lora", "label": Flow(en="LoRA"), "evidence": [{"work": "hu2022"}]}), end="")
        - id: lora
          label: {en: LoRA}
          evidence:
            - work: hu2022
    """
    return _plain(record) or parsed(record)


def parsed(record: Mapping[str, Any]) -> str:
    """Return a record as PyYAML writes it."""
    text: str = yaml.dump([record], Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
    return text


def _plain(record: Mapping[str, Any]) -> str | None:
    """Return a record of plain values; None where there are others."""
    lines: list[str] = []
    for name, value in record.items():
        if value.__class__ is list:
            items = [_item(one) for one in value]
            if not items or None in items:
                return None
            lines.append(f"  {name}:")
            lines += items  # type: ignore[arg-type]
            continue
        written = _value(value, len(name) + 3, 4)
        if written is None:
            return None
        lines.append(f"  {name}: {written}")
    return f"- {lines[0][2:]}\n" + "".join(f"{line}\n" for line in lines[1:]) if lines else None


def _item(item: Any) -> str | None:
    """Return an item of a list below a name."""
    if item.__class__ is not dict:
        written = _value(item, 5, 6)
        return None if written is None else f"    - {written}"
    lines: list[str] = []
    for name, value in item.items():
        written = _value(value, len(name) + 7, 8)
        if written is None:
            return None
        lines.append(f"      {name}: {written}")
    return f"    - {chr(10).join(lines)[6:]}" if lines else None


def _value(value: Any, column: int, indent: int) -> str | None:
    """Return a value that begins in a column, its further lines indented."""
    if value.__class__ is str:
        return _folded(value, column + 1, indent) if _is_plain(value) else None
    if value.__class__ is bool:
        return "true" if value else "false"
    if value.__class__ is int:
        return str(value)
    if value.__class__ is Flow:
        parts = [f"{name}: {text}" for name, text in value.items() if _is_plain(text) and not _OF_FLOW & set(text)]
        written = f"{{{', '.join(parts)}}}"
    elif value.__class__ is Row:
        parts = [text for text in value if _is_plain(text) and not _OF_FLOW & set(text)]
        written = f"[{', '.join(parts)}]"
    else:
        return None
    return written if len(parts) == len(value) > 0 and column + len(written) < WIDTH else None


def _is_plain(text: Any) -> bool:
    """Say whether a text is written as it is, and is one line."""
    if text.__class__ is not str or not text or text[0] in _FIRST or text[-1] in " :" or not text.isprintable():
        return False
    if ": " in text or " #" in text or text.startswith("..."):
        return False
    if text[0] not in _AMBIGUOUS or (len(text) > _LONGEST_WORD and text[0].isalpha()):
        return True
    return bool(_RESOLVER.resolve(yaml.ScalarNode, text, (True, False)) == _STR)


def _folded(text: str, column: int, indent: int) -> str:
    """Break a plain text at the first single space behind the width, as PyYAML does."""
    if column + len(text) <= WIDTH:
        return text
    parts: list[str] = []
    for part in _RUNS.split(text):
        if part == " " and column > WIDTH:
            parts.append(f"\n{' ' * indent}")
            column = indent
        else:
            parts.append(part)
            column += len(part)
    return "".join(parts)
