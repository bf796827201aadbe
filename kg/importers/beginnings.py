"""Files that are no text of citations or RDF, known by their first bytes: what they are, and what helps at each door.

Lives here: `foreign`. May enter: the head of a file of anybody. Never here: unpacking a file, opening one.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from kg.record.backup import FORMAT as BACKUP

HEAD = 64 * 1024
GZIP = 31
"""The window of zlib that reads a gzip file."""
_FIRST_LINE = 16 * 1024
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_OFFICE = (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis.opendocument")
_OTHERS = {
    b"%PDF-": "a PDF",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "a file of an older office program",
    b"SQLite format 3\x00": "an SQLite database",
    b"PAR1": "a Parquet file",
}
_PACKED = {b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"7z\xbc\xaf\x27\x1c": "7-Zip", b"BZh91AY&SY": "bzip2"}


@dataclass(frozen=True, slots=True)
class Foreign:
    """What a file is that is not read as it is.

    Args:
        what: A noun with its article.
        remedy: What helps whoever runs the record, on their machine.
        sent: What helps whoever sent the file to a server.
    """

    what: str
    remedy: str
    sent: str


def foreign(head: bytes) -> Foreign | None:
    """Return what a file is that is no text, or is a backup of ours; None for what a reader may look at.

    Args:
        head: The first `HEAD` bytes, or all of them.

    Example:
        >>> foreign(b"%PDF-1.7").what, foreign(b"@book{a, title={A}}")
        ('a PDF', None)
    """
    plain = _unpacked(head) if head.startswith(_GZIP) else head
    if plain.startswith(b"{") and f'"format":"{BACKUP}"'.encode() in plain[:_FIRST_LINE].partition(b"\n")[0]:
        return Foreign(
            "a backup of a whole record",
            "`kg --database NEW restore FILE` makes a new record of it",
            "whoever runs a server restores it there, into a new database",
        )
    if head.startswith(_ZIP):
        return _of_zip(head)
    for begins, name in {_GZIP: "gzip", **_PACKED}.items():
        if head.startswith(begins):
            return Foreign(f"a file compressed by {name}", "unpack it first", "unpack it, and send what it holds")
    for begins, what in _OTHERS.items():
        if head.startswith(begins):
            again = "export the citations where it comes from, as BibTeX, RIS or CSV (UTF-8)"
            return Foreign(what, again, again)
    return None


def _of_zip(head: bytes) -> Foreign:
    if any(mark in head for mark in _OFFICE):
        again = "save the sheet as CSV (UTF-8) there"
        return Foreign("a file of a spreadsheet or office program", again, f"{again}, and send that")
    return Foreign(
        "a ZIP file",
        "if it holds a pack or tables, give it a name that ends in .zip; else unpack it first",
        "unpack it, and send the file of citations or RDF that it holds; a pack or tables are loaded by whoever runs "
        "the record",
    )


def _unpacked(head: bytes) -> bytes:
    """Return the beginning of what a gzip file holds, "" where it is broken."""
    try:
        return zlib.decompressobj(wbits=GZIP).decompress(head, _FIRST_LINE)
    except zlib.error:
        return b""
