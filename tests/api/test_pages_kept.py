"""A page that is kept serves everybody who opens its address: what one reader sends never changes another's page."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

import kg
from kg_api.pages_read.frame import NAVIGATION
from tests.api.applications import another

PATHS = "/ask/paths?source=gptq&target=malicious-use"
PAGES = [
    PATHS, "/ask", "/matrix", "/matrix?rows=Technique", "/search?q=lora", "/help", "/docs", "/", "/explore?focus=qlora",
    "/entities/qlora", "/works/hu2022lora", "/claims/tar--mitigates--safeguard-removal",
    "/works/hu2022lora?view=history", "/ontology?format=html",
]  # fmt: skip


def and_(address: str, more: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{more}"


def anew(graph: kg.Graph, accept_language: str = "en") -> TestClient:
    return TestClient(another(graph), headers={"Accept-Language": accept_language, "Accept": "text/html"})


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("other", ["lang=de&lang=en", "lang=zh&lang=en", "lang=en&lang=en", "lang=en-GB", "lang=", ""])
def test_how_others_say_the_language_changes_no_page(pack_graph: kg.Graph, address: str, other: str) -> None:
    alone = anew(pack_graph).get(and_(address, "lang=en")).text
    client = anew(pack_graph)
    before = client.get(and_(address, other))
    assert before.status_code == (422 if other.count("lang") == 2 else 200)
    assert client.get(and_(address, "lang=en")).text == alone


@pytest.mark.parametrize("address", PAGES)
def test_links_of_a_page_say_the_language_that_it_is_in(pack_graph: kg.Graph, address: str) -> None:
    for said, wanted in (("lang=zh-CN", ["zh"]), ("lang=en", ["en"]), ("", [])):
        page = anew(pack_graph).get(and_(address, said)).text
        bar = re.search(r"<nav aria-label=.*?</nav>", page, re.DOTALL)
        assert bar is not None
        assert sorted(set(re.findall(r"lang=([^\"&]*)", bar[0]))) == wanted


def test_the_menu_of_a_page_at_fault_leads_to_pages(pack_graph: kg.Graph) -> None:
    client = anew(pack_graph)
    for query in ("lang=de", "lang=de&lang=en"):
        page = client.get(and_(PATHS, query))
        assert page.status_code == 422
        for address in re.findall(r'href="([^"]*)"', page.text[page.text.index("<nav") : page.text.index("</nav>")]):
            assert address.partition("?")[0] in NAVIGATION
            assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/matrix?cell=a..b&cell=c..d", "/matrix?rows=Risk&rows=Risk", "/matrix.csv?cols=Risk&cols=Risk",
        "/search?q=a&q=b", "/entities/qlora?known_in=2023&known_in=2024", "/works/hu2022lora?view=history&view=",
        "/works/hu2022lora/citation?format=ris&format=bibtex", "/?claim=a&claim=b", "/?focus=qlora&focus=lora",
        "/?min_expected=0.1&min_expected=0.9", "/history?kind=work&kind=",
        "/ask/paths?source=qlora&source=lora&target=malicious-use",
        "/ask/cut?target=malicious-use&threshold=0.5&threshold=0.5",
    ],
)  # fmt: skip
def test_what_is_no_list_is_given_once(pack_graph: kg.Graph, address: str) -> None:
    got = anew(pack_graph).get(address)
    assert got.status_code == 422
    assert "is given 2 times, once is enough" in got.text


def test_lists_may_repeat(pack_graph: kg.Graph) -> None:
    client = anew(pack_graph)
    for address in (
        "/matrix?relation=raises&relation=lowers&without_work=hu2022lora&without_work=dettmers2023qlora",
        "/ask/cut?target=malicious-use&target=safeguard-removal&source=qlora&source=lora",
        "/?type=Risk&type=Technique&relation=raises&relation=lowers&open=malicious-use&open=misuse-attempts",
    ):
        assert client.get(address).status_code == 200, address


def test_the_order_of_names_is_one_page_and_the_order_of_a_list_another(pack_graph: kg.Graph) -> None:
    client = anew(pack_graph)
    tags = [
        client.get(f"/ask/cut?{query}").headers["etag"]
        for query in (
            "target=malicious-use&target=safeguard-removal&source=qlora",
            "source=qlora&target=malicious-use&target=safeguard-removal",
            "source=qlora&target=safeguard-removal&target=malicious-use",
        )
    ]
    assert tags[0] == tags[1] != tags[2]
