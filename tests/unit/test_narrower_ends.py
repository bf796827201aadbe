"""With the criterion `narrower` an entity and what is below it are one end: the answer says why no path joins them."""

from __future__ import annotations

from pathlib import Path

import pytest

import kg


@pytest.fixture
def graph(tmp_path: Path) -> kg.Graph:
    """Give a record in which tuning enables an adapter method that is narrower than tuning."""
    made = kg.open(f"sqlite:///{tmp_path / 'record.db'}", lang="en", empty=True)
    made.add_entity({"id": "tuning", "type": "Technique", "label": {"en": "Tuning", "zh": "微调"}})
    made.add_entity({"id": "adapter", "type": "Technique", "label": {"en": "Adapter"}, "broader": "tuning"})
    made.add_claim({"subject": "tuning", "relation": "enables", "object": "adapter"})
    work = made.add_work({"title": "On adapters", "authors": ["Base, X"], "year": 2023})["id"]
    item = {"kind": "empirical-experiment", "strength": "strong", "strength_reason": "measured", "basis": "full-text"}
    said = {"statement": "Adapters come of tuning.", "locator": "p. 1"}
    made.add_evidence({"claim": "tuning--enables--adapter", "work": work, "stance": "supports", **item, **said})
    return made


def test_what_stands_for_the_source_is_no_target(graph: kg.Graph) -> None:
    criteria = {"include_proposed": True}
    assert len(graph.paths("tuning", "adapter", **criteria)["paths"]) == 1
    found = graph.paths("tuning", "adapter", narrower=True, **criteria)
    assert found["paths"] == []
    assert "adapter counts as tuning itself" in found["note"]
    assert "“Adapter”视同“微调”本身" in graph.paths("tuning", "adapter", narrower=True, lang="zh", **criteria)["note"]
    # The other way round the broader one is met, as itself.
    assert "counts as" not in str(graph.paths("adapter", "tuning", narrower=True, **criteria)["note"])
