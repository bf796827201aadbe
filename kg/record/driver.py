"""The driver of PostgreSQL: whether it is here, and can be used.

Lives here: the modules that are used of it, what is said where it fails. May enter: the name of a database. Never here:
connections.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from kg.errors import StoreError
from kg.later import refusal, told
from kg.packaged import PIP, bringing

DRIVER = ("psycopg", "psycopg.adapt", "psycopg.pq", "psycopg.types.hstore")
"""The package, and what is used of it: it may be there in part."""
DRIVER_MENDING = f"{PIP} --force-reinstall 'psycopg[binary]'"
"""Brings it whole, with the library of PostgreSQL that it speaks through."""


@contextmanager
def driven(shown: str) -> Iterator[None]:
    """Make a connection's engine inside; what the driver fails with is raised as our error.

    Args:
        shown: Name of the database, without password.

    Raises:
        StoreError: the driver is not installed, or cannot be loaded, or is not the one that is expected.
        MemoryError: there is too little memory to load it.
    """
    if find_spec(DRIVER[0]) is None:
        raise StoreError(
            f"{shown} needs the driver psycopg, which is not installed here",
            where="database",
            hint=bringing("postgres"),
        )
    fault = refusal(*DRIVER)
    if fault is not None:
        raise _unusable(shown, fault)
    try:
        yield
    except (AttributeError, ImportError) as unlike:
        raise _unusable(shown, told(unlike)) from unlike


def _unusable(shown: str, fault: str) -> StoreError:
    return StoreError(
        f"{shown} needs the driver psycopg, which is installed and cannot be loaded ({fault})",
        where="database",
        hint=f"mend it: {DRIVER_MENDING}",
    )
