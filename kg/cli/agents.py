"""The server for agents: the Model Context Protocol over standard input and output.

Lives here: `run`, `server_of`, and nothing else that knows the protocol. May enter: a graph. Never here: which tools
there are and how one is asked (kg_api.tools), which may write nothing; anything that is printed: stdout is the wire.
"""

from __future__ import annotations

import logging
import os
import signal
from functools import cached_property, partial
from importlib import metadata
from types import TracebackType
from typing import TYPE_CHECKING, Any

import anyio
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from kg.graph import Graph
from kg.later import Later
from kg.meant import unknown
from kg.question.explain import CAVEAT

if TYPE_CHECKING:
    import kg_api
    from kg_api import tools
else:
    kg_api, tools = Later("kg_api"), Later("kg_api.tools")

REVISION = "evidence-kg/revision"
"""Member of `_meta` that says at which revision a tool was answered, as the `ETag` does over HTTP."""
READS = types.ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
Context = Any
_log = logging.getLogger(__name__)


class _Told:
    """What a tool replies; nothing where something failed that nobody foresaw, which the log then holds whole."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.reply: tools.Reply | None = None

    def __enter__(self) -> _Told:
        return self

    def __exit__(self, _: type[BaseException] | None, fault: BaseException | None, __: TracebackType | None) -> bool:
        unforeseen = isinstance(fault, Exception)
        if unforeseen:
            _log.error("the tool %s failed", self._name, exc_info=fault)
        return unforeseen


class Desk:
    """Answers what agents ask of one graph; the application behind it is made when the first asks."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    @cached_property
    def _app(self) -> Any:
        return kg_api.create_app(self._graph, warm=False)

    @cached_property
    def _tools(self) -> dict[str, tools.Tool]:
        return tools.tools_of(self._app.openapi(), self._graph.lang)

    async def listed(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        """Return every tool."""
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=one.name,
                    title=one.title,
                    description=one.description,
                    input_schema=one.schema,
                    annotations=READS,
                )
                for one in self._tools.values()
            ]
        )

    async def called(self, _: Context, asked: types.CallToolRequestParams) -> types.CallToolResult:
        """Return what a tool says: as text the bytes of the other doors, and the same structured where it is an object.

        Raises:
            MCPError: there is no such tool.
        """
        tool = self._tools.get(asked.name)
        if tool is None:
            fault = unknown(asked.name, self._tools, "tool of this server", "the tools are")
            raise MCPError(types.INVALID_PARAMS, str(fault))
        with _Told(asked.name) as told:
            told.reply = await tools.ask(self._app, self._tools, tool, asked.arguments or {})
        reply = tools.broken() if told.reply is None else told.reply
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text) for text in (reply.text, *reply.beside)],
            structured_content=reply.document if isinstance(reply.document, dict) else None,
            is_error=reply.fault,
            _meta=None if reply.revision is None else {REVISION: reply.revision},
        )


def run(graph: Graph) -> None:
    """Answer until standard input ends, or until SIGINT or SIGTERM."""
    try:
        anyio.run(partial(_serve, graph))
    except* BrokenPipeError:
        _log.warning("the agent went away while it was answered")


def server_of(graph: Graph) -> Server[Any]:
    """Return the server that answers from a graph, over whatever it is connected to."""
    desk = Desk(graph)
    return Server(
        "evidence-kg",
        version=metadata.version("evidence-kg"),
        instructions=CAVEAT[graph.lang],
        on_list_tools=desk.listed,
        on_call_tool=desk.called,
    )


async def _serve(graph: Graph) -> None:
    server = server_of(graph)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_end_when_told, graph)
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())
        tasks.cancel_scope.cancel()


async def _end_when_told(graph: Graph) -> None:
    """End at once: a thread that waits for input, or works on an answer that nobody will read, takes no notice."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as told:
        async for _ in told:
            graph.store.close()
            os._exit(0)
