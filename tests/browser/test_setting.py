"""How pages are set: figures below each other, nothing torn, and what is open in sight where there is little room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kg
import kg_viz
from tests.browser.test_read_pages import WIDTH

pytestmark = pytest.mark.browser
Opened = Callable[..., Any]
ENDS = "(all) => all.map((one) => Math.round(one.getBoundingClientRect().right))"
LINES = "(all) => all.map((one) => one.getClientRects().length)"


def test_figures_stand_below_each_other(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}/entities/malicious-use?lang=en")
    rows = page.locator(".claims:not(.far) .numbers")
    flagged = page.locator(".claims:not(.far) li:has(.flag)").count()
    assert 0 < flagged < rows.count()
    for at in range(page.locator(".claims:not(.far)").count()):
        own = page.locator(".claims:not(.far)").nth(at).locator(".numbers")
        assert len(set(own.evaluate_all(ENDS))) == 1


def test_the_open_question_is_in_sight_on_a_phone(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}/ask/gaps?kind=stale&lang=zh", size="phone")
    open_one = page.locator(".asks [aria-current]").bounding_box()
    assert open_one["x"] >= 0
    assert open_one["x"] + open_one["width"] <= 390
    assert page.evaluate("() => window.scrollY") == 0


def test_the_files_of_the_gap_map_stand_side_by_side(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}/matrix?lang=en")
    tops = page.locator(".keys .files a").evaluate_all("(some) => some.map((one) => one.getBoundingClientRect().top)")
    assert len(tops) == 2
    assert tops[0] == tops[1]


def test_history_fits_a_phone_and_a_tablet(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}/history?lang=en", size="phone")
    for width in (390, 820):
        page.set_viewport_size({"width": width, "height": 900})
        box = page.locator(".scroll:has(> .log)")
        assert box.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0
        assert set(page.locator(".log time").evaluate_all(LINES)) == {1}
        assert page.locator(".brand").bounding_box()["y"] + 10 > page.locator(".find").bounding_box()["y"]


def test_suggestions_are_in_sight_on_a_phone(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}/?focus=qlora&lang=en", size="phone")
    page.locator(".find input[name=q]").press_sequentially("adapter")
    page.locator(".find .suggestions li").first.wait_for()
    box = page.locator(".find .suggestions").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_a_saved_picture_is_as_wide_as_a_phone(open_page: Opened, pack_graph: kg.Graph, tmp_path: Path) -> None:
    file = kg_viz.draw(pack_graph, tmp_path / "page.html", focus="qlora", hops=1, lang="zh")
    page, _ = open_page(file.as_uri(), size="phone")
    assert page.locator(".gaps td").count() > 100
    assert page.evaluate(WIDTH) <= 0
