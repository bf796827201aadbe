"""Which addresses look-ups may ask, and which machines they may reach: pure rules.

Lives here: `HOSTS`, `check_address`, `is_public`. May enter: nothing. Never here: connections, resolving of names.
"""

from __future__ import annotations

import ipaddress
import re

from kg.errors import BadIdentifier

HOSTS = (
    "api.crossref.org",
    "api.datacite.org",
    "export.arxiv.org",
    "api.openalex.org",
    "eutils.ncbi.nlm.nih.gov",
)
MAX_LENGTH = 2_000
_ADDRESS = re.compile(rf"https://({'|'.join(map(re.escape, HOSTS))})(?::443)?(?:[/?][\x21\x22\x24-\x5b\x5d-\x7e]*)?")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


def check_address(url: str) -> str:
    """Return the host of an address that may be asked: https, one of `HOSTS` letter by letter, port 443, no user.

    The whole text is matched, so there is no second reading of it by another parser: what stands between `https://`
    and the first `/` is one of five names. A backslash, a fragment, a space or a letter outside of ASCII is refused.

    Raises:
        BadIdentifier: it may not be asked.

    Example:
        >>> check_address("https://api.crossref.org/works/10.1234%2Fx")
        'api.crossref.org'
    """
    found = _ADDRESS.fullmatch(url) if len(url) <= MAX_LENGTH else None
    if found is None:
        raise BadIdentifier(
            f"{url[:100]!r} is not an address that look-ups may ask", hint=f"they ask {', '.join(HOSTS)} by https"
        )
    return found[1]


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet, also when it is wrapped into an IPv6 address.

    Example:
        >>> is_public("8.8.8.8"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("169.254.169.254")
        (True, False, False, False)
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.scope_id is not None:
            return False
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _GLOBAL_UNICAST:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
