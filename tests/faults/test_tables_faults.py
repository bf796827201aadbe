"""Tables that people make by hand: what is enough, and what is said of what is wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import kg
from kg.cli import cli
from kg.errors import InputError
from kg.graph import Graph
from kg.importers.tables_load import load
from kg.record import Store
from kg.vocabulary import load as words

WORDS = words()
ENTITIES = "id,type,label\nlora,Technique,LoRA\nmisuse,Risk,Misuse\n"
WORKS = 'key;type;title;authors\nhu2022;article-journal;On LoRA;"Hu, E.; RAND"\n'
ODD = "not a column of entities.csv"
CLAIMS = "Subject\tRelation\tObject\nlora\traises\tmisuse\n"
EVIDENCE = (
    "subject,relation,object,work,stance,kind,strength,basis,statement\n"
    'lora,raises,misuse,hu2022,supports,argument,weak,abstract,"It does, they say."\n'
)


def tables(folder: Path, **texts: str | bytes) -> Path:
    """Write tables."""
    for name, text in texts.items():
        (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def loaded(folder: Path, **options: Any) -> dict[str, Any]:
    """What loading them into an empty record says."""
    with Store.open(":memory:") as store:
        return load(store, folder, WORDS, name="t", **options)


def said(report: dict[str, Any]) -> list[tuple[str, int | None, str, str, str]]:
    """The failures."""
    return [
        (Path(one["source"]).name, one["line"], one["raw"], one["reason"], one["remedy"]) for one in report["failures"]
    ]


def test_the_columns_that_are_needed_are_enough(tmp_path: Path) -> None:
    tables(tmp_path, entities=ENTITIES, works=WORKS, claims=CLAIMS, evidence=EVIDENCE)
    graph = kg.open(f"sqlite:///{tmp_path}/r.db", lang="en", ontology=(), empty=True)
    report = graph.load(tmp_path, actor="ann")
    assert (report["added"], report["failures"], report["ignored"]) == (5, [], [])
    assert report["kinds"] == {"claim": 1, "entity": 2, "evidence": 1, "work": 1}
    item = graph.item(next(iter(graph.snapshot.evidence)))
    assert (item["claim"], item["statement"]) == ("lora--raises--misuse", "It does, they say.")
    assert graph.snapshot.works["hu2022"].authors == ("Hu, E.", "RAND")
    again = graph.load(tmp_path)
    assert (again["added"], len(again["duplicates"]), again["revision"]) == (0, 5, report["revision"])
    revision = graph.store.revision(report["revision"])
    assert (revision.actor, revision.act) == ("ann", "import tables")
    graph.store.close()


def test_tables_build_on_what_the_record_holds(tmp_path: Path) -> None:
    with Store.open(":memory:") as store:
        load(store, tables(tmp_path, entities=ENTITIES, works=WORKS), WORDS)
        (tmp_path / "entities.csv").unlink()
        (tmp_path / "works.csv").unlink()
        report = load(store, tables(tmp_path, claims=CLAIMS, evidence=EVIDENCE), WORDS)
        assert (report["failures"], report["added"]) == ([], 2)
        (tmp_path / "claims.csv").unlink()
        tables(tmp_path, evidence=EVIDENCE.replace("weak", "strong"))
        assert load(store, tmp_path, WORDS)["added"] == 1
        tables(tmp_path, entities="id,type,label\nlora,Technique,Low-rank adaptation\n")
        kept = load(store, tmp_path, WORDS)
        [conflict] = kept["conflicts"]
        assert (conflict["kind"], conflict["id"], conflict["fields"]) == ("entity", "lora", ["label"])
        assert "label is 'LoRA', the table says 'Low-rank adaptation'" in conflict["reason"]
        assert "--update writes the row" in conflict["remedy"]
        assert (kept["added"], kept["changed"]) == (0, 0)
        assert load(store, tmp_path, WORDS, update=True)["changed"] == 1
        assert store.records().entities[0].label.en == "Low-rank adaptation"
        assert store.verify() == []


def test_a_conflict_says_what_differs_and_what_helps(tmp_path: Path) -> None:
    graph: Graph = kg.open(f"sqlite:///{tmp_path}/r.db", lang="en", ontology=(), empty=True)
    graph.load(tables(tmp_path, entities=ENTITIES, works=WORKS, claims=CLAIMS, evidence=EVIDENCE))
    graph.export(tmp_path / "out", format="csv-tables")
    file = tmp_path / "out" / "evidence.csv"
    text = file.read_text("utf-8")

    def conflict(before: str, after: str, *, update: bool) -> tuple[list[str], str, int]:
        file.write_text(text.replace(before, after), encoding="utf-8")
        report = graph.load(tmp_path / "out", update=update)
        assert report["failures"] == []
        [found] = report["conflicts"] or [{"fields": [], "remedy": ""}]
        return found["fields"], found["remedy"], report["changed"]

    id = next(iter(graph.snapshot.evidence))
    for update in (False, True):
        fields, remedy, changed = conflict("they say", "we say", update=update)
        assert (fields, changed) == (["statement"], 0)
        assert f"kg review revise {id}" in remedy
    fields, remedy, changed = conflict("accepted", "revoked", update=False)
    assert (fields, changed) == (["status"], 0)
    assert remedy.startswith("--update writes the row")
    assert conflict("accepted", "revoked", update=True) == ([], "", 1)
    assert graph.item(id)["status"] == "revoked"
    graph.store.close()


def test_conflicts_of_tables_end_with_1(tmp_path: Path) -> None:
    folder, database = tmp_path / "t", f"sqlite:///{tmp_path}/r.db"
    folder.mkdir()
    graph = kg.open(database, lang="en", ontology=(), empty=True)
    graph.load(tables(folder, entities=ENTITIES))
    graph.store.close()
    tables(folder, entities=ENTITIES.replace("LoRA", "Low rank") + "new,Risk,New\n")
    run = [sys.executable, "-m", "kg", "--database", database, "--lang", "en", "import", str(folder)]
    done = subprocess.run(run, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    said = " ".join(done.stdout.split())
    assert "1 added, 0 changed, 1 duplicate, 1 conflict, 0 failed" in said
    assert "entity lora: the record holds it otherwise: label is 'LoRA', the table says 'Low rank'" in said
    subprocess.run([*run, "--update"], check=True, capture_output=True, timeout=60)


def test_every_fault_has_its_line_and_a_remedy(tmp_path: Path) -> None:
    tables(
        tmp_path,
        entities="id,type,label,lable\nlora,Techniq,LoRA,x\nmisuse,Risk,,\nmisuse,Risk,Misuse,\nmisuse,Risk,Again,\n",
        claims="subject,relation,object\nlora,raises,misuse\nmisuse,raises,nowhere\nmisuse,raises,misuse\na,b,c,d\n",
        works='id,type,title,year\nw,book,"T"x,1\nv,book,V,MMXX\nu,book,U,2020\n',
        evidence=(
            "claim,work,stance,kind,strength,basis,statement,inferred,id\n"
            "lora--raises--misuse,u,supports,argument,weak,abstract,S,,\n"
            "misuse--raises--x,u,agrees,argument,weak,abstract,S,maybe,\n"
            "misuse--raises--x,u,supports,argument,weak,abstract,S,yes,e1\n"
            "misuse--raises--x,u,supports,argument,weak,abstract,S,no,\n"
        ),
    )
    report = loaded(tmp_path)
    assert (report["added"], report["rows"]) == (0, 15)
    assert report["ignored"] == [
        {"what": "column", "name": "lable", "statements": 1, "reason": f"{ODD}; did you mean label_zh?"}
    ]
    found = {(file, line): (raw, reason, remedy) for file, line, raw, reason, remedy in said(report)}
    assert found["entities.csv", 2][0] == "lora,Techniq,LoRA,x"
    assert found["entities.csv", 2][1] == "'Techniq' is not a kind of entity; did you mean Technique?"
    assert found["entities.csv", 3][1:] == ("label is missing", "fill the cell label")
    assert found["entities.csv", 5][1].startswith("the entity misuse is given twice, first at ")
    assert found["claims.csv", 2][1].startswith("subject: the entity lora has a fault itself, at ")
    assert found["claims.csv", 3][1].startswith("object: there is no entity nowhere")
    assert "misuse raises itself" in found["claims.csv", 4][1]
    assert found["claims.csv", 5][:2] == ("a,b,c,d", "the row has 4 cells, the header 3")
    assert found["works.csv", 2][1].startswith("text follows the end of a quoted cell")
    assert "year: given 'MMXX', expected a whole number" in found["works.csv", 3][1]
    assert ("evidence.csv", 2) not in found, "the claim speaks for its items"
    assert "agrees" in found["evidence.csv", 3][1] or "maybe" in found["evidence.csv", 3][1]
    assert "its id 'e1' does not begin with its work, u" in found["evidence.csv", 4][1]
    assert found["evidence.csv", 5][1].startswith("claim: there is no claim misuse--raises--x")
    assert all(remedy for _, _, remedy in found.values())
    assert loaded(tmp_path, keep_going=True)["kinds"] == {"entity": 1, "work": 1}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (b"", None, "the file is empty"),
        (b"\xff\xfei\x00d\x00", 1, "the file is UTF-16, UTF-8 was expected"),
        ("id,type,label\nlora,Technique,低秩".encode("gb18030"), 2, "byte 0xb5 is not UTF-8"),
        ("id,type,label\nlora,Technique,微".encode()[:-1], 2, "byte 0xe5 is not UTF-8"),
        (b"name,type\nlora,Technique\n", 1, "the first row names no column id, label"),
        (b"id,type,label,Label\nlora,Technique,a,b\n", 1, "the column label is there twice"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_failure(tmp_path: Path, text: bytes, line: int | None, reason: str) -> None:
    [failure] = loaded(tables(tmp_path, entities=text))["failures"]
    assert (failure["line"], failure["reason"]) == (line, reason)
    assert failure["remedy"]


def test_an_open_quotation_mark_costs_one_row(tmp_path: Path) -> None:
    report = loaded(
        tables(tmp_path, entities='id,type,label,definition\na,Risk,A,"A\n\nb,Risk,B,B\nc,Risk,C,"C\nand more"\n'),
        keep_going=True,
    )
    [failure] = report["failures"]
    assert (failure["line"], failure["raw"]) == (2, 'a,Risk,A,"A')
    assert failure["reason"].startswith("text follows the end of a quoted cell: 'C")
    assert report["kinds"] == {"entity": 2}


def test_what_supersedes_nothing_falls_and_so_does_what_follows_it(tmp_path: Path) -> None:
    rows = "".join(
        f"hu2022.{id},lora--raises--misuse,hu2022,supports,argument,weak,abstract,S{id},{before}\n"
        for id, before in (("a", ""), ("b", "hu2022.a"), ("c", "hu2022.z"), ("d", "hu2022.c"))
    )
    head = "id,claim,work,stance,kind,strength,basis,statement,supersedes\n"
    tables(tmp_path, entities=ENTITIES, works=WORKS, claims=CLAIMS, evidence=head + rows)
    report = loaded(tmp_path, keep_going=True)
    assert [(line, reason) for _, line, _, reason, _ in said(report)] == [
        (4, "supersedes: there is no evidence hu2022.z"),
        (5, "supersedes: there is no evidence hu2022.c"),
    ]
    assert report["kinds"]["evidence"] == 2


def test_what_supersedes_itself_falls_and_so_does_what_leans_on_it(tmp_path: Path) -> None:
    pairs = ("ab", "bc", "cb", "dd", "ed", "fg", "g", "hc")
    rows = "".join(
        f"hu2022.{pair[0]},lora--raises--misuse,hu2022,supports,argument,weak,abstract,S{pair[0]},"
        f"{f'hu2022.{pair[1]}' if pair[1:] else ''}\n"
        for pair in pairs
    )
    head = "id,claim,work,stance,kind,strength,basis,statement,supersedes\n"
    tables(tmp_path, entities=ENTITIES, works=WORKS, claims=CLAIMS, evidence=head + rows)
    report = loaded(tmp_path, keep_going=True)
    assert sorted((line, reason) for _, line, _, reason, _ in said(report)) == [
        (2, "supersedes: there is no evidence hu2022.b"),
        (3, "supersedes: hu2022.c supersedes it in turn"),
        (4, "supersedes: hu2022.b supersedes it in turn"),
        (5, "supersedes: hu2022.d supersedes it in turn"),
        (6, "supersedes: there is no evidence hu2022.d"),
        (9, "supersedes: there is no evidence hu2022.c"),
    ]
    assert report["kinds"]["evidence"] == 2


def test_a_name_in_another_case_is_read_and_never_dropped(tmp_path: Path) -> None:
    graph: Graph = kg.open(":memory:", lang="en", ontology=(), empty=True)
    (tmp_path / "Entities.CSV").write_text(ENTITIES, encoding="utf-8")
    tables(tmp_path, claims=CLAIMS)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr("CLAIMS.CSV", CLAIMS)
    assert graph.load(tmp_path)["kinds"] == {"claim": 1, "entity": 2}
    assert len(graph.load(tmp_path / "x.zip")["duplicates"]) == 1
    (tmp_path / "entities.csv").write_text(ENTITIES, encoding="utf-8")
    if len(list(tmp_path.glob("[eE]*"))) == 2:
        [failure] = graph.load(tmp_path)["failures"]
        assert failure["source"].endswith("/entities.csv")
        assert failure["reason"] == "the table entities.csv is there twice, as Entities.CSV too"
    graph.store.close()


def test_what_is_no_folder_of_tables_is_told_what_to_give(tmp_path: Path) -> None:
    graph: Graph = kg.open(":memory:", lang="en", ontology=(), empty=True)
    folder = tmp_path / "t"
    folder.mkdir()
    wanted = r"pack\.toml .*entities\.csv, works\.csv, claims\.csv, evidence\.csv"

    def refused(path: Path, **options: Any) -> str:
        with pytest.raises(InputError) as fault:
            graph.load(path, **options)
        return f"{fault.value.message}; {fault.value.hint}"

    assert re.search(f"is empty; expected {wanted}", refused(folder))
    tables(folder, other="a,b\n1,2\n")
    assert re.search(f"holds only other.csv; expected {wanted}", refused(folder))
    tables(folder, entities=ENTITIES, works=WORKS, claims=CLAIMS, evidence=EVIDENCE)
    for name in ("entities", "claims", "evidence"):
        assert "is one of the tables, not citations; give the folder" in refused(folder / f"{name}.csv")
    assert "is a file, tables are a folder; give the folder" in refused(folder / "claims.csv", format="csv-tables")
    for suffix in (".xlsx", ".ODS"):
        (tmp_path / f"x{suffix}").write_bytes(b"PK")
        assert "save each sheet as CSV" in refused(tmp_path / f"x{suffix}")
    graph.store.close()


def test_tables_are_not_written_over_those_that_are_there(tmp_path: Path) -> None:
    graph: Graph = kg.open(":memory:", lang="en", ontology=(), empty=True)
    folder = tables(tmp_path, entities=ENTITIES)
    with pytest.raises(InputError, match=r"not replaced: entities\.csv") as refused:
        graph.export(folder, format="csv-tables")
    assert "new or empty folder" in (refused.value.hint or "")
    assert (folder / "entities.csv").read_text("utf-8") == ENTITIES
    for name in ("z.csv", "z.CSV", "z.xlsx"):
        with pytest.raises(InputError, match="would be a folder"):
            graph.export(tmp_path / name, format="csv-tables")
    assert [one.name for one in tmp_path.iterdir()] == ["entities.csv"]
    assert graph.export(tmp_path / "new", format="csv-tables")["bytes"] > 0
    assert graph.export(tmp_path / "t.zip", format="csv-tables") == graph.export(
        tmp_path / "t.zip", format="csv-tables"
    )
    graph.store.close()


def test_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    graph: Graph = kg.open(":memory:", lang="en", ontology=(), empty=True)
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(InputError, match="holds none of the tables"):
        graph.load(other, format="csv-tables")
    (other / "claims.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="holds numbers for `kg spark` but no statements"):
        graph.load(other)
    with pytest.raises(InputError, match=r"holds files already, which are not replaced: claims\.parquet"):
        graph.export(other, format="csv-tables")
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a/entities.csv", ENTITIES)
        made.writestr("b/claims.csv", CLAIMS)
    with pytest.raises(InputError, match=r"holds no pack\.toml"):
        graph.load(archive)
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a/entities.csv", ENTITIES)
    assert graph.load(archive)["added"] == 2
    graph.store.close()


def test_files_of_other_names_and_items_that_wait_are_told(tmp_path: Path) -> None:
    tables(
        tmp_path,
        entities="id,type,label\nlora,Technique,LoRA\nmisuse,Risk,misuse\n",
        works="id,type,title\nu,book,U\n",
        claims="subject,relation,object\nlora,razes,misuse\n",
        evidence=(
            "claim,work,stance,kind,strength,basis,statement\n"
            "lora--razes--misuse,u,supports,argument,weak,abstract,S\n"
            "lora--razes--misuse,u,supports,argument,weak,abstract,T\n"
        ),
    )
    (tmp_path / "evidences.csv").write_text("claim\n", encoding="utf-8")
    report = loaded(tmp_path)
    assert report["ignored"] == [
        {
            "what": "file",
            "name": "evidences.csv",
            "statements": 0,
            "reason": "not one of the tables entities.csv, works.csv, claims.csv, evidence.csv; "
            "did you mean evidence.csv?",
        }
    ]
    assert [fault["reason"] for fault in report["failures"]] == [
        "'razes' is not a relation; did you mean raises? (its 2 evidence items must wait for it)"
    ]


def test_a_table_without_rows_is_told(tmp_path: Path) -> None:
    tables(tmp_path, entities="id,type,label\nlora,Technique,LoRA\n", works="id,type,title\n\n")
    report = loaded(tmp_path)
    assert (report["added"], report["failures"]) == (1, [])
    assert report["ignored"] == [
        {"what": "table", "name": "works.csv", "statements": 0, "reason": "it holds no rows below its header"}
    ]
    shown = CliRunner().invoke(cli, ["--database", f"sqlite:///{tmp_path}/r.db", "import", str(tmp_path)])
    assert "passed over: the table works.csv: it holds no rows below its header" in shown.output


@pytest.mark.parametrize("kind", ["link", "queue", "folder"])
def test_a_table_that_is_no_file_is_told(tmp_path: Path, kind: str) -> None:
    tables(tmp_path, entities="id,type,label\nlora,Technique,LoRA\n")
    place = tmp_path / "evidence.csv"
    if kind == "link":
        place.symlink_to(tmp_path / "nowhere.csv")
    elif kind == "queue":
        os.mkfifo(place)
    else:
        place.mkdir()
    report = loaded(tmp_path)
    assert report["added"] == 0
    (fault,) = report["failures"]
    assert fault["source"].endswith("/evidence.csv")
    wanted = "the file cannot be read: No such file or directory" if kind == "link" else "it is no file"
    assert fault["reason"] == wanted
