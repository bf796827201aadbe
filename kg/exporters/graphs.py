"""The graph for programs that draw and measure graphs: GraphML, GEXF, Cytoscape's JSON, node-link JSON.

Lives here: a writer for each, by networkx. May enter: networks. Never here: what a node or an edge says (flat).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import networkx as nx
import orjson

from kg.exporters.flat import edges, nodes
from kg.network import Network

_DATED = re.compile(r'\s*lastmodifieddate="[^"]*"')
_SORTED = orjson.OPT_APPEND_NEWLINE


def graph(network: Network) -> nx.MultiDiGraph[str]:
    """Return the graph with plain values on nodes and edges; an edge's key is its claim id."""
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph(name="evidence-kg")
    for row in nodes(network):
        made.add_node(str(row["id"]), **{name: value for name, value in row.items() if name != "id"})
    for row in edges(network):
        # "weight" is what layouts and measures of other programs look for.
        rest: dict[str, Any] = {name: value for name, value in row.items() if name not in {"id", "source", "target"}}
        ends = str(row["source"]), str(row["target"])
        made.add_edge(*ends, key=str(row["id"]), id=row["id"], weight=row["expected"], **rest)
    return made


def graphml(network: Network) -> Iterator[str]:
    """Give the graph as GraphML, for yEd, Gephi, igraph and networkx.

    Law: networkx reads back the same nodes and edges with the same values.
    """
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    for line in nx.generate_graphml(graph(network), edge_id_from_attribute="id"):
        yield f"{line}\n"


def gexf(network: Network) -> Iterator[str]:
    """Give the graph as GEXF 1.2, for Gephi. Law: as `graphml`."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    for line in nx.generate_gexf(graph(network)):
        yield f"{_DATED.sub('', line)}\n"


def cyjs(network: Network) -> Iterator[bytes]:
    """Give the graph as Cytoscape's JSON. Law: as `graphml`."""
    yield orjson.dumps(nx.cytoscape_data(graph(network)), option=_SORTED)


def node_link(network: Network) -> Iterator[bytes]:
    """Give the graph as node-link JSON, which networkx and D3 read. Law: as `graphml`."""
    document: dict[str, Any] = nx.node_link_data(graph(network), edges="links")
    yield orjson.dumps(document, option=_SORTED)
