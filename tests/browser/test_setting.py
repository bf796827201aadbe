"""How pages are set: figures below each other, nothing torn, and what is open in sight where there is little room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

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


def test_history_fits_a_phone(open_page: Opened, site: str) -> None:
    page, _ = open_page(f"{site}/history?lang=zh", size="phone")
    box = page.locator(".scroll:has(> .log)")
    assert box.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0
    assert set(page.locator(".log time").evaluate_all(LINES)) == {1}
