"""Every conflict has words of both languages."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from typing import Any, get_type_hints

import pytest

from kg import conflicts
from kg.errors import Conflict, Words
from kg.ids import RecordKind
from kg.model import Entity, Revision, Text, Work
from kg.vocabulary import Vocabulary, load

BY = Revision(7, "2026-11-25T18:10:03Z", "ann", "revise", "a better page", None, "")
ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2}")
HAN = re.compile(r"[\u3400-\u9fff]")
SAMPLES: dict[Any, Any] = {
    str: "rejected",
    str | None: "li2024",
    int: 3,
    bool: False,
    RecordKind: "claim",
    Revision: BY,
    Revision | None: BY,
    Sequence[Revision]: [BY, BY],
    Text: Text("why", "缘由"),
    Text | None: Text("why", "缘由"),
    Entity: Entity("lora", "Technique", Text("LoRA", "低秩适配")),
    Vocabulary: load(),
    tuple[str, Sequence[str]] | None: ("accept", ("proposed", "returned")),
    Words | None: Words("Do it.", "请做。"),
    Work: Work("li2024", "book", "Of Li", status="merged", merged_into="hu2022"),
}
"""One value of each type that a conflict takes."""
ALL = [name for name, made in vars(conflicts).items() if inspect.isfunction(made)]


@pytest.mark.parametrize("name", ALL)
def test_a_conflict_has_words_of_both_languages(name: str) -> None:
    make = getattr(conflicts, name)
    hints = get_type_hints(make, localns={"Vocabulary": Vocabulary})
    assert hints.pop("return") is Words
    given = {parameter: SAMPLES[type] for parameter, type in hints.items() if (name, parameter) != ("later", "differs")}
    said = make(**given | ({"differs": "x"} if name == "later" else {}))
    fault = Conflict(said)
    assert fault.message == str(fault) == said.en
    for one in (said, said.todo, said.page):
        if one is not None:
            assert HAN.search(one.zh)
            assert not ENGLISH.search(one.zh), one.zh
            assert not HAN.search(one.en), one.en
    assert not said.en.endswith(".")
    assert not said.zh.endswith("。")
    assert said.todo is None or (said.todo.en.endswith("."), said.todo.zh.endswith("。")) == (True, True)


def test_acts_statuses_and_kinds_are_in_the_language() -> None:
    said = conflicts.stands("evidence", "li2024.x", "rejected", since=BY, wanted=("accept", ("proposed", "returned")))
    assert said.en == (
        "the evidence li2024.x is rejected since revision 7 (revise, ann: a better page); "
        "to accept it, it must be proposed or returned"
    )
    assert said.zh == (
        "证据 li2024.x 的状态为“已拒绝”（自修订版 7 起：ann，修订，理由：a better page），此时不能“接受”"
    )
