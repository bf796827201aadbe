"""Files as other programs and systems leave them: each gives its records, or says where, why and what helps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kg.citations import formats
from kg.importers.tables_load import load
from kg.record import Store
from kg.vocabulary import load as words

WORDS = words()
SAMPLES = {
    "a.bib": "@misc{a1,\n title={One},\n year=2020}\n",
    "a.ris": "TY  - JOUR\nTI  - One\nAU  - Li, Z\nPY  - 2020\nER  - \n",
    "a.json": '[\n{"id":"a1","title":"One","type":"book"}\n]\n',
    "a.nbib": "PMID- 1\nTI  - One\nDP  - 2020\n\n",
    "a.xml": "<xml><records>\n<record><titles><title>One</title></titles></record>\n</records></xml>\n",
    "w.csv": "title,year\nOne,2020\n",
    "entities.csv": "id,type,label\none,Risk,One\n",
}
READ = {
    "BOM": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "CR LF": lambda text: text.replace("\n", "\r\n").encode(),
    "mixed": lambda text: text.replace("\n", "\r\n", 1).replace("\n", "\r", 2).encode(),
}
REFUSED = {
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 LE": lambda text: text.encode("utf-16-le"),
    "UTF-16 BE": lambda text: text.encode("utf-16-be"),
}


def read(path: Path, content: bytes) -> tuple[int, list[tuple[int | None, str, str]]]:
    """How many records a file gives, and what is told of the others."""
    if path.name != "entities.csv":
        found = formats.read(content, source=path.name)
        return len(found.works), [(one.line, one.reason, one.remedy) for one in found.failures]
    path.write_bytes(content)
    with Store.open(":memory:") as store:
        report: dict[str, Any] = load(store, path.parent, WORDS, name="t", keep_going=True)
    return report["added"], [(one["line"], one["reason"], one["remedy"]) for one in report["failures"]]


@pytest.mark.parametrize("spoil", READ.values(), ids=READ)
@pytest.mark.parametrize("name", SAMPLES)
def test_marks_and_line_ends_cost_nothing(tmp_path: Path, name: str, spoil: Callable[[str], bytes]) -> None:
    assert read(tmp_path / name, spoil(SAMPLES[name])) == (1, [])


@pytest.mark.parametrize("spoil", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("name", SAMPLES)
def test_another_encoding_is_told_with_place_and_remedy(
    tmp_path: Path, name: str, spoil: Callable[[str], bytes]
) -> None:
    added, [(line, reason, remedy)] = read(tmp_path / name, spoil(SAMPLES[name]))
    assert (added, line) == (0, 1)
    assert "UTF-8" in reason.upper()
    assert "UTF-8" in remedy


@pytest.mark.parametrize("name", SAMPLES)
def test_a_zero_byte_is_taken_out_or_told(tmp_path: Path, name: str) -> None:
    added, faults = read(tmp_path / name, SAMPLES[name].replace("One", "O\0ne").encode())
    assert added + len(faults) == 1
    assert all(line in {2, 3} and reason and remedy for line, reason, remedy in faults)
    assert (added == 0) == (name in {"a.json", "a.xml", "entities.csv"})
