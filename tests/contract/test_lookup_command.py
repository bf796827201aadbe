"""`kg lookup`: the document and the screen, from answers that are kept; off, offline and bad identifiers."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.citations import crossref, lookups
from kg.citations.kept import Cache, Fetched, Ledger
from kg.cli import cli, main
from tests.services import RECORDED, Played

RETRACTED, NOTICE, PREPRINT = "10.1016/s0140-6736(97)11096-0", "10.1016/s0140-6736(10)60175-4", "10.1101/629618"
KEPT = {RETRACTED: "crossref-retracted.json", NOTICE: "crossref-notice.json", PREPRINT: "crossref-preprint.json"}


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder that holds answers of a minute ago, and a day on which no further question is allowed."""
    monkeypatch.setattr(lookups, "user_cache_path", lambda name: tmp_path / name)
    for name in ("KG_LOOKUPS", "KG_LANG", "KG_CONTACT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KG_LOOKUPS_PER_DAY", "1")
    folder = tmp_path / "evidence-kg" / "lookups"
    for doi, file in KEPT.items():
        body = (RECORDED / file).read_bytes()
        Cache(folder).put(Fetched(crossref.address(doi), 200, "application/json", body, time.time() - 60))
    Ledger(folder, per_day=1).ask("api.crossref.org")
    return folder


def run(*words: str) -> str:
    result = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_the_document(kept: Path) -> None:
    document = json.loads(run("lookup", f"https://doi.org/{RETRACTED}", "--json"))
    played = Played({crossref.address(RETRACTED): KEPT[RETRACTED]})
    same = lookups.look_up(RETRACTED, fetch=played.fetcher()).document()
    passing = {"asked_at", "cached"}
    assert {key: value for key, value in document.items() if key not in passing} == json.loads(
        json.dumps({key: value for key, value in same.items() if key not in passing})
    )
    assert document["cached"] is True
    assert document["work"]["status"] == "retracted"


def test_the_screen_says_what_a_reader_must_know(kept: Path) -> None:
    screen = run("lookup", RETRACTED)
    assert "Wakefield, A., Murch, S., & Anthony, A. (1998)." in screen
    assert f"RETRACTED  https://doi.org/{NOTICE}" in screen
    assert "2004-03-06 (retraction-watch)" in " ".join(screen.split())
    assert "kept; --fresh asks again" in screen
    assert f"this is a notice about https://doi.org/{RETRACTED}" in " ".join(run("lookup", NOTICE).split())
    assert "preprint of https://doi.org/10.7554/elife.52646" in run("lookup", PREPRINT)


def test_the_screen_in_chinese(kept: Path) -> None:
    screen = run("--lang", "zh", "lookup", RETRACTED)
    assert "已撤稿" in screen
    assert "本地缓存；--fresh 可重新查询" in screen
    assert "预印本，正式版本为" in run("lookup", PREPRINT, "--lang", "zh")


@pytest.mark.parametrize(
    ("words", "setting", "code", "said"),
    [
        (["lookup", RETRACTED], "off", 3, "look-ups are off here"),
        (["lookup", "nonsense"], "", 2, "'nonsense' is not an identifier of a work"),
        (["lookup", "10.1234/other"], "", 4, "1 look-ups were made today, as many as are allowed"),
        (["lookup", RETRACTED, "--fresh"], "on", 4, "fill in the form: kg add work --title"),
        (["lookup", RETRACTED], "maybe", 2, "KG_LOOKUPS: 'maybe' is neither on nor off"),
    ],
)
def test_exit_codes(
    kept: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    setting: str,
    code: int,
    said: str,
) -> None:
    monkeypatch.setenv("KG_LOOKUPS", setting)
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == code
    assert said in capsys.readouterr().err


def test_nothing_of_the_network_is_imported_before_it_is_asked() -> None:
    """The rooms of the services are pure; the room that opens connections comes with the first look-up."""
    program = (
        "import sys; from kg.citations import lookups; lookups.identify('10.1234/x');"
        "sys.exit(bool({'httpx2', 'httpcore2', 'kg.citations.fetch'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
