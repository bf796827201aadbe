"""Workers that are kept: each question has limits of its own, and what ends a worker ends no other question."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kg.errors import InputError
from kg.rdf import worker
from kg.rdf.worker import MIB, Limits, Template

pytestmark = pytest.mark.skipif(not worker.AVAILABLE, reason="fork and resource limits hold on Linux only")
ROOM = Limits(seconds=20, memory=128 * MIB)
held: list[bytearray] = []


def who(payload: bytes, state: Any) -> bytes:
    """Who answers, from which state, and what was asked."""
    return b"%d %d " % (os.getpid(), state or 0) + payload


def burn(payload: bytes, state: Any) -> bytes:
    """Take so much processor time."""
    end = time.process_time() + float(payload)
    while time.process_time() < end:
        pass
    return who(b"", state)


def take(payload: bytes, state: Any) -> bytes:
    """Take so many MiB and give them back."""
    return who(str(len(bytearray(int(payload) * MIB))).encode(), state)


def hoard(payload: bytes, state: Any) -> bytes:
    """Take so many MiB and keep them."""
    held.append(bytearray(int(payload) * MIB))
    return who(b"", state)


def closed(_: bytes, state: Any) -> bytes:
    """What cannot be opened."""
    for attempt in (lambda: os.open("/etc/hostname", os.O_RDONLY), os.pipe):
        with suppress(OSError):
            attempt()
            return b"open"
    return who(b"", state)


def change(payload: bytes, state: Any) -> Any:
    """Tell another state."""
    return (state or 0) + int(payload)


def hurry(payload: bytes, state: Any) -> Any:
    """Make workers of the template process wait less long, or do less."""
    name, _, value = payload.decode().partition("=")
    setattr(sys.modules["__main__"], name, type(getattr(sys.modules["__main__"], name))(value))
    return state


@pytest.fixture(scope="module", autouse=True)
def here() -> Iterator[str]:
    """The name by which the template process imports this module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
        yield Path(__file__).stem


@pytest.fixture
def template(here: str) -> Iterator[Template]:
    with Template(keep=2) as one:
        one.tell(f"{here}:change", b"7")
        yield one


def ask(template: Template, job: str, payload: bytes = b"", limits: Limits = ROOM) -> tuple[int, int, bytes]:
    """The process that answered, its state, and the rest of its answer."""
    pid, state, rest = template.run(f"{Path(__file__).stem}:{job}", payload, limits).split(b" ", 2)
    return int(pid), int(state), rest


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has asked about yet is still listed."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_for(pid: int, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_gone(pid):
        assert time.monotonic() < deadline, f"{pid} is still there"
        time.sleep(0.02)


def test_one_process_answers_one_question_after_the_other(template: Template) -> None:
    first = ask(template, "who", b"a")
    assert [ask(template, "who", b"b"), ask(template, "who", b"")] == [(first[0], 7, b"b"), (first[0], 7, b"")]
    large = b"x" * (3 * MIB)
    assert ask(template, "who", large) == (first[0], 7, large)


def test_without_keeping_each_has_a_process_of_its_own(here: str) -> None:
    with Template() as single:
        pids = [ask(single, "who")[0] for _ in range(3)]
        assert len(set(pids)) == 3
        for pid in pids:
            wait_for(pid)


def test_other_jobs_and_other_limits_have_other_processes(template: Template) -> None:
    one = ask(template, "who")[0]
    other = ask(template, "who", limits=Limits(seconds=19, memory=128 * MIB))[0]
    assert one != other
    assert ask(template, "who")[0] == one
    # Two wait at most; the one that has waited longest goes.
    third = ask(template, "take", b"1")[0]
    wait_for(other)
    assert {ask(template, "who")[0], ask(template, "take", b"1")[0]} == {one, third}


def test_memory_is_counted_for_each_question(template: Template) -> None:
    pid = ask(template, "take", b"100")[0]
    assert [ask(template, "take", b"100") for _ in range(5)] == [(pid, 7, b"%d" % (100 * MIB))] * 5
    with pytest.raises(InputError, match="memory"):
        ask(template, "take", b"140")
    wait_for(pid)
    assert ask(template, "take", b"100")[0] != pid


def test_a_process_that_has_grown_is_replaced(template: Template) -> None:
    pids = [ask(template, "hoard", b"40")[0] for _ in range(6)]
    # 40 MiB more than at first are borne, 80 are not.
    assert [pids.index(pid) for pid in pids] == [0, 0, 2, 2, 4, 4]
    with pytest.raises(InputError, match="memory"):
        ask(template, "hoard", b"140")


def test_processor_time_is_counted_for_each_question(template: Template) -> None:
    limits = Limits(seconds=6)
    pids = {ask(template, "burn", b"1", limits)[0] for _ in range(8)}
    assert len(pids) == 1
    with pytest.raises(InputError, match="more than 6 s"):
        ask(template, "burn", b"60", limits)
    wait_for(pids.pop())
    assert ask(template, "burn", b"0.1", limits)[1:] == (7, b"")


def test_every_question_is_confined(template: Template) -> None:
    assert len({ask(template, "closed") for _ in range(3)}) == 1


