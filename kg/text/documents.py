"""What each kind of record is found by, and how that is laid out for tantivy.

Lives here: the schema, `document`, `entry_of`, `group_of`. May enter: records, a snapshot, a vocabulary.
Never here: searching (index), files (shelf).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import TypeAlias, cast

import tantivy

from kg.errors import UnknownTerm
from kg.folding import Entry
from kg.identifiers import arxiv_as_held
from kg.ids import RecordKind
from kg.likeness import NAME_MOST, TYPO_MOST
from kg.meant import near
from kg.model import MERGED, Claim, Entity, Text, Work
from kg.sentences import sentence
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

FOUND_KINDS: tuple[RecordKind, ...] = ("entity", "claim", "work")
Key: TypeAlias = tuple[RecordKind, str]


def schema() -> tantivy.Schema:
    """Return the fields of the index."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    fields = {"group": "raw", "names": "raw", "words": "whitespace", "body": "whitespace", "grams": "grams"}
    for name, tokenizer in fields.items():
        builder.add_text_field(name, tokenizer_name=tokenizer, index_option="basic")
    builder.add_float_field("order", fast=True)
    return builder.build()


def document(key: Key, group: str, entry: Entry) -> tantivy.Document:
    """Return what tantivy indexes. What is too long to be typed as it stands is found by its words.

    `order` parts equal candidates by a hash of the key, the same in every index.
    """
    name = ":".join(key)
    typed = {form for form in entry.names if len(form) <= NAME_MOST}
    typed.update(form for form in entry.squeezed if len(form) <= TYPO_MOST)
    return tantivy.Document(
        key=name,
        group=group,
        names=list(typed),
        words=" ".join(entry.near.words),
        body=" ".join(entry.far.words),
        grams=[*entry.near.runs, *entry.far.runs],
        order=int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "big") / 2**32 / 100,
    )


def key_of(stored: object) -> Key:
    """Return the key that a document stores."""
    kind, _, id = str(stored).partition(":")
    return cast(RecordKind, kind), id


def records_of(snapshot: Snapshot, kind: RecordKind) -> Mapping[str, Entity] | Mapping[str, Claim] | Mapping[str, Work]:
    """Return the records of a kind, by id."""
    if kind == "entity":
        return snapshot.entities
    return snapshot.works if kind == "work" else snapshot.claims


def group_of(key: Key, snapshot: Snapshot, vocabulary: Vocabulary) -> str | None:
    """Return the group a record is searched in: its kind, the kind and `?` when on request only, None for none."""
    kind, id = key
    status = records_of(snapshot, kind)[id].status
    term = vocabulary.work_status(status) if kind == "work" else vocabulary.status(status)
    # A merged work is found, by what its entry says, and names the work that stands for it.
    if term.counts or (kind == "work" and (term.on_request or status == MERGED)):
        return kind
    return f"{kind}?" if term.on_request else None


def groups_of(kinds: Iterable[str] | None, include_proposed: bool) -> list[str]:
    """Return the groups that are searched.

    Raises:
        UnknownTerm: a kind that is not looked for.
    """
    asked = FOUND_KINDS if kinds is None else tuple(kinds)
    for kind in asked:
        if kind not in FOUND_KINDS:
            known = near(str(kind)[:40], {known: known for known in FOUND_KINDS})
            hint = f"use {', '.join(FOUND_KINDS)}"
            raise UnknownTerm(f"{str(kind)[:40]!r} is not searched", where="kinds", near=known, hint=hint)
    return [*asked, *(f"{kind}?" for kind in asked if include_proposed)]


def _entity(entity: Entity) -> Entry:
    definition = "" if entity.definition is None else f"{entity.definition.en}\n{entity.definition.zh or ''}"
    return Entry.of(entity.label, (entity.label.en, entity.label.zh, entity.id, *entity.aliases), body=definition)


def _claim(claim: Claim, snapshot: Snapshot, vocabulary: Vocabulary) -> Entry:
    label = sentence(claim, snapshot, vocabulary)
    ends = [snapshot.entities[id] for id in (claim.subject, claim.object) if id in snapshot.entities]
    aliases = [alias for end in ends for alias in end.aliases]
    return Entry.of(label, (label.en, label.zh, claim.id), body="\n".join((*aliases, claim.conditions or "")))


def _work(work: Work) -> Entry:
    venue = work.csl.get("container-title")
    key = re.findall(r"[0-9]+|[^\W\d_]+", work.id)
    beside = "\n".join((*work.authors, "" if work.year is None else str(work.year), *key))
    posted = None if work.arxiv is None else arxiv_as_held(work.arxiv)
    names = (work.title, work.id, work.doi, posted)
    return Entry.of(Text(work.title), names, beside=beside, body=venue if isinstance(venue, str) else "")


def entry_of(key: Key, snapshot: Snapshot, vocabulary: Vocabulary) -> Entry:
    """Return what a record is found by, taken apart."""
    kind, id = key
    if kind == "entity":
        return _entity(snapshot.entities[id])
    return _work(snapshot.works[id]) if kind == "work" else _claim(snapshot.claims[id], snapshot, vocabulary)
