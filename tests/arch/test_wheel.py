"""What is installed: the wheel holds the three packages with all they read, and runs away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.arch.sources import PACKAGES, ROOT

# The folders that travel as kg/_data.
TRAVELS = ("ontology", "seeds")


def files_of(folder: Path) -> set[str]:
    """Files below a folder that belong into a wheel, relative to the folder."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive, built by hatchling of this environment."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    return folder


@pytest.fixture(scope="module")
def names(built: Path) -> set[str]:
    """The names in the wheel."""
    (wheel,) = built.glob("evidence_kg-*-py3-none-any.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_every_file_of_the_packages(names: set[str]) -> None:
    for package, folder in PACKAGES.items():
        assert f"{package}/py.typed" in names
        assert not {f"{package}/{name}" for name in files_of(ROOT / folder)} - names


@pytest.mark.parametrize("folder", TRAVELS)
def test_the_wheel_carries(folder: str, names: set[str]) -> None:
    assert {f"kg/_data/{folder}/{name}" for name in files_of(ROOT / folder)} <= names


def test_the_wheel_holds_nothing_else(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert not [name for name in names if name.endswith((".pyc", ".sqlite")) or "__pycache__" in name]


def test_the_wheel_states_its_licences(names: set[str]) -> None:
    kept = {name.rpartition("/")[2] for name in names if "/licenses/" in name}
    assert kept == {"LICENSE", "LICENSE-CC-BY-4.0"}


def test_the_source_archive_can_be_built_from(built: Path) -> None:
    (archive,) = built.glob("evidence_kg-*.tar.gz")
    with tarfile.open(archive) as opened:
        held = {name.partition("/")[2] for name in opened.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "Makefile", "kg/errors.py", "tests/arch/rules.py"} <= held


@pytest.mark.skipif(not (ROOT / "kg/cli").is_dir(), reason="there is no command line yet")
def test_the_wheel_runs_away_from_the_checkout(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    (tmp_path / "empty").mkdir()
    program = (
        "import kg, kg.packaged, sys\n"
        "print(kg.__file__)\n"
        "print(kg.packaged.packaged('ontology'))\n"
        "from kg.cli import main\n"
        "main(['--version'])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path / "empty", capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site"), "HOME": str(tmp_path / "empty")},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    code, ontology, version = run.stdout.splitlines()
    assert code == str(tmp_path / "site/kg/__init__.py")
    assert ontology == str(tmp_path / "site/kg/_data/ontology")
    assert version.split()[-1] == wheel.name.split("-")[1]
