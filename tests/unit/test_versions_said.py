"""Versions beside each other: what differs is told apart, whatever it is called."""

from __future__ import annotations

from kg.model import Work
from kg.snapshot import Snapshot
from kg.vocabulary import load
from kg_api.pages_read.labelled import Labels
from kg_api.pages_read.versions import changes

WORKS = [Work(id, "article", "One title", ("Wu, Ann", "Nethery, Bo"), 2020) for id in ("wu2020", "wu2020paper")]


def test_two_works_of_one_short_name_have_their_keys_beside() -> None:
    labels = Labels(load(), Snapshot.of(1, None, WORKS), "en")
    (row,) = changes("evidence", [{"field": "work", "before": "wu2020", "after": "wu2020paper"}], labels)
    assert row["before"].endswith("[wu2020]")
    assert row["after"].endswith("[wu2020paper]")


def test_of_bibliographic_details_those_that_differ_are_told() -> None:
    labels = Labels(load(), Snapshot.of(1, None, WORKS), "en")
    told = [{"field": "csl", "before": {"volume": "7", "page": "1"}, "after": {"volume": "8", "page": "1", "DOI": "x"}}]
    (row,) = changes("work", told, labels)
    assert (row["before"], row["after"]) == ("volume: 7", "DOI: x; volume: 8")
