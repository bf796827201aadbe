"""What cannot stay where it was: names and dates of every format are told in a remark, and kept as they were given."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kg.citations import formats
from kg.citations.item import canonical_item
from kg.contribute.citing import read_csl
from kg.errors import InputError
from kg.vocabulary import load

WORDS = load()
NO_DATE = "is no date of the calendar"


def read(text: str, format: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The items of a text, and what is told of it."""
    parsed = formats.read(text.encode("utf-8", "surrogatepass"), source="x", format=format)
    assert parsed.failures == ()
    return [one.work.csl for one in parsed.works], [one.message for one in parsed.warnings]


@pytest.mark.parametrize(
    ("format", "text", "date", "given", "told"),
    [
        ("csl-json", '[{"title":"a","issued":{"date-parts":[[2020,13,2]]}}]', [[2020]], "2020-13-2", NO_DATE),
        ("csl-json", '[{"title":"a","issued":{"date-parts":[[2020,2,31]]}}]', [[2020, 2]], "2020-2-31", NO_DATE),
        ("csl-json", '[{"title":"a","issued":{"date-parts":[[2020,null,7]]}}]', [[2020]], "2020--7", NO_DATE),
        ("csl-json", '[{"title":"a","issued":{"raw":"2019-02-29"}}]', [[2019, 2]], "2019-02-29", NO_DATE),
        ("csl-json", '[{"title":"a","issued":{"literal":"2020-13-45"}}]', [[2020]], "2020-13-45", NO_DATE),
        (
            "csl-json",
            '[{"title":"a","issued":{"date-parts":[[2020,4],[2020,6,31],[2021]]}}]',
            [[2020, 4], [2020, 6]],
            "2020-4/2020-6-31/2021",
            NO_DATE,
        ),
        ("bibtex", "@misc{a,title={a},date={2020-13-45}}", [[2020]], "2020-13-45", NO_DATE),
        ("bibtex", "@misc{a,title={a},year=2020,month=13}", [[2020]], "2020-13", NO_DATE),
        ("bibtex", "@misc{a,title={a},year=2020,month=feb,day=31}", [[2020, 2]], "2020-02-31", NO_DATE),
        ("ris", "TY  - JOUR\nTI  - a\nDA  - 2020/02/31\nER  - \n", [[2020, 2]], "2020-02-31", NO_DATE),
        ("csv", "title,date\na,2020-02-31\n", [[2020, 2]], "2020-02-31", NO_DATE),
        ("nbib", "PMID- 1\nTI  - a\nDP  - 2020 Feb 31\n", [[2020, 2]], "2020 Feb 31", NO_DATE),
        ("ris", "TY  - JOUR\nTI  - a\nPY  - 31 April 2020\nER  - \n", [[2020, 4]], "31 April 2020", NO_DATE),
        ("bibtex", "@misc{a,title={a},date={Feb 29, 2021}}", [[2021, 2]], "Feb 29, 2021", NO_DATE),
        (
            "csl-json",
            '[{"title":"a","issued":{"literal":"2021 Feb 29/2022"}}]',
            [[2021, 2], [2022]],
            "2021 Feb 29/2022",
            NO_DATE,
        ),
    ],
)
def test_a_date_that_there_never_was_is_kept_as_given_and_no_date(
    format: str, text: str, date: list[list[int]], given: str, told: str
) -> None:
    [item], [remark] = read(text, format)
    assert item["issued"] == {"date-parts": date}
    assert item["custom"] == {"issued-as-given": given}
    assert remark.startswith(f"issued: {given} {told}; kept as custom.issued-as-given, and the date is 20")
    works = formats.read(text.encode(), source="x", format=format).works
    for written in "bibtex", "ris", "csl-json":
        out = formats.write([one.work.record(WORDS) for one in works], written)
        again = formats.read(out.encode(), source="x", format=written)
        assert (again.works[0].work.csl["issued"], again.works[0].work.csl["custom"]) == (
            {"date-parts": date},
            {"issued-as-given": given},
        )
        assert again.warnings == ()


