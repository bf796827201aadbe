"""Broken packs: each fault is told with file, line, the text there, the reason and a remedy; neighbours are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kg.citations.parsed import Failure
from kg.importers import sources
from kg.importers.pack import read
from kg.importers.pack_load import load
from kg.packs import PackContents
from kg.record.store import Store
from kg.vocabulary import load as load_vocabulary
from tests.faults.broken_packs import GOOD, ONE_FAULT, Changed, swap


def broken(folder: Path, changed: Changed) -> PackContents:
    """Write the good pack with some files replaced (None: left out) and read it."""
    folder = folder / "tiny"
    folder.mkdir()
    for name, content in (GOOD | changed).items():
        if content is not None:
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(folder)


def told(failure: Failure) -> str:
    """A failure in one line, without its raw text."""
    return f"{failure.source}:{failure.line}: {failure.reason} => {failure.remedy}"


def test_the_good_pack_is_good(tmp_path: Path) -> None:
    contents = broken(tmp_path, {})
    assert contents.failures == ()
    assert [len(part) for part in (contents.entities, contents.claims, contents.evidence, contents.works)] == [
        3,
        2,
        2,
        1,
    ]


@pytest.mark.parametrize(("changed", "expected"), ONE_FAULT, ids=[expected[:70] for _, expected in ONE_FAULT])
def test_a_fault_is_told(changed: Changed, expected: str, tmp_path: Path) -> None:
    contents = broken(tmp_path, changed)
    place = expected.partition(": ")[0]
    found = [failure for failure in contents.failures if told(failure).startswith(expected)]
    assert found, "\n".join(map(told, contents.failures))
    assert found[0].reason
    assert found[0].remedy
    name, _, line = place.rpartition(":")
    content = (GOOD | changed)[name.removeprefix("tiny/")]
    if line != "None" and isinstance(content, str):
        assert found[0].raw[:40] == content.split("\n")[int(line) - 1].strip()[:40].replace("\x00", "\ufffd")


def test_all_faults_are_told_at_once_by_file_and_line(tmp_path: Path) -> None:
    contents = broken(
        tmp_path,
        {
            "entities.yaml": GOOD["entities.yaml"] + "- id: Bad Id\n  type: Rsk\n  label: {en: no}\n- id: fine\n",
            **swap("claims.yaml", "stance: supports\n      kind: argument", "stance: maybe\n      kind: guess"),
            "references.bib": GOOD["references.bib"] + "@misc{broken, title = {One\n",
        },
    )
    places = [(failure.source, failure.line) for failure in contents.failures]
    assert places == sorted(places)
    assert places == [
        ("tiny/claims.yaml", 7),
        ("tiny/claims.yaml", 8),
        ("tiny/entities.yaml", 12),
        ("tiny/entities.yaml", 13),
        ("tiny/entities.yaml", 14),
        ("tiny/entities.yaml", 15),
        ("tiny/entities.yaml", 15),
        ("tiny/references.bib", 5),
    ]


@pytest.mark.parametrize("name", ["entities.yaml", "claims.yaml", "references.bib"])
def test_a_file_that_is_too_large_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "larger than 64 GiB" in sources._too_large(sources.LARGEST, name).reason
    monkeypatch.setattr(sources, "LARGEST", 2**24)
    broken(tmp_path, {})
    with (tmp_path / "tiny" / name).open("ab") as stream:
        stream.truncate(2**24 + 1)
    (fault,) = [one for one in read(tmp_path / "tiny").failures if one.source == f"tiny/{name}"]
    assert told(fault) == f"tiny/{name}:None: the file is larger than 16 MiB => split it into several packs"


def test_neighbours_are_read(tmp_path: Path) -> None:
    contents = broken(tmp_path, swap("claims.yaml", "relation: lowers", "relation: [lowers"))
    assert [claim.id for claim in contents.claims] == ["cost--lowers--misuse"]
    assert [item.alias for item in contents.evidence] == ["E2"]
    assert len(contents.failures) == 1


def test_what_leans_on_an_unreadable_record_is_told_where_that_stands(tmp_path: Path) -> None:
    contents = broken(tmp_path, swap("entities.yaml", "{en: Misuse, zh: 滥用}", "{en: Misuse"))
    claim, entity = contents.failures
    assert told(claim) == (
        "tiny/claims.yaml:15: object: the entity misuse has a fault itself, at tiny/entities.yaml:9 "
        "(its 1 evidence item must wait for it) => mend that one first"
    )
    assert told(entity).startswith("tiny/entities.yaml:11: not valid YAML: ")


def test_what_leans_on_a_faulty_record_waits_for_it(tmp_path: Path) -> None:
    contents = broken(tmp_path, swap("entities.yaml", "type: Factor", "type: Faktor"))
    assert [entity.id for entity in contents.entities] == ["lora", "misuse"]
    assert contents.claims == contents.evidence == ()
    assert [told(failure) for failure in contents.failures[:2]] == [
        "tiny/claims.yaml:3: object: the entity cost has a fault itself, at tiny/entities.yaml:5 "
        "(its 1 evidence item must wait for it) => mend that one first",
        "tiny/claims.yaml:13: subject: the entity cost has a fault itself, at tiny/entities.yaml:5 "
        "(its 1 evidence item must wait for it) => mend that one first",
    ]


def test_a_faulty_work_takes_only_its_own_evidence(tmp_path: Path) -> None:
    two = GOOD["references.bib"] + "@misc{bad2020,\n  title = {No\n"
    contents = broken(tmp_path, swap("claims.yaml", "work: hu2022", "work: bad2020") | {"references.bib": two})
    assert [item.alias for item in contents.evidence] == ["E2"]
    assert len(contents.claims) == 2
    assert "the work bad2020 has a fault itself, at tiny/references.bib:5" in told(contents.failures[0])


def test_circles_are_told_once_and_fall_with_what_is_below(tmp_path: Path) -> None:
    entities = "".join(
        f"- id: {id}\n  type: Factor\n  label: {{en: {id.upper()}}}\n  broader: {broader}\n"
        for id, broader in [("c", "a"), ("a", "b"), ("b", "c"), ("below", "b"), ("lowest", "below")]
    )
    contents = broken(tmp_path, {"entities.yaml": entities, "claims.yaml": "[]\n"})
    assert contents.entities == ()
    assert [told(failure) for failure in contents.failures] == [
        "tiny/entities.yaml:8: broader runs in a circle: a -> b -> c -> a => take one of these `broader` out",
        "tiny/entities.yaml:16: broader: the entity b has a fault itself, at tiny/entities.yaml:9"
        " => mend that one first",
        "tiny/entities.yaml:20: broader: the entity below has a fault itself, at tiny/entities.yaml:13"
        " => mend that one first",
    ]


def test_marks_and_line_ends_of_other_systems_are_read(tmp_path: Path) -> None:
    changed = {name: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() for name, text in GOOD.items()}
    contents = broken(tmp_path, changed)
    assert contents.failures == ()
    assert contents.entities[1].label.zh == "低秩适配"


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(GOOD["entities.yaml"], encoding="utf-8")
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "linked.yaml").symlink_to(tmp_path / "outside.yaml")
    (tmp_path / "new").mkdir()
    for name, text in GOOD.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "pack.toml").write_text(GOOD["pack.toml"] + '[files]\nentities = "linked.yaml"\n', encoding="utf-8")
    assert told(read(folder).failures[-1]).startswith(
        "tiny/pack.toml:7: linked.yaml leads out of the folder of the pack"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_or_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "pack.toml").write_text(GOOD["pack.toml"], encoding="utf-8")
    os.mkfifo(folder / "entities.yaml")
    (folder / "claims.yaml").mkdir()
    faults = {failure.source: failure.reason for failure in read(folder).failures}
    assert faults["tiny/entities.yaml"] == faults["tiny/claims.yaml"] == "the file is not a file"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    contents = read(tmp_path / "nowhere")
    assert contents.pack is None
    assert [told(failure) for failure in contents.failures] == [
        "nowhere/pack.toml:None: the file is missing => create it, or name another one in pack.toml"
    ]


def test_a_pack_with_faults_loads_nothing_unless_told_to_go_on(tmp_path: Path) -> None:
    broken(tmp_path, swap("claims.yaml", "stance: supports", "stance: support"))
    words = load_vocabulary()
    with Store.open(":memory:") as store:
        batch = load(store, tmp_path / "tiny", words)
        assert (batch["added"], batch["revision"], store.head()) == (0, 0, None)
        assert batch["failures"][0]["line"] == 7
        batch = load(store, tmp_path / "tiny", words, keep_going=True)
        assert (batch["added"], batch["revision"], len(batch["failures"])) == (7, 1, 1)


def test_a_pack_without_a_head_never_loads(tmp_path: Path) -> None:
    broken(tmp_path, {"pack.toml": "id = "})
    with Store.open(":memory:") as store:
        batch = load(store, tmp_path / "tiny", load_vocabulary(), keep_going=True)
    assert (batch["pack"], batch["added"], batch["failures"][0]["line"]) == (None, 0, 1)


def test_many_dangling_names_cost_little(tmp_path: Path) -> None:
    lines = [f"- {{subject: lora, relation: lowers, object: none-{number}}}\n" for number in range(3000)]
    contents = broken(tmp_path, {"claims.yaml": "".join(lines)})
    assert len(contents.failures) == 3000
