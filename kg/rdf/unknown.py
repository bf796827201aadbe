"""Names of ours in a query that name nothing: why an answer may be empty, and what was probably meant.

Lives here: `Unknown`, `unknown`. May enter: queries that the guard let pass, networks. Never here: an engine, results;
names in the namespaces of others, which may hold more than we know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rapidfuzz import fuzz, process

from kg.errors import NotFound
from kg.holding import of_kind
from kg.ids import BASE, VOCABULARY_IRI, RecordKind
from kg.meant import near
from kg.network import Network
from kg.rdf import guard
from kg.rdf.dataset import vocabulary_quads
from kg.rdf.guard import OWN_GRAPHS, Checked
from kg.rdf.names import LABEL, PREFIXES
from kg.rdf.nodes import iri_of, value_of
from kg.snapshot import NEAR_AMONG, Snapshot

MOST = 5
LENGTH = 100
CLOSE = 70.0
ALIASES_AMONG = 20_000
_NEAR = 2
_PLAIN = "http" + BASE.removeprefix("https")
_KINDS: tuple[RecordKind, ...] = ("entity", "claim", "evidence", "work")
_RECORDS = {PREFIXES[kind]: kind for kind in _KINDS}
_REVISION, _GRAPH = PREFIXES["revision"], PREFIXES["graph"]
_SPACES = (*_RECORDS, _REVISION, _GRAPH)
_LOCAL = re.compile(r"\w(?:[\w:-]|\.(?=[\w:-]))*")
_SAID = {
    "term": ("the ontology has no {}", "本体中没有 {}"),
    "record": ("the record has no {}", "记录中没有 {}"),
    "graph": ("the dataset has no {}", "数据集中没有 {}"),
    "near": ("; did you mean {}?", "；是否指 {}？"),
    "or": (" or ", " 或 "),
}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that names nothing.

    Attributes:
        name: As the query has it: `ekg:Technik`, `entity:qlorra`, or an IRI in angle brackets.
        kind: "term" of the ontology, "record" or "graph".
        near: Names of what was probably meant, the nearest first, with the prefixes of the query.

    Example:
        >>> Unknown("ekg:Technik", "term", ("ekg:Technique",)).said()
        'the ontology has no ekg:Technik; did you mean ekg:Technique?'
    """

    name: str
    kind: str
    near: tuple[str, ...] = ()

    def said(self, lang: str = "en") -> str:
        """Return it as a sentence, without a full stop."""
        at = 1 if lang == "zh" else 0
        meant = _SAID["near"][at].format(_SAID["or"][at].join(self.near)) if self.near else ""
        return _SAID[self.kind][at].format(self.name) + meant


def unknown(query: Checked, network: Network, extra: Sequence[Path] = ()) -> tuple[Unknown, ...]:
    """Return the names in our namespaces that name no term, record or graph, at most MOST, as they are met.

    Args:
        query: As the guard let it pass.
        network: Of the revision that was asked. A record that its criteria leave out is none that is unknown.
        extra: Turtle files or folders that add to the packaged ontology.

    Law: nothing that stands in the dataset is unknown.

    Cost: linear in the query; for what is unknown a comparison with the ids of all records of its kind, some 10 ms for
    100,000, which is left out where there are more than NEAR_AMONG. The first unknown entity looks at all names, as
    `Snapshot.called` does.
    """
    found: dict[str, Unknown] = {}
    prefixes = dict(PREFIXES)
    for written, iri in _named(query.text, prefixes):
        if iri in found or len(found) == MOST:
            continue
        kind = _kind(iri, network, extra)
        if kind is not None:
            meant = tuple(_short(one, prefixes) for one in _meant(iri, network, extra)[:_NEAR])
            found[iri] = Unknown(written[:LENGTH], kind, meant)
    return tuple(found.values())


