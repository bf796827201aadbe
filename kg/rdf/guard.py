"""The guard before the SPARQL engine: what a query is, and whether it may be asked at all.

Lives here: limits on size and shape, forbidden words, the dataset that a query names. May enter: text of strangers.
Never here: an engine. The text is not understood, only counted; the process that evaluates it is the second wall.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, cast

from kg.errors import InputError
from kg.rdf.names import GRAPHS, PREFIXES
from kg.rdf.nodes import iri_of

Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]
BYTES_MOST, DEPTH_MOST, BANGS_MOST = 16_384, 32, 4
PATTERNS_MOST, OPERATORS_MOST = 200, 500
FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATES = frozenset({"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "USING", "WITH"})
VOLATILE = frozenset({"BNODE", "NOW", "RAND", "STRUUID", "UUID"})
WORD_OPERATORS = frozenset(
    {"BIND", "EXISTS", "FILTER", "GRAPH", "GROUP", "IN", "MINUS", "OPTIONAL", "ORDER", "SELECT", "UNION", "VALUES"}
)
SIGN_OPERATORS = frozenset({"!", "!=", "&&", "*", "+", "-", "/", "<", "<=", "=", ">", ">=", "?", "^", "|", "||"})
OWN_GRAPHS = tuple(iri_of(graph) for graph in GRAPHS)
_CLOSING = {")": "(", "]": "[", "}": "{", ">>": "<<", "|}": "{|"}
_NO_TEXT = re.compile(r"[\0\ud800-\udfff]")
_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_TOKEN = re.compile(
    r"""
    (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<text>\"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''
              |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    | (?P<comment>\#[^\n\r]*)
    | (?P<variable>[?$][\w·]+)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<name>(?:[^\W\d][\w·.-]{0,63})?:(?:[\w·:-]|\.+(?=[\w·:%\\-])|%[0-9A-Fa-f]{2}|\\.)*)
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<word>\w+)
    | (?P<escape>\\.)
    | (?P<sign>\{\||\|\}|<<|>>|&&|\|\||!=|<=|>=|\^\^|[^\s])
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of a query: its kind, its text (words in capitals), where it begins."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A query that may be handed to the engine.

    Attributes:
        text: The query, escapes of characters resolved.
        form: What it asks for.
        default: Graphs that it names with FROM.
        named: Graphs that it names with FROM NAMED.
        volatile: Whether it asks for the time, for chance or for new names, so that asking again may differ.
        columns: The variables of a `SELECT *` in the order in which they appear; none for other queries.
    """

    text: str
    form: Form
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    volatile: bool = False
    columns: tuple[str, ...] = ()


@lru_cache(maxsize=256)
def check(query: str) -> Checked:
    """Return a query as it may be evaluated.

    Raises:
        InputError: the query is too large, too deep or asks for something that is not offered; says what and where.

    Cost: linear; below 10 ms for the longest query allowed. The last few hundred are remembered.

    Example:
        >>> check("ASK { ?a ?b ?c }").form
        'ASK'
    """
    size = len(query.encode("utf-8", "surrogatepass"))
    if size > BYTES_MOST:
        raise InputError(f"the query has {size} bytes, at most {BYTES_MOST} are allowed", where="query")
    text = _resolved(query)
    pieces = [token for token in tokens(text) if token.kind != "comment"]
    form = _form(text, pieces)
    _measure(text, pieces)
    default, named = _dataset(text, pieces)
    volatile = any(token.kind == "word" and token.text in VOLATILE for token in pieces)
    return Checked(text, form, default, named, volatile, _columns(form, pieces))


def own_graph(text: str, where: str = "query") -> str:
    """Return the IRI of a graph of the dataset.

    Raises:
        InputError: there is no such graph here; nothing is fetched from elsewhere.

    Example:
        >>> own_graph("https://w3id.org/evidence-kg/graph/edges").rpartition("/")[2]
        'edges'
    """
    if text not in OWN_GRAPHS:
        raise InputError(
            f"{text[:200]!r} is not a graph of this dataset, and nothing is fetched from elsewhere",
            where=where,
            hint=f"the graphs are {', '.join(OWN_GRAPHS)}",
        )
    return text


def _resolved(query: str) -> str:
    """Resolve `\\u` and `\\U` first, as the standard says, so that no word hides behind them."""

    def char(found: re.Match[str]) -> str:
        number = int(found[1] or found[2], 16)
        if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            raise InputError(f"{found.group()} is not a character", where=_place(query, found.start()))
        return chr(number)

    text = _CODEPOINT.sub(char, query)
    one = _NO_TEXT.search(text)
    if one is not None:
        raise InputError(f"the query holds U+{ord(one[0]):04X}, which is no text", where=_place(text, one.start()))
    again = _CODEPOINT.search(text)
    if again is not None:
        raise InputError("an escape stands within an escape", where=_place(text, again.start()))
    return text


def tokens(text: str) -> Iterator[Token]:
    """Give the pieces of a query, comments included; white space lies between them.

    Raises:
        InputError: a piece can be read in two ways.
    """
    for found in _TOKEN.finditer(text):
        kind, written = str(found.lastgroup), found.group()
        if kind == "iri" and ("'" in written or ("#" in written and "://" not in written.partition("#")[0])):
            # Such a text is an IRI or a comparison, and only a parser can tell; what follows would be read differently.
            raise InputError(
                f"{written[:80]} can be read in two ways",
                where=_place(text, found.start()),
                hint="write an IRI with # in full (scheme://...), %27 for ', and a space after < in comparisons",
            )
        yield Token(kind, written.upper() if kind == "word" else written, found.start())


def _form(text: str, tokens: list[Token]) -> Form:
    for token in tokens:
        if token.kind == "word" and token.text == "SERVICE":
            raise InputError(
                "SERVICE asks another server, and this one opens no connections",
                where=_place(text, token.at),
                hint="ask each server by itself and join the answers",
            )
        if token.kind == "word" and token.text in UPDATES:
            raise InputError(
                f"{token.text} changes a dataset, and this endpoint only reads",
                where=_place(text, token.at),
                hint="records are added by `kg add` and POST /api/v1/...",
            )
    for before, token in zip([Token("", "", 0), *tokens], tokens, strict=False):
        if token.kind == "word" and token.text in FORMS:
            return cast(Form, token.text)
        is_prologue = token.kind in {"iri", "name"} or token.text in {"BASE", "PREFIX", "VERSION"}
        if not is_prologue and before.text != "VERSION":
            raise InputError(
                f"{token.text[:80]!r} where SELECT, ASK, CONSTRUCT or DESCRIBE was expected",
                where=_place(text, token.at),
            )
    raise InputError("the query holds no SELECT, ASK, CONSTRUCT or DESCRIBE", where="query")


def _measure(text: str, tokens: list[Token]) -> None:
    """Count brackets, `!` in a row, triple patterns and operators, rather too many than too few."""
    opened: list[str] = []
    values = ""
    bangs = patterns = operators = 0
    before = Token("", "", 0)
    for token in tokens:
        sign = token.text if token.kind == "sign" else ""
        inside = opened[-1] if opened else ""
        bangs = bangs + 1 if sign == "!" else 0
        values = {"VALUES": "before"}.get(token.text, values) if token.kind == "word" else values
        if sign in {"(", "[", "{", "<<", "{|"}:
            opened.append("rows" if sign == "{" and values else sign)
            values = values if sign == "(" else ""
            patterns += sign in {"[", "<<", "{|"} or opened[-1] == "{"
        elif sign in _CLOSING and inside in {_CLOSING[sign], "rows"}:
            opened.pop()
        patterns += sign == "/" or (sign in {".", ";", ","} and inside != "(")
        # In a list, unlike in a call, things follow one another without a comma; each makes two triples.
        patterns += 2 * (inside == "(" and "rows" not in opened and _ends(before) and (sign == "(" or _starts(token)))
        operators += sign in SIGN_OPERATORS or (token.kind == "word" and token.text in WORD_OPERATORS)
        before = token
        if bangs > BANGS_MOST:
            raise InputError(f"more than {BANGS_MOST} ! in a row", where=_place(text, token.at))
        if len(opened) > DEPTH_MOST:
            raise InputError(
                f"brackets are nested more than {DEPTH_MOST} deep", where=_place(text, token.at), hint="flatten it"
            )
    for count, most, what in ((patterns, PATTERNS_MOST, "triple patterns"), (operators, OPERATORS_MOST, "operators")):
        if count > most:
            raise InputError(
                f"the query has about {count} {what}, at most {most} are allowed",
                where="query",
                hint="ask in several queries",
            )


def _starts(token: Token) -> bool:
    return token.kind in {"iri", "name", "number", "text", "variable"}


def _ends(token: Token) -> bool:
    return _starts(token) or token.kind == "language" or token.text in {")", "]"}


def _dataset(text: str, tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the graphs behind FROM and FROM NAMED."""
    prefixes = dict(PREFIXES)
    default: list[str] = []
    named: list[str] = []
    for index, token in enumerate(tokens):
        if token.kind != "word" or token.text not in {"PREFIX", "FROM"}:
            continue
        rest = tokens[index + 1 : index + 3]
        if token.text == "PREFIX" and [one.kind for one in rest] == ["name", "iri"]:
            prefixes[rest[0].text[:-1]] = rest[1].text[1:-1]
        elif token.text == "FROM" and rest:
            is_named = rest[0].text == "NAMED" and len(rest) > 1
            target = rest[1] if is_named else rest[0]
            (named if is_named else default).append(own_graph(_graph(target, prefixes), _place(text, target.at)))
    return tuple(default), tuple(named)


def _columns(form: Form, tokens: list[Token]) -> tuple[str, ...]:
    words = [token.text for token in tokens]
    after = [word for word in words[words.index(form) + 1 :][:2] if word not in {"DISTINCT", "REDUCED"}]
    if form != "SELECT" or after[:1] != ["*"]:
        return ()
    return tuple(dict.fromkeys(token.text[1:] for token in tokens if token.kind == "variable"))


def _graph(token: Token, prefixes: dict[str, str]) -> str:
    if token.kind == "name":
        prefix, _, local = token.text.partition(":")
        return prefixes.get(prefix, f"{prefix}:") + local
    return token.text[1:-1] if token.kind == "iri" else token.text


def _place(text: str, at: int) -> str:
    return f"query, line {text.count(chr(10), 0, at) + 1}"
