"""What strangers with a token may send: every fault is told with its place, nothing is written, nothing breaks."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg_api.headers import BODIES_MOST, BODY_MOST
from kg_api.json_body import DEPTH_MOST
from tests.api.writers import API, ITEM, Place, place

ENTITY: dict[str, Any] = {"type": "Technique", "label": "Weight surgery"}
CLAIM: dict[str, Any] = {"subject": "t", "relation": "raises", "object": "r"}
WORK: dict[str, Any] = {"title": "Model surgery", "year": 2024, "authors": ["Lee, Ann"]}
REVIEW: dict[str, Any] = {"id": "waits", "decision": "reject", "why": "no"}
GOOD: dict[str, dict[str, Any]] = {
    "/entities": ENTITY,
    "/claims": CLAIM,
    "/works": WORK,
    "/evidence": ITEM,
    "/reviews": REVIEW,
    "/revocations": {"id": "w1", "why": "no"},
    "/merges": {"keep": "w1", "duplicate": "w2", "why": "one"},
    "/revisions/2/undo": {"why": "no", "with_later": False},
    "/receipts": {"question": {"name": "raises"}, "revision": 1, "receipt": "a" * 26},
}
RAW: list[tuple[bytes, int]] = [
    (b"{", 422),
    (b"[]", 422),
    (b"null", 422),
    (b'"text"', 422),
    (b'{"label": NaN}', 422),
    (b'{"label": Infinity}', 422),
    (b'{"label": -Infinity}', 422),
    (b'{"label": 1e999}', 422),
    (b'{"label": 99999999999999999999}', 422),
    (b'{"label": ' + b"9" * 5_000 + b"}", 422),
    (b'{"label": "\\ud800"}', 422),
    (b'{"label": "\\u0000"}', 422),
    (b'{"label": "a\\u202eb"}', 422),
    (b'{"\\u202e": "a"}', 422),
    (b'{"label": "\xff\xfe"}', 422),
    (b'{"label": "a", "label": "b"}', 422),
    (b'{"label": ' + b"[" * (DEPTH_MOST + 1) + b"]" * (DEPTH_MOST + 1) + b"}", 422),
    (b'{"label": ' + b"[" * 200_000, 422),
    (b'{"label": ' + b'{"a":' * 50_000, 422),
    (b"\xef\xbb\xbf{}", 422),
    (b'{"a": "' + b"x" * BODY_MOST + b'"}', 413),
]
VALUES: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        1.5,
        2**62,
        "",
        " ",
        "\n",
        "x" * 20_000,
        "a\tb",
        "../../etc/passwd",
        "<script>alert(1)</script>",
    ),
    *(
        [],
        [[]],
        {},
        {"en": 5},
        {"en": "x" * 20_000},
        ["x"] * 60,
        {"$ref": "#"},
        "\u200b",
        "%00",
        "'; DROP TABLE work; --",
    ),
    *(
        "t" * 101,
        "é",
        "微调",
        "http://x",
        "javascript:alert(1)",
        {"en": "x", "zh": None},
        {"constructor": {}},
        [None],
        "w1",
    ),
]


DOUBLING = b'@string{a = "xx"}\n' + b"".join(
    b"@string{%c = %c # %c}\n" % (98 + at, 97 + at, 97 + at) for at in range(24)
)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(f"sqlite:///{tmp_path_factory.mktemp('hostile')}/record.db") as made:
        assert made.post("/entities", {"id": "waits", **ENTITY}).status_code == 201
        yield made


def refused(got: Any) -> dict[str, Any]:
    """The problem document of a refusal, in its usual shape."""
    assert 400 <= got.status_code < 500, got.text
    assert got.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = got.json()
    assert problem["status"] == got.status_code
    for leak in ("Traceback", ".py", "SELECT", "pydantic", "sqlalchemy"):
        assert leak not in got.text
    return problem


def send(here: Place, address: str, raw: bytes, kind: str = "application/json") -> Any:
    """Send bytes as the body, in the name of a reviewer."""
    headers = {"Authorization": f"Bearer {here.secrets['bob']}", "Content-Type": kind}
    return here.client.post(API + address, content=raw, headers=headers)


@pytest.mark.parametrize("address", GOOD)
def test_a_body_that_cannot_be_read_is_told(here: Place, address: str) -> None:
    before = here.graph.revision
    for raw, status in RAW:
        got = send(here, address, raw)
        problem = refused(got)
        assert got.status_code == status, raw[:60]
        assert status == 413 or problem["where"], raw[:60]
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", ""):
        assert refused(send(here, address, b"{}", kind))["status"] == 415, kind
    assert here.graph.revision == before


@pytest.mark.parametrize("address", GOOD)
def test_each_member_may_be_anything(here: Place, address: str) -> None:
    whole = GOOD[address]
    for name in [*whole, "surprise"]:
        for value in VALUES:
            got = here.post(address + "?dry_run=true" * (address in {"/entities", "/claims", "/works", "/evidence"}),
                            {**whole, name: value}, who="ann" if address == "/receipts" else "bob")  # fmt: skip
            if got.status_code >= 300:
                assert refused(got)["detail"], (name, value)
    lacking = here.post(address, {}, who="bob")
    assert refused(lacking)["status"] == 422


@pytest.mark.parametrize("address", ["/entities", "/claims", "/works", "/evidence", "/works/w1/revision"])
@pytest.mark.parametrize("raw", [b"", b" \n"])
def test_a_body_that_is_not_there_is_told_as_such(here: Place, address: str, raw: bytes) -> None:
    problem = refused(send(here, address, raw))
    assert problem["detail"] == "there is no body, and a JSON object was expected"
    assert (problem["where"], problem["hint"]) == ("body", "send an object, with Content-Type: application/json")


def test_nothing_changed_meanwhile(here: Place) -> None:
    assert here.graph.verify()["problems"] == []


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(GOOD)),
    st.data(),
)
def test_no_body_is_a_server_error(here: Place, address: str, data: st.DataObject) -> None:
    names = st.sampled_from([*GOOD[address], "x"])
    body = GOOD[address] | data.draw(st.dictionaries(names, ANY, min_size=1, max_size=3))
    raw = json.dumps(body).encode("utf-8", "surrogatepass")
    got = send(here, address + "?dry_run=true" * (address in {"/entities", "/claims", "/works", "/evidence"}), raw)
    assert got.status_code < 500, got.text


def zipped(name: str) -> bytes:
    """A ZIP file that holds one file of a name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "id,type,label\none,Risk,One\n")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("query", "raw", "status", "said"),
    [
        ("format=bibtex", b"", 422, "no file"),
        ("format=pack", b"x", 422, "not a format"),
        ("format=bibtex&encoding=klingon", b"@book{x, title={X}}", 422, "encoding"),
        ("format=turtle&dry_run=true", b"<a> <b> <c> .", 422, "dry_run"),
        ("name=" + "x" * 201, b"@book{x, title={X}}", 422, "name"),
        ("format=bibtex&dry_run=perhaps", b"@book{x, title={X}}", 422, "dry_run"),
        ("name=s.tables.zip", zipped("entities.csv"), 422, "s.tables.zip is a ZIP file, which is not taken here"),
        ("name=s.tables.zip&format=turtle", zipped("entities.csv"), 422, "unpack it, and send the file"),
        ("name=a.xlsx", zipped("[Content_Types].xml"), 422, "save the sheet as CSV"),
        ("name=a.pdf", b"%PDF-1.7\n\xe2\xe3", 422, "a.pdf is a PDF"),
        ("name=a.bib", gzip.compress(b"@book{x, title={X}}", mtime=0), 422, "compressed by gzip"),
        ("name=b.json", b'{"columns":{},"format":"evidence-kg backup"}\n', 422, "restores it"),
        (
            "",
            gzip.compress(b'{"columns":{},"format":"evidence-kg backup"}\n', mtime=0),
            422,
            "a backup of a whole record",
        ),
    ],
)
def test_imports_of_no_use_are_told(here: Place, query: str, raw: bytes, status: int, said: str) -> None:
    got = send(here, f"/imports?{query}", raw, "application/octet-stream")
    problem = refused(got)
    assert got.status_code == status
    assert said in got.text, problem


