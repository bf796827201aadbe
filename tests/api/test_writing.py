"""Writes over HTTP happen once, and never on top of what their sender has not seen; on both databases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kg.errors import StoreError
from kg.record.submissions import Submissions
from kg_api import write_shapes, writing
from tests.api.processes import Answer, Client, servers
from tests.api.writers import API, ITEM, Place, place

ENTITY = {"type": "Technique", "label": "Weight surgery"}
REVIEW = {"id": "weight-surgery", "decision": "accept"}


@pytest.fixture
def here(database_url: str) -> Iterator[Place]:
    with place(database_url) as made:
        yield made


@pytest.fixture
def file(sqlite_url: str) -> Iterator[Place]:
    """The same on a file alone, for what does not depend on the database."""
    with place(sqlite_url) as made:
        yield made


def submissions(url: str) -> int:
    """How many submissions the database holds."""
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM submission").scalar() or 0)


def test_the_same_key_is_one_write_with_one_answer(here: Place) -> None:
    before = here.graph.revision
    first = here.post("/entities?why=seen+often", ENTITY, Idempotency_Key="abc")
    assert first.status_code == 201, first.text
    assert (first.headers["location"], first.headers["etag"]) == (f"{API}/entities/weight-surgery", f'"{before + 1}"')
    again = here.post("/entities?why=seen+often", ENTITY, Idempotency_Key="abc")
    quoted = here.post("/entities?why=seen+often", ENTITY, Idempotency_Key='"abc"')
    for other in (again, quoted):
        assert (other.status_code, other.content) == (201, first.content)
        assert other.headers["location"] == first.headers["location"]
        assert other.headers["etag"] == first.headers["etag"]
        assert other.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert here.graph.revision == before + 1
    write_shapes.Contribution.model_validate_json(first.content, strict=True)
    log = here.get("/revisions?limit=1").json()["items"][0]
    assert (log["actor"], log["act"], log["reason"]) == ("ann", "propose", "seen often")


def test_a_body_that_says_the_same_is_the_same(file: Place) -> None:
    first = file.post("/entities", ENTITY, Idempotency_Key="abc")
    headers = {"Authorization": f"Bearer {file.secrets['ann']}", "Idempotency-Key": "abc"}
    other = json.dumps(dict(reversed(ENTITY.items())), indent=4)
    sent = {**headers, "Content-Type": "application/json; charset=utf-8"}
    assert file.client.post(f"{API}/entities", content=other, headers=sent).content == first.content


def test_a_key_belongs_to_one_request_and_one_token(here: Place) -> None:
    here.post("/entities", ENTITY, Idempotency_Key="abc")
    for address, body in (
        ("/entities", {**ENTITY, "label": "Other"}),
        ("/claims", ENTITY),
        ("/entities?why=x", ENTITY),
    ):
        got = here.post(address, body, Idempotency_Key="abc")
        assert (got.status_code, got.json()["where"]) == (422, "Idempotency-Key")
    other = here.post("/entities", {**ENTITY, "label": "Other"}, who="bob", Idempotency_Key="abc")
    assert (other.status_code, other.json()["id"]) == (201, "other")


def test_a_key_that_is_none_is_told(file: Place) -> None:
    for key in ("", "a b", "x" * 201, "\u00e9", "\t"):
        raw: Any = {"Authorization": f"Bearer {file.secrets['ann']}", "Idempotency-Key": key.encode("latin-1")}
        got = file.client.post(f"{API}/entities", json=ENTITY, headers=raw)
        assert (got.status_code, got.json()["where"]) == (422, "Idempotency-Key"), key


def test_what_failed_may_be_sent_again_under_its_key(file: Place) -> None:
    item = {**ITEM, "work": "surgery2024"}
    assert file.post("/evidence", item, Idempotency_Key="abc").status_code == 404
    assert file.post("/works", {"id": "surgery2024", "title": "Surgery", "year": 2024}).status_code == 201
    assert file.post("/evidence", item, Idempotency_Key="abc").status_code == 201


def test_threads_with_one_key_write_once(here: Place) -> None:
    before = here.graph.revision
    with ThreadPoolExecutor(12) as pool:
        got = list(pool.map(lambda _: here.post("/entities", ENTITY, Idempotency_Key="abc"), range(24)))
    assert {(one.status_code, one.content) for one in got} == {(201, got[0].content)}
    assert here.graph.revision == before + 1


def test_keeping_an_answer_under_a_key(here: Place, database_url: str) -> None:
    answer = here.graph.paths("t", "r").document
    got = [here.post("/receipts", answer, Idempotency_Key="abc") for _ in range(2)]
    assert [one.status_code for one in got] == [201, 201]
    assert got[0].content == got[1].content
    assert submissions(database_url) == 1


def test_an_interrupted_write_tells_what_it_wrote(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Submissions, "answer", broken)
        assert here.post("/entities", ENTITY, Idempotency_Key="abc").status_code == 503
    monkeypatch.setattr(writing, "WAIT_SECONDS", 0.1)
    head = here.graph.revision
    for _ in range(2):
        got = here.post("/entities", ENTITY, Idempotency_Key="abc")
        assert got.status_code == 200
        assert got.json()["revision"] == head == here.graph.revision
        assert got.json()["changes"] == [{"kind": "entity", "id": "weight-surgery"}]


def test_a_write_that_is_given_up_leaves_its_key_free(here: Place, database_url: str) -> None:
    assert here.post("/claims", {**ENTITY}, Idempotency_Key="abc").status_code == 422
    assert submissions(database_url) == 0


def test_answers_are_kept_for_two_days(here: Place, database_url: str) -> None:
    store = here.graph.store
    here.post("/entities", ENTITY, Idempotency_Key="abc")
    store._held = replace(store._held, clock=lambda: datetime.now(UTC) + timedelta(hours=47))
    here.post("/entities", {**ENTITY, "label": "Two"}, Idempotency_Key="two")
    assert submissions(database_url) == 2
    store._held = replace(store._held, clock=lambda: datetime.now(UTC) + timedelta(hours=49))
    here.post("/entities", {**ENTITY, "label": "Three"}, Idempotency_Key="three")
    assert submissions(database_url) == 2


def test_if_match_lets_pass_what_nobody_changed(here: Place) -> None:
    here.post("/entities", ENTITY)
    tag = here.get("/entities/weight-surgery?include_proposed=true").headers["etag"]
    assert tag.startswith('"')
    assert here.post("/claims", {"subject": "t", "relation": "lowers", "object": "f"}).status_code == 201
    got = here.post("/reviews", REVIEW, who="bob", If_Match=tag)
    assert got.status_code == 200, got.text
    write_shapes.Decision.model_validate_json(got.content, strict=True)


@pytest.mark.parametrize("form", ["{tag}", '"x", {tag}', 'W/"{number}"', '"{number}"'])
def test_if_match_stops_what_somebody_changed(file: Place, form: str) -> None:
    file.post("/entities", ENTITY)
    shown = file.get("/entities/weight-surgery?include_proposed=true")
    seen = form.format(tag=shown.headers["etag"], number=file.graph.revision)
    asked = {**REVIEW, "decision": "return", "why": "say more"}
    assert file.post("/reviews", asked, who="eve").status_code == 200
    before = file.graph.revision
    got = file.post("/reviews", REVIEW, who="bob", If_Match=seen)
    assert got.status_code == 412, got.text
    problem = got.json()
    assert problem["type"].endswith("problem/outdated")
    assert problem["yours"]["revision"] == before - 1
    assert problem["current"]["revision"] == before
    assert (problem["yours"]["record"]["status"], problem["current"]["record"]["status"]) == ("proposed", "returned")
    assert file.graph.revision == before


def test_if_match_on_the_record_as_a_whole(file: Place) -> None:
    written = file.post("/entities", ENTITY)
    number = written.json()["revision"]
    file.post("/entities", {**ENTITY, "label": "Two"})
    stale = file.post(f"/revisions/{number}/undo", {"why": "no"}, who="bob", If_Match=written.headers["etag"])
    assert stale.status_code == 412
    assert stale.json()["current"] == {"revision": number + 1}
    fresh = file.post(f"/revisions/{number}/undo", {"why": "no"}, who="bob", If_Match=f'"{number + 1}"')
    assert fresh.status_code == 200, fresh.text


def test_a_tag_that_is_none_of_ours_matches_nothing(file: Place) -> None:
    for tag in ("abc", '"abc"', "7", '"-1"', '"99999999999999999999"', "W/"):
        got = file.post("/entities", ENTITY, If_Match=tag)
        assert (got.status_code, got.json()["where"]) == (412, "If-Match"), tag


def test_a_tag_of_the_future_and_of_what_is_not_there(file: Place) -> None:
    file.post("/entities", ENTITY)
    newest = file.graph.revision
    for address, asked in (("/reviews", REVIEW), (f"/revisions/{newest}/undo", {"why": "no"})):
        ahead = file.post(address, asked, who="bob", If_Match='"999"')
        assert (ahead.status_code, ahead.json()["where"]) == (412, "If-Match")
        assert ahead.json()["detail"] == f"revision 999 does not exist yet: the newest is {newest}"
        assert (ahead.json()["yours"], ahead.json()["current"]["revision"]) == ({"revision": 999}, newest)
    new = {**ENTITY, "id": "new", "label": "N"}
    assert file.post("/entities", new, If_Match='"5"').status_code == 412
    absent = file.post("/entities", new, If_Match=f'"{newest}"')
    assert (absent.status_code, "no such record yet" in absent.json()["detail"]) == (412, True), absent.text


def test_of_many_with_one_tag_one_writes(here: Place) -> None:
    here.post("/entities", ENTITY)
    tag = here.get("/entities/weight-surgery?include_proposed=true").headers["etag"]

    def decide(number: int) -> int:
        asked = {**REVIEW, "decision": ("accept", "reject", "return")[number % 3], "why": str(number)}
        return int(here.post("/reviews", asked, who=("bob", "eve")[number % 2], If_Match=tag).status_code)

    with ThreadPoolExecutor(12) as pool:
        got = Counter(pool.map(decide, range(12)))
    assert got == {200: 1, 412: 11}


def test_a_decision_that_comes_too_late_is_told_both_versions(here: Place) -> None:
    here.post("/entities", ENTITY)
    assert here.post("/reviews", REVIEW, who="eve").status_code == 200
    late = here.post("/reviews", {**REVIEW, "decision": "reject", "why": "no"}, who="bob")
    assert late.status_code == 409
    assert late.json()["yours"]["sent"]["decision"] == "reject"
    assert late.json()["current"]["record"]["id"] == "weight-surgery"
    assert "accepted" in late.json()["detail"]
    other = here.post("/entities", {**ENTITY, "id": "t", "label": "Something else"})
    assert other.status_code == 409
    assert other.json()["current"]["record"]["label"]["en"] == "Tuning"
    unnamed = here.post("/entities", {**ENTITY, "definition": "Cutting weights out."})
    assert (unnamed.status_code, unnamed.json()["current"]["record"]["id"]) == (409, "weight-surgery")


def test_tags_of_records_are_strong_and_tell_codings_apart(file: Place) -> None:
    address = "/claims/t--raises--f"
    plain, packed = (file.get(address, **{"Accept-Encoding": one}) for one in ("identity", "gzip"))
    assert plain.headers["etag"] != packed.headers["etag"]
    for got, coding in ((plain, "identity"), (packed, "gzip")):
        assert got.headers["etag"].startswith('"')
        again = file.get(address, **{"Accept-Encoding": coding, "If-None-Match": got.headers["etag"]})
        assert again.status_code == 304
    for kind in ("works/w1", "entities/t", f"evidence/{file.graph.claim('t--raises--f')['evidence'][0]['id']}"):
        assert file.get(f"/{kind}").headers["etag"].startswith('"')
    assert file.get("/claims").headers["etag"].startswith("W/")


WRITERS, EACH = 20, 1


def test_no_acknowledged_write_of_two_servers_is_lost(database_url: str) -> None:
    """20 writers at two server processes, every request sent twice at once; then reviewers race for what waits."""
    with place(database_url) as here, servers(database_url) as addresses:
        start = here.graph.revision
        ann, bob, eve = (here.secrets[name] for name in ("ann", "bob", "eve"))

        def propose(job: tuple[int, int, int]) -> Answer:
            writer, number, which = job
            body = {"type": "Technique", "label": f"Method {writer} of {number}"}
            return Client(addresses[which], ann).post("/entities", body, Idempotency_Key=f"{writer}-{number}")

        jobs = [(writer, number, which) for number in range(EACH) for writer in range(WRITERS) for which in (0, 1)]
        with ThreadPoolExecutor(WRITERS) as pool:
            got = list(pool.map(propose, jobs))
        assert {one.status for one in got} == {201}
        by_key: dict[tuple[int, int], set[bytes]] = {}
        for job, one in zip(jobs, got, strict=True):
            by_key.setdefault(job[:2], set()).add(one.body)
        assert all(len(bodies) == 1 for bodies in by_key.values()), "one answer to one submission"
        revisions = sorted(json.loads(next(iter(bodies)))["revision"] for bodies in by_key.values())
        assert revisions == list(range(start + 1, start + 1 + WRITERS * EACH)), "each is a revision of its own"
        wanted = {f"method-{writer}-of-{number}" for writer in range(WRITERS) for number in range(EACH)}
        assert wanted <= set(here.graph.snapshot.entities)

        def decide(job: tuple[str, int]) -> int:
            id, which = job
            decision = {"id": id, "decision": ("accept", "reject")[which], "why": "a race"}
            return Client(addresses[which], (bob, eve)[which]).post("/reviews", decision).status

        raced = sorted(wanted)[:6]
        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(decide, [(id, which) for id in raced for which in (0, 1)]))
        assert [sorted(pair) for pair in zip(statuses[::2], statuses[1::2], strict=True)] == [[200, 409]] * len(raced)
        assert here.graph.verify()["problems"] == []
