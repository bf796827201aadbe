"""Servers that are killed while others write: what was acknowledged is there, what is sent again happens once."""

from __future__ import annotations

import threading
import urllib.error
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

from tests.api.processes import Answer, Client, killed, servers
from tests.kept import small

WRITERS, EACH = 6, 8


def test_a_killed_server_loses_nothing_and_doubles_nothing(sqlite_url: str) -> None:
    graph = small(sqlite_url)
    secret, start = graph.create_token("ann")["secret"], graph.revision
    done, half = Counter[str](), threading.Event()
    with servers(sqlite_url, 2) as (first, second):

        def write(job: int) -> Answer:
            body = {"type": "Technique", "label": f"Method {job}"}
            try:
                got = Client(first, secret).post("/entities", body, Idempotency_Key=f"key-{job}")
            except (urllib.error.URLError, HTTPException, OSError):
                done["cut"] += 1
                got = Client(second, secret).post("/entities", body, Idempotency_Key=f"key-{job}")
            done["all"] += 1
            if done["all"] >= WRITERS * EACH // 3:
                half.set()
            return got

        def kill() -> None:
            half.wait(60)
            killed(first)

        with ThreadPoolExecutor(WRITERS + 1) as pool:
            ended = pool.submit(kill)
            got = list(pool.map(write, range(WRITERS * EACH)))
            ended.result()
    assert done["cut"] > 0, "some were writing when the server was killed"
    assert {one.status for one in got} <= {200, 201}
    assert Counter(one.said["revision"] for one in got).most_common(1)[0][1] == 1
    wanted = {f"method-{job}" for job in range(WRITERS * EACH)}
    assert wanted <= set(graph.snapshot.entities)
    assert graph.revision == start + WRITERS * EACH, "each happened once"
    assert graph.verify()["problems"] == []
    graph.store.close()
