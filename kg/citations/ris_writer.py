"""Works as RIS, for EndNote, Zotero and the rest.

Lives here: `to_ris`. May enter: `.ris`, `.csl`. Never here: reading. What RIS has no tag for travels in `C8`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kg.citations import names, ris
from kg.citations import ris_tags as table
from kg.citations.csl import item_of
from kg.citations.residue import residue
from kg.model import Work

_TEXT_TAGS = {variable: tag for tag, variable in reversed((table.PARAGRAPHS | table.TEXTS).items())}
_NAME_TAGS = {variable: tag for tag, variable in reversed(table.NAMES.items())}


def to_ris(works: Iterable[Work]) -> str:
    """Return works as RIS, one record each.

    Laws: our reader gives back the same works, with the whole of `csl`.

    Cost: each record is written and read once.

    Example:
        >>> to_ris([Work(id="a", type="book", title="微调", authors=("Hu, E.",), year=2022)]).splitlines()
        ['TY  - BOOK', 'ID  - a', 'TI  - 微调', 'AU  - Hu, E.', 'PY  - 2022', 'ER  - ']
    """
    return "\n".join(_record(work) for work in works)


def _record(work: Work) -> str:
    item = item_of(work)
    lines = list(_lines(item))
    missing = residue(item, ris.read_entry(_joined(item, lines)).item)
    if missing:
        lines.append((table.RESIDUE_TAG, ris.RESIDUE + missing))
    return _joined(item, lines)


def _joined(item: dict[str, Any], lines: list[tuple[str, str]]) -> str:
    type_ = table.WRITTEN_TYPES.get(item["type"], "GEN")
    all_lines = [("TY", type_), ("ID", item["id"]), *lines, ("ER", "")]
    return "".join(f"{tag}  - {value}\n" for tag, value in all_lines)


def _lines(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "TI", item["title"]
    for variable, tag in _NAME_TAGS.items():
        for name in item.get(variable, ()):
            yield tag, names.display(name)
    yield from _dates(item)
    for variable, tag in _TEXT_TAGS.items():
        if variable in item and variable != "title":
            # A line that continues a text begins with a space, so that no line of it passes for a tag.
            yield tag, item[variable].replace("\n", "\n ")
    for variable, separator, tag in (("keyword", ", ", "KW"), ("ISSN", " ", "SN"), ("ISBN", " ", "SN")):
        yield from ((tag, part) for part in item.get(variable, "").split(separator) if part)
    first, dash, last = item.get("page", "").partition("-")
    if first:
        yield "SP", first
    if dash:
        yield "EP", last
    address = item.get("URL")
    if address is None and item.get("archive") == "arXiv" and "archive_location" in item:
        # RIS has no tag for arXiv: others follow the address, our reader takes it out again.
        address = f"https://arxiv.org/abs/{item['archive_location']}"
    if address is not None:
        yield "UR", address


def _dates(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    parts = item.get("issued", {}).get("date-parts", [])
    if len(parts) == 1:
        yield "PY", str(parts[0][0])
        if len(parts[0]) > 1:
            yield "DA", "/".join(f"{part:02d}" for part in parts[0])
    accessed = item.get("accessed", {}).get("date-parts", [])
    if len(accessed) == 1:
        yield "Y2", "/".join(f"{part:02d}" for part in accessed[0])
