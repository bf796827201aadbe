"""Files that no reader knows: what is said of them, and what helps; and whether a text begins as RDF does.

Lives here: `WHY`, `READ`, `remedy`, `looks_like_rdf`. May enter: the head of a file. Never here: readers.
"""

from __future__ import annotations

import re

from kg.citations.formats import FORMATS
from kg.rdf.screening import SUFFIXES

WHY = "not recognised as citations, a pack, tables or RDF"
RDF = ", ".join(dict.fromkeys(SUFFIXES.values()))
READ = f"what is read: {', '.join(FORMATS)}, RDF ({RDF}), and folders or ZIP files with a pack or CSV tables"
_TAGGED = re.compile(r"\s*%[0A-Z] \S[^\n]*\n\s*%[0-9A-Z@] ")
_RDF = re.compile(r'"@(?:context|graph|id|type)"\s*:|<rdf:RDF\b|xmlns:rdf\s*=|22-rdf-syntax-ns#', re.IGNORECASE)
_RDF_LINE = re.compile(
    r"^[ \t]*(?:@?(?:prefix\s+[\w.-]*:\s*|base\s+)<|<https?://[^>\s]+>\s+<)", re.IGNORECASE | re.MULTILINE
)
_RDF_BEGINS = re.compile(r"(?:\s+|#[^\n]*(?:\n|\Z))*+(?:<[A-Za-z][\w+.-]*:[^<>\"\s]*>\s|<<|_:\S|\Z)")


def looks_like_rdf(text: str) -> bool:
    """Tell whether a text has marks of RDF, begins with a statement, or holds nothing but remarks.

    Example:
        >>> looks_like_rdf("# ours\\n_:a <b:c> _:d ."), looks_like_rdf("Ainsworth, S. (2024). A title.")
        (True, False)
    """
    return bool(_RDF.search(text) or _RDF_LINE.search(text) or _RDF_BEGINS.match(text))


def remedy(text: str) -> str:
    """Return what to do with a text that no reader knows.

    Example:
        >>> remedy("%0 Journal Article\\n%T One\\n").partition(":")[0]
        'this is an EndNote tagged file'
    """
    if _TAGGED.match(text):
        return f"this is an EndNote tagged file: export as RIS, BibTeX or EndNote XML where it comes from; {READ}"
    return f"{READ}; if it is one of these, name its format"
