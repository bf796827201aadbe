"""What was probably meant: the names that resemble a given one, and the refusal of a name that nothing has.

Lives here: `near`, the one measure of all faults that name near words; `unknown`. May enter: any text and names.
Never here: what is found by words (text/), which names there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from rapidfuzz import fuzz, process

from kg.errors import InputError

NEAR, LONGEST = 3, 200
ALIKE, IN_PART = 65, 70
"""How alike, of 100: two names as wholes; a name and a part of another. Below, as many letters agree by chance."""
OTHERWISE = {
    "target": "risk",
    "source": "technique",
    "risk": "target",
    "technique": "source",
    "query": "q",
    "text": "q",
}
"""What a question calls by another name than most do."""


def near(given: str, names: Mapping[str, str] | Iterable[str], *, most: int = NEAR) -> list[str]:
    """Return at most `most` of the names that resemble a given one, best first; of a mapping the values of such keys.

    Example:
        >>> near("lroa", ["lora", "qlora", "fine-tuning"], most=2)
        ['lora', 'qlora']
        >>> near("nope", {"ntia2024openweights": "a work"}), near("target", ["min_strength"])
        ([], [])
    """
    called = names if isinstance(names, Mapping) else {name: name for name in names}
    folded, asked = {name: name.casefold() for name in called}, given[:LONGEST].casefold()
    hits = process.extract(asked, folded, scorer=fuzz.WRatio, limit=4 * most, score_cutoff=ALIKE)
    wholes = [(score, fuzz.ratio(asked, name), key) for name, score, key in hits]
    ranked = sorted(
        (one for one in wholes if one[1] >= ALIKE or (one[0] >= IN_PART and len(one[2]) > 1 < len(asked))),
        key=lambda one: (-one[0], -one[1], one[2]),
    )
    return list(dict.fromkeys(called[key] for *_, key in ranked))[:most]


def parameters(name: str, known: Collection[str]) -> list[str]:
    """Return the parameters that a name may mean: what other questions call so, then near words.

    Example:
        >>> parameters("target", ["risk", "technique", "min_strength"]), parameters("sort", ["status"])
        (['risk'], [])
    """
    other = OTHERWISE.get(name)
    return list(dict.fromkeys([*((other,) if other in known else ()), *near(name, list(known))]))[:NEAR]


def unknown(name: str, known: Collection[str], what: str, these: str = "it takes") -> InputError:
    """Return the fault of a name that is none of those that are known.

    Example:
        >>> str(unknown("max_link", ["sign", "max_links"], "parameter of this tool"))
        "max_link: 'max_link' is not a parameter of this tool; did you mean max_links? (it takes sign, max_links)"
    """
    hint = f"{these} {', '.join(known) if known else 'no parameters'}"
    return InputError(f"{name[:100]!r} is not a {what}", where=name[:100], near=parameters(name, known), hint=hint)
