"""What other processes do to a record in tests: propose and accept without end, or a number of times."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Any

import kg
from kg.record import Store
from tests.contributions import BOB, item


def open_graph(url: str) -> kg.Graph:
    """Open a record that is there."""
    return kg.Graph(Store.open(url))


def propose_forever(url: str, name: str, acknowledged: Connection) -> None:
    """Propose an item, have it accepted; tell the revision of each act as soon as it is acknowledged."""
    graph, number = open_graph(url), 0
    while True:
        number += 1
        made = graph.add_evidence(item(statement=f"{name} saw it {number} times."), actor=name)
        acknowledged.send_bytes(str(made["revision"]).encode())
        done = graph.review(made["id"], "accept", actor=BOB)
        acknowledged.send_bytes(str(done["revision"]).encode())


def propose_often(url: str, name: str, times: int, done: Any) -> None:
    """Propose so many items, one after the other; and one that everybody proposes."""
    graph = open_graph(url)
    for number in range(times):
        graph.add_evidence(item(statement=f"{name} saw it {number} times."), actor=name)
        graph.add_evidence(item(statement=f"All saw it {number} times."), actor=name)
    done.put(name)
