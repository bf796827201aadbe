"""Questions that compare two answers, on the command line: what-if, robustness, retract, diff.

May enter: parameters as text; the face parses them. Never here: what an answer looks like (kg.cli.probe_screen).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import Progress

from kg.cli import probe_screen
from kg.cli.answering import answer_options, give, keep_when_asked
from kg.cli.context import Context
from kg.cli.options import ENTITY, TYPE, WORK, RecordId, Word, criteria_options, max_links_option, print_json
from kg.errors import InputError
from kg.exporters import files
from kg.model import CURRENT, canonical
from kg.scenario import LONGEST, RETRACTED

if TYPE_CHECKING:
    from kg.question.answers import Answer

CLAIM, ITEM = RecordId("claims"), RecordId("evidence")
FILE = click.Path(path_type=Path, dir_okay=False)


def ends_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --rows and --cols: the pairs looked at."""
    cols = click.option("--cols", type=TYPE, help="Entity type where paths end. [default: all harms]")
    rows = click.option("--rows", type=TYPE, help="Entity type where paths begin. [default: all causes]")
    return rows(cols(command))


@click.command(name="what-if")
@click.argument("source", required=False, type=ENTITY)
@click.argument("target", required=False, type=ENTITY)
@click.option("--drop-work", type=WORK, multiple=True, metavar="W", help="Without this work; repeatable.")
@click.option("--drop-claim", type=CLAIM, multiple=True, metavar="C", help="Without this claim; repeatable.")
@click.option("--drop-entity", type=ENTITY, multiple=True, metavar="E", help="Without this entity; repeatable.")
@click.option("--drop-evidence", type=ITEM, multiple=True, metavar="I", help="Without this evidence item; repeatable.")
@click.option(
    "--add",
    multiple=True,
    metavar='"S raises T 0.7"',
    help="With a claim that holds with this chance, above 0 and at most 1; repeatable.",
)
@click.option(
    "--set", multiple=True, metavar='"ITEM stance=disputes"', help="With another stance or strength; repeatable."
)
@click.option("--retract", type=WORK, multiple=True, metavar="W", help="As if this work were retracted; repeatable.")
@click.option("--unretract", type=WORK, multiple=True, metavar="W", help="As if it were not; repeatable.")
@click.option("--mark", multiple=True, metavar="W=STATUS", help="As if this work had this status; repeatable.")
@click.option(
    "--under", multiple=True, metavar="CRITERION=VALUE", help="Afterwards under this criterion instead; repeatable."
)
@click.option("--scenario", type=FILE, help="A scenario that was kept with --save.")
@click.option("--save", type=FILE, help="Keep the scenario in this file, to be asked again later or of other pairs.")
@ends_options
@click.option("-k", "k", default="10", show_default=True, metavar="1..1000", help="Number of paths of each list.")
@max_links_option
@click.option("--sign", metavar="+|-", help="Only paths that raise (+) or lower (-), in the lists.")
@criteria_options
@answer_options
@click.pass_obj
def what_if(context: Context, /, scenario: Path | None, save: Path | None, as_json: bool, **parameters: Any) -> None:
    """Ask for the paths from SOURCE to TARGET before and after a scenario; show every difference. Nothing is stored.

    Without TARGET: every pair from SOURCE, or of --rows and --cols, that stands otherwise. The criteria hold before and
    after; --under replaces one of them afterwards. A kept scenario that names what the record no longer has is
    answered all the same, and the answer says so.
    """
    kept = None if scenario is None else read_scenario(scenario)
    answer = context.graph.what_if(**parameters, scenario=kept)
    if save is not None:
        write_scenario(save, canonical(answer["question"]["scenario"]) + "\n")
        click.echo(f"scenario {answer['scenario']} is kept in {save}", err=True)
    give(context, answer, probe_screen.what_if, as_json=as_json)


@click.command()
@click.argument("source", required=False, type=ENTITY)
@click.argument("target", required=False, type=ENTITY)
@ends_options
@max_links_option
@criteria_options
@answer_options
@click.pass_obj
def robustness(context: Context, /, as_json: bool, **parameters: Any) -> None:
    """Leave out each work, independence group, author and kind of study in turn: what happens to the answer?

    Looked at are direction and best paths; what-if says for one loss how sure all paths together are. Without TARGET:
    how fragile each cell of the evidence gap map is, or of SOURCE alone. A fragile work is one whose loss alone turns
    the direction round or leaves no path.
    """
    graph = context.graph
    with progress("leaving out works") as told:
        answer = graph.robustness(**parameters, told=told)
    give(context, answer, probe_screen.robustness if "works" in answer else probe_screen.fragility, as_json=as_json)


