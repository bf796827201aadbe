"""Readers of what others send: one room per format, named in one registry.

Lives here: `READERS`. May enter: paths that the caller named. Never here: a format itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from kg.importers import pack
from kg.packs import PackContents
from kg.vocabulary import Vocabulary

READERS: Mapping[str, Callable[[Path, Vocabulary], PackContents]] = {"pack": pack.read}
