"""What every answer carries: the page that starts Streamlit, in the reader's language, and the security headers."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import re
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from text import translate
from web.visit import Visit

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)

# style 'unsafe-inline': Streamlit writes its styles at run time. 'wasm-unsafe-eval': its tables decompress Arrow.
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' {hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; "
    "media-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
# Streamlit's browser side asks for its own address and settings first, below the address of the screen and, a tenth of a
# second later, at the root. Told both it opens its websocket at once. Nobody steers the screen by messages from elsewhere: an
# empty list of who may would not be taken for an answer.
_AT_ONCE = (
    "window.__streamlit = {BACKEND_BASE_URL: location.origin, "
    'HOST_CONFIG: {allowedOrigins: ["https://nobody.invalid"], useExternalAuthToken: false}}'
)
_BEGINS = ("http.response.start", "websocket.accept", "websocket.http.response.start")
_HEADERS = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def _streamlit_index() -> str:
    found = importlib.util.find_spec("streamlit")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("streamlit is not installed")
    return (Path(found.submodule_search_locations[0]) / "static" / "index.html").read_text(encoding="utf-8")


class FrontPage:
    """Streamlit's index.html, read once: with our name, without the pointer to its agent interface."""

    def __init__(self) -> None:
        index = _streamlit_index().replace("<head>", f"<head><script>{_AT_ONCE}</script>")
        digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in _SCRIPT.findall(index))
        self._policy = _POLICY.format(hashes=" ".join(f"'sha256-{digest}'" for digest in digests))
        index = re.sub(r"<!--.*?-->\s*", "", index, flags=re.DOTALL)
        index = re.sub(r'\s*<link rel="service-desc"[^>]*>', "", index)
        index = re.sub(r"<title>.*?</title>", "<title>Weerklank</title>", index)
        self._index = re.sub(r'<link rel="shortcut icon"[^>]*>', '<link rel="icon" href="./icon.svg" />', index)
        self._pages: dict[str, str] = {}

    def page(self, language: str) -> str:
        if language not in self._pages:
            page = self._index.replace('<html lang="en">', f'<html lang="{language}">')
            words = f"<noscript><p>{translate(language, 'shell.no_script')}</p></noscript>"
            self._pages[language] = re.sub(r"<noscript>.*?</noscript>", words, page, flags=re.DOTALL)
        return self._pages[language]

    def with_headers(self, send: Send, visit: Visit) -> Send:
        """`send`, with the security headers on the answer; an own policy of the answer stays."""

        async def guarded(message: Message) -> None:
            if message["type"] in _BEGINS:
                message["headers"] = list(message.get("headers", []))
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", self._policy)
                for name, value in _HEADERS.items():
                    headers[name] = value
                if not visit.path.startswith("/static/"):
                    headers["cache-control"] = "no-store"
                if visit.secure:
                    headers["strict-transport-security"] = "max-age=31536000"
                    message["headers"] = [_secured(*header) for header in message["headers"]]
            await send(message)

        return guarded


def _secured(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Streamlit's own cookie does not know that a proxy speaks https for it."""
    if name.lower() == b"set-cookie" and b"secure" not in value.lower():
        return name, value + b"; Secure"
    return name, value
