"""What help says of every command: what may be left out, the words that an option takes, whole sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner, Result

import kg
from kg.cli import COMMANDS, cli, surveys
from kg.cli.context import Context
from kg.question import gaps
from kg.vocabulary import load

GROUPS = ("add", "review", "receipt", "spark", "token")


def commands() -> Iterator[tuple[str, click.Command, click.Context]]:
    root = click.Context(cli, info_name="kg", obj=Context(None, None, ()))
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        ctx = click.Context(command, info_name=name, parent=root)
        yield name, command, ctx
        if isinstance(command, click.Group):
            for below, one in command.commands.items():
                yield f"{name} {below}", one, click.Context(one, info_name=below, parent=ctx)


def invoke(graph: kg.Graph, *words: str, lang: str = "en", width: int = 78) -> Result:
    runner = CliRunner(env={"COLUMNS": str(width)})
    return runner.invoke(cli, ["--database", graph.store.name, "--lang", lang, *words])


def test_usage_brackets_the_arguments_that_may_be_left_out_and_no_others() -> None:
    told = {
        (name, argument.make_metavar(ctx)): argument.required
        for name, command, ctx in commands()
        for argument in command.params
        if isinstance(argument, click.Argument)
    }
    assert told["validate", "[FILE]"] is False
    assert [where for where, required in told.items() if required is where[1].startswith("[")] == []


@pytest.mark.parametrize("group", GROUPS)
def test_sub_commands_are_listed_with_whole_sentences(pack_graph: kg.Graph, group: str) -> None:
    shown = " ".join(invoke(pack_graph, group, "--help").stdout.split())
    below = [command for name, command, _ in commands() if name.startswith(f"{group} ")]
    assert len(below) > 2
    for command in below:
        paragraph = " ".join((command.help or "").split("\n\n")[0].split())
        assert re.split(r"(?<=[^.]\.) ", paragraph)[0] in shown, command.name


def test_every_group_is_asked_for_its_sentences() -> None:
    assert {name for name, command, _ in commands() if isinstance(command, click.Group)} == set(GROUPS)


def test_options_name_the_words_that_they_take(pack_graph: kg.Graph) -> None:
    assert tuple(surveys.GAPS) == gaps.KINDS
    told = invoke(pack_graph, "gaps", "--help").stdout
    assert ",".join(gaps.KINDS) in "".join(told.split())
    assert f"--below {'|'.join(load().certainties)}" in told
    assert f"--status {'|'.join(load().work_statuses)}" in invoke(pack_graph, "list", "--help").stdout


@pytest.mark.parametrize(("lang", "more"), [("en", "--limit shows more"), ("zh", "--limit 可显示更多")])
def test_what_a_limit_left_out_is_had_by_the_limit(pack_graph: kg.Graph, lang: str, more: str) -> None:
    few = invoke(pack_graph, "gaps", "--limit", "2", lang=lang)
    assert (few.exit_code, more in few.stdout, "--json" in few.stdout) == (0, True, False)


@pytest.mark.parametrize("relation", ["提高", "raises", " Raises "])
def test_a_relation_is_taken_by_its_name_in_either_language(pack_graph: kg.Graph, relation: str) -> None:
    told = invoke(pack_graph, "add", "claim", "量化低秩适配", relation, "恶意使用", "--dry-run", lang="zh")
    assert told.exit_code == 0, told.output
    assert "qlora--raises--malicious-use" in told.stdout
    assert pack_graph.claims(relation=relation, limit=5) == pack_graph.claims(relation="raises", limit=5)


def test_a_relation_that_is_none_is_told_under_its_name(pack_graph: kg.Graph) -> None:
    told = invoke(pack_graph, "add", "claim", "qlora", "提高吗", "malicious-use", width=400)
    assert (told.exit_code, told.stdout) == (2, "")
    assert "Error: RELATION: '提高吗' is not a relation; did you mean raises?" in told.stderr


def test_help_on_claims_lists_the_relations(pack_graph: kg.Graph) -> None:
    told = invoke(pack_graph, "add", "claim", "--help").stdout
    assert "[SUBJECT] [RELATION] [OBJECT]" in told
    for one in load().relations.values():
        assert re.search(rf"^ +{one.id} +{one.label.zh}$", told, re.MULTILINE), one.id
