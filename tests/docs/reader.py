"""A reader who follows the documentation: an empty home, a freshly filled database, and a server when one is asked for.

What she exports holds until the end of the page, as in a shell.
Lives here: the surroundings in which blocks run. May enter: commands. Never here: what they should print.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from tests.docs.blocks import ROOT
from tests.ports import free_port, wait_for

EXPORT = re.compile(r"export ([A-Z_]+)=([^\s'\"$;&|]+)")
ADDRESS = re.compile(r"(?:127\.0\.0\.1|localhost):8000")
START_SECONDS, STEP_SECONDS = 120, 300


class Reader:
    """Runs commands in a folder of its own.

    Args:
        folder: An empty folder.
        filled: A database to copy, so that it is filled only once; None leaves that to the first command.
        programs: A folder with a `kg` that is taken before the one beside Python.
    """

    def __init__(self, folder: Path, filled: Path | None = None, programs: Path | None = None) -> None:
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.database = folder / "evidence.sqlite"
        self.server: subprocess.Popen[bytes] | None = None
        kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TMPDIR", "SSL_CERT_FILE") if name in os.environ}
        places = [place for place in (programs, Path(sys.executable).parent) if place is not None]
        self.environment = kept | {
            "PATH": os.pathsep.join([*map(str, places), os.environ.get("PATH", os.defpath)]),
            "HOME": str(self.home),
            "CURL_HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "KG_DATABASE_URL": f"sqlite:///{self.database}",
            "COLUMNS": "110",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "LANG": "C.UTF-8",
        }
        if filled is not None:
            shutil.copy(filled, self.database)

    def run(self, command: str) -> str:
        """Return what a shell command prints, both streams as they come.

        Raises:
            AssertionError: the command ended with another exit code than 0, or the server did not start.
        """
        if (said := EXPORT.fullmatch(command)) is not None:
            self.environment[said[1]] = said[2]
            return ""
        if ADDRESS.search(command) and self.server is None:
            self._serve()
        run = subprocess.run(
            ["/bin/sh", "-c", command], cwd=self.home, env=self.environment, timeout=STEP_SECONDS,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        output = run.stdout.decode("utf-8", "replace")
        assert run.returncode == 0, f"$ {command}\nended with exit code {run.returncode}:\n{output}"
        return output

    def _serve(self) -> None:
        """Start the server on a free port, and let curl reach it where the documentation says it is."""
        port = free_port()
        (self.home / ".curlrc").write_text(
            "".join(f'connect-to = "{host}:8000:127.0.0.1:{port}"\n' for host in ("127.0.0.1", "localhost")),
            encoding="utf-8",
        )
        log = (self.home.parent / "server.log").open("wb")
        with log:
            self.server = subprocess.Popen(
                ["kg", "serve", "--port", str(port)], cwd=self.home, env=self.environment, stdout=log, stderr=log,
                executable=shutil.which("kg", path=str(Path(sys.executable).parent)),
            )  # fmt: skip
        try:
            wait_for(f"http://127.0.0.1:{port}", START_SECONDS, self.server.poll)
        except TimeoutError as fault:
            said = (self.home.parent / "server.log").read_text(encoding="utf-8")
            raise AssertionError(f"kg serve did not start: {fault}\n{said}") from fault

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        if self.server is not None:
            self.server.terminate()
            self.server.wait(timeout=30)
