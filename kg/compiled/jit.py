"""How kernels are compiled: without the interpreter lock, once for each machine, kept on disk where that is possible.

Lives here: `kernel`. May enter: functions over numpy arrays and numbers. Never here: what a kernel does. Importing this
room imports numba and tries it; `kg.searching` does so when a network is large enough, or when the engine is asked for
by name.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from platformdirs import user_cache_path

F = TypeVar("F", bound=Callable[..., object])


def folder(chosen: str = "") -> Path | None:
    """Return where compiled kernels are kept: the folder given, else the user's own cache; None when it is read-only.

    Compiled code that somebody else could write is never loaded: a folder that belongs to another is not taken.
    """
    place = Path(chosen) if chosen else user_cache_path("evidence-kg") / "kernels"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = not hasattr(os, "getuid") or place.stat().st_uid == os.getuid()
    except OSError:
        return None
    return place if own and os.access(place, os.W_OK) else None


_CONFIG: Any = numba.config
_FOLDER = folder(_CONFIG.CACHE_DIR)
if _FOLDER is not None:
    _CONFIG.CACHE_DIR = str(_FOLDER)


def kernel(function: F) -> F:
    """Compile a function at its first call; later processes load what was compiled.

    Where nothing can be written, each process compiles for itself.
    """
    return cast(F, numba.njit(cache=_FOLDER is not None, nogil=True)(function))


def inlined(function: F) -> F:
    """Compile a function into each kernel that calls it: a call costs as much as what a short function does."""
    return cast(F, numba.njit(inline="always")(function))


@kernel
def _after(number: int) -> int:
    """Return the number that follows: enough to be compiled, kept and run."""
    return number + 1


# Much of numba is loaded when the first kernel is called: a part that does not work is seen here, not in a question.
_after(0)
