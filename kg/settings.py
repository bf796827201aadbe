"""Settings: what an operator may set by environment variables `KG_...`, each with its default.

Lives here: names, defaults, the place of the default database. Never here: reading files, opening anything.
"""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path, user_data_path

from kg.errors import InputError
from kg.ids import parse_slug, slugify

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = ("en", "zh")
Engine = Literal["auto", "networkx", "compiled"]
ENGINES: tuple[Engine, ...] = ("auto", "networkx", "compiled")
COLUMNS_LEAST = "10000"
GARBAGE = 50_000, 20, 20
"""When a process of ours looks for garbage (`gc.set_threshold`). Answers are made of hundreds of thousands of small
objects that all stay: looking through them as often as Python does by itself takes a sixth of a large one."""
BUDGETS = ("KG_WRITES_PER_MINUTE", "KG_IMPORTS_PER_HOUR", "KG_LOOKUPS_PER_HOUR", "KG_WRONG_TOKENS_PER_MINUTE")


@dataclass(frozen=True, slots=True)
class Budgets:
    """How much one token, or one address, may ask of a server in a time.

    Attributes:
        writes: Writes of a token in a minute (`KG_WRITES_PER_MINUTE`).
        imports: Imports of a token in an hour (`KG_IMPORTS_PER_HOUR`).
        lookups: Look-ups elsewhere by a token in an hour (`KG_LOOKUPS_PER_HOUR`).
        failures: Wrong tokens from an address in a minute (`KG_WRONG_TOKENS_PER_MINUTE`).
    """

    writes: int = 120
    imports: int = 30
    lookups: int = 200
    failures: int = 10


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may set.

    Attributes:
        database: SQLAlchemy URL of the record (`KG_DATABASE_URL`); SQLite in the user's data folder by default.
        lang: Language of sentences (`KG_LANG`), "en" or "zh".
        ontology: Further Turtle files or folders (`KG_ONTOLOGY`, separated like `PATH`).
        actor: Handle of who writes (`KG_ACTOR`); the login name by default.
        two_person: Whoever proposed a record may not accept or reject it (`KG_TWO_PERSON`, on by default).
        lookups: Whether other services may be asked about a work (`KG_LOOKUPS`, on or off); None when nothing is
            said: then a command of the user may, a request to a server may not.
        lookups_per_day: How many questions a day they are asked at most (`KG_LOOKUPS_PER_DAY`).
        contact: E-mail of the operator, told to those services for politeness (`KG_CONTACT`).
        budgets: What a token or an address may ask of a server.
    """

    database: str
    lang: Lang = "en"
    ontology: tuple[Path, ...] = ()
    actor: str = "kg"
    two_person: bool = True
    lookups: bool | None = None
    lookups_per_day: int = 500
    contact: str | None = None
    budgets: Budgets = Budgets()


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Raises:
        InputError: KG_LANG is neither en nor zh, KG_ACTOR no handle, KG_TWO_PERSON or KG_LOOKUPS neither
            on nor off, a budget no number, KG_CONTACT no e-mail address.

    Example:
        >>> read_settings({"KG_DATABASE_URL": "sqlite:///a.sqlite"}).database
        'sqlite:///a.sqlite'
    """
    given = os.environ if environment is None else environment
    ontology = tuple(Path(part) for part in given.get("KG_ONTOLOGY", "").split(os.pathsep) if part)
    database = given.get("KG_DATABASE_URL") or default_database()
    return Settings(
        database,
        parse_lang(given.get("KG_LANG") or "en", where="KG_LANG"),
        ontology,
        actor=parse_slug(given.get("KG_ACTOR") or login_handle(), where="KG_ACTOR"),
        two_person=_parse_switch(given.get("KG_TWO_PERSON") or "on", where="KG_TWO_PERSON"),
        lookups=_parse_switch(given["KG_LOOKUPS"], where="KG_LOOKUPS") if given.get("KG_LOOKUPS") else None,
        lookups_per_day=_parse_count(given.get("KG_LOOKUPS_PER_DAY") or "500", where="KG_LOOKUPS_PER_DAY"),
        contact=_parse_contact(given.get("KG_CONTACT") or ""),
        budgets=Budgets(
            *(
                _parse_count(given.get(name) or str(spec.default), where=name)
                for name, spec in zip(BUDGETS, fields(Budgets), strict=True)
            )
        ),
    )


