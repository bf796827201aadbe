"""The same question at the other doors: the command line, HTTP, Python; exactly quoted.

Lives here: writing a question down. May enter: a question of the table and its parameters. Never here: asking it.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any
from urllib.parse import quote

import orjson

from kg.receipts.asked import METHODS
from kg_api.pages_read.frame import address
from kg_api.pages_read.questions import Question

Given = Mapping[str, Any]
FLAGS = ("include_proposed", "include_retracted", "narrower")


def command(question: Question, given: Given, criteria: Given, lang: str) -> str | None:
    """Return the command line, or None where the command cannot say it.

    Example:
        >>> from kg_api.pages_read.questions import QUESTIONS
        >>> asked = {"source": "lora", "target": "O'Hara", "sign": "-", "max_links": "6"}
        >>> command(QUESTIONS["paths"], asked, {"known_in": "2024", "narrower": "true"}, "en")
        'kg --lang en paths lora \\'O\\'"\\'"\\'Hara\\' --sign=- --known-in 2024 --narrower'
    """
    if criteria and not question.criteria:
        return None
    words = ["kg", "--lang", lang, *question.command]
    options: list[str] = []
    for field in question.fields:
        values = _many(given.get(field.name))
        if field.argument:
            if any(value.startswith("-") for value in values):
                return None
            words += values
        elif values != [field.default]:
            options += _options(field.name, values)
    for name, value in criteria.items():
        options += [f"--{_dashed(name)}"] if name in FLAGS else _options(name, _many(value))
    return shlex.join([*words, *options])


def call(question: Question, given: Given, criteria: Given, lang: str) -> tuple[str, str]:
    """Return method and address of the HTTP call.

    Example:
        >>> from kg_api.pages_read.questions import QUESTIONS
        >>> call(QUESTIONS["retraction"], {"work": "hu2022lora", "status": "retracted"}, {}, "en")
        ('POST', '/api/v1/works/hu2022lora/retraction?dry_run=true&lang=en')
    """
    sent = {
        field.name: given[field.name]
        for field in question.fields
        if field.name in given and field.name not in question.scenario and _many(given[field.name]) != [field.default]
    }
    supposed = {name: _many(given[name]) for name in question.scenario if name in given}
    if supposed:
        sent["scenario"] = orjson.dumps(supposed).decode()
    method, path = question.http or ("GET", f"/api/v1/{question.name}")
    within = {name for _, name, _, _ in Formatter().parse(path) if name}
    path = path.format_map({name: quote(given[name], safe="") for name in within})
    first = [("dry_run", "true")] if METHODS[question.name].dry_run else []
    rest = [(name, value) for name, value in sent.items() if name not in within]
    return method, address(path, [*first, *rest, *criteria.items(), ("lang", lang)])


def python(question: Question, given: Given, criteria: Given, lang: str) -> str:
    """Return the call in Python.

    Example:
        >>> from kg_api.pages_read.questions import QUESTIONS
        >>> python(QUESTIONS["impact"], {"entity": "lora", "direction": "out"}, {"known_in": "2024"}, "zh")
        "kg.open().impact('lora', known_in='2024', lang='zh')"
    """
    parts: list[str] = []
    for field in question.fields:
        values = _many(given.get(field.name))
        if not values or values == [field.default]:
            continue
        value = repr(values if field.many else values[0])
        positional = field.argument and field.needed
        parts.append(value if positional else f"{field.name}={value}")
    method = METHODS[question.name]
    parts += [f"{name}={value!r}" for name, value in {**criteria, **method.always, "lang": lang}.items()]
    return f"kg.open().{method.name}({', '.join(parts)})"


def _options(name: str, values: Sequence[str]) -> list[str]:
    option = "-k" if name == "k" else f"--{_dashed(name)}"
    found: list[str] = []
    for value in values:
        found += [f"{option}={value}"] if value.startswith("-") and name != "k" else [option, value]
    return found


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _many(value: Any) -> list[str]:
    if value is None or value == "":
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
