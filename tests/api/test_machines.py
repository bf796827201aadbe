"""Several machines over one PostgreSQL: what one writes the others answer with; one that is gone costs itself alone.

Each machine is a network namespace with addresses of its own, two workers, and a link to the database that can be cut.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from starlette.requests import Request

from benchmarks.machines import Machine, machines, missing
from kg.record import Store, connection
from kg_api import security
from tests.api import cluster
from tests.api.processes import Answer, Client
from tests.kept import small

PORT, LOST_SECONDS = 8_000, 2
pytestmark = pytest.mark.postgres


@dataclass(frozen=True)
class Host:
    """A machine on which `kg serve --workers 2` runs."""

    machine: Machine
    process: subprocess.Popen[bytes]
    url: str
    secret: str

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://{self.machine.address}:{PORT}"

    @property
    def client(self) -> Client:
        """Somebody who may write."""
        return Client(self.address, self.secret)

    def add(self, label: str, **headers: str) -> Answer:
        """Write an entity through it."""
        return self.client.post("/entities", {"type": "Technique", "label": label}, **headers)

    def read(self, path: str) -> Answer:
        """Ask without a token, so that what was sent before may be sent again."""
        return Client(self.address).get(path)

    def ready(self) -> bool:
        """Say whether it answers from the record."""
        with suppress(OSError, HTTPException), urllib.request.urlopen(f"{self.address}/readyz", timeout=10):
            return True
        return False


@contextmanager
def hosts(database_url: str, count: int, secret: str, *, straight: bool = False) -> Iterator[list[Host]]:
    """Machines that serve one database, all of them ready.

    `straight`: it listens on every address, and nothing stands between it and them.
    """
    place = sa.make_url(database_url)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    with ExitStack() as stack:
        found = []
        for machine in stack.enter_context(machines(count, (place.host or "127.0.0.1", place.port or 5432))):
            host, port = machine.gateway[0], place.port if straight else machine.gateway[1]
            patience = {"connect_timeout": str(LOST_SECONDS), "tcp_user_timeout": str(1_000 * LOST_SECONDS)}
            url = place.set(host=host, port=port).update_query_dict(patience).render_as_string(hide_password=False)
            words = [sys.executable, "-m", "kg", "--database", url, "serve", "--host", "0.0.0.0", "--port", str(PORT)]
            process = subprocess.Popen(
                machine.words([*words, "--workers", "2"]),
                env=clean,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait, timeout=30)
            stack.callback(process.terminate)
            found.append(Host(machine, process, url, secret))
        for host in found:
            until("each machine becomes ready", host.ready)
        yield found


def until(said: str, true: Callable[[], Any], seconds: float = 120.0) -> float:
    """Wait until something is so; return the seconds that took."""
    start = time.monotonic()
    while not true():
        assert time.monotonic() - start < seconds, said
        time.sleep(0.02)
    return time.monotonic() - start


def test_several_machines(postgres_url: str) -> None:
    if (why := missing()) is not None:
        pytest.skip(why)
    graph = small(postgres_url)
    secret = graph.create_token("ann")["secret"]
    with hosts(postgres_url, 2, secret) as (one, other):
        what_one_writes_the_other_answers_with(one, other)
        what_was_sent_twice_happens_once(one, other)
        a_session_of_one_holds_on_the_other(one, other)
        a_cut_link_is_told_and_mends_itself(one, other)
        one_that_is_gone_costs_itself_alone(one, other)
    numbers = [revision["number"] for revision in graph.log(limit=100)["items"]]
    assert numbers == list(range(graph.revision, 0, -1))
    assert graph.verify()["problems"] == []
    graph.store.close()


def test_a_machine_that_is_lost_in_mid_write_gives_up_the_lock() -> None:
    if (why := missing() or cluster.missing()) is not None:
        pytest.skip(why)
    with cluster.cluster() as place, ExitStack() as stack:
        url = place.render_as_string(hide_password=False)
        graph = small(url)
        stack.callback(graph.store.close)
        secret = graph.create_token("ann")["secret"]
        one, other = stack.enter_context(hosts(url, 2, secret, straight=True))
        pool = stack.enter_context(ThreadPoolExecutor())
        lost = cut_off_in_mid_write(one, url, pool)
        start = time.monotonic()
        made = other.add("Kept")
        assert made.status == 201
        assert time.monotonic() - start < connection.LOST_SECONDS + 5
        assert lost.result(timeout=30).status == 503
        one.machine.link("up")
        until("it answers again by itself", lambda: one.read("/entities/kept").status == 200, seconds=15)
        assert [host.read("/entities/lost").status for host in (one, other)] == [404, 404]
        assert one.add("After").said["revision"] == made.said["revision"] + 1
        assert other.read("/entities/after").status == 200
        assert graph.verify()["problems"] == []


def cut_off_in_mid_write(host: Host, url: str, pool: Executor) -> Future[Answer]:
    """Have a host begin a write, and cut it off while the database works on it and it holds the lock on writing.

    A lock of ours on the log stops the transaction where it writes its revision; the answer meets the cut link.
    """
    engine = sa.create_engine(url)
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'revision'::regclass"
    holds = "SELECT count(*) FROM pg_locks WHERE granted AND locktype = 'advisory'"
    with engine.connect() as ours, engine.connect() as looking:
        with ours.begin():
            ours.exec_driver_sql("LOCK TABLE revision IN EXCLUSIVE MODE")
            lost = pool.submit(host.add, "Lost")
            until("its transaction waits", lambda: looking.exec_driver_sql(waits).scalar_one())
            host.machine.link("down")
        time.sleep(0.5)
        assert looking.exec_driver_sql(holds).scalar_one() == 1, "the lost transaction still holds the lock"
    engine.dispose()
    return lost


def what_one_writes_the_other_answers_with(one: Host, other: Host) -> None:
    """Each request sees what was acknowledged before it, and as a rule nobody waits: it is told, and taken up."""
    with Store.open(other.url) as store, store.listening() as wait:
        assert wait is not None
        for number in range(4):
            writer, reader = (one, other) if number % 2 else (other, one)
            made = writer.add(f"Flood {number}")
            assert made.status == 201
            assert wait(2), "it is told over the link of the other machine"
            for _ in range(3):
                got = reader.read(f"/entities/flood-{number}")
                assert got.status == 200
                assert f'"{made.said["revision"]}-' in got.headers["etag"]
    one.add("Mud")
    time.sleep(1.0)
    got = other.read("/claims?limit=7")
    assert "follow" not in got.headers["server-timing"], "nobody waits for the record to be followed"


def what_was_sent_twice_happens_once(one: Host, other: Host) -> None:
    """A key of one machine is known to the other."""
    first, again = one.add("Rain", Idempotency_Key="rain"), other.add("Rain", Idempotency_Key="rain")
    assert (first.status, again.status, again.body) == (201, 201, first.body)
    assert again.headers["idempotent-replayed"] == "true"


def a_session_of_one_holds_on_the_other(one: Host, other: Host) -> None:
    """Who signed in at one machine writes through the other."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    form = urlencode({"token": one.secret}).encode()
    with pytest.raises(urllib.error.HTTPError) as sent:
        urllib.request.build_opener(Stay).open(f"{one.address}/sign-in", form, timeout=30)
    with sent.value as got:
        assert got.code == 303
        cookie = got.headers["set-cookie"].partition(";")[0]
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/", "query_string": b"", "server": ("x", 80)}
    proof = security.csrf_of(Request({**scope, "headers": [(b"cookie", cookie.encode())]}))
    body = {"type": "Technique", "label": "Hail"}
    made = Client(other.address).post("/entities", body, Cookie=cookie, X_CSRF_Token=proof)
    assert made.status == 201, made.body


