"""robustness: leave out each work, group of works, author and kind of study in turn; what happens to the answer?

Lives here: the loop of what-ifs. May enter: a network and validated parameters. Never here: how a scenario is applied
(scenario), how two standings are compared (standing), doors.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from kg.network import Network
from kg.question import cautions, explain, raises, robustness_said
from kg.question.answers import Answer, answer, path_document
from kg.question.compare import ends
from kg.question.detours import Detours
from kg.question.losses import KINDS, Loss, claims_near, groups_behind, losses_of
from kg.question.paths import check_ends
from kg.question.standing import DAMAGE, Standing, between, kind_of_change, standing

Document = dict[str, Any]
Told = Callable[[int, int], None]
Pair = tuple[str, str]
BREAKING = ("flipped", "lost")
SECONDS = 60.0
"""Time in which losses are looked up and tried, half for each; what is left over is told as the limit "losses", for a
whole map as "works"."""


def find(
    network: Network, source: str, target: str, *, max_links: int = 6, lang: str = "en", told: Told | None = None
) -> Answer:
    """Return what becomes of a pair's best path and direction when evidence is left out, one source at a time.

    Left out are in turn each work, each independence group (its items only), each author (all works of theirs) and
    each kind of study (its items only). Losing evidence never makes a claim a link, so whatever bears on no claim
    near the pair changes nothing. Looked at are the direction and the expected value, belief and plausibility of the
    best path and of the opposing one; not the reliability of all paths together, which what-if works out.

    Args:
        network: The snapshot under its criteria.
        source: Entity id where paths begin.
        target: Entity id where they end.
        max_links: Most claims in a path, 1 to 12.
        lang: Language of the sentences.
        told: Called with how many losses are done, and of how many.

    Returns:
        `{"baseline": path|null, "direction", "opposing": path|null, "stands_on": n, "works": [...], "fragile": [...],
        "groups": [...], "authors": [...], "study_kinds": [...], "untouched": n, "explanation"}`. An entry has the name
        of what is left out, its `works`, the best path `after` it and the `opposing` one (null when there is none), the
        new `direction` and the `change`: flipped, lost, weaker, stronger (a dispute went with it) or none; gravest
        first, then by the expected value that is left. Listed is what bears on the best or the opposing path, or moves
        the answer in another way; `untouched` is the number of all other works of which an item counts: without any of
        them direction, best and opposing path keep their values (with the limit "losses" it counts those not tried
        too), though the reliability of all paths together may change. `fragile` holds the works whose loss alone flips
        or loses the answer.
        `stands_on` is the number of independence groups that support a claim of the baseline with an item that
        counts: an upper bound on what may be lost before this path is.

    Raises:
        InputError: source and target are the same.
        NotFound: one of them is not in the record.

    Law: direction and values of the best and the opposing path are, for each loss, those that what-if finds on networks
        built anew. `change` is what-if's, but "none" where what-if says weaker or stronger by reliability alone.

    Cost: one search, then for each loss that can move the answer a reread of its claims and a search.
    """
    check_ends(network.snapshot, source, target)
    before, complete = _stands(network, source, target, max_links)
    limits = set() if complete else {"pops"}
    losses: list[Loss] = []
    detours = None
    if before is not None:
        ends_of = network.nodes_of(source), network.nodes_of(target)
        near = claims_near(network, source, target, max_links)
        ordered = [*sorted(before.claims), *sorted(near - before.claims)]
        losses, every = losses_of(network, ordered, until=monotonic() + SECONDS / 2)
        limits |= set() if every else {"losses"}
        detours = Detours.of(network, *ends_of, before, max_links=max_links)
    known: dict[frozenset[str], tuple[Network, Standing | None]] = {}
    entries: dict[str, list[tuple[tuple[int, float, str], Document]]] = {kind: [] for kind in KINDS}
    until = monotonic() + SECONDS / 2
    for done, loss in enumerate(losses, 1):
        if monotonic() > until:
            limits.add("losses")
            break
        if told is not None:
            told(done, len(losses))
        if loss.items not in known and detours is not None and detours.can_move(loss.by_claim(network)):
            other, _ = loss.scenario.apply(network)
            after, whole = _stands(other, source, target, max_links)
            limits |= set() if whole else {"pops"}
            known[loss.items] = other, after
        if loss.items not in known:
            continue
        other, after = known[loss.items]
        change = kind_of_change(before, after)
        if change == "none" and before is not None and before.claims.isdisjoint(loss.by_claim(network)):
            continue
        entry = {
            KINDS[loss.kind]: loss.name,
            "works": list(loss.works),
            "change": change,
            "direction": None if after is None else after.direction,
            "after": None if after is None else path_document(other, after.best.path, lang=lang),
            "opposing": None
            if after is None or after.opposing is None
            else path_document(other, after.opposing.path, lang=lang),
        }
        entries[loss.kind].append((_gravity(change, after, loss.name), entry))
    body: Document = {
        "baseline": None if before is None else path_document(network, before.best.path, lang=lang),
        "direction": None if before is None else before.direction,
        "opposing": None
        if before is None or before.opposing is None
        else path_document(network, before.opposing.path, lang=lang),
        "stands_on": 0 if before is None else len(groups_behind(network, before.best.path)),
    }
    for kind, some in entries.items():
        body[kind] = [entry for _, entry in sorted(some, key=lambda one: one[0])]
    body["fragile"] = [entry["work"] for entry in body["works"] if entry["change"] in BREAKING]
    body["untouched"] = len(network.works_in_evidence()) - len(body["works"])
    note = cautions.of_criteria(network, lang=lang)
    if before is None and not limits:
        note.append(explain.no_path(network, source, target, max_links=max_links, sign=None, lang=lang))
    else:
        body["explanation"] = robustness_said.pair(
            network, source, target, body, whole="losses" not in limits, lang=lang
        )
    return answer(
        network,
        "robustness",
        {"source": source, "target": target, "max_links": max_links},
        body,
        lang=lang,
        limits=sorted(limits),
        note=cautions.note(note, lang=lang),
    )


def matrix(
    network: Network,
    *,
    source: str | None = None,
    target: str | None = None,
    rows: str | None = None,
    cols: str | None = None,
    max_links: int = 6,
    lang: str = "en",
    told: Told | None = None,
) -> Answer:
    """Return how fragile each cell of the evidence gap map is: leave out each work in turn.

    Args:
        network: The snapshot under its criteria.
        source: Entity id, the only row; None for all of `rows`.
        target: Entity id, the only column; None for all of `cols`.
        rows: Entity type of the rows; None for all causes.
        cols: Entity type of the columns; None for all harms.
        max_links: Most claims in a path, 1 to 12.
        lang: Language of the sentences.
        told: Called with how many works are done, and of how many.

    Returns:
        `{"rows": [ids], "cols": [ids], "cells": [{"row", "col", "direction", "expected", "stands_on", "fragile",
        "worst"}]}` by row, then column. `fragile` holds the works whose loss alone flips or loses the cell; `worst`
        is the gravest loss, `{"work", "change", "expected"}`, null when no loss makes the cell weaker.
        An absent pair means: no evidence found.

    Law: equals asking `find` for every cell.

    Cost: for each work a reread of its claims and a search from the rows that have a path through one of them.
    """
    ids = ends(network, rows, cols, source=source, target=target)
    limits: set[str] = set()
    cells: dict[Pair, Standing] = {}
    through: dict[str, set[Pair]] = {}
    always: set[Pair] = set()
    some, until, looked = raises.within(ids[0], ids[1], limits), monotonic() + SECONDS, list[str]()
    for row, col, by_sign, whole in raises.pairs(network, some, ids[1], max_links, limits, until=until, looked=looked):
        stands = standing(network, by_sign, reliable=False)
        if stands is None:
            continue
        cells[row, col] = stands
        always |= set() if whole else {(row, col)}
        for claim in {claim for paths in by_sign.values() for path in paths for claim in path}:
            through.setdefault(claim, set()).add((row, col))
    losses: dict[Pair, list[tuple[tuple[int, float, str], Document]]] = {pair: [] for pair in cells}
    near = frozenset(network.links) if always else frozenset(through)
    ordered = [*sorted(through), *(sorted(near - through.keys()) if len(near) > len(through) else ())]
    losses_known, every = losses_of(network, ordered, until=monotonic() + SECONDS / 2)
    limits |= set() if every else {"works"}
    works = [loss for loss in losses_known if loss.kind == "works"]
    until = monotonic() + SECONDS / 2
    for done, loss in enumerate(works, 1):
        if monotonic() > until:
            limits.add("works")
            break
        touched = always.union(*(through.get(claim, ()) for claim in loss.by_claim(network)))
        other, _ = loss.scenario.apply(network)
        asked = sorted({row for row, _ in touched})
        found = {
            (row, col): standing(other, by_sign, reliable=False)
            for row, col, by_sign, _ in raises.pairs(other, asked, ids[1], max_links, limits)
        }
        for pair in touched:
            after = found.get(pair)
            change = kind_of_change(cells[pair], after)
            expected = None if after is None else after.best.opinion.expected
            losses[pair].append(
                (_gravity(change, after, loss.name), {"work": loss.name, "change": change, "expected": expected})
            )
        if told is not None:
            told(done, len(works))
    shown = [_cell(network, pair, stands, losses[pair]) for pair, stands in sorted(cells.items())]
    note = cautions.of_criteria(network, lang=lang)
    if not shown:
        note.append(
            explain.nothing(
                network,
                what_en=f"No pair asked about has a path of at most {max_links} claims.",
                what_zh=f"所问的实体之间没有最多 {max_links} 条论断的链条。",
                lang=lang,
            )
        )
    return answer(
        network,
        "robustness",
        {"source": source, "target": target, "rows": rows, "cols": cols, "max_links": max_links},
        {"rows": looked, "cols": ids[1], "cells": shown},
        lang=lang,
        limits=sorted(limits),
        note=cautions.note(note, lang=lang),
    )


def _cell(
    network: Network, pair: Pair, stands: Standing, losses: list[tuple[tuple[int, float, str], Document]]
) -> Document:
    by_gravity = [loss for _, loss in sorted(losses, key=lambda one: one[0])]
    return {
        "row": pair[0],
        "col": pair[1],
        "direction": stands.direction,
        "expected": stands.best.opinion.expected,
        "stands_on": len(groups_behind(network, stands.best.path)),
        "fragile": [loss["work"] for loss in by_gravity if loss["change"] in BREAKING],
        "worst": next((loss for loss in by_gravity if loss["change"] in {*BREAKING, "weaker"}), None),
    }


def _stands(network: Network, source: str, target: str, max_links: int) -> tuple[Standing | None, bool]:
    by_sign, _, complete = between(network, source, target, max_links=max_links, deep=False)
    return standing(network, by_sign, reliable=False), complete


def _gravity(change: str, after: Standing | None, name: str) -> tuple[int, float, str]:
    left = 0.0 if after is None else round(after.best.opinion.expected, 12)
    return DAMAGE.index(change), -left if change == "flipped" else left, name
