"""Writes over HTTP: done once however often they are sent, guarded by what their sender has seen.

Lives here: `Act`, `perform`. May enter: requests that `security.allowed` let pass. Never here: what is written, SQL.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from fastapi import Request
from fastapi.responses import Response

from kg import conflicts
from kg.errors import Conflict, InputError, KgError
from kg.graph import Graph
from kg.ids import RecordKind
from kg.model import canonical, to_payload
from kg.question.answers import Answer, pristine
from kg.record.submissions import Outdated, Submission, Submitted, Terms, under
from kg.record.tokens import Bearer
from kg_api import json_body, problems
from kg_api.replies import JSON

WAIT_SECONDS, WAIT_STEP = 10.0, 0.05
Target = tuple[RecordKind, str]
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_TAG = re.compile(r'(?:W/)?"(\d{1,15})(?:-[0-9a-f]{20}(?:-gzip)?)?"')


@dataclass(frozen=True, slots=True)
class Act:
    """One write.

    Args:
        do: Calls the face, which looks anew when somebody else wrote meanwhile, and returns its document.
        target: The record that it changes, for `If-Match`; None for the record as a whole.
        status: 201 where something new has an address, else 200; also where it was there `already`.
        location: Returns that address.
        sent: What the client wants, told as `yours` when it meets a conflict.
    """

    do: Callable[[], Answer | Mapping[str, Any]]
    target: Target | None = None
    status: int = 200
    location: Callable[[Mapping[str, Any]], str] | None = None
    sent: Mapping[str, Any] | None = None


def perform(request: Request, graph: Graph, act: Act) -> Response:
    """Do a write and answer it.

    With an `Idempotency-Key` the same request gives the same answer, and happens once: in threads, processes and after
    a crash alike, since the key is kept in the transaction of the write. One that failed may be sent again.

    Raises:
        Refusal: 409 or 412, with both versions; 422, the key belongs to another request.
    """
    bearer: Bearer = request.state.bearer
    submission = _submission(request, bearer)
    if submission is not None:
        again = _replayed(graph, submission)
        if again is not None:
            return again
    seen = _seen(request)
    terms = Terms(submission, seen, act.target if seen is not None else None)
    try:
        document = done(act, terms)
    except Submitted:
        return _replay(graph, submission)
    except KgError as fault:
        again = None if submission is None else _replayed(graph, submission)
        if again is not None:
            return again
        if isinstance(fault, Outdated) or (isinstance(fault, Conflict) and _moved_on(graph, act, seen)):
            raise problems.Refusal(_both(graph, act, 412, fault, seen)) from fault
        if isinstance(fault, Conflict):
            raise problems.Refusal(_both(graph, act, 409, fault, None)) from fault
        raise
    answer = _answer(act, document)
    if submission is not None:
        try:
            graph.store.submissions.answer(
                replace(submission, revision=answer["revision"]), orjson.dumps(answer).decode()
            )
        except Submitted:
            return _replay(graph, submission)
    return _response(answer)


def handle_of(request: Request) -> str:
    """Return the handle of whoever sent a request: the actor of what is written."""
    bearer: Bearer = request.state.bearer
    return bearer.person.handle


def done(act: Act, terms: Terms) -> Mapping[str, Any]:
    """Act under terms: the face writes when they hold."""
    with under(terms):
        return pristine(act.do())


def _submission(request: Request, bearer: Bearer) -> Submission | None:
    given = request.headers.getlist("idempotency-key")
    if not given:
        return None
    key = given[0].strip().removeprefix('"').removesuffix('"')
    if len(given) > 1 or _KEY.fullmatch(key) is None:
        raise InputError(
            "an Idempotency-Key is 1 to 200 visible ASCII characters, given once",
            where="Idempotency-Key",
            hint="a random UUID will do",
        )
    return Submission(bearer.token, key, _fingerprint(request))


def _fingerprint(request: Request) -> str:
    """Return the same for the same request: method, address, parameters in any order, and what the body says."""
    raw: bytes = getattr(request.state, "body", b"")
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    said = canonical(json_body.parse(raw)).encode() if raw.strip() and media == JSON else raw
    query = sorted(request.query_params.multi_items())
    parts = repr((request.method, request.url.path, query)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(hashlib.sha256(parts).digest() + said).hexdigest()


def _replayed(graph: Graph, submission: Submission) -> Response | None:
    return None if graph.store.submissions.get(submission.token, submission.key) is None else _replay(graph, submission)


def _replay(graph: Graph, submission: Submission | None) -> Response:
    """Return the answer that was given under a key; wait for it while its writer is about to say it."""
    until = time.monotonic() + WAIT_SECONDS
    while submission is not None:
        found = graph.store.submissions.get(submission.token, submission.key)
        if found is None:
            break
        if found.fingerprint != submission.fingerprint:
            problem = problems.of_status(422, "this Idempotency-Key was sent with another request")
            hint = "a new request takes a new key; repeat the old one as it was"
            raise problems.Refusal({**problem, "where": "Idempotency-Key", "hint": hint})
        if found.answer is not None:
            return _response(json.loads(found.answer), replayed=True)
        if time.monotonic() > until:
            return _response(_of_revision(graph, found.revision), replayed=True)
        time.sleep(WAIT_STEP)
    raise Conflict(conflicts.submitted("meanwhile"), where="Idempotency-Key", hint="send it again")


def _of_revision(graph: Graph, number: int) -> dict[str, Any]:
    """Return an answer to a write whose writer ended before it could say one: what the record knows of it."""
    found = list(graph.store.changes(number - 1, number))
    changes = [{"kind": change.kind, "id": change.id} for one in found for change in one.changes]
    note = "the server was interrupted after this was written; these are the records that it wrote"
    body = {"revision": number, "changes": changes, "note": note}
    return {"status": 200, "location": None, "revision": number, "body": orjson.dumps(body).decode()}


def _answer(act: Act, document: Mapping[str, Any]) -> dict[str, Any]:
    revision = document.get("revision", 0)
    return {
        "status": 200 if document.get("already") else act.status,
        "location": None if act.location is None else act.location(document),
        "revision": revision if isinstance(revision, int) else 0,
        "body": encoded(document).decode(),
    }


def encoded(document: Mapping[str, Any]) -> bytes:
    """Return a document as JSON."""
    return orjson.dumps(document)


def _response(answer: Mapping[str, Any], *, replayed: bool = False) -> Response:
    headers = {"Cache-Control": "no-store", "ETag": f'"{answer["revision"]}"'}
    if answer["location"] is not None:
        headers["Location"] = answer["location"]
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    return Response(answer["body"].encode(), status_code=answer["status"], headers=headers, media_type=JSON)


def _seen(request: Request) -> int | None:
    """Return the revision at which a client has seen what it writes to; None when it does not say.

    Raises:
        Refusal: 412, the tag is none of ours.
    """
    given = ", ".join(request.headers.getlist("if-match")).strip()
    if not given or given == "*":
        return None
    numbers = [_TAG.fullmatch(one.strip()) for one in given.split(",")]
    known = [int(one[1]) for one in numbers if one is not None]
    if not known:
        problem = problems.of_status(412, "If-Match holds no tag of this server")
        raise problems.Refusal({**problem, "where": "If-Match", "hint": "send back the ETag that came with the record"})
    return max(known)


def _moved_on(graph: Graph, act: Act, seen: int | None) -> bool:
    """Say whether what is written to has changed since a client has seen it."""
    if seen is None:
        return False
    if act.target is None:
        return graph.revision > seen
    return any(one.number > seen for one, _ in graph.store.history(*act.target))


def _both(graph: Graph, act: Act, status: int, fault: KgError, seen: int | None) -> dict[str, Any]:
    """Return the problem of a write that met another one, with both versions."""
    problem = {**problems.of_error(fault), **problems.of_status(status, fault.message)}
    head = graph.revision
    if act.target is None:
        yours: dict[str, Any] = {} if seen is None else {"revision": seen}
        current: dict[str, Any] = {"revision": head}
    else:
        kind, id = act.target
        versions = [
            (one.number, {**to_payload(record), "status": record.status})
            for one, record in graph.store.history(kind, id)
        ]
        known = [pair for pair in versions if seen is None or pair[0] <= seen]
        yours = {} if seen is None else _version(known) if seen <= head else {"revision": seen}
        current = _version(versions)
    if act.sent is not None and seen is None:
        yours = {"sent": dict(act.sent)}
    return {**problem, "yours": yours, "current": current}


def _version(versions: list[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    """Return the last of some versions with the revision that wrote it."""
    if not versions:
        return {"revision": 0, "record": None}
    revision, record = versions[-1]
    return {"revision": revision, "record": record}
