"""Answering agents: mcp.

May enter: options. Never here: the protocol (kg.cli.agents), tools (kg_api.tools).
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from typing import TYPE_CHECKING

import click

from kg.cli.context import Context
from kg.cli.options import lang_option
from kg.errors import InputError
from kg.later import Later
from kg.packaged import bringing

if TYPE_CHECKING:
    from kg.cli import agents
else:
    agents = Later("kg.cli.agents")

VERSION = re.compile(r"2\.(?:[3-9]|[1-9][0-9])")
"""Versions of the package for which the server is written."""
WAITING = {
    "en": "waiting for an agent on standard input; Ctrl-C ends",
    "zh": "正在标准输入上等待智能体；按 Ctrl-C 结束",
}
"""Said to whoever starts it at a terminal."""


@click.command()
@lang_option
@click.pass_obj
def mcp(context: Context, /) -> None:
    """Answer agents over the Model Context Protocol, on standard input and output, until the input ends.

    Each question is a tool with the parameters of HTTP, described in the language of --lang. Nothing can be written,
    and a record that is not there is not made. Agents start this command themselves; it needs the extra `mcp`.
    """
    fault = unfit()
    if fault is not None:
        raise InputError(f"this needs {fault}", where="mcp", hint=bringing("mcp"))
    graph = context.read()
    if sys.stdin.isatty():
        click.echo(WAITING[context.lang], err=True)
    agents.run(graph)


def unfit() -> str | None:
    """Return which package is needed and which is there, as the end of a sentence; None when they are the same."""
    found = next((one.version for one in metadata.distributions(name="mcp")), None)
    if found is not None and VERSION.match(found) is not None:
        return None
    there = "which is not installed" if found is None else f"and {found} is installed"
    return f"the package mcp from 2.3 on and below 3, {there}"
