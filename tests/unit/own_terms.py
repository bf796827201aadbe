"""The packaged ontology together with some Turtle of a user.

Lives here: `loaded` and what such Turtle begins with. Never here: expectations.
"""

from __future__ import annotations

from pathlib import Path

from kg.vocabulary import Vocabulary, load

PREFIXES = """\
@prefix ekg: <https://w3id.org/evidence-kg/ontology#> .
@prefix my: <https://example.org/mine#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
WORDS = 'rdfs:label "word"@en ; skos:definition "A word."@en'


def loaded(folder: Path, turtle: str) -> Vocabulary:
    """Write the Turtle to a file in the folder, and load it with the packaged ontology."""
    path = folder / "mine.ttl"
    path.write_text(PREFIXES + turtle, encoding="utf-8")
    return load([path])
