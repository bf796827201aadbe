"""Records on the screen: one record as a card, lists, hits, the log.

Lives here: what a record looks like. May enter: documents. Never here: answers to questions (kg.cli.screen), JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from kg.cli.history_words import act
from kg.cli.screen import console, figure, label
from kg.cli.tables import Column, show
from kg.cli.words import counted, marks, say
from kg.graph import Graph
from kg.network import Network
from kg.question import taking_part
from kg.question.records import why_not
from kg.terms import Term

Document = Mapping[str, Any]
BAR = 30
POLARITY_WORDS = {1: "for", -1: "against", 0: "qualifies"}


def record(graph: Graph, kind: str, document: Document, network: Network) -> None:
    """Show one record, as the network under its criteria has it."""
    if kind == "entity":
        entity(graph, document)
    else:
        {"claim": claim, "work": work, "evidence": one_item}[kind](graph, document, network)


def entity(graph: Graph, document: Document) -> None:
    """Show an entity: what it is, where it stands, what it raises and lowers."""
    lang, out = graph.lang, console()
    type_ = graph.vocabulary.entity_types.get(document["type"])
    kind = document["type"] if type_ is None else type_.label.get(lang)
    names = " / ".join(document["label"].values())
    out.print(Text.assemble((names, "bold"), f"  {kind}  ", (document["id"], "dim")))
    _standing(graph, out, document)
    definition = document["definition"]
    if definition:
        out.print(escape(definition.get(lang, definition["en"])))
    for word, values in (
        ("aliases", document["aliases"]),
        ("broader", [] if document["broader"] is None else [document["broader"]]),
        ("narrower", document["narrower"]),
        ("matches", [f"{match['relation']} {match['iri']}" for match in document["matches"]]),
    ):
        if values:
            out.print(Text(f"{say(word, lang)}{marks(lang).colon}{marks(lang).also.join(values)}", style="dim"))
    out.print()
    if document["claims"]:
        _claims(graph, out, document["claims"])
    else:
        out.print(say("no_claims", lang))


def claim(graph: Graph, document: Document, network: Network) -> None:
    """Show a claim with both sides: what speaks for it, against it, limits it, and what does not count."""
    lang, out = graph.lang, console()
    relation = graph.vocabulary.relation(document["relation"])
    sentence = f"{label(graph, document['subject'])} –{relation.label.get(lang)}→ {label(graph, document['object'])}"
    out.print(Text.assemble((sentence, "bold"), "  ", (document["id"], "dim")))
    _standing(graph, out, document)
    idle = taking_part.sentence(network, document["id"], lang)
    if idle is not None:
        out.print(Text(idle, style="yellow"))
    belief = document["belief"]
    head = Text.assemble(f"{say('expected', lang)} ", (figure(belief["expected"]), "bold"))
    head.append(f"  {say('interval', lang)} {figure(belief['low'])} – {figure(belief['high'])}  ")
    head.append(bar(belief))
    if document["contested"]:
        head.append(f"  ! {say('contested', lang)}", style="yellow")
    out.print(head)
    shares = " · ".join(f"{_SHARES[name][lang]} {figure(belief[name])}" for name in _SHARES)
    out.print(Text(f"{shares} · {say('groups', lang)} {document['independent_groups']}", style="dim"))
    stances = graph.vocabulary.stances
    for polarity, word in POLARITY_WORDS.items():
        side = [item for item in document["evidence"] if stances[item["stance"]].polarity == polarity]
        if side:
            out.print()
            out.print(Text(f"{say(word, lang)}{marks(lang).inside(len(side))}", style="bold underline"))
            for item in side:
                passage(graph, out, item, network)


def one_item(graph: Graph, document: Document, network: Network) -> None:
    """Show one evidence item with the claim it bears on."""
    out = console()
    stance = graph.vocabulary.stances[document["stance"]].label.get(graph.lang)
    out.print(Text.assemble((document["id"], "bold"), f"  {stance}  ", document["claim"]))
    passage(graph, out, document, network)


def work(graph: Graph, document: Document, network: Network) -> None:
    """Show a work with the evidence taken from it."""
    lang, out = graph.lang, console()
    out.print(Text.assemble((document["title"], "bold"), "  ", (document["id"], "dim")))
    out.print(Text(f"{'; '.join(document['authors'])} ({document['year'] or '?'})"))
    places = [f"doi:{document['doi']}"] if document["doi"] else []
    places += [f"arXiv:{document['arxiv']}"] if document["arxiv"] else []
    places += [document["url"]] if document["url"] else []
    if places:
        out.print(Text("  ".join(places), style="dim"))
    status = graph.vocabulary.work_statuses[document["status"]]
    style = "bold red" if not status.counts else "dim"
    into = "" if document["merged_into"] is None else f" → {document['merged_into']}"
    out.print(Text(f"{say('status', lang)}{marks(lang).colon}{status.label.get(lang)}{into}", style=style))
    for item in document["evidence"]:
        out.print()
        stance = graph.vocabulary.stances[item["stance"]].label.get(lang)
        out.print(Text.assemble((stance, "bold"), "  ", item["claim"]))
        passage(graph, out, item, network)


def listing(graph: Graph, kind: str, page: Document, network: Network) -> None:
    """Show one page of records, as they stand in a network."""
    lang, out = graph.lang, console()
    if "note" in page:
        out.print(escape(page["note"]))
        return
    if kind == "claims":
        _claims(graph, out, page["items"])
    elif kind == "evidence":
        for item in page["items"]:
            one_item(graph, item, network)
    else:
        vocabulary = graph.vocabulary
        columns = ("id", "type", "label") if kind == "entities" else ("id", "year", "label", "status")
        rows = [
            (
                _marked(graph, item),
                _word(vocabulary.entity_types, item["type"], lang),
                item["label"].get(lang, item["label"]["en"]),
            )
            if kind == "entities"
            else (
                item["id"],
                str(item["year"] or ""),
                item["title"],
                _word(vocabulary.work_statuses, item["status"], lang),
            )
            for item in page["items"]
        ]
        show(out, [Column(say(word, lang), ids=word == "id", fixed=word == "year") for word in columns], rows)
    if page["next"] is not None:
        out.print(Text(f"{say('after', lang)} {page['next']}", style="dim"))


def _word(terms: Mapping[str, Term], id: str, lang: str) -> str:
    """Return a word of the ontology in a list: its id, as options take it, in English; its label in Chinese."""
    return id if lang == "en" or id not in terms else terms[id].label.get(lang)


def hits(graph: Graph, found: Document) -> None:
    """Show what a search found."""
    out = console()
    if "note" in found:
        out.print(escape(found["note"]))
        return
    rows = [
        (item["id"], say(item["kind"], graph.lang), item["label"], figure(item["score"])) for item in found["items"]
    ]
    words = ("id", "kind", "label", "score")
    show(
        out, [Column(say(word, graph.lang), ids=word == "id", fixed=word in {"kind", "score"}) for word in words], rows
    )


def log(page: Document, lang: str) -> None:
    """Show revisions, newest first."""
    out = console()
    if not page["items"]:
        out.print(say("no_revision", lang))
    for item in page["items"]:
        line = Text.assemble(
            (f"{item['number']:>6}", "bold"), f"  {item['recorded_at']}  {item['actor']}  {act(item['act'], lang)}"
        )
        if item["reason"]:
            line.append(f"  {item['reason']}", style="dim")
        out.print(line)
        out.print(Text(f"        {item['hash']}", style="dim"))


def verified(report: Document, lang: str) -> None:
    """Show what is wrong with the record, or that nothing is."""
    out = console()
    for problem in report["problems"]:
        out.print(Text(f"✗ {problem}", style="red"))
    if not report["problems"]:
        out.print(Text(say("whole", lang).format(counted(report["revision"], "revisions", lang)), style="green"))


_SHARES: dict[str, dict[str, str]] = {
    "belief": {"en": "belief", "zh": "信念"},
    "disbelief": {"en": "disbelief", "zh": "不信"},
    "uncertainty": {"en": "uncertainty", "zh": "不确定度"},
}


def _claims(graph: Graph, out: Console, claims: list[Document]) -> None:
    lang = graph.lang
    columns = [
        Column(say("claim", lang), ids=True),
        Column(say("expected", lang), fixed=True, right=True),
        Column(say("interval", lang), fixed=True),
        Column(say("works", lang), ids=True),
    ]
    rows = []
    for item in claims:
        name = _marked(graph, item)
        if item["contested"]:
            name.append(f"  ! {say('contested', lang)}", style="yellow")
        if not item["takes_part"]:
            name.append(f"  {say('idle', lang)}", style="yellow")
        belief = item["belief"]
        span = f"{figure(belief['low'])} – {figure(belief['high'])}"
        rows.append((name, figure(belief["expected"]), span, ", ".join(item["works"])))
    show(out, columns, rows)


def _standing(graph: Graph, out: Console, document: Document) -> None:
    """Show the status of an entity or a claim, where it is not that of what was accepted."""
    status = graph.vocabulary.statuses[document["status"]]
    if not status.counts:
        said = f"{say('status', graph.lang)}{marks(graph.lang).colon}{status.label.get(graph.lang)}"
        out.print(Text(said, style="bold red"))


def _marked(graph: Graph, document: Document) -> Text:
    """Return the id of a record, with its status where that is not that of what was accepted."""
    status = graph.vocabulary.statuses[document["status"]]
    marked = Text(document["id"])
    return marked if status.counts else marked.append(f"  {status.label.get(graph.lang)}", style="bold red")


def passage(graph: Graph, out: Console, item: Document, network: Network | None = None) -> None:
    """Show one item: who says what, how good that is, and why it does not count when it does not.

    Args:
        graph: Gives the language and its words.
        out: The screen.
        item: The document of the item.
        network: Gives the reason in that language; only items that count are shown without one.
    """
    lang, vocabulary, signs = graph.lang, graph.vocabulary, marks(graph.lang)
    found = graph.snapshot.works.get(item["work"])
    year = "?" if found is None or found.year is None else str(found.year)
    kind = vocabulary.study_kinds[item["kind"]].label.get(lang)
    strength = vocabulary.strengths[item["strength"]].label.get(lang)
    certainty = vocabulary.certainties[item["certainty"]].label.get(lang)
    head = Text.assemble("  • ", (item["work"], "bold"), f" ({year})  {kind}{signs.comma}{strength} → {certainty}")
    if item["inferred"]:
        head.append(f"  {say('inferred', lang)}", style="yellow")
    head.append(f"  {item['alias'] or item['id']}", style="dim")
    status = vocabulary.statuses[item["status"]]
    if not status.counts:
        head.append(f"  {status.label.get(lang)}", style="bold red")
    out.print(head)
    out.print(Padding(escape(item["statement"]), (0, 0, 0, 4)))
    if item["quote"]:
        out.print(Padding(Text(f"“{item['quote']}”", style="italic"), (0, 0, 0, 4)))
    facts = [say("read_in", lang) + signs.colon + vocabulary.bases[item["basis"]].label.get(lang)]
    if item["locator"]:
        facts.append(say("locator", lang) + signs.colon + item["locator"])
    if item["represented_by"]:
        facts.append(f"{say('represented_by', lang)} {item['represented_by']}")
    out.print(Padding(Text(signs.semicolon.join(facts), style="dim"), (0, 0, 0, 4)))
    reason = None if network is None else why_not(network, network.snapshot.item(item["id"]))
    if reason is not None:
        said = say("counts_not", lang) + signs.colon + reason.get(lang)
        out.print(Padding(Text(said, style="yellow"), (0, 0, 0, 4)))


def bar(belief: Mapping[str, float]) -> Text:
    """Draw belief, uncertainty and disbelief as a bar of 30 characters."""
    sure, against = round(belief["belief"] * BAR), round(belief["disbelief"] * BAR)
    bar = Text("█" * sure, style="blue")
    bar.append("░" * (BAR - sure - against), style="dim")
    return bar.append("█" * against, style="red")
