"""Signing in with a browser: the cookie, the proof that a form is ours, where it leads, and when it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from kg.settings import Budgets
from kg_api import problems, security
from tests.api.writers import API, PLENTY, Place, place

CLAIM = {"subject": "t", "relation": "raises", "object": "r"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    with place(f"sqlite:///{tmp_path}/record.db") as made:
        made.client.follow_redirects = False
        yield made


def sign_in(here: Place, who: str = "ann", **more: str) -> Any:
    """Send the form with somebody's token."""
    return here.client.post("/sign-in", data={"token": f" {here.secrets[who]} ", **more})


def proof(here: Place) -> str:
    """What a form of a page would hold: worked out as the page does."""
    cookie = "; ".join(f"{name}={value}" for name, value in here.client.cookies.items())
    scope = {
        "type": "http",
        "headers": [(b"cookie", cookie.encode())],
        "scheme": "http",
        "path": "/",
        "server": ("x", 80),
    }
    return security.csrf_of(Request({**scope, "query_string": b"", "method": "GET"}))  # fmt: skip


def test_a_browser_signs_in_writes_and_signs_out(here: Place) -> None:
    got = sign_in(here, next="/review?lang=zh")
    assert (got.status_code, got.headers["location"]) == (303, "/review?lang=zh")
    cookie = got.headers["set-cookie"]
    assert re.fullmatch(r"ekg_session=[\w-]{43}; HttpOnly; Max-Age=43200; Path=/; SameSite=lax", cookie)
    assert here.secrets["ann"] not in cookie
    assert got.headers["cache-control"] == "no-store"
    without = here.client.post(f"{API}/claims", json=CLAIM)
    assert (without.status_code, without.json()["title"]) == (403, "The token does not allow this")
    wrong = here.client.post(f"{API}/claims", json=CLAIM, headers={"X-CSRF-Token": "x" * 43})
    assert wrong.status_code == 403
    made = here.client.post(f"{API}/claims", json=CLAIM, headers={"X-CSRF-Token": proof(here)})
    assert made.status_code == 201, made.text
    assert here.client.get(f"{API}/revisions?limit=1").json()["items"][0]["actor"] == "ann"
    assert here.client.post("/sign-out", data={"csrf": "x"}).status_code == 403
    out = here.client.post("/sign-out", data={"csrf": proof(here)})
    assert (out.status_code, out.headers["location"]) == (303, "/")
    assert 'ekg_session=""' in out.headers["set-cookie"]
    here.client.cookies.set("ekg_session", cookie.partition("=")[2].partition(";")[0])
    again = here.client.post(f"{API}/claims", json=CLAIM, headers={"X-CSRF-Token": proof(here)})
    assert again.status_code == 401, "a session that was ended is ended, whatever the browser kept"


def test_a_role_is_that_of_the_token(here: Place) -> None:
    sign_in(here)
    headers = {"X-CSRF-Token": proof(here)}
    refused = here.client.post(f"{API}/reviews", json={"id": "t", "decision": "accept"}, headers=headers)
    assert (refused.status_code, "reviewer" in refused.json()["detail"]) == (403, True)


def test_a_session_ends_with_its_token_at_once(here: Place) -> None:
    sign_in(here)
    headers = {"X-CSRF-Token": proof(here)}
    assert here.client.post(f"{API}/claims", json=CLAIM, headers=headers).status_code == 201
    (token,) = (one["token"] for one in here.graph.tokens()["items"] if one["person"] == "ann")
    here.graph.revoke_token(token)
    assert here.client.post(f"{API}/claims", json=CLAIM, headers=headers).status_code == 401


def test_the_form_of_a_page_is_held_to_its_row(here: Place) -> None:
    pages = FastAPI()
    problems.install(pages)
    pages.state.graph, pages.state.limits = here.graph, here.app.state.limits

    def sent(request: Request, csrf: str = "") -> dict[str, str]:
        return {"who": security.admit_form(request, csrf).person.handle}

    for name in ("contribute_form", "review_form", "unknown_form"):
        pages.add_api_route(f"/{name}", sent, methods=["POST"], name=name)
    with TestClient(pages, raise_server_exceptions=False) as other:
        assert other.post("/contribute_form").status_code == 401
        sign_in(here)
        other.cookies, known = here.client.cookies, proof(here)
        assert other.post("/contribute_form").status_code == 403
        assert other.post(f"/contribute_form?csrf={known}").json() == {"who": "ann"}
        assert other.post(f"/review_form?csrf={known}").status_code == 403, "a contributor does not review"
        assert other.post(f"/unknown_form?csrf={known}").status_code == 403
        sign_in(here, "bob")
        other.cookies = here.client.cookies
        assert other.post(f"/review_form?csrf={proof(here)}").json() == {"who": "bob"}


