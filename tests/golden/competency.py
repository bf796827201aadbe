"""Writes down what the competency questions answer on the pack: `python -m tests.golden.competency`.

Lives here: the form in which answers are kept, and rewriting them. Never here: what is right (test_competency.py).
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import kg
from kg.rdf.cells import short
from kg.rdf.competency import questions

FILE = Path(__file__).with_name("competency.txt")


def answer(graph: kg.Graph, name: str) -> list[str]:
    """The lines of an answer: the names of the columns, then one line a row, shortened."""
    found = graph.sparql(questions()[name].text, format="table")
    if "boolean" in found.document:
        return [str(found.boolean)]
    names = found.document["head"]["vars"]
    rows = [" | ".join(_shown(row[column]) for column in names) for row in found.rows]
    return [" | ".join(names), *rows]


def kept() -> dict[str, list[str]]:
    """The answers that are written down, by the name of the question."""
    parts = re.split(r"^== (\S+)\n", FILE.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {name: text.splitlines() for name, text in zip(parts[::2], parts[1::2], strict=True)}


def _shown(value: object) -> str:
    if value is None:
        return "-"
    text = short(value) if isinstance(value, str) else str(value)
    return text.replace("\n", " ")


def main() -> None:
    """Write the answers of now."""
    with tempfile.TemporaryDirectory() as folder:
        graph = kg.open(f"sqlite:///{folder}/record.db", lang="en", ontology=())
        parts = ["\n".join([f"== {name}", *answer(graph, name), ""]) for name in questions()]
        graph.store.close()
    FILE.write_text("".join(parts), "utf-8")


if __name__ == "__main__":
    main()
