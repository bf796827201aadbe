"""Contributing and reviewing at two doors, on two databases: the same documents, effects and refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import kg
from kg.cli import cli, main
from kg.errors import BadIdentifier, Conflict, Forbidden, NotFound
from kg.model import Change, Work
from tests.contributions import ANN, BOB, CHO, item, options

CLAIM = "qlora--raises--malicious-use"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def seeded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A seeded database of each kind, to which the tests of this room write one after the other."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('contributing')}/record.db"
    else:
        url = request.getfixturevalue("postgres_module_url")
    kg.open(url, lang="en", ontology=()).store.close()
    return url


@pytest.fixture
def graph(seeded: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[kg.Graph]:
    """The face on it; what a test wrote is undone by the next through other claims."""
    monkeypatch.delenv("KG_TWO_PERSON", raising=False)
    monkeypatch.setenv("KG_ACTOR", ANN)
    opened = kg.open(seeded, lang="en", ontology=())
    yield opened
    opened.store.close()


def run(url: str, *words: str) -> Any:
    """What a command prints with --json."""
    result = CliRunner().invoke(cli, ["--database", url, "--lang", "en", *words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(url: str, *words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code and the message of a command that is refused."""
    with pytest.raises(SystemExit) as ended:
        main(["--database", url, "--lang", "en", *words])
    return int(str(ended.value.code)), capsys.readouterr().err


def plain(answer: Any) -> Any:
    return json.loads(json.dumps(answer))


def test_a_proposal_from_preview_to_the_matrix_and_back(graph: kg.Graph, seeded: str) -> None:
    before = graph.matrix()
    old = graph.revision
    preview = graph.preview(item())
    assert plain(preview) == run(seeded, "preview", *options(item()))
    assert preview == graph.add_evidence(item(), dry_run=True)
    assert graph.revision == old
    added = run(seeded, "add", "evidence", *options(item()), "--reason", "read it")
    assert [(one["kind"], one["status"]) for one in added["written"]] == [
        ("evidence", "proposed"),
        ("claim", "proposed"),
    ]
    assert added["record"]["counts"] is False
    assert added["record"]["contributor"] == ANN
    assert graph.matrix().document["cells"] == before.document["cells"]
    with_it = graph.matrix(include_proposed=True)
    assert with_it["cells"] != before["cells"]

    page = graph.reviews()
    assert plain(page) == run(seeded, "review", "list")
    (waiting,) = [one for one in page["items"] if one["id"] == added["id"]]
    assert (waiting["proposed_by"], waiting["needs"]) == ([ANN], [{"kind": "claim", "id": CLAIM}])
    shown = graph.waiting(added["id"])
    assert plain(shown) == run(seeded, "review", "show", added["id"])
    assert {part: shown[part] for part in ("beliefs", "claims", "changes")} == {
        part: preview[part] for part in ("beliefs", "claims", "changes")
    }

    accepted = run(seeded, "review", "accept", added["id"], "--actor", BOB)
    assert [one["status"] for one in accepted["records"]] == [["proposed", "accepted"]] * 2
    for mine, theirs in zip(accepted["changes"], preview["changes"], strict=True):
        assert {**mine, "explanation": ""} == plain({**theirs, "explanation": ""})
    assert accepted["beliefs"] == plain(preview["beliefs"])
    assert graph.matrix()["cells"] == with_it["cells"]
    assert graph.claim(CLAIM)["belief"] == preview["beliefs"][0]["belief"][1]

    back = run(seeded, "undo", str(accepted["revision"]), "--why", "too early", "--actor", CHO)
    assert back["undone"] == [accepted["revision"]]
    assert graph.matrix()["cells"] == before["cells"]
    again = run(seeded, "undo", str(back["revision"]), "--why", "it was right", "--actor", BOB)
    assert graph.matrix()["cells"] == with_it["cells"]
    gone = graph.revoke(CLAIM, why="only a test", actor=BOB)
    assert gone["records"] == [{"kind": "claim", "id": CLAIM, "status": ["accepted", "revoked"]}]
    assert graph.matrix()["cells"] == before["cells"]
    assert again["revision"] + 1 == gone["revision"]
    assert graph.verify()["problems"] == []

    history = graph.history("claim", CLAIM)
    assert plain(history) == run(seeded, "history", CLAIM)
    assert [one["act"] for one in history["versions"]] == ["revoke", "undo", "undo", "accept", "propose"]
    assert history["versions"][3]["changed"] == [{"field": "status", "before": "proposed", "after": "accepted"}]
    assert plain(graph.entry(accepted["revision"])) == run(seeded, "history", str(accepted["revision"]))
    log = graph.log(id=CLAIM, actor=BOB)
    assert plain(log) == run(seeded, "log", CLAIM, "--actor", BOB)
    assert {one["act"] for one in log["items"]} == {"accept", "undo", "revoke"}
    first = graph.log(id=CLAIM, limit=2)
    rest = graph.log(id=CLAIM, limit=2, after=first["next"])
    assert [one["number"] for one in (*first["items"], *rest["items"])] == [
        one["revision"] for one in history["versions"][:4]
    ]


