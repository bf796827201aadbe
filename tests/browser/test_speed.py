"""How fast the explorer is: processor time of the page's own thread, bytes sent. Budgets are for busy machines."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from kg_viz.page import SCRIPTS, STATIC, STYLE
from tests.browser.conftest import serving
from tests.browser.grown import grown

pytestmark = pytest.mark.browser
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
POINT = """() => {
  const nodes = JSON.parse(document.getElementById("scene").textContent).nodes;
  const best = nodes.reduce((one, other) => (other.links > one.links ? other : one));
  window.evidencePicture.choose({ kind: "node", id: best.id }, 0);
}"""
SIFT = """() => {
  const least = document.getElementById("least");
  least.value = "0.7";
  least.dispatchEvent(new Event("input", { bubbles: true }));
}"""
ACTS = {"zoom": "() => window.evidencePicture.zoom(1.3)", "choose": POINT, "sift": SIFT}
SIZES = {200: ("", 1_000), 1_000: ("?view=all", 2_000)}


@pytest.fixture(scope="module", params=SIZES)
def sized(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    """Servers with graphs of 200 and of 1,000 entities, three claims for each."""
    graph = grown(tmp_path_factory.mktemp("sized"), entities=request.param, claims=3 * request.param)
    with serving(graph) as site:
        yield request.param, site
    graph.store.close()


def packed(address: str) -> bytes:
    """What a server sends to those who take gzip; afterwards it remembers the page."""
    with urlopen(Request(address, headers={"Accept-Encoding": "gzip"}), timeout=60) as answer:
        body: bytes = answer.read()
    return body


def test_the_first_picture_and_what_follows(browser: Any, sized: tuple[int, str]) -> None:
    size, site = sized
    query, most = SIZES[size]
    packed(f"{site}/{query}")
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return 1_000 * next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")

    page.goto(f"{site}/{query}")
    page.wait_for_selector("html[data-ready=yes]", timeout=60_000)
    page.evaluate(SETTLED)
    taken = {"first": spent()}
    for name, act in ACTS.items():
        before = spent()
        page.evaluate(act)
        page.evaluate(SETTLED)
        taken[name] = spent() - before
    page.close()
    assert taken["first"] < most, taken
    assert max(taken[name] for name in ACTS) < 200, taken


def test_a_page_is_small(sized: tuple[int, str]) -> None:
    size, site = sized
    held = packed(f"{site}/{SIZES[size][0]}")
    ours = sum(len(gzip.compress((STATIC / name).read_bytes(), 5)) for name in (*SCRIPTS, STYLE))
    assert b"</html>" in gzip.decompress(held)
    assert len(held) + ours < 300_000