def _named(text: str, prefixes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Give the names that stand in a query, as written and as IRIs; the prefixes that it declares are noted."""
    pieces = [token for token in guard.tokens(text) if token.kind != "comment"]
    at = 0
    while at < len(pieces):
        token = pieces[at]
        at += 1
        if token.text in {"PREFIX", "BASE"} and token.kind == "word":
            declared = [one.kind for one in pieces[at : at + 2]] == ["name", "iri"] and token.text == "PREFIX"
            if declared:
                prefixes[pieces[at].text[:-1]] = pieces[at + 1].text[1:-1]
            at += 2 if declared else 1
        elif token.kind == "iri":
            yield token.text, token.text[1:-1]
        elif token.kind == "name":
            prefix, _, local = token.text.partition(":")
            if prefix in prefixes and local:
                yield token.text, prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)


def _kind(iri: str, network: Network, extra: Sequence[Path]) -> str | None:
    """Return which kind of thing an IRI of ours should name and does not; None where it does, or is not ours."""
    snapshot = network.snapshot
    whole = iri.replace(_PLAIN, BASE, 1) if iri.startswith(_PLAIN) else iri
    space, id = _parted(whole)
    if space == VOCABULARY_IRI:
        known, kind = whole in _terms(tuple(extra), network.vocabulary.digest), "term"
    elif space in _RECORDS:
        known, kind = id in _records(space, snapshot), "record"
    elif space == _REVISION:
        known, kind = id.isdecimal() and 0 < int(id[:18]) <= snapshot.revision, "record"
    elif space == _GRAPH:
        known, kind = space + id in OWN_GRAPHS, "graph"
    else:
        return None
    return None if known and whole == iri else kind


def _meant(iri: str, network: Network, extra: Sequence[Path]) -> list[str]:
    """Return IRIs of what was probably meant: the same name elsewhere among ours first, then names that resemble it."""
    snapshot = network.snapshot
    terms = _terms(tuple(extra), network.vocabulary.digest)
    space, id = _parted(iri.replace(_PLAIN, BASE, 1))
    same = [VOCABULARY_IRI + id] if VOCABULARY_IRI + id in terms else []
    same += [other + id for other in _RECORDS if id in _records(other, snapshot)]
    if same:
        return same
    if space == VOCABULARY_IRI:
        # Classes begin with a capital letter, properties do not.
        return sorted(near(id[:LENGTH], _called(terms)), key=lambda one: one[len(space)].isupper() != id[0].isupper())
    if space in _RECORDS and len(_records(space, snapshot)) <= NEAR_AMONG:
        return [space + one for one in _near_records(space, id[:LENGTH], snapshot)]
    return near(id[:LENGTH], {graph.rpartition("/")[2]: graph for graph in OWN_GRAPHS}) if space == _GRAPH else []


def _near_records(space: str, id: str, snapshot: Snapshot) -> list[str]:
    """Return ids of records that are called so, else of those whose ids resemble a text.

    Ids alone are compared, letter by letter: words in labels are for the search, which costs thirty times as much.
    """
    kind, records = _RECORDS[space], _records(space, snapshot)
    if kind == "entity" and (called := snapshot.called(id)):
        return sorted(called)
    if kind == "evidence" and len(records) <= ALIASES_AMONG:
        # An item may be asked for by the alias that it has in its pack, which is no name of the dataset.
        with suppress(NotFound):
            return [snapshot.item(id).id]
    return [one for one, *_ in process.extract(id, records.keys(), scorer=fuzz.ratio, score_cutoff=CLOSE, limit=_NEAR)]


def _parted(iri: str) -> tuple[str, str]:
    """Return the namespace of ours that an IRI begins with, "" where there is none, and what follows.

    What hangs on a record or a graph (`#author-1`) goes with it.
    """
    space = next((one for one in (VOCABULARY_IRI, *_SPACES) if iri.startswith(one)), "")
    rest = iri.removeprefix(space)
    return space, rest if space == VOCABULARY_IRI else rest.partition("#")[0]


def _records(space: str, snapshot: Snapshot) -> Mapping[str, object]:
    return of_kind(snapshot, _RECORDS[space])


@lru_cache(maxsize=8)
def _terms(extra: tuple[Path, ...], _: str) -> Mapping[str, tuple[str, ...]]:
    """Return what each term in our namespace is called beside its own name; kept as long as the words are the same."""
    found: dict[str, tuple[str, ...]] = {}
    for subject, predicate, object, _graph in vocabulary_quads(extra):
        iri = iri_of(subject)
        if iri.startswith(VOCABULARY_IRI):
            found[iri] = (*found.get(iri, ()), *((value_of(object).text,) if predicate == LABEL else ()))
    return found


def _called(terms: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {name: iri for iri, labels in terms.items() for name in (*labels, iri.removeprefix(VOCABULARY_IRI))}


def _short(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return an IRI as the query would write it: with the prefix that it declares, else with one declared already."""
    fitting = [one for one, space in prefixes.items() if iri.startswith(space) and _LOCAL.fullmatch(iri[len(space) :])]
    best = max(reversed(fitting), key=lambda one: len(prefixes[one]), default=None)
    return f"<{iri}>" if best is None else f"{best}:{iri[len(prefixes[best]) :]}"
