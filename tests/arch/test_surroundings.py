"""What CI promises to bring. Elsewhere the tests that need a server or a browser skip and say why; in CI they run."""

from __future__ import annotations

import os
import shutil

import psycopg
import pytest

IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
pytestmark = pytest.mark.skipif(not IN_CI, reason="only CI promises PostgreSQL, Chromium and Java")


def test_postgresql_answers() -> None:
    with psycopg.connect("host=127.0.0.1 port=5432 user=root dbname=test", connect_timeout=5) as server:
        assert server.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("program", ["chromium", "curl", "git", "java", "make"])
def test_the_program_is_there(program: str) -> None:
    assert shutil.which(program)
