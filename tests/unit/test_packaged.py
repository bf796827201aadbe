"""The command that brings more of this installation: right in a checkout, from an archive, from a name."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from kg.packaged import bringing, newer

PIP = [sys.executable, "-m", "pip", "install"]
MADE = [
    ({"url": "file:///a%20place/kg", "dir_info": {"editable": True}}, ["-e", "/a place/kg[mcp]"]),
    ({"url": "file:///kg", "dir_info": {}}, ["/kg[mcp]"]),
    ({"url": "file:///kg-1.whl", "archive_info": {"hash": "sha256=0"}}, ["evidence-kg[mcp] @ file:///kg-1.whl"]),
    (
        {"url": "https://a.org/kg.git", "vcs_info": {"vcs": "git", "commit_id": "1f", "requested_revision": "main"}},
        ["evidence-kg[mcp] @ git+https://a.org/kg.git@1f"],
    ),
    (None, ["evidence-kg[mcp]"]),
]


def installed(place: Path, origin: object) -> None:
    """Write down an installation as an installer does."""
    made = place / "evidence_kg-0.1.0.dist-info"
    made.mkdir()
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: evidence-kg\nVersion: 0.1.0\n")
    if origin is not None:
        (made / "direct_url.json").write_text(json.dumps(origin))


@pytest.mark.parametrize(("origin", "source"), MADE)
def test_an_extra_is_brought_from_where_the_installation_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: object, source: list[str]
) -> None:
    installed(tmp_path, origin)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert shlex.split(bringing("mcp")) == [*PIP, *source]


def test_a_newer_version_of_a_folder_comes_into_that_folder_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, MADE[0][0])
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert newer() == f"bring /a place/kg up to date, then {shlex.join([*PIP, '-e', '/a place/kg'])}"


def test_a_newer_version_of_a_branch_is_the_newest_of_the_branch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, MADE[3][0])
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert shlex.split(newer()) == [*PIP, "--upgrade", "evidence-kg @ git+https://a.org/kg.git@main"]
