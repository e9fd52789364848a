"""What a dossier promised: one line for each chain from the first promise to its end, and how many were kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from domain.promises import PromiseState, is_open, last_good_day
from domain.vocabulary import Flag
from services.promises import PromiseView
from text import short_date
from text.explain import ended_words
from ui.explanation import why
from ui.session import language, literal, t
from ui.widgets import LOOKS, Look

STATES = {
    PromiseState.KEPT: Look(":material/check_circle:", "○", "green"),
    PromiseState.EXTENDED_IN_TIME: Look(":material/update:", "○", "blue"),
    PromiseState.EXTENDED_LATE: Look(":material/update:", "▲", "orange"),
    PromiseState.MISSED: Look(":material/error:", "▲", "red"),
    PromiseState.CANCELLED: Look(":material/block:", "–", "gray"),
    PromiseState.INFORMATIVE: Look(":material/info:", "–", "gray"),
}
COUNTED = (PromiseState.KEPT, PromiseState.EXTENDED_IN_TIME, PromiseState.EXTENDED_LATE, PromiseState.MISSED)
_BADGE = 150  # pixels: what stands beside it keeps its own column, on a telephone too
Chain = tuple[PromiseView, ...]  # each moved to the next


def chains(promises: Sequence[PromiseView]) -> list[Chain]:
    """Each promise that took over from no other, with what took over from it. What two of them moved to stands in both."""
    by_id = {each.id: each for each in promises}
    heirs = {each.successor_id for each in promises}
    found = []
    for first in promises:
        if first.id in heirs:
            continue
        chain = [first]
        while (after := by_id.get(chain[-1].successor_id or 0)) is not None and after not in chain:
            chain.append(after)
        found.append(tuple(chain))
    return found


def promises_section(reference: str, promises: Sequence[PromiseView]) -> None:
    """What is still open stands first; what was settled is folded away as long as something is open."""
    if not promises:
        return
    found = chains(promises)
    waiting = [each for each in found if is_open(each[-1])]
    settled = [each for each in found if not is_open(each[-1])]
    st.subheader(t("complaint.promises"), anchor=False)
    _counts(promises)
    with st.container(border=True, gap="small"):
        for each in waiting or settled:
            chain_line(reference, each)
        if waiting and settled:
            with st.expander(t("complaint.settled", count=len(settled))):
                for each in settled:
                    chain_line(reference, each)


def _counts(promises: Sequence[PromiseView]) -> None:
    counted = Counter(each.state for each in promises if not each.informative)
    if sum(counted[state] for state in COUNTED):
        st.caption(
            ", ".join(f"{t(f'promise_state.{state}').lower()}: {counted[state]}" for state in COUNTED).capitalize() + "."
        )


def chain_line(reference: str, chain: Chain, page: str = "complaint") -> None:
    last = chain[-1]
    flagged = is_open(last) and not last.informative
    look = LOOKS[last.flag] if flagged else STATES[last.state]
    word = t(f"flag.{last.flag}") if flagged else t(f"promise_state.{last.state}")
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, wrap=False, gap="small"):
            st.badge(word, icon=look.icon, color=look.color, width=_BADGE, help=literal(last.source) or None)  # type: ignore[arg-type]
            st.text(f"{chain[0].label}: {chain_words(chain)}", width="stretch")
        why(reference, chain, f"{page}.why_{chain[0].id}")


def chain_words(chain: Chain) -> str:
    """Reactie naar de klant: uiterlijk 27 nov, uitgesteld tot 11 dec (bericht van 24 nov, op tijd), gedaan op 9 dec."""
    said = [t("complaint.until", day=_day(chain[0].target_on))]
    for each in chain:
        said += _events(each)
    return ", ".join(said)


def _events(promise: PromiseView) -> list[str]:
    said = []
    if promise.statutory and promise.legal_on != promise.target_on:
        said.append(t("complaint.legal_until", day=_day(promise.legal_on)))
    if promise.paused_from:
        said.append(_paused(promise))
    if promise.met_on:
        said.append(t("complaint.met_on", day=_day(promise.met_on)))
    if promise.extended_to:
        in_time = promise.notice_on is not None and promise.notice_on <= last_good_day(promise)
        code = "chain.extended_in_time" if in_time else "chain.extended_late"
        said.append(t(code, day=_day(promise.extended_to), notice=_day(promise.notice_on)))
    if promise.cancelled_on:
        said.append(t("complaint.cancelled", reason=ended_words(promise.cancel_reason, language())))
    return said


def _paused(promise: PromiseView) -> str:
    """Only of the last pause; the days of all of them."""
    start, until = promise.paused_from, promise.paused_until
    if promise.flag is Flag.PAUSED and until is None:
        return t("chain.paused_since", day=_day(start))
    if start is None or until is None or promise.paused_days == 0:
        return t("chain.paused_same_day", day=_day(start))
    code = "chain.paused_one" if promise.paused_days == 1 else "chain.paused"
    return t(code, start=_day(start), last=_day(until - timedelta(days=1)), days=promise.paused_days)


def _day(day: date | None) -> str:
    return short_date(day, language()) if day else ""
