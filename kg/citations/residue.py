"""What a format cannot say: carried in one extra field as JSON, so that nothing is lost between writing and reading.

Lives here: the difference of two CSL-JSON items, and putting it back. May enter: nothing of ours. Never here: a format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def residue(wanted: Mapping[str, Any], read_back: Mapping[str, Any]) -> str:
    """Return as JSON what must be set and unset in `read_back` to get `wanted`; "" when they are equal.

    Law: after `restore(read_back, residue(wanted, read_back))`, `read_back == wanted`.

    Example:
        >>> residue({"title": "A", "scale": "1:10"}, {"title": "A", "note": "x"})
        '{"set":{"scale":"1:10"},"unset":["note"]}'
    """
    document: dict[str, Any] = {}
    changed = {key: value for key, value in wanted.items() if key not in read_back or read_back[key] != value}
    gone = sorted(key for key in read_back if key not in wanted)
    if changed:
        document["set"] = changed
    if gone:
        document["unset"] = gone
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if document else ""


def restore(item: dict[str, Any], text: str) -> list[str]:
    """Put a residue back into an item; return a remark when the text is none.

    Example:
        >>> item = {"title": "A", "note": "x"}
        >>> restore(item, '{"set":{"scale":"1:10"},"unset":["note"]}'), item
        ([], {'title': 'A', 'scale': '1:10'})
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not document.keys() <= {"set", "unset"}:
        return ["the field that carries CSL-JSON does not hold what evidence-kg writes there; it is left out"]
    changed, gone = document.get("set", {}), document.get("unset", [])
    if not isinstance(changed, dict) or not isinstance(gone, list):
        return ["the field that carries CSL-JSON does not hold what evidence-kg writes there; it is left out"]
    item.update(changed)
    for key in gone:
        item.pop(str(key), None)
    return []
