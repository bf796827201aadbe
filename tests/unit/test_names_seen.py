"""What records are called: every character of a name can be seen, and Latin letters of all languages make ids."""

from __future__ import annotations

from typing import Any

import pytest

from kg.citations.parsed import legible
from kg.errors import InputError
from kg.ids import parse_slug, slugify
from kg.inputs import EntityIn, WorkIn, clean, parse

ENTITY: dict[str, Any] = {"id": "a", "type": "Technique", "label": {"en": "A", "zh": "甲"}}


@pytest.mark.parametrize("char", ["\n", "\t", "\ufeff", "\u200b", "\u2060", "\U000e0001", "\U000e0041", "\U000e007f"])
@pytest.mark.parametrize(
    "place", [{"label": {"en": "new{}line"}}, {"label": {"en": "A", "zh": "甲{}乙"}}, {"aliases": ["new{}line"]}]
)
def test_what_nobody_sees_is_in_no_name(char: str, place: dict[str, Any]) -> None:
    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(inner) for name, inner in value.items()}
        return [filled(one) for one in value] if isinstance(value, list) else value.format(char)

    with pytest.raises(InputError, match=f"U\\+{ord(char):04X}"):
        parse(EntityIn, ENTITY | filled(place))


def test_names_keep_what_writing_needs_and_definitions_their_lines() -> None:
    # Persian has a joiner of no width, emoji are joined by one and chosen by a selector.
    for name in ("می\u200cخواهم", "👩\u200d🔬", "❤\ufe0f", "café", "微调"):
        assert parse(EntityIn, ENTITY | {"label": {"en": name}}).label.en == name
    assert parse(EntityIn, ENTITY | {"definition": {"en": "One.\nTwo."}}).definition is not None


@pytest.mark.parametrize("char", ["\U000e0020", "\U000e0041", "\U000e007f"])
def test_no_text_holds_tags_and_files_lose_them(char: str) -> None:
    with pytest.raises(InputError, match=f"U\\+{ord(char):04X}"):
        parse(WorkIn, {"id": "a", "type": "book", "title": f"One{char}"})
    assert clean(legible(f"a{char}b")) == "ab"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("ß straße method", "ss-strasse-method"),
        ("STRAẞE", "strasse"),
        ("Søren Ægir Łódź Đorđe", "soren-aegir-lodz-dorde"),
        ("Œuvre Þór ħal ŋa ı", "oeuvre-thor-hal-nga-i"),
        ("naïve café", "naive-cafe"),
        ("微调", ""),
    ],
)
def test_a_slug_loses_no_latin_letter(text: str, slug: str) -> None:
    assert slugify(text) == slug
    if slug:
        assert parse_slug(slug) == slug
