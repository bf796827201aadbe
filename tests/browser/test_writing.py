"""The pages on which people write, in a real browser: the whole story, drafts that survive, nothing that runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

import kg
from kg.model import Change, Evidence
from tests.browser import axe
from tests.browser.conftest import serving, shoot
from tests.browser.test_hostile import HOSTILE
from tests.browser.test_hostile import hostile as hostile
from tests.browser.test_read_pages import WIDTH, harmless_links

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
pytestmark = pytest.mark.browser
Opened = Callable[..., Any]
CLAIM = "tar--mitigates--safeguard-removal"
CHOICES = {"stance": "disputes", "kind": "empirical-experiment", "strength": "moderate", "basis": "full-text"}
TEXTS = {"work": "hu2022lora", "strength_reason": "one model family", "locator": "§5"}
LOOKS = [("en", "wide", False), ("zh", "phone", True)]
SEND, PREVIEW = "form.desk button[value=send]", "form.desk button[value=preview]"


@dataclass
class Desk:
    """A server that people write to, and tokens of a contributor and a reviewer."""

    graph: kg.Graph
    site: str
    ann: str
    bob: str

    def enter(self, page: Any, secret: str, lang: str = "en") -> None:
        """Sign in."""
        page.goto(f"{self.site}/sign-in?lang={lang}")
        page.fill("#s-token", secret)
        page.locator("form.sign-in button").click()
        page.wait_for_selector("form[action='/sign-out']")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The pack with a contributor and a reviewer."""
    graph = kg.open(f"sqlite:///{tmp_path_factory.mktemp('desk')}/record.db", lang="en")
    ann = graph.create_token("ann", role="contributor", name="Ann Lee")["secret"]
    bob = graph.create_token("bob", role="reviewer", name="Bob Ray")["secret"]
    with serving(graph) as site:
        yield Desk(graph, site, ann, bob)
    graph.store.close()


def fill(page: Any, statement: str) -> None:
    """Fill in what a work says."""
    for name, value in TEXTS.items():
        page.fill(f"#c-{name}", value)
    for name, value in CHOICES.items():
        page.select_option(f"#c-{name}", value)
    page.fill("#c-statement", statement)


def id_of(page: Any) -> str:
    """The record that a page of review is about."""
    return str(page.url.split("/review/")[1].split("?")[0])


@pytest.mark.parametrize(("lang", "size", "dark"), LOOKS, ids=["en-wide-light", "zh-phone-dark"])
def test_a_finding_is_proposed_accepted_and_undone(
    open_page: Opened, desk: Desk, lang: str, size: str, dark: bool
) -> None:
    statement = f"It did not hold in three of four models ({lang})."
    page, watch = open_page(f"{desk.site}/?lang={lang}", size=size, dark=dark)
    desk.enter(page, desk.ann, lang)
    page.goto(f"{desk.site}/claims/{CLAIM}?lang={lang}")
    page.locator(".actions a[href*='/contribute?']").click()
    assert page.input_value("#c-claim") == CLAIM
    fill(page, statement)
    page.locator(PREVIEW).click()
    expect(page.locator("#preview .beliefs")).to_contain_text("→")
    assert page.input_value("#c-statement") == statement
    page.locator(SEND).click()
    page.wait_for_selector("[data-sent]")
    id = id_of(page)
    assert desk.graph.snapshot.evidence[id].status == "proposed"
    page.goto(f"{desk.site}/contribute?lang={lang}")
    assert page.input_value("#c-statement") == ""
    assert page.locator(".draft").count() == 0

    reviewer, seen = open_page(f"{desk.site}/?lang={lang}", size=size, dark=dark)
    desk.enter(reviewer, desk.bob, lang)
    reviewer.goto(f"{desk.site}/review?lang={lang}")
    reviewer.locator(f".cards a[href*='{id}']").click()
    expect(reviewer.locator(".statement")).to_have_text(statement)
    assert "empirical-experiment" not in reviewer.locator(".said").inner_text()
    reviewer.fill("#d-why", "read it too")
    reviewer.locator("button[value=accept]").click()
    reviewer.wait_for_selector("[data-sent]")
    assert desk.graph.snapshot.evidence[id].status == "accepted"
    assert reviewer.input_value("#d-why") == ""
    reviewer.goto(f"{desk.site}/history?lang={lang}")
    reviewer.locator(".log tbody a").first.click()
    reviewer.fill("#u-why", "too early")
    reviewer.locator("form.decide button").click()
    reviewer.wait_for_selector("[data-sent]")
    assert desk.graph.snapshot.evidence[id].status == "proposed"
    watch.nothing_happened()
    seen.nothing_happened()


