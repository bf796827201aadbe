"""Which engine searches: plain Python for small networks, the compiled engine for large ones; the answers are the same.

Lives here: the choice, and the functions that questions call. May enter: networks, node sets, limits.
Never here: searching. `KG_ENGINE` (auto, networkx, compiled) forces one.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from kg import engine
from kg.engine import POP_LIMIT, WALK_LIMIT, Found, Nodes, Reached
from kg.errors import InputError
from kg.later import Later, refusal
from kg.network import Network
from kg.packaged import PIP, bringing
from kg.settings import Engine, parse_engine

if TYPE_CHECKING:
    from kg.compiled import near as nearby
    from kg.compiled import search
    from kg.compiled import strongest as surest
    from kg.compiled.strongest import Strongest
else:
    search, nearby = Later("kg.compiled.search"), Later("kg.compiled.near")
    surest = Later("kg.compiled.strongest")

THRESHOLD = 3_000
"""Links from which on compiled searches pay for the 0.4 s that loading them takes. Everything that one entity reaches
by six links takes plain Python about 50 ms at 3,000 links and 200 ms at 10,000, kernels 2 and 10 ms."""

DENSE, DENSE_LEAST = 8, 300
"""Links for each entity, and in all, from which on they pay too: chains multiply with every link of theirs."""

MENDING = f"{PIP} --force-reinstall numba llvmlite numpy"
"""Brings versions that fit together, and parts that are missing."""
TRIAL = "kg.compiled.jit"
"""The room whose import shows whether numba can be used: it is the only one that knows it."""
_log = logging.getLogger(__name__)


def best_paths(
    network: Network,
    sources: Nodes,
    targets: Nodes,
    *,
    k: int,
    max_links: int,
    sign: int | None = None,
    pops: int = POP_LIMIT,
) -> Found:
    """Return the k best simple paths from any source to any target. See `kg.engine.best_paths`."""
    if is_compiled(network):
        return search.best_paths(network, sources, targets, k=k, max_links=max_links, sign=sign, pops=pops)
    return engine.best_paths(network, sources, targets, k=k, max_links=max_links, sign=sign, pops=pops)


def reach(
    network: Network,
    anchors: Nodes,
    *,
    forward: bool,
    max_links: int,
    walks: int = WALK_LIMIT,
    wanted: Nodes | None = None,
) -> Reached:
    """Return what the anchors reach, or what reaches them. See `kg.engine.reach`.

    Args:
        network: The links that take part.
        anchors: Where paths begin, or end.
        forward: Whether they begin there.
        max_links: Most claims in a path.
        walks: Most simple paths that are all listed.
        wanted: The nodes that are asked about; others may be missing. None for all.
    """
    if is_compiled(network):
        return search.reach(network, anchors, forward=forward, max_links=max_links, walks=walks, wanted=wanted)
    return engine.reach(network, anchors, forward=forward, max_links=max_links, walks=walks, wanted=wanted)


def near(network: Network, node: int, *, hops: int, most: int | None = None) -> list[int]:
    """Return the nodes within some links of a node, nearest first. See `kg.engine.near`."""
    chosen = nearby.near if is_compiled(network) else engine.near
    return chosen(network, node, hops=hops, most=most)


def strongest(network: Network, anchors: Nodes, *, forward: bool, max_links: int, most: int) -> Strongest | None:
    """Return the nodes that the anchors reach most surely (or that reach them); None for all, which may be more.

    Plain Python finds all paths before it knows which are best: it returns None.
    """
    if not is_compiled(network):
        return None
    return surest.strongest(network, anchors, forward=forward, max_links=max_links, most=most)


def is_compiled(network: Network) -> bool:
    """Say whether the compiled engine searches a network; where it does, numba is imported.

    A numba that is installed and does not work is told once; plain Python searches then.

    Raises:
        InputError: as `asked_engine`.
    """
    asked = asked_engine()
    if asked == "compiled":
        return True
    links = len(network.links)
    is_large = links >= THRESHOLD or links >= max(DENSE_LEAST, DENSE * len(network.ids))
    return asked == "auto" and is_large and has_numba() and _works()


def asked_engine() -> Engine:
    """Return which engine KG_ENGINE asks for.

    Raises:
        InputError: it asks for the compiled one and numba is not installed, or does not work; or it is no word that we
            know.
    """
    asked = parse_engine(os.environ.get("KG_ENGINE") or "auto")
    fault = None
    if asked == "compiled":
        fault = "is not installed" if not has_numba() else _broken()
    if fault is not None:
        raise InputError(
            f"the compiled engine needs numba, which {fault}",
            where="KG_ENGINE",
            hint="leave KG_ENGINE out, or " + (f"mend numba: {MENDING}" if has_numba() else bringing("fast")),
        )
    return asked


def lacks_compiled(claims: int) -> bool:
    """Say whether the compiled engine would search a record of so many claims, if only numba were installed."""
    asked = parse_engine(os.environ.get("KG_ENGINE") or "auto")
    return asked == "auto" and claims >= THRESHOLD and not has_numba()


@cache
def has_numba() -> bool:
    """Say whether numba is installed, without importing it."""
    return find_spec("numba") is not None


@cache
def _broken() -> str | None:
    """Compile a kernel, and return why numba cannot be used, as the end of a sentence; None when it can."""
    fault = refusal(TRIAL)
    return None if fault is None else f"is installed and cannot be loaded ({fault})"


@cache
def _works() -> bool:
    """Say whether numba can be used; tell once that it cannot."""
    fault = _broken()
    if fault is not None:
        _log.warning(
            "numba %s: large records are searched by plain Python, which takes longer. Mend it: %s; or say "
            "KG_ENGINE=networkx",
            fault,
            MENDING,
        )
    return fault is None