def default_database() -> str:
    """Return the URL of the SQLite database in the user's data folder."""
    return f"sqlite:///{user_data_path('evidence-kg') / 'evidence.sqlite'}"


def columns_folder(environment: Mapping[str, str] | None = None) -> Path | None:
    """Return where large records are kept as columns for the next start (`KG_COLUMNS_FOLDER`); None for "off".

    Example:
        >>> columns_folder({"KG_COLUMNS_FOLDER": "off"}), columns_folder({"KG_COLUMNS_FOLDER": "here"}).name
        (None, 'here')
    """
    given = os.environ if environment is None else environment
    text = given.get("KG_COLUMNS_FOLDER") or str(user_cache_path("evidence-kg") / "columns")
    return None if text.strip().lower() == "off" else Path(text)


def columns_least(environment: Mapping[str, str] | None = None) -> int | None:
    """Return from how many claims on a record is read as columns (`KG_COLUMNS_LEAST`); None for "never".

    Example:
        >>> columns_least({}), columns_least({"KG_COLUMNS_LEAST": "never"})
        (10000, None)
    """
    given = os.environ if environment is None else environment
    text = given.get("KG_COLUMNS_LEAST") or COLUMNS_LEAST
    return None if text.strip().lower() == "never" else _parse_count(text, where="KG_COLUMNS_LEAST")


def login_handle() -> str:
    """Return the login name as a handle; "kg" where the system knows none that can be one."""
    try:
        return slugify(getpass.getuser()) or "kg"
    except (KeyError, ImportError, OSError):
        return "kg"


def _parse_count(text: str, *, where: str) -> int:
    bare = text.strip()
    if not bare.isascii() or not bare.isdigit() or not 1 <= int(bare[:12]) <= 1_000_000:
        raise InputError(f"{bare[:40]!r} is not a number from 1 to 1000000", where=where)
    return int(bare)


def _parse_switch(text: str, *, where: str) -> bool:
    switches = {"on": True, "yes": True, "true": True, "1": True, "off": False, "no": False, "false": False, "0": False}
    if text.strip().lower() not in switches:
        raise InputError(f"{text[:40]!r} is neither on nor off", where=where, hint="use on or off")
    return switches[text.strip().lower()]


def _parse_contact(text: str) -> str | None:
    """The address goes into a header of requests, so it may hold nothing that could end the header."""
    bare = text.strip()
    if bare and re.fullmatch(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}", bare) is None:
        raise InputError(
            f"{bare[:40]!r} is no e-mail address", where="KG_CONTACT", hint="use the form name@example.org"
        )
    return bare or None


def parse_lang(text: str, *, where: str = "lang") -> Lang:
    """Return "en" or "zh"; regional forms such as zh-CN are understood.

    Example:
        >>> parse_lang("zh-CN")
        'zh'
    """
    for lang in LANGS:
        if text.lower().replace("_", "-").split("-")[0] == lang:
            return lang
    raise InputError(f"{text[:40]!r} is not a language we speak", where=where, hint="use en or zh")


def parse_engine(text: str, *, where: str = "KG_ENGINE") -> Engine:
    """Return which engine is to search: "auto" (by size), "networkx" (plain Python) or "compiled".

    Raises:
        InputError: another word.

    Example:
        >>> parse_engine("compiled")
        'compiled'
    """
    for engine in ENGINES:
        if text == engine:
            return engine
    raise InputError(f"{text[:40]!r} is no engine", where=where, hint=f"use {', '.join(ENGINES)}")
