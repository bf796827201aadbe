"""The pages that are read in a real browser: quiet, legible to everyone, whole without scripts, harmless."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

import kg
from tests.browser import axe
from tests.browser.conftest import serving
from tests.browser.test_hostile import HOSTILE
from tests.browser.test_hostile import hostile as hostile

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
pytestmark = pytest.mark.browser
Opened = Callable[..., Any]
CLAIM = "tar--mitigates--safeguard-removal"
PAIR = "source=qlora&target=malicious-use"
PAGES = {
    "explorer": "/?",
    "around": "/?focus=qlora&",
    "chains": f"/?{PAIR}&",
    "entity": "/entities/malicious-use?",
    "claim": f"/claims/{CLAIM}?",
    "work": "/works/hu2022lora?",
    "history": f"/claims/{CLAIM}?view=history&",
    "evidence": "/evidence/tamirisa2025tar.m4jmiup6olje?",
    "cell": "/matrix?filled=true&cell=qlora..malicious-use&",
    "questions": "/ask?",
    "paths": f"/ask/paths?{PAIR}&",
    "what-if": f"/ask/what-if?{PAIR}&drop_work=dettmers2023qlora&",
    "cut": "/ask/cut?target=spear-phishing&known_in=2025&",
    "gaps": "/ask/gaps?kind=stale&",
    "mistake": "/ask/paths?source=qlor&target=malicious-use&",
    "search": "/search?q=lora&",
    "everything": "/search?",
    "help": "/help?",
    "nothing": "/entities/nobody?",
    "sparql": "/sparql?example=requirements&",
    "vocabulary": "/ontology?format=html&",
    "interface": "/docs?",
}
REFUSED = {"mistake": 404, "nothing": 404}
LOOKS = [("en", "wide", False), ("zh", "phone", True)]
WIDTH = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize(("lang", "size", "dark"), LOOKS, ids=["en-wide-light", "zh-phone-dark"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_quiet_fit_and_keep_nobody_out(
    open_page: Opened, site: str, name: str, lang: str, size: str, dark: bool
) -> None:
    page, watch = open_page(f"{site}{PAGES[name]}lang={lang}", size=size, dark=dark)
    assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-Hans"}[lang]
    assert page.locator("h1").count() == 1
    assert page.evaluate(WIDTH) <= 0
    assert axe.grave(page) == []
    assert [fault for fault in watch.faults if str(REFUSED.get(name)) not in fault] == []
    assert (watch.outside, watch.dialogs) == ([], [])


def test_axe_sees_what_is_wrong(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}/help?lang=en")
    page.evaluate("() => document.querySelector('main').append(document.createElement('button'))")
    assert [one["id"] for one in axe.grave(page)] == ["button-name"]


@pytest.mark.parametrize("name", ["claim", "cell", "paths", "search"])
def test_the_switch_keeps_the_place(open_page: Opened, site: str, name: str) -> None:
    page, watch = open_page(f"{site}{PAGES[name]}lang=en")
    before = page.url
    page.locator("a.switch").click()
    page.wait_for_selector("html[lang=zh-Hans]")
    assert sorted(page.url.replace("lang=zh", "lang=en").split("?")[1].split("&")) == sorted(
        before.split("?")[1].split("&")
    )
    watch.nothing_happened()


def test_a_cell_opens_beside_the_map_and_escape_closes_it(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/matrix?lang=en")
    page.locator("a[data-cell='qlora..malicious-use']").click()
    expect(page.locator("#cell h2")).to_contain_text("Quantized low-rank adaptation")
    assert "cell=qlora..malicious-use" in page.url
    assert page.locator("#cell svg .card").count() == 5
    page.keyboard.press("Escape")
    expect(page.locator("#cell")).to_have_count(0)
    assert "cell=" not in page.url
    assert page.evaluate("() => document.activeElement.dataset.cell") == "qlora..malicious-use"
    page.go_back()
    expect(page.locator("#cell")).to_have_count(1)
    watch.nothing_happened()


def test_heads_of_the_map_stay_in_sight(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}/matrix?lang=en")
    chart = page.locator(".chart")
    before = page.locator(".chart .corner").bounding_box()
    chart.evaluate("(chart) => chart.scrollTo(200, 900)")
    assert page.locator(".chart .corner").bounding_box() == before
    row = page.locator(".chart tbody th").nth(30).bounding_box()
    assert row["x"] == pytest.approx(before["x"], abs=1)


def test_everything_works_without_scripts(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/matrix?lang=en", script=False)
    page.locator("a[data-cell='qlora..malicious-use']").click()
    assert page.locator("#cell").is_visible()
    page.locator("#cell .claims a").first.click()
    assert "/claims/" in page.url
    page.locator(".site nav a", has_text="Ask").click()
    page.locator(".cards a", has_text="Through which chains").click()
    page.fill("#f-source", "QLoRA")
    page.fill("#f-target", "Malicious use")
    page.locator("form.ask button[type=submit]").click()
    assert page.locator("#answer .paragraph").inner_text().startswith("From quantized low-rank adaptation")
    assert page.locator("#answer svg .card").count() >= 5
    page.locator("details.criteria summary").click()
    page.fill("#c-known_in", "2022")
    page.locator("form.ask button[type=submit]").click()
    assert "known_in=2022" in page.url
    assert "Asked under the criteria known-in 2022" in page.locator("#answer").inner_text()
    page.fill("#find", "联邦学习")
    page.keyboard.press("Enter")
    page.locator(".results a", has_text="Federated learning").first.click()
    assert page.locator("h1").inner_text() == "Federated learning"
    page.locator(".tabs a", has_text="History").click()
    assert page.locator(".versions li").count() == 1
    watch.nothing_happened()


def test_a_form_leaves_empty_fields_out_and_suggests(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/ask/paths?lang=en")
    page.locator("#f-source").press_sequentially("quantised low-rank")
    page.fill("#f-source", "qlora")
    page.fill("#f-target", "malicious-use")
    page.locator("form.ask button[type=submit]").click()
    page.wait_for_selector("#answer")
    assert page.url.endswith("/ask/paths?lang=en&source=qlora&target=malicious-use&max_links=6")
    watch.nothing_happened()


@pytest.mark.parametrize(
    ("field", "text", "id"),
    [
        ("source", "联邦学习", "federated-learning"),
        ("drop_claim", "tamper safeguard", CLAIM),
        ("retract", "lora hu", "hu2022lora"),
    ],
)
def test_what_is_typed_is_looked_up(open_page: Opened, site: str, field: str, text: str, id: str) -> None:
    page, watch = open_page(f"{site}/ask/what-if?lang=en")
    page.evaluate("() => document.querySelectorAll('datalist').forEach((list) => list.replaceChildren())")
    page.locator(f"#f-{field}").press_sequentially(text)
    page.wait_for_selector(f"datalist option[value='{id}']", state="attached")
    watch.nothing_happened()


def test_a_reference_is_copied(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/works/hu2022lora?lang=en")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("button[data-copy=reference]").click()
    expect(page.locator("button[data-copy=reference]")).to_have_text("Copied")
    assert page.evaluate("() => navigator.clipboard.readText()").startswith("Hu, E. J.")
    watch.nothing_happened()


def test_hints_open_by_keyboard_and_close(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/claims/{CLAIM}?lang=en")
    hint = page.locator(".belief details.hint").first
    hint.locator("summary").focus()
    page.keyboard.press("Enter")
    assert "not the size of an effect" in hint.locator(".bubble").inner_text()
    page.keyboard.press("Escape")
    expect(hint.locator(".bubble")).to_be_hidden()
    watch.nothing_happened()


def test_print_leaves_only_what_is_read(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}/claims/{CLAIM}?lang=en")
    page.emulate_media(media="print")
    assert page.locator(".site nav").is_hidden()
    assert page.locator(".find").is_hidden()
    assert page.locator(".item").first.is_visible()


def test_a_picture_is_whole_on_paper_and_on_a_wide_screen(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}{PAGES['paths']}lang=en")
    last = page.locator(".picture .card", has_text="Malicious use")
    box = page.locator(".picture .scroll")
    assert box.evaluate("(box) => box.scrollWidth - box.clientWidth") <= 0
    assert page.locator(".slide").first.is_hidden()
    page.set_viewport_size({"width": 800, "height": 1100})
    page.emulate_media(media="print")
    assert last.bounding_box()["x"] + last.bounding_box()["width"] <= 800
    assert box.evaluate("(box) => getComputedStyle(box).overflowX") == "visible"


@pytest.mark.parametrize(("lang", "hint"), [("en", "scroll →"), ("zh", "可横向滚动 →")])
@pytest.mark.parametrize("name", ["paths", "cell"])
def test_a_phone_says_what_can_be_pushed_sideways(
    open_page: Opened, site: str, name: str, lang: str, hint: str
) -> None:
    page, watch = open_page(f"{site}{PAGES[name]}lang={lang}", size="phone")
    for box in page.locator(".slide + *").all():
        expect(box.locator("xpath=preceding-sibling::*[1]")).to_have_text(hint)
        expect(box.locator("xpath=preceding-sibling::*[1]")).to_be_visible()
        expect(box).to_have_class(re.compile(r"\bmore\b"))
        box.evaluate("(box) => box.scrollTo(box.scrollWidth, 0)")
        expect(box).not_to_have_class(re.compile(r"\bmore\b"))
    assert page.locator(".picture .card").first.bounding_box()["width"] >= 0.74 * 150
    watch.nothing_happened()


def test_no_word_of_a_table_is_broken_on_a_phone(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}/ask/robustness?{PAIR}&lang=en", size="phone")
    box = page.locator("#answer .scroll:has(table)").first
    assert box.evaluate("(box) => box.scrollWidth - box.clientWidth") <= 0
    lines = """(cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return new Set([...range.getClientRects()].map((one) => Math.round(one.top))).size;
    }"""
    words = [cell for cell in box.locator("td").all() if cell.inner_text() in {"stronger", "weaker", "lost"}]
    assert len(words) > 3
    assert {cell.evaluate(lines) for cell in words} == {1}


def test_long_lines_of_a_query_are_in_sight_on_a_phone(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}{PAGES['sparql']}lang=en", size="phone")
    assert page.locator("#query").evaluate("(field) => field.scrollWidth - field.clientWidth") <= 0


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_attacks_are_shown_as_text(open_page: Opened, hostile: kg.Graph, script: bool) -> None:
    with serving(hostile) as address:
        for place in (
            "/entities/t1",
            "/claims/t4--raises--risk",
            "/works/w0",
            "/works/w3?view=history",
            "/evidence/w2.aaaaaaaaaaaa",
            "/matrix?cell=t1..risk",
            "/ask/paths?source=t5&target=risk",
            "/search",
            "/ask/paths?source=%3Cscript%3Ealert(8)%3C/script%3E&target=risk",
        ):
            page, watch = open_page(f"{address}{place}", script=script)
            assert page.locator("img, iframe, object, i").count() == 0, place
            harmless_links(page)
            assert watch.dialogs == []
            assert [fault for fault in watch.faults if "404" not in fault] == []
            assert watch.outside == []
        page, _ = open_page(f"{address}/entities/risk", script=script)
        for text in HOSTILE:
            assert " ".join(text.split()) in " ".join(page.locator("main").inner_text().split())


def harmless_links(page: Any) -> None:
    """Assert that no attack became an address or a handler."""
    assert page.locator("[onerror], [onmouseover], [onclick]").count() == 0
    assert page.locator("a[href^='javascript'], a[href^='data'], a[href^='vbscript']").count() == 0
    programs = page.locator("script:not([type='application/ld+json'])")
    assert not any("alert(" in text for text in programs.all_text_contents())


def test_the_chosen_cell_stays_in_sight_when_its_panel_opens(open_page: Callable[..., Any], site: str) -> None:
    page, watch = open_page(f"{site}/matrix?lang=en")
    places = page.evaluate(
        "() => [...document.querySelectorAll('a[data-cell]')].map((one) => one.offsetParent.offsetLeft)"
    )
    page.locator("a[data-cell]").nth(places.index(max(places))).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#cell")
    cell = page.locator("a[data-cell][aria-current=true]").bounding_box()
    chart = page.locator(".chart").bounding_box()
    assert chart["x"] <= cell["x"]
    assert cell["x"] + cell["width"] <= chart["x"] + chart["width"] + 1
    assert 0 <= cell["y"] <= 900 - cell["height"]
    watch.nothing_happened()


CUT = """(one) => {
  const range = document.createRange();
  const text = one.firstChild;
  return [...text.data.matchAll(/[^\\s-]+/g)].map((word) => {
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    return range.getClientRects().length === 1 ? null : word[0];
  }).filter(Boolean);
}"""


def test_a_phone_cuts_no_word_and_no_column(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}/entities/qlora?lang=en", size="phone")
    names = page.locator(".far li a:first-of-type")
    assert names.count() > 0
    assert [names.nth(at).evaluate(CUT) for at in range(names.count())] == [[]] * names.count()
    page, _ = open_page(f"{site}/claims/qlora--lowers--memory-requirement?lang=en", size="phone")
    box = page.locator(".scroll:has(> table.workings)")
    assert box.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0
