"""Passwords: what is good enough (zxcvbn and a list of Dutch words), hashing and checking with streamlit-authenticator's
Hasher (bcrypt)."""

from __future__ import annotations

import threading
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from domain.errors import Refused

SHORTEST = 12  # characters
LONGEST = 72  # bytes: bcrypt reads no further
WEAKEST = 3  # of 0 to 4, as zxcvbn counts: 100 million guesses are not enough
LEFT_OVER = 6  # letters and digits that must remain once the obvious is taken out
MOST_USED = 500  # of zxcvbn's list of passwords that leaked
LOOKED_AT = 24  # characters: on longer ones zxcvbn can take seconds, and what follows only makes it stronger

# Cost 12, of a random text nobody kept: names that do not exist take as long as those that do.
_NOBODY = "$2b$12$eeV8vrABTlFRd29H7BvfAO/wuDLykNsL/XWEpRV3hIEt75TL3AjVu"

_one_at_a_time = threading.Lock()
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
    if strength(chosen, own_words).score < WEAKEST:
        raise Refused("password_obvious", field)
    return chosen


@dataclass(frozen=True)
class Strength:
    """How hard a password is to guess: `score` from 0 to 4, and the pattern that makes it easy (empty: nothing)."""

    score: int
    why: str


def strength(password: str, own_words: tuple[str, ...]) -> Strength:
    """Reckoned here: the password goes nowhere. zxcvbn takes common words with spaces between them for hard; so what is
    left of the password without those must be something too."""
    chosen = tidy(password)[:LOOKED_AT]
    if not chosen:  # zxcvbn falls over it
        return Strength(0, "")
    found, matches = _zxcvbn(chosen, [*_words(" ".join((*own_words, "weerklank"))), *_dutch_words()])
    easy = {place for each in matches if _is_easy(each) for place in range(each["i"], each["j"] + 1)}
    left = sum(place not in easy and (sign.isalnum() or ord(sign) > 127) for place, sign in enumerate(chosen))
    score = int(found["score"]) if left >= LEFT_OVER else min(int(found["score"]), WEAKEST - 1)
    longest = max(found["sequence"], key=lambda each: len(each["token"]))
    return Strength(score, "" if score >= WEAKEST else str(longest["pattern"]))


def _is_easy(match: dict[str, Any]) -> bool:
    """A part of a password that somebody who guesses tries first: a row of keys, a date, or a word of the lists."""
    if match["pattern"] != "dictionary":
        return len(match["token"]) > 3
    common = match["dictionary_name"] == "passwords" and match["rank"] <= MOST_USED
    return len(match["token"]) > 2 and (common or match["dictionary_name"] == "user_inputs")


def _words(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in tidy(text).casefold()).split()


@cache
def _dutch_words() -> list[str]:
    lines = Path(__file__).with_name("block_list.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def _zxcvbn(password: str, words: list[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Its answer, and every word and pattern that it saw."""
    import zxcvbn  # its lists take a moment: on first use
    from zxcvbn import matching

    with _one_at_a_time:  # it keeps the words in a global
        return zxcvbn.zxcvbn(password, words), matching.omnimatch(password)


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
