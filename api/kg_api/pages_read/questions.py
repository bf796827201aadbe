"""The questions that the page `/ask` knows: their fields, how each is put at the other doors.

Lives here: one table. May enter: nothing of a request. Never here: asking, HTML, words (words.toml).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kg.question.answers import MAX_LINKS
from kg.question.cut import WEIGHS
from kg.question.gaps import KINDS


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter of a question.

    Args:
        name: As every door calls it.
        kind: "entity", "work", "claim" (picked by id or name), "choice", "status" (of works), "number" or
            "text".
        needed: The question cannot be asked without it.
        many: It may be given several times.
        choices: The values of a "choice"; the first is the default, "" stands for none.
        argument: It is an argument of the command, not an option.
        default: What it is when it is not given.
    """

    name: str
    kind: str
    needed: bool = False
    many: bool = False
    choices: tuple[str, ...] = ()
    argument: bool = False
    default: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its fields, its command, and an example that has an answer; its method is in `METHODS`.

    Args:
        name: As in addresses, and in `kg.receipts.asked.METHODS`.
        fields: Its own parameters.
        at_once: It is asked without anything chosen.
        one_of: At least one of these must be given.
        criteria: The command takes the criteria too.
        together: All of these are given, or none.
        command: The words of the command line.
        http: Method and path over HTTP where these are not GET and the name; the path has fields in braces.
        scenario: Names of the fields that belong to a scenario.
        example: Parameters of an example.
    """

    name: str
    fields: tuple[Field, ...]
    command: tuple[str, ...]
    at_once: bool = False
    one_of: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    criteria: bool = True
    scenario: tuple[str, ...] = ()
    http: tuple[str, str] | None = None
    example: Mapping[str, str] = field(default_factory=dict)


LINKS = Field("max_links", "choice", choices=tuple(str(n) for n in range(1, MAX_LINKS + 1)), default="6")
SUPPOSED = ("drop_work", "drop_claim", "add", "retract")
RISK, TECHNIQUE, WORK = "malicious-use-by-non-state-actors", "qlora", "hu2022lora"
QUESTIONS: Mapping[str, Question] = {
    question.name: question
    for question in (
        Question(
            "raises",
            (Field("technique", "entity"), Field("risk", "entity", argument=True), LINKS),
            ("raises",),
            at_once=True,
            example={"risk": RISK},
        ),
        Question(
            "paths",
            (
                Field("source", "entity", needed=True, argument=True),
                Field("target", "entity", needed=True, argument=True),
                Field("sign", "choice", choices=("", "+", "-")),
                Field("k", "number", default="10"),
                LINKS,
            ),
            ("paths",),
            example={"source": TECHNIQUE, "target": RISK},
        ),
        Question(
            "impact",
            (
                Field("entity", "entity", needed=True, argument=True),
                Field("direction", "choice", choices=("out", "in"), default="out"),
                LINKS,
            ),
            ("impact",),
            example={"entity": TECHNIQUE},
        ),
        Question(
            "what-if",
            (
                Field("source", "entity", argument=True),
                Field("target", "entity", argument=True),
                Field("drop_work", "work", many=True),
                Field("drop_claim", "claim", many=True),
                Field("retract", "work", many=True),
                Field("add", "text", many=True),
                LINKS,
            ),
            ("what-if",),
            one_of=SUPPOSED,
            scenario=SUPPOSED,
            example={"source": TECHNIQUE, "target": RISK, "drop_work": "dettmers2023qlora"},
        ),
        Question(
            "robustness",
            (Field("source", "entity", argument=True), Field("target", "entity", argument=True), LINKS),
            ("robustness",),
            together=("source", "target"),
            example={"source": TECHNIQUE, "target": RISK},
        ),
        Question(
            "cut",
            (
                Field("target", "entity", needed=True, many=True, argument=True),
                Field("source", "entity", many=True),
                Field("threshold", "number", default="0.5"),
                Field("weigh", "choice", choices=WEIGHS, default="count"),
                LINKS,
            ),
            ("cut",),
            example={"target": "malicious-use"},
        ),
        Question(
            "gaps",
            (
                Field("kind", "choice", many=True, choices=KINDS),
                Field("since", "number"),
                Field("below", "choice", choices=("high", "moderate", "low", "very-low"), default="moderate"),
                Field("limit", "number", default="50"),
                LINKS,
            ),
            ("gaps",),
            at_once=True,
            example={"kind": "single-work"},
        ),
        Question("disputes", (LINKS,), ("disputes",), at_once=True),
        Question(
            "retraction",
            (
                Field("work", "work", needed=True, argument=True),
                Field("status", "status", default="retracted"),
                LINKS,
            ),
            ("retract", "--dry-run"),
            criteria=False,
            http=("POST", "/api/v1/works/{work}/retraction"),
            example={"work": WORK},
        ),
    )
}
"""Name of a question -> the question, in the order of the page."""