def test_a_draft_survives_a_reload_an_ended_token_and_a_new_session(open_page: Opened, desk: Desk) -> None:
    made = desk.graph.create_token("ann", role="contributor")
    page, watch = open_page(f"{desk.site}/contribute?lang=en")
    desk.enter(page, made["secret"])
    page.fill("#c-claim", CLAIM)
    fill(page, "Nobody has counted this before.")
    page.reload()
    assert page.input_value("#c-statement") == "Nobody has counted this before."
    assert page.input_value("#c-stance") == "disputes"
    expect(page.locator(".draft")).to_contain_text("filled in again")

    desk.graph.revoke_token(made["token"])
    page.locator(SEND).click()
    expect(page.locator("#problem")).to_contain_text("Sign in again")
    assert page.input_value("#c-statement") == "Nobody has counted this before."
    desk.enter(page, desk.ann)
    expect(page.locator("#c-statement")).to_have_value("Nobody has counted this before.")

    page.goto(f"{desk.site}/contribute?lang=en&claim={CLAIM}&work=hu2022lora")
    assert page.input_value("#c-statement") == ""
    page.locator(".draft button").first.click()
    assert page.input_value("#c-statement") == "Nobody has counted this before."
    page.locator(SEND).click()
    page.wait_for_selector("[data-sent]")
    page.goto(f"{desk.site}/contribute?lang=en")
    assert page.input_value("#c-statement") == ""
    assert [fault for fault in watch.faults if "401" not in fault] == []
    assert watch.outside == []


def test_what_cannot_be_sent_is_said_at_its_field(open_page: Opened, desk: Desk) -> None:
    page, watch = open_page(f"{desk.site}/contribute?lang=zh", size="phone")
    desk.enter(page, desk.ann, "zh")
    page.goto(f"{desk.site}/contribute?lang=zh&claim={CLAIM}")
    fill(page, "photo\u202egnp.exe")
    page.locator(SEND).click()
    expect(page.locator("#problem")).to_contain_text("其说法")
    assert page.locator("#c-statement").get_attribute("aria-invalid") == "true"
    assert page.input_value("#c-statement") == "photo\u202egnp.exe"
    assert axe.grave(page) == []
    assert [fault for fault in watch.faults if "422" not in fault] == []


FOCUSED = "document.activeElement.id"


@pytest.mark.parametrize(("lang", "size", "dark"), LOOKS, ids=["en-wide-light", "zh-phone-dark"])
def test_who_cannot_see_the_page_is_led_to_what_is_new_on_it(
    open_page: Opened, desk: Desk, lang: str, size: str, dark: bool
) -> None:
    page, watch = open_page(f"{desk.site}/contribute?lang={lang}", size=size, dark=dark)
    fill(page, "Nobody has counted this.")
    page.fill("#c-claim", CLAIM.replace("removal", "remval"))
    page.press("#c-claim", "Enter")
    expect(page.locator("#problem")).to_be_focused()
    assert page.title().startswith({"en": "Error: ", "zh": "出错："}[lang])
    assert (page.evaluate(WIDTH) <= 0, axe.grave(page)) == (True, [])
    shoot(page, f"writing-meant-{lang}", whole=True)
    page.locator("#problem button[data-fill]").first.click()
    assert (page.input_value("#c-claim"), page.evaluate(FOCUSED)) == (CLAIM, "c-claim")
    page.locator(PREVIEW).click()
    expect(page.locator("#preview")).to_be_focused()
    assert not page.title().startswith(("Error", "出错"))
    assert (page.evaluate(WIDTH) <= 0, axe.grave(page)) == (True, [])
    assert [fault for fault in watch.faults if "404" not in fault] == []


