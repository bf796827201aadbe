"""What stands around a picture: headline, counts, caveats, legend; the same on the server's page and in a drawn file.

Lives here: the context that both templates share. May enter: a network, a scene. Never here: HTML, addresses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from kg.columns.bases import weak_basis
from kg.coverage import is_weak
from kg.network import Network
from kg.question import explain
from kg_viz import legend, sieve
from kg_viz.drawn import Scene
from kg_viz.view import Filters, View
from kg_viz.words import counted, words

ROWS_MOST = 200
NO_FILTERS = Filters()


def around(
    network: Network, scene: Scene, view: View, *, filters: Filters = NO_FILTERS, all_rows: bool = False
) -> dict[str, Any]:
    """Return what a template needs to show a scene.

    Args:
        network: What the scene was made of.
        scene: The picture.
        view: What was asked to be shown.
        filters: What is left in sight.
        all_rows: List every edge; else the 200 surest.

    Returns:
        `{"scene", "view", "filters", "sight", "legend", "said", "lang", "title", "counts", "caveats", "rest", "rows",
        "rows_left", "study_kinds", "fixed"}`; `said` are the words of the scene's language; `counts`, `caveats`,
        `rest` and `fixed` (the criteria behind the picture, one by one) are sentences.
    """
    said, lang = words(scene.lang), scene.lang
    works = len(network.supporting_works(scene.claims))
    drawn = {
        "entities": scene.shown,
        "claims": len(scene.claims),
        "nodes": len(scene.nodes),
        "lines": len(scene.edges),
        "works": works,
    }
    counts = said["counts"].format(
        **{name: counted(said[f"counted_{name}"], n) for name, n in drawn.items()}, revision=scene.revision
    )
    rest = [counted(said[key], n) for key, n in (("unlinked", scene.unlinked), ("left_out", scene.left_out)) if n > 0]
    rows = scene.edges if all_rows else scene.edges[:ROWS_MOST]
    return {
        "scene": scene,
        "view": view,
        "filters": filters,
        "sight": sieve.sift(scene, filters),
        "legend": legend.build(scene, network.vocabulary),
        "said": said,
        "lang": lang,
        "title": _title(network, scene, view),
        "counts": counts,
        "caveats": caveats(network, lang),
        "rest": rest,
        "rows": rows,
        "rows_left": len(scene.edges) - len(rows),
        "study_kinds": [(kind.id, kind.label.get(lang)) for kind in network.vocabulary.study_kinds.values()],
        "fixed": fixed(network, lang),
    }


def fixed(network: Network, lang: str) -> Sequence[str]:
    """Return the criteria that shape a picture, worded, those that are not at their default.

    Example:
        >>> from kg.criteria import Criteria
        >>> from kg.snapshot import Snapshot
        >>> from kg.vocabulary import load
        >>> fixed(Network.build(Snapshot.of(0, None, []), Criteria(known_in=2024), load()), "en")
        ['published in or before 2024']
    """
    said, vocabulary, criteria = words(lang), network.vocabulary, network.criteria
    found = []
    if criteria.as_of is not None:
        found.append(said["fixed_as_of"].format(moment=criteria.as_of))
    if criteria.known_in is not None:
        found.append(said["fixed_known_in"].format(year=criteria.known_in))
    if criteria.study_kind:
        kinds = [vocabulary.study_kind(kind).label.get(lang) for kind in criteria.study_kind]
        found.append(said["fixed_study_kind"].format(kinds=" · ".join(kinds)))
    if criteria.min_strength is not None:
        found.append(said["strength"].format(word=f"≥ {vocabulary.strength(criteria.min_strength).label.get(lang)}"))
    if criteria.without_work or criteria.only_work:
        found.append(said["fixed_works"].format(n=len(criteria.only_work) or len(criteria.without_work)))
    found += [said[f"fixed_{name}"] for name in ("include_proposed", "include_retracted") if getattr(criteria, name)]
    return found


def _title(network: Network, scene: Scene, view: View) -> str:
    said, lang = words(scene.lang), scene.lang

    def name(id: str | None) -> str:
        return explain.name(network, str(id), lang)

    if scene.level == "paths":
        return said["title_paths"].format(source=name(view.source), target=name(view.target))
    if scene.level == "focus":
        return said["focus" if view.hops > 1 else "focus_next"].format(label=name(view.focus), hops=view.hops)
    return said["title_whole" if scene.level == "whole" else "title"]


def caveats(network: Network, lang: str) -> list[str]:
    """Return what to bear in mind with every answer, in four sentences."""
    said = words(lang)
    found = [said["caveat_effect"], said["caveat_priors"], said["caveat_absent"]]
    evidence, weak = weak_basis(network)
    if weak:
        basis = network.vocabulary.basis(_commonest_weak(network)).label.get(lang)
        found.append(said["caveat_basis"].format(weak=weak, evidence=evidence, basis=basis))
    return found


def _commonest_weak(network: Network) -> str:
    """Return the weak basis that most items of the record that count have; of several the first in the alphabet."""
    words, found = network.vocabulary, Counter[str]()
    for (kind, *given), count in network.snapshot.terms.items():
        if kind == "evidence" and words.status(given[-1]).counts and is_weak(given[-2], words):
            found[given[-2]] += count
    return min(found, key=lambda basis: (-found[basis], basis))
