"""Law of exchange: export, an empty record, import: every question has the same answer, and the bytes are the same.

Questions are found on the face by reflection: one that is added without a word here fails the first test.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.criteria import Criteria
from kg.graph import Graph
from kg.model import Change, Claim, Entity, Evidence, Text
from kg.question.answers import Answer
from kg.rdf.competency import questions
from kg.rdf.names import EDGES, PROVENANCE

Ask = Callable[[Graph], Any]
RISK = "malicious-use-by-non-state-actors"
CRITERIA: tuple[Mapping[str, Any], ...] = (
    {},
    {"known_in": 2023, "narrower": True},
    {"include_proposed": True, "include_retracted": True},
    {"min_strength": "moderate", "without_work": ("chan2023hazards",)},
)
PREVIEWED = {
    "claim": "qlora--lowers--memory-requirement", "work": "chan2023hazards", "stance": "disputes", "kind": "argument",
    "strength": "weak", "strength_reason": "An opinion.", "statement": "It does not.", "basis": "abstract",
    "locator": "section 9",
}  # fmt: skip


def every(listing: Callable[..., Any], **given: Any) -> list[Any]:
    """All pages of a list."""
    page = listing(limit=200, **given)
    items = list(page["items"])
    while page["next"] is not None:
        page = listing(limit=200, after=page["next"], **given)
        items += page["items"]
    return items


def under(ask: Callable[..., Any]) -> Ask:
    """A question under several criteria."""
    return lambda graph: [ask(graph, **criteria) for criteria in CRITERIA]


def of_each(records: str, ask: Callable[[Graph, str], Any], step: int = 1) -> Ask:
    """A question about each record of a kind, or each of some."""
    return lambda graph: [ask(graph, id) for id in sorted(getattr(graph.snapshot, records))[::step]]


def rows(graph: Graph) -> list[Any]:
    """What the competency questions find, but for those that tell the revision that wrote a record."""
    told = {"provenance", "reviews", "latest-evidence", "describe-claim"}
    some = [one for name, one in questions().items() if name not in told]
    return [graph.sparql(one.text, format="table").document for one in some]


ASKED: dict[str, Ask] = {
    "basis": lambda graph: graph.basis(),
    "claim": of_each("claims", lambda graph, one: graph.claim(one)),
    "claims": lambda graph: [*every(graph.claims), *every(graph.claims, contested=True)],
    "coverage": lambda graph: graph.coverage(),
    "cut": under(lambda graph, **criteria: graph.cut([RISK], source=["qlora"], max_links=4, **criteria)),
    "dataset": lambda graph: len(set(graph.dataset(known_in=2023).graph(EDGES[1:-1]))),
    "diff": lambda graph: graph.diff("known:2022", "known:2024"),
    "disputes": under(lambda graph, **criteria: graph.disputes(**criteria)),
    "duplicates": lambda graph: graph.duplicates(),
    "entities": lambda graph: every(graph.entities),
    "entity": of_each("entities", lambda graph, one: graph.entity(one)),
    "evidence": lambda graph: every(graph.evidence),
    "explain": lambda graph: graph.explain(graph.paths("qlora", RISK)),
    "gaps": lambda graph: graph.gaps(limit=200),
    "impact": of_each("entities", lambda graph, one: graph.impact(one, max_links=3), 4),
    "item": of_each("evidence", lambda graph, one: graph.item(one), 3),
    "lint": lambda graph: graph.lint(),
    "matrix": under(lambda graph, **criteria: graph.matrix(**criteria)),
    "network": lambda graph: graph.network(Criteria(known_in=2023)).ids,
    "paths": under(lambda graph, **criteria: graph.paths("qlora", RISK, **criteria)),
    "pieces": lambda graph: ["".join(map(str, graph.pieces(format)[2])) for format in ("turtle", "ntriples")],
    "preview": lambda graph: graph.preview(PREVIEWED, actor="ann"),
    "projection": lambda graph: sorted(str(quad) for quad in graph.projection().store if not undone(quad)),
    "raises": under(lambda graph, **criteria: graph.raises(**criteria)),
    "references": lambda graph: graph.references(graph.paths("qlora", RISK)),
    "retract": lambda graph: graph.retract("dettmers2023qlora", dry_run=True),
    "robustness": lambda graph: graph.robustness("qlora", RISK),
    "search": lambda graph: [graph.search(text) for text in ("fine-tuning", "安全", "LoRA", "open weights")],
    "show": of_each("works", lambda graph, one: graph.show(one), 5),
    "sparql": rows,
    "validate": lambda graph: [one for one in graph.validate()["items"] if not one["focus"].startswith("revision:")],
    "vocabulary_triples": lambda graph: graph.vocabulary_triples(),
    "what_if": lambda graph: graph.what_if("qlora", RISK, drop_work=["dettmers2023qlora"]),
    "work": of_each("works", lambda graph, one: graph.work(one)),
    "works": lambda graph: [*every(graph.works), *every(graph.works, year=2023)],
}
"""The questions of the face: each is asked of both records."""
HISTORY = {
    "credit", "entry", "history", "keep", "left", "log", "receipt", "receipts", "reviews", "verify",
    "verify_receipt", "waiting",
}  # fmt: skip
"""What asks for the history, or for answers that were kept: files hold contents, not history (decision 0009)."""
WRITING = {
    "add_claim", "add_entity", "add_evidence", "add_work", "load", "merge", "review", "revise", "revoke", "seed",
    "undo", "write",
}  # fmt: skip
ACCOUNTS = {
    "acting", "bearer", "create_token", "people", "person", "revoke_token", "sign_in", "sign_out", "signed_in",
    "tokens",
}  # fmt: skip
MACHINERY = {
    "as_then",
    "at_one_revision",
    "backup",
    "export",
    "known_part",
    "look_ahead",
    "need_notice",
    "notices",
    "rests_on",
    "supposing",
    "unknown",
}


def undone(quad: Any) -> bool:
    """Tell whether a quad speaks of the history, or of the revision that beliefs were worked out at."""
    return str(quad.graph_name) == PROVENANCE or str(quad.predicate).endswith("atRevision>")


def plain(answer: Any) -> Any:
    """An answer without what depends on when it was recorded."""
    if isinstance(answer, Answer):
        answer = json.loads(answer.json())
    if isinstance(answer, dict):
        dropped = {"revision", "receipt", "recorded_at", "as_of"}
        return {name: plain(value) for name, value in answer.items() if name not in dropped}
    return [plain(one) for one in answer] if isinstance(answer, list | tuple) else answer


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Graph, Graph, Path]]:
    """A record with records in every state, the same from its file, and that file."""
    folder = tmp_path_factory.mktemp("round")
    graph = kg.open(f"sqlite:///{folder}/record.db", lang="en", ontology=())
    snapshot = graph.snapshot
    items = sorted(snapshot.evidence)
    works = sorted(snapshot.works)
    old = snapshot.evidence[items[7]]
    entity = Entity("new-method", "Technique", Text("New method", "新方法"), aliases=("b", "a"), status="proposed")
    claim = Claim(f"new-method--raises--{RISK}", "new-method", "raises", RISK, "at scale", status="proposed")
    item = Evidence(
        f"{works[0]}.abc", claim.id, works[0], "supports", "argument", "weak", "它确实如此。", "memory",
        quote='line one\n"line two"', contributor="0000-0002-1825-0097", status="proposed",
    )  # fmt: skip
    later = replace(old, id=f"{old.work}.later", alias=None, supersedes=old.id, statement="Said better.")
    again = replace(snapshot.works[works[3]], id="twin", doi=None, arxiv=None, status="merged", merged_into=works[3])
    graph.write([Change("entity", entity), Change("claim", claim)], actor="ann", act="propose")
    graph.write([Change("evidence", item)], actor="ann", act="propose")
    graph.write(
        [Change("evidence", replace(old, status="superseded")), Change("evidence", later)], actor="bo", act="accept"
    )
    graph.write([Change("work", again)], actor="bo", act="merge")
    graph.retract(works[5], notice="https://example.org/notice", why="They said so.")
    graph.write([Change("evidence", replace(snapshot.evidence[items[9]], status="rejected"))], actor="bo", act="reject")
    file = folder / "record.trig"
    graph.export(file)
    other = kg.open(f"sqlite:///{folder}/other.db", empty=True, lang="en", ontology=())
    report = other.load(file)
    assert (report["failures"], report["conflicts"]) == ([], [])
    yield graph, other, file
    graph.store.close()
    other.store.close()


def test_every_question_of_the_face_is_asked_here_or_named_as_none() -> None:
    public = {
        name for name, member in inspect.getmembers(Graph, callable) if not name.startswith("_")
    }  # fmt: skip
    known = [set(ASKED), HISTORY, WRITING, ACCOUNTS, MACHINERY]
    assert public == set().union(*known)
    assert len(public) == sum(map(len, known))


def test_the_bytes_are_the_same_again(both: tuple[Graph, Graph, Path], tmp_path: Path) -> None:
    graph, other, file = both
    for name in ("again.trig", "again.jsonld", "again.nt"):
        told = [one.export(tmp_path / name)["sha256"] for one in (graph, other)]
        assert told[0] == told[1]
    assert (tmp_path / "again.trig").read_bytes() == file.read_bytes()
    assert other.load(file)["added"] == 0


@pytest.mark.parametrize("name", ASKED)
def test_the_same_answer(both: tuple[Graph, Graph, Path], name: str) -> None:
    graph, other, _ = both
    answer = plain(ASKED[name](graph))
    assert answer not in (None, {})
    assert plain(ASKED[name](other)) == answer
