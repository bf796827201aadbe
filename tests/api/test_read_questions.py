"""The page `/ask`: every question and its answer; the same answer at every door it names; what it says to mistakes."""

from __future__ import annotations

import html
import json
import re
import shlex
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

import kg
from kg.cli import cli
from kg_api.pages_read.questions import QUESTIONS
from kg_api.pages_read.tables import TABLES
from kg_api.pages_read.wording import said

CASES: dict[str, dict[str, Any]] = {
    **{name: dict(question.example) for name, question in QUESTIONS.items()},
    "paths under criteria": {
        "source": "fine-tuning",
        "target": "malicious-use",
        "sign": "+",
        "k": "3",
        "known_in": "2024",
    },
    "impact of a name": {
        "entity": "QLoRA",
        "direction": "in",
        "narrower": "true",
        "study_kind": ["argument", "empirical-experiment"],
    },
    "what-if of much": {
        "drop_claim": ["fine-tuning-cost--lowers--fine-tuning-accessibility"],
        "retract": ["hu2022lora"],
        "add": ["qlora raises spear-phishing 0.7"],
        "max_links": "4",
    },
    "robustness everywhere": {"max_links": "2"},
    "cut of two": {"target": ["malicious-use", "spear-phishing"], "source": ["qlora"], "weigh": "strength"},
    "gaps of kinds": {"kind": ["stale", "single-group"], "limit": "5", "without_work": ["hu2022lora"]},
}


def asked(case: str) -> str:
    return case.split(" ", maxsplit=1)[0]


def shown(client: TestClient, case: str, lang: str = "en") -> str:
    got = client.get(f"/ask/{asked(case)}", params={**CASES[case], "lang": lang})
    assert got.status_code == 200, got.text[-3000:]
    return got.text


def door(page: str, name: str) -> str:
    found = re.search(rf'id="door-{name}">(.*?)</code>', page, flags=re.DOTALL)
    assert found is not None
    return html.unescape(re.sub(r"<[^>]+>", "", found[1]))


def receipt(page: str) -> str:
    found = re.search(r"<dd><code>([a-z2-7]{26})</code>", page)
    assert found is not None
    return found[1]


def database_of(graph: kg.Graph) -> str:
    return graph.store._engine.url.render_as_string(hide_password=False)


def test_every_question_has_its_table_and_words() -> None:
    assert set(TABLES) == set(QUESTIONS)
    for lang in ("en", "zh"):
        for name, question in QUESTIONS.items():
            assert all(said(lang)[f"q_{name}{part}"] for part in ("", "_short", "_lead"))
            assert all(said(lang)[f"ask_{field.name}"] for field in question.fields)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("case", CASES)
def test_http_gives_the_answer_of_the_page(client: TestClient, case: str, lang: str) -> None:
    page = shown(client, case, lang)
    method, address = door(page, "http").split(" ", 1)
    got = client.request(method, address)
    assert got.status_code == 200, got.text
    assert got.json()["receipt"] == receipt(page)


@pytest.mark.parametrize("case", CASES)
def test_the_command_line_gives_the_answer_of_the_page(client: TestClient, pack_graph: kg.Graph, case: str) -> None:
    page = shown(client, case)
    words = shlex.split(door(page, "command"))
    assert words[0] == "kg"
    ran = CliRunner().invoke(cli, ["--database", database_of(pack_graph), *words[1:], "--json"])
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["receipt"] == receipt(page)


@pytest.mark.parametrize("case", CASES)
def test_python_gives_the_answer_of_the_page(client: TestClient, pack_graph: kg.Graph, case: str) -> None:
    page = shown(client, case)
    code = door(page, "python")
    assert code.startswith("kg.open().")
    answer = eval(code.replace("kg.open()", "graph"), {"graph": pack_graph, "__builtins__": {}})
    assert answer["receipt"] == receipt(page)


