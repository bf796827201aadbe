"""Loading RDF: what is new in a file becomes one revision; what strangers send becomes proposals.

Lives here: `load`, `proposed`. May enter: the contents of a file, a store. Never here: parsing, deletion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from kg.citations.parsed import failure
from kg.errors import InputError
from kg.holding import of_kind
from kg.ids import RECORD_KINDS
from kg.importers import standings
from kg.importers.base import Base
from kg.importers.merges import left_behind
from kg.importers.rdf import OPERATOR, STRANGER, RdfContents, Trust, read
from kg.importers.rdf_given import Given
from kg.model import CURRENT, Evidence, Record, Work
from kg.record.batch import Batch
from kg.record.retrying import TRIES_LONG, retried
from kg.record.store import Store
from kg.vocabulary import Vocabulary

ACT = "import rdf"
PROPOSED = "proposed"
STAYS = "what the record holds stays as it is; propose the change where the record shows it"


def load(
    store: Store,
    content: bytes | Path,
    vocabulary: Vocabulary,
    *,
    name: str,
    format: str | None = None,
    keep_going: bool = False,
    update: bool = False,
    actor: str = "kg",
    proposed_by: str | None = None,
    told: Callable[[str, int, int], None] | None = None,
) -> dict[str, Any]:
    """Read RDF and write what is new in it as one revision.

    Args:
        store: Where to.
        content: The file, or where it lies.
        vocabulary: Words to check against.
        name: What the file is called.
        format: One of `kg.importers.rdf.FORMATS`; None to go by suffix and contents.
        keep_going: Write the good records even when others failed.
        update: Write records that the graph holds in another form too; otherwise they are conflicts.
        actor: Who imports.
        proposed_by: A stranger's name: everything new is a proposal of theirs, nothing that is there changes, and the
            file is held to the limits of strangers. None for whoever runs the record.
        told: Called with what is done, how much of it, and of how much.

    Returns:
        `{"source", "format", "statements", "added": n, "changed": n, "duplicates": [{"kind", "id"}], "conflicts":
        [{"kind", "id", "fields", "reason", "remedy"}], "failures": [{"source", "line", "raw", "reason",
        "remedy"}], "ignored": [{"what", "name", "statements", "reason"}], "remarks": [{"source", "line", "message"}],
        "kinds": {kind: n}, "revision": n}`. A file that is refused as a whole is one failure; remarks are on evidence
        that does not count since its work is merged, and on works whose status changes (`kg.importers.standings`).

    Raises:
        StoreError: the database cannot be written.
        Upstream: a stranger's file, and no worker to parse it in.
        MovedOn: others kept writing in between, ten times in a row.

    Laws: loading the same file twice is loading it once; what `kg export` wrote loads into an empty record without
        failure and gives the same answers.
    """
    trust: Trust = OPERATOR if proposed_by is None else STRANGER

    def once() -> dict[str, Any]:
        base = Base.of(store)
        try:
            contents = read(
                content,
                vocabulary,
                name=name,
                format=format,
                base=base,
                fetch=lambda kind, ids: store.some(kind, ids, base.revision),
                update=update and proposed_by is None,
                trust=trust,
                told=told or (lambda *_: None),
            )
        except InputError as fault:
            refused = failure(fault.message, source=name, remedy=fault.hint or "")
            return _document(name, RdfContents(format or ""), base, None) | {"failures": [refused.document()]}
        contents = replace(contents, remarks=(*contents.remarks, *left_behind(store, contents.merged)))
        batch = contents.batch
        if proposed_by is not None:
            contents = replace(contents, conflicts=tuple(replace(one, remedy=STAYS) for one in contents.conflicts))
            batch = Batch.of(proposed(record, proposed_by) for record in contents.records)
        if not len(batch) or (contents.failures and not keep_going):
            return _document(name, contents, base, None)
        turned = standings.changed(store, base, batch, name=name)
        contents = replace(contents, remarks=(*contents.remarks, *turned))
        document = _document(name, contents, base, batch)
        if told is not None:
            told("writing", 0, 0)
        reason = f"{name}, SHA-256 {Given(name, content).sha256}"
        written = store.fill(batch, actor=proposed_by or actor, act=ACT, reason=reason, expect=base.revision)
        return document | {"revision": written.number}

    return retried(once, tries=TRIES_LONG)


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


def _document(name: str, contents: RdfContents, base: Base, written: Batch | None) -> dict[str, Any]:
    ids = {kind: [] if written is None else written.ids(kind) for kind in RECORD_KINDS}
    kinds = {kind: len(some) for kind, some in ids.items()}
    changed = sum(sum(map(of_kind(base, kind).__contains__, some)) for kind, some in ids.items())
    return {
        "source": name,
        "format": contents.format,
        "statements": contents.statements,
        "added": sum(kinds.values()) - changed,
        "changed": changed,
        "duplicates": [{"kind": kind, "id": id} for kind, id in contents.duplicates],
        "conflicts": [one.document() for one in contents.conflicts],
        "failures": [fault.document() for fault in contents.failures],
        "ignored": list(contents.ignored),
        "remarks": [asdict(one) for one in contents.remarks],
        "kinds": {kind: count for kind, count in kinds.items() if count},
        "revision": base.revision,
    }
