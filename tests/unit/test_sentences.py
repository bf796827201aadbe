"""Sentences agree with their subjects, and figures beside each other differ where what they stand for does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg
from kg.question.compare_said import figures
from kg.sentences import agreeing, inside, plural, sentence

MANY = (
    "Adapter layers", "Adversarial suffixes", "Branching and merging of experts", "Eight-bit optimizers", "LLMs",
    "Know-your-customer rules for compute", "Non-state actors", "People who fine-tune", "Self-destructing models",
    "Techniques that reduce fine-tuning cost", "Tools used by few", "Training runs", "Usage monitoring and policies",
    "Weights (open)",
)  # fmt: skip
ONE = (
    "AWS", "Access", "Analysis", "Availability of tools and frameworks", "Computational cost", "Ethics", "Fine-tuning",
    "Cost borne by one participant", "Fine-tuning that removes safeguards", "Model access", "Number of parameters",
    "Sharing of malicious adapters", "Status of releases", "Synthetic training data", "Withholding weights", "模型",
)  # fmt: skip


@pytest.mark.parametrize("label", MANY)
def test_several_things_take_a_plural_verb(label: str) -> None:
    assert plural(label)
    assert agreeing("raises", label) == "raise"


@pytest.mark.parametrize("label", ONE)
def test_one_thing_takes_a_singular_verb(label: str) -> None:
    assert not plural(label)
    assert agreeing("raises", label) == "raises"


def test_every_relation_of_the_ontology_has_both_forms(pack_graph: kg.Graph) -> None:
    labels = [relation.label.en for relation in pack_graph.vocabulary.relations.values()]
    assert {one: agreeing(one, "Rules") for one in labels} == {
        "raises": "raise", "lowers": "lower", "enables": "enable", "mitigates": "mitigate", "undermines": "undermine",
        "provides": "provide", "requires": "require", "exercised by": "are exercised by", "affects": "affect",
        "informs": "inform",
    }  # fmt: skip


def test_claims_of_the_pack_read_well(pack_graph: kg.Graph) -> None:
    snapshot = pack_graph.snapshot
    said = {id: sentence(claim, snapshot, pack_graph.vocabulary) for id, claim in snapshot.claims.items()}
    assert said["model-soups--enables--model-merging"].document() == {
        "en": "Model soups enable model merging",
        "zh": "模型汤使模型合并成为可能",
    }
    assert said["adversarial-suffixes--raises--transferable-jailbreaks"].en.startswith("Adversarial suffixes raise ")
    assert not [one for one in said.values() if "…" in one.get("zh")]


def test_answers_agree_too(pack_graph: kg.Graph) -> None:
    answer = pack_graph.paths("adversarial-suffixes", "transferable-jailbreaks", lang="en")
    texts = [answer.get("text", ""), *(path["explanation"] for path in answer["paths"])]
    assert not [text for text in texts if "suffixes raises" in text or "suffixes lowers" in text]


@given(st.floats(0, 1), st.floats(0, 1))
def test_figures_differ_where_values_do_and_are_roundings_of_them(first: float, second: float) -> None:
    shown = figures(first, second)
    assert abs(first - second) < 1e-6 or shown[0] != shown[1]
    assert all(
        abs(float(text) - value) <= 0.0050001 for text, value in zip(shown, (first, second), strict=True) if text
    )
    assert len({len(text) for text in shown if text}) == 1


def test_nouns_in_s_that_are_one_thing_take_a_verb_of_one() -> None:
    one = ("Liquefied petroleum gas", "Diabetes", "Measles", "Asbestos", "Rabies", "Herpes", "Atlas", "Chaos", "Series")
    assert [label for label in one if plural(label)] == []
    assert all(map(plural, ("Greenhouse gases", "Videos", "Wood stoves")))


def test_names_of_several_words_keep_their_capitals_inside_a_sentence() -> None:
    for name in ("Action Plan 2013-2017", "Clean Air Act", "Directive 2008"):
        assert inside(name) == name
    assert [inside(label) for label in ("Fine-tuning of LoRA", "Filters with HEPA")] == [
        "fine-tuning of LoRA",
        "filters with HEPA",
    ]
