"""Entities are named by id, label or alias, works by key, DOI or arXiv id, through every door, with the same answer."""

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


KEY, ARXIV, DOI = "chan2023hazards", "2312.14751", "10.48550/arXiv.2312.14751"
SHORT = {"max_links": 2}


@pytest.mark.parametrize("name", [ARXIV, f"https://doi.org/{DOI}"])
def test_works_by_identifier_are_works_by_key(pack_graph: kg.Graph, name: str) -> None:
    def asked(work: str) -> list[object]:
        graph = pack_graph
        return [
            graph.raises("misuse", without_work=work, **SHORT).json(),
            graph.matrix(only_work=[work, KEY], rows="Mitigation", **SHORT).json(),
            graph.diff("known:2023", without_work=work, rows="Mitigation", **SHORT).json(),
            graph.what_if("qlora", "misuse", drop_work=work).json(),
            graph.what_if("qlora", "misuse", retract=work, without_work=work).json(),
            graph.what_if("qlora", "misuse", scenario={"under": {"only_work": work}, "drop_claim": "nope"}).json(),
            graph.retract(work, dry_run=True, rows="Mitigation", **SHORT).json(),
            graph.work(work).json(),
            graph.claims(work=work, limit=3).json(),
            graph.evidence(work=work, limit=3).json(),
            graph.history("work", work),
            graph.history(None, work),
            list(graph.pieces("bibtex", works=[work])[2]),
        ]

    assert asked(name) == asked(KEY)
    assert pack_graph.what_if("qlora", "misuse", drop_work=name)["question"]["scenario"] == {"drop_work": [KEY]}


def test_the_command_line_takes_identifiers_of_works(pack_graph: kg.Graph) -> None:
    answer = pack_graph.paths("qlora", "misuse", k=1, without_work=KEY)
    words = ["paths", "qlora", "misuse", "-k", "1", "--without-work", DOI, "--json"]
    said = CliRunner().invoke(cli, ["--database", f"sqlite:///{pack_graph.store.name}", *words])
    assert said.stdout_bytes.rstrip(b"\n") == answer.json()


def test_a_work_that_is_not_there_names_near_ones(pack_graph: kg.Graph) -> None:
    for near in ("chan2023hazard", "Hazards from Increasingly Accessible Fine-Tuning"):
        with pytest.raises(kg.NotFound, match=f"without_work: there is no work .*did you mean {KEY}"):
            pack_graph.raises(without_work=near)
    with pytest.raises(kg.NotFound, match=r"there is no work '2312\.99999' "):
        pack_graph.evidence(work="2312.99999")


def test_one_work_under_two_names_is_named_once(pack_graph: kg.Graph) -> None:
    with pytest.raises(kg.InputError, match=f"mark: {KEY} is given twice"):
        pack_graph.what_if(mark=[f"{ARXIV}=retracted", f"{KEY}=current"])


@pytest.mark.parametrize(
    ("method", "given", "told"),
    [
        (
            "raises",
            {"target": "misuse"},
            r"`raises`; did you mean risk\? \(it takes risk, technique, max_links, lang, as_of",
        ),
        ("works", {"sort": "items"}, r"`works` \(it takes status, year, limit, after, as_of"),
        ("what_if", {"drop_works": KEY}, r"did you mean drop_work\? \(it takes source, target, scenario"),
        ("disputes", {"known": 2024}, r"did you mean known_in\? \(it takes max_links, lang, as_of"),
    ],
)
def test_a_parameter_that_there_is_not_lists_those_of_its_question(
    pack_graph: kg.Graph, method: str, given: dict[str, object], told: str
) -> None:
    with pytest.raises(kg.InputError, match=rf"is not a parameter of .*{told}"):
        getattr(pack_graph, method)(**given)
