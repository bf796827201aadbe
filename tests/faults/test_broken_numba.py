"""A numba that is installed and does not fit what else is there: plain Python answers, and it is told why."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

import pytest

import kg
from kg.later import refusal

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


IN_TURN = """
import os, sys
{prelude}
from kg import searching
from kg.cli import main
searching.THRESHOLD = 1
for engine, arguments in {turns!r}:
    os.environ["KG_ENGINE"] = engine
    try:
        main(["--database", {url!r}, *arguments])
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    sys.stdout.flush()
    print(f"{{engine}} {{arguments[0]}} ends with {{code}}", file=sys.stderr)
"""
KINDS = {
    "AttributeError: module 'numba' has no attribute 'config'": None,
    "SyntaxError: '(' was never closed": "def njit(",
    "ValueError: numpy.dtype size changed": "raise ValueError('numpy.dtype size changed')",
    "TypeError: an integer is required": "raise TypeError('an integer is required')",
    "KeyError: 'npymath'": "{}['npymath']",
    "Unwell: of a class of its own": "class Unwell(Exception): pass\nraise Unwell('of a class of its own')",
}
"""What is told of a numba -> the text of the file that should load it; None where there is but an empty folder."""
INSTALLED = sysconfig.get_path("purelib")
LAZY = "ModuleNotFoundError: import of numba.cpython.unicode halted"


@pytest.mark.parametrize("said", [next(iter(KINDS)), LAZY])
def test_whatever_breaks_it_is_told_by_every_command(said: str, pack_url: str, tmp_path: Path) -> None:
    prelude = "sys.modules['numba.cpython.unicode'] = None"  # loaded when the first kernel is called
    if said != LAZY:
        spoilt(tmp_path, KINDS[said])
        prelude = f"sys.path[:] = [one for one in sys.path if one != {INSTALLED!r}] + [{str(tmp_path)!r}]"
    turns = [("auto", PATHS), ("auto", PATHS), ("compiled", PATHS), ("auto", ["doctor"])]
    program = IN_TURN.format(prelude=prelude, url=pack_url, turns=turns)
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    told = " ".join(found.stderr.split())
    assert "Traceback" not in found.stderr, found.stderr
    assert [line for line in found.stderr.splitlines() if " ends with " in line] == [
        "auto paths ends with 0",
        "auto paths ends with 0",
        "compiled paths ends with 2",
        "auto doctor ends with 1",
    ]
    assert told.count("large records are searched by plain Python") == 1
    assert told.count(f"numba is installed and cannot be loaded ({said}") == 1
    assert told.count(f"needs numba, which is installed and cannot be loaded ({said}") == 1
    answers = found.stdout.splitlines()
    graph = kg.open(pack_url)
    expected = json.loads(graph.paths("qlora", "malicious-use", k=1).json())
    graph.store.close()
    assert [json.loads(one) for one in answers[:2]] == [expected, expected]
    shown = " ".join(" ".join(answers[2:]).split())
    assert f"✗ extra fast: numba is installed and cannot be loaded ({said}" in shown


@pytest.mark.parametrize("said", list(KINDS)[1:])
def test_whatever_a_module_fails_with_is_told(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spoilt_extra.py").write_text(str(KINDS[said]))
    monkeypatch.syspath_prepend(tmp_path)
    assert str(refusal("math", "spoilt_extra")).startswith(said)


def test_where_memory_runs_out_nothing_is_said_of_the_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "large_extra.py").write_text("raise MemoryError")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MemoryError):
        refusal("large_extra")


def spoilt(folder: Path, text: str | None) -> None:
    """Make a folder of all that is installed, but for numba, of which there is this file or none."""
    for one in Path(INSTALLED).iterdir():
        if one.name != "numba":
            (folder / one.name).symlink_to(one)
    (folder / "numba").mkdir()
    if text is not None:
        (folder / "numba" / "__init__.py").write_text(text)
