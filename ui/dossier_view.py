"""What a dossier says: the complaint, what was promised, who is in it, what was decided, and where else one can go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import quote

import streamlit as st

from domain.outside import may_bind
from domain.promises import PromiseState
from domain.vocabulary import ExternalStage, Flag, LadderLevel, Status
from services.dossier import Content, Dossier
from services.dossier_content import DecisionView, MeasureView, ReferralView
from services.profiles import ProfileWords
from text import short_date
from ui.dossier_promises import STATES, promises_section
from ui.lifting import proposed
from ui.session import in_badge, language, literal, t
from ui.widgets import LOOKS

_LABEL = 130  # pixels: what stands beside it keeps its own column, on a telephone too


def day(value: object) -> str:
    return short_date(value, language()) if value else ""  # type: ignore[arg-type]


def fact(label: str, value: str | None) -> None:
    """One line: what it is, and what it says, literally."""
    if not value:
        return
    with st.container(horizontal=True, wrap=False, gap="small"):
        st.caption(label, width=_LABEL)
        st.text(value, width="stretch")


def words(label: str, text: str | None) -> None:
    """Somebody's own text under its label."""
    if text:
        with st.container(gap="xxsmall"):
            st.caption(label)
            st.text(text)


# What the complaint is


def summary(file: Dossier) -> None:
    st.subheader(t("complaint.summary"), anchor=False)
    with st.container(border=True):
        if file.description is None:
            st.caption(t("complaint.words_elsewhere"))
        words(t("complaint.description"), file.description)
        words(t("complaint.remedy_requested"), file.remedy_requested)
        if file.description is not None:
            none = t("old_register.not_recorded" if file.taken_over else "complaint.no_immediate_actions")
            words(t("complaint.immediate_actions"), file.immediate_actions or none)


def facts(file: Dossier) -> None:
    st.subheader(t("complaint.facts"), anchor=False)
    with st.container(border=True, gap="xsmall"):
        fact(t("complaint.received_on"), f"{day(file.received_on)}, {t(f'channel.{file.channel}')}")
        if file.registered_on != file.received_on:
            fact(t("complaint.registered_on"), day(file.registered_on))
        fact(t("complaint.category"), " / ".join(each for each in (file.category, file.subcategory) if each))
        fact(t("complaint.unit"), file.unit)
        committee = f", {t('complaint.code_committee')}" if file.by_committee else ""
        fact(t("complaint.procedure"), file.procedure_label + committee)
        if not file.taken_over:
            fact(t("complaint.discussed"), t(f"discussed.{file.discussed}"))
        if file.already_resolved:
            fact(t("complaint.resolved_on"), day(file.resolved_on))
        if file.red_flag:
            fact(t("complaint.expert_consulted_on"), day(file.expert_consulted_on) or t("complaint.not_yet"))
        if file.consulted_on:
            fact(t("complaint.consulted_on"), day(file.consulted_on))
        gone = file.status == Status.ANONYMISED and file.complainant  # the decision itself
        if file.outcome and (gone or (file.taken_over and file.content and not file.content.decision)):
            fact(t("complaint.decision"), t(f"outcome.{file.outcome}"))
        if file.closed_on:
            why = t(f"close_reason.{file.close_reason}") if file.close_reason else t("old_register.no_reason")
            fact(t("complaint.closed_on"), f"{day(file.closed_on)}, {why}")


# Who is in it


def people(file: Dossier) -> None:
    """Who complained apart from who passed it on: those two are never the same thing (R066)."""
    st.subheader(t("complaint.people"), anchor=False)
    with st.container(border=True, gap="xsmall"):
        _complainant(file)
        for each in file.content.people if file.content else ():
            fact(t(f"relation.{each.relation}"), each.name)
            proposed(file.reference, each)
    with st.container(border=True, gap="xsmall"):
        fact(t("complaint.reporter"), _with_me(file.reporter, file.mine))
        fact(t("complaint.handler"), file.handler or t("complaint.nobody_yet"))
        fact(t("complaint.ack_owner"), file.ack_owner)
        fact(t("complaint.acting_director"), file.acting_director)


