"""`kg mcp` where something is amiss: no record, a fault that nobody foresaw, remedies that are not an agent's."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from click.testing import CliRunner
from mcp import Client
from mcp_types import TextContent

import kg
import kg_api
from kg.cli import cli, doctor
from kg.cli.agents import server_of
from kg.cli.context import Context
from kg.packaged import bringing
from kg.record import Store
from kg_api import http_words, problems, tools
from kg_api.tool_words import mended
from tests.api.applications import another

METHOD = re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE) (?:to )?/")


@pytest.fixture
def read(pack_url: str) -> Iterator[kg.Graph]:
    """A record as `kg mcp` opens it."""
    context = Context(pack_url, "en", ())
    yield context.read()
    context.close()


@pytest.mark.parametrize("default", [False, True])
def test_a_record_that_is_not_there_is_refused_and_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, default: bool
) -> None:
    path = tmp_path / "typo.sqlite"
    monkeypatch.setenv("KG_DATABASE_URL", str(path))
    run = CliRunner().invoke(cli, ["mcp"] if default else ["--database", str(path), "mcp"])
    making = "kg init" if default else f"kg --database {path} init"
    assert str(run.exception) == f"database: there is no database at {path} (`{making}` makes one)"
    assert (run.stdout, list(tmp_path.iterdir())) == ("", [])


def test_a_record_that_holds_nothing_is_refused_and_not_filled(tmp_path: Path) -> None:
    path = tmp_path / "bare.sqlite"
    for made in (path.touch, lambda: Store.open(str(path)).close()):
        made()
        before = path.read_bytes()
        run = CliRunner().invoke(cli, ["--database", str(path), "mcp"])
        assert str(run.exception) == f"database: {path} holds no record yet (`kg --database {path} init` makes one)"
        assert (path.read_bytes(), list(tmp_path.iterdir())) == (before, [path])


@pytest.mark.parametrize("version", ["1.9.0", "2.2.7", "3.0.0"])
def test_doctor_tells_a_version_that_the_command_refuses(
    tmp_path: Path, pack_url: str, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    installed = tmp_path / f"mcp-{version}.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(f"Metadata-Version: 2.1\nName: mcp\nVersion: {version}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(doctor, "EXTRAS", {"mcp": doctor.EXTRAS["mcp"]})
    refused = CliRunner().invoke(cli, ["--database", pack_url, "mcp"])
    needs = f"the package mcp from 2.3 on and below 3, and {version} is installed"
    assert str(refused.exception) == f"mcp: this needs {needs} ({bringing('mcp')})"
    run = CliRunner().invoke(cli, ["--database", pack_url, "doctor", "--json"])
    assert run.exit_code == 1
    assert [item for item in json.loads(run.stdout)["items"] if not item["ok"]] == [
        {
            "check": "extra mcp",
            "ok": False,
            "installed": True,
            "found": f"`kg mcp` needs {needs}; mend it: {bringing('mcp')}",
        }
    ]


def test_nothing_of_a_record_changes_while_it_is_asked(pack_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(pack_url.removeprefix("sqlite:///"))
    before = hashlib.sha256(path.read_bytes()).digest()
    monkeypatch.setattr(kg_api, "create_app", lambda graph, **_: another(graph))
    context = Context(pack_url, "en", ())
    graph = context.read()
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Client(server_of(graph))) as client:
        asked = {"raises": {}, "search": {"q": "洪水"}, "retraction": {"id": "hu2022lora"}, "verify": {}}
        for tool, arguments in asked.items():
            assert not portal.call(client.call_tool, tool, arguments).is_error
    with pytest.raises(kg.StoreError, match="open for reading only"):
        graph.keep(graph.disputes())
    context.close()
    assert hashlib.sha256(path.read_bytes()).digest() == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_fault_that_nobody_foresaw_is_one_of_the_tool_and_logged_once(
    read: kg.Graph, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("of nobody's making")

    monkeypatch.setattr(kg_api, "create_app", lambda graph, **_: another(graph))
    monkeypatch.setattr(kg.Graph, "gaps", broken)
    with (
        caplog.at_level(logging.WARNING),
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(server_of(read))) as client,
    ):
        said = portal.call(client.call_tool, "gaps", {})
        assert not portal.call(client.call_tool, "disputes", {}).is_error
    assert said.is_error
    assert isinstance(said.content[0], TextContent)
    told = json.loads(said.content[0].text)
    assert told == said.structured_content
    assert (told["status"], told["title"]) == (500, "Something went wrong here")
    assert told["detail"] == "this is our fault, and no other arguments mend it; the log of the server says more"
    (logged,) = caplog.records
    assert logged.getMessage() == "the tool gaps failed"
    assert logged.exc_info is not None
    assert "of nobody's making" in str(logged.exc_info[1])


def test_no_remedy_of_the_command_line_becomes_an_address(read: kg.Graph) -> None:
    names = tools.called(tools.tools_of(another(read).openapi(), "en"))
    hints = [*http_words.SAID, *(f"`kg {words} THIS` does it" for words in http_words.COMMANDS)]
    told = {hint: mended(problems.of_error(kg.InputError("?", hint=hint))["hint"], names) for hint in hints}
    assert {hint: said for hint, said in told.items() if METHOD.search(said)} == {}
    assert told["`kg search THIS` does it"] == "`search` does it"
    assert told["`kg add work THIS` does it"] == "`kg add work`, on the command line does it"
    assert told["`kg review accept THIS` does it"] == "`kg review`, on the command line does it"
    assert (
        told["records are added by `kg add` and POST /api/v1/..."]
        == "records are added by `kg add`, on the command line"
    )
    for hint, words in (("`kg retract THIS` does it", "kg retract"), ("`kg export THIS` does it", "kg export")):
        assert f"`{words}`" in told[hint]
