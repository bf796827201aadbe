"""The pages that are read: records, their history, the gap map and its table; against the documents of the API."""

from __future__ import annotations

import csv
import html
import io
import itertools
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

import kg
from kg.citations.table import RISKY, restored
from kg.model import Change
from kg_api.pages_read import gapmap
from kg_api.pages_read.gapmap import in_families
from kg_api.pages_read.gapmap_file import neutral
from kg_api.pages_read.layering import layers
from kg_api.pages_read.picture import LINE_EMS, picture, wrapped
from kg_api.pages_read.weighed import account
from kg_api.pages_read.wording import said, tongue
from tests.api.applications import another

CLAIM, WORK, ENTITY = "tar--mitigates--safeguard-removal", "hu2022lora", "qlora"
BUDGET_SECONDS = 0.05


@pytest.fixture(scope="module")
def changing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kg.Graph]:
    """A record of its own, to be written to."""
    graph = kg.open(f"sqlite:///{tmp_path_factory.mktemp('pages') / 'r.db'}", ontology=(), lang="en")
    yield graph
    graph.store.close()


def sample(graph: kg.Graph) -> list[str]:
    snapshot = graph.snapshot
    kinds = {
        "entities": snapshot.entities,
        "claims": snapshot.claims,
        "works": snapshot.works,
        "evidence": snapshot.evidence,
    }
    return [f"/{kind}/{id}" for kind, some in kinds.items() for id in list(some)[::17]]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_record_has_a_page(client: TestClient, pack_graph: kg.Graph, lang: str) -> None:
    for address in sample(pack_graph):
        got = client.get(address, params={"lang": lang})
        assert got.status_code == 200, address
        assert f'<html lang="{"en" if lang == "en" else "zh-Hans"}">' in got.text
        assert "application/ld+json" in got.text
        assert f'<link rel="canonical" href="{address}">' in got.text
        own = re.sub(r"<(script|pre)[ >].*?</\1>", "", got.text, flags=re.DOTALL)
        assert not re.search(r"\{[a-z_]+\}|<bound method|>None\b", own), address


