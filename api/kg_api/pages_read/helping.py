"""The page `/help`: what the words of this project mean, and the files that hold the whole record.

Lives here: the topics and their order, which files are offered. Never here: their text (words.toml).
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg_api.asking import TheLang
from kg_api.pages_read import frame

router = APIRouter(include_in_schema=False)
TOPICS = (
    "belief",
    "interval",
    "contested",
    "groups",
    "chain",
    "reliability",
    "gap_map",
    "criteria",
    "receipt",
    "retraction",
    "files",
)
FILES = (
    ("files_tables", (("CSV", "csv-tables"),)),
    ("files_rdf", (("Turtle", "turtle"), ("TriG", "trig"), ("JSON-LD", "jsonld"), ("N-Triples", "ntriples"))),
    ("files_pack", (("YAML", "pack"),)),
    ("files_works", (("BibTeX", "bibtex"), ("RIS", "ris"), ("CSL-JSON", "csl-json"))),
    ("files_graph", (("GraphML", "graphml"), ("GEXF", "gexf"))),
)
"""What can be taken along: the word for it, and its files, each with the name of its format."""


@router.get("/help")
def help_page(request: Request, spoken: TheLang) -> Response:
    """What the words mean, each under its own anchor."""
    frame.only(request, ())
    return frame.shown(request, "read/help.html", spoken, lambda: {"topics": TOPICS, "files": FILES})
