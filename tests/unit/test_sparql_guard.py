"""The guard before the SPARQL engine: what it lets pass, what it refuses, what it cannot be talked out of."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from pyoxigraph import Store

from kg.errors import InputError
from kg.rdf import guard
from kg.rdf.competency import questions
from kg.rdf.names import PREFIXES

EDGES = "https://w3id.org/evidence-kg/graph/edges"


def refusal(query: str) -> str:
    with pytest.raises(InputError) as fault:
        guard.check(query)
    return str(fault.value)


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("SELECT * { ?s ?p ?o }", "SELECT"),
        ("select ?s where { ?s a ekg:Risk }", "SELECT"),
        ("PREFIX x: <http://x.org/>\nBASE <http://y.org/>\nASK { ?s x:p <z> }", "ASK"),
        ("# SELECT is not meant\nCONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT"),
        ("DESCRIBE entity:lora", "DESCRIBE"),
        ("PREFIX select: <http://x.org/> ASK { ?s select:service 1 }", "ASK"),
        ('ASK { ?s ?p "SERVICE <http://x.org/> { }" } # LOAD', "ASK"),
        ("ASK { ?s ?p '''a 'quoted' LOAD \\''' text''' }", "ASK"),
        ("ASK { ?load ?drop ?o . ?o ?p 'x'@load }", "ASK"),
        ("SELECT * { ?s ?p ?o FILTER(?o<3&&?o>1) }", "SELECT"),
        ("SELECT * { ?s ?p ?o FILTER(?a<?b&&?c>?d) }", "SELECT"),
        ("ASK { ?s <http://x.org/a#SERVICE> ?o }", "ASK"),
        ("ASK { ?s ekg:a\\#b ?o }", "ASK"),
    ],
)
def test_what_passes(query: str, form: str) -> None:
    assert guard.check(query).form == form


@pytest.mark.parametrize("name", questions())
def test_every_competency_question_passes_with_room_to_spare(name: str) -> None:
    text = questions()[name].text
    assert guard.check(text).text == text
    assert len(text.encode()) * 8 < guard.BYTES_MOST


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "holds no SELECT"),
        ("nonsense", "'NONSENSE' where SELECT"),
        ("{ ?s ?p ?o }", "'{' where SELECT"),
        ("ASK { SERVICE <http://x.org/> { ?s ?p ?o } }", "this one opens no connections"),
        ("ASK { SERVICE SILENT ?where { ?s ?p ?o } }", "this one opens no connections"),
        ("LOAD <http://x.org/>", "LOAD changes a dataset"),
        ("INSERT DATA { <a:a> <a:b> 1 }", "only reads"),
        ("DELETE WHERE { ?s ?p ?o }", "only reads"),
        ("WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "only reads"),
        ("CLEAR ALL", "only reads"),
        ("DROP ALL", "only reads"),
        ("ASK {} ; LOAD <file:///etc/passwd>", "LOAD changes a dataset"),
        ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", "not a graph of this dataset"),
        ("SELECT * FROM <http://x.org/> { ?s ?p ?o }", "nothing is fetched from elsewhere"),
        ("SELECT * FROM NAMED <http://x.org/> { GRAPH ?g { ?s ?p ?o } }", "not a graph of this dataset"),
        ("PREFIX graph: <http://x.org/> SELECT * FROM graph:edges { ?s ?p ?o }", "'http://x.org/edges' is not"),
        ("SELECT * FROM nix:edges { ?s ?p ?o }", "'nix:edges' is not a graph"),
        ("ASK { FILTER(!!!!!true) }", "more than 4 ! in a row"),
        ("ASK { FILTER(! ! # a\n ! !!true) }", "more than 4 ! in a row"),
        ("ASK " + "{" * 33 + "}" * 33, "more than 32 deep"),
        ("ASK { ?s ?p ?o FILTER(" + "(" * 40 + "1" + ")" * 40 + ") }", "more than 32 deep"),
        ("ASK { ?s " + "(" * 40 + "ekg:p" + ")*" * 40 + " ?o }", "more than 32 deep"),
        ("ASK { " + "[ ekg:p " * 33 + "1 " + "] " * 33 + "ekg:p 1 }", "more than 32 deep"),
        ("ASK { " + "?s ?p ?o . " * 250 + "}", "about 251 triple patterns"),
        ("ASK { ?s " + "ekg:p 1 ; " * 250 + "ekg:p 1 }", "triple patterns"),
        ("ASK { ?s ekg:p " + "1 , " * 250 + "1 }", "triple patterns"),
        ("ASK { ?s ekg:p (" + "1 " * 150 + ") }", "triple patterns"),
        ("ASK { ?s " + "/".join(["ekg:p"] * 250) + " ?o }", "triple patterns"),
        ("ASK { ?s ?p ?o FILTER(1" + "+1" * 600 + " = 0) }", "operators"),
        ("ASK { " + "UNION".join(["{}"] * 199) + "FILTER(1)" * 400 + "}", "operators"),
        ("ASK { ?s ?p '" + "x" * 20_000 + "' }", "bytes, at most 16384"),
        ("ASK { ?s ?p '" + "微" * 6_000 + "' }", "bytes, at most 16384"),
    ],
)
def test_what_is_refused(query: str, said: str) -> None:
    assert said in refusal(query)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (r"ASK { \u0053ERVICE <http://x.org/> { ?s ?p ?o } }", "opens no connections"),
        (r"ASK { S\U00000045RVICE <http://x.org/> { ?s ?p ?o } }", "opens no connections"),
        (r"ASK { \u005Cu0053ERVICE <http://x.org/> { ?s ?p ?o } }", "an escape stands within an escape"),
        (r"LO\u0041D <http://x.org/>", "LOAD changes a dataset"),
        (r"SELECT * FR\u004FM <file:///etc/passwd> { ?s ?p ?o }", "not a graph"),
        (r"SELECT * FROM <\u0066ile:///etc/passwd> { ?s ?p ?o }", "not a graph"),
        (r"ASK { FILTER(\u0021\u0021\u0021\u0021\u0021true) }", "! in a row"),
        (r"ASK { ?s ?p '\u0027 . SERVICE <http://x.org/> { ?a ?b '' } }", "opens no connections"),
        (r"ASK { ?s ?p ?o } # \u000A SERVICE <http://x.org/> { }", "opens no connections"),
        (r"ASK { ?s ?p '\uD800' }", "is not a character"),
        (r"ASK { ?s ?p '\U00110000' }", "is not a character"),
        ("ASK { ?s ?p '\x00' }", "which is no text"),
        ("ASK { ?s ?p '\ud800' }", "which is no text"),
        # A comparison that looks like an IRI would let the rest be read as a string or as a comment.
        ("ASK { FILTER(?a<'>') SERVICE <http://x.org/> { } FILTER('a') }", "read in two ways"),
        ("ASK { FILTER(?a<ex:b#>'''\n) SERVICE <http://x.org/> { } #''' }", "read in two ways"),
        ("ASK { FILTER(?a<#>\n) SERVICE <http://x.org/> { } }", "read in two ways"),
        # Escapes in names would begin a string or a comment for a reader that does not know them.
        ("ASK { ?s ekg:a\\'b ?o . SERVICE <http://x.org/> { ?s ekg:c\\'d ?o } }", "opens no connections"),
        ("ASK { ?s ekg:a\\# ?o . SERVICE <http://x.org/> { } }", "opens no connections"),
        ("ASK { ?s ekg:a、\\# ?o . SERVICE <http://x.org/> { } }", "opens no connections"),
        ('ASK { VALUES ?a { """a" "b""" } SERVICE <http://x.org/> { } }', "opens no connections"),
        ("ASK { VALUES ?a { '''a' } SERVICE <http://x.org/> { } VALUES ?b { 'c' } }", "opens no connections"),
    ],
)
def test_what_hides_is_found(query: str, said: str) -> None:
    assert said in refusal(query)


def test_the_line_is_told() -> None:
    assert refusal("ASK {\n  ?s ?p ?o .\n  SERVICE <http://x.org/> { }\n}").startswith("query, line 3: ")


def test_the_dataset_that_a_query_names() -> None:
    checked = guard.check(f"SELECT * FROM <{EDGES}> FROM NAMED graph:records FROM NAMED graph:beliefs {{ ?s ?p ?o }}")
    assert checked.default == (EDGES,)
    assert [iri.rpartition("/")[2] for iri in checked.named] == ["records", "beliefs"]
    assert guard.check("PREFIX g: <https://w3id.org/evidence-kg/graph/> ASK FROM g:edges {}").default == (EDGES,)
    assert guard.own_graph(EDGES) == EDGES


def test_rows_of_values_are_no_patterns() -> None:
    rows = "".join(f"({at} 2)" for at in range(400))
    assert guard.check(f"SELECT * {{ VALUES (?a ?b) {{ {rows} }} ?a ?b ?c }}").form == "SELECT"
    assert guard.check("ASK { VALUES ?x { " + "1 " * 1_000 + "} }").form == "ASK"
    assert guard.check("ASK { ?s ?p ?o FILTER(?o IN (" + ", ".join(["entity:lora"] * 300) + ")) }").form == "ASK"


def test_columns_of_a_star_and_what_may_differ() -> None:
    assert guard.check("SELECT * { ?s ?p ?o . ?a ?s 1 }").columns == ("s", "p", "o", "a")
    assert guard.check("SELECT DISTINCT * { ?b ?a 1 }").columns == ("b", "a")
    assert guard.check("SELECT ?b { ?a ?b 1 }").columns == ()
    assert [guard.check(f"SELECT ({word}() AS ?x) {{}}").volatile for word in ("now", "RAND", "UUID", "CONCAT")] == [
        True,
        True,
        True,
        False,
    ]


PIECES = (
    "{", "(", "!", "?", "<", ">", "a.", "a:", "ex:", ".", "\\", '"', '""', '"""\\"', "'''", "'\\", "#", "@a-", "%",
    "1.",
    "[]", "微:", "\\u0041", "VALUES", "{|", "<<", "a\\'", "'''\\", "FROM <a>", "?x ", " ", "\n",
)  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_the_guard_is_quick_with_whatever_repeats(piece: str) -> None:
    for query in (piece * (16_000 // len(piece.encode())), "ASK {" + piece * (16_000 // len(piece.encode()))):
        start = time.process_time()
        with suppress(InputError):
            guard.check(query)
        assert time.process_time() - start < 2, query[:40]


@pytest.mark.parametrize(
    "query",
    [
        "ASK { FILTER(1<2) }",
        "SELECT * { ?s entity:a\\#b ?o }",
        'SELECT ("""a"b""" AS ?x) {}',
        "SELECT ('''a'b''' AS ?x) {}",
        "ASK { VALUES (?a ?b) { ('' 'x') } }",
        "ASK { ?s !(ekg:a|^ekg:b)* ?o }",
        "SELECT * { ?s ?p ?o FILTER(?o<?p&&?s>?p) }",
    ],
)
def test_what_passes_is_what_the_engine_reads(query: str) -> None:
    Store().query(guard.check(query).text, prefixes=dict(PREFIXES))