def a_cut_link_is_told_and_mends_itself(one: Host, other: Host) -> None:
    """Without its database a machine refuses, even what it sent before; with it, it answers with what came then."""
    path = "/entities?limit=9"
    before = [one.read(path) for _ in range(6)]
    assert any("sent before" in got.headers["server-timing"] for got in before)
    one.machine.link("down")
    start = time.monotonic()
    for _ in range(3):
        refused = one.read(path)
        assert (refused.status, refused.said["title"]) == (503, "The record cannot be used at the moment")
        assert int(refused.headers["retry-after"]) > 0
    assert time.monotonic() - start < 6 * LOST_SECONDS
    assert not one.ready(), "it is not balanced to"
    with urllib.request.urlopen(f"{one.address}/healthz", timeout=5) as got:
        assert got.status == 200, "it lives"
    made = other.add("Storm")
    assert made.status == 201
    one.machine.link("up")
    until("it answers again by itself", lambda: one.read("/entities/storm").status == 200, seconds=10)
    for _ in range(6):
        assert f'"{made.said["revision"]}-' in one.read(path).headers["etag"]
    assert one.add("Thaw").status == 201
    assert other.read("/entities/thaw").status == 200


def one_that_is_gone_costs_itself_alone(one: Host, other: Host) -> None:
    """The other machine answers, and writes."""
    workers = children(one.process.pid)
    one.process.kill()
    assert other.add("Frost").status == 201
    assert other.read("/entities/frost").status == 200
    until("its workers end as well", lambda: not any(map(alive, workers)))
    with pytest.raises(OSError, match="refused"):
        one.read("/entities/frost")


def children(pid: int) -> list[str]:
    """Return the processes that one has started."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def alive(pid: str) -> bool:
    """Say whether a process has not ended."""
    with suppress(OSError):
        return re.search(r"State:\s+Z", Path(f"/proc/{pid}/status").read_text()) is None
    return False
