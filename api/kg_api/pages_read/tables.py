"""Answers as tables: for each question which columns, which rows, and which of its claims the picture shows.

Lives here: one function for each question. May enter: answers, a network for labels. Never here: HTML, cells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kg.question import explain, gaps_said
from kg.question.compare_said import because
from kg.sentences import spaced
from kg_api.pages_read.cells import Cell, Desk, Section, Shown, changed, count, number

Document = Mapping[str, Any]
CHAINS_DRAWN = 8


def raises(desk: Desk, answer: Document) -> Shown:
    """Techniques and risks with direction, strength, reliability."""
    rows = [_reached(desk, item["technique"], item["risk"], item) for item in answer["items"]]
    heads = ("technique", "direction", "risk", "expected", "opposing", "any_chain", "works", "more")
    return Shown((desk.section("raises", *_varied(heads, rows)),), _chains_of(answer["items"]))


def impact(desk: Desk, answer: Document) -> Shown:
    """What an entity reaches, or what reaches it."""
    own, out = answer["entity"], answer["question"]["direction"] == "out"
    rows = [
        _reached(desk, *((own, item["entity"]) if out else (item["entity"], own)), item) for item in answer["items"]
    ]
    heads = ("from", "direction", "to", "expected", "opposing", "any_chain", "works", "more")
    return Shown((desk.section("impact", *_varied(heads, rows)),), _chains_of(answer["items"]))


def paths(desk: Desk, answer: Document) -> Shown:
    """The chains, claim by claim."""
    rows = [_path(desk, path, at) for at, path in enumerate(answer["paths"], 1)]
    return Shown(
        (desk.section("paths", PATH_HEADS, rows),), tuple(id for path in answer["paths"] for id in path["claims"])
    )


def what_if(desk: Desk, answer: Document) -> Shown:
    """Every difference, pair by pair and claim by claim."""
    sections = [_changes(desk, answer["changes"]), _claims(desk, answer["claims"])]
    before = [id for path in answer.get("before", ()) for id in path["claims"]]
    after = [id for path in answer.get("after", ()) for id in path["claims"]]
    if not before and not after:
        return Shown(tuple(sections), *_states(answer["claims"]))
    gone = [one["claim"] for one in answer["claims"] if one["kind"] == "lost"]
    return Shown(
        tuple(sections),
        (*before, *after),
        tuple(id for id in before if id in gone),
        tuple(id for id in after if id not in before),
    )


def robustness(desk: Desk, answer: Document) -> Shown:
    """What happens without each work, group, author and kind of study; or how fragile each pair is."""
    if "cells" in answer:
        return Shown((_fragile(desk, answer["cells"]),))
    none = desk.word("none_here")
    sections = []
    for key, member in (("works", "work"), ("groups", "group"), ("authors", "author"), ("study_kinds", "study_kind")):
        rows = []
        for one in answer[key]:
            name = desk.work(one["work"]) if member == "work" else Cell(_named(desk, member, one[member]))
            after = None if one["after"] is None else one["after"]["belief"]["expected"]
            change = Cell(desk.word(f"change_{one['change']}"))
            rows.append((name, change, number(after), desk.direction(one["direction"])))
        heads = (member, "change", "expected_after", "direction_after")
        sections.append(desk.section(f"without_{key}", heads, rows, folded=key != "works", empty=none))
    ways = [path for path in (answer["baseline"], answer["opposing"]) if path is not None]
    return Shown(tuple(sections), tuple(id for path in ways for id in path["claims"]))


def cut(desk: Desk, answer: Document) -> Shown:
    """The smallest sets, and the routes that they cut."""
    cuts = [
        (
            desk.entity(one["mitigation"]),
            Cell(lines=tuple(desk.claim(id) for id in one["claims"])),
            count(len(one["routes"])),
            number(one["strength"]),
        )
        for one in answer["cuts"]
    ]
    none = desk.word("none_here")
    sections = [
        desk.section("cut_mitigations", ("mitigation", "cuts_by", "routes", "strength_of_cut"), cuts, empty=none),
        *_as_small(desk, answer, "mitigations", desk.entity),
    ]
    for key, cell, head in (("claims", desk.claim, "claim"), ("works", desk.work, "work")):
        rows = [(cell(id),) for id in answer[key] or ()]
        sections.append(desk.section(f"cut_{key}", (head,), rows, empty=none))
        sections += _as_small(desk, answer, key, cell)
    routes = [
        (*_path(desk, path, at), Cell(lines=tuple(desk.entity(id) for id in path["cut_by"])))
        for at, path in enumerate(answer["routes"], 1)
    ]
    sections.append(desk.section("cut_routes", (*PATH_HEADS, "cut_by"), routes, folded=True, empty=none))
    drawn = [id for one in answer["cuts"] for id in one["claims"]]
    drawn += [id for path in answer["routes"][:CHAINS_DRAWN] for id in path["claims"]]
    return Shown(tuple(sections), tuple(drawn))


def gaps(desk: Desk, answer: Document) -> Shown:
    """The gaps, what matters most first."""
    rows = [
        (
            Cell(desk.word(f"gap_{item['kind']}")),
            Cell(
                gaps_said.cited(desk.network, answer, item),
                None if item["claim"] is None else ("claim", item["claim"]),
            ),
            Cell("–" if item["latest_year"] is None else str(item["latest_year"]), numeric=True),
            number(item["expected"]),
            count(item["answers"] or 0),
            number(item["value"], 3),
        )
        for item in answer["items"]
    ]
    heads = ("gap", "what", "latest", "expected", "answers", "value")
    return Shown(
        (desk.section("gaps", heads, rows),), tuple(item["claim"] for item in answer["items"][:16] if item["claim"])
    )


def disputes(desk: Desk, answer: Document) -> Shown:
    """Contested claims, then routes with two sides."""
    claims = [
        (
            desk.claim(item["claim"]["id"]),
            count(len(item["supports"])),
            count(len(item["disputes"])),
            number(item["claim"]["belief"]["belief"]),
            number(item["claim"]["belief"]["disbelief"]),
            number(item["claim"]["belief"]["uncertainty"]),
            number(item["conflict"]),
        )
        for item in answer["items"]
    ]
    routes = [
        (
            desk.entity(item["technique"]),
            desk.entity(item["risk"]),
            number(item["raises"][0]["belief"]["expected"]),
            number(item["lowers"][0]["belief"]["expected"]),
            number(item["conflict"]),
            _ask_paths(desk, item["technique"], item["risk"]),
        )
        for item in answer["routes"]
    ]
    none = desk.word("none_here")
    heads = ("claim", "supporting", "disputing", "belief", "disbelief", "unknown", "conflict")
    sections = (
        desk.section("disputes", heads, claims, empty=none),
        desk.section(
            "disputed_routes", ("technique", "risk", "raising", "lowering", "conflict", "more"), routes, empty=none
        ),
    )
    return Shown(sections, tuple(item["claim"]["id"] for item in answer["items"][:16]))


def retraction(desk: Desk, answer: Document) -> Shown:
    """Every claim and pair that a retraction changes."""
    return Shown(
        (_claims(desk, answer["claims"]), _changes(desk, answer["changes"], answer["work"])), *_states(answer["claims"])
    )


TABLES: Mapping[str, Callable[[Desk, Document], Shown]] = {
    "raises": raises,
    "paths": paths,
    "impact": impact,
    "what-if": what_if,
    "robustness": robustness,
    "cut": cut,
    "gaps": gaps,
    "disputes": disputes,
    "retraction": retraction,
}
PATH_HEADS = ("rank", "direction", "chain", "expected", "interval", "works")


def _as_small(desk: Desk, answer: Document, kind: str, cell: Callable[[str], Cell]) -> list[Section]:
    """Return the other sets that are as small as the one given, a row each; nothing where there is none."""
    rows = [(Cell(lines=tuple(map(cell, other))),) for other in answer["alternatives"][kind][1:]]
    return [desk.section(f"cut_other_{kind}", ("set",), rows)] if rows else []


def _reached(desk: Desk, source: str, target: str, item: Document) -> tuple[Cell, ...]:
    best, opposing, spans = item["best"], item["opposing"], item["reliability"]
    either = max(spans["raises"][1], spans["lowers"][1])
    return (
        desk.entity(source),
        desk.direction(item["direction"]),
        desk.entity(target),
        Cell(f"{best['belief']['expected']:.2f}", numeric=True, flag=best["contested"]),
        number(None if opposing is None else opposing["belief"]["expected"]),
        number(either),
        count(len({*best["works"], *(opposing["works"] if opposing else ())})),
        _ask_paths(desk, source, target),
    )


def _varied(heads: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> tuple[Sequence[str], list[tuple[Cell, ...]]]:
    """Return a table without the columns of records in which several rows all hold the same one: what was asked for."""
    known = [at for at in range(len(heads)) if len(rows) > 1 and (rows[0][at].to or ("",))[0] == "entity"]
    same = {at for at in known if all(row[at] == rows[0][at] for row in rows)}
    kept = [at for at in range(len(heads)) if at not in same]
    return tuple(heads[at] for at in kept), [tuple(row[at] for at in kept) for row in rows]


def _ask_paths(desk: Desk, source: str, target: str) -> Cell:
    return Cell(desk.word("its_chains"), ("ask", ("paths", {"source": source, "target": target})))


def _path(desk: Desk, path: Document, at: int) -> tuple[Cell, ...]:
    contested = {id for id in path["claims"] if desk.network.is_contested(id)}
    word = {1: "raises", -1: "lowers"}.get(path["sign"])
    belief = path["belief"]
    return (
        count(at),
        desk.direction(word),
        Cell(lines=tuple(desk.claim(id, flag=id in contested) for id in path["claims"])),
        number(belief["expected"]),
        Cell(f"{belief['low']:.2f}–{belief['high']:.2f}", numeric=True),
        count(len(path["works"])),
    )


def _fragile(desk: Desk, items: Sequence[Document]) -> Section:
    rows = [
        (
            desk.entity(item["row"]),
            desk.direction(item["direction"]),
            desk.entity(item["col"]),
            number(item["expected"]),
            count(item["stands_on"]),
            desk.works(item["fragile"]),
        )
        for item in items
    ]
    heads = ("from", "direction", "to", "expected", "stands_on", "fragile")
    return desk.section("fragile", heads, rows, empty=desk.word("none_here"))


def _changes(desk: Desk, changes: Sequence[Document], marked: str = "") -> Section:
    rows = []
    for one in changes:
        if "explanation" in one:
            what, values = Cell(_cited(desk, one, marked)), one.get("expected") or (None, None)
        else:
            what = Cell(lines=tuple(desk.claim(id) for id in one["claims"]))
            values = [None if belief is None else belief["expected"] for belief in one["belief"]]
        rows.append((Cell(desk.word(f"change_{one['kind']}")), what, *changed(values)))
    heads = ("change", "what", "expected_before", "expected_after")
    return desk.section("changes", heads, rows, empty=desk.word("nothing_changes"))


def _cited(desk: Desk, change: Document, marked: str) -> str:
    """Return what a change of a pair means, with the works responsible, and the one that is marked, by their names."""
    works = change["because"]["works"]
    names = [explain.work(desk.network, key, desk.lang) for key in works]
    text: str = change["explanation"]
    if works:
        text = text.replace(because(works, desk.lang), because(names, desk.lang))
    if marked:
        text = text.replace(f" {marked} ", f" {spaced(explain.work(desk.network, marked, desk.lang))}")
    return text


def _claims(desk: Desk, claims: Sequence[Document]) -> Section:
    rows = []
    for one in claims:
        beliefs = [None if belief is None else belief["expected"] for belief in one["belief"]]
        kind = Cell(desk.word(f"change_{one['kind']}"))
        rows.append((desk.claim(one["claim"]), kind, *changed(beliefs), desk.works(one["because"])))
    heads = ("claim", "change", "expected_before", "expected_after", "because")
    return desk.section("claims_changed", heads, rows, empty=desk.word("no_claim_changes"))


def _states(claims: Sequence[Document]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the claims that changed, those lost, those gained."""
    every = [tuple(one["claim"] for one in claims if kind in (None, one["kind"])) for kind in (None, "lost", "gained")]
    return every[0], every[1], every[2]


def _chains_of(items: Sequence[Document]) -> tuple[str, ...]:
    ways = [path for item in items[:CHAINS_DRAWN] for path in (item["best"], item["opposing"]) if path is not None]
    return tuple(id for path in ways for id in path["claims"])


def _named(desk: Desk, member: str, id: str) -> str:
    return desk.network.vocabulary.study_kind(id).label.get(desk.lang) if member == "study_kind" else id
