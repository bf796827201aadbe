"""A driver of PostgreSQL that is installed and cannot be loaded: said as what it is, with what mends it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.cli import main
from kg.errors import StoreError
from kg.record import Store

URL = "postgresql://ann:s3cret@127.0.0.1:1/none"
MENDING = f"mend it: {sys.executable} -m pip install --force-reinstall 'psycopg[binary]'"
ATTEMPTS = "\\n".join(["no pq wrapper available.", *(f"- {one} cannot be imported" for one in ("c", "binary") * 3)])
KINDS = {
    "OSError: libpq.so.5: cannot open": "raise OSError('libpq.so.5: cannot open')",
    "RuntimeError: unknown, after KeyError: 'libpq'": (
        "try:\n    {}['libpq']\nexcept KeyError as first:\n    raise RuntimeError('unknown') from first"
    ),
    "libpq library not found)": f"raise ImportError('{ATTEMPTS}\\n- python: libpq library not found')",
    "ModuleNotFoundError: No module named 'psycopg.adapt'": "",
}
"""What is told of a driver -> the text of the file that should load it."""


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file that Python will read when it looks for the driver."""
    for name in loaded():
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "psycopg").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / "psycopg" / "__init__.py"
    for name in loaded():
        del sys.modules[name]


def loaded() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == "psycopg"]


@pytest.mark.parametrize("said", KINDS)
def test_whatever_breaks_it_is_told(said: str, driver: Path) -> None:
    driver.write_text(KINDS[said])
    with pytest.raises(StoreError) as refused:
        Store.open(URL)
    told = str(refused.value)
    assert "needs the driver psycopg, which is installed and cannot be loaded (" in told
    assert said in told
    assert MENDING in told
    assert "s3cret" not in told


def test_a_driver_of_other_contents_is_told(driver: Path) -> None:
    for name in ("__init__.py", "adapt.py", "pq.py", "types/hstore.py"):
        file = driver.parent / name
        file.parent.mkdir(exist_ok=True)
        file.touch()
    with pytest.raises(StoreError, match=r"loaded \(AttributeError: module 'psycopg' has no"):
        Store.open(URL)


def test_where_memory_runs_out_nothing_is_said_of_the_driver(driver: Path) -> None:
    driver.write_text("raise MemoryError")
    with pytest.raises(MemoryError):
        Store.open(URL)


def test_doctor_tells_it_as_lines(driver: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = next(iter(KINDS))
    driver.write_text(KINDS[said])
    with pytest.raises(SystemExit) as ended:
        main(["--database", URL, "doctor"])
    assert ended.value.code == 1
    told = " ".join(capsys.readouterr().out.split())
    assert f"needs the driver psycopg, which is installed and cannot be loaded ({said}) ({MENDING})" in told
    assert f"✗ extra postgres: psycopg is installed and cannot be loaded ({said}); {MENDING}" in told
    assert "✓ ontology" in told
