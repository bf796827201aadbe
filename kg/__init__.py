"""evidence-kg: which techniques raise which risks, through which chain, how sure are we, on which papers?

The door: `kg.open(...)` returns a `Graph`. Names are imported when first used, so that `import kg` costs nothing.
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.belief import Opinion
    from kg.criteria import Criteria
    from kg.errors import (
        BadIdentifier,
        Conflict,
        Forbidden,
        InputError,
        KgError,
        NotFound,
        ParseFailure,
        ShapeViolation,
        StoreError,
        UnknownTerm,
        Upstream,
    )
    from kg.graph import Graph, open
    from kg.model import Change, Claim, Entity, Evidence, Revision, Text, Work
    from kg.network import Network
    from kg.question.answers import Answer
    from kg.snapshot import Snapshot
    from kg.vocabulary import Vocabulary

_ROOMS = {
    "Answer": "kg.question.answers",
    "BadIdentifier": "kg.errors",
    "Change": "kg.model",
    "Claim": "kg.model",
    "Conflict": "kg.errors",
    "Criteria": "kg.criteria",
    "Entity": "kg.model",
    "Evidence": "kg.model",
    "Forbidden": "kg.errors",
    "Graph": "kg.graph",
    "InputError": "kg.errors",
    "KgError": "kg.errors",
    "Network": "kg.network",
    "NotFound": "kg.errors",
    "Opinion": "kg.belief",
    "ParseFailure": "kg.errors",
    "Revision": "kg.model",
    "ShapeViolation": "kg.errors",
    "Snapshot": "kg.snapshot",
    "StoreError": "kg.errors",
    "Text": "kg.model",
    "UnknownTerm": "kg.errors",
    "Upstream": "kg.errors",
    "Vocabulary": "kg.vocabulary",
    "Work": "kg.model",
    "open": "kg.graph",
}

__all__ = [
    "Answer",
    "BadIdentifier",
    "Change",
    "Claim",
    "Conflict",
    "Criteria",
    "Entity",
    "Evidence",
    "Forbidden",
    "Graph",
    "InputError",
    "KgError",
    "Network",
    "NotFound",
    "Opinion",
    "ParseFailure",
    "Revision",
    "ShapeViolation",
    "Snapshot",
    "StoreError",
    "Text",
    "UnknownTerm",
    "Upstream",
    "Vocabulary",
    "Work",
    "open",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return metadata.version("evidence-kg")
    if name in _ROOMS:
        return getattr(import_module(_ROOMS[name]), name)
    raise AttributeError(f"module 'kg' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__"})
