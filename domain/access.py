"""A person asks what the register holds about them (art. 15 AVG): who it is, what is theirs, why something is left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.traces import Trace, What, find_traces

_RUN = re.compile(r"[A-Za-z]+")
_WORD = re.compile(r"[^\W\d_]+")
_DATE = re.compile(r"\d{1,2}[ .-]\d{1,2}[ .-](?:\d{2}){1,2}|(?:19|20)\d\d[ -]\d{1,2}(?:-\d{1,2})?")  # or a year and an hour
_SHORTEST = 3  # letters of a name by which texts are looked through
_DIGITS = 9  # of a telephone number, without what stands before the area code


class Subject(StrEnum):
    """As what somebody occurs; of who asked nothing else is put down."""

    COMPLAINANT = "complainant"
    RESPONDENT = "respondent"
    COLLEAGUE = "colleague"
    OTHER = "other"


class Identity(StrEnum):
    """How it was checked that they are who they say."""

    KNOWN = "known"
    DOCUMENT = "document"
    CALLED_BACK = "called_back"
    OWN_ADDRESS = "own_address"


class Choice(StrEnum):
    """What somebody decided about one piece. All but the first two are grounds on which it is left out."""

    GIVEN = "given"
    ELSEWHERE = "elsewhere"  # it is not about this person
    OTHERS = "others"  # art. 15 lid 4 AVG, art. 41 lid 1 onder i UAVG
    INVESTIGATION = "investigation"  # art. 41 lid 1 onder d UAVG
    CLAIM = "claim"  # art. 41 lid 1 onder j UAVG


@dataclass(frozen=True)
class Sought:
    """Who asks; `account_id`: their account, where they have one."""

    name: str
    email: str = ""
    phone: str = ""
    account_id: int | None = None

    @property
    def surname(self) -> str:
        words = self.name.split()
        return words[-1] if words else ""

    @property
    def stem(self) -> str:
        """Signs that every database compares without capitals, for a first look through all texts."""
        longest = max(_RUN.findall(self.surname), key=len, default="")
        return longest if len(longest) >= _SHORTEST else ""

    def in_contact(self, contact: str | None) -> bool:
        """Is this their address or number?"""
        there, number = (contact or "").casefold(), _digits(self.phone)
        return bool(self.email and self.email.casefold() in there) or bool(number and number in _digits(there, None))

    def in_text(self, text: str) -> bool:
        """Are they named here? By surname, which a first name alone is not."""
        named = bool(self.stem) and any(each.what is What.NAME for each in find_traces(text, [self.surname]))
        return named or bool(self.email and self.email.casefold() in text.casefold())

    def owns(self, trace: Trace) -> bool:
        """Does this lead to who asks, and to nobody else?"""
        if trace.what is What.NAME:
            own = {each.casefold() for each in _WORD.findall(self.name)}
            return {each.casefold() for each in _WORD.findall(trace.words)} <= own
        return self.in_contact(trace.words)


def is_date(trace: Trace) -> bool:
    """A day written in figures looks like a number of somebody."""
    return trace.what in (What.NUMBER, What.PHONE) and _DATE.fullmatch(trace.words) is not None


def _digits(text: str, last: int | None = _DIGITS) -> str:
    found = "".join(each for each in text if each.isdigit())
    if last is None:
        return found
    return found[-last:] if len(found) >= last else ""
