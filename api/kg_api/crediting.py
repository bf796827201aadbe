"""Names of people in answers: they change without a revision, when the operator says how somebody is called.

Lives here: `called`, what an answer with names depends on beside the record; `is_of_now`. Never here: who is named.
"""

from __future__ import annotations

import hashlib

import orjson
from fastapi import Request
from starlette.types import Scope

from kg_api.asking import face_of

_OF_NOW = "kg_api.of_now"


def called(request: Request) -> str:
    """Return a digest of how everybody is called now, for the tag of an answer; note that the answer names people.

    Asks the database. Law: it is another one when a name or an ORCID iD is another.
    """
    request.scope[_OF_NOW] = True
    return hashlib.sha256(orjson.dumps(face_of(request).people())).hexdigest()


def is_of_now(scope: Scope) -> bool:
    """Say whether the answer to a request depends on more than its address and the revision."""
    return _OF_NOW in scope
