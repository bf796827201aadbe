"""What a format cannot say: carried in one extra field as JSON, so that nothing is lost between writing and reading.

Lives here: the difference of two CSL-JSON items, and putting it back. May enter: `.item`. Never here: a format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kg.citations.item import canonical_item


def residue(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Return as JSON what must be set and unset in what was read to get what was wanted; "" when nothing.

    Args:
        wanted: A canonical item.
        found: The item that a reader made of the written text, before it was brought to its canonical form.

    Raises:
        InputError: `found` has no canonical form.

    Law: after `restore(found, residue(wanted, found))`, the canonical form of `found` is `wanted`.

    Example:
        >>> residue({"title": "A", "scale": "1:10"}, {"title": "A", "note": "x"})
        '{"set":{"scale":"1:10"},"unset":["note"]}'
    """
    wanted = {key: value for key, value in wanted.items() if key != "id"}
    if canonical_item(found)[0] == wanted:
        return ""
    document: dict[str, Any] = {}
    # Compared as it was read, not in its canonical form: that form may derive from what the residue takes away.
    changed = {key: value for key, value in wanted.items() if found.get(key) != value}
    gone = sorted(key for key, value in found.items() if key not in wanted and value)
    if changed:
        document["set"] = changed
    if gone:
        document["unset"] = gone
    # ASCII: an accent that combines would join with the letter of an escape before it.
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


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