def test_record_pages_keep_the_budget(client: TestClient, pack_graph: kg.Graph) -> None:
    taken = []
    for address in sample(pack_graph):
        client.get(address)
        start = time.process_time()
        client.get(address, params={"known_in": "2025"})
        taken.append(time.process_time() - start)
    assert sorted(taken)[len(taken) // 2] < BUDGET_SECONDS


def test_an_unknown_parameter_is_refused(client: TestClient) -> None:
    for address in (f"/claims/{CLAIM}?known_inn=2024", "/matrix?row=Technique", "/matrix.csv?cell=a..b"):
        assert client.get(address).status_code == 422
    assert client.get(f"/claims/{CLAIM}?view=future").status_code == 422
    assert client.get("/claims/tar--mitigates--nothing").status_code == 404
    assert client.get("/matrix?cell=qlora..nothing").status_code == 404


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_account_adds_up_to_the_belief(pack_graph: kg.Graph, lang: str) -> None:
    network = pack_graph.network()
    for id, weighing in network.weighings.items():
        told = account(network, id, lang)
        for polarity, total in ((1, weighing.support), (-1, weighing.dispute)):
            masses = [
                line["amount"] for line in told["lines"] if line["side"] == polarity and line["mark"] == "counted"
            ]
            assert sum(masses) >= total - 1e-9
            if sum(masses) > total + 1e-9:
                assert any(f"{total:.2f}" in one for one in told["sums"])
        assert len(told["lines"]) == len(network.snapshot.evidence_of(id))
        assert f"{weighing.opinion.expected:.2f}" in told["result"]
    marks = {line["mark"] for id in network.weighings for line in account(network, id, lang)["lines"]}
    assert {"counted", "shadowed", "neutral"} <= marks


def test_what_does_not_count_says_why_in_the_language_of_the_page(client: TestClient) -> None:
    english = client.get(f"/claims/{CLAIM}?known_in=2020&lang=en").text
    chinese = client.get(f"/claims/{CLAIM}?known_in=2020&lang=zh").text
    assert "its work appeared in 2025, after 2020" in english
    assert "其文献发表于 2025 年，晚于 2020 年" in chinese
    assert "its work" not in chinese


def test_a_retracted_work_says_so_and_history_says_who(changing: kg.Graph) -> None:
    client = TestClient(another(changing), headers={"Accept-Language": "en"})
    assert "banner" not in client.get(f"/works/{WORK}").text
    notice = "https://example.org/notice"
    changing.retract(WORK, notice=notice, actor="ada", why="the figures were made up")
    page = client.get(f"/works/{WORK}").text
    assert "This work has been retracted." in page
    assert f'href="{notice}"' in page
    told = client.get(f"/works/{WORK}?view=history").text
    assert told.count('<li>\n      <p class="who">') == len(changing.store.history("work", WORK)) == 2
    assert "mark as retracted" in told
    assert "ada" in told
    assert "the figures were made up" in told
    assert "<del>" in told
    before = client.get(f"/works/{WORK}?as_of=1").text
    assert "banner" not in before
    item = changing.snapshot.evidence_from(WORK)[0]
    assert "its work is retracted" in client.get(f"/evidence/{item.id}").text


def test_a_record_that_waits_for_review_says_so(changing: kg.Graph) -> None:
    claim = changing.snapshot.claim(CLAIM)
    changing.write([Change("claim", replace(claim, status="proposed"))], actor="ada", act="propose")
    client = TestClient(another(changing))
    assert "此记录的状态为" in client.get(f"/claims/{CLAIM}?lang=zh").text
    entity = client.get("/entities/tar?lang=zh").text
    assert "另有 1 条不计入" in entity
    assert f'href="/claims/{CLAIM}' not in entity
    assert f'href="/claims/{CLAIM}' in client.get("/entities/tar?lang=zh&include_proposed=true").text


@pytest.mark.parametrize(
    ("format", "mark"), [("bibtex", "@inproceedings{hu2022lora"), ("ris", "TY  - "), ("csl-json", '"id":"hu2022lora"')]
)
def test_a_work_is_copied_in_three_formats(client: TestClient, format: str, mark: str) -> None:
    got = client.get(f"/works/{WORK}/citation", params={"format": format})
    assert mark in got.text
    assert got.headers["content-disposition"].startswith('attachment; filename="hu2022lora.')
    assert client.get(f"/works/{WORK}/citation?format=endnote").status_code == 422


def test_the_map_has_the_cells_of_the_answer(client: TestClient, pack_graph: kg.Graph) -> None:
    answer = pack_graph.matrix()
    page = client.get("/matrix").text
    keys = re.findall(r'data-cell="([^"]+)"', page)
    assert sorted(keys) == sorted(f"{cell['row']}..{cell['col']}" for cell in answer["cells"])
    assert page.count('<td class="none">') == len(answer["rows"]) * len(answer["cols"]) - len(answer["cells"])
    opened = client.get("/matrix", params={"cell": keys[0]}).text
    assert 'id="cell"' in opened
    first = next(cell for cell in answer["cells"] if f"{cell['row']}..{cell['col']}" == keys[0])
    assert all(f"/claims/{id}" in opened for id in first["best"]["claims"])
    assert all(f"/works/{id}" in opened for id in first["best"]["works"])
    less = client.get("/matrix?filled=true").text
    assert sorted(re.findall(r'data-cell="([^"]+)"', less)) == sorted(keys)
    assert less.count("<td") < page.count("<td")


@pytest.mark.parametrize(
    ("lang", "legend", "title"),
    [
        ("en", ("0.87</span> expected value", "3·23</span> 3 works, the newest of 2023"), "expected 0.87, works: 1, "),
        ("zh", ("0.87</span> 期望值", "3·23</span> 3 项文献，最新为 2023 年"), "期望值 0.87，文献 1 项，"),
    ],
)
def test_the_legend_and_the_title_say_every_line_of_a_cell(
    client: TestClient, lang: str, legend: tuple[str, str], title: str
) -> None:
    page = client.get("/matrix", params={"lang": lang}).text
    key = page.split('<ul class="key"', 1)[1].split("</ul>", 1)[0]
    assert all(line in key for line in legend)
    titles = re.findall(r'data-cell="[^"]+" title="([^"]+)"', page)
    assert len(titles) == page.count("data-cell=")
    assert any(title in one and "2023" in one for one in titles)


def test_the_map_of_two_other_kinds_and_of_nothing(client: TestClient) -> None:
    assert 'data-cell="' in client.get("/matrix?rows=Mitigation&cols=Risk").text
    assert "No claim has counting support" in client.get("/matrix?known_in=1500").text
    same = client.get("/matrix?rows=Risk&cols=Risk").text
    assert '<td class="same">' in same


def test_families_stand_together(pack_graph: kg.Graph) -> None:
    network = pack_graph.network()
    ids = pack_graph.matrix()["rows"]
    found = in_families(network, ids)
    assert sorted(id for id, _ in found) == sorted(ids)
    place = {id: at for at, (id, _) in enumerate(found)}
    for id, depth in found:
        if depth:
            above = next(other for other, level in reversed(found[: place[id]]) if level == depth - 1)
            assert id in network.snapshot.within(above)


def test_the_table_says_what_the_answer_says(client: TestClient, pack_graph: kg.Graph) -> None:
    got = client.get("/matrix.csv?lang=en")
    rows = list(csv.DictReader(io.StringIO(got.text.removeprefix("\ufeff"))))
    answer = pack_graph.matrix(lang="en")
    assert len(rows) == len(answer["rows"]) * len(answer["cols"])
    found = {(row["row"], row["col"]): row for row in rows if row["direction"]}
    assert len(found) == len(answer["cells"])
    for cell in answer["cells"]:
        row = found[cell["row"], cell["col"]]
        assert float(row["expected"]) == pytest.approx(cell["best"]["belief"]["expected"], abs=1e-4)
        assert (row["direction"], int(row["works"])) == (cell["direction"], cell["works"])
        assert len(row["work_keys"].split()) == cell["works"]


@given(st.builds("{}{}{}".format, st.sampled_from(["", "'", "''"]), st.sampled_from(["", *RISKY]), st.text()))
def test_no_cell_is_a_formula_and_each_is_read_as_it_was(text: str) -> None:
    assert not neutral(text).startswith(RISKY)
    assert restored(neutral(text)) == text


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=14))
def test_layers_hold_every_node_once_and_links_run_on(links: list[tuple[str, str]]) -> None:
    found = layers(links)
    places = [place for column in found.columns for place in column]
    assert len(places) == len(set(places))
    assert {place for place in places if isinstance(place, str)} == {end for link in links for end in link}
    column = {place: at for at, some in enumerate(found.columns) for place in some}
    assert set(found.routes) == set(links)
    for (source, target), route in found.routes.items():
        assert (route[0], route[-1]) == (source, target)
        steps = [column[b] - column[a] for a, b in itertools.pairwise(route)]
        assert source == target or len(route) == abs(column[source] - column[target]) + 1 or steps == [0]
        assert set(steps) <= {1} or set(steps) <= {-1} or set(steps) <= {0}


