"""Where a record stands is on the screen, in cards and lists, and the page of a claim gives the same reason."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

import kg
from kg.cli import cli
from kg.model import Change, Record, kind_of
from kg_api.app import create_app
from tests.builders import item, records

REVOKED, PROPOSED, FINE, LOOSE = "u--raises--r", "t--enables--r", "t--raises--f", "f--requires--r"
STATUSES = {"u": "revoked", PROPOSED: "proposed"}
REASONS = {
    ("en", REVOKED, ""): "Takes no part in chains: its subject, u, is revoked.",
    ("zh", REVOKED, ""): "不参与链条：其主体“中u”的状态为“已撤回”。",
    ("en", PROPOSED, ""): "Takes no part in chains: the claim itself is proposed.",
    ("zh", LOOSE, ""): "不参与链条：其关系“依赖”没有方向。",
    ("en", FINE, "relation=lowers"): "Takes no part in chains: its relation, raises, is not among those that the "
    "criteria keep.",
    ("zh", FINE, "relation=lowers"): "不参与链条：其关系“提高”不在所用条件保留之列。",
    ("en", FINE, "known_in=1999"): "Takes no part in chains: nothing that counts supports it.",
    ("en", FINE, ""): None,
    ("zh", PROPOSED, "include_proposed=true"): None,
}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, kg.Graph]]:
    """A small record in which an entity was revoked, and a claim and an item are only proposed."""
    url = f"sqlite:///{tmp_path_factory.mktemp('standing')}/record.db"
    graph = kg.open(url, empty=True, lang="en", ontology=())
    lines = ("t raises f", "u raises r", "t enables r", "f requires r")
    made: list[Record] = [
        replace(one, status=STATUSES[one.id]) if isinstance(one, kg.Entity | kg.Claim) and one.id in STATUSES else one
        for one in records(*lines, types={"t": "Technique", "r": "Risk"})
    ]
    made.append(item(FINE, 9, "w0", status="proposed"))
    graph.write([Change(kind_of(one), one) for one in made], actor="ann", act="import")
    yield url, graph
    graph.store.close()


@pytest.fixture(scope="module")
def client(record: tuple[str, kg.Graph]) -> Iterator[TestClient]:
    """The pages of the same record."""
    with TestClient(create_app(record[1], warm=False)) as made:
        yield made


def run(url: str, *words: str, lang: str = "en") -> str:
    """What the command prints, on a screen wide enough for every line."""
    given = ["--database", url, "--lang", lang, *words]
    told = CliRunner(env={"COLUMNS": "160"}).invoke(cli, given, catch_exceptions=False)
    assert told.exit_code == 0, told.stderr
    return told.stdout


@pytest.mark.parametrize("asked", REASONS)
def test_a_claim_says_why_it_takes_no_part_on_screen_and_page(
    record: tuple[str, kg.Graph], client: TestClient, asked: tuple[str, str, str]
) -> None:
    (lang, id, criterion), reason = asked, REASONS[asked]
    name, _, value = criterion.partition("=")
    option = [] if not name else [f"--{name.replace('_', '-')}"] + ([] if value == "true" else [value])
    shown = run(record[0], "show", id, *option, lang=lang)
    page = html.unescape(client.get(f"/claims/{id}?lang={lang}&{criterion}").text)
    begins = "不参与链条" if lang == "zh" else "Takes no part in chains"
    for text in (shown, page):
        assert (begins in text) is (reason is not None)
        assert reason is None or reason in text
    criteria = {} if not name else {name: value}
    assert record[1].claim(id, **criteria)["takes_part"] is (reason is None)


@pytest.mark.parametrize(
    ("lang", "status", "proposed", "idle"),
    [("en", "status: revoked", "proposed", "takes no part"), ("zh", "状态：已撤回", "待审核", "不参与链条")],
)
def test_cards_and_lists_mark_what_does_not_count(
    record: tuple[str, kg.Graph], lang: str, status: str, proposed: str, idle: str
) -> None:
    url, revoked = record[0], status[-7:] if lang == "en" else status[-3:]
    assert status in run(url, "show", "u", lang=lang).splitlines()
    assert revoked not in run(url, "show", "t", lang=lang)
    marked = {
        id: [word in line for word in (proposed, idle)]
        for line in run(url, "list", "claims", lang=lang).splitlines()
        for id in (REVOKED, PROPOSED, FINE, LOOSE)
        if id in line
    }
    assert marked == {REVOKED: [False, True], PROPOSED: [True, True], FINE: [False, False], LOOSE: [False, True]}
    listed = run(url, "list", "entities", lang=lang).splitlines()
    assert [line.split()[1] for line in listed if revoked in line] == ["u"]
    for asked in (("show", FINE, "--include-proposed"), ("list", "evidence", "--claim", FINE), ("show", "w0")):
        heads = [line for line in run(url, *asked, lang=lang).splitlines() if "•" in line]
        assert [proposed in line for line in heads] == ["000000000009" in line for line in heads], asked
        assert len(heads) == 2
