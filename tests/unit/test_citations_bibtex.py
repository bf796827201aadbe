"""BibTeX: the real file, and every defect of real files, case by case."""

from __future__ import annotations

from kg.citations import bibtex
from kg.citations.parsed import MAX_ENTRY_CHARS, Parsed
from kg.inputs import WorkIn
from kg.packaged import packaged


def read(text: str) -> Parsed:
    return bibtex.parse(text, source="x.bib")


def one(text: str) -> WorkIn:
    parsed = read(text)
    assert not parsed.failures, parsed.failures
    return parsed.works[0].work


def remarks(text: str) -> str:
    return "\n".join(str(remark) for remark in read(text).warnings)


def test_the_literature_of_the_pack_is_read_whole_and_without_a_remark() -> None:
    path = packaged("seeds", "hazards", "references.bib")
    parsed = bibtex.parse(path.read_text("utf-8"), source=path.name)
    assert (len(parsed.works), len(parsed.failures), parsed.warnings) == (110, 0, ())
    works = {found.work.id: found.work for found in parsed.works}
    assert works["hu2022lora"].title == "LoRA: Low-Rank Adaptation of Large Language Models"
    assert works["hu2022lora"].arxiv == "2106.09685"
    assert works["hu2022lora"].csl["custom"]["verified"] == "yes"
    assert works["lucki2025adversarial"].authors[0] == "Łucki, Jakub"
    assert works["ntia2024openweights"].authors == ["National Telecommunications and Information Administration"]
    assert works["seger2023opensourcing"].authors[8] == "Ó hÉigeartaigh, Seán"
    assert works["chan2023hazards"].doi == "10.48550/arxiv.2312.14751"
    assert all(found.raw.startswith("@") and found.line for found in parsed.works)


def test_a_broken_entry_costs_only_itself_and_keeps_its_place() -> None:
    text = (
        "@misc{a, title={One}}\n\n@article{b, title={Two\n@misc{c, title={Three}}\n@misc{d, title = {Four} year = 1}\n"
    )
    parsed = read(text)
    assert [found.work.id for found in parsed.works] == ["a", "c"]
    assert [(fault.line, fault.source) for fault in parsed.failures] == [(3, "x.bib"), (5, "x.bib")]
    assert "never closes" in parsed.failures[0].reason
    assert "line 5" in parsed.failures[1].reason
    assert "comma" in parsed.failures[1].remedy
    assert parsed.failures[1].raw == "@misc{d, title = {Four} year = 1}"


def test_an_entry_that_closes_too_early_loses_nothing_in_silence() -> None:
    parsed = read("@misc{a, title={One}}, year={2020}}\n@misc{b, title={B}}\n, remark\n@misc{c, title={C}}")
    assert [found.work.id for found in parsed.works] == ["b", "c"]
    assert "', year={2020}}' stands behind it" in parsed.failures[0].reason


def test_a_fault_inside_an_entry_is_told_with_its_own_line() -> None:
    parsed = read("@misc{a,\n  title = {One},\n  year = {2020}\n  note = {x}\n}\n")
    assert "line 4" in parsed.failures[0].reason


def test_entries_share_a_line_and_brackets_may_be_round() -> None:
    parsed = read('@book(a, title = "A (b) {c}") @book{b, title={B}} text @book{c,title={C}}')
    assert [found.work.title for found in parsed.works] == ["A (b) c", "B", "C"]


def test_comments_preambles_macros_and_commented_lines_are_no_entries() -> None:
    text = '@comment{@misc{x, title={X}}}\n@preamble{"\\newcommand{x}"}\n@string{a="b"}\n'
    text += "%@misc{y, title={Y}}\n  % @misc{z,\n"
    assert read(text).found == 0
    assert read("@Comment{jabref-meta: x;}\n@misc{a, title={A}}").found == 1


def test_text_without_any_block_is_one_failure_and_nothing_is_nothing() -> None:
    assert "no entry" in read("Dear all, see attached.").failures[0].reason
    assert read(" \n").found == 0
    assert read("\ufeff@misc{a, title={A}}").works[0].work.id == "a"


def test_line_ends_of_every_kind() -> None:
    for end in ("\n", "\r\n", "\r"):
        parsed = read(end.join(["@misc{a,", " title={A}}", "@misc{b,title={B}}"]))
        assert [found.line for found in parsed.works] == [1, 3]


