"""Works as a CSV that spreadsheets open and that our import reads back.

Lives here: `to_csv`. May enter: works. Never here: the columns and what they mean (table).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from kg.citations.csl import item_of
from kg.citations.table import COLUMNS, cells_of, neutralised
from kg.model import Work

HEADER = tuple(name for name in COLUMNS if name != "date")


def to_csv(works: Iterable[Work]) -> Iterator[str]:
    """Give works as rows below a header; the last column holds the whole item, as CSL-JSON.

    Law: reading what was written gives the same works, also when a spreadsheet has quoted the cells otherwise.

    Example:
        >>> rows = "".join(to_csv([Work(id="a", type="book", title="=1+1", year=2020)])).splitlines()
        >>> rows[1].split(",")[:3]
        ['a', 'book', "'=1+1"]
    """
    yield ",".join(HEADER) + "\r\n"
    for work in works:
        item = item_of(work)
        cells = cells_of(item)
        cells["csl"] = json.dumps(item, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        yield ",".join(_quoted(neutralised(cells.get(name, ""))) for name in HEADER) + "\r\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(char in cell for char in ',"\n\r\t;') else cell
