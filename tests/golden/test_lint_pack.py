"""What the lint finds in the packaged pack: each finding was looked at, and so is a new one before it goes in here."""

from __future__ import annotations

import time

import kg

WARNINGS = {
    # Both have evidence that limits or disputes them, and none that supports them: rightly no link.
    ("claim-without-support", "data-moderation--mitigates--safeguard-removal"),
    ("claim-without-support", "structured-access--requires--api-access"),
    # What the techniques are called is, but for a hyphen, the id of the ability that they serve.
    ("shared-name", "cost-sharing"),
    ("shared-name", "cost-sharing-techniques"),
}
# These harms follow from access or from capabilities in the pack, not from any technique.
UNREACHED = {
    "biological-misuse",
    "chemical-misuse",
    "child-abuse-material",
    "cyber-misuse",
    "influence-operations",
    "inherited-defects",
    "spear-phishing",
}


def test_the_findings_are_those_that_were_looked_at(pack_graph: kg.Graph) -> None:
    found = pack_graph.lint(lang="en")
    assert found["counts"] == {
        "error": 0,
        "warning": 4,
        "note": 21,
        "known": 0,
        "gone": 0,
        "rules": {"claim-without-support": 2, "one-group": 14, "shared-name": 2, "unreached-entity": 7},
    }
    assert {(one["rule"], one["id"]) for one in found["items"] if one["severity"] == "warning"} == WARNINGS
    assert {one["id"] for one in found["items"] if one["rule"] == "unreached-entity"} == UNREACHED


def test_items_of_one_group_are_all_from_the_seed_paper(pack_graph: kg.Graph) -> None:
    found = [one for one in pack_graph.lint(lang="en")["items"] if one["rule"] == "one-group"]
    assert all("(chan2023hazards)" in one["message"] for one in found)


def test_linting_the_pack_is_quick(pack_graph: kg.Graph) -> None:
    pack_graph.lint()
    begin = time.process_time()
    pack_graph.lint()
    assert time.process_time() - begin < 2.0