def _with_me(name: str | None, mine: bool) -> str | None:
    return t("complaint.and_you", name=name) if name and mine else name


def _complainant(file: Dossier) -> None:
    known = file.complainant
    if known is None:
        fact(t("complaint.complainant"), t("complaint.anonymous" if file.anonymous else "complaint.name_hidden"))
        return
    kind = t(f"complainant_type.{known.type}")
    fact(t("complaint.complainant"), f"{known.name} ({kind.lower()})" if known.name else kind)
    fact(t("complaint.contact"), known.contact)
    if known.preferred_channel:
        fact(t("complaint.preferred_channel"), t(f"channel.{known.preferred_channel}"))
    fact(t("complaint.representative_of"), known.representative_of)


# What was promised


def promises(file: Dossier) -> None:
    promises_section(file.reference, file.promises)


# What was decided, and what follows


def decision(content: Content) -> None:
    if content.decision:
        st.subheader(t("complaint.decision"), anchor=False)
        with st.container(border=True):
            _decision(content.decision)
    if content.earlier_decisions:
        with st.expander(t("complaint.earlier_decisions")):
            for each in content.earlier_decisions:
                _decision(each)
    if content.measures:
        st.subheader(t("complaint.measures"), anchor=False)
        with st.container(border=True, gap="xsmall"):
            for measure in content.measures:
                _measure(measure)


def closing(file: Dossier) -> None:
    """What became of each part, and whether the complainant is satisfied."""
    parts = file.content.parts if file.content else ()
    if not parts or file.closed_on is None:
        return
    st.subheader(t("complaint.closing_parts"), anchor=False)
    with st.container(border=True, gap="xsmall"):
        for each in parts:
            with st.container(horizontal=True, gap="small"):
                st.badge(t(f"outcome.{each.outcome}"), color="blue")
                st.text(each.text, width="stretch")
        if file.satisfied:
            fact(t("complaint.satisfied"), t(f"satisfied.{file.satisfied}"))


def satisfaction(content: Content) -> None:
    """How it went, for the complainant; nothing where nobody asked."""
    asked = content.satisfaction
    if asked is None:
        return
    st.subheader(t("satisfaction.dossier_heading"), anchor=False)
    with st.container(border=True, gap="xsmall"):
        fact(t("satisfaction.invited_on"), day(asked.invited_on))
        fact(t("satisfaction.answered_on"), day(asked.answered_on) or t("satisfaction.no_answer_yet"))
        if asked.declined:
            st.text(t("satisfaction.declined"))
        for name, score in (("process", asked.process), ("outcome", asked.outcome)):
            fact(t(f"satisfaction.{name}"), t(f"satisfaction.score_{score}") if score else None)
        words(t("satisfaction.remark_said"), asked.remark)


def _decision(made: DecisionView) -> None:
    st.badge(t(f"outcome.{made.outcome}"), color="gray" if made.superseded else "blue")
    if made.superseded:
        st.caption(t("complaint.superseded"))
    st.text(made.reasons)
    st.text(t("complaint.decided_by", name=made.decided_by, day=day(made.decided_on)))


def _measure(measure: MeasureView) -> None:
    if measure.done_on:
        word, look = t("complaint.measure_done", day=day(measure.done_on)), STATES[PromiseState.KEPT]
    elif measure.lapsed:
        word, look = t("complaint.measure_lapsed"), STATES[PromiseState.CANCELLED]
    elif measure.late:
        word, look = t("complaint.measure_late", day=day(measure.due_on)), STATES[PromiseState.MISSED]
    else:
        word, look = t("complaint.measure_open", day=day(measure.due_on)), LOOKS[Flag.ON_TIME]
    st.badge(word, icon=look.icon, color=look.color)  # type: ignore[arg-type]
    st.text(f"{measure.text} ({measure.owner})")
    if measure.evidence:
        st.text(t("complaint.evidence", text=measure.evidence))
    if measure.helped:
        st.text(f"{t('measures.helped', answer=t(f'helped.{measure.helped}'))} {measure.explanation}")
    elif measure.check_on:
        st.caption(t("measures.asked_now" if measure.asked else "measures.asked_on", day=day(measure.check_on)))
    elif measure.check_months and not measure.done_on and not measure.lapsed:
        st.caption(t("measures.asked_after", count=measure.check_months))


