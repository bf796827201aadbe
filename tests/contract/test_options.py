"""Options of every command: faults name them, and each takes those that all share."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO, TextIOWrapper
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kg.cli import cli, main
from tests.kept import small

PAIR = ("qlora", "malicious-use")
ITEM = ("lora--lowers--memory-requirement", "--work", "hu2022lora", "--stance", "supports", "--kind", "case-report")
FOO = ("add", "entity", "Foo", "--type", "Technique", "--definition", "ok")
BAD, CHARACTER = "a\x01b", "character U+0001 at position 1 is not allowed in text"
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
    (("list", "works", "--known-in", "soon"), "--known-in: 'soon' is not a whole number"),
    (("list", "claims", "--relation", "raises", "--relation", "lowers"), "--relation: claims are listed by one"),
    (("draw", "-o", "x.html", "--focus", "nope"), "--focus: there is no entity"),
    (("list", "works", "--status", "nope"), "--status: 'nope' is not a work status"),
    (("retract", "hu2022lora", "--status", "nope"), "--status: 'nope' is not a work status"),
    (("what-if", *PAIR, "--add", "qlora mitigates malicious-use 1.0"), "--add: the subject of 'mitigates' cannot be"),
    (("raises", "--known-in", "soon"), "--known-in: 'soon' is not a whole number"),
    (("add", "work"), "--title: the title is missing (give --title, or in its place an identifier or a file"),
    (("add", "work", "--author", "X, Y"), "--title: the title is missing (give --title, or in its place"),
    (("add", "work", "--author", "X, Y", "--year", "99999"), "also wrong: --year"),
    (("add", "entity", "Weight surgery"), "--type: Field required"),
    ((*FOO, "--definition-zh", BAD), f"--definition-zh: {CHARACTER}"),
    ((*FOO, "--zh", BAD), f"--zh: {CHARACTER}"),
    ((*FOO, "--alias", BAD), f"--alias: {CHARACTER}"),
    ((*FOO, "--alias", BAD, "--zh", BAD), "(also wrong: --alias)"),
    (("add", "entity", BAD, "--type", "Technique"), f"LABEL: {CHARACTER}"),
    (("add", "work", "--title", "T", "--author", BAD), f"--author: {CHARACTER}"),
    (("diff", "foo"), "Error: A: 'foo' is no point in time"),
    (("diff", "1", "foo"), "Error: B: 'foo' is no point in time"),
    (("history", "99"), "Error: ID: there is no revision 99"),
    (("undo", "99"), "Error: REVISION: there is no revision 99"),
    (("review", "accept", "nope"), "Error: ID: no entity, claim, work or evidence item is called 'nope'"),
    (("review", "show", "nope"), "Error: ID: no entity, claim, work or evidence item is called 'nope'"),
    (("receipt", "show", "nope"), "Error: ID: no answer is kept under 'nope'"),
    (("receipt", "verify"), "Error: ID: give the id of a kept answer, or --document"),
    (("receipt", "verify", "--document", "-"), "Error: --document: this is no answer: it has no receipt"),
    (("receipt", "keep", "-"), "Error: FILE: this is no answer: it has no receipt"),
    (("receipt", "keep", "nofile"), "Error: FILE: nofile cannot be read"),
    (("import", "nofile"), "Error: there is no file or folder 'nofile'"),
    (("import", "/dev/null"), "Error: null is empty"),
    (("cut", "nope"), "Error: TARGET: there is no entity 'nope'"),
    (("search", " "), "Error: TEXT: there is nothing to search for"),
    (("what-if", "--drop-work", "hu2022lora", "--save", "/nowhere/x"), "Error: --save: '/nowhere/x' cannot be written"),
    (("draw", "-o", "/nowhere/x.html"), "Error: --output: '/nowhere/x.html' cannot be written"),
    (("export", "/nowhere/x.ttl"), "Error: FILE: '/nowhere/x.ttl' cannot be written"),
    (("what-if", "--scenario", "nofile"), "Error: --scenario: nofile cannot be read: No such file or directory (give"),
    (("what-if", "--scenario", "BINARY"), "BINARY is not UTF-8 text (give a file of --save)"),
    (("add", "work", "BINARY"), "BINARY is not UTF-8 text (save it as UTF-8)"),
    (("add", "work", "BLANK"), "BLANK is empty (give it one citation)"),
    (("add", "entity", "--from", "BLANK"), "BLANK is empty (write `field: value` lines into it)"),
    (("import", "BLANK", "--format", "pack"), "Error: BLANK is no pack: that is a folder with a pack.toml"),
    (("validate", "NOTHING.json"), "NOTHING.json holds no statements"),
    (("token", "revoke", "nope"), "Error: ID: there is no token 'nope'"),
    (("restore", "nofile"), "Error: FILE: there is no file 'nofile'"),
    (("history", "qlora", "--kind", "work"), "Error: ID: there is no work 'qlora'"),
    (("export", "x.foo"), "Error: --format: the suffix of 'x.foo' stands for no format"),
    (
        ("add", "evidence", *ITEM),
        "--strength: Field required; given nothing (also missing: --statement, --basis, --strength-reason, --locator)",
    ),
    (("show", "qlor--raises--nothing"), "or qlora--lowers--memory-requirement"),
]


@pytest.mark.parametrize(("words", "said"), NAMED, ids=[" ".join(words)[:60] for words, _ in NAMED])
def test_a_fault_names_the_option_or_argument(
    pack_url: str,
    words: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in (("BINARY", b"\xff\xfe\x00\x01"), ("BLANK", b" \n"), ("NOTHING.json", b'{"a": 1}')):
        Path(name).write_bytes(content)
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b'{"question": {"name": "raises"}}')))
    with pytest.raises(SystemExit) as ended:
        main(["--database", pack_url, *words])
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert said in err


def commands(group: click.Group, *names: str) -> Iterator[tuple[str, click.Command]]:
    """Every command that is no group, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, *names, name)
        elif command is not None:
            yield " ".join([*names, name]), command


