"""Options of every command: faults name them, and each takes those that all share."""

from __future__ import annotations

import pytest

from kg.cli import main

PAIR = ("qlora", "malicious-use")
ITEM = ("lora--lowers--memory-requirement", "--work", "hu2022lora", "--stance", "supports", "--kind", "case-report")
NAMED = [
    (("raises", "nonsense"), "RISK: there is no entity 'nonsense'"),
    (("raises", "--technique", "nope"), "--technique: there is no entity"),
    (("raises", "--without-work", "nope"), "--without-work: there is no work"),
    (("impact", "qlora", "--block", "nope"), "--block: there is no entity"),
    (("paths", "qlora", "nope"), "TARGET: there is no entity"),
    (("cut", "malicious-use", "--source", "nope"), "--source: there is no entity"),
    (("what-if", *PAIR, "--drop-work", "nope"), "--drop-work: there is no work"),
    (("what-if", *PAIR, "--retract", "nope"), "--retract: there is no work"),
    (("list", "claims", "--object", "nope"), "--object: there is no entity"),
    (("draw", "-o", "x.html", "--focus", "nope"), "--focus: there is no entity"),
    (("raises", "--known-in", "soon"), "--known-in: 'soon' is not a whole number"),
    (("add", "work"), "--title: the title is missing (give --title, or in its place an identifier or a file"),
    (("add", "work", "--author", "X, Y"), "--title: the title is missing (give --title, or in its place"),
    (("add", "work", "--author", "X, Y", "--year", "99999"), "also wrong: --year"),
    (("add", "entity", "Weight surgery"), "--type: Field required"),
    (
        ("add", "evidence", *ITEM),
        "--strength: Field required; given nothing (also missing: --statement, --basis, --strength-reason, --locator)",
    ),
    (("show", "qlor--raises--nothing"), "or qlora--lowers--memory-requirement"),
]


@pytest.mark.parametrize(("words", "said"), NAMED, ids=[" ".join(words)[:60] for words, _ in NAMED])
def test_a_fault_names_the_option_or_argument(
    pack_url: str, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--database", pack_url, *words])
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert said in err
