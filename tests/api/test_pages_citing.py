"""What works are called on the pages that are read: one name in each language, never the keys that commands take."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

import kg


@pytest.mark.parametrize(
    ("lang", "name", "other"),
    [("en", "Tamirisa et al. (2025)", "Tamirisa 等"), ("zh", "Tamirisa 等（2025）", "Tamirisa et al.")],
)
def test_a_work_has_one_name_on_every_page_of_a_language(
    client: TestClient, pack_graph: kg.Graph, lang: str, name: str, other: str
) -> None:
    item = next(one.id for one in pack_graph.snapshot.evidence.values() if one.work == "tamirisa2025tar")
    claim = pack_graph.snapshot.evidence[item].claim
    source, target = pack_graph.snapshot.claims[claim].subject, pack_graph.snapshot.claims[claim].object
    for path in (
        f"/evidence/{item}?",
        f"/claims/{claim}?",
        "/search?",
        f"/?claim={claim}&",
        "/?work=tamirisa2025tar&",
        f"/ask/paths?source={source}&target={target}&",
        "/ask/retraction?work=tamirisa2025tar&",
    ):
        page = client.get(f"{path}lang={lang}", headers={"Accept": "text/html"}).text
        assert name in page.replace('<span lang="en">Tamirisa</span>', "Tamirisa"), path
        assert other not in page, path


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_sentences_of_answers_name_works_and_not_their_keys(
    client: TestClient, pack_graph: kg.Graph, lang: str
) -> None:
    keys = re.compile("|".join(rf"\b{re.escape(key)}\b" for key in pack_graph.snapshot.works))
    pair = "source=qlora&target=malicious-use&"
    named = 0
    for path in (
        f"/ask/paths?{pair}without_work=chan2023hazards&",
        f"/ask/robustness?{pair}",
        "/ask/robustness?max_links=3&",
        f"/ask/what-if?{pair}drop_work=chan2023hazards&retract=dettmers2023qlora&",
        "/ask/what-if?drop_work=chan2023hazards&",
        "/ask/cut?target=malicious-use&source=qlora&",
        "/ask/gaps?kind=single-work&",
        "/ask/retraction?work=chan2023hazards&",
        "/matrix?",
    ):
        page = client.get(f"{path}lang={lang}").text
        said = re.findall(r'<p class="paragraph">(.*?)</p>|<td class="long">(.*?)</td>', page, re.DOTALL)
        assert said or "/matrix" in path, path
        for text in (re.sub("<[^>]*>", "", "".join(both)) for both in said):
            assert not keys.search(text), (path, text)
            assert "） " not in text, (path, text)
            named += ("（20" if lang == "zh" else " (20") in text
    assert named > 5


def test_works_of_a_cell_are_headed_by_their_name(client: TestClient) -> None:
    page = client.get("/matrix?cell=qlora..malicious-use&lang=zh").text
    assert '<h3>文献 <span class="count">' in page
    assert "文献数" not in page
