"""The compiled engine finds what the plain one finds, to the byte; what it keeps in memory; where it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg.engine
from benchmarks.generate import draw, snapshot
from kg import searching
from kg.belief import opinion
from kg.compiled import again, mending, search
from kg.compiled.arrays import Arrays
from kg.compiled.near import near as search_near
from kg.criteria import Criteria
from kg.engine import Reached
from kg.errors import InputError
from kg.network import Network
from kg.question import cut, hitting, impact, paths, raises
from kg.scenario import Scenario
from kg.vocabulary import Vocabulary, load
from tests.builders import network, records
from tests.builders import snapshot as taken

VOCABULARY = load()


def terminal() -> Vocabulary:
    """The ontology with a relation that ends paths."""
    relations = dict(VOCABULARY.relations)
    relations["lowers"] = replace(relations["lowers"], propagation="terminal")
    return replace(VOCABULARY, relations=relations)


def generated(claims: int, seed: int, criteria: Criteria | None = None) -> Network:
    return Network.build(snapshot(draw(claims, seed), VOCABULARY), criteria or Criteria(), VOCABULARY)


def orderly(reached: Reached) -> tuple[object, ...]:
    return reached.paths, reached.exhaustive, reached.complete


NAMES = "abcdefgh"
lines = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from(["raises", "lowers", "enables", "mitigates", "requires", "affects"]),
        st.sampled_from(NAMES),
        # Expected values 0.5, 0.6, 2/3, 0.8 and 0.875: products of different ones may be equal, 0.5 * 0.8 = 0.6 * 2/3.
        st.sampled_from(["weak", "low", "good", "good:disputes good:supports:z", "low low:supports:y low:supports:z"]),
    ),
    min_size=1,
    max_size=40,
    unique_by=lambda line: line[:3],
).map(lambda some: [" ".join(line) for line in some if line[0] != line[2]])
nodes = st.frozensets(st.integers(0, 7), min_size=1, max_size=2)


@settings(max_examples=120, deadline=None)
@given(
    lines,
    nodes,
    nodes,
    st.integers(1, 8),
    st.integers(1, 30),
    st.sampled_from([None, 1, -1, 0]),
    st.sampled_from(["", "c"]),
    st.booleans(),
    st.booleans(),
)
def test_both_engines_find_the_same(
    some: list[str],
    sources: frozenset[int],
    targets: frozenset[int],
    max_links: int,
    k: int,
    sign: int | None,
    block: str,
    neutral: bool,
    ending: bool,
) -> None:
    relation = ("raises", "lowers", "enables", "requires", "affects") if neutral else ()
    net = Network.build(
        taken(records(*some, *(f"{name} raises z" for name in NAMES))),
        Criteria(block=tuple(block), relation=relation),
        terminal() if ending else VOCABULARY,
    )
    found = [
        engine.best_paths(net, sources, targets, k=k, max_links=max_links, sign=sign) for engine in (kg.engine, search)
    ]
    assert found[0] == found[1]
    hops, most = len(targets), k if ending else None
    assert search_near(net, min(sources), hops=hops, most=most) == kg.engine.near(
        net, min(sources), hops=hops, most=most
    )
    for forward in (True, False):
        for walks in (50_000, 0):
            both = [
                engine.reach(net, sources, forward=forward, max_links=max_links, walks=walks)
                for engine in (kg.engine, search)
            ]
            assert orderly(both[0]) == orderly(both[1])
            asked = search.reach(net, sources, forward=forward, max_links=max_links, walks=walks, wanted=targets)
            assert asked.paths == {node: both[0].paths[node] for node in sorted(targets & both[0].paths.keys())}


def asked(net: Network, links: int) -> list[bytes]:
    technique, risk = (net.of_types([type_])[1] for type_ in ("Technique", "Risk"))
    answers = [
        raises.find(net, risk, technique=technique, max_links=links),
        impact.find(net, technique, max_links=links, lang="zh"),
        impact.find(net, risk, direction="in", max_links=links - 1),
        paths.find(net, technique, risk, k=25),
        paths.find(net, technique, risk, sign=-1, k=5),
    ]
    if len(net.links) < 200:
        answers += [raises.matrix(net, max_links=links), cut.find(net, [risk], max_links=links, seconds=600.0)]
    return [answer.json() for answer in answers]


@pytest.mark.parametrize(("claims", "seed", "links"), [(110, 1, 3), (3_000, 2, 2)])
def test_answers_are_the_same_to_the_byte(claims: int, seed: int, links: int, monkeypatch: pytest.MonkeyPatch) -> None:
    net = generated(claims, seed, Criteria(without_work=("w0000001",)))
    monkeypatch.setattr(hitting, "LISTING", 600.0)
    monkeypatch.setenv("KG_ENGINE", "networkx")
    plain = asked(net, links)
    monkeypatch.setenv("KG_ENGINE", "compiled")
    assert asked(net, links) == plain


def test_sixteen_bytes_a_claim() -> None:
    drawn = draw(40_000)
    arrays = Arrays.of_columns(
        range(40_000), len(drawn.types), drawn.subject, drawn.object, drawn.signs, drawn.expected(VOCABULARY)
    )
    tables = arrays.costs.nbytes + arrays.expected.nbytes
    assert arrays.nbytes - tables <= 16 * 40_000 + 9 * arrays.nodes + 8


@settings(max_examples=60, deadline=None)
@given(lines, st.data())
def test_mended_arrays_equal_those_made_from_scratch(some: list[str], data: st.DataObject) -> None:
    ends = tuple(f"{name} raises z" for name in NAMES)
    taken_ = taken(records(*ends, *some))
    old = Network.build(taken_, Criteria(relation=("raises", "lowers", "affects")), VOCABULARY)
    before = Arrays.of(old)
    works = data.draw(st.lists(st.sampled_from(sorted(taken_.works)), max_size=4, unique=True))
    criteria = replace(old.criteria, without_work=tuple(sorted(works)))
    touched = {item.claim for work in works for item in taken_.evidence_from(work)}
    new = old.reread(taken_, criteria, touched)
    most = data.draw(st.sampled_from([0, mending.MOST]))
    for net in (new, new.reread(taken_, old.criteria, touched), old.lacking(sorted(touched))):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(mending, "MOST", most)
            mended = before.mended(net, touched) if net is not new else Arrays.of(net)
        fresh = Arrays.of(replace(net))
        assert list(mended.ids) == list(fresh.ids)
        for name in ("start", "to", "back_start", "back", "at", "signs", "terminal"):
            assert np.array_equal(getattr(mended, name), getattr(fresh, name)), name
        for name in ("costs", "expected"):
            values = [getattr(one, name)[one.code] for one in (mended, fresh)]
            assert np.array_equal(*values), name
        before = Arrays.of(net) if net is new else before


def test_many_different_expected_values_are_told_apart() -> None:
    count = 70_000
    subject, expected = np.zeros(count, np.int32), 1.0 - np.arange(1, count + 1) / 1e6
    arrays = Arrays.of_columns(
        range(count), count + 1, subject, np.arange(1, count + 1), np.ones(count, np.int8), expected
    )
    assert arrays.code.dtype == np.int32
    rows, complete = search.best_rows(arrays, [0], [count], 1, 2, -1, 1_000)
    assert complete
    assert rows[0, 0] == count - 1


def test_a_hub_of_a_hundred_thousand_claims_is_crossed_within_bounded_time() -> None:
    arms = 50_000
    # 0 -> arms -> hub -> arms -> end, every claim alike.
    hub, end = 2 * arms + 1, 2 * arms + 2
    left, right = np.arange(1, arms + 1), np.arange(arms + 1, 2 * arms + 1)
    subject = np.concatenate([np.zeros(arms), left, right, np.full(arms, hub)]).astype(np.int32)
    object_ = np.concatenate([left, np.full(arms, hub), np.full(arms, end), right]).astype(np.int32)
    arrays = Arrays.of_columns(range(4 * arms), end + 1, subject, object_, np.ones(4 * arms, np.int8), [0.5] * 4 * arms)
    begin = process_time()
    rows, complete = search.best_rows(arrays, [0], [end], 3, 6, -1, 300_000)
    assert process_time() - begin < 20
    assert (rows[:3] >= 0).sum(axis=1).tolist() == [4, 4, 4]
    assert complete
    assert not search.best_rows(arrays, [0], [end], 3, 6, -1, 10)[1]


def test_a_dense_cycle_ends_and_says_so() -> None:
    names = [f"n{n:02d}" for n in range(40)]
    net = network(*(f"{a} {'lowers' if b == 'n00' else 'raises'} {b}" for a in names for b in names if a != b))
    begin = process_time()
    found = search.best_paths(net, frozenset([0]), frozenset([39]), k=1_000, max_links=12, pops=20_000)
    assert process_time() - begin < 20
    assert found.paths[0] == ("n00--raises--n39",)
    reached = search.reach(net, frozenset([1]), forward=True, max_links=12)
    assert not reached.exhaustive
    assert set(reached.paths[0]) == {-1}


def test_the_engine_is_chosen_by_size_and_can_be_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network("a raises b")
    monkeypatch.delenv("KG_ENGINE", raising=False)
    assert not searching.is_compiled(net)
    monkeypatch.setattr(searching, "THRESHOLD", 1)
    assert searching.is_compiled(net)
    monkeypatch.setenv("KG_ENGINE", "networkx")
    assert not searching.is_compiled(net)
    monkeypatch.setenv("KG_ENGINE", "fast")
    with pytest.raises(InputError, match="'fast' is no engine"):
        searching.is_compiled(net)


WITHOUT_NUMBA = """
import sys
sys.meta_path.insert(0, type("Missing", (), {"find_spec": staticmethod(
    lambda name, *rest: (_ for _ in ()).throw(ModuleNotFoundError(name)) if name == "numba" else None)}))
