"""Terms by what they are called, and what is said of a word that is none of them, or of terms that do not fit together.

Lives here: `found`, `unfit_end`, the names of a term. May enter: terms. Never here: which terms there are (vocabulary).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from kg.errors import ShapeViolation, UnknownTerm, Words
from kg.meant import near
from kg.terms import EntityType, Relation, Term

T = TypeVar("T", bound=Term)

_WORDS = {
    "kind of entity": "实体类型",
    "relation": "关系",
    "stance": "立场",
    "kind of study": "研究类型",
    "strength": "力度",
    "basis": "阅读依据",
    "status": "状态",
    "work status": "文献状态",
}


def term_of(terms: Mapping[str, T], id: str, word: str, where: str | None) -> T:
    """Return a term by its id.

    Args:
        terms: All of a kind, by id.
        id: The word that was given.
        word: What such terms are called, as in "relation".
        where: The parameter or field that gave it, which the fault names.

    Raises:
        UnknownTerm: there is none; names near ones, and all there are.
    """
    found = terms.get(id)
    if found is None:
        known = {name: term.id for term in terms.values() for name in names(term)}
        hint = f"the ontology has {', '.join(terms)}; files with more are named by --ontology or KG_ONTOLOGY"
        said = Words(
            f"{id[:80]!r} is not a {word}",
            f"“{id[:80]}”不是本体中的{_WORDS.get(word, '词')}",
            Words(
                f"The ontology has {', '.join(terms)}.",
                f"可用的有：{'、'.join(f'{_zh(terms[id])}（{id}）' for id in terms)}。",
            ),
        )
        raise UnknownTerm(said, where=where, near=near(id, known), hint=hint)
    return found


def unfit_end(
    relation: Relation,
    subject: EntityType,
    object: EntityType,
    *,
    starts: bool,
    allowed: Sequence[EntityType],
    fitting: Sequence[Relation],
) -> ShapeViolation:
    """Return that a relation cannot join two kinds of entity.

    Args:
        relation: The relation.
        subject: The kind where it would start.
        object: The kind where it would end.
        starts: It may start there, so that the object is at fault; else the subject is.
        allowed: The kinds that the end at fault may be of.
        fitting: Relations that may join the two.
    """
    end, at, given = ("object", "客体", object) if starts else ("subject", "主体", subject)
    from_to = f"从“{_zh(subject)}”到“{_zh(object)}”，本体"
    fits = "、".join(f"“{_zh(one)}”" for one in fitting)
    return ShapeViolation(
        Words(
            f"the {end} of {relation.id!r} cannot be of type {given.id}; "
            f"expected {' or '.join(one.id for one in allowed)}",
            f"关系“{_zh(relation)}”的{at}不能是“{_zh(given)}”类型的实体，"
            f"应为{'或'.join(f'“{_zh(one)}”' for one in allowed)}",
        ),
        where=end,
        hint=Words(
            f"from {subject.id} to {object.id} the ontology allows "
            f"{', '.join(one.id for one in fitting) or 'no relation'}",
            f"{from_to}允许的关系有：{fits}" if fits else f"{from_to}不允许任何关系",
        ),
    )


def plain(name: str) -> str:
    """Return a name as names are compared: without regard to case and spaces."""
    return " ".join(name.split()).casefold()


def names(term: Term) -> tuple[str, ...]:
    """Return what a term may be called: its id and its labels."""
    return (term.id, term.label.en) if term.label.zh is None else (term.id, term.label.en, term.label.zh)


def _zh(term: Term) -> str:
    return term.label.get("zh")
