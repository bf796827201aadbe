"""Strict JSON: what it reads is what the standard library reads, the rest is refused, and no text takes long."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import InputError
from kg_api.headers import BODY_MOST
from kg_api.json_body import DEPTH_MOST, deepest, parse

OVERRIDES = "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080))))
TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters=OVERRIDES))
NUMBERS = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def depth_of(value: Any) -> int:
    """How deep a value is nested, counted on the value itself."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


@given(st.dictionaries(TEXT, VALUES, max_size=5), st.sampled_from([None, 1]), st.booleans())
def test_what_is_read_is_what_was_written(value: dict[str, Any], indent: int | None, escaped: bool) -> None:
    raw = json.dumps(value, indent=indent, ensure_ascii=escaped).encode()
    assert deepest(raw) == depth_of(value)
    assert parse(raw) == value


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    for whole in (raw, b'{"a": ' + raw + b"}", b'{"a": "' + raw + b'"}'):
        with suppress(InputError):
            assert isinstance(parse(whole), dict)


@pytest.mark.parametrize(
    "raw",
    [
        b'"' + b'\\"' * (BODY_MOST // 2),
        b'"' + b'\\"' * (BODY_MOST // 2) + b"\\",
        b"[" * BODY_MOST,
        b"[]" * (BODY_MOST // 2),
        b'"a' * (BODY_MOST // 2),
        b'{"a":' + b"9" * BODY_MOST + b"}",
        b'{"a":' + b"9" * BODY_MOST + b".5}",
        b'{"a":[' + b"0," * 90_000 + b"0]}",
        b"{" + b",".join(b'"%d":0' % at for at in range(90_000)) + b',"0":1}',
        b'{"a":"' + b"\\u0041" * (BODY_MOST // 6) + b'"}',
    ],
    ids=range(10),
)
def test_no_body_takes_long(raw: bytes) -> None:
    start = time.process_time()
    with suppress(InputError):
        parse(raw)
    assert time.process_time() - start < 2.5


def test_nesting_is_counted_to_the_last() -> None:
    inside = b"[" * (DEPTH_MOST - 1) + b"]" * (DEPTH_MOST - 1)
    assert parse(b'{"a":' + inside + b"}")
    with pytest.raises(InputError, match="deeper than 32"):
        parse(b'{"a":[' + inside + b"]}")
    assert parse(b'{"a": "' + b"[" * 100 + b'"}') == {"a": "[" * 100}