@pytest.mark.parametrize(("lang", "size", "dark"), LOOKS, ids=["en-wide-light", "zh-phone-dark"])
def test_pages_for_writing_fit_and_keep_nobody_out(
    open_page: Opened, desk: Desk, lang: str, size: str, dark: bool
) -> None:
    graph = desk.graph
    values = {**TEXTS, **CHOICES, "claim": CLAIM}
    waits = graph.add_evidence({**values, "statement": f"Waits {lang}."}, actor="ann")["id"]
    back = graph.add_evidence({**values, "statement": f"Back {lang}.", "quote": "back"}, actor="ann")["id"]
    graph.review(back, "return", why="which table?", actor="carol")
    graph.add_entity({"type": "Risk", "label": {"en": f"Quite new risk {lang}"}}, actor="ann")
    page, watch = open_page(f"{desk.site}/sign-in?lang={lang}", size=size, dark=dark)
    places = ["/sign-in", f"/review/{waits}", f"/contribute?revises={waits}"]
    decided = ["/contribute", "/review", f"/review/{waits}", f"/review/{back}", f"/review/quite-new-risk-{lang}"]
    decided += ["/history", f"/history/{graph.revision}", "/history?act=merge", "/review?actor=nobody"]
    for at, place in enumerate([*places, *decided]):
        if at == len(places):
            desk.enter(page, desk.bob, lang)
        page.goto(f"{desk.site}{place}{'&' if '?' in place else '?'}lang={lang}")
        assert page.evaluate(WIDTH) <= 0, place
        assert axe.grave(page) == [], place
        assert page.locator("h1").count() == 1
        shoot(page, f"writing-{lang}-{at}", whole=True)
    page.emulate_media(media="print")
    assert page.locator(".site nav").is_hidden()
    watch.nothing_happened()


def test_people_write_without_scripts(open_page: Opened, desk: Desk) -> None:
    page, watch = open_page(f"{desk.site}/sign-in?lang=en", script=False)
    desk.enter(page, desk.ann)
    page.goto(f"{desk.site}/contribute?lang=en&claim={CLAIM[:-1]}")
    fill(page, "Said without a script.")
    page.locator(PREVIEW).click()
    page.locator("form.desk button[name=use]").first.click()
    assert (page.input_value("#c-claim"), page.locator("#problem").count()) == (CLAIM, 0)
    page.locator(PREVIEW).click()
    assert page.locator("#preview .beliefs").count() == 1
    page.locator(SEND).click()
    id = id_of(page)
    page.goto(f"{desk.site}/entities/lora/revision?lang=en")
    assert page.locator(SEND).is_disabled()
    page.fill("#r-aliases", "LoRA\nLoRAs")
    page.locator(PREVIEW).click()
    assert page.locator("#preview ins").inner_text() == "LoRA; LoRAs"
    page.locator("form[action='/sign-out'] button").click()
    desk.enter(page, desk.bob)
    page.goto(f"{desk.site}/review/{id}?lang=en")
    page.locator("button[value=reject]").click()
    assert page.locator("#problem").is_visible()
    page.fill("#d-why", "not what it says")
    page.locator("button[value=reject]").click()
    assert page.locator("[data-sent]").count() == 1
    assert desk.graph.snapshot.evidence[id].status == "rejected"
    assert watch.outside == []


