"""Measure all jobs beside their peers: `python -m benchmarks` (`make bench`).

Lives here: what is said when the peers are not installed; see `benchmarks.run` for the rest.
"""

PEERS = {"graphblas", "igraph", "numba", "openpyxl", "psutil", "rustworkx", "suitesparse_graphblas"}

try:
    from benchmarks.run import main
except ModuleNotFoundError as missing:
    if (missing.name or "").split(".")[0] not in PEERS:
        raise
    raise SystemExit(
        f"{missing.name} is not installed: the benchmarks need it (in a clone: .venv/bin/pip install -e '.[bench]')"
    ) from None

if __name__ == "__main__":
    raise SystemExit(main())
