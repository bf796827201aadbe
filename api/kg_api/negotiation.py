"""Which form of a resource a client gets: by `?format=`, else by its Accept header.

Lives here: the choice. May enter: headers, names. Never here: what a form holds.
"""

from __future__ import annotations

from collections.abc import Mapping

from kg.errors import InputError
from kg.rdf.results import media_ranges

MEDIA: Mapping[str, tuple[str, ...]] = {
    "turtle": ("text/turtle", "application/x-turtle", "text/n3"),
    "jsonld": ("application/ld+json",),
    "ntriples": ("application/n-triples", "text/plain"),
    "html": ("text/html", "application/xhtml+xml"),
    "json": ("application/json",),
}
"""Forms in the order in which they are offered, each with its media types; the first is the one that is sent."""
SHORT = {"ttl": "turtle", "nt": "ntriples", "json-ld": "jsonld"}


def named(format: str) -> str:
    """Return the form that a parameter names.

    Raises:
        InputError: there is none of that name.

    Example:
        >>> named("ttl")
        'turtle'
    """
    found = SHORT.get(format.lower(), format.lower())
    if found not in MEDIA:
        raise InputError(
            f"{format[:80]!r} is not a form of this resource", where="format", hint=f"use {', '.join(MEDIA)}"
        )
    return found


def preferred(accepted: str) -> str | None:
    """Return the form that an Accept header likes best, the earlier offered one of equals; None when it takes none.

    A range that names a media type says more than one with an asterisk.

    Example:
        >>> preferred("text/html,application/xml;q=0.9,*/*;q=0.8"), preferred(""), preferred("image/png")
        ('html', 'turtle', None)
    """
    ranges = media_ranges(accepted) or {"*/*": 1.0}

    def weight(form: str) -> float:
        for given in (*MEDIA[form], MEDIA[form][0].partition("/")[0] + "/*", "*/*"):
            if given in ranges:
                return ranges[given]
        return 0.0

    best = max(MEDIA, key=weight)
    return best if weight(best) > 0 else None
