"""LaTeX, names, dates and the canonical item."""

from __future__ import annotations

import pytest
from pybtex.database import Person

from kg.citations import dates, latex, names
from kg.citations.item import canonical_item
from kg.citations.residue import restore
from kg.errors import InputError


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        (
            r"\'e \`{e} {\^e} \"{\i} \~n \=a \.z \c{c} \v s \H{o} \k{a} \r{a} \u{g} \d{s} \b{b}",
            "é è ê ï ñ ā ż ç š ő ą å ğ ṣ ḇ",
        ),
        (r"{\'E}cole, Erd\H{o}s, \v{C}apek, stra\ss e, \AA ngstr\"om", "École, Erdős, Čapek, straße, Ångström"),
        (r"{\O}rsted \ae{} \oe \l \L \i \j", "Ørsted æ œłŁıȷ"),
        (r"10\,000 \& 5\% \#1 \$2 a\_b \{x\}", "10 000 & 5% #1 $2 a_b {x}"),
        (r"``quoted'' and `single' --- dash--dash", "“quoted” and ‘single’ — dash–dash"),
        (r"\emph{a} \textbf{\textit{b}} {\em c} \textsc{d}", "a b c d"),
        (r"$\alpha$-helix, $(IA)^3$, $O(n)$", "α-helix, (IA)^3, O(n)"),
        (r"costs $5 to $10", "costs $5 to $10"),
        (r"\unknown{arg} and \also", r"\unknown{arg} and \also"),
        (r"\href{https://x.y}{text} \url{http://a.b}", "text http://a.b"),
        (r"line\\break Donald~Knuth co\-op", "line break Donald Knuth coop"),
        ("plain", "plain"),
        ("\\", "\\"),
        ("{{{", ""),
        (r"\'", "´"),
        (r"\textasciitilde\textbackslash{}x", "~\\x"),
    ],
)
def test_latex_prints(given: str, printed: str) -> None:
    assert " ".join(latex.to_unicode(given).split()) == " ".join(printed.split())


@pytest.mark.parametrize(
    "name",
    ["Donald E. Knuth", "Knuth, Donald E.", "Ludwig van Beethoven", "van Beethoven, Ludwig", "de la Cruz, Jr, Ana",
     "Jean-Paul Sartre", "Charles Louis Xavier Joseph de la Vall{\\'e}e Poussin", "{\\'E}mile Zola", "Plato",
     "Brinch Hansen, Per", "Edward~J. Hu"],
)  # fmt: skip
def test_names_agree_with_pybtex(name: str) -> None:
    theirs = Person(name)
    ours = names.parse_bibtex(name)
    assert ours.get("family", "") == latex.to_unicode(" ".join(theirs.last_names))
    assert ours.get("given", "") == latex.to_unicode(" ".join(theirs.first_names + theirs.middle_names))
    assert ours.get("non-dropping-particle", "") == " ".join(theirs.prelast_names)
    assert ours.get("suffix", "") == " ".join(theirs.lineage_names)


def test_names_of_bodies_and_chinese_names_stay_whole() -> None:
    assert names.parse_bibtex('{\\"Osterreichische Akademie}') == {"literal": "Österreichische Akademie"}
    assert names.parse_bibtex("张三") == {"literal": "张三"}
    assert names.parse_bibtex("欧阳 修") == {"family": "欧阳", "given": "修"}
    assert names.parse_bibtex("Villanova del Moral, Albert")["family"] == "Villanova del Moral"
    assert names.parse_bibtex("a, b, c, d, e") == {"literal": "a, b, c, d, e"}
    assert names.split_list("A and\nB AND {C and D} and others") == ["A", "B", "{C and D}", "others"]


