"""The pages on which people contribute, review and undo: the whole story by forms, and what they refuse."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import kg
from kg import called, merging
from kg.importers import citations, pack_load, rdf_load, tables_load
from kg.model import Change, Entity, Text
from kg.rdf.reviews import OUTCOMES
from kg.revising import ACT
from kg_api.pages_write import review
from kg_api.pages_write.history import ACTS
from tests.api.applications import another

ITEM = {
    "subject": "qlora",
    "relation": "lowers",
    "object": "fine-tuning-cost",
    "work": "hu2022lora",
    "stance": "supports",
    "kind": "empirical-experiment",
    "strength": "moderate",
    "strength_reason": "one model family",
    "locator": "§5",
    "statement": "It took a third of the memory.",
    "basis": "full-text",
}
CITATION = "@article{new2024, title={A new one}, author={Li, Wei}, year={2024}}"
HTML = {"accept": "text/html"}


class Visitor:
    """A browser without scripts: keeps its cookie, sends forms with the proof that the page gave it."""

    def __init__(self, app: FastAPI, token: str | None = None) -> None:
        self.client = TestClient(app, headers=HTML, follow_redirects=False)
        self.csrf = ""
        if token is not None:
            came = self.client.post("/sign-in", data={"token": token, "next": "/contribute?lang=en"})
            assert (came.status_code, came.headers["location"]) == (303, "/contribute?lang=en")
            self.csrf = self.field("/contribute", "csrf")

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text[:1000]
        assert answer.headers["cache-control"] == "no-store"
        return answer.text

    def field(self, path: str, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.get(path))
        assert found is not None
        return found[1]

    def post(self, path: str, status: int, **fields: Any) -> str:
        """Return where a form leads to, or the page that it shows."""
        answer = self.client.post(path, data={"csrf": self.csrf, **fields})
        assert answer.status_code == status, answer.text[:1500]
        assert answer.headers["cache-control"] == "no-store"
        return answer.headers["location"] if status == 303 else answer.text


@pytest.fixture
def graph(pack_url: str) -> Iterator[kg.Graph]:
    made = kg.open(pack_url)
    yield made
    made.store.close()


@pytest.fixture
def app(graph: kg.Graph) -> FastAPI:
    return another(graph)


@pytest.fixture
def ann(graph: kg.Graph, app: FastAPI) -> Visitor:
    return Visitor(app, graph.create_token("ann", role="contributor", email="ann@example.org")["secret"])


@pytest.fixture
def bob(graph: kg.Graph, app: FastAPI) -> Visitor:
    return Visitor(app, graph.create_token("bob", role="reviewer", name="Bob Ray")["secret"])


@dataclass(frozen=True)
class Still:
    """A record that many tests look at and none changes, and who visits it."""

    graph: kg.Graph
    app: FastAPI
    ann: Visitor
    bob: Visitor

    @property
    def unchanged(self) -> bool:
        return self.graph.revision == 1


@pytest.fixture(scope="module")
def still(pack_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Still]:
    """For tests in which nothing is written; they need not make a record each."""
    graph = kg.open(f"sqlite:///{shutil.copy(pack_file, tmp_path_factory.mktemp('still'))}")
    with pytest.MonkeyPatch.context() as patch:
        for budget in ("KG_WRITES_PER_MINUTE", "KG_WRONG_TOKENS_PER_MINUTE"):
            patch.setenv(budget, "1000000")
        app = another(graph)
    ann = Visitor(app, graph.create_token("ann", role="contributor", email="ann@example.org")["secret"])
    bob = Visitor(app, graph.create_token("bob", role="reviewer", name="Bob Ray")["secret"])
    yield Still(graph, app, ann, bob)
    assert graph.revision == 1
    graph.store.close()


def test_the_story_by_forms(graph: kg.Graph, ann: Visitor, bob: Visitor) -> None:
    claim = "qlora--lowers--fine-tuning-cost"
    shown = ann.post("/contribute", 200, act="preview", **{**ITEM, "work": "", "citation": CITATION})
    assert "A new one" in shown
    assert "What it would change" in shown
    assert (graph.revision, claim in graph.snapshot.claims) == (1, False)
    place = ann.post("/contribute", 303, act="send", **{**ITEM, "work": "", "citation": CITATION})
    path, id = place.split("?")[0], place.split("?")[0].rpartition("/")[2]
    assert graph.snapshot.works["new2024"].title == "A new one"
    assert graph.snapshot.evidence[id].status == "proposed"
    assert "Sent. It waits for review" in ann.get(place)
    assert "Quantized low-rank adaptation lowers cost of fine-tuning" in bob.get("/review")

    before = graph.raises().json()
    seen = bob.field(path, "revision")
    assert bob.post(path, 303, decision="accept", revision=seen).startswith(path)
    assert graph.snapshot.evidence[id].status == "accepted"
    assert graph.snapshot.claims[claim].status == "accepted"
    assert graph.raises().json() != before
    number = graph.revision
    assert "Bob Ray" in bob.get("/history")
    assert claim in bob.get(f"/history/{number}")

    assert bob.post(f"/history/{number}", 303, why="too early").startswith(f"/history/{number + 1}")
    assert graph.snapshot.evidence[id].status == "proposed"
    assert graph.raises()["items"] == kg.open(f"sqlite:///{graph.store.name}").raises(as_of=1)["items"]
    assert graph.verify()["problems"] == []


def test_nobody_decides_without_the_role_or_on_her_own(graph: kg.Graph, ann: Visitor, bob: Visitor) -> None:
    mine = bob.post("/contribute", 303, act="send", **ITEM).split("?")[0]
    assert "You proposed this yourself" in bob.get(mine)
    assert "bob" in bob.post(mine, 403, decision="accept", revision=bob.field(mine, "revision"))
    assert "role reviewer" in ann.post(mine, 403, decision="accept")
    assert graph.revision == 2


def test_what_a_reviewer_has_not_seen_is_not_decided(graph: kg.Graph, ann: Visitor, bob: Visitor) -> None:
    path = ann.post("/contribute", 303, act="send", **ITEM).split("?")[0]
    seen = bob.field(path, "revision")
    graph.review(path.rpartition("/")[2], "return", why="which table?", actor="carol")
    told = bob.post(path, 409, decision="reject", why="I had a reason", revision=seen)
    assert "Carol changed this meanwhile" in told
    assert "I had a reason" in told
    assert graph.revision == 3


@pytest.mark.parametrize("revision", [None, "", "0", "x", "-1", "3", "9" * 20])
def test_a_decision_says_what_was_looked_at(graph: kg.Graph, ann: Visitor, bob: Visitor, revision: str | None) -> None:
    id = ann.post("/contribute", 303, act="send", **ITEM).split("?")[0].rpartition("/")[2]
    fields = {"why": "a reason"} | ({} if revision is None else {"revision": revision})
    for decision in ("accept", "reject", "return", "revoke"):
        for path, ids in ((f"/review/{id}", []), ("/review", [id])):
            if (path, decision) == ("/review", "revoke"):
                continue
            told = bob.post(path, 422, **fields, decision=decision, id=ids)
            assert "The form does not say which revision was looked at." in told
            assert "Look at what it says now, then decide." in told
            assert "a reason" in told
            assert 'name="revision" value="2"' in told
    assert "表单未说明所查看的是哪一修订版" in bob.post(f"/review/{id}?lang=zh", 422, **fields, decision="accept")
    assert graph.revision == 2


@pytest.mark.parametrize("place", ["one", "several"])
def test_what_is_written_between_the_look_and_the_decision_is_seen(
    graph: kg.Graph, ann: Visitor, bob: Visitor, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    id = ann.post("/contribute", 303, act="send", **ITEM).split("?")[0].rpartition("/")[2]
    path = f"/review/{id}" if place == "one" else "/review"
    fields = {"decision": "accept", "revision": bob.field(path, "revision")} | ({} if place == "one" else {"id": [id]})
    looked, others = review._refuse_changed, kg.open(f"sqlite:///{graph.store.name}")

    def between(act: Callable[[], object]) -> None:
        """Let somebody else act once, right after the look."""
        waiting = [act]

        def look(*given: Any) -> None:
            looked(*given)
            if waiting:
                waiting.pop()()

        monkeypatch.setattr(review, "_refuse_changed", look)

    between(lambda: others.review(id, "return", why="which table?", actor="carol"))
    assert "Carol changed this meanwhile" in bob.post(path, 409, **fields)
    assert graph.snapshot.evidence[id].status == "returned"
    fields["revision"] = bob.field("/review", "revision") if place == "several" else str(graph.revision)
    others.review(id, "reject", why="no table", actor="carol")
    again = ann.post("/contribute", 303, act="send", **ITEM | {"statement": "Again."}).split("?")[0].rpartition("/")[2]
    path = path.replace(id, again)
    fields |= {"revision": str(graph.revision)} | ({} if place == "one" else {"id": [again]})
    # What others write elsewhere is in nobody's way.
    between(
        lambda: others.write(
            [Change("entity", Entity("elsewhere", "Technique", Text("Elsewhere")))], actor="carol", act="import"
        )
    )
    bob.post(path, 303, **fields)
    assert graph.snapshot.evidence[again].status == "accepted"


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"statement": ""}, 422, "What it says"),
        ({"subject": "no-such-thing"}, 404, "no-such-thing"),
        ({"relation": "rises"}, 422, "raises"),
        ({"work": "nobody1900"}, 404, "nobody1900"),
        ({"work": "10.1234/never"}, 403, "Look-ups are off"),
        ({"work": "", "citation": "@article{x, title={broken"}, 422, "Citation"),
        ({"statement": "a\u202eb"}, 422, "U+202E"),
        ({"act": "burn"}, 422, "nothing that this form does"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form_and_nothing_is_lost(
    still: Still, fields: dict[str, str], status: int, said: str
) -> None:
    kept = {**ITEM, "reason": "keep <me> & \u5fae\u8c03", "act": "send", **fields}
    told = still.ann.post("/contribute", status, **kept)
    assert said in told
    assert 'id="problem"' in told
    assert "keep &lt;me&gt; &amp; \u5fae\u8c03" in told
    assert still.unchanged


def test_forms_without_a_session_or_its_proof_write_nothing(graph: kg.Graph, app: FastAPI, ann: Visitor) -> None:
    stranger = Visitor(app)
    assert "What it would change" in stranger.post("/contribute", 200, act="preview", **ITEM)
    told = stranger.post("/contribute", 401, act="send", **ITEM)
    assert "It took a third of the memory." in told
    assert "/sign-in?" in told
    ann.csrf = "forged"
    ann.post("/contribute", 403, act="send", **ITEM)
    ann.post("/review/lora", 403, decision="revoke", why="x")
    ann.post("/history/1", 403, why="x")
    assert graph.revision == 1


def test_an_ended_token_loses_no_text(graph: kg.Graph, ann: Visitor) -> None:
    graph.revoke_token(graph.tokens()["items"][0]["token"])
    told = ann.post("/contribute", 401, act="send", **ITEM)
    assert "It took a third of the memory." in told


def test_sending_twice_is_sending_once(graph: kg.Graph, ann: Visitor) -> None:
    places = [ann.post("/contribute", 303, act="send", **ITEM) for _ in range(2)]
    assert ["sent=yes" in places[0], "sent=already" in places[1], graph.revision] == [True, True, 2]
    assert "This was here already" in ann.get(places[1])


def test_an_entity_a_work_alone_and_a_revision(graph: kg.Graph, ann: Visitor) -> None:
    shown = ann.post(
        "/contribute",
        200,
        act="entity",
        new_end="object",
        new_type="Risk",
        new_en="Quite new risk",
        statement="keep me",
    )
    assert 'name="object" value="quite-new-risk"' in shown
    assert "keep me" in shown
    assert graph.snapshot.entities["quite-new-risk"].status == "proposed"
    assert ann.post("/contribute", 303, act="work", citation=CITATION).startswith("/works/new2024")
    first = ann.post("/contribute", 303, act="send", **ITEM).split("?")[0].rpartition("/")[2]
    assert "It took a third of the memory." in ann.get(f"/contribute?revises={first}")
    later = ann.post("/contribute", 303, act="send", revises=first, **{**ITEM, "strength": "weak"})
    made = graph.snapshot.evidence[later.split("?")[0].rpartition("/")[2]]
    assert (made.supersedes, made.strength, graph.snapshot.evidence[first].status) == (first, "weak", "superseded")
    assert f"{first} says just this" in ann.post("/contribute", 200, act="preview", revises=made.id, **ITEM)
    assert ann.post("/contribute", 303, act="send", revises=made.id, **ITEM).startswith(f"/review/{first}?")
    assert [graph.snapshot.evidence[id].status for id in (first, made.id)] == ["proposed", "superseded"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "path",
    ["/contribute", "/sign-in", "/review", "/review?status=returned", "/history", "/history/1", "/history?act=undo"],
)
def test_pages_speak_both_languages_and_hold_no_address(still: Still, lang: str, path: str) -> None:
    text = still.ann.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")
    assert "ann@example.org" not in text
    assert ("\u767b\u5f55" in text or "\u9000\u51fa" in text) == (lang == "zh")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/review/none", 404),
        ("/history/99", 404),
        ("/history/x", 422),
        ("/contribute?x=1", 422),
        ("/review?after=x", 422),
    ],
)
def test_wrong_addresses_are_told(still: Still, path: str, status: int) -> None:
    assert "<h1>" in still.ann.get(path, status)


def test_a_refused_item_records_no_work(still: Still) -> None:
    still.ann.post("/contribute", 422, act="send", **{**ITEM, "statement": "", "work": "", "citation": CITATION})
    assert (still.graph.revision, "new2024" in still.graph.snapshot.works) == (1, False)


@pytest.mark.parametrize(("token", "status"), [("wrong", 401), ("", 422)])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_wrong_token_leaves_the_form(still: Still, token: str, status: int, lang: str) -> None:
    told = Visitor(still.app).post(f"/sign-in?lang={lang}", status, token=token, next="/review")
    assert 'name="token"' in told
    assert 'name="next" value="/review"' in told
    assert ("\u4ee4\u724c" in told) == (lang == "zh")


def test_every_act_that_is_logged_has_a_word_and_can_be_asked_for(still: Still) -> None:
    client = TestClient(still.app)
    written = {ACT, merging.ACT, rdf_load.ACT, tables_load.ACT, pack_load.ACT, citations.ACT, "propose", "undo"}
    written |= {f"mark {status}" for status in ("current", "corrected", "retracted")} | {*OUTCOMES} - {"retract"}
    assert written <= {*ACTS, "create"}
    for lang in ("en", "zh"):
        page = client.get("/history", params={"lang": lang}).text
        for act in ACTS:
            assert called.act(act, lang) != act or lang == "en"
            assert f'<option value="{act}">{called.act(act, lang)}</option>' in page
    assert client.get("/history?act=mark%20retracted").status_code == 200


def test_several_are_decided_at_once_all_or_none(graph: kg.Graph, ann: Visitor, bob: Visitor) -> None:
    said = [ITEM | {"statement": f"S {one}.", "locator": one} for one in ("§6", "§7")]
    made = [ann.post("/contribute", 303, act="send", **item) for item in said]
    ids = [place.split("?")[0].rpartition("/")[2] for place in made]
    assert 'name="id"' not in ann.get("/review")
    assert "data-choose-all" not in ann.get("/review")
    assert [f'name="id" value="{id}"' in bob.get("/review") for id in ids] == [True, True]
    seen, before = bob.field("/review", "revision"), graph.revision
    assert "Nothing is ticked" in bob.post("/review", 422, decision="accept", revision=seen)
    assert "aria-invalid" in bob.post("/review", 422, decision="reject", revision=seen, id=ids)
    assert "role reviewer" in ann.post("/review", 403, decision="accept", revision=seen, id=ids)
    mine = bob.post("/contribute", 303, act="send", **ITEM | {"statement": "Mine.", "locator": "mine"}).split("?")[0]
    bob.post("/review", 403, decision="accept", revision=str(graph.revision), id=[*ids, mine.rpartition("/")[2]])
    assert [graph.snapshot.evidence[id].status for id in ids] == ["proposed"] * 2
    place = bob.post("/review", 303, decision="reject", revision=seen, id=ids, why="both say the same")
    assert place.startswith(f"/history/{before + 2}?")
    assert [graph.snapshot.evidence[id].status for id in ids] == ["rejected"] * 2
    told = bob.get(place)
    assert "Done, and recorded in the history." in told
    assert all(id in told for id in ids)


def test_a_card_of_the_queue_shows_what_is_weighed(ann: Visitor, bob: Visitor) -> None:
    long = "It took a third of the memory. " * 20
    made = ann.post("/contribute", 303, act="send", **ITEM | {"statement": long, "locator": "§6"})
    id = made.split("?")[0].rpartition("/")[2]
    page = bob.get("/review")
    assert long.strip() in page
    assert re.search(r"<summary>[^<]{200,250} …", page)
    assert re.search(r"Strength: moderate · Kind of study: [^·<]+ · Where in the work: §6", page)
    label = re.search(rf'value="{id}" aria-label="([^"]*)"', page)
    assert label is not None
    assert label[1].startswith("Choose: Hu et al. (2022) supports")
    assert "Choose all on this page" in page
    assert "全选本页" in bob.get("/review?lang=zh")