@given(st.text(alphabet="abc 微调-", max_size=80))
def test_labels_fit_on_their_cards(label: str) -> None:
    lines = wrapped(label)
    assert 1 <= len(lines) <= 3
    assert all(sum(1.0 if char in "微调…" else 0.58 for char in line) <= LINE_EMS + 0.5 for line in lines)


def test_a_picture_shows_each_claim_and_entity_once(pack_graph: kg.Graph) -> None:
    network = pack_graph.network()
    paths = pack_graph.paths(ENTITY, "malicious-use")["paths"]
    claims = [id for path in paths for id in path["claims"]]
    drawn = picture(network, [*claims, "no--such--claim"], lang="en", lost=claims[:1])
    assert drawn is not None
    assert [line.id for line in drawn.lines] == list(dict.fromkeys(claims))
    assert {card.id for card in drawn.cards} == {id for path in paths for id in path["entities"]}
    assert [line.state for line in drawn.lines].count("lost") == 1
    assert all(card.x >= 0 and card.x + 150 <= drawn.width and card.y + 46 <= drawn.height for card in drawn.cards)
    assert picture(network, [], lang="en") is None
    supposed = picture(
        network, ["qlora--raises--spear-phishing", "nonsense"], lang="en", gained=["qlora--raises--spear-phishing"]
    )
    assert supposed is not None
    assert [(line.known, line.state, line.sign) for line in supposed.lines] == [(False, "gained", 1)]


def test_words_are_there_in_both_languages() -> None:
    assert set(said("en")) == set(said("zh"))
    wrong: list[Any] = [
        (key, text) for key, text in said("zh").items() if re.search(r"[\u4e00-\u9fff][,;:()?!][\u4e00-\u9fff]", text)
    ]
    assert wrong == []


def test_a_map_too_large_for_a_page_is_cut_and_says_so(pack_graph: kg.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gapmap, "CELLS_MOST", 100)
    page = TestClient(another(pack_graph)).get("/matrix?lang=en").text
    assert "Rows left out for want of room" in page
    assert page.count("<td") <= 100
    assert page.count('data-cell="') > 0


