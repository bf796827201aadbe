"""Laws of look-ups: whatever a service answers, the outcome is a work or an error of ours, soon."""

from __future__ import annotations

import copy
import json
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.citations import arxiv, crossref, datacite, lookups, openalex, pubmed
from kg.citations.addresses import HOSTS, check_address
from kg.citations.found import Found, Identifier
from kg.citations.item import canonical_item
from kg.citations.kept import Fetched
from kg.citations.openalex import unfold
from kg.citations.served import plain_text
from kg.errors import BadIdentifier, NotFound, Upstream
from kg.inputs import clean
from tests.services import RECORDED

JSON = {
    "crossref-retracted.json": Identifier("doi", "10.1016/s0140-6736(97)11096-0"),
    "crossref-preprint.json": Identifier("doi", "10.1101/629618"),
    "datacite-dataset.json": Identifier("doi", "10.5281/zenodo.31780"),
    "openalex-work.json": Identifier("openalex", "W2741809807"),
}
XML = {
    "arxiv-entry.xml": Identifier("arxiv", "hep-ex/0307015"),
    "pubmed-retracted.xml": Identifier("pmid", "9500320"),
}
LOADED = {name: json.loads((RECORDED / name).read_text(encoding="utf-8")) for name in JSON}
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=30),
    st.sampled_from(["\ud800", "\x00", "a\u202eb", "<jats:p>", "&amp;" * 9, "\u0130" * 3, "-1", "0" * 99, "10.1/\x7f"]),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=9)), max_size=3),
    st.dictionaries(st.text(max_size=9), st.one_of(st.integers(), st.text(max_size=9)), max_size=3),
)  # fmt: skip


def outcome(asked: Identifier, body: bytes) -> Found | Upstream | NotFound:
    """Look a work up from a service that answers a body to every question."""
    media = "application/json" if asked.kind in {"doi", "openalex"} else "text/xml"

    def fetch(url: str, *, media: str = media, sound: Any) -> Fetched:
        if asked.kind == "doi" and b'"data"' in body[:20] and "crossref" in url:
            return Fetched(url, 404, "", b"", 0.0)
        return Fetched(url, 200, media, body, 0.0)

    began = time.process_time()
    try:
        found: Found | Upstream | NotFound = lookups.look_up(asked, fetch=fetch)
    except (Upstream, NotFound) as fault:
        found = fault
    assert time.process_time() - began < 2
    return found


def check(found: Found | Upstream | NotFound) -> None:
    """What is found is canonical, clean, and can be sent as JSON."""
    if not isinstance(found, Found):
        assert found.hint
        return
    json.dumps(found.document(), allow_nan=False).encode()
    assert canonical_item(found.work.csl)[0] == {key: value for key, value in found.work.csl.items() if key != "id"}
    assert clean(found.work.title) == found.work.title
    own = {found.work.doi, found.work.arxiv, found.work.csl.get("PMID")}
    assert not own & {relation.other.value for relation in found.relations}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, below in inner for place in places(below, (*path, key)))]


@given(st.sampled_from(list(JSON)), st.lists(st.tuples(st.integers(0, 10**6), ODD), min_size=1, max_size=6))
def test_any_member_may_be_anything(name: str, changes: list[tuple[int, Any]]) -> None:
    answer = copy.deepcopy(LOADED[name])
    for number, value in changes:
        every = places(answer)
        path = every[number % len(every)]
        if not path:
            continue
        holder = answer
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = value
    check(outcome(JSON[name], json.dumps(answer).encode("utf-8", "surrogatepass")))


@given(st.sampled_from([*JSON, *XML]), st.data())
def test_any_byte_may_be_wrong(name: str, data: st.DataObject) -> None:
    body = bytearray((RECORDED / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body)))
        piece = data.draw(
            st.sampled_from([b"", b"<", b">", b"</", b"&", b"\xff", b"\x00", b'"', b"[", b"<!ENTITY a 'b'>"])
        )
        body[at : at + data.draw(st.integers(0, 40))] = piece
    check(outcome({**JSON, **XML}[name], bytes(body)))


