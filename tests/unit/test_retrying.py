"""Writing what follows from the newest record while others write: what is read again, how often, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import kg
from kg.errors import Conflict, InputError, MovedOn
from kg.importers import citations, pack_load, rdf_load, tables_load
from kg.importers.citations_reading import read
from kg.model import Change, Entity, Text
from kg.record import Store, retrying
from kg.record.retrying import TRIES_LONG, retried
from kg.record.submissions import Outdated, Submission, Submitted, Terms, under
from kg.record.tokens import Person
from kg.vocabulary import load as words
from tests.faults.broken_packs import GOOD

WORDS = words()
TURTLE = b"""\
@prefix ekg: <https://w3id.org/evidence-kg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/evidence-kg/id/entity/new> a ekg:Risk ; skos:prefLabel "New"@en .
"""
BIBTEX = b"@book{li2020, title={A title of its own}, author={Li, Wei}, year={2020}}\n"
Told: TypeAlias = Callable[[str, int, int], None]
Load: TypeAlias = Callable[[Store, Path, Told], dict[str, Any]]


def rdf(store: Store, folder: Path, told: Told) -> dict[str, Any]:
    """Load RDF."""
    (folder / "new.ttl").write_bytes(TURTLE)
    return rdf_load.load(store, folder / "new.ttl", WORDS, name="new.ttl", told=told)


def tables(store: Store, folder: Path, told: Told) -> dict[str, Any]:
    """Load a table."""
    (folder / "entities.csv").write_text("id,type,label\nnew,Risk,New\n")
    return tables_load.load(store, folder, WORDS, told=told)


def pack(store: Store, folder: Path, told: Told) -> dict[str, Any]:
    """Load a pack."""
    for name, text in GOOD.items():
        (folder / name).write_text(text, encoding="utf-8")
    return pack_load.load(store, folder, WORDS, told=told)


def bibtex(store: Store, folder: Path, told: Told) -> dict[str, Any]:
    """Import citations."""
    reading = read(BIBTEX, name="new.bib", format="bibtex", encoding=None, guarded=False)
    return citations.import_works(store, reading, BIBTEX, name="new.bib", actor="ann", told=told)


each = pytest.mark.parametrize("load", [rdf, tables, pack, bibtex])


def entity(number: int) -> Change:
    """What somebody else writes."""
    return Change("entity", Entity(f"other-{number}", "Factor", Text(f"Other {number}")))


class Others:
    """Told of an import; writes to the record at its first `times` tries."""

    def __init__(self, store: Store, times: int) -> None:
        self.store, self.times, self.tries = store, times, 0

    def __call__(self, stage: str, done: int, of: int) -> None:
        """Write just before the import does."""
        if (stage, done) != ("writing", 0):
            return
        self.tries += 1
        if self.tries <= self.times:
            with under(Terms()):
                self.store.write([entity(self.tries)], actor="bob", act="add")


@each
@pytest.mark.parametrize(
    ("terms", "fault"), [(Terms(seen=0), Outdated), (Terms(Submission("token", "key", "0" * 64)), Submitted)]
)
def test_an_import_that_its_terms_refuse_reads_its_file_once(
    load: Load, terms: Terms, fault: type[Conflict], tmp_path: Path
) -> None:
    with Store.open(":memory:") as store:
        store.accounts.issue("token", "0" * 64, Person("bob"), role="contributor")
        with under(Terms(terms.submission)):
            store.write([entity(0)], actor="bob", act="add")
        tried = Others(store, times=0)
        with under(terms), pytest.raises(fault):
            load(store, tmp_path, tried)
        assert (tried.tries, store.number()) == (1, 1)


@each
def test_an_import_is_worked_out_anew_when_others_write(load: Load, tmp_path: Path) -> None:
    with Store.open(":memory:") as store:
        others = Others(store, times=2)
        assert load(store, tmp_path, others)["revision"] == 3
        assert others.tries == 3
        assert store.verify() == []


@each
def test_an_import_gives_up_when_others_write_each_time(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "PAUSE_SECONDS", 0)
    with Store.open(":memory:") as store:
        others = Others(store, times=99)
        with pytest.raises(MovedOn, match=f"at revision {TRIES_LONG}, not at {TRIES_LONG - 1}"):
            load(store, tmp_path, others)
        assert others.tries == TRIES_LONG


def test_what_somebody_has_seen_is_never_replaced_by_what_is_new(sqlite_url: str) -> None:
    graph = kg.open(sqlite_url, empty=True)
    seen = graph.revision
    graph.add_entity({"type": "Risk", "label": "One"}, actor="ann", expect=seen)
    with pytest.raises(MovedOn, match=f"at revision {seen + 1}, not at {seen}") as fault:
        graph.add_entity({"type": "Risk", "label": "Two"}, actor="ann", expect=seen)
    assert (fault.value.where, graph.revision) == ("expect", seen + 1)
    with pytest.raises(MovedOn, match="not at a number of 16610 bits"):
        graph.add_entity({"type": "Risk", "label": "Two"}, actor="ann", expect=10**5000)
    graph.store.close()


def test_other_faults_are_raised_at_once() -> None:
    tried: list[type[Exception]] = []

    def act(fault: type[Exception]) -> None:
        tried.append(fault)
        raise fault("no")

    for fault in (Conflict, Outdated, Submitted, InputError):
        with pytest.raises(fault):
            retried(lambda fault=fault: act(fault))  # type: ignore[misc]
    assert tried == [Conflict, Outdated, Submitted, InputError]
