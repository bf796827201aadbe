"""Cautions: what a reader should know about the criteria or a scenario before trusting that little has changed.

Lives here: sentences for criteria that contradict themselves, works that bear on nothing, scenarios that name what is
gone. May enter: a network, faults. Never here: whether an answer is empty, doors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from kg.errors import KgError
from kg.network import Network

REASONS_SHOWN = 3


def of_criteria(network: Network, *, lang: str) -> list[str]:
    """Return what is odd about the criteria: contradictions, works that bear on no claim, nothing that counts."""
    criteria, snapshot = network.criteria, network.snapshot
    said = []
    both = sorted(set(criteria.only_work) & set(criteria.without_work))
    if both:
        names = ", ".join(both)
        said.append(
            f"条件相互矛盾：既要求只计入 {names}，又要求排除。"
            if lang == "zh"
            else f"The criteria contradict each other: only {names} is to count, and {names} is left out."
        )
    idle = [id for id in (*criteria.without_work, *criteria.only_work) if not snapshot.evidence_from(id)]
    said += [unused(id, lang=lang) for id in dict.fromkeys(idle)]
    items = len(snapshot.evidence)
    if items and not any(weighing.used for weighing in network.weighings.values()) and not network.assumed:
        # Sorted before it is cut: verdicts stand in the order in which they came, which is another one in a process
        # that follows the record.
        reasons = sorted(
            Counter(reason.get(lang) for reason in network.verdicts.values()).items(),
            key=lambda one: (-one[1], one[0]),
        )
        gap, colon = ("；", "：") if lang == "zh" else ("; ", ": ")
        why = gap.join(f"{number}{colon}{reason}" for reason, number in reasons[:REASONS_SHOWN])
        said.append(
            f"按这些条件，{items} 条证据中没有一条计入（{why}）。"
            if lang == "zh"
            else f"Under these criteria none of the {items} evidence items counts for or against anything ({why})."
        )
    return said


def unused(work: str, *, lang: str) -> str:
    """Return that a work bears on no claim."""
    if lang == "zh":
        return f"{work} 不涉及任何论断，去掉它不会改变什么。"
    return f"{work} bears on no claim: without it nothing changes."


def of_scenario(faults: Iterable[KgError], *, lang: str) -> list[str]:
    """Return which parts of a scenario have no effect, and why."""
    said = []
    for fault in faults:
        near = f"; did you mean {' or '.join(fault.near)}?" if fault.near else ""
        if lang == "zh":
            said.append(f"情景中有一处没有生效：{fault.message}{near}。".replace("?。", "?"))
        else:
            said.append(f"One part of the scenario has no effect: {fault.message}{near}.".replace("?.", "?"))
    return said


def note(sentences: Sequence[str | None], *, lang: str) -> str | None:
    """Join sentences into the note of an answer; None when there are none."""
    said = [sentence for sentence in sentences if sentence]
    return ("" if lang == "zh" else " ").join(dict.fromkeys(said)) or None