@pytest.mark.parametrize("case", ["paths", "gaps of kinds", "what-if of much"])
def test_the_permanent_address_shows_the_same(client: TestClient, case: str) -> None:
    page = shown(client, case)
    link = re.search(r'<a href="([^"]+)" rel="bookmark">', page)
    assert link is not None
    address = html.unescape(link[1])
    assert "as_of=" in address
    again = client.get(address)
    assert again.status_code == 200
    before, after = (re.search(r'<p class="paragraph">(.*?)</p>', one, re.DOTALL) for one in (page, again.text))
    assert before is not None
    assert after is not None
    assert before[1][:80] == after[1][:80]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_set_that_is_as_small_stands_on_the_page_of_a_cut(
    client: TestClient, pack_graph: kg.Graph, lang: str
) -> None:
    answer = pack_graph.cut("malicious-use")
    page = client.get("/ask/cut", params={"target": "malicious-use", "lang": lang}).text
    for kind, plural in (("mitigations", "entities"), ("claims", "claims"), ("works", "works")):
        title = said(lang)[f"table_cut_other_{kind}"]
        others = answer["alternatives"][kind][1:]
        assert (title in page) is bool(others)
        if others:
            table = page.split(f"<h2>{title}", 1)[1].split("</table>", 1)[0]
            rows = [re.findall(rf'href="/{plural}/([^"?]+)', row) for row in table.split("<tr>")[2:]]
            assert rows == others
    assert [len(answer["alternatives"][kind]) > 1 for kind in ("mitigations", "works")] == [True, True]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_each_form_stands_by_itself(client: TestClient, name: str, lang: str) -> None:
    got = client.get(f"/ask/{name}", params={"lang": lang})
    assert got.status_code == 200
    assert f'action="/ask/{name}"' in got.text
    assert ('id="answer"' in got.text) is QUESTIONS[name].at_once
    if lang == "zh":
        own = re.sub(r"<(script|datalist|code)[ >].*?</\1>", "", got.text, flags=re.DOTALL)
        text = re.sub(r'<span lang="en">.*?</span>|<ul class="references">.*?</ul>', "", own, flags=re.DOTALL)
        assert not re.search(r">[^<>]*\b(the|which|is|of)\b[^<>]*<", text)


@pytest.mark.parametrize(
    ("address", "status", "english", "chinese"),
    [
        ("/ask/paths?source=qlor&target=malicious-use", 404, "Quantized low-rank adaptation", "量化低秩适配"),
        ("/ask/paths?source=qlora&target=", 422, "Please choose: To.", "请填写：终点。"),
        ("/ask/paths?source=qlora&target=qlora", 422, "both qlora", "起点与终点都是 qlora"),
        ("/ask/what-if?max_links=6", 422, "Suppose something first", "请先设定一项假设"),
        ("/ask/gaps?since=soon", 422, "not a whole number", "之间的整数"),
        ("/ask/robustness?source=qlora", 422, "Please choose: To.", "请填写：终点。"),
        ("/ask/robustness?target=malicious-use", 422, "Please choose: From.", "请填写：起点。"),
        (
            "/ask/paths?source=qlora&target=malicious-use&study_kind=nonsense",
            422,
            "not a kind of study",
            "不是本体中的研究类型",
        ),
    ],
)
def test_a_mistake_keeps_the_form_and_says_what_to_do(
    client: TestClient, address: str, status: int, english: str, chinese: str
) -> None:
    for lang, text in (("en", english), ("zh", chinese)):
        got = client.get(f"{address}&lang={lang}", headers={"Accept": "text/html"})
        assert got.status_code == status
        assert text in got.text
        assert 'role="alert"' in got.text
        assert "`kg" not in got.text
        if "source=" in address:
            assert 'name="source" value="qlor' in got.text


