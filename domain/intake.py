"""What follows by itself from what somebody wrote down while a client was on the telephone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from domain.vocabulary import SubjectType

LONGEST_TITLE = 80
_ENOUGH = 500  # characters to look for a sentence in
_SENTENCE = re.compile(r"(?<=[.!?])\s|\n")
_TRACES = re.compile(r"\S+@\S+|\+?\d[\d\s\-]{5,}\d")  # addresses and numbers of telephones
_SMALL_WORDS = frozenset(
    {"van", "der", "den", "het", "een", "dhr", "mevr", "mevrouw", "meneer", "familie", "fam", "the", "and"}
)
HIDDEN = "…"


def title_from(description: str, names: Iterable[str | None] = ()) -> str:
    """The first sentence, at most 80 characters. Partners and the reporter see titles, and not who complained (R067,
    domain G10): `names`, mail addresses and telephone numbers are left out."""
    start = description.strip()[:_ENOUGH]
    first = next((part for part in _SENTENCE.split(start) if part.strip()), "")
    plain = " ".join(_without(_TRACES.sub(HIDDEN, first), names).split())
    if len(plain) <= LONGEST_TITLE:
        return plain
    return (
        plain[:LONGEST_TITLE].rpartition(" ")[0].rstrip(",;: ") + HIDDEN
        if " " in plain[:LONGEST_TITLE]
        else (plain[: LONGEST_TITLE - 1] + HIDDEN)
    )


def _without(text: str, names: Iterable[str | None]) -> str:
    words = {word for name in names for word in re.findall(r"\w{3,}", name or "")}
    for word in words:
        if word.casefold() not in _SMALL_WORDS:
            text = re.sub(rf"(?i)\b{re.escape(word)}\b", HIDDEN, text)
    return re.sub(rf"{HIDDEN}(\s+{HIDDEN})+", HIDDEN, text)


def subject_from(about_somebody: bool) -> SubjectType:
    """R001, when nobody chose: conduct when a person was named, else a service."""
    return SubjectType.CONDUCT if about_somebody else SubjectType.SERVICE
