"""The pure parts of contributing: quotes, likeness, what a contribution comes to, which errors it gets."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg
from kg.contribute.changed import differences
from kg.contribute.quotes import check, folded
from kg.contribute.written import read_record
from kg.errors import Conflict, InputError, KgError, ParseFailure, Upstream
from kg.model import Entity, Text, Work, to_payload
from tests.builders import item as made_item
from tests.builders import work as made_work
from tests.contributions import ANN, item
from tests.services import Played

LONG = "x" * 10_001
NO_ENDS = item(subject=None, relation=None, object=None)
WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    # what, values, where, a part of the message
    ("evidence", item(subject="qlroa"), "subject", "did you mean qlora"),
    ("evidence", item(subject="不存在的技术"), "subject", "there is no entity '不存在的技术'"),
    ("evidence", item(subject=["qlora"]), "subject", "names nothing"),
    ("evidence", item(subject="qlora\x00"), "subject", "U+0000"),
    ("evidence", item(statement=""), "statement", "must not be empty"),
    ("evidence", item(statement=" \n "), "statement", "must not be empty"),
    ("evidence", item(statement="a\x00b"), "statement", "U+0000 at position 1"),
    ("evidence", item(statement="a\x1bb"), "statement", "U+001B at position 1"),
    ("evidence", item(statement="a\u202eb"), "statement", "U+202E at position 1"),
    ("evidence", item(statement="a\ud800b"), "statement", "unable to parse"),
    ("evidence", item(statement=LONG), "statement", "at most 10000 characters"),
    ("evidence", item(strength=math.nan), "strength", "valid string; given nan"),
    ("evidence", item(strength=0.7), "strength", "valid string; given 0.7"),
    ("evidence", item(strength="strongest"), "strength", "did you mean strong"),
    ("evidence", item(stance="suports"), "stance", "did you mean supports"),
    ("evidence", item(kind="实验"), "kind", "did you mean empirical-experiment"),
    ("evidence", item(basis="the web"), "basis", "the ontology has full-text"),
    ("evidence", item(relation="rasies"), "relation", "did you mean raises"),
    ("evidence", item(locator=None), "locator", "required"),
    ("evidence", item(strength_reason=None), "strength_reason", "required"),
    ("evidence", item(work="dettmers2023qlor"), "work", "did you mean"),
    ("evidence", item(work="10.1234/none"), "work", "there is no work"),
    ("evidence", item(work=None), "work", "no work is given"),
    ("evidence", item(claim="qlora--raises--malicious-use"), "claim", "given twice"),
    ("evidence", item(subject=None), "claim", "there is no subject"),
    ("evidence", NO_ENDS | {"claim": "no--raises--thing"}, "claim", "there is no claim"),
    ("evidence", item(object="qlora"), "object", "qlora raises itself"),
    ("evidence", item(subject="malicious-use", object="qlora"), "object", "cannot be of type Technique"),
    ("evidence", item(inferred="yes"), "inferred", "valid boolean"),
    ("evidence", item(status="accepted"), "status", "there is no such field"),
    ("evidence", item(statment="typo"), "statment", "did you mean statement"),
    ("evidence", item(contributor="eve"), "contributor", "not for you to say"),
    ("evidence", item(quote=item()["statement"].upper()), "statement", "in your own words"),
    ("entity", {"type": "Techniqe", "label": "New"}, "type", "did you mean Technique"),
    ("entity", {"type": "Technique", "label": "微调手术"}, "id", "Latin letters"),
    ("entity", {"type": "Technique", "label": {"zh": "只有中文"}}, "label", "no label in English"),
    ("entity", {"type": "Technique"}, "label", "no label in English"),
    ("entity", {"type": "Technique", "label": "New", "id": "Not A Slug"}, "id", "is not a slug"),
    ("entity", {"type": "Technique", "label": "New", "broader": "nothing-such"}, "broader", "there is no entity"),
    ("entity", {"type": "Technique", "label": "New", "matches": [{"relation": "exactMatch", "iri": "javascript:x"}]},
     "matches.0.iri", "is not a web address"),
    ("claim", {"subject": "qlora", "relation": "raises"}, "object", "SUBJECT RELATION OBJECT"),
    ("work", {"title": "x\u202e"}, "title", "U+202E"),
    ("work", {"title": "x", "year": math.inf}, "year", "valid integer"),
    ("work", {"title": "x", "doi": "11.1/x"}, "doi", "is not a DOI"),
    ("work", {"title": "x", "url": "file:///etc/passwd"}, "url", "is not a web address"),
    ("work", {"title": "x", "status": "retracted"}, "notice", "no notice says"),
    ("work", {"citation": ""}, "citation", "no text"),
    ("work", {"citation": "@book{a, title={x}} @book{b, title={y}}"}, "citation", "holds 2 citations"),
    ("work", {"citation": "hello"}, "citation", "not recognised"),
    ("work", {"citation": "@book{a,"}, "citation:1", "never closes"),
    ("work", {"citation": "@book{a, title={x}}", "title": "y"}, "work", "given beside it: title"),
    ("work", {"item": {"title": "x", "note": math.nan}}, "item", "not JSON"),
    ("work", {"item": [1]}, "item", "no CSL-JSON object"),
    ("work", {"doi": "10.48550/arXiv.2106.09685"}, "title", "`kg add work 10.48550/arXiv.2106.09685`"),
    ("work", {"arxiv": "2106.09685", "year": 2021}, "title", "`kg add work 2106.09685`"),
    ("work", {"authors": ["Li, Wei"]}, "title", "the title is missing (give --title, or in its place an identifier"),
    ("work", {"year": 99999}, "title", "`kg add work DOI|ARXIV|FILE`; also wrong: year"),
    ("work", {"title": 7}, "title", "given 7"),
    ("work", {"titel": "x"}, "titel", "did you mean title? (also missing: title)"),
    ("work", {"identifier": "hello"}, "identifier", "not an identifier of a work"),
    ("work", {"identifier": 7}, "identifier", "is no text"),
    ("work", {"identifier": "10.1234/x", "title": "y"}, "work", "given beside the identifier: title"),
]  # fmt: skip


@pytest.fixture(scope="module")
def graph() -> Iterator[kg.Graph]:
    opened = kg.open(f"sqlite:///{tempfile.mkdtemp()}/record.db", lang="en", ontology=())
    yield opened
    opened.store.close()


@pytest.mark.parametrize(("what", "values", "where", "said"), WRONG, ids=[f"{i}-{w[2]}" for i, w in enumerate(WRONG)])
def test_what_is_wrong_is_named_and_nothing_is_written(
    graph: kg.Graph, what: str, values: dict[str, Any], where: str, said: str
) -> None:
    head = graph.revision
    with pytest.raises(KgError) as caught:
        getattr(graph, f"add_{what}")(values, actor=ANN)
    assert said in str(caught.value)
    assert caught.value.where == where
    assert caught.value.near or caught.value.hint or "given" in caught.value.message
    assert graph.revision == head


@settings(max_examples=40, deadline=None)
@given(
    st.sets(
        st.sampled_from(["stance", "kind", "strength", "strength_reason", "locator", "statement", "basis"]), min_size=1
    )
)
def test_every_missing_field_is_named_at_once(left_out: set[str]) -> None:
    with pytest.raises(InputError) as caught:
        _shared().preview(item(**dict.fromkeys(left_out)), actor=ANN)
    hint = caught.value.hint
    further = set() if hint is None else set(hint.removeprefix("also missing: ").split(", "))
    assert {caught.value.where} | further == left_out
    assert caught.value.where not in further


def test_wrong_fields_are_named_beside_missing_ones(graph: kg.Graph) -> None:
    with pytest.raises(InputError, match=r"no such field.*also missing: basis; also wrong: quote, inferred"):
        graph.preview(item(colour="red", quote=7, inferred="yes", basis=None), actor=ANN)


@pytest.mark.parametrize("values", [[1], {1: 2}, "text", None])
def test_a_record_is_a_mapping(graph: kg.Graph, values: Any) -> None:
    for add in (graph.add_entity, graph.add_claim, graph.add_evidence, graph.preview):
        with pytest.raises(KgError, match="is not a mapping of names to values"):
            add(values, actor=ANN)


@pytest.mark.parametrize("actor", ["Ann", "a b", "", "é", "x" * 200, "a\n"])
def test_an_actor_is_a_handle(graph: kg.Graph, actor: str) -> None:
    with pytest.raises(KgError, match=r"actor: .* is not a slug"):
        graph.add_claim({"subject": "qlora", "relation": "raises", "object": "malicious-use"}, actor=actor)


def test_chinese_and_labels(graph: kg.Graph) -> None:
    made = graph.add_evidence(
        item(subject="QLoRA", object="恶意使用", statement="这种廉价的微调让更多人能够使用改造后的模型。"),
        actor=ANN,
        dry_run=True,
        lang="zh",
    )
    assert made["record"]["claim"] == "qlora--raises--malicious-use"
    assert made["quote_check"]["said"] == "没有引文"
    assert made["claims"][0]["explanation"].startswith("按现有记录")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_statement_is_refused_with_words_or_comes_out_as_it_went_in(text: str) -> None:
    values = item(statement=text)
    graph = _shared()
    try:
        made = graph.preview(values, actor=ANN)
    except InputError:
        return
    assert folded(made["record"]["statement"]) == folded(text)


def _shared() -> kg.Graph:
    known: list[kg.Graph] = _GRAPHS
    if not known:
        known.append(kg.open(f"sqlite:///{tempfile.mkdtemp()}/record.db", lang="en", ontology=()))
    return known[0]


_GRAPHS: list[kg.Graph] = []


def test_the_preview_is_told_what_is_alike(graph: kg.Graph) -> None:
    known = graph.item("E232")
    values = {name: known[name] for name in ("claim", "work", "stance", "kind", "strength", "basis")}
    again = graph.preview({**values, "strength_reason": "x", "locator": "p. 1", "statement": known["statement"] + " "})
    assert {"id": known["id"], "status": "accepted", "like": "statement", "why": "much the same statement"} in again[
        "alike"
    ]
    other = graph.preview({**values, "strength_reason": "x", "locator": "p. 1", "statement": "Quite another thing."})
    assert [one["like"] for one in other["alike"] if one["id"] == known["id"]] == ["group"]


@pytest.mark.parametrize(
    ("stance", "why"),
    [
        ("supports", ("from the same source: both count once", "出自同一来源：两者只计一次")),
        (
            "disputes",
            (
                "from the same source, on the other side: each counts on its own side",
                "出自同一来源而立场相反：各在其一方计入",
            ),
        ),
        ("qualifies", ("from the same source", "出自同一来源")),
    ],
)
def test_a_source_counts_once_for_each_side(graph: kg.Graph, stance: str, why: tuple[str, str]) -> None:
    known = graph.item("E232")
    assert known["stance"] == "supports"
    values = {name: known[name] for name in ("claim", "work", "kind", "strength", "basis")}
    more = {"strength_reason": "x", "locator": "p. 1", "statement": "Quite another thing.", "stance": stance}
    for lang, said in zip(("en", "zh"), why, strict=True):
        told = graph.preview({**values, **more}, lang=lang)["alike"]
        assert [one["why"] for one in told if one["id"] == known["id"]] == [said]


HELD = Work(
    "a",
    "article-journal",
    "Hazards of Fine-Tuning",
    csl={
        "abstract": "<jats:p>We show that fine\u2011tuning   removes “safeguards”.</jats:p>\n"
        "More\u00adover, 微调会移除 安全护栏。"
    },
)


@pytest.mark.parametrize(
    ("quote", "basis", "state", "place"),
    [
        ('Fine-tuning removes "safeguards"', "abstract", "found", "abstract"),
        ("we show that FINE-TUNING\nremoves", "full-text", "found", "abstract"),
        ("We show … safeguards", "abstract", "found", "abstract"),
        ("We show [...] moreover", "abstract", "found", "abstract"),
        ("safeguards ... We show", "abstract", "not-found", None),
        ("微调会移除安全护栏", "abstract", "found", "abstract"),
        ("hazards of fine-tuning", "abstract", "found", "title"),
        ("it adds safeguards", "abstract", "not-found", None),
        ("it adds safeguards", "full-text", "unchecked", None),
        ("…", "abstract", "not-found", None),
        (None, "abstract", "none", None),
    ],
)
def test_quotes_are_looked_for(quote: str | None, basis: str, state: str, place: str | None) -> None:
    found = check(quote, HELD, basis)
    assert (found.state, found.place) == (state, place)
    assert all(found.document(lang)["said"] for lang in ("en", "zh"))


def test_a_quote_without_a_text_is_unchecked() -> None:
    assert check("anything", made_work("w"), "abstract").state == "unchecked"
    assert check("anything", None, "abstract").state == "unchecked"


@given(st.text(min_size=1), st.text(), st.text())
def test_what_is_taken_from_the_abstract_is_found(quote: str, before: str, after: str) -> None:
    work = Work("a", "book", "T", csl={"abstract": f"{before} {quote} {after}".replace("<", "")})
    found = check(quote.replace("<", ""), work, "abstract")
    assert found.state == (
        "found" if folded(quote.replace("<", "").replace("…", " ").replace("...", " ")) else found.state
    )


def test_differences_of_payloads() -> None:
    one = Entity("a", "Factor", Text("A"))
    two = Entity("a", "Factor", Text("A", "甲"), aliases=("x",))
    assert differences(one, two) == [
        {"field": "aliases", "before": None, "after": ["x"]},
        {"field": "label", "before": {"en": "A"}, "after": {"en": "A", "zh": "甲"}},
    ]
    assert differences(None, made_item("c", 1, "w"))[0]["before"] is None
    assert differences(two, two) == []
    assert to_payload(two)["aliases"] == ["x"]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("a: 1\nb:\n  en: x\n", {"a": 1, "b": {"en": "x"}}),
        ("# a remark\n\n- a: [x, y]\n  d: 2020-01-02\n", {"a": ["x", "y"], "d": "2020-01-02"}),
        ("---\na: |\n  two\n  lines\nb: true\n", {"a": "two\nlines\n", "b": True}),
        ('\ufeff{"a": {"b": [1, null]}}', {"a": {"b": [1, None]}}),
        ("a: '微调'\r\nb: no\r\n", {"a": "微调", "b": False}),
    ],
)
def test_a_record_is_read_from_a_file(text: str, fields: dict[str, Any]) -> None:
    assert read_record(text, source="x") == fields


@pytest.mark.parametrize(
    "text",
    [
        "", "[1]", "{", '{"a": NaN}', "a: 1\na: 2\n", "a: &x 1\nb: *x\n", "a: !!python/object:os.system x\n",
        "- a: 1\n- b: 2\n",
        "a: [", "x" * 1_000_001, "[" * 5_000, '{"a":' * 5_000, "just words", "a: \x07",
    ],
)  # fmt: skip
def test_a_file_that_holds_no_record_is_refused(text: str) -> None:
    with pytest.raises(ParseFailure):
        read_record(text, source="x")


def test_a_work_is_looked_up_once(graph: kg.Graph, tmp_path: Path) -> None:
    played = Played({"https://api.crossref.org/works/10.1016%2Fs0140-6736%2897%2911096-0": "crossref-retracted.json"})
    identifier = "https://doi.org/10.1016/S0140-6736(97)11096-0"
    made = graph.add_work({"identifier": identifier}, actor=ANN, fetch=lambda: played.fetcher(tmp_path))
    assert (made["already"], made["status"]) == (False, "retracted")
    assert made["record"]["notice"]
    asked = len(played.asked)
    again = graph.add_work({"identifier": identifier}, actor=ANN, fetch=lambda: played.fetcher(tmp_path))
    assert again["already"]
    assert again["id"] == made["id"]
    assert len(played.asked) == asked
    with pytest.raises(Conflict, match="not at 1"):
        graph.add_work({"title": "Late"}, actor=ANN, expect=1)


def test_offline_says_what_to_do(graph: kg.Graph) -> None:
    def offline() -> Any:
        raise Upstream("api.crossref.org cannot be reached", hint="fill in the form: kg add work --title ...")

    with pytest.raises(Upstream, match="kg add work --title"):
        graph.add_work({"identifier": "10.1234/offline"}, actor=ANN, fetch=offline)
