"""Texts that are written once and read in any order, from memory and from a file; and when there is no room."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import StoreError
from kg.record import spool
from kg.record.spool import Spool

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(TEXTS, min_size=1), st.data())
def test_texts_come_back_in_any_order(given_: list[str], data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "HELD", 50)
        patch.setattr(spool, "AT_ONCE", 3)
        kept = Spool()
        read: list[str] = []
        for at, text in enumerate(given_):
            assert kept.add(text) == at
            if data.draw(st.booleans()):
                places = data.draw(st.lists(st.integers(0, at)))
                read += kept.texts(places)
                assert kept.texts(places) == [given_[place] for place in places]
        assert len(kept) == len(given_)
        assert kept.texts(range(len(given_))) == given_


def test_the_file_has_no_name_and_goes_with_the_spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(spool, "HELD", 10)
    kept = Spool()
    for number in range(2 * spool.AT_ONCE):
        kept.add(f"text {number}")
    assert kept.texts([1_999, 0]) == ["text 1999", "text 0"]
    assert list(tmp_path.iterdir()) == []


def test_no_room_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/dev/full")
    monkeypatch.setattr(spool, "HELD", 10)
    kept = Spool()
    kept.add("longer than what is held")
    with pytest.raises(StoreError, match="the temporary folder /dev/full cannot take what is being loaded") as caught:
        kept.texts([0])
    assert "TMPDIR" in (caught.value.hint or "")
