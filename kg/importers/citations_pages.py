"""Web pages given in place of a file of citations: what is saved from a publisher, or comes instead of a download.

Lives here: `is_page`, `WHY`, `REMEDY`. May enter: the name of a file and its text. Never here: reading pages.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from kg.importers.unrecognised import READ

WHY = "this is an HTML page, and pages are not read"
REMEDY = f"export the citations where the page offers it, or add a work by its identifier (`kg add work DOI`); {READ}"
_PAGE = re.compile(r"\A\ufeff?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_MARKUP = re.compile(r"\A\ufeff?\s*<")
_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
_HEAD = 20_000


def is_page(name: str, text: str) -> bool:
    """Tell whether a text is an HTML page: by how it begins, whatever it is called; or by its name, if it is markup.

    Example:
        >>> is_page("library.bib", "<!DOCTYPE html><title>404</title>"), is_page("saved.html", "@book{a, title={B}}")
        (True, False)
    """
    head = text[:_HEAD]
    return bool(_PAGE.match(head)) or (PurePath(name).suffix.lower() in _SUFFIXES and bool(_MARKUP.match(head)))
