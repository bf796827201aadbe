"""Duplicates, versions and formatted references."""

from __future__ import annotations

from typing import Any

import pytest

from kg.citations.duplicates import Index, Match, find_matches
from kg.citations.references import reference, short
from kg.citations.traits import traits
from kg.model import Text, Work


def work(id: str, title: str = "A Study of Careful Fine-Tuning", **given: Any) -> Work:
    values: dict[str, Any] = {
        "type": "article-journal",
        "authors": ("Hu, Edward J.", "Li, Zoe"),
        "year": 2022,
        "csl": {"container-title": "Journal of Tests"},
    }
    return Work(id=id, title=title, **(values | given))


def match(one: Work, two: Work) -> Match | None:
    found = Index([two]).matches(one)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("given", "name", "why"),
    [
        ({"doi": "10.1234/x,y"}, "DOI", Text("the same DOI 10.1234/x,y", "DOI 同为 10.1234/x,y")),
        ({"arxiv": "2106.09685"}, "arXiv id", Text("the same arXiv id 2106.09685", "arXiv 编号同为 2106.09685")),
        ({"csl": {"PMID": "12345"}}, "PubMed id", Text("the same PubMed id 12345", "PubMed 编号同为 12345")),
        (
            {"type": "book", "csl": {"ISBN": "9780306406157"}},
            "ISBN",
            Text("the same ISBN 9780306406157", "ISBN 同为 9780306406157"),
        ),
    ],
)
def test_exact_identifiers_come_first(given: dict[str, Any], name: str, why: Text) -> None:
    found = match(work("b", "Quite another title", **given), work("a", **given))
    assert found == Match("b", "a", "duplicate", why, 1.0, name)


@pytest.mark.parametrize(
    ("given", "english", "chinese"),
    [
        ({}, "the same title, the same authors, the same year", "标题相同，作者相同，年份相同"),
        (
            {"title": "A Study of Careful Fine-Tunings", "authors": ("Hu, E.", "Ma, Y."), "year": 2021},
            "titles alike to 98%, 50% of the authors in common, 1 year apart",
            "标题相似度为 98%，50% 的作者相同，年份相差 1 年",
        ),
        (
            {"type": "article", "authors": (), "year": 2019, "arxiv": "1901.00001", "csl": {}},
            "preprint and published form: the same title, authors not known for both, 3 years apart",
            "预印本与正式版本：标题相同，至少一方的作者未知，年份相差 3 年",
        ),
        (
            {"year": None},
            "the same title, the same authors, year not known for both",
            "标题相同，作者相同，至少一方的年份未知",
        ),
    ],
)
def test_what_makes_two_works_alike_is_said_in_both_languages(
    given: dict[str, Any], english: str, chinese: str
) -> None:
    found = match(work("b", **given), work("a"))
    assert found is not None
    assert (found.why, found.score < 1) == (Text(english, chinese), True)


def test_chapters_of_one_book_share_its_isbn_and_are_not_the_same() -> None:
    given: dict[str, Any] = {"type": "chapter", "csl": {"ISBN": "9780306406157", "container-title": "Book"}}
    assert match(work("b", "On the second question", **given), work("a", "First things", **given)) is None


@pytest.mark.parametrize(
    "given",
    [
        {"title": "A study of careful finetuning."},
        {"title": "A Study of Careful Fine‐Tuning"},
        {"year": 2021},
        {"year": None},
        {"authors": ("HU, E.", "LI, Z.")},
        {"authors": ("Edward J. Hu",)},
        {"authors": ()},
        {"title": "A study of <i>careful</i> Fine-Tuning: how it went"},
    ],
)
def test_the_same_work_in_other_words(given: dict[str, Any]) -> None:
    found = match(work("b", **given), work("a"))
    assert found is not None
    assert found.kind == "duplicate"
    assert 0.85 <= found.score < 1


@pytest.mark.parametrize(
    "given",
    [
        {"title": "A Study of Careless Pre-Training"},
        {"title": "A Study of Careful Fine-Tuning 2"},
        {"title": "A Study of Careful Fine-Tuning, Part II"},
        {"title": "Correction: A Study of Careful Fine-Tuning"},
        {"year": 2019},
        {"authors": ("Nobody, N.",)},
        {"doi": "10.1234/other"},
    ],
)
def test_what_is_alike_and_not_the_same(given: dict[str, Any]) -> None:
    assert match(work("b", **given), work("a", doi="10.1234/one")) is None


def test_short_titles_need_everything_else_to_agree() -> None:
    assert match(work("b", "Editorial", year=2021), work("a", "Editorial")) is None
    assert match(work("b", "微调", authors=("张三",)), work("a", "微调", authors=("李四",))) is None
    assert match(work("b", "微调", authors=("张三",)), work("a", "微调", authors=("张三",))) is not None


@pytest.mark.parametrize(
    "preprint",
    [
        {"arxiv": "2106.09685"},
        {"doi": "10.48550/arxiv.2106.09685"},
        {"doi": "10.1101/2021.01.01.123456"},
        {"csl": {"container-title": "arXiv preprint"}, "type": "article-journal"},
    ],
)
def test_a_preprint_and_its_published_form_are_two_works_of_one_group(preprint: dict[str, Any]) -> None:
    posted = work("pre", **({"type": "article", "csl": {}, "year": 2019} | preprint))
    published = work("pub", doi="10.1234/x", arxiv=preprint.get("arxiv"))
    found = match(published, posted)
    assert found is not None
    assert found.kind == "version"
    assert traits(posted).preprint
    assert traits(published).published


