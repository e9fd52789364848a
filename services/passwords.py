"""Passwords: what is good enough, hashing and checking with streamlit-authenticator's Hasher (bcrypt)."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache
from typing import Any

from domain.errors import Refused

SHORTEST = 12  # characters
LONGEST = 72  # bytes: bcrypt reads no further
LEFT_OVER = 6  # letters and digits that must remain once the obvious is taken out

_OBVIOUS = (
    "wachtwoord", "password", "passwort", "paswoord", "geheim", "secret", "welkom", "welcome", "hallo", "hello", "inloggen",
    "aanmelden", "login", "admin", "beheer", "administrator", "gebruiker", "user", "weerklank", "klachten", "klacht",
    "voorjaar", "zomer", "herfst", "najaar", "winter", "lente", "januari", "februari", "maart", "april", "juni", "juli",
    "augustus", "september", "oktober", "november", "december", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag",
    "zaterdag", "zondag", "ajax", "feyenoord", "nederland", "amsterdam", "letmein", "changeme", "iloveyou", "dragon",
    "monkey", "sunshine", "princess", "football", "test", "demo", "default",
)  # fmt: skip
_ROWS = ("01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop")

# Cost 12, of a random text nobody kept: names that do not exist take as long as those that do.
_NOBODY = "$2b$12$eeV8vrABTlFRd29H7BvfAO/wuDLykNsL/XWEpRV3hIEt75TL3AjVu"

_at_once = threading.BoundedSemaphore(4)  # more would starve everybody else's clicks


def tidy(password: str) -> str:
    """NFC; spaces are kept, also at the ends. What a forged frame sent instead of text is no password."""
    return unicodedata.normalize("NFC", password) if isinstance(password, str) else ""


def check(password: str, own_words: tuple[str, ...], field: str = "password") -> str:
    """The password as it will be hashed. `own_words`: names that others know. Raises Refused: ``password_short``,
    ``password_long``, ``password_obvious``, ``text_unreadable``."""
    chosen = tidy(password)
    if len(chosen) < SHORTEST:
        raise Refused("password_short", field, shortest=SHORTEST)
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in chosen):
        raise Refused("text_unreadable", field)
    length = len(chosen.encode())
    if length > LONGEST:
        raise Refused("password_long", field, longest=LONGEST, length=length)
    if _is_obvious(chosen, own_words):
        raise Refused("password_obvious", field)
    return chosen


def _is_obvious(password: str, own_words: tuple[str, ...]) -> bool:
    left = password.casefold()
    words = {part for own in own_words for part in _words(own) if len(part) > 2} | set(_OBVIOUS)
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, " ")
    for row in _ROWS:
        for length in range(len(row), 3, -1):
            for start in range(len(row) - length + 1):
                left = left.replace(row[start : start + length], " ")
    signs = [sign for sign in left if sign.isalnum() or ord(sign) > 127]
    return len(signs) < LEFT_OVER or len(set(signs)) < 4


def _words(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in tidy(text).casefold()).split()


@cache
def _hasher() -> Any:
    # Imported on first use: the library brings all of Streamlit, which an operator's command does not need.
    from streamlit_authenticator.utilities.hasher import Hasher

    return Hasher


def hashed(password: str) -> str:
    """bcrypt, cost 12: a quarter of a second. Never inside a transaction."""
    with _at_once:
        return str(_hasher().hash(tidy(password)))


def nobodys() -> str:
    """The hash of a password that nobody knows: whoever had one needs a new one."""
    return _NOBODY


def matches(password: str, password_hash: str | None) -> bool:
    """As long for a missing hash or an impossible password as for a wrong one. Never inside a transaction."""
    given = tidy(password).encode(errors="replace").decode()  # lone surrogates: wrong, and as slow as any other
    if password_hash is None or not 0 < len(given.encode()) <= LONGEST:
        given, password_hash = "nobody", _NOBODY
    with _at_once:
        return bool(_hasher().check_pw(given, password_hash))