def test_every_command_takes_the_shared_options() -> None:
    taken = {name: {option for param in command.params for option in param.opts} for name, command in commands(cli)}
    assert [name for name, options in taken.items() if "--json" not in options] == ["serve", "mcp", "completion"]
    assert [name for name, options in taken.items() if "--lang" not in options] == ["completion"]
    told = "Every command but `serve`, `mcp` and `completion` takes"
    assert f"{told} `--json`" in (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert f"{told} --json" in " ".join(CliRunner().invoke(cli, ["--help"]).stdout.split())


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        ("add evidence", "work stance kind strength strength-reason locator statement basis"),
        ("preview", "work stance kind strength strength-reason locator statement basis"),
        ("add entity", "type"),
        ("review revise", ""),
        ("review accept", ""),
        ("review reject", "why"),
        ("review return", "why"),
        ("revoke", "why"),
        ("undo", "why"),
        ("merge", "why"),
    ],
)
def test_help_marks_what_a_record_needs(words: str, needed: str) -> None:
    command = dict(commands(cli))[words]
    context = click.Context(command)
    records = {param.opts[0]: param.get_help_record(context) for param in command.params}
    marked = {name for name, record in records.items() if record is not None and "[required]" in record[1]}
    assert marked == {f"--{name}" for name in needed.split()}


def test_help_marks_every_option_without_which_a_command_refuses_to_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/record.db"
    small(url).store.close()
    given = {
        "source": "t",
        "target": "r",
        "entity": "t",
        "keep": "w1",
        "duplicate": "w2",
        "work": "w1",
        "revision": "2",
    }
    given |= {"kind": "claims", "identifier": "none", "file": f"{tmp_path}/x.ttl", "a": "1", "shell": "bash"}
    unmarked = {}
    for words, command in commands(cli):
        if words in {"serve", "mcp"}:
            continue
        arguments = [param for param in command.params if isinstance(param, click.Argument) and param.required]
        with suppress(SystemExit):
            main(["--database", url, *words.split(), *(given.get(str(one.name), "t") for one in arguments)])
        refused = re.search(r"Error: (?:Missing option ')?(-[a-z-]+)", capsys.readouterr().err)
        if refused is not None:
            (option,) = [param for param in command.params if refused[1] in param.opts]
            told = option.get_help_record(click.Context(command))
            unmarked[words, refused[1]] = told is None or not re.search(r"needed|\[required\]", told[1])
    assert {("merge", "--why"), ("spark beliefs", "--input"), ("draw", "-o"), ("retract", "--notice")} <= set(unmarked)
    assert [one for one, missing in unmarked.items() if missing] == []


def test_init_and_draw_say_what_they_did(pack_url: str, tmp_path: Path) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(cli, ["--database", pack_url, *words], catch_exceptions=False)
        assert done.exit_code == 0
        return done.output

    told = json.loads(run("init", "--json"))
    assert list(told) == ["database", "revision", "entities", "claims", "evidence", "works", "restored"]
    assert (told["revision"], told["restored"]) == (1, [])
    assert f"处于修订版 1：{told['entities']} 个实体" in run("init", "--lang", "zh")
    file = tmp_path / "page.html"
    assert json.loads(run("draw", "-o", str(file), "--json")) == {"file": str(file)}
    assert "已写入" in run("draw", "-o", str(file), "--lang", "zh")
    assert '<html lang="zh' in file.read_text("utf-8")
    assert run("sparql", "--list", "--lang", "zh") != run("sparql", "--list")


@pytest.mark.parametrize("id", ["10.48550/arXiv.2106.09685", "2106.09685", "arXiv:2106.09685", "hu2022lora"])
def test_a_work_is_shown_by_whatever_identifies_it(pack_url: str, id: str) -> None:
    shown = CliRunner().invoke(cli, ["--database", pack_url, "show", id, "--json"], catch_exceptions=False)
    assert json.loads(shown.stdout)["id"] == "hu2022lora"