@pytest.mark.parametrize(
    ("address", "status", "english", "chinese"),
    [
        ("/entities/qlorra", 404, "The record has no entity called “qlorra”.", "记录中没有名为“qlorra”的实体。"),
        ("/claims/tar--mitigates--safeguard-remova", 404, "Tampering attack resistance", "篡改攻击抵抗"),
        ("/nowhere", 404, "There is nothing at this address.", "此地址没有内容。"),
        ("/matrix?rows=Tecnique", 422, "Technique", "Technique"),
        ("/matrix?known_in=soon", 422, "not a whole number", "之间的整数"),
        ("/ask/raises?target=", 422, "is not a parameter", "本页不接受参数“target”"),
        ("/ask/pathes", 404, "paths", "paths"),
    ],
)
def test_errors_are_pages_in_the_language_of_the_reader(
    client: TestClient, address: str, status: int, english: str, chinese: str
) -> None:
    for lang, text in (("en", english), ("zh", chinese)):
        parts = urlsplit(address)
        query = f"{parts.query}&lang={lang}" if parts.query else f"lang={lang}"
        got = client.get(f"{parts.path}?{query}", headers={"Accept": "text/html"})
        assert (got.status_code, got.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert text in got.text
        assert "`kg" not in got.text
        assert got.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("address", "detailed"),
    [("/entities/qlorra", False), ("/ask/gaps?since=soon", False), ("/ask/raises?target=", False), ("/nowhere", True)],
)
def test_english_details_stand_behind_a_reason_that_is_not_told_whole_in_chinese(
    client: TestClient, address: str, detailed: bool
) -> None:
    spoken = address + ("&" if "?" in address else "?") + "lang="
    page = client.get(f"{spoken}zh", headers={"Accept": "text/html"}).text
    before, _, detail = page.partition('<details class="technical"><summary>技术细节（英文）</summary><p lang="en">')
    assert bool(detail) is detailed
    assert 'lang="en">' not in before.partition('<main id="main">')[2]
    english = client.get(f"{spoken}en", headers={"Accept": "text/html"}).text
    assert 'class="technical"' not in english


def test_names_of_parameters_are_offered_where_they_would_change_something(client: TestClient) -> None:
    page = client.get("/ask/raises?target=malicious-use", headers={"Accept": "text/html"}).text
    near = re.findall(r'<p class="near">.*?</p>', page, re.DOTALL)[0]
    assert 'href="/ask/raises?risk=malicious-use"' in near
    assert "strength" not in near
    typed = client.get("/ask/raises?min_strenght=strong&lang=en", headers={"Accept": "text/html"}).text
    assert 'href="/ask/raises?lang=en&amp;min_strength=strong"' in typed
    assert 'class="near"' not in client.get("/ask/raises?zzz=1", headers={"Accept": "text/html"}).text


def test_near_ids_lead_to_their_pages(client: TestClient) -> None:
    page = client.get("/entities/qlorra?lang=en", headers={"Accept": "text/html"}).text
    links = re.findall(r'<p class="near">.*?</p>', page, re.DOTALL)[0]
    assert 'href="/entities/qlora?lang=en"' in links
    form = client.get("/ask/paths?source=qlor&target=malicious-use").text
    assert "/ask/paths?target=malicious-use&amp;source=qlora" in form


def test_search_finds_and_lists(client: TestClient, pack_graph: kg.Graph) -> None:
    found = client.get("/search?q=联邦学习&lang=en").text
    assert "/entities/federated-learning" in found
    assert "Nothing is found" in client.get("/search?q=zzzzzzzz&lang=en").text
    everything = client.get("/search?lang=en").text
    for id in pack_graph.snapshot.entities:
        assert f'/entities/{id}?lang=en"' in everything
    for id in pack_graph.snapshot.works:
        assert f'/works/{id}?lang=en"' in everything


def test_help_explains_every_hint(client: TestClient) -> None:
    page = client.get("/help?lang=en").text
    for address in ("/claims/tar--mitigates--safeguard-removal", "/matrix", "/ask/disputes"):
        for topic in re.findall(r'href="/help(?:\?lang=en)?#([a-z_]+)"', client.get(f"{address}?lang=en").text):
            assert f'id="{topic}"' in page
