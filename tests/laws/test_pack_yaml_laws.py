"""What is written of a record at once is what PyYAML writes of it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.exporters.pack_yaml import Flow, Row, _plain, dump, parsed
from tests.laws.test_pack_laws import AWKWARD

WORDS = st.sampled_from(
    ["a", "is", "said", "length", "x" * 30, "x" * 119, "微调", "可获取性：", "no", "1", "it's", "-", "e.g.:"]
)
LONG = st.lists(st.tuples(WORDS, st.sampled_from([" ", " ", " ", "  ", " #", ": ", ", "])), min_size=1, max_size=40)
TEXTS = (
    st.sampled_from(AWKWARD)
    | st.text(max_size=12)
    | st.text("no:1 -#'\"\n,[]{}.…微\u0301\xa0\xad\U0001f600", max_size=12)
    | LONG.map(lambda parts: "".join(word + run for word, run in parts))
    | LONG.map(lambda parts: "".join(word + run for word, run in parts).strip(" :,#"))
    | st.integers(90, 125).map(lambda size: f"{'x' * size} y z")
    | st.integers(90, 125).map(lambda size: ("y " * size).strip())
)
ITEMS = st.dictionaries(st.sampled_from(["work", "statement", "inferred"]), TEXTS | st.booleans(), min_size=1)
VALUES: st.SearchStrategy[Any] = (
    TEXTS
    | st.booleans()
    | st.integers()
    | st.none()
    | st.dictionaries(st.sampled_from(["en", "zh"]), TEXTS, max_size=2).map(Flow)
    | st.lists(TEXTS, max_size=3).map(Row)
    | st.lists(TEXTS | ITEMS, max_size=3)
    | ITEMS
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["id", "label", "evidence", "independence_group"]), VALUES, min_size=1))
def test_a_record_is_written_as_pyyaml_writes_it(record: dict[str, Any]) -> None:
    assert dump(record) == parsed(record)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_a_text_is_written_as_pyyaml_writes_it(text: str) -> None:
    for record in ({"id": text}, {"evidence": [{"work": "w", "strength_reason": text}]}, {"authors": [text]}):
        assert dump(record) == parsed(record)
    for nested in ({"label": Flow(en=text, zh="b")}, {"aliases": Row([text, "b"])}):
        assert dump(nested) == parsed(nested)


def test_plain_records_are_written_at_once() -> None:
    long = "A statement of more than one line " * 6
    items = [{"work": "w", "inferred": True, "statement": long.strip()}, {"work": "v"}]
    record = {"subject": "a", "label": Flow(en="A", zh="甲"), "aliases": Row(["b"]), "year": 2020, "evidence": items}
    assert _plain(record) == parsed(record)
    assert max(map(len, parsed(record).split("\n"))) > 118