@given(st.sampled_from(list(XML)), st.data())
def test_any_element_may_be_missing_doubled_or_odd(name: str, data: st.DataObject) -> None:
    lines = (RECORDED / name).read_text(encoding="utf-8").splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(4, len(lines) - 2))
        other = data.draw(st.integers(4, len(lines) - 2))
        how = data.draw(st.sampled_from(["drop", "double", "move", "empty"]))
        if how == "double":
            lines.insert(other, lines[at])
        elif how == "move":
            lines.insert(other, lines.pop(at))
        else:
            lines[at] = "" if how == "drop" else "<Empty/>"
    check(outcome(XML[name], "\n".join(lines).encode()))


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><feed>&b;</feed>",
        b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><feed/>",
        b'<!DOCTYPE PubmedArticleSet PUBLIC "a" "b" [<!ENTITY x SYSTEM "file:///etc/passwd">]><PubmedArticleSet/>',
        b'<!DOCTYPE a PUBLIC "a" "b"><!DOCTYPE a [<!ENTITY b "c">]><a/>',
        b"<a>" * 300_000 + b"</a>" * 300_000,
        b"<!--</a>-->" * 100 + b"<a>" * 100_000,
        b"<" * 1_000_000,
        b"<a " * 300_000,
        b'{"message":{"DOI":"10.1/x","title":["' + b"<jats:p" * 200_000 + b'"]}}',
        b'{"message":{"DOI":"10.1/x","title":["t"],"abstract":"tex-math' + b"<mml:math>" * 150_000 + b'"}}',
        b'{"message":{"DOI":"10.1/x","title":["t"],"abstract":"' + b"&amp;" * 300_000 + b'"}}',
        b'{"message":{"DOI":"10.1/x","title":["' + b"RETRACTED: " * 100_000 + b'"]}}',
        b'{"message":{"DOI":"10.1/x","title":["' + b":" * 1_000_000 + b'"]}}',
        b'{"message":{"DOI":"10.1/x","title":["t"],"author":[' + b"{}," * 600_000 + b"{}]}}",
        b'{"a":' * 300_000,
        b"9" * 1_500_000,
        b'{"id":"https://openalex.org/W1","title":"t","abstract_inverted_index":{"a":[' + b"1," * 900_000 + b"9]}}",
    ],
    ids=range(17),
)
def test_hostile_answers_end_soon(body: bytes) -> None:
    for asked in (*JSON.values(), *XML.values()):
        check(outcome(asked, body))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'<!DOCTYPE a PUBLIC "a" "b" [<!ENTITY b "c">]><feed>&b;</feed>', "declares entities"),
        (b'<!DOCTYPE a PUBLIC "a" "b"><!DOCTYPE a [<!ENTITY b "c">]><feed>&b;</feed>', "declares entities"),
        (b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><feed/>", "declares entities"),
        (b"<a>" * 61 + b"</a>" * 61, "deeper than 60"),
        (b"<feed>&b;</feed>", "no XML"),
        (b"<feed/>", "no Atom feed"),
    ],
)
def test_why_xml_is_refused(body: bytes, said: str) -> None:
    assert said in str(outcome(XML["arxiv-entry.xml"], body))


@given(st.lists(st.text("abcäß,.()-", min_size=1, max_size=8), min_size=1, max_size=30))
def test_an_inverted_index_unfolds_to_its_text(words: list[str]) -> None:
    index: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        index.setdefault(word, []).append(place)
    assert unfold(index) == plain_text(" ".join(words))


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Cf", "Zl", "Zp", "Co")), max_size=60)
)
@example("1 < 2 > 0")
def test_text_without_markup_stays(text: str) -> None:
    """The oracle is a text in which no entity and no element can be."""
    plain = text.replace("&", "+").replace("<", "(").replace(">", ")")
    assert plain_text(plain).split() == plain_text(f"<jats:p>{plain}</jats:p>").split()


@given(st.text(max_size=60))
def test_any_text_is_an_identifier_or_refused(text: str) -> None:
    try:
        found = lookups.identify(text)
    except BadIdentifier:
        return
    assert lookups.identify(found.value) == found
    assert lookups.identify(found.address) == found


@given(
    st.one_of(
        st.from_regex(r"10\.[0-9]{4,9}/\S{1,60}", fullmatch=True).map(lambda doi: ("doi", doi)),
        st.from_regex(r"[0-9]{4}\.[0-9]{4,5}", fullmatch=True, alphabet=st.characters(codec="ascii")).map(
            lambda arxiv: ("arxiv", arxiv)
        ),
    )
)
def test_every_identifier_gives_an_address_that_may_be_asked(given_: tuple[str, str]) -> None:
    """Whatever a DOI holds, it stays inside of one segment of the path of its service."""
    try:
        found = lookups.identify(given_[1])
    except BadIdentifier:
        return
    rooms = {"doi": (crossref, datacite), "arxiv": (arxiv,), "openalex": (openalex,), "pmid": (pubmed,)}[found.kind]
    for room in rooms:
        url = room.address(found.value)
        assert check_address(url) in HOSTS
        assert url.count("/") == {crossref: 4, datacite: 4, arxiv: 4, openalex: 4, pubmed: 5}[room]
        assert url.count("?") == (1 if room in {arxiv, pubmed} else 0)
