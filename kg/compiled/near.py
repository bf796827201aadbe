"""What is near an entity: the nodes within some links of it, whatever way these point, nearest and surest first.

Lives here: `near`. May enter: networks, a node. Never here: ids, documents, signs of paths.
"""

from __future__ import annotations

import numpy as np

from kg.compiled.arrays import Arrays
from kg.compiled.kernels import nearest
from kg.compiled.scratch import Scratch, tidy
from kg.network import Network


@tidy
def near(network: Network, node: int, *, hops: int, most: int | None = None) -> list[int]:
    """Return what `kg.engine.near` returns.

    Cost: linear in the claims of the nodes nearer than `hops`.
    """
    arrays = Arrays.of(network)
    found, cost, level = nearest(
        arrays.start, arrays.to, arrays.code, arrays.back_start, arrays.back, arrays.at, arrays.costs,
        node, hops, Scratch.of(arrays).head,
    )  # fmt: skip
    order = np.lexsort((found, cost, level))[:most]
    nodes: list[int] = found[order].tolist()
    return nodes
