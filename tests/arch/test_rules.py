"""The code keeps the rules of the house; and each rule notices when it is broken."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.arch import rules
from tests.arch.sources import ROOT, Module, modules, tracked

HERE = modules()
Rule = Callable[[tuple[Module, ...]], list[str]]
RULES: tuple[Rule, ...] = (
    rules.cycles,
    rules.late_imports,
    rules.unseen,
    rules.trespasses,
    rules.empty_names,
    rules.swallowed,
    rules.undocumented,
    rules.wordy_modules,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_code_keeps_the_rule(rule: Rule) -> None:
    faults = rule(HERE)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("rule", "file", "text", "expected"),
    [
        (rules.late_imports, "kg/a.py", "def f():\n    import json\n", "json is imported inside a function"),
        (rules.late_imports, "kg/a.py", "def f():\n    import_module('kg.b')\n", "kg.b is imported inside a function"),
        (rules.late_imports, "kg/a.py", "class A:\n    def f(self):\n        from . import b\n", "kg is imported"),
        (rules.unseen, "kg/a.py", "np = Later('numpy')\n", "numpy is put off"),
        (rules.trespasses, "kg/a.py", "import socket\n", "socket belongs to kg.citations.fetch alone"),
        (rules.trespasses, "kg/a.py", "from urllib import request\n", "urllib.request belongs to"),
        (rules.trespasses, "kg/a.py", "from urllib.request import urlopen\n", "urllib.request belongs to"),
        (rules.trespasses, "viz/kg_viz/scene.py", "import pyvis.network\n", "pyvis belongs to kg_viz.page alone"),
        (rules.trespasses, "api/kg_api/app.py", "from sqlalchemy import text\n", "sqlalchemy belongs to kg.record"),
        (rules.trespasses, "kg/recorder.py", "import sqlite3\n", "sqlite3 belongs to kg.record alone"),
        (rules.trespasses, "kg/question/a.py", "from fastapi import Request\n", "fastapi belongs to kg_api alone"),
        (rules.empty_names, "kg/url_utils.py", "", "url_utils is named utils"),
        (rules.empty_names, "kg/a.py", "class GraphManager: ...\n", "GraphManager is named manager"),
        (rules.empty_names, "kg/a.py", "class A:\n    def dataOf(self): ...\n", "dataOf is named data"),
        (rules.swallowed, "kg/a.py", "try: f()\nexcept Exception: g()\n", "catches everything"),
        (rules.swallowed, "kg/a.py", "try: f()\nexcept: g()\n", "catches everything"),
        (rules.swallowed, "kg/a.py", "try: f()\nexcept (OSError, BaseException): g()\n", "catches everything"),
        (rules.swallowed, "kg/a.py", "try: f()\nexcept OSError: pass\n", "catches and says nothing"),
        (rules.undocumented, "kg/a.py", "x = 1\n", "the module says not what lives here"),
        (rules.undocumented, "kg/a.py", "'''A.'''\ndef f(): ...\n", "f has no docstring"),
        (rules.undocumented, "kg/a.py", "'''A.'''\nclass A:\n    '''A.'''\n    def f(self): ...\n", "A.f has no"),
        (rules.wordy_modules, "kg/a.py", "'''" + "word\n" * 7 + "'''\n", "has 7 lines, at most 6"),
    ],
)
def test_the_rule_notices(rule: Rule, file: str, text: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(text, encoding="utf-8")
    (fault,) = rule(modules(tmp_path))
    assert fault.startswith(file)
    assert expected in fault


def test_what_the_rules_let_pass(tmp_path: Path) -> None:
    good = {
        "kg/__init__.py": (
            '"""Door."""\nif TYPE_CHECKING:\n    from kg.graph import f\n'
            "def __getattr__(name):\n    from kg import graph\n    return graph\n"
        ),
        "kg/graph.py": '"""Graph."""\nimport kg\nfrom urllib.parse import urlsplit\n',
        "kg/record/store.py": '"""Store."""\nimport sqlalchemy\ndef _open():\n    import psycopg\n',
        "kg/heavy.py": (
            '"""Heavy."""\nif TYPE_CHECKING:\n    from scipy import special\n'
            'else:\n    special = Later("scipy.special")\n'
        ),
        "kg/forms.py": '"""Forms."""\nclass A:\n    """A."""\n    def f(self):\n        """Do f."""\n',
        "kg/more.py": '"""More."""\nclass B(A):\n    """B."""\n    def f(self):\n        return 1\n',
        "kg/cleaning.py": '"""Cleaning up."""\ntry:\n    f()\nexcept BaseException:\n    g()\n    raise\n',
        "kg/citations/fetch.py": '"""Fetch."""\nimport socket\nimport httpx2\n',
        "viz/kg_viz/page.py": '"""Page of a dataset, informed."""\nfrom pyvis.network import Network\n',
    }
    for file, text in good.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    assert [fault for rule in RULES for fault in rule(modules(tmp_path))] == []


def test_a_ring_of_imports_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "kg").mkdir()
    (tmp_path / "kg/a.py").write_text("from kg import b\n", encoding="utf-8")
    (tmp_path / "kg/b.py").write_text("from .c import f\n", encoding="utf-8")
    (tmp_path / "kg/c.py").write_text("import kg.a\n", encoding="utf-8")
    (tmp_path / "kg/d.py").write_text("import kg.a\n", encoding="utf-8")
    assert rules.cycles(modules(tmp_path)) == ["ring of imports: kg.a, kg.b, kg.c"]


def test_no_file_is_longer_than_the_wall() -> None:
    faults = rules.sizes(rules.read(tracked(ROOT, ".py"), ROOT) + [(module.path, module.text) for module in HERE])
    assert not faults, "\n".join(faults)


def test_most_code_lives_in_small_files() -> None:
    share = rules.share_in_small_files([(module.path, module.text) for module in HERE])
    print(f"{share:.1%} of the code lives in files of at most {rules.LINES_GOOD} lines")
    assert share >= 0.9


def test_sizes_are_counted() -> None:
    wall = rules.LINES_MAX
    assert rules.sizes([("a.py", "x\n" * wall), ("b.py", "")]) == []
    assert rules.sizes([("a.py", "x\n" * wall + "x")]) == [f"a.py: {wall + 1} lines, at most {wall}"]
    assert rules.share_in_small_files([("a", "x\n" * 301), ("b", "x\n" * 301), ("c", "x\n" * 300)]) == 300 / 902
    assert rules.share_in_small_files([]) == 1.0


def test_the_text_speaks_of_no_machine_and_no_unfinished_work() -> None:
    files = rules.read(tracked(ROOT), ROOT)
    assert {"README.md", "pyproject.toml"} <= {path for path, _ in files} or not (ROOT / ".git").exists()
    faults = rules.unfit_text(files)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("path", "line", "fits"),
    [
        ("a.md", "see /" + "home/jane/notes", False),
        ("a.py", "open('/" + "root/x')", False),
        ("a.toml", "C:" + "\\Users\\jane", False),
        ("a.py", "# TO" + "DO: later", False),
        ("a.md", "left out for n" + "ow", False),
        ("a.md", "https://example.org/" + "home/page and /works/{id}, {kind}/" + "work/x", True),
        ("seeds/a.yaml", "statement: for n" + "ow, models", True),
    ],
)
def test_unfit_text_is_noticed(path: str, line: str, fits: bool) -> None:
    assert (rules.unfit_text([(path, textwrap.dedent(line))]) == []) is fits
