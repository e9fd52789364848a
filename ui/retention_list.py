"""The dossiers on the page of keeping and destroying: one by one, with what two persons can do about each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import streamlit as st

from domain.errors import Refused
from domain.retention import What
from domain.vocabulary import Compartment
from services import retention
from services.door import Actor
from services.retention import Held, Proposed, Row
from text import short_date
from ui.session import PAGES, Fields, language, show_refusals, t, tell

Going = tuple[str, What, int]  # the dossier, what goes of it, which proposal
_ICONS = {What.DOSSIER: ":material/auto_delete:", What.CONTACT: ":material/contact_mail:"}


def row(who: Actor, row: Row) -> None:
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            _link(row.reference, row.compartment)
            st.badge(t(f"retention_what.{row.what}"), icon=_ICONS[row.what], color="gray")
            for block in row.blocks:
                st.badge(t(f"retention_block.{block}"), icon=":material/block:", color="orange")
        st.text(row.title)
        st.caption(t("retention.dates", ended=_day(row.ended_on), until=_day(row.until), last=_day(row.last_on)))
        if row.hold:
            st.text(t("retention.held_because", reason=row.hold))
        proposed = _proposed(row)
        if proposed:
            st.text(t("retention.proposed_by", name=proposed.by, day=_day(proposed.on)))
        if _opened() == ("confirm", row.reference):
            _confirm(who, row, st.session_state["retention.seq"])
        elif _opened() == ("hold", row.reference):
            _with_reason(who, row.reference, "hold")
        else:
            _buttons(who, row, proposed)


def _buttons(who: Actor, row: Row, proposed: Proposed | None) -> None:
    if proposed and proposed.why_not:
        st.caption(_waits_for(proposed))
    with st.container(horizontal=True):
        if proposed and not proposed.why_not and not row.blocks and _button("confirm", row.reference, first=True):
            st.session_state["retention.open"], st.session_state["retention.seq"] = ("confirm", row.reference), proposed.seq
            st.rerun()
        if not proposed and not row.blocks and _button("propose", row.reference):
            with show_refusals():
                retention.propose(who, row.reference, row.what)
                _done("propose", row.reference)
        if proposed and _button("withdraw", row.reference):
            with show_refusals():
                retention.withdraw(who, row.reference)
                _done("withdraw", row.reference)
        if not row.hold:
            _open("hold", row.reference)


def _proposed(row: Row) -> Proposed | None:
    """A proposal for the contact details says nothing about the dossier."""
    return row.proposed if row.proposed and row.proposed.what is row.what else None


def together(who: Actor, rows: Sequence[Row]) -> None:
    """The whole page at once, for who looked at it."""
    may_go = [row for row in rows if not row.blocks]
    free = [(row.reference, row.what, 0) for row in may_go if not _proposed(row)]
    ready = [(row.reference, row.what, found.seq) for row in may_go if (found := _proposed(row)) and not found.why_not]
    if _opened() == ("confirm", ""):
        _confirm_shown(who)
        return
    with st.container(horizontal=True):
        if len(free) > 1 and st.button(t("retention.propose_all", count=len(free)), key="retention.propose_all"):
            _each(free, lambda reference, what, _: retention.propose(who, reference, what))
        if len(ready) > 1 and st.button(t("retention.confirm_all", count=len(ready)), key="retention.confirm_all"):
            st.session_state["retention.open"], st.session_state["retention.shown"] = ("confirm", ""), ready
            st.rerun()


def _confirm_shown(who: Actor) -> None:
    """Those that stand in the warning, and none that a colleague proposes meanwhile."""
    shown: list[Going] = st.session_state["retention.shown"]
    named = ", ".join(reference for reference, _, _ in shown)
    st.warning(t("retention.warning_all", count=len(shown), references=named), icon=":material/warning:")
    with st.container(horizontal=True):
        if _button("destroy", "", first=True):
            _each(shown, lambda reference, what, seq: retention.confirm(who, reference, what, seq))
        _cancel("")


def _each(going: Sequence[Going], act: Callable[[str, What, int], None]) -> None:
    """One that is refused, because something happened in it meanwhile, stays on the list; the rest is done."""
    done = 0
    for reference, what, seq in going:
        with suppress(Refused):
            act(reference, what, seq)
            done += 1
    st.session_state.pop("retention.open", None)
    tell("retention.done_all", count=done, total=len(going))
    st.rerun()


def _waits_for(proposed: Proposed) -> str:
    if proposed.alone_from is None:
        return t("retention.second_person" if proposed.why_not == "second_person" else f"refused.{proposed.why_not}")
    return t("retention.alone_from", day=_day(proposed.alone_from))


def _confirm(who: Actor, row: Row, seq: int) -> None:
    """`seq`: the proposal on which the warning was opened."""
    st.warning(t(f"retention.warning_{row.what}", reference=row.reference), icon=":material/warning:")
    with st.container(horizontal=True):
        if _button("destroy", row.reference, first=True):
            with show_refusals():
                retention.confirm(who, row.reference, row.what, seq)
                _done(f"destroy_{row.what}", row.reference)
        _cancel(row.reference)


def kept(who: Actor, each: Held) -> None:
    with st.container(border=True, gap="small"):
        st.text(f"{each.reference} {each.title}")
        st.text(each.reason)
        st.caption(t("retention.held_by", name=each.by, day=_day(each.on)))
        if _opened() == ("release", each.reference):
            _with_reason(who, each.reference, "release")
        else:
            _open("release", each.reference)


def keep_another(who: Actor) -> None:
    """A dossier that is not on the list: a claim can come at any moment."""
    st.subheader(t("retention.hold_another"), anchor=False)
    with st.form("retention.another", clear_on_submit=False):
        fields = Fields()
        reference = st.text_input(t("retention.reference"), key="retention.another.reference")
        reason = st.text_area(t("retention.reason"), key="retention.another.reason", height=100)
        fields.under("reason")
        submitted = st.form_submit_button(t("retention.do_hold"))
    if submitted:
        with show_refusals(fields):
            retention.hold(who, reference.strip().upper()[:40], reason)
            for name in ("reference", "reason"):
                del st.session_state[f"retention.another.{name}"]
            _done("hold", reference.strip().upper()[:40])


def _with_reason(who: Actor, reference: str, act: str) -> None:
    fields = Fields()
    reason = st.text_area(t("retention.reason"), key=f"retention.{act}.{reference}", height=100)
    fields.under("reason")
    with st.container(horizontal=True):
        if st.button(t(f"retention.do_{act}"), key=f"retention.save.{reference}", type="primary"):
            with show_refusals(fields):
                (retention.hold if act == "hold" else retention.release)(who, reference, reason)
                _done(act, reference)
        _cancel(reference)


# One thing is open at a time


def _opened() -> tuple[str, str] | None:
    opened: tuple[str, str] | None = st.session_state.get("retention.open")
    return opened


def _open(act: str, reference: str) -> None:
    if _button(act, reference):
        st.session_state["retention.open"] = (act, reference)
        st.rerun()


def _button(act: str, reference: str, *, first: bool = False) -> bool:
    return st.button(t(f"retention.{act}"), key=f"retention.{act}_{reference}", type="primary" if first else "secondary")


def _cancel(reference: str) -> None:
    if st.button(t("common.cancel"), key=f"retention.cancel.{reference}", type="tertiary"):
        st.session_state.pop("retention.open", None)
        st.rerun()


def _done(act: str, reference: str) -> None:
    st.session_state.pop("retention.open", None)
    tell(f"retention.done_{act}", reference=reference)
    st.rerun()


def _link(reference: str, compartment: str) -> None:
    page = "complaint" if compartment == Compartment.REGULAR else "restricted"
    st.page_link(PAGES[page], label=reference, icon=":material/folder_open:", query_params={"ref": reference})


def _day(day: object) -> str:
    return short_date(day, language())  # type: ignore[arg-type]
