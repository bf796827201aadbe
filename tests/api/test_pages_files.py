"""The whole record as files: the Help page offers them, and the foot of every page leads there."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from starlette.testclient import TestClient

import kg
from kg.exporters.formats import FORMATS

PAGES = ["/", "/search?q=lora", "/help", "/matrix", "/works/hu2022lora", "/contribute", "/sparql", "/docs", "/nowhere"]
HTML = {"accept": "text/html"}


def test_each_file_on_the_help_page_is_the_whole_record(client: TestClient, pack_graph: kg.Graph) -> None:
    page = client.get("/help").text.partition('<section class="topic" id="files">')[2].partition("</section>")[0]
    links = re.findall(r'href="(/api/v1/export\?format=([a-z-]+))" download', page)
    assert {"csv-tables", "pack", "turtle", "trig"} < {format for _, format in links}
    for address, format in links:
        got = client.get(address)
        name = f'filename="evidence-kg-{pack_graph.revision}{FORMATS[format].suffix}"'
        assert (got.status_code, name in got.headers["content-disposition"]) == (200, True), address
        if format == "csv-tables":
            with zipfile.ZipFile(io.BytesIO(got.content)) as tables:
                rows = {name: len(tables.read(name).decode().splitlines()) for name in tables.namelist()}
            assert rows["claims.csv"] == len(pack_graph.snapshot.claims) + 1
        elif format == "turtle":
            assert all(f"entity:{id} " in got.text for id in pack_graph.snapshot.entities)
    assert 'href="/docs#GET/api/v1/export"' in page
    assert 'id="GET/api/v1/export"' in client.get("/docs").text


@pytest.mark.parametrize(("lang", "said"), [("en", "The whole record as a file"), ("zh", "下载整个记录")])
def test_the_foot_of_every_page_leads_to_the_files(client: TestClient, lang: str, said: str) -> None:
    for path in PAGES:
        page = client.get(path, params={"lang": lang, "q": "lora"} if "?" in path else {"lang": lang}, headers=HTML)
        foot = re.findall(r'<footer class="foot">(.*?)</footer>', page.text)
        assert foot == [f'<a href="/help?lang={lang}#files">{said}</a>'], path
