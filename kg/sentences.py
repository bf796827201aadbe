"""Claims as sentences, in English and Chinese, from the labels of entities and relations.

Lives here: the wording of one claim. May enter: a claim, a snapshot, a vocabulary. Never here: numbers, belief, HTML.
"""

from __future__ import annotations

import re
from functools import lru_cache

from kg.model import Claim, Text
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary


def sentence(claim: Claim, snapshot: Snapshot, vocabulary: Vocabulary) -> Text:
    """Return a claim as a sentence without full stop; ids stand in for entities and relations that are unknown.

    An English verb agrees with its subject (see `agreeing`). A Chinese relation such as "由…实施" takes its object at
    the ellipsis.

    Example:
        >>> from kg.model import Entity
        >>> from kg.vocabulary import load
        >>> ends = [Entity("kyc", "Mitigation", Text("KYC")), Entity("labs", "Actor", Text("Model makers", "开发者"))]
        >>> sentence(Claim("", "kyc", "exercised-by", "labs"), Snapshot.of(1, None, ends), load())
        Text(en='KYC is exercised by model makers', zh='KYC由开发者实施')
    """
    relation = vocabulary.relations.get(claim.relation)
    verb = Text(claim.relation) if relation is None else relation.label
    subject, object = (
        Text(id) if id not in snapshot.entities else snapshot.entities[id].label for id in (claim.subject, claim.object)
    )
    said, end = verb.get("zh"), object.get("zh")
    return Text(
        f"{subject.en} {agreeing(verb.en, subject.en)} {inside(object.en)}",
        subject.get("zh") + (said.replace("…", end, 1) if "…" in said else said + end),
    )


def spaced(name: str) -> str:
    """Return a name as it stands in a Chinese sentence that goes on: with a space where it ends in Latin letters.

    Example:
        >>> spaced("hu2022lora") + "等", spaced("Hu 等（2022）") + "等", spaced("“微调”") + "等"
        ('hu2022lora 等', 'Hu 等（2022）等', '“微调”等')
    """
    return f"{name} " if name[-1:] < "\u2000" else name


_AFTER_HEAD = re.compile(
    r"[ ,;:(](?:about|after|against|as|at|before|between|by|during|for|from|in|into|of|on|over|than|that|through|to|"
    r"under|via|when|where|which|who|whose|with|within|without)\b|[,;:(]",
)
_PARTICIPLE = re.compile(r" (?:[a-z-]+ed|able|borne|built|done|given|known|made|shown|unable|used|written)$")
_DOING = re.compile(r"(?!(?:computing|learning|scaling|training|tuning)\b)[a-z]+ing [a-z-]+$", re.IGNORECASE)
_ENDS_AS_ONE = re.compile(r"(?:ss|us|is)$")
_ONE = frozenset(
    re.findall(
        "[a-z]+",
        "always asbestos atlas bias biogas canvas caries chaos christmas cosmos diabetes economics ethics ethos "
        "forensics gas herpes kudos lens logistics mathematics measles molasses mumps news pancreas pathos physics "
        "politics rabies rickets robotics scabies series shingles species statistics syngas thermos",
    )
)
_NAME = re.compile(r" (?:[A-Z][a-z]+|[0-9]{4}(?:[-–][0-9]{2,4})?)(?![\w-])")
"""A later word with a capital of its own (not an acronym, and no mixture such as LoRA), or a year: it is a name."""
_MANY = frozenset(re.findall("[a-z]+", "children criteria feet men mice people phenomena teeth women"))


@lru_cache(maxsize=4_096)
def plural(label: str) -> bool:
    """Say whether an English label stands for several things: the one rule for verbs, read off the label.

    What counts is its head, the words before the first "of", "that", "for" and the like, without a participle at their
    end: two heads joined by "and" are several, else the last word decides by its ending. "Doing things" is one act.

    Source: ours; the words that end otherwise than they count are listed above. A label that the rule reads wrongly
    is helped by other words, as no field of the record says its number. It is code and not ontology, since it is
    English grammar: it holds for labels that contributors write, of which the ontology knows none.

    Example:
        >>> [plural(label) for label in ("Adversarial suffixes", "Techniques that cut cost", "Safety of models")]
        [True, True, False]
        >>> [plural(label) for label in ("Query access", "Withholding weights", "Monitoring and policies")]
        [False, False, True]
    """
    found = _AFTER_HEAD.search(label, 1)
    head = _PARTICIPLE.sub("", label[: found.start()].rstrip()) if found else label
    if " and " in head:
        return True
    last = head.rpartition(" ")[2].rpartition("-")[2]
    if last.lower() in _MANY:
        return True
    if not last.endswith("s") or _ENDS_AS_ONE.search(last) or last.lower() in _ONE:
        return False
    return _DOING.fullmatch(head) is None


def agreeing(verb: str, subject: str) -> str:
    """Return an English verb in the third person as it agrees with the label of its subject.

    Each verb of "raises and lowers" agrees; "exercised by" gets the verb that it lacks.

    Example:
        >>> [agreeing(verb, "Model soups") for verb in ("raises", "both raises and lowers", "exercised by")]
        ['raise', 'both raise and lower', 'are exercised by']
        >>> agreeing("exercised by", "Auditing"), agreeing("applies to", "Rules"), agreeing("reaches", "Rules")
        ('is exercised by', 'apply to', 'reach')
    """
    return _form(verb, plural(subject))


@lru_cache(maxsize=1024)
def _form(verb: str, many: bool) -> str:
    words = verb.split(" ")
    if words[0].endswith("ed") and words[1:] == ["by"]:
        return f"{'are' if many else 'is'} {verb}"
    if not many:
        return verb
    at = 1 if words[0] == "both" and len(words) > 1 else 0
    places = {at, *(place + 1 for place, word in enumerate(words[:-1]) if word in {"and", "or"})}
    return " ".join(_base(word) if place in places else word for place, word in enumerate(words))


def _base(verb: str) -> str:
    """Return a verb without the ending of the third person."""
    irregular = {"is": "are", "has": "have", "does": "do", "goes": "go", "was": "were"}
    if verb in irregular:
        return irregular[verb]
    if verb.endswith("ies") and len(verb) > 4:
        return f"{verb[:-3]}y"
    if verb.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return verb[:-2]
    return verb[:-1] if verb.endswith("s") and not verb.endswith("ss") else verb


@lru_cache(maxsize=4_096)
def inside(label: str) -> str:
    """Return a label as it reads inside an English sentence: a name of several words stays as it is.

    Example:
        >>> inside("Fine-tuning"), inside("LoRA"), inside("IA3 scaling"), inside("Action Plan 2013-2017")
        ('fine-tuning', 'LoRA', 'IA3 scaling', 'Action Plan 2013-2017')
    """
    if _NAME.search(label):
        return label
    rest = label.split(" ", 1)[0][1:]
    return label[0].lower() + label[1:] if rest.replace("-", "").islower() else label
