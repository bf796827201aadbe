"""Whether a claim joins what is there, in a way that its relation allows; for files of every kind.

Lives here: `Joins`. May enter: what is known to be right, the vocabulary. Never here: what is wrong with a claim that
does not (pack_links), files.
"""

from __future__ import annotations

from kg.errors import InputError
from kg.importers.pack_links import Known
from kg.vocabulary import Vocabulary


class Joins:
    """Says whether both ends of a claim are there, and of types that its relation allows."""

    def __init__(self, known: Known, vocabulary: Vocabulary) -> None:
        self._known, self._vocabulary = known, vocabulary
        self._fits: dict[tuple[str, str, str], bool] = {}

    def __call__(self, subject: str, relation: str, object: str) -> bool:
        """Look at one claim. Cost: a look-up, once ends of these types were met."""
        known = self._known
        ends = [known.entities.get(id) or known.base.entities.get(id) for id in (subject, object)]
        if ends[0] is None or ends[1] is None:
            return False
        if known.faulty and any(("entity", id) in known.faulty for id in (subject, object)):
            return False
        key = relation, ends[0].type, ends[1].type
        found = self._fits.get(key)
        if found is None:
            try:
                self._vocabulary.check_ends(*key)
                found = True
            except InputError:
                found = False
            self._fits[key] = found
        return found
