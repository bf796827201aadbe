"""Remedies that speak of the command line, said for a client of HTTP.

Lives here: one table from commands and options to addresses and parameters. May enter: hints of errors.
Never here: messages of errors; they speak of neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

SAID: Mapping[str, str] = {
    "`kg receipt list` shows what is kept; --keep on a question keeps its answer": (
        "`POST /api/v1/receipts` keeps an answer, with a token"
    ),
    "give the document as a question command prints it with --json, or its question, revision and receipt": (
        "give the document as the address of a question returns it, or its question, revision and receipt"
    ),
    "write one with `kg lint --write-baseline FILE`": "leave it out",
    ", and folders or ZIP files with a pack or CSV tables": "",
    "kg sparql --list": "`GET /sparql` describes the endpoint, and its page lists the questions",
    "records are added by `kg add` and POST /api/v1/...": "records are added by POST to /api/v1/entities and its like",
    "`kg search` finds ids by words": "`GET /api/v1/search?q=` finds ids by words",
}
"""Whole remedies, or parts of them, that are said otherwise over HTTP."""
COMMANDS: Mapping[str, str] = {
    "search": "GET /api/v1/search?q=",
    "log": "GET /api/v1/revisions",
    "verify": "GET /api/v1/verify",
    "lint": "GET /api/v1/lint",
    "review list": "GET /api/v1/reviews",
    "review accept": "POST /api/v1/reviews",
    "review reject": "POST /api/v1/reviews",
    "review return": "POST /api/v1/reviews",
    "review": "GET /api/v1/reviews",
    "revoke": "POST /api/v1/revocations",
    "review revise": "POST /api/v1/evidence/{id}/revision",
    "undo": "POST /api/v1/revisions/{number}/undo",
    "merge": "POST /api/v1/merges",
    "duplicates": "POST /api/v1/merges",
    "retract": "POST /api/v1/works/{id}/retraction",
    "import": "POST /api/v1/imports",
    "export": "GET /api/v1/export",
    "diff": "GET /api/v1/diff",
    "list entities": "GET /api/v1/entities",
    "list claims": "GET /api/v1/claims",
    "list works": "GET /api/v1/works",
    "list evidence": "GET /api/v1/evidence",
    "add entity": "POST /api/v1/entities",
    "add claim": "POST /api/v1/claims",
    "add evidence": "POST /api/v1/evidence",
    "add work": "POST /api/v1/works",
    "preview": "POST /api/v1/evidence?dry_run=true",
    "receipt list": "POST /api/v1/receipts",
    "history": "GET /api/v1/{kind}/{id}/history",
    "show": "GET /api/v1/entities/{id}",
}
"""Commands by their first words, and the address that does the same."""
_COMMAND = re.compile(r"`kg ([a-z-]+)(?: ([a-z-]+))?[^`]*`|\bkg (add|review) ([a-z]+)(?: [A-Z|]{2,}| --[a-z]+ \.\.\.)?")
_OPTION = re.compile(r"(?<![\w-])`?--([a-z][a-z-]*)`?")


def in_http(hint: str | None) -> str | None:
    """Return a remedy with addresses for commands and parameters for options.

    One that speaks of a command without an address is for the operator, and left out.

    Example:
        >>> in_http("`kg log` lists the revisions; years of publication are for --known-in")
        '`GET /api/v1/revisions` lists the revisions; years of publication are for `known_in`'
        >>> in_http("add the work first: kg add work DOI|FILE")
        'add the work first: `POST /api/v1/works`'
        >>> in_http("use the claim a--raises--b")
        'use the claim a--raises--b'
        >>> in_http("`kg doctor` looks closer") is None
        True
    """
    if hint is None:
        return None
    for words, said in SAID.items():
        hint = hint.replace(words, said)
    unknown = False

    def address(found: re.Match[str]) -> str:
        nonlocal unknown
        command, *more = (word for word in found.groups() if word)
        known = COMMANDS.get(" ".join([command, *more])) or COMMANDS.get(command)
        unknown = unknown or known is None
        return f"`{known}`"

    said = _COMMAND.sub(address, hint)
    if unknown:
        return None
    return _OPTION.sub(lambda found: f"`{found[1].replace('-', '_')}`", said)
