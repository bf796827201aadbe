"""Sentences: what a path or an empty answer means, in plain English or Chinese, from its premises.

Lives here: wording. May enter: a network, sentences, numbers. Never here: HTML, colours, numbers that are not given.
"""

from __future__ import annotations

from collections.abc import Sequence

from kg.citations.references import short
from kg.model import Claim
from kg.network import Network
from kg.sentences import agreeing, inside, sentence

VERBS = {
    "en": {1: "raises", -1: "lowers", 0: "is linked to"},
    "zh": {1: "提高", -1: "降低", 0: "关联到"},
}

PLACES = {"source": "起点", "target": "终点", "technique": "技术", "risk": "风险"}
"""What the places of a question are called in Chinese."""
CAVEAT = {
    "en": "Belief that a link holds is not the size of its effect. "
    "The weights are priors of ours; nothing is calibrated.",
    "zh": "把握度表示关系成立的可信程度，不是效应大小。权重是我们设定的先验，未经校准。",
}


def name(network: Network, entity: str, lang: str) -> str:
    """Return the label of an entity in a language; its id when it is not in the record."""
    record = network.snapshot.entities.get(entity)
    return entity if record is None else record.label.get(lang)


def work(network: Network, id: str, lang: str) -> str:
    """Return a work as running text cites it, "Hu et al. (2022)"; its key when it is not in the record."""
    record = network.snapshot.works.get(id)
    return id if record is None else short(record, lang=lang)


def claim(network: Network, record: Claim, lang: str) -> str:
    """Return a claim as a sentence without full stop.

    Example: "Quantized low-rank adaptation lowers memory requirement".
    """
    return sentence(record, network.snapshot, network.vocabulary).get(lang)


def path(said: Sequence[str], ends: tuple[str, str], *, sign: int, expected: float, works: int, lang: str) -> str:
    """Return a path as one sentence: its claims in order, what they amount to, and how sure that is.

    Args:
        said: Its claims, as sentences without full stop.
        ends: The labels of its two ends.
        sign: +1, -1 or 0.
        expected: The expected value that all of it holds.
        works: How many works it rests on.
        lang: Language of all of these.
    """
    source, target = ends
    verb = VERBS[lang][sign]
    sure = f"{expected:.2f}"
    if lang == "zh":
        steps = "；".join(said)
        return f"{steps}。因此{source}{verb}{target}（期望值 {sure}，依据 {works} 项文献）。"
    steps = "; ".join(said)
    count = f"{works} work{'' if works == 1 else 's'}"
    so = f"{inside(source)} {agreeing(verb, source)} {inside(target)}"
    return f"{steps}. So {so} (expected {sure}, resting on {count})."


def no_path(network: Network, source: str, target: str, *, max_links: int, sign: int | None, lang: str) -> str:
    """Return why two entities have no path: what leaves the one, what arrives at the other."""
    cause = _cause(network, lang)
    leaving, recorded_out = _links(network, source, out=True)
    arriving, recorded_in = _links(network, target, out=False)
    a, b = name(network, source, lang), name(network, target, lang)
    if network.criteria.narrower and network.nodes_of(target) <= network.nodes_of(source):
        if lang == "zh":
            return f"按条件 narrower，“{b}”视同“{a}”本身，故二者之间没有链条；去掉此条件即可查询。"
        return (
            f"With the criterion `narrower`, {inside(b)} counts as {inside(a)} itself, so that no path leads from one "
            "to the other: ask without it."
        )
    if lang == "zh":
        kind = "" if sign is None else {1: "正向", -1: "负向", 0: "无方向"}[sign]
        return (
            f"{cause}在最多 {max_links} 条论断之内，没有从“{a}”到“{b}”的{kind}链条。"
            f"按这些条件，“{a}”有 {leaving} 条出边（共记录 {recorded_out} 条论断），"
            f"“{b}”有 {arriving} 条入边（共记录 {recorded_in} 条）。没有找到证据，不等于没有影响。"
        )
    kind = "" if sign is None else {1: "raising ", -1: "lowering ", 0: "neutral "}[sign]
    return (
        f"{cause}No {kind}path of at most {max_links} claims leads from {inside(a)} to {inside(b)}. Under these "
        f"criteria {leaving} of the {recorded_out} claims recorded from the first take part, and {arriving} of the "
        f"{recorded_in} recorded to the second. No evidence found is not evidence of no effect."
    )


def nothing(network: Network, *, what_en: str, what_zh: str, lang: str) -> str:
    """Return why a list is empty, with how much takes part under the criteria."""
    links, claims = len(network.links), len(network.snapshot.claims)
    if lang == "zh":
        cause = _cause(network, lang)
        return f"{cause}{what_zh}按这些条件，{claims} 条论断中有 {links} 条参与链条。没有找到证据，不等于没有影响。"
    return (
        f"{_cause(network, lang)}{what_en} Under these criteria {links} of {claims} claims take part in paths. "
        "No evidence found is not evidence of no effect."
    )


def out_of_role(
    network: Network, entity: str, role: str, *, other: str, place: str, lang: str, command: str | None = None
) -> str:
    """Return that an entity is of no type with a role, as a sentence to stand before others; "" when it is of one.

    Args:
        network: Where the entity is.
        entity: Its id.
        role: The role that is expected, such as "harm".
        other: The role for which the question has another place.
        place: The name of that place.
        lang: "en" or "zh".
        command: The command that asks what was probably meant.
    """
    vocabulary = network.vocabulary
    mine = network.snapshot.entity(entity).type
    wanted = vocabulary.types_with_role(role)
    if any(mine in vocabulary.subtypes(one) for one in wanted):
        return ""
    belongs = any(mine in vocabulary.subtypes(one) for one in vocabulary.types_with_role(other))
    kind, *kinds = [vocabulary.entity_type(one).label.get(lang) for one in (mine, *wanted)]
    if lang == "zh":
        asked = "" if command is None else f"（`{command}`）"
        instead = f"：请作为{PLACES.get(place, place)}给出{asked}" if belongs else ""
        return f"{entity} 的类型是{kind}，不是{'或'.join(kinds)}{instead}。"
    asked = "" if command is None else f" (`{command}`)"
    give = f": give it as {place}{asked}" if belongs else ""
    return f"{entity} is {_with_article(kind)}, not {' or '.join(map(_with_article, kinds))}{give}. "


def _with_article(noun: str) -> str:
    return f"{'an' if noun[:1].casefold() in set('aeiou') else 'a'} {noun}"


def _cause(network: Network, lang: str) -> str:
    """Return what empties every answer, as a sentence with a space behind it; "" when nothing does."""
    criteria = network.criteria
    if not network.snapshot.claims:
        said = ("The record holds no claims at this revision. ", "在此修订版中，记录里没有任何论断。")
    elif criteria.only_work and set(criteria.only_work) <= set(criteria.without_work):
        said = (
            "The criteria exclude each other: every work that they keep is also left out. ",
            "这些条件相互排斥：所保留的文献同时又全被排除。",
        )
    elif not network.links:
        said = ("No claim has counting support under these criteria. ", "按这些条件，没有任何论断得到有效支持。")
    else:
        said = ("", "")
    return said[1 if lang == "zh" else 0]


def _links(network: Network, entity: str, *, out: bool) -> tuple[int, int]:
    steps = network.forward if out else network.backward
    recorded = network.snapshot.claims_from if out else network.snapshot.claims_to
    ids = network.snapshot.within(entity) if network.criteria.narrower else {entity}
    return sum(len(steps[node]) for node in network.nodes_of(entity)), sum(len(recorded(id)) for id in ids)
