"""RDF over HTTP: its serialisation is recognised as on the command line, with `format=rdf` and without a format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.importers.rdf import FORMATS
from tests.api.test_hostile_bodies import send
from tests.api.writers import Place, place

ENTITY: dict[str, Any] = {"type": "Technique", "label": {"en": "Weight surgery", "zh": "权重手术"}}


@pytest.fixture
def here(sqlite_url: str) -> Iterator[Place]:
    """A record of its own."""
    with place(sqlite_url) as made:
        yield made


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One entity as RDF in each serialisation."""
    folder: Path = tmp_path_factory.mktemp("rdf")
    other = kg.open(f"sqlite:///{folder / 'other.sqlite'}", empty=True, lang="en")
    other.add_entity(ENTITY, actor="ann")
    found = {}
    for format in ("turtle", "trig", "ntriples", "jsonld"):
        other.export(folder / "file", format=format, include_proposed=True)
        found[format] = (folder / "file").read_bytes()
    other.store.close()
    return found


@pytest.mark.parametrize("format", ["turtle", "trig", "ntriples", "jsonld"])
@pytest.mark.parametrize("query", ["?format=rdf", ""])
def test_the_serialisation_of_rdf_is_recognised(
    here: Place, written: dict[str, bytes], format: str, query: str
) -> None:
    got = send(here, f"/imports{query}", written[format], "application/octet-stream").json()
    assert (got["failures"], got["kinds"]["entity"]) == ([], 1), got
    assert got["format"] in FORMATS
    assert here.graph.snapshot.entity("weight-surgery").status == "proposed"
    assert here.graph.log(limit=1)["items"][0]["actor"] == "bob"


def test_what_is_said_to_be_rdf_and_is_not_is_one_failure(here: Place) -> None:
    before = here.graph.revision
    for raw in (b"@misc{a, title={One}}", b"nothing at all"):
        (failure,) = send(here, "/imports?format=rdf", raw, "application/octet-stream").json()["failures"]
        assert failure["reason"].startswith("not RDF")
    refused = send(here, "/imports?format=rdf&dry_run=true", b"<urn:a> <urn:b> <urn:c> .", "text/turtle")
    assert (refused.status_code, refused.json()["where"]) == (422, "dry_run")
    assert here.graph.revision == before


def test_two_faults_of_a_line_that_are_alike_are_told_once(here: Place) -> None:
    lines = b"<a> <b>\n"
    (failure,) = send(here, "/imports?format=turtle", lines, "text/turtle").json()["failures"]
    assert (failure["line"], failure["reason"]) == (1, "not turtle: No scheme found in an absolute IRI")
    several = b"<a> <b> <c> .\n<http://x.org/a> <http://x.org/b> <d> .\n"
    assert [one["line"] for one in send(here, "/imports?format=turtle", several, "text/turtle").json()["failures"]] == [
        1,
        2,
    ]
