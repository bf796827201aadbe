"""The scene of a network: which entities a picture shows, joined by which edges, at which places.

Lives here: `build`. May enter: a network and its vocabulary. Never here: HTML, vis-network, a list of our own types.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from kg.model import Claim
from kg.network import Network
from kg.question import explain
from kg.vocabulary import Relation
from kg_viz import columns, fold
from kg_viz.dossier import brief
from kg_viz.drawn import Edge, Heading, Node, Scene
from kg_viz.fold import Link

OVERVIEW_ROLES = ("cause", "link", "harm", "measure")
NODES_MOST = 60
HOPS_MOST = 6
WORDS = {1: "raises", -1: "lowers", 0: "neutral"}


def build(
    network: Network,
    *,
    lang: str = "en",
    focus: str | None = None,
    hops: int = 2,
    opened: Collection[str] = (),
    most: int = NODES_MOST,
) -> Scene:
    """Return the picture of a network.

    Args:
        network: A snapshot under its criteria; only claims that take part are drawn.
        lang: Language of the labels, "en" or "zh".
        focus: Entity id; keep what is within `hops` links of it, of all types. None: the overview, which keeps
            the types whose role is cause, link, harm or measure.
        hops: Links away from the focus, 1 to 6.
        opened: Families that are not folded.
        most: Nodes wanted at most: families are folded, then the least linked entities left out, until it holds.

    Raises:
        NotFound: there is no entity `focus`.

    Example:
        >>> from kg.criteria import Criteria
        >>> from kg.snapshot import Snapshot
        >>> from kg.vocabulary import load
        >>> build(Network.build(Snapshot.of(0, None, []), Criteria(), load())).nodes
        ()
    """
    vocabulary, entities = network.vocabulary, network.snapshot.entities
    if focus is not None:
        network.snapshot.entity(focus)
    kept = _overview(network) if focus is None else _within(network, focus, hops)
    links = _links(network, kept)
    centre = set() if focus is None else {focus}
    linked = {end for link in links for end in (link.source, link.target)} | centre
    tree = _with_heads(network, linked)
    kinds = {id: vocabulary.entity_type(entities[id].type) for id in tree}
    families = fold.families(
        tree,
        links,
        column={id: kind.column for id, kind in kinds.items()},
        harms={id for id, kind in kinds.items() if kind.role == "harm"},
        opened={*opened, *centre},
        most=most,
    )
    bundles = _bundles(links, families.stands_for)
    places = columns.place(
        {id: kinds[id].column for id in families.members}, [(source, target) for source, target, _ in bundles]
    )
    edges = [_edge(network, key, claims, places, lang) for key, claims in bundles.items()]
    edges.sort(key=lambda edge: (-round(edge.expected, 12), edge.id))
    degree = Counter(end for edge in edges for end in (edge.source, edge.target))
    nodes = [_node(network, some, places[id], degree[id], lang) for id, some in families.members.items()]
    return Scene(
        revision=network.snapshot.revision,
        lang=lang,
        focus=focus,
        nodes=tuple(sorted(nodes, key=lambda node: (node.x, node.y))),
        edges=tuple(edges),
        headings=_headings(network, nodes, lang),
        claims={id: brief(network, network.snapshot.claims[id], lang=lang) for edge in edges for id in edge.claims},
        unlinked=len(kept) - len(kept & {id for node in nodes for id in node.members}) - families.left_out,
        left_out=families.left_out,
        shown=sum(len(node.members) for node in nodes),
    )


def edge_id(source: str, target: str, sign: int) -> str:
    """Return the id of an edge; full stops occur in no slug, so that it can be taken apart again.

    Example:
        >>> edge_id("lora", "memory-requirement", -1)
        'lora..lowers..memory-requirement'
    """
    return f"{source}..{WORDS[sign]}..{target}"


def _overview(network: Network) -> set[str]:
    roles = (network.vocabulary.types_with_role(role) for role in OVERVIEW_ROLES)
    types = {type_ for named in roles for type_ in named}
    return {id for id in network.ids if network.snapshot.entities[id].type in types}


def _within(network: Network, focus: str, hops: int) -> set[str]:
    start = network.index.get(focus)
    seen = set() if start is None else {start}
    layer = set(seen)
    for _ in range(hops):
        layer = {step.node for node in layer for step in (*network.forward[node], *network.backward[node])} - seen
        seen |= layer
    return {focus, *(network.ids[node] for node in seen)}


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


def _links(network: Network, kept: Collection[str]) -> list[Link]:
    ends = (
        Link(network.ids[subject], network.ids[object], sign, claim)
        for claim, (subject, object, sign) in sorted(network.links.items())
    )
    return [link for link in ends if link.source in kept and link.target in kept]


def _bundles(links: Sequence[Link], stands_for: Mapping[str, str]) -> dict[tuple[str, str, int], list[str]]:
    bundles: dict[tuple[str, str, int], list[str]] = {}
    for link in links:
        source, target = stands_for.get(link.source), stands_for.get(link.target)
        if source is not None and target is not None and source != target:
            bundles.setdefault((source, target, link.sign), []).append(link.claim)
    return bundles


def _edge(
    network: Network, key: tuple[str, str, int], claims: Sequence[str], places: Mapping[str, columns.Place], lang: str
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
        contested=any(network.weighing(id).contested for id in ordered),
        works=len(network.supporting_works(ordered)),
        sentence=explain.claim(network, one, lang),
        curved=columns.bend(places[source], places[target]),
    )


def _plain_relation(network: Network, sign: int) -> Relation:
    """Return the first relation of a sign, in the order of the ontology: it words what several relations say."""
    return next(relation for relation in network.vocabulary.relations.values() if relation.sign == sign)


def _node(network: Network, members: Sequence[str], place: columns.Place, links: int, lang: str) -> Node:
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
