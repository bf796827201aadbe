"""What is probably wrong with a query that the engine cannot read, and what to do.

Lives here: `hint`. May enter: the text of a query. Never here: an engine; a hint is a guess from what the text shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from kg.meant import near
from kg.rdf import guard
from kg.rdf.guard import Token
from kg.rdf.names import PREFIXES

_CLOSING = {")": "(", "]": "[", "}": "{"}
_QUOTES = frozenset({'"', "'"})
_SCHEME = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")


def hint(text: str) -> str | None:
    """Return what is probably wrong with a query that is not SPARQL, None when nothing is seen.

    Example:
        >>> hint("SELECT ?x { ?x a mine:Bar }")[:73]
        'the prefix mine: is not declared; PREFIX mine: <...> declares it; known a'
        >>> hint("SELECT ?x { ?x a ekg:Claim ")
        "the '{' in line 1 is not closed; add '}'"
    """
    tokens = [token for token in guard.tokens(text) if token.kind != "comment"]
    guesses: tuple[Callable[[str, Sequence[Token]], str | None], ...] = (
        _quote, _prefix, _bracket, _where, _comma, _bare, _dot, _relative,
    )  # fmt: skip
    return next((said for guess in guesses if (said := guess(text, tokens)) is not None), None)


def _quote(text: str, tokens: Sequence[Token]) -> str | None:
    lone = next((token for token in tokens if token.kind == "sign" and token.text in _QUOTES), None)
    return None if lone is None else f"the quotation mark in line {_line(text, lone)} is not closed in its line"


def _prefix(_: str, tokens: Sequence[Token]) -> str | None:
    declared = {*PREFIXES}
    for before, token in pairwise(tokens):
        if before.text == "PREFIX" and token.kind == "name":
            declared.add(token.text.partition(":")[0])
    for token in tokens:
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and prefix not in declared:
            close = near(prefix, PREFIXES.keys(), most=2)
            meant = f"did you mean {' or '.join(f'{word}:' for word in close)}? " if close else ""
            known = ", ".join(sorted(PREFIXES))
            return f"{meant}the prefix {prefix}: is not declared; PREFIX {prefix}: <...> declares it; known are {known}"
    return None


def _bracket(text: str, tokens: Sequence[Token]) -> str | None:
    opened: list[Token] = []
    for token in tokens:
        if token.kind != "sign":
            continue
        if token.text in {"(", "[", "{"}:
            opened.append(token)
        elif token.text in _CLOSING:
            if not opened:
                return f"the {token.text!r} in line {_line(text, token)} closes nothing; take it out"
            last = opened.pop()
            if last.text != _CLOSING[token.text]:
                return f"the {last.text!r} in line {_line(text, last)} is not closed before {token.text!r}"
    if not opened:
        return None
    closing = next(sign for sign, opening in _CLOSING.items() if opening == opened[-1].text)
    return f"the {opened[-1].text!r} in line {_line(text, opened[-1])} is not closed; add {closing!r}"


def _where(_: str, tokens: Sequence[Token]) -> str | None:
    texts = {token.text for token in tokens if token.kind in {"word", "sign"}}
    needed = "{" not in texts and "DESCRIBE" not in texts
    return "write the pattern in braces: SELECT ?x { ... }" if needed else None


def _comma(text: str, tokens: Sequence[Token]) -> str | None:
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if token.text == "{":
            return None
        if token.text == "," and before.kind == after.kind == "variable":
            return f"the variables after SELECT have no commas between them, as in line {_line(text, token)}"
    return None


def _bare(text: str, tokens: Sequence[Token]) -> str | None:
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before.text in {"A", ":"} and token.kind == "word" and after.text in {".", ";", "}"}:
            written = text[token.at : token.at + len(token.text)]
            return f"{written} has no prefix; write ekg:{written}"
    return None


def _dot(text: str, tokens: Sequence[Token]) -> str | None:
    """Find a triple that the next one follows without a sign between them."""
    for at, token in enumerate(tokens):
        run = tokens[at + 1 : at + 5]
        if token.text in {"{", "."} and len(run) == 4 and all(map(_stands_in_triple, run)):
            verb, after = run[1], run[3]
            named = verb.kind in {"name", "iri"} or verb.text == "A"
            if run[0].kind == "variable" and named and after.kind in {"variable", "name", "iri"}:
                return f"a '.' or ';' is missing before {after.text} in line {_line(text, after)}"
    return None


def _relative(text: str, tokens: Sequence[Token]) -> str | None:
    if any(token.text == "BASE" for token in tokens):
        return None
    for token in tokens:
        if token.kind == "iri" and not _SCHEME.match(token.text):
            where = f"the IRI {token.text[:100]} in line {_line(text, token)} is relative"
            return f"{where}, and there is no base; write it in full, or begin with BASE <...>"
    return None


def _stands_in_triple(token: Token) -> bool:
    return token.kind in {"variable", "name", "iri", "text", "number"} or token.text == "A"


def _line(text: str, token: Token) -> int:
    return text.count("\n", 0, token.at) + 1
