"""Coverage of the seed text: judged only where the record was made from it, or for the pack that is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

import kg
from kg.cli import cli
from kg.coverage import OF_NO_PACK
from kg.errors import NotFound, ParseFailure
from kg_api.app import create_app
from tests.journey.test_own_words import HEAD

PARTS = {
    "pack.toml": HEAD,
    "entities.yaml": "- {id: haste, type: Factor, label: {en: Haste}}\n- {id: waste, type: Risk, label: {en: Waste}}\n",
    "claims.yaml": "[]\n",
    "references.bib": "% none\n",
    "coverage.yaml": "- locator: page 1\n  statement: Haste makes waste.\n  claims: [haste--raises--waste]\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pack with a coverage table of its own, of which nothing is represented."""
    folder = tmp_path / "haste"
    folder.mkdir()
    for name, text in PARTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_record_of_another_text_is_not_judged_by_the_packaged_one(folder: Path, sqlite_url: str) -> None:
    graph = kg.open(sqlite_url, empty=True)
    assert graph.coverage() == {
        "items": [],
        "counts": {"items": 0, "represented": 0, "claims": 0},
        "note": OF_NO_PACK,
    }
    with TestClient(create_app(graph, warm=False)) as client:
        assert client.get("/api/v1/coverage").json()["note"] == OF_NO_PACK
    assert [item["missing"] for item in graph.coverage(folder)["items"]] == [["haste--raises--waste"]]
    graph.store.close()
    run = CliRunner().invoke
    assert run(cli, ["--database", sqlite_url, "coverage"]).exit_code == 0
    told = run(cli, ["--database", sqlite_url, "coverage", str(folder), "--json"])
    assert told.exit_code == 1
    assert json.loads(told.stdout)["counts"]["items"] == 1


def test_the_packaged_pack_is_judged_as_before(sqlite_url: str) -> None:
    graph = kg.open(sqlite_url)
    assert graph.coverage()["counts"]["represented"] == graph.coverage()["counts"]["items"] == 26
    graph.store.close()


def test_what_is_no_coverage_table_is_told(folder: Path, sqlite_url: str, tmp_path: Path) -> None:
    graph = kg.open(sqlite_url, empty=True)
    with pytest.raises(NotFound, match="there is no pack"):
        graph.coverage(tmp_path / "nowhere")
    (folder / "coverage.yaml").write_text("- locator: page 1\n", encoding="utf-8")
    with pytest.raises(ParseFailure, match=r"coverage.yaml:1"):
        graph.coverage(folder)
    graph.store.close()