def test_two_people_meet_on_one_claim(graph: kg.Graph, seeded: str) -> None:
    ends = ("model-merging", "raises", "safeguard-removal")
    values = dict(zip(("subject", "relation", "object"), ends, strict=True))
    first = graph.add_claim(values, actor=ANN)
    second = run(seeded, "add", "claim", *ends, "--actor", BOB)
    assert (first["already"], second["already"]) == (False, True)
    assert first["id"] == second["id"] == "--".join(ends)
    items = [
        graph.add_evidence(item(**values, statement=said, work=work), actor=who)
        for who, said, work in (
            (ANN, "Merging weights brings it back.", "hu2022lora"),
            (BOB, "Seen twice.", "chan2023hazards"),
        )
    ]
    assert {one["record"]["claim"] for one in items} == {first["id"]}
    assert graph.add_evidence(item(**values, statement="Seen twice.", work="chan2023hazards"), actor=CHO)["already"]
    # Bob may accept what Ann says, though not the claim that he did not propose first: she did.
    accepted = graph.review(items[0]["id"], "accept", actor=BOB)
    assert {one["id"] for one in accepted["records"]} == {items[0]["id"], first["id"]}
    with pytest.raises(Forbidden, match="bob proposed the evidence"):
        graph.review(items[1]["id"], "accept", actor=BOB)
    graph.undo(accepted["revision"], why="clean up", actor=CHO)


def test_asked_for_changes_and_revised(graph: kg.Graph, seeded: str) -> None:
    first = graph.add_evidence(item(object="transferable-jailbreaks", statement="It was easier."))
    returned = run(seeded, "review", "return", first["id"], "--why", "say by how much", "--actor", BOB)
    assert returned["records"][0]["status"] == ["proposed", "returned"]
    assert [one["id"] for one in graph.reviews(status="returned")["items"]] == [first["id"]]
    assert graph.claim(first["record"]["claim"], include_proposed=True)["belief"]["belief"] > 0
    second = run(seeded, "review", "revise", first["id"], "--statement", "It was twice as easy.", "--why", "as asked")
    assert second["supersedes"] == first["id"]
    assert second["record"]["supersedes"] == first["id"]
    assert graph.item(first["id"])["status"] == "superseded"
    graph.review(second["id"], "accept", actor=BOB)
    third = graph.revise(second["id"], {"strength_reason": "Two studies."}, actor=ANN)
    assert third["id"] not in {first["id"], second["id"]}
    assert graph.item(second["id"])["counts"] is True
    done = graph.review(third["id"], "accept", actor=BOB)
    assert [(one["id"], one["status"][1]) for one in done["records"]] == [
        (third["id"], "accepted"),
        (second["id"], "superseded"),
    ]
    with pytest.raises(Conflict, match="is superseded since revision"):
        graph.revise(second["id"], {"statement": "Otherwise."}, actor=ANN)
    graph.revoke(third["id"], why="clean up", actor=BOB)


