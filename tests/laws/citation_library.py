"""Libraries as people have them: large files of every format in which each entry's fate is known.

Lives here: `library`. Each entry is sound in one of many ways, broken in one of many, or there already: under the same
DOI, with a title that was typed again, as the preprint of what was published, or twice in one file.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from tests.laws.citation_entries import KINDS

Fate = Literal["added", "duplicate", "failed"]


@dataclass(frozen=True)
class Paper:
    """What an entry says, and what becomes of it. `of` is the title of the work that a duplicate or version is of."""

    title: str
    authors: tuple[str, ...] = ()
    year: int = 2020
    doi: str = ""
    arxiv: str = ""
    key: str = ""
    venue: str = ""
    fate: Fate = "added"
    of: str = ""
    version: bool = False
    others: bool = False


@dataclass
class Library:
    """A file and the truth about it, in the order of the file."""

    text: str
    papers: list[Paper] = field(default_factory=list)

    def of(self, fate: Fate) -> list[Paper]:
        """The entries of one fate."""
        return [paper for paper in self.papers if paper.fate == fate]


BODIES = ("RAND Corporation", "World Health Organization", "Barnes and Noble", "人工智能安全委员会")
PEOPLE = (
    "Hu, Edward J.",
    "Müller, José",
    "Ó hÉigeartaigh, Seán",
    "van Gogh, Vincent",
    "张三",
    "欧阳, 修",
    "Łukasz, Ł.",
)
SPECIALS = ("&", "%", "$", "_", "#", "~", "é", "ß", "ø", "微调", "–", "“x”", "<i>", "α")


def library(format: str, size: int, seed: int) -> Library:
    """Return a file of a format with some `size` entries."""
    chance = random.Random(f"{format} {seed}")
    papers: list[Paper] = []
    texts: list[str] = []
    while len(papers) < size:
        paper, text = _entry(format, chance, papers, len(papers))
        papers.append(paper)
        texts.append(text)
    return Library(_joined(format, texts), papers)


def _entry(format: str, chance: random.Random, before: list[Paper], n: int) -> tuple[Paper, str]:
    published = [paper for paper in before if paper.fate == "added" and paper.doi and not paper.version]
    drawn = chance.random()
    if drawn < 0.12:
        return Paper("", fate="failed"), chance.choice(BROKEN[format])
    paper = _paper(chance, f"{format}.{n}", n)
    if published and drawn < 0.32:
        first = chance.choice(published)
        if drawn < 0.18:
            paper = replace(first, title=first.title.upper(), key=f"again{n}", fate="duplicate", of=first.title)
        elif drawn < 0.22 and format != "nbib":  # two PubMed ids are two works
            typed = first.title.replace(" ", "  ").replace("and", "And")
            paper = replace(first, title=typed, doi="", key=f"typed{n}", fate="duplicate", of=first.title)
        elif drawn < 0.26:
            paper = replace(first, fate="duplicate", of=first.title)
        elif drawn < 0.29:
            paper = replace(paper, key=first.key)
        elif format in ARXIV and not any(other.of == first.title and other.version for other in before):
            paper = replace(
                first,
                doi="",
                arxiv=f"{2001 + n % 12:04d}.{n:05d}",
                venue="",
                key=f"pre{n}",
                of=first.title,
                version=True,
            )
    return paper, WRITERS[format](paper, chance)


def _paper(chance: random.Random, doi: str, n: int) -> Paper:
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=9)) for _ in range(5)]
    words.insert(chance.randint(1, 4), chance.choice(SPECIALS))
    others = chance.random() < 0.1
    people = chance.sample(PEOPLE, chance.randint(1, 3))
    return Paper(
        title=" ".join(words).capitalize() + " and more",
        authors=tuple(people if others or chance.random() < 0.8 else chance.sample(BODIES, 1)),
        year=chance.randint(1990, 2025),
        doi=f"10.1234/{doi}" if chance.random() < 0.7 else "",
        key=f"key{n}",
        venue="Journal of Tests",
        others=others,
    )


LATEX = {"&": r"\&", "%": r"\%", "$": r"\$", "_": r"\_", "#": r"\#", "~": r"\textasciitilde{}", "é": r"{\'e}",
         "ß": r"{\ss}", "ø": r"{\o}", "ü": r'{\"u}', "–": "--", "α": r"$\alpha$", "Ó": r"{\'O}", "É": r"{\'E}",
         "á": r"{\'a}"}  # fmt: skip


def _latex(text: str, chance: random.Random) -> str:
    must = "&%$_#~"
    return "".join(LATEX[char] if char in must or (char in LATEX and chance.random() < 0.5) else char for char in text)


def _bibtex(paper: Paper, chance: random.Random) -> str:
    people = [f"{{{name}}}" if name in BODIES[:3] else name for name in paper.authors]
    names = " and ".join(_latex(name, chance) for name in people) + (" and others" if paper.others else "")
    title = _latex(paper.title, chance)
    fields = [
        ("author", f"{{{names}}}"),
        ("title", chance.choice([f"{{{title}}}", f"{{{{{title}}}}}", '"' + title.replace('"', '{"}') + '"'])),
        ("year", chance.choice([str(paper.year), f"{{{paper.year}}}", f'"{paper.year}"'])),
        ("month", chance.choice(["jan", "jul # {~4}", "{March}"])),
        ("file", chance.choice(["{:home/ann/x.pdf:PDF}", r"{Full:C\:/Users/ann/y.pdf:application/pdf}"])),
    ]
    if paper.doi:
        fields.append(("doi", f"{{{chance.choice(['', 'https://doi.org/', 'doi:'])}{paper.doi}}}"))
    if paper.arxiv:
        fields += [("eprint", f"{{{paper.arxiv}}}"), ("archiveprefix", "{arXiv}")]
    word = "misc"
    if paper.venue:
        word = chance.choice(["article", "Article", "ARTICLE"])
        fields.append(("journal", chance.choice(["jot", f"{{{paper.venue}}}", '"Journal of " # tests'])))
    chance.shuffle(fields)
    opening, closing = chance.choice([("{", "}"), ("{", ",\n}")])
    lines = ",\n  ".join(f"{name} = {value}" for name, value in fields)
    return f"@{word}{opening}{paper.key},\n  {lines}{closing}"


def _ris(paper: Paper, chance: random.Random) -> str:
    lines = [f"TY  - {'JOUR' if paper.venue else 'UNPB'}", f"ID  - {paper.key}", f"TI  - {paper.title}"]
    lines += [f"AU  - {name}" for name in paper.authors] + (["AU  - et al."] if paper.others else [])
    lines += [f"PY  - {paper.year}{chance.choice(['', '///', '/03/04/'])}", "L1  - file:///home/ann/x.pdf"]
    lines += [f"T2  - {paper.venue}"] if paper.venue else []
    lines += [f"DO  - {paper.doi}"] if paper.doi else []
    lines += [f"UR  - https://arxiv.org/abs/{paper.arxiv}"] if paper.arxiv else []
    return "\n".join([*lines, chance.choice(["ER  - ", "ER  -", "ER  - \n"])])


def _csl(paper: Paper, chance: random.Random) -> str:
    names = [
        dict(zip(("family", "given"), name.split(", "), strict=False)) if ", " in name else {"literal": name}
        for name in paper.authors
    ]
    item = {
        "id": paper.key,
        "type": "article-journal" if paper.venue else "article",
        "title": paper.title,
        "author": names,
        "issued": chance.choice([{"date-parts": [[paper.year]]}, {"date-parts": [[str(paper.year), 5]]}]),
        "DOI": paper.doi,
        "container-title": paper.venue,
        "URL": f"https://arxiv.org/abs/{paper.arxiv}" if paper.arxiv else "",
    }
    return json.dumps({name: value for name, value in item.items() if value}, ensure_ascii=chance.random() < 0.5)


def _nbib(paper: Paper, chance: random.Random) -> str:
    number = paper.key[-6:] if paper.key[-6:].isdigit() else f"{chance.randint(10**6, 10**7)}"
    lines = [f"PMID- {number}", f"TI  - {paper.title}."]
    lines += [f"CN  - {name}" if name in BODIES else f"FAU - {name}" for name in paper.authors]
    lines += [f"DP  - {paper.year} Mar", f"JT  - {paper.venue}", "PT  - Journal Article"]
    return "\n".join([*lines, *([f"LID - {paper.doi} [doi]"] if paper.doi else [])]) + "\n"


def _endnote(paper: Paper, chance: random.Random) -> str:
    def escaped(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    people = "".join(f"<author><style>{escaped(name)}</style></author>" for name in paper.authors)
    return (
        f'<record><ref-type name="{"Journal Article" if paper.venue else "Preprint"}">17</ref-type>'
        f"<contributors><authors>{people}</authors></contributors>"
        f"<titles><title>{escaped(paper.title)}</title><secondary-title>{paper.venue}</secondary-title></titles>\n"
        f"<dates><year>{paper.year}</year></dates><label>{paper.key}</label>"
        f"<electronic-resource-num>{paper.doi}</electronic-resource-num>"
        "<urls><pdf-urls><url>internal-pdf://1/x.pdf</url></pdf-urls></urls></record>"
    )


def _csv(paper: Paper, chance: random.Random) -> str:
    out = io.StringIO()
    people = "; ".join((*paper.authors, "et al.") if paper.others else paper.authors)
    cells = (paper.key, paper.title, people, paper.year, paper.doi, paper.venue, r"D:\Papers\ann\x.pdf")
    csv.writer(out, quoting=chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])).writerow(cells)
    return out.getvalue().rstrip("\r\n")


WRITERS: dict[str, Callable[[Paper, random.Random], str]] = {
    "bibtex": _bibtex, "ris": _ris, "csl-json": _csl, "nbib": _nbib, "endnote-xml": _endnote, "csv": _csv,
}  # fmt: skip
ARXIV = {"bibtex", "ris", "csl-json"}
BROKEN: dict[str, tuple[str, ...]] = {
    "bibtex": KINDS["bibtex"].broken,
    "ris": KINDS["ris"].broken,
    "nbib": KINDS["nbib"].broken,
    "endnote-xml": KINDS["endnote"].broken,
    "csl-json": (
        '{"title": NaN}',
        '{"id": "x"}',
        '"text"',
        "12",
        '{"title": ["a", {}]}',
        '{"author": 1, "title": "x"}',
    ),
    "csv": ("x,,no title,2020,,,", "a,b,c,d,e,f,g,h,i", ",,,2020,,,"),
}
HEADS = {
    "bibtex": '% Encoding: UTF-8\n@string{jot = "Journal of " # "Tests"}\n@STRING{tests = {Tests}}\n'
    "@comment{jabref-meta: grouping;}\nloose words\n",
    "csl-json": "[\n",
    "endnote-xml": '<?xml version="1.0" encoding="UTF-8"?><xml><records>\n',
    "csv": "Citation Key,Title,Author,Year,DOI,Journal,File Attachments\n",
}
TAILS = {"csl-json": "\n]\n", "endnote-xml": "\n</records></xml>\n"}


def _joined(format: str, texts: list[str]) -> str:
    between = ",\n" if format == "csl-json" else "\n\n" if format in {"bibtex", "ris"} else "\n"
    return HEADS.get(format, "") + between.join(texts) + TAILS.get(format, "\n")
