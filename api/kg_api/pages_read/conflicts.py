"""Why something does not fit how the record stands, in words of a page: messages of conflicts are English sentences.

Lives here: `reason`, one table from messages to words. May enter: messages of conflicts, the vocabulary. Never here:
other errors (faults), the words themselves (words.toml).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from kg.settings import Lang
from kg.vocabulary import Vocabulary
from kg_api.pages_read.versions import act_said
from kg_api.pages_read.wording import said

_RECORD = r"the (?P<kind>entity|claim|evidence|work) (?P<id>\S+)"
_SINCE = r" since revision (?P<number>\d+) \((?P<act>[^,()]+), (?P<actor>[^:()]+)(?:: (?P<why>.*))?\)"
_BROUGHT = r"revision (?P<acts>\d+ \([^()]+\)) brought the evidence (?P<id>\S+) since, to the work (?P<work>[^\s,:]+)"
_TABLE = (
    (rf"{_RECORD} is (?P<status>\w+) into (?P<into>\S+)", "merged"),
    (
        rf"{_RECORD} is (?P<status>\w+)(?:{_SINCE})?(?:; to (?P<wanted>\w+) it, it must be .*|: it does not wait .*)?",
        "stands",
    ),
    (rf"{_RECORD} needs the (?P<kind2>\w+) (?P<other>\S+), which is (?P<status>\w+)", "needs"),
    (rf"{_RECORD} was revised, and (?P<holder>\S+) was accepted in that place: .*", "revised"),
    (rf"{_RECORD} revises (?P<old>\S+), and (?P<holder>\S+) was accepted in that place: .*", "place_taken"),
    (rf"{_RECORD} and (?P<other>\S+) are of one line of revisions: only one of them can be accepted", "one_line"),
    (rf"{_RECORD} and (?P<other>\S+) are of one line of revisions: the undo would bring back .*", "one_line_undone"),
    (rf"{_RECORD} cannot be both (?P<status>\w+) and (?P<status2>\w+)", "both"),
    (r"revisions? (?P<acts>.+) changed the same records since; of the (?P<kind>\w+) (?P<id>\S+): .*", "later"),
    (
        rf"{_BROUGHT}: it is a revision of (?P<old>\S+), which goes back to (?P<back>\S+)(?:; \d+ more like it)?",
        "follows",
    ),
    (rf"{_BROUGHT}, which would be merged again, so that it counts no more(?:; \d+ more like it)?", "merged_again"),
    (r"(?P<id>\S+) is merged into (?P<into>\S+): the work (?P<other>\S+) was taken back, .*", "merged_into_none"),
    (r"nothing is left of revision (?P<number>\d+) to undo", "nothing_left"),
    (r"this is what (?P<id>\S+) says already", "says_already"),
    (r"there is an entity (?P<id>\S+) already, which says otherwise: (?P<label>.*) \((?P<type>\w+)\)", "other_entity"),
    (r"this very item is there as (?P<id>\S+) and is (?P<status>\w+)", "very_item"),
    (
        r"(?P<id>\S+) was a (?P<type>\w+) and is in the claim (?P<claim>\S+), where a (?P<type2>\w+) cannot be",
        "other_type",
    ),
    (r"(?P<given>\S+) is the (?P<name>doi|arxiv) of (?P<other>\S+)", "identifier"),
    (r"the record is at revision (?P<number>\d+), not at (?P<seen>\d+)", "moved_on"),
    (r"this was submitted (?:already|meanwhile)", "submitted"),
    (r"(?P<id>\S+) is (?P<status>\w+)", "bare"),
)
"""Messages, and the words that say the same; where there is more than one way to go on, words for that as well."""
_MET = tuple((re.compile(pattern, re.DOTALL), f"conflict_{name}") for pattern, name in _TABLE)
_ACTS = re.compile(r" ?\((?P<act>[^,()]+), (?P<actor>[^()]+)\)")


class Reason(NamedTuple):
    """Why something does not fit; and what to do, None where nothing special helps."""

    text: str
    todo: str | None


def reason(detail: str, vocabulary: Vocabulary, lang: Lang) -> Reason | None:
    """Return the words for the message of a conflict; None for a message that is not known.

    Example:
        >>> from kg.vocabulary import load
        >>> reason("nothing is left of revision 7 to undo", load(), "zh").text
        '修订版 7 已没有可撤销的内容。'
    """
    words = said(lang)
    for pattern, word in _MET:
        found = pattern.fullmatch(detail)
        if found is not None:
            told = _told({name: text for name, text in found.groupdict().items() if text is not None}, vocabulary, lang)
            text = words[word].format(**told, since=_since(told, words), cannot=_cannot(told, words))
            todo = words.get(f"{word}_todo")
            if text.startswith(told.get("kind", "?")):
                text = text[:1].upper() + text[1:]
            return Reason(text, None if todo is None else todo.format(**told))
    return None


def _since(told: Mapping[str, str], words: Mapping[str, str]) -> str:
    if "number" not in told or "actor" not in told:
        return ""
    return words["conflict_since_why" if "why" in told else "conflict_since"].format(**told)


def _cannot(told: Mapping[str, str], words: Mapping[str, str]) -> str:
    return words["conflict_cannot"].format(**told) if "wanted" in told else ""


def _told(found: Mapping[str, str], vocabulary: Vocabulary, lang: Lang) -> dict[str, str]:
    """Return the parts of a message in words: kinds, statuses, types and acts."""
    words, told = said(lang), dict(found)
    statuses = {
        one.id: one.label.get(lang) for one in (*vocabulary.work_statuses.values(), *vocabulary.statuses.values())
    }
    for name, text in found.items():
        if name.startswith("kind"):
            told[name] = words.get(f"kind_{text}", text)
        elif name.startswith("status"):
            told[name] = statuses.get(text, text)
        elif name.startswith("type") and text in vocabulary.entity_types:
            told[name] = vocabulary.entity_types[text].label.get(lang)
        elif name in {"act", "wanted"}:
            told[name] = act_said(text, lang)
        elif name == "acts":
            told[name] = _ACTS.sub(
                lambda one: words["conflict_act"].format(actor=one["actor"], act=act_said(one["act"], lang)), text
            ).replace("）, ", "）、")
        elif name == "name":
            told[name] = {"doi": "DOI", "arxiv": "arXiv id"}[text]
    return told
