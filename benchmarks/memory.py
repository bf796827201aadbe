"""How much memory a process has held.

Lives here: `peak_kib`. May enter: nothing. Linux only.
"""

from __future__ import annotations

from pathlib import Path

MIB = 1024
"""In KiB."""


def peak_kib() -> int:
    """Return the most memory that this process has held; what `getrusage` says would be that of its parent too."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
