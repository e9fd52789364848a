"""What people type: kept as typed, normalised to NFC, without what would lie to a database or a reader."""

from __future__ import annotations

import unicodedata

from domain.errors import Refused

LONGEST = 20_000  # characters in one text field
LONGEST_LINE = 200  # characters in a one-line field

# Line breaks and tabs stay; other control characters, lone surrogates and NUL are dropped by nobody silently: refused.
_ALLOWED_CONTROLS = frozenset("\n\t")


def clean(text: str | None, field: str | None = None, longest: int = LONGEST) -> str:
    """`text` in NFC, line ends as \\n, trimmed. Raises Refused: ``text_too_long``, ``text_unreadable``."""
    if not text:
        return ""
    if not isinstance(text, str):  # a forged frame can put anything in a text field
        raise Refused("text_unreadable", field)
    tidy = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(tidy) > longest:
        raise Refused("text_too_long", field, longest=longest, length=len(tidy))
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in _ALLOWED_CONTROLS for sign in tidy):
        raise Refused("text_unreadable", field)
    return tidy


def line(text: str | None, field: str | None = None, longest: int = LONGEST_LINE) -> str:
    """As `clean`, on one line."""
    return " ".join(clean(text, field, longest=max(longest, 1)).split())


def required(text: str | None, field: str, longest: int = LONGEST) -> str:
    """As `clean`; raises Refused ``missing`` when nothing is left, invisible signs do not count as text."""
    tidy = clean(text, field, longest)
    if not any(unicodedata.category(sign)[0] in "LNPS" for sign in tidy):
        raise Refused("missing", field)
    return tidy


def surname_key(name: str | None) -> str:
    """The last word of a name, folded, without accents: what a confidant is asked for on the telephone."""
    words = line(name).split()
    if not words:
        return ""
    plain = unicodedata.normalize("NFKD", words[-1].casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
