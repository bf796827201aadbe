"""The command line: exit codes, where messages go, near words, first start, both languages, quiet pipes."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import COMMANDS, cli, doctor, main
from kg.packaged import bringing

CHAIN = "malicious-use-by-non-state-actors"
PROGRAM = """
import sys
from kg.cli import main
database, words = sys.argv[1:3], sys.argv[3:]
while words:
    at = words.index(";") if ";" in words else len(words)
    main([*database, *words[:at]])
    words = words[at + 1 :]
"""
SEVERAL = ("-c", PROGRAM)
"""Several commands, with `;` between them, in one process: what a start costs is paid once."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('cli')}/record.db"


def kg_(
    *words: str, database: str, env: dict[str, str] | None = None, start: tuple[str, ...] = ("-m", "kg")
) -> subprocess.CompletedProcess[str]:
    """Run the real program."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    return subprocess.run(
        [sys.executable, *start, "--database", database, *words],
        capture_output=True,
        encoding=(env or {}).get("PYTHONIOENCODING", "utf-8").partition(":")[0],
        check=False,
        env={**clean, "COLUMNS": "140", **(env or {})},
    )


def invoke(database: str, *words: str) -> Result:
    return CliRunner(env={"COLUMNS": "140"}).invoke(cli, ["--database", database, *words])


def test_first_start_creates_seeds_and_says_so_on_stderr(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/new.sqlite"
    first = kg_("raises", CHAIN, "--json", database=database)
    assert (first.returncode, "loaded the pack hazards" in first.stderr) == (0, True)
    assert json.loads(first.stdout)["items"]
    second = kg_("raises", CHAIN, "--json", database=database)
    assert (second.stderr, second.stdout) == ("", first.stdout)


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8", "gbk", "latin-1:replace"])
def test_a_terminal_gets_its_own_encoding_and_what_that_lacks_is_written_out(database: str, encoding: str) -> None:
    env = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    ended = kg_("verify", ";", "--lang", "zh", "raises", CHAIN, database=database, env=env, start=SEVERAL)
    assert ended.returncode == 0, ended.stderr
    codec, _, given = encoding.partition(":")
    for said in ("✓ 1 revision: the chain is whole and the state", "最佳链条及其依据的文献", "chan2023hazards"):
        assert said.encode(codec, given or "backslashreplace").decode(codec) in ended.stdout
    unreadable = kg_("show", "\udcff", database=database, env=env)
    assert (unreadable.returncode, unreadable.stdout) == (2, "")
    assert unreadable.stderr == "Error: ID: '\\udcff' holds what no text holds (give a text)\n"


def test_triggers_that_were_taken_away_come_back_with_init(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    database = f"sqlite:///{path}"
    assert "anew" not in invoke(database, "init", "--empty").stderr
    both = "change_no_update, receipt_no_delete"
    for words, told_then in ((), f"made anew: {both}\n"), (("--lang", "zh"), f"已重建：{both.replace(', ', '、')}\n"):
        with closing(sqlite3.connect(path)) as raw:
            raw.executescript("DROP TRIGGER change_no_update; DROP TRIGGER receipt_no_delete")
        told = invoke(database, "verify")
        assert (told.exit_code, "'change_no_update' is missing" in told.stdout.replace("\n", " ")) == (1, True)
        done = invoke(database, "init", "--json", *words)
        assert done.stderr == told_then
        assert json.loads(done.stdout)["restored"] == both.split(", ")
    assert invoke(database, "verify").exit_code == 0


def test_an_empty_record_stays_empty(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/empty.sqlite"
    assert "0 claims" in invoke(database, "init", "--empty").stdout
    answer = json.loads(invoke(database, "raises", "--json").stdout)
    assert answer["items"] == []
    assert "No evidence found is not evidence of no effect" in answer["note"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["raise"], 2, "Did you mean raises"),
        (["paths", "qlora", "malicous-use"], 2, "malicious-use"),
        (["paths", "qlora", "qlora"], 2, "two different entities"),
        (["paths", "qlora", "malicious-use", "-k", "0"], 2, "from 1 to 1000"),
        (["paths", "qlora", "malicious-use", "--sign", "x"], 2, "use + or -"),
        (["raises", "--max-links", "99"], 2, "from 1 to 12"),
        (["raises", "--known-in", "soon"], 2, "whole number"),
        (["raises", "--as-of", "99"], 2, "no revision 99; the newest is 1"),
        (["raises", "--without-work", "hu2022lor"], 2, "hu2022lora"),
        (["raises", "--relation", "rises"], 2, "raises"),
        (["list", "entities", "--type", "Risks"], 2, "Risk"),
        (["list", "works", "--type", "Risk"], 2, "filters of works"),
        (["list", "claims", "--limit", "500"], 2, "from 1 to 200"),
        (["show", "微调技术"], 2, "fine-tuning"),
        (["search", " "], 2, "nothing to search for"),
        (["import", "no-such-folder"], 2, "no file or folder"),
        (["impact", "qlora", "--direction", "sideways"], 2, "neither out nor in"),
        (["cut", "malicous-use"], 2, "malicious-use"),
        (["cut", "qlora", "--source", "qlora"], 2, "both source and target"),
        (["cut", "qlora", "--threshold", "1.5"], 2, "from 0 to 1"),
        (["cut", "qlora", "--weigh", "cost"], 2, "neither count nor strength"),
        (["what-if", "qlora", "qlora"], 2, "two different entities"),
        (["what-if", "qlorra"], 2, "did you mean qlora"),
        (["what-if", "--drop-work", "hu2022lor"], 2, "hu2022lora"),
        (["what-if", "--drop-claim", "tar--mitigates--safeguard-remova"], 2, "tar--mitigates--safeguard-removal"),
        (["what-if", "--drop-entity", "qlorra"], 2, "did you mean qlora"),
        (["what-if", "--add", "qlora raises malicious-use"], 2, "qlora raises malicious-use"),
        (["what-if", "--add", "qlora raises malicious-use 0"], 2, "above 0 and at most 1"),
        (["what-if", "--add", "qlora raises malicious-use nan"], 2, "above 0 and at most 1"),
        (["what-if", "--add", "qlora rises malicious-use 0.5"], 2, "did you mean raises"),
        (["what-if", "--add", "qlora raises qlora 0.5"], 2, "joins two entities"),
        (["what-if", "--add", "malicious-use raises qlora 0.5"], 2, "cannot be of type"),
        (["what-if", "--set", "E232 mood=bad"], 2, "stance or strength"),
        (["what-if", "--set", "E232 stance=dispute"], 2, "did you mean disputes"),
        (["what-if", "--set", "E9999 stance=disputes"], 2, "E9999"),
        (["what-if", "--mark", "hu2022lora=gone"], 2, "work status"),
        (["what-if", "--retract", "hu2022lora", "--unretract", "hu2022lora"], 2, "hu2022lora is given twice"),
        (["what-if", "--under", "known-in=2024", "--under", "known-in=2025"], 2, "known_in is given twice"),
        (["what-if", "--under", "mood=bad"], 2, "no such criterion"),
        (["what-if", "--scenario", "no-such-file.json"], 2, "cannot be read"),
        (["what-if", "--scenario", "pyproject.toml"], 2, "this is not JSON"),
        (["what-if", "--save", "no/such/folder/s.json"], 2, "cannot be written"),
        (["robustness", "qlora", "qlora"], 2, "two different entities"),
        (["robustness", "qlora", "malicous-use"], 2, "malicious-use"),
        (["robustness", "--rows", "Risks"], 2, "Risk"),
        (["retract", "hu2022lor", "--dry-run"], 2, "hu2022lora"),
        (["retract", "hu2022lora", "--yes"], 2, "--notice URL or --look-up"),
        (["retract", "hu2022lora", "--notice", "ftp://x", "--yes"], 2, "http"),
        (["retract", "hu2022lora", "--notice", "https://example.org/n"], 2, "say --yes"),
        (["retract", "hu2022lora", "--status", "retractd", "--dry-run"], 2, "did you mean retracted"),
        (["diff", "soon"], 2, "known:2024"),
        (["diff", "1", "99"], 2, "no revision 99; the newest is 1"),
        (["diff", "known:soon"], 2, "known:2024"),
        (["diff", "9999-12-31T23:59:59-14:00"], 2, "no point in time"),
        (["raises", "--as-of", "0001-01-01T00:00:00+14:00"], 2, "outside of the years 1 to 9999"),
        (["gaps", "--kind", "stael"], 2, "did you mean stale"),
        (["gaps", "--below", "moderat"], 2, "did you mean moderate"),
        (["gaps", "--since", "soon"], 2, "whole number"),
        (["--lang", "fr", "log"], 2, "use en or zh"),
        (["--ontology", "no-such.ttl", "log"], 2, "no Turtle here"),
        (["serve", "--port", "99999"], 2, "from 1 to 65535"),
    ],
)
def test_bad_input_exits_2_and_helps(
    database: str, words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke(database, "init")
    with pytest.raises(SystemExit) as ended:
        main(["--database", database, *words])
    out, err = capsys.readouterr()
    assert ended.value.code == code, err
    assert said in err
    assert out == ""


@pytest.mark.parametrize(
    ("database", "said"),
    [
        ("postgresql://nobody:secret@127.0.0.1:1/none", "127.0.0.1"),
        ("sqlite:////proc/none/record.db", "record.db"),
    ],
)
def test_a_database_out_of_reach_exits_4(database: str, said: str) -> None:
    run = kg_("log", database=database)
    assert run.returncode == 4, run.stderr
    assert said in run.stderr
    assert "secret" not in run.stderr
    assert "Traceback" not in run.stderr


def test_a_file_that_is_no_database_exits_4_and_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary " * 100, encoding="utf-8")
    run = kg_("log", database=f"sqlite:///{path}")
    assert run.returncode == 4
    assert path.read_text(encoding="utf-8").startswith("dear diary")


def test_shown_by_the_issue(database: str) -> None:
    raises = invoke(database, "raises", CHAIN).stdout
    assert "raises" in raises
    assert "chan2023hazards" in raises
    both = invoke(database, "show", "tar--mitigates--safeguard-removal").stdout
    assert both.index("For (1)") < both.index("tamirisa2025tar") < both.index("Against (1)") < both.index("qi2025durab")
    unlearning = "unlearning--mitigates--dangerous-capabilities"
    now = json.loads(invoke(database, "show", unlearning, "--json").stdout)
    then = json.loads(invoke(database, "show", unlearning, "--known-in", "2024", "--json").stdout)
    assert (now["contested"], then["contested"]) == (True, False)
    assert then["belief"]["disbelief"] == 0
    assert then["belief"]["expected"] > 0.5 > now["belief"]["expected"]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "words",
    [
        ["raises", CHAIN],
        ["matrix"],
        ["paths", "qlora", CHAIN],
        ["paths", "qlora", "tar"],
        ["impact", "qlora"],
        ["impact", "qlora", "--direction", "in"],
        ["disputes"],
        ["cut", "malicious-use"],
        ["cut", "safeguard-removal", "undetected-dangerous-capabilities", "--weigh", "strength"],
        ["cut", "malicious-use-by-non-state-actors"],
        ["cut", "qlora"],
        ["what-if", "qlora", CHAIN, "--drop-work", "dettmers2023qlora", "--add", f"qlora lowers {CHAIN} 0.3"],
        ["what-if", "qlora", CHAIN, "--drop-entity", "qlora"],
        ["what-if", "--retract", "chan2023hazards", "--rows", "Mitigation"],
        ["what-if"],
        ["what-if", "qlora", "--retract", "dettmers2023qlora"],
        ["robustness", "qlora"],
        ["robustness", "qlora", CHAIN],
        ["robustness", "qlora", "tar"],
        ["robustness"],
        ["retract", "chan2023hazards", "--dry-run"],
        ["diff", "known:2022", "known:2024"],
        ["diff", "0"],
        ["gaps"],
        ["gaps", "--kind", "no-evidence"],
        ["gaps", "--kind", "single-group"],
        ["show", "fine-tuning"],
        ["show", "tar--mitigates--safeguard-removal"],
        ["show", "hu2022lora"],
        ["show", "E232"],
        ["list", "entities"],
        ["list", "claims", "--all"],
        ["list", "works"],
        ["list", "evidence", "--work", "hu2022lora"],
        ["search", "微调"],
        ["basis"],
        ["coverage"],
        ["log"],
        ["verify"],
    ],
    ids=" ".join,
)
def test_every_table_is_readable_in_both_languages(database: str, lang: str, words: list[str]) -> None:
    run = CliRunner(env={"COLUMNS": "140"}).invoke(cli, ["--database", database, "--lang", lang, *words])
    assert run.exit_code == 0, run.stderr
    assert run.stdout.strip()
    assert "None" not in run.stdout
    assert "[/" not in run.stdout, "markup must not leak"


def test_all_follows_the_pages(database: str) -> None:
    listed = json.loads(invoke(database, "list", "evidence", "--limit", "100", "--all", "--json").stdout)
    assert (len(listed["items"]), listed["next"]) == (349, None)
    ids = [item["id"] for item in listed["items"]]
    assert ids == sorted(set(ids))


def test_every_command_has_help_and_a_line_in_the_table() -> None:
    overview = CliRunner().invoke(cli, ["--help"]).stdout
    for name in COMMANDS:
        assert f"\n  {name} " in overview
        helped = CliRunner().invoke(cli, [name, "--help"])
        assert helped.exit_code == 0
        assert helped.stdout.startswith("Usage: ")


def test_completion_offers_ids_and_words_of_the_ontology(database: str) -> None:
    def complete(*words: str) -> str:
        line = " ".join(["kg", "--database", database, *words])
        env = {"_KG_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) + 2)}
        return kg_(database=database, env=env).stdout

    assert "malicious-use-by-non-state-actors" in complete("raises", "malicious")
    assert "empirical-experiment" in complete("raises", "--study-kind", "emp")


def test_a_closed_pipe_is_quiet(database: str) -> None:
    line = f"{sys.executable} -m kg --database {database} list evidence --all --json | head -c 10"
    run = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)
    assert run.stderr == ""


def test_doctor_tells_a_sound_installation_from_a_broken_one(database: str, tmp_path: Path) -> None:
    invoke(database, "init")
    sound = invoke(database, "doctor", "--json")
    assert sound.exit_code == 0
    assert all(item["ok"] for item in json.loads(sound.stdout)["items"])
    broken = invoke(f"sqlite:///{tmp_path}/none.db", "doctor")
    assert broken.exit_code == 1
    assert f"kg --database sqlite:///{tmp_path}/none.db init" in " ".join(broken.stdout.split())
    assert not (tmp_path / "none.db").exists(), "looking creates nothing"


def test_doctor_marks_an_extra_that_is_not_installed_as_neither_sound_nor_broken(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoke(database, "init")
    monkeypatch.setitem(doctor.EXTRAS, "fast", "no_such_module_here")
    told = invoke(database, "doctor")
    assert told.exit_code == 0
    assert f"– extra fast: not installed; {bringing('fast')} brings it" in " ".join(told.stdout.split())
    assert [f"extra {name}" in told.stdout for name in ("fast", "mcp", "postgres", "spark")] == [True] * 4


def test_no_color_is_respected(database: str) -> None:
    run = kg_("raises", CHAIN, database=database, env={"NO_COLOR": "1", "FORCE_COLOR": ""})
    assert "\x1b[3" not in run.stdout
