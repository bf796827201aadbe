"""Sentences about cuts: why there is nothing to cut, why some routes cannot be cut and what would change that.

May enter: the document of a cut, the routes and mitigations it came from. Never here: searching, solving.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor
from typing import Any

from kg.engine import Path, nodes_on
from kg.network import Network
from kg.question import explain
from kg.question.cutting import Mitigations, Routes, best_threshold


def note(
    body: Mapping[str, Any],
    routes: Routes,
    mitigations: Mitigations,
    asked: Mapping[str, Any],
    *,
    threshold: float,
    lang: str,
) -> str | None:
    """Return what to bear in mind about a cut, in plain sentences; None when nothing is special.

    Args:
        body: The document without its envelope.
        routes: The harmful routes.
        mitigations: What may cut them.
        asked: `target`, `source` and `max_links` as asked.
        threshold: As asked.
        lang: "en" or "zh".
    """
    if routes.walked.every and not routes.walked.routes:
        return _no_route(routes.network, asked, lang)
    sentences = []
    if body["cuttable"] is False:
        sentences += _uncovered(body, routes, mitigations, threshold, lang)
    if body["works"] is None and body["minimal"]["works"]:
        sentences.append(
            _either(
                lang,
                "Some harmful route rests on no work: the loss of works cannot break it.",
                "有的有害路线不依据任何文献，失去文献不能切断它。",
            )
        )
    short = [kind for kind, proven in body["minimal"].items() if not proven]
    if short:
        sentences.append(
            _either(
                lang,
                f"No smallest set of {' or '.join(short)} could be proven within the limits, so none is given.",
                f"在限制之内无法证明最小集合（{_in_chinese(short)}），因此不予给出。",
            )
        )
    for kind, enough in body["sufficient"].items():
        least = max(1, body["at_least"].get(kind, 1))
        sentences.append(
            _either(
                lang,
                f"{len(enough)} {kind} that are enough stand under `sufficient`; {least} are needed at least.",
                f"sufficient 给出一个足够但未必最小的集合（{KINDS_ZH[kind]} {len(enough)} 项），至少需要 {least} 项。",
            )
        )
    return (" " if lang == "en" else "").join(sentences) or None


def _no_route(network: Network, asked: Mapping[str, Any], lang: str) -> str:
    targets, sources, links = asked["target"], asked["source"], asked["max_links"]
    turned = "".join(
        explain.out_of_role(network, one, role, other=other, place=place, lang=lang)
        for some, role, other, place in ((targets, "harm", "cause", "source"), (sources, "cause", "harm", "target"))
        for one in some
    )
    if len(targets) == 1 and len(sources) == 1:
        why = explain.no_path(network, sources[0], targets[0], max_links=links, sign=1, lang=lang)
        return turned + why + _either(lang, " There is nothing to cut.", "没有需要切断的路线。")
    ends = ", ".join(explain.name(network, target, lang) for target in targets)
    return turned + explain.nothing(
        network,
        what_en=f"No harmful route of at most {links} claims leads to {ends}: there is nothing to cut.",
        what_zh=f"在最多 {links} 条论断之内，没有通向“{ends}”的有害路线，没有需要切断的路线。",
        lang=lang,
    )


def _uncovered(
    body: Mapping[str, Any], routes: Routes, mitigations: Mitigations, threshold: float, lang: str
) -> list[str]:
    known = routes.walked.routes if routes.walked.every else [tuple(route["claims"]) for route in body["routes"]]
    bare = [route for route in known if not mitigations.on(route)]
    count, every = len(bare), len(known)
    none = [_either(lang, "No mitigation cuts any of these routes.", "没有缓解措施能切断其中任何一条路线。")]
    sentences = [
        _either(
            lang,
            f"{count} of {every} harmful routes visit no entity that a mitigation lowers with an expected value of at "
            f"least {threshold:g}.",
            f"{every} 条有害路线中有 {count} 条不经过任何被缓解措施以不低于 {threshold:g} 的期望值降低的实体。",
        )
    ]
    if not routes.walked.every:
        sentences = [
            _either(
                lang,
                "There are more harmful routes than can be listed; from the sources under `uncovered` lead some that "
                f"visit no entity which a mitigation lowers with an expected value of at least {threshold:g}.",
                "有害路线太多，无法全部列出；从 uncovered 所列来源出发的某些路线不经过任何被缓解措施以不低于 "
                f"{threshold:g} 的期望值降低的实体。",
            )
        ]
    return [*(none if body["partial"] == [] else []), *sentences, _remedy(routes, mitigations, bare, threshold, lang)]


def _remedy(routes: Routes, mitigations: Mitigations, bare: Sequence[Path], threshold: float, lang: str) -> str:
    """Say which threshold would do, or that broader entities are lowered, or that nothing is there."""
    network, ends = routes.network, routes.terrain.ends
    measures = network.vocabulary.types_with_role("measure")
    enough = best_threshold(network, measures, ends, bare)
    if enough is not None and enough < threshold:
        shown = f"{floor(enough * 1000) / 1000:g}"
        return _either(
            lang, f"With a threshold of {shown} each of these could be cut.", f"阈值取 {shown} 时，这些路线都可以切断。"
        )
    above = {id for route in bare for node in nodes_on(network, route) for id in _broader(network, network.ids[node])}
    broader = [network.index[id] for id in above if id in network.index]
    links = list(Mitigations.of(network, measures, threshold, ends, broader).lowers)
    if links and not network.criteria.narrower:
        names = ", ".join(sorted({mitigations.subject(claim) for claim in links}))
        lowered = ", ".join(sorted({network.snapshot.claims[claim].object for claim in links}))
        return _either(
            lang,
            f"Mitigations lower something broader ({lowered}): {names}. The criterion `narrower` counts that too.",
            f"有缓解措施降低其上位实体（{lowered}）：{names}。加上条件 narrower 即可计入。",
        )
    return _either(
        lang,
        "The record holds no mitigation that lowers any entity on some of these. No evidence found is not evidence of "
        "no effect.",
        "其中有些路线上的任何实体，记录中都没有缓解措施能降低。没有找到证据，不等于没有影响。",
    )


def _broader(network: Network, entity: str) -> list[str]:
    found: list[str] = []
    record = network.snapshot.entities.get(entity)
    while record is not None and record.broader is not None and record.broader not in found:
        found.append(record.broader)
        record = network.snapshot.entities.get(record.broader)
    return found


KINDS_ZH = {"mitigations": "缓解措施", "claims": "论断", "works": "文献"}


def _in_chinese(kinds: Sequence[str]) -> str:
    return "、".join(KINDS_ZH[kind] for kind in kinds)


def _either(lang: str, en: str, zh: str) -> str:
    return zh if lang == "zh" else en
