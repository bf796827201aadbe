"""The guarded worker: results and errors come back; what is over its limits is ended and told; others go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kg import errors
from kg.errors import InputError, NotFound, ParseFailure, Upstream
from kg.rdf import dialogue, forking, worker
from kg.rdf.worker import MIB, Limits, Template, run

pytestmark = pytest.mark.skipif(not worker.AVAILABLE, reason="fork and resource limits hold on Linux only")


def sleep(payload: bytes, _: Any) -> bytes:
    time.sleep(float(payload))
    return b"woke"


def spin(payload: bytes, _: Any) -> bytes:
    while True:
        payload = payload[::-1]


def grow(payload: bytes, _: Any) -> bytes:
    return b"x" * (int(payload) * MIB)


def nest(payload: bytes, _: Any) -> bytes:
    def deeper(level: int) -> int:
        return deeper(level + 1) + 1

    return str(deeper(0)).encode()


def die(payload: bytes, _: Any) -> bytes:
    os.abort()


def bug(payload: bytes, _: Any) -> bytes:
    raise KeyError(payload)


def refuse(payload: bytes, _: Any) -> bytes:
    raise ParseFailure("not so", source="a.ttl", line=7, raw="x", hint="mend it")


def miss(payload: bytes, _: Any) -> bytes:
    raise NotFound("no such thing", where="id", near=["a", "b"], hint="look")


def touch(payload: bytes, _: Any) -> bytes:
    found = []
    attempts: tuple[Callable[[], Any], ...] = (
        lambda: Path("/etc/hostname").read_bytes(),
        lambda: Path("/proc/self/environ").read_bytes(),
        lambda: os.open(payload, os.O_CREAT | os.O_WRONLY),
        lambda: __import__("socket").socket(),
        os.pipe,
        lambda: subprocess.run(["true"], check=True),
    )
    for attempt in attempts:
        try:
            attempt()
        except OSError as fault:
            found.append(type(fault).__name__)
    return ",".join(found).encode()


def count(payload: bytes, state: Any) -> bytes:
    return str(state).encode()


def set_state(payload: bytes, state: Any) -> Any:
    return (state or 0) + int(payload)


def break_state(payload: bytes, state: Any) -> Any:
    raise ValueError(payload)


@pytest.fixture(scope="module")
def here() -> Any:
    """A name by which the template process can import this module."""
    folder, name = Path(__file__).parent, Path(__file__).stem
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), *([before] if before else [])])
    yield name
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


@pytest.fixture(scope="module")
def template(here: str) -> Any:
    """A template that knows the jobs of this module."""
    with Template() as one:
        one.run(f"{here}:count", b"", Limits())
        yield one


def test_large_payloads_go_there_and_back(template: Template) -> None:
    payload = os.urandom(3 * MIB)
    assert template.run("kg.rdf.worker:echo", payload, Limits()) == payload
    assert run("kg.rdf.worker:echo", b"") == b""


def test_errors_of_ours_come_back_as_they_were(template: Template, here: str) -> None:
    with pytest.raises(ParseFailure) as unreadable:
        template.run(f"{here}:refuse", b"", Limits())
    assert (unreadable.value.source, unreadable.value.line, unreadable.value.hint) == ("a.ttl", 7, "mend it")
    with pytest.raises(NotFound) as missing:
        template.run(f"{here}:miss", b"", Limits())
    assert str(missing.value) == "id: no such thing; did you mean a or b? (look)"


@pytest.mark.parametrize("kind", [errors.InputError, errors.UnknownTerm, errors.Conflict, errors.StoreError])
def test_an_error_survives_the_way(kind: type[errors.KgError]) -> None:
    said = errors.Words("message", "消息")
    fault = kind(said, where="here", near=("a",), hint="do")
    assert forking.fault_of(forking.told_of(fault)).said == said
    assert type(forking.fault_of(forking.told_of(fault))) is kind
    assert str(forking.fault_of(forking.told_of(fault))) == str(fault)


@pytest.mark.parametrize("job", ["sleep", "spin"])
def test_a_job_over_time_is_ended_soon(template: Template, here: str, job: str) -> None:
    start = time.monotonic()
    with pytest.raises(InputError, match=r"more than 0\.3 s"):
        template.run(f"{here}:{job}", b"30", Limits(seconds=0.3))
    assert time.monotonic() - start < 0.3 + dialogue.GRACE + 1.0
    assert template.run("kg.rdf.worker:echo", b"on", Limits()) == b"on"


@pytest.mark.parametrize(
    ("job", "payload", "said"),
    [
        ("grow", b"400", "memory"),
        ("nest", b"", "deeper"),
        ("die", b"", "memory, or is nested"),
    ],
)
def test_a_job_over_its_memory_is_told(template: Template, here: str, job: str, payload: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        template.run(f"{here}:{job}", payload, Limits(seconds=20, memory=128 * MIB))


def test_a_result_over_its_length_is_not_read(template: Template, here: str) -> None:
    with pytest.raises(InputError, match="more than 1 MiB"):
        template.run(f"{here}:grow", b"20", Limits(output=MIB))


def test_a_fault_of_ours_is_no_fault_of_the_caller(template: Template, here: str) -> None:
    with pytest.raises(Upstream, match="KeyError") as told:
        template.run(f"{here}:bug", b"secret", Limits())
    assert "secret" not in str(told.value)


def test_a_worker_opens_nothing(template: Template, here: str, tmp_path: Path) -> None:
    file = tmp_path / "new"
    told = template.run(f"{here}:touch", str(file).encode(), Limits()).decode().split(",")
    assert len(told) == 6
    assert not file.exists()


def test_others_are_served_while_one_spins(template: Template, here: str) -> None:
    ended: list[str] = []

    def spinning() -> None:
        with pytest.raises(InputError):
            template.run(f"{here}:spin", b"ab", Limits(seconds=2))
        ended.append("spin")

    thread = threading.Thread(target=spinning)
    thread.start()
    for _ in range(5):
        assert template.run("kg.rdf.worker:echo", b"quick", Limits()) == b"quick"
    ended.append("quick")
    thread.join()
    assert ended == ["quick", "spin"]


def test_state_is_shared_and_can_be_replaced(here: str) -> None:
    starts = iter([b"1", b"5"])
    with Template(f"{here}:set_state", lambda: next(starts)) as one:
        assert one.run(f"{here}:count", b"", Limits()) == b"1"
        one.tell(f"{here}:set_state", b"3")
        assert one.run(f"{here}:count", b"", Limits()) == b"4"
        with pytest.raises(Upstream, match="could not follow"):
            one.tell(f"{here}:break_state", b"x")
        assert one.run(f"{here}:count", b"", Limits()) == b"5"


def test_a_dead_template_is_started_anew(here: str) -> None:
    with Template() as one:
        assert one.run("kg.rdf.worker:echo", b"a", Limits()) == b"a"
        assert one._process is not None
        one._process.kill()
        one._process.wait()
        assert one.run("kg.rdf.worker:echo", b"b", Limits()) == b"b"
    one.close()


@pytest.mark.parametrize("times", [1, 2])
def test_a_worker_killed_by_somebody_is_replaced_once(here: str, times: int) -> None:
    with Template() as one:
        one.run("kg.rdf.worker:echo", b"", Limits())
        assert one._process is not None
        children = Path(f"/proc/{one._process.pid}/task/{one._process.pid}/children")

        def kill() -> None:
            known = set(before)
            while len(known) < len(before) + times:
                for pid in set(children.read_text().split()) - known:
                    time.sleep(0.3)
                    os.kill(int(pid), signal.SIGKILL)
                    known.add(pid)

        before = children.read_text().split()
        killer = threading.Thread(target=kill)
        killer.start()
        if times == 1:
            assert one.run(f"{here}:sleep", b"1", Limits(seconds=8)) == b"woke"
        else:
            with pytest.raises(InputError, match="more than 512 MiB"):
                one.run(f"{here}:sleep", b"1", Limits(seconds=8))
        killer.join()


def test_a_template_that_cannot_start_says_so() -> None:
    with Template("kg.rdf.worker:no_such_function") as one, pytest.raises(Upstream, match="did not start"):
        one.run("kg.rdf.worker:echo", b"", Limits())


def test_no_process_stays_behind() -> None:
    program = "from kg.rdf.worker import _plain, run; run('kg.rdf.worker:echo', b'x'); print(_plain._process.pid)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stderr == ""
    deadline = time.monotonic() + 5
    while Path(f"/proc/{ran.stdout.strip()}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_where_fork_is_missing_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "AVAILABLE", False)
    with pytest.raises(Upstream, match="need Linux"):
        run("kg.rdf.worker:echo", b"")


def test_ctrl_c_at_the_terminal_is_for_the_process_that_serves_alone() -> None:
    program = (
        "import os, signal, time\n"
        "from kg.rdf.worker import Limits, MIB, Template\n"
        "signal.signal(signal.SIGINT, lambda *_: told.append(1))\n"
        "told = []\n"
        "with Template() as template:\n"
        "    template.run('tests.unit.test_rdf_worker:sleep', b'0', Limits(5, 64 * MIB))\n"
        "    os.killpg(0, signal.SIGINT)\n"
        "    time.sleep(0.1)\n"
        "    print(template.run('tests.unit.test_rdf_worker:sleep', b'0', Limits(5, 64 * MIB)), told, flush=True)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, start_new_session=True, timeout=30
    )
    assert (told.returncode, told.stdout, told.stderr) == (0, "b'woke' [1]\n", "")
