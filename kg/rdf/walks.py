"""Queries that are one path of any length, of one relation, with an end that is known: answered from the arrays.

Lives here: `Walk`, `recognised`, `reached`, `answered`. May enter: queries that the guard let pass, networks.
Never here: any other query; what is not recognised is left to the engine, which gives the same rows, but on a dataset
that has to be filled first. The arrays are there already, and each claim is looked at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.compiled.arrays import SHIFT, Arrays
from kg.compiled.field import ranges
from kg.ids import ends_of_claim, record_iri
from kg.later import Later
from kg.network import Network, relations_taking_part
from kg.rdf import guard, results
from kg.rdf.guard import Checked, Token
from kg.rdf.names import PREFIXES

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

ENTITY = record_iri("entity", "")
_END = Token("end", "", -1)
_LIMIT = re.compile(r"[0-9]{1,15}")
_IRI = re.compile(r"<https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9._~!$&'()*+,;=:@/?#-]*)?>")


@dataclass(frozen=True, slots=True)
class Walk:
    """One path of any length.

    Attributes:
        relation: Id of the relation of every claim on it, those below it included.
        start: Id of the entity where it begins; None where that is asked for.
        end: Id of the entity where it ends; None where that is asked for.
        empty: Whether a path of no claims counts, from an entity to itself.
        variable: Name of the column; none for ASK.
        most: Rows that the query asks for; None for all.
    """

    relation: str
    start: str | None
    end: str | None
    empty: bool
    variable: str = ""
    most: int | None = None


def recognised(query: Checked, network: Network) -> Walk | None:
    """Return the walk that a query asks for; None when it asks for anything else, or cannot be read.

    `SELECT ?b { entity:a ekg:raises+ ?b }` in all its spellings, with `*` for `+`, the variable on the other side,
    `ORDER BY ?b` and `LIMIT`; `ASK` with two entities. A relation of which some claims are no links is left alone.

    Cost: linear in the query.
    """
    if query.default or query.named or query.volatile or query.form not in {"SELECT", "ASK"}:
        return None
    if "+" not in query.text and "*" not in query.text:
        return None
    return _Reader(query, network).walk()


def answered(walk: Walk, network: Network, format: str, *, most: int, bytes_most: int) -> results.Written:
    """Return the result of a walk, rows in the order of their IRIs.

    Law: the rows are those of the engine on the dataset of the network.

    Cost: that of `reached`, and 4 microseconds a row.
    """
    if walk.start is not None and walk.end is not None:
        found = walk.end in reached(walk, network)
        return results.write_boolean(found, format)
    rows = sorted(reached(walk, network))
    terms = ([ox.NamedNode(ENTITY + id)] for id in (rows if walk.most is None else rows[: walk.most]))
    return results.write_rows([walk.variable], terms, format, most=most, bytes_most=bytes_most)


def reached(walk: Walk, network: Network) -> set[str]:
    """Return the ids of the entities at the other end.

    Cost: each claim of the relation that is reached, a few nanoseconds; the first walk of a relation on a network looks
    at the ids of all claims.
    """
    forward = walk.start is not None
    known = walk.start if walk.start is not None else walk.end
    found = {known} if walk.empty and known is not None else set()
    node = network.index.get(known or "")
    if node is None:
        return found
    arrays = Arrays.of(network)
    there = _claims_of(walk.relation, network, arrays)
    start, adjacent = (arrays.start, arrays.to) if forward else (arrays.back_start, arrays.back)
    met, edge, mark = np.zeros(arrays.nodes, bool), np.array([node]), np.zeros(arrays.nodes, np.int64)
    while len(edge):
        places, _ = ranges(start, edge)
        steps = adjacent[places] >> SHIFT
        fresh = steps[there[places if forward else arrays.at[places]] & ~met[steps]]
        met[fresh] = True
        # Of a node that is met twice in a round only the last mark stays.
        mark[fresh] = np.arange(len(fresh))
        edge = fresh[mark[fresh] == np.arange(len(fresh))]
    return found | {network.ids[one] for one in np.flatnonzero(met).tolist()}


def _claims_of(relation: str, network: Network, arrays: Arrays) -> Any:
    """Return for each claim of the arrays whether it is of a relation or of one below it; kept with the network."""
    key = f"claims of {relation}"
    if key not in network.kept:
        below = network.vocabulary.subrelations(relation)
        network.kept[key] = np.fromiter((ends_of_claim(id)[1] in below for id in arrays.ids), bool, len(arrays.ids))
    return network.kept[key]


class _Reader:
    """Reads one query, piece by piece."""

    def __init__(self, query: Checked, network: Network) -> None:
        self.query, self.network = query, network
        self.pieces = [one for one in guard.tokens(query.text) if one.kind != "comment"]
        self.is_plain = all(one.text.isascii() for one in self.pieces if one.kind in {"variable", "number"}) and all(
            one.text.partition(":")[0].isascii() for one in self.pieces if one.kind == "name"
        )
        self.at = 0
        self.prefixes = dict(PREFIXES)

    def walk(self) -> Walk | None:
        """Return what the query asks for."""
        columns = self._head() if self.is_plain and self._prologue() else None
        self._take("word", "WHERE")
        if columns is None or not self._take("sign", "{"):
            return None
        ends = [self._end()]
        relation = self._relation()
        repeated = self._next()
        ends.append(self._end())
        self._take("sign", ".")
        asked = [one.text[1:] for one in ends if one is not None and one.kind == "variable"]
        known = [self._entity(one) for one in ends]
        is_path = self._take("sign", "}") and relation is not None and repeated.text in {"+", "*"}
        is_bound = 2 - known.count(None) + len(asked) == 2 and len(asked) == (self.query.form == "SELECT")
        variable = asked[0] if asked else ""
        if relation is None or not is_path or not is_bound or columns not in ([], [variable]):
            return None
        if not self._ordered(variable):
            return None
        # The engine finds a path of no claims where it knows the entity; whether it does is its own affair.
        if repeated.text == "*" and not all(one is None or one in self.network.index for one in known):
            return None
        most = self._most()
        if self.at != len(self.pieces) or (most is not None and self.query.form == "ASK"):
            return None
        return Walk(relation, known[0], known[1], repeated.text == "*", variable, most)

    def _next(self) -> Token:
        self.at += 1
        return self.pieces[self.at - 1] if self.at <= len(self.pieces) else _END

    def _take(self, kind: str, text: str) -> bool:
        """Go on past a piece, when it is the next one."""
        one = self.pieces[self.at] if self.at < len(self.pieces) else _END
        if (one.kind, one.text) != (kind, text):
            return False
        self.at += 1
        return True

    def _prologue(self) -> bool:
        while self._take("word", "PREFIX"):
            name, iri = self._next(), self._next()
            if name.kind != "name" or not name.text.endswith(":") or iri.kind != "iri" or not _IRI.fullmatch(iri.text):
                return False
            self.prefixes[name.text[:-1]] = iri.text[1:-1]
        return True

    def _head(self) -> list[str] | None:
        """Return the columns that are named, none for `*` and for ASK; None where there is something else."""
        if self._take("word", "ASK"):
            return []
        if not self._take("word", "SELECT"):
            return None
        _ = self._take("word", "DISTINCT") or self._take("word", "REDUCED")
        if self._take("sign", "*"):
            return []
        one = self._next()
        return [one.text[1:]] if one.kind == "variable" else None

    def _end(self) -> Token | None:
        one = self._next()
        return one if one.kind in {"variable", "name", "iri"} else None

    def _iri(self, one: Token) -> str | None:
        """Return the IRI that a piece stands for."""
        if one.kind == "iri":
            return one.text[1:-1]
        prefix, mark, local = one.text.partition(":")
        if one.kind != "name" or not mark or "\\" in local or prefix not in self.prefixes:
            return None
        return self.prefixes[prefix] + local

    def _entity(self, one: Token | None) -> str | None:
        iri = None if one is None else self._iri(one)
        return iri.removeprefix(ENTITY) if iri is not None and iri.startswith(ENTITY) and iri != ENTITY else None

    def _relation(self) -> str | None:
        """Return the relation that a path repeats, where all its claims that hold are links."""
        iri = self._iri(self._next())
        vocabulary, criteria = self.network.vocabulary, self.network.criteria
        found = next((id for id, one in vocabulary.relations.items() if one.iri == iri), None)
        if found is None or not str(iri).startswith(PREFIXES["ekg"]):
            return None
        parts = relations_taking_part(criteria, vocabulary)
        return found if criteria.relation or vocabulary.subrelations(found) <= parts.keys() else None

    def _ordered(self, variable: str) -> bool:
        """Go on past `ORDER BY` the column, which is the order of rows here."""
        if not self._take("word", "ORDER"):
            return True
        one = self._next(), self._next()
        return one[0].text == "BY" and one[1].kind == "variable" and one[1].text[1:] == variable

    def _most(self) -> int | None:
        if self._take("word", "LIMIT"):
            one = self._next()
            if one.kind == "number" and _LIMIT.fullmatch(one.text):
                return int(one.text)
            self.at -= 1
        return None
