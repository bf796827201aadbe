"""An address of a database with a slip in it makes no file, and what may be a password of it is never said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from kg.errors import InputError
from kg.graph import database_url
from kg.record import Store
from kg.record.connection import locate

SLIPS = [
    "postgresql:/ann:s3cret@127.0.0.1/test",
    "postgresql:ann:s3cret@h/test",
    "PostgreSQL+psycopg:/ann:s3cret@h/test",
    "postgresql//ann:s3cret@h/test",
    "postgrsql:/ann:s3cret@h/test",
    "ann:s3cret@h/test",
    " postgres:/h/test?password=s3cret",
    "host=127.0.0.1 dbname=test password=s3cret",
    "user = ann  password = s3cret",
    "sqlite:/s3cret.sqlite",
    "sqlite://ann:s3cret@h/test",
    "postgresql://ann:s3cret@more@127.0.0.1:5499/test",
    "postgresql://ann:more@s3cret@127.0.0.1:5499/test",
    "postgresql:///ann:s3cret@127.0.0.1/test",
    "postgresql://h/ann:s3cret@127.0.0.1/test",
    "postgresql://ann:s3cret@h:port/test",
]


@pytest.mark.parametrize("given", SLIPS)
def test_what_is_no_path_and_no_url_is_refused_and_not_shown(given: str) -> None:
    for text in {given, database_url(given)}:
        with pytest.raises(InputError) as told:
            locate(text)
        assert told.value.hint
        assert not any(part in str(told.value) for part in ("s3cret", "more"))


@pytest.mark.parametrize("given", [SLIPS[0], SLIPS[7], SLIPS[11]])
@pytest.mark.parametrize("command", [["init"], ["doctor"], ["list", "works"], ["serve"], ["restore", "/dev/null"]])
def test_commands_do_not_say_it_and_make_no_file(tmp_path: Path, given: str, command: list[str]) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    for options, environment in (["--database", given], own), ([], own | {"KG_DATABASE_URL": given}):
        done = subprocess.run(
            [sys.executable, "-m", "kg", *options, *command],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode, done
        assert not any(part in done.stdout + done.stderr for part in ("s3cret", "more"))
        assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "given",
    ["./postgresql:ann:s@h", "/tmp/a:b@c.sqlite", "../host=x", "~/user=ann", "C:notes.db", "notes@home.db", "a=b.db"],
)
def test_a_file_may_have_any_name_with_its_folder_before_it(given: str) -> None:
    assert locate(given).path == Path(given).expanduser()
    assert locate(database_url(given)).path == Path(given).expanduser()


def test_signs_in_a_password_can_be_written() -> None:
    place = locate("postgresql://ann:s%40c%3Ar%2Fe%25t@127.0.0.1/test")
    assert place.url.password == "s@c:r/e%t"
    assert place.shown == "postgresql://ann@127.0.0.1/test"


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("sslmode=bogus", 'invalid sslmode value: "bogus"'),
        ("foo=x", 'invalid connection option "foo"'),
        ("passwrd=x", 'invalid connection option "passwrd"'),
        ("connect_timeout=abc", "bad value for connect_timeout: 'abc'"),
        ("keepalives=x", 'invalid integer value "x" for connection option "keepalives"'),
        ("options=-cfoo%3Dbar", 'unrecognized configuration parameter "foo"'),
    ],
)
def test_an_option_that_is_none_is_bad_input(postgres_server: sa.Engine, option: str, said: str) -> None:
    url = postgres_server.url.set(password="s3cret").render_as_string(hide_password=False)
    with pytest.raises(InputError) as told:
        Store.open(f"{url.partition('?')[0]}?{option}")
    assert told.value.message.endswith(f"an option of the URL cannot be used: {said}")
    assert "s3cret" not in str(told.value)
