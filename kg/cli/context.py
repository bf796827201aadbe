"""What a command needs: the options given before it, and the graph, opened when first asked for.

Lives here: `Context`. May enter: names of options. Never here: commands, tables.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from kg.errors import StoreError
from kg.settings import Lang, parse_lang, read_settings

if TYPE_CHECKING:
    from kg.graph import Graph
    from kg.vocabulary import Vocabulary

MAKING = "`kg init` makes one"
"""What helps where there is no record."""


class Context:
    """The options that stand before the command, and what is opened because of them."""

    def __init__(self, database: str | None, lang: str | None, ontology: Sequence[str]) -> None:
        self.database = database
        self.ontology = tuple(ontology)
        self._lang = lang
        self._graph: Graph | None = None

    @property
    def lang(self) -> Lang:
        """Language of labels and sentences."""
        return read_settings().lang if self._lang is None else parse_lang(self._lang, where="--lang")

    def speak(self, lang: str) -> None:
        """Answer in another language than the options before the command say."""
        self._lang = parse_lang(lang, where="--lang")

    @property
    def vocabulary(self) -> Vocabulary:
        """The ontology, without opening the record."""
        extra = [Path(path) for path in self.ontology] or read_settings().ontology
        vocabulary: Vocabulary = import_module("kg.vocabulary").load(extra)
        return vocabulary

    @property
    def database_url(self) -> str:
        """The database that the options name, as a URL."""
        url: str = import_module("kg.graph").database_url(self.database or read_settings().database)
        return url

    @property
    def graph(self) -> Graph:
        """The graph; says on stderr when it had to be created."""
        return self.open()

    def open(self, *, empty: bool = False) -> Graph:
        """Open the graph, the first time really."""
        if self._graph is None:
            graph: Graph = import_module("kg.graph").open(
                self.database,
                ontology=self.ontology,
                lang=self.lang,
                empty=empty,
                on_seeded=lambda said: click.echo(said, err=True),
            )
            self._graph = graph
        return self._graph

    def read(self) -> Graph:
        """Open the graph for reading only.

        Raises:
            StoreError: there is no record, or one of an older schema; nothing is made or changed.
        """
        store = import_module("kg.record").Store.open(self.database_url, read_only=True)
        try:
            if store.head() is None:
                raise StoreError(f"{store.name} holds no record yet", where="database", hint=MAKING)
            extra = [Path(path) for path in self.ontology] or read_settings().ontology
            graph: Graph = import_module("kg.graph").Graph(store, ontology=extra, lang=self.lang)
        except BaseException:
            store.close()
            raise
        self._graph = graph
        return graph

    def advised(self, hint: str | None) -> str | None:
        """Return a remedy whose `kg init` makes the record that --database names.

        A URL with a password or options is not repeated: it may hold what nobody else should read.

        Example:
            >>> Context("my notes.sqlite", None, ()).advised("`kg init` makes one")
            "`kg --database 'my notes.sqlite' init` makes one"
            >>> Context("postgresql://ann:s3cret@db.example.org/graph", None, ()).advised("`kg init` makes one")
            '`kg init` with the same --database makes one'
        """
        if hint is None or self.database is None:
            return hint
        url = urlsplit(self.database) if "://" in self.database else urlsplit("")
        hides = url.password is not None or bool(url.query)
        said = "`kg init` with the same --database" if hides else f"`kg --database {shlex.quote(self.database)} init`"
        return hint.replace(MAKING, MAKING.replace("`kg init`", said))

    def close(self) -> None:
        """Close what was opened."""
        if self._graph is not None:
            self._graph.store.close()
