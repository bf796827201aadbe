"""The vocabulary holds what was published, takes over what it should, and refuses what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from kg.errors import ShapeViolation, UnknownTerm
from kg.vocabulary import Vocabulary, load
from tests.unit.own_terms import PREFIXES, WORDS, loaded

ENTITY_TYPES = {
    "Technique": ("技术", "cause"),
    "ModelAccess": ("模型访问方式", "link"),
    "Factor": ("因素", "link"),
    "Capability": ("能力", "link"),
    "Risk": ("风险", "harm"),
    "Mitigation": ("缓解措施", "measure"),
    "Benefit": ("益处", "good"),
    "Actor": ("行动者", "context"),
    "ResearchDirection": ("研究方向", "context"),
}
RELATIONS = {
    "raises": (1, "提高", "Technique Factor Capability ModelAccess Risk Mitigation", "Factor Capability Risk"),
    "lowers": (-1, "降低", "Technique Factor Capability ModelAccess", "Factor Capability Risk"),
    "enables": (1, "使…成为可能", "Technique Factor Capability ModelAccess", "Technique Capability Risk"),
    "requires": (0, "依赖", "Technique Mitigation", "Technique Factor ModelAccess"),
    "mitigates": (-1, "缓解", "Mitigation", "Risk Factor Capability"),
    "undermines": (-1, "削弱", "Technique Factor ModelAccess Risk Mitigation", "Mitigation Benefit"),
    "provides": (1, "带来", "Technique Factor ModelAccess Mitigation", "Benefit"),
    "exercised-by": (0, "由…实施", "Risk Technique Mitigation Benefit", "Actor"),
    "affects": (0, "影响", "Factor ModelAccess Mitigation ResearchDirection", "Factor Mitigation Risk"),
    "informs": (0, "为…提供依据", "ResearchDirection", "Mitigation ResearchDirection"),
}
# kind: certainty when (strong, moderate, weak) and stated | when inferred, worked out by hand from the published table
CERTAINTY = """
empirical-experiment   high     moderate low      | moderate low      very-low
literature-review      moderate low      very-low | low      very-low very-low
survey-expert-opinion  moderate low      very-low | low      very-low very-low
case-report            moderate low      very-low | low      very-low very-low
theoretical            moderate low      very-low | low      very-low very-low
argument               low      very-low very-low | very-low very-low very-low
"""


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    """The packaged vocabulary."""
    return load()


@pytest.fixture
def extended(tmp_path: Path) -> Callable[[str], Vocabulary]:
    """Loads the packaged ontology together with some Turtle of a user."""
    return partial(loaded, tmp_path)


def test_kinds_of_entity(words: Vocabulary) -> None:
    assert {id: (term.label.zh, term.role) for id, term in words.entity_types.items()} == ENTITY_TYPES
    assert list(words.entity_types) == list(ENTITY_TYPES)


def test_columns_run_from_causes_to_measures(words: Vocabulary) -> None:
    columns = {id: term.column for id, term in words.entity_types.items()}
    assert columns["Technique"] < columns["Factor"] < columns["Capability"] < columns["Risk"] < columns["Mitigation"]


def test_relations(words: Vocabulary) -> None:
    found = {
        id: (term.sign, term.label.zh, set(term.subject_types), set(term.object_types))
        for id, term in words.relations.items()
    }
    assert found == {
        id: (sign, zh, set(starts.split()), set(ends.split())) for id, (sign, zh, starts, ends) in RELATIONS.items()
    }


def test_signed_relations_conduct_and_the_others_do_not(words: Vocabulary) -> None:
    for term in words.relations.values():
        assert term.propagation == ("conducts" if term.sign else "inert")
        assert term.line == {1: "solid", -1: "dashed", 0: "dotted"}[term.sign]
        assert term.inverse_label.en != term.label.en
        assert term.inverse_label.zh not in {None, term.label.zh}


def test_stances(words: Vocabulary) -> None:
    assert {id: term.polarity for id, term in words.stances.items()} == {"supports": 1, "disputes": -1, "qualifies": 0}


def test_published_numbers(words: Vocabulary) -> None:
    assert {id: term.start_rank for id, term in words.study_kinds.items()} == {
        "empirical-experiment": 3,
        "literature-review": 2,
        "survey-expert-opinion": 2,
        "case-report": 2,
        "theoretical": 2,
        "argument": 1,
    }
    assert {id: term.adjustment for id, term in words.strengths.items()} == {"strong": 1, "moderate": 0, "weak": -1}
    assert {id: (term.rank, term.weight, term.ceiling) for id, term in words.certainties.items()} == {
        "high": (4, 6.0, None),
        "moderate": (3, 3.0, None),
        "low": (2, 1.0, 6.0),
        "very-low": (1, 0.5, 2.0),
    }
    assert {id: term.confidence for id, term in words.bases.items()} == {
        "full-text": 1.0,
        "abstract": 0.95,
        "official-repository": 0.95,
        "seed-summary": 0.9,
        "secondary-summary": 0.8,
        "memory": 0.5,
    }
    assert words.inferred_adjustment == -1


@pytest.mark.parametrize("line", CERTAINTY.split("\n")[1:-1])
def test_certainty_as_published(words: Vocabulary, line: str) -> None:
    kind, *expected = line.replace("|", " ").split()
    cases = [(strength, inferred) for inferred in (False, True) for strength in ("strong", "moderate", "weak")]
    assert [words.certainty(kind, strength, inferred).id for strength, inferred in cases] == expected


def test_certainty_of_unknown_words_names_them(words: Vocabulary) -> None:
    with pytest.raises(UnknownTerm, match="'anecdote' is not a kind of study"):
        words.certainty("anecdote", "strong", False)
    with pytest.raises(UnknownTerm, match="'stronk' is not a strength; did you mean strong"):
        words.certainty("argument", "stronk", False)


def test_statuses(words: Vocabulary) -> None:
    assert {id: (term.counts, term.on_request) for id, term in words.statuses.items()} == {
        "accepted": (True, False),
        "proposed": (False, True),
        "returned": (False, True),
        "rejected": (False, False),
        "revoked": (False, False),
        "superseded": (False, False),
    }
    assert {id: (term.counts, term.on_request) for id, term in words.work_statuses.items()} == {
        "current": (True, False),
        "corrected": (True, False),
        "retracted": (False, True),
        "merged": (False, False),
        "revoked": (False, False),
    }


@pytest.mark.parametrize(
    ("look", "given", "near"),
    [
        ("relation", "rasies", "raises"),
        ("relation", "raised by", "exercised-by"),
        ("relation", "RAISE", "raises"),
        ("relation", "提高了", "raises"),
        ("entity_type", "risk", "Risk"),
        ("entity_type", "风险", "Risk"),
        ("entity_type", "Model Access", "ModelAccess"),
        ("stance", "suports", "supports"),
        ("study_kind", "experiment", "empirical-experiment"),
        ("study_kind", "文献综述", "literature-review"),
        ("strength", "mod", "moderate"),
        ("basis", "fulltext", "full-text"),
        ("status", "acepted", "accepted"),
        ("work_status", "retract", "retracted"),
    ],
)
def test_unknown_words_name_near_ones(words: Vocabulary, look: str, given: str, near: str) -> None:
    with pytest.raises(UnknownTerm) as fault:
        getattr(words, look)(given)
    assert near in fault.value.near
    assert repr(given) in fault.value.message
    assert near in (fault.value.hint or "")


def test_hopeless_words_list_what_there_is(words: Vocabulary) -> None:
    with pytest.raises(UnknownTerm) as fault:
        words.stance("§" * 500)
    assert fault.value.near == ()
    listed, _, more = (fault.value.hint or "").partition("; ")
    assert listed == "the ontology has supports, disputes, qualifies"
    assert "KG_ONTOLOGY" in more
    assert len(fault.value.message) < 120


def test_ends(words: Vocabulary) -> None:
    words.check_ends("exercised-by", "Risk", "Actor")
    with pytest.raises(ShapeViolation) as fault:
        words.check_ends("mitigates", "Technique", "Risk")
    assert fault.value.where == "subject"
    assert "cannot be of type Technique; expected Mitigation" in fault.value.message
    assert fault.value.hint == "from Technique to Risk the ontology allows raises, lowers, enables"
    with pytest.raises(ShapeViolation, match="expected Mitigation or Benefit") as fault:
        words.check_ends("undermines", "Risk", "Actor")
    assert fault.value.where == "object"
    with pytest.raises(UnknownTerm):
        words.check_ends("raises", "Technique", "Danger")


def test_roles(words: Vocabulary) -> None:
    assert words.types_with_role("cause") == ("Technique",)
    assert words.types_with_role("context") == ("Actor", "ResearchDirection")
    with pytest.raises(UnknownTerm, match="expected one of cause, link, harm, measure, good, context"):
        words.types_with_role("villain")


def test_it_is_frozen_and_compares_by_content(words: Vocabulary, extended: Callable[[str], Vocabulary]) -> None:
    with pytest.raises(TypeError):
        words.relations["raises"] = words.relations["lowers"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        words.relations["raises"].sign = -1  # type: ignore[misc]
    assert words == load()
    same = extended("ekg:raises ekg:sign 1 .")
    assert (same, hash(same)) == (words, hash(words))
    assert extended(f"my:Law rdfs:subClassOf ekg:Mitigation ; {WORDS} .") != words


def test_the_digest_ignores_how_it_is_written(extended: Callable[[str], Vocabulary]) -> None:
    long = extended(f"my:Law rdfs:subClassOf ekg:Mitigation ; {WORDS} .").digest
    short = extended(
        f"# in another order\nmy:Law {WORDS} .\n"
        "my:Law <http://www.w3.org/2000/01/rdf-schema#subClassOf> ekg:Mitigation ."
    ).digest
    assert long == short


def test_a_class_takes_over_from_the_class_above(extended: Callable[[str], Vocabulary]) -> None:
    words = extended(
        f"my:Law rdfs:subClassOf ekg:Mitigation ; {WORDS} .\n"
        f'my:Treaty rdfs:subClassOf my:Law ; ekg:shape "box" ; {WORDS} .\n'
        f"my:Datum rdfs:subClassOf ekg:Entity , <http://www.w3.org/ns/prov#Entity> ; {WORDS} ."
    )
    law, treaty, datum = (words.entity_type(id) for id in ("Law", "Treaty", "Datum"))
    mitigation = words.entity_type("Mitigation")
    assert (law.role, law.colour, law.shape, law.column, law.parent) == (
        "measure", mitigation.colour, mitigation.shape, mitigation.column, "Mitigation",
    )  # fmt: skip
    assert (treaty.role, treaty.shape, treaty.parent) == ("measure", "box", "Law")
    assert (datum.role, datum.parent) == ("context", None)
    assert list(words.entity_types)[-3:] == ["Datum", "Law", "Treaty"]
    assert words.subtypes("Mitigation") == {"Mitigation", "Law", "Treaty"}
    assert words.types_with_role("measure") == ("Mitigation", "Law", "Treaty")
    words.check_ends("mitigates", "Treaty", "Risk")
    with pytest.raises(ShapeViolation):
        words.check_ends("mitigates", "Datum", "Risk")


def test_a_relation_takes_over_from_the_relation_above(extended: Callable[[str], Vocabulary]) -> None:
    words = extended(
        f"my:worsens rdfs:subPropertyOf ekg:raises ; {WORDS} .\n"
        f'my:ruins rdfs:subPropertyOf my:worsens ; ekg:propagation "terminal" ; {WORDS} .\n'
        f"my:wrecks rdfs:subPropertyOf my:ruins ; {WORDS} .\n"
        f"my:steers a ekg:RelationType ; rdfs:subPropertyOf ekg:affects ; ekg:sign -1 ; {WORDS} .\n"
        f"my:halts rdfs:subPropertyOf my:steers ; {WORDS} .\n"
        f"my:meets a ekg:RelationType ; ekg:sign 1 ; {WORDS} ."
    )
    raises, worsens, ruins, wrecks = (words.relation(id) for id in ("raises", "worsens", "ruins", "wrecks"))
    assert (worsens.sign, worsens.propagation, worsens.colour, worsens.line) == (1, "conducts", raises.colour, "solid")
    assert worsens.object_types == raises.object_types
    assert (ruins.parent, ruins.propagation, wrecks.propagation) == ("worsens", "terminal", "terminal")
    assert words.subrelations("raises") == {"raises", "worsens", "ruins", "wrecks"}
    steers, halts, negative = words.relation("steers"), words.relation("halts"), words.signs["negative"]
    look = (-1, negative.propagation, negative.line, negative.colour)
    assert (steers.sign, steers.propagation, steers.line, steers.colour) == look
    assert (halts.sign, halts.propagation, halts.line, halts.colour) == look
    assert halts.subject_types == words.relation("affects").subject_types
    meets = words.relation("meets")
    assert (meets.subject_types, meets.object_types, meets.inverse_label.en) == ((), (), "word (inverse)")
    words.check_ends("meets", "Actor", "Technique")


def test_an_end_may_be_added_and_any_may_be_allowed(extended: Callable[[str], Vocabulary]) -> None:
    words = extended("ekg:provides schema:rangeIncludes ekg:Actor . ekg:informs schema:domainIncludes ekg:Entity .")
    words.check_ends("provides", "Technique", "Actor")
    assert words.relation("informs").subject_types == ()


def test_scheme_members_may_be_added(extended: Callable[[str], Vocabulary]) -> None:
    words = extended(
        f'my:trial a ekg:StudyKind ; skos:notation "randomised-trial" ; ekg:startRank 4 ; {WORDS} .\n'
        f"my:hunch a ekg:Basis ; ekg:extractionConfidence 0.25 ; {WORDS} ."
    )
    assert words.certainty("randomised-trial", "strong", False).id == "high"
    assert words.certainty("randomised-trial", "weak", True).id == "low"
    assert words.basis("hunch").confidence == 0.25


def test_english_without_a_tag_and_regional_tags_are_understood(extended: Callable[[str], Vocabulary]) -> None:
    words = extended(
        'my:Law rdfs:subClassOf ekg:Risk ; rdfs:label "law" , "法律"@zh-Hans ; rdfs:comment "A rule."@en-GB .'
    )
    law = words.entity_type("Law")
    assert (law.label.en, law.label.zh, law.definition.en, law.definition.zh) == ("law", "法律", "A rule.", None)


def test_blank_nodes_of_other_editors_are_passed_over(extended: Callable[[str], Vocabulary]) -> None:
    turtle = (
        f"my:Law rdfs:subClassOf ekg:Mitigation , [ a owl:Restriction ; owl:onProperty my:p ] ; {WORDS} ."
        " [] a owl:AllDisjointClasses ."
    )
    assert extended(turtle).digest == extended(turtle + "\n").digest
    assert extended(turtle).entity_type("Law").parent == "Mitigation"


def test_folders_and_several_files(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(PREFIXES + f"my:Law rdfs:subClassOf ekg:Mitigation ; {WORDS} .", encoding="utf-8")
    (tmp_path / "b.ttl").write_text(PREFIXES + f"my:Treaty rdfs:subClassOf my:Law ; {WORDS} .", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not Turtle", encoding="utf-8")
    assert load([tmp_path]) == load([tmp_path / "b.ttl", tmp_path / "a.ttl"])
    assert load([tmp_path]).subtypes("Law") == {"Law", "Treaty"}


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "mine.ttl"
    path.write_text(PREFIXES + f"my:Law rdfs:subClassOf ekg:Mitigation ; {WORDS} .", encoding="utf-8")
    before = load([path])
    assert load([path]) is before
    path.write_text(path.read_text(encoding="utf-8").replace("my:Law", "my:Rule"), encoding="utf-8")
    later = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(later, later))
    assert "Rule" in load([path]).entity_types


def test_it_loads_alone() -> None:
    program = (
        "import sys; from kg.vocabulary import load; load(); "
        "print(*({'rdflib', 'numpy', 'networkx', 'scipy', 'fastapi'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
