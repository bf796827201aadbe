"""The whole story over HTTP: three people, two servers on one database, everything sent twice, nothing lost or told.

A work is recorded, evidence previewed and proposed, accepted, seen in the map, retracted, brought back, undone; the
chain holds at the end, and no e-mail address or secret is anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import kg
from tests.api.processes import Answer, Client, servers
from tests.api.writers import ITEM
from tests.kept import small

EMAIL = "hidden.ann@example.org"
CITATION = "@article{lee2024misuse, title={Tuned models and misuse}, author={Lee, Ann and Wu, Bo}, year={2024}}"
EVIDENCE: dict[str, Any] = {**ITEM, "work": "lee2024misuse"}
EXPORTS = ("turtle", "trig", "jsonld", "ntriples", "nanopub")


@dataclass
class Scene:
    """Three people, each at a server of their own, and at the other one for what is sent again."""

    graph: kg.Graph
    people: dict[str, tuple[Client, Client]]
    secrets: list[str]
    heard: list[bytes]

    def post(self, who: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send at one server and again at the other: one answer."""
        here, there = self.people[who]
        first = here.post(path, body, **headers)
        self.heard.append(first.body + repr(first.headers).encode())
        if "Idempotency_Key" in headers and first.status < 300:
            again = there.post(path, body, **headers)
            assert (again.status, again.body) == (first.status, first.body)
            assert again.headers["idempotent-replayed"] == "true"
        return first

    def get(self, path: str) -> Any:
        """Read at both servers: one answer."""
        said = [client.get(path) for client in self.people["ann"]]
        assert [one.status for one in said] == [200, 200], said[0].body
        assert said[0].body == said[1].body
        self.heard.append(said[0].body)
        return said[0].said

    def map(self) -> list[tuple[Any, ...]]:
        """The cells of the map, without what hangs on the revision."""
        cells = self.get("/matrix")["cells"]
        return [(one["row"], one["col"], one["direction"], one["best"]["belief"], one["works"]) for one in cells]


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    """The record served twice."""
    graph = small(database_url)
    made = {
        "ann": graph.create_token("ann", name="Ann Lee", orcid="0000-0002-1825-0097", email=EMAIL),
        "bob": graph.create_token("bob", role="reviewer", email="hidden.bob@example.org"),
        "eve": graph.create_token("eve", role="admin"),
    }
    secrets = {who: one["secret"] for who, one in made.items()}
    log = tmp_path / "log"
    with servers(database_url, log=log, KG_TWO_PERSON="off") as (one, two):
        people = {who: (Client(one, secret), Client(two, secret)) for who, secret in secrets.items()}
        told = Scene(graph, people, list(secrets.values()), [])
        yield told
    told.heard.append(log.read_bytes())
    for hidden in (EMAIL, "hidden.bob", *secrets.values(), *(secret.split("_", 2)[2] for secret in secrets.values())):
        assert not any(hidden.encode() in heard for heard in told.heard), hidden
    graph.store.close()