def test_a_record_that_cannot_be_read_is_a_page(tmp_path: Path) -> None:
    graph = kg.open(f"sqlite:///{tmp_path / 'r.db'}", empty=True, ontology=(), lang="en")
    client = TestClient(another(graph), raise_server_exceptions=False)
    assert client.get("/matrix?lang=zh").status_code == 200
    graph.store.close()
    (tmp_path / "r.db").unlink()
    (tmp_path / "r.db").mkdir()
    got = client.get("/matrix?lang=zh", headers={"Accept": "text/html"})
    assert got.status_code == 503
    assert "数据库没有正常应答。" in got.text
    assert got.headers["retry-after"] == "5"


@given(st.text(alphabet="abc <>&\"'微调，。-é’ "), st.sampled_from(["en", "zh"]))
def test_marking_a_tongue_changes_no_text(text: str, lang: str) -> None:
    marked = str(tongue(text, lang))
    bare = re.sub(r'<span lang="(?:en|zh-Hans)">|</span>', "", marked)
    assert html.unescape(bare) == text
    assert "<" not in bare


def test_english_phrases_on_chinese_pages_are_marked(client: TestClient) -> None:
    page = client.get(f"/works/{WORK}?lang=zh").text
    body = re.sub(r"<(script|pre)[ >].*?</\1>|<head>.*?</head>|<span lang=\"en\">.*?</span>", "", page, flags=re.DOTALL)
    body = re.sub(r"<[^>]+>", "|", body)
    assert not re.findall(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}", body)


def test_a_statement_of_the_other_language_says_so(changing: kg.Graph) -> None:
    items = changing.snapshot.evidence_of(CLAIM)
    chinese = replace(
        items[0], id=f"{items[0].id}zh", statement="在多步对抗微调下，防护得以保持。", quote=None, alias=None
    )
    mixed = replace(chinese, id=f"{items[0].id}mixed", statement="LoRA 微调后防护失效。")
    changing.write([Change("evidence", one) for one in (chinese, mixed)], actor="a", act="propose")
    with TestClient(another(changing)) as client:
        for address, foreign in ((f"/claims/{CLAIM}", len(items)), (f"/evidence/{items[0].id}", 1)):
            page = client.get(f"{address}?lang=zh").text
            told = r'<p class="statement"><span lang="en">[^<]*</span> <span class="foreign">原文为英文</span></p>'
            assert (len(re.findall(told, page)), page.count("原文为英文")) == (foreign, foreign)
            assert "Written in English" not in client.get(f"{address}?lang=en").text
        page = client.get(f"/claims/{CLAIM}?lang=en").text
        assert re.findall(r'<span lang="zh-Hans">([^<]*)</span> <span class="foreign">Written in Chinese<', page) == [
            chinese.statement
        ]
        assert "Written in Chinese" in client.get(f"/evidence/{chinese.id}?lang=en").text
        for own in (chinese, mixed):
            assert 'class="foreign"' not in client.get(f"/evidence/{own.id}?lang=zh").text


@pytest.mark.parametrize(("lang", "said"), [("en", "The address is too long"), ("zh", "地址过长")])
def test_an_address_that_is_too_long_is_told_on_a_page_that_leads_on(client: TestClient, lang: str, said: str) -> None:
    filters = "&".join(f"without_work=w{number}" for number in range(1_000))
    answer = client.get(f"/matrix?{filters}&lang={lang}", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (414, "text/html; charset=utf-8")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert said in answer.text
    assert "without_work" not in answer.text
    assert "/api/v1" not in answer.text
    assert client.get(f"/matrix?{filters}").headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/entities/nobody", "/history/99999", "/review/none", "/evidence/x"])
def test_what_is_missing_is_told_without_words_for_programs(client: TestClient, path: str) -> None:
    for lang in ("en", "zh"):
        answer = client.get(f"{path}?lang={lang}", headers={"accept": "text/html"})
        assert answer.status_code == 404
        assert "/api/v1" not in answer.text.split("<main")[1]


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        (f"/works/{WORK}", f"/contribute?work={WORK}"),
        ("/claims/tar--mitigates--safeguard-removal", "/contribute?claim=tar--mitigates--safeguard-removal"),
        ("/entities/qlora", "/contribute?subject=qlora"),
        ("/evidence/tamirisa2025tar.m4jmiup6olje", "/contribute?revises=tamirisa2025tar.m4jmiup6olje"),
        ("/search?q=zzzzzz", "/contribute"),
    ],
)
def test_records_lead_to_where_they_are_added_to(client: TestClient, path: str, leads: str) -> None:
    page = client.get(path, headers={"accept": "text/html"})
    assert f'href="{leads}"' in page.text
    assert client.get(leads, headers={"accept": "text/html"}).status_code == 200
