"""Generated graphs: the same for the same seed, allowed by the ontology, weighed as the record weighs them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np

from benchmarks.generate import ITEMS, Drawn, draw, snapshot
from kg.criteria import Criteria
from kg.importers import pack as reader
from kg.network import Network
from kg.vocabulary import load


def columns(drawn: Drawn) -> dict[str, list[int]]:
    return {one.name: getattr(drawn, one.name).tolist() for one in fields(drawn)}


def test_a_seed_names_one_graph_of_exactly_so_many_claims() -> None:
    assert columns(draw(500, 7)) == columns(draw(500, 7))
    assert columns(draw(500, 7)) != columns(draw(500, 8))
    for size in (100, 3_000):
        drawn = draw(size)
        assert len(drawn.subject) == size
        assert len(drawn.work) == size * ITEMS


def test_the_ontology_allows_every_claim_and_belief_agrees() -> None:
    vocabulary, drawn = load(), draw(400, 3)
    taken = snapshot(drawn, vocabulary)
    assert len(taken.claims) == 400
    assert len(taken.evidence) == 400 * ITEMS
    for claim in taken.claims.values():
        vocabulary.check_ends(claim.relation, taken.entities[claim.subject].type, taken.entities[claim.object].type)
    network = Network.build(taken, Criteria(), vocabulary)
    assert list(network.links) == [drawn.claim_id(at) for at in range(400)]
    assert network.ids == tuple(drawn.entity_id(at) for at in range(len(drawn.types)))
    expected = [network.opinion(id).expected for id in network.links]
    assert np.allclose(drawn.expected(vocabulary), expected, rtol=0, atol=1e-15)
    assert [link[2] for link in network.links.values()] == drawn.signs.tolist()


def test_degrees_follow_a_power_law() -> None:
    drawn = draw(20_000)
    degree = np.sort(np.bincount(drawn.object))[::-1]
    assert degree[0] > 20 * np.median(degree)


def test_a_pack_is_read_back(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    subprocess.run([sys.executable, "-m", "benchmarks.generate", "120", "--pack", folder], check=True)
    read = reader.read(folder, load())
    assert not read.failures
    assert len(read.claims) == 120
    assert len(read.evidence) == 120 * ITEMS
