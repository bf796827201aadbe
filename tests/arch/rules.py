"""The rules of the house, each a function from source files to a list of faults ("path:line: what is wrong").

Lives here: rules as tables and the short functions that read them. May enter: `sources`. Never here: exceptions for
one file without its reason beside it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.arch.sources import Definition, Function, Module

CATCH_ALL = {"Exception", "BaseException"}
LINES_MAX, LINES_GOOD = 400, 300

# What may be imported where: top-level module -> rooms that may (a room is a module and all below it).
DOORS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ["socket", "ssl", "http.client", "urllib.request", "requests", "httpx", "httpx2", "httpcore2", "aiohttp"],
        ("kg.citations.fetch",),
    ),
    **dict.fromkeys(["sqlalchemy", "sqlmodel", "sqlite3", "psycopg", "alembic"], ("kg.record",)),
    **dict.fromkeys(["fastapi", "starlette"], ("kg_api",)),
    **dict.fromkeys(["click", "rich"], ("kg.cli",)),
    "uvicorn": ("kg_api", "kg.cli"),
    "pyvis": ("kg_viz.page",),
    **dict.fromkeys(["mcp", "mcp_types"], ("kg.cli.agents",)),
}
# Libraries of the extras: absent in a plain installation, so their rooms may ask for them late.
OPTIONAL = {"numba", "psycopg", "pyspark", "playwright"}
# Modules that may import late: the door of the library, the table of commands, the place where commands first ask for
# the graph, the two commands that stand on whole packages of their own, `Later` (see `unseen`), and the worker process,
# which is told by name what to run.
LATE = {"kg", "kg.cli", "kg.cli.context", "kg.cli.serve", "kg.later", "kg.rdf.forking"}
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "manager", "handler", "data", "info"}
# Names that a base class of a library imposes: asyncio.Protocol.data_received, httpcore2.NetworkStream.get_extra_info.
IMPOSED = {"data_received", "get_extra_info"}
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b|\bfor n" r"ow\b")
MACHINE_PATH = re.compile(r"(?<![\w.:/}\-])/(?:root|work|home|Users|mnt|opt)/\w|\b[A-Z]:\\Users\\")


def sizes(modules: Iterable[tuple[str, str]]) -> list[str]:
    """Files longer than the wall. Takes (path, text) pairs."""
    counted = ((path, text.count("\n") + (not text.endswith("\n") and bool(text))) for path, text in modules)
    return [f"{path}: {lines} lines, at most {LINES_MAX}" for path, lines in counted if lines > LINES_MAX]


def share_in_small_files(modules: Iterable[tuple[str, str]]) -> float:
    """The share of lines that live in files of at most 300 lines, 0 to 1; 1 when there are no lines."""
    counts = [text.count("\n") for _, text in modules]
    return sum(count for count in counts if count <= LINES_GOOD) / (sum(counts) or 1) if any(counts) else 1.0


def edges(modules: Sequence[Module]) -> dict[str, set[str]]:
    """Who imports whom among `modules`; what the doors in `LATE` import late or for types does not count."""
    names = {module.name for module in modules}
    found: dict[str, set[str]] = {name: set() for name in names}
    for module in modules:
        for item in module.imports:
            if module.name in LATE and (item.in_function or item.for_types):
                continue
            whole = f"{item.module}.{item.name}"
            target = whole if whole in names else item.module
            if target in names and target != module.name:
                found[module.name].add(target)
    return found


def cycles(modules: Sequence[Module]) -> list[str]:
    """Groups of modules that import one another in a ring."""
    graph = edges(modules)
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    rings: list[str] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for target in sorted(graph[name]):
            if target not in index:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], index[target])
        if low[name] == index[name]:
            ring = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(ring) > 1:
                rings.append("ring of imports: " + ", ".join(sorted(ring)))

    for name in sorted(graph):
        if name not in index:
            visit(name)
    return rings


def late_imports(modules: Iterable[Module]) -> list[str]:
    """Imports inside functions, except at the lazy doors and of optional extras."""
    return [
        f"{module.path}:{item.line}: {item.module} is imported inside a function"
        for module in modules
        for item in module.imports
        if item.in_function and module.name not in LATE and item.module.split(".")[0] not in OPTIONAL
    ]


def unseen(modules: Iterable[Module]) -> list[str]:
    """Modules put off with `Later` and not imported under TYPE_CHECKING, where types and contracts see them."""
    faults = []
    for module in modules:
        seen = {
            name for item in module.imports if item.for_types for name in (item.module, f"{item.module}.{item.name}")
        }
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Later" and node.args:
                name = node.args[0].value if isinstance(node.args[0], ast.Constant) else ast.unparse(node.args[0])
                if name not in seen:
                    faults.append(
                        f"{module.path}:{node.lineno}: {name} is put off, and not imported under TYPE_CHECKING"
                    )
    return faults


def trespasses(modules: Iterable[Module]) -> list[str]:
    """Imports of a library outside the rooms that may use it."""
    faults = []
    for module in modules:
        for item in module.imports:
            written = {item.module, f"{item.module}.{item.name}"}
            for library, rooms in DOORS.items():
                uses = any(name == library or name.startswith(library + ".") for name in written)
                if uses and not any(module.name == room or module.name.startswith(room + ".") for room in rooms):
                    faults.append(f"{module.path}:{item.line}: {library} belongs to {', '.join(rooms)} alone")
    return faults


def empty_names(modules: Iterable[Module]) -> list[str]:
    """Names of modules, classes and functions that hold a word which says nothing."""
    faults = []
    for module in modules:
        own = [(module.name.rpartition(".")[2], 1)]
        defined = [(name.rpartition(".")[2], node.lineno) for name, node in module.definitions]
        for name, line in own + [(name, line) for name, line in defined if name not in IMPOSED]:
            said = {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)} & EMPTY_NAMES
            faults += [f"{module.path}:{line}: {name} is named {word}" for word in sorted(said)]
    return faults


def swallowed(modules: Iterable[Module]) -> list[str]:
    """Handlers that catch everything without raising it again, and handlers that do nothing."""
    faults = []
    for module in modules:
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ExceptHandler):
                continue
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            again = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            if not again and any(kind is None or ast.unparse(kind) in CATCH_ALL for kind in caught):
                faults.append(f"{module.path}:{node.lineno}: catches everything")
            if all(isinstance(line, ast.Pass) or _is_ellipsis(line) for line in node.body):
                faults.append(f"{module.path}:{node.lineno}: catches and says nothing; use contextlib.suppress")
    return faults


def undocumented(modules: Sequence[Module]) -> list[str]:
    """Modules with code, public classes, functions and methods that have no docstring, of their own or inherited."""
    faults = []
    classes = {
        node.name: node for module in modules for _, node in module.definitions if isinstance(node, ast.ClassDef)
    }
    for module in modules:
        if module.tree.body and ast.get_docstring(module.tree) is None:
            faults.append(f"{module.path}:1: the module says not what lives here")
        for name, node in module.definitions:
            public = not any(part.startswith("_") for part in name.split("."))
            owner = name.split(".")[-2] if "." in name else ""
            said = ast.get_docstring(node) is not None or _inherits(classes, owner, node.name)
            if public and not said and not _needs_none(module, node):
                faults.append(f"{module.path}:{node.lineno}: {name} has no docstring")
    return faults


def wordy_modules(modules: Iterable[Module]) -> list[str]:
    """Module docstrings of more than six lines; drawn lines (indented by four or more) and empty ones are free."""
    faults = []
    for module in modules:
        lines = (ast.get_docstring(module.tree) or "").splitlines()
        said = sum(1 for line in lines if line.strip() and not line.startswith("    "))
        if said > 6:
            faults.append(f"{module.path}:1: the module docstring has {said} lines, at most 6")
    return faults


def unfit_text(files: Iterable[tuple[str, str]]) -> list[str]:
    """Paths of one machine, and marks of unfinished work. Takes (path, text) pairs."""
    faults = []
    for path, text in files:
        for number, line in enumerate(text.splitlines(), start=1):
            if found := MACHINE_PATH.search(line):
                faults.append(f"{path}:{number}: path of one machine: {found.group()}")
            if path.endswith((".py", ".md", ".ttl", ".rq", ".js", ".html")) and (found := UNFINISHED.search(line)):
                faults.append(f"{path}:{number}: unfinished: {found.group()}")
    return faults


def read(paths: Iterable[Path], root: Path) -> list[tuple[str, str]]:
    """(path relative to root, text) of the files that are text."""
    pairs = []
    for path in paths:
        raw = path.read_bytes()
        if b"\0" not in raw[:8_000]:
            pairs.append((path.relative_to(root).as_posix(), raw.decode("utf-8", "replace")))
    return pairs


def _is_ellipsis(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...


def _inherits(classes: Mapping[str, ast.ClassDef], owner: str, method: str) -> bool:
    """True when a class above `owner` documents the method."""
    above = [ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in classes[owner].bases] if owner else []
    for name in above:
        members = classes[name].body if name in classes and name != owner else []
        own = [node for node in members if isinstance(node, Function) and node.name == method]
        if any(ast.get_docstring(node) for node in own) or (members and _inherits(classes, name, method)):
            return True
    return False


def _needs_none(module: Module, node: Definition) -> bool:
    """True for overloads, setters, bare declarations of a protocol, and the two functions that every migration has."""
    marks = {ast.unparse(mark).rpartition(".")[2] for mark in node.decorator_list}
    migration = ".migrations." in module.name and node.name in {"upgrade", "downgrade"}
    declared = all(_is_ellipsis(line) for line in node.body) and "Protocol" in module.text
    return isinstance(node, Function) and (bool(marks & {"overload", "setter"}) or migration or declared)
