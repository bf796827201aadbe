"""One record written in a file: YAML as in packs, or JSON.

Lives here: `read_record`. May enter: the text of a file. Never here: what the fields mean, opening files.
"""

from __future__ import annotations

import json
from typing import Any

from kg.errors import InputError, ParseFailure
from kg.importers.sources import Source
from kg.importers.yaml_blocks import Unread, read_blocks
from kg.importers.yaml_nodes import Block, Items, Node, Scalar

LONGEST = 1_000_000
_HINT = "write one `field: value` a line, or a JSON object"


def read_record(text: str, *, source: str) -> dict[str, Any]:
    """Return the fields of the one record that a text holds, as plain values.

    Raises:
        ParseFailure: it is too long, cannot be read (with the line), or holds no record or several.

    Example:
        >>> read_record("type: Technique\\nlabel:\\n  en: Weight surgery\\n", source="x.yaml")
        {'type': 'Technique', 'label': {'en': 'Weight surgery'}}
        >>> read_record('{"year": 2020}', source="x.json")
        {'year': 2020}
    """
    if len(text) > LONGEST:
        raise ParseFailure(f"{len(text)} characters, at most {LONGEST} are read", source=source, hint=_HINT)
    bare = text.removeprefix("\ufeff")
    return _json(bare, source) if bare.lstrip().startswith("{") else _yaml(bare, source)


def _json(text: str, source: str) -> dict[str, Any]:
    try:
        found: Any = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as fault:
        raise ParseFailure(f"this is not JSON: {fault}", source=source, raw=text[:80], hint=_HINT) from fault
    if not isinstance(found, dict):
        raise ParseFailure("a record is a JSON object", source=source, raw=text[:80], hint=_HINT)
    return found


def _yaml(text: str, source: str) -> dict[str, Any]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith(("#", "---"))), "")
    if not first.startswith("- "):
        # A record of its own is read as a list of one.
        start = lines.index(first) if first else 0
        body = [f"  {line}" if line.strip() else line for line in lines[start:]]
        lines = ["" for _ in lines[:start]] + ["- " + first, *body[1:]]
    blocks, failures = read_blocks(Source(source, "\n".join(lines)))
    failures = [*(block.failure for block in blocks if isinstance(block, Unread)), *failures]
    if failures:
        one = failures[0]
        raise ParseFailure(one.reason, source=source, line=one.line, raw=one.raw, hint=one.remedy)
    if len(blocks) != 1 or not isinstance(blocks[0], Block):
        raise ParseFailure(
            f"the file holds {len(blocks) or 'no'} records, expected one", source=source, hint="a pack takes many"
        )
    return {name: _plain(node) for name, node in blocks[0].fields.items()}


def _plain(node: Node) -> Any:
    if isinstance(node, Items):
        return [_plain(one) for one in node.items]
    if isinstance(node, Block):
        return {name: _plain(one) for name, one in node.fields.items()}
    return node.text if isinstance(node, Scalar) and node.kind == "a date" else node.value


def _refuse(word: str) -> float:
    raise InputError(f"{word} is not a number")
