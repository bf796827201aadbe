"""Nothing that stands in a record runs in a reader's browser: on the page, in the panel, in a drawn file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kg
import kg_viz
from kg.errors import InputError
from kg.inputs import EntityIn
from kg.model import Change, Claim, Entity, Evidence, Text, Work, kind_of
from kg_viz import page as pages
from kg_viz import scene
from tests.browser.conftest import serving

pytestmark = pytest.mark.browser
Opened = Callable[..., Any]
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    'href="x" onmouseover="alert(4)"',
    "<a href='javascript:alert(5)'>href</a>",
    "{{ 7 * 7 }} {% raw %} <!-- ]]>",
    "']});alert(6);//",
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kg.Graph]:
    """A record in which every text is an attack."""
    graph = kg.open(f"sqlite:///{tmp_path_factory.mktemp('hostile')}/r.db", empty=True, ontology=(), lang="en")
    records: list[Entity | Claim | Work | Evidence] = [
        Entity("risk", "Risk", Text("href <b>risk</b>", "href <i>风险</i>"))
    ]
    for at, text in enumerate(HOSTILE):
        claim = f"t{at}--raises--risk"
        work = Work(
            f"w{at}", "article", text, (text,), 2020, url="javascript:alert(7)", notice="data:text/html,<script>"
        )
        entity = Entity(f"t{at}", "Technique", Text(text, text), Text(text, text), aliases=(text,))
        item = Evidence(f"w{at}.aaaaaaaaaaaa", claim, work.id, "supports", "argument", "weak", text, "abstract")
        item = replace(item, quote=text, locator=text, strength_reason=text, contributor=text)
        records += [entity, Claim(claim, f"t{at}", "raises", "risk", conditions=text), work, item]
    graph.write([Change(kind_of(record), record) for record in records], actor="test", act="attack")
    yield graph
    graph.store.close()


def poke(page: Any) -> None:
    """Do what a reader does: point at everything, open everything."""
    box = page.locator("#canvas").bounding_box()
    for at in range(len(HOSTILE)):
        for id in (f"t{at}", "risk"):
            spot = page.evaluate(f"() => window.evidencePicture.inspect().at('{id}')")
            page.mouse.move(box["x"] + spot["x"], box["y"] + spot["y"])
        page.wait_for_timeout(60)
    for at in range(len(HOSTILE)):
        page.locator("tr[data-edge] a").nth(at).click()
        page.wait_for_selector("#panel .item")
        page.locator("#panel .source a").first.click()
        page.wait_for_selector("#panel .facts")
        page.keyboard.press("Escape")
    page.fill("#q", "href")
    page.wait_for_selector("#suggestions li")


def harmless(page: Any) -> None:
    """Assert that attacks are text: none became an element, an address or a handler."""
    assert page.locator("img, iframe, object, b, i").count() == 0
    assert page.locator("[onerror], [onmouseover], [onclick]").count() == 0
    assert page.locator("a[href^='javascript'], a[href^='data'], a[href^='vbscript']").count() == 0
    programs = page.locator("script:not([type='application/json'])")
    assert not any(re.search(r"alert\([0-9]\)", text) for text in programs.all_text_contents())


@pytest.mark.parametrize(("lang", "script"), [("en", True), ("zh", False)], ids=["script", "no-script"])
def test_the_page_shows_attacks_as_text(open_page: Opened, hostile: kg.Graph, lang: str, script: bool) -> None:
    with serving(hostile) as site:
        for query in (
            "",
            "&claim=t1--raises--risk",
            "&entity=t2",
            "&work=w0",
            "&view=all",
            "&focus=t0&hops=1&expand=risk&hide=t1",
            "&source=t1&target=risk",
            "&q=href",
            "&q=%3Cscript%3Ealert(8)%3C/script%3E",
        ):
            page, watch = open_page(f"{site}/?lang={lang}{query}", script=script)
            harmless(page)
            watch.nothing_happened()
        page, watch = open_page(f"{site}/?lang={lang}", script=script)
        for text in HOSTILE:
            assert text in page.locator("#table").inner_text()
        if script:
            poke(page)
            harmless(page)
        watch.nothing_happened()


def test_the_drawn_file_shows_attacks_as_text(open_page: Opened, hostile: kg.Graph, tmp_path: Path) -> None:
    file = kg_viz.draw(hostile, tmp_path / "page.html")
    page, watch = open_page(file.as_uri())
    poke(page)
    harmless(page)
    watch.nothing_happened()


def test_the_drawn_file_runs_nothing_even_when_escaping_fails(
    open_page: Opened, hostile: kg.Graph, tmp_path: Path
) -> None:
    file = kg_viz.draw(hostile, tmp_path / "page.html")
    text = file.read_text("utf-8")
    file.write_text(text.replace("<main>", "<main><script>alert(9)</script><p onclick='alert(1)'>x</p>", 1), "utf-8")
    page, watch = open_page(file.as_uri())
    assert watch.dialogs == []
    assert any("policy violation" in fault or "Content Security Policy" in fault for fault in watch.faults)
    assert page.locator("tr[data-edge]").count() == len(HOSTILE)


@pytest.mark.parametrize("char", ["\u202e", "\u2066", "\u0000", "\u0007", "\ud800"])
def test_texts_that_turn_a_line_round_are_refused_at_the_door(char: str) -> None:
    with pytest.raises((InputError, ValueError)):
        EntityIn(id="x", type="Risk", label={"en": f"evil{char}gnp.exe"})


def test_a_program_text_that_would_end_its_element_is_refused(
    monkeypatch: pytest.MonkeyPatch, hostile: kg.Graph
) -> None:
    made = scene.build(hostile.network())
    monkeypatch.setattr(pages, "joined", lambda _: "x = '</script>'")
    with pytest.raises(ValueError, match="would end its own element"):
        pages.standalone(pages.picture(made, legend_of={}), {}, {})
