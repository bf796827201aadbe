"""Scripts on pages of other sites may read linked data and ask SPARQL, and nothing else; never in somebody's name."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import kg
from kg.rdf import worker
from tests.api.applications import another
from tests.api.serving import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ELSEWHERE = {"Origin": "https://elsewhere.example"}
READ = ["/id/entity/lora", "/id/entity/nobody", "/ontology", "/ontology/schemes?format=turtle", "/.well-known/void",
        "/sparql?query=ASK%20%7B%7D", "/sparql?query=nonsense"]  # fmt: skip
CLOSED = ["/", "/api/v1/raises", "/api/v1/entities/lora", "/docs", "/sparql/x", "/ontologyx", "/id"]


@pytest.fixture(scope="module")
def app(pack_graph: kg.Graph) -> FastAPI:
    return another(pack_graph)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as one:
        yield one


@pytest.mark.parametrize("address", READ)
def test_every_answer_is_open_redirects_and_errors_included(client: TestClient, address: str) -> None:
    for method in ("GET", "HEAD"):
        answer = client.request(method, address, headers=ELSEWHERE)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert {"X-Complete", "X-Note"} <= set(answer.headers["access-control-expose-headers"].split(", "))
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("address", CLOSED)
def test_what_is_not_linked_data_stays_closed(client: TestClient, address: str) -> None:
    asking = {**ELSEWHERE, "Access-Control-Request-Method": "GET"}
    for answer in (client.get(address, headers=ELSEWHERE), client.options(address, headers=asking)):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(("address", "methods"), [("/sparql", "GET, HEAD, POST"), ("/id/entity/lora", "GET, HEAD")])
def test_a_preflight_is_answered(client: TestClient, address: str, methods: str) -> None:
    asking = {**ELSEWHERE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answer = client.options(address, headers=asking)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-methods"] == methods
    assert "Content-Type" in answer.headers["access-control-allow-headers"]
    assert "Authorization" not in answer.headers["access-control-allow-headers"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.options(address).status_code == 405


SCRIPT = """
const rows = await (await fetch(site + '/sparql', {method: 'POST', body: 'SELECT ?x { ?x a ekg:Risk } LIMIT 3',
  headers: {'Content-Type': 'application/sparql-query', 'Accept': 'application/sparql-results+json'}})).json();
const about = await fetch(site + '/id/entity/lora', {headers: {Accept: 'text/turtle'}});
const text = await about.text();
let closed = 'open';
const json = {'Content-Type': 'application/json'};
try { await fetch(site + '/api/v1/raises', {method: 'POST', body: '{}', headers: json}); }
catch { closed = 'closed'; }
return [rows.results.bindings.length, text.includes('entity:lora a'), closed];
"""


class Elsewhere(BaseHTTPRequestHandler):
    """A page of another site."""

    def do_GET(self) -> None:
        """Answer with an empty page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><title>elsewhere</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.skipif(not worker.AVAILABLE, reason="SPARQL over HTTP needs Linux")
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_a_script_of_another_site_reads(app: FastAPI) -> None:
    room = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra `browser`)")
    other = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    with serving(app) as site, room.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{other.server_port}/")
        found = page.evaluate(f"async (site) => {{ {SCRIPT} }}", site)
        browser.close()
    other.shutdown()
    other.server_close()
    assert found == [3, True, "closed"]
