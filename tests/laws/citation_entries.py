"""Single entries of every format, sound and broken, with what is known of each: the truth for the law of neighbours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kg.citations import bibtex, csl, endnote, nbib, ris, table
from kg.citations.parsed import Reader


@dataclass(frozen=True)
class Kind:
    """A format: how a sound entry of a number is written, what breaks one, and how entries make a source."""

    read: Reader
    sound: Callable[[int], str]
    broken: tuple[str, ...]
    join: Callable[[list[str]], str]


def _lines(entries: list[str]) -> str:
    return "\n".join(entries) + "\n"


KINDS = {
    "bibtex": Kind(
        bibtex.parse,
        lambda n: (
            f"@misc{{k{n},\n  author = {{Hu, E. and 张三}},\n  title = {{Ti{{T}}le {n}}},\n  year = {2000 + n}\n}}"
        ),
        (
            "@misc{x,\n title = {never closed",
            "@misc{x, title = {one too few}\n",
            '@misc{x, title = "open, year = 2000}',
            "@misc{x, title = {a} year = 2000}",
            "@misc{x, title = {early}}, year = 2000}",
            "@misc{x, title = }",
            "@misc{x, = {a}}",
            "@misc{x, title}",
            "@misc{}",
            "@misc{x, year = 2000}",
            "@misc{x, title = {" + "{" * 150 + "}" * 150 + "}}",
            '@misc(x, title = "never closed',
        ),
        _lines,
    ),
    "ris": Kind(
        ris.parse,
        lambda n: f"TY  - BOOK\nID  - k{n}\nTI  - Title {n}\nAU  - Hu, E.\nPY  - {2000 + n}\nER  - ",
        ("TY  - BOOK\nAU  - No, Title\nER  - ", "TI  - no beginning\nER  - ", "ER  - "),
        _lines,
    ),
    "nbib": Kind(
        nbib.parse,
        lambda n: f"PMID- {n + 1}\nTI  - Title {n}.\nFAU - Hu, E\nDP  - {2000 + n}\n",
        ("PMID- 9999\nFAU - No, Title\n", "PMID- \n", "PMID- x\nTI  -\n"),
        _lines,
    ),
    "endnote": Kind(
        endnote.parse,
        lambda n: f"<record><titles><title>Title {n}</title></titles><label>k{n}</label></record>",
        (
            "<record><titles><title>x</titles></record>",
            "<record><titles><title>x",
            "<record/>",
            "<record><titles><title>&nope;</title></titles></record>",
            "<record>\x01</record>",
        ),
        lambda entries: f"<xml><records>{_lines(entries)}</records></xml>",
    ),
    "csl": Kind(
        csl.parse,
        lambda n: f'{{"id": "k{n}", "title": "Title {n}", "issued": {{"date-parts": [[{2000 + n}]]}}}}',
        (
            '{"id": "x"}',
            '{"title": NaN}',
            '{"title": "x",}',
            '{"title": "open}',
            '{"title": tru}',
            '{"title": "x"',
            "{",
        ),
        lambda entries: "[\n" + ",\n".join(entries) + "\n]",
    ),
    "csv": Kind(
        table.parse,
        lambda n: f'k{n},"Title, {n}","Hu, E.; 张三",{2000 + n}',
        ('x,"open,a,1', 'x,"a" b,c,1', "x,a,b,1,2,3", "x,,b,1"),
        lambda entries: "key,title,authors,year\n" + _lines(entries),
    ),
}
