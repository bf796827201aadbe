"""RIS, CSL-JSON, NBIB, EndNote XML, CSV, encodings and the registry: defects of real files, case by case."""

from __future__ import annotations

import json

import pytest
import rispy

from kg.citations import csl, endnote, formats, nbib, ris, table
from kg.citations.encodings import MAX_BYTES, looks_like, read_bytes
from kg.citations.parsed import Parsed
from kg.errors import InputError, ParseFailure
from kg.model import Work

RIS = "TY  - JOUR\nTI  - One\nAU  - Hu, Edward\nPY  - 2022\nDA  - 2022/03/04/\nSP  - 1\nEP  - 9\nER  - \n"
RECORD = "<record><ref-type name='Book'>6</ref-type><titles><title>One</title></titles></record>"


def said(parsed: Parsed) -> str:
    return "\n".join(remark.message for remark in parsed.warnings)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_ris_with_any_line_end_and_mark(end: str, mark: str) -> None:
    parsed = ris.parse(mark + (RIS * 2).replace("\n", end), source="x.ris")
    assert [found.work.csl["issued"] for found in parsed.works] == [{"date-parts": [[2022, 3, 4]]}] * 2
    assert [found.line for found in parsed.works] == [1, 9]
    assert parsed.works[0].work.csl["page"] == "1-9"
    assert not parsed.failures


def test_ris_agrees_with_rispy_on_a_proper_file() -> None:
    theirs = rispy.loads(RIS * 3)
    ours = ris.parse(RIS * 3, source="x.ris")
    assert [entry["title"] for entry in theirs] == [found.work.title for found in ours.works]
    assert [entry["authors"] for entry in theirs] == [found.work.authors for found in ours.works]


def test_ris_that_rispy_drops_in_silence_is_read_and_told() -> None:
    single = RIS.replace("  - ", " - ")
    assert "not spaced" in said(ris.parse(single, source="x.ris"))
    assert ris.parse(single, source="x.ris").works[0].work.title == "One"
    indented = "".join(f"    {line}\n" for line in RIS.splitlines())
    assert "indented" in said(ris.parse(indented, source="x.ris"))
    open_ended = RIS.replace("ER  - \n", "") * 2
    parsed = ris.parse(open_ended, source="x.ris")
    assert len(parsed.works) == 2
    assert "no ER line" in said(parsed)


def test_ris_record_without_beginning_fails_alone() -> None:
    parsed = ris.parse("AU  - Hu, E.\nTI  - Lost\nER  - \n" + RIS, source="x.ris")
    assert len(parsed.works) == 1
    assert (parsed.failures[0].line, "TY" in parsed.failures[0].remedy) == (1, True)
    assert "no line of the form" in ris.parse("hello", source="x").failures[0].reason
    assert "outside of a record" in said(ris.parse("Exported by X\n" + RIS, source="x.ris"))


def test_ris_texts_go_over_lines_and_tags_are_kept() -> None:
    text = RIS.replace("PY", "AB  - one\n  two\n AB  - not a tag\nKW  - a\nKW  - b\nXX  - odd\nUR  - https://e.org\nPY")
    work = ris.parse(text, source="x.ris").works[0].work
    assert work.csl["abstract"] == "one\ntwo\nAB - not a tag"
    assert work.csl["keyword"] == "a, b"
    assert work.csl["custom"] == {"RIS-XX": "odd"}
    assert work.url == "https://e.org"


def test_csl_items_stand_and_fall_alone() -> None:
    text = '[\n{"id":"a","title":"A"},\n{"id":"b","title":NaN},\n{"id":"c",},\n7,\n{"id":"d","title":"D"}\n]'
    parsed = csl.parse(text, source="x.json")
    assert [found.work.id for found in parsed.works] == ["a", "d"]
    assert [fault.line for fault in parsed.failures] == [3, 4, 5]
    assert parsed.works[1].raw == '{"id":"d","title":"D"}'


