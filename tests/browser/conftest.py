"""A browser, a server with the pack on a free port, and pages that notice everything that should not happen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import kg
from benchmarks.listening import listening
from kg_api import server

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra `browser`)")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SHOTS = os.environ.get("KG_SHOTS")
"""Folder for a picture of every page that a test opened, taken when the test ends; unset: none are taken."""
if SHOTS is not None:
    Path(SHOTS).mkdir(parents=True, exist_ok=True)
WINDOW = ("WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup", "PreloadTopChromeWebUI")
"""What a window of Chromium makes for its address bar, although nobody sees it: half the cost of opening a page."""
AWAY = (*WINDOW, "HttpsUpgrades", "MediaRouter", "OptimizationHints", "PaintHolding", "ThirdPartyStoragePartitioning")
"""Features that are left out; among them some that Playwright leaves out, whose list does not count beside ours."""
SIZES = {"wide": (1400, 900), "phone": (390, 844)}
VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error("policy violation: " + event.violatedDirective + " " + event.blockedURI);
});
"""


@dataclass
class Watch:
    """What a page did that it should not: errors on its console, and requests to elsewhere."""

    faults: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def nothing_happened(self) -> None:
        """Assert that all is quiet."""
        assert (self.faults, self.outside, self.dialogs) == ([], [], [])


def shoot(page: Any, name: str, *, whole: bool = False) -> None:
    """Keep a picture of what is in sight, or of the whole page, where pictures are kept."""
    if SHOTS is not None:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=whole)


@contextmanager
def serving(graph: kg.Graph) -> Iterator[str]:
    """The address of a real server that answers from a graph."""
    with listening(lambda port: server.config(graph, "127.0.0.1", port, log_level="warning")) as address:
        yield address


@pytest.fixture(scope="session")
def site(pack_graph: kg.Graph) -> Iterator[str]:
    """The address of the server with the pack."""
    with serving(pack_graph) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; on Debian: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        args = ["--no-sandbox", f"--disable-features={','.join(AWAY)}"]
        one = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        yield one
        one.close()


@pytest.fixture
def open_page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., tuple[Any, Watch]]]:
    """A function that opens an address and returns the page and what it was caught doing."""
    contexts = []

    def opened(
        address: str, *, size: str = "wide", script: bool = True, lang: str = "en-GB", dark: bool = False
    ) -> tuple[Any, Watch]:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            locale=lang,
            color_scheme="dark" if dark else "light",
            has_touch=size == "phone",
        )
        contexts.append(context)
        page = context.new_page()
        watch = Watch()
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}/"

        def noticed(message: Any) -> None:
            if message.type in {"error", "warning"}:
                watch.faults.append(message.text)

        def asked(request: Any) -> None:
            if not request.url.startswith((origin, "data:")):
                watch.outside.append(request.url)

        def spoken(dialog: Any) -> None:
            watch.dialogs.append(dialog.message)
            dialog.dismiss()

        page.on("console", noticed)
        page.on("pageerror", lambda error: watch.faults.append(str(error)))
        page.on("request", asked)
        page.on("dialog", spoken)
        if script:
            page.add_init_script(VIOLATIONS)
        page.goto(address)
        if script and page.locator("#scene, body[data-scene]").count():
            page.wait_for_selector("html[data-ready=yes]", timeout=20_000)
        return page, watch

    yield opened
    for number, context in enumerate(contexts):
        if SHOTS is not None and context.pages:
            name = "".join(char if char.isalnum() else "-" for char in request.node.name)
            shoot(context.pages[0], f"{name}-{number}")
        context.close()
