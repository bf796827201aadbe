"""A small record with a history, for tests of receipts, paragraphs and the lint; one sample of every question.

Revision 1 is empty. Revision 2: t raises f, f raises r, m lowers f. Revision 3: u raises r, disputed at once.
Revision 4: the work behind f raises r is retracted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import kg
from kg.model import Change, Record, Text, kind_of
from tests.builders import records, work

TODAY = datetime.now(UTC).date().isoformat()
TYPES = {"t": "Technique", "u": "Technique", "r": "Risk", "m": "Mitigation"}
LABELS = {
    "t": Text("Tuning", "微调"),
    "u": Text("Uploading", "上传"),
    "f": Text("Access", "可及性"),
    "r": Text("Misuse", "滥用"),
    "m": Text("Locks", "锁定"),
}
FIRST = ("t raises f good:supports:w1 low:supports:w2", "f raises r good:supports:w3", "m lowers f low:supports:w4")
SECOND = ("u raises r good:supports:w5 low:disputes:w6",)

QUESTIONS: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {
    "raises": [((), {}), (("r",), {"technique": "t"}), (("r",), {"max_links": 3}), ((), {"technique": "t"})],
    "matrix": [((), {}), ((), {"rows": "Mitigation", "cols": "Risk"})],
    "paths": [(("t", "r"), {}), (("m", "r"), {"sign": "-", "k": 2}), (("t", "m"), {})],
    "impact": [(("t",), {}), (("r",), {"direction": "in"})],
    "cut": [(("r",), {}), (("r",), {"source": "t", "weigh": "strength", "threshold": 0.25})],
    "gaps": [((), {}), ((), {"kind": ["single-work"], "since": 2021, "limit": 1})],
    "disputes": [((), {})],
    "what_if": [
        (("t", "r"), {"drop_work": "w1", "add": "t raises r 0.7"}),
        ((), {"scenario": {"mark": ["w3=retracted"]}}),
        (("t", "r"), {}),
    ],
    "robustness": [(("t", "r"), {}), ((), {})],
    "retract": [(("w3",), {"dry_run": True}), (("w1",), {"dry_run": True, "status": "corrected"})],
    "diff": [((1,), {}), (("known:2019", "known:2020"), {}), ((1, 2), {"rows": "Technique"})],
}
"""Method of the face -> some arguments of it; a method that answers and is missing here fails a test."""
CRITERIA: list[dict[str, Any]] = [
    {},
    {"known_in": 2020, "min_strength": "moderate", "without_work": ["w2"], "narrower": True, "include_retracted": True},
    {"as_of": TODAY, "study_kind": ["empirical-experiment", "argument"]},
]


def labelled(some: Iterable[Record]) -> list[Change]:
    """Records as changes, entities with their labels."""
    made = [replace(one, label=LABELS[one.id]) if isinstance(one, kg.Entity) else one for one in some]
    return [Change(kind_of(one), one) for one in made]


def small(url: str, *, revisions: int = 4, lang: str = "en") -> kg.Graph:
    """The record after so many of its revisions."""
    graph = kg.open(url, empty=True, lang=lang, ontology=())
    steps: list[list[Change]] = [
        labelled(records(*FIRST, types=TYPES)),
        labelled(records(*FIRST, *SECOND, types=TYPES)),
        [Change("work", work("w3", status="retracted"))],
    ]
    for number, step in enumerate(steps[: revisions - 1], start=2):
        graph.write(step, actor="ann", act=f"step {number}")
    return graph


def every_answer(graph: kg.Graph, *, criteria: Iterable[dict[str, Any]] = ({},), **more: Any) -> list[kg.Answer]:
    """One answer for each sample and each of some criteria."""
    return [
        getattr(graph, method)(*subject, **options, **some, **more)
        for method, samples in QUESTIONS.items()
        for subject, options in samples
        for some in criteria
        if method != "diff" or "as_of" not in some
    ]
