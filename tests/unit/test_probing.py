"""What-if, robustness, retraction and diff: notes that explain, orders, sentences, the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import kg
from kg.cli import cli, probe
from kg.errors import Conflict, InputError, NotFound
from kg.model import Change, Record, kind_of
from kg.record import Store
from tests.builders import item, records, work

RISK = "malicious-use-by-non-state-actors"
LINES = (
    "a raises b good:supports:p low:supports:q",
    "b raises c good:supports:p",
    "a lowers c weak:supports:r",
    "b lowers d low:supports:q low:disputes:p",
)
TYPES = {"a": "Technique", "c": "Risk", "d": "Risk"}


def graph_of(store: Store, some: list[Record]) -> kg.Graph:
    graph = kg.Graph(store)
    graph.write([Change(kind_of(record), record) for record in some], actor="ann", act="add")
    return graph


@pytest.fixture
def small(tmp_path: Path) -> Iterator[kg.Graph]:
    """A record of four claims, at revision 1."""
    with Store.open(f"sqlite:///{tmp_path}/small.db") as store:
        yield graph_of(store, records(*LINES, types=TYPES))


def test_robustness_orders_losses_by_damage(small: kg.Graph) -> None:
    answer = small.robustness("a", "c")
    assert (answer["direction"], answer["baseline"]["claims"]) == ("mixed", ["a--raises--b", "b--raises--c"])
    assert answer["stands_on"] == 2
    assert [(loss["work"], loss["change"]) for loss in answer["works"]] == [
        ("p", "flipped"),
        ("q", "weaker"),
        ("r", "stronger"),
    ]
    assert answer["fragile"] == ["p"]
    assert answer["works"][0]["after"]["claims"] == ["a--lowers--c"]
    assert {loss["study_kind"]: loss["change"] for loss in answer["study_kinds"]} == {
        "argument": "weaker",
        "empirical-experiment": "flipped",
    }
    assert "The loss of p alone would turn the direction round" in answer["explanation"]


def test_robustness_without_a_path_says_why(small: kg.Graph) -> None:
    answer = small.robustness("c", "a")
    assert (answer["baseline"], answer["works"], answer["fragile"], answer["stands_on"]) == (None, [], [], 0)
    assert "No path of at most 6 claims" in answer["note"]
    cells = small.robustness(rows="Risk", cols="Technique")
    assert cells["cells"] == []
    assert "No pair asked about" in cells["note"]


def test_authors_and_groups_go_with_all_that_is_theirs(tmp_path: Path) -> None:
    some = records("a raises b good:supports:p good:supports:q", "b raises c good:supports:s")
    authors = {"p": ("Li, An", "Wu, Bo"), "q": ("Li, An",), "s": ("Zhu, Di",)}
    made = [
        kg.Work(one.id, one.type, one.title, authors[one.id], independence_group="lab" if one.id in "pq" else None)
        if isinstance(one, kg.Work)
        else one
        for one in some
    ]
    with Store.open(f"sqlite:///{tmp_path}/r.db") as store:
        answer = graph_of(store, made).robustness("a", "c")
    assert {loss["author"]: loss["change"] for loss in answer["authors"]} == {
        "Li, An": "lost",
        "Wu, Bo": "none",
        "Zhu, Di": "lost",
    }
    assert {loss["group"]: (loss["change"], loss["works"]) for loss in answer["groups"]} == {
        "lab": ("lost", ["p", "q"]),
        "s": ("lost", ["s"]),
    }
    assert (answer["stands_on"], answer["fragile"]) == (2, ["s"])


def test_progress_is_told_to_the_end(small: kg.Graph) -> None:
    for ends in ((), ("a", "c")):
        told: list[tuple[int, int]] = []
        small.robustness(*ends, told=lambda done, of, told=told: told.append((done, of)))  # type: ignore[misc]
        assert told[-1][0] == told[-1][1] == len(told)


NOTES: list[tuple[dict[str, Any], str, str]] = [
    ({}, "The scenario is empty", "情景为空"),
    ({"scenario": {"drop_work": ["gone"]}}, "One part of the scenario has no effect", "没有生效"),
    ({"scenario": {"under": {"without_work": ["gone"]}}}, "there is no work 'gone'", "没有生效"),
    ({"drop_work": "idle"}, "idle bears on no claim", "不涉及任何论断"),
    ({"only_work": "p", "drop_work": "p"}, "contradict each other: only p is to count", "相互矛盾"),
    ({"only_work": "idle"}, "none of the 6 evidence items counts", "没有一条计入"),
    ({"drop_entity": "b", "sign": "+"}, "No raising path of at most 6 claims", "没有从"),
    ({"set": "p.000000000006 strength=strong"}, "yet not this answer", "不影响此答案"),
]


@pytest.mark.parametrize(("given", "en", "zh"), NOTES, ids=[said for _, said, _ in NOTES])
def test_an_answer_of_little_explains_itself(small: kg.Graph, given: dict[str, Any], en: str, zh: str) -> None:
    small.write([Change("work", work("idle"))], actor="ann", act="add")
    assert en in small.what_if("a", "c", **given)["note"]
    assert zh in small.what_if("a", "c", lang="zh", **given)["note"]


def test_what_is_said_directly_must_exist(small: kg.Graph) -> None:
    with pytest.raises(NotFound, match="gone"):
        small.what_if("a", "c", drop_work="gone")
    with pytest.raises(NotFound, match="gone"):
        small.what_if("a", "c", scenario={"drop_work": ["p"]}, under={"without_work": "gone"})
    with pytest.raises(InputError, match="dropped and added"):
        small.what_if("a", "c", scenario={"add": ["a raises b 0.5"]}, drop_claim="a--raises--b")
    both = small.what_if("a", "c", scenario={"drop_work": ["p", "gone"]}, add="b raises c 0.5")
    assert both["question"]["scenario"] == {"add": ["b raises c 0.5"], "drop_work": ["gone", "p"]}
    assert "gone" in both["note"]


def test_a_scenario_can_read_another_revision(small: kg.Graph) -> None:
    small.write([Change("claim", kg.Claim("a--enables--d", "a", "enables", "d")),
                 Change("evidence", item("a--enables--d", 9, "p"))], actor="ann", act="add")  # fmt: skip
    answer = small.what_if("a", "d", under={"as_of": 1})
    assert [change["kind"] for change in answer["changes"]] == ["flipped", "lost"]
    assert answer["revision"] == 2
    gone = small.what_if("a", "d", under={"as_of": 0})
    assert (gone["after"], "The record read in the scenario has no a, d" in gone["note"]) == ([], True)


def test_a_path_beyond_the_list_is_not_lost(small: kg.Graph) -> None:
    answer = small.what_if("a", "c", add="a enables c 0.99", k=1)
    kinds = {tuple(change["claims"]): (change["kind"], change["place"]) for change in answer["changes"][1:]}
    assert kinds == {("a--enables--c",): ("gained", [None, 1])}
    assert answer["after"][0]["assumed"] == ["a--enables--c"]


def test_a_whole_map_can_be_asked_from_one_end(small: kg.Graph) -> None:
    every = small.what_if(retract="p")
    assert {(change["source"], change["target"]) for change in every["changes"]} == {("a", "c"), ("a", "d")}
    assert [change["target"] for change in small.what_if("a", None, retract="p")["changes"]] == ["c", "d"]
    assert [change["target"] for change in small.what_if(target="d", retract="p")["changes"]] == ["d"]
    assert [cell["col"] for cell in small.robustness(target="d")["cells"]] == ["d"]


def test_a_retraction_needs_a_notice_and_a_record_that_stood_still(small: kg.Graph) -> None:
    with pytest.raises(InputError, match="publisher's notice"):
        small.retract("p")
    with pytest.raises(InputError, match="cannot be changed"):
        small.retract("p", notice="https://example.org/n", as_of=1)
    small.write([Change("work", work("new"))], actor="bob", act="add")
    with pytest.raises(Conflict):
        small.retract("p", notice="https://example.org/n", expect=1)
    assert small.work("p")["status"] == "current"
    done = small.retract("p", notice="https://example.org/n", why="data were made up", actor="bob", expect=2)
    assert (done["revision"], done["status"], "receipt" in done) == (3, ["current", "retracted"], False)
    head = small.log(limit=1)["items"][0]
    assert (head["actor"], head["act"], head["reason"]) == ("bob", "mark retracted", "data were made up")
    again = small.retract("p", notice="https://example.org/n")
    assert (again["revision"], again["changes"], again["claims"]) == (3, [], [])
    assert (done["written"], again["written"], small.revision) == (True, False, 3)
    assert small.raises("c", include_retracted=True)["items"] == small.raises("c", as_of=1)["items"]


def test_a_retraction_names_the_kept_answers_that_change(small: kg.Graph) -> None:
    moved, still = small.raises("c"), small.paths("a", "b", without_work="p")
    for answer in (moved, still, small.retract("q", dry_run=True), small.diff("known:2019")):
        small.keep(answer)
    preview = small.retract("p", dry_run=True)
    receipts = {one["receipt"]: one["question"]["name"] for one in preview["kept_answers"]["changed"]}
    assert receipts == {moved["receipt"]: "raises", preview_of(small, "known:2019"): "diff"}
    assert (preview["kept_answers"]["asked"], preview["kept_answers"]["complete"]) == (4, True)
    assert small.verify_receipt(preview)["identical"], "what is kept is no part of what a receipt stands for"
    none = small.retract("p", dry_run=True, ask_kept=0)
    assert none["kept_answers"] == {"changed": [], "asked": 0, "complete": False}
    assert none["receipt"] == preview["receipt"]
    small.retract("p", notice="https://example.org/n")
    for receipt in receipts:
        assert not small.verify_receipt(receipt)["newest"]["same"]
    assert small.verify_receipt(still["receipt"])["newest"]["same"]


def preview_of(graph: kg.Graph, point: str) -> Any:
    return graph.diff(point)["receipt"]


def test_a_status_that_changes_nothing_says_so(small: kg.Graph) -> None:
    assert "counts in both states" in small.retract("p", status="corrected", dry_run=True)["note"]
    assert "两种状态下该文献的证据都计入" in small.retract("p", status="corrected", dry_run=True, lang="zh")["note"]
    assert "counts in both states" in small.retract("p", dry_run=True, include_retracted=True)["note"]
    small.write([Change("work", work("idle"))], actor="ann", act="add")
    assert "idle bears on no claim" in small.retract("idle", dry_run=True)["note"]


def test_both_clocks_are_read(tmp_path: Path) -> None:
    clock = iter(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(9))
    with Store.open(f"sqlite:///{tmp_path}/clocks.db", clock=lambda: next(clock)) as store:
        some = [work("p", 2021) if one.id == "p" else one for one in records(*LINES, types=TYPES)]
        graph = graph_of(store, [work("q", 2024) if one.id == "q" else one for one in some])
        graph.write([Change("work", work("n", 2025)), Change("evidence", item("b--raises--c", 50, "n", "disputes"))],
                    actor="ann", act="add")  # fmt: skip
        recorded = graph.diff("2026-01-01")
        assert recorded["from"] == {"point": "2026-01-01", "revision": 1}
        assert recorded["to"] == {"point": "2", "revision": 2}
        (claim,) = recorded["claims"]
        assert (claim["state"], claim["because"], claim["kind"]) == (["supported", "contested"], ["n"], "weaker")
        assert claim["explanation"] == (
            "On 2026-01-01, “b raises c” is supported (expected 0.88); at revision 2, it is contested (expected 0.50), "
            "because of n."
        )
        published = graph.diff("known:2024", "known:2025", lang="zh")
        (claim,) = published["claims"]
        assert claim["explanation"].startswith("2024 年时，“中b提高中c”获得支持（期望值 0.88）；2025 年时，有争议")
        assert [change["because"]["works"] for change in published["changes"]] == [["n"]]
        early = graph.diff("known:2021", "known:2024")
        assert {entry["claim"] for entry in early["claims"]} == {"a--raises--b", "b--lowers--d"}
        assert "there is no claim" in graph.diff(0)["note"]
        assert "No claim and no answer differs" in graph.diff("known:2025", "2")["note"]
        then = graph.diff(1, as_of=1)
        assert (then["to"], then["claims"]) == ({"point": "1", "revision": 1}, [])
        assert graph.diff("known:2021", as_of="2026-01-01")["to"] == {"point": "2026-01-01", "revision": 1}
        assert graph.verify_receipt(then)["identical"]
        for points, idle in ((("known:2023", "known:2024"), {"known_in": 2020}), ((1, 2), {"as_of": 0})):
            with pytest.raises(InputError, match=r"both take the place of (known_in 2020|as_of 0)") as refused:
                graph.diff(*points, **idle)
            assert refused.value.where == next(iter(idle))
        assert graph.diff("known:2023", known_in=2024)["to"]["revision"] == 2
        with pytest.raises(InputError, match="known:2024"):
            graph.diff("yesterday")
        with pytest.raises(NotFound, match="no revision 9"):
            graph.diff("9")


# -- the terminal ------------------------------------------------------------------------------------------------


def run(url: str, *words: str, typed: str | None = None) -> Any:
    return CliRunner(env={"COLUMNS": "140"}).invoke(cli, ["--database", url, *words], input=typed)


def test_a_scenario_is_kept_and_asked_again(small: kg.Graph, tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path}/small.db", str(tmp_path / "without p.json")
    first = run(url, "what-if", "a", "c", "--drop-work", "p", "--save", file, "--json")
    assert f"is kept in {file}" in first.stderr
    assert json.loads(Path(file).read_text(encoding="utf-8")) == {"drop_work": ["p"]}
    again = run(url, "what-if", "a", "c", "--scenario", file, "--json")
    assert json.loads(again.stdout) == json.loads(first.stdout)
    other = run(url, "what-if", "a", "d", "--scenario", file)
    assert (other.exit_code, "b--lowers--d" in other.stdout) == (0, True)
    Path(file).write_bytes(b"\xff")
    assert run(url, "what-if", "--scenario", file).exit_code != 0


def test_a_retraction_is_confirmed(small: kg.Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, words = f"sqlite:///{tmp_path}/small.db", ["retract", "p", "--notice", "https://example.org/n"]
    monkeypatch.setattr(probe, "is_terminal", lambda: True)
    refused = run(url, *words, typed="n\n")
    assert ("nothing was written" in refused.stderr, refused.exit_code) == (True, 0)
    assert "a--raises--b" in refused.stdout
    assert small.work("p")["status"] == "current"
    written = run(url, *words, "--by", "bob", typed="y\n")
    assert "p is marked retracted in revision 2" in written.stdout
    assert small.log(limit=1)["items"][0]["actor"] == "bob"
    monkeypatch.setattr(probe, "is_terminal", lambda: False)
    back = run(url, "retract", "p", "--status", "current", "--yes", "--json")
    assert json.loads(back.stdout)["revision"] == 3
    assert run(url, *words).exit_code != 0
    assert small.revision == 3
