"""The source tree as the architecture tests see it: modules, their syntax trees, what they import and define.

Lives here: reading. May enter: a checkout or a small example of one. Never here: rules.
"""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"kg": "kg", "kg_api": "api/kg_api", "kg_viz": "viz/kg_viz"}
Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


@dataclass(frozen=True)
class Import:
    """One imported name: `module` as written (absolute), `name` what is taken from it (None for `import module`)."""

    module: str
    name: str | None
    line: int
    in_function: bool
    for_types: bool


@dataclass(frozen=True)
class Module:
    """One Python file of the three packages."""

    name: str
    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text, self.path)

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.path.endswith("__init__.py") else self.name.rpartition(".")[0]

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every import, also under `if TYPE_CHECKING`, inside functions, and by `import_module("...")`."""
        return tuple(self._imports(self.tree, False, False))

    def _imports(self, node: ast.AST, in_function: bool, for_types: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                for alias in child.names:
                    yield Import(alias.name, None, child.lineno, in_function, for_types)
            elif isinstance(child, ast.ImportFrom):
                for alias in child.names:
                    yield Import(self._absolute(child), alias.name, child.lineno, in_function, for_types)
            elif isinstance(child, ast.Call) and _called(child) in {"import_module", "__import__"}:
                first = child.args[0] if child.args else None
                constant = first.value if isinstance(first, ast.Constant) else None
                yield Import(constant if isinstance(constant, str) else "?", None, child.lineno, in_function, for_types)
            inner = in_function or isinstance(child, Function | ast.Lambda)
            types = for_types or (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING")
            yield from self._imports(child, inner, types)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parents = self.package.split(".")
        base = parents[: len(parents) - node.level + 1]
        return ".".join([*base, node.module] if node.module else base)

    @cached_property
    def definitions(self) -> tuple[tuple[str, Definition], ...]:
        """Classes and functions with their dotted names inside the module; not those inside functions."""
        return tuple(_definitions(self.tree, ""))


def _called(node: ast.Call) -> str:
    target = node.func
    return target.attr if isinstance(target, ast.Attribute) else target.id if isinstance(target, ast.Name) else ""


def _definitions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Definition]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition):
            yield prefix + child.name, child
            if isinstance(child, ast.ClassDef):
                yield from _definitions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.If | ast.Try | ast.With):
            yield from _definitions(child, prefix)


def modules(root: Path = ROOT) -> tuple[Module, ...]:
    """The modules of kg, kg_api and kg_viz below `root`, by name."""
    found = []
    for package, folder in PACKAGES.items():
        for file in sorted((root / folder).rglob("*.py")):
            parts = [package, *file.relative_to(root / folder).with_suffix("").parts]
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found.append(Module(name, file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")))
    return tuple(sorted(found, key=lambda module: module.name))


def tracked(root: Path = ROOT, *suffixes: str) -> tuple[Path, ...]:
    """Files of the repository with one of these suffixes (all, when none is given); none outside a git checkout."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    paths = (root / name for name in listing.stdout.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file() and (not suffixes or path.suffix in suffixes)))
