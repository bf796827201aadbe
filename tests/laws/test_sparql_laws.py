"""Laws of SPARQL on the record: paths are closures, differences are enough, the guard sees what the engine sees."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import networkx as nx
import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

import kg
from kg.criteria import Criteria
from kg.errors import InputError
from kg.model import Change, Record
from kg.network import Network
from kg.rdf import evaluate, guard, results
from kg.rdf.dataset import everything, quads
from kg.rdf.names import PREFIXES
from kg.rdf.nodes import lines
from kg.rdf.sparql import Budget, Endpoint, Here
from tests.builders import network, records
from tests.histories import changes_for, few_claims

EVERYTHING = "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }"


def rows(net: Network, query: str) -> set[tuple[str, ...]]:
    """The local names that a query finds in the quads of a network, by the job of the worker."""
    held = evaluate.add("".join(lines(quads(net))).encode(), None)
    held = evaluate.settle(orjson.dumps({"revision": 1, "pieces": 1}), held)
    checked = guard.check(query)
    asked = {"text": checked.text, "columns": checked.columns, "default": [], "named": [], "format": "json"}
    raw = evaluate.answer(orjson.dumps({**asked, "rows": 10_000, "bytes": 1 << 24, "revision": 1}), held)
    document = orjson.loads(raw.partition(b"\n")[2])
    names = document["head"]["vars"]
    return {tuple(row[name]["value"].rpartition("/")[2] for name in names) for row in document["results"]["bindings"]}


@settings(deadline=None, max_examples=60)
@given(few_claims)
def test_a_property_path_is_the_closure_of_the_claims(drawn: list[tuple[str, str, str, str]]) -> None:
    net = network(*(" ".join(line) for line in drawn))
    supported = nx.DiGraph((a, b) for a, relation, b, how in drawn if relation == "raises" and how != "good:disputes")
    closure = nx.transitive_closure(supported, reflexive=False)
    assert rows(net, "SELECT ?a ?b { ?a ekg:raises+ ?b }") == set(closure.edges)
    everywhere = nx.DiGraph((a, b) for a, _, b, how in drawn if how != "good:disputes")
    closure = nx.transitive_closure(everywhere, reflexive=False)
    assert rows(net, "SELECT ?a ?b { ?a (ekg:raises|ekg:lowers)+ ?b }") == set(closure.edges)


@settings(deadline=None, max_examples=25)
@given(few_claims)
def test_no_triple_stands_in_two_graphs(drawn: list[tuple[str, str, str, str]]) -> None:
    some = list(everything(network(*(" ".join(line) for line in drawn)), []))
    assert len({quad[:3] for quad in some}) == len(some)


wishes = st.lists(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=6
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes)
def test_following_by_differences_is_filling_anew(tmp_path: Path, drawn: list[list[tuple[int, int, int, int]]]) -> None:
    path = tmp_path / "followed.sqlite"
    path.unlink(missing_ok=True)
    graph = kg.open(f"sqlite:///{path}", empty=True, ontology=())
    followed = Endpoint(make=Here)
    state: dict[object, Record] = {}
    try:
        graph.write([Change("entity", one) for one in records("a raises b")[:2]], actor="t", act="begin")
        asked(followed, graph)
        for batch in drawn:
            changes = changes_for(batch, state)  # type: ignore[arg-type]
            if changes:
                graph.write(changes, actor="t", act="write")
                state |= {(change.kind, change.id): change.record for change in changes}
            assert asked(followed, graph) == asked(Endpoint(make=Here), graph)
    finally:
        graph.store.close()


def asked(endpoint: Endpoint, graph: kg.Graph) -> set[str]:
    found = endpoint.ask(
        guard.check(EVERYTHING),
        results.FORMATS["tsv"],
        network=graph.network(Criteria()),
        changes=graph.store.changes,
        budget=Budget(rows=100_000, bytes=1 << 26),
    )
    assert found.complete
    assert found.revision == graph.revision
    return set(found.text.splitlines())


REACHING = "http://127.0.0.1:1/"
SERVICE = f" SERVICE <{REACHING}> {{ ?x ?y ?z }} "
PIECES = (
    "?s", " ?p ", "?o", " . ", "ekg:a", "ekg:a\\#", "ekg:b\\'", "entity:x\\'", "'", '"', "'''", '"""', "\\", "\\'",
    "#", "\n", "<", ">", "<b>", "<x:y#>", "<?s>", "{", "}", "(", ")", "FILTER", " FILTER(true||?s<", "1", "1.", "@en",
    "!",
    "\\u0027", "\\u0022", "\\u0023", "\\u000A", "\\u005C", "\\u003E", "VALUES ?v { ", "''", '""', "a", "_:b",
    SERVICE, f" S\\u0045RVICE <{REACHING}> {{}} ",
)  # fmt: skip
BEGINNINGS = ("SELECT * { ", "SELECT * { ?s ?p ?o FILTER(true||?s", "SELECT * { ?s ?p ", "ASK { ")
ENDS = (" }", ") }", "", "' }", "\n}", "''' }")


def reaches(query: str) -> bool:
    """Whether the engine tries to open a connection; the port is one that it refuses at once."""
    store = Store()
    for at in range(3):
        store.add(Quad(NamedNode("x:s"), NamedNode("x:p"), Literal(at)))
    try:
        found = store.query(query, prefixes=dict(PREFIXES))
        if isinstance(found, Iterable):
            list(found)
    except (SyntaxError, RuntimeError, ValueError):
        return False
    except OSError:
        return True
    return False


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(BEGINNINGS), st.lists(st.sampled_from(PIECES), max_size=14), st.sampled_from(ENDS))
def test_the_engine_finds_no_service_that_the_guard_missed(start: str, pieces: list[str], end: str) -> None:
    query = start + "".join(pieces) + SERVICE + end
    with suppress(InputError):
        assert not reaches(guard.check(query).text), query


def test_that_law_can_fail() -> None:
    assert reaches(BEGINNINGS[0] + "?s ?p ?o" + SERVICE + " }")
    assert reaches(BEGINNINGS[1] + "<?o)" + SERVICE + " }")
    assert not reaches(BEGINNINGS[0] + "?s ?p '" + SERVICE + "' }")
