"""The competency questions on the packaged pack: what they answer, and the same by other means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from click.testing import CliRunner

import kg
from kg.cli import cli
from kg.model import Change, Entity, Text, Work
from kg.packaged import packaged
from kg.rdf.competency import GROUPS, questions
from tests.golden.competency import answer, kept

BASE = "https://w3id.org/evidence-kg/"
POSITIVE = {"raises", "enables", "provides"}
NAMES = tuple(questions())


def local(value: Any) -> Any:
    """An IRI without what stands before its last # or /."""
    return re.split(r"[#/]", value)[-1] if isinstance(value, str) and value.startswith("http") else value


def asked(graph: kg.Graph, name: str) -> list[tuple[Any, ...]]:
    return [tuple(map(local, row.values())) for row in graph.sparql(questions()[name].text).rows]


def every(graph: kg.Graph, kind: str, **filters: Any) -> list[dict[str, Any]]:
    """All records of a kind, as the face lists them."""
    page = getattr(graph, kind)(limit=200, **filters)
    items: list[dict[str, Any]] = page["items"]
    while page["next"] is not None:
        page = getattr(graph, kind)(limit=200, after=page["next"], **filters)
        items = items + page["items"]
    return items


@lru_cache(maxsize=1)
def claims_of(graph: kg.Graph) -> list[dict[str, Any]]:
    """All claims, each with its evidence."""
    return [graph.claim(one["id"]) for one in every(graph, "claims")]


def holding(graph: kg.Graph) -> list[dict[str, Any]]:
    """Claims with an item that counts and supports."""
    return [one for one in claims_of(graph) if supporting(one)]


def supporting(claim: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for item in claim["evidence"] if item["counts"] and item["stance"] == "supports"]


def types(graph: kg.Graph) -> dict[str, str]:
    return {one["id"]: one["type"] for one in every(graph, "entities")}


def closure(graph: kg.Graph, relations: Iterable[str]) -> nx.DiGraph:
    some = nx.DiGraph((one["subject"], one["object"]) for one in holding(graph) if one["relation"] in relations)
    return nx.transitive_closure(some, reflexive=False)


def test_there_are_enough_and_each_group_has_some() -> None:
    assert len(NAMES) >= 25
    assert {one.group for one in questions().values()} == set(GROUPS)
    for one in questions().values():
        assert re.search("[\u4e00-\u9fff]", one.question.zh or ""), one.name
        assert one.question.en.isascii(), one.name


@pytest.mark.parametrize("name", NAMES)
def test_it_answers_what_is_written_down(pack_graph: kg.Graph, name: str) -> None:
    now = answer(pack_graph, name)
    assert now == kept()[name], "if this is meant: python -m tests.golden.competency"


def test_what_is_written_down_is_asked() -> None:
    assert tuple(kept()) == NAMES


def test_the_command_line_lists_them() -> None:
    for lang in ("en", "zh"):
        listed = CliRunner(env={"COLUMNS": "250"}).invoke(cli, ["--lang", lang, "sparql", "--list"])
        assert listed.exit_code == 0
        assert all(
            one.name in listed.output and one.question.get(lang) in listed.output for one in questions().values()
        )


@pytest.mark.parametrize("path", sorted(packaged("ontology", "queries").glob("*.rq")), ids=lambda path: path.stem)
def test_no_file_joins_inside_not_exists(path: Path) -> None:
    """Such joins are quadratic on Oxigraph; `OPTIONAL { ... } FILTER(!BOUND(?x))` is not."""
    text = re.sub(r"#[^\n<>]*\n", "\n", path.read_text("utf-8"))
    for found in re.finditer(r"NOT\s+EXISTS\s*\{([^}]*)\}", text, re.IGNORECASE):
        assert not re.search(r"[.;,]\s*\S|/", found[1].strip().rstrip(".")), path.name


def test_that_rule_can_fail() -> None:
    bad = "FILTER NOT EXISTS { ?a ?b ?c . ?c ?d ?e }"
    found = re.search(r"NOT\s+EXISTS\s*\{([^}]*)\}", bad)
    assert found is not None
    assert re.search(r"[.;,]\s*\S|/", found[1].strip().rstrip("."))


def test_raising_is_the_closure_of_networkx(pack_graph: kg.Graph) -> None:
    of = types(pack_graph)
    expected = {(a, b) for a, b in closure(pack_graph, {"raises"}).edges if of[a] == "Technique"}
    assert set(asked(pack_graph, "raises-closure")) == expected
    expected = {(a, b) for a, b in closure(pack_graph, POSITIVE).edges if (of[a], of[b]) == ("Technique", "Risk")}
    assert set(asked(pack_graph, "routes-to-risks")) == expected
    target = "malicious-use-by-non-state-actors"
    expected = {(a, of[a]) for a, b in closure(pack_graph, POSITIVE).edges if b == target}
    assert set(asked(pack_graph, "malicious-use-raisers")) == expected
    route = closure(pack_graph, {"raises", "enables", "lowers"}).has_edge("qlora", target)
    assert pack_graph.sparql(questions()["is-there-a-route"].text).boolean is route is True


def test_direct_claims_are_those_of_the_face(pack_graph: kg.Graph) -> None:
    of = types(pack_graph)
    ends = {
        "raises-directly": ("raises", {"Technique"}, {"Risk"}),
        "lowered-factors": ("lowers", {"Technique"}, {"Factor"}),
        "who-exercises-risks": ("exercised-by", {"Risk"}, {"Actor"}),
        "requirements": ("requires", set(of.values()), set(of.values())),
        "what-is-affected": ("affects", set(of.values()), set(of.values())),
    }
    for name, (relation, subjects, objects) in ends.items():
        expected = {
            (one["subject"], one["object"])
            for one in holding(pack_graph)
            if one["relation"] == relation and of[one["subject"]] in subjects and of[one["object"]] in objects
        }
        assert {row[:2] for row in asked(pack_graph, name)} == expected, name
    undermined = {(one["object"], one["subject"]) for one in holding(pack_graph) if one["relation"] == "undermines"}
    assert set(asked(pack_graph, "undermined")) == undermined