from kg import searching
from kg.belief import opinion
searching.find_spec = lambda name: None
from tests.builders import network
print(len(searching.best_paths(network("a raises b"), frozenset([0]), frozenset([1]), k=1, max_links=2).paths))
"""


@pytest.mark.parametrize("engine", ["auto", "compiled"])
def test_without_numba_plain_python_answers_and_force_is_refused(engine: str) -> None:
    program = WITHOUT_NUMBA.replace("from tests", "searching.THRESHOLD = 0\nfrom tests")
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"KG_ENGINE": engine},
        capture_output=True,
        text=True,
        check=False,
    )
    if engine == "auto":
        assert run.stdout == "1\n"
    else:
        assert "needs numba, which is not installed" in run.stderr


def test_kernels_are_kept_in_a_folder_of_their_own_or_not_at_all(tmp_path: Path) -> None:
    program = "from kg.compiled import jit; print(jit.folder({!r}))"
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    for place, kept in ((tmp_path / "new", str(tmp_path / "new")), (blocked, "None"), (blocked / "below", "None")):
        run = subprocess.run(
            [sys.executable, "-c", program.format(str(place))], capture_output=True, text=True, check=True
        )
        assert run.stdout.strip() == kept


def test_small_networks_load_no_compiler() -> None:
    program = (
        "import sys\nfrom kg import searching\nfrom tests.builders import network\n"
        "searching.best_paths(network('a raises b'), frozenset([0]), frozenset([1]), k=1, max_links=2)\n"
        "assert not {'numba', 'llvmlite'} & set(sys.modules)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "KG_ENGINE"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


@settings(max_examples=120, deadline=None)
@given(lines, nodes, st.integers(1, 6), st.data())
def test_asking_again_after_a_change_equals_asking_anew(
    some: list[str], anchors: frozenset[int], max_links: int, data: st.DataObject
) -> None:
    graph = taken(records(*(f"{name} raises z" for name in NAMES), *some))
    old = Network.build(graph, Criteria(relation=("raises", "lowers", "affects")), VOCABULARY)
    wanted = data.draw(st.one_of(st.none(), nodes))
    asked = [(forward, wanted) for forward in (True, False)]
    for forward, ends in asked:
        search.reach(old, anchors, forward=forward, max_links=max_links, walks=0, wanted=ends)
    works = data.draw(st.lists(st.sampled_from(sorted(graph.works)), max_size=3, unique=True))
    assumed = data.draw(st.lists(st.sampled_from(sorted(graph.claims)), max_size=2, unique=True))
    opinions = {claim: opinion(data.draw(st.sampled_from([0.1, 1.0, 20.0])), 0.0) for claim in assumed}
    touched = {item.claim for work in works for item in graph.evidence_from(work)} | opinions.keys()
    new = old.reread(graph, replace(old.criteria, without_work=tuple(sorted(works))), touched, opinions)
    for forward, ends in asked:
        options = {"forward": forward, "max_links": max_links, "walks": 0}
        anew = kg.engine.reach(replace(new), anchors, **options)
        again = search.reach(new, anchors, **options, wanted=ends)
        assert again.complete
        assert again.exhaustive == anew.exhaustive
        assert again.paths == {node: of for node, of in anew.paths.items() if ends is None or node in ends}


def test_a_dropped_work_asks_only_the_pairs_that_it_moves_again() -> None:
    net = generated(4_000, 5)
    rows, cols = (frozenset(net.index[id] for id in net.of_types([type_])) for type_ in ("Technique", "Risk"))
    some = sorted(rows)[:20]
    for row in some:
        search.reach(net, frozenset([row]), forward=True, max_links=6, walks=100, wanted=cols)
    dropped, _ = Scenario(drop_work=("w0000007",)).apply(net)
    pairs = 0
    for row in some:
        asked = (frozenset([row]), True, 6, 100, cols)
        known = again.recall(dropped, asked)
        if known is None:
            assert net.kept["reached"].get(asked) is None
            continue
        pairs += len(known.pairs)
        fresh = search.reach(replace(dropped), frozenset([row]), forward=True, max_links=6, walks=100, wanted=cols)
        assert orderly(search.reach(dropped, frozenset([row]), forward=True, max_links=6, walks=100, wanted=cols)) == (
            orderly(fresh)
        )
    every = net.kept["reached"].weight / again.NODE_BYTES
    assert 0 < pairs < every / 5


@settings(max_examples=60, deadline=None)
@given(lines, st.sampled_from(NAMES), st.integers(1, 4), st.booleans(), st.booleans(), st.sampled_from(["in", "out"]))
def test_the_surest_of_many_come_first(
    some: list[str], name: str, most: int, ending: bool, listed: bool, direction: str
) -> None:
    vocabulary = terminal() if ending else VOCABULARY
    net = Network.build(taken(records(f"{name} raises z", *some)), Criteria(), vocabulary)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_ENGINE", "networkx")
        every = impact.find(net, name, direction=direction)["items"]
        patch.setattr(impact, "ITEMS_MOST", most)
        plain = impact.find(net, name, direction=direction)
        patch.setenv("KG_ENGINE", "compiled")
        if not listed:
            # Best paths only, as where there are too many to list.
            patch.setattr(search, "_walked", lambda *_: None)
        found = impact.find(net, name, direction=direction)
    assert [one["entity"] for one in found["items"]] == [one["entity"] for one in every[:most]]
    assert [one["best"] for one in found["items"]] == [one["best"] for one in every[:most]]
    assert ("items" in found["limits"]) == ("items" in plain["limits"]) == (len(every) > most)


def test_a_path_that_a_terminal_claim_ends_is_found_where_another_is_doubted() -> None:
    some = ["a enables d good", "b enables a good", "b raises d low", "d lowers a weak", "e mitigates b low"]
    net = Network.build(taken(records(*some)), Criteria(), terminal())
    anchors = frozenset([net.index["e"]])
    plain = kg.engine.reach(net, anchors, forward=True, max_links=8, walks=0)
    found = search.reach(net, anchors, forward=True, max_links=8, walks=0)
    assert plain.paths[net.index["a"]].keys() == {1, -1}
    assert orderly(found) == orderly(plain)


def test_what_came_before_the_network_before_is_let_go() -> None:
    first = network("a raises b", "b raises c")
    second = first.reread(first.snapshot, first.criteria, ["a--raises--b"])
    third = second.reread(first.snapshot, first.criteria, ["a--raises--b"])
    assert third.earlier is not None
    assert third.earlier.kept is second.kept
    assert "earlier" not in second.kept


def test_a_search_that_is_broken_off_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    net = generated(1_000, 3)
    anchors = frozenset([net.index["technique-0000000"]])
    wanted = search.reach(net, anchors, forward=True, max_links=6)

    def breaks_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        # When all states are reached, and before they are cleared.
        patch.setattr(search.tracing, "choose", breaks_off)
        with pytest.raises(KeyboardInterrupt):
            search.reach(replace(net), anchors, forward=True, max_links=5)
    assert orderly(search.reach(replace(net), anchors, forward=True, max_links=6)) == orderly(wanted)
