"""The command line `kg`: one command per method of the face, loaded when it is called.

Lives here: the entry point, the table of commands, exit codes. May enter: click; a command's own room when it runs.
Never here: questions, tables on the screen.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from errno import ENOMEM
from importlib import import_module, metadata
from typing import NoReturn

import click

from kg.cli.context import Context
from kg.cli.naming import naming
from kg.cli.output import OutputError, prepare, silence
from kg.errors import Forbidden, KgError, StoreError, Upstream
from kg.settings import GARBAGE

COMMANDS: dict[str, tuple[str, str]] = {
    "raises": ("kg.cli.ask:raises", "Which techniques raise or lower which risks: the headline answer."),
    "matrix": ("kg.cli.ask:matrix", "The evidence gap map: direction and strength for every pair of two types."),
    "paths": ("kg.cli.ask:paths", "The k best chains of claims from SOURCE to TARGET."),
    "impact": ("kg.cli.ask:impact", "What ENTITY reaches, or what reaches it."),
    "cut": ("kg.cli.measures:cut", "The smallest sets of mitigations, claims and works that cut every harmful route."),
    "gaps": ("kg.cli.measures:gaps", "Where evidence is missing, thin, old or disputed, what matters most first."),
    "disputes": ("kg.cli.measures:disputes", "Claims with evidence on both sides, and routes of opposing signs."),
    "what-if": ("kg.cli.probe:what_if", "Before and after a scenario, and every difference; nothing is stored."),
    "robustness": ("kg.cli.probe:robustness", "Leave out each work in turn: what happens to the answer?"),
    "show": ("kg.cli.look:show", "One record with all that hangs on it: entity, claim, work or evidence item."),
    "list": ("kg.cli.look:list_", "Filtered lists of entities, claims, works or evidence."),
    "search": ("kg.cli.look:search", "Entities, claims and works by words, in English or Chinese, forgiving typos."),
    "sparql": ("kg.cli.semantics:sparql", "A SPARQL query on the record as linked data, or a question by its name."),
    "basis": ("kg.cli.look:basis", "Evidence that rests on less than the work's own abstract, or was inferred."),
    "coverage": (
        "kg.cli.look:coverage",
        "Which claims represent which item of the text that the pack was seeded from.",
    ),
    "receipt": ("kg.cli.vouch:receipt", "Kept answers: what they rest on, and whether they still come out the same."),
    "lint": ("kg.cli.vouch:lint", "The quality of the record: what makes it wrong, doubtful, or thin."),
    "validate": ("kg.cli.check:validate", "What is wrong with the record, or with a file before it is loaded: SHACL."),
    "lookup": ("kg.cli.lookup:lookup", "A work by its DOI, arXiv, OpenAlex or PubMed id, with its retractions."),
    "init": ("kg.cli.keep:init", "Create the record and load the packaged pack, or leave it empty."),
    "import": (
        "kg.cli.exchange:import_",
        "Load packs, RDF or citations; report what was added, what was there already, what failed and why.",
    ),
    "export": (
        "kg.cli.exchange:export",
        "Write everything, or what the criteria keep: linked data, graphs, tables, citations.",
    ),
    "add": ("kg.cli.add:add", "Add an entity, claim or evidence item as a proposal, or a work to the catalogue."),
    "preview": ("kg.cli.add:preview", "What an evidence item would change, were it accepted; nothing is stored."),
    "review": ("kg.cli.review:review", "The queue of proposals: look, accept, reject, return for changes, revise."),
    "revoke": ("kg.cli.review:revoke", "Take a record back: nothing is deleted."),
    "undo": ("kg.cli.review:undo", "A new revision in which all that a revision changed stands as before."),
    "duplicates": ("kg.cli.merge:duplicates", "Works that look like one, or like a preprint and its published form."),
    "merge": ("kg.cli.merge:merge", "Make one of two entries of one work; nothing is lost, and it can be undone."),
    "retract": ("kg.cli.probe:retract", "Mark a work as retracted or corrected; see first what changes."),
    "diff": ("kg.cli.probe:diff", "Which answers differ between two points in time, because of which works."),
    "log": ("kg.cli.history:log", "The revisions of the record, newest first; of one record, person or act."),
    "history": ("kg.cli.history:history", "Every version of a record: who changed which field, when and why."),
    "verify": ("kg.cli.keep:verify", "Check the hash chain of the history and that the state follows from it."),
    "backup": ("kg.cli.backup:backup", "Write the whole record to one file, while it is in use."),
    "restore": ("kg.cli.backup:restore", "Make a new record from a backup."),
    "spark": ("kg.cli.spark:spark", "Batch questions on a Spark cluster, over an export to Parquet."),
    "draw": ("kg.cli.serve:draw", "Write the interactive picture as one self-contained HTML file."),
    "serve": ("kg.cli.serve:serve", "Serve the page and the HTTP API."),
    "mcp": ("kg.cli.mcp:mcp", "Answer agents over the Model Context Protocol, on standard input and output."),
    "token": ("kg.cli.token:token", "Tokens for writing over HTTP: create, list, revoke."),
    "doctor": ("kg.cli.doctor:doctor", "Check the installation, the ontology, the packs and the database."),
    "completion": ("kg.cli.completion:completion", "Print the line that switches on shell completion."),
}
NO_MEMORY = (
    "memory ran out before the answer was there (use a machine with more memory or allow this process more, leave out "
    "what need not be asked, or answer in batches with `kg spark`)"
)
UNMAPPED = ("failed to map segment", "annot allocate memory")
"""What the system says of a library that does not fit into memory."""
EXIT_BAD_INPUT, EXIT_REFUSED, EXIT_DOWN, EXIT_INTERRUPTED = 2, 3, 4, 130


class LazyGroup(click.Group):
    """A group that imports a command's room only when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        room, name = COMMANDS[cmd_name][0].split(":")
        # What is imported stays: looking through it for garbage again and again is a tenth of a start.
        gc.disable()
        try:
            command: click.Command = getattr(import_module(room), name)
        finally:
            gc.freeze()
            gc.enable()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; an unknown one names near ones. The faults of one that is found name its own options."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], COMMANDS, n=2)
            meant = f" Did you mean {' or '.join(near)}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{meant} `kg --help` lists them.")
        name, command, rest = super().resolve_command(ctx, args)
        return name, None if command is None else naming(command), rest


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(metadata.version("evidence-kg"), prog_name="kg")
@click.option("--database", metavar="URL", help="Database URL or SQLite file. [default: $KG_DATABASE_URL or user data]")
@click.option("--lang", metavar="en|zh", help="Language of labels and sentences. [default: $KG_LANG or en]")
@click.option(
    "--ontology",
    multiple=True,
    metavar="FILE",
    help="Turtle file or folder that adds classes and relations; repeatable. [default: $KG_ONTOLOGY]",
)
@click.pass_context
def cli(ctx: click.Context, database: str | None, lang: str | None, ontology: tuple[str, ...]) -> None:
    """Which techniques raise which risks, through which chain, how sure are we, and on which papers does that rest?

    A database that does not exist yet is created and filled with the packaged pack. Every command but `serve`,
    `mcp` and `completion` takes --json.
    """
    ctx.obj = Context(database, lang, ontology)
    ctx.call_on_close(ctx.obj.close)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; the exit code is 0 ok, 1 an answer that is a failure, 2 bad input, 3 refused, 4 down."""
    prepare()
    gc.set_threshold(*GARBAGE)
    if sys.stdout is None:
        _refuse("standard output is closed, and nothing was done (leave it open, or send it to a file or to /dev/null)")
    try:
        cli.main(args=arguments, prog_name="kg", standalone_mode=False)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.Abort:
        click.echo("interrupted", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except click.ClickException as fault:
        fault.show()
        sys.exit(fault.exit_code)
    except BrokenPipeError:
        silence()
        sys.exit(0)
    except OutputError as fault:
        silence()
        _refuse(f"the output cannot be written: {fault.strerror}")
    except MemoryError as fault:
        fault.__traceback__ = None  # lets go of what its frames hold, so that there is room to say it
        _refuse(NO_MEMORY)
    except ImportError as fault:
        if not any(words in str(fault) for words in UNMAPPED):
            raise
        _refuse(NO_MEMORY)
    except OSError as fault:
        if fault.errno == ENOMEM:
            _refuse(NO_MEMORY)
        place = "the system says" if fault.filename is None else fault.filename
        _refuse(f"{place}: {fault.strerror or fault}")
    except KgError as fault:
        click.echo(f"{click.style('Error:', fg='red')} {fault}", err=True)
        sys.exit(exit_code(fault))


def _refuse(told: str) -> NoReturn:
    """Say what is wrong, and end as where something outside is down."""
    click.echo(f"{click.style('Error:', fg='red')} {told}", err=True)
    sys.exit(EXIT_DOWN)


def exit_code(fault: KgError) -> int:
    """Return the exit code for an error of ours.

    Example:
        >>> exit_code(KgError("bad")), exit_code(StoreError("gone"))
        (2, 4)
    """
    if isinstance(fault, Forbidden):
        return EXIT_REFUSED
    return EXIT_DOWN if isinstance(fault, StoreError | Upstream) else EXIT_BAD_INPUT
