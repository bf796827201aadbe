"""The levels of the explorer in a real browser: focus, chains, whole; filters, keyboard, addresses, the saved file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import kg
from kg.criteria import Criteria
from kg_viz import scene, sieve
from kg_viz.view import Filters, View
from tests.browser.conftest import serving
from tests.browser.grown import grown
from tests.browser.test_explorer import DRAWN, SPREAD, place_of

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
pytestmark = pytest.mark.browser
Opened = Callable[..., Any]
LEVELS = {
    "whole": "view=all",
    "focus": "focus=qlora&hops=1&expand=memory-requirement&hide=lora",
    "chains": "source=qlora&target=malicious-use&k=3",
    "filtered": "type=Technique&type=Factor&min_expected=0.7&known_in=2024&entity=lora",
}
COVERED = """() => {
  const { headings, names } = window.evidencePicture.inspect().written;
  const pairs = (boxes) => boxes.flatMap((a, at) => boxes.slice(at + 1).map((b) => [a, b]));
  const over = ([a, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return [...pairs(headings), ...pairs(names)].filter(over);
}"""
SIGHT = "() => window.evidencePicture.inspect().sight"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kg.Graph]:
    """More linked entities than the whole graph draws."""
    graph = grown(tmp_path_factory.mktemp("large"), entities=1_600, claims=4_800)
    yield graph
    graph.store.close()


@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_drawn_and_quiet(open_page: Opened, site: str, level: str, lang: str, size: str) -> None:
    page, watch = open_page(f"{site}/?lang={lang}&{LEVELS[level]}", size=size, dark=size == "phone")
    assert page.evaluate(DRAWN) > 8
    assert page.evaluate(SPREAD) <= 0
    assert page.evaluate(COVERED) == []
    assert page.locator(".desk [aria-current]").count() == 1
    assert page.locator("tr[data-edge]:not([hidden])").count() > 2
    watch.nothing_happened()


def test_neighbours_come_on_demand_and_go_again(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/explore?focus=qlora&hops=1")
    before = page.locator("tr[data-edge]").count()
    page.mouse.click(*place_of(page, "at", "memory-requirement"))
    page.get_by_role("link", name="Show its neighbours that are not drawn").click()
    expect(page.locator(".undo")).to_contain_text("Neighbours of Memory requirement shown")
    assert "expand=memory-requirement" in page.url
    assert page.locator("tr[data-edge]").count() > before
    page.mouse.click(*place_of(page, "at", "fine-tuning-cost"))
    page.get_by_role("link", name="Hide it").click()
    expect(page.locator(".undo")).to_contain_text("Cost of fine-tuning hidden")
    assert "hide=fine-tuning-cost" in page.url
    page.go_back()
    expect(page.locator(".undo")).not_to_contain_text("hidden")
    page.locator(".undo a").first.click()
    expect(page.locator(".undo")).to_have_count(0)
    expect(page.locator("tr[data-edge]")).to_have_count(before)
    watch.nothing_happened()


def test_chains_are_asked_for_by_name_and_explained(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/")
    page.get_by_text("Find chains").click()
    for field, text, name in (
        ("source", "qlroa", "Quantized low-rank adaptation"),
        ("target", "malicious", "Malicious use"),
    ):
        page.fill(f"#{field}", text)
        page.locator(f"#suggestions-{field} li", has_text=name).first.wait_for()
        page.locator(f"#suggestions-{field} li", has_text=name).first.dispatch_event("mousedown")
        expect(page.locator(f"#{field}")).to_have_value(name)
    page.get_by_role("button", name="Draw").click()
    expect(page.locator("h1")).to_have_text("From Quantized low-rank adaptation to Malicious use")
    asked = parse_qs(urlsplit(page.url).query)
    assert (asked["source"], asked["target"]) == (["qlora"], ["malicious-use"])
    chains = page.locator(".chains li")
    assert chains.count() >= 2
    expect(chains.first).to_contain_text("So quantized low-rank adaptation raises malicious use")
    chains.first.focus()
    kept = page.evaluate("() => window.evidencePicture.inspect().kept")
    assert 0 < len(kept["edges"]) < page.locator("tr[data-edge]").count()
    page.mouse.click(*place_of(page, "between", "qlora..lowers..memory-requirement"))
    page.wait_for_selector("#panel .item")
    watch.nothing_happened()


def test_without_scripts_chains_and_filters_work_too(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/?lang=en", script=False)
    page.locator("summary", has_text="Find chains").click()
    page.fill("#source", "quantized low rank adaptation")
    page.fill("#target", "malicious use")
    page.locator("#ends button").click()
    assert page.locator("h1").inner_text() == "From Quantized low-rank adaptation to Malicious use"
    page.goto(f"{site}/?lang=en")
    every = page.locator("tr[data-edge]:not([hidden])").count()
    page.locator("#sheet > summary").click()
    page.locator("#filters input[name=type][value=Mitigation]").uncheck()
    page.locator("#filters button[type=submit]").click()
    assert 0 < page.locator("tr[data-edge]:not([hidden])").count() < every
    assert "type=Technique" in page.url
    watch.nothing_happened()


@pytest.mark.parametrize(
    "query",
    [
        "type=Technique&type=Factor",
        "relation=mitigates",
        "min_expected=0.85",
        "contested=true",
        "view=all&type=Risk&type=Actor",
        "relation=raises&relation=enables&min_expected=0.6&contested=yes",
    ],
)
def test_scripts_and_server_sift_alike(open_page: Opened, pack_graph: kg.Graph, site: str, query: str) -> None:
    asked: dict[str, Any] = dict(parse_qs(query))
    view = View.parse({"view": asked.pop("view", [None])[0]})
    single = {name: values[0] for name, values in asked.items() if name in {"min_expected", "contested"}}
    filters = Filters.parse({**asked, **single}, pack_graph.vocabulary)
    network = pack_graph.network(view.criteria(Criteria(), pack_graph.vocabulary))
    expected = sieve.sift(scene.build(network, view), filters)
    page, watch = open_page(f"{site}/?{query}")
    found = page.evaluate(SIGHT)
    assert set(found["nodes"]) == expected.nodes
    assert set(found["edges"]) == expected.edges
    still, _ = open_page(f"{site}/?{query}", script=False)
    rows = still.locator("tr[data-edge]:not([hidden])").evaluate_all("rows => rows.map((row) => row.dataset.edge)")
    assert set(rows) <= expected.edges
    assert page.locator("tr[data-edge]:not([hidden])").count() == len(rows)
    watch.nothing_happened()


def test_filters_act_at_once_and_stand_in_the_address(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/?lang=en")
    page.locator("#sheet > summary").click()
    page.locator("#filters input[value=Mitigation]").uncheck()
    page.locator("#least").fill("0.8")
    expect(page.locator("#sifted")).to_contain_text("lines pass the filters")
    assert "min_expected=0.8" in page.url
    assert "type=Mitigation" not in page.url
    shown = page.locator("tr[data-edge]:not([hidden])").count()
    page.reload()
    page.wait_for_selector("html[data-ready=yes]")
    assert page.locator("tr[data-edge]:not([hidden])").count() == shown
    page.locator("#sheet > summary").click()
    page.locator("#known").fill("2023")
    page.locator("#known").press("Enter")
    expect(page.locator("main")).to_contain_text("published in or before 2023")
    assert "min_expected=0.8" in page.url
    page.locator("#all").click()
    assert "min_expected" not in page.url
    watch.nothing_happened()


def test_the_picture_is_walked_by_keyboard(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/?lang=en")
    page.locator("#canvas").focus()
    page.keyboard.press("ArrowDown")
    first = page.locator("#hover").inner_text()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#hover")).not_to_have_text(first)
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel h2")
    assert "entity=" in page.url
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()
    watch.nothing_happened()


def test_a_phone_goes_from_column_to_column(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/?lang=en", size="phone")
    risk = page.locator("#lanes button", has_text="Risk")
    expect(risk).to_have_attribute("aria-pressed", "false")
    risk.click()
    expect(risk).to_have_attribute("aria-pressed", "true")
    watch.nothing_happened()


def test_the_panel_leads_on(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/?lang=en&claim=tar--mitigates--safeguard-removal")
    panel = page.locator("#panel")
    doubt = panel.get_by_role("link", name="What if this were wrong?").get_attribute("href")
    assert doubt.startswith("/ask/what-if?")
    assert parse_qs(urlsplit(doubt).query)["drop_claim"] == ["tar--mitigates--safeguard-removal"]
    panel.get_by_role("link", name="Full record").click()
    page.wait_for_url("**/claims/tar--mitigates--safeguard-removal?**")
    assert "Tampering attack resistance" in page.locator("h1").inner_text()
    watch.nothing_happened()


def test_a_graph_of_more_than_can_be_drawn(open_page: Opened, large: kg.Graph) -> None:
    with serving(large) as address:
        page, watch = open_page(f"{address}/?view=all&lang=en")
        assert page.evaluate(DRAWN) > 20
        assert page.evaluate("() => window.evidencePicture.inspect().sight") is None
        for _ in range(3):
            page.wait_for_function("() => window.evidencePicture.inspect().written.names.length > 0")
            assert page.evaluate(COVERED) == []
            page.locator("#zoom-in").click()
        page.locator("#fit").click()
        offer = page.locator(".offer")
        expect(offer).to_contain_text("1500")
        assert offer.locator("a").get_attribute("href") == "/api/v1/export?format=gexf"
        assert page.locator("tr[data-edge]").count() == 200
        page.mouse.click(*place_of(page, "at", "e7"))
        page.wait_for_selector("#panel h2")
        page.locator("#least").evaluate(
            "(one) => { one.value = '0.8'; one.dispatchEvent(new Event('input', {bubbles: true})); }"
        )
        sight = page.evaluate(SIGHT)
        assert 0 < len(sight["edges"]) < 4_000
        watch.nothing_happened()


def test_the_saved_page_opens_from_disk_with_filters_and_gap_map(open_page: Opened, site: str, tmp_path: Path) -> None:
    page, watch = open_page(f"{site}/?lang=zh&focus=malicious-use&hops=1")
    with page.expect_download() as kept:
        page.get_by_role("link", name="保存此页").click()
    assert kept.value.suggested_filename.endswith(".html")
    file = tmp_path / "saved.html"
    kept.value.save_as(file)
    watch.nothing_happened()
    saved, watch = open_page(f"{file.as_uri()}#type=Risk&type=Mitigation")
    assert saved.locator("h1").inner_text() == page.locator("h1").inner_text()
    assert set(saved.evaluate(SIGHT)["edges"])
    cell = saved.locator("td.gap a").first
    cell.focus()
    saved.keyboard.press("Enter")
    saved.wait_for_selector("#panel .belief")
    assert "gap=" in saved.url
    saved.locator("#panel .claims a").first.click()
    saved.wait_for_selector("#panel .item")
    saved.locator("#panel a.close").click()
    assert "type=Risk" in saved.url
    watch.nothing_happened()
