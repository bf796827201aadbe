"""The report: every rule run over a record, what is known already left out.

Lives here: `report`, baselines. May enter: a snapshot, the vocabulary, the text of a baseline. Never here: files.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from kg.errors import InputError, ParseFailure
from kg.lint.bench import Bench, Found
from kg.lint.rules import RULES, SEVERITIES, Rule
from kg.model import Text
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

Key = tuple[str, str, str]
Document = dict[str, Any]
LONGEST = 10_000_000


def report(
    snapshot: Snapshot,
    vocabulary: Vocabulary,
    *,
    severity: str | None = None,
    known: Collection[Key] = (),
    lang: str = "en",
) -> Document:
    """Return what is wrong with a record.

    Args:
        snapshot: The record.
        vocabulary: The ontology it is read with.
        severity: Least severity that is listed and counted; None for all.
        known: (rule, kind, id) of findings that are known already.
        lang: Language of messages and remedies.

    Returns:
        `{"items": [{"rule", "severity", "kind", "id", "message", "remedy"}], "counts": {"error", "warning", "note",
        "known", "gone", "rules": {rule: n}}, "revision"}`: gravest first, then by rule, then by id. Known findings are
        not listed and not counted but in `known`; `gone` counts those of `known` that are found no more.

    Raises:
        InputError: no such severity.

    Laws: a record with its own findings as `known` has none; findings do not depend on the order of records.

    Cost: linear in records but for sorting; 349 items and 213 claims take about 50 ms.
    """
    shown = _down_to(severity)
    bench = Bench(snapshot, vocabulary)
    found = [(rule, one) for rule in RULES if rule.severity in shown for one in rule.find(bench)]
    new = [(rule, one) for rule, one in found if key_of(rule, one) not in known]
    new.sort(key=lambda pair: SEVERITIES.index(pair[0].severity))
    keys = {key_of(rule, one) for rule, one in found}
    rules = Counter(rule.id for rule, _ in new)
    looked_at = {rule.id for rule in RULES if rule.severity in shown}
    return {
        "items": [_item(rule, one, lang) for rule, one in new],
        "counts": {
            **{word: sum(rule.severity == word for rule, _ in new) for word in SEVERITIES},
            "known": len(found) - len(new),
            "gone": sum(key not in keys and key[0] in looked_at for key in known),
            "rules": {rule.id: rules[rule.id] for rule in RULES if rules[rule.id]},
        },
        "revision": snapshot.revision,
    }


def key_of(rule: Rule, found: Found) -> Key:
    """Return what makes a finding the same when it is found again."""
    return rule.id, found.kind, found.id


def baseline_of(document: Mapping[str, Any]) -> str:
    """Return the findings of a report as the text of a baseline: one a line, in order, as JSON.

    Law: `read_baseline(baseline_of(report))` holds the keys of the report's items.
    """
    rows = sorted({(item["rule"], item["kind"], item["id"]) for item in document["items"]})
    lines = [json.dumps({"rule": rule, "kind": kind, "id": id}, ensure_ascii=False) for rule, kind, id in rows]
    return "[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n"


def read_baseline(text: str, *, source: str = "baseline") -> frozenset[Key]:
    """Read a baseline: a JSON list of objects with `rule`, `kind` and `id`; a whole report will do too.

    Raises:
        ParseFailure: not of this form; says what was expected.

    Example:
        >>> sorted(read_baseline('[{"rule": "one-group", "kind": "claim", "id": "a--raises--b"}]'))
        [('one-group', 'claim', 'a--raises--b')]
    """
    hint = "write one with `kg lint --write-baseline FILE`"
    if len(text) > LONGEST:
        raise ParseFailure(f"{len(text)} characters, at most {LONGEST} are read", source=source, hint=hint)
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise ParseFailure(f"this is not JSON: {str(fault)[:100]}", source=source, raw=text[:80], hint=hint) from fault
    rows = values.get("items") if isinstance(values, dict) else values
    if not isinstance(rows, list):
        raise ParseFailure("a baseline is a list of findings", source=source, raw=text[:80], hint=hint)
    keys = set()
    for row in rows:
        parts = [row.get(name) for name in ("rule", "kind", "id")] if isinstance(row, dict) else [None]
        if not all(isinstance(part, str) for part in parts):
            raise ParseFailure(
                "a finding of a baseline has rule, kind and id", source=source, raw=str(row)[:80], hint=hint
            )
        keys.add((str(parts[0]), str(parts[1]), str(parts[2])))
    return frozenset(keys)


def _down_to(severity: str | None) -> tuple[str, ...]:
    if severity is None:
        return SEVERITIES
    if severity not in SEVERITIES:
        raise InputError(
            f"{severity[:50]!r} is no severity", where="severity", hint=f"severities are {', '.join(SEVERITIES)}"
        )
    return SEVERITIES[: SEVERITIES.index(severity) + 1]


def _item(rule: Rule, found: Found, lang: str) -> Document:
    words = {name: word.get(lang) if isinstance(word, Text) else word for name, word in found.words.items()}
    return {
        "rule": rule.id,
        "severity": rule.severity,
        "kind": found.kind,
        "id": found.id,
        "message": rule.message.get(lang).format(**words),
        "remedy": rule.remedy.get(lang),
    }
