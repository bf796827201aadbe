"""Laws of paths of any length in SPARQL: walked on the arrays they have the rows that Oxigraph finds on the dataset."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import orjson
import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg
from kg.errors import InputError
from kg.network import Network
from kg.rdf import guard, walks
from kg.rdf.dataset import quads
from kg.rdf.names import PREFIXES
from kg.rdf.nodes import lines
from tests.builders import network
from tests.histories import NAMES, few_claims

SPELLINGS = (
    "SELECT ?x { entity:%(a)s ekg:%(path)s ?x }",
    "PREFIX e: <https://w3id.org/evidence-kg/id/entity/> "
    "SELECT DISTINCT * WHERE { ?x ekg:%(path)s e:%(a)s . } ORDER BY ?x",
    "ask { entity:%(a)s ekg:%(path)s <https://w3id.org/evidence-kg/id/entity/%(b)s> }",
)
OTHERS = (
    "SELECT ?x { entity:a ekg:raises ?x }",
    "SELECT ?x ?y { ?x ekg:raises+ ?y }",
    "SELECT ?x { ?x ekg:raises+ ?x }",
    "SELECT ?y { entity:a ekg:raises+ ?x }",
    "SELECT ?x { entity:a ekg:raises+ ?x . ?x a ekg:Risk }",
    "SELECT ?x { entity:a ekg:raises+/ekg:lowers ?x }",
    "SELECT ?x { entity:a ekg:raises+ ?x } ORDER BY DESC(?x)",
    "SELECT ?x { entity:a ekg:raises+ ?x } LIMIT 1 OFFSET 1",
    "SELECT ?x { entity:a skos:broader+ ?x }",
    "SELECT ?x { entity:a ekg:requires+ ?x }",
    "SELECT ?x { entity:a no:raises+ ?x }",
    "SELECT ?x FROM graph:edges { entity:a ekg:raises+ ?x }",
    "SELECT ?x { GRAPH graph:edges { entity:a ekg:raises+ ?x } }",
    "SELECT (COUNT(?x) AS ?n) { entity:a ekg:raises+ ?x }",
    "SELECT ?x { 'a' ekg:raises+ ?x }",
    "SELECT ?x { entity:a ekg:raises+ ?x",
    "ASK { entity:a ekg:raises+ ?x }",
    "SELECT * { entity:a ekg:raises+ entity:b }",
    "ASK { entity:a ekg:raises+ entity:b } LIMIT 0",
    "SELECT ?x { entity:a ekg:raises+ ?x } LIMIT ٣",
    "SELECT ?x { entity:a ekg:raises+ ?x } LIMIT 99999999999999999999999",
    "PREFIX p: <://> SELECT ?x { entity:a ekg:raises+ ?x }",
    "PREFIX p: <%20:x> SELECT ?x { entity:a ekg:raises+ ?x }",
    "SELECT ?² { entity:a ekg:raises+ ?² }",
    "CONSTRUCT { ?x a ekg:Risk } WHERE { entity:a ekg:raises+ ?x }",
)


def dataset(net: Network) -> ox.Store:
    """The quads of a network."""
    store = ox.Store()
    store.bulk_load("".join(lines(quads(net))).encode(), ox.RdfFormat.N_QUADS)
    return store


def by_engine(store: ox.Store, text: str) -> Any:
    """What Oxigraph finds: a truth value, or the IRIs."""
    found: Any = store.query(text, prefixes=dict(PREFIXES), use_default_graph_as_union=True)
    return bool(found) if isinstance(found, ox.QueryBoolean) else sorted(row[0].value for row in found)


def by_arrays(net: Network, text: str) -> Any:
    """What a walk finds, in its order; None when the query is left to the engine."""
    walk = walks.recognised(guard.check(text), net)
    if walk is None:
        return None
    found = walks.answered(walk, net, "json", most=10_000, bytes_most=1 << 24)
    document = orjson.loads(found.body)
    if "boolean" in document:
        return document["boolean"]
    (name,) = document["head"]["vars"]
    return [row[name]["value"] for row in document["results"]["bindings"]]


@settings(deadline=None, max_examples=50)
@given(
    few_claims, st.sampled_from([*NAMES, "nobody"]), st.sampled_from(NAMES), st.sampled_from(["raises", "lowers"]),
    st.sampled_from("+*"),
)  # fmt: skip
def test_walks_have_the_rows_of_the_engine(
    drawn: list[tuple[str, str, str, str]], a: str, b: str, relation: str, sign: str
) -> None:
    net = network(*(" ".join(line) for line in drawn))
    store = dataset(net)
    for spelling in SPELLINGS:
        text = spelling % {"a": a, "b": b, "path": relation + sign}
        found = by_arrays(net, text)
        assert found == by_engine(store, text) or (found is None and sign == "*" and not {a, b} <= net.index.keys())


def relations(net: Network) -> Iterator[str]:
    """The relations that are walked."""
    for one in net.vocabulary.relations.values():
        text = f"SELECT ?x {{ entity:a <{one.iri}>+ ?x }}"
        if walks.recognised(guard.check(text), net) is not None:
            yield one.iri


def test_every_entity_and_relation_of_the_pack(pack_graph: kg.Graph) -> None:
    net = pack_graph.network()
    store, iris = dataset(net), list(relations(net))
    assert any(iri.endswith("#raises") for iri in iris)
    some = 0
    for iri in iris:
        for id in net.ids[::3]:
            text = f"SELECT ?x {{ entity:{id} <{iri}>+ ?x }}"
            found = by_arrays(net, text)
            assert found == by_engine(store, text), text
            some += len(found)
    assert some > 50


@pytest.mark.parametrize("text", OTHERS)
def test_anything_else_is_left_to_the_engine(text: str) -> None:
    with suppress(InputError):
        assert walks.recognised(guard.check(text), network("a raises b good")) is None


def test_a_limit_of_the_query_and_one_of_the_door() -> None:
    net = network("a raises b good", "b raises c good", "c raises d good")
    text = "SELECT ?x { entity:a ekg:raises+ ?x }"
    assert by_arrays(net, f"{text} LIMIT 2") == by_arrays(net, text)[:2]
    walk = walks.recognised(guard.check(text), net)
    assert walk is not None
    cut = walks.answered(walk, net, "csv", most=1, bytes_most=1 << 24)
    assert (cut.count, tuple(cut.limits)) == (1, ("rows",))


def test_every_door_walks(pack_graph: kg.Graph) -> None:
    found = pack_graph.sparql("ASK { entity:algorithmic-efficiency ekg:raises+ entity:oversight-difficulty }")
    assert found.boolean is True
    assert found.revision == pack_graph.revision
