"""BibTeX and BibLaTeX in the words of CSL: types and fields, one table read by the reader and by the writer.

Lives here: tables. May enter: nothing of ours. Never here: parsing.
"""

from __future__ import annotations

TYPES = {
    "article": "article-journal", "suppperiodical": "article-journal", "periodical": "periodical",
    "book": "book", "mvbook": "book", "booklet": "pamphlet", "inbook": "chapter", "bookinbook": "chapter",
    "suppbook": "chapter", "incollection": "chapter", "suppcollection": "chapter", "inproceedings": "paper-conference",
    "conference": "paper-conference", "proceedings": "book", "mvproceedings": "book", "collection": "book",
    "mvcollection": "book", "manual": "book", "reference": "book", "mvreference": "book",
    "inreference": "entry-encyclopedia", "techreport": "report", "report": "report", "whitepaper": "report",
    "phdthesis": "thesis", "mastersthesis": "thesis", "thesis": "thesis", "unpublished": "manuscript",
    "misc": "document", "preprint": "article", "online": "webpage", "electronic": "webpage", "www": "webpage",
    "webpage": "webpage", "software": "software", "softwareversion": "software", "codefragment": "software",
    "softwaremodule": "software", "dataset": "dataset", "data": "dataset", "patent": "patent", "standard": "standard",
    "movie": "motion_picture", "video": "motion_picture", "audio": "song", "music": "song", "artwork": "graphic",
    "image": "graphic", "letter": "personal_communication", "review": "review", "jurisdiction": "legal_case",
    "legislation": "legislation", "legal": "treaty", "performance": "performance", "talk": "speech",
    "presentation": "speech", "newspaper": "article-newspaper", "magazine": "article-magazine",
}  # fmt: skip
GENRES = {"phdthesis": "PhD thesis", "mastersthesis": "Master's thesis", "techreport": "", "whitepaper": "White paper"}

WRITTEN_TYPES = {
    "article-journal": "article", "article-magazine": "magazine", "article-newspaper": "newspaper", "article": "misc",
    "book": "book", "chapter": "incollection", "paper-conference": "inproceedings", "report": "techreport",
    "thesis": "thesis", "manuscript": "unpublished", "document": "misc", "webpage": "online", "software": "software",
    "dataset": "dataset", "patent": "patent", "standard": "standard", "motion_picture": "movie", "song": "audio",
    "graphic": "artwork", "personal_communication": "letter", "review": "review", "legal_case": "jurisdiction",
    "legislation": "legislation", "treaty": "legal", "performance": "performance", "speech": "talk",
    "periodical": "periodical", "pamphlet": "booklet", "entry-encyclopedia": "inreference",
}  # fmt: skip

# BibTeX field -> CSL variable. Several fields of one variable: the first in this order that is there wins, the
# others stay under `custom`. The first field of a variable is the one that is written.
TEXT_FIELDS = {
    "title": "title", "shorttitle": "title-short", "journal": "container-title", "journaltitle": "container-title",
    "booktitle": "container-title", "maintitle": "volume-title", "shortjournal": "container-title-short",
    "series": "collection-title", "volume": "volume", "volumes": "number-of-volumes", "edition": "edition",
    "chapter": "chapter-number", "part": "part", "pagetotal": "number-of-pages", "publisher": "publisher",
    "school": "publisher", "institution": "publisher", "organization": "publisher", "howpublished": "publisher",
    "address": "publisher-place", "location": "publisher-place", "venue": "event-place", "eventtitle": "event-title",
    "type": "genre", "language": "language", "langid": "language", "keywords": "keyword", "keyword": "keyword",
    "note": "note", "annote": "annote", "annotation": "annote", "abstract": "abstract", "version": "version",
    "pubstate": "status", "origtitle": "original-title", "origpublisher": "original-publisher",
    "origlocation": "original-publisher-place", "library": "call-number", "copyright": "license",
}  # fmt: skip
VERBATIM_FIELDS = {"doi": "DOI", "url": "URL", "isbn": "ISBN", "issn": "ISSN", "pmid": "PMID", "pmcid": "PMCID"}
SUBTITLES = {"subtitle": "title", "booksubtitle": "container-title", "journalsubtitle": "container-title"}
NAME_FIELDS = {
    "author": "author", "editor": "editor", "translator": "translator", "bookauthor": "container-author",
    "director": "director", "holder": "contributor", "compiler": "compiler",
}  # fmt: skip
DATE_FIELDS = {"urldate": "accessed", "eventdate": "event-date", "origdate": "original-date"}
ISSUE_TYPES = frozenset({"article-journal", "article-magazine", "article-newspaper", "periodical", "review"})
SERIES_TYPES = frozenset({"book", "chapter", "paper-conference"})
CONTAINED_TYPES = frozenset({"chapter", "paper-conference", "entry-encyclopedia"})

# What a part inherits from the whole it points at by `crossref`, as BibLaTeX does. Identifiers of the whole
# (doi, url, eprint, isbn) are not those of the part.
INHERITED = {
    "booktitle": "booktitle", "journal": "journal", "journaltitle": "journaltitle", "editor": "editor",
    "publisher": "publisher", "organization": "organization", "institution": "institution", "year": "year",
    "month": "month", "date": "date", "volume": "volume", "series": "series", "address": "address",
    "location": "location", "edition": "edition", "issn": "issn", "venue": "venue", "eventtitle": "eventtitle",
    "eventdate": "eventdate", "language": "language", "langid": "langid",
}  # fmt: skip
