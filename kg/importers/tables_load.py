"""Loading CSV tables: what is new in them becomes one revision.

Lives here: `load`. May enter: a folder with tables, a store. Never here: reading cells, deletion.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kg.citations.parsed import Failure, Remark
from kg.ids import RECORD_KINDS
from kg.importers import standings
from kg.importers.base import Base
from kg.importers.merges import left_behind
from kg.importers.tables import Table, others_in, rows_of, tables_of, with_lines
from kg.importers.tables_together import Together
from kg.record.retrying import TRIES_LONG, retried
from kg.record.store import Store
from kg.vocabulary import Vocabulary

ACT, FORMAT = "import tables", "csv-tables"
EMPTY = "it holds no rows below its header"


def load(
    store: Store,
    folder: Path,
    vocabulary: Vocabulary,
    *,
    keep_going: bool = False,
    update: bool = False,
    actor: str = "kg",
    name: str | None = None,
    told: Callable[[str, int, int], None] | None = None,
) -> dict[str, Any]:
    """Read the tables of a folder and write what is new in them as one revision.

    Args:
        store: Where to.
        folder: Holds one or more of `entities.csv`, `works.csv`, `claims.csv`, `evidence.csv`.
        vocabulary: Words to check against.
        keep_going: Write the good records even when others failed.
        update: Write records that the graph holds in another form too, otherwise they are conflicts; what an evidence
            item says never changes.
        actor: Who imports.
        name: What the tables are called in the report; None for the name of the folder.
        told: Called with what is read, and how many rows were.

    Returns:
        `{"source", "format", "rows": n, "added": n, "changed": n, "duplicates": [{"kind", "id"}], "conflicts":
        [{"kind", "id", "fields", "reason", "remedy"}], "failures": [{"source", "line", "raw", "reason", "remedy"}],
        "ignored": [{"what", "name", "statements", "reason"}], "remarks": [{"source", "line", "message"}], "kinds":
        {kind: n}, "revision": n}`; remarks are on evidence that does not count since its work is merged, and on works
        whose status changes (`kg.importers.standings`).

    Raises:
        InputError: there are no tables in the folder.
        StoreError: the database cannot be written.
        MovedOn: others kept writing in between, ten times in a row.

    Laws: loading the same tables twice is loading them once; what `kg export --format csv-tables` wrote loads into an
        empty record without failure and is the same record; however many rows there are, the record is the one that
        `Store.write` would leave.

    Cost: some 25 microseconds and 600 bytes a row.
    """
    tables, broken = tables_of(folder)
    source = name or folder.resolve().name

    def once() -> dict[str, Any]:
        base = Base.of(store)
        revision = base.revision
        together = Together(
            vocabulary,
            base,
            lambda kind, ids: store.some(kind, ids, base.revision),
            update,
            told or (lambda *_: None),
        )
        together.take(tables)
        behind = left_behind(store, together.merged)
        faults = [*broken, *together.failures]
        writes = bool(len(together.batch)) and (keep_going or not faults)
        if writes:
            behind += standings.changed(store, base, together.batch, name="works.csv")
        if writes:
            if told is not None:
                told("writing", 0, 0)
            reason = f"{source}, SHA-256 {_sha256(tables)}"
            revision = store.fill(together.batch, actor=actor, act=ACT, reason=reason, expect=revision).number
        failures = with_lines(faults, tables)
        others = others_in(folder)
        return _document(source, together, failures, tables, others, behind=behind, writes=writes, revision=revision)

    return retried(once, tries=TRIES_LONG)


def _sha256(tables: Sequence[Table]) -> str:
    """Return a digest over those of the tables: of the lines that `sha256sum` prints of them."""
    lines = "".join(f"{table.sha256}  {table.sheet.file}\n" for table in tables)
    return hashlib.sha256(lines.encode()).hexdigest()


def _document(
    source: str,
    together: Together,
    failures: Sequence[Failure],
    tables: Sequence[Table],
    others: Sequence[tuple[str, str]],
    *,
    behind: Sequence[Remark],
    writes: bool,
    revision: int,
) -> dict[str, Any]:
    added = together.added if writes else Counter[str]()
    changed = together.changed if writes else Counter[str]()
    return {
        "source": source,
        "format": FORMAT,
        "rows": together.rows,
        "added": sum(added.values()),
        "changed": sum(changed.values()),
        "duplicates": [{"kind": kind, "id": id} for kind, id in sorted(together.duplicates)],
        "conflicts": [one.document() for one in sorted(together.conflicts, key=lambda one: (one.kind, one.id))],
        "failures": [fault.document() for fault in failures],
        "ignored": [
            *({"what": "file", "name": name, "statements": 0, "reason": reason} for name, reason in others),
            *(one for table in tables for one in _ignored(table)),
        ],
        "remarks": [asdict(one) for one in (*together.remarks, *behind)],
        "kinds": {kind: count for kind in RECORD_KINDS if (count := added[kind] + changed[kind])},
        "revision": revision,
    }


def _ignored(table: Table) -> list[dict[str, Any]]:
    """Return that a table holds no rows; the columns that were passed over, each with how many cells were filled."""
    if next(rows_of(table), None) is None:
        return [{"what": "table", "name": table.sheet.file, "statements": 0, "reason": EMPTY}]
    if not table.foreign:
        return []
    places = [at for at, _, _ in table.foreign]
    filled: Counter[int] = Counter()
    for _, cells, broken in rows_of(table):
        if broken is None:
            filled.update(at for at in places if at < len(cells) and cells[at].strip())
    return [
        {"what": "column", "name": name, "statements": filled[at], "reason": reason}
        for at, name, reason in table.foreign
    ]
