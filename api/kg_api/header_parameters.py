"""The headers that operations take beside what every request may have, as the OpenAPI document describes them.

Lives here: descriptions. Never here: what the headers do (writing, replies).
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def _header(name: str, example: str, description: str) -> Json:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "schema": {"type": "string", "examples": [example]},
        "description": description,
    }


WRITING = (
    _header(
        "Idempotency-Key",
        "8e03978e-40d5-43e8-bc93-6894a57f9324",
        "1 to 200 visible ASCII characters: the same request with the same key happens once.",
    ),
    _header("If-Match", '"7"', "The `ETag` of what was seen: 412 when that has changed meanwhile."),
)
"""What every write takes."""
READING = (
    _header(
        "If-None-Match",
        'W/"7-0123456789abcdef0123"',
        "The `ETag` of the answer that is there already: 304 while it is the same.",
    ),
)
"""What every answer takes that is not made anew each time."""
