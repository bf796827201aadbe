"""cut: the smallest sets of mitigations, of claims, and of works that break every harmful route.

May enter: a network and validated parameters; which types are causes and measures is the ontology's to say.
Never here: the integer programme (hitting), walking (routes), doors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from time import monotonic
from typing import Any

from kg.engine import Nodes, Path, rank
from kg.errors import InputError, Words
from kg.network import Network
from kg.question import cut_said
from kg.question.answers import Answer, answer, path_document
from kg.question.cutting import ROUTES_KNOWN, ROUTES_WALKED, Enough, Mitigations, Routes, Works, smallest_claims
from kg.question.hitting import Smallest, Spent
from kg.question.routes import Terrain
from kg.question.sufficient import Bounds
from kg.searching import reach

WEIGHS = ("count", "strength")
KINDS = ("mitigations", "claims", "works")
ROUTES_SHOWN, TARGETS_SHOWN = 500, 20
SECONDS = 10.0
Document = dict[str, Any]


def find(
    network: Network,
    targets: Sequence[str],
    *,
    sources: Sequence[str] = (),
    max_links: int = 6,
    threshold: float = 0.5,
    weigh: str = "count",
    seconds: float = SECONDS,
    most_routes: int = ROUTES_WALKED,
    lang: str = "en",
) -> Answer:
    """Return what breaks every harmful route: the smallest sets, proven, or nothing that is called smallest.

    A *harmful route* is a path of sign + and of at most `max_links` claims from a source to a target; it may pass
    through other sources and targets. A *mitigation* is an entity of a type with the role "measure" that is itself
    no source and no target. It *cuts* a route when a link of sign - leads from it to an entity on the route, both
    ends included, and the link's expected value is at least `threshold`. With the criterion `narrower` a link to an
    entity lowers what is narrower too. Relations that the criteria keep out join no mitigation to anything either.

    Args:
        network: The snapshot under its criteria.
        targets: Entity ids, at least one; with the criterion `narrower` also what is narrower.
        sources: Entity ids, likewise; none means every entity of a type with the role "cause" that is no target.
        max_links: Most claims in a route, 1 to 12.
        threshold: Least expected value of a link by which a mitigation cuts, in [0, 1].
        weigh: "count": the fewest mitigations. "strength": the mitigation links that cut every route and of which
            it is likeliest that all hold: the highest product of their expected values, to 1/10,000 in its logarithm.
        seconds: Time for the proofs, together.
        most_routes: Most routes that are listed before solving; beyond, routes are looked for while solving.
        lang: Language of the explanations.

    Returns:
        `{"cuttable", "mitigations", "claims", "works", "uncovered", ...}`:

        - `cuttable`: every harmful route can be cut by a mitigation; None when there was too much to look at.
        - `mitigations`: a smallest set that cuts them all, None when there is none; `partial`: then a smallest set
          that cuts all that can be cut. `cuts`: for each of its members the links by which it cuts, the `routes` it
          cuts (positions in `routes`) and its `strength`; `strength`: the product of theirs.
        - `claims`: a smallest set of claims without which no harmful route is left. `works`: a smallest set of works
          without whose evidence none is left (a claim goes when no counting item that supports it remains).
        - `uncovered`: sources with a route that no mitigation cuts; `uncovered_routes`: positions in `routes`.
        - `routes`: the harmful routes, best first, each with the mitigations that `cut_by` lists; `route_count`:
          how many there are. When there are more than can be listed, `route_count` is None and `routes` holds the
          best one of each source for each of the first 20 targets.
        - `alternatives`: for each of the three all sets of the same weight when at most 20, in order, else the first;
          `more` names those with further ones. The set given first is the first in order. Where no route can be
          cut by any mitigation there is no set of mitigations to list.
        - `minimal`: which of the three are proven; one that is not is None, and `at_least` says how large it is.
          Then `sufficient` holds a set that breaks every route (of mitigations: every route that they can cut), where
          one is known: perhaps not the smallest.

    Raises:
        InputError: a source is a target, the threshold is no probability, or `weigh` is neither word.
        NotFound: an entity is not in the record.

    Laws: no set of fewer elements breaks every route; in the network without the works, or without the claims, no
    harmful route is left; a higher threshold never makes a set smaller; equal to trying every subset.
    """
    _check(network, targets, sources, threshold, weigh)
    terrain = _terrain(network, targets, sources, max_links)
    routes = Routes.of(terrain, most=most_routes, seconds=seconds)
    measures = network.vocabulary.types_with_role("measure")
    mitigations = Mitigations.of(network, measures, threshold, terrain.ends, terrain.field.nodes.tolist())
    by_strength = weigh == "strength"
    proofs = _Proofs.of(routes, mitigations, by_strength=by_strength)
    body = {**proofs.document(mitigations, by_strength=by_strength), **_routes(routes, mitigations, lang)}
    body["cuts"] = _cuts(body, mitigations, proofs.links, by_strength=by_strength)
    strengths = [cut["strength"] for cut in body["cuts"]]
    body["strength"] = prod(strengths) if strengths and None not in strengths else None
    listed = routes.walked.every and len(routes.walked.routes) <= ROUTES_SHOWN
    asked = {"target": list(targets), "source": list(sources), "max_links": max_links}
    return answer(
        network,
        "cut",
        {**asked, "threshold": threshold, "weigh": weigh},
        body,
        lang=lang,
        limits=[*proofs.limits(), *([] if listed else ["routes"])],
        note=cut_said.note(body, routes, mitigations, asked, threshold=threshold, lang=lang),
    )


@dataclass(frozen=True)
class _Proofs:
    """What was proven: the smallest sets of each kind, and the sources that have a route which cannot be cut."""

    network: Network
    sets: Mapping[str, Smallest]
    enough: Mapping[str, Enough]
    uncovered: Nodes | None
    on_works: bool

    @classmethod
    def of(cls, routes: Routes, mitigations: Mitigations, *, by_strength: bool) -> _Proofs:
        """Prove one kind after the other, each in a fair share of the time that is left."""
        works = Works(routes.network)
        uncovered: Nodes | None = None
        bare: Nodes | None = None
        with suppress(Spent):
            uncovered = routes.sources_of(avoided=mitigations.lowered)
        with suppress(Spent):
            bare = routes.sources_of(kept=works.bare)
        bounds = Bounds(routes, mitigations, works)
        enough: dict[str, Enough | None] = {}
        in_time = monotonic() < routes.deadline
        if in_time and (not routes.walked.every or len(routes.walked.routes) >= ROUTES_KNOWN):
            enough = {"claims": bounds.claims, "mitigations": None if by_strength else bounds.mitigating}
            enough["works"] = None if bare is None or bare else bounds.working
        sets = {
            "claims": smallest_claims(routes, share=3, enough=enough.get("claims")),
            "mitigations": mitigations.smallest(
                routes, by_strength=by_strength, share=2, enough=enough.get("mitigations")
            ),
        }
        if bare is not None and not bare:
            sets["works"] = works.smallest(routes, share=1, enough=enough.get("works"))
        if in_time and not all(found.sets for found in sets.values()):
            enough = {"claims": bounds.claims, "mitigations": bounds.mitigating, "works": bounds.working}
        known = {kind: one for kind, one in enough.items() if one is not None}
        return cls(routes.network, sets, known, uncovered, not bare)

    @property
    def links(self) -> tuple[str, ...]:
        """The elements of the first mitigation set: mitigations, or their links when weighed by strength."""
        return next(iter(self.sets["mitigations"].sets), ())

    def limits(self) -> list[str]:
        """Name what could not be proven, or not listed in full."""
        short = [kind for kind in KINDS if kind in self.sets and not self.sets[kind].sets]
        short += ["alternatives"] if any(found.sets and not found.complete for found in self.sets.values()) else []
        return [*short, *(["uncovered"] if self.uncovered is None else [])]

    def document(self, mitigations: Mitigations, *, by_strength: bool) -> Document:
        """Return the sets, which of them are proven, and what there is beside them."""
        chosen = {kind: [list(one) for one in found.sets] for kind, found in self.sets.items()}
        if by_strength:
            named = {tuple(sorted({mitigations.subject(link) for link in one})) for one in chosen["mitigations"]}
            first = sorted({mitigations.subject(link) for link in self.links})
            chosen["mitigations"] = [first, *(list(one) for one in sorted(named) if list(one) != first)]
        firsts = {kind: next(iter(chosen.get(kind, ())), None) for kind in KINDS}
        cuttable = None if self.uncovered is None else not self.uncovered
        ids = self.network.ids
        proven = {kind: bool(chosen.get(kind)) or (kind == "works" and not self.on_works) for kind in KINDS}
        if not cuttable and firsts["mitigations"] == []:
            chosen["mitigations"] = []
        return {
            "cuttable": cuttable,
            "mitigations": firsts["mitigations"] if cuttable else None,
            "claims": firsts["claims"],
            "works": firsts["works"],
            "uncovered": None if self.uncovered is None else [ids[node] for node in sorted(self.uncovered)],
            "partial": None if cuttable else firsts["mitigations"],
            "alternatives": {kind: chosen.get(kind, []) for kind in KINDS},
            "more": [kind for kind in KINDS if kind in self.sets and self.sets[kind].more],
            "minimal": proven,
            "at_least": {
                kind: found.at_least
                for kind, found in self.sets.items()
                if not found.sets and not (by_strength and kind == "mitigations")
            },
            "sufficient": {
                kind: list(self.enough[kind].elements)
                for kind in KINDS
                if kind in self.enough and kind in self.sets and not self.sets[kind].sets
            },
        }


def _check(network: Network, targets: Sequence[str], sources: Sequence[str], threshold: float, weigh: str) -> None:
    for where, entities in (("target", targets), ("source", sources)):
        for entity in entities:
            network.snapshot.entity(entity, where=where)
    if not targets:
        hint = Words("name at least one entity", "请至少给出一个实体")
        raise InputError(Words("no target is given", "未给出终点"), where="target", hint=hint)
    both = sorted(set(targets) & set(sources))
    if both:
        raise InputError(
            Words(f"{', '.join(both)} is both source and target", f"{'、'.join(both)} 既是起点又是终点"),
            where="source",
            hint=Words("a route joins two different entities", "链条须连接两个不同的实体"),
        )
    if not 0.0 <= threshold <= 1.0:
        said = Words(f"{threshold!r} is not a probability from 0 to 1", f"“{threshold}”不是 0 到 1 之间的数")
        raise InputError(said, where="threshold")
    if weigh not in WEIGHS:
        raise InputError(f"{weigh!r} is neither {' nor '.join(WEIGHS)}", where="weigh")


def _terrain(network: Network, targets: Sequence[str], sources: Sequence[str], max_links: int) -> Terrain:
    """Return where the routes run; what stands for a source and a target is a source, unless sources are default."""
    ends = frozenset(node for entity in targets for node in network.nodes_of(entity))
    if sources:
        starts = frozenset(node for entity in sources for node in network.nodes_of(entity))
        return Terrain(network, starts, ends - starts, max_links)
    causes = network.of_types(network.vocabulary.types_with_role("cause"))
    return Terrain(network, frozenset(network.index[id] for id in causes) - ends, ends, max_links)


def _shown(routes: Routes) -> list[Path]:
    """Return the routes to show, best first: all when they are known, else the best of each source and target."""
    network, terrain = routes.network, routes.terrain
    if routes.walked.every:
        return rank(network, routes.walked.routes)[:ROUTES_SHOWN]
    best: list[Path] = []
    for end in sorted(terrain.targets)[:TARGETS_SHOWN]:
        reached = reach(network, frozenset([end]), forward=False, max_links=terrain.max_links, wanted=terrain.sources)
        for start in sorted(terrain.sources & reached.paths.keys()):
            best += reached.paths[start].get(terrain.sign, [])[:1]
    return rank(network, best)[:ROUTES_SHOWN]


def _routes(routes: Routes, mitigations: Mitigations, lang: str) -> Document:
    listed = []
    for route in _shown(routes):
        cut_by = sorted({mitigations.subject(link) for link in mitigations.on(route)})
        listed.append({**path_document(routes.network, route, lang=lang), "cut_by": cut_by})
    return {
        "route_count": len(routes.walked.routes) if routes.walked.every else None,
        "routes": listed,
        "uncovered_routes": [place for place, route in enumerate(listed) if not route["cut_by"]],
    }


def _cuts(body: Document, mitigations: Mitigations, chosen: Sequence[str], *, by_strength: bool) -> list[Document]:
    """Return what each chosen mitigation does to the routes that are listed."""
    network = mitigations.network
    on = [mitigations.on(tuple(route["claims"])) for route in body["routes"]]
    cuts = []
    for mitigation in sorted({mitigations.subject(one) for one in chosen} if by_strength else chosen):
        used = set(chosen) if by_strength else {link for links in on for link in links}
        links = sorted(link for link in used if mitigations.subject(link) == mitigation)
        expected = [network.opinion(link).expected for link in links]
        cuts.append(
            {
                "mitigation": mitigation,
                "claims": links,
                "routes": [place for place, found in enumerate(on) if not set(links).isdisjoint(found)],
                "strength": (prod(expected) if by_strength else max(expected, default=None)),
            }
        )
    return cuts