@click.command()
@click.argument("work", type=WORK)
@click.option("--notice", metavar="URL", help="Address of the publisher's notice; needed unless WORK becomes current.")
@click.option("--status", type=Word("publisher_statuses"), help="What the work is now. [default: retracted]")
@click.option("--look-up", is_flag=True, help="Ask Crossref, DataCite or PubMed for status and notice.")
@click.option("--why", metavar="TEXT", help="Why this is recorded; kept with the revision.")
@click.option("--actor", "--by", "actor", metavar="HANDLE", help="Who acts. [default: $KG_ACTOR or the login name]")
@click.option("--yes", is_flag=True, help="Do not ask before writing.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@ends_options
@max_links_option
@answer_options
@click.pass_obj
def retract(
    context: Context,
    /,
    work: str,
    notice: str | None,
    status: str | None,
    look_up: bool,
    why: str | None,
    actor: str | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    **parameters: Any,
) -> None:
    """Mark WORK as retracted or corrected by its publisher; show every claim and pair that changes.

    That needs the publisher's notice: --notice, or --look-up to find it. --dry-run only shows what would change and
    needs none. On a terminal you see it first and are asked before anything is written; elsewhere say --yes. `--status
    current` takes it back and needs none. Nothing is deleted: --include-retracted answers as if the work had not been
    retracted.
    """
    graph = context.graph
    if look_up:
        if notice is not None or status is not None:
            raise InputError(
                "the service says both", where="--look-up", hint="give --look-up, or --status and --notice"
            )
        found = graph.notices(work)
        if found["status"][1] == CURRENT:
            click.echo(f"{work}: {found['source']} knows of no retraction or correction; nothing was written", err=True)
            return
        notice, status = found["notice"], found["status"][1]
    given = {"notice": notice, "status": status or RETRACTED, **parameters}
    if not dry_run:
        graph.need_notice(work, notice=notice, status=given["status"])
        if not yes and (as_json or not is_terminal()):
            raise InputError(
                "there is nobody to confirm this", where="--yes", hint="say --yes to write, --dry-run to look"
            )
    preview = graph.retract(work, **given, dry_run=True)

    def write() -> Answer:
        return graph.retract(work, **given, why=why, actor=actor, expect=preview["revision"])

    # Who said --yes is told afterwards: a reader who closes the pipe early does not keep it from being written.
    done = write() if yes and not dry_run else None
    if dry_run or not as_json:
        give(context, preview, probe_screen.retraction, as_json=as_json)
    else:
        keep_when_asked(graph, preview)
    if dry_run:
        return
    if done is None:
        if not click.confirm(probe_screen.question(graph, preview), err=True):
            click.echo("nothing was written", err=True)
            return
        done = write()
    if as_json:
        print_json(done)
    else:
        probe_screen.written(graph, done)


@click.command()
@click.argument("a", metavar="A")
@click.argument("b", metavar="[B]", required=False)
@ends_options
@max_links_option
@criteria_options
@answer_options
@click.pass_obj
def diff(context: Context, /, a: str, b: str | None, as_json: bool, **parameters: Any) -> None:
    """Which answers differ between A and B (by default the newest revision, or --as-of), because of which works.

    A and B are points of either clock: a revision (12), a date (2026-11-25), or known:2024, what was published up to
    that year.
    """
    answer = context.graph.diff(a, b, **parameters)
    give(context, answer, probe_screen.diff, as_json=as_json)


def read_scenario(path: Path) -> str:
    """Return the text of a scenario file.

    Raises:
        InputError: it cannot be read, or is no text.
    """
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(LONGEST + 1)
    except OSError as fault:
        said = f"{path} cannot be read: {fault.strerror}"
        raise InputError(said, where="--scenario", hint="give a file of --save") from fault
    except UnicodeDecodeError as fault:
        raise InputError(f"{path} is not UTF-8 text", where="--scenario", hint="give a file of --save") from fault


def write_scenario(path: Path, text: str) -> None:
    """Write a scenario file, whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    files.write(path, [text])


def is_terminal() -> bool:
    """Say whether somebody sits in front of us who can be asked."""
    return sys.stdin.isatty()


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show on a terminal how far a long question is; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
