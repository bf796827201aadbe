"""A Spark session, and what may be wrong with it: no PySpark, no Java, too little memory, no cluster.

Lives here: `session`. May enter: a master address, an amount of memory, settings of Spark. Never here: tables.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.columns.memory import available
from kg.errors import InputError, StoreError, Upstream
from kg.later import Later
from kg.packaged import bringing

if TYPE_CHECKING:
    from py4j import protocol
    from pyspark import errors, sql
else:
    errors, sql = Later("pyspark.errors"), Later("pyspark.sql")
    protocol = Later("py4j.protocol")

LOCAL = re.compile(r"local(\[ *([1-9][0-9]*|\*)( *, *[0-9]+)? *\])?$")
MASTER = re.compile(r"yarn|spark://[^\s/]+:[0-9]+|(k8s|mesos)://\S+|local-cluster\[.+\]")
MEMORY = re.compile(r"([1-9][0-9]{0,5})([mg])")
LOCAL_PARTS = {"spark.sql.shuffle.partitions": "16"}
"""On one machine; a cluster has Spark's own default, 200, or what is set."""
UNITS = {"m": 1024**2, "g": 1024**3}
JAVA = 17
LEAST = 512 * 1024**2
SETTINGS = {
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
}
SUBMITTED = "PYSPARK_GATEWAY_PORT"
"""Set by spark-submit, which has started Java and chosen the master."""
GONE = ("OutOfMemoryError", "Container killed", "ExecutorLostFailure", "GC overhead")


@contextmanager
def session(master: str | None, memory: str, settings: Mapping[str, str]) -> Iterator[sql.SparkSession]:
    """Give a session that ends with the block; failures inside come out as errors of ours.

    Args:
        master: `local[2]` for two cores of this machine, or the address of a cluster; None for what spark-submit chose,
            else all cores of this machine.
        memory: Memory of the driver, such as `2g`; all there is when the master is local.
        settings: Further settings of Spark.

    Raises:
        InputError: PySpark or Java is missing, or the memory is no amount, or the master no address of one.
        StoreError: there is less memory than asked for, or Spark ran out of it.
        Upstream: Spark failed in another way, or the cluster cannot be reached.
    """
    submitted = SUBMITTED in os.environ
    chosen = master or (None if submitted else "local[*]")
    local = chosen is not None and LOCAL.match(chosen) is not None
    if chosen is not None and not local and MASTER.fullmatch(chosen) is None:
        raise InputError(
            f"{chosen!r} is no address of a Spark master",
            where="--master",
            hint="such as local[2] for two cores of this machine, spark://host:7077, yarn or k8s://https://host:6443",
        )
    _check(submitted=submitted, local=local, memory=memory)
    with failures():
        builder = sql.SparkSession.builder.appName("evidence-kg")
        if chosen is not None:
            builder = builder.master(chosen)
        given = {**SETTINGS, **(LOCAL_PARTS if local else {}), "spark.driver.memory": memory, **settings}
        for name, value in given.items():
            builder = builder.config(name, value)
        started = builder.getOrCreate()
        started.sparkContext.setLogLevel("ERROR")
        try:
            yield started
        finally:
            started.stop()


@contextmanager
def failures() -> Iterator[None]:
    """Turn failures of Spark into errors of ours.

    Raises:
        StoreError: memory ran out; says that the run can go on.
        Upstream: something else failed, with its first line.
    """
    try:
        yield
    except (errors.PySparkException, protocol.Py4JError) as fault:
        told = str(fault)
        if any(word in told for word in GONE) or isinstance(fault, protocol.Py4JNetworkError):
            raise StoreError(
                "Spark ran out of memory, or its Java process ended",
                where="spark",
                hint="give more with --memory, or more executors, and run the same command again: it goes on after the "
                "last finished round",
            ) from fault
        lines = [line.strip() for line in told.splitlines() if line.strip()]
        causes = [line for line in lines if "Exception" in line or "Error" in line]
        raise Upstream(
            f"Spark failed: {(causes or lines or ['no reason was given'])[-1][:300]}",
            where="spark",
            hint="run the same command again when the cause is mended: it goes on after the last finished round",
        ) from fault


def java() -> str | None:
    """Return the Java program that Spark will run; None when there is none."""
    home = os.environ.get("JAVA_HOME")
    if home:
        program = Path(home) / "bin" / "java"
        return str(program) if os.access(program, os.X_OK) else None
    return shutil.which("java")


def version_of(program: str) -> int:
    """Return the version of a Java program; 0 when it does not tell."""
    try:
        run = subprocess.run(  # noqa: S603 - the Java that Spark starts anyway
            [program, "-version"], capture_output=True, text=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', run.stderr)
    return 0 if found is None else int(found[1])


def size_of(memory: str) -> int:
    """Return an amount of memory in bytes.

    Raises:
        InputError: it is none, or less than Spark starts with.

    Example:
        >>> size_of("2g")
        2147483648
    """
    found = MEMORY.fullmatch(memory.strip().lower())
    size = 0 if found is None else int(found[1]) * UNITS[found[2]]
    if size < LEAST:
        raise InputError(f"{memory!r} is no amount of memory from 512m on", where="memory", hint="such as 2g or 1500m")
    return size


def _check(*, submitted: bool, local: bool, memory: str) -> None:
    if not has_pyspark():
        raise InputError("this needs PySpark, which is not installed", where="spark", hint=bringing("spark"))
    program = None if submitted else java()
    if not submitted and (program is None or version_of(program) < JAVA):
        there = "there is none here" if program is None else f"{program} is older or does not start"
        raise InputError(
            f"Spark needs Java {JAVA} or newer, and {there}",
            where="java",
            hint="apt-get install default-jre-headless, or let JAVA_HOME name one",
        )
    wanted, free = size_of(memory), available()
    if local and free is not None and wanted > free:
        raise StoreError(
            f"{memory} of memory are asked for, and {free / 1024**3:.1f} GiB are free",
            where="memory",
            hint="ask for less with --memory, or use a cluster with --master",
        )


def has_pyspark() -> bool:
    """Say whether PySpark is installed, without importing it."""
    return find_spec("pyspark") is not None


def java_of(spark: sql.SparkSession) -> Any:
    """Return the door to Java of a session."""
    return spark.sparkContext._jvm
