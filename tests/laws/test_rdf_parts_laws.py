"""Laws of large RDF files: read by pieces, by the quick way or the slow one, a file says the same."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg.errors import InputError
from kg.importers import rdf
from kg.importers.rdf_load import load
from kg.importers.rdf_records import Reading
from kg.importers.sources import Source
from kg.importers.tables_rows import leans_of, payload_of
from kg.model import Claim, Evidence, Record, kind_of
from kg.rdf import apart, parsing, screening
from kg.rdf.convert import triples
from kg.rdf.forms import words_of
from kg.rdf.nodes import RDF, XSD, Quad, literal
from kg.rdf.parts import Block, Parts, Sorter
from kg.record import Store
from kg.vocabulary import load as load_words
from tests.histories import Clock
from tests.laws.test_rdf_laws import any_text, keys, records, slugs

WORDS = load_words()
NODES = words_of(WORDS)
HEAD = "<https://w3id.org/evidence-kg/id/work/w1> <http://purl.org/dc/terms/title> "
pieces_of_lines = st.sampled_from(
    (
        "<https://a.b/c>", "<http://a.b/c#d>", "<http://a.b>", "<http://a.b:80/c>", "<http://a:x/c>", "<a:b>", "<b>",
        "<https://a.b/%41>", "<https://a.b/%zz>", "<https://a.b/c#d#e>", "<https://a.b/é>", "<https://a.b/[>",
        "<https://a.b/" + "c" * 1_990 + ">", '"a"', '"a\\n\\t\\"\\\\"', '"a\\u0041"', "\"a\\'\"", '"a"@en', '"a"@EN',
        '"a"@zh-hans', '"a"@en-gb', '"a"@en--ltr', '"a"@abcdefghij', '"a"^^<a:b>', f'"true"^^<{XSD}boolean>',
        f'"2020"^^<{XSD}gYear>', f'"7"^^<{XSD}integer>', f'"x"^^<{XSD}integer>', f'"[]"^^<{RDF}JSON>', "_:b1", '"\t"',
        '"a', "a>", "<<", "<<( <a:b> <a:b> <a:b> )>>", "#", "",
    )
)  # fmt: skip
ends = st.sampled_from((" .\n", " .\r\n", ".\n", " . # x\n", " \n", " .  \n", " .\t\n"))
loose_lines = st.lists(st.tuples(st.lists(pieces_of_lines, min_size=3, max_size=5), ends), min_size=1, max_size=4).map(
    lambda lines: "".join(" ".join(parts) + end for parts, end in lines)
)


def sorted_by(text: str, format: str, *, quick: bool) -> tuple[bool, list[Quad]]:
    """Whether the quick way took a text, and its statements."""
    sink = io.BytesIO()
    sorter = Sorter(sink, 3)
    reading = parsing.Reading("https://w3id.org/x/", sorter)
    taken = reading.plain(format, text) if quick else bool(reading.take(_all(text, format, reading)))
    return taken or not (quick or reading.faults), list(Parts(sink, json.loads(json.dumps(sorter.told()))).quads())


def _all(text: str, format: str, reading: parsing.Reading) -> Any:
    return parsing._statements(text.encode(), format, reading, 1)


@given(st.lists(records, max_size=3), loose_lines | st.just(""), st.sampled_from(("ntriples", "nquads")))
@example([], f'{HEAD}"a"@en .\n', "nquads")
@settings(max_examples=150, deadline=None)
def test_lines_that_are_plainly_right_are_what_the_parser_makes_of_them(
    some: list[Record], loose: str, format: str
) -> None:
    lines = "".join(f"{' '.join(triple)} .\n" for record in some for triple in triples(record, NODES)) + loose
    taken, found = sorted_by(lines, format, quick=True)
    good, expected = sorted_by(lines, format, quick=False)
    if taken:
        assert good
        assert found == expected
    else:
        assert found == []


claims = st.builds(
    Claim, st.just(""), slugs, st.sampled_from(tuple(WORDS.relations)), slugs, st.none() | any_text,
    st.sampled_from(tuple(WORDS.statuses)),
).map(lambda one: replace(one, id=f"{one.subject}--{one.relation}--{one.object}"))  # fmt: skip
items = st.builds(
    Evidence, keys, slugs, st.sampled_from(("w1", "w.2")), st.sampled_from(tuple(WORDS.stances)),
    st.sampled_from(tuple(WORDS.study_kinds)), st.sampled_from(tuple(WORDS.strengths)), any_text,
    st.sampled_from(tuple(WORDS.bases)), st.none() | any_text, st.none() | any_text, st.none() | any_text,
    st.booleans(), st.none() | any_text, st.none() | any_text, st.none() | keys,
    st.none() | st.sampled_from(("ann", "0000-0002-1825-0097", "pack:x y", "https://a.b/c")),
    st.sampled_from(tuple(WORDS.statuses)),
).flatmap(lambda one: st.sampled_from((one.work, "w1", "x")).map(lambda key: replace(one, id=f"{key}.1")))  # fmt: skip
spoiled = st.sampled_from(("", "twice", "typed", "tagged", "foreign", "derived", "without", "odd"))


@given(claims | items, spoiled, st.integers(0, 20), st.booleans())
@settings(max_examples=150, deadline=None)
def test_what_is_plainly_right_is_what_the_door_makes_of_it(
    record: Claim | Evidence, spoil: str, at: int, known: bool
) -> None:
    said = list(triples(record, NODES))
    subject, predicate, _ = said[at % len(said)]
    if spoil == "twice":
        said.append((subject, predicate, literal("another")))
    elif spoil == "without":
        del said[at % len(said)]
    elif spoil in {"typed", "tagged", "odd"}:
        other = {
            "typed": literal("a", datatype=XSD + "anyURI"),
            "tagged": literal("a", language="en"),
            "odd": literal("e\u0301 "),
        }
        said[at % len(said)] = (subject, predicate, other[spoil])
    elif spoil == "foreign":
        said.append((subject, "<https://example.org/note>", literal("mine")))
    elif spoil == "derived":
        said.append((subject, "<http://www.w3.org/2000/01/rdf-schema#label>", literal("mine")))
    block = Block(subject, "", tuple(one[1] for one in said), [one[2] for one in said])
    kind = kind_of(record)
    there = dict.fromkeys((record.subject, record.object) if isinstance(record, Claim) else ("w1", "w.2"), True)
    slow, quick = (Reading(Source("x", ""), WORDS, lambda _: None) for _ in range(2))
    made: Sequence[Any] = slow.whole(kind, [block])
    found = quick.lean(kind, [block], quick.quick(kind, there if known else {}))
    assert found == [(one.id, payload_of(one), leans_of(one)) for one in made]
    assert (quick.statements, quick.ignored, quick.faults) == (slow.statements, slow.ignored, slow.faults)


tokens = st.sampled_from(
    ('"', '""', '"""', "'", "'''", "\\", "<", ">", "<<", ">>", "<a:b>", "#", "\n", "[", "]", "(", ")", "{", "}", "a",
     "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "<a>", "</a>", "<a/>", "<!", "é", ' b="', "/>"),
)  # fmt: skip


@given(st.lists(tokens | st.just("[" * 70), max_size=40), st.lists(st.integers(0, 60), max_size=6), st.sampled_from(
    ("turtle", "trig", "jsonld", "rdfxml", "ntriples")
))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_a_text_nests_as_deep_by_pieces_as_it_does_whole(parts: list[str], cuts: list[int], format: str) -> None:
    text = "".join(parts)
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    pieces = [text[low:high] for low, high in pairwise(places)] or [""]
    assert depth(pieces, format) == depth([text], format)


def depth(pieces: Sequence[str], format: str) -> tuple[Any, ...]:
    """How deep and on which line a text ends, or why it is refused."""
    scan = screening._Scan(format, 1)
    try:
        for at, piece in enumerate(pieces, start=1):
            scan.take(piece, last=at == len(pieces))
    except InputError as refusal:
        return (refusal.message,)
    return (None if format == "ntriples" else scan._depth, scan.line)


FAULTY = """\
<https://w3id.org/evidence-kg/id/entity/x> <http://www.w3.org/2004/02/skos/core#prefLabel> "X" .
<https://w3id.org/evidence-kg/id/claim/a--raises--none> <https://w3id.org/evidence-kg/ontology#subject> <a:b> .
<https://example.org/x> <https://example.org/p> <https://example.org/o> .
<https://example.org/x> <https://example.org/p> <relative> .
"""


@pytest.mark.parametrize("format", parsing.FORMATS)
def test_it_makes_no_difference_whether_a_file_is_large(
    pack_graph: Any, format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same report and the same record, read whole in a worker or by pieces in a process and many parts."""
    given_file = tmp_path / "given"
    if format == "nquads":
        pack_graph.export(tmp_path / "x.nt")
        given_file.write_text((tmp_path / "x.nt").read_text().replace(" .\n", " <https://example.org/g> .\n") + FAULTY)
    elif format == "rdfxml":
        head = (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns:ekg="https://w3id.org/evidence-kg/ontology#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">\n'
        )
        entity = '<ekg:Risk rdf:about="https://w3id.org/evidence-kg/id/entity/r{}"><skos:prefLabel>R</skos:prefLabel>'
        given_file.write_text(head + "".join(entity.format(n) + "</ekg:Risk>\n" for n in range(50)) + "</rdf:RDF>")
    else:
        pack_graph.export(given_file, format=format)
        if format != "jsonld":
            given_file.write_text(given_file.read_text() + FAULTY)
    told: list[tuple[dict[str, Any], list[Any]]] = []
    for large in (False, True):
        if large:
            monkeypatch.setattr(rdf, "LARGE", 0)
            monkeypatch.setattr(apart, "A_PART", 1 << 15)
        with Store.open(":memory:", clock=Clock()) as store:
            report = load(store, given_file, WORDS, name="given", format=format, keep_going=True)
            again = load(store, given_file, WORDS, name="given", format=format, keep_going=True)
            rows = store.records()
        told.append(([report, again], [rows.entities, rows.claims, rows.evidence, rows.works]))
    assert told[0] == told[1]
    assert told[0][0][0]["added"] > 40
    assert told[0][0][1]["added"] == 0
