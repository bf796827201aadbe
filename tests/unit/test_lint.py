"""The lint: each rule finds a deliberate violation and nothing beside it; baselines; severities; both languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import kg
from kg.errors import InputError, NotFound, ParseFailure
from kg.ids import claim_id
from kg.lint.bench import Bench
from kg.lint.report import baseline_of, read_baseline, report
from kg.lint.rules import RULES, SEVERITIES
from kg.model import Claim, Entity, Evidence, Record, Text
from kg.vocabulary import load
from tests.builders import item, records, snapshot, work
from tests.kept import FIRST, LABELS, TYPES

Mutation = Callable[[list[Record]], Sequence[Record]]
CLAIM = "t--raises--f"


def sound() -> list[Record]:
    """A record in which no rule finds anything."""
    return [
        replace(one, label=LABELS[one.id], definition=Text(f"What {one.id} is.", f"{one.id} 是什么。"))
        if isinstance(one, Entity)
        else one
        for one in records("t raises f good:supports:w1", "f raises r good:supports:w3", types=TYPES)
    ]


def change(wanted: str, **fields: object) -> Mutation:
    """Change one record."""
    return lambda some: [replace(one, **fields) if one.id == wanted else one for one in some]  # type: ignore[arg-type]


def add(*more: Record) -> Mutation:
    """Add records."""
    return lambda some: [*some, *more]


def without(wanted: str) -> Mutation:
    """Leave one record out."""
    return lambda some: [one for one in some if one.id != wanted]


def both(*steps: Mutation) -> Mutation:
    """Do one after the other."""

    def do(some: list[Record]) -> Sequence[Record]:
        for step in steps:
            some = list(step(some))
        return some

    return do


def entity(id: str, type: str, **more: object) -> Entity:
    """An entity with labels and definition."""
    made = Entity(id, type, Text(id, f"中{id}"), Text(f"What {id} is.", f"{id} 是什么。"))
    return replace(made, **more)  # type: ignore[arg-type]


def claim(subject: str, relation: str, object: str) -> Claim:
    return Claim(claim_id(subject, relation, object), subject, relation, object)


FIRST_ITEM, OTHER_ITEM = "w1.000000000001", "w3.000000000002"
INTO, MERGED = work("w7"), replace(work("w8"), status="merged", merged_into="w7")
OTHERS = [entity(f"x{number}", "Risk") for number in range(3)]
REUSED = [claim("t", "raises", one.id) for one in OTHERS]


def reused(**passage: str) -> Mutation:
    """Three claims on items of one work with the same passage, each from a study of its own."""
    items = [
        replace(item(one.id, 10 + number, "w1"), statement=f"It says {number}.") for number, one in enumerate(REUSED)
    ]
    return add(*OTHERS, *REUSED, *(replace(one, **passage) for one in items))  # type: ignore[arg-type]


def revised(*statuses: str, first: str = "accepted") -> Mutation:
    """The first item, a revision of it, a revision of that, and so on."""

    def do(some: list[Record]) -> Sequence[Record]:
        made = [
            replace(one, status=first) if isinstance(one, Evidence) and one.id == FIRST_ITEM else one for one in some
        ]
        old = FIRST_ITEM
        for number, status in enumerate(statuses, 1):
            one = item(CLAIM, 9, "w1")
            new = f"w1.r{number}"
            made.append(replace(one, id=new, supersedes=old, status=status, statement=f"Said otherwise {number}."))
            old = new
        return made

    return do


VIOLATIONS: list[tuple[str, Mutation, list[str]]] = [
    ("dangling-reference", change("w1.000000000001", work="w9"), [FIRST_ITEM]),
    ("dangling-reference", change("f", broader="nowhere"), ["f"]),
    ("dangling-reference", add(item("no--raises--such", 9, "w1")), ["w1.000000000009"]),
    (
        "dangling-reference",
        add(replace(item(CLAIM, 9, "w1"), supersedes="w1.gone", stance="qualifies")),
        ["w1.000000000009"],
    ),
    ("unknown-word", change("w3", status="burnt"), ["w3"]),
    ("unknown-word", add(entity("z", "Wizard")), ["z"]),
    ("unknown-word", add(replace(item(CLAIM, 9, "w1"), stance="shrugs")), ["w1.000000000009"]),
    (
        "hierarchy-ring",
        both(change("t", broader="u"), add(entity("u", "Technique", broader="t"))),
        ["t", "u"],
    ),
    ("hierarchy-type", change("r", broader="f"), ["r"]),
    ("withdrawn-reference", both(change("f", broader="g"), add(entity("g", "Factor", status="revoked"))), ["f"]),
    ("revisions-count-twice", revised("accepted", "accepted", first="superseded"), ["w1.r1", "w1.r2"]),
    ("revisions-count-twice", revised("superseded", "accepted"), [FIRST_ITEM, "w1.r2"]),
    ("revisions-count-twice", revised("accepted", "proposed", first="superseded"), []),
    ("merged-into-none", add(MERGED, replace(INTO, status="revoked")), ["w8"]),
    ("merged-into-none", add(MERGED, replace(INTO, status="merged", merged_into="w8")), ["w7", "w8"]),
    ("merged-into-none", add(MERGED, INTO, replace(MERGED, id="w9", merged_into="w8")), []),
    ("no-notice", add(replace(work("w7"), status="retracted"), replace(work("w8"), status="revoked")), ["w7"]),
    ("no-notice", change("w3", status="corrected"), ["w3"]),
    ("no-notice", change("w3", status="corrected", notice="https://example.org/n"), []),
    ("claim-without-evidence", add(claim("f", "lowers", "r")), ["f--lowers--r"]),
    ("proposal-without-evidence", add(replace(claim("f", "lowers", "r"), status="proposed")), ["f--lowers--r"]),
    ("proposal-without-evidence", add(replace(claim("f", "lowers", "r"), status="returned")), ["f--lowers--r"]),
    (
        "claim-without-support",
        add(claim("f", "lowers", "r"), item("f--lowers--r", 9, "w1", "disputes")),
        ["f--lowers--r"],
    ),
    ("one-group", add(replace(item(CLAIM, 9, "w1"), statement="Another passage.")), [CLAIM]),
    ("null-result-as-support", change(FIRST_ITEM, statement="The groups did not differ significantly."), [FIRST_ITEM]),
    ("null-result-as-support", change(FIRST_ITEM, statement="两组之间没有显著差异。"), [FIRST_ITEM]),
    (
        "null-result-as-support",
        change(FIRST_ITEM, quote="Tuning had no effect on access."),
        [FIRST_ITEM],
    ),
    ("memory-carries-weight", change(FIRST_ITEM, basis="memory"), [FIRST_ITEM]),
    (
        "statement-reused",
        reused(statement="The same for all of them!"),
        [f"w1.0000000000{number}" for number in (10, 11, 12)],
    ),
    (
        "quote-reused",
        reused(quote="Tuning gives access and misuse x0 x1 x2."),
        [f"w1.0000000000{number}" for number in (10, 11, 12)],
    ),
    ("quote-of-neither-end", change(FIRST_ITEM, quote="It rained all day."), [FIRST_ITEM]),
    ("title-as-passage", change(FIRST_ITEM, statement="title of w1"), [FIRST_ITEM]),
    (
        "title-as-passage",
        both(
            change("w1", title="A very long title: and more"),
            change(FIRST_ITEM, quote="A Very Long Title", statement="Tuning helps."),
        ),
        [FIRST_ITEM],
    ),
    ("isolated-entity", add(entity("lonely", "Technique")), ["lonely"]),
    (
        "unreached-entity",
        add(
            entity("far", "Factor"),
            entity("harm", "Risk"),
            claim("far", "raises", "harm"),
            work("w8"),
            item("far--raises--harm", 9, "w8"),
        ),
        ["harm"],
    ),
    ("shared-name", change("t", aliases=("ACC-ESS",)), ["f", "t"]),
    ("shared-name", change("r", label=Text("Misuse", "微调")), ["r", "t"]),
    ("shared-name", add(entity("x", "Risk", status="revoked", aliases=("Tuning",))), []),
    ("no-chinese-label", change("f", label=Text("Access")), ["f"]),
    ("no-definition", change("f", definition=None), ["f"]),
    ("no-chinese-definition", change("f", definition=Text("Whether one gets in.")), ["f"]),
]
THIN = {"claim-without-support", "unreached-entity"}
ALSO = {
    "title-as-passage": {"quote-of-neither-end"},
    "dangling-reference": THIN,
    "unknown-word": THIN,
    "revisions-count-twice": {"one-group"},
}
"""Rules that the violation of another breaks as well, rightly."""


def lint(some: Sequence[Record], **options: Any) -> dict[str, Any]:
    return report(snapshot(some), load(), **options)


def test_a_sound_record_has_no_finding() -> None:
    assert lint(sound())["items"] == []


@pytest.mark.parametrize(
    ("rule", "mutation", "ids"), VIOLATIONS, ids=[f"{n}-{one[0]}" for n, one in enumerate(VIOLATIONS)]
)
def test_the_rule_finds_its_violation(rule: str, mutation: Mutation, ids: list[str]) -> None:
    for lang in ("en", "zh"):
        found = lint(list(mutation(sound())), lang=lang)["items"]
        assert isinstance(found, list)
        assert sorted(one["id"] for one in found if one["rule"] == rule) == sorted(ids)
        beside = {one["rule"] for one in found} - {rule}
        assert beside <= ALSO.get(rule, set()), found
        for one in found:
            assert one["message"]
            assert one["remedy"]
            assert "{" not in one["message"]


def test_every_rule_has_a_violation() -> None:
    assert {rule for rule, *_ in VIOLATIONS} == {rule.id for rule in RULES}


def test_rules_speak_both_languages_about_the_same() -> None:
    for rule in RULES:
        assert rule.severity in SEVERITIES
        places = [
            {name for _, name, *_ in Formatter().parse(text) if name}
            for text in (rule.message.en, rule.message.zh or "")
        ]
        assert places[0] == places[1], rule.id
        assert rule.remedy.zh
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_the_gravest_come_first_and_severity_cuts() -> None:
    worst = both(add(claim("f", "lowers", "r")), change("f", definition=None), change(FIRST_ITEM, basis="memory"))(
        sound()
    )
    every = lint(list(worst))
    assert [one["severity"] for one in every["items"]] == ["error", "warning", "note"]
    assert every["counts"] == {
        "error": 1, "warning": 1, "note": 1, "known": 0, "gone": 0,
        "rules": {"claim-without-evidence": 1, "memory-carries-weight": 1, "no-definition": 1},
    }  # fmt: skip
    assert len(lint(list(worst), severity="warning")["items"]) == 2
    assert lint(list(worst), severity="error")["counts"]["note"] == 0
    with pytest.raises(InputError, match="error, warning, note"):
        lint(sound(), severity="fatal")


def test_revoked_records_are_not_looked_at() -> None:
    gone = both(
        add(entity("lonely", "Technique", status="revoked"), replace(claim("f", "lowers", "r"), status="rejected")),
        add(replace(item(CLAIM, 9, "w1"), statement="There was no effect.", status="superseded")),
    )(sound())
    assert lint(list(gone))["items"] == []


def test_a_narrower_claim_is_enough_for_the_broader_entity() -> None:
    assert lint(list(both(change("t", broader="tt"), add(entity("tt", "Technique")))(sound())))["items"] == []


def test_what_is_known_is_not_told_again_and_what_is_gone_is_counted(tmp_path: Path) -> None:
    some = list(both(add(claim("f", "lowers", "r")), change("f", definition=None))(sound()))
    first = lint(some)
    keys = read_baseline(baseline_of(first))
    again = lint(some, known=keys)
    assert (again["items"], again["counts"]["known"], again["counts"]["gone"]) == ([], 2, 0)
    mended = lint(sound(), known=keys)
    assert (mended["items"], mended["counts"]["gone"]) == ([], 2)
    assert lint(sound(), known=keys, severity="error")["counts"]["gone"] == 1
    assert baseline_of({"items": []}) == "[]\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("{}", "a list of findings"),
        ("[1]", "rule, kind and id"),
        ('[{"rule": "x", "kind": "claim", "id": 1}]', "rule, kind and id"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_file_that_is_no_baseline_says_what_one_is(text: str, said: str) -> None:
    with pytest.raises(ParseFailure, match=said) as caught:
        read_baseline(text)
    assert "--write-baseline" in str(caught.value)


def test_the_face_reads_baselines_from_files(tmp_path: Path) -> None:
    graph = kg.open(":memory:", empty=True, lang="zh", ontology=())
    graph.write([kg.Change("entity", entity("lonely", "Technique"))], actor="ann", act="add")
    found = graph.lint()
    assert found["items"][0]["message"] == "没有论断提到它或其下位实体"
    assert found["revision"] == 2
    path = tmp_path / "known.json"
    path.write_text(baseline_of(found), encoding="utf-8")
    assert graph.lint(baseline=path)["items"] == []
    with pytest.raises(NotFound, match="cannot be read"):
        graph.lint(baseline=tmp_path / "none.json")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(NotFound, match="not UTF-8"):
        graph.lint(baseline=path)
    graph.store.close()


def test_broken_records_do_not_stop_the_other_rules() -> None:
    some = both(add(entity("z", "Wizard"), entity("lonely", "Technique")), change(FIRST_ITEM, basis="memory"))(sound())
    rules = {one["rule"] for one in lint(list(some))["items"]}
    assert rules == {"unknown-word", "isolated-entity", "memory-carries-weight"}
    assert "z" not in Bench(snapshot(some), load()).snapshot.entities


# -- wording ---------------------------------------------------------------------------------------------------------


def test_the_order_of_records_does_not_matter() -> None:
    some = records(*FIRST, types=TYPES)
    assert lint(some)["items"]
    assert lint(some) == lint(some[::-1])


def test_revoking_and_undoing_are_two_things_in_chinese() -> None:
    for rule in RULES:
        english, chinese = rule.remedy.en, rule.remedy.get("zh")
        assert ("revoke" in english) == ("撤回" in chinese and "undo" not in english), rule.id
        assert ("undo" in english) == ("撤销" in chinese), rule.id


def test_findings_name_fields_and_words_of_the_ontology_in_chinese() -> None:
    gone = change("t", status="revoked")
    told = report(snapshot(gone(sound())), load(), lang="zh")["items"]
    assert "主体指向的 t 状态为“已撤回”" in [one["message"] for one in told if one["rule"] == "withdrawn-reference"]
    english = report(snapshot(gone(sound())), load())["items"]
    assert "subject names t, which is revoked" in [one["message"] for one in english]
