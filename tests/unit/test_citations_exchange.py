"""Citations in and out by file: the report, options, privacy, what is recognised, what comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import kg
from kg.citations import formats, table
from kg.citations.curated import handed_on
from kg.citations.parsed import ParsedWork
from kg.citations.privacy import private
from kg.cli import cli
from kg.errors import InputError, NotFound
from kg.importers.citations import import_bytes
from kg.importers.recognising import family
from kg.inputs import WorkIn
from kg.model import Change, Work
from tests.laws.citation_library import library

PAPER = """@article{one, author={Hu, E. and Li, Z.}, title={A first title of a paper}, year=2021,
  journal={J}, doi={10.1234/one}}"""


@pytest.fixture
def graph(database_url: str) -> Iterator[kg.Graph]:
    opened = kg.open(database_url, lang="en", empty=True)
    yield opened
    opened.store.close()


def file_of(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_one_file_is_one_revision_that_says_who_what_and_which_file(graph: kg.Graph, tmp_path: Path) -> None:
    stages: list[tuple[str, int, int]] = []
    path = file_of(tmp_path, "mine.bib", PAPER + "@misc{b, title={x")
    report = graph.load(path, actor="ann", told=lambda *told: stages.append(told))
    assert {name: report[name] for name in ("added", "duplicates", "works", "encoding", "format", "found")} == {
        "added": 1, "duplicates": [], "works": ["one"], "encoding": "utf-8", "format": "bibtex", "found": 2,
    }  # fmt: skip
    told = graph.store.revision(report["revision"])
    assert (told.actor, told.act) == ("ann", "import")
    assert (told.reason or "").startswith("mine.bib (bibtex), SHA-256 ")
    assert [stage for stage, _, _ in stages] == ["reading", "comparing", "writing", "writing"]
    again = graph.load(path, actor="ann")
    assert (again["added"], again["revision"]) == (0, report["revision"])
    assert again["duplicates"] == [{"key": "one", "match": "one", "why": "the same entry"}]


def test_a_dry_run_writes_nothing_and_says_the_same(graph: kg.Graph, tmp_path: Path) -> None:
    path = file_of(tmp_path, "mine.bib", PAPER)
    revision = graph.revision
    planned = graph.load(path, dry_run=True)
    assert (graph.revision, planned["dry_run"], graph.snapshot.works) == (revision, True, {})
    done = graph.load(path)
    assert {**planned, "dry_run": False, "revision": done["revision"]} == done


def test_update_fills_what_is_missing_and_nothing_else(graph: kg.Graph, tmp_path: Path) -> None:
    graph.load(file_of(tmp_path, "a.bib", "@misc{one, author={Hu, E.}, title={A first title of a paper}, year=2021}"))
    later = file_of(tmp_path, "b.bib", PAPER.replace("year=2021", "year=2022, pages={1--9}"))
    first = graph.load(later)
    assert first["added"] == 0
    assert [remark["message"] for remark in first["remarks"]] == [
        "brings what one lacks: DOI 10.1234/one; --update fills it in"
    ]
    assert graph.work("one")["doi"] is None
    second = graph.load(later, update=True)
    assert second["updated"][0]["key"] == "one"
    assert {"doi", "page", "container-title"} <= set(second["updated"][0]["fields"])
    work = graph.snapshot.works["one"]
    assert (work.doi, work.year, work.authors, work.csl["page"]) == ("10.1234/one", 2021, ("Hu, E.",), "1-9")
    assert graph.load(later, update=True)["revision"] == second["revision"]


def test_exact_takes_only_identifiers_for_proof(graph: kg.Graph, tmp_path: Path) -> None:
    graph.load(file_of(tmp_path, "a.bib", PAPER))
    alike = file_of(tmp_path, "b.bib", "@misc{two, author={Hu, E.}, title={A first title of a paper.}, year=2021}")
    assert graph.load(alike, dry_run=True)["added"] == 0
    report = graph.load(alike, exact=True)
    assert (report["added"], report["works"]) == (1, ["two"])
    assert any(
        "two may be one" in remark["message"] and "`kg merge one two`" in remark["message"]
        for remark in report["remarks"]
    )
    assert [(item["work"], item["other"]) for item in graph.duplicates()["items"]] == [("two", "one")]


def test_another_version_is_told_with_the_way_to_make_one_of_both(graph: kg.Graph, tmp_path: Path) -> None:
    graph.load(file_of(tmp_path, "a.bib", PAPER))
    preprint = (
        "@misc{two, author={Hu, E. and Li, Z.}, title={A first title of a paper}, year=2021, eprint={2101.00001}}"
    )
    path = file_of(tmp_path, "b.bib", "\n" + preprint)
    for report in (graph.load(path, dry_run=True), graph.load(path)):
        assert [(one["key"], one["other"], one["group"]) for one in report["versions"]] == [("two", "one", "one")]
        (remark,) = report["remarks"]
        assert (remark["source"], remark["line"]) == ("b.bib", 2)
        assert "two and one stay two works of one group; `kg merge one two` makes one" in remark["message"]
    merged = graph.merge("one", "two", why="one paper", actor="bob")
    assert (merged["kept"]["id"], merged["merged"]["id"]) == ("one", "two")
    assert graph.load(path)["remarks"] == []


def test_a_work_that_was_taken_back_stays_so_until_that_is_undone(graph: kg.Graph, tmp_path: Path) -> None:
    path = file_of(tmp_path, "a.bib", PAPER)
    report = graph.load(path)
    undone = graph.undo(report["revision"], why="by mistake", actor="ann")
    assert graph.snapshot.works["one"].status == "revoked"
    again = graph.load(path)
    assert (again["added"], len(again["duplicates"]), graph.snapshot.works["one"].status) == (0, 1, "revoked")
    assert "one was taken back, and stays so" in again["remarks"][0]["message"]
    assert "`kg history one` names the revision, `kg undo` undoes it" in again["remarks"][0]["message"]
    graph.undo(undone["revision"], why="it was right", actor="bob")
    assert graph.snapshot.works["one"].status == "current"


def test_a_key_of_another_work_gets_a_letter_and_says_so(graph: kg.Graph, tmp_path: Path) -> None:
    graph.write(
        [Change("work", Work(id=key, type="book", title=key * 9)) for key in ("One", "onea")], actor="a", act="b"
    )
    report = graph.load(file_of(tmp_path, "a.bib", PAPER))
    assert report["works"] == ["oneb"]
    assert graph.snapshot.works["oneb"].csl["citation-key"] == "one"
    assert "the key one is that of another work; this one is called oneb" in report["remarks"][0]["message"]


def test_no_new_work_is_called_by_digits_alone_and_one_that_is_stays(graph: kg.Graph, tmp_path: Path) -> None:
    chinese = "@inproceedings{王2023, author={王伟}, title={大模型的微调安全}, year=2023}"
    path = file_of(tmp_path, "cnki.bib", chinese + "\n@misc{2024, title={Another matter entirely}}")
    report = graph.load(path)
    assert report["works"] == ["work2023", "work2024"]
    assert [graph.snapshot.works[key].csl["citation-key"] for key in report["works"]] == ["王2023", "2024"]
    assert [remark["message"] for remark in report["remarks"]] == [
        "the key '王2023' is not usable as an id, and the key 2023 could be the number of a revision; "
        "this one is called work2023",
        "the key 2024 could be the number of a revision; this one is called work2024",
    ]
    again = graph.load(path)
    assert ([one["match"] for one in again["duplicates"]], again["remarks"]) == (["work2023", "work2024"], [])

    before = [Work(**{**dict(one.work), "authors": tuple(one.work.authors)}) for one in read_works(path)]
    assert [work.id for work in before] == ["2023", "2024"]
    earlier = kg.open(f"sqlite:///{tmp_path}/cli.db", empty=True)
    earlier.write([Change("work", work) for work in before], actor="ann", act="import")
    again = earlier.load(path)
    assert (again["added"], [one["match"] for one in again["duplicates"]]) == (0, ["2023", "2024"])
    assert earlier.load(file_of(tmp_path, "out.bib", formats.write(before, "bibtex")))["added"] == 0
    earlier.store.close()
    assert json.loads(run(tmp_path, "history", "2023", "--json").stdout)["id"] == "2023"
    assert json.loads(run(tmp_path, "history", "2", "--json").stdout)["act"] == "import"
    assert "there is no revision 77" in str(run(tmp_path, "history", "77").exception)


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("x.bib", "", "citations"),
        ("x.ttl", "", "rdf"),
        ("x.json", '[{"title": "x"}]', "citations"),
        ("x.json", '{"@context": {}, "@id": "x"}', "rdf"),
        ("x.xml", "<xml><records/></xml>", "citations"),
        ("x.xml", '<?xml version="1.0"?><rdf:RDF xmlns:rdf="x"/>', "rdf"),
        ("x", "TY  - JOUR\nER  - \n", "citations"),
        ("x", "@prefix a: <http://b/> .", "rdf"),
        ("x", "<http://a/> <http://b/> <http://c/> .", "rdf"),
        ("x", "# ours\n\n_:a <urn:b> _:c .", "rdf"),
        ("x.txt", "# a remark\nPREFIX a: <http://b/>\na:a a a:b .", "rdf"),
        ("x", "<urn:a> <urn:b> <urn:c> .", "rdf"),
        ("x", "PMID- 1\nTI  - A prefix\n      base of models\n", "citations"),
        ("x.txt", "@article{a, title={x}}", "citations"),
        ("pack.toml", "", "pack"),
    ],
)
def test_files_are_known_by_name_or_contents(tmp_path: Path, name: str, text: str, found: str) -> None:
    assert family(file_of(tmp_path, name, text)) == found


TAGGED = "%0 Journal Article\r\n%A 王伟\r\n%T 大模型的微调安全\r\n%D 2023\r\n"


@pytest.mark.parametrize(
    ("name", "content", "helps"),
    [
        ("cnki.txt", TAGGED.encode(), "export as RIS, BibTeX or EndNote XML"),
        ("cnki.enw", ("\ufeff\n" + TAGGED).encode(), "export as RIS, BibTeX or EndNote XML"),
        ("cnki", TAGGED.encode("gbk"), "export as RIS, BibTeX or EndNote XML"),
        ("cnki.txt", TAGGED.encode("utf-16"), "export as RIS, BibTeX or EndNote XML"),
        ("refs.txt", b"Ainsworth, S. (2024). A work of one kind.\n\nBase, X. (2023). Of another.\n", "name its format"),
        ("x.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "name its format"),
        ("notes.md", b"# Notes\n\nprefix and base\n", "name its format"),
    ],
)
def test_what_no_reader_knows_is_refused_once(
    graph: kg.Graph, tmp_path: Path, name: str, content: bytes, helps: str
) -> None:
    path = file_of(tmp_path, name, content)
    for options in ({}, {"dry_run": True}):
        with pytest.raises(InputError, match=f"{name}: not recognised as citations, a pack, tables or RDF") as fault:
            graph.load(path, **options)
        assert all(word in str(fault.value.hint) for word in (helps, "bibtex, ris", "turtle", "CSV tables"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.html", "<!doctype html><html><style>\n@media (max-width: 3px) {}\n</style></html>"),
        ("page.htm", "<p>@article{a, title={B}}</p>"),
        ("library.bib", "\ufeff\n<!-- saved -->\n<HTML lang=en>\n@article{a, title={B}}</HTML>"),
        ("library.xml", '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html><record></record></html>'),
        ("graph.ttl", "<!DOCTYPE html>\n<title>404</title>"),
        ("nothing", "<html><title>x</title>"),
    ],
)
def test_a_page_is_told_to_be_one(graph: kg.Graph, tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(InputError, match=f"{name}: this is an HTML page") as fault:
        graph.load(file_of(tmp_path, name, text))
    assert all(word in str(fault.value.hint) for word in ("kg add work DOI", "bibtex, ris", "turtle", "CSV tables"))
    report = import_bytes(graph.store, text.encode(), None, name, "ann")
    (failure,) = report["failures"]
    assert failure["reason"] == "this is an HTML page, and pages are not read"
    assert (failure["remedy"], report["added"]) == (fault.value.hint, 0)


def test_citations_that_speak_of_pages_are_citations(graph: kg.Graph, tmp_path: Path) -> None:
    entry = "@misc{a, title={One}, note={<html>}}"
    assert graph.load(file_of(tmp_path, "saved.html", entry))["added"] == 1
    page = file_of(tmp_path, "page.html", "<html>\n@misc{b, title={Another matter}}</html>")
    assert graph.load(page, format="bibtex")["added"] == 1


@pytest.mark.parametrize(
    ("format", "raw", "custom", "kept"),
    [
        ("bibtex", "@misc{a, title={{file=y}}, FILE = \"C:\\x.pdf\", a=2}", {}, "@misc{a, title={{file=y}}, a=2}"),
        ("bibtex", "@misc{a, bdsk-file-1 = {YnBsaXN0}, title={x}}", {"bdsk-file-1": "YnBs"}, "@misc{a, title={x}}"),
        ("bibtex", "@misc{a, title={x}, file={never ends", {}, "@misc{a, title={x},"),
        ("bibtex", "@misc{a, title={profile = x}, url={https://a.org/home/x}}", {}, None),
        ("ris", "TY  - JOUR\nL1  - /x\nTI  - x\nER  - ", {"RIS-L1": "/x"}, "TY  - JOUR\nTI  - x\nER  - "),
        ("csv", r"x,D:\Private Papers\x.pdf", {"File Attachments": r"D:\Private Papers\x.pdf"}, "x,"),
        ("csl-json", '{"title":"x","note":"see /Volumes/ann/y, or ~"}', {}, '{"title":"x","note":"see , or ~"}'),
        ("endnote-xml", "<record><pdf-urls><url>internal-pdf://x</url></pdf-urls></record>", {}, "<record></record>"),
    ],
)  # fmt: skip
def test_paths_of_a_machine_are_not_kept(format: str, raw: str, custom: dict[str, str], kept: str | None) -> None:
    given = WorkIn(id="a", type="book", title="x", csl={"custom": custom} if custom else {}, raw=raw, raw_format=format)
    work, told = private(given)
    assert work.raw == (raw if kept is None else kept)
    assert (told == []) == (kept is None)
    assert work.csl == {}
    assert private(work) == (work, [])


@pytest.mark.parametrize("suffix", ["bib", "ris", "json", "works.csv"])
def test_works_come_back_from_each_format_as_they_were(pack_graph: kg.Graph, tmp_path: Path, suffix: str) -> None:
    written = pack_graph.export(tmp_path / f"all.{suffix}")
    assert written["format"] == {"bib": "bibtex", "ris": "ris", "json": "csl-json", "works.csv": "csv-works"}[suffix]
    other = kg.open(f"sqlite:///{tmp_path}/other.db", empty=True)
    report = other.load(tmp_path / f"all.{suffix}")
    assert (report["failures"], report["duplicates"], report["added"]) == ([], [], len(pack_graph.snapshot.works))
    back, were = other.snapshot.works, pack_graph.snapshot.works
    assert back.keys() == were.keys()
    for key, work in were.items():
        said = (work.type, work.title, work.authors, work.year, work.doi, work.arxiv, work.url)
        found = back[key]
        assert (found.type, found.title, found.authors, found.year, found.doi, found.arxiv, found.url) == said
        kept = work if suffix == "works.csv" else handed_on([work])[0]
        assert found.csl == {**kept.csl, "id": key}
    other.store.close()


def test_libraries_go_round_in_every_format(tmp_path: Path) -> None:
    first = kg.open(f"sqlite:///{tmp_path}/first.db", empty=True)
    first.load(file_of(tmp_path, "in.bib", library("bibtex", 80, 11).text))
    for format in ("bibtex", "ris", "csl-json", "csv-works"):
        text = b"".join(str(piece).encode() for piece in first.pieces(format)[2])
        again = kg.open(f"sqlite:///{tmp_path}/{format}.db", empty=True)
        report = again.load(file_of(tmp_path, "x", text), format=format.removesuffix("-works"))
        assert report["failures"] == []
        assert {key: {**work.csl, "id": 0} for key, work in again.snapshot.works.items()} == {
            key: {**work.csl, "id": 0} for key, work in first.snapshot.works.items()
        }
        again.store.close()
    first.store.close()


def test_cells_that_were_changed_in_a_spreadsheet_win(tmp_path: Path) -> None:
    first = kg.open(f"sqlite:///{tmp_path}/first.db", empty=True)
    first.load(file_of(tmp_path, "in.bib", library("bibtex", 8, 3).text))
    text = b"".join(str(piece).encode() for piece in first.pieces("csv-works")[2])
    header, *rows = table.rows(text.decode().replace("\r\n", "\n"), ",")
    changed = [*rows[0].cells]
    changed[header.cells.index("title")] = "A better title"
    mended = ["\t".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in (header.cells, changed)]
    again = kg.open(f"sqlite:///{tmp_path}/again.db", empty=True)
    report = again.load(file_of(tmp_path, "x.csv", "\n".join(mended)))
    (work,) = again.snapshot.works.values()
    old = first.snapshot.works[work.id]
    assert (report["added"], work.title) == (1, "A better title")
    assert {**work.csl, "id": 0} == {**old.csl, "title": "A better title", "id": 0}
    for graph in (first, again):
        graph.store.close()


def test_exports_are_of_all_under_criteria_or_of_single_works(pack_graph: kg.Graph) -> None:
    def text(format: str = "bibtex", **options: object) -> str:
        return "".join(map(str, pack_graph.pieces(format, **options)[2]))

    assert text().count("\n@") + 1 == len(pack_graph.snapshot.works)
    early = {work.id for work in pack_graph.snapshot.works.values() if work.year and work.year <= 2020}
    found = {item["id"] for item in json.loads(text("csl-json", known_in=2020))}
    assert found <= early
    assert found
    two = json.loads(text("csl-json", works="hu2022lora,dettmers2023qlora"))
    assert [item["id"] for item in two] == ["dettmers2023qlora", "hu2022lora"]
    lines = text("references", works=["hu2022lora"], lang="zh")
    assert lines.startswith("Hu, E. J.")
    assert "（2022）" in lines
    assert text("references").splitlines() == sorted(text("references").splitlines(), key=str.casefold)
    with pytest.raises(NotFound):
        text(works="nowhere")
    with pytest.raises(InputError, match="single works"):
        text("turtle", works="hu2022lora")


def read_works(path: Path) -> list[ParsedWork]:
    return list(formats.read(path.read_bytes(), source=path.name).works)


def run(folder: Path, *words: str) -> Result:
    return CliRunner(env={"COLUMNS": "140"}).invoke(cli, ["--database", f"sqlite:///{folder}/cli.db", *words])


def test_what_a_file_lacks_is_told_with_what_fits_it(tmp_path: Path) -> None:
    header = run(tmp_path, "import", str(file_of(tmp_path, "header.csv", "title,year\n")), "--json")
    assert [remark["message"] for remark in json.loads(header.stdout)["remarks"]] == [
        "the table holds no rows below its header"
    ]
    for name, helps in (
        ("e.csv", "write a header and rows"),
        ("e.bib", "export the citations"),
        ("e", "write or export"),
    ):
        empty = run(tmp_path, "import", str(file_of(tmp_path, name, "\n")))
        assert helps in str(empty.exception)
    graph = file_of(tmp_path, "a.ttl", "<urn:a> <urn:b> <urn:c> .")
    assert str(run(tmp_path, "import", str(graph), "--dry-run").exception).startswith("--dry-run: only citations")


def test_the_command_line_imports_reports_and_exports_what_an_answer_rests_on(tmp_path: Path) -> None:
    path = file_of(tmp_path, "mine.bib", PAPER + "\n@misc{bad, title={x\n")
    left = tmp_path / "left.bib"
    first = run(tmp_path, "import", str(path), "--failures", str(left), "--actor", "ann")
    assert first.exit_code == 1
    assert "2 found = 1 added + 0 duplicates + 1 failed" in first.output
    assert "add the brace that is missing" in first.output
    assert left.read_text().endswith("@misc{bad, title={x\n\n")
    zh = run(tmp_path, "--lang", "zh", "import", str(path))
    assert "共 2 条 = 新增 0 + 重复 1 + 失败 1" in zh.output
    latin = file_of(tmp_path, "latin.bib", "@misc{m, title={Müllers Wörter}}".encode("latin-1"))
    assert run(tmp_path, "import", str(latin)).exit_code == 1
    good = run(tmp_path, "import", str(latin), "--encoding", "latin-1", "--json")
    assert json.loads(good.stdout)["encoding"] == "iso8859-1"
    answer = run(tmp_path, "paths", "qlora", "malicious-use", "--json", "--keep")
    receipt = json.loads(answer.stdout)["receipt"]
    exported = run(tmp_path, "export", "-", "--format", "csl-json", "--receipt", receipt)
    named = {work for path in json.loads(answer.stdout)["paths"] for work in path["works"]}
    assert named <= {item["id"] for item in json.loads(exported.stdout)}
    assert run(tmp_path, "merge", "one", "m", "--dry-run").output.startswith("m would be merged into one")
    merged = run(tmp_path, "merge", "one", "m", "--why", "a test", "--json")
    assert json.loads(merged.stdout)["merged"]["merged_into"] == "one"
    likely = json.loads(run(tmp_path, "duplicates", "--json").stdout)
    shown = run(tmp_path, "duplicates").output
    assert all(f"{item['work']} = {item['other']}" in shown for item in likely["items"])
    assert ("no two works look like one" in shown) == (likely["items"] == [])