def test_csl_recovers_behind_an_item_that_never_closes() -> None:
    text = '[\n{"id":"a","title":"A",\n{"id":"b","title":"B"},\n{"id":"c","title":"C"}\n]'
    parsed = csl.parse(text, source="x.json")
    assert [found.work.id for found in parsed.works] == ["b", "c"]
    assert parsed.failures[0].line == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hello", "expected a JSON list"),
        ('[{"title":"x","volume":1e999}]', "no number"),
        ('[{"title":"x","volume":' + "9" * 5000 + "}]", "no number"),
        ("[" * 100_000, "nested"),
        ('[{"title":"x","custom":' + "[" * 60 + "]" * 60 + "}]", "levels deep"),
        ('[{"title":7,"author":7}]', "author"),
        ('[{"id":"a"}]', "no title"),
    ],
)
def test_csl_that_is_not(text: str, reason: str) -> None:
    assert reason in csl.parse(text, source="x.json").failures[0].reason


def test_csl_ids_of_programs_are_no_keys() -> None:
    item = {"id": "http://zotero.org/users/1/items/A", "citation-key": "hu2022", "title": "T"}
    assert csl.parse(json.dumps(item), source="x").works[0].work.id == "hu2022"
    assert csl.parse('{"id": 7, "title": "T"}', source="x").works[0].work.id == "t"


def test_nbib_as_pubmed_writes_it() -> None:
    text = (
        "PMID- 12345\nTI  - A title that runs\n      over lines.\nFAU - Hu, Edward J\nAU  - Hu EJ\nCN  - A Group\n"
        "DP  - 2021 Mar 3\nPG  - 1123-30\nLID - 10.1234/x [doi]\nPT  - Retracted Publication\nRIN - Notice. 2022\n\n"
        "PMID- 12346\nTI  - Other.\nAU  - Li Z\nIS  - 1234-5678 (Print)\n"
    )
    parsed = nbib.parse(text, source="x.nbib")
    one, two = (found.work for found in parsed.works)
    assert (one.title, one.authors, one.doi) == (
        "A title that runs over lines",
        ["Hu, Edward J", "A Group"],
        "10.1234/x",
    )
    assert one.csl["page"] == "1123-1130"
    assert one.csl["status"] == "retracted"
    assert one.csl["custom"]["MEDLINE-RIN"] == "Notice. 2022"
    assert "retracted" in said(parsed)
    assert (two.authors, two.csl["ISSN"], parsed.works[1].line) == (["Li, Z."], "1234-5678", 13)


def test_endnote_records_stand_and_fall_alone() -> None:
    broken = RECORD.replace("</title>", "</titel>")
    text = f"<xml><records>{RECORD}\n{broken}\n<record><titles>\n{RECORD}</records></xml>"
    parsed = endnote.parse(text, source="x.xml")
    assert [found.line for found in parsed.works] == [1, 4]
    assert [fault.line for fault in parsed.failures] == [2, 3]
    assert "not well-formed" in parsed.failures[0].reason
    assert "no </record>" in parsed.failures[1].reason


@pytest.mark.parametrize(
    "text",
    [
        f"<!DOCTYPE x [<!ENTITY a 'b'>]><xml>{RECORD}</xml>",
        f"<!doctype x SYSTEM 'file:///etc/passwd'>{RECORD}",
        f"{RECORD}<! ENTITY a 'b'>",
    ],
)
def test_endnote_with_a_doctype_is_refused(text: str) -> None:
    parsed = endnote.parse(text, source="x.xml")
    assert not parsed.works
    assert "DOCTYPE" in parsed.failures[0].reason


def test_endnote_entities_depth_and_styles() -> None:
    assert "not well-formed" in endnote.parse(RECORD.replace("One", "&nbsp;"), source="x").failures[0].reason
    assert "nested" in endnote.parse(RECORD.replace("One", "<b>" * 99 + "</b>" * 99), source="x").failures[0].reason
    styled = RECORD.replace("One", "<style face='italic'>A</style><style> &amp; B</style>")
    assert endnote.parse(styled, source="x").works[0].work.title == "A & B"


def test_csv_rows_stand_and_fall_alone() -> None:
    text = 'title,authors,year\nOne,"Hu, E.; Li, Z.",2021\n"Broken" x,a,1\n"Open,b,2\n'
    text += "Two,张三; et al.,2022\n,,\nThree\na,b,c,d\n"
    parsed = table.parse(text, source="x.csv")
    assert [found.work.title for found in parsed.works] == ["One", "Two", "Three"]
    assert [fault.line for fault in parsed.failures] == [3, 4, 8]
    assert parsed.works[0].work.authors == ["Hu, E.", "Li, Z."]
    assert parsed.works[1].work.csl["custom"]["author-others"] is True


