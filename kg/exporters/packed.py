"""The record as a pack: what its head says when nobody wrote one.

Lives here: `files`, `in_pieces`. May enter: networks. Never here: the files of a pack (exporters/pack), a folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from kg.errors import InputError
from kg.exporters.pack import pieces
from kg.model import Text
from kg.network import Network
from kg.packs import Pack

ID = "export"
UNSTATED = "NOASSERTION"
"""SPDX: nobody has said under which licence these texts stand."""


def files(network: Network, *, id: str = ID) -> dict[str, str]:
    """Return the files of a pack by name. See `in_pieces`."""
    return {name: "".join(texts) for name, texts in in_pieces(network, id=id).items()}


def in_pieces(network: Network, *, id: str = ID) -> dict[str, Iterable[str]]:
    """Return the files of a pack by name, each in pieces: whatever counts of a network's record.

    The Turtle files that its terms are read from, beside the packaged ones, come with it.

    Args:
        network: What to write.
        id: Slug of the pack; its contributor is `pack:{id}`.

    Raises:
        InputError: one of these Turtle files is no longer there.

    Law: loading it into an empty record gives the same answers, but for ids of evidence that a merge has moved.
    """
    snapshot = network.snapshot
    own = own_terms(network.vocabulary.own_files)
    day = date.min if snapshot.recorded_at is None else date.fromisoformat(snapshot.recorded_at[:10])
    head = Pack(
        id=id,
        title=Text(f"Export of a record at revision {snapshot.revision}", f"修订版 {snapshot.revision} 的导出"),
        version=str(snapshot.revision),
        compiled=day,
        licence=UNSTATED,
        vocabulary=tuple(own),
    )
    return {**pieces(snapshot, network.vocabulary, pack=head), **{name: [text] for name, text in own.items()}}


def own_terms(paths: Sequence[Path]) -> dict[str, str]:
    """Return the texts of Turtle files under names that differ from one another and from the files of a pack.

    Raises:
        InputError: one of them is no longer there, or no text.
    """
    found: dict[str, str] = {}
    for path in paths:
        name, at = f"{path.stem}.ttl", 2
        while name in found:
            name, at = f"{path.stem}-{at}.ttl", at + 1
        try:
            found[name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise InputError(f"{path.name} cannot be read any more", where="ontology", hint="bring it back") from fault
    return found
