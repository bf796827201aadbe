"""Core constraints of SHACL, checked in one pass: how often a property stands, and what its values are.

Lives here: `Pass`. May enter: rules, a subject with its properties. Never here: engines, queries, records.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from kg.rdf.names import TYPE, name
from kg.rdf.nodes import RDF, XSD, Node, Triple, value_of
from kg.rdf.rules import SHACL, Rule

About = Mapping[Node, Sequence[Node]]
"""Property -> objects, none twice."""
Test = Callable[[Node], bool]
"""Tells whether a value is a good one."""
OUTLINES_MOST = 4_096
"""So many outlines are remembered at a time; records have some dozens."""
_SUBCLASS = name("rdfs:subClassOf")
_LEXICAL = {
    "integer": re.compile(r"[+-]?[0-9]+"),
    "decimal": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"),
    "boolean": re.compile(r"true|false|1|0"),
    "gYear": re.compile(r"-?[0-9]{4,}(?:Z|[+-][0-9]{2}:[0-9]{2})?"),
}
_NUMBERS = frozenset({XSD + "integer", XSD + "decimal"})


@dataclass(frozen=True, slots=True)
class Check:
    """One rule as it is checked where its property stands.

    Args:
        rule: Its id.
        path: The property.
        least: How many values there must be.
        most: How many there may be, None for any number.
        test: What each value must pass, None when anything goes.
        classes: Classes that each value must be of.
        unique: No two values may be in one language.
        apart: Properties that must not share a value.
        same: Properties that must have the same values.
        plain: Neither `classes` nor `unique` nor `apart` is asked for.
    """

    rule: str
    path: Node
    least: int
    most: int | None
    test: Test | None
    classes: tuple[Node, ...]
    unique: bool
    apart: tuple[Node, ...]
    same: tuple[Node, ...]
    plain: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What is checked of one property.

    Args:
        checks: All of them.
        tests: What a value that stands alone has to pass, and the rule that it breaks else; None when checks ask more.
        passed: IRIs, numbers, ... that are good values wherever they stand alone, as far as is known.
    """

    checks: tuple[Check, ...]
    tests: tuple[tuple[Test, str], ...] | None
    passed: set[Node]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is checked of members of some classes.

    Args:
        needed: Checks that fail where the property is missing.
        steps: What is checked where a property stands, by property.
        inverse: Checks of how many name the member by a property.
        classes: Those of the classes asked for that the members are of.
    """

    needed: tuple[Check, ...]
    steps: Mapping[Node, Step]
    inverse: tuple[Check, ...]
    classes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A plan for members that have just these properties.

    Args:
        plan: That for their classes.
        needed: Checks of how often a property stands that more than one value or none decides.
        steps: What is checked of each property, in their order; None where nothing is.
        named: Properties among them that count for inverse checks.
    """

    plan: Plan
    needed: tuple[Check, ...]
    steps: tuple[Step | None, ...]
    named: tuple[Node, ...]


