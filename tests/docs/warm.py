"""Programs that need not start: a process that has imported everything forks for each command that a document shows.

Lives here: `warmed`, which gives a folder with `kg` and `play` for `PATH`, and the process behind them. May enter:
arguments, surroundings and open files of whoever calls. Never here: expectations; answers kept from one command to the
next, since each has a process of its own. That `kg` starts from nothing is for tests/contract/test_command_line.py.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import kg
import kg_api
import kg_viz
from kg.cli import main as run_kg
from tests.docs.blocks import ROOT
from tests.docs.play import main as run_play

PROGRAMS: dict[str, Callable[[Sequence[str]], None]] = {"kg": run_kg, "play": run_play}
HEAVY = ("networkx", "numpy", "pyoxigraph", "rdflib", "scipy.sparse.csgraph", "scipy.special", "tantivy")
APART = ("kg.compiled.", "kg.spark.", "kg.record.migrations", "kg.__main__")
"""What is chosen by the size of a record, runs elsewhere, or does something when it is imported."""
CALL = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as door:
    door.connect({door!r})
    said = {{"words": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
    order = json.dumps({{"program": {name!r}, **said}}).encode()
    socket.send_fds(door, [len(order).to_bytes(8, "big")], [0, 1, 2])
    door.sendall(order)
    told = door.makefile().read()
sys.exit(int(told) if told else "{name}: the process that should have run this is gone")
"""


@contextmanager
def warmed() -> Iterator[Path]:
    """Give a folder with the programs; they can be called until the block ends."""
    with tempfile.TemporaryDirectory() as place:
        door = f"{place}/door"
        folder = Path(place, "bin")
        folder.mkdir()
        for name in PROGRAMS:
            program = folder / name
            program.write_text(CALL.format(python=sys.executable, door=door, name=name), encoding="utf-8")
            program.chmod(0o755)
        surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
        command = [sys.executable, "-m", "tests.docs.warm", door]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=surroundings) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n", "the process that runs commands did not start"
            yield folder
            process.terminate()


def serve(door: str) -> NoReturn:
    """Import everything, then let each caller have a process, until this one is ended."""
    for package in (kg, kg_api, kg_viz):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith(APART):
                import_module(found.name)
    for name in HEAVY:
        import_module(name)
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(door)
        listening.listen()
        print("ready", flush=True)
        running: set[int] = set()
        while True:
            caller, _ = listening.accept()
            with caller:
                child = os.fork()
                if child == 0:
                    listening.close()
                    answer(caller)
            running = {one for one in {*running, child} if os.waitpid(one, os.WNOHANG) == (0, 0)}


def answer(caller: socket.socket) -> None:
    """Run what the caller asks in a process of its own, and tell the caller its exit code."""
    length, files, _, _ = socket.recv_fds(caller, 8, 3)
    with caller.makefile("rb") as rest:
        order = json.loads(rest.read(int.from_bytes(length, "big")))
    runs = os.fork()
    if runs == 0:
        caller.detach()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        sys.argv = [order["program"], *order["words"]]
        PROGRAMS[order["program"]](order["words"])
        sys.exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(runs, 0)[1])
    caller.sendall(str(code).encode())
    os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
