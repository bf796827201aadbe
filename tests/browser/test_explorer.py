"""The explorer in a real browser: both languages, both sizes, with and without scripts, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kg
import kg_viz
from kg_viz import scene
from kg_viz.page import CARD

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
pytestmark = pytest.mark.browser
Opened = Callable[..., Any]
CLAIM = "tar--mitigates--safeguard-removal"
DRAWN = """() => {
  const canvas = document.querySelector("#canvas canvas");
  const { width, height } = canvas;
  const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  const seen = new Set();
  for (let at = 0; at < pixels.length; at += 28) seen.add(pixels.slice(at, at + 3).join());
  return seen.size;
}"""
PLACE = """([way, id]) => {
  const spot = window.evidencePicture.inspect()[way](id);
  const canvas = document.getElementById("canvas");
  window.scrollTo(0, canvas.getBoundingClientRect().top + window.scrollY + spot.y - window.innerHeight / 2);
  const box = canvas.getBoundingClientRect();
  return [box.left + spot.x, box.top + spot.y];
}"""
SPREAD = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def place_of(page: Any, way: str, id: str) -> tuple[float, float]:
    """Where a node ("at") or the sign of an edge ("between") stands on the screen, scrolled into sight."""
    x, y = page.evaluate(PLACE, [way, id])
    return x, y


@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_is_drawn_and_quiet(open_page: Opened, site: str, lang: str, size: str) -> None:
    page, watch = open_page(f"{site}/?lang={lang}", size=size, dark=(lang == "zh"))
    assert page.evaluate(DRAWN) > 20
    assert page.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-Hans"}[lang]
    assert page.locator("tr[data-edge]").count() > 80
    assert page.evaluate(SPREAD) <= 0
    for word in ("technique", "raises") if lang == "en" else ("技术", "提高"):
        assert word in page.locator(".legend").inner_text()
    watch.nothing_happened()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_most_of_the_first_screen_of_a_phone_is_the_picture(open_page: Opened, site: str, lang: str) -> None:
    page, watch = open_page(f"{site}/?lang={lang}", size="phone")
    height = page.viewport_size["height"]
    assert page.locator("#canvas").bounding_box()["y"] < 0.48 * height
    # What is pushed out of sight can be reached, and nothing but its row moves.
    for row, last in ((".desk", ".desk .save"), ("#lanes", "#lanes button:last-child")):
        page.locator(last).scroll_into_view_if_needed()
        box = page.locator(last).bounding_box()
        assert 0 <= box["x"] < box["x"] + box["width"] < 391, row
    assert page.evaluate("() => window.scrollY") == 0
    page.locator("#lanes button").last.click()
    expect(page.locator("#lanes button").last).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#lanes button[aria-pressed=true]").first).to_be_in_viewport()
    page.locator("#sheet > summary").click()
    assert page.locator("#filters button[type=reset]").bounding_box()["width"] > 40
    assert page.evaluate(SPREAD) <= 0
    watch.nothing_happened()


def test_the_picture_stands_within_a_second_of_its_numbers(open_page: Opened, site: str) -> None:
    taken = []
    for _ in range(2):
        page, _ = open_page(f"{site}/")
        marks = page.evaluate("() => performance.getEntriesByType('mark').map((mark) => [mark.name, mark.startTime])")
        times = dict(marks)
        taken.append(times["picture-drawn"] - times["scene-loaded"])
    assert min(taken) < 1000, taken


@pytest.mark.parametrize(("lang", "title"), [("en", "Tampering attack resistance"), ("zh", "篡改攻击抵抗")])
def test_an_address_opens_its_evidence(open_page: Opened, site: str, lang: str, title: str) -> None:
    page, watch = open_page(f"{site}/?claim={CLAIM}&lang={lang}")
    panel = page.locator("#panel")
    assert title in panel.locator("h2").inner_text()
    assert panel.locator(".items .item").count() == 2
    assert panel.locator("a.outward").first.get_attribute("href") == "https://arxiv.org/abs/2408.00761"
    assert panel.locator("svg.bar rect.bar-range").count() == 1
    assert page.locator("tr.chosen").count() == 1
    watch.nothing_happened()


@pytest.mark.parametrize("script", [True, False])
def test_the_panel_says_that_a_statement_is_english(open_page: Opened, site: str, script: bool) -> None:
    work = "tamirisa2025tar"
    page, _ = open_page(f"{site}/?work={work}&lang=zh", script=script)
    panel = page.locator("#panel")
    for kind, id, title in (("claim", CLAIM, "篡改攻击抵抗"), ("work", work, "Tamper")):
        panel.locator(f"a[data-kind='{kind}'][data-id='{id}']").first.click()
        expect(panel.locator("h2")).to_contain_text(title)
        expect(panel.locator(".statement span[lang=en]")).to_have_count(panel.locator(".statement").count())
        assert set(panel.locator(".statement .foreign").all_inner_texts()) == {"原文为英文"}
    page, _ = open_page(f"{site}/?claim={CLAIM}&lang=en", script=script)
    assert (page.locator("#panel .statement").count(), page.locator("#panel .foreign").count()) == (2, 0)


def test_what_is_chosen_comes_out_from_under_the_panel(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/?claim={CLAIM}")
    page.wait_for_selector("#panel h2")
    edge = page.locator("tr.chosen").get_attribute("data-edge")
    covered = page.locator("#panel").bounding_box()["x"]
    for id in edge.split("..")[::2]:
        assert place_of(page, "at", id)[0] + CARD["width"] / 3 < covered
    watch.nothing_happened()


def test_what_the_server_shows_is_what_the_script_shows(open_page: Opened, site: str) -> None:
    for query in (
        f"claim={CLAIM}",
        "entity=malicious-use",
        "work=hu2022lora",
        "edge=quantization..lowers..fine-tuning-cost",
    ):
        still, _ = open_page(f"{site}/?{query}", script=False)
        alive, watch = open_page(f"{site}/?{query}")
        alive.wait_for_selector("#panel h2")
        texts = [" ".join(page.locator("#panel").inner_text().split()) for page in (still, alive)]
        assert texts[0] == texts[1]
        assert len(texts[0]) > 60
        watch.nothing_happened()


def test_a_click_on_a_line_opens_it_and_escape_closes(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/")
    spot = place_of(page, "between", "adversarial-suffixes..raises..transferable-jailbreaks")
    page.mouse.move(*spot)
    expect(page.locator("#hover")).to_contain_text("transferable jailbreaks")
    page.mouse.click(*spot)
    page.wait_for_selector("#panel h2")
    assert "claim=adversarial-suffixes--raises--transferable-jailbreaks" in page.url
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()
    assert "claim=" not in page.url
    page.go_back()
    page.wait_for_selector("#panel h2")
    watch.nothing_happened()


def test_a_click_on_a_card_opens_the_entity(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/")
    page.mouse.click(*place_of(page, "at", "malicious-use"))
    page.wait_for_selector("#panel h2")
    assert page.locator("#panel h2").inner_text() == "Malicious use"
    page.get_by_role("link", name="Show its members in the picture").click()
    page.wait_for_url("**/?*open=malicious-use*")
    page.wait_for_selector("html[data-ready=yes]")
    expect(page.locator(".undo")).to_contain_text("Malicious use unfolded")
    watch.nothing_happened()


def test_a_click_a_little_beside_a_card_opens_it_too(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/?lang=en")
    x, y = place_of(page, "at", "malicious-use")
    height = CARD["height"] * page.evaluate("() => window.evidencePicture.inspect().scale")
    page.mouse.click(x, y - height / 2 - 2)
    expect(page.locator("#panel h2").first).to_contain_text("Malicious use")
    watch.nothing_happened()


def test_a_line_of_many_claims_lists_them(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/?edge=quantization..lowers..fine-tuning-cost")
    page.wait_for_selector("#panel .claims a")
    claims = page.locator("#panel .claims a")
    assert claims.count() == 4
    claims.first.click()
    page.wait_for_selector("#panel .items")
    assert "claim=" in page.url
    assert "edge=" not in page.url
    watch.nothing_happened()


def test_the_table_works_by_keyboard(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/")
    link = page.locator("tr[data-edge] a").nth(5)
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel h2")
    assert page.evaluate("() => document.activeElement.tagName") == "H2"
    page.keyboard.press("Escape")
    assert page.evaluate("() => document.activeElement.closest('tr') !== null")
    watch.nothing_happened()


@pytest.mark.parametrize(
    ("text", "expected"), [("qlroa", "Quantized low-rank adaptation"), ("联邦学习", "Federated learning")]
)
def test_the_search_box_finds_and_opens(open_page: Opened, site: str, text: str, expected: str) -> None:
    page, watch = open_page(f"{site}/")
    page.fill("#q", text)
    page.wait_for_selector("#suggestions li[aria-selected=true]")
    page.locator("#suggestions li", has_text=expected).first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel h2")
    assert page.locator("#panel h2").inner_text() == expected
    watch.nothing_happened()


def test_the_switch_keeps_the_place(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/?claim={CLAIM}&known_in=2025")
    page.locator("#switch").click()
    page.wait_for_selector("html[lang=zh-Hans][data-ready=yes]")
    assert f"claim={CLAIM}" in page.url
    assert "known_in=2025" in page.url
    assert "篡改攻击抵抗" in page.locator("#panel h2").inner_text()
    watch.nothing_happened()


def test_the_view_follows_the_criteria(open_page: Opened, site: str) -> None:
    now, _ = open_page(f"{site}/?claim={CLAIM}")
    then, watch = open_page(f"{site}/?claim={CLAIM}&known_in=2024")
    assert now.locator("#panel header .flag").count() == 1
    assert then.locator("#panel header .flag").count() == 0
    watch.nothing_happened()


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_without_scripts_the_table_and_the_evidence_are_there(open_page: Opened, site: str, size: str) -> None:
    page, watch = open_page(f"{site}/", size=size, script=False)
    assert page.locator("noscript p").inner_text().startswith("The picture needs JavaScript")
    assert page.locator(".tools").is_hidden()
    page.locator("tr[data-edge] a").nth(0).click()
    page.wait_for_selector("#panel .item")
    page.locator("#panel a.close").click()
    page.wait_for_url(lambda address: "claim=" not in address)
    page.fill("#q", "联邦学习")
    page.keyboard.press("Enter")
    page.wait_for_selector(".results li")
    assert "Federated learning" in page.locator(".results").inner_text()
    watch.nothing_happened()


def test_a_stale_address_says_so(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}/?claim=tar--mitigates--safeguard-remova")
    assert page.locator("h1").inner_text() == "There is nothing here"
    assert page.locator("main a[href*=tar--mitigates--safeguard-removal]").count() >= 1


@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_reference_is_a_page_with_forms(open_page: Opened, site: str, lang: str, size: str) -> None:
    page, watch = open_page(f"{site}/docs?lang={lang}", size=size)
    assert page.locator(".operation").count() > 15
    watch.nothing_happened()
    if size == "wide" and lang == "en":
        form = page.locator("form[action='/api/v1/paths']")
        form.locator("input[name=source]").fill("qlora")
        form.locator("input[name=target]").fill("malicious-use")
        form.locator("button").click()
        page.wait_for_url("**/api/v1/paths?**")
        assert '"paths":[{' in page.content().replace("&quot;", '"')


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_drawn_file_opens_from_disk(open_page: Opened, pack_graph: kg.Graph, tmp_path: Path, lang: str) -> None:
    file = kg_viz.draw(pack_graph, tmp_path / "page.html", lang=lang)
    page, watch = open_page(file.as_uri())
    assert page.evaluate(DRAWN) > 20
    page.locator("tr[data-edge] a").nth(0).click()
    page.wait_for_selector("#panel .item")
    page.locator("#panel .source a").first.click()
    page.wait_for_selector("#panel .facts")
    assert "#work=" in page.url
    page.fill("#q", "lora" if lang == "en" else "微调")
    page.wait_for_selector("#suggestions li[role=option]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel h2")
    watch.nothing_happened()
    assert scene.build(pack_graph.network()).revision == pack_graph.revision


def test_a_drawn_file_around_one_entity(open_page: Opened, pack_graph: kg.Graph, tmp_path: Path) -> None:
    file = kg_viz.draw(pack_graph, tmp_path / "page.html", focus="qlora", hops=1)
    page, watch = open_page(f"{file.as_uri()}#entity=qlora")
    page.wait_for_selector("#panel h2")
    assert page.locator("tr[data-edge]").count() < 20
    watch.nothing_happened()


LUMINANCE = """([colours]) => colours.map((colour) => {
  const ctx = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  ctx.fillStyle = colour;
  ctx.fillRect(0, 0, 1, 1);
  const [r, g, b] = [...ctx.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
})"""
COLOURS = """() => {
  const canvas = document.querySelector("#canvas canvas");
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let at = 0; at < pixels.length; at += 4) if (pixels[at + 3] === 255) seen.add(`${pixels.slice(at, at + 3)}`);
  return [...seen];
}"""
CARD_COLOUR = "getComputedStyle(document.documentElement).getPropertyValue('--card').trim()"


def contrast(page: Any, colour: str, ground: str) -> float:
    """The contrast of two colours as WCAG 2.2 defines it."""
    dark, light = sorted(page.evaluate(LUMINANCE, [[colour, ground]]))
    return float((light + 0.05) / (dark + 0.05))


@pytest.mark.parametrize("path", ["/", f"/claims/{CLAIM}"], ids=["explorer", "page"])
def test_kinds_stand_out_from_dark_cards(open_page: Opened, site: str, path: str) -> None:
    page, _ = open_page(f"{site}{path}", dark=True)
    card = page.evaluate(CARD_COLOUR)
    fills = "(some) => [...new Set(some.map((one) => getComputedStyle(one).fill))]"
    found = page.locator(".glyph polygon").evaluate_all(fills)
    assert len(found) >= (6 if path == "/" else 2)
    assert min(contrast(page, one, card) for one in found) >= 3
    # Any colour that an ontology may bring.
    for colour in ("#000000", "#0000ff", "#000080", "#ff0000", "#5345fd", "#6f636e"):
        page.locator(".glyph polygon").first.evaluate(f"(one) => one.setAttribute('color', '{colour}')")
        (now,) = page.locator(".glyph polygon").first.evaluate_all(fills)
        assert contrast(page, now, card) >= 3, colour


def test_the_picture_has_the_colours_of_its_legend_in_the_dark(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}/", dark=True)
    drawn = set(page.evaluate(COLOURS))
    as_pixels = """(some) => [...new Set(some.map((one) => {
      const ctx = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
      ctx.fillStyle = getComputedStyle(one).fill;
      ctx.fillRect(0, 0, 1, 1);
      return `${ctx.getImageData(0, 0, 1, 1).data.slice(0, 3)}`;
    }))]"""
    legend = set(page.locator(".legend .glyph polygon").evaluate_all(as_pixels))
    assert len(legend) >= 6
    assert legend <= drawn


def test_a_dark_screen_prints_on_white(open_page: Opened, site: str) -> None:
    page, watch = open_page(f"{site}/", dark=True)
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    style = "(one) => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
    for place, ground in (("h1", "#fff"), (".lead", "#fff"), (".caveats", "#fff"), ("table td", "#fff")):
        ink, _ = page.locator(place).first.evaluate(style)
        assert contrast(page, ink, ground) >= 4.5, place
    assert page.locator("body").evaluate(style)[1] == "rgb(255, 255, 255)"
    assert page.locator("table").first.evaluate(style)[1] == "rgb(255, 255, 255)"
    assert "255,255,255" in page.evaluate(COLOURS)
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen", color_scheme="dark")
    assert page.evaluate(CARD_COLOUR) == "#1b212a"
    watch.nothing_happened()


def test_the_keyboard_stops_at_the_picture_once(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}/")
    assert page.locator("#canvas *").evaluate_all("(some) => some.filter((one) => one.tabIndex >= 0).length") == 0
    assert page.locator("#canvas").evaluate("(one) => one.tabIndex") == 0