def appeal(content: Content, reassign: Callable[[], None]) -> None:
    """`reassign` draws what helps when nobody can hear the appeal."""
    brief = content.appeal
    if brief is None:
        return
    st.subheader(t("complaint.appeal"), anchor=False)
    with st.container(border=True, gap="xsmall"):
        lodged = t("complaint.appeal_in_time" if brief.in_time else "complaint.appeal_late")
        fact(t("complaint.lodged_on"), f"{day(brief.lodged_on)}, {lodged}")
        fact(t("complaint.ruling_due"), day(brief.ruling_due))
        if brief.withdrawn_on:
            fact(t("appeals.withdrawn_on"), day(brief.withdrawn_on))
        elif brief.ruled_on and brief.ruling:
            fact(t("complaint.ruling"), f"{t(f'ruling.{brief.ruling}')} ({day(brief.ruled_on)})")
            words(t("complaint.ruling_reasons"), brief.reasons)
            words(t("complaint.consequence"), brief.consequence)
            fact(t("complaint.consequence_due_on"), day(brief.consequence_due_on))
        else:
            st.caption(t("complaint.appeal_papers"))
        reassign()


# Up the ladder, and outside


def ladder(file: Dossier) -> None:
    st.subheader(t("complaint.ladder"), anchor=False)
    levels = list(LadderLevel)
    here = levels.index(LadderLevel(file.ladder_level))
    with st.container(border=True, gap="xsmall"):
        for number, (level, label) in enumerate(file.ladder, start=1):
            place = levels.index(level)
            if place == here:
                st.badge(
                    f"{number}. {in_badge(label)}, {t('complaint.ladder_here')}",
                    icon=":material/person_pin_circle:",
                    color="blue",
                )
            else:
                st.caption(f"{number}. {literal(label)}")
        st.caption(t("complaint.ladder_free"))


def outside(file: Dossier, procedure: ProfileWords) -> None:
    st.subheader(t("complaint.outside"), anchor=False)
    with st.container(border=True):
        st.text(t("complaint.outside_right"))
        for each in file.content.referrals if file.content else ():
            _referral(each)
        with st.expander(t("complaint.bodies")):
            for body in procedure.bodies_for(file.sector):
                st.markdown(f"**{literal(body.name)}**")
                for line in _some(body.does, body.conditions, body.costs):
                    st.caption(literal(line))
                if body.url.startswith("https://"):
                    st.markdown(f"[{literal(body.url.removeprefix('https://'))}](<{quote(body.url, safe=':/?&=#%')}>)")


def _referral(referral: ReferralView) -> None:
    st.badge(t(f"external_stage.{referral.stage}"), icon=":material/open_in_new:", color="gray")
    st.text(
        f"{referral.body_name}, {day(referral.submitted_on)}, {t(f'complaint.initiated_by.{referral.initiated_by}').lower()}"
    )
    if referral.result:
        known = {True: "yes", False: "no", None: "unknown"}[referral.binding]
        binding = t(f"complaint.binding_{known}") if may_bind(ExternalStage(referral.stage)) else ""
        fact(t("complaint.external_result"), ", ".join(filter(None, (t(f"external_result.{referral.result}"), binding))))
    if referral.internal_first is not None:
        fact(t("complaint.field.internal_first"), t("common.yes" if referral.internal_first else "common.no"))
    fact(t("complaint.case_number"), referral.case_number)
    words(t("complaint.note"), referral.note)


def _some(*texts: str) -> Iterable[str]:
    return (each for each in texts if each)
