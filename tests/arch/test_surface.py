"""The public surface of the library is frozen: a name comes or goes only together with this list."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

import kg
from kg.settings import GARBAGE
from tests.arch.sources import ROOT, modules

PUBLIC = (
    "Answer",
    "BadIdentifier",
    "Change",
    "Claim",
    "Conflict",
    "Criteria",
    "Entity",
    "Evidence",
    "Forbidden",
    "Graph",
    "InputError",
    "KgError",
    "Network",
    "NotFound",
    "Opinion",
    "ParseFailure",
    "Revision",
    "ShapeViolation",
    "Snapshot",
    "StoreError",
    "Text",
    "UnknownTerm",
    "Upstream",
    "Vocabulary",
    "Work",
    "open",
)
HEAVY = frozenset(
    [
        "IPython",
        "alembic",
        "fastapi",
        "mcp",
        "mcp_types",
        "networkx",
        "numba",
        "numpy",
        "pydantic",
        "pyshacl",
        "pyvis",
        "rdflib",
        "scipy",
        "sqlalchemy",
        "sqlmodel",
        "tantivy",
        "uvicorn",
    ]
)
HAS_COMMANDS = (ROOT / "kg/cli").is_dir()


def loaded(program: str) -> set[str]:
    """Top-level modules in memory after `program` has run in a fresh interpreter."""
    asked = f"{program}\nimport sys; print('\\n'.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    run = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    return set(run.stdout.split("\n"))


def test_the_public_names_are_these() -> None:
    assert tuple(kg.__all__) == PUBLIC
    assert list(PUBLIC) == sorted(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_the_name_is_there(name: str) -> None:
    assert getattr(kg, name) is not None
    assert name in dir(kg)


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = kg.nothing


def test_importing_the_library_is_cheap() -> None:
    assert not loaded("import kg") & HEAVY


@pytest.mark.skipif(not HAS_COMMANDS, reason="there is no command line yet")
def test_version_and_help_load_nothing_heavy() -> None:
    for option in ("--version", "--help"):
        program = (
            f"from kg.cli import main\ntry: main([{option!r}])\nexcept SystemExit as end: assert not end.code, end.code"
        )
        assert not loaded(program) & HEAVY, option


def test_heavy_imports_are_noticed() -> None:
    assert "numpy" in loaded("import networkx, numpy") & HEAVY


def test_every_module_is_read_by_the_rules() -> None:
    names = {module.name for module in modules()}
    assert {"kg", "kg.errors", "kg.ids", "kg.model", "kg_api", "kg_viz"} <= names
    assert all(isinstance(module.tree, ast.Module) for module in modules())


def test_the_command_line_looks_for_garbage_less_often_and_the_library_leaves_that_alone() -> None:
    lines = ["import gc", "own = gc.get_threshold()", "import kg", "left = own == gc.get_threshold()"]
    lines += ["from kg.cli import main", "main(['--help'])", "print(left, gc.get_threshold())"]
    program = "\n".join(lines)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == f"True {GARBAGE}"
