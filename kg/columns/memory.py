"""Whether a record fits into memory, before it is read.

Lives here: `estimate`, `available`, `refuse_too_much`. May enter: numbers of records. Never here: reading.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from kg.errors import StoreError
from kg.ids import RecordKind

if sys.platform != "win32":
    import resource

BYTES: Mapping[RecordKind, int] = {"entity": 900, "claim": 300, "evidence": 130, "work": 250}
"""What one record takes while columns are read, at its peak."""
ASIDE = 150_000_000
"""What the program takes beside, to read columns."""
SINGLY: Mapping[RecordKind, int] = {"entity": 600, "claim": 2_600, "evidence": 1_000, "work": 800}
"""What one record takes that is read record by record, a claim with what it weighs in a network: measured with short
texts (12,000 claims, 51,900 records: 67 MB), so that nothing is refused that fits. Nothing else is taken beside."""
MEMINFO, CGROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup")


def estimate(sizes: Mapping[RecordKind, int], *, singly: bool = False) -> int:
    """Return about how many bytes reading a record takes at its peak, as columns or record by record.

    Example:
        >>> estimate({"entity": 0, "claim": 1_000_000, "evidence": 3_000_000, "work": 0})
        840000000
        >>> estimate({"entity": 0, "claim": 1_000_000, "evidence": 3_000_000, "work": 0}, singly=True)
        5600000000
    """
    if singly:
        return sum(SINGLY[kind] * count for kind, count in sizes.items())
    return ASIDE + sum(BYTES[kind] * count for kind, count in sizes.items())


def available() -> int | None:
    """Return how many bytes this process may still take; None where the system does not say."""
    found = [_of_system(), _of_group(), _of_limit()]
    return min((one for one in found if one is not None), default=None)


def refuse_too_much(sizes: Mapping[RecordKind, int], free: int | None, *, singly: bool = False) -> None:
    """Refuse to read what does not fit, as columns or record by record.

    Raises:
        StoreError: says what it would take, what there is, and what to do.
    """
    wanted = estimate(sizes, singly=singly)
    if free is not None and wanted > free:
        raise StoreError(
            f"reading {sizes['claim']:,} claims with {sizes['evidence']:,} evidence items takes about "
            f"{_told(wanted)} of memory, and {_told(free)} are free",
            where="database",
            hint="use a machine with more memory, "
            + ("leave out KG_COLUMNS_LEAST, " if singly else "")
            + "or answer in batches with `kg spark`",
        )


def _told(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _of_system() -> int | None:
    if not MEMINFO.exists():
        return None
    rows = dict(line.split(":", 1) for line in MEMINFO.read_text().splitlines() if ":" in line)
    return int(rows["MemAvailable"].split()[0]) * 1024 if "MemAvailable" in rows else None


def _of_group() -> int | None:
    most, now = CGROUP / "memory.max", CGROUP / "memory.current"
    if not most.exists() or not now.exists() or most.read_text().strip() == "max":
        return None
    return max(0, int(most.read_text()) - int(now.read_text()))


def _of_limit() -> int | None:
    if sys.platform == "win32":
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY:
        return None
    held = Path("/proc/self/statm")
    taken = int(held.read_text().split()[0]) * resource.getpagesize() if held.exists() else 0
    return max(0, soft - taken)
