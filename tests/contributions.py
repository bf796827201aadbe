"""What people contribute in tests: a complete item, and the people."""

from __future__ import annotations

from typing import Any

ANN, BOB, CHO = "ann", "bob", "cho"


def item(**others: Any) -> dict[str, Any]:
    """The values of an evidence item on a claim that the packaged pack does not have; None leaves a field out."""
    values: dict[str, Any] = {
        "subject": "qlora",
        "relation": "raises",
        "object": "malicious-use",
        "work": "dettmers2023qlora",
        "stance": "supports",
        "kind": "empirical-experiment",
        "strength": "moderate",
        "strength_reason": "One study, one family of models.",
        "locator": "section 4",
        "statement": "Cheap fine-tuning puts adapted models within reach of more people.",
        "basis": "full-text",
    }
    return {name: value for name, value in (values | others).items() if value is not None}


def options(values: dict[str, Any]) -> list[str]:
    """The same as options of the command line."""
    words: list[str] = []
    for name, value in values.items():
        words += [f"--{name.replace('_', '-')}"] if value is True else [f"--{name.replace('_', '-')}", str(value)]
    return words