def test_one_killed_between_two_questions_is_not_missed(template: Template) -> None:
    for _ in range(3):
        pid = ask(template, "who")[0]
        os.kill(pid, signal.SIGKILL)
        wait_for(pid)
        assert ask(template, "who", b"x")[1:] == (7, b"x")


def test_one_killed_in_a_question_ends_that_question_alone(template: Template) -> None:
    pid = ask(template, "burn", b"0")[0]
    killer = threading.Timer(0.5, os.kill, (pid, signal.SIGKILL))
    killer.start()
    assert ask(template, "burn", b"2")[0] != pid, "it is asked once more, of another worker"
    killer.join()
    assert ask(template, "burn", b"0")[0] != pid


def test_killed_at_any_moment_an_answer_is_right_or_there_is_none(template: Template) -> None:
    """SIGKILL falls before, into and after questions; only one that had begun may be lost."""
    draw, pids, done = random.Random(5), [0], threading.Event()

    def killing() -> None:
        while not done.wait(draw.random() / 50):
            if pids[0]:
                with suppress(ProcessLookupError):
                    os.kill(pids[0], signal.SIGKILL)

    thread = threading.Thread(target=killing)
    thread.start()
    answered = 0
    try:
        for at in range(150):
            with suppress(InputError):
                pids[0], *rest = ask(template, "who", b"%d" % at)
                assert rest == [7, b"%d" % at]
                answered += 1
    finally:
        done.set()
        thread.join()
    assert answered > 100


def test_many_ask_at_once_and_none_gets_the_answer_of_another(template: Template) -> None:
    def asking(at: int) -> int:
        payload = b"%d " % at * (1 + at % 7 * 4_000)
        pid, state, rest = ask(template, "who", payload)
        assert (state, rest) == (7, payload)
        return pid

    with ThreadPoolExecutor(8) as pool:
        pids = list(pool.map(asking, range(400)))
    assert 1 < len(set(pids)) < 300
    assert len(template._idle) <= 2


def test_side_by_side_means_side_by_side(template: Template) -> None:
    ended: list[str] = []

    def slow() -> None:
        ask(template, "burn", b"1.5")
        ended.append("slow")

    thread = threading.Thread(target=slow)
    thread.start()
    for _ in range(5):
        ask(template, "burn", b"0")
    ended.append("quick")
    thread.join()
    assert ended == ["quick", "slow"]


def test_the_next_question_sees_what_was_told(template: Template) -> None:
    busy: list[int] = []
    thread = threading.Thread(target=lambda: busy.append(ask(template, "burn", b"1")[1]))
    thread.start()
    time.sleep(0.3)
    before = ask(template, "who")[0]
    for step in range(1, 4):
        template.tell(f"{Path(__file__).stem}:change", b"1")
        pid, state, _ = ask(template, "burn", b"0")
        assert (state, pid != before) == (7 + step, True)
    thread.join()
    assert busy == [7]
    # The one that was busy meanwhile holds the state of before, and is not asked again.
    assert {ask(template, "burn", b"0")[1] for _ in range(4)} == {10}
    wait_for(before)


def test_one_that_waits_long_ends_and_gives_its_memory_back(template: Template, here: str) -> None:
    template.tell(f"{here}:hurry", b"IDLE_SECONDS=0.4")
    pid = ask(template, "who")[0]
    assert ask(template, "who")[0] == pid
    wait_for(pid)
    assert ask(template, "who", b"x")[1:] == (7, b"x")


def test_one_that_has_answered_much_is_replaced(template: Template, here: str) -> None:
    template.tell(f"{here}:hurry", b"QUESTIONS_MOST=3")
    pids = [ask(template, "who")[0] for _ in range(7)]
    assert [pids.index(pid) for pid in pids] == [0, 0, 0, 3, 3, 3, 6]


def test_a_fork_of_this_process_has_workers_of_its_own(template: Template) -> None:
    ours = ask(template, "who")[0]
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, b"%d" % ask(template, "who")[0])
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 100)
    os.close(reading)
    os.close(writing)
    assert theirs
    assert int(theirs) != ours
    assert ask(template, "who", b"still")[1:] == (7, b"still")


PROGRAM = """
import sys, threading, time
from kg.rdf.worker import Limits, Template
one = Template(keep=2)
limits = Limits(seconds=3)
print(one.run("{here}:who", b"", limits).split()[0].decode(), flush=True)
threading.Thread(target=lambda: one.run("{here}:burn", b"60", limits), daemon=True).start()
print(one._process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("with_template", [False, True])
def test_nothing_is_left_when_the_server_is_killed(here: str, with_template: bool) -> None:
    """One worker waits and one runs away; both end, even when the template process is killed too."""
    command = [sys.executable, "-c", PROGRAM.format(here=here)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        waiting, template = int(server.stdout.readline()), int(server.stdout.readline())
        children = Path(f"/proc/{template}/task/{template}/children")
        deadline = time.monotonic() + 5
        while len(every := {int(one) for one in children.read_text().split()}) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        for pid in (server.pid, *([template] if with_template else [])):
            os.kill(pid, signal.SIGKILL)
    assert waiting in every
    for pid in (template, *every):
        wait_for(pid, 8)
