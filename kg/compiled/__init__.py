"""The compiled engine: the answers of `kg.engine`, for networks of thousands to tens of millions of claims.

    arrays      claims as 14 bytes each, made from columns or from a network
    kernels     rounds by number of links; ranking: the best k paths, all paths; tracing: walks behind costs
    search      what questions call: ids in, ids out; near: neighbourhoods; again: what a change can reach
    field       the claims that routes of one sign and a bounded length use, by layers
    ways, flow  minimum cuts between nodes, and what they say about routes; these three need numpy and scipy alone
    matrix      costs of all pairs of two sets of nodes; lanes: its kernels

Kernels are not imported before `kg.searching` chooses them; numba comes with the extra `fast`.
"""
