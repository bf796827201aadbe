"""How requests are read: by h11, and where it lets pass what RFC 9112 does not, more strictly.

Lives here: `Requests`. May enter: bytes of a client. Never here: answers, connections, what a request asks for.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address
from typing import NoReturn

import h11

HEAD_MOST = 65_536
"""Most bytes of the request line and the headers together."""
_ABSOLUTE = re.compile(rb"https?://([^/?#@]+)(/[^?]*)?(\?.*)?", re.IGNORECASE)
_HOST = re.compile(
    rb"(?!:)(?:\[(?P<literal>[^\[\]]*)\]|(?:[a-z0-9._~!$&'()*+,;=-]|%[0-9a-f]{2})*+)(?::0*+(?P<port>[0-9]{0,5}))?",
    re.IGNORECASE,
)
"""A host and perhaps a port (RFC 3986, 3.2.2 and 3.2.3); nothing is tried twice, so that none takes long."""
_FUTURE = re.compile(rb"v[0-9a-f]+\.[a-z0-9._~!$&'()*+,;=:-]+", re.IGNORECASE)
_PORT_MOST = 65_535
_SCHEME = re.compile(rb"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
TOO_LONG = f"the request line and the headers have more than {HEAD_MOST:,} bytes together; send fewer or shorter ones"
TWO_LENGTHS = "the request has both Content-Length and Transfer-Encoding, so that its end is in doubt; send one of them"
NO_ADDRESS = "the address is neither a path nor a whole http address with a host; ask for a path, like /healthz"
NO_HOST = (
    "the host of the request is none; send a name or an address (an IPv6 address in brackets), and perhaps a colon and "
    "a port up to 65535, like localhost:8000"
)
FRAGMENT = "the address has a fragment, which a client keeps to itself; ask for what stands before the #"


class Requests(h11.Connection):
    """The server's end of a connection.

    Laws: a head of more than `HEAD_MOST` bytes is refused, in however many pieces it comes (h11 counts only heads that
    are not whole yet). A body has one length (RFC 9112, 6.1). A whole address (3.2.2) is read as its path, and its host
    takes the place of the header `Host`; both are hosts (3.2). No address has a fragment (3.2.1).

    Attributes:
        why: What is wrong with the request that was refused; None where h11 found it.
    """

    why: str | None = None

    def __init__(self) -> None:
        super().__init__(h11.SERVER, HEAD_MOST)

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Return what comes next.

        Raises:
            RemoteProtocolError: it is not a request that can be read; the connection is of no more use.
        """
        fresh = self.their_state is h11.IDLE
        before = self._waiting() if fresh else 0
        try:
            event = super().next_event()
        except h11.RemoteProtocolError as fault:
            # The one fault with a status of its own that can befall a head: it is too long, and not whole.
            self.why = TOO_LONG if fresh and fault.error_status_hint == 431 else None
            raise
        if not isinstance(event, h11.Request):
            return event
        if before - self._waiting() > HEAD_MOST:
            self._refuse(TOO_LONG)
        if {b"content-length", b"transfer-encoding"} <= {name for name, _ in event.headers}:
            self._refuse(TWO_LENGTHS)
        if b"#" in event.target:
            self._refuse(FRAGMENT)
        if not all(_is_host(value) for name, value in event.headers if name == b"host"):
            self._refuse(NO_HOST)
        return self._by_path(event)

    def _by_path(self, request: h11.Request) -> h11.Request:
        """Return a request for a whole address as one for its path."""
        if request.target.startswith(b"/") or not _SCHEME.match(request.target):
            return request
        whole = _ABSOLUTE.fullmatch(request.target)
        if whole is None:
            self._refuse(NO_ADDRESS)
        host, path, query = whole.groups(b"")
        if not _is_host(host):
            self._refuse(NO_HOST)
        headers = [(b"host", host), *((name, value) for name, value in request.headers if name != b"host")]
        return h11.Request(
            method=request.method, target=(path or b"/") + query, headers=headers, http_version=request.http_version
        )

    def _waiting(self) -> int:
        return len(self.trailing_data[0])

    def _refuse(self, why: str) -> NoReturn:
        self.why = why
        raise h11.RemoteProtocolError(why)


def _is_host(text: bytes) -> bool:
    """Say whether this is a host, and perhaps a port; the header may be empty."""
    found = _HOST.fullmatch(text)
    if found is None or int(found["port"] or 0) > _PORT_MOST:
        return False
    literal = found["literal"]
    if literal is None or _FUTURE.fullmatch(literal):
        return True
    try:
        address = IPv6Address(literal.decode("ascii"))
    except (AddressValueError, UnicodeDecodeError):
        return False
    return address.scope_id is None
