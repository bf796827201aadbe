"""Records as they stand: found by words, one by one, in lists.

Lives here: `Looking`, a part of the face. May enter: raw parameters of any door; they are parsed here, once.
Never here: documents of records (question/records), how words are found (text/), printing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kg.asking import Asking
from kg.contribute.names import identified
from kg.criteria import parse_flag, parse_int
from kg.question import records, search
from kg.question.answers import Answer

Document = dict[str, Any]


class Looking(Asking):
    """Search, and the documents of entities, claims, works and evidence."""

    def search(self, text: str, *, limit: Any = 20, lang: str | None = None) -> Answer:
        """Entities, claims and works by words, in English or Chinese, forgiving typos."""
        most = parse_int(limit, name="limit", low=1, high=records.PAGE_MOST)
        still = self.at_one_revision()
        return Answer(search.find(still._text(), still.snapshot, text, limit=most, lang=self._lang(lang)))

    def entity(self, id: str, **criteria: Any) -> Answer:
        """One entity with its hierarchy and claims."""
        network = self.known_part(self._criteria(criteria))
        return Answer(self._dated(network, lambda: records.entity(network, self._id(id, criteria))))

    def claim(self, id: str, **criteria: Any) -> Answer:
        """One claim with its belief and its evidence, both sides."""
        network = self.known_part(self._criteria(criteria))
        return Answer(self._dated(network, lambda: records.claim(network, id)))

    def work(self, id: str, **criteria: Any) -> Answer:
        """One work, by key, DOI or arXiv id, with the evidence taken from it."""
        network, key = self.known_part(self._criteria(criteria)), self._work(id, criteria)
        return Answer(self._dated(network, lambda: records.work(network, key)))

    def item(self, id: str, **criteria: Any) -> Answer:
        """One evidence item, by id or alias."""
        network = self.known_part(self._criteria(criteria))
        return Answer(self._dated(network, lambda: records.evidence(network, id)))

    def show(self, id: str, **criteria: Any) -> tuple[str, Answer]:
        """Whatever record has this id, with its kind; a work also by its DOI or arXiv id."""
        network = self.known_part(self._criteria(criteria))
        snapshot = network.snapshot
        name = snapshot.named(id)
        if id in snapshot.works or id in snapshot.evidence:
            name = id
        elif name not in snapshot.entities and (work := identified(snapshot, id, where="id")) is not None:
            name = work.id
        kind, document = self._dated(network, lambda: records.show(network, name))
        return kind, Answer(document)

    def entities(
        self,
        *,
        type: str | None = None,
        broader: str | None = None,
        limit: Any = records.PAGE,
        after: str | None = None,
        **criteria: Any,
    ) -> Answer:
        """One page of entities, filtered by `type` and `broader`. See `kg.question.records.entities`."""
        above = None if broader is None else self._id(broader, criteria)
        return self._list(records.entities, criteria, limit, type=type, broader=above, after=after)

    def claims(
        self,
        *,
        subject: str | None = None,
        relation: str | None = None,
        object: str | None = None,
        work: str | None = None,
        contested: Any = None,
        limit: Any = records.PAGE,
        after: str | None = None,
        **criteria: Any,
    ) -> Answer:
        """One page of claims, filtered by ends, relation, work, and whether they are contested.

        `relation`, one of them, filters the list; it is no criterion here. See `kg.question.records.claims`.
        """
        filters: dict[str, Any] = {
            "subject": None if subject is None else self._id(subject, criteria),
            "relation": relation,
            "object": None if object is None else self._id(object, criteria),
            "work": None if work is None else self._work(work, criteria),
            "contested": None if contested is None else parse_flag(contested, name="contested"),
        }
        return self._list(records.claims, criteria, limit, **filters, after=after)

    def works(
        self,
        *,
        status: str | None = None,
        year: Any = None,
        limit: Any = records.PAGE,
        after: str | None = None,
        **criteria: Any,
    ) -> Answer:
        """One page of works, filtered by `status` and `year`. See `kg.question.records.works`."""
        number = None if year is None else parse_int(year, name="year", low=0, high=9999)
        return self._list(records.works, criteria, limit, status=status, year=number, after=after)

    def evidence(
        self,
        *,
        claim: str | None = None,
        work: str | None = None,
        stance: str | None = None,
        locator: str | None = None,
        limit: Any = records.PAGE,
        after: str | None = None,
        **criteria: Any,
    ) -> Answer:
        """One page of evidence, filtered by claim, work, stance and locator. See `kg.question.records.items`."""
        key = None if work is None else self._work(work, criteria)
        filters = {"claim": claim, "work": key, "stance": stance, "locator": locator, "after": after}
        return self._list(records.items, criteria, limit, **filters)

    def _list(self, listed: Callable[..., Document], criteria: Mapping[str, Any], limit: Any, **filters: Any) -> Answer:
        network = self.known_part(self._criteria(criteria))
        most = parse_int(limit, name="limit", low=1, high=records.PAGE_MOST)
        return Answer(self._dated(network, lambda: listed(network, limit=most, **filters)))
