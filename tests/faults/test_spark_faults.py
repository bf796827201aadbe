"""Spark where something is missing: PySpark, Java, memory. Said in one sentence, before anything starts."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from kg.errors import InputError, StoreError, Upstream
from kg.later import Later
from kg.packaged import bringing
from kg.spark import session as room
from kg.spark.session import failures, java, session, size_of

errors, protocol = Later("pyspark.errors"), Later("py4j.protocol")
needs_pyspark = pytest.mark.skipif(find_spec("pyspark") is None, reason="there is no PySpark")


def refused(master: str | None = "local[1]", memory: str = "1g") -> None:
    with session(master, memory, {}):
        raise AssertionError("a session was started")


@needs_pyspark
def test_without_java_the_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert java() is None
    with pytest.raises(InputError, match="apt-get install default-jre-headless"):
        refused()
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="needs Java 17 or newer, and there is none here"):
        refused()


@needs_pyspark
@pytest.mark.parametrize("said", ['openjdk version "11.0.2" 2019-01-15', 'java version "1.8.0_292"', ""])
def test_an_old_java_is_refused(said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(InputError, match="is older or does not start"):
        refused()


def test_without_pyspark_the_extra_is_named(tmp_path: Path) -> None:
    program = """
import sys
from importlib import util
found = util.find_spec
util.find_spec = lambda name, *rest: None if name == "pyspark" else found(name, *rest)
sys.modules["pyspark"] = None
from kg.cli import main
main(["spark", "beliefs", "--input", "in", "--output", "out"])
"""
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False, env=os.environ
    )
    assert run.returncode == 2, run.stderr
    assert bringing("spark") in run.stderr


@needs_pyspark
@pytest.mark.skipif(java() is None, reason="there is no Java")
def test_more_memory_than_is_free_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match="GiB are free"):
        refused(memory="999999g")
    monkeypatch.setattr(room, "available", lambda: 1024**3)
    with pytest.raises(StoreError, match=r"2g of memory are asked for, and 1\.0 GiB are free"):
        refused(memory="2g")


@pytest.mark.parametrize("master", ["foo://bar", "local[]", "local[two]", "spark://host", "k8s://", " "])
def test_what_is_no_master_is_refused_before_anything_starts(master: str) -> None:
    with pytest.raises(InputError, match=r"is no address of a Spark master.*such as local\[2\].*spark://host:7077"):
        refused(master)
    for address in ("yarn", "spark://a:7077,b:7077", "k8s://https://host:6443", "local-cluster[2,1,1024]"):
        assert room.MASTER.fullmatch(address)
    for address in ("local", "local[*]", "local[2]", "local[2, 3]"):
        assert room.LOCAL.match(address)


@pytest.mark.parametrize("memory", ["", "2", "0g", "2 gb", "-1g", "100m", "99999999g", "2t"])
def test_what_is_no_amount_of_memory_is_refused(memory: str) -> None:
    with pytest.raises(InputError, match="is no amount of memory"):
        size_of(memory)
    assert size_of("1500M") == 1500 * 1024**2


@needs_pyspark
def test_failures_of_spark_become_errors_of_ours() -> None:
    lost = protocol.Py4JNetworkError("Answer from Java side is empty")
    for fault in (protocol.Py4JError("java.lang.OutOfMemoryError: Java heap space"), lost):
        with pytest.raises(StoreError, match="goes on after the last finished round"), failures():
            raise fault
    with pytest.raises(Upstream, match="All masters are unresponsive"), failures():
        raise errors.PySparkException(
            "at x\norg.apache.spark.SparkException: All masters are unresponsive! Giving up.\n at y"
        )


def test_a_setting_without_a_value_is_refused(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "kg", "spark", "beliefs", "--input", "a", "--output", "b", "--set", "cores"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 2
    assert "'cores' is no KEY=VALUE" in run.stderr