def test_beliefs_are_those_of_the_face(pack_graph: kg.Graph) -> None:
    claims = {one["id"]: one for one in claims_of(pack_graph)}
    for id, expected, low, high in asked(pack_graph, "believed"):
        belief = claims[id]["belief"]
        for given, own in ((expected, "expected"), (low, "low"), (high, "high")):
            assert abs(given - Decimal(belief[own])) < Decimal("1e-11"), id
    assert len(asked(pack_graph, "believed")) == sum(one["belief"]["expected"] >= 0.8 for one in claims.values())
    contested = {row[0] for row in asked(pack_graph, "contested-claims")}
    assert contested == {one["id"] for one in every(pack_graph, "claims", contested=True)}
    assert contested == {item["claim"]["id"] for item in pack_graph.disputes()["items"]}


def test_what_claims_rest_on_is_what_the_face_says(pack_graph: kg.Graph) -> None:
    claims = claims_of(pack_graph)
    works = {one["id"]: {item["work"] for item in supporting(one)} for one in claims}
    assert dict(asked(pack_graph, "single-work-claims")) == {id: min(of) for id, of in works.items() if len(of) == 1}
    said = {one["id"]: [item for item in one["evidence"] if item["stance"] == "supports"] for one in claims}
    inferred = {id for id, items in said.items() if items and all(item["inferred"] for item in items)}
    assert {row[0] for row in asked(pack_graph, "inferred-only")} == inferred
    bases = {one["id"]: {item["basis"] for item in one["evidence"]} for one in claims}
    assert {row[0] for row in asked(pack_graph, "seed-summary-only")} == {
        id for id, of in bases.items() if of == {"seed-summary"}
    }


def test_counts_are_those_of_the_face(pack_graph: kg.Graph) -> None:
    items = every(pack_graph, "evidence")
    for name, field in (("evidence-by-kind", "kind"), ("evidence-by-basis", "basis")):
        number = 1 if name == "evidence-by-kind" else 2
        counted = {row[0].removeprefix(f"{field}-"): row[number] for row in asked(pack_graph, name)}
        assert counted == Counter(item[field] for item in items), name
    certain = {
        (row[0].removeprefix("certainty-"), row[1].removeprefix("stance-")): row[2]
        for row in asked(pack_graph, "evidence-by-certainty")
    }
    assert certain == Counter((item["certainty"], item["stance"]) for item in items)
    years = {int(row[0]): row[1] for row in asked(pack_graph, "works-by-year")}
    assert years == Counter(work["year"] for work in every(pack_graph, "works") if work["year"] is not None)
    of, claims = types(pack_graph), claims_of(pack_graph)
    linked = {end for one in claims for end in (one["subject"], one["object"])}
    counted = {row[0]: row[1:] for row in asked(pack_graph, "coverage-by-type")}
    assert counted == {
        kind: (number, sum(of[id] == kind for id in linked)) for kind, number in Counter(of.values()).items()
    }
    assert {row[0] for row in asked(pack_graph, "unlinked-entities")} == set(of) - linked
    assert {row[0]: row[3] for row in asked(pack_graph, "relations")} == Counter(one["relation"] for one in claims)


def test_measures_are_those_of_the_face(pack_graph: kg.Graph) -> None:
    of, claims = types(pack_graph), holding(pack_graph)
    mitigating = [one for one in claims if one["relation"] == "mitigates" and of[one["object"]] == "Risk"]
    expected = {(one["object"], one["subject"], len({item["work"] for item in supporting(one)})) for one in mitigating}
    assert set(asked(pack_graph, "mitigations-of-risks")) == expected
    helping = {one["subject"] for one in claims if one["relation"] in {"mitigates", "lowers"}}
    measures = {id for id, kind in of.items() if kind == "Mitigation"}
    assert {row[0] for row in asked(pack_graph, "mitigations-without-support")} == measures - helping


def test_reviews_are_told_as_they_were_made(tmp_path: Path) -> None:
    graph = kg.open(f"sqlite:///{tmp_path}/r.sqlite", empty=True, lang="en", ontology=())
    one, other = (Entity(id, "Risk", Text(id), status="proposed") for id in ("a", "b"))
    work = Work("doe2020on", "article", "On")
    graph.write([Change("entity", one), Change("entity", other)], actor="ann", act="propose")
    graph.write([Change("work", work)], actor="ann", act="import")
    made = [
        ([Change("entity", replace(one, status="accepted"))], "bo", "accept", None),
        ([Change("entity", replace(other, status="returned"))], "cem", "return", "Which b?"),
        ([Change("entity", replace(one, status="revoked"))], "bo", "revoke", "Not a risk."),
        ([Change("work", replace(work, status="retracted"))], "0000-0002-1825-0097", "mark retracted", "Notice."),
    ]
    told = []
    for changes, actor, act, reason in made:
        at = graph.write(changes, actor=actor, act=act, reason=reason).recorded_at
        told.append((changes[0].id, act.removeprefix("mark ").replace("retracted", "retract"), actor, at, reason))
    assert [(*row[:3], row[4]) for row in asked(graph, "reviews")] == [(*row[:3], row[4]) for row in told]
    assert graph.validate()["counts"]["violation"] == 0
    revised = graph.sparql("SELECT ?r { ?r a prov:Activity ; prov:used ?x FILTER NOT EXISTS { ?r a ekg:Review } }")
    assert revised.rows == []
    graph.store.close()
