"""Rules as SPARQL that is asked once for all: each query gives the members of a class that break a rule.

Lives here: `queries`. May enter: rules, what stands below a class. Never here: engines, messages.

No joins inside FILTER NOT EXISTS, which Oxigraph evaluates in quadratic time: OPTIONAL and !BOUND.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from kg.rdf.nodes import Node, value_of
from kg.rdf.rules import SHACL, Rule

Below = Callable[[Node], Sequence[Node]]
"""A class -> itself and all classes below it."""
_KINDS = {"IRI": "ISIRI(?v)", "Literal": "ISLITERAL(?v)", "BlankNodeOrIRI": "!ISLITERAL(?v)"}


def queries(rule: Rule, below: Below) -> Iterator[str]:
    """Give queries whose `?this` together are the members that break a rule; a member may come more than once.

    Example:
        >>> from kg.rdf.rules import rules
        >>> for query in queries(rules()["work-title"], lambda node: [node]):
        ...     print(query[:75])
        SELECT DISTINCT ?this WHERE { ?this a <https://w3id.org/evidence-kg/ontolog
        SELECT DISTINCT ?this WHERE { ?this a <https://w3id.org/evidence-kg/ontolog
        SELECT DISTINCT ?this WHERE { ?this a <https://w3id.org/evidence-kg/ontolog
    """
    target = _typed("?this", [one for class_ in rule.targets for one in below(class_)], "?target")
    if rule.query:
        head, _, select = rule.query.partition("SELECT ")
        yield f"{head}SELECT DISTINCT ?this WHERE {{ {{ SELECT {select} }} {target} }}"
        return
    value = f"{target} ?this {rule.path} ?v ."
    given = rule.constraints or {}
    least, most = (int(value_of(given[word][0]).text) if word in given else None for word in ("minCount", "maxCount"))
    if least == 1:
        yield _where(f"{target} OPTIONAL {{ ?this {rule.path} ?v }} FILTER(!BOUND(?v))")
    elif least:
        yield _counted(f"{target} OPTIONAL {{ ?this {rule.path} ?v }}", f"< {least}")
    if most == 1:
        yield _where(f"{value} ?this {rule.path} ?w . FILTER(!SAMETERM(?v, ?w))")
    elif most is not None:
        yield _counted(value, f"> {most}")
    tests = [f"!({test})" for word in given for test in _tests(word, given[word])]
    if tests:
        yield _where(f"{value} FILTER({' || '.join(tests)})")
    for class_ in given.get("class", ()):
        within = ", ".join(below(class_))
        yield _where(f"{value} OPTIONAL {{ ?v a ?kind FILTER(?kind IN ({within})) }} FILTER(!BOUND(?kind))")
    for other in given.get("disjoint", ()):
        yield _where(f"{value} ?this {other} ?v .")
    for other in given.get("equals", ()):
        for one, two in ((rule.path, other), (other, rule.path)):
            yield _where(
                f"{target} ?this {one} ?v . OPTIONAL {{ ?this {two} ?w FILTER(SAMETERM(?v, ?w)) }} FILTER(!BOUND(?w))"
            )
    if "uniqueLang" in given:
        yield _where(
            f'{value} ?this {rule.path} ?w . FILTER(LANG(?v) != "" && LCASE(LANG(?v)) = LCASE(LANG(?w)) '
            "&& !SAMETERM(?v, ?w))"
        )


def _tests(word: str, values: Sequence[Node]) -> Iterator[str]:
    """Give expressions that are true for good values; an error must come out as false, so each guards itself."""
    first = values[0]
    if word == "datatype":
        yield f"ISLITERAL(?v) && SAMETERM(DATATYPE(?v), {first})"
    elif word == "nodeKind":
        yield _KINDS[first[1:-1].removeprefix(SHACL)]
    elif word == "in":
        yield " || ".join(f"SAMETERM(?v, {value})" for value in values)
    elif word == "languageIn":
        yield "ISLITERAL(?v) && (" + " || ".join(f"LANGMATCHES(LANG(?v), {value})" for value in values) + ")"
    elif word == "pattern":
        yield f"!ISBLANK(?v) && REGEX(STR(?v), {first})"
    elif word in {"minLength", "maxLength"}:
        sign = ">=" if word == "minLength" else "<="
        yield f"!ISBLANK(?v) && STRLEN(STR(?v)) {sign} {value_of(first).text}"
    elif word in {"minInclusive", "maxInclusive"}:
        yield f"COALESCE(?v {'>=' if word == 'minInclusive' else '<='} {first}, false)"


def _typed(variable: str, classes: Sequence[Node], type_: str) -> str:
    if len(classes) == 1:
        return f"{variable} a {classes[0]} ."
    return f"VALUES {type_} {{ {' '.join(classes)} }} {variable} a {type_} ."


def _counted(where: str, condition: str) -> str:
    return f"SELECT ?this WHERE {{ {where} }} GROUP BY ?this HAVING(COUNT(DISTINCT ?v) {condition})"


def _where(body: str) -> str:
    return f"SELECT DISTINCT ?this WHERE {{ {body} }}"
