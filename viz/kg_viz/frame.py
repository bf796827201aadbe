"""What stands around a picture: headline, counts, caveats, legend; the same on the server's page and in a drawn file.

Lives here: the context that both templates share. May enter: a network, a scene. Never here: HTML, addresses.
"""

from __future__ import annotations

from typing import Any

from kg.coverage import basis_report
from kg.network import Network
from kg.question import explain
from kg_viz import legend
from kg_viz.drawn import Scene
from kg_viz.words import words


def around(network: Network, scene: Scene, *, hops: int) -> dict[str, Any]:
    """Return what a template needs to show a scene.

    Returns:
        `{"scene", "legend", "said", "lang", "title", "counts", "caveats", "rest"}`; `said` are the words of the
        scene's language, `counts`, `caveats` and `rest` are sentences.
    """
    said = words(scene.lang)
    title = said["title"]
    if scene.focus is not None:
        title = said["focus"].format(label=explain.name(network, scene.focus, scene.lang), hops=hops)
    works = len(network.supporting_works(scene.claims))
    counts = said["counts"].format(
        shown=scene.shown,
        claims=len(scene.claims),
        nodes=len(scene.nodes),
        edges=len(scene.edges),
        works=works,
        revision=scene.revision,
    )
    rest = [said[key].format(n=n) for key, n in (("unlinked", scene.unlinked), ("left_out", scene.left_out)) if n]
    return {
        "scene": scene,
        "legend": legend.build(scene, network.vocabulary),
        "said": said,
        "lang": scene.lang,
        "title": title,
        "counts": counts,
        "caveats": caveats(network, scene.lang),
        "rest": rest,
    }


def caveats(network: Network, lang: str) -> list[str]:
    """Return what to bear in mind with every answer, in four sentences."""
    said = words(lang)
    found = [said["caveat_effect"], said["caveat_priors"], said["caveat_absent"]]
    counts = basis_report(network.snapshot, network.vocabulary)["counts"]
    if counts["weak_basis"]:
        found.append(said["caveat_basis"].format(weak=counts["weak_basis"], evidence=counts["evidence"]))
    return found
