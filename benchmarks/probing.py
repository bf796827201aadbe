"""What comparisons cost: on the packaged pack in milliseconds, on a large record as a share of asking anew.

`python -m benchmarks.probing [CLAIMS]`; exit code 1 when a promise is not kept. Lives here: what is measured, and a
random record. May enter: a database in a temporary folder.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable

import kg
from kg.belief import weigh
from kg.criteria import Criteria
from kg.ids import claim_id
from kg.model import Claim, Entity, Evidence, Record, Text, Work
from kg.network import Network
from kg.question import paths, raises, robustness
from kg.question.standing import standing
from kg.scenario import Scenario
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary, load

RISK = "malicious-use-by-non-state-actors"
CLAIMS, REPEATS, DROPS = 100_000, 7, 15
LEAST_RATIO = 20.0
RELATIONS = ("raises", "enables", "lowers", "mitigates")


def timed(act: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the median of several runs in milliseconds of processor time, which other programs disturb less."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        act()
        times.append((time.process_time() - start) * 1_000)
    return statistics.median(times)


def on_the_pack() -> bool:
    """Measure on the pack, with fresh answers each time; return whether every promise is kept."""
    kept = True
    with tempfile.TemporaryDirectory() as folder:
        graph = kg.open(f"sqlite:///{folder}/pack.db", lang="en")
        net = graph.network()
        cited = Counter(item.work for item in graph.snapshot.evidence.values()).most_common(1)[0][0]
        fresh = iter(range(1_000_000))

        def preview() -> object:
            # Another notice each time, so that no answer is taken from memory.
            return graph.retract(cited, notice=f"https://example.org/{next(fresh)}", dry_run=True)

        rows = [
            ("robustness of a pair", lambda: robustness.find(net, "qlora", RISK), 100.0),
            ("robustness of every cell", lambda: robustness.matrix(net), 5_000.0),
            (f"preview of retracting {cited}", preview, 200.0),
            (
                "preview of retracting dettmers2023qlora",
                lambda: graph.retract("dettmers2023qlora", dry_run=True),
                200.0,
            ),
            ("diff known:2022 known:2024", lambda: _without_memory(graph).diff("known:2022", "known:2024"), 1_000.0),
        ]
        for what, act, most in rows:
            took = timed(act)
            kept = kept and took <= most
            print(f"{took:10.2f} ms  at most {most:6.0f}  {what}{'' if took <= most else '  <- too slow'}", flush=True)
        naive = timed(lambda: _naive(net), 1)
        print(f"{naive:10.2f} ms                  every cell, each work by a network built anew")
        graph.store.close()
    return kept


def _without_memory(graph: kg.Graph) -> kg.Graph:
    return graph.as_then({})


def _naive(net: Network) -> None:
    """Every cell without each work, by building and asking everything anew."""
    vocabulary = net.vocabulary
    ends = [raises.of_types(net, vocabulary.types_with_role(role)) for role in ("cause", "harm")]
    for work in net.snapshot.works:
        other = Network.build(net.snapshot, Criteria(without_work=(work,)), vocabulary)
        for _, _, by_sign, _ in raises.pairs(other, ends[0], ends[1], 6, set()):
            standing(other, by_sign, reliable=False)


def random_record(claims: int, seed: int = 1) -> Snapshot:
    """Return a record of so many claims, some entities far better linked than others, one to three items a claim."""
    draw = random.Random(seed)
    entities, works = claims // 8, claims // 4
    made: list[Record] = [Entity(f"e{at:06d}", "Factor", Text(f"Entity {at}")) for at in range(entities)]
    made += [Work(f"w{at:06d}", "article-journal", f"Title {at}", year=2000 + at % 25) for at in range(works)]
    seen: set[str] = set()
    while len(seen) < claims:
        a, b = (f"e{int(entities * draw.random() ** 2):06d}" for _ in range(2))
        relation = draw.choice(RELATIONS)
        id = claim_id(a, relation, b)
        if a == b or id in seen:
            continue
        seen.add(id)
        made.append(Claim(id, a, relation, b))
        for _ in range(draw.choice([1, 1, 2, 3])):
            work, stance = f"w{draw.randrange(works):06d}", draw.choice(["supports"] * 4 + ["disputes"])
            kind = draw.choice(["argument", "empirical-experiment"])
            made.append(
                Evidence(f"{work}.{len(made):012d}", id, work, stance, kind, "moderate", "says so", "full-text")
            )
    return Snapshot.of(1, "2026-01-01T00:00:00Z", made)


def on_a_large_record(claims: int, vocabulary: Vocabulary) -> bool:
    """Compare asking after a work is dropped with asking anew; return whether the promised ratio is reached."""
    snapshot = random_record(claims)
    net = Network.build(snapshot, Criteria(), vocabulary)
    entities = len(snapshot.entities)
    source, target = "e000010", f"e{entities - entities // 8:06d}"
    first = paths.find(net, source, target)["paths"]
    works = [path["works"][0] for path in first][:DROPS]

    def anew(work: str) -> object:
        weigh.cache_clear()
        return paths.find(Network.build(snapshot, Criteria(without_work=(work,)), vocabulary), source, target)

    def dropped(work: str) -> object:
        return paths.find(Scenario(drop_work=(work,)).apply(net)[0], source, target)

    for work in works[:2]:
        same = [paths_alone(act(work)) for act in (anew, dropped)]
        if same[0] != same[1]:
            raise RuntimeError(f"dropping {work} does not answer as a record without it")
    full = timed(lambda: anew(works[0]), 2)
    each = statistics.median(timed(lambda work=work: dropped(work), 1) for work in works)
    reread = statistics.median(timed(lambda work=work: Scenario(drop_work=(work,)).apply(net), 1) for work in works)
    ratio = full / each
    print(
        f"{claims} claims, {len(snapshot.evidence)} items, {len(works)} works dropped one by one, 10 paths of 6 links"
    )
    print(f"{full:10.2f} ms  asking anew")
    print(f"{each:10.2f} ms  after a drop, of which {reread:.2f} ms to reread the record: 1/{ratio:.0f}")
    start = time.process_time()
    answer = robustness.find(net, source, target)
    took = (time.process_time() - start) * 1_000
    print(f"{took:10.2f} ms  robustness of the pair, {len(answer['works'])} works near it")
    return ratio >= LEAST_RATIO


def paths_alone(answer: object) -> object:
    """Return the paths of an answer alone: what must not differ."""
    return answer["paths"] if isinstance(answer, kg.Answer) else answer


def main() -> int:
    """Measure both; return 1 when a promise is not kept."""
    claims = int(sys.argv[1]) if len(sys.argv) > 1 else CLAIMS
    kept = on_the_pack()
    return 0 if on_a_large_record(claims, load()) and kept else 1


if __name__ == "__main__":
    sys.exit(main())
