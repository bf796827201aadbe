"""The page of the SPARQL endpoint in a browser: run, read, look at the picture; wide and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kg.rdf import worker

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not worker.AVAILABLE, reason="SPARQL over HTTP needs Linux"),
]


def fits(page: Any) -> bool:
    found: bool = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    return found


@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_question_is_chosen_changed_and_run(site: str, open_page: Callable[..., Any], size: str, lang: str) -> None:
    page, watch = open_page(f"{site}/sparql?lang={lang}", size=size)
    page.click("a[href*='example=requirements']")
    page.wait_for_selector("#table")
    assert page.locator("#table tbody tr").count() == 4
    assert fits(page)
    page.fill("#query", "SELECT ?risk { ?risk a ekg:Risk }")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#table tbody tr")).to_have_count(18)
    head, first = (page.locator(f"#table {part} tr").first.bounding_box() for part in ("thead", "tbody"))
    cell = page.locator("#table thead th").first.bounding_box()
    assert cell["y"] == pytest.approx(head["y"], abs=1), "the head lies on no row"
    assert head["y"] + head["height"] <= first["y"] + 1
    assert "SELECT ?risk" in page.input_value("#query")
    assert f"lang={lang}" in page.url
    assert fits(page)
    watch.nothing_happened()


def test_the_picture_is_drawn(site: str, open_page: Callable[..., Any]) -> None:
    page, watch = open_page(f"{site}/sparql?example=raises-directly&lang=en")
    page.click("button[data-view=picture]")
    page.wait_for_selector("#picture[data-drawn=yes] canvas")
    assert page.locator("#table").is_hidden()
    page.click("button[data-view=table]")
    assert page.locator("#table").is_visible()
    watch.nothing_happened()


def test_a_long_query_goes_as_a_body(site: str, open_page: Callable[..., Any]) -> None:
    page, watch = open_page(f"{site}/sparql?lang=en")
    page.fill("#query", "# " + "long " * 2_500 + "\nASK { entity:lora a ekg:Technique }")
    page.click("#ask button[type=submit]")
    page.wait_for_selector(".verdict")
    assert page.locator(".verdict").inner_text() == "Yes"
    assert "query=" not in page.url
    watch.nothing_happened()


def test_it_works_without_script(site: str, open_page: Callable[..., Any]) -> None:
    page, _ = open_page(f"{site}/sparql?lang=en", script=False)
    page.fill("#query", "SELECT ?o { ?s ekg:requires ?o } ORDER BY ?o")
    page.click("#ask button[type=submit]")
    assert page.locator("#table tbody tr").count() == 4
    assert page.locator(".views").is_hidden()


def test_a_fault_stands_below_the_query(site: str, open_page: Callable[..., Any]) -> None:
    page, watch = open_page(f"{site}/sparql?lang=zh")
    page.fill("#query", "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")
    page.click("#ask button[type=submit]")
    page.wait_for_selector("[role=alert]")
    assert "opens no connections" in page.locator("[role=alert]").inner_text()
    assert "SERVICE" in page.input_value("#query")
    assert [fault for fault in watch.faults if "400" not in fault] == []
    assert watch.outside == []
