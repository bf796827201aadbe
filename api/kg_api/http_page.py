"""The reference page of the HTTP interface, written from the routes themselves by `make docs`.

Lives here: the text around the tables. Never here: a description of any route or parameter.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import kg
from kg.settings import Budgets
from kg_api import problems, reference
from kg_api.app import create_app
from kg_api.headers import ADDRESS_MOST, BODIES_MOST, BODY_MOST, REQUEST_ID_MOST
from kg_api.json_body import DEPTH_MOST
from kg_api.server import CONNECTIONS_EACH

BUDGETS = Budgets()
HEAD = f"""# HTTP interface

Written by `make docs` from the routes themselves. `kg serve` answers on <http://127.0.0.1:8000>; the same
description is at `/docs` as a page with forms, and at `/openapi.json` for programs. Addresses that follow standards of
the web stand in neither, and describe themselves: `/sparql` ([how](sparql.md)); `/id/{{kind}}/{{id}}`, `/ontology` and
`/.well-known/void` ([how](rdf.md)), which are HTML, Turtle, JSON-LD, N-Triples or JSON, by `Accept` or `format`.

Every question takes the same parameters as the command line and Python, and answers with the same document. Lists
are given by repeating a parameter. An empty value counts as not given. A parameter that an address does not take is
refused. `lang` (else `Accept-Language`) chooses the language of sentences;
problem documents, `/openapi.json` and technical reports stay English, whatever `lang` says.

**Writing.** Reading needs no token; writing needs `Authorization: Bearer ...` with the role that the table of routes
names ([how](../accounts.md)). A body is JSON, sent as `application/json` in UTF-8, uncompressed, at most {DEPTH_MOST}
deep; `/imports` takes the file itself, citations or RDF as text: a ZIP file, a spreadsheet, a PDF or what is
compressed is 422, with what helps. An operation without a body takes its values from the address, and refuses one
(422). Send an `Idempotency-Key` (a random UUID will do) and repeat a request as often
as you must: it happens once and is answered alike, for at least two days; the key with another request is 422. `ETag`
of an answer, or of a record that you read, sent back as `If-Match`, has a write refused with 412 when somebody changed
that record meanwhile; without it, a decision that comes too late is 409. Both tell both versions, in `yours` and
`current`. A token has budgets ({BUDGETS.writes} writes a minute, {BUDGETS.imports} imports and {BUDGETS.lookups}
look-ups an hour, unless the operator says otherwise); beyond them it is 429 with `Retry-After`.

**Caching.** Every document carries an `ETag` made of revision, address and language, and of the names of people where
it tells them: send it back as `If-None-Match` and get 304 while nothing has changed. Long bodies are sent with gzip to
those who take it. `Server-Timing` tells how long the answer took to compute.

**Limits.** An address has at most {ADDRESS_MOST:,} bytes (414), a body at most {BODY_MOST:,} (413), one of `/imports`
at most {BODIES_MOST["/api/v1/imports"]:,}. One client address may hold {CONNECTIONS_EACH} connections. Every answer
carries `X-Request-Id`, also one of your own that is 1 to {REQUEST_ID_MOST} of the characters `A-Z`, `a-z`, `0-9`, `.`,
`_`, `:` and `-` (any other is replaced): the log has it beside every write that was refused, and every fault of the
server.

## Errors

Errors are problem documents (RFC 9457, `application/problem+json`): `type`, `title`, `status`, `detail`; where they
apply `where` (parameter or id), `near` (what may have been meant) and `hint` (what to do). An empty answer is not an
error: it explains itself in `note`.
"""


def render() -> str:
    """Return the page."""
    with TemporaryDirectory() as folder:
        graph = kg.open(f"sqlite:///{Path(folder) / 'empty.db'}", empty=True, ontology=())
        openapi = create_app(graph, warm=False).openapi()
        graph.store.close()
    kinds = {kind.slug: kind for kind in (*problems.TABLE.values(), problems.NO_MEMORY)}
    rows = [f"| {kind.status} | `{kind.slug}` | {kind.title} |" for kind in kinds.values()]
    told = {(str(kind.status), kind.slug) for kind in kinds.values()}
    rows += [
        f"| {status} | `{slug}` | {title} |"
        for status, (slug, title) in problems.FRAMEWORK.items()
        if (str(status), slug) not in told
    ]
    errors = "\n".join(["| status | type | means |", "|---|---|---|", *sorted(rows)])
    return f"{HEAD}\n{errors}\n\n## Routes\n\n{reference.markdown(openapi)}"