def test_from_a_citation_to_the_map_and_back(scene: Scene) -> None:
    first = scene.map()
    work = scene.post("ann", "/works", {"citation": CITATION}, Idempotency_Key="work")
    assert (work.status, work.said["id"], work.said["already"]) == (201, "lee2024misuse", False)
    assert scene.get("/works/lee2024misuse")["authors"] == ["Lee, Ann", "Wu, Bo"]
    known = scene.post("bob", "/works", {"citation": CITATION.replace("lee2024misuse", "other")})
    assert (known.status, known.said["id"], known.said["already"]) == (200, "lee2024misuse", True)

    seen = scene.post("ann", "/evidence?dry_run=true", EVIDENCE).said
    assert [one["kind"] for one in seen["changes"]], "the preview says that answers change"
    assert scene.map() == first, "a preview stores nothing"

    proposed = scene.post("ann", "/evidence", EVIDENCE, Idempotency_Key="item")
    id = proposed.said["id"]
    assert (proposed.status, proposed.said["status"]) == (201, "proposed")
    assert {one["kind"] for one in proposed.said["written"]} == {"claim", "evidence"}
    assert scene.map() == first, "a proposal does not count"
    (waiting,) = [one for one in scene.get("/reviews")["items"] if one["id"] == id]
    assert waiting["proposed_by"] == ["ann"]

    accept = {"id": id, "decision": "accept", "why": "read it"}
    assert scene.post("ann", "/reviews", accept).status == 403, "a contributor does not decide"
    with ThreadPoolExecutor(2) as pool:
        jobs = [("bob", accept), ("eve", {**accept, "decision": "reject"})]
        both = list(pool.map(lambda job: scene.post(job[0], "/reviews", job[1], Idempotency_Key=f"by-{job[0]}"), jobs))
    assert sorted(one.status for one in both) == [200, 409], "of two who decide at once, one does"
    won = next(one for one in both if one.status == 200).said
    if won["act"] == "reject":
        back = scene.post("bob", f"/revisions/{won['revision']}/undo", {"why": "too hasty"}, Idempotency_Key="hasty")
        assert back.status == 200
        won = scene.post("bob", "/reviews", accept, Idempotency_Key="again").said
    assert {one["kind"] for one in won["records"]} == {"claim", "evidence"}
    second = scene.map()
    assert second != first
    assert [(one["kind"], one["source"], one["target"], one["expected"]) for one in seen["changes"]] == [
        (one["kind"], one["source"], one["target"], one["expected"]) for one in won["changes"]
    ], "what the preview said has come true"

    notice = "notice=https%3A%2F%2Fexample.org%2Fnotice"
    address = f"/works/lee2024misuse/retraction?{notice}"
    preview = scene.post("ann", f"{address}&dry_run=true").said
    retracted = scene.post("bob", f"{address}&dry_run=false&why=withdrawn", Idempotency_Key="retract")
    assert (retracted.status, retracted.said["status"]) == (200, ["current", "retracted"])
    assert retracted.said["written"] is True
    assert retracted.said["changes"] == preview["changes"]
    assert scene.map() == first, "what rested on the work is gone"

    undone = scene.post(
        "eve", f"/revisions/{retracted.said['revision']}/undo", {"why": "wrong work"}, Idempotency_Key="u"
    )
    assert (undone.status, undone.said["undone"]) == (200, [retracted.said["revision"]])
    assert scene.map() == second
    revoked = scene.post("eve", "/revocations", {"id": id, "why": "read wrongly"}, Idempotency_Key="revoke")
    assert revoked.status == 200
    assert scene.map() == first

    assert scene.get("/verify")["problems"] == []
    history = scene.get(f"/evidence/{id}/history")["versions"]
    assert (history[0]["act"], history[0]["actor"], history[-1]["actor"]) == ("revoke", "eve", "ann")
    entry = scene.get(f"/revisions/{retracted.said['revision']}")
    assert (entry["actor"], entry["reason"]) == ("bob", "withdrawn")
    assert scene.get("/people/ann") == {"handle": "ann", "name": "Ann Lee", "orcid": "0000-0002-1825-0097"}
    scene.get("/people")
    for format in EXPORTS:
        scene.heard.append(scene.people["bob"][0].get(f"/export?format={format}").body)
        if format == "trig":
            scene.heard.append(scene.people["bob"][0].get(f"/export?format={format}&history=true").body)
    nobody_reviews_her_own(scene)


def nobody_reviews_her_own(scene: Scene) -> None:
    """The servers run with KG_TWO_PERSON=off, which is for people who work alone on the command line."""
    made = scene.post("bob", "/entities", {"type": "Technique", "label": "Weight surgery"}).said
    for decision in ("accept", "reject"):
        got = scene.post("bob", "/reviews", {"id": made["id"], "decision": decision, "why": "mine"})
        assert (got.status, got.said["where"]) == (403, "actor")
        assert got.said["hint"].startswith("name another person; who works alone decides on the command line")
    other = scene.graph.create_token("bob", role="admin")["secret"]
    again = Client(scene.people["bob"][1].address, other).post("/reviews", {"id": made["id"], "decision": "accept"})
    assert again.status == 403, "another token of the same person is the same person"
    assert scene.post("eve", "/reviews", {"id": made["id"], "decision": "accept"}).status == 200
