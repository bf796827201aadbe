"""Receipts: every question of the face can be asked again; forged, old and foreign answers are told apart."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields, replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg
from kg.citations import formats
from kg.errors import InputError, KgError, NotFound
from kg.ids import fingerprint
from kg.model import Change
from kg.question.answers import content_of, receipt_id
from kg.question.paragraphs import PARAGRAPHS
from kg.receipts.asked import CRITERIA as ASKED_CRITERIA
from kg.receipts.asked import METHODS, Asked, Question
from kg.receipts.premises import REFERENCES
from kg.receipts.since import differences
from tests.builders import work
from tests.kept import CRITERIA, QUESTIONS, TODAY, every_answer, small


@pytest.fixture(scope="module")
def graph() -> Iterator[kg.Graph]:
    """The small record with all of its revisions; answers are kept in it."""
    made = small(":memory:")
    yield made
    made.store.close()


def forged(answer: kg.Answer, **changes: Any) -> dict[str, Any]:
    """The answer with other members and the receipt that fits them."""
    document = {**answer.document, **changes}
    return {**document, "receipt": receipt_id(document)}


READING = {"entity", "claim", "work", "item", "entities", "claims", "works", "evidence", "search"}
"""Methods whose answers show records as they stand, and have no receipt."""


def answering_methods() -> set[str]:
    """The methods of the face that return an answer, by their annotation."""
    return {
        name
        for name, method in inspect.getmembers(kg.Graph, inspect.isfunction)
        if not name.startswith("_") and inspect.signature(method).return_annotation == "Answer"
    }


def test_every_question_of_the_face_is_in_the_tables(graph: kg.Graph) -> None:
    assert answering_methods() - READING == set(QUESTIONS)
    asked = {answer["question"]["name"]: answer for answer in every_answer(graph)}
    assert asked.keys() == METHODS.keys() == PARAGRAPHS.keys()
    assert set(ASKED_CRITERIA) == {spec.name for spec in fields(kg.Criteria)}
    for answer in every_answer(graph, criteria=CRITERIA):
        method = METHODS[answer["question"]["name"]]
        assert set(answer["question"]) <= {"name", "lang", *method.parameters, *ASKED_CRITERIA}


def test_the_formats_of_references_are_those_that_are_written() -> None:
    assert set(REFERENCES) == {id for id, one in formats.FORMATS.items() if one.write is not None}


def test_every_answer_comes_out_identical(graph: kg.Graph) -> None:
    for answer in every_answer(graph, criteria=CRITERIA):
        report = graph.verify_receipt(answer)
        assert (report["identical"], report["altered"], report["differences"]) == (True, False, []), answer["question"]


def test_question_revision_and_receipt_are_enough(graph: kg.Graph) -> None:
    for answer in (graph.raises(), graph.diff(2, 3), graph.what_if("t", "r", drop_work="w1")):
        stub = {name: answer[name] for name in ("question", "revision", "receipt")}
        assert graph.verify_receipt(stub) == {**graph.verify_receipt(answer), "altered": None}


def test_json_and_back_is_the_same_answer(graph: kg.Graph) -> None:
    for answer in every_answer(graph, lang="zh"):
        assert graph.verify_receipt(json.loads(answer.json()))["identical"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_another_paragraph_is_told_and_accuses_nobody(graph: kg.Graph, lang: str) -> None:
    for answer in every_answer(graph, criteria=[{}, {"as_of": 3}], lang=lang):
        said = graph.explain(answer)
        for sound in (said, graph.explain(answer, cited=True)):
            report = graph.verify_receipt(answer.said(sound))
            assert report == {**graph.verify_receipt(answer), "paragraph": "same"}, answer["question"]
        for other in (said + "!", "", 3):
            report = graph.verify_receipt({**answer, "paragraph": other})
            assert (report["identical"], report["altered"], report["paragraph"]) == (True, False, "other")
            assert report["differences"] == [{"at": "/paragraph", "kept": other, "again": said}]
            assert ("不得作为本程序的表述引用" if lang == "zh" else "must not be quoted as ours") in report["note"]


def test_a_paragraph_neither_hides_nor_makes_what_was_altered(graph: kg.Graph) -> None:
    answer = graph.paths("t", "r")
    stub = {name: answer[name] for name in ("question", "revision", "receipt")}
    assert "paragraph" not in graph.verify_receipt(answer)
    assert graph.verify_receipt({**stub, "paragraph": graph.explain(answer)})["altered"] is None
    for paragraph, told in ((graph.explain(answer), "same"), ("x", "other")):
        report = graph.verify_receipt({**answer, "complete": False, "paragraph": paragraph})
        assert (report["identical"], report["altered"], report["paragraph"]) == (False, True, told)
        assert [one["at"] for one in report["differences"]] == ["/complete", "/paragraph"][: 1 + (told == "other")]
        assert report["note"].startswith("The document was altered")
        assert ("must not be quoted" in report["note"]) == (told == "other")


def test_an_answer_of_an_old_revision_stays_identical_and_tells_what_changed() -> None:
    made = small(":memory:", revisions=2)
    old = [*every_answer(made), made.paths("t", "r", as_of=TODAY), made.diff(1, TODAY)]
    for answer in old:
        assert made.verify_receipt(answer)["newest"]["same"]
    steps = small(":memory:")
    for revision in steps.store.changes(2, 4):
        made.write(revision.changes, actor="ann", act=revision.act)
    reports = {}
    for answer in old:
        report = made.verify_receipt(answer)
        assert report["identical"], (answer["question"], report["note"])
        assert report["newest"]["same"] is (report["changed"] == [])
        assert report["newest"]["revision"] == 4
        reports.setdefault(answer["question"]["name"], report)
    changed = reports["paths"]["changed"]
    assert [(one["of"], one["kind"]) for one in changed] == [
        ("pair", "lost"),
        ("path", "lost"),
        ("claim", "lost"),
        ("answer", "changed"),
        ("answer", "changed"),
    ]
    assert changed[0]["because"] == {"claims": ["f--raises--r"], "works": ["w3"]}
    assert changed[0]["explanation"].startswith("At revision 2, tuning raises misuse (expected 0.77); at revision 4, ")
    assert {one["source"] for one in reports["raises"]["changed"] if one["of"] == "pair"} == {"t", "u"}
    for store in (made.store, steps.store):
        store.close()


def test_a_fixed_revision_is_held_against_the_newest(graph: kg.Graph) -> None:
    report = graph.verify_receipt(graph.paths("t", "r", as_of=2))
    assert (report["identical"], report["revision"], report["newest"]["revision"]) == (True, 2, 4)
    assert not report["newest"]["same"]


@pytest.mark.parametrize(
    ("lang", "why"), [("en", "the later of them revision 2: what was written after"), ("zh", "较晚的为修订版 2")]
)
def test_a_question_that_names_its_points_in_time_is_told_as_that(graph: kg.Graph, lang: str, why: str) -> None:
    for points in ((1, 2), (2, 1)):
        report = graph.verify_receipt(graph.diff(*points, lang=lang))
        assert (report["identical"], report["revision"], report["changed"]) == (True, 2, [])
        assert report["newest"] == {"revision": 4, "receipt": report["receipt"], "same": True}
        assert why in report["note"]
    for points in ((1, 4), (1, TODAY), (2, "known:2019"), ("known:2019", "known:2020")):
        report = graph.verify_receipt(graph.diff(*points, lang=lang))
        assert (report["newest"]["revision"], report["newest"]["same"], "note" in report) == (4, True, False)


def test_a_date_that_was_today_is_asked_again_with_what_it_means_now() -> None:
    made = small(":memory:", revisions=2)
    answer = made.diff(1, TODAY)
    made.write([Change("work", work("w3", status="retracted"))], actor="ann", act="retract")
    report = made.verify_receipt(answer)
    assert (report["identical"], report["revision"], report["newest"]["revision"]) == (True, 2, 3)
    assert not report["newest"]["same"]
    assert [one["claim"] for one in report["changed"] if one["of"] == "claim"] == ["f--raises--r"]
    assert "note" not in report
    made.store.close()


def test_a_kept_answer_shows_all_that_it_rests_on(graph: kg.Graph) -> None:
    answer = graph.paths("t", "r", as_of=2, min_strength="weak")
    kept = graph.keep(answer)
    assert kept["receipt"] == answer["receipt"]
    assert graph.keep(json.loads(answer.json())) == kept
    shown = graph.receipt(kept["receipt"])
    assert shown["question"] == answer["question"]
    assert (shown["criteria"], shown["revision"]) == ({"as_of": 2, "min_strength": "weak"}, 2)
    assert shown["answer"] == answer.document
    assert [one["id"] for one in shown["claims"]] == ["f--raises--r", "t--raises--f"]
    assert {one["work"] for one in shown["evidence"]} == {"w1", "w2", "w3"} == {one["id"] for one in shown["works"]}
    assert all(one["counts"] for one in shown["evidence"])
    assert [one["status"] for one in shown["works"]] == ["current"] * 3, "as it was then"
    for format in REFERENCES:
        assert shown["bibliography"][format] == graph.references(answer, format)
        parsed = formats.read(shown["bibliography"][format].encode(), source="x", format=format)
        assert [one.work.title for one in parsed.works] == ["Title of w1", "Title of w2", "Title of w3"]
    assert graph.receipts(limit=1)["items"] == [kept]
    assert graph.verify_receipt(kept["receipt"])["kept"] is True


def test_every_answer_can_be_kept_and_shown(graph: kg.Graph) -> None:
    for answer in every_answer(graph, criteria=CRITERIA[1:2]):
        shown = graph.receipt(graph.keep(answer)["receipt"])
        assert fingerprint(content_of(shown["answer"])) == answer["receipt"]
        assert {one["id"] for one in shown["works"]} >= {one["work"] for one in shown["evidence"]}


def test_a_paragraph_beside_it_changes_no_receipt(graph: kg.Graph) -> None:
    answer = graph.paths("t", "r", as_of=2)
    said = answer.said(graph.explain(answer))
    assert graph.keep(said)["receipt"] == answer["receipt"]
    assert "paragraph" not in graph.receipt(answer["receipt"])["answer"]


def test_an_answer_of_another_kind_of_database_has_the_same_bytes(sqlite_url: str, postgres_url: str) -> None:
    shown = []
    for url in (sqlite_url, postgres_url):
        made = small(url)
        answers = every_answer(made, criteria=CRITERIA[:2])
        for answer in answers:
            made.keep(answer)
        kept = [made.store.kept.get(answer["receipt"]) for answer in answers]
        assert made.verify()["problems"] == []
        shown.append([(one.id, one.content) for one in kept if one is not None])
        assert len(shown[-1]) == len(answers)
        made.store.close()
    assert shown[0] == shown[1]


# -- what is not as it should be -----------------------------------------------------------------------------------


def test_an_altered_answer_is_told_apart(graph: kg.Graph) -> None:
    answer = graph.paths("t", "r", as_of=2)
    better = json.loads(answer.json())
    better["paths"][0]["belief"]["expected"] = 0.99
    report = graph.verify_receipt(better)
    assert (report["identical"], report["altered"]) == (False, True)
    assert report["differences"] == [
        {"at": "/paths/0/belief/expected", "kept": 0.99, "again": answer["paths"][0]["belief"]["expected"]}
    ]
    assert report["note"].startswith("The document was altered")
    with pytest.raises(InputError, match="does not hold what its receipt stands for"):
        graph.keep(better)


def test_a_forged_answer_with_a_fitting_receipt_does_not_come_out_identical(graph: kg.Graph) -> None:
    answer = graph.paths("t", "r", as_of=2)
    fake = forged(answer, paths=[])
    report = graph.verify_receipt(fake)
    assert (report["identical"], report["altered"]) == (False, False)
    assert [one["at"] for one in report["differences"]] == ["/paths"]


@pytest.mark.parametrize("as_of", [3, "2000-01-01"])
def test_no_answer_can_claim_that_a_point_in_time_meant_another_revision(graph: kg.Graph, as_of: Any) -> None:
    answer = graph.paths("t", "r", as_of=2)
    assert answer["paths"]
    lie = forged(answer, question={**answer["question"], "as_of": as_of})
    with suppress(NotFound):
        assert graph.verify_receipt(lie)["identical"] is False
    honest = graph.diff(2, 3)
    lie = forged(honest, question={**honest["question"], "from": "2000-01-01"})
    lie = forged(kg.Answer(lie), **{"from": {"point": "2000-01-01", "revision": 2}})
    assert graph.verify_receipt(lie)["identical"] is False


@pytest.mark.parametrize(
    ("ontology", "version", "said"),
    [("0" * 64, "0.0.1", "The ontology is another"), (None, "0.0.1", "It was answered by version 0.0.1")],
)
def test_an_answer_of_another_ontology_or_version_says_so(ontology: str | None, version: str, said: str) -> None:
    made = small(":memory:", revisions=2)
    other = forged(made.paths("t", "r"), caveat="What was said then.")
    put = {"question": "paths", "revision": 2, "content": content_of(other), "version": version}
    kept = made.store.kept.put(**put, ontology=ontology or made.vocabulary.digest)
    report = made.verify_receipt(kept.id)
    assert (report["identical"], report["altered"]) == (False, False)
    assert report["note"].startswith(said)
    made.store.close()


@pytest.mark.parametrize(
    ("document", "error", "said"),
    [
        ({}, InputError, "it has no question"),
        ([], InputError, "is not a text or an Answer"),
        ({"question": {"name": "paths"}, "revision": 1}, InputError, "it has no receipt"),
        ({"question": {"name": "paths"}, "revision": -1, "receipt": "a" * 26}, InputError, "it names no revision"),
        ({"question": {"name": "path"}, "revision": 1, "receipt": "a" * 26}, InputError, "paths"),
        ({"question": {"name": []}, "revision": 1, "receipt": "a" * 26}, InputError, "is no question"),
        ({"question": {"name": "paths"}, "revision": 1, "receipt": "a" * 26}, InputError, "has no source"),
        (
            {"question": {"name": "raises", "limit": 5}, "revision": 1, "receipt": "a" * 26},
            InputError,
            "no parameter of this question",
        ),
        ({"question": {"name": "raises", "risk": ["r"]}, "revision": 1, "receipt": "a" * 26}, InputError, "not a text"),
        ({"question": {"name": "raises", "risk": "x"}, "revision": 1, "receipt": "a" * 26}, NotFound, "no entity 'x'"),
        ({"question": {"name": "raises"}, "revision": 9, "receipt": "a" * 26}, NotFound, "no revision 9"),
        (
            {"question": {"name": "raises", "max_links": 99}, "revision": 1, "receipt": "a" * 26},
            InputError,
            "from 1 to 12",
        ),
        ("a" * 26, NotFound, "no answer is kept"),
        ("../../etc/passwd", NotFound, "no answer is kept"),
    ],
)
def test_what_is_no_answer_is_refused_with_a_reason(
    graph: kg.Graph, document: Any, error: type[KgError], said: str
) -> None:
    with pytest.raises(error) as caught:
        graph.verify_receipt(document)
    assert said in str(caught.value)
    assert caught.value.hint or caught.value.near or caught.value.where


def test_a_document_that_is_too_deep_or_no_json_is_refused(graph: kg.Graph) -> None:
    answer = graph.raises()
    deep: Any = []
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(InputError, match="nested deeper"):
        graph.verify_receipt({**answer.document, "items": deep})
    for value in (float("nan"), object(), "\ud800"):
        with pytest.raises(InputError, match="not JSON"):
            graph.verify_receipt({**answer.document, "items": value})


def test_what_a_retraction_did_has_no_receipt_to_keep() -> None:
    made = small(":memory:", revisions=3)
    done = made.retract("w1", notice="https://example.org/notice")
    with pytest.raises(InputError, match="has no receipt"):
        made.keep(done)
    with pytest.raises(InputError, match="has no receipt"):
        made.verify_receipt(done)
    assert made.explain(done).startswith("w1 bears on 1 claim")
    made.store.close()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
NAMES = sorted({name for method in METHODS.values() for name in method.parameters} | {*ASKED_CRITERIA, "lang", "x"})


@given(st.sampled_from(sorted(METHODS)), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5), st.integers(0, 5))
def test_no_document_of_a_stranger_crashes(
    graph: kg.Graph, name: str, parameters: dict[str, Any], revision: int
) -> None:
    document = {"question": {**parameters, "name": name}, "revision": revision, "receipt": "a" * 26}
    try:
        report = graph.verify_receipt(document)
    except KgError:
        return
    assert report["identical"] is False
    orjson.dumps(report)


def test_differences_are_few_and_short() -> None:
    kept = {"items": [{"n": n} for n in range(50)], "long": "x" * 10_000}
    again = {"items": [{"n": -n} for n in range(50)], "more": {"a": 1}}
    found = differences(kept, again)
    assert len(found) == 20
    assert found[0] == {"at": "/items/1/n", "kept": 1, "again": -1}
    assert differences(kept, kept) == []


def test_an_answer_follows_its_own_revision_when_records_change_under_it() -> None:
    made = small(":memory:", revisions=2)
    id = made.keep(made.paths("t", "r"))["receipt"]
    made.write([Change("work", replace(work("w1"), title="Another title"))], actor="ann", act="rename")
    assert "Title of w1" in made.receipt(id)["bibliography"]["bibtex"]
    assert made.verify_receipt(id)["identical"]
    made.store.close()


def test_asked_reads_what_an_answer_says(graph: kg.Graph) -> None:
    asked = Asked.parse(graph.diff(2, 3, max_links=4, known_in=2020))
    assert (asked.method, asked.keywords) == ("diff", {"a": "2", "b": "3", "max_links": 4})
    assert (asked.criteria, asked.altered) == ({"known_in": 2020}, False)


def test_what_was_done_is_read_by_its_question_alone() -> None:
    made = small(":memory:", revisions=3)
    done = made.retract("w1", notice="https://example.org/notice")
    assert "receipt" not in done
    assert Question.of(done).keywords["work"] == "w1"
    document = json.loads(done.json())
    for said in (made.explain(document), made.explain({**document, "receipt": "no receipt"})):
        assert said == made.explain(done)
    with pytest.raises(InputError, match="it names no revision"):
        made.explain({name: value for name, value in document.items() if name != "revision"})
    with pytest.raises(InputError, match="it has no receipt"):
        Asked.parse(document)
    made.store.close()
