"""Importing citations: one source, one transaction, one revision; every entry is added, a duplicate, or a failure.

Lives here: `import_bytes` and `import_works`, which every door calls. May enter: bytes of anybody, a store.
Never here: the syntax of a format (kg.citations), what is a duplicate (citations_plan), paths.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from kg.importers.citations_plan import Plan, plan
from kg.importers.citations_reading import Reading, read
from kg.model import Change
from kg.record.retrying import TRIES_LONG, retried
from kg.record.store import Store

ACT = "import"
Told = Callable[[str, int, int], None]


def import_bytes(
    store: Store,
    data: bytes,
    format: str | None,
    name: str,
    actor: str,
    *,
    encoding: str | None = None,
    update: bool = False,
    exact: bool = False,
    dry_run: bool = False,
    guarded: bool = True,
) -> dict[str, Any]:
    """Import what a stranger sent, parsed in a worker that can be ended. See `import_works`.

    Args:
        store: Where to.
        data: The file, at most `kg.importers.citations_reading.STRANGER_BYTES`.
        format: Id of one of `kg.citations.formats.FORMATS`; None to recognise it.
        name: What the file is called, for the report.
        actor: Who imports.
        encoding: None for UTF-8.
        update: Fill what known works lack.
        exact: Only an identifier or the same entry makes a duplicate.
        dry_run: Only say what would happen.
        guarded: False to parse in this process.

    Returns:
        The report, see `import_works`.

    Raises:
        InputError: no such format or encoding, or the file takes more than it may.
        Upstream: there is no worker to be had.
        StoreError, Conflict: nothing was written.
    """
    reading = read(data, name=name, format=format, encoding=encoding, guarded=guarded)
    return import_works(store, reading, data, name=name, actor=actor, update=update, exact=exact, dry_run=dry_run)


def import_works(
    store: Store,
    reading: Reading,
    data: bytes,
    *,
    name: str,
    actor: str,
    update: bool = False,
    exact: bool = False,
    dry_run: bool = False,
    told: Told = lambda *_: None,
    lang: str = "en",
) -> dict[str, Any]:
    """Write the works of a source that are new, as one revision, wholly or not at all.

    Args:
        store: Where to.
        reading: What the source holds.
        data: Its bytes, whose hash the revision names.
        name: What it is called.
        actor: Who imports.
        update: Fill what known works lack from the entries that duplicate them.
        exact: Only an identifier or the same entry makes a duplicate.
        dry_run: Only say what would happen.
        told: Called with the stage ("comparing" or "writing"), how much is done, and of how much.
        lang: Language in which `why` says what makes two entries one.

    Returns:
        `{"source", "format", "encoding", "found", "counted", "added": n, "duplicates":
        [{"key", "match", "why"}], "failures": [{"source", "line", "raw", "reason", "remedy"}], "revision": n, "works":
        [keys], "versions": [{"key", "other", "why", "group"}], "updated": [{"key", "fields"}], "remarks": [{"source",
        "line", "message"}], "dry_run"}`.

    Raises:
        StoreError: the database cannot be written.
        MovedOn: others kept writing in between, ten times in a row.

    Laws: found = added + duplicates + failures; importing the same again adds nothing.
    """
    total = len(reading.parsed.works)

    def once() -> dict[str, Any]:
        records = store.records()
        planned = plan(
            reading.parsed,
            records.works,
            update=update,
            exact=exact,
            told=lambda done: told("comparing", done, total),
        )
        report = _document(name, reading, planned, records.revision, lang)
        if dry_run or not planned.works:
            return report | {"dry_run": dry_run}
        told("writing", 0, len(planned.works))
        changes = [Change("work", work) for work in planned.works.values()]
        reason = f"{name} ({reading.format}), SHA-256 {hashlib.sha256(data).hexdigest()}"
        written = store.write(changes, actor=actor, act=ACT, reason=reason, expect=records.revision)
        told("writing", len(planned.works), len(planned.works))
        return report | {"revision": written.number, "dry_run": False}

    return retried(once, tries=TRIES_LONG)


def _document(name: str, reading: Reading, planned: Plan, revision: int, lang: str) -> dict[str, Any]:
    remarks = [
        {"source": remark.source, "line": remark.line, "message": remark.message} for remark in reading.parsed.warnings
    ]
    remarks += planned.remarks
    return {
        "source": name,
        "format": reading.format,
        "encoding": reading.encoding,
        "found": reading.parsed.found,
        "counted": reading.counted,
        "added": len(planned.added),
        "duplicates": [{"key": one.work, "match": one.other, "why": one.why.get(lang)} for one in planned.duplicates],
        "failures": [fault.document() for fault in reading.parsed.failures],
        "revision": revision,
        "works": planned.added,
        "versions": [
            {
                "key": one.work,
                "other": one.other,
                "why": one.why.get(lang),
                "group": planned.works[one.work].independence_group,
            }
            for one in planned.versions
        ],
        "updated": [{"key": key, "fields": fields} for key, fields in planned.updated.items()],
        "remarks": sorted(remarks, key=lambda remark: (remark["line"] or 0, remark["message"])),
    }
