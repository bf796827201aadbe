"""Importing files over HTTP: citations and linked data, parsed in a worker that can be ended.

May enter: files of strangers with a token. Never here: a parser in this process, formats (kg.importers).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from kg.citations.formats import FORMATS as CITATIONS
from kg.criteria import parse_flag
from kg.errors import Forbidden, InputError
from kg.graph import Graph
from kg.importers import beginnings, citations, rdf_load
from kg.importers.citations_reading import RDF_UNNAMED
from kg.importers.rdf import FORMATS as RDF
from kg_api import json_body, problems
from kg_api import write_parameters as w
from kg_api import write_shapes as shapes
from kg_api.asking import TheGraph
from kg_api.http_words import in_http
from kg_api.permissions import REVIEWER, allows
from kg_api.security import FORM
from kg_api.write_parameters import ANY_RDF
from kg_api.writing import Act, handle_of, perform

router = APIRouter(tags=["contributing"])
FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
NAME_MOST = 200


async def file_of(request: Request) -> bytes:
    """Return the file that is the body of a request.

    Raises:
        Refusal: 415, it is a form or compressed.
        InputError: it is empty.
    """
    raw = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM or kind.startswith("multipart/"):
        raise problems.Refusal(problems.of_status(415, "the body is the file itself, not a form"))
    json_body.refuse_other_kinds(request, b"")
    if not raw.strip():
        raise InputError("there is no file", where="body", hint="the body is the file itself")
    request.state.body = raw
    return raw


@router.post(
    "/imports", name="import_file", response_model=shapes.ImportReport, summary="Import a file", openapi_extra=FILE
)
def import_file(
    *,
    request: Request,
    graph: TheGraph,
    file: Annotated[bytes, Depends(file_of)],
    format: w.Format = None,
    name: w.FileName = None,
    encoding: w.Encoding = None,
    dry_run: w.DryRun = None,
    update: w.Update = None,
    exact: w.Exact = None,
) -> Response:
    """Citations are recorded; linked data is proposed. One file, one revision; what fails says where and why."""
    called = "the file" if not name else w.text_of(name, "name", most=NAME_MOST)
    given = {"dry_run": dry_run, "update": update, "exact": exact}
    flags = {word: bool(text) and parse_flag(text, name=word) for word, text in given.items()}
    if flags["update"] and not allows(request.state.bearer.role, REVIEWER):
        raise Forbidden("a contributor adds works; a reviewer fills what known works lack", where="update")
    actor = handle_of(request)

    def write() -> Mapping[str, Any]:
        return imported(graph, file, name=called, actor=actor, format=format, encoding=encoding, **flags)

    return perform(request, graph, Act(write))


def imported(
    graph: Graph,
    file: bytes,
    *,
    name: str,
    actor: str,
    format: str | None = None,
    encoding: str | None = None,
    dry_run: bool = False,
    update: bool = False,
    exact: bool = False,
) -> Mapping[str, Any]:
    """Import what a stranger sent.

    Args:
        graph: Where to.
        file: Its bytes.
        name: What it is called, for the report.
        actor: Handle of who imports.
        format: One of citations, or of RDF; `rdf` to recognise which of RDF, None to recognise any.
        encoding: Of citations; None for UTF-8.
        dry_run: Citations: only say what would happen.
        update: Citations: fill what known works lack.
        exact: Citations: only an identifier or the same entry makes a duplicate.

    Raises:
        InputError: there is no such format, or it has no such option; the file is no text, such as a ZIP file or a
            PDF; or it takes more than it may.
    """
    other = beginnings.foreign(file[: beginnings.HEAD])
    if other is not None:
        raise InputError(f"{name} is {other.what}, which is not taken here", where="body", hint=other.sent)
    if not format or format in CITATIONS:
        options = {"dry_run": dry_run, "update": update, "exact": exact}
        report = citations.import_bytes(
            graph.store, file, format or None, name, actor, encoding=encoding or None, **options
        )
        if [one["reason"] for one in report["failures"]] != [RDF_UNNAMED]:
            return report | {"failures": [{**one, "remedy": _said_here(one["remedy"])} for one in report["failures"]]}
        format = ANY_RDF
    if format not in {ANY_RDF, *RDF}:
        raise InputError(
            f"{format[:40]!r} is not a format that is imported here",
            where="format",
            hint=f"use {', '.join([*CITATIONS, ANY_RDF, *RDF])}; packs and tables are loaded by the operator",
        )
    for given in [
        word for word, on in {"dry_run": dry_run, "encoding": encoding, "update": update, "exact": exact}.items() if on
    ]:
        raise InputError(f"only citations are imported with {given}", where=given, hint="leave it out")
    known = None if format == ANY_RDF else format
    return rdf_load.load(graph.store, file, graph.vocabulary, name=name, format=known, proposed_by=actor)


def _said_here(remedy: str) -> str:
    """Return a remedy with addresses and parameters in place of commands and options.

    Example:
        >>> _said_here("it looks like gb18030: name the encoding with --encoding, or save the file as UTF-8")
        'it looks like gb18030: name the encoding with `encoding`, or save the file as UTF-8'
    """
    return in_http(remedy) or "ask whoever runs this record"
