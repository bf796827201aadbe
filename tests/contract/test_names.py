"""Entities are named by id, label or alias, in both languages, through every door, with the same answer."""

from __future__ import annotations

from collections import Counter

import pytest
from click.testing import CliRunner

import kg
from kg.cli import cli


def test_what_only_one_entity_is_called_names_it(pack_graph: kg.Graph) -> None:
    snapshot = pack_graph.snapshot
    called = [
        (name, one.id)
        for one in snapshot.entities.values()
        for name in {one.label.en, one.label.zh or one.label.en, *one.aliases, one.id.replace("-", " ").upper()}
    ]
    often = Counter("".join(name.casefold().replace("-", "").replace("_", "").split()) for name, _ in called)
    alone = [(name, id) for name, id in called if often["".join(name.casefold().replace("-", "").split())] == 1]
    assert len(alone) > 300
    wrong = [(name, id) for name, id in alone if snapshot.named(name) != id and name not in snapshot.entities]
    assert wrong == []


def test_what_two_entities_are_called_names_none() -> None:
    two = [kg.Entity(id, "Technique", kg.Text(id), aliases=("Tuning",)) for id in ("a", "b")]
    snapshot = kg.Snapshot.of(1, None, two)
    assert snapshot.named("tuning") == "tuning"
    with pytest.raises(kg.InputError, match=r"'tuning' names a and b \(give one of these ids"):
        snapshot.entity(snapshot.named("tuning"))


@pytest.mark.parametrize("name", ["QLoRA", "Quantized low-rank adaptation", "\u91cf\u5316\u4f4e\u79e9\u9002\u914d"])
def test_questions_by_name_are_questions_by_id(pack_graph: kg.Graph, name: str) -> None:
    assert pack_graph.snapshot.named(name) == "qlora"
    assert pack_graph.paths(name, "Misuse").json() == pack_graph.paths("qlora", "misuse").json()
    assert pack_graph.impact(name).json() == pack_graph.impact("qlora").json()
    assert pack_graph.raises(technique=name).json() == pack_graph.raises(technique="qlora").json()
    assert pack_graph.robustness(name, "misuse").json() == pack_graph.robustness("qlora", "misuse").json()
    assert pack_graph.entity(name) == pack_graph.entity("qlora")
    assert pack_graph.claims(subject=name) == pack_graph.claims(subject="qlora")
    blocked = [pack_graph.paths("lora", "misuse", block=[one]).json() for one in (name, "qlora")]
    assert blocked[0] == blocked[1]


def test_the_command_line_takes_names(pack_graph: kg.Graph) -> None:
    said = [
        CliRunner().invoke(cli, ["--database", f"sqlite:///{pack_graph.store.name}", "show", name, "--json"])
        for name in ("QLoRA", "qlora")
    ]
    assert [one.exit_code for one in said] == [0, 0], said[0].output
    assert said[0].stdout == said[1].stdout
