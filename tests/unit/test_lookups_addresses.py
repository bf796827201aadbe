"""Which addresses look-ups ask, and which machines they reach: everything that is not exactly right is refused."""

from __future__ import annotations

import pytest

from kg.citations.addresses import HOSTS, check_address, is_public
from kg.citations.fetch import Fetcher, Outside
from kg.citations.kept import Ledger
from kg.errors import BadIdentifier, Upstream

URL = "https://api.crossref.org/works/10.1234%2Fx"


@pytest.mark.parametrize("host", HOSTS)
def test_the_five_services_may_be_asked(host: str) -> None:
    for url in (f"https://{host}/a?b=c%20d&e=(1);~2", f"https://{host}", f"https://{host}:443/a", f"https://{host}?q"):
        assert check_address(url) == host


@pytest.mark.parametrize(
    "url",
    [
        "http://api.crossref.org/works/x",
        "HTTPS://api.crossref.org/works/x",
        "//api.crossref.org/works/x",
        "https:api.crossref.org/works/x",
        "https:///api.crossref.org/works/x",
        "ftp://api.crossref.org/x",
        "file:///etc/passwd",
        "https://doi.org@127.0.0.1/",
        "https://api.crossref.org@127.0.0.1/",
        "https://api.crossref.org:443@127.0.0.1/",
        "https://user:word@api.crossref.org/",
        "https://@api.crossref.org/",
        "https://api.crossref.org.evil.example/",
        "https://evil.example/api.crossref.org",
        "https://api.crossref.org%2eevil.example/",
        "https://api.crossref.org./works/x",
        "https://API.crossref.org/works/x",
        "https://xapi.crossref.org/",
        "https://crossref.org/",
        "https://api.crossref.org:80/",
        "https://api.crossref.org:8443/",
        "https://api.crossref.org:/",
        "https://api.crossref.org:443x/",
        "https://api.crossref.org#@127.0.0.1/",
        "https://api.crossref.org/a#b",
        "https://api.crossref.org\\@127.0.0.1/",
        "https://api.crossref.org/\\..\\",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://017700000001/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/",
        "https://api\uff0ecrossref\uff0eorg/",
        "https://\u0430pi.crossref.org/",
        "https://api.cross\u00adref.org/",
        "https://xn--pi-6kc.crossref.org/",
        "https://api.crossref.org/a b",
        "https://api.crossref.org/a\r\nX: y",
        "https://api.crossref.org/\t",
        "https://api.crossref.org/works/\u5fae",
        " https://api.crossref.org/",
        "https://api.crossref.org/\n",
        "https://api.crossref.org/" + "a" * 2_000,
        "",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(BadIdentifier, match="not an address that look-ups may ask"):
        check_address(url)
    with pytest.raises(BadIdentifier):
        Fetcher(Ledger(None, per_day=1))(url, media="json", sound=len)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "104.18.32.1", "2606:4700::6812:2001", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1",
        "2002:7f00:1::1", "2002:a00:1::", "2001:0:7f00:1::", "2001:db8::1", "fe80::1", "fe80::1%eth0", "fc00::1",
        "2606:4700::1%eth0", "fd00::1", "fec0::1", "ff02::1", "100::1", "", "localhost", "0x7f.1", "127.1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("private", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("before", [(), ("8.8.8.8",)])
def test_a_name_that_resolves_to_a_private_address_is_refused(private: str, before: tuple[str, ...]) -> None:
    """One private address among public ones refuses the name; nothing is connected to."""
    reached: list[str] = []

    def admits(address: str) -> bool:
        reached.append(address)
        return is_public(address)

    outside = Outside(resolve=lambda host, port: [(address, port) for address in (*before, private)], admits=admits)
    with pytest.raises(Upstream, match=r"resolves to .*, which is not a public address") as caught:
        Fetcher(Ledger(None, per_day=9), outside=outside)(URL, media="json", sound=len)
    assert private in caught.value.message
    assert reached == [*before, private]


def test_production_admits_public_addresses_only() -> None:
    """What the doors use is the default, and nothing else sets it."""
    assert Outside().admits is is_public
    assert Outside().transport is None
    assert Outside().tls is None
