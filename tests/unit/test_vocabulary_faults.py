"""What is wrong with an ontology is refused, with the file, the term or line, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import ParseFailure, ShapeViolation
from kg.vocabulary import load
from tests.unit.own_terms import PREFIXES, WORDS, loaded

WRONG = {
    "relation without sign": (f"my:r a ekg:RelationType ; {WORDS} .", "has no value for ekg:sign"),
    "sign out of range": (
        f"my:r a ekg:RelationType ; ekg:sign 2 ; {WORDS} .",
        "'2'; expected a whole number from -1 to 1",
    ),
    "sign in words": (f'my:r a ekg:RelationType ; ekg:sign "+" ; {WORDS} .', "'+'; expected a whole number"),
    "two signs": ("ekg:raises ekg:sign -1 .", "has '-1' and '1' for ekg:sign; expected one value"),
    "unknown propagation": (
        f'my:r a ekg:RelationType ; ekg:sign 1 ; ekg:propagation "leaks" ; {WORDS} .',
        "'leaks'; expected one of conducts, terminal, inert",
    ),
    "unknown line": (f'my:r rdfs:subPropertyOf ekg:raises ; ekg:line "wavy" ; {WORDS} .', "expected one of solid"),
    "two super-relations that disagree": (
        f"my:r rdfs:subPropertyOf ekg:raises , ekg:lowers ; {WORDS} .",
        "takes over different values of ekg:sign from",
    ),
    "relations in a circle": (
        f"my:r rdfs:subPropertyOf ekg:raises , my:s ; {WORDS} . my:s rdfs:subPropertyOf my:r ; {WORDS} .",
        "stands above itself by subPropertyOf",
    ),
    "relation to nowhere": (
        f"my:r rdfs:subPropertyOf ekg:raises ; schema:rangeIncludes my:Nothing ; {WORDS} .",
        "schema:rangeIncludes names <https://example.org/mine#Nothing>, which is no kind of entity",
    ),
    "class without label": ('my:C rdfs:subClassOf ekg:Risk ; skos:definition "A."@en .', "has no English label"),
    "class with a Chinese label only": (
        'my:C rdfs:subClassOf ekg:Risk ; rdfs:label "类"@zh ; skos:definition "A."@en .',
        "has no English label",
    ),
    "class with an empty label": (
        'my:C rdfs:subClassOf ekg:Risk ; rdfs:label " "@en ; skos:definition "A."@en .',
        "has no English label",
    ),
    "class without definition": ('my:C rdfs:subClassOf ekg:Risk ; rdfs:label "c"@en .', "has no English definition"),
    "two labels": ('ekg:Risk rdfs:label "danger"@en .', "has two texts for label in 'en'"),
    "classes in a circle": (
        f"my:C rdfs:subClassOf ekg:Entity , my:D ; {WORDS} . my:D rdfs:subClassOf my:C ; {WORDS} .",
        "stands above itself by subClassOf",
    ),
    "class above itself": (f"my:C rdfs:subClassOf ekg:Entity , my:C ; {WORDS} .", "stands above itself by subClassOf"),
    "two classes above that disagree": (
        f"my:C rdfs:subClassOf ekg:Risk , ekg:Benefit ; {WORDS} .",
        "takes over different values of ekg:role from ekg:Benefit and ekg:Risk",
    ),
    "unknown role": (
        f'my:C rdfs:subClassOf ekg:Risk ; ekg:role "villain" ; {WORDS} .',
        "'villain'; expected one of cause",
    ),
    "unknown shape": (f'my:C rdfs:subClassOf ekg:Risk ; ekg:shape "blob" ; {WORDS} .', "'blob'; expected one of dot"),
    "colour by name": (
        f'my:C rdfs:subClassOf ekg:Risk ; ekg:colour "red" ; {WORDS} .',
        "'red'; expected # and six hex",
    ),
    "column below zero": (f"my:C rdfs:subClassOf ekg:Risk ; ekg:column -1 ; {WORDS} .", "a whole number from 0 to 20"),
    "an id that is taken": (
        f"my:Risk rdfs:subClassOf ekg:Entity ; {WORDS} .",
        "the id 'Risk' is taken by hazards.ttl: ekg:Risk",
    ),
    "an id with two hyphens": (
        f"my:a--b rdfs:subPropertyOf ekg:raises ; {WORDS} .",
        "has the id 'a--b'; expected letters",
    ),
    "an id of a scheme that is taken": (
        f'my:w a ekg:Strength ; skos:notation "weak" ; ekg:adjustment -2 ; {WORDS} .',
        "the id 'weak' is taken",
    ),
    "confidence above one": (f"my:b a ekg:Basis ; ekg:extractionConfidence 1.5 ; {WORDS} .", "a number from 0 to 1"),
    "confidence that is no number": (
        f'my:b a ekg:Basis ; ekg:extractionConfidence "NaN" ; {WORDS} .',
        "a number from 0 to 1",
    ),
    "stance without polarity": (f"my:s a ekg:Stance ; {WORDS} .", "has no value for ekg:polarity"),
    "status that may count": (
        f'my:s a ekg:Status ; ekg:counts "maybe" ; {WORDS} .',
        "expected one of yes, no, on-request",
    ),
    "ranks with a gap": (
        f"my:c a ekg:Certainty ; ekg:rank 6 ; ekg:weight 9 ; {WORDS} .",
        "are 1, 2, 3, 4, 6; expected 1, 2, 3, 4, 5",
    ),
    "a second sign +1": (
        f'my:s a ekg:Sign ; ekg:sign 1 ; ekg:propagation "inert" ; ekg:colour "#000000" ; ekg:line "solid" ; {WORDS} .',
        "are -1, 0, 1, 1; expected -1, 0, 1, each once",
    ),
}


@pytest.mark.parametrize(("turtle", "message"), WRONG.values(), ids=WRONG)
def test_wrong_terms_are_refused(tmp_path: Path, turtle: str, message: str) -> None:
    with pytest.raises(ShapeViolation) as fault:
        loaded(tmp_path, turtle)
    assert message in fault.value.message
    assert ".ttl: " in (fault.value.where or "")
    assert fault.value.hint


def test_broken_turtle_names_file_line_and_text(tmp_path: Path) -> None:
    path = tmp_path / "broken.ttl"
    path.write_text(PREFIXES + "\nmy:Law rdfs:subClassOf ekg:Risk\nmy:b my:c my:d .\n", encoding="utf-8")
    with pytest.raises(ParseFailure) as fault:
        load([path])
    assert (fault.value.source, fault.value.line, fault.value.raw) == (str(path), 9, "my:b my:c my:d .")
    assert "not valid Turtle" in fault.value.message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"my:a my:b my:c .", "prefix"),
        (b"<a> <b> <c> .", "IRI"),
        (b'<http://a> <http://b> "\xff" .', "UTF-8"),
        (b"\x00", "not valid Turtle"),
        (b'<http://a> <http://b> "open', "not valid Turtle"),
    ],
)
def test_other_broken_files(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "broken.ttl").write_bytes(content)
    with pytest.raises(ParseFailure) as fault:
        load([tmp_path / "broken.ttl"])
    assert reason.casefold() in str(fault.value).casefold()
    assert fault.value.line == 1


def test_missing_files_and_empty_folders(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "absent.ttl"):
        with pytest.raises(ParseFailure, match="no Turtle here") as fault:
            load([place])
        assert fault.value.source == str(place)