def test_csv_headers_of_other_programs_and_separators() -> None:
    zotero = '"Key","Item Type","Publication Year","Author","Title","Publication Title","DOI","Url","Extra"\n'
    zotero += '"AB12","journalArticle","2020","Hu, E.","T","J","10.1234/X","https://e.org","=1"\n'
    work = table.parse(zotero, source="x.csv").works[0].work
    assert (work.id, work.type, work.year, work.doi) == ("AB12", "article-journal", 2020, "10.1234/x")
    assert work.csl["container-title"] == "J"
    assert work.csl["custom"]["Extra"] == "=1"
    assert table.parse("title;year\nA, b;2020\n", source="x").works[0].work.title == "A, b"
    assert table.parse("Title\tYear\nA\t2020\n", source="x").works[0].work.year == 2020
    assert "no header" in table.parse("One,2020\n", source="x").failures[0].reason


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "＝1", "'=1", "'", "tis", "", "'tis", "\tx"])
def test_cells_that_spreadsheets_would_run_are_restored(cell: str) -> None:
    assert table.restored(table.neutralised(cell)) == cell
    assert not table.neutralised(cell).startswith(table.RISKY)


def test_bytes_are_never_guessed_at() -> None:
    text = "@misc{a, title={Müller, 微调与风险}}"
    assert read_bytes(text.encode("utf-8-sig"), "x") == text
    for encoding, hint in (("gb18030", "gb18030"), ("utf-16", "utf-16")):
        chinese = "@misc{a, title={微调与风险研究}}".encode(encoding)
        with pytest.raises(ParseFailure, match=f"looks like {hint}.*--encoding"):
            read_bytes(chinese, "x.bib")
        assert "微调" in read_bytes(chinese, "x.bib", encoding=encoding)
    with pytest.raises(ParseFailure, match="Latin-1") as caught:
        read_bytes("a\nb\nMüller".encode("latin-1"), "x.bib")
    assert caught.value.line == 3
    assert looks_like("abc".encode("utf-16-le")) == "utf-16-le"
    assert looks_like("abc".encode("utf-16-be")) == "utf-16-be"


def test_encodings_that_are_none_and_sizes() -> None:
    for name in ("utf-88", "rot13", "zlib", "idna", "unicode_escape", "x" * 1000, "ü", "\0"):
        with pytest.raises(InputError, match="no encoding"):
            read_bytes(b"a", "x", encoding=name)
    with pytest.raises(ParseFailure, match="at most"):
        read_bytes(bytes(MAX_BYTES + 1), "x")


def test_the_registry_recognises_by_name_then_by_content() -> None:
    samples = {
        "bibtex": b"@misc{a, title={A}}", "ris": RIS.encode(), "csl-json": b'[{"title":"A"}]',
        "nbib": b"PMID- 1\nTI  - A\n", "endnote-xml": RECORD.encode(), "csv": b"title,year\nA,2020\n",
    }  # fmt: skip
    for name, data in samples.items():
        assert len(formats.read(data, source="pasted").works) == 1, name
        assert formats.read(data, source="pasted", format=name).works[0].work.raw_format == name
    assert "not recognised" in formats.read(b"hello", source="x.txt").failures[0].reason
    assert "--encoding" in formats.read(b"\xff\xff", source="x.bib").failures[0].remedy
    with pytest.raises(InputError, match="did you mean bibtex"):
        formats.read(b"", source="x", format="bibtx")


def test_the_registry_writes_what_it_can() -> None:
    works = [Work(id="a", type="book", title="A", status="retracted")]
    for name in ("bibtex", "ris", "csl-json"):
        again = formats.read(formats.write(works, name).encode(), source="x", format=name).works[0].work
        assert (again.title, again.csl["status"]) == ("A", "retracted")
    with pytest.raises(InputError, match="only read"):
        formats.write(works, "nbib")