def test_the_remedy_for_another_encoding_names_the_parameter(here: Place) -> None:
    raw = "@book{x, title={Müller}}".encode("latin-1")
    got = send(here, "/imports?name=a.bib", raw, "application/octet-stream")
    (failure,) = got.json()["failures"]
    assert "name the encoding with `encoding`" in failure["remedy"]
    assert "--" not in failure["remedy"]
    assert send(here, "/imports?name=a.bib&encoding=latin-1", raw, "application/octet-stream").json()["added"] == 1


@pytest.mark.parametrize(
    ("raw", "reason", "helps"),
    [
        (
            "%0 Journal Article\n%A 王伟\n%T 微调\n",
            "not recognised as citations",
            "export as RIS, BibTeX or EndNote XML",
        ),
        (
            "Ainsworth, S. (2024). One work.\n\nBase, X. (2023). Another.\n",
            "not recognised as citations",
            "bibtex, ris",
        ),
        ("<urn:a> <urn:b> nonsense", "not RDF: neither the name of the file nor its contents", "turtle, trig"),
    ],
)
def test_a_file_that_no_reader_knows_is_one_failure(here: Place, raw: str, reason: str, helps: str) -> None:
    got = send(here, "/imports?name=cnki.txt", raw.encode(), "application/octet-stream")
    assert got.status_code == 200
    (failure,) = got.json()["failures"]
    assert failure["reason"].startswith(reason)
    assert helps in failure["remedy"]
    assert "ZIP" not in failure["remedy"]


@pytest.mark.parametrize(
    ("query", "raw"),
    [
        ("", b"\x00\xff" * 500),
        ("format=bibtex", b"@book{" * 2_000),
        ("format=bibtex", DOUBLING),
        ("format=turtle", b"<a> <b> " + b"[ <c> " * 5_000),
        ("format=jsonld", b'{"a":' * 5_000),
        ("format=rdfxml", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'),
        ("format=csl-json", b"[" * 100_000),
    ],
)  # fmt: skip
def test_files_that_no_parser_likes(here: Place, query: str, raw: bytes) -> None:
    before = here.graph.revision
    got = send(here, f"/imports?{query}", raw, "application/octet-stream")
    if got.status_code == 200:
        assert got.json()["added"] == 0
        assert got.json()["failures"] or got.json().get("found") == 0
    else:
        refused(got)
    assert here.graph.revision == before


def test_a_file_may_be_larger_than_other_bodies_and_not_too_large(here: Place) -> None:
    entries = b"".join(
        b"@misc{k%d, title={Title number %d}, year=2020, note={%s}}\n" % (at, at, b"x" * 9_000) for at in range(150)
    )
    assert BODY_MOST < len(entries) < BODIES_MOST["/api/v1/imports"]  # fmt: skip
    got = send(here, "/imports?format=bibtex&dry_run=true", entries, "application/x-bibtex")
    assert (got.status_code, got.json()["added"]) == (200, 150)
    refused(send(here, "/imports?format=bibtex", b"x" * (BODIES_MOST["/api/v1/imports"] + 1), "text/plain"))
    for kind in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
        assert refused(send(here, "/imports", b"x", kind))["status"] == 415
