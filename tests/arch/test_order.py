"""Imports climb one way: the contract in pyproject.toml is kept, and notices when it is not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.arch.sources import PACKAGES, ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run the contract of pyproject.toml on the packages below `root`."""
    path = os.pathsep.join(str(root / Path(folder).parent) for folder in PACKAGES.values())
    program = (
        "import sys; from importlinter.cli import lint_imports as lint; sys.exit(lint(sys.argv[1], cache_dir=None))"
    )
    return subprocess.run(
        [sys.executable, "-c", program, str(ROOT / "pyproject.toml")],
        cwd=root, env=os.environ | {"PYTHONPATH": path, "NO_COLOR": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_contract_is_kept() -> None:
    run = lint(ROOT)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small tree that keeps the contract, to be copied."""
    root = tmp_path_factory.mktemp("right")
    rooms = ["kg/errors", "kg/belief", "kg/snapshot", "kg/network", "kg/graph", "viz/kg_viz/scene", "api/kg_api/app"]
    packages = ["kg", "kg/cli", "kg/question", "kg/importers", "kg/exporters", "viz/kg_viz", "api/kg_api"]
    for file in [f"{room}.py" for room in rooms] + [f"{package}/__init__.py" for package in packages]:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    run = lint(root)
    assert run.returncode == 0, run.stdout + run.stderr
    return root


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("kg/errors.py", "kg.graph"),
        ("kg/belief.py", "kg.snapshot"),
        ("kg/question/paths.py", "kg.graph"),
        ("kg/network.py", "kg.exporters"),
        ("kg/importers/ris.py", "kg.exporters"),
        ("kg/graph.py", "kg_api"),
        ("viz/kg_viz/scene.py", "kg_api"),
        ("api/kg_api/app.py", "kg.cli"),
        ("kg/new_room.py", "kg.errors"),
    ],
)
def test_a_wrong_import_is_noticed(importer: str, imported: str, right: Path, tmp_path: Path) -> None:
    root = shutil.copytree(right, tmp_path / "tree")
    (root / importer).write_text(f"import {imported}\n", encoding="utf-8")
    wrong = lint(root)
    assert wrong.returncode == 1
    assert "BROKEN" in wrong.stdout, wrong.stdout + wrong.stderr


def test_every_contract_is_checked() -> None:
    assert [contract["id"] for contract in CONTRACTS["contracts"]] == ["rooms", "doors", "library"]
    assert CONTRACTS["contracts"][0]["exhaustive"] is True
