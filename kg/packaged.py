"""Where the ontology and the packs travel: beside the code in a checkout, inside the package in a wheel.

Lives here: one function. May enter: nothing of ours. Never here: reading those files.
"""

from __future__ import annotations

from pathlib import Path

_ROOM = Path(__file__).resolve().parent


def packaged(*parts: str) -> Path:
    """Return the path of a file or folder that travels with the library.

    Args:
        parts: Names below the top, `ontology` or `seeds` first.

    Raises:
        FileNotFoundError: the installation is incomplete.

    Example:
        >>> packaged("ontology", "evidence.ttl").name
        'evidence.ttl'
    """
    for top in (_ROOM / "_data", _ROOM.parent):
        path = top.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(f"{'/'.join(parts)} does not travel with this installation; reinstall evidence-kg")
