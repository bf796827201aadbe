"""The explorer's addresses without a browser: bad ones are told, words name ends, the saved file is complete."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("focus=nobody-knows", 404),
        ("source=qlora&target=%F0%9F%A6%95%F0%9F%A6%95", 404),
        ("source=qlora&target=qlora", 422),
        ("view=everything", 422),
        ("focus=qlora&hops=7", 422),
        ("source=qlora&target=malicious-use&k=0", 422),
        ("min_expected=nan", 422),
        ("type=Dragon", 422),
        ("relation=razes", 422),
        ("contested=perhaps", 422),
        ("known_in=soon", 422),
    ],
)
def test_addresses_that_cannot_be_drawn_are_told(client: TestClient, query: str, status: int) -> None:
    answer = client.get(f"/?{query}", headers=HTML)
    assert answer.status_code == status
    assert "</html>" in answer.text


@pytest.mark.parametrize(
    "query", ["edge=a..raises..b", "expand=nobody&hide=nobody&open=nobody", "rows=all", "focus=&view="]
)
def test_addresses_of_what_is_not_in_sight_are_drawn_without_it(client: TestClient, query: str) -> None:
    answer = client.get(f"/?{query}", headers=HTML)
    assert answer.status_code == 200


def test_two_addresses_one_page(client: TestClient) -> None:
    pages = [client.get(f"{path}?focus=qlora&lang=en", headers=HTML).text for path in ("/", "/explore")]
    titles = [re.findall(r"<h1>(.*?)</h1>", page) for page in pages]
    assert titles[0] == titles[1] == ["Around Quantized low-rank adaptation, up to 2 links away"]


def test_words_name_the_ends_of_chains(client: TestClient) -> None:
    page = client.get("/", params={"source": "qlroa", "target": "恶意使用", "lang": "en"}, headers=HTML).text
    assert "<h1>From Quantized low-rank adaptation to Malicious use</h1>" in page
    assert 'data-id="malicious-use"' in page


def test_the_drawing_is_one_file_that_allows_no_connection(client: TestClient) -> None:
    answer = client.get("/api/v1/drawing", params={"focus": "qlora", "hops": "1", "lang": "en"})
    assert answer.headers["content-disposition"].startswith('attachment; filename="evidence-kg-')
    text = answer.text
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy.replace("&#39;", "'").startswith("default-src 'none'")
    assert "connect-src" not in policy
    assert not re.findall(r"<(?:script|link|img)[^>]* (?:src|href)=", text)
    assert 'id="gaps"' in text
