"""Answers in one paragraph: exact words for small records, and what holds for every answer in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import kg
from kg.model import Change, Evidence, kind_of
from kg.question import robustness
from kg.question.compare_said import because
from kg.question.explain import CAVEAT
from kg.question.paragraphs import PARAGRAPHS
from kg.question.phrases import Speech
from tests.builders import records
from tests.kept import CRITERIA, TYPES, every_answer, labelled, small

EN, ZH = CAVEAT["en"], CAVEAT["zh"]
EXACT: list[tuple[str, tuple[Any, ...], dict[str, Any], str, str]] = [
    (
        "paths",
        ("t", "r"),
        {},
        "From tuning to misuse the answer lists 1 chain of at most 6 claims: 1 raising it, 0 lowering it. The "
        "record points one way: tuning raises misuse. The best chain runs: tuning raises access; access "
        "raises misuse. The expected value that all of it holds is 0.77. The evidence for it amounts to a "
        "belief of 0.57, the evidence against it to a disbelief of 0.00; 0.43 is not known either way. It "
        "rests on 3 works. ",
        "从微调到滥用，答案列出 1 条链条（每条最多 6 条论断）：提高 1 条，降低 0 条。记录指向一个方向：微调提高滥用"
        "。最佳链条为：微调提高可及性；可及性提高滥用。整条链条成立的期望值为 0.77。支持它的证据合计信念 0.57"
        "，质疑它的证据合计不信 0.00，不确定度 0.43。依据 3 项文献。",
    ),
    (
        "paths",
        ("t", "m"),
        {"known_in": 2020, "without_work": ["w2"]},
        "No path of at most 6 claims leads from tuning to locks. Under these criteria 1 of the 1 claims "
        "recorded from the first take part, and 0 of the 0 recorded to the second. No evidence found is not "
        "evidence of no effect. Asked under the criteria known-in 2020; without-work w2. ",
        "在最多 6 条论断之内，没有从“微调”到“锁定”的链条。按这些条件，“微调”有 1 条出边（共记录 1 条论断），“"
        "锁定”有 0 条入边（共记录 0 条）。没有找到证据，不等于没有影响。所用条件：发表年份不晚于 2020；排除文献 "
        "w2。",
    ),
    (
        "impact",
        ("r",),
        {"direction": "in"},
        "4 entities reach misuse within 6 claims; the direction is raising in 3, lowering in 1, both in 0. "
        "The strongest chain that raises leads from access to misuse, with an expected value of 0.88. The "
        "strongest chain that lowers leads from locks to misuse, with an expected value of 0.53. A contested "
        "claim is on the chains of 1 of the 4. Ignorance is another matter: the middle one of the best chains "
        "leaves 0.34 not known either way. For what is not listed no evidence was found, which is not "
        "evidence of no effect. ",
        "在 6 条论断之内，有 4 个实体通向滥用；方向为提高的 3 个，降低的 1 个，兼有的 0 个。提高方向最强的链条"
        "从可及性到滥用，期望值为 0.88。降低方向最强的链条从锁定到滥用，期望值为 0.53。4 个之中，有 1 个的链条"
        "经过有争议的论断。不确定度与冲突分开计算：各最佳链条不确定度的中位数为 0.34。未列出的是没有找到证据的，这"
        "不等于没有影响。",
    ),
    (
        "what_if",
        ("t", "r"),
        {"drop_work": "w1", "add": "t raises r 0.7"},
        "Supposed is a record with “Tuning raises misuse” holding at a chance of 0.7; without the evidence of "
        "w1. Tuning raises misuse before and after. The expected value of its best chain goes from 0.77 to "
        "0.70. The works responsible: w1. Its chains: 1 weaker, 1 new. 2 claims differ: 1 weaker, 1 new. ",
        "假设：假定“微调提高滥用”以 0.7 的概率成立；不计文献 w1。微调提高滥用，前后一致。其最佳链条的期望值"
        "由 0.77 变为 0.70。原因在于：w1。其链条：减弱 1 条，新增 1 条。有 2 条论断不同：减弱 1 条，新增 1 条"
        "。",
    ),
    (
        "cut",
        ("r",),
        {"source": "t"},
        "1 harmful route of at most 6 claims leads to misuse. The smallest set of mitigations that cuts every "
        "one of them is proven: locks. Without “Access raises misuse” no harmful route is left; no smaller "
        "set of claims does that. This is one of 2 smallest sets of claims; as small: “Tuning raises access”. "
        "Without the evidence of w3 none is left; no smaller set of works does that. ",
        "通向滥用的最多 6 条论断的有害路线有 1 条。能全部切断的最小缓解措施集合已获证明：锁定。去掉“可及性提高"
        "滥用”，就不剩有害路线；没有更小的论断集合能做到。这是 2 个最小论断集合之一；同样小的还有：“微调提高可及"
        "性”。失去文献 w3，就不剩有害路线；没有更小的文献集合能做到。",
    ),
    (
        "disputes",
        (),
        {},
        "1 claim has counting evidence on both sides. The conflict is sharpest on “Uploading raises misuse”: "
        "1 supporting with a belief of 0.71, 1 disputing with a disbelief of 0.06. Apart from that conflict, "
        "0.24 is not known either way. A contested claim is on 1 best chain. ",
        "有 1 条论断同时具有正反两方面的有效证据。冲突最尖锐的是“上传提高滥用”：支持 1 条，信念 0.71；质疑 1 "
        "条，不信 0.06。冲突之外，不确定度为 0.24。有 1 条最佳链条经过有争议的论断。",
    ),
    (
        "robustness",
        ("t", "r"),
        {},
        "The record points one way: tuning raises misuse. The best chain runs: tuning raises access; access "
        "raises misuse. The expected value that all of it holds is 0.77. The evidence for it amounts to a "
        "belief of 0.57, the evidence against it to a disbelief of 0.00; 0.43 is not known either way. It "
        "rests on 3 works. The best chain stands on 3 independent sources. The loss of w3 alone would leave "
        "no chain. Without w1 the stronger direction stays, and the expected value would be 0.53. ",
        "记录指向一个方向：微调提高滥用。最佳链条为：微调提高可及性；可及性提高滥用。整条链条成立的期望值为 0."
        "77。支持它的证据合计信念 0.57，质疑它的证据合计不信 0.00，不确定度 0.43。依据 3 项文献。最佳链条"
        "依据 3 个独立来源。单独失去 w3，就不剩链条。没有 w1，较强的方向不变，期望值为 0.53。",
    ),
    (
        "retract",
        ("w3",),
        {"dry_run": True},
        "w3 bears on 1 claim; the answers are compared with it current and with it retracted. 1 pair changes: "
        "1 lost. Tuning raises misuse before, and no chain is left after. The works responsible: w3. 1 claim "
        "differs: 1 lost. ",
        "w3 涉及 1 条论断；比较的是其状态“有效”与“已撤稿”。有 1 个组合发生变化：消失 1 个。原先微调提高滥用，"
        "此后不剩链条。原因在于：w3。有 1 条论断不同：消失 1 条。",
    ),
    (
        "diff",
        (2, 3),
        {},
        "Compared are revision 2 and revision 3. 1 pair changes: 1 new. No chain led from uploading to misuse "
        "before; now the first raises the second. The works responsible: w5 and w6. 1 claim differs: 1 new. "
        "Newly contested: “Uploading raises misuse”. ",
        "比较的是修订版 2 与修订版 3。有 1 个组合发生变化：新增 1 个。原先没有从上传到滥用的链条，此后前"
        "者提高后者。原因在于：w5、w6。有 1 条论断不同：新增 1 条。新出现争议：“上传提高滥用”。",
    ),
]


@pytest.fixture(scope="module")
def graph() -> Iterator[kg.Graph]:
    """The small record before the retraction."""
    made = small(":memory:", revisions=3)
    yield made
    made.store.close()


@pytest.mark.parametrize(
    ("method", "subject", "options", "en", "zh"), EXACT, ids=[f"{one[0]}-{one[1]}" for one in EXACT]
)
def test_the_paragraph_says_exactly_this(
    graph: kg.Graph, method: str, subject: tuple[Any, ...], options: dict[str, Any], en: str, zh: str
) -> None:
    for lang, said in (("en", en + EN), ("zh", zh + ZH)):
        assert graph.explain(getattr(graph, method)(*subject, **options, lang=lang)) == said


def test_both_directions_are_told_apart_and_not_set_off() -> None:
    lines = ("t raises f good:supports:w1", "f raises r low:supports:w2 low:disputes:w3", "t lowers r low:supports:w4")
    made = kg.open(":memory:", empty=True, lang="en", ontology=())
    made.write(labelled(records(*lines, types=TYPES)), actor="ann", act="add")
    said = made.explain(made.raises("r", technique="t"))
    assert said.startswith(
        "The record points both ways: tuning both raises and lowers misuse. The best chain runs: tuning "
        "lowers misuse. The expected value that all of it holds is 0.60. The evidence for it amounts to a "
        "belief of 0.20, the evidence against it to a disbelief of 0.00; 0.80 is not known either way. All of "
        "it rests on a single work, w4. The best chain of the other direction, which raises it, runs: tuning "
        "raises access; access raises misuse. Its expected value is 0.44. Both can hold at once; neither is "
        "set off against the other. On it, “Access raises misuse” is contested. "
    )
    made.store.close()


def test_what_was_not_read_in_the_work_or_was_inferred_is_said() -> None:
    made = small(":memory:", revisions=2)
    items = [one for one in made.snapshot.evidence.values() if one.work in {"w1", "w3"}]
    weak: list[Evidence] = [replace(items[0], basis="memory"), replace(items[1], inferred=True, basis="seed-summary")]
    made.write([Change("evidence", one) for one in weak], actor="ann", act="weaken")
    for lang, said in (
        (
            "en",
            "Of the 3 evidence items behind this, 2 come from a summary or from memory, not from the work "
            "itself, and 1 was applied to the claim by inference. " + EN,
        ),
        ("zh", "所依据的 3 条证据中，2 条出自摘要性材料或记忆，并非直接读自原文，1 条系推断而来。" + ZH),
    ):
        assert made.explain(made.paths("t", "r", lang=lang)).endswith(said)
    made.store.close()


def test_a_limit_is_told(graph: kg.Graph) -> None:
    answer = graph.paths("t", "r")
    cut = kg.Answer({**answer.document, "complete": False, "limits": ["pops"]})
    assert "A limit cut this answer (pops): there may be more than it says." in graph.explain(cut)


def test_one_of_several_smallest_sets_is_not_told_as_the_only_one() -> None:
    lines = ("t raises f good:supports:w1", "f raises r good:supports:w2", "u raises r good:supports:w3")
    locks = ("m lowers f good:supports:w4", "n lowers u good:supports:w4", "k lowers t good:supports:w4")
    made = kg.open(":memory:", empty=True, lang="en", ontology=())
    types = {**TYPES, "n": "Mitigation", "k": "Mitigation"}
    made.write([Change(kind_of(one), one) for one in records(*lines, *locks, types=types)], actor="ann", act="add")
    for lang, said in (
        (
            "en",
            "A smallest set of mitigations that cuts every one of them is proven: k and n. This is one of 2 "
            "smallest sets of mitigations; as small: with m instead of k. Without “f raises r” and “u raises r” no "
            "harmful route is left; no smaller set of claims does that. This is one of 2 smallest sets of claims; "
            "as small: with “t raises f” instead of “f raises r”. Without the evidence of w1 and w3 none is left; "
            "no smaller set of works does that. This is one of 2 smallest sets of works; as small: with w2 instead "
            "of w1. ",
        ),
        (
            "zh",
            "能全部切断的一个最小缓解措施集合已获证明：中k、中n。这是 2 个最小缓解措施集合之一；同样小的还有："
            "以中m代替中k。去掉“中f提高中r”、“中u提高中r”，就不剩有害路线；没有更小的论断集合能做到。这是 2 个最小"
            "论断集合之一；同样小的还有：以“中t提高中f”代替“中f提高中r”。失去文献 w1、w3，就不剩有害路线；没有更"
            "小的文献集合能做到。这是 2 个最小文献集合之一；同样小的还有：以 w2 代替 w1。",
        ),
    ):
        assert said in made.explain(made.cut("r", lang=lang))
    many = made.cut("r")
    for limits, told in (([], "one of more than 20 smallest sets of works."), (["alternatives"], "There may be other")):
        more = {"more": ["works"], "alternatives": {**many["alternatives"], "works": [many["works"]]}}
        assert told in made.explain(kg.Answer({**many.document, **more, "limits": limits}))
    made.store.close()


def test_as_small_sets_that_share_nothing_are_told_in_full_and_many_are_counted() -> None:
    lines = ["t raises r good:supports:w1", *(f"m{at} lowers r good:supports:w{at}" for at in range(2, 10))]
    made = kg.open(":memory:", empty=True, lang="en", ontology=())
    types = {**TYPES, **{f"m{at}": "Mitigation" for at in range(2, 10)}}
    made.write([Change(kind_of(one), one) for one in records(*lines, types=types)], actor="ann", act="add")
    for lang, said in (
        ("en", "one of 8 smallest sets of mitigations; as small: m3; m4; m5; m6; m7; and 2 more. "),
        ("zh", "8 个最小缓解措施集合之一；同样小的还有：中m3；中m4；中m5；中m6；中m7；另有 2 个。"),
    ):
        assert said in made.explain(made.cut("r", lang=lang))
    made.store.close()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_answer_can_be_said(graph: kg.Graph, lang: str) -> None:
    said = {}
    for answer in every_answer(graph, criteria=CRITERIA, lang=lang):
        text = graph.explain(answer)
        said[answer["question"]["name"]] = text
        assert text.endswith(CAVEAT[lang])
        assert "None" not in text
        assert "{" not in text
        assert not re.search(r"\s{2}|\.\.|。。|^\s", text)
        assert answer.said(text)["receipt"] == answer["receipt"]
    assert said.keys() == PARAGRAPHS.keys()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_pack_can_be_said(pack_graph: kg.Graph, lang: str) -> None:
    for answer in (
        pack_graph.raises(lang=lang),
        pack_graph.matrix(lang=lang),
        pack_graph.impact("qlora", lang=lang),
        pack_graph.disputes(lang=lang),
        pack_graph.robustness("qlora", "malicious-use", lang=lang),
    ):
        text = pack_graph.explain(answer)
        assert text.endswith(CAVEAT[lang])
        assert 200 < len(text) * (3 if lang == "zh" else 1) < 2_500
        assert "None" not in text


@pytest.mark.parametrize(("lang", "words"), [("en", "No work near it could be tried"), ("zh", "未能试过附近的任何")])
def test_no_work_that_was_tried_is_no_sign_of_strength(monkeypatch: pytest.MonkeyPatch, lang: str, words: str) -> None:
    monkeypatch.setattr(robustness, "SECONDS", 0.0)
    made = kg.open(":memory:")
    answer = made.robustness("qlora", "malicious-use", lang=lang)
    assert (answer["works"], answer["complete"]) == ([], False)
    text = made.explain(answer)
    made.store.close()
    assert words in text
    for said in (text, answer["explanation"]):
        assert "None of" not in said
        assert "没有一项" not in said


def test_a_paragraph_is_worded_once_for_an_answer_and_a_network(graph: kg.Graph) -> None:
    answer = graph.raises("r", without_work=["w2"])
    assert graph.explain(answer) is graph.explain(answer)
    assert graph.explain(answer, cited=True) is graph.explain(answer, cited=True)
    assert graph.explain(answer) == graph.explain(dict(answer)) != graph.explain(answer, cited=True)
    assert answer.worded(graph.network(), False, lambda: "Of another network.") == "Of another network."
    assert graph.explain(answer) == graph.explain(dict(answer))


def test_an_old_answer_is_said_in_the_words_of_its_own_revision() -> None:
    made = small(":memory:", revisions=2)
    before = made.paths("t", "r")
    said = made.explain(before)
    label = made.snapshot.entities["r"]
    made.write([Change("entity", replace(label, label=kg.Text("Abuse", "滥用")))], actor="ann", act="rename")
    assert made.explain(before) == said
    assert "abuse" in made.explain(made.paths("t", "r"))
    made.store.close()


def test_a_retraction_tells_how_many_kept_answers_it_would_change() -> None:
    made = small(":memory:", revisions=3)
    for answer in (made.paths("t", "r"), made.impact("u")):
        made.keep(answer)
    for lang, said in (("en", "1 kept answer would come out otherwise. "), ("zh", "有 1 个保存的答案会因此不同。")):
        preview = made.retract("w3", dry_run=True, lang=lang)
        assert said in made.explain(preview)
        assert made.verify_receipt(made.keep(preview)["receipt"])["identical"]
    made.store.close()


def test_a_name_that_ends_in_a_wide_bracket_has_no_space_behind_it_wherever_it_is_put() -> None:
    cited, keys = [f"李（200{at}）" for at in range(7)], [f"li200{at}" for at in range(7)]
    assert because(cited, "zh").endswith("李（2004）等 7 项文献")
    assert because(keys, "zh").endswith("li2004 等 7 项文献")
    graph = small(":memory:", revisions=1)
    speech = Speech(graph.network(), "zh")
    assert speech.listed(cited).endswith("李（2004）等 7 项")
    assert speech.listed(keys).endswith("li2004 等 7 项")
    assert speech.joined(["条件为 A（一） B。", "", "完。"]) == "条件为 A（一） B。完。", (
        "what others wrote stays as it is"
    )
    graph.store.close()


def test_criteria_are_said_in_the_words_of_the_form(pack_graph: kg.Graph) -> None:
    asked = {
        "known_in": 2026, "min_strength": "strong", "study_kind": ["empirical-experiment"], "relation": ["raises"],
        "block": ["fine-tuning-cost"], "without_work": ["hu2022lora"], "narrower": True,
    }  # fmt: skip
    chinese = pack_graph.explain(pack_graph.raises(lang="zh", **asked))
    labels = pack_graph.vocabulary
    for said in (
        "发表年份不晚于 2026",
        f"最低力度“{labels.strength('strong').label.get('zh')}”",
        f"仅计研究类型“{labels.study_kind('empirical-experiment').label.get('zh')}”",
        "仅用关系“提高”",
        f"不经过实体“{pack_graph.snapshot.entity('fine-tuning-cost').label.get('zh')}”",
        "排除文献 hu2022lora",
        "将下位实体视同该实体",
    ):
        assert said in chinese
    english = pack_graph.explain(pack_graph.raises(lang="en", **asked))
    assert "min-strength strong; " in english


def test_what_was_meant_names_the_place_in_chinese(pack_graph: kg.Graph) -> None:
    answer = pack_graph.cut("qlora", lang="zh")
    assert "请作为起点给出" in answer["note"]
