"""The reference of the HTTP interface: the OpenAPI document as rows, for the page `/docs` and for `docs/reference`.

Lives here: reading OpenAPI. Never here: a second description of any route.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OF_WHAT_WAS_WRITTEN = ("/api/v1/people/{handle}", "/api/v1/receipts/{id}", "/api/v1/reviews/{id}")
"""Addresses of people, and of what they keep and propose: a fresh record has none of it, so that no example answers."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation; `range` says which values are allowed, in words."""

    name: str
    place: str
    required: bool
    many: bool
    range: str
    example: str
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One route: method, address, what it answers, what its address takes, and the least role that it needs."""

    method: str
    path: str
    tag: str
    summary: str
    description: str
    shape: str
    parameters: tuple[Parameter, ...]
    role: str | None = None

    @property
    def example(self) -> str:
        """An address made of examples of what is required; it works on the hazards pack if it `answers`."""
        path = self.path
        query = []
        for one in self.parameters:
            if one.place == "path":
                path = path.replace(f"{{{one.name}}}", one.example)
            elif one.required:
                query.append(f"{one.name}={one.example}")
        return path + ("?" + "&".join(query) if query else "")

    @property
    def answers(self) -> bool:
        """Whether the example can be followed: nothing is written, and the packaged record has it."""
        return self.method == "GET" and self.path not in OF_WHAT_WAS_WRITTEN


def operations(openapi: Mapping[str, Any]) -> list[Operation]:
    """Return every operation of an OpenAPI document, in its order."""
    found = []
    for path, by_method in openapi["paths"].items():
        for method, operation in by_method.items():
            done = next(one for status, one in operation["responses"].items() if status.startswith("2"))
            content: Mapping[str, Any] = done.get("content", {})
            schemas = [body.get("schema", {}) for body in content.values()]
            found.append(
                Operation(
                    method=method.upper(),
                    path=path,
                    tag=next(iter(operation.get("tags", ())), ""),
                    summary=operation.get("summary", ""),
                    description=operation.get("description", ""),
                    shape=schemas[0].get("$ref", "").rpartition("/")[2] if schemas else "",
                    parameters=tuple(
                        _parameter(one) for one in operation.get("parameters", ()) if one["in"] != "header"
                    ),
                    role=operation.get("x-role"),
                )
            )
    return found


def _parameter(one: Mapping[str, Any]) -> Parameter:
    schema = one["schema"]
    examples = one.get("examples") or schema.get("examples") or [""]
    example = next(iter(examples.values())) if isinstance(examples, Mapping) else examples[0]
    example = example.get("value", "") if isinstance(example, Mapping) else example
    first = example[0] if isinstance(example, list) else example
    return Parameter(
        name=one["name"],
        place=one["in"],
        required=one.get("required", False),
        many=schema.get("type") == "array",
        range=_range(schema),
        example=_word(first),
        description=one.get("description", ""),
    )


def _range(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(str(word) for word in schema["enum"])
    if "minimum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}"
    words = {"boolean": "true, false", "array": "text, repeatable"}
    return words.get(schema.get("type", ""), "text")


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def markdown(openapi: Mapping[str, Any]) -> str:
    """Return the reference as Markdown: one table of routes, then what each takes; shared parameters only once."""
    every = operations(openapi)
    shared = _shared(every)
    lines = ["| route | answers | shape | role |", "|---|---|---|---|"]
    lines += [f"| `{one.method} {one.path}` | {one.summary} | `{one.shape}` | {one.role or ''} |" for one in every]
    lines += [
        "",
        "## Criteria",
        "",
        "Every question and every list takes them; `/claims` filters by one `relation`.",
        "",
    ]
    lines += _table(shared)
    for one in every:
        own = [parameter for parameter in one.parameters if parameter not in shared]
        lines += ["", f"## `{one.method} {one.path}`", "", f"{one.summary}. {one.description}", ""]
        lines += [f"Example: `{one.example}`", ""]
        takes_criteria = any(parameter in shared for parameter in one.parameters)
        lines += _table(own) if own else ["Takes no parameters of its own."]
        lines += ["", "Takes the criteria."] if takes_criteria else []
    return "\n".join(lines) + "\n"


def _shared(every: list[Operation]) -> list[Parameter]:
    """Return the parameters that lists of entities share with questions: the criteria."""
    by_path = {one.path: one for one in every if one.method == "GET"}
    question, listing = by_path["/api/v1/raises"].parameters, by_path["/api/v1/entities"].parameters
    return [one for one in question if one in listing]


def _table(parameters: list[Parameter]) -> list[str]:
    rows = ["| parameter | values | example | meaning |", "|---|---|---|---|"]
    for one in parameters:
        name = f"`{one.name}`" + (" (required)" if one.required else "")
        cells = (name, one.range, f"`{one.example}`", one.description)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return rows
