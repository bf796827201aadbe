"""Measure all jobs beside their peers: `python -m benchmarks` (`make bench`).

Lives here: nothing; see `benchmarks.run`.
"""

from benchmarks.run import main

if __name__ == "__main__":
    raise SystemExit(main())