def test_wrong_states_say_how_it_stands(graph: kg.Graph, seeded: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = graph.add_evidence(item(object="spear-phishing", statement="Nothing new.", relation="enables"))
    code, said = refused(seeded, "review", "accept", made["id"], capsys=capsys)
    assert code == 3
    assert "ann proposed the evidence" in said
    assert "KG_TWO_PERSON=off" in said
    code, said = refused(seeded, "review", "reject", made["id"], "--actor", BOB, capsys=capsys)
    assert code == 2
    assert "no reason to reject" in said
    rejected = graph.review(made["id"], "reject", why="not in the paper", actor=BOB)
    code, said = refused(seeded, "review", "accept", made["id"], "--actor", BOB, capsys=capsys)
    assert code == 2
    assert f"is rejected since revision {rejected['revision']} (reject, bob: not in the paper)" in said
    code, said = refused(seeded, "revoke", made["id"], "--why", "x", capsys=capsys)
    assert code == 2
    with pytest.raises(Conflict, match="this very item is there"):
        graph.add_evidence(item(object="spear-phishing", statement="Nothing new.", relation="enables"))
    with pytest.raises(NotFound, match="did you mean"):
        graph.review(made["id"][:-1], "accept", actor=BOB)
    with pytest.raises(Conflict, match="not at 1"):
        graph.review(made["record"]["claim"], "accept", actor=BOB, expect=1)
    code, said = refused(seeded, "undo", str(rejected["revision"] - 1), "--why", "x", capsys=capsys)
    assert code == 2
    assert "status was 'proposed' and is 'rejected'" in said
    assert "--with-later" in said
    undone = run(seeded, "undo", str(rejected["revision"] - 1), "--why", "all of it", "--with-later")
    assert undone["undone"] == [rejected["revision"] - 1, rejected["revision"]]
    assert {one["status"][1] for one in undone["records"]} == {"revoked"}
    claim = graph.add_claim({"subject": "qlora", "relation": "enables", "object": "spear-phishing"}, actor=BOB)
    assert (claim["already"], claim["status"]) == (False, "proposed")
    graph.review(claim["id"], "reject", why="clean up", actor=CHO)


def test_one_person_alone(graph: kg.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    made = graph.add_entity({"type": "Technique", "label": {"en": "Weight surgery", "zh": "权重手术"}}, actor=ANN)
    with pytest.raises(Forbidden):
        graph.review(made["id"], "accept", actor=ANN)
    monkeypatch.setenv("KG_TWO_PERSON", "off")
    done = graph.review(made["id"], "accept", actor=ANN)
    assert done["records"][0]["status"] == ["proposed", "accepted"]
    taken_back = graph.undo(done["revision"], why="too early", actor=BOB)
    with pytest.raises(Forbidden, match="somebody else must accept it"):
        graph.undo(taken_back["revision"], why="mine", actor=ANN, two_person=True)


def test_a_work_is_there_once(graph: kg.Graph, seeded: str, tmp_path: Any) -> None:
    bib = tmp_path / "one.bib"
    bib.write_text(
        "@article{li2024, title={A Study of Fine-Tuning Bananas}, author={Li, Wei}, year=2024, doi={10.1234/BAN}}"
    )
    added = run(seeded, "add", "work", str(bib))
    assert (added["id"], added["status"], added["already"]) == ("li2024", "current", False)
    assert graph.add_work({"citation": bib.read_text()})["already"]
    assert graph.add_work({"identifier": "https://doi.org/10.1234/ban"})["already"]
    assert graph.add_work({"title": "A study of fine-tuning banana", "authors": ["Li, W."], "year": 2024})["already"]
    other = graph.add_work(
        {"title": "A study of fine-tuning banana", "authors": ["Li, W."], "year": 2024, "distinct": True}
    )
    assert not other["already"]
    made = graph.add_evidence(item(work="li2024", object="spear-phishing"))
    back = run(seeded, "undo", str(added["revision"]), "--why", "wrong library")
    assert back["records"] == [{"kind": "work", "id": "li2024", "status": ["current", "revoked"]}]
    with pytest.raises(Conflict, match="was taken back"):
        graph.add_evidence(item(work="li2024"))
    (listed,) = (one for one in graph.reviews()["items"] if one["id"] == made["id"])
    for blocked in (listed["blocked"], graph.waiting(made["id"])["blocked"]):
        assert blocked == f"the evidence {made['id']} comes from the work li2024, which was taken back"
    barred = f"证据 {made['id']} 出自文献 li2024，而该文献已撤回"
    (listed,) = (one for one in graph.reviews(lang="zh")["items"] if one["id"] == made["id"])
    assert (listed["blocked"], graph.waiting(made["id"], lang="zh")["blocked"]) == (barred, barred)
    for words in (["list"], ["show", made["id"]]):
        told = CliRunner().invoke(cli, ["--database", seeded, "--lang", "zh", "review", *words], catch_exceptions=False)
        assert f"现在不能接受：{barred}" in told.stdout.replace("\n", "")
    assert "不计入：其论断的状态为“待审核”" in told.stdout
    with pytest.raises(Conflict, match="`kg history li2024` names the revision"):
        graph.review(made["id"], "accept", actor=BOB)
    with pytest.raises(Conflict, match="`kg history li2024` names the revision"):
        graph.merge("hu2022lora", "li2024", why="one work", actor=BOB)
    assert graph.add_work({"citation": bib.read_text()})["status"] == "revoked"
    run(seeded, "undo", str(back["revision"]), "--why", "it was the right one")
    assert graph.add_work({"citation": bib.read_text()})["status"] == "current"
    assert graph.review(made["id"], "accept", actor=BOB)["records"][0]["status"] == ["proposed", "accepted"]
    graph.revoke(made["id"], why="clean up", actor=BOB)
    log = graph.log(kind="work", act="import", limit=2)["items"]
    assert [one["actor"] for one in log] == [ANN] * 2


def test_why_a_proposal_cannot_be_accepted_is_said_in_both_languages(graph: kg.Graph) -> None:
    made = graph.add_evidence(
        item(subject="lora", object="spear-phishing", statement="Of a claim that goes."), actor=ANN
    )
    claim = graph.item(made["id"])["claim"]
    graph.review(claim, "reject", why="too wide", actor=BOB)
    told = [graph.waiting(made["id"], lang=lang) for lang in ("en", "zh")]
    assert [one["blocked"] for one in told] == [
        f"the evidence {made['id']} needs the claim {claim}, which is rejected",
        f"证据 {made['id']} 依赖于论断 {claim}，而其状态为“已拒绝”",
    ]
    with pytest.raises(Conflict, match="propose that claim again, or reject this"):
        graph.review(made["id"], "accept", actor=BOB)
    graph.review(made["id"], "reject", why="clean up", actor=BOB)


def accepted_in_line(graph: kg.Graph, *ids: str) -> list[str]:
    return [id for id in ids if graph.item(id)["status"] == "accepted"]


def test_of_revisions_that_compete_one_is_accepted(
    graph: kg.Graph, seeded: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = graph.add_evidence(item(object="spear-phishing", statement="Said first."), actor=ANN)["id"]
    graph.review(first, "accept", actor=BOB)
    one, two = (graph.revise(first, {"statement": f"Said {word}."}, actor=ANN)["id"] for word in ("anew", "again"))
    with pytest.raises(Conflict, match=f"the evidence {two} and {one} are|the evidence {one} and {two} are"):
        graph.review([one, two], "accept", actor=BOB)
    assert accepted_in_line(graph, first, one, two) == [first]
    graph.review(one, "accept", actor=BOB)
    blocked = [graph.waiting(two, lang=lang)["blocked"] for lang in ("en", "zh")]
    assert blocked == [
        f"the evidence {two} revises {first}, and {one} was accepted in that place: reject this, or propose a "
        f"revision of {one}",
        f"证据 {two} 修订的是 {first}，而 {one} 已被接受并取而代之：请拒绝本条，或改为修订 {one}",
    ]
    assert {each["id"]: each["blocked"] for each in graph.reviews(kind="evidence")["items"]}[two] == blocked[0]
    code, said = refused(seeded, "review", "accept", two, "--actor", BOB, capsys=capsys)
    assert (code, blocked[0] in said, f"`kg review revise {one}`" in said) == (2, True, True), said
    three = graph.revise(one, {"statement": "Said once more."}, actor=ANN)["id"]
    four = graph.revise(two, {"statement": "Said beside it."}, actor=ANN)["id"]
    with pytest.raises(Conflict, match=f"revises {first}, and {one} was accepted"):
        graph.review(four, "accept", actor=BOB)
    graph.review(three, "accept", actor=BOB)
    with pytest.raises(Conflict, match=f"revises {first}, and {three} was accepted"):
        graph.review(four, "accept", actor=BOB)
    assert accepted_in_line(graph, first, one, two, three, four) == [three]
    gone = graph.revoke(three, why="read wrongly", actor=BOB)["revision"]
    graph.review(four, "accept", actor=BOB)
    with pytest.raises(Conflict, match=f"the evidence {three} and {four} are of one line of revisions") as no:
        graph.undo(gone, why="it was right", actor=CHO)
    assert f"take {four} back first (`kg revoke {four}`)" in str(no.value.hint)
    assert "reject" not in str(no.value.hint), "nothing waits that could be"
    assert accepted_in_line(graph, first, one, two, three, four) == [four]
    assert "revisions-count-twice" not in {each["rule"] for each in graph.lint()["items"]}


def test_a_revision_of_a_revision_takes_the_place_of_what_counted(graph: kg.Graph) -> None:
    first = graph.add_evidence(item(object="spear-phishing", statement="What counted."), actor=ANN)["id"]
    graph.review(first, "accept", actor=BOB)
    second = graph.revise(first, {"statement": "A wording that is sent back."}, actor=ANN)["id"]
    graph.review(second, "return", why="say more", actor=BOB)
    third = graph.revise(second, {"statement": "A wording that says more."}, actor=ANN)["id"]
    assert [graph.item(id)["status"] for id in (first, second, third)] == ["accepted", "superseded", "proposed"]
    done = graph.review(third, "accept", actor=BOB)
    assert {one["id"]: one["status"] for one in done["records"]} == {
        third: ["proposed", "accepted"],
        first: ["accepted", "superseded"],
    }
    graph.undo(done["revision"], why="not yet", actor=CHO)
    assert [graph.item(id)["status"] for id in (first, second, third)] == ["accepted", "superseded", "proposed"]


def test_who_acts_is_a_handle_at_every_door(
    graph: kg.Graph, seeded: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    who = "Ann Lee <ann@x.org>"
    bib = tmp_path / "one.bib"
    bib.write_text("@article{lee2023, title={Of Handles}, author={Lee, Ann}, year=2023}")
    before = graph.revision
    for write in (
        lambda: graph.load(bib, actor=who),
        lambda: graph.load(bib, actor=""),
        lambda: graph.write([Change("work", Work("lee2023", "book", "Of Handles"))], actor=who, act="add"),
        lambda: graph.retract("hu2022lora", notice="https://example.org/n", actor=who, dry_run=False),
    ):
        with pytest.raises(BadIdentifier, match=r"^actor: .* is not a slug"):
            write()
    for words in (("import", str(bib)), ("merge", "hu2022lora", "dettmers2023qlora", "--why", "one")):
        code, said = refused(seeded, *words, "--actor", who, capsys=capsys)
        assert (code, f"--actor: {who!r} is not a slug" in said) == (2, True), said
    assert graph.revision == before
    graph.load(bib, actor=BOB)
    assert graph.log(limit=1)["items"][0]["actor"] == BOB
