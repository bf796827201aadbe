"""Records as documents: one entity, claim, evidence item or work with all that hangs on it, and filtered lists.

May enter: a network (for belief and what counts) and validated filters. Never here: searching by words, doors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from kg.criteria import said_of_status
from kg.door import checked
from kg.errors import InputError, NotFound, Words
from kg.ids import BETWEEN
from kg.later import Later
from kg.model import Claim, Entity, Evidence, Text, Work
from kg.network import Network, sign_of

if TYPE_CHECKING:
    from kg.citations import csl
else:
    csl = Later("kg.citations.csl")

R = TypeVar("R", Entity, Claim, Evidence, Work)
Document = dict[str, Any]
PAGE = 50
PAGE_MOST = 200


def entity(network: Network, id: str) -> Document:
    """Return an entity with its hierarchy, its matches and its claims."""
    record = network.snapshot.entity(id)
    claims = (*network.snapshot.claims_from(id), *network.snapshot.claims_to(id))
    return entity_document(network, record) | {"claims": [brief_claim(network, claim) for claim in claims]}


def entity_document(network: Network, record: Entity) -> Document:
    """Return an entity as lists show it."""
    snapshot = network.snapshot
    return {
        "id": record.id,
        "type": record.type,
        "label": record.label.document(),
        "definition": {} if record.definition is None else record.definition.document(),
        "aliases": list(record.aliases),
        "broader": record.broader,
        "narrower": list(snapshot.narrower(record.id)),
        "matches": [{"relation": relation, "iri": iri} for relation, iri in record.matches],
        "claims_out": len(snapshot.claims_from(record.id)),
        "claims_in": len(snapshot.claims_to(record.id)),
        "status": record.status,
    }


def claim(network: Network, id: str) -> Document:
    """Return a claim with its belief and every item for and against, and why an item does not count."""
    items = [evidence_document(network, item) for item in network.snapshot.evidence_of(id)]
    return {**brief_claim(network, network.snapshot.claim(id)), "evidence": items}


def brief_claim(network: Network, record: Claim) -> Document:
    """Return a claim without its evidence."""
    weighing = network.weighing(record.id)
    return {
        "id": record.id,
        "subject": record.subject,
        "relation": record.relation,
        "object": record.object,
        "sign": sign_of(record, network.vocabulary),
        "belief": weighing.opinion.document(),
        "contested": weighing.contested,
        "independent_groups": weighing.groups,
        "works": network.supporting_works([record.id]),
        "conditions": record.conditions,
        "status": record.status,
        "takes_part": record.id in network.links,
    }


def evidence(network: Network, id: str) -> Document:
    """Return one evidence item, found by id or alias."""
    return evidence_document(network, network.snapshot.item(id))


def evidence_document(network: Network, item: Evidence) -> Document:
    """Return an evidence item: what it says, whether it counts, and if not, why."""
    reason = why_not(network, item)
    shadow = dict(network.weighing(item.claim).shadowed).get(item.id)
    return {
        "id": item.id,
        "alias": item.alias,
        "claim": item.claim,
        "work": item.work,
        "stance": item.stance,
        "kind": item.kind,
        "strength": item.strength,
        "strength_reason": item.strength_reason,
        "locator": item.locator,
        "statement": item.statement,
        "quote": item.quote,
        "basis": item.basis,
        "inferred": item.inferred,
        "certainty": network.vocabulary.certainty(item.kind, item.strength, item.inferred).id,
        "counts": reason is None,
        "why_not": None if reason is None else reason.en,
        "represented_by": shadow,
        "status": item.status,
        "contributor": item.contributor,
        "recorded_at": item.recorded_at,
        "supersedes": item.supersedes,
    }


def why_not(network: Network, item: Evidence) -> Text | None:
    """Return None when an item counts, else the first reason why it does not, in both languages."""
    reason = network.verdicts.get(item.id)
    if reason is None and item.claim not in network.weighings:
        return said_of_status("claim", network.snapshot.claim(item.claim).status, network.vocabulary)
    return reason


def work(network: Network, id: str) -> Document:
    """Return a work with every item taken from it."""
    items = [evidence_document(network, item) for item in network.snapshot.evidence_from(id)]
    return {**work_document(network.snapshot.work(id)), "evidence": items}


def work_document(record: Work) -> Document:
    """Return a work as lists show it."""
    return {
        "id": record.id,
        "type": record.type,
        "title": record.title,
        "authors": list(record.authors),
        "year": record.year,
        "doi": record.doi,
        "arxiv": record.arxiv,
        "url": record.url,
        "status": record.status,
        "notice": record.notice,
        "independence_group": record.independence_group,
        "merged_into": record.merged_into,
        "csl": csl.item_of(record),
    }


@checked
def entities(
    network: Network,
    *,
    type: str | None = None,
    broader: str | None = None,
    limit: int = PAGE,
    after: str | None = None,
) -> Document:
    """List entities by id; `broader` keeps what is narrower than an entity, transitively; `type` includes subtypes."""
    snapshot = network.snapshot
    types = None if type is None else network.vocabulary.subtypes(network.vocabulary.entity_type(type, where="type").id)
    below = None if broader is None else snapshot.within(snapshot.entity(broader, where="broader").id) - {broader}
    kept = (
        record
        for record in snapshot.entities.values()
        if (types is None or record.type in types) and (below is None or record.id in below)
    )
    return _page(kept, lambda record: entity_document(network, record), limit, after, "no entity matches these filters")


@checked
def claims(
    network: Network,
    *,
    subject: str | None = None,
    relation: str | None = None,
    object: str | None = None,
    work: str | None = None,
    contested: bool | None = None,
    limit: int = PAGE,
    after: str | None = None,
) -> Document:
    """List claims by id. `relation` includes narrower relations; `work` keeps claims that the work bears on."""
    snapshot, vocabulary = network.snapshot, network.vocabulary
    relations = (
        None if relation is None else vocabulary.subrelations(vocabulary.relation(relation, where="relation").id)
    )
    subjects = None if subject is None else _ends(network, subject, "subject")
    objects = None if object is None else _ends(network, object, "object")
    cited = None if work is None else {item.claim for item in snapshot.evidence_from(snapshot.work(work).id)}
    kept = (
        record
        for record in snapshot.claims.values()
        if (relations is None or record.relation in relations)
        and (subjects is None or record.subject in subjects)
        and (objects is None or record.object in objects)
        and (cited is None or record.id in cited)
        and (contested is None or network.is_contested(record.id) is contested)
    )
    return _page(kept, lambda record: brief_claim(network, record), limit, after, "no claim matches these filters")


@checked
def works(
    network: Network, *, status: str | None = None, year: int | None = None, limit: int = PAGE, after: str | None = None
) -> Document:
    """List works by citation key."""
    wanted = None if status is None else network.vocabulary.work_status(status, where="status").id
    kept = (
        record
        for record in network.snapshot.works.values()
        if (wanted is None or record.status == wanted) and (year is None or record.year == year)
    )
    return _page(kept, work_document, limit, after, "no work matches these filters")


@checked
def items(
    network: Network,
    *,
    claim: str | None = None,
    work: str | None = None,
    stance: str | None = None,
    locator: str | None = None,
    limit: int = PAGE,
    after: str | None = None,
) -> Document:
    """List evidence items by id; `locator` keeps those whose locator begins with the text, case ignored."""
    snapshot = network.snapshot
    wanted = None if stance is None else network.vocabulary.stance(stance, where="stance").id
    of_claim = None if claim is None else snapshot.claim(claim).id
    of_work = None if work is None else snapshot.work(work).id
    place = None if locator is None else locator.casefold()
    kept = (
        item
        for item in snapshot.evidence.values()
        if (of_claim is None or item.claim == of_claim)
        and (of_work is None or item.work == of_work)
        and (wanted is None or item.stance == wanted)
        and (place is None or (item.locator or "").casefold().startswith(place))
    )
    return _page(kept, lambda item: evidence_document(network, item), limit, after, "no evidence matches these filters")


def show(network: Network, id: str) -> tuple[str, Document]:
    """Return the kind and the document of whatever record has this id, in the order entity, claim, work, evidence.

    Raises:
        NotFound: names near ids of all kinds.
        InputError: it is the name of several entities, and no id.
    """
    reads = {"entity": entity, "claim": claim, "work": work, "evidence": evidence}
    near: dict[str, tuple[str, ...]] = {}
    unusable: list[InputError] = []
    for kind, read in reads.items():
        try:
            return kind, read(network, id)
        except NotFound as missing:
            near[kind] = missing.near
        except InputError as fault:
            unusable.append(fault)
    if unusable:
        raise unusable[0]
    likely = "claim" if BETWEEN in id else "entity"
    others = [found[0] for kind, found in near.items() if found and kind != likely]
    raise NotFound(
        Words(
            f"no entity, claim, work or evidence item is called {id[:200]!r}",
            f"没有名为“{id[:200]}”的实体、论断、文献或证据",
        ),
        where="id",
        near=list(dict.fromkeys([*near[likely][:2], *others]))[:4],
        hint="`kg search` finds ids by words",
    )


def _ends(network: Network, entity: str, where: str) -> frozenset[str]:
    snapshot = network.snapshot
    id = snapshot.entity(entity, where=where).id
    return snapshot.within(id) if network.criteria.narrower else frozenset([id])


def _page(
    records: Iterable[R], document: Callable[[R], Document], limit: int, after: str | None, empty: str
) -> Document:
    """Cut one page by key: records come sorted by id, `after` is the last id of the page before."""
    if not 1 <= limit <= PAGE_MOST:
        raise InputError(
            f"{limit} is not a number of records from 1 to {PAGE_MOST}", where="limit", hint="page with `after`"
        )
    page: list[R] = []
    more = False
    for record in records:
        if after is not None and record.id <= after:
            continue
        if len(page) == limit:
            more = True
            break
        page.append(record)
    listed: Document = {"items": [document(record) for record in page], "next": page[-1].id if more else None}
    if not page:
        listed["note"] = empty if after is None else f"nothing comes after {after!r}"
    return listed