def test_what_other_fields_say_beside_the_year_is_kept_too() -> None:
    [item], [remark] = read("@misc{a,title={a},year=2020,month={Epiphany}}", "bibtex")
    assert (item["issued"], item["custom"]) == ({"date-parts": [[2020]]}, {"month": "Epiphany"})
    assert remark == "month: 'Epiphany' is no month; kept as custom.month"
    [item], [remark] = read("TY  - JOUR\nTI  - a\nPY  - 2020\nDA  - 2020/02/31\nER  - \n", "ris")
    assert (item["issued"], item["custom"]) == ({"date-parts": [[2020]]}, {"RIS-DA": "2020/02/31"})
    assert remark == "DA: '2020/02/31' is no date of the calendar; kept as custom.RIS-DA"
    [item], [remark] = read("@misc{a,title={a},year=2020,month=feb,day={27--29}}", "bibtex")
    assert (item["issued"], item["custom"]) == ({"date-parts": [[2020, 2]]}, {"day": "27–29"})
    assert remark == "day: '27–29' makes no date with year and month; kept as custom.day"
    days = "<dates><year>2020</year><pub-dates><date>Feb 31</date></pub-dates></dates>"
    record = f"<record><titles><title>a</title></titles>{days}</record>"
    [item], [remark] = read(f"<xml><records>{record}</records></xml>", "endnote-xml")
    assert (item["issued"], item["custom"]) == ({"date-parts": [[2020]]}, {"EndNote-date": "Feb 31"})
    assert remark == "date: 'Feb 31' is no date of the calendar; kept as custom.EndNote-date"


def test_dates_that_there_were_are_not_remarked_on() -> None:
    for parts in [[2020, 2, 29]], [[2000, 2, 29]], [[2023, 12, 31], [2024, 1, 1]], [["2023", ""]], [[None]], []:
        _, remarks = canonical_item({"title": "a", "issued": {"date-parts": parts}})
        assert remarks == [], parts
    for said in "2020", "2020-02-29", "2020/2021", "3 May 2021", "2020 Feb 29", "27-31 Feb 2020", "in press":
        _, remarks = canonical_item({"title": "a", "issued": {"literal": said}})
        assert remarks == [], said
    assert canonical_item({"issued": {"date-parts": [[1900, 2, 29]]}})[0]["issued"] == {"date-parts": [[1900, 2]]}


def test_names_that_cannot_stay_are_told_one_by_one() -> None:
    authors = [
        {"family": "\ud83d", "given": "A"},
        {"family": "\ud83d"},
        {"family": "", "given": ""},
        {},
        {"literal": "RAND", "family": "Hu"},
        {"family": "Li", "given": "Zoe"},
    ]
    [item], remarks = read(json.dumps([{"title": "a", "author": authors}]), "csl-json")
    assert item["author"] == [{"given": "A"}, {"literal": "RAND"}, {"family": "Li", "given": "Zoe"}]
    assert remarks == [
        r'author 1: {"family": "\ud83d"} cannot stay in the name; kept as custom.author-as-given',
        r'author 2: {"family": "\ud83d"} cannot stay in the name; kept as custom.author-as-given',
        'author 3: {"family": "", "given": ""} names nobody; it is left out',
        "author 4: {} names nobody; it is left out",
        'author 5: {"family": "Hu"} cannot stay in the name; kept as custom.author-as-given',
    ]
    assert [json.loads(one) for one in item["custom"]["author-as-given"]] == [authors[0], authors[1], authors[4]]
    assert canonical_item(item) == ({name: value for name, value in item.items() if name != "id"}, [])


def test_who_enters_a_work_is_refused_what_cannot_stay() -> None:
    for csl, said in (
        ({"issued": {"date-parts": [[2020, 2, 31]]}}, "issued: 2020-2-31 is no date of the calendar"),
        ({"author": [{}]}, "author 1: {} names nobody"),
        ({"issued": '{"date-parts":[[2020,2,3]]}'}, "issued: expected an object with date-parts, given text"),
        ({"volume": {"a": 1}}, "volume: expected text, given an object"),
        ({"custom": [1]}, "custom: expected an object, given a list"),
    ):
        with pytest.raises(InputError) as refused:
            read_csl(csl)
        assert (refused.value.where, refused.value.message) == ("csl", said)
