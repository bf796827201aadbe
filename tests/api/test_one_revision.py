"""One revision throughout an answer: whoever reads while others write sees documents of one piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from fastapi import Request
from starlette.responses import Response
from starlette.testclient import TestClient

import kg
from kg.model import Change, Claim, Entity, Evidence, Text, Work
from kg_api.asking import TheGraph
from kg_api.replies import reply
from tests.api.applications import another

CLAIM = "stone--raises--flood"
WRITES_MOST, SEEN, READERS = 150, 5, 3


def grown(number: int) -> list[Change]:
    """What the revision of a number adds."""
    item = Evidence(
        f"e-{number}", CLAIM, "w", "supports", "empirical-experiment", "strong", f"Seen {number}.", "full-text"
    )
    return [
        Change("evidence", item),
        Change("entity", Entity(f"rubble-{number}", "Technique", Text(f"Rubble {number}"))),
    ]


@pytest.fixture
def graph(database_url: str) -> Iterator[kg.Graph]:
    """A record of one claim without evidence."""
    one = kg.open(database_url, empty=True, ontology=(), lang="en")
    given = [
        Change("entity", Entity("stone", "Technique", Text("Stone"))),
        Change("entity", Entity("flood", "Risk", Text("Flood"))),
        Change("work", Work("w", "article", "On stones", year=2020)),
        Change("claim", Claim(CLAIM, "stone", "raises", "flood")),
    ]
    one.write(given, actor="ann", act="add")
    yield one
    one.store.close()


def evidence(document: Any) -> int:
    """How many items a list of evidence has."""
    return len(document["items"])


def log(document: Any) -> int:
    """How many revisions the log tells of."""
    return int(document["items"][0]["number"]) - int(document["revision"])


def within(document: Any) -> int:
    """How many items a claim rests on."""
    return len(document["evidence"])


def found(document: Any) -> int:
    """How many entities a search finds."""
    return len({item["id"] for item in document["items"] if item["id"].startswith("rubble-")})


COUNTED: dict[str, Callable[[Any], int]] = {
    f"/api/v1/evidence?claim={CLAIM}&limit=200": evidence,
    f"/api/v1/claims/{CLAIM}": within,
    "/api/v1/search?q=rubble&limit=200": found,
}
"""Address -> how many revisions have grown the record since it held no evidence, as its document tells."""


def revision_of(got: Any) -> int:
    """The revision that the tag of a response names."""
    return int(got.headers["etag"].removeprefix("W/").strip('"').split("-")[0])


def test_documents_are_of_one_piece_while_others_write(graph: kg.Graph, database_url: str) -> None:
    app = another(graph)
    base = graph.revision
    writer = kg.open(database_url, ontology=())

    enough = [Event() for _ in range(READERS)]

    def write() -> int:
        for number in range(1, WRITES_MOST + 1):
            writer.write(grown(number), actor="ann", act="add")
            if all(one.is_set() for one in enough):
                break
        return number

    def read(client: TestClient, seen_enough: Event) -> None:
        seen = set()
        while len(seen) < SEEN and not writing.done():
            for address, count in COUNTED.items():
                got = client.get(address)
                assert got.status_code == 200, got.text
                document, revision = got.json(), revision_of(got)
                assert count(document) == revision - base, address
                assert document.get("revision", revision) == revision
                seen.add(revision)
            got = client.get("/api/v1/revisions?limit=3")
            assert log(got.json()) == 0
            assert got.json()["revision"] == revision_of(got)
        seen_enough.set()
        assert len(seen) >= SEEN, "the record grew while it was read"

    with TestClient(app) as client, ThreadPoolExecutor(READERS + 1) as pool:
        writing = pool.submit(write)
        for reading in [pool.submit(read, client, one) for one in enough]:
            reading.result()
        written = writing.result()
        for address, count in COUNTED.items():
            assert count(client.get(address).json()) == written
    writer.store.close()


def test_all_questions_of_a_request_are_of_one_revision(graph: kg.Graph) -> None:
    app = another(graph)
    base = graph.revision

    @app.get("/twice", name="twice")
    def twice(request: Request, face: TheGraph) -> Response:
        def make() -> dict[str, Any]:
            first = face.evidence(claim=CLAIM)
            graph.write(grown(graph.revision), actor="ann", act="add")
            graph.write(grown(graph.revision), actor="ann", act="add")
            parts = [face.claim(CLAIM)["evidence"], face.search("rubble")["items"], face.evidence(claim=CLAIM)["items"]]
            answer = face.paths("stone", "flood")
            return {"counts": [len(one) for one in (first["items"], *parts)], "revision": answer["revision"]}

        return reply(request, make)

    with TestClient(app) as client:
        for times in range(3):
            got = client.get("/twice")
            assert got.json() == {"counts": [2 * times] * 4, "revision": base + 2 * times}
            assert revision_of(got) == base + 2 * times
    assert graph.revision == base + 6


def test_a_request_tells_the_time_it_gave_to_follow_the_record(graph: kg.Graph) -> None:
    address = f"/api/v1/claims/{CLAIM}"
    with TestClient(another(graph)) as client:
        graph.write(grown(1), actor="ann", act="add")
        assert ", follow;dur=" in client.get(address).headers["server-timing"]
        assert "follow" not in client.get(address).headers["server-timing"]
        graph.write(grown(2), actor="ann", act="add")
        assert graph.look_ahead() == graph.revision
        assert "follow" not in client.get(address).headers["server-timing"]


def test_the_queue_and_the_history_stay_at_one_revision(graph: kg.Graph) -> None:
    proposed = Entity("mud", "Technique", Text("Mud"), status="proposed")
    graph.write([Change("entity", proposed)], actor="ann", act="propose")
    still = graph.at_one_revision()
    before = still.reviews(), still.history("entity", "mud"), still.log()
    graph.review("mud", "accept", why="seen", actor="bob")
    graph.write([Change("work", Work("new2024", "book", "New"))], actor="ann", act="import")
    assert (still.reviews(), still.history("entity", "mud"), still.log()) == before
    assert [item["id"] for item in before[0]["items"]] == ["mud"]
    assert graph.reviews()["items"] == []
    assert len(graph.history("entity", "mud")["versions"]) == 2


def test_a_supposed_record_does_not_follow_the_real_one(graph: kg.Graph) -> None:
    supposed = graph.supposing(graph.snapshot)
    number = supposed.revision
    for one in range(1, 4):
        graph.write(grown(one), actor="ann", act="add")
    assert supposed.revision == number
    assert supposed.claim(CLAIM)["evidence"] == []
