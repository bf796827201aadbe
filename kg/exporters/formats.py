"""What can be written: one registry of formats, each with its suffix, media type and writer.

Lives here: `FORMATS`, `NAMES`, `find`. May enter: names of formats. Never here: a format itself, files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.errors import InputError
from kg.later import Later
from kg.meant import near
from kg.model import Revision, Work
from kg.network import Network
from kg.settings import Lang

if TYPE_CHECKING:
    from kg.exporters import citations, files, graphs, jsonld, nanopub, packed, parquet, rdf, tables
    from kg.rdf import dataset
else:
    jsonld, nanopub, rdf = Later("kg.exporters.jsonld"), Later("kg.exporters.nanopub"), Later("kg.exporters.rdf")
    citations, dataset = Later("kg.exporters.citations"), Later("kg.rdf.dataset")
    graphs, tables = Later("kg.exporters.graphs"), Later("kg.exporters.tables")
    files, packed = Later("kg.exporters.files"), Later("kg.exporters.packed")
    parquet = Later("kg.exporters.parquet")


@dataclass(frozen=True, slots=True)
class View:
    """What a writer is given.

    Args:
        network: What to write, under its criteria; see `kg.exporters.kept`.
        history: The revisions behind it, with their changes, when the history is wanted; else None.
        works: Keys of the works to write, in formats of citations; None for all.
        lang: Language of references.
        hash: The hash of the chain at the revision written, in formats that hold it.
    """

    network: Network
    history: Iterable[Revision] | None = None
    works: Sequence[str] | None = None
    lang: Lang = "en"
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name on every door, the suffix of its files, its media type, and its writer."""

    name: str
    suffix: str
    media_type: str
    write: Callable[[View], Iterator[str] | Iterator[bytes]] = field(repr=False)
    holds_history: bool = False
    holds_works: bool = False
    """Whether it holds works and nothing else, so that single works can be asked for."""


def _works(view: View) -> list[Work]:
    return citations.chosen(view.network, view.works)


def _tables(network: Network) -> Iterator[bytes]:
    return files.zipped({name: "".join(lines) for name, lines in tables.records(network).items()})


def _quads(view: View) -> Iterator[tuple[str, str, str, str]]:
    yield from dataset.quads(view.network, dated=view.history is not None)
    if view.history is not None:
        yield from dataset.history(view.history)


FORMATS: Mapping[str, Format] = {
    format.name: format
    for format in (
        Format("turtle", ".ttl", "text/turtle", lambda view: rdf.turtle(_quads(view)), holds_history=True),
        Format("trig", ".trig", "application/trig", lambda view: rdf.trig(_quads(view)), holds_history=True),
        Format(
            "jsonld", ".jsonld", "application/ld+json", lambda view: jsonld.jsonld(_quads(view)), holds_history=True
        ),
        Format("ntriples", ".nt", "application/n-triples", lambda view: rdf.ntriples(_quads(view)), holds_history=True),
        Format("nanopub", ".nanopub.trig", "application/trig", lambda view: rdf.trig(nanopub.nanopubs(view.network))),
        Format("pack", ".pack.zip", "application/zip", lambda view: files.zipped(packed.files(view.network))),
        Format("graphml", ".graphml", "application/graphml+xml", lambda view: graphs.graphml(view.network)),
        Format("gexf", ".gexf", "application/gexf+xml", lambda view: graphs.gexf(view.network)),
        Format("cyjs", ".cyjs", "application/vnd.cytoscape.cyjs+json", lambda view: graphs.cyjs(view.network)),
        Format("node-link", ".node-link.json", "application/json", lambda view: graphs.node_link(view.network)),
        Format("csv", ".csv", "text/csv", lambda view: tables.csv_of_claims(view.network)),
        Format("csv-tables", ".tables.zip", "application/zip", lambda view: _tables(view.network)),
        Format("neo4j-csv", ".neo4j.zip", "application/zip", lambda view: tables.neo4j(view.network)),
        Format("parquet", ".parquet.zip", "application/zip", lambda view: parquet.zipped(view.network, view.hash)),
        Format("bibtex", ".bib", "application/x-bibtex", lambda view: citations.bibtex(_works(view)), holds_works=True),
        Format(
            "ris",
            ".ris",
            "application/x-research-info-systems",
            lambda view: citations.ris(_works(view)),
            holds_works=True,
        ),
        Format(
            "csl-json",
            ".json",
            "application/vnd.citationstyles.csl+json",
            lambda view: citations.csl_json(_works(view)),
            holds_works=True,
        ),
        Format("csv-works", ".works.csv", "text/csv", lambda view: citations.csv_works(_works(view)), holds_works=True),
        Format(
            "references",
            ".txt",
            "text/plain",
            lambda view: citations.references(_works(view), view.lang),
            holds_works=True,
        ),
    )
}

PAGE = "html"
"""The picture as one page: it is drawn by kg_viz, for which command line and HTTP ask beside the formats."""
NAMES = (*FORMATS, PAGE)


def find(name: str) -> Format:
    """Return a format by its name.

    Raises:
        InputError: there is none of that name; names near ones. Or it is the picture, which `kg_viz.draw` writes.

    Example:
        >>> find("trig").suffix
        '.trig'
    """
    if name == PAGE:
        raise InputError(
            "a page is drawn, not exported", where="format", hint='kg_viz.draw(graph, "page.html") writes it'
        )
    if name not in FORMATS:
        raise InputError(
            f"{name[:80]!r} is not a format that can be written",
            where="format",
            near=near(name, NAMES, most=2),
            hint="the formats are " + ", ".join(NAMES),
        )
    return FORMATS[name]


def by_suffix(file: str) -> Format:
    """Return the format that the suffix of a file name stands for; the longest suffix that fits.

    Raises:
        InputError: as `find`.

    Example:
        >>> by_suffix("graph.nanopub.trig").name, by_suffix("graph.TRIG").name
        ('nanopub', 'trig')
    """
    if file.lower().endswith(f".{PAGE}"):
        return find(PAGE)
    fitting = [format for format in FORMATS.values() if file.lower().endswith(format.suffix)]
    if not fitting:
        raise InputError(
            f"the suffix of {file[-80:]!r} stands for no format",
            where="format",
            hint="name one of " + ", ".join(NAMES),
        )
    return max(fitting, key=lambda one: len(one.suffix))
