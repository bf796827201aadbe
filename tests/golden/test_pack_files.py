"""The packaged files are what the writer writes, and what another YAML reader reads."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from kg.exporters.pack import documents
from kg.importers import yaml_blocks
from kg.importers.pack import read
from kg.importers.sources import Source, read_source
from kg.importers.yaml_blocks import read_blocks
from kg.importers.yaml_nodes import Block, Items, Node, Scalar
from kg.packaged import packaged
from kg.snapshot import Snapshot
from kg.vocabulary import load

HAZARDS = packaged("seeds", "hazards")
OPENING = re.compile(r"(?:(?:[#%].*\n)+\n)?")


def values(node: Node) -> Any:
    """A node as plain values."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [values(item) for item in node.items]
    return {name: values(value) for name, value in node.fields.items()}


def test_the_files_are_what_the_writer_writes() -> None:
    contents = read(HAZARDS)
    assert contents.pack is not None
    records = [*contents.entities, *contents.claims, *contents.evidence, *contents.works]
    texts = documents(Snapshot.of(1, None, records), load(), pack=contents.pack, coverage=contents.coverage)
    assert sorted(texts) == sorted(path.name for path in HAZARDS.iterdir())
    for name, text in texts.items():
        given = (HAZARDS / name).read_text(encoding="utf-8")
        assert given.endswith(text), name
        assert OPENING.fullmatch(given.removesuffix(text)), name


@pytest.mark.parametrize("name", ["entities.yaml", "claims.yaml", "coverage.yaml"])
@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
def test_another_reader_reads_the_same(name: str, loader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_blocks, "_LOADER", loader)
    source = read_source(HAZARDS / name, name=name)
    assert isinstance(source, Source)
    blocks, failures = read_blocks(source)
    assert failures == []
    assert [values(block) for block in blocks if isinstance(block, Block)] == yaml.safe_load(source.text)
    for block in blocks:
        assert source.lines[block.line - 1].startswith("- ")
