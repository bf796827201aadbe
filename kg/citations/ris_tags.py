"""RIS in the words of CSL: types and tags, one table read by the reader and by the writer.

Lives here: tables. May enter: nothing of ours. Never here: parsing.

Source: Research Information Systems, RIS format specification (2001 and 2011).
"""

from __future__ import annotations

TYPES = {
    "ABST": "article-journal", "ADVS": "motion_picture", "AGGR": "dataset", "ANCIENT": "classic", "ART": "graphic",
    "BILL": "bill", "BLOG": "post-weblog", "BOOK": "book", "CASE": "legal_case", "CHAP": "chapter",
    "CHART": "figure", "CLSWK": "classic", "COMP": "software", "CONF": "paper-conference",
    "CPAPER": "paper-conference", "CTLG": "document", "DATA": "dataset", "DBASE": "dataset",
    "DICT": "entry-dictionary", "EBOOK": "book", "ECHAP": "chapter", "EDBOOK": "book", "EJOUR": "article-journal",
    "ELEC": "webpage", "ENCYC": "entry-encyclopedia", "EQUA": "figure", "FIGURE": "figure", "GEN": "document",
    "GOVDOC": "report", "GRANT": "document", "HEAR": "hearing", "ICOMM": "post", "INPR": "article-journal",
    "JFULL": "periodical", "JOUR": "article-journal", "LEGAL": "legislation", "MANSCPT": "manuscript", "MAP": "map",
    "MGZN": "article-magazine", "MPCT": "motion_picture", "MULTI": "webpage", "MUSIC": "musical_score",
    "NEWS": "article-newspaper", "PAMP": "pamphlet", "PAT": "patent", "PCOMM": "personal_communication",
    "PREPRINT": "article", "RPRT": "report", "SER": "periodical", "SLIDE": "speech", "SOUND": "song",
    "STAND": "standard", "STAT": "legislation", "THES": "thesis", "UNBILL": "bill", "UNPB": "manuscript",
    "UNPD": "manuscript", "VIDEO": "motion_picture", "WEB": "webpage", "UNKN": "document",
}  # fmt: skip
WRITTEN_TYPES = {
    "article": "UNPB", "article-journal": "JOUR", "article-magazine": "MGZN", "article-newspaper": "NEWS",
    "bill": "BILL", "book": "BOOK", "chapter": "CHAP", "classic": "CLSWK", "dataset": "DATA", "document": "GEN",
    "entry-dictionary": "DICT", "entry-encyclopedia": "ENCYC", "figure": "FIGURE", "graphic": "ART",
    "hearing": "HEAR", "legal_case": "CASE", "legislation": "STAT", "manuscript": "UNPB", "map": "MAP",
    "motion_picture": "MPCT", "musical_score": "MUSIC", "pamphlet": "PAMP", "paper-conference": "CPAPER",
    "patent": "PAT", "periodical": "JFULL", "personal_communication": "PCOMM", "post": "ICOMM",
    "post-weblog": "BLOG", "report": "RPRT", "software": "COMP", "song": "SOUND", "speech": "SLIDE",
    "standard": "STAND", "thesis": "THES", "webpage": "ELEC",
}  # fmt: skip

# Tag -> CSL variable. Of several tags of one variable the first in this order that is there wins; what the others
# say besides stays under `custom`. The first tag of a variable is the one that is written.
TEXTS = {
    "TI": "title", "T1": "title", "T2": "container-title", "JO": "container-title", "JF": "container-title",
    "BT": "container-title", "JA": "container-title-short", "J2": "container-title-short",
    "J1": "container-title-short", "T3": "collection-title", "ST": "title-short", "OT": "original-title",
    "VL": "volume", "IS": "issue", "CP": "issue", "M1": "number", "ET": "edition", "SE": "section",
    "NV": "number-of-volumes", "PB": "publisher", "PP": "publisher-place", "CY": "publisher-place",
    "DO": "DOI", "LA": "language", "CN": "call-number", "DB": "source", "DP": "source", "M3": "genre",
    "C3": "event-title",
}  # fmt: skip
PARAGRAPHS = {"AB": "abstract", "N2": "abstract", "N1": "note", "RN": "annote"}
NAMES = {"AU": "author", "A1": "author", "ED": "editor", "A2": "editor", "A3": "collection-editor", "A4": "translator",
         "TA": "translator"}  # fmt: skip
KEYS = ("ID", "LB")
RESIDUE_TAG = "C8"
