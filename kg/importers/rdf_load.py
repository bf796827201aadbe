"""Loading RDF: what is new in a file becomes one revision; what strangers send becomes proposals.

Lives here: `load`, `proposed`. May enter: the contents of a file, a store. Never here: parsing, deletion.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from typing import Any

from kg.citations.parsed import failure
from kg.errors import Conflict, InputError
from kg.importers.rdf import OPERATOR, STRANGER, RdfContents, Trust, read
from kg.model import CURRENT, Evidence, Record, Work, kind_of
from kg.rdf.dataset import of_kind
from kg.record.batch import Batch
from kg.record.store import Store
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

ACT = "import rdf"
PROPOSED = "proposed"
TRIES = 5


def load(
    store: Store,
    content: bytes,
    vocabulary: Vocabulary,
    *,
    name: str,
    format: str | None = None,
    keep_going: bool = False,
    update: bool = False,
    actor: str = "kg",
    proposed_by: str | None = None,
) -> dict[str, Any]:
    """Read RDF and write what is new in it as one revision.

    Args:
        store: Where to.
        content: The file.
        vocabulary: Words to check against.
        name: What the file is called.
        format: One of `kg.importers.rdf.FORMATS`; None to go by suffix and contents.
        keep_going: Write the good records even when others failed.
        update: Write records that the graph holds in another form too; otherwise they are conflicts.
        actor: Who imports.
        proposed_by: A stranger's name: everything new is a proposal of theirs, nothing that is there changes, and the
            file is held to the limits of strangers. None for whoever runs the record.

    Returns:
        `{"source", "format", "statements", "added": n, "changed": n, "duplicates": [{"kind", "id"}], "conflicts",
        "failures": [{"source", "line", "raw", "reason", "remedy"}], "ignored": [{"what", "name", "statements",
        "reason"}], "kinds": {kind: n}, "revision": n}`. A file that is refused as a whole is one failure.

    Raises:
        StoreError: the database cannot be written.
        Upstream: a stranger's file, and no worker to parse it in.
        Conflict: others kept writing in between, five times in a row.

    Laws: loading the same file twice is loading it once; what `kg export` wrote loads into an empty record without
        failure and gives the same answers.
    """
    trust: Trust = OPERATOR if proposed_by is None else STRANGER
    tries = iter(range(TRIES - 1))
    while True:
        snapshot = _snapshot(store)
        try:
            contents = read(
                content,
                vocabulary,
                name=name,
                format=format,
                known=snapshot,
                update=update and proposed_by is None,
                trust=trust,
            )
        except InputError as fault:
            refused = failure(fault.message, source=name, remedy=fault.hint or "")
            return _document(name, RdfContents(format or ""), snapshot, []) | {"failures": [refused.document()]}
        records = list(contents.records) if keep_going or not contents.failures else []
        if proposed_by is not None:
            records = [proposed(record, proposed_by) for record in records]
        if not records:
            return _document(name, contents, snapshot, [])
        reason = f"{name}, SHA-256 {hashlib.sha256(content).hexdigest()}"
        try:
            batch = Batch.of(records)
            written = store.fill(batch, actor=proposed_by or actor, act=ACT, reason=reason, expect=snapshot.revision)
        except Conflict:
            if next(tries, None) is None:
                raise
        else:
            return _document(name, contents, snapshot, records) | {"revision": written.number}


def proposed(record: Record, contributor: str) -> Record:
    """Return a record as a stranger may bring it: proposed, theirs, with no say on what a work's publisher said.

    Example:
        >>> from kg.model import Claim
        >>> proposed(Claim("a--raises--b", "a", "raises", "b"), "ann").status
        'proposed'
    """
    if isinstance(record, Work):
        return replace(record, status=CURRENT, notice=None, merged_into=None)
    if isinstance(record, Evidence):
        return replace(record, status=PROPOSED, contributor=contributor)
    return replace(record, status=PROPOSED)


def _snapshot(store: Store) -> Snapshot:
    rows = store.records()
    records: list[Record] = [*rows.entities, *rows.claims, *rows.evidence, *rows.works]
    return Snapshot.of(rows.revision, rows.recorded_at, records)


def _document(name: str, contents: RdfContents, snapshot: Snapshot, records: list[Record]) -> dict[str, Any]:
    known = [record for record in records if record.id in of_kind(snapshot, kind_of(record))]
    return {
        "source": name,
        "format": contents.format,
        "statements": contents.statements,
        "added": len(records) - len(known),
        "changed": len(known),
        "duplicates": [{"kind": kind, "id": id} for kind, id in contents.duplicates],
        "conflicts": [{"kind": kind, "id": id} for kind, id in contents.conflicts],
        "failures": [fault.document() for fault in contents.failures],
        "ignored": list(contents.ignored),
        "kinds": dict(sorted(Counter(kind_of(record) for record in records).items())),
        "revision": snapshot.revision,
    }