@pytest.mark.parametrize("who", ["gone", "nobody", ""])
def test_a_wrong_token_opens_nothing(here: Place, who: str) -> None:
    got = here.client.post("/sign-in", data={"token": here.secrets.get(who, who)})
    assert got.status_code == (401 if who else 422)
    assert "set-cookie" not in got.headers
    assert here.secrets["gone"] not in got.text


@pytest.mark.parametrize(
    ("lang", "said", "not_said"),
    [("en", "This token is not valid: it may have expired or been revoked.", "kept in this browser"),
     ("zh", "此令牌无效：可能已过期或已被吊销。", "在提交之前")],
)  # fmt: skip
def test_a_wrong_token_is_told_beside_its_field(here: Place, lang: str, said: str, not_said: str) -> None:
    data, headers = {"token": "ekg_wrong"}, {"Accept": "text/html"}
    got = here.client.post(f"/sign-in?lang={lang}", data=data, headers=headers)
    assert got.status_code == 401
    assert re.search(
        rf'<input id="s-token"[^>]*aria-describedby="a-token"><span[^>]*id="a-token"[^>]*>{said}<', got.text
    )
    assert not_said not in got.text
    assert 'id="problem"' not in got.text
    empty = here.client.post(f"/sign-in?lang={lang}", data={"token": ""}, headers=headers)
    assert empty.status_code == 422
    assert said not in empty.text


def test_an_address_that_guesses_has_to_wait_and_others_need_not(tmp_path: Path) -> None:
    few = Budgets(writes=PLENTY.writes, failures=3)
    with place(f"sqlite:///{tmp_path}/record.db", budgets=few) as here:
        got = [here.client.post("/sign-in", data={"token": "ekg_wrong"}) for _ in range(5)]
        assert [one.status_code for one in got] == [401, 401, 401, 429, 429]
        assert 1 <= int(got[-1].headers["retry-after"]) <= 21
        bearer = here.client.post(f"{API}/claims", json=CLAIM, headers={"Authorization": "Bearer ekg_wrong"})
        assert bearer.status_code == 429
        other = TestClient(here.app, client=("198.51.100.7", 5), raise_server_exceptions=False)
        assert other.post("/sign-in", data={"token": "ekg_wrong"}).status_code == 401
        assert here.post("/claims", CLAIM).status_code == 201, "a right token is not held up"


@pytest.mark.parametrize(
    "next",
    ["https://example.org", "//example.org", "/\\example.org", "javascript:x", "", "/a\nb", "x", "/" + "a" * 3000],
)
def test_it_leads_nowhere_else(here: Place, next: str) -> None:
    assert sign_in(here, next=next).headers["location"] == "/"


def test_a_form_of_another_site_is_refused(here: Place) -> None:
    data = {"token": here.secrets["ann"]}
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://example.org"},
    ):
        assert here.client.post("/sign-in", data=data, headers=headers).status_code == 403, headers
    for headers in (
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": "http://testserver"},
        {"Origin": "null"},
    ):
        assert here.client.post("/sign-in", data=data, headers=headers).status_code == 303, headers
    out = here.client.post("/sign-out", data={"csrf": proof(here)}, headers={"Sec-Fetch-Site": "cross-site"})
    assert out.status_code == 403


def test_over_https_the_cookie_is_for_this_host_alone(here: Place) -> None:
    with TestClient(here.app, base_url="https://kg.example", follow_redirects=False) as client:
        cookie = client.post("/sign-in", data={"token": here.secrets["ann"]}).headers["set-cookie"]
    assert cookie.startswith("__Host-ekg_session=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_a_form_that_is_none_is_told(here: Place) -> None:
    assert here.client.post("/sign-in", json={"token": here.secrets["ann"]}).status_code == 415
    raw = {"Content-Type": "application/x-www-form-urlencoded"}
    assert here.client.post("/sign-in", content=b"token=%ff", headers=raw).status_code == 422
    assert here.client.post("/sign-in", content=b"&".join([b"a=1"] * 200), headers=raw).status_code == 422


def test_budgets_of_a_token_are_its_own(tmp_path: Path) -> None:
    with place(f"sqlite:///{tmp_path}/record.db", budgets=Budgets(writes=2, imports=1)) as here:
        got = [here.post("/claims", CLAIM) for _ in range(3)]
        assert [one.status_code for one in got] == [201, 200, 429]
        assert 1 <= int(got[2].headers["retry-after"]) <= 30
        assert "writes" in got[2].json()["detail"]
        headers = {"Authorization": f"Bearer {here.secrets['bob']}", "Content-Type": "text/plain"}
        file = b"@misc{x, title={X}, year=2020}"
        statuses = [here.client.post(f"{API}/imports", content=file, headers=headers).status_code for _ in range(2)]
        assert statuses == [200, 429]
