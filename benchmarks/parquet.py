"""A generated graph as an export to Parquet, straight from its arrays: for graphs too large for record by record.

    python -m benchmarks.parquet 1000000 --output FOLDER

Lives here: `columns`. May enter: a drawn graph. Item ids are numbers here, since nothing but ties hangs on them.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchmarks.generate import ITEMS, PREFIXES, RELATIONS, STANCES, TYPES, Drawn, draw
from kg.columns.reading import NONE
from kg.columns.strings import Strings
from kg.columns.table import Columns
from kg.criteria import Criteria
from kg.exporters import parquet
from kg.record.bulk import APART
from kg.vocabulary import Vocabulary, load


def columns(drawn: Drawn, vocabulary: Vocabulary) -> Columns:
    """Return a drawn graph as columns at revision 1. Cost: linear; about 2 microseconds an entity, work and item."""
    entities, works, items = len(drawn.types), len(drawn.year), len(drawn.work)
    first = np.searchsorted(drawn.types, np.arange(len(TYPES)))
    names = [f"{PREFIXES[code]}-{at - first[code]:07d}" for at, code in enumerate(drawn.types.tolist())]
    rows = (
        orjson.dumps([id, TYPES[code], id, id, None, None, "[]", None, "[]", "accepted"]).decode()
        for id, code in zip(names, drawn.types.tolist(), strict=True)
    )
    words = (STANCES, list(vocabulary.study_kinds), list(vocabulary.strengths), list(vocabulary.bases))
    says = [APART.join((*said, "0", "accepted", "generator")) for said in product(*words)]
    place = drawn.stance.astype(np.int32)
    for codes, known in zip((drawn.kind, drawn.strength, drawn.basis), words[1:], strict=True):
        place = place * len(known) + codes
    none: Any = np.zeros(0, np.int32)
    blank = Strings.of([])
    return Columns(
        revision=1,
        recorded_at="2026-01-01T00:00:00Z",
        hash="",
        entity_id=Strings.of(names),
        entity_row=Strings.of(rows),
        entity_type=drawn.types.astype(np.int16),
        entity_status=np.zeros(entities, np.int8),
        broader=np.full(entities, NONE, np.int32),
        work_id=Strings.of(f"w{number:07d}" for number in range(works)),
        work_year=drawn.year,
        work_status=np.zeros(works, np.int8),
        work_group=np.full(works, NONE, np.int32),
        subject=drawn.subject,
        relation=drawn.relation.astype(np.int16),
        object=drawn.object,
        claim_status=np.zeros(len(drawn.subject), np.int8),
        condition_claim=none,
        condition=blank,
        item_id=Strings.of(f"i{number:09d}" for number in range(items)),
        item_work=drawn.work,
        item_says=place,
        item_group=np.full(items, NONE, np.int32),
        item_start=np.arange(0, items + 1, ITEMS, dtype=np.int64),
        items_by_id=np.arange(items, dtype=np.int32),
        alias=blank,
        alias_item=none,
        revised=none,
        revision_item=none,
        types=Strings.of(TYPES),
        statuses=Strings.of(["accepted"]),
        work_statuses=Strings.of(["current"]),
        relations=Strings.of(RELATIONS),
        groups=blank,
        says=Strings.of(says),
    )


def main() -> None:
    """Write what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parquet", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("claims", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, metavar="FOLDER", required=True)
    given = parser.parse_args()
    vocabulary = load()
    parquet.write(given.output, columns(draw(given.claims, given.seed), vocabulary), Criteria(), vocabulary)


if __name__ == "__main__":
    main()
