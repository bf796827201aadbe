"""`kg mcp` as a command: how it ends, what it needs, what its help says."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import click
import orjson
import pytest
from click.testing import CliRunner

import kg
from kg.cli import cli

HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}


def test_it_ends_with_its_input_or_when_told_and_prints_nothing_else(pack_url: str) -> None:
    words = ["--database", pack_url, "--lang", "zh", "mcp"]
    hello = orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}) + b"\n"
    pipe = subprocess.PIPE
    runs = [
        subprocess.Popen([sys.executable, "-m", "kg", *words], stdin=pipe, stdout=pipe, stderr=pipe) for _ in range(3)
    ]
    for run, told in zip(runs, (None, signal.SIGINT, signal.SIGTERM), strict=True):
        assert run.stdin is not None
        assert run.stdout is not None
        run.stdin.write(hello)
        run.stdin.flush()
        answered = json.loads(run.stdout.readline())
        assert answered["id"] == 1
        assert "先验" in answered["result"]["instructions"]
        if told is None:
            run.stdin.close()
        else:
            run.send_signal(told)
        assert run.wait(timeout=20) == 0
        assert run.stderr is not None
        assert (run.stdout.read(), run.stderr.read()) == (b"", b""), told
        for stream in (run.stdin, run.stdout, run.stderr):
            stream.close()


@pytest.mark.parametrize(("version", "said"), [(None, "which is not installed"), ("1.30.0", "and 1.30.0 is installed")])
def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None, said: str
) -> None:
    command = cli.get_command(click.Context(cli), "mcp")
    if version is not None:
        (tmp_path / f"mcp-{version}.dist-info").mkdir()
        (tmp_path / f"mcp-{version}.dist-info/METADATA").write_text(f"Name: mcp\nVersion: {version}\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    run = CliRunner().invoke(cli, ["--database", str(tmp_path / "none"), "mcp"])
    assert command is not None
    assert (run.stdout, type(run.exception)) == ("", kg.InputError)
    needed = f"this needs the package mcp from 2.3 on and below 3, {said}"
    assert str(run.exception) == f"mcp: {needed} ({sys.executable} -m pip install 'evidence-kg[mcp]')"


def test_help_says_what_it_is_for(tmp_path: Path) -> None:
    told = " ".join(CliRunner().invoke(cli, ["--database", str(tmp_path / "none"), "mcp", "--help"]).stdout.split())
    assert "Each question is a tool with the parameters of HTTP" in told
    assert "it needs the extra `mcp`" in told
