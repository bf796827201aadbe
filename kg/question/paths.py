"""paths: the k best chains of claims from one entity to another.

May enter: a network and validated parameters. Never here: how paths are searched (engine), doors.
"""

from __future__ import annotations

from kg.errors import InputError, Words
from kg.network import Network
from kg.question import explain
from kg.question.answers import Answer, answer, path_document
from kg.searching import best_paths
from kg.snapshot import Snapshot


def find(
    network: Network,
    source: str,
    target: str,
    *,
    k: int = 10,
    max_links: int = 6,
    sign: int | None = None,
    lang: str = "en",
) -> Answer:
    """Return the k best simple paths, best first.

    Args:
        network: The snapshot under its criteria.
        source: Entity id where paths begin; with the criterion `narrower` also what is narrower.
        target: Entity id where they end, likewise.
        k: Most paths, 1 to 1,000.
        max_links: Most claims in a path, 1 to 12.
        sign: +1 only raising, -1 only lowering, 0 only neutral paths, None all.
        lang: Language of the explanations, "en" or "zh".

    Returns:
        `{"paths": [path, ...]}` in the envelope; `note` says why there is none.

    Raises:
        InputError: source and target are the same.
        NotFound: one of them is not in the record.
    """
    check_ends(network.snapshot, source, target)
    found = best_paths(network, network.nodes_of(source), network.nodes_of(target), k=k, max_links=max_links, sign=sign)
    note = None
    if not found.paths and found.complete:
        note = explain.no_path(network, source, target, max_links=max_links, sign=sign, lang=lang)
    return answer(
        network,
        "paths",
        {"source": source, "target": target, "k": k, "max_links": max_links, "sign": sign},
        {"paths": [path_document(network, path, lang=lang) for path in found.paths]},
        lang=lang,
        limits=() if found.complete else ("pops",),
        note=note,
    )


def check_ends(snapshot: Snapshot, source: str | None, target: str | None) -> None:
    """Refuse ends of a path that cannot be joined; None stands for an end that is not given.

    Raises:
        NotFound: one of them is not in the record.
        InputError: they are one entity.
    """
    for where, end in (("source", source), ("target", target)):
        if end is not None:
            snapshot.entity(end, where=where)
    if source is not None and source == target:
        raise InputError(
            Words(f"source and target are both {source}", f"起点与终点都是 {source}"),
            where="target",
            hint=Words("a path joins two different entities", "链条须连接两个不同的实体"),
        )
