"""Every argument of every public method of the face, given what it cannot take: an error of ours, or a right answer."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.criteria import Criteria
from kg.errors import InputError, KgError
from kg.graph import Graph
from kg.probing import PARTS

NOTHING = object()
HOSTILE = {
    "an object": NOTHING,
    "None": None,
    "a number": 3,
    "a negative number": -1,
    "a fraction": 1.5,
    "no number": float("nan"),
    "a vast number": 10**5_000,
    "truth": True,
    "bytes": b"x",
    "an empty text": "",
    "a word": "zzz",
    "a long text": "x" * 10_000,
    "a text with NUL": "a\0b",
    "half a character": "\ud800",
    "an empty list": [],
    "a mixed list": ["lora", 3],
    "a list of None": [None],
    "a list in a list": [[]],
    "a set": {"lora"},
    "an empty mapping": {},
    "a mapping": {"id": "lora"},
    "a mapping of numbers": {1: 2},
    "a mapping with a list": {"id": []},
}
CRITERIA = tuple(spec.name for spec in fields(Criteria))
FILTERS = {
    "entities": ("type", "broader", "after"),
    "claims": ("subject", "relation", "object", "work", "after"),
    "works": ("status", "after"),
    "evidence": ("claim", "work", "stance", "locator", "after"),
    "load": ("encoding", "exact", "dry_run", "failures"),
    "what_if": tuple(sorted(PARTS)),
}
CLAIM, WORK, ITEM = "tar--mitigates--safeguard-removal", "hu2022lora", "hu2022lora.opneblqy3jx6"
METHODS = sorted(name for name, one in inspect.getmembers(Graph, inspect.isfunction) if not name.startswith("_"))
VALUES: Mapping[str, Mapping[str, Any]] = {
    "add_entity": {"type": "Technique", "label": "Weight surgery"},
    "add_claim": {"subject": "qlora", "relation": "raises", "object": "malicious-use"},
    "add_evidence": {"claim": CLAIM, "work": WORK, "stance": "supports", "kind": "argument", "strength": "weak"},
    "add_work": {"title": "One", "authors": ["Li, Wei"], "year": 2020, "type": "article"},
    "revise": {"strength": "weak"},
}


SENT = {"secret", "session"}
"""What somebody sent as a secret: nonsense is nobody's, and never shown."""


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    folder = tmp_path_factory.mktemp("arguments")
    made = kg.open(f"sqlite:///{folder}/record.sqlite")
    made.keep(made.paths("qlora", "malicious-use-by-non-state-actors"))
    before = Path.cwd()
    os.chdir(folder)  # Where a text is taken for the name of a file.
    yield made
    os.chdir(before)
    made.store.close()


def right(graph: Graph, method: str) -> dict[str, Any]:
    """Return arguments that a method takes, of those that it needs."""
    answer = graph.paths("qlora", "malicious-use-by-non-state-actors")
    of_method = {"claim": CLAIM, "work": WORK, "item": ITEM, "receipt": answer["receipt"]}
    known: dict[str, Any] = {
        "a": 1, "act": "x", "actor": "ann", "answer": answer, "changes": [], "decision": "accept",
        "duplicate": "chan2023hazards", "entity": "lora", "file": "written.json", "format": "csl-json", "given": answer,
        "handle": "ann", "handles": ["ann"], "id": of_method.get(method, "lora"), "keep": WORK, "kind": "entity",
        "notice": None, "number": 1, "path": "nowhere", "pins": {}, "query": "ASK {}", "receipt": answer["receipt"],
        "revision": 1, "secret": "x", "session": "x", "snapshot": graph.snapshot, "source": "qlora",
        "status": "retracted", "target": "malicious-use-by-non-state-actors", "text": "lora",
        "values": VALUES.get(method, {}), "work": WORK,
    }  # fmt: skip
    needed = {
        name for name, one in parameters(method).items() if one.default is one.empty and one.kind is not one.VAR_KEYWORD
    }
    needed |= {"source", "target"} & parameters(method).keys() if method == "what_if" else set()
    return {name: known[name] for name in needed & known.keys()}


def parameters(method: str) -> dict[str, inspect.Parameter]:
    """Return what a method takes, but for itself."""
    return {name: one for name, one in inspect.signature(getattr(Graph, method)).parameters.items() if name != "self"}


def arguments(method: str) -> list[str]:
    """Return the names of all that a method takes: its parameters, criteria, filters."""
    found = parameters(method)
    named = [name for name, one in found.items() if one.kind is not one.VAR_KEYWORD]
    more = FILTERS.get(method, ()) + (() if method == "load" else CRITERIA)
    return named + [name for name in more if len(named) < len(found) and name not in named]


def refused(ask: Callable[[], object]) -> KgError | None:
    """Ask; return the error of ours, None where there was none."""
    try:
        answer = ask()
    except KgError as fault:
        return fault
    for _ in answer[2] if isinstance(answer, tuple) and len(answer) == 3 else ():
        pass  # The pieces of a file are made as they are sent.
    return None


@pytest.mark.parametrize("method", METHODS)
def test_what_an_argument_cannot_take_is_told(graph: Graph, method: str) -> None:
    ask, needed = getattr(graph, method), right(graph, method)
    for name in arguments(method):
        for said, value in HOSTILE.items():
            fault = refused(lambda name=name, value=value: ask(**{**needed, name: value}))
            if value is NOTHING and name not in SENT:
                assert isinstance(fault, KgError), f"{method}({name}: {said}) was taken"
                assert fault.where, f"{method}({name}: {said}) is told without a name"


@pytest.mark.parametrize("method", VALUES)
def test_what_a_field_cannot_take_is_told(graph: Graph, method: str) -> None:
    ask, needed, values = getattr(graph, method), right(graph, method), VALUES[method]
    for name in {*values, "id", "identifier", "citation", "item", "distinct", "quote", "inferred", "csl", "aliases"}:
        for value in HOSTILE.values():
            refused(lambda name=name, value=value: ask(**{**needed, "values": {**values, name: value}}))


@pytest.mark.parametrize("name", list(inspect.signature(kg.open).parameters))
def test_opening_tells_what_it_cannot_take(tmp_path: Path, name: str) -> None:
    given: dict[str, Any] = {"database": f"{tmp_path}/record.sqlite", "empty": True}
    for value in (NOTHING, 3.5, b"x", {"a": 1}, [3], "a\0b"):
        with pytest.raises(InputError) as fault:
            kg.open(**{**given, name: value})
        assert fault.value.where == name
        assert fault.value.hint
    assert not (tmp_path / "record.sqlite").exists()


def test_the_name_of_an_argument_what_was_given_and_what_is_expected_are_said(graph: Graph) -> None:
    asked: Any = graph
    told: dict[Callable[[], object], str] = {
        lambda: asked.cut(3): "target: 3 (of type int) is not a text or a list of texts",
        lambda: asked.impact(b"x"): "entity: b'x' (of type bytes) is not a text",
        lambda: asked.raises([]): "risk: [] (of type list) is not a text",
        lambda: asked.works(after=3): "after: 3 (of type int) is not a text",
        lambda: asked.paths("lora", "misuse", block=3): "block: 3 is neither a text nor a list of texts",
        lambda: asked.undo(1, with_later="no"): "with_later: 'no' (of type str) is not True or False",
        lambda: asked.search("a\0b"): "text: 'a\\x00b' holds what no text holds",
    }
    for ask, said in told.items():
        with pytest.raises(InputError) as fault:
            ask()
        assert str(fault.value).startswith(said)
