"""What one request says about itself: cookies, origin, https, where it wants to go. Everything here is attacker-chosen."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from text import LANGUAGES

SESSION, BROWSER, DESTINATION, LANGUAGE = "weerklank", "weerklank-browser", "weerklank-to", "weerklank-language"
BROWSER_LIFE = 180 * 24 * 3600  # seconds
DESTINATION_LIFE = 3600

_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")
_PORT = re.compile(r":\d*$")
_PAGE = re.compile(r"/[a-z_]*")
_DESTINATION = re.compile(r"/[a-z_]*(\?[\x21-\x7e]*)?")  # one segment of ours; no second slash, no control sign


@dataclass(frozen=True)
class Visit:
    """One HTTP request or websocket handshake."""

    path: str
    query: str
    host: str
    origin: str | None
    secure: bool
    source: str
    cookies: dict[str, str]

    @classmethod
    def of(cls, scope: Scope) -> Visit:
        headers = Headers(scope=scope)
        client = scope.get("client")
        # The server rewrites scheme and client from X-Forwarded-* only where the connection comes from this machine.
        secure = scope.get("scheme") in ("https", "wss") or os.environ.get("WEERKLANK_HTTPS") == "1"
        return cls(
            path=scope["path"],
            query=scope.get("query_string", b"").decode("latin-1"),
            host=headers.get("host", ""),
            origin=headers.get("origin"),
            secure=secure,
            source=client[0] if client else "",
            cookies=_cookies(headers.getlist("cookie")),
        )

    @property
    def is_page(self) -> bool:
        """The address of a screen: one segment, no file."""
        return _PAGE.fullmatch(self.path) is not None

    @property
    def language(self) -> str:
        """What a visitor chose, now (``?lang=en``) or before; Dutch otherwise."""
        chosen = self.chosen_language or self.cookies.get(self._prefixed(LANGUAGE), "")
        return chosen if chosen in LANGUAGES else "nl"

    @property
    def chosen_language(self) -> str | None:
        """What the address asks for."""
        return next((each for each in LANGUAGES if f"lang={each}" in self.query.split("&")), None)

    @property
    def known_host(self) -> bool:
        """Was a name of ours asked for? Where WEERKLANK_HOST names them (with commas), any other is somebody else's name
        that was made to lead here; this machine itself may always ask."""
        ours = [each.strip().lower() for each in os.environ.get("WEERKLANK_HOST", "").split(",") if each.strip()]
        return not ours or _name(self.host) in (*ours, *_HERE)

    @property
    def from_here(self) -> bool:
        """Was this sent by a page of ours? Browsers always say so on websockets and unsafe methods."""
        if not self.origin:
            return False
        try:
            origin = urlsplit(self.origin)
        except ValueError:
            return False
        schemes = ("https",) if self.secure else ("http", "https")
        return origin.scheme in schemes and bool(self.host) and origin.netloc.lower() == self.host.lower()

    def token(self, name: str) -> str | None:
        """A cookie of ours with a well-formed random token in it."""
        value = self.cookies.get(self._prefixed(name), "")
        return value if _TOKEN.fullmatch(value) else None

    @property
    def destination(self) -> str:
        """Where the person was going before signing in; an address of ours, whatever the cookie says."""
        return own_address(self.cookies.get(self._prefixed(DESTINATION), "").replace("%3B", ";"))

    def set_cookie(self, name: str, value: str, seconds: int | None = None) -> tuple[bytes, bytes]:
        """A Set-Cookie header: HttpOnly, Lax, under https Secure and bound to this host. No seconds: until the browser
        closes; 0 removes it."""
        parts = [f"{self._prefixed(name)}={value.replace(';', '%3B')}", "Path=/", "HttpOnly", "SameSite=Lax"]
        if seconds is not None:
            parts.append(f"Max-Age={seconds}")
        if self.secure:
            parts.append("Secure")
        return b"set-cookie", "; ".join(parts).encode("latin-1", errors="ignore")

    def _prefixed(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name


_HERE = ("localhost", "127.0.0.1", "[::1]")
_PASSED_ON = frozenset((b"forwarded", b"via", b"x-real-ip", b"x-client-ip", b"true-client-ip", b"cf-connecting-ip"))


def asked_on_this_machine(scope: Scope) -> bool:
    """By a process here, for itself: a proxy on this machine also comes from here, and asks for others. It says for whom, or
    asks for the name by which the others know us."""
    client = scope.get("client")
    names = [name.lower() for name, _ in scope["headers"]]
    passed_on = any(name in _PASSED_ON or name.startswith(b"x-forwarded") for name in names)
    host = _name(Headers(scope=scope).get("host", ""))
    return client is not None and _loops_back(client[0]) and not passed_on and host in _HERE


def _loops_back(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


def _name(host: str) -> str:
    """Without the port."""
    return host.lower().rpartition(":")[0] if _PORT.search(host) else host.lower()


def own_address(address: str) -> str:
    """`address` if it is a screen of ours, else the start."""
    return address if len(address) <= 1500 and _DESTINATION.fullmatch(address) else "/"


def _cookies(headers: list[str]) -> dict[str, str]:
    """Cookies by name, the first of each; SimpleCookie would drop them all because of one malformed neighbour."""
    found: dict[str, str] = {}
    for header in headers:
        for pair in header.split(";"):
            name, _, value = pair.strip().partition("=")
            found.setdefault(name, value)
    return found
