"""Accounts on each database: tokens are shown once, looked up at every use, ended at once; e-mail stays inside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

import kg
from kg.accounts import LASTING, SESSION_LASTING, digest_of, parse_lasting
from kg.cli import cli
from kg.errors import Forbidden, InputError, NotFound, StoreError
from kg.record import Store

ORCID, EMAIL = "0000-0002-1825-0097", "ann.hidden@example.org"


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 30, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def graph(database_url: str, time: Time) -> Iterator[kg.Graph]:
    with Store.open(database_url, clock=time) as store:
        yield kg.Graph(store)


def everything(url: str) -> str:
    """All that the database holds, as text."""
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        names = sa.inspect(connection).get_table_names()
        return repr([connection.exec_driver_sql(f"SELECT * FROM {name}").fetchall() for name in names])


def test_a_token_tells_who_bears_it(graph: kg.Graph) -> None:
    made = graph.create_token("ann", role="reviewer", name="Ann Lee", orcid=f"https://orcid.org/{ORCID}", email=EMAIL)
    bearer = graph.bearer(made["secret"])
    assert bearer is not None
    assert (bearer.token, bearer.role) == (made["token"], "reviewer")
    assert graph.person("ann") == {"handle": "ann", "name": "Ann Lee", "orcid": ORCID}


def test_the_secret_is_nowhere_but_in_the_first_answer(graph: kg.Graph, database_url: str) -> None:
    made = graph.create_token("ann", email=EMAIL, label="laptop")
    held = everything(database_url)
    assert made["secret"] not in held
    assert made["secret"].rpartition("_")[2] not in held
    assert digest_of(made["secret"]) in held
    shown = json.dumps([graph.tokens(), graph.people(), graph.person("ann"), repr(graph.bearer(made["secret"]))])
    assert made["secret"] not in shown
    assert EMAIL not in shown
    assert "digest" not in shown


def test_secrets_differ_and_are_long(graph: kg.Graph) -> None:
    made = {graph.create_token("ann")["secret"] for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"ekg_[a-z2-7]{8}_[A-Za-z0-9_-]{43}", one) for one in made)


@pytest.mark.parametrize("change", [lambda s: s[:-1], lambda s: s + "A", lambda s: s[:-1] + "!", str.upper])
def test_a_secret_that_is_not_quite_right_is_no_token(graph: kg.Graph, change: object) -> None:
    secret = graph.create_token("ann")["secret"]
    assert graph.bearer(change(secret)) is None  # type: ignore[operator]
    other = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    assert graph.bearer(other) is None
    assert graph.bearer(graph.create_token("bob")["secret"][:13] + secret[13:]) is None


@pytest.mark.parametrize("text", ["", "ekg_", "x" * 100_000, "ekg_aaaaaaaa_" + "é" * 43, "\ud800", "\x00", 7, None])
def test_nonsense_is_no_token(graph: kg.Graph, text: Any) -> None:
    assert graph.bearer(text) is None
    assert graph.signed_in(text) is None
    graph.sign_out(text)
    assert graph.signed_in(text) is None


def test_a_token_ends_by_itself(graph: kg.Graph, time: Time) -> None:
    secret = graph.create_token("ann", expires="12h")["secret"]
    lasting = graph.create_token("ann", expires="never")["secret"]
    time.now += timedelta(hours=12, microseconds=-1)
    assert graph.bearer(secret) is not None
    time.now += timedelta(microseconds=1)
    assert graph.bearer(secret) is None
    time.now += timedelta(days=20_000)
    assert graph.bearer(lasting) is not None


def test_what_is_revoked_is_revoked_for_everybody_at_once(graph: kg.Graph, time: Time, database_url: str) -> None:
    made = graph.create_token("ann")
    session, _ = graph.sign_in(made["secret"])
    with Store.open(database_url, clock=time) as other:
        face = kg.Graph(other)
        before = face.bearer(made["secret"])
        assert before is not None
        assert before.token == made["token"]
        assert face.signed_in(session) is not None
        gone = graph.revoke_token(made["token"])
        assert face.bearer(made["secret"]) is None
        assert face.signed_in(session) is None
    assert gone["revoked_at"] is not None
    assert graph.revoke_token(made["token"]) == gone
    assert [one["revoked_at"] for one in graph.tokens()["items"]] == [gone["revoked_at"]]
    with pytest.raises(NotFound, match="no token"):
        graph.revoke_token("nothing")


def test_a_session_lasts_as_long_as_it_may(graph: kg.Graph, time: Time, database_url: str) -> None:
    secret = graph.create_token("ann")["secret"]
    session, bearer = graph.sign_in(secret)
    assert graph.signed_in(session) == bearer
    assert session not in everything(database_url)
    time.now += SESSION_LASTING
    assert graph.signed_in(session) is None
    again, _ = graph.sign_in(secret)
    assert digest_of(session) not in everything(database_url)
    graph.sign_out(again)
    graph.sign_out(again)
    assert graph.signed_in(again) is None


def test_a_session_ends_with_its_token(graph: kg.Graph, time: Time) -> None:
    session, _ = graph.sign_in(graph.create_token("ann", expires="1h")["secret"])
    time.now += timedelta(hours=1)
    assert graph.signed_in(session) is None
    with pytest.raises(Forbidden, match="not valid"):
        graph.sign_in("ekg_nothing")


def test_a_person_is_completed_and_never_emptied(graph: kg.Graph) -> None:
    graph.create_token("ann", name="Ann")
    graph.create_token("ann", orcid=ORCID)
    graph.create_token("ann")
    assert graph.people() == {"items": [{"handle": "ann", "name": "Ann", "orcid": ORCID}]}
    with pytest.raises(NotFound, match="nobody"):
        graph.person("bob")


def test_accounts_write_no_revision_and_are_no_part_of_the_chain(graph: kg.Graph) -> None:
    graph.create_token("ann", email=EMAIL)
    assert graph.store.head() is None
    assert graph.store.verify() == []


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"handle": "Ann Lee"}, "handle"),
        ({"role": "king"}, "role"),
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"label": "\ud800"}, "label"),
        ({"orcid": "0000-0002-1825-0098"}, "orcid"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@" + "b" * 300}, "email"),
        ({"expires": "soon"}, "expires"),
        ({"expires": "0d"}, "expires"),
        ({"expires": "9999999d"}, "expires"),
    ],
)
def test_what_cannot_be_used_is_told_and_not_repeated(graph: kg.Graph, given: dict[str, str], where: str) -> None:
    with pytest.raises(InputError) as told:
        graph.create_token(**{"handle": "ann", **given})
    assert told.value.where == where
    assert "b" * 300 not in str(told.value)
    assert graph.tokens() == {"items": []}


def test_lengths_of_time() -> None:
    assert [parse_lasting(one) for one in ("30m", " 12H ", None, LASTING)] == [
        timedelta(minutes=30),
        timedelta(hours=12),
        None,
        timedelta(days=90),
    ]


def test_a_record_open_for_reading_makes_no_token(sqlite_url: str) -> None:
    Store.open(sqlite_url).close()
    with Store.open(sqlite_url, read_only=True) as store, pytest.raises(StoreError, match="for reading only"):
        kg.Graph(store).create_token("ann")


def test_the_command_line_shows_the_secret_once(sqlite_url: str) -> None:
    def run(*words: str) -> str:
        got = CliRunner(env={"COLUMNS": "160"}).invoke(cli, ["--database", sqlite_url, "token", *words])
        assert got.exit_code == 0, got.output
        return got.stdout

    kg.open(sqlite_url, empty=True).store.close()
    assert "no token" in run("list")
    secret = run("create", "ann", "--role", "reviewer", "--email", EMAIL, "--label", "laptop").strip()
    made = json.loads(run("create", "bob", "--json", "--expires", "never"))
    listed = run("list") + run("list", "--json")
    assert "laptop" in listed
    assert "never" in listed
    assert EMAIL not in listed
    for hidden in (secret, made["secret"]):
        assert hidden not in listed
    assert made["token"] in run("revoke", made["token"])
    assert "bob" in run("revoke", made["token"], "--lang", "zh")
    graph = kg.open(sqlite_url)
    assert graph.bearer(secret) is not None
    assert graph.bearer(made["secret"]) is None
    graph.store.close()
