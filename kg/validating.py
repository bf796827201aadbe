"""Checking records against the shapes: the part of the face that says what is wrong with them as linked data.

Lives here: `Validating`, `check_file`. May enter: raw parameters of any door; they are parsed here, once.
Never here: what a rule says (ontology/shapes.ttl), how rules are checked (rdf/), printing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.asking import Asking
from kg.citations.parsed import Failure
from kg.errors import InputError, NotFound
from kg.ids import RecordKind
from kg.later import Later
from kg.model import Record, Text, kind_of
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary, load

if TYPE_CHECKING:
    from kg.importers import pack
    from kg.importers import rdf as rdf_import
    from kg.rdf import convert, dataset, provenance, reviews, shapes
    from kg.rdf.nodes import Node, Triple
else:
    pack, rdf_import = Later("kg.importers.pack"), Later("kg.importers.rdf")
    convert, dataset = Later("kg.rdf.convert"), Later("kg.rdf.dataset")
    provenance, reviews, shapes = Later("kg.rdf.provenance"), Later("kg.rdf.reviews"), Later("kg.rdf.shapes")

Document = dict[str, Any]


class Validating(Asking):
    """Validation with SHACL."""

    def validate(self, records: Iterable[Record] | None = None, *, lang: str | None = None) -> Document:
        """Check the record with its reviews, or a contribution before it is written, against `ontology/shapes.ttl`.

        Args:
            records: Records that are to be written, checked with what they lean on; None for the whole record.
            lang: Language of messages and remedies.

        Returns:
            `{"items": [{"focus", "rule", "severity", "message", "remedy"}], "counts": {"violation", "warning", "info",
            "rules": {rule: n}}}`, gravest first.

        Example:
            >>> import kg, tempfile
            >>> graph = kg.open(f"sqlite:///{tempfile.mkdtemp()}/r.sqlite")
            >>> from kg.model import Claim
            >>> found = graph.validate([Claim("lora--raises--phishing", "lora", "raises", "phishing")])
            >>> [(item["focus"], item["rule"]) for item in found["items"] if item["severity"] == "violation"]
            [('claim:lora--raises--phishing', 'claim-object')]
        """
        snapshot, spoken = self.snapshot, self._lang(lang)
        if records is not None:
            return shapes.document(shapes.validate_closure(records, snapshot, self.vocabulary), spoken)
        return shapes.document(_check(self._as_reviewed(), _records(snapshot), self.vocabulary, self._ontology), spoken)

    def _as_reviewed(self) -> Iterator[Triple]:
        """Give the reviews of the history, and who wrote first what they decided on."""
        decided: dict[RecordKind, set[str]] = {}
        for one in self.store.revisions():
            if reviews.decision_of(one.act) is not None:
                revision = next(self.store.changes(one.number - 1, one.number))
                yield from reviews.review_triples(revision, provenance.revision_node(one.number))
                for change in revision.changes:
                    decided.setdefault(change.kind, set()).add(change.id)
        for kind, ids in decided.items():
            for id, versions in self.store.histories(kind, sorted(ids)).items():
                first = versions[0][0]
                yield from reviews.origin_triples(kind, id, first, provenance.revision_node(first.number))


def check_file(
    path: str | Path, *, ontology: Sequence[Path] = (), lang: str = "en", known: Snapshot | None = None
) -> Document:
    """Check a file or a pack by itself, or on top of a record, without loading it.

    Args:
        path: RDF of ours (Turtle, TriG, N-Triples, N-Quads, JSON-LD, RDF/XML), or the folder of a pack.
        ontology: Turtle files or folders that add to the packaged ontology.
        lang: Language of messages and remedies.
        known: Records that it may refer to.

    Returns:
        The document of `Validating.validate`. What cannot be read at all comes first: its focus is the place in the
        file, its rule `unreadable`.

    Raises:
        NotFound: there is no such file or folder.
        InputError: the file as a whole is refused.
    """
    place = Path(path)
    if not place.exists():
        raise NotFound(f"there is no file or folder {str(path)!r}", where="FILE", hint="give an RDF file, or a pack")
    extra = tuple(ontology)
    stated: set[Triple] = set()
    records: Iterable[Record] = ()
    if place.is_dir() or place.suffix == ".toml":
        extra = (*extra, *pack.vocabulary_files(place))
        vocabulary = load(extra)
        contents = pack.read(place, vocabulary, known=known)
        records = (*contents.entities, *contents.works, *contents.claims, *contents.evidence)
        failures = contents.failures
    else:
        vocabulary = load(extra)
        stated, failures = rdf_import.statements(rdf_import.read_file(place), name=place.name)
        if not stated and not failures:
            raise InputError(f"{place.name} holds no statements", where="FILE", hint="give an RDF file, or a pack")
    if known is not None:
        said = {subject for subject, _, _ in stated} | {_node(record) for record in records}
        records = (*records, *(record for record in _records(known) if _node(record) not in said))
    unreadable = [_unreadable(failure) for failure in failures]
    return shapes.document((*unreadable, *_check(stated, records, vocabulary, extra)), lang)


def _check(
    stated: Iterable[Triple], records: Iterable[Record], vocabulary: Vocabulary, extra: Sequence[Path]
) -> tuple[shapes.Finding, ...]:
    words = (quad[:3] for quad in dataset.vocabulary_quads(extra))
    return shapes.validate_all((*stated, *words), vocabulary, records)


def _records(snapshot: Snapshot) -> Iterator[Record]:
    """Give all records, those that others refer to before them."""
    for some in (snapshot.entities, snapshot.works, snapshot.claims, snapshot.evidence):
        yield from some.values()


def _node(record: Record) -> Node:
    return convert.node_of(kind_of(record), record.id)


def _unreadable(failure: Failure) -> shapes.Finding:
    place = failure.source if failure.line is None else f"{failure.source}:{failure.line}"
    return shapes.Finding(place, "unreadable", "violation", Text(failure.reason), Text(failure.remedy))
