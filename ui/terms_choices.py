"""What somebody tries out: a procedure and the days on which things happened. The address keeps all of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from domain.facts import Fact
from services import reckoning
from services.reckoning import Circumstances, Entry
from ui.session import t

FIRST = {"received": Fact.RECEIVED, "acknowledged": Fact.ACK_PROMISE_SENT, "answered": Fact.DECISION_SENT}
MORE = {
    "registered": Fact.REGISTERED,
    "consulted": Fact.CONSULTED,
    "contact": Fact.CONTACT,
    "decided": Fact.DECIDED,
    "consented": Fact.CONSENTED,
    "extension_withdrawn": Fact.EXTENSION_WITHDRAWN,
    "appealed": Fact.APPEAL_LODGED,
    "ruled": Fact.APPEAL_RULING_SENT,
    "withdrawn": Fact.WITHDRAWN,
    "closed": Fact.CLOSED,
}
PAIRS = {  # a day, and the day that it names
    "extended": Fact.EXTENDED,
    "extended_again": Fact.EXTENDED,
    "paused": Fact.PAUSED,
    "measure": Fact.MEASURE_AGREED,
}
_OPTIONAL = frozenset({"paused"})  # nobody knows yet until when
DAYS = (*FIRST, "promised", *MORE, *PAIRS, *(f"{name}_to" for name in PAIRS))
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2033, 12, 31)  # of which the register knows the holidays
LETTERS = ("promise", "action")
SWITCHES = ("committee", "red_flag", "resolved")


def names(procedures: Sequence[str]) -> dict[str, Sequence[str]]:
    """What the address keeps (see ui/address.py)."""
    days: dict[str, Sequence[str]] = dict.fromkeys(DAYS, ())
    return days | {"procedure": procedures, "letter": LETTERS} | {name: ("", "yes") for name in SWITCHES}


def take_over(today: date) -> None:
    """Before the widgets: a day in the address goes into its field, and what was picked goes into the address."""
    now = {name: _written(name) for name in (*DAYS, *SWITCHES)}
    from_the_address = st.session_state.get("terms.taken") != now
    for name in SWITCHES:
        field = f"terms.{name}_on"
        if from_the_address or field not in st.session_state:
            st.session_state[field] = now[name] == "yes"
        st.session_state[f"terms.{name}"] = "yes" if st.session_state[field] else ""
    for name in DAYS:
        field = f"terms.{name}_day"
        if from_the_address or field not in st.session_state:
            st.session_state[field] = _day(now[name]) or (today if name == "received" else None)
        picked = st.session_state[field]
        st.session_state[f"terms.{name}"] = picked.isoformat() if isinstance(picked, date) else ""
    st.session_state["terms.taken"] = {name: _written(name) for name in now}


def _written(name: str) -> str:
    return str(st.session_state.get(f"terms.{name}", ""))


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def form() -> None:
    with st.grid(3, min_column_width=200, gap="small"):
        for name in FIRST:
            _field(name)
    letter = {each: t(f"whatif.letter_{each}") for each in LETTERS}
    if st.session_state.get("terms.acknowledged"):
        st.radio(t("whatif.letter"), LETTERS, format_func=lambda key: letter[key], key="terms.letter", horizontal=True)
        if st.session_state["terms.letter"] == "promise":
            with st.grid(3, min_column_width=200, gap="small"):
                _field("promised")
    with st.expander(t("whatif.more")):
        with st.grid(2, min_column_width=220, gap="small"):
            for name in PAIRS:
                _field(name)
                _field(f"{name}_to")
        with st.grid(3, min_column_width=200, gap="small"):
            for name in MORE:
                _field(name)
        for name in SWITCHES:
            st.checkbox(t(f"whatif.{name}"), key=f"terms.{name}_on")


def _field(name: str) -> None:
    st.date_input(
        t(f"whatif.day_{name}"),
        key=f"terms.{name}_day",
        format="DD-MM-YYYY",
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
    )


def told() -> tuple[list[Entry], Circumstances]:
    """The facts of these choices; what has no day did not happen. Without a day of receipt: none."""
    chosen = {name: _written(name) for name in (*DAYS, *SWITCHES, "letter")}
    days = {name: _day(chosen[name]) for name in DAYS}
    received = days["received"]
    if received is None:
        return [], reckoning.circumstances(None)
    letter = Fact.ACK_ACTION_SENT if chosen["letter"] == "action" else Fact.ACK_PROMISE_SENT
    facts: list[tuple[Fact, date | None, date | None]] = [
        (Fact.RECEIVED, received, None),
        (Fact.REGISTERED, days["registered"] or received, None),
        (letter, days["acknowledged"], days["promised"] if letter is Fact.ACK_PROMISE_SENT else None),
        (Fact.DECISION_SENT, days["answered"], None),
    ]
    facts += [(fact, days[name], None) for name, fact in MORE.items() if name != "registered"]
    facts += [
        (fact, days[name], days[f"{name}_to"])
        for name, fact in PAIRS.items()
        if name in _OPTIONAL or days[f"{name}_to"] is not None
    ]
    if chosen["red_flag"]:
        facts.append((Fact.SUSPICION_KNOWN, received, None))
    entries = [Entry(fact, on, given) for fact, on, given in facts if on is not None]
    return entries, reckoning.circumstances(received if chosen["resolved"] else None, by_committee=bool(chosen["committee"]))


def before_received(entries: Sequence[Entry]) -> date | None:
    """The day of receipt, where something is said to have happened before it."""
    began = next((each.on for each in entries if each.fact is Fact.RECEIVED), None)
    return began if began and any(each.on < began for each in entries) else None
