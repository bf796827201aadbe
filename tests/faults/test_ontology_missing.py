"""A record that uses terms of its own, opened without the files that define them: refused, never answered wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient

import kg
from kg.cli import cli
from kg.errors import OntologyMissing
from kg.model import Change, Entity, Text
from kg.used import FIELDS, Unknown, terms_of
from kg.vocabulary import load
from kg_api.app import create_app
from tests.journey.test_own_words import BIB, CLAIMS, ENTITIES, HEAD, TURTLE

SAID = "1 entity and 1 claim use terms that the ontology does not have (Regulation, deters)"
REMEDY = "give the Turtle files that define them with --ontology or KG_ONTOLOGY"
RUN = CliRunner(env={"COLUMNS": "200"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pack that brings its own terms."""
    folder = tmp_path / "laws"
    folder.mkdir()
    for name, text in {
        "pack.toml": HEAD + 'vocabulary = ["own.ttl"]\n',
        "own.ttl": TURTLE,
        "entities.yaml": ENTITIES,
        "claims.yaml": CLAIMS,
        "references.bib": BIB,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def url(folder: Path, database_url: str) -> str:
    """A record with that pack."""
    with kg.open(database_url, ontology=[folder / "own.ttl"], empty=True).store as store:
        graph = kg.Graph(store, ontology=[folder / "own.ttl"])
        assert graph.load(folder)["remarks"] == []
    return database_url


@pytest.fixture(params=["records", "columns"])
def graph(url: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[kg.Graph]:
    """The record without its ontology, read in both ways."""
    monkeypatch.setenv("KG_COLUMNS_FOLDER", "off")
    monkeypatch.setenv("KG_COLUMNS_LEAST", "1" if request.param == "columns" else "never")
    graph = kg.open(url)
    yield graph
    graph.store.close()


def run(url: str, *words: str) -> Result:
    """Run a command on the record."""
    return RUN.invoke(cli, ["--database", url, *words])


def test_no_question_is_answered(graph: kg.Graph) -> None:
    for ask in (
        lambda: graph.paths("licence-law", "harm-at-large"),
        graph.matrix,
        graph.raises,
        graph.disputes,
        graph.gaps,
        lambda: graph.impact("licence-law"),
        lambda: graph.cut("harm-at-large"),
        lambda: graph.what_if(without_work=["doe2024law"]),
        graph.network,
        lambda: graph.sparql("ASK {}"),
    ):
        with pytest.raises(OntologyMissing) as refused:
            ask()
        assert refused.value.message == SAID
        assert refused.value.hint == REMEDY


def test_what_needs_no_term_still_works(graph: kg.Graph, tmp_path: Path) -> None:
    assert graph.entity("harm-at-large")["label"]["en"] == "Harm at large"
    assert graph.item("N2")["statement"] == "Harm followed."
    assert graph.export(tmp_path / "works.bib")["bytes"]
    assert graph.export(tmp_path / "tables", format="csv-tables")["bytes"]
    assert graph.export(tmp_path / "pack", format="pack")["bytes"]
    assert "licence-law" in (tmp_path / "pack" / "entities.yaml").read_text(encoding="utf-8")
    assert graph.lint()["counts"]["rules"]["unknown-word"] == 2
    with pytest.raises(OntologyMissing):
        graph.export(tmp_path / "all.ttl")
    with pytest.raises(OntologyMissing):
        graph.claim("licence-law--deters--careless-release")


def test_mended_records_are_answered_again(graph: kg.Graph) -> None:
    snapshot = graph.snapshot
    terms = Counter(snapshot.terms)
    law = snapshot.entities["licence-law"]
    claim = snapshot.claims["licence-law--deters--careless-release"]
    mended = [Change("entity", Entity(law.id, "Technique", law.label)), Change("claim", _revoked(claim))]
    graph.write(mended, actor="ann", act="mend")
    assert graph.raises()["items"] is not None
    assert graph.unknown().words == ()
    graph.write([Change("entity", Entity("fine", "Sanction", Text("Fine")))], actor="ann", act="add")
    with pytest.raises(OntologyMissing, match=r"^ontology: 1 entity uses terms .* \(Sanction\)"):
        graph.matrix()
    assert graph.raises(as_of=graph.revision - 1)["items"] is not None
    assert terms["entity", "Regulation", "accepted"] == 1


def _revoked(claim: kg.Claim) -> kg.Claim:
    return kg.Claim(claim.id, claim.subject, claim.relation, claim.object, status="revoked")


def test_terms_are_counted_alike_however_the_record_is_read(graph: kg.Graph) -> None:
    law = graph.snapshot.entities["licence-law"]
    assert graph.snapshot.terms
    graph.write([Change("entity", Entity(law.id, "Technique", law.label))], actor="ann", act="mend")
    graph.write([Change("entity", Entity("fine", "Sanction", Text("Fine")))], actor="ann", act="add")
    snapshot = graph.snapshot
    kinds = {"entity": snapshot.entities, "claim": snapshot.claims, "evidence": snapshot.evidence,
             "work": snapshot.works}  # fmt: skip
    plainly = Counter(terms_of(kind, one) for kind in FIELDS for one in kinds[kind].values())
    assert +snapshot.terms == plainly


def test_the_commands_name_the_remedy(url: str, folder: Path, tmp_path: Path) -> None:
    for words in (["paths", "licence-law", "harm-at-large"], ["matrix"], ["serve"], ["draw", "-o", "x.html"]):
        refused = run(url, *words)
        assert isinstance(refused.exception, OntologyMissing), words
        assert str(refused.exception) == f"ontology: {SAID} ({REMEDY})"
    looked = run(url, "doctor", "--json")
    found = {item["check"]: item for item in json.loads(looked.stdout)["items"]}
    assert looked.exit_code == 1
    assert not found["database"]["ok"]
    assert SAID in found["database"]["found"]
    assert REMEDY in found["database"]["found"]
    with_it = RUN.invoke(cli, ["--database", url, "--ontology", str(folder / "own.ttl"), "doctor", "--json"])
    assert {item["check"]: item["ok"] for item in json.loads(with_it.stdout)["items"]}["database"]
    assert run(url, "show", "harm-at-large").exit_code == 0
    assert run(url, "backup", str(tmp_path / "b.gz")).exit_code == 0


def test_http_says_that_the_server_lacks_it(url: str) -> None:
    graph = kg.open(url)
    with TestClient(create_app(graph), raise_server_exceptions=False) as client:
        for path in ("/api/v1/matrix", "/api/v1/paths?source=licence-law&target=harm-at-large"):
            told = client.get(path)
            assert (told.status_code, told.json()["type"].rpartition("/")[2]) == (503, "ontology-missing")
            assert "KG_ONTOLOGY" in told.json()["detail"]
        page = client.get("/entities/licence-law?lang=zh", headers={"Accept": "text/html"})
        assert page.status_code == 503
        assert "请告知服务器的维护者" in page.text
        assert "Turtle" in client.get("/matrix?lang=en", headers={"Accept": "text/html"}).text
    graph.store.close()


def test_a_pack_with_own_terms_says_what_is_needed_from_now_on(folder: Path, sqlite_url: str) -> None:
    with kg.open(sqlite_url, empty=True).store:
        loaded = run(sqlite_url, "import", str(folder))
    assert loaded.exit_code == 0
    said = " ".join(loaded.stdout.split())
    assert f"name {folder / 'own.ttl'} in KG_ONTOLOGY whenever it is opened" in said


def test_an_exported_pack_brings_its_terms(url: str, folder: Path, tmp_path: Path) -> None:
    for file in ("out", "out.pack.zip"):
        with kg.open(url, ontology=[folder / "own.ttl"]).store as store:
            kg.Graph(store, ontology=[folder / "own.ttl"]).export(tmp_path / file, format="pack")
        other = kg.open(f"sqlite:///{tmp_path / file}.sqlite", empty=True)
        assert other.load(tmp_path / file)["failures"] == []
        other.store.close()
        again = kg.open(f"sqlite:///{tmp_path / file}.sqlite", ontology=[folder / "own.ttl"])
        assert again.paths("licence-law", "harm-at-large")["paths"][0]["sign"] == -1
        again.store.close()


def test_a_failure_for_an_unknown_term_names_where_terms_come_from(folder: Path, sqlite_url: str) -> None:
    (folder / "pack.toml").write_text(HEAD, encoding="utf-8")
    with kg.open(sqlite_url, empty=True).store as store:
        failures = kg.Graph(store).load(folder)["failures"]
    assert all("KG_ONTOLOGY" in one["remedy"] for one in failures if "'Regulation'" in one["reason"])
    assert any("'Regulation'" in one["reason"] for one in failures)


def test_records_that_no_longer_stand_may_use_any_term() -> None:
    words = load()
    assert Unknown.of({("claim", "emits", "revoked"): 3}, words).words == ()
    assert Unknown.of({("claim", "emits", "proposed"): 3}, words).counts == {"claim": 3}
    assert Unknown.of({("work", "burnt"): 1}, words).sentence == (
        "1 work uses terms that the ontology does not have (burnt)"
    )
