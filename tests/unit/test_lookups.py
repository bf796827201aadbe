"""Look-ups against recorded answers: works, notices in both directions, other versions, and what is asked of whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kg.citations import arxiv, crossref, datacite, lookups, openalex, pubmed
from kg.citations.found import Found, Identifier
from kg.citations.kept import Fetched
from kg.citations.served import plain_text
from kg.errors import BadIdentifier, Forbidden, InputError, NotFound, Upstream
from kg.model import Work
from kg.settings import Settings, read_settings
from kg.vocabulary import load
from tests.services import RECORDED, Played

RETRACTED, NOTICE = "10.1016/s0140-6736(97)11096-0", "10.1016/s0140-6736(10)60175-4"
ANSWERS = {
    crossref.address(RETRACTED): "crossref-retracted.json",
    crossref.address(NOTICE): "crossref-notice.json",
    crossref.address("10.1101/629618"): "crossref-preprint.json",
    crossref.agency_address("10.1400/38693"): "crossref-agency.json",
    datacite.address("10.5281/zenodo.31780"): "datacite-dataset.json",
    arxiv.address("hep-ex/0307015"): "arxiv-entry.xml",
    arxiv.address("9912.99999"): "arxiv-none.xml",
    arxiv.address("1234.12345"): "arxiv-error.xml",
    openalex.address("W2741809807"): "openalex-work.json",
    pubmed.address("9500320"): "pubmed-retracted.xml",
    pubmed.address("99999999"): "pubmed-none.xml",
}


def found(identifier: str) -> Found:
    return lookups.look_up(identifier, fetch=Played(ANSWERS).fetcher())


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("10.1234/ABC", "doi", "10.1234/abc"),
        (" doi:10.1234/abc ", "doi", "10.1234/abc"),
        ("https://doi.org/10.1016/S0140-6736(97)11096-0", "doi", RETRACTED),
        ("https://doi.org/10.48550/arXiv.2312.14751", "arxiv", "2312.14751"),
        ("10.48550/arxiv.hep-ex/0307015", "arxiv", "hep-ex/0307015"),
        ("arXiv:2312.14751v2", "arxiv", "2312.14751"),
        ("https://arxiv.org/pdf/2312.14751v2.pdf", "arxiv", "2312.14751"),
        ("w2741809807", "openalex", "W2741809807"),
        ("https://openalex.org/W2741809807", "openalex", "W2741809807"),
        ("https://api.openalex.org/works/W2741809807", "openalex", "W2741809807"),
        ("9500320", "pmid", "9500320"),
        ("https://pubmed.ncbi.nlm.nih.gov/9500320/", "pmid", "9500320"),
    ],
)
def test_identifiers_as_people_paste_them(text: str, kind: str, value: str) -> None:
    assert lookups.identify(text) == Identifier(kind, value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["", "hello", "978-0-306-40615-7", "W0", "10.1234", "https://doi.org@127.0.0.1/10.1/x", "9" * 2000, "10.1/\x00"],
)
def test_what_is_no_identifier_is_told_what_is(text: str) -> None:
    with pytest.raises(BadIdentifier, match="not an identifier of a work") as caught:
        lookups.identify(text)
    assert "OpenAlex id (W2741809807)" in (caught.value.hint or "")


def test_a_retraction_that_retraction_watch_tells_of() -> None:
    looked = found(f"https://doi.org/{RETRACTED}")
    work = looked.work
    assert (work.status, work.notice) == ("retracted", f"https://doi.org/{NOTICE}")
    assert [(one.kind, one.about, one.source, one.date) for one in looked.notices] == [
        ("correction", "this", "retraction-watch", "2004-03-06"),
        ("retraction", "this", "retraction-watch", "2010-02-06"),
    ]
    assert work.title.startswith("Ileal-lymphoid-nodular")
    assert work.csl["custom"]["title-as-given"].startswith("RETRACTED: Ileal")
    assert (work.id, work.doi, work.year, work.csl["page"]) == ("wakefield1998ileal", RETRACTED, 1998, "637-641")
    assert work.raw == (RECORDED / "crossref-retracted.json").read_text(encoding="utf-8")
    assert work.raw_format == "crossref-json"


def test_a_notice_is_not_itself_retracted() -> None:
    looked = found(NOTICE)
    assert looked.work.status == "current"
    (notice,) = looked.notices
    assert (notice.about, notice.other) == ("other", Identifier("doi", RETRACTED))
    assert "cite that work instead" in looked.remarks[0]


def test_a_notice_whose_title_begins_as_that_of_the_work() -> None:
    body = (RECORDED / "crossref-notice.json").read_bytes().replace("Retraction—".encode(), b"Retracted: ")
    answer = Fetched(crossref.address(NOTICE), 200, "application/json", body, 0.0)
    looked = lookups.look_up(NOTICE, fetch=lambda url, *, media, sound: answer)
    assert (looked.work.status, looked.work.title[:14]) == ("current", "Retracted: Ile")
    own = body.replace(RETRACTED.encode(), NOTICE.encode())
    looked = lookups.look_up(NOTICE, fetch=lambda url, *, media, sound: replace(answer, body=own))
    assert (looked.work.status, looked.work.title[:3], looked.notices[0].about) == ("retracted", "Ile", "this")


def test_a_title_that_says_retracted_is_enough() -> None:
    body = (RECORDED / "crossref-retracted.json").read_bytes().replace(b"updated-by", b"updated-by-none")
    answer = Fetched(crossref.address(RETRACTED), 200, "application/json", body, 0.0)
    looked = lookups.look_up(RETRACTED, fetch=lambda url, *, media, sound: answer)
    assert [(one.kind, one.source) for one in looked.notices] == [("retraction", "title")]
    assert (looked.work.status, looked.work.notice) == ("retracted", f"https://doi.org/{RETRACTED}")
    assert "please check" in looked.remarks[0]


def test_a_preprint_with_its_published_text_and_an_abstract_in_jats() -> None:
    looked = found("10.1101/629618")
    assert [(one.kind, one.other.value) for one in looked.relations] == [("is-preprint-of", "10.7554/elife.52646")]
    work = looked.work
    assert (work.type, work.csl["genre"], work.csl["publisher"]) == ("article", "preprint", "bioRxiv")
    assert work.authors == ["Fu, Darwin Y.", "Hughey, Jacob J., Jr."]
    assert work.csl["abstract"].startswith("Preprints in the life sciences")
    assert "score & 36% more citations (p < 0.05)." in work.csl["abstract"]


def test_a_data_set_is_asked_of_datacite_after_crossref() -> None:
    played = Played(ANSWERS)
    looked = lookups.look_up("10.5281/zenodo.31780", fetch=played.fetcher())
    assert [request.url.host for request in played.asked] == ["api.crossref.org", "api.datacite.org"]
    work = looked.work
    assert (work.type, work.title, work.csl["issued"]) == (
        "dataset",
        "Measurements of models: A test of everything",
        {"date-parts": [[2015, 10, 7]]},
    )
    assert work.authors == ["Research Software Group", "Fenner, Martin"]
    assert work.csl["abstract"] == "Measured well.\nTwice & again."
    assert [(one.kind, one.other.value) for one in looked.relations] == [("is-version-of", "10.5281/zenodo.31779")]


def test_datacite_on_a_preprint_of_arxiv() -> None:
    reading = datacite.read((RECORDED / "datacite-arxiv.json").read_bytes())
    assert [(one.kind, one.other.value) for one in reading.relations] == [
        ("is-preprint-of", "10.18653/v1/2021.emnlp-main.243"),
        ("is-same-as", "2104.08691"),
    ]
    assert reading.item["author"][1] == {"family": "Al-Rfou", "given": "Rami"}


def test_arxiv_names_the_published_text() -> None:
    looked = found("arXiv:hep-ex/0307015v1")
    work = looked.work
    assert work.title == "Multi-Electron Production at High Transverse Momenta in ep Collisions at HERA"
    assert work.authors == ["H1 Collaboration", "von Lovelace, Ada"]
    assert (work.arxiv, work.doi, work.year) == ("hep-ex/0307015", "10.48550/arxiv.hep-ex/0307015", 2003)
    assert [(one.kind, one.other.value) for one in looked.relations] == [
        ("is-preprint-of", "10.1140/epjc/s2003-01326-x")
    ]
    assert work.csl["abstract"].startswith(
        "Multi-electron production is studied at high electron transverse momentum in pos"
    )


def test_a_paper_withdrawn_from_arxiv_is_retracted() -> None:
    body = (RECORDED / "arxiv-entry.xml").read_bytes()
    withdrawn = body.replace(b"23 pages, 8 figures and 4 tables", b"This paper has been withdrawn by the authors")
    assert [one.kind for one in arxiv.read(withdrawn).notices] == ["retraction"]  # type: ignore[union-attr]
    assert arxiv.read(body.replace(b"23 pages", b"We study withdrawn drugs")).notices == []  # type: ignore[union-attr]


def test_openalex_with_its_abstract_unfolded() -> None:
    looked = found("https://openalex.org/W2741809807")
    work = looked.work
    assert work.csl["abstract"] == (
        "Despite growing interest in Open Access (OA) to scholarly literature, there is an unmet need."
    )
    assert (work.doi, work.csl["PMID"], work.csl["PMCID"], work.authors[0]) == (
        "10.7717/peerj.4375",
        "29456894",
        "PMC5815332",
        "Piwowar, Heather",
    )
    assert [(one.kind, one.other.value) for one in looked.relations] == [
        ("has-preprint", "10.7287/peerj.preprints.3119v1")
    ]
    told = (RECORDED / "openalex-work.json").read_bytes().replace(b'"is_retracted": false', b'"is_retracted": true')
    assert [one.kind for one in openalex.read(told).notices] == ["retraction"]


def test_pubmed_tells_both_directions() -> None:
    looked = found("PMID: 9500320")
    work = looked.work
    assert (work.status, work.notice) == ("retracted", "https://pubmed.ncbi.nlm.nih.gov/20137807")
    assert [(one.kind, one.date) for one in looked.notices] == [("correction", "2004"), ("retraction", "2010")]
    assert work.csl["abstract"] == (
        "Background: We investigated a consecutive series of children.\n"
        "Methods: 12 children (mean age 6 years) were referred."
    )
    assert (work.csl["page"], work.csl["language"], work.csl["issued"]) == (
        "637-641",
        "en",
        {"date-parts": [[1998, 2, 28]]},
    )
    body = (RECORDED / "pubmed-retracted.xml").read_bytes()
    notice = body.replace(b"RetractionIn", b"RetractionOf").replace(b"Retracted Publication", b"Retraction Notice")
    assert ("retraction", "other") in {(one.kind, one.about) for one in pubmed.read(notice).notices}  # type: ignore[union-attr]
    alone = body.replace(b"RetractionIn", b"CommentOn")
    assert ("retraction", "this") in {(one.kind, one.about) for one in pubmed.read(alone).notices}  # type: ignore[union-attr]


def test_services_agree_on_the_same_work() -> None:
    one, two = found(RETRACTED).work, found("9500320").work
    assert (one.id, one.doi, one.status, one.title) == (two.id, two.doi, two.status, two.title)


@pytest.mark.parametrize("identifier", [RETRACTED, "10.5281/zenodo.31780", "hep-ex/0307015", "W2741809807", "9500320"])
def test_what_is_found_can_be_recorded(identifier: str) -> None:
    looked = found(identifier)
    record = looked.work.record(load())
    assert isinstance(record, Work)
    document = looked.document()
    assert "raw" not in document["work"]
    assert document["work"]["csl"]["title"] == record.title


@pytest.mark.parametrize(
    ("identifier", "said"),
    [
        ("10.1234/none", "neither Crossref nor DataCite knows the DOI 10.1234/none"),
        ("10.1400/38693", "the DOI 10.1400/38693 is registered with mEDRA, which is not asked"),
        ("9912.99999", "arXiv knows no work 9912.99999"),
        ("1234.12345", "arXiv knows no work 1234.12345"),
        ("W1", "OpenAlex knows no work W1"),
        ("99999999", "PubMed knows no work 99999999"),
    ],
)
def test_a_work_that_no_service_knows(identifier: str, said: str) -> None:
    with pytest.raises(NotFound) as caught:
        found(identifier)
    assert caught.value.message == said
    assert "kg add work --title" in (caught.value.hint or "")


def test_the_services_are_told_who_asks() -> None:
    played = Played(ANSWERS)
    lookups.look_up(RETRACTED, fetch=played.fetcher())
    (request,) = played.asked
    assert request.headers["User-Agent"].startswith("evidence-kg/")
    assert "mailto:a@b.org" in request.headers["User-Agent"]
    assert str(request.url) == "https://api.crossref.org/works/10.1016%2Fs0140-6736%2897%2911096-0"
    assert "Cookie" not in request.headers


def test_an_answer_is_kept_and_so_is_that_there_is_none(tmp_path: Path) -> None:
    played = Played(ANSWERS)
    first = lookups.look_up("9500320", fetch=played.fetcher(tmp_path))
    again = lookups.look_up("9500320", fetch=played.fetcher(tmp_path))
    assert (first.cached, again.cached, len(played.asked)) == (False, True, 1)
    assert (again.work, again.when) == (first.work, first.when)
    for _ in range(2):
        with pytest.raises(NotFound):
            lookups.look_up("99999999", fetch=played.fetcher(tmp_path))
    assert len(played.asked) == 2
    lookups.look_up("9500320", fetch=played.fetcher(tmp_path, fresh=True))
    assert len(played.asked) == 3


def test_look_ups_are_off_unless_asked_for() -> None:
    quiet, on, off = (Settings("sqlite://", lookups=said) for said in (None, True, False))
    for settings, served in ((off, False), (off, True), (quiet, True)):
        with pytest.raises(Forbidden, match="off here"):
            lookups.fetcher(settings, served=served)
    assert lookups.fetcher(quiet) is not None
    assert lookups.fetcher(on, served=True) is not None


def test_settings_of_look_ups() -> None:
    read = read_settings({"KG_LOOKUPS": "off", "KG_CONTACT": "a@example.org", "KG_LOOKUPS_PER_DAY": "7"})
    assert (read.lookups, read.contact, read.lookups_per_day) == (False, "a@example.org", 7)
    assert read_settings({}).lookups is None
    assert read_settings({"KG_LOOKUPS_PER_DAY": f"{' ' * 13}5"}).lookups_per_day == 5
    for bad in ("a@b.org\r\nX: y", "nobody", "a b@c.org"):
        with pytest.raises(InputError, match="e-mail"):
            read_settings({"KG_CONTACT": bad})


def test_a_very_long_answer_is_kept_without_its_references() -> None:
    body = (RECORDED / "crossref-retracted.json").read_bytes()
    long = body.replace(b'"subject": []', b'"subject": [], "reference": ["' + b"x" * 1_100_000 + b'"]')
    reading = crossref.read(long)
    assert reading.shorter is not None
    assert len(reading.shorter()) < 10_000
    assert '"reference":' not in reading.shorter()


def test_a_work_of_very_many_authors() -> None:
    person = b'{"given":"A","family":"Wakefield"},'
    body = (RECORDED / "crossref-retracted.json").read_bytes().replace(b'"author": [', b'"author": [' + person * 6_000)
    answer = Fetched(crossref.address(RETRACTED), 200, "application/json", body, 0.0)
    looked = lookups.look_up(RETRACTED, fetch=lambda url, *, media, sound: answer)
    assert len(looked.work.authors) == 5_000
    assert looked.work.csl["custom"]["author-others"] is True
    assert "6003 authors, of whom the first 5000 are kept" in looked.remarks


def test_an_answer_without_a_title_is_not_a_work() -> None:
    body = (RECORDED / "openalex-work.json").read_bytes().replace(b'"title"', b'"t"').replace(b'"display_name"', b'"d"')
    answer = Fetched(openalex.address("W2741809807"), 200, "application/json", body, 0.0)
    with pytest.raises(Upstream, match="no usable entry: the entry has no title"):
        lookups.look_up("W2741809807", fetch=lambda url, *, media, sound: answer)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (
            "<jats:sec><jats:title>Background</jats:title><jats:p>One &amp; two.</jats:p></jats:sec>",
            "Background\nOne & two.",
        ),
        ("&lt;jats:p&gt;Twice escaped.&lt;/jats:p&gt;", "Twice escaped."),
        (
            "<jats:p>Where <jats:tex-math>$x$</jats:tex-math><mml:math><mml:mi>x</mml:mi></mml:math>.</jats:p>",
            "Where $x$.",
        ),
        ("a <b and c> d, x<y", "a d, x<y"),
        ("p <0.05 and n > 7", "p <0.05 and n > 7"),
        ("<p>open <script>alert(1)</script>", "open <script>alert(1)</script>"),
    ],
)
def test_abstracts_become_plain_text(markup: str, text: str) -> None:
    assert plain_text(markup) == text
