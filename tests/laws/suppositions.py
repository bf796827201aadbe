"""Small random records with few works that bear on many claims, and scenarios on them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from kg.ids import claim_id
from kg.model import Claim, Evidence, Record

NAMES = "abcde"
WORKS = "pqrst"
RELATIONS = ("raises", "enables", "lowers", "mitigates")
JOINING_FACTORS = ("raises", "lowers")

item_words = st.tuples(
    st.sampled_from(["weak", "low", "good"]),
    st.sampled_from(["supports", "supports", "supports", "disputes", "qualifies"]),
    st.sampled_from(WORKS),
).map(":".join)
claim_words = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(RELATIONS),
    st.sampled_from(NAMES),
    st.lists(item_words, min_size=1, max_size=4),
).filter(lambda line: line[0] != line[2])
lines = st.lists(claim_words, min_size=1, max_size=12, unique_by=lambda line: line[:3]).map(
    lambda some: [" ".join([*line[:3], *line[3]]) for line in some]
)


@st.composite
def scenarios(draw: st.DrawFn, records: list[Record]) -> dict[str, Any]:
    """The document of a scenario that names what is there."""
    claims = [record.id for record in records if isinstance(record, Claim)]
    items = [record.id for record in records if isinstance(record, Evidence)]

    def some(of: list[str], most: int = 2) -> list[str]:
        return draw(st.lists(st.sampled_from(of), max_size=most, unique=True)) if of else []

    dropped = some(claims)
    names = draw(st.lists(st.tuples(*[st.sampled_from(NAMES)] * 2), max_size=2, unique=True))
    added = {
        claim_id(a, relation, b): f"{a} {relation} {b} {draw(st.sampled_from(['0.25', '0.7', '0.95', '1']))}"
        for a, b in names
        for relation in [draw(st.sampled_from(JOINING_FACTORS))]
        if a != b
    }
    return {
        "drop_work": some(list(WORKS)),
        "drop_claim": dropped,
        "drop_entity": draw(st.sampled_from([[], [], [], ["c"], ["a"]])),
        "drop_evidence": some(items),
        "add": [text for id, text in added.items() if id not in dropped],
        "set": [f"{id} stance={draw(st.sampled_from(['supports', 'disputes', 'qualifies']))}" for id in some(items)],
        "mark": [f"{work}=retracted" for work in some(list(WORKS), 1)],
    }