@pytest.mark.parametrize(("lang", "size", "dark"), LOOKS, ids=["en-wide-light", "zh-phone-dark"])
def test_an_entity_and_a_work_are_said_in_other_words(
    open_page: Opened, desk: Desk, lang: str, size: str, dark: bool
) -> None:
    graph = desk.graph
    page, watch = open_page(f"{desk.site}/entities/qlora/revision?lang={lang}", size=size, dark=dark)
    assert page.locator(SEND).is_disabled()
    assert axe.grave(page) == []
    desk.enter(page, desk.bob, lang)
    page.goto(f"{desk.site}/entities/qlora?lang={lang}")
    page.locator(".actions a[href*='/revision']").click()
    page.fill("#r-aliases", f"QLoRA\nQ-LoRA ({lang})")
    page.fill("#r-label_en", "")
    page.locator(PREVIEW).click()
    assert page.locator("#r-label_en").get_attribute("aria-invalid") == "true"
    assert page.locator("#a-label_en .bad-field").is_visible()
    assert page.input_value("#r-aliases") == f"QLoRA\nQ-LoRA ({lang})"
    assert (page.evaluate(WIDTH) <= 0, axe.grave(page)) == (True, [])
    shoot(page, f"revising-wrong-{lang}", whole=True)
    page.fill("#r-label_en", "Quantized low-rank adaptation")
    page.locator(PREVIEW).click()
    expect(page.locator("#preview ins")).to_have_text(f"QLoRA; Q-LoRA ({lang})")
    assert (page.evaluate(WIDTH) <= 0, axe.grave(page)) == (True, [])
    shoot(page, f"revising-preview-{lang}", whole=True)
    graph.revise("qlora", {"definition": {"en": f"Meanwhile ({lang})."}}, actor="carol")
    page.locator(SEND).click()
    expect(page.locator("#problem")).to_contain_text("carol", ignore_case=True)
    assert page.input_value("#r-aliases") == f"QLoRA\nQ-LoRA ({lang})"
    assert page.input_value("#r-definition_en") == f"Meanwhile ({lang})."
    assert (page.evaluate(WIDTH) <= 0, axe.grave(page)) == (True, [])
    page.locator(SEND).click()
    page.wait_for_selector("[data-sent]")
    assert graph.snapshot.entities["qlora"].aliases == ("QLoRA", f"Q-LoRA ({lang})")

    page.goto(f"{desk.site}/works/hu2022lora?lang={lang}")
    page.locator(".actions a[href*='/revision']").click()
    page.fill("#r-volume", f"7 {lang}")
    page.reload()
    assert page.input_value("#r-volume") in {"", "7 en"}
    page.locator(".draft button").first.click()
    assert page.input_value("#r-volume") == f"7 {lang}"
    assert axe.grave(page) == []
    page.locator(SEND).click()
    page.wait_for_selector("[data-sent]")
    assert graph.snapshot.works["hu2022lora"].csl["volume"] == f"7 {lang}"
    page.goto(f"{desk.site}/works/hu2022lora/revision?lang={lang}")
    assert page.locator(".draft").count() == 0
    assert [fault for fault in watch.faults if "422" not in fault and "409" not in fault] == []
    assert watch.outside == []


def test_attacks_that_wait_for_review_are_shown_as_text(open_page: Opened, hostile: kg.Graph) -> None:
    items = [
        Evidence(
            f"w{at}.bbbbbbbbbbbb", f"t{at}--raises--risk", f"w{at}", "supports", "argument", "weak", text, "abstract",
            quote=text, locator=text, strength_reason=text, status="proposed",
        )
        for at, text in enumerate(HOSTILE)
    ]  # fmt: skip
    hostile.write([Change("evidence", item) for item in items], actor="mallory", act="propose", reason=HOSTILE[0])
    secret = hostile.create_token("bob", role="reviewer", name=HOSTILE[2])["secret"]
    with serving(hostile) as site:
        page, watch = open_page(f"{site}/sign-in?lang=en")
        Desk(hostile, site, "", secret).enter(page, secret)
        for place in (
            "/review",
            "/review/w0.bbbbbbbbbbbb",
            "/review/w3.bbbbbbbbbbbb",
            "/history",
            "/history/1",
            f"/history/{hostile.revision}",
            "/contribute?revises=w4.bbbbbbbbbbbb",
            "/contribute?statement=%3Cscript%3Ealert(8)%3C/script%3E",
            "/claims/t1--raises--risk?view=history",
        ):
            page.goto(f"{site}{place}")
            assert page.locator("img, iframe, object, i").count() == 0, place
            harmless_links(page)
        watch.nothing_happened()
        page.goto(f"{site}/review/w1.bbbbbbbbbbbb?lang=en")
        expect(page.locator(".statement")).to_have_text(HOSTILE[1])
