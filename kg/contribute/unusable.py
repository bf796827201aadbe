"""What a contribution cannot be made of, in English and Chinese, one error for each.

Lives here: errors to be raised by `plan`. May enter: names of fields. Never here: when something is wrong (plan).
"""

from __future__ import annotations

from collections.abc import Sequence

from kg import called
from kg.errors import InputError, ShapeViolation, Words


def no_end(end: str) -> InputError:
    """A claim lacks an end."""
    hint = Words("a claim is SUBJECT RELATION OBJECT", "论断由主体、关系、客体组成")
    return InputError(Words(f"there is no {end}", f"缺少{called.field(end, 'zh')}"), where=end, hint=hint)


def no_claim(missing: Sequence[str]) -> InputError:
    """An item names no claim, and not all of the parts of one."""
    zh = "、".join(called.field(name, "zh") for name in missing)
    return InputError(
        Words(f"the claim is not known: there is no {', no '.join(missing)}", f"无法确定论断：缺少{zh}"),
        where="claim",
        hint=Words("give the id of a claim, or subject, relation and object", "请给出论断的标识符，或主体、关系与客体"),
    )


def quoted_again() -> ShapeViolation:
    """A statement is the quote over again."""
    return ShapeViolation(
        Words("the statement repeats the quote", "说法与引文相同"),
        where="statement",
        hint=Words(
            "say in your own words what the passage says about the claim", "请用您自己的话说明该段文字对论断的说法"
        ),
    )


def no_label() -> InputError:
    """An entity has no name in English."""
    todo = Words("Give it a name in English; one in Chinese may be left out.", "请填写英文名称；中文名称可以不填。")
    said = Words("there is no label in English", "没有英文名称", todo)
    return InputError(said, where="label", hint='give {"en": ..., "zh": ...}; zh may be left out')


def no_id() -> InputError:
    """No id follows from the English name of an entity."""
    todo = Words("Use Latin letters or digits in the English name.", "英文名称须含拉丁字母或数字。")
    said = Words("no id can be made of this label", "此名称无法生成标识符", todo)
    return InputError(said, where="id", hint="give an id in Latin letters, such as model-merging")