@pytest.mark.parametrize(
    ("type", "given"),
    [
        ("document", {"csl": {"publisher": "medRxiv"}}),
        ("document", {"csl": {"note": "Preprint"}}),
        ("document", {"csl": {"genre": "Working Paper"}}),
        ("document", {"csl": {"note": "预印本，待发表"}}),
        ("document", {"csl": {"publisher": "ChinaXiv"}}),
        ("document", {"csl": {"archive": "OSF"}}),
        ("document", {"csl": {"status": "submitted"}}),
        ("article-journal", {"csl": {"publisher": "Research Square"}}),
        ("webpage", {"csl": {}, "url": "https://www.biorxiv.org/content/10.1101/1"}),
        ("webpage", {"csl": {}, "url": "https://papers.ssrn.com/sol3/papers.cfm?abstract_id=1"}),
        ("manuscript", {"csl": {}}),
        ("report", {"csl": {"publisher": "A University"}}),
        ("thesis", {"csl": {"publisher": "A University"}}),
    ],
)
def test_a_preprint_is_known_by_where_it_was_put_without_any_number(type: str, given: dict[str, Any]) -> None:
    posted, published = work("pre", type=type, **given), work("pub", doi="10.1234/x")
    assert traits(posted).preprint
    assert [one.kind for one in find_matches([posted, published])] == ["version"]
    assert [one.kind for one in find_matches([published, posted])] == ["version"]
    assert [one.kind for one in find_matches([posted, work("again", type=type, **given)])] == ["duplicate"]


@pytest.mark.parametrize(
    ("type", "given"),
    [
        ("document", {"csl": {}}),
        ("document", {"csl": {"note": "12 pages, Vol. XIV"}}),
        ("webpage", {"csl": {}, "url": "https://example.org/arxiv.org/a"}),
        ("article-journal", {"csl": {"container-title": "Journal of Tests", "note": "Preprint on arXiv"}}),
    ],
)
def test_what_says_nothing_of_a_preprint_is_none(type: str, given: dict[str, Any]) -> None:
    assert not traits(work("a", type=type, **given)).preprint


def test_versions_with_different_numbers_of_the_archive_are_strangers() -> None:
    posted = work("pre", type="article", csl={}, arxiv="2106.00001")
    assert match(work("pub", doi="10.1234/x", arxiv="2106.00002"), posted) is None


def test_every_pair_is_reported_once_and_never_with_itself() -> None:
    given = [work("a"), work("b"), work("c", "Something else entirely, on quantum cheese"), work("d", year=2023)]
    pairs = [(found.work, found.other) for found in find_matches(given)]
    assert pairs == [("b", "a"), ("d", "a"), ("d", "b")]
    assert Index(given).matches(given[2]) == ()
    assert Index([work("a", "…", authors=())]).matches(work("b", "?!", authors=())) == ()


def test_references_of_every_shape() -> None:
    paper = work("a", "Is it safe?", type="paper-conference", arxiv="2106.09685", csl={
        "container-title": "Proc. of Tests", "page": "1-9", "publisher": "PMLR"})  # fmt: skip
    assert reference(paper) == (
        "Hu, E. J., & Li, Z. (2022). Is it safe? In Proc. of Tests (pp. 1–9). PMLR. https://arxiv.org/abs/2106.09685"
    )
    article = work("a", "微调的风险", authors=("张, 三", "李四"), csl={"container-title": "测试学报", "volume": "7",
                   "issue": "2", "page": "1-9"}, doi="10.1234/x")  # fmt: skip
    assert (
        reference(article, lang="zh")
        == "张三，李四（2022）。微调的风险。测试学报，7（2），1–9。https://doi.org/10.1234/x"
    )
    assert short(article) == "张 & 李四 (2022)"
    report = work("a", "On X", type="report", authors=("RAND Corporation",), year=None, csl={"publisher": "RAND"})
    assert reference(report) == "RAND Corporation. (n.d.). On X [Report]. RAND.".replace("Corporation.", "Corporation")
    assert short(report) == "RAND Corporation (n.d.)"
    nobody = work("a", "On nobody", authors=(), csl={}, status="retracted")
    assert reference(nobody) == "On nobody [Retracted] (2022)."
    assert short(nobody) == "“On nobody” (2022)"
    edited = work("a", "A Book", type="book", authors=(), csl={"editor": [{"family": "Hu", "given": "Jean-Paul"}]})
    assert reference(edited) == "Hu, J.-P. (Ed.) (2022). A Book."


def test_long_lists_of_authors() -> None:
    many = work("a", authors=tuple(f"Name{n}, A." for n in range(30)))
    assert "Name18, A., … Name29, A. (2022)" in reference(many)
    cut = work(
        "a", csl={"author": [{"family": "Hu", "given": "E."}], "custom": {"author-others": True}}, authors=("Hu, E.",)
    )
    assert reference(cut).startswith("Hu, E., et al. (2022)")
    assert short(cut) == "Hu et al. (2022)"
    assert short(cut, lang="zh") == "Hu 等（2022）"
