"""A record open for reading only: everything that would write refuses in the same words, and says what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from kg.errors import StoreError
from kg.model import Change, Entity, Text
from kg.record import Store
from kg.record.batch import Batch
from kg.record.submissions import Submission
from kg.record.tokens import Person

ENTITY = Entity("lora", "Technique", Text("LoRA"))
WRITERS: dict[str, Callable[[Store], object]] = {
    "write": lambda store: store.write([Change("entity", ENTITY)], actor="ann", act="add"),
    "fill": lambda store: store.fill(Batch.of([ENTITY]), actor="ann", act="add", expect=0),
    "restore": lambda store: store.restore([], source="backup"),
    "restore_guards": lambda store: store.restore_guards(),
    "accounts.put": lambda store: store.accounts.put(Person("ann")),
    "accounts.issue": lambda store: store.accounts.issue("t", "0" * 64, Person("ann"), role="admin"),
    "accounts.revoke": lambda store: store.accounts.revoke("t"),
    "accounts.open_session": lambda store: store.accounts.open_session("0" * 64, "t", lasting=timedelta(hours=1)),
    "accounts.close_session": lambda store: store.accounts.close_session("0" * 64),
    "submissions.answer": lambda store: store.submissions.answer(Submission("t", "key", "0" * 64), "{}"),
    "kept.put": lambda store: store.kept.put(question="q", revision=0, content="{}", ontology="o", version="1"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_whoever_would_write_is_told_how_to(name: str, database_url: str) -> None:
    Store.open(database_url).close()
    with Store.open(database_url, read_only=True) as store, pytest.raises(StoreError) as fault:
        WRITERS[name](store)
    assert fault.value.message == f"{store.name} is open for reading only"
    assert fault.value.hint == "make the file and its folder writable, or open another database; nothing was written"
