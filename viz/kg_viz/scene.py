"""The scene of a network: which entities a picture shows, joined by which edges, at which places.

Lives here: `build`. May enter: a network and its vocabulary. Never here: HTML, vis-network, a list of our own types.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from kg.model import Claim
from kg.network import Network
from kg.question import explain
from kg.vocabulary import EntityType, Relation
from kg_viz import chains, choose, columns, fold, lines, spread
from kg_viz.dossier import brief
from kg_viz.drawn import Edge, Heading, Node, Scene
from kg_viz.fold import Families, Link
from kg_viz.view import View

OVERVIEW = View()
NODES_MOST = 60
WHOLE_MOST = 1_500
WORDS = {1: "raises", -1: "lowers", 0: "neutral"}


def build(network: Network, view: View = OVERVIEW, *, lang: str = "en", most: int = NODES_MOST) -> Scene:
    """Return the picture of a network.

    Args:
        network: A snapshot under its criteria; only claims that take part are drawn.
        view: What to show.
        lang: Language of the labels, "en" or "zh".
        most: Nodes wanted at most in an overview or around a focus: families are folded, then the least linked
            entities left out, until it holds. The whole graph shows the 1,500 best linked.

    Raises:
        NotFound: there is no entity that the view names as focus, source or target.
        InputError: source and target are the same.

    Example:
        >>> from kg.criteria import Criteria
        >>> from kg.snapshot import Snapshot
        >>> from kg.vocabulary import load
        >>> build(Network.build(Snapshot.of(0, None, []), Criteria(), load())).nodes
        ()
    """
    if view.level == "paths":
        return _of_chains(network, view, lang)
    kept = choose.entities(network, view)
    degree = choose.degrees(network, kept)
    if view.level == "whole":
        return _whole(network, view, degree, kept, lang)
    folded = _folded(network, view, degree, most)
    bundles = _bundles(choose.links(network, kept & folded.stands_for.keys()), folded.stands_for)
    column = {id: _kind(network, id).column for id in folded.members}
    places = columns.place(column, [(source, target) for source, target, _ in bundles])
    return _scene(network, view, _Drawn(folded, bundles, places), kept, lang)


def _whole(network: Network, view: View, degree: Mapping[str, int], kept: Collection[str], lang: str) -> Scene:
    linked = choose.best_linked(degree, WHOLE_MOST)
    alone = Families({id: (id,) for id in sorted(linked)}, {id: id for id in linked}, len(degree) - len(linked))
    bundles = _bundles(choose.links(network, linked), alone.stands_for)
    column = {id: _kind(network, id).column for id in linked}
    places = spread.place(column, [(source, target) for source, target, _ in bundles])
    return _scene(network, view, _Drawn(alone, bundles, places), kept, lang)


def _of_chains(network: Network, view: View, lang: str) -> Scene:
    found = chains.find(network, view, lang=lang)
    ends = [str(view.source), str(view.target)]
    routes = [one["entities"] for one in found["items"]] or [ends]
    column = choose.steps(routes)
    taken = {claim for one in found["items"] for claim in one["claims"]}
    links = [link for link in choose.links(network, column.keys()) if link.claim in taken]
    alone = Families({id: (id,) for id in column}, {id: id for id in column}, 0)
    bundles = _bundles(links, alone.stands_for)
    made = _scene(network, view, _Drawn(alone, bundles, columns.rows(column, routes)), column.keys(), lang)
    return replace(made, headings=(), chains=tuple(found["items"]), note=found["note"])


class _Drawn(NamedTuple):
    """Nodes by family, the claims behind each edge, and where the nodes stand."""

    families: Families
    bundles: Mapping[tuple[str, str, int], Sequence[str]]
    places: Mapping[str, columns.Place]


def _folded(network: Network, view: View, degree: Mapping[str, int], most: int) -> Families:
    """Fold families of what is linked; a focus and what was expanded keep nodes of their own."""
    centre = set() if view.focus is None else {view.focus}
    linked = degree.keys() | centre
    tree = _with_heads(network, linked)
    kinds = {id: _kind(network, id) for id in tree}
    return fold.families(
        tree,
        degree,
        column={id: kind.column for id, kind in kinds.items()},
        harms={id for id, kind in kinds.items() if kind.role == "harm"},
        opened={*view.opened, *view.expanded, *centre},
        most=most,
    )


def _scene(network: Network, view: View, drawn: _Drawn, kept: Collection[str], lang: str) -> Scene:
    families, bundles, places = drawn
    edges = [_edge(network, key, claims, lang) for key, claims in bundles.items()]
    edges.sort(key=lambda edge: (-round(edge.expected, 12), edge.id))
    edges = _placed(edges, places, dots=view.level == "whole")
    degree = Counter(end for edge in edges for end in (edge.source, edge.target))
    shown = {id for some in families.members.values() for id in some}
    outside = _outside(network, shown) if view.level == "focus" else {}
    nodes = [
        _node(
            network, some, places[id], degree[id], lang, more=len({far for one in some for far in outside.get(one, ())})
        )
        for id, some in families.members.items()
    ]
    return Scene(
        revision=network.snapshot.revision,
        lang=lang,
        focus=view.focus if view.level == "focus" else None,
        nodes=tuple(sorted(nodes, key=lambda node: (node.x, node.y))),
        edges=tuple(edges),
        headings=_headings(network, nodes, lang),
        claims={id: brief(network, network.snapshot.claims[id], lang=lang) for edge in edges for id in edge.claims},
        unlinked=len(kept) - len(shown.intersection(kept)) - families.left_out,
        left_out=families.left_out,
        shown=len(shown),
        level=view.level,
    )


def _outside(network: Network, shown: Collection[str]) -> dict[str, set[str]]:
    """Return for each entity that is shown its neighbours that are not."""
    known = {id: network.index[id] for id in shown if id in network.index}
    return {
        id: {network.ids[step.node] for step in (*network.forward[node], *network.backward[node])} - set(shown)
        for id, node in known.items()
    }


def _kind(network: Network, id: str) -> EntityType:
    return network.vocabulary.entity_type(network.snapshot.entities[id].type)


def edge_id(source: str, target: str, sign: int) -> str:
    """Return the id of an edge; full stops occur in no slug, so that it can be taken apart again.

    Example:
        >>> edge_id("lora", "memory-requirement", -1)
        'lora..lowers..memory-requirement'
    """
    return f"{source}..{WORDS[sign]}..{target}"


def _with_heads(network: Network, linked: Collection[str]) -> dict[str, str | None]:
    """Return what stands directly above each linked entity, and above those, as far up as the record goes."""
    tree: dict[str, str | None] = {}
    waiting = sorted(linked)
    while waiting:
        id = waiting.pop()
        tree[id] = network.snapshot.entities[id].broader
        above = tree[id]
        if above is not None and above in network.index and above not in tree:
            waiting.append(above)
    return tree


def _bundles(links: Sequence[Link], stands_for: Mapping[str, str]) -> dict[tuple[str, str, int], list[str]]:
    bundles: dict[tuple[str, str, int], list[str]] = {}
    for link in links:
        source, target = stands_for.get(link.source), stands_for.get(link.target)
        if source is not None and target is not None and source != target:
            bundles.setdefault((source, target, link.sign), []).append(link.claim)
    return bundles


def _edge(
    network: Network,
    key: tuple[str, str, int],
    claims: Sequence[str],
    lang: str,
) -> Edge:
    source, target, sign = key
    vocabulary, records = network.vocabulary, network.snapshot.claims
    ordered = sorted(claims, key=lambda claim: (-round(network.opinion(claim).expected, 12), claim))
    relations = {records[id].relation for id in ordered}
    relation = vocabulary.relation(relations.pop()) if len(relations) == 1 else None
    plain = relation or _plain_relation(network, sign)
    look = relation or next(term for term in vocabulary.signs.values() if term.value == sign)
    one = records[ordered[0]] if len(ordered) == 1 else Claim("", source, plain.id, target)
    surest = network.opinion(ordered[0])
    return Edge(
        id=edge_id(source, target, sign),
        source=source,
        target=target,
        sign=sign,
        colour=look.colour,
        line=look.line,
        claims=tuple(ordered),
        expected=surest.expected,
        low=surest.low,
        high=surest.high,
        contested=any(network.is_contested(id) for id in ordered),
        works=len(network.supporting_works(ordered)),
        sentence=explain.claim(network, one, lang),
    )


def _placed(edges: Sequence[Edge], places: Mapping[str, columns.Place], *, dots: bool) -> list[Edge]:
    """Return edges with their lines and the places of their signs."""
    drawn, shape = (lines.straight, lines.dot) if dots else (lines.curve, lines.card)
    paths = [drawn(places[edge.source], places[edge.target]) for edge in edges]
    spots = lines.signs(paths, [edge.contested for edge in edges], [shape(place) for place in places.values()])
    return [
        replace(edge, path=() if dots else path, sign_at=None if spot is None else (spot.x, spot.y))
        for edge, path, spot in zip(edges, paths, spots, strict=True)
    ]


def _plain_relation(network: Network, sign: int) -> Relation:
    """Return the first relation of a sign, in the order of the ontology: it words what several relations say."""
    return next(relation for relation in network.vocabulary.relations.values() if relation.sign == sign)


def _node(network: Network, members: Sequence[str], place: columns.Place, links: int, lang: str, *, more: int) -> Node:
    record = network.snapshot.entities[members[0]]
    kind = network.vocabulary.entity_type(record.type)
    return Node(
        id=record.id,
        label=record.label.get(lang),
        type=kind.id,
        type_label=kind.label.get(lang),
        colour=kind.colour,
        shape=kind.shape,
        members=tuple(members),
        links=links,
        more=more,
        x=place.x,
        y=place.y,
    )


def _headings(network: Network, nodes: Sequence[Node], lang: str) -> tuple[Heading, ...]:
    """Name each column after the kinds of entity in it, in their order; halves of a split column share a heading."""
    kinds = network.vocabulary.entity_types
    by_column: dict[int, list[Node]] = {}
    for node in nodes:
        by_column.setdefault(kinds[node.type].column, []).append(node)
    headings = []
    for _, some in sorted(by_column.items()):
        present = {node.type for node in some}
        names = [kind.label.get(lang) for kind in kinds.values() if kind.id in present]
        middle = (min(node.x for node in some) + max(node.x for node in some)) / 2
        label = " · ".join(names)
        headings.append(Heading(middle, label[:1].upper() + label[1:]))
    return tuple(headings)
