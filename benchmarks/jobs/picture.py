"""The first picture of the explorer in headless Chromium, on drawn graphs of 200 and 1,000 entities.

Lives here: a job with a server and a browser. May enter: a folder. It needs the extra `browser` and a Chromium. A
figure is the processor time of the page's own thread from the request to the first picture that is at rest; the clock
beside shows all of it, the server's part included.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import kg
from benchmarks.jobs.querying import fill
from benchmarks.listening import listening
from benchmarks.measuring import OURS, Figure
from kg.later import Later
from kg_api import server

if TYPE_CHECKING:
    from playwright import sync_api
else:
    sync_api = Later("playwright.sync_api")

JOB, TURNS = "first picture", 5
SIZES = {200: "", 1_000: "?view=all"}
"""Entities, and what is asked so that all of them are drawn."""
CLAIMS_PER_ENTITY = 8
NAMES = ("chromium", "chromium-browser", "google-chrome")
AT_REST = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"


def measure(folder: Path) -> Iterator[Figure]:
    """Measure both sizes.

    Raises:
        FileNotFoundError: there is no Chromium.
    """
    place = next(filter(None, map(shutil.which, NAMES)), None)
    if place is None:
        raise FileNotFoundError(f"none of {', '.join(NAMES)} is on this machine; on Debian: apt-get install chromium")
    for entities, query in SIZES.items():
        url = f"sqlite:///{folder}/seen-{entities}.sqlite"
        fill(url, CLAIMS_PER_ENTITY * entities)
        graph = kg.open(url, ontology=())
        # The server answers from this process's threads, so that a figure is of the browser's thread alone.
        with serving(graph) as site, sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=place, args=["--no-sandbox"])
            address = f"{site}/{query}"
            with urlopen(address, timeout=60) as answer:
                held = len(answer.read())
            seen = [first(browser, address) for _ in range(TURNS)]
            browser.close()
        graph.store.close()
        processor, wall = (statistics.median(times) for times in zip(*seen, strict=True))
        note = f"{CLAIMS_PER_ENTITY * entities:,} claims, page of {held / 1_024:,.0f} kB"
        yield Figure(f"{JOB}, {entities:,} entities", 0, OURS, processor, wall, TURNS, note=note)


def first(browser: Any, address: str) -> tuple[float, float]:
    """Open a page in a new context; return milliseconds of its thread, and of the clock, until it is at rest."""
    context = browser.new_context(viewport={"width": 1_400, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    start = time.perf_counter()
    page.goto(address)
    page.wait_for_selector("html[data-ready=yes]", timeout=60_000)
    page.evaluate(AT_REST)
    wall = time.perf_counter() - start
    told = session.send("Performance.getMetrics")["metrics"]
    taken = next(float(one["value"]) for one in told if one["name"] == "TaskDuration")
    context.close()
    return 1_000 * taken, 1_000 * wall


@contextmanager
def serving(graph: kg.Graph) -> Iterator[str]:
    """Give the address of a server that answers from a graph."""
    with listening(lambda port: server.config(graph, "127.0.0.1", port, log_level="warning")) as address:
        yield address
