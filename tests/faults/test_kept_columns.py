"""What is kept for the next start, where something else lies in its place, or others may write into its folder."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

import kg
from kg.columns.seal import SUFFIX
from kg.model import Change, kind_of
from kg.text.shelf import ENDING
from tests.builders import records

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions and links of Unix")

SAID = "what somebody else has written"
NOT_USED = "is not used to keep columns and search indexes"


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path / 'record.sqlite'}"
    graph = kg.open(made, empty=True)
    graph.write([Change(kind_of(one), one) for one in records("a raises b", "b raises c")], actor="ann", act="import")
    graph.store.close()
    return made


def answers(url: str) -> list[object]:
    """What a new process would answer."""
    graph = kg.open(url)
    found = [graph.paths("a", "c").json(), graph.search("b")]
    graph.store.close()
    return found


def kept(folder: Path, ending: str) -> Path:
    (found,) = (path for path in folder.iterdir() if path.name.endswith(ending) and not path.name.startswith("."))
    return found


@pytest.mark.parametrize("ending", [".columns", ".columns" + SUFFIX, ENDING])
def test_what_a_link_leads_to_is_never_touched(ending: str, columns_folder: Path, url: str, tmp_path: Path) -> None:
    first = answers(url)
    place = kept(columns_folder, ending)
    place.rename(tmp_path / "old")
    target = tmp_path / "target"
    target.write_text(SAID, encoding="utf-8")
    place.symlink_to(target)
    for _ in range(2):
        assert answers(url) == first
        assert target.read_text(encoding="utf-8") == SAID
    assert not place.is_symlink()
    assert kept(columns_folder, ending) == place


def test_columns_that_a_link_leads_to_are_not_read(
    columns_folder: Path, url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    answers(url)
    place = kept(columns_folder, ".columns")
    place.rename(tmp_path / "moved.columns")
    place.symlink_to(tmp_path / "moved.columns")
    answers(url)
    assert "it is a link, not a file" in caplog.text
    assert not place.is_symlink()


@pytest.mark.parametrize("ending", [".columns", ".columns" + SUFFIX])
@pytest.mark.parametrize("thing", ["folder", "pipe"])
def test_what_cannot_be_read_as_a_file_costs_time_and_no_answer(
    thing: str, ending: str, columns_folder: Path, url: str
) -> None:
    first = answers(url)
    place = kept(columns_folder, ending)
    place.unlink()
    if thing == "folder":
        place.mkdir()
    else:
        os.mkfifo(place)
    for _ in range(2):
        assert answers(url) == first
    assert place.is_dir() is (thing == "folder")
    assert not stat.S_ISFIFO(place.lstat().st_mode)


def test_a_folder_that_is_made_is_ours_alone(columns_folder: Path, url: str) -> None:
    mask = os.umask(0)
    try:
        answers(url)
    finally:
        os.umask(mask)
    assert columns_folder.stat().st_mode & 0o777 == 0o700
    assert kept(columns_folder, ".columns").stat().st_mode & 0o777 == 0o400


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777])
def test_a_folder_that_others_may_write_into_is_not_used(
    mode: int, columns_folder: Path, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    first = answers(url)
    for path in columns_folder.glob("*.columns*"):
        path.unlink()
    before = sorted(columns_folder.iterdir())
    columns_folder.chmod(mode)
    assert [answers(url), answers(url)] == [first, first]
    told = [one for one in caplog.messages if NOT_USED in one]
    if mode & stat.S_ISVTX:
        assert told == []
        assert kept(columns_folder, ".columns").is_file()
    else:
        assert sorted(columns_folder.iterdir()) == before
        assert len(told) == 1
        assert "others may write into it" in told[0]
        assert f"{columns_folder}" in told[0]
        assert "chmod go-w" in told[0]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("given", ["folder", "link"])
def test_a_folder_of_somebody_else_is_not_used(
    given: str, columns_folder: Path, url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    if given == "folder":
        columns_folder.mkdir(0o700)
    else:
        (tmp_path / "ours").mkdir(0o700)
        columns_folder.symlink_to(tmp_path / "ours")
    os.chown(columns_folder, 12345, 12345, follow_symlinks=False)
    assert answers(url) == answers(url)
    assert list(columns_folder.iterdir()) == []
    assert "it belongs to somebody else" in caplog.text
