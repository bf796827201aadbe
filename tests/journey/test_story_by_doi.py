"""From a DOI to the map and back, when the publisher retracts the work meanwhile: Python and HTTP, two databases.

What Crossref says is played from recorded answers, before and after the retraction. Three people, two writers at once
on faces of their own, each request sent twice. At the end the chain holds and the map is as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

import kg
from kg.citations import crossref
from kg.errors import Conflict, Forbidden
from kg_api.app import create_app
from kg_api.limits import Limits
from tests.api.writers import API, ITEM, PLENTY
from tests.kept import small
from tests.services import Played

DOI = "10.1016/s0140-6736(97)11096-0"
NOTICE = "https://doi.org/10.1016/s0140-6736(10)60175-4"
PASTED = "https://doi.org/10.1016/S0140-6736(97)11096-0"
BEFORE = Played({crossref.address(DOI): "crossref-before.json"})
SINCE = Played({crossref.address(DOI): "crossref-retracted.json"})


def cells(document: Any) -> list[tuple[Any, ...]]:
    """The map without what hangs on the revision."""
    return [
        (one["row"], one["col"], one["direction"], one["best"]["belief"], one["works"]) for one in document["cells"]
    ]


def told(changes: Any) -> list[tuple[Any, ...]]:
    """Differences without their sentences, which say `if this is accepted` before and `now` after."""
    return [(one["kind"], one["source"], one["target"], one["expected"]) for one in changes]


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """What threads that start together return or raise."""

    def done(job: Callable[[], Any]) -> Any:
        try:
            return job()
        except (Conflict, Forbidden) as fault:
            return fault

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(done, jobs))


def test_in_python(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KG_TWO_PERSON", raising=False)
    one, two = small(database_url), kg.open(database_url, lang="en", ontology=())
    first = cells(one.matrix())

    both = at_once(
        *(
            lambda graph=graph: graph.add_work({"identifier": PASTED}, actor="ann", fetch=BEFORE.fetcher)
            for graph in (one, two)
        )
    )
    assert sorted(made["already"] for made in both) == [False, True], "two who record a DOI at once record one work"
    (key,) = {made["id"] for made in both}
    assert one.work(key)["doi"] == DOI
    assert one.work(key)["status"] == "current"
    assert BEFORE.asked[0].url.host == "api.crossref.org"

    item = {**ITEM, "work": PASTED}
    preview = one.preview(item, actor="ann")
    assert (preview["record"]["work"], bool(preview["changes"])) == (key, True)
    assert cells(two.matrix()) == first, "a preview stores nothing"
    proposed = at_once(*(lambda graph=graph: graph.add_evidence(item, actor="ann") for graph in (one, two)))
    assert sorted(made["already"] for made in proposed) == [False, True]
    (id,) = {made["id"] for made in proposed}
    assert cells(two.matrix()) == first, "a proposal does not count"
    with pytest.raises(Forbidden, match="ann proposed"):
        two.review(id, "accept", actor="ann")

    decided = at_once(
        lambda: one.review(id, "accept", actor="bob"),
        lambda: two.review(id, "accept", actor="cho"),
    )
    (accepted,) = [done for done in decided if isinstance(done, dict)]
    (late,) = [done for done in decided if isinstance(done, Conflict)]
    assert "is accepted since revision" in str(late)
    assert told(accepted["changes"]) == told(preview["changes"]), "what the preview said has come true"
    second = cells(one.matrix())
    assert second != first
    assert cells(two.matrix()) == second

    assert two.notices(key, fetch=BEFORE.fetcher)["status"] == ["current", "current"]
    notice = two.notices(key, fetch=SINCE.fetcher)
    assert (notice["status"], notice["notice"]) == (["current", "retracted"], NOTICE)
    assert {each["kind"] for each in notice["notices"]} == {"correction", "retraction"}
    retracted = two.retract(key, notice=notice["notice"], why="the publisher says so", actor="bob")
    assert cells(one.matrix()) == first, "what rested on the work is gone"
    assert cells(one.matrix(include_retracted=True)) == second
    assert one.work(key)["notice"] == NOTICE

    undone = one.undo(retracted["revision"], why="the wrong paper", actor="cho")
    assert undone["undone"] == [retracted["revision"]]
    assert cells(two.matrix()) == second
    assert [entry["act"] for entry in two.log(limit=2)["items"]] == ["undo", "mark retracted"]
    for graph in (one, two):
        assert graph.verify()["problems"] == []
        graph.store.close()


class Door:
    """Two servers on one database; what is sent under a key goes to both, at once, and is one answer."""

    def __init__(self, url: str) -> None:
        self.graphs = [small(url), kg.open(url, lang="en", ontology=())]
        roles = {"ann": "contributor", "bob": "reviewer", "cho": "reviewer"}
        self.secrets = {who: self.graphs[0].create_token(who, role=role)["secret"] for who, role in roles.items()}
        self.clients = []
        for graph in self.graphs:
            app = create_app(graph, warm=False)
            app.state.limits = Limits(PLENTY)
            self.clients.append(TestClient(app, raise_server_exceptions=False, headers={"Accept-Language": "en"}))
        self.play(BEFORE)

    def play(self, services: Played) -> None:
        """Let look-ups ask these services."""
        for client in self.clients:
            client.app.state.fetcher = services.fetcher  # type: ignore[attr-defined]

    def post(self, who: str, path: str, body: Any = None, *, key: str | None = None, at: int = 0) -> Any:
        """Send a request; with a key at both servers at once, and once more after that."""
        headers = {"Authorization": f"Bearer {self.secrets[who]}"}
        if key is None:
            return self.clients[at].post(API + path, json=body, headers=headers)
        headers["Idempotency-Key"] = key

        def send(client: TestClient) -> Callable[[], Any]:
            return lambda: client.post(API + path, json=body, headers=headers)

        got = at_once(*map(send, self.clients))
        got.append(send(self.clients[at])())
        assert len({(one.status_code, one.content) for one in got}) == 1, [one.text[:200] for one in got]
        assert sum("idempotent-replayed" not in one.headers for one in got) <= 1
        return got[0]

    def map(self) -> list[tuple[Any, ...]]:
        """The map, the same at both servers."""
        one, other = (client.get(f"{API}/matrix") for client in self.clients)
        assert one.content == other.content
        return cells(one.json())


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    """Two servers on the small record."""
    made = Door(database_url)
    yield made
    for graph in made.graphs:
        graph.store.close()


def test_over_http(door: Door) -> None:
    first = door.map()
    work = door.post("ann", "/works", {"identifier": PASTED}, key="work")
    assert (work.status_code, work.json()["already"], work.json()["status"]) == (201, False, "current"), work.text
    key = work.json()["id"]
    known = door.post("bob", "/works", {"identifier": f"doi:{DOI}"}, at=1)
    assert (known.status_code, known.json()["id"], known.json()["already"]) == (200, key, True)
    assert "publisher" not in known.json(), "the publisher says what the record says"

    item = {**ITEM, "work": DOI}
    preview = door.post("ann", "/evidence?dry_run=true", item).json()
    assert (bool(preview["changes"]), door.map()) == (True, first)
    proposed = door.post("ann", "/evidence", item, key="item")
    assert (proposed.status_code, proposed.json()["status"], door.map()) == (201, "proposed", first), proposed.text
    id = proposed.json()["id"]

    accept = {"id": id, "decision": "accept", "why": "read it"}
    assert door.post("ann", "/reviews", accept).status_code == 403
    decided = at_once(
        *(lambda who=who, at=at: door.post(who, "/reviews", accept, at=at) for at, who in enumerate(("bob", "cho")))
    )
    assert sorted(one.status_code for one in decided) == [200, 409]
    accepted = next(one.json() for one in decided if one.status_code == 200)
    late = next(one.json() for one in decided if one.status_code == 409)
    assert late["current"]["record"]["status"] == "accepted", "who comes late sees how it stands"
    assert told(accepted["changes"]) == told(preview["changes"])
    second = door.map()
    assert second != first

    door.play(SINCE)
    asked = door.post("cho", "/works", {"identifier": DOI}).json()
    assert (asked["already"], asked["status"]) == (True, "current"), "a look-up alone changes nothing"
    assert asked["publisher"] == {"status": ["current", "retracted"], "notice": NOTICE}
    assert f"kg retract {key}" in asked["note"]
    address = f"/works/{key}/retraction?notice={NOTICE.replace(':', '%3A').replace('/', '%2F')}"
    seen = door.post("ann", f"{address}&dry_run=true").json()
    assert (bool(seen["changes"]), door.map()) == (True, second)
    assert door.post("ann", f"{address}&dry_run=false").status_code == 403
    retracted = door.post("bob", f"{address}&dry_run=false&why=withdrawn", key="retract")
    assert (retracted.status_code, retracted.json()["changes"]) == (200, seen["changes"]), retracted.text
    assert door.map() == first, "what rested on the work is gone"

    number = retracted.json()["revision"]
    undone = door.post("cho", f"/revisions/{number}/undo", {"why": "the wrong paper"}, key="undo")
    assert (undone.status_code, undone.json()["undone"], door.map()) == (200, [number], second)
    for client in door.clients:
        assert client.get(f"{API}/verify").json()["problems"] == []
    log = door.clients[1].get(f"{API}/revisions?limit=5").json()["items"]
    acts = [(one["actor"], one["act"]) for one in log]
    who = next(one["actor"] for one in log if one["act"] == "accept")
    assert acts == [
        ("cho", "undo"), ("bob", "mark retracted"), (who, "accept"), ("ann", "propose"), ("ann", "import"),
    ]  # fmt: skip
