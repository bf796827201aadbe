"""How pages are set: Chinese sentences without spaces between them, no column that says the same in every row."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

PAIR = "source=qlora&target=malicious-use"
PAGES = (
    "/",
    f"/?{PAIR}",
    "/matrix?filled=true&cell=qlora..malicious-use",
    "/entities/malicious-use",
    "/claims/tar--mitigates--safeguard-removal?known_in=2025",
    "/works/hu2022lora",
    "/evidence/tamirisa2025tar.m4jmiup6olje",
    "/ask/paths",
    f"/ask/paths?{PAIR}",
    "/ask/paths?source=qlor&target=malicious-use",
    f"/ask/what-if?{PAIR}&drop_work=dettmers2023qlora",
    "/search?q=zzqqxx",
    "/entities/qlorra",
    "/sparql?example=requirements",
    "/contribute",
    "/review",
    "/history",
    "/sign-in",
)
SPACED = re.compile(r"[。；：，](?:</(?:a|span|strong|code)>)*\s+(?:<(?:a|span|strong|code)\b|[^\s<])")
UNSEEN = re.compile(r"<(script|style|pre|textarea|title|svg)\b.*?</\1>|<[^>]*\stitle=\"[^\"]*\"", re.DOTALL)


@pytest.mark.parametrize("path", PAGES)
def test_no_space_follows_a_wide_stop(client: TestClient, path: str) -> None:
    got = client.get(f"{path}{'&' if '?' in path else '?'}lang=zh", headers={"Accept": "text/html"})
    assert '<html lang="zh-Hans">' in got.text
    assert SPACED.findall(UNSEEN.sub("", got.text)) == []


def test_a_space_behind_a_wide_stop_would_be_seen() -> None:
    assert SPACED.search("<p>已合并。 <a href='/'>看</a></p>")
    assert SPACED.search("<span>是。</span> <span>否。</span>")
    assert not SPACED.search("<p>已合并。</p>\n<p>看</p>")


@pytest.mark.parametrize(("ask", "gone"), [("risk=malicious-use", "Risk"), ("technique=qlora", "Technique")])
def test_what_was_asked_for_is_no_column(client: TestClient, ask: str, gone: str) -> None:
    heads = re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', client.get(f"/ask/raises?{ask}&lang=en").text)
    assert {"Technique", "Risk"} - set(heads) == {gone}


@pytest.mark.parametrize("path", ["/help", "/ontology", "/claims/tar--mitigates--safeguard-removal"])
def test_links_name_the_language_where_the_address_does(client: TestClient, path: str) -> None:
    for _ in range(2):
        for asked in ("?lang=en", ""):
            got = client.get(f"{path}{asked}", headers={"Accept": "text/html"})
            assert f'<a href="/help{asked}"' in got.text


def test_a_chinese_name_that_is_unknown_is_told_in_chinese(client: TestClient) -> None:
    page = client.get("/ask/paths", params={"source": "不存在的东西", "target": "malicious-use", "lang": "zh"}).text
    assert "起点：记录中没有名为“不存在的东西”的实体。" in page
    assert "there is no entity" not in page.lower()
