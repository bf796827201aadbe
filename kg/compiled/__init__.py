"""The compiled engine: the answers of `kg.engine`, for networks of thousands to tens of millions of claims.

    arrays      claims as 16 bytes each, made from columns or from a network
    kernels     rounds by number of links
    ranking     the best k simple paths, all simple paths
    search      what questions call: ids in, ids out
    matrix      costs of all pairs of two sets of nodes

Nothing here is imported before `kg.searching` chooses it; numba comes with the extra `fast`.
"""
