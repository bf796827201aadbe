"""Pages for reviewers call works and claims by their names; documents for programs by their ids."""

from __future__ import annotations

import re

import pytest

from tests.api.test_pages_write import ITEM, Visitor
from tests.api.test_pages_write import ann as ann
from tests.api.test_pages_write import app as app
from tests.api.test_pages_write import bob as bob
from tests.api.test_pages_write import graph as graph


@pytest.mark.parametrize(("lang", "name"), [("en", "Hu et al. (2022)"), ("zh", "Hu 等（2022）")])
def test_reviewers_read_works_and_claims_by_their_names(ann: Visitor, bob: Visitor, lang: str, name: str) -> None:
    sent = ann.post("/contribute", 303, act="send", **ITEM | {"relation": "raises", "object": "malicious-use"})
    page = bob.get(f"{sent.split('?')[0]}?lang={lang}")
    stance, said = {
        "en": (f"{name} supports “", "Quantized low-rank adaptation raises malicious use"),
        "zh": (f"{name}支持：“", "量化低秩适配提高恶意使用"),
    }[lang]
    assert f"<h1>{stance}{said}”</h1>" in page
    assert re.search(rf'<p class="note">[^<]*<a href="/review/qlora--raises--malicious-use[^"]*">{said}</a></p>', page)
    told = re.findall(r"<li>([^<]*(?:because of|原因在于)[^<]*)</li>", page)
    assert len(told) >= 2
    assert all(name in text and "hu2022lora" not in text for text in told)
    assert f"{stance}{said}”</a></h2>" in bob.get(f"/review?lang={lang}")
    assert bob.client.get(f"/api/v1/reviews?lang={lang}").json()["items"][1]["says"].startswith("hu2022lora ")
