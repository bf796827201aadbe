"""Suppositions: the single texts that a scenario is made of, such as `lora raises transferable-jailbreaks 0.7`.

Lives here: parsing them, each with its fault, and `Assumption`. May enter: texts of any door, the vocabulary.
Never here: the record; a scenario as a whole (scenario).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from kg.belief import Opinion
from kg.criteria import Criteria, words
from kg.door import shown
from kg.errors import InputError, Words
from kg.ids import claim_id
from kg.vocabulary import Vocabulary

MOST = 1_000
SETTABLE: Mapping[str, Callable[[Vocabulary, str], str]] = {
    "stance": lambda vocabulary, word: vocabulary.stance(word, where="set").id,
    "strength": lambda vocabulary, word: vocabulary.strength(word, where="set").id,
}
Pair: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Assumption:
    """A claim taken for granted with a chance in (0, 1] of holding, whatever the evidence says."""

    subject: str
    relation: str
    object: str
    expected: float

    @property
    def claim(self) -> str:
        """The id of the claim."""
        return claim_id(self.subject, self.relation, self.object)

    @property
    def opinion(self) -> Opinion:
        """The opinion that stands in for evidence: its chance is given, so nothing is uncertain about it."""
        p = self.expected
        return Opinion(belief=p, disbelief=1.0 - p, uncertainty=0.0, expected=p, low=p, high=p)

    def __str__(self) -> str:
        return f"{self.subject} {self.relation} {self.object} {self.expected!r}"


def parse_texts(value: Any, name: str) -> list[str]:
    """Return one text or several as a list, spaces made single; None gives none.

    Raises:
        InputError: something else, more than 1,000 texts, or one that is empty or longer than 1,000 characters.

    Example:
        >>> parse_texts("a  b", "add"), parse_texts(None, "add")
        (['a b'], [])
    """
    if value is not None and not isinstance(value, str | list | tuple):
        raise InputError(f"{shown(value)} is neither a text nor a list of texts", where=name)
    texts = list(words(value, name=name))
    wrong = [text for text in texts if not isinstance(text, str) or not 0 < len(text.strip()) <= 1_000]
    if wrong or len(texts) > MOST:
        given = shown(wrong[0]) if wrong else f"{len(texts)} texts"
        en = f"{given}: expected at most {MOST} texts of 1 to 1,000 characters"
        raise InputError(Words(en, f"最多可给出 {MOST} 项，每项 1 到 1000 个字符"), where=name)
    return [" ".join(text.split()) for text in texts]


def parse_assumption(text: str, vocabulary: Vocabulary) -> Assumption:
    """Read `SUBJECT RELATION OBJECT CHANCE`, the chance above 0 and at most 1; what cannot hold is left out instead.

    Raises:
        UnknownTerm: the ontology has no such relation.
        InputError: another form, or no chance.

    Example:
        >>> from kg.vocabulary import load
        >>> str(parse_assumption("lora raises transferable-jailbreaks .70", load()))
        'lora raises transferable-jailbreaks 0.7'
    """
    parts = text.split(" ")
    wanted = Words(
        "expected SUBJECT RELATION OBJECT CHANCE, such as 'lora raises transferable-jailbreaks 0.7'",
        "格式为“主体 关系 客体 可能性”，以空格隔开，例如“lora raises transferable-jailbreaks 0.7”",
    )
    if len(parts) != 4:
        said = Words(f"{text[:120]!r} is not a claim with a chance", f"“{text[:120]}”不是带可能性的论断")
        raise InputError(said, where="add", hint=wanted)
    subject, relation, object, chance = parts
    value = float(chance) if re.fullmatch(r"[0-9]*\.?[0-9]+(e-?[0-9]{1,3})?", chance, flags=re.ASCII) else -1.0
    if not 0.0 < value <= 1.0:
        said = Words(
            f"{chance[:40]!r} is not a chance above 0 and at most 1", f"“{chance[:40]}”不是大于 0、不超过 1 的可能性"
        )
        raise InputError(said, where="add", hint=wanted)
    if subject == object:
        said = Words(f"{subject[:80]} {relation[:80]} itself", f"主体与客体都是 {subject[:80]}")
        hint = Words("a claim joins two entities", "论断的主体与客体须是两个不同的实体")
        raise InputError(said, where="add", hint=hint)
    return Assumption(subject, vocabulary.relation(relation, where="add").id, object, value)


def parse_settings(text: str, vocabulary: Vocabulary) -> list[tuple[str, str, str]]:
    """Read `EVIDENCE NAME=VALUE ...` as (evidence, name, value) each; names are `stance` and `strength`.

    Raises:
        UnknownTerm: the ontology has no such value.
        InputError: another form.

    Example:
        >>> from kg.vocabulary import load
        >>> parse_settings("e-17 stance=disputes strength=weak", load())
        [('e-17', 'stance', 'disputes'), ('e-17', 'strength', 'weak')]
    """
    item, _, rest = text.partition(" ")
    found = []
    for part in rest.split(" "):
        name, _, value = part.partition("=")
        if name not in SETTABLE or not value:
            raise InputError(
                Words(f"{text[:120]!r} does not set anything", f"“{text[:120]}”没有设定任何内容"),
                where="set",
                hint=Words(
                    f"expected EVIDENCE NAME=VALUE, where the name is {' or '.join(SETTABLE)}",
                    f"格式为“证据 名称=值”，名称为 {' 或 '.join(SETTABLE)}",
                ),
            )
        found.append((item, name, SETTABLE[name](vocabulary, value)))
    return found


def parse_mark(text: str, vocabulary: Vocabulary) -> Pair:
    """Read `WORK=STATUS` as (work, status).

    Raises:
        UnknownTerm: the ontology has no such status.
        InputError: another form.

    Example:
        >>> from kg.vocabulary import load
        >>> parse_mark("hu2022lora=retracted", load())
        ('hu2022lora', 'retracted')
    """
    work, sign, status = text.rpartition("=")
    if not sign or not work or " " in text:
        said = Words(f"{text[:120]!r} does not mark a work", f"“{text[:120]}”没有标记文献")
        raise InputError(said, where="mark", hint=Words("expected WORK=STATUS", "格式为“文献=状态”"))
    return work, vocabulary.work_status(status, where="mark").id


def parse_under(value: Any, vocabulary: Vocabulary) -> tuple[tuple[str, Any], ...]:
    """Read criteria as a mapping, or as texts `name=value`; a name given more than once collects its values.

    Raises:
        InputError: another form, or criteria that `Criteria.parse` refuses.

    Example:
        >>> from kg.vocabulary import load
        >>> parse_under(["study-kind=argument", "known-in=2024"], load())
        (('known_in', 2024), ('study_kind', ('argument',)))
    """
    single = {spec.name for spec in fields(Criteria) if not isinstance(spec.default, tuple)}
    given: dict[str, Any] = {}
    if isinstance(value, Mapping):
        given = {str(name): one for name, one in value.items() if one is not None}
        for name, one in given.items():
            if name not in single or not isinstance(one, str | int):
                given[name] = parse_texts(one, f"under.{name}")
    else:
        for text in parse_texts(value, "under"):
            name, sign, one = text.partition("=")
            if not sign:
                raise InputError(f"{text[:120]!r} is not a criterion", where="under", hint="expected NAME=VALUE")
            given.setdefault(name.strip().lstrip("-").replace("-", "_"), []).append(one.strip())
        for name in single & given.keys():
            refuse_twice("under", [name] * len(given[name]))
            given[name] = given[name][0]
    parsed = Criteria.parse(given, vocabulary)
    return tuple((name, getattr(parsed, name)) for name in sorted(given))


def refuse_twice(where: str, names: Sequence[str], what: str = "is given twice, each time otherwise") -> None:
    """Raise InputError when a name occurs more than once."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{twice[0][:120]} {what}", where=where, hint="say it once")
