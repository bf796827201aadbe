"""Works from citations, look-ups and files over HTTP, and files that go out: how they are told and who may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kg.citations import crossref
from kg.settings import Budgets
from kg_api import write_shapes as shapes
from tests.api.writers import API, PLENTY, Place, place
from tests.services import Played

RETRACTED = "10.1016/s0140-6736(97)11096-0"
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


def test_a_work_taken_back_is_not_in_the_way_of_the_right_one(here: Place) -> None:
    wrong = {"title": "Who misuses open models", "authors": ["Patricia Novak"], "year": 2026}
    made = here.post("/works", wrong).json()
    assert "taken as the name of a group; a person is 'Novak, Patricia'" in made["note"]
    here.graph.undo(made["revision"], why="name wrong")
    for key, more in (("novak2026who", {}), ("novak2026whoa", {"distinct": True, "url": "https://example.org/a"})):
        got = here.post("/works", wrong | {"authors": ["Novak, Patricia"]} | more)
        assert (got.status_code, got.json()["id"]) == (201, key)
        assert f"looks like {made['id']}, which was taken back" in got.json()["note"]
        assert f"kg merge {made['id']}" not in got.json()["note"]


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
