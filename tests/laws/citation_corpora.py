"""Sample sources of every format and ways to spoil them, by text and by structure."""

from __future__ import annotations

import random

BIBTEX = r"""% a remark
@string{jmlr = "Journal of " # "Machine Learning"}
@comment{jabref-meta: databaseType:bibtex;}
@article{hu2022, author = {Hu, Edward J. and {RAND Corporation} and others},
  title = {{LoRA}: {\"U}ber \emph{x} $\alpha$},
  journal = jmlr, year = 2022, month = jul # "~4", pages = "1--9", doi = {10.1234/x_y}}
@inproceedings(li2021, title = "Prefix (tuning)", crossref = {proc}, author = {张三 and 欧阳 修})
@proceedings{proc, title = {Proceedings of X}, year = {2021}, editor = {A. von B}}
@misc{hu2022, title = {Second}, eprint = {2106.09685}, archivePrefix = {arXiv}, verified = {yes}, date = {2020-01/2021}}
"""
RIS = """TY  - JOUR
TI  - One
AU  - Hu, Edward J.
AB  - A long text
  that goes on
DA  - 2022/05/01/
SP  - 1
EP  - 9
DO  - 10.1234/x
ER  -

TY  - CHAP
T1  - 微调
A1  - 张三
BT  - Book
UR  - https://example.org/a
KW  - a
KW  - b
C8  - csl_json {"set":{"scale":"1:10"}}
ER  -
"""
NBIB = """PMID- 12345
TI  - A title that runs
      over two lines.
FAU - Hu, Edward J
AU  - Hu EJ
DP  - 2021 Mar 3
PG  - 1123-30
LID - 10.1234/x [doi]
PT  - Journal Article
PT  - Retracted Publication
AB  - Words.

PMID- 12346
TI  - Another.
AU  - Li Z
CN  - A Group
"""
ENDNOTE = """<?xml version="1.0"?><xml><records><record><ref-type name="Journal Article">17</ref-type>
<contributors><authors><author><style face="normal">Hu, Edward</style></author></authors></contributors>
<titles><title>One &amp; two</title>
<secondary-title>J</secondary-title></titles><dates><year>2022</year></dates><pages>1-9</pages></record>
<record><titles><title><style>微调</style></title></titles><urls><related-urls><url>https://example.org/a</url>
</related-urls></urls></record></records></xml>
"""
CSL = """[
{"id":"a","type":"article-journal","title":"One","author":[{"family":"Hu","given":"E."}],"issued":{"date-parts":[[2022,5]]}},
{"id":"b","type":"book","title":"Two \\"x\\"","custom":{"a":[1,{"b":null}]},"volume":7},
{"id":"c","title":"Three","author":[{"literal":"RAND"}],"issued":{"raw":"2020-01"}}
]
"""
CSV = '''title,authors,year,doi,type,extra
"One, and ""two""","Hu, Edward; RAND",2022,10.1234/x,article-journal,'=1+1
微调,张三; et al.,2021,,book,
"lines
two",,"in press",https://doi.org/10.1/y,Journal Article,x
'''
SPLINTERS = [
    *"{}\"\\#,=%$~\x00\ufeff\r\n\t\u2028\ud800\u202e<&[]:-'`é微😀\u0301;()\x0b\x85",
    "@article{k,", "\n@book{b, title={x}}\n", "@string{a=b}", "\r\n", "TY  - JOUR\n", "ER  - \n", "TY - BOOK\n",
    "AU  - ",
    "PMID- 1\n", "<record>", "</record>", "&nbsp;", "]]>", "<![CDATA[", "null", "NaN", "1e999", "\\'e", "\\textbf{",
    "and others", " and ", "10.1/", "10.1234/a", "http://", "9" * 30, "  ", "''", '""', "//", "<title>", "</title>",
    "\\u0000", "\\ud800", "custom",
]  # fmt: skip
BRICKS = [
    *"{}\\$`~ \n@&[\",9", "@a{", "@a{b,", "@a(", '@a{b,c="', "@a{b,c={", "\\'", "{\\'", "$a$", "''", "--", "%\n",
    "@string{a=", "TY  - \n", "TY  - JOUR\n", "ER  - \n", "AU  - x\n", " TY  - JOUR\n", "PMID- 1\n", "<record>",
    "<record", "<a>", "<a ", "</", '{"a":', "[{", '\\"', '"\\', "a,", '"a', '"a\n', "and ", " and", "a and ", "10.",
    "a=b,", "# ", "@comment{", 'title\n"\n',
]  # fmt: skip
FRAMES = [
    ("@a{b, title={", "}}"), ("@a{b, author={", "}}"), ("@a{b, pages={", "}}"), ("@a{b, year={", "}}"),
    ("@a{b, url={", "}}"), ("TY  - JOUR\nAU  - ", "\nER  - \n"), ("TY  - JOUR\nSP  - ", "\nER  - \n"),
    ("PMID- 1\nDP  - ", "\n"), ('[{"title":"', '"}]'), ('title\n"', '"\n'),
    ("<record><titles><title>", "</title></titles></record>"),
]  # fmt: skip
FILLINGS = ("a", " ", "a ", "1-", "{}", "\\", "$", "and ", ",", "~", "{\\'a}", "\\foo{", "2020/", "<", "`", "-")


def spoiled(text: str, chance: random.Random) -> str:
    """Return the text after a few random edits."""
    for _ in range(chance.randint(1, 8)):
        at, to = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
        near = min(to, at + chance.choice([1, 3, 20, 200]))
        edit = chance.randint(0, 6)
        if edit == 0:
            text = text[:at] + text[near:]
        elif edit in {1, 2}:
            text = text[:at] + chance.choice(SPLINTERS) * chance.choice([1, 1, 1, 2, 5]) + text[at:]
        elif edit == 3:
            text = text[:at] + text[at:near] * 2 + text[near:]
        elif edit == 4:
            text = text[:at] + chance.choice(SPLINTERS) + text[near:]
        elif edit == 5:
            text = text.replace("\n", chance.choice(["\r\n", "\r", "\n\n", " "]))
        else:
            text = text[: max(at, 1)]
    return text[:20_000]


def towers(size: int) -> list[str]:
    """Return texts of one shape repeated: deep, wide, never closed, to send a careless pattern back and forth."""
    made = [brick * (size // len(brick)) for brick in BRICKS]
    made += [head + part * (size // len(part)) + tail for head, tail in FRAMES for part in FILLINGS]
    made.append("@string{a0={" + "x" * 1000 + "}}\n" + "".join(f"@string{{a{n + 1}=a{n}#a{n}}}\n" for n in range(40)))
    made.append("".join(f"@a{{k{n}, title={{x}}, crossref={{k{n + 1}}}}}\n" for n in range(size // 40)))
    return made
