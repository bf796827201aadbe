"""Names of people in answers are those of now, also where no revision was written since."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.test_writing import ENTITY, REVIEW
from tests.api.writers import ITEM, Place, place

NAMED = [
    "/api/v1/revisions",
    "/api/v1/revisions/{last}",
    "/api/v1/reviews",
    "/api/v1/reviews/weight-surgery",
    "/api/v1/entities/weight-surgery/history",
    "/api/v1/dossiers/entity/weight-surgery",
    "/entities/weight-surgery?view=history",
    "/?focus=weight-surgery&entity=weight-surgery",
]


@pytest.fixture
def here(database_url: str) -> Iterator[Place]:
    """A record with an entity that ann proposed."""
    with place(database_url) as made:
        assert made.post("/entities", ENTITY).status_code == 201
        yield made


@pytest.mark.parametrize("address", NAMED)
def test_a_name_that_the_operator_changes_is_told_at_once(here: Place, address: str) -> None:
    if address.startswith("/?"):
        assert here.post("/reviews", REVIEW, who="bob").status_code == 200
    address = address.format(last=here.graph.revision)
    first = here.client.get(address)
    assert (first.status_code, "Ann Lee" in first.text) == (200, True), first.text
    tag = {"If-None-Match": first.headers["etag"]}
    again = here.client.get(address)
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert here.client.get(address, headers=tag).status_code == 304
    before = here.graph.revision
    here.graph.create_token("ann", name="Ann Li")
    for headers in ({}, tag, {"Cookie": "a=b"}):
        then = here.client.get(address, headers=headers)
        assert (then.status_code, "Ann Li" in then.text, "Ann Lee" in then.text) == (200, True, False)
        assert then.headers["etag"] != first.headers["etag"]
    assert here.graph.revision == before


@pytest.mark.parametrize("address", ["/api/v1/revisions", "/api/v1/entities/weight-surgery/history"])
def test_an_orcid_is_told_at_once_too(here: Place, address: str) -> None:
    tag = here.client.get(address).headers["etag"]
    here.graph.create_token("ann", orcid="0000-0002-1825-0097")
    then = here.client.get(address, headers={"If-None-Match": tag})
    assert "0000-0002-1825-0097" in then.json()["people"]["ann"]["orcid"]


def test_the_page_of_an_item_names_its_contributor_of_now(sqlite_url: str) -> None:
    with place(sqlite_url) as here:
        address = "/evidence/" + here.post("/evidence", ITEM).json()["id"] + "?include_proposed=true"
        assert "Ann Lee" in here.client.get(address).text
        here.graph.create_token("ann", name="Ann Li")
        assert "Ann Li" in here.client.get(address).text
