"""LaTeX to Unicode and back, as far as bibliographies need it.

Lives here: one pass over a field, tables of accents and symbols. May enter: nothing of ours.
Never here: the macros of a file.
"""

from __future__ import annotations

import re
import unicodedata

ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331",
}  # fmt: skip
SYMBOLS = {
    "ss": "ß", "SS": "ẞ", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł",
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ",
    "ng": "ŋ", "NG": "Ŋ", "S": "§", "P": "¶", "copyright": "©", "pounds": "£", "textsterling": "£", "euro": "€",
    "texteuro": "€", "dots": "…", "ldots": "…", "textellipsis": "…", "textendash": "–", "textemdash": "—",
    "textquoteleft": "‘", "textquoteright": "’", "textquotedblleft": "“", "textquotedblright": "”",
    "textquotesingle": "'", "textquotedbl": '"', "guillemotleft": "«", "guillemotright": "»",
    "textregistered": "®", "texttrademark": "™", "textdegree": "°", "degree": "°", "textbullet": "•",
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textasciigrave": "`",
    "textbraceleft": "{", "textbraceright": "}", "lbrace": "{", "rbrace": "}", "textunderscore": "_",
    "textdollar": "$", "textbar": "|", "textless": "<", "textgreater": ">", "backslash": "\\",
    "textexclamdown": "¡", "textquestiondown": "¿", "slash": "/", "hyphen": "-", "newline": "\n", "par": "\n",
    "times": "×", "pm": "±", "cdot": "·", "sim": "~", "approx": "≈", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥",
    "neq": "≠", "to": "→", "rightarrow": "→", "leftarrow": "←", "infty": "∞", "circ": "∘", "ell": "ℓ",
    "in": "∈", "sum": "∑", "prod": "∏", "partial": "∂", "nabla": "∇", "mu": "μ", "textmu": "µ",
    "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX",
}  # fmt: skip
_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ",
    "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
SYMBOLS |= _GREEK
_TRANSPARENT_WORDS = (
    "emph textit textbf textsc texttt textsf textrm textmd textup textsl textnormal text mathrm mathbf mathit mathcal "
    "mathsf mathtt mathbb mathfrak operatorname mbox hbox url path uppercase enquote underline ensuremath "
    "textsubscript textsuperscript MakeUppercase MakeLowercase uline foreignlanguage "
    "em it bf sc rm tt sf sl itshape bfseries scshape upshape slshape ttfamily rmfamily sffamily normalfont "
    "tiny small large displaystyle textstyle relax protect null bibinfo mkbibquote mkbibemph mkbibbold"
)
TRANSPARENT = frozenset(_TRANSPARENT_WORDS.split())
_PUNCTUATION = {",": " ", ";": " ", ":": " ", "!": "", "-": "", "/": "", "\\": " ", "\n": " ", " ": " ", "@": ""}
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|---?|``|''|[{}$~]|[^\\{}$~`'-]+|.", re.DOTALL)
_SPECIAL = {
    "\\": r"{\textbackslash}", "{": r"{\textbraceleft}", "}": r"{\textbraceright}", "$": r"\$", "&": r"\&",
    "%": r"\%", "#": r"\#", "_": r"\_", "~": r"{\textasciitilde}", "^": r"{\textasciicircum}",
    "`": r"{\textasciigrave}", "\n": r"{\newline}", "-": "-", "'": "'",
}  # fmt: skip
_TO_ESCAPE = re.compile(r"[\\{}$&%#_~^`\n]|-{2,}|'{2,}")
_VERBATIM = re.compile(r"\\([%#&_$~{}^])|[{}]")
_MARKED = re.compile(r"[\\{}$~`]|--|''")


def to_unicode(latex: str) -> str:
    r"""Return the text that LaTeX would print; a command that is not known stays as it is written.

    Cost: one pass, linear in the length.

    Example:
        >>> to_unicode(r"Tram{\`e}r, {\L}ucki and \emph{the {LLM}} of $\alpha$ --- 100\% \o")
        'Tramèr, Łucki and the LLM of α — 100% ø'
    """
    if _MARKED.search(latex) is None:
        return latex
    return _Printer(latex).text()


def from_unicode(text: str) -> str:
    r"""Return LaTeX that prints `text`; letters beyond ASCII stay as they are.

    Law: `to_unicode(from_unicode(text)) == text`.

    Example:
        >>> from_unicode("50% of R&D -- {x}")
        '50\\% of R\\&D -{}- {\\textbraceleft}x{\\textbraceright}'
    """
    return _TO_ESCAPE.sub(_escape, text)


def verbatim(latex: str) -> str:
    r"""Return a field that LaTeX takes literally (an address, a DOI, a file) without the usual escapes.

    Example:
        >>> verbatim(r"\url{https://example.org/a\_b{\%}c}")
        'https://example.org/a_b%c'
    """
    text = re.sub(r"^\s*\\(?:url|path|nolinkurl)\s*\{(.*)\}\s*$", r"\1", latex, flags=re.DOTALL)
    text = re.sub(r"\{?\\(?:textasciitilde|sim)\}?(?:\{\})?|\$\\sim\$|\\~\{\}", "~", text)
    text = re.sub(r"\{?\\textless\}?(?:\{\})?|\$<\$", "<", text)
    text = re.sub(r"\{?\\textgreater\}?(?:\{\})?|\$>\$", ">", text)
    text = re.sub(r"\\textunderscore(?:\{\})?", "_", text)
    return _VERBATIM.sub(lambda found: found[1] or "", text)


def _escape(found: re.Match[str]) -> str:
    given = found[0]
    return _SPECIAL[given] if len(given) == 1 else "{}".join(given)


class _Printer:
    """One pass over the pieces; an accent waits for the next letter."""

    def __init__(self, latex: str) -> None:
        self._pieces = _TOKEN.findall(latex)
        self._at = 0
        self._printed: list[str] = []
        self._open_quotes = 0

    def text(self) -> str:
        while self._at < len(self._pieces):
            piece = self._pieces[self._at]
            self._at += 1
            self._printed.append(self._print(piece))
        return unicodedata.normalize("NFC", "".join(self._printed))

    def _print(self, piece: str) -> str:
        if len(piece) > 1 and piece[0] == "\\":
            return self._command(piece)
        if piece == "$":
            return self._math()
        if piece == "`":
            self._open_quotes += 1
            return "‘"
        if piece == "'" and self._open_quotes and not self._peek()[:1].isalpha():
            self._open_quotes -= 1
            return "’"
        return _PLAIN.get(piece, piece)

    def _command(self, piece: str) -> str:
        name = piece[1:]
        if self._is_accent(name):
            return self._accent(ACCENTS[name])
        if name in SYMBOLS or name in TRANSPARENT:
            self._swallow_space()
            return SYMBOLS.get(name, "")
        if name == "href":
            self._skip_group()
            return ""
        if name.isalpha():
            self._keep_group()
            return piece
        return _PUNCTUATION.get(name, name)

    def _is_accent(self, name: str) -> bool:
        return name in ACCENTS and (not name.isalpha() or self._peek()[:1] in {"{", " ", "\\"})

    def _peek(self) -> str:
        return self._pieces[self._at] if self._at < len(self._pieces) else ""

    def _swallow_space(self) -> None:
        piece = self._peek()
        if piece[:1].isspace():
            self._pieces[self._at] = piece.lstrip()
            if not self._pieces[self._at]:
                self._at += 1
        elif piece == "{" and self._pieces[self._at + 1 : self._at + 2] == ["}"]:
            self._at += 2

    def _keep_group(self) -> None:
        """Leave the braces of an unknown command's argument in the text."""
        if self._peek() != "{":
            return
        depth = 0
        for at in range(self._at, min(self._at + 200, len(self._pieces))):
            depth += {"{": 1, "}": -1}.get(self._pieces[at], 0)
            if depth == 0:
                self._pieces[self._at], self._pieces[at] = r"\{", r"\}"
                return

    def _accent(self, mark: str) -> str:
        """Print the letter that follows with its accents: however many there are, none is read within another."""
        marks = [mark]
        text = ""
        while not text and self._accent_begins():
            piece = self._peek()
            self._at += 1
            if self._is_accent(piece[1:]):
                marks.append(ACCENTS[piece[1:]])
            else:
                text = self._command(piece)
                text = {"ı": "i", "ȷ": "j"}.get(text, text) or marks.pop()
        piece = self._peek()
        if not text and piece and piece not in {"{", "}", "$", "~"}:
            self._pieces[self._at] = piece[1:]
            if len(piece) == 1:
                self._at += 1
            text = piece[0]
        elif not text:
            text = _ALONE.get(marks.pop(), "") or (marks.pop() if marks else "")
        return text[:1] + "".join(marks) + text[1:]

    def _accent_begins(self) -> bool:
        """Pass over blanks and braces; tell whether what stands there is a command."""
        self._swallow_blank()
        braced = 0
        while self._peek() == "{" and braced < 3:
            braced += 1
            self._at += 1
        piece = self._peek()
        return piece[:1] == "\\" and len(piece) > 1

    def _swallow_blank(self) -> None:
        piece = self._peek()
        if piece[:1].isspace():
            self._pieces[self._at] = piece.lstrip()
            if not self._pieces[self._at]:
                self._at += 1

    def _skip_group(self) -> None:
        self._swallow_blank()
        depth = 0
        while self._at < len(self._pieces):
            depth += {"{": 1, "}": -1}.get(self._pieces[self._at], 0)
            self._at += 1
            if depth <= 0:
                return

    def _math(self) -> str:
        """Print `$...$` without its dollars when it reads as mathematics; else the dollar is money."""
        follows = self._peek()
        if follows == "$":
            return "$"
        for end in range(self._at, min(self._at + 200, len(self._pieces))):
            if self._pieces[end] == "$":
                before, after = self._pieces[end - 1], self._pieces[end + 1 : end + 2]
                if follows[:1].isspace() or before[-1:].isspace() or (after and after[0][:1].isdigit()):
                    return "$"
                self._pieces[end] = ""
                return ""
        return "$"


_ALONE = {"\u0302": "^", "\u0303": "~", "\u0300": "`", "\u0301": "´", "\u0308": "¨"}
_PLAIN = {"{": "", "}": "", "~": " ", "---": "—", "--": "–", "``": "“", "''": "”"}