@pytest.mark.parametrize(
    "name",
    [{"family": "van Gogh", "given": "Vincent"}, {"literal": "Smith, Inc."}, {"family": "Al and Bo", "given": "C"},
     {"family": "Two Words"}, {"family": "Hu", "given": "E.", "suffix": "Jr."}, {"literal": "张三"},
     {"family": "Beethoven", "given": "L.", "non-dropping-particle": "van"}],
)  # fmt: skip
def test_names_survive_bibtex(name: dict[str, str]) -> None:
    assert names.parse_bibtex(names.split_list(names.write_bibtex(name))[0]) == name


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ("2023", [[2023]]),
        ("2023-05", [[2023, 5]]),
        ("2023/05/01", [[2023, 5, 1]]),
        ("2023-05-01T12:00:00Z", [[2023, 5, 1]]),
        ("2020/2021", [[2020], [2021]]),
        ("2020-01/2020-03", [[2020, 1], [2020, 3]]),
        ("2021 Mar-Apr", [[2021, 3], [2021, 4]]),
        ("3 May 2021", [[2021, 5, 3]]),
        ("September 12, 2019", [[2019, 9, 12]]),
        ("2023年5月1日", [[2023, 5, 1]]),
        ("c. 1990", [[1990]]),
        ("Spring 2020", [[2020]]),
    ],
)
def test_dates_in_many_spellings(given: str, parts: list[list[int]]) -> None:
    assert dates.parse_date(given)["date-parts"] == parts


@pytest.mark.parametrize("given", ["in press", "2023-13-01", "2021 Mar 45", "n.d.", "99999", "May", "1/2/3/4"])
def test_what_is_no_date_stays_text(given: str) -> None:
    assert dates.parse_date(given) == {"literal": given}


def test_years_out_of_text_only_when_there_is_one() -> None:
    assert dates.year_of({"literal": "[1998]"}) == 1998
    assert dates.year_of({"literal": "1998 or 1999"}) is None
    assert dates.year_of({"date-parts": [[3000]]}) is None
    assert dates.year_of({"date-parts": [[-44]]}) is None


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"title": ["a", 1]}, "expected text"),
        ({"title": True}, "expected text"),
        ({"volume": float("nan")}, "no number"),
        ({"author": "Hu"}, "list of names"),
        ({"author": [{"family": 1}]}, "not text"),
        ({"issued": "2020"}, "expected an object"),
        ({"issued": {"date-parts": "2020"}}, "list of lists"),
        ({"issued": {"date-parts": [["x"]]}}, "is not a year"),
        ({"custom": []}, "expected an object"),
        ({"custom": {"a": float("inf")}}, "no value of JSON"),
        ({"custom": {"a": 2**70}}, "no value of JSON"),
        ({"abstract": "x" * 300_000}, "at most"),
    ],
)
def test_wrong_types_are_refused_by_name(item: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        canonical_item(item)


def test_deep_and_wide_values_are_refused() -> None:
    deep: object = "x"
    for _ in range(40):
        deep = [deep]
    with pytest.raises(InputError, match="nested"):
        canonical_item({"custom": {"a": deep}})
    with pytest.raises(InputError, match="nested"):
        canonical_item({"custom": {"a": list(range(60_000))}})


def test_what_crossref_sends_is_understood() -> None:
    item, _ = canonical_item(
        {"title": ["One"], "ISSN": ["1234-5678", "8765-4321"], "author": [{"name": "A Group", "sequence": "first"}],
         "DOI": "10.1234/X", "is-referenced-by-count": 7, "volume": 3}
    )  # fmt: skip
    assert item["title"] == "One"
    assert item["ISSN"] == "1234-5678 8765-4321"
    assert item["author"] == [{"literal": "A Group"}]
    assert item["DOI"] == "10.1234/x"
    assert item["custom"] == {"is-referenced-by-count": 7}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"other":1}', '{"set":[]}', "[" * 100_000])
def test_a_foreign_residue_is_left_out_and_told(text: str) -> None:
    item = {"title": "A"}
    assert "left out" in restore(item, text)[0]
    assert item == {"title": "A"}
