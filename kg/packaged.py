"""Where the ontology and the packs travel, beside the code in a checkout, inside the package in a wheel; and how more
of this installation is brought.

Lives here: `packaged`, `PIP`, `bringing`, `newer`. May enter: what the installer wrote down. Never here: reading those
files; installing.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from kg.later import Later

if TYPE_CHECKING:
    from importlib import metadata
else:
    metadata = Later("importlib.metadata")

_ROOM = Path(__file__).resolve().parent
_NAME = "evidence-kg"
PIP = f"{shlex.quote(sys.executable or 'python')} -m pip install"
"""Installs beside this program, whichever `pip` comes first on the path."""


def packaged(*parts: str) -> Path:
    """Return the path of a file or folder that travels with the library.

    Args:
        parts: Names below the top, `ontology` or `seeds` first.

    Raises:
        FileNotFoundError: the installation is incomplete.

    Example:
        >>> packaged("ontology", "evidence.ttl").name
        'evidence.ttl'
    """
    for top in (_ROOM / "_data", _ROOM.parent):
        path = top.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(f"{'/'.join(parts)} does not travel with this installation; reinstall evidence-kg")


def bringing(extra: str) -> str:
    """Return the command that brings an extra, from where this installation was made: a name may be another's."""
    return f"{PIP} {_source(f'[{extra}]', _origin())}"


def newer() -> str:
    """Return what is to be done for a newer version of this installation."""
    origin = _origin()
    folder = _folder(origin)
    if folder is not None:
        return f"bring {folder} up to date, then {PIP} {_source('', origin)}"
    return f"{PIP} --upgrade {_source('', origin)}"


def _origin() -> Mapping[str, Any]:
    """Return what the installer wrote down of where this came from (PEP 610); nothing when by its name."""
    found = next(iter(metadata.distributions(name=_NAME)), None)
    written = None if found is None else found.read_text("direct_url.json")
    read: Mapping[str, Any] = {} if written is None else json.loads(written)
    return read


def _folder(origin: Mapping[str, Any]) -> str | None:
    return unquote(urlsplit(origin["url"]).path) if "dir_info" in origin else None


def _source(extras: str, origin: Mapping[str, Any]) -> str:
    """Return what pip is to install, as words of a shell.

    Example:
        >>> _source("[mcp]", {"url": "file:///here/it%20is", "dir_info": {"editable": True}})
        "-e '/here/it is[mcp]'"
        >>> _source("[mcp]", {"url": "https://a.org/kg.git", "vcs_info": {"vcs": "git", "commit_id": "1f"}})
        "'evidence-kg[mcp] @ git+https://a.org/kg.git@1f'"
        >>> _source("[mcp]", {})
        "'evidence-kg[mcp]'"
    """
    folder = _folder(origin)
    if folder is not None:
        editable = "-e " if origin["dir_info"].get("editable") else ""
        return editable + shlex.quote(folder + extras)
    if not origin:
        return shlex.quote(_NAME + extras)
    url, made = origin["url"], origin.get("vcs_info")
    if made is not None:
        asked = made["commit_id"] if extras else made.get("requested_revision")
        url = f"{made['vcs']}+{url}" + (f"@{asked}" if asked else "")
    return shlex.quote(f"{_NAME}{extras} @ {url}")
