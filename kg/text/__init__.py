"""The search projection: entities, claims and works by words, in English and Chinese, forgiving typos.

    documents   what each kind of record is found by
    index       `TextIndex`: follows the record, finds
    shelf, own  files of an index, kept for the next start beside the columns; a copy for one process

May enter: a snapshot, a vocabulary, any text. Never here: how alike two words are (likeness), doors.
"""

from kg.text.index import CANDIDATES, Hit, TextIndex
from kg.text.shelf import Shelf

__all__ = ["CANDIDATES", "Hit", "Shelf", "TextIndex"]
