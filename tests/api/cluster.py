"""A PostgreSQL server of our own that listens on every address, so that machines reach it without anything between.

Lives here: `cluster`, and why there can be none. Never here: what is asked of it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from tests.ports import free_port

OWNER = "postgres"
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/bin", "/usr/bin")


def missing() -> str | None:
    """Return why there can be no server of our own here; None when there can."""
    if _programs() is None:
        return "initdb is missing: apt-get install postgresql"
    try:
        pwd.getpwnam(OWNER)
    except KeyError:
        return f"there is no user {OWNER}, and PostgreSQL does not run as root"
    return None


@contextmanager
def cluster() -> Iterator[sa.URL]:
    """Give the address of an empty server, as its only user; it is gone afterwards."""
    programs = _programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="kg-cluster-"))
    shutil.chown(folder, OWNER)
    data = folder / "data"
    try:
        made = [programs / "initdb", "-D", data, "-U", OWNER, "--auth=trust", "--no-sync", "--no-locale", "-E", "UTF8"]
        subprocess.run(made, user=OWNER, group=OWNER, extra_groups=[], cwd=folder, check=True, capture_output=True)
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.0.0.0/8 trust\n")
        port = free_port("")
        settings = {"listen_addresses": "*", "port": port, "unix_socket_directories": "", "fsync": "off"}
        words = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        process = subprocess.Popen(
            [programs / "postgres", "-D", data, *words],
            user=OWNER,
            group=OWNER,
            extra_groups=[],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = sa.URL.create("postgresql+psycopg", OWNER, host="127.0.0.1", port=port, database="postgres")
            _answering(url)
            yield url
        finally:
            process.send_signal(2)
            process.wait(timeout=30)
    finally:
        shutil.rmtree(folder)


def _answering(url: sa.URL, seconds: float = 30.0) -> None:
    engine = sa.create_engine(url, connect_args={"connect_timeout": 5})
    until = time.monotonic() + seconds
    while True:
        try:
            engine.connect().close()
        except sa.exc.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            engine.dispose()
            return


def _programs() -> Path | None:
    """Return the folder of the newest PostgreSQL that can make and run a server."""
    found = [place for pattern in PLACES for place in sorted(Path("/").glob(pattern[1:]), reverse=True)]
    return next((place for place in found if os.access(place / "initdb", os.X_OK)), None)
