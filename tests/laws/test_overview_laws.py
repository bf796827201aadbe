"""What the start page shows of a record that is read as columns is what it shows of one read record by record."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.filled import fill
from benchmarks.generate import draw
from kg.columns.bases import weak_basis
from kg.columns.network import Source
from kg.columns.table import Columns
from kg.coverage import basis_report
from kg.criteria import Criteria
from kg.ids import RecordKind
from kg.model import Record
from kg.network import Network
from kg.record import Store
from kg_viz import choose, frame, page, scene
from kg_viz.view import View
from tests.laws.test_columns_laws import ASKED, ENTITIES, VOCABULARY, Clock, history, whole


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**9),
    st.integers(0, 8),
    st.integers(0, 4),
    st.sampled_from(ASKED),
    st.sets(st.sampled_from(sorted(ENTITIES))),
)
def test_what_is_counted_over_columns_is_what_is_counted_one_by_one(
    seed: int, before: int, after: int, asked: dict[str, object], kept: set[str]
) -> None:
    chance, criteria = random.Random(seed), Criteria.parse(asked, VOCABULARY)
    with Store.open("sqlite://", clock=Clock()) as store:
        history(store, chance, before)
        with store.bulk() as bulk:
            columns = Columns.read(bulk)
        source = Source(columns, lambda kind, ids: store.some(kind, ids, columns.revision))
        history(store, chance, after)
        snapshot = source.snapshot
        for revision in store.changes(columns.revision, 10**6):
            snapshot = snapshot.apply(revision)
        records = whole(store.records())
        ours, theirs = source.network(snapshot, criteria, VOCABULARY), Network.build(records, criteria, VOCABULARY)
        counts = basis_report(records, VOCABULARY)["counts"]
        assert weak_basis(ours) == weak_basis(theirs) == (counts["evidence"], counts["weak_basis"])
        assert choose.entities(ours, View()) == choose.entities(theirs, View())
        for some in (kept, set(theirs.ids)):
            assert choose.degrees(ours, some) == choose.degrees(theirs, some)
            assert choose.links(ours, some) == choose.links(theirs, some)
        for view in (View(), View(whole=True)):
            made, wanted = (scene.build(net, view, most=4) for net in (ours, theirs))
            assert made == wanted


def test_the_start_page_fetches_no_evidence(tmp_path: Path) -> None:
    fetched: list[str] = []
    url = f"sqlite:///{tmp_path / 'record.sqlite'}"
    fill(url, draw(2_000, 4), VOCABULARY)
    with Store.open(url) as store:
        with store.bulk() as bulk:
            columns = Columns.read(bulk)

        def fetch(kind: RecordKind, ids: Sequence[str]) -> Sequence[Record]:
            fetched.append(kind)
            return store.some(kind, ids, columns.revision)

        source = Source(columns, fetch)
        net = source.network(source.snapshot, Criteria(), VOCABULARY)
        made = scene.build(net)
        around = frame.around(net, made, scene.OVERVIEW)
        page.picture(made, legend_of=around["legend"])
        assert len(around["caveats"]) == 4
        assert fetched == []
        plain = Network.build(whole(store.records()), Criteria(), VOCABULARY)
        assert scene.build(plain) == made
        assert frame.caveats(plain, "en") == around["caveats"]
