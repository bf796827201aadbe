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


def test_a_name_that_two_entities_have_says_which() -> None:
    own = kg.open("sqlite://")
    own.revise("qlora", {"aliases": ["QLoRA", "LoRA"]}, actor="ann")
    asked: tuple[Callable[[], object], ...] = (
        lambda: own.paths("LoRA", "malicious-use"),
        lambda: own.raises("malicious-use", technique="lo ra"),
        lambda: own.show("LoRA"),
        lambda: own.history("entity", "LoRA"),
        lambda: own.entity("LoRA"),
        lambda: own.impact("qlora", block="LoRA"),
        lambda: own.add_claim({"subject": "LoRA", "relation": "raises", "object": "malicious-use"}, dry_run=True),
    )
    for ask in asked:
        with pytest.raises(InputError, match="names lora and qlora") as fault:
            ask()
        assert fault.value.hint == "give one of these ids"
    assert own.paths("lora", "malicious-use")["paths"], "an id goes before what others are called"
    assert own.show("hu2022lora")[0] == "work"
    own.store.close()


def test_a_proposal_takes_no_name_from_what_is_accepted() -> None:
    own = kg.open("sqlite://")
    before = own.paths("QLoRA", "malicious-use")["paths"]
    own.add_entity({"id": "other", "type": "Technique", "label": "Other", "aliases": ["QLoRA"]}, actor="ann")
    assert own.paths("QLoRA", "malicious-use")["paths"] == before
    own.review("other", "accept", actor="bob")
    with pytest.raises(InputError, match="'QLoRA' names other and qlora"):
        own.paths("QLoRA", "malicious-use")
    own.revoke("other", actor="bob", why="one is enough")
    assert own.paths("QLoRA", "malicious-use")["paths"] == before
    own.store.close()
