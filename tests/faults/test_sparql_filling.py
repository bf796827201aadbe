"""What was begun to answer queries is ended where it cannot be filled, and is not kept for the life of the endpoint."""

from __future__ import annotations

import gc
import os
import weakref
from dataclasses import replace
from pathlib import Path

import pytest

import kg
from kg.errors import InputError
from kg.ids import RecordKind
from kg.model import Change, Claim, Entity, Evidence, Work
from kg.querying import Querying
from kg.rdf import worker
from kg.rdf.sparql import Endpoint
from kg.rdf.worker import Limits, Template
from tests.builders import records

pytestmark = pytest.mark.skipif(not worker.AVAILABLE, reason="workers need Linux")
QUERY = "SELECT ?s { ?s ekg:raises ?o }"


class Tight(Template):
    """Real workers; each job may give so many bytes."""

    output = 1

    def run(self, job: str, payload: bytes, limits: Limits) -> bytes:
        return super().run(job, payload, replace(limits, output=min(limits.output, Tight.output)))


def test_workers_that_could_not_be_warmed_are_ended_and_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = kg.open(f"sqlite:///{tmp_path}/r.sqlite", empty=True, ontology=())
    kinds: dict[type, RecordKind] = {Entity: "entity", Work: "work", Claim: "claim", Evidence: "evidence"}
    some = records("a raises b", "b raises c")
    graph.write([Change(kinds[type(one)], one) for one in some], actor="ann", act="edit")
    processes: list[int] = []
    begun: list[weakref.ref[Tight]] = []

    def tell(self: Tight, function: str, payload: bytes) -> None:
        Template.tell(self, function, payload)
        assert self._process is not None
        processes.append(self._process.pid)

    def make() -> Tight:
        made = Tight()
        begun.append(weakref.ref(made))
        return made

    monkeypatch.setattr(Tight, "tell", tell)
    held = [Endpoint(make=make)]
    monkeypatch.setattr(Querying, "_lasting", lambda _: held[0])
    for _ in range(2):
        with pytest.raises(InputError, match="the result has more than"):
            graph.sparql(QUERY)
        assert ended(processes[-1])
    monkeypatch.setattr(Tight, "output", Limits().output)
    assert len(graph.sparql(QUERY).rows) == 2
    assert not ended(processes[-1])
    held[0].close()
    assert ended(processes[-1])
    assert len(graph.sparql(QUERY).rows) == 2
    gc.collect()
    assert [one() is not None for one in begun] == [False, False, False, True]
    held.clear()
    gc.collect()
    assert ended(processes[-1])
    graph.store.close()


def ended(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False
