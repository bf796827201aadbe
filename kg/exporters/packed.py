"""The record as a pack: what its head says when nobody wrote one.

Lives here: `files`, `in_pieces`. May enter: networks. Never here: the files of a pack (exporters/pack), a folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

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

    Args:
        network: What to write.
        id: Slug of the pack; its contributor is `pack:{id}`.

    Law: loading it into an empty record gives the same answers, but for ids of evidence that a merge has moved.
    """
    snapshot = network.snapshot
    day = date.min if snapshot.recorded_at is None else date.fromisoformat(snapshot.recorded_at[:10])
    head = Pack(
        id=id,
        title=Text(f"Export of a record at revision {snapshot.revision}", f"修订版 {snapshot.revision} 的导出"),
        version=str(snapshot.revision),
        compiled=day,
        licence=UNSTATED,
    )
    return pieces(snapshot, network.vocabulary, pack=head)
