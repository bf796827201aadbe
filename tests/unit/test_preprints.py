"""Preprints in files: they and their published forms both stay, whichever comes first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import kg

PAPER = """@article{one, author={Hu, E. and Li, Z.}, title={A first title of a paper}, year=2021,
  journal={J}, doi={10.1234/one}}"""
POSTED = "@misc{pre, author={Hu, E. and Li, Z.}, title={A first title of a paper}, howpublished={medRxiv preprint}"


@pytest.fixture
def graph(database_url: str) -> Iterator[kg.Graph]:
    opened = kg.open(database_url, lang="en", empty=True)
    yield opened
    opened.store.close()


def file_of(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "preprint",
    [
        ("a.bib", POSTED + ", year=2021}"),
        ("a.bib", POSTED.replace("@misc", "@techreport").replace("medRxiv preprint", "A University") + ", year=2020}"),
        (
            "a.bib",
            POSTED.replace("@misc", "@unpublished").replace("howpublished={medRxiv", "note={My") + ", year=2021}",
        ),
        ("a.ris", "TY  - UNPB\nID  - pre\nTI  - A first title of a paper\nAU  - Hu, E.\nPY  - 2021\nER  - \n"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_the_preprint_and_the_paper_both_stay_whichever_comes_first_and_the_paper_is_kept_by_a_merge(
    graph: kg.Graph, tmp_path: Path, preprint: tuple[str, str], first: bool
) -> None:
    files = [file_of(tmp_path, *preprint), file_of(tmp_path, "b.bib", PAPER)]
    reports = [graph.load(path) for path in (files if first else files[::-1])]
    assert [one["duplicates"] for one in reports] == [[], []]
    assert len({one.independence_group or one.id for one in graph.snapshot.works.values()}) == 1
    assert len(graph.snapshot.works) == 2
    assert "`kg merge one pre`" in reports[1]["remarks"][0]["message"]


def test_where_only_proof_counts_the_published_form_is_kept_by_a_merge(graph: kg.Graph, tmp_path: Path) -> None:
    graph.load(file_of(tmp_path, "a.bib", "@misc{two, author={Hu, E.}, title={A first title of a paper.}, year=2021}"))
    (remark,) = graph.load(file_of(tmp_path, "b.bib", PAPER), exact=True)["remarks"]
    assert "one may be two" in remark["message"]
    assert "`kg merge one two`" in remark["message"]
