"""Contributing on the command line: add, preview.

May enter: fields of records as text; the face parses them. Never here: what the answer looks like (contribute_screen).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kg.cli import contribute_screen
from kg.cli.context import Context
from kg.cli.contribute_options import (
    CLAIM,
    actor_option,
    entity_options,
    item_options,
    read_text,
    values_of,
    work_options,
    writing_options,
)
from kg.cli.options import (
    CRITERIA,
    ENTITY,
    RELATION,
    Family,
    RecordId,
    Relating,
    json_option,
    max_links_option,
    other_criteria_options,
    print_json,
)
from kg.cli.probe import FILE, ends_options
from kg.contribute.looking_up import is_identifier
from kg.errors import InputError


@click.group(cls=Family)
def add() -> None:
    """Add an entity, claim or evidence item as a proposal, or a work to the catalogue.

    What is proposed does not count until somebody accepts it (`kg review`); --include-proposed counts it on request.
    """


@add.command()
@click.argument("label", required=False)
@entity_options
@writing_options
@click.pass_obj
def entity(context: Context, /, label: str | None, from_: Path | None, as_json: bool, **options: Any) -> None:
    """Propose an entity with this English LABEL."""
    fields, how = _parted(options)
    said = values_of(from_, {name: fields[name] for name in ("id", "type", "broader")})
    for name, en, zh in (("label", label, fields["zh"]), ("definition", fields["definition"], fields["definition_zh"])):
        given = said.get(name)
        texts = dict(given) if isinstance(given, dict) else {} if given is None else {"en": given}
        texts |= {lang: text for lang, text in (("en", en), ("zh", zh)) if text is not None}
        if texts:
            said[name] = texts
    if fields["alias"]:
        said["aliases"] = list(fields["alias"])
    _give(context, context.graph.add_entity(said, **how), as_json=as_json)


@add.command(cls=Relating)
@click.argument("subject", required=False, type=ENTITY)
@click.argument("relation", required=False, type=RELATION, metavar="[RELATION]")
@click.argument("object", required=False, type=ENTITY)
@click.option("--conditions", metavar="TEXT", help="Under which conditions it is claimed.")
@writing_options
@click.pass_obj
def claim(context: Context, /, from_: Path | None, as_json: bool, **options: Any) -> None:
    """Propose the claim SUBJECT RELATION OBJECT; one that was stated before is that claim."""
    fields, how = _parted(options)
    _give(context, context.graph.add_claim(values_of(from_, fields), **how), as_json=as_json)


@add.command()
@click.argument("claim", required=False, type=CLAIM)
@item_options
@writing_options
@click.pass_obj
def evidence(context: Context, /, from_: Path | None, as_json: bool, **options: Any) -> None:
    """Propose an evidence item on CLAIM, or on the claim of --subject, --relation and --object, which may be new.

    `kg preview` with the same arguments shows first what it would change.
    """
    fields, how = _parted(options)
    answer = context.graph.add_evidence(values_of(from_, fields), **how)
    _give(context, answer, as_json=as_json)


@add.command()
@click.argument("source", required=False, metavar="[DOI|ARXIV|PMID|OPENALEX|FILE]")
@work_options
@writing_options
@click.pass_obj
def work(context: Context, /, source: str | None, from_: Path | None, as_json: bool, **options: Any) -> None:
    """Record a work: by its DOI, arXiv, OpenAlex or PubMed id, from one citation in a FILE (BibTeX, RIS, CSL-JSON, ...;
    `-` for standard input), or by its fields.

    A work that is there already is told, and nothing is written.
    """
    fields, how = _parted(options)
    authors = fields.pop("author")
    if authors:
        fields["authors"] = list(authors)
    said = values_of(from_, {name: value for name, value in fields.items() if value is not False})
    if source is not None:
        said |= _cited(source)
    _give(context, context.graph.add_work(said, **how), as_json=as_json)


@click.command()
@click.argument("claim", required=False, type=CLAIM)
@item_options
@click.option("--from", "from_", type=FILE, metavar="FILE|-", help="Read fields from YAML or JSON.")
@actor_option
@click.option(
    "--revises",
    type=RecordId("evidence"),
    metavar="ID",
    help="As a revision of this item: only the fields that differ are needed.",
)
@ends_options
@max_links_option
@other_criteria_options
@json_option
@click.pass_obj
def preview(
    context: Context,
    /,
    from_: Path | None,
    actor: str | None,
    rows: str | None,
    cols: str | None,
    max_links: str,
    revises: str | None,
    as_json: bool,
    **fields: Any,
) -> None:
    """What an evidence item would change, were it accepted: belief of its claim, every pair that stands otherwise.

    Takes the arguments of `kg add evidence`; with --revises those of `kg review revise`. Nothing is stored.
    """
    criteria = {name: fields.pop(name) for name in CRITERIA if name != "relation"}
    said = values_of(from_, fields)
    how = {"rows": rows, "cols": cols, "max_links": max_links, "revises": revises}
    answer = context.graph.preview(said, actor=actor, **how, **criteria)
    _give(context, answer, as_json=as_json)


def _cited(source: str) -> dict[str, Any]:
    """Return the citation in a file, or the identifier."""
    path = Path(source)
    if source != "-" and not path.is_file():
        if is_identifier(source):
            return {"identifier": source}
        raise InputError(
            f"{source[:200]} is neither a file nor an identifier of a work",
            where="SOURCE",
            hint="give a DOI, an arXiv id, a file with one citation, or --title, --author, --year",
        )
    return {"citation": read_text(path, where="SOURCE", remedy="give it one citation")}


def _parted(options: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields of the record, and how it is to be written."""
    how = {name: options.pop(name) for name in ("actor", "reason", "expect", "dry_run")}
    return options, how


def _give(context: Context, answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        contribute_screen.contributed(context.graph, answer)
