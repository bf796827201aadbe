"""What changed between an answer and the same question asked of a newer revision.

Lives here: pairs, paths, claims and members that differ. May enter: two answers and the networks they came from.
Never here: asking, how networks are compared (question/compare).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kg.model import Text
from kg.network import Network
from kg.question.answers import BESIDE, content_of, pristine
from kg.question.compare import Comparison
from kg.question.compare_said import Moments
from kg.question.grounds import claims_of

Document = dict[str, Any]
ENDS = (("source", "target"), ("technique", "risk"), ("row", "col"))
SHORT = 50
TOLD = 20
ENVELOPE = BESIDE | {"question", "revision", "caveat"}


def same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Say whether two answers say the same, whatever revision they were asked of."""
    old, new = (
        content_of({key: one[key] for key in one.keys() - ENVELOPE}) for one in (pristine(before), pristine(after))
    )
    return old == new


def changed(
    before: Network, after: Network, old: Mapping[str, Any], new: Mapping[str, Any], *, lang: str
) -> tuple[list[Document], list[str]]:
    """Return what makes two answers to one question differ, and the names of limits that cut in.

    Args:
        before: What the older answer was asked of.
        after: What the newer one was asked of.
        old: The older answer.
        new: The newer answer.
        lang: Language of the sentences.

    Returns:
        Entries that say by `of` what they are about: "pair" (direction, strength, reliability of two entities that
        an answer joins), "path" (of the question paths), "claim" (one that an answer names); these as
        `kg.question.compare` gives them, gravest first. Then "answer": a member of the answer that differs, `before`
        and `after` where they are short, else null.

    Law: answers that say the same, of networks that agree on their claims, differ in nothing.
    """
    old, new = pristine(old), pristine(new)
    moments = Moments(_moment(before), _moment(after))
    comparison = Comparison(before, after, moments)
    limits: set[str] = set()
    links = old["question"].get("max_links", 6)
    entries: list[Document] = []
    wanted = set(_pairs(old)) | set(_pairs(new))
    if wanted:
        ends = [sorted({pair[side] for pair in wanted}) for side in (0, 1)]
        pairs = comparison.pairs(ends[0], ends[1], max_links=links, lang=lang, limits=limits)
        entries += [{"of": "pair", **entry} for entry in pairs if (entry["source"], entry["target"]) in wanted]
    if old["question"]["name"] == "paths":
        lists = [[tuple(path["claims"]) for path in one["paths"]] for one in (old, new)]
        source, target = old["question"]["source"], old["question"]["target"]
        moved = comparison.paths(source, target, lists[0], lists[1], max_links=links)
        entries += [{"of": "path", **entry} for entry in moved]
    named = set(claims_of(before, old)) | set(claims_of(after, new))
    entries += [{"of": "claim", **entry} for entry in comparison.claims(lang=lang) if entry["claim"] in named]
    entries += [{"of": "answer", "kind": "changed", **entry} for entry in _members(old, new)]
    return entries, sorted(limits)


def differences(kept: Any, again: Any) -> list[Document]:
    """Return the first places where two documents differ: `{"at": "/paths/0/sign", "kept", "again"}`, at most 20.

    A value that is not there, or that is long, is null.

    Example:
        >>> differences({"a": [1, 2]}, {"a": [1, 3]})
        [{'at': '/a/1', 'kept': 2, 'again': 3}]
    """
    found: list[Document] = []
    for at, one, other in _differing("", kept, again):
        found.append({"at": at, "kept": _brief(one), "again": _brief(other)})
        if len(found) == TOLD:
            break
    return found


def _differing(at: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted(one.keys() | other.keys(), key=str):
            yield from _differing(f"{at}/{key}", one.get(key), other.get(key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differing(f"{at}/{place}", left, right)
    elif one != other:
        yield at, one, other


def _pairs(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of entities that an answer speaks of."""
    question = document["question"]
    if question["name"] == "impact":
        for item in document["items"]:
            ends = (question["entity"], item["entity"])
            yield ends if question["direction"] == "out" else ends[::-1]
        return
    pending: list[Any] = [document]
    while pending:
        one = pending.pop()
        if isinstance(one, Mapping):
            for source, target in ENDS:
                ends = one.get(source), one.get(target)
                if isinstance(ends[0], str) and isinstance(ends[1], str):
                    yield ends[0], ends[1]
            pending.extend(one.values())
        elif isinstance(one, list):
            pending.extend(one)


def _members(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Document]:
    """Yield the members of the answer itself that differ."""
    for name in sorted((old.keys() | new.keys()) - ENVELOPE):
        both = old.get(name), new.get(name)
        if content_of({"": both[0]}) != content_of({"": both[1]}):
            yield {"member": name, "before": _brief(both[0]), "after": _brief(both[1])}


def _brief(value: Any) -> Any:
    """Return a value that is short: a number, a text, a list of a few of these; else None."""
    if isinstance(value, str | int | float | bool):
        return value
    plain = isinstance(value, Sequence) and all(isinstance(one, str | int | float) for one in value)
    return list(value) if plain and len(value) <= SHORT else None


def _moment(network: Network) -> Text:
    number = network.snapshot.revision
    return Text(f"At revision {number}", f"在修订版 {number}")