def test_macros_months_and_concatenation() -> None:
    text = (
        '@string{jml = "J. of " # "ML"}\n@article{a, title={T}, journal = jml # { 2}, year = 2020, month = feb # "~3"}'
    )
    work = one(text)
    assert work.csl["container-title"] == "J. of ML 2"
    assert work.csl["issued"] == {"date-parts": [[2020, 2, 3]]}
    undefined = "@article{a, title={T}, journal = nature}"
    assert one(undefined).csl["container-title"] == "nature"
    assert "'nature' is not defined" in remarks(undefined)


def test_doubling_macros_are_bounded() -> None:
    doubling = "@string{a0={xxxxxxxxxx}}\n" + "".join(f"@string{{a{n + 1}=a{n}#a{n}}}\n" for n in range(60))
    text = doubling + "@misc{a, title=a60}\n@misc{b, title={B}}"
    parsed = read(text)
    assert [found.work.id for found in parsed.works] == ["a", "b"]
    assert any("expands to" in remark.message for remark in parsed.warnings)


def test_a_macro_used_without_end_spends_the_budget_of_the_file() -> None:
    uses = " # ".join(["m"] * 900)
    text = (
        "@string{m={" + "x" * 9_000 + "}}\n" + f"@misc{{a, title={{A}}, note = {uses}}}\n" * 2 + "@misc{c, title={C}}"
    )
    parsed = read(text)
    assert any("too much text" in fault.reason for fault in parsed.failures)
    assert parsed.works[-1].work.id == "c"


def test_a_part_inherits_from_the_whole_but_not_its_identifiers() -> None:
    text = """@inproceedings{part, title={Part}, author={Hu, E.}, crossref={Whole}}
@proceedings{whole, title={Proceedings of X}, editor={Li, Z.}, year=2021, doi={10.1234/whole}, isbn={9780306406157}}"""
    csl = read(text).works[0].work.csl
    assert csl["container-title"] == "Proceedings of X"
    assert csl["issued"] == {"date-parts": [[2021]]}
    assert csl["editor"] == [{"family": "Li", "given": "Z."}]
    assert "DOI" not in csl
    assert "ISBN" not in csl


def test_inheritance_is_told_when_it_leads_nowhere_or_in_a_circle() -> None:
    assert "which is not in this source" in remarks("@misc{a, title={A}, crossref={gone}}")
    assert "circle" in remarks("@misc{a, title={A}, crossref={b}}\n@misc{b, title={B}, crossref={a}}")
    xdata = "@xdata{x, publisher={P}, year=2020}\n@book{a, title={A}, xdata={x}}"
    assert read(xdata).found == 1
    assert one(xdata).csl["publisher"] == "P"
    assert one(xdata).year == 2020


def test_a_second_entry_of_a_key_is_kept_and_told() -> None:
    text = "@misc{k, title={One}}\n@misc{K, title={Two}}\n@misc{k, title={Three}}"
    assert [(found.work.id, found.rekeyed) for found in read(text).works] == [
        ("k", ()),
        ("K-2", ("the key K stands in this source already (line 1)",)),
        ("k-3", ("the key k stands in this source already (line 1)",)),
    ]


def test_keys_that_are_no_ids() -> None:
    assert one("@misc{DBLP:conf/iclr/Hu22, title={T}}").id == "DBLP:conf-iclr-Hu22"
    assert one("@misc{Müller 2020, title={T}}").id == "Muller-2020"
    assert one("@misc{微调, title={LoRA}, author={Hu, E.}, year=2022}").id == "hu2022lora"
    assert one("@misc{, title={LoRA}, year=2022}").id == "2022lora"
    assert one("@misc{title={LoRA}, year=2022}").id == "2022lora"
    assert one("@misc{微调, title={微调}}").id.startswith("w")
    assert one("@misc{a/b, title={T}}").csl["citation-key"] == "a/b"


def test_authors_of_every_kind() -> None:
    text = (
        "@misc{a, title={T}, author={Ludwig van Beethoven and {RAND Corporation} and de la Cruz, Jr., Ana and "
        '张三 and 欧阳, 修 and G{\\"o}del, K. and {Barnes and Noble} and '
        "family=Gogh, given=Vincent, prefix=van and others}}"
    )
    work = one(text)
    assert work.authors == [
        "van Beethoven, Ludwig", "RAND Corporation", "de la Cruz, Ana, Jr.", "张三", "欧阳, 修", "Gödel, K.",
        "Barnes and Noble", "van Gogh, Vincent",
    ]  # fmt: skip
    assert work.csl["custom"]["author-others"] is True


