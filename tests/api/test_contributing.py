"""Contributing, reviewing, importing, history over HTTP: documents in their shapes, and what is not for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from kg.citations import crossref
from kg.settings import Budgets
from kg_api import write_shapes as shapes
from tests.api.writers import API, ITEM, PLENTY, Place, place
from tests.services import Played

RETRACTED = "10.1016/s0140-6736(97)11096-0"
ENTITY = {"type": "Technique", "label": "Weight surgery"}
LIBRARY = b"""@article{a2020, title={On models}, author={Li, Wei}, year={2020}, doi={10.1234/a}}
@article{broken, title={No end
@article{b2021, title={On data}, author={Wu, Bo}, year={2021}}
@article{again, title={On models}, author={Li, Wei}, year={2020}, doi={10.1234/A}}
"""


@pytest.fixture
def here(sqlite_url: str) -> Iterator[Place]:
    with place(sqlite_url) as made:
        yield made


def send(here: Place, address: str, raw: bytes, kind: str, who: str = "ann", **headers: str) -> Any:
    """Send a file."""
    sent = {"Authorization": f"Bearer {here.secrets[who]}", "Content-Type": kind}
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return here.client.post(API + address, content=raw, headers={**sent, **more})


def test_an_identifier_among_fields_is_told_how_it_is_looked_up(here: Place) -> None:
    refused = here.post("/works", {"doi": "10.48550/arXiv.2106.09685"})
    assert (refused.status_code, refused.json()["where"], refused.json()["hint"]) == (
        422,
        "title",
        "to look it up give the identifier alone: `POST /api/v1/works`",
    )


def test_documents_have_their_shapes(here: Place) -> None:
    made = here.post("/evidence", ITEM)
    shapes.Contribution.model_validate_json(made.content, strict=True)
    id = made.json()["id"]
    shapes.Contribution.model_validate_json(here.post("/evidence?dry_run=true", ITEM, who=None).content, strict=True)
    shapes.Queue.model_validate_json(here.get("/reviews?kind=evidence&status=proposed&actor=ann").content, strict=True)
    shapes.WaitingOne.model_validate_json(here.get(f"/reviews/{id}").content, strict=True)
    shapes.Decision.model_validate_json(here.post("/reviews", {"id": id, "decision": "accept"}, who="bob").content)
    shapes.History.model_validate_json(here.get(f"/evidence/{id}/history").content, strict=True)
    shapes.RevisionEntry.model_validate_json(here.get(f"/revisions/{here.graph.revision}").content, strict=True)
    shapes.People.model_validate_json(here.get("/people").content, strict=True)
    merged = here.post("/merges", {"keep": "w1", "duplicate": "w2", "why": "one paper"}, who="bob")
    shapes.Merged.model_validate_json(merged.content, strict=True)
    undone = here.post(f"/revisions/{here.graph.revision}/undo", {"why": "two papers"}, who="bob")
    shapes.Decision.model_validate_json(undone.content, strict=True)
    revoked = here.post("/revocations", {"id": id, "why": "read wrongly"}, who="eve")
    shapes.Decision.model_validate_json(revoked.content, strict=True)


def test_what_is_there_already_is_no_new_record(here: Place) -> None:
    first, second = (here.post("/entities", ENTITY, who=who) for who in ("ann", "bob"))
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["already"] is True
    assert second.headers["location"] == first.headers["location"]


def test_a_dry_run_of_any_contribution_stores_nothing(here: Place) -> None:
    before = here.graph.revision
    for address, body in {"/entities": ENTITY, "/works": {"title": "A", "year": 2020}, "/evidence": ITEM}.items():
        got = here.post(f"{address}?dry_run=true", body)
        assert (got.status_code, got.json()["dry_run"]) == (200, True), got.text
    assert here.graph.revision == before
    assert here.post("/evidence?rows=Technique", ITEM).json()["where"] == "rows"


def test_a_contributor_revises_her_own_and_no_other_that_waits(here: Place) -> None:
    id = here.post("/evidence", ITEM).json()["id"]
    change = {"strength": "weak", "strength_reason": "one site"}
    cid = here.graph.create_token("cid")["secret"]
    here.secrets["cid"] = cid
    refused = here.post(f"/evidence/{id}/revision", change, who="cid")
    assert (refused.status_code, "ann proposed" in refused.json()["detail"]) == (403, True)
    own = here.post(f"/evidence/{id}/revision?why=read+again", change)
    assert (own.status_code, own.json()["supersedes"]) == (201, id)
    assert here.get(f"/evidence/{id}?include_proposed=true").json()["status"] == "superseded"
    accepted = here.graph.evidence(work="w1")["items"][0]["id"]
    assert here.post(f"/evidence/{accepted}/revision", {**change, "locator": "§1"}, who="cid").status_code == 201
    assert here.get(f"/evidence/{accepted}").json()["status"] == "accepted", "it counts until the other is accepted"


def test_who_goes_back_to_her_own_words_has_the_first_item_again(here: Place) -> None:
    first = here.post("/evidence", {**ITEM, "strength": "weak"}).json()["id"]
    for _ in range(2):
        second = here.post(f"/evidence/{first}/revision", {"strength": "strong"}).json()["id"]
        before = here.graph.revision
        back = here.post(f"/evidence/{second}/revision?why=read+wrongly", {"strength": "weak"})
        shapes.Contribution.model_validate_json(back.content, strict=True)
        assert (back.status_code, back.json()["id"], back.json()["supersedes"]) == (201, first, second)
        assert f"{first} says just this" in back.json()["note"]
        assert here.graph.revision == before + 1
        statuses = [here.get(f"/evidence/{id}?include_proposed=true").json()["status"] for id in (first, second)]
        assert statuses == ["proposed", "superseded"]
    assert [item["id"] for item in here.get("/reviews?actor=ann").json()["items"] if item["kind"] == "evidence"] == [
        first
    ]
    assert here.post("/reviews", {"id": second, "decision": "accept"}, who="bob").status_code == 409
    assert here.post("/reviews", {"id": first, "decision": "accept"}, who="bob").status_code == 200
    assert [here.graph.snapshot.evidence[id].status for id in (first, second)] == ["accepted", "superseded"]
    assert here.graph.verify()["problems"] == []


def test_a_later_wording_can_be_gone_back_to_and_undone(here: Place) -> None:
    one = here.post("/evidence", {**ITEM, "strength": "weak"}).json()["id"]
    two = here.post(f"/evidence/{one}/revision", {"strength": "strong"}).json()["id"]
    three = here.post(f"/evidence/{two}/revision", {"strength": "moderate"}).json()["id"]

    def standing() -> list[str]:
        return [here.graph.snapshot.evidence[id].status for id in (one, two, three)]

    assert here.post(f"/evidence/{three}/revision", {"strength": "weak"}).json()["id"] == one
    assert standing() == ["proposed", "superseded", "superseded"]
    assert here.post(f"/evidence/{one}/revision", {"strength": "moderate"}).json()["id"] == three
    assert standing() == ["superseded", "superseded", "proposed"]
    undone = here.post(f"/revisions/{here.graph.revision}/undo", {"why": "no"}, who="bob")
    assert (undone.status_code, standing()) == (200, ["proposed", "superseded", "superseded"])
    assert here.post(f"/evidence/{one}/revision", {"strength": "moderate"}).json()["id"] == three, (
        "an undo is no decision"
    )


def test_going_back_with_another_reason_is_another_item(here: Place) -> None:
    first = here.post("/evidence", {**ITEM, "strength": "weak"}).json()["id"]
    second = here.post(f"/evidence/{first}/revision", {"strength": "strong", "strength_reason": "b"}).json()["id"]
    third = here.post(f"/evidence/{second}/revision", {"strength": "weak"})
    assert third.status_code == 201, third.text
    assert third.json()["id"] not in {first, second}
    assert (third.json()["record"]["strength"], third.json()["record"]["strength_reason"]) == ("weak", "b")
    fourth = here.post(f"/evidence/{third.json()['id']}/revision", {"strength_reason": ITEM["strength_reason"]})
    assert fourth.json()["id"] == first


def test_where_going_back_is_not_allowed_what_helps_is_said(here: Place) -> None:
    weak, strong = {"strength": "weak"}, {"strength": "strong"}
    first = here.post("/evidence", {**ITEM, **weak}).json()["id"]
    other = here.post(f"/evidence/{first}/revision", strong, who="bob").json()
    refused = here.post(f"/evidence/{other['id']}/revision", weak, who="bob")
    assert (refused.status_code, "ann proposed it" in refused.json()["detail"]) == (409, True)
    assert f"takes back revision {other['revision']}" in refused.json()["hint"]
    assert here.post(f"/evidence/{other['id']}/revision", weak).status_code == 403, "the revision is bob's"
    again = here.post("/evidence", {**ITEM, **weak})
    assert (again.status_code, other["id"] in again.json()["hint"]) == (409, True)
    accepted = here.post("/reviews", {"id": other["id"], "decision": "accept"}, who="eve").json()["revision"]
    refused = here.post(f"/evidence/{other['id']}/revision", weak)
    assert refused.status_code == 409
    assert f"takes back revision {accepted}" in refused.json()["hint"]
    assert "otherwise" not in refused.json()["hint"]


ANEW: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("/entities", {"type": "Technique", "label": "Edge thing"}, {"definition": {"en": "HIJACKED"}}),
    ("/claims", {"subject": "t", "relation": "raises", "object": "r"}, {"conditions": "HIJACKED"}),
]


@pytest.mark.parametrize(("address", "body", "change"), ANEW)
def test_what_was_proposed_anew_is_its_last_proposers(
    here: Place, address: str, body: dict[str, Any], change: dict[str, Any]
) -> None:
    here.secrets["cid"] = here.graph.create_token("cid")["secret"]
    id = here.post(address, body).json()["id"]
    assert here.post("/reviews", {"id": id, "decision": "reject", "why": "no"}, who="bob").status_code == 200
    gone = here.post(f"{address}/{id}/revision", change)
    assert (gone.status_code, f"{id} is rejected" in gone.json()["detail"]) == (409, True), "nobody revises that"
    anew = here.post(address, body, who="cid")
    assert (anew.status_code, anew.json()["status"]) == (201, "proposed"), anew.text
    refused = here.post(f"{address}/{id}/revision", change)
    assert (refused.status_code, "cid proposed" in refused.json()["detail"]) == (403, True)
    waiting = {one["id"]: one for one in here.get("/reviews?actor=cid").json()["items"]}
    assert (waiting[id]["revision"], here.get("/reviews?actor=ann").json()["items"]) == (anew.json()["revision"], [])
    assert here.post("/reviews", {"id": id, "decision": "return", "why": "more"}, who="bob").status_code == 200
    assert here.post(f"{address}/{id}/revision", change).status_code == 403
    assert here.post(f"{address}/{id}/revision", change, who="cid").status_code == 200
    assert here.post(f"{address}/{id}/revision?why=again", undone(change), who="bob").status_code == 200
    assert here.post(f"{address}/{id}/revision", change, who="cid").status_code == 200, "in whatever words, it is hers"
    accepted = here.post("/reviews", {"id": id, "decision": "accept"}, who="eve").json()["revision"]
    assert here.post(f"{address}/{id}/revision", undone(change), who="cid").status_code == 403
    assert here.post(f"/revisions/{accepted}/undo", {"why": "too early"}, who="bob").status_code == 200
    assert here.post(f"{address}/{id}/revision", undone(change)).status_code == 403
    assert here.post(f"{address}/{id}/revision", undone(change), who="cid").status_code == 200, "as before"


def undone(change: dict[str, Any]) -> dict[str, Any]:
    """The change that takes one away."""
    return dict.fromkeys(change)


@pytest.mark.parametrize("decided", [False, True])
def test_what_is_proposed_anew_fits_the_claims_that_stand(here: Place, decided: bool) -> None:
    here.post("/entities", {"type": "Technique", "label": "Turned"})
    claim = here.post("/claims", {"subject": "turned", "relation": "raises", "object": "r"}, who="eve").json()["id"]
    if decided:
        assert here.post("/reviews", {"id": claim, "decision": "accept"}, who="bob").status_code == 200
        assert here.post("/revocations", {"id": "turned", "why": "vague"}, who="bob").status_code == 200
    else:
        here.post("/reviews", {"id": "turned", "decision": "reject", "why": "vague"}, who="bob")
    other = here.post("/entities", {"type": "Actor", "label": "Turned"})
    assert (other.status_code, other.json()["where"]) == (409, "type"), other.text
    assert claim in other.json()["detail"]
    assert here.post("/entities", {"type": "Factor", "label": "Turned"}).status_code == 201, "a factor raises risks too"
    assert (
        here.post("/reviews", {"id": "turned", "decision": "reject", "why": "no factor"}, who="bob").status_code == 200
    )
    gone = "/revocations" if decided else "/reviews"
    here.post(gone, {"id": claim, "why": "no"} | ({} if decided else {"decision": "reject"}), who="bob")
    assert here.post("/entities", {"type": "Actor", "label": "Turned"}).status_code == 201, "no claim stands any more"


def test_what_is_another_s_by_the_time_it_is_written_is_refused(here: Place) -> None:
    here.secrets["cid"] = here.graph.create_token("cid")["secret"]
    (_, body, change), *_ = ANEW
    id = here.post("/entities", body).json()["id"]
    graph, held = here.graph, here.graph.revise

    def overtaken(*given: Any, **named: Any) -> Any:
        monkey.undo()
        graph.review(id, "reject", why="no", actor="bob")
        graph.add_entity(body, actor="cid")
        return held(*given, **named)

    with pytest.MonkeyPatch.context() as monkey:
        monkey.setattr(graph, "revise", overtaken)
        got = here.post(f"/entities/{id}/revision", change)
    assert (got.status_code, graph.snapshot.entities[id].definition) == (403, None), got.text


@pytest.mark.parametrize("name", ["status", "notice", "merged_into", "raw", "raw_format"])
def test_a_contributor_does_not_say_what_publishers_say(here: Place, name: str) -> None:
    values = {"status": "retracted", "notice": "https://example.org/n"}
    got = here.post("/works", {"title": "A", "year": 2020, name: values.get(name, "w1")})
    assert (got.status_code, got.json()["where"]) == (422, name)


def test_a_citation_is_parsed_and_a_bad_one_told(here: Place) -> None:
    good = here.post(
        "/works", {"citation": "TY  - JOUR\nTI  - On models\nAU  - Li, Wei\nPY  - 2020\nER  - \n", "id": "li"}
    )
    assert (good.status_code, good.json()["id"]) == (201, "li")
    for citation, said in (("@article{x, title={No end", "citation"), ("", "no text"), (LIBRARY.decode(), "citation")):
        got = here.post("/works", {"citation": citation})
        assert (got.status_code, said in got.text) == (422, True), got.text
    both = here.post("/works", {"citation": "@misc{x, title={X}}", "title": "Y"})
    assert "says it all" in both.json()["detail"]


def test_an_identifier_is_looked_up_where_the_operator_allows_it(here: Place) -> None:
    off = here.post("/works", {"identifier": RETRACTED})
    assert (off.status_code, "look-ups are off" in off.json()["detail"]) == (403, True)
    here.app.state.fetcher = Played({crossref.address(RETRACTED): "crossref-retracted.json"}).fetcher
    found = here.post("/works", {"identifier": f"https://doi.org/{RETRACTED}"}, Idempotency_Key="doi")
    assert (found.status_code, found.json()["record"]["doi"]) == (201, RETRACTED)
    assert found.json()["record"]["status"] == "retracted", "its publisher says so"
    assert here.post("/works", {"identifier": "nothing"}).json()["where"] == "identifier"


def test_look_ups_have_a_budget(sqlite_url: str) -> None:
    with place(sqlite_url, budgets=Budgets(writes=PLENTY.writes, lookups=1)) as here:
        here.app.state.fetcher = Played({crossref.address(RETRACTED): "crossref-retracted.json"}).fetcher
        got = [here.post("/works", {"identifier": RETRACTED}) for _ in range(2)]
        assert [one.status_code for one in got] == [201, 429]


def test_a_library_is_imported_with_a_report(here: Place) -> None:
    before = here.graph.revision
    preview = send(here, "/imports?format=bibtex&dry_run=true", LIBRARY, "application/x-bibtex")
    assert here.graph.revision == before
    got = send(here, "/imports?format=bibtex&name=library.bib", LIBRARY, "application/x-bibtex", Idempotency_Key="one")
    assert got.status_code == 200, got.text
    report = got.json()
    shapes.ImportReport.model_validate(report)
    assert (report["added"], len(report["duplicates"]), len(report["failures"])) == (2, 1, 1)
    assert preview.json()["added"] == report["added"]
    assert report["failures"][0]["source"] == "library.bib"
    again = send(
        here, "/imports?format=bibtex&name=library.bib", LIBRARY, "application/x-bibtex", Idempotency_Key="one"
    )
    assert (again.content, again.headers["idempotent-replayed"]) == (got.content, "true")
    assert here.graph.revision == before + 1
    assert here.get("/revisions?limit=1").json()["items"][0]["actor"] == "ann"
    other = send(here, "/imports?format=bibtex&name=library.bib", LIBRARY + b" ", "text/plain", Idempotency_Key="one")
    assert other.status_code == 422


def test_linked_data_comes_in_as_proposals(here: Place) -> None:
    lines = "".join(map(str, here.graph.pieces("ntriples")[2])).splitlines()
    technique = "".join(f"{line}\n" for line in lines if line.startswith("<https://w3id.org/evidence-kg/id/entity/t>"))
    sent = technique + technique.replace("entity/t>", "entity/tt>").replace('"t"', '"tt"').replace("Tuning", "Twisting")
    got = send(here, "/imports?format=ntriples&name=graph.nt", sent.encode(), "application/n-triples")
    assert (got.status_code, got.json()["added"]) == (200, 1), got.text
    assert here.graph.snapshot.entities["tt"].status == "proposed"
    changed = send(here, "/imports?format=ntriples", technique.replace("Tuning", "Other").encode(), "text/plain", "bob")
    assert (changed.status_code, changed.json()["added"]) == (200, 0)
    assert here.graph.snapshot.entities["t"].label.en == "Tuning", "what is there stays as it is"


def test_the_history_can_be_searched(here: Place) -> None:
    here.post("/entities", ENTITY)
    here.post("/reviews", {"id": "weight-surgery", "decision": "accept"}, who="bob")
    found = here.get("/revisions?actor=bob&act=accept&kind=entity&id=weight-surgery").json()
    assert [one["act"] for one in found["items"]] == ["accept"]
    page = here.get("/revisions?limit=2").json()
    rest = here.get(f"/revisions?limit=50&after={page['next']}").json()
    assert [one["number"] for one in [*page["items"], *rest["items"]]] == list(range(here.graph.revision, 0, -1))
    versions = here.get("/entities/weight-surgery/history").json()["versions"]
    assert [(one["actor"], one["act"]) for one in versions] == [("bob", "accept"), ("ann", "propose")]
    for address in ("/works/t/history", "/entities/none/history", "/revisions/99", "/people/none"):
        assert here.get(address).status_code == 404, address
    assert here.get("/nothings/t/history").status_code == 422
    assert here.get("/people/ann").json() == {"handle": "ann", "name": "Ann Lee", "orcid": None}


def test_both_languages_are_spoken(here: Place) -> None:
    id = here.post("/evidence?lang=zh", ITEM).json()["id"]
    zh = here.client.get(f"{API}/reviews?lang=zh").json()["items"]
    assert "支持" in next(one for one in zh if one["id"] == id)["says"]


def test_the_examples_of_bodies_are_taken(client: TestClient, app: FastAPI) -> None:
    (content,) = app.openapi()["paths"]["/api/v1/evidence"]["post"]["requestBody"]["content"].values()
    got = client.post(f"{API}/evidence?dry_run=true", json=content["schema"]["example"])
    assert got.status_code == 200, got.text
    assert got.json()["beliefs"]


def test_several_are_decided_on_together_or_none(here: Place) -> None:
    ids = [here.post("/evidence", {**ITEM, "statement": f"Seen {word}."}).json()["id"] for word in ("once", "twice")]
    before = here.graph.revision
    wrong = here.post("/reviews", {"id": [*ids, "nothing-such"], "decision": "accept"}, who="bob")
    assert (wrong.status_code, here.graph.revision) == (404, before)
    for some in ([], ["x"] * 201, [1], {"a": 1}):
        assert here.post("/reviews", {"id": some, "decision": "accept"}, who="bob").json()["where"] == "id"
    done = here.post("/reviews", {"id": ids, "decision": "accept"}, who="bob").json()
    assert [one["id"] for one in done["records"][:1]] == ids[:1]
    assert {one["id"] for one in done["records"]} == {*ids, "t--raises--r"}
    assert here.graph.revision == before + 1


def test_a_claim_goes_with_the_only_item_that_it_came_with(here: Place) -> None:
    ids = [here.post("/evidence", {**ITEM, "statement": f"Seen {word}."}).json()["id"] for word in ("once", "twice")]

    def rejected(*some: str) -> set[str]:
        body = {"id": list(some), "decision": "reject", "why": "no such thing"}
        return {one["id"] for one in here.post("/reviews", body, who="bob").json()["records"]}

    assert rejected(ids[0]) == {ids[0]}, "another item speaks of the claim"
    assert rejected(ids[1]) == {ids[1], "t--raises--r"}
    assert here.get("/reviews").json()["items"] == []
    own = {"subject": "u", "relation": "raises", "object": "f"}
    here.post("/claims", own)
    late = here.post("/evidence", {**ITEM, **own, "statement": "Seen later."}, who="eve").json()["id"]
    assert rejected(late) == {late}, "the claim was proposed by itself before"


def test_likely_duplicates_are_listed(here: Place) -> None:
    assert here.get("/duplicates").json()["items"] == []
    for title in ("One and the same study", "One and the same study."):
        values = {"title": title, "authors": ["Li, Wei"], "year": 2020, "distinct": True}
        assert here.post("/works", values).status_code == 201
    found = here.get("/duplicates?limit=1")
    shapes.Duplicates.model_validate_json(found.content, strict=True)
    (pair,) = found.json()["items"]
    assert (pair["kind"], {pair["work"], pair["other"]} <= here.graph.snapshot.works.keys()) == ("duplicate", True)
    assert here.get("/duplicates?limit=0").json()["where"] == "limit"


def test_an_import_fills_what_works_lack_or_compares_exactly(here: Place) -> None:
    def imported(more: str, text: str, who: str = "bob") -> Any:
        return send(here, f"/imports?format=bibtex{more}", text.encode(), "application/x-bibtex", who)

    first = "@article{a, author={Li, Wei}, title={One and the same study}, year=2020}"
    assert imported("", first).json()["added"] == 1
    assert imported("&update=true", first.replace("year", "volume=3, year"), "ann").status_code == 403
    filled = imported("&update=true", first.replace("year", "volume=3, year")).json()
    assert (filled["added"], filled["updated"]) == (0, [{"key": "a", "fields": ["volume"]}]), filled
    other = first.replace("{a,", "{b,").replace("same study}", "same study.}, pages={1--2}")
    assert imported("", other).json()["added"] == 0
    assert imported("&exact=true", other).json()["added"] == 1
    refused = send(here, "/imports?format=turtle&exact=true", b"<urn:a> <urn:b> <urn:c> .", "text/turtle", "bob")
    assert refused.json()["where"] == "exact"


def test_exports_are_of_single_works_or_of_what_an_answer_rests_on(here: Place) -> None:
    assert here.get("/export?format=csl-json&works=w1,w2").json()[1]["id"] == "w2"
    answer = here.graph.paths("t", "f")
    kept = here.graph.keep(answer)["receipt"]
    rests = [one["id"] for one in here.get(f"/export?format=csl-json&receipt={kept}").json()]
    assert rests == sorted(here.graph.rests_on(kept)["works"])
    assert rests
    for wrong, where in (("works=w1&receipt=x", "receipt"), ("works=nothing", None), ("receipt=nothing", None)):
        got = here.get(f"/export?format=bibtex&{wrong}")
        assert got.status_code in {404, 422}, got.text
        assert where in {None, got.json()["where"]}
    assert here.get("/export?format=turtle&works=w1").json()["where"] == "works"
    page = here.get("/export?format=html")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.text == here.get("/drawing").text
    assert here.get("/export?format=html&history=true").json()["where"] == "history"


def test_revisions_keep_the_id_and_are_for_whom_they_concern(here: Place) -> None:
    made = here.post("/entities", ENTITY).json()
    address = f"/entities/{made['id']}/revision"
    cid = here.graph.create_token("cid")["secret"]
    here.secrets["cid"] = cid
    refused = here.post(address, {"label": "Other"}, who="cid")
    assert (refused.status_code, "ann proposed" in refused.json()["detail"]) == (403, True)
    here.post("/reviews", {"id": made["id"], "decision": "return", "why": "define it"}, who="bob")
    own = here.post(
        address, {"definition": "Cutting into weights.", "label": {"zh": "权重手术"}}, Idempotency_Key="one"
    )
    shapes.Contribution.model_validate_json(own.content, strict=True)
    assert (own.status_code, own.json()["status"]) == (200, "proposed"), "it waits again"
    assert {one["field"] for one in own.json()["changed"]} == {"definition", "label", "status"}
    again = here.post(
        address, {"definition": "Cutting into weights.", "label": {"zh": "权重手术"}}, Idempotency_Key="one"
    )
    assert again.content == own.content
    here.post("/reviews", {"id": made["id"], "decision": "accept"}, who="bob")
    late = here.post(address, {"aliases": ["surgery"]})
    assert (late.status_code, "reviewers revise it" in late.json()["detail"]) == (403, True)
    seen = here.get(f"/entities/{made['id']}").headers["etag"]
    done = here.post(address, {"aliases": ["surgery"]}, who="bob", If_Match=seen)
    assert (done.status_code, done.json()["record"]["aliases"]) == (200, ["surgery"]), done.text
    lost = here.post(address, {"aliases": ["cutting"]}, who="eve", If_Match=seen)
    assert lost.status_code == 412
    assert lost.json()["current"]["record"]["aliases"] == ["surgery"]
    assert here.get(f"/entities/{made['id']}").json()["label"] == {"en": "Weight surgery", "zh": "权重手术"}

    claim = here.post("/claims/t--raises--f/revision", {"conditions": "at scale"}, who="bob")
    assert (claim.status_code, claim.json()["changed"][0]["after"]) == (200, "at scale")
    ends = here.post("/claims/t--raises--f/revision", {"object": "r"}, who="bob")
    assert (ends.status_code, ends.json()["where"]) == (422, "object")
    assert here.post("/works/w1/revision", {"title": "Better"}).status_code == 403
    work = here.post("/works/w1/revision", {"title": "Better", "csl": {"volume": "7"}}, who="bob").json()
    assert work["record"]["title"] == here.get("/works/w1").json()["csl"]["title"] == "Better"
    assert here.get("/works/w1").json()["csl"]["volume"] == "7"
    assert here.post("/works/w1/revision", {"status": "retracted"}, who="bob").json()["where"] == "status"
    back = here.post(f"/revisions/{work['revision']}/undo", {"why": "it was right"}, who="bob")
    assert back.status_code == 200
    assert here.get("/works/w1").json()["title"] != "Better"
