"""Heavy modules, imported when something of them is first used: starting up is a feature.

Lives here: `Later`, `refusal`, `told`. May enter: the name of a module. Never here: a list of what is heavy; each room
says its own.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

SHOWN = 120
"""Characters of a fault that are shown."""


class Later:
    """Stands for a module until something of it is used; then the module is imported, once per process.

    Under `TYPE_CHECKING` the room imports the real module, so that types and the import contract see it.

    Args:
        name: Full name of the module.

    Raises:
        ModuleNotFoundError: at first use, when the module is not installed.

    Cost: a quarter of a microsecond per use afterwards; safe in threads, since the import system locks.

    Example:
        >>> Later("math").sqrt(4)
        2.0
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._module: ModuleType | None = None

    def __getattr__(self, attribute: str) -> Any:
        if self._module is None:
            self._module = import_module(self._name)
        return getattr(self._module, attribute)

    def __repr__(self) -> str:
        return f"<{self._name}, when it is needed>"


def refusal(*names: str) -> str | None:
    """Import modules that are installed, and return why the first that fails does; None when none does.

    What is installed may not fit together: a package wants an older one than is there, misses a part of its own, or was
    not written whole. The code of others fails with any error then; only a lack of memory says nothing of it.

    Raises:
        MemoryError: there is too little memory to import them.

    Example:
        >>> refusal("math"), refusal("no_such_module")
        (None, "ModuleNotFoundError: No module named 'no_such_module'")
    """
    for name in names:
        try:
            import_module(name)
        except Exception as fault:
            if not isinstance(fault, MemoryError):
                return told(fault)
            raise
    return None


def told(fault: BaseException) -> str:
    """Return a fault of others' code on one line, with the fault that led to it.

    Example:
        >>> told(OSError("libpq.so.5: cannot open shared object file"))
        'OSError: libpq.so.5: cannot open shared object file'
    """
    first = fault.__cause__ or fault.__context__
    return _line(fault) if first is None else f"{_line(fault)}, after {_line(first)}"


def _line(fault: BaseException) -> str:
    """Return a fault in few characters: what is left out stands in the middle, for a list of attempts ends with the
    last."""
    text = " ".join(f"{type(fault).__name__}: {fault}".split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN // 2].rstrip()} … {text[-SHOWN // 2 :].lstrip()}"
