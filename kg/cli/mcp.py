"""Answering agents: mcp.

May enter: options. Never here: the protocol (kg.cli.agents), tools (kg_api.tools).
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from kg.cli.context import Context
from kg.cli.options import lang_option
from kg.errors import InputError
from kg.later import Later

if TYPE_CHECKING:
    from kg.cli import agents
else:
    agents = Later("kg.cli.agents")

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

    Each question is a tool with the parameters of HTTP, described in the language of --lang. Nothing can be written.
    Agents start this command themselves; it needs the extra `mcp`.
    """
    if find_spec("mcp_types") is None:
        raise InputError(
            "this needs the package mcp, 2.3 or newer, which is not installed",
            where="mcp",
            hint="pip install 'evidence-kg[mcp]'",
        )
    graph = context.graph
    if sys.stdin.isatty():
        click.echo(WAITING[context.lang], err=True)
    agents.run(graph)
