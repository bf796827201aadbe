"""A numba that is installed and does not fit what else is there: plain Python answers, and it is told why."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import kg

pytestmark = pytest.mark.skipif(find_spec("numba") is None, reason="there is no numba")

PROGRAM = """
import sys
{prelude}
from kg import searching
from kg.cli import main
searching.THRESHOLD = 1
main(["--database", {url!r}, *{arguments!r}])
"""
PATHS = ["paths", "qlora", "malicious-use", "-k", "1", "--json"]
TOO_NEW, NO_LIBRARY = "Numba needs NumPy", "Could not find/load shared object file"


@pytest.fixture(params=[TOO_NEW, NO_LIBRARY])
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """What numba will say, and the lines that break it: a numpy of another version, an llvmlite without its library."""
    if request.param == TOO_NEW:
        return TOO_NEW, "import numpy; numpy.__version__ = '9.9.0'"
    spec = find_spec("llvmlite")
    assert spec is not None
    assert spec.origin is not None
    library = shutil.ignore_patterns("*.so", "*.dylib", "*.dll", "tests", "__pycache__")
    shutil.copytree(Path(spec.origin).parent, tmp_path / "llvmlite", ignore=library)
    return NO_LIBRARY, f"sys.path.insert(0, {str(tmp_path)!r})"


def run(prelude: str, url: str, *arguments: str, engine: str = "auto") -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(prelude=prelude, url=url, arguments=list(arguments))
    environment = os.environ | {"KG_ENGINE": engine}
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment)


def test_plain_python_answers_and_says_why(broken: tuple[str, str], pack_url: str) -> None:
    said, prelude = broken
    found = run(prelude, pack_url, *PATHS)
    assert found.returncode == 0, found.stderr
    graph = kg.open(pack_url)
    assert json.loads(found.stdout) == json.loads(graph.paths("qlora", "malicious-use", k=1).json())
    graph.store.close()
    assert found.stderr.count("numba is installed and cannot be loaded") == 1
    assert said in found.stderr
    assert "pip install --force-reinstall numba llvmlite numpy" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize("broken", [TOO_NEW], indirect=True)
def test_who_asks_for_the_compiled_engine_is_told_that_it_is_broken(broken: tuple[str, str], pack_url: str) -> None:
    said, prelude = broken
    found = run(prelude, pack_url, *PATHS, engine="compiled")
    assert (found.returncode, found.stdout) == (2, "")
    assert "Error: KG_ENGINE: the compiled engine needs numba, which is installed and cannot be loaded" in found.stderr
    assert said in found.stderr
    assert f"leave KG_ENGINE out, or mend numba: {sys.executable} -m pip install --force-reinstall" in found.stderr


@pytest.mark.parametrize("broken", [NO_LIBRARY], indirect=True)
def test_doctor_tells_an_extra_that_cannot_be_loaded(broken: tuple[str, str], pack_url: str) -> None:
    said, prelude = broken
    found = run(prelude, pack_url, "doctor")
    told = " ".join(found.stdout.split())
    assert found.returncode == 1, found.stderr
    assert "✗ extra fast: numba is installed and cannot be loaded" in told
    assert said in told
    assert f"mend it: {sys.executable} -m pip install --force-reinstall numba llvmlite numpy" in told
    assert "✓ extra postgres" in told
