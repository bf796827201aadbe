"""The wording that the lint looks for: null results, names that a statement mentions, titles."""

from __future__ import annotations

import pytest

from kg.lint.wording import NULL_RESULTS, is_title, mentions, null_result

NULLS = [
    "No significant difference was found between the arms.",
    "No statistically significant effect.",
    "The effect was not statistically significant.",
    "The gain wasn’t significant.",
    "There was no evidence of an effect.",
    "Accuracy did not improve.",
    "The method does not reduce memory.",
    "The authors failed to replicate the result.",
    "They fail to find any benefit.",
    "It was no better than chance.",
    "A null result is reported.",
    "没有发现差异",
    "结果不显著",
    "该方法并未降低成本",
    "未能复现原结果",
    "无显著影响",
]
RESULTS = [
    "Memory fell by half without loss of quality.",
    "Refusals vanished with little effect on other abilities.",
    "A significant difference was found.",
    "Access need not be left to large companies.",
    "Sharing data means that users do not have to create it.",
    "The classifier did not notice the attack.",
    "Audits cannot cover every emerging ability.",
    "Tuning took no new parameters.",
    "Merging worked with no change in quality.",
    "显存减半而质量不变",
    "差异显著",
    "能有效降低成本",
]


@pytest.mark.parametrize("text", NULLS)
def test_a_null_result_is_recognised(text: str) -> None:
    assert null_result(text) is not None


@pytest.mark.parametrize("text", RESULTS)
def test_a_result_is_not_taken_for_a_null_result(text: str) -> None:
    assert null_result(text) is None


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("LoRA was used.", ["Low-rank adaptation", "LoRA"], True),
        ("Quantizing helps.", ["Quantised adaptation"], True),
        ("Fine-tuned models misbehave.", ["Fine-tuning"], True),
        ("The model works.", ["Open models"], False),
        ("模型的护栏被移除。", ["护栏移除"], True),
        ("今天下雨。", ["护栏移除"], False),
        ("", ["LoRA"], False),
        ("anything", [], False),
    ],
)
def test_mentions(text: str, names: list[str], expected: bool) -> None:
    assert mentions(text, names) is expected


def test_a_short_part_before_the_colon_is_no_title() -> None:
    assert not is_title("QLoRA", "QLoRA: Efficient Finetuning")
    assert is_title("“QLoRA: Efficient Finetuning”", "QLoRA: Efficient Finetuning")


@pytest.mark.parametrize("text", [*NULLS, *RESULTS, "non-significant change", "insignificant result", "Noted.", "无效"])
def test_looking_for_cues_first_misses_nothing(text: str) -> None:
    assert (null_result(text) is not None) is any(pattern.search(text) for pattern in NULL_RESULTS)
