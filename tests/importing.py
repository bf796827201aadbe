"""What other processes do in tests of imports."""

from __future__ import annotations

from multiprocessing.connection import Connection

from kg.importers.citations import import_bytes
from kg.record import Store


def import_once(url: str, data: bytes, sending: Connection) -> None:
    """Import citations and tell when it begins and when it is done."""
    with Store.open(url) as store:
        sending.send("begun")
        report = import_bytes(store, data, "bibtex", "library.bib", "ann", guarded=False)
        sending.send(report["revision"])