def test_biblatex_dates_and_fields() -> None:
    work = one(
        "@article{a, title={T}, subtitle={S}, journaltitle={J}, date={2021-03-04}, number={2}, volume={7}, "
        "eprint={12345}, eprinttype={pubmed}, urldate={2022-01}, langid={german}, location={Bonn}}"
    )
    assert work.title == "T: S"
    assert work.csl["issued"] == {"date-parts": [[2021, 3, 4]]}
    assert work.csl["issue"] == "2"
    assert work.csl["PMID"] == "12345"
    assert work.csl["accessed"] == {"date-parts": [[2022, 1]]}


def test_types_decide_where_a_number_goes() -> None:
    assert one("@techreport{a, title={T}, number={TR-1}, institution={I}}").csl["number"] == "TR-1"
    assert one("@book{a, title={T}, series={S}, number={3}}").csl["collection-number"] == "3"
    assert one("@phdthesis{a, title={T}, school={U}}").csl["genre"] == "PhD thesis"
    odd = "@hologram{a, title={T}}"
    assert one(odd).type == "document"
    assert "no type" in remarks(odd)


def test_arxiv_in_all_its_disguises() -> None:
    for field in (
        "eprint={2106.09685v2}, archivePrefix={arXiv}",
        "eprint={arXiv:2106.09685}",
        "journal={arXiv preprint arXiv:2106.09685}",
        "journal={CoRR}, volume={abs/2106.09685}",
        "url={https://arxiv.org/abs/2106.09685}",
        "doi={10.48550/arXiv.2106.09685}",
    ):
        assert one(f"@article{{a, title={{T}}, {field}}}").arxiv == "2106.09685", field
    assert one("@article{a, title={T}, journal={arXiv preprint arXiv:2106.09685}}").type == "article"


def test_a_bad_side_field_is_kept_aside_and_costs_no_entry() -> None:
    text = "@book{a, title={T}, doi={doi unknown}, url={javascript:alert(1)}, isbn={123}, year={in press}}"
    work = one(text)
    assert (work.doi, work.url, work.year) == (None, None, None)
    assert work.csl["custom"]["URL-as-given"] == "javascript:alert(1)"
    assert work.csl["custom"]["DOI-as-given"] == "doi unknown"
    assert work.csl["issued"] == {"literal": "in press"}
    assert remarks(text).count("kept as custom") == 3


def test_addresses_are_taken_literally() -> None:
    work = one(r"@misc{a, title={T}, howpublished={\url{https://example.org/a\_b~c\%20}}, doi={10.1234/a\_b}}")
    assert work.url == "https://example.org/a_b~c%20"
    assert work.doi == "10.1234/a_b"


def test_characters_that_no_database_stores_are_taken_out() -> None:
    work = one("@misc{a, title={A\x00B\u202eC\ud800}, note={x\x07y}}")
    assert work.title == "A BC"
    assert work.raw is not None
    assert "\x00" not in work.raw
    assert "\ud800" not in work.raw


def test_too_much_of_anything_is_a_failure_that_says_so() -> None:
    long = "@misc{a, title={A}, note={" + "x" * MAX_ENTRY_CHARS + "}}\n@misc{b, title={B}}"
    parsed = read(long)
    assert "at most" in parsed.failures[0].reason
    assert len(parsed.failures[0].raw) < 11_000
    assert parsed.works[0].work.id == "b"
    many = "@misc{a, title={A}, author={" + " and ".join(["A, B"] * 6_000) + "}}"
    assert "at most 5000" in read(many).failures[0].reason
    deep = "@misc{a, title=" + "{" * 200 + "x" + "}" * 200 + "}"
    assert "nested" in read(deep).failures[0].reason
    assert "title" in read("@misc{a, year=2020}").failures[0].reason


def test_a_source_above_the_limits_is_refused_whole() -> None:
    parsed = read("@a{}" * 100_001)
    assert parsed.found == 1
    assert "100001 entries" in parsed.failures[0].reason
