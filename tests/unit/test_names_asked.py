"""What is no text is refused by every question and record that is asked for by name, with what was given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import kg
from kg.errors import InputError

ASKED: dict[str, Callable[[kg.Graph, Any], object]] = {
    "paths from": lambda graph, name: graph.paths(name, "misuse"),
    "paths to": lambda graph, name: graph.paths("qlora", name),
    "impact": lambda graph, name: graph.impact(name),
    "entity": lambda graph, name: graph.entity(name),
    "claim": lambda graph, name: graph.claim(name),
    "work": lambda graph, name: graph.work(name),
    "item": lambda graph, name: graph.item(name),
    "show": lambda graph, name: graph.show(name),
    "history": lambda graph, name: graph.history("claim", name),
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("name", [None, 3, ["lora"], {"id": "lora"}, b"lora"], ids=repr)
def test_what_is_no_text_is_refused(graph: kg.Graph, asked: str, name: Any) -> None:
    with pytest.raises(InputError) as fault:
        ASKED[asked](graph, name)
    assert repr(name) in fault.value.message
    assert fault.value.hint


def test_evidence_without_a_work_says_that_one_is_needed(graph: kg.Graph) -> None:
    with pytest.raises(InputError, match="no work is given") as fault:
        graph.add_evidence({"claim": "tar--mitigates--safeguard-removal", "statement": "x"}, dry_run=True)
    assert "--work" in str(fault.value.hint)


@pytest.fixture(scope="module")
def graph() -> kg.Graph:
    return kg.open("sqlite://")