@dataclass
class Pass:
    """One pass over descriptions: `look` at each subject once, then `found`.

    Args:
        rules: Those that are constraints are checked.
        above: Each class -> itself and all classes above it; a class that is missing stands below none.
        wanted: Classes whose members are to be remembered, beside those that constraints name.

    Law: the same findings as pySHACL, in whichever order the subjects come.

    Attributes:
        broken: Focus nodes and the rules that they break, as far as is known.
        members: Class -> its members so far.

    Cost: some 10 us for an evidence item.
    """

    rules: Iterable[Rule]
    above: Mapping[Node, frozenset[Node]]
    wanted: frozenset[Node] = frozenset()
    broken: set[tuple[Node, str]] = field(default_factory=set)
    members: dict[Node, set[Node]] = field(default_factory=dict)
    _plans: dict[tuple[Node, ...], Plan] = field(default_factory=dict)
    _outlines: dict[tuple[tuple[Node, ...], tuple[Node, ...]], Outline] = field(default_factory=dict)
    _later: list[tuple[Node, str, Node, Node]] = field(default_factory=list)
    _named: dict[Node, set[Node]] = field(default_factory=dict)
    _waiting: list[tuple[Node, Check]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Sort the rules by the classes that they are for."""
        core = [rule for rule in self.rules if not rule.query]
        self._asked = self.wanted | {class_ for rule in core for class_ in (rule.constraints or {}).get("class", ())}
        self._checks = [(frozenset(rule.targets), rule.inverse, _check(rule)) for rule in core]
        self.members = {class_: set() for class_ in self._asked}
        self._named = {check.path: set() for _, inverse, check in self._checks if inverse}

    def look(self, subject: Node, about: About) -> None:
        """Check one subject; everything that is said of it must come at once."""
        shape = (tuple(about.get(TYPE, ())), tuple(about))
        outline = self._outlines.get(shape) or self._outline(shape)
        for class_ in outline.plan.classes:
            self.members[class_].add(subject)
        for path in outline.named:
            self._named[path].update(about[path])
        if outline.plan.inverse:
            self._waiting += [(subject, check) for check in outline.plan.inverse]
        for check in outline.needed:
            values = about.get(check.path, ())
            if len(values) < check.least or (check.same and not _same(values, about, check.same)):
                self.broken.add((subject, check.rule))
        for step, values in zip(outline.steps, about.values(), strict=True):
            if step is None:
                continue
            only = values[0] if len(values) == 1 else None
            if only not in step.passed and self._passes(step, subject, values, about) and only and only[-1] == ">":
                step.passed.add(only)

    def _passes(self, step: Step, subject: Node, values: Sequence[Node], about: About) -> bool:
        """Tell whether the values of a property pass its checks for good."""
        if step.tests is None or len(values) != 1:
            kept = [self._keeps(check, subject, values, about) for check in step.checks]
            return all(kept)
        broken = [(subject, rule) for test, rule in step.tests if not test(values[0])]
        self.broken.update(broken)
        return not broken

    def _keeps(self, check: Check, subject: Node, values: Sequence[Node], about: About) -> bool:
        """Tell whether the values pass for good, whatever else is said of the subject and whatever comes later."""
        if (check.most is not None and len(values) > check.most) or (
            check.test is not None and not all(map(check.test, values))
        ):
            self.broken.add((subject, check.rule))
            return False
        if check.plain:
            return True
        if (check.unique and len(values) > 1 and not _unique(values)) or not _apart(values, about, check.apart):
            self.broken.add((subject, check.rule))
            return False
        late = [
            (subject, check.rule, class_, value)
            for class_ in check.classes
            for value in values
            if value not in self.members[class_]
        ]
        self._later += late
        return not late and not check.apart

    def found(self) -> set[tuple[Node, str]]:
        """Return focus nodes and the rules that they break, now that every subject has been looked at."""
        for subject, rule, class_, value in self._later:
            if value not in self.members[class_]:
                self.broken.add((subject, rule))
        for subject, check in self._waiting:
            if subject not in self._named[check.path]:
                self.broken.add((subject, check.rule))
        return self.broken

    def _outline(self, shape: tuple[tuple[Node, ...], tuple[Node, ...]]) -> Outline:
        types, properties = shape
        plan = self._plans.get(types) or self._plans.setdefault(types, self._plan(types))
        if len(self._outlines) >= OUTLINES_MOST:
            self._outlines.clear()
        self._outlines[shape] = Outline(
            plan,
            tuple(check for check in plan.needed if check.same or check.least > 1 or check.path not in properties),
            tuple(plan.steps.get(property) for property in properties),
            tuple(property for property in properties if property in self._named),
        )
        return self._outlines[shape]

    def _plan(self, types: tuple[Node, ...]) -> Plan:
        classes = {class_ for type_ in types for class_ in self.above.get(type_, (type_,))}
        mine = [(inverse, check) for targets, inverse, check in self._checks if not targets.isdisjoint(classes)]
        by_property: dict[Node, tuple[Check, ...]] = {}
        for inverse, check in mine:
            if not inverse:
                by_property[check.path] = (*by_property.get(check.path, ()), check)
        return Plan(
            tuple(check for inverse, check in mine if not inverse and (check.least or check.same)),
            {path: Step(checks, _tests(checks), set()) for path, checks in by_property.items()},
            tuple(check for inverse, check in mine if inverse),
            tuple(sorted(classes & self._asked)),
        )


def above(some: Iterable[Triple]) -> dict[Node, frozenset[Node]]:
    """Return each class that stands below another -> itself and all classes above it.

    Example:
        >>> sorted(above([("<a>", _SUBCLASS, "<b>"), ("<b>", _SUBCLASS, "<c>")])["<a>"])
        ['<a>', '<b>', '<c>']
    """
    direct: dict[Node, set[Node]] = {}
    for subject, predicate, object in some:
        if predicate == _SUBCLASS:
            direct.setdefault(subject, set()).add(object)
    found = {}
    for class_ in direct:
        seen, waiting = {class_}, [class_]
        while waiting:
            fresh = direct.get(waiting.pop(), set()) - seen
            seen |= fresh
            waiting += fresh
        found[class_] = frozenset(seen)
    return found


def _check(rule: Rule) -> Check:
    given = rule.constraints or {}
    return Check(
        rule.id,
        rule.path,
        int(value_of(given["minCount"][0]).text) if "minCount" in given else 0,
        int(value_of(given["maxCount"][0]).text) if "maxCount" in given else None,
        _test(given),
        given.get("class", ()),
        "uniqueLang" in given,
        given.get("disjoint", ()),
        given.get("equals", ()),
        given.keys().isdisjoint({"class", "uniqueLang", "disjoint"}),
    )


def _test(given: Mapping[str, Sequence[Node]]) -> Test | None:
    """Return one test that a value passes when it keeps all constraints on single values; None without any."""
    tests = [test for word, values in given.items() for test in _node_tests(word, values)]
    if not given.keys().isdisjoint({"minLength", "maxLength", "pattern"}):
        least = int(value_of(given["minLength"][0]).text) if "minLength" in given else 0
        most = int(value_of(given["maxLength"][0]).text) if "maxLength" in given else sys.maxsize
        search = re.compile(value_of(given["pattern"][0]).text).search if "pattern" in given else None
        tests.append(_text_test(least, most, search, tests.pop() if tests else None))
    if len(tests) == 1:
        return tests[0]
    return (lambda node: all(test(node) for test in tests)) if tests else None


def _text_test(least: int, most: int, search: Callable[[str], object] | None, before: Test | None) -> Test:
    """Return a test of the text of a node, after another test."""

    def test(node: Node) -> bool:
        if before is not None and not before(node):
            return False
        text = node[1:-1] if node[-1] == '"' and "\\" not in node else _text(node)
        return least <= len(text) <= most and (search is None or search(text) is not None)

    return test


def _node_tests(word: str, values: Sequence[Node]) -> Iterator[Test]:
    first = values[0]
    if word == "datatype":
        yield _datatype(first[1:-1])
    elif word == "nodeKind":
        literal = first[1:-1] == SHACL + "Literal"
        yield lambda node: node.startswith('"') == literal
    elif word == "in":
        yield frozenset(values).__contains__
    elif word == "languageIn":
        ranges = tuple(value_of(value).text.lower() for value in values)
        yield lambda node: node.startswith('"') and _in_languages(value_of(node).language.lower(), ranges)
    elif word == "minInclusive":
        low = Decimal(value_of(first).text)
        yield lambda node: (number := _number(node)) is not None and number >= low
    elif word == "maxInclusive":
        high = Decimal(value_of(first).text)
        yield lambda node: (number := _number(node)) is not None and number <= high


def _datatype(datatype: str) -> Test:
    if datatype == XSD + "string":
        # A literal that is neither tagged nor typed ends with its quotation mark.
        return lambda node: node[-1] == '"'
    if datatype == RDF + "langString":
        return lambda node: node.startswith('"') and value_of(node).language != ""
    ending, lexical = f'"^^<{datatype}>', _LEXICAL.get(datatype.removeprefix(XSD))
    if lexical is None:
        return lambda node: node.startswith('"') and node.endswith(ending)
    return lambda node: node.startswith('"') and node.endswith(ending) and lexical.fullmatch(_text(node)) is not None


def _in_languages(language: str, ranges: Iterable[str]) -> bool:
    """Tell whether a language tag is one of the ranges, or a subtag of one."""
    return any(language == one or language.startswith(one + "-") for one in ranges)


def _text(node: Node) -> str:
    """Return what STR gives in SPARQL."""
    plain = node[0] == "<" or (node[-1] == '"' and "\\" not in node)
    return node[1:-1] if plain else value_of(node).text


@lru_cache(maxsize=4_096)
def _number(node: Node) -> Decimal | None:
    if not node.startswith('"'):
        return None
    value = value_of(node)
    known = value.datatype in _NUMBERS and _LEXICAL["decimal"].fullmatch(value.text)
    return Decimal(value.text) if known else None


def _unique(values: Iterable[Node]) -> bool:
    languages = [value_of(value).language.lower() for value in values if value.startswith('"')]
    tagged = [language for language in languages if language]
    return len(tagged) == len(set(tagged))


def _tests(checks: Iterable[Check]) -> tuple[tuple[Test, str], ...] | None:
    """Return all that a value that stands alone has to pass, None when more is asked of it than tests."""
    if any(not check.plain or check.most == 0 for check in checks):
        return None
    return tuple((check.test, check.rule) for check in checks if check.test is not None)


def _same(values: Sequence[Node], about: About, others: Iterable[Node]) -> bool:
    return all(set(values) == set(about.get(other, ())) for other in others)


def _apart(values: Sequence[Node], about: About, others: Iterable[Node]) -> bool:
    return all(set(values).isdisjoint(about.get(other, ())) for other in others)
