"""Bytes to text: UTF-8, or the encoding that the caller names; never a silent guess.

Lives here: decoding and the advice when it fails. May enter: `kg.errors`. Never here: files, formats.
"""

from __future__ import annotations

import codecs
import re

from kg.errors import InputError, ParseFailure
from kg.meant import near

MAX_BYTES = 64 * 1024 * 1024
SAMPLE = 200_000
ENCODINGS = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk", "gb2312", "big5", "shift_jis", "euc_jp",
    "euc_kr", "iso8859-1", "iso8859-2", "iso8859-9", "iso8859-15", "cp1250", "cp1251", "cp1252", "cp1254", "koi8-r",
    "mac-roman",
)  # fmt: skip
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH = re.compile(rb"[\x80-\xff]")
# What GB 18030 makes of characters: two high bytes, or four that alternate with digits.
_GB = re.compile(rb"[\xa1-\xfe][\xa1-\xfe]|[\x81-\x84][0-9][\x81-\xfe][0-9]")


def read_bytes(data: bytes, source: str, *, encoding: str | None = None) -> str:
    """Return the text of a source in UTF-8 (with or without a mark of byte order), or in the encoding named.

    Args:
        data: At most `MAX_BYTES` bytes.
        source: Name of the source, for the message.
        encoding: One of `ENCODINGS` or another name of it; None for UTF-8.

    Raises:
        ParseFailure: the bytes are not of that encoding; the hint names the one they look like.
        InputError: the encoding is not known.

    Example:
        >>> read_bytes("微调".encode(), "x.bib"), read_bytes("微调".encode("gb18030"), "x.bib", encoding="GB18030")
        ('微调', '微调')
    """
    if len(data) > MAX_BYTES:
        raise ParseFailure(
            f"the source has {len(data)} bytes, at most {MAX_BYTES} are read",
            source=source,
            hint="split it and import the parts",
        )
    name = "utf-8" if encoding is None else known_encoding(encoding)
    try:
        text = data.decode(name)
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise ParseFailure(
            f"byte {fault.start} (0x{data[fault.start]:02x}) is not {name}",
            source=source,
            line=line,
            raw=data[max(0, fault.start - 40) : fault.start + 40].decode("latin-1"),
            hint=f"it looks like {looks_like(data)}: name the encoding with --encoding, or save the file as UTF-8",
        ) from fault
    if encoding is None and data[:SAMPLE].count(0) > len(data[:SAMPLE]) // 4:
        raise ParseFailure(
            "every other byte is zero, which is not how UTF-8 writes text",
            source=source,
            line=1,
            raw=text[:80],
            hint=f"it looks like {looks_like(data)}: name the encoding with --encoding, or save the file as UTF-8",
        )
    return text.removeprefix("\ufeff")


def known_encoding(name: str) -> str:
    """Return the name by which Python knows an encoding that we read.

    Raises:
        InputError: it is not one of `ENCODINGS`.

    Example:
        >>> known_encoding("Latin-1")
        'iso8859-1'
    """
    try:
        found = codecs.lookup(name).name if name.isascii() and len(name) <= 50 else ""
    except (LookupError, ValueError):
        found = ""
    if found not in ENCODINGS:
        raise InputError(
            f"{name[:50]!r} is no encoding that is read",
            where="encoding",
            near=near(name, ENCODINGS, most=2),
            hint=", ".join(ENCODINGS),
        )
    return found


def looks_like(data: bytes) -> str:
    """Return the encoding that bytes which are not UTF-8 most likely have: advice for a message, never used to decode.

    Example:
        >>> looks_like("微调与风险".encode("gb18030")), looks_like("Müller, José".encode("latin-1"))
        ('gb18030', 'cp1252 (Latin-1)')
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    sample = data[:SAMPLE]
    zeros = sample.count(0)
    if zeros > len(sample) // 4:
        return "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"
    high = len(_HIGH.findall(sample))
    paired = sum(len(_HIGH.findall(found)) for found in _GB.findall(sample))
    return "gb18030" if high and paired >= 0.9 * high else "cp1252 (Latin-1)"
