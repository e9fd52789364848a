"""The forms of asking how it went, and of what the complainant answered."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from domain.satisfaction import SCORES
from domain.vocabulary import Channel
from domain.workflow import StepName
from services import satisfaction
from services.dossier_content import SatisfactionView
from ui.meanwhile import Field
from ui.session import t
from ui.step_here import Here, Save

_QUESTIONS = ("process", "outcome")
_WAYS = (
    *(Channel.PHONE, Channel.FACE_TO_FACE, Channel.EMAIL, Channel.LETTER),
    *(Channel.WEB_FORM, Channel.APP, Channel.OTHER),
)


def ask(here: Here) -> Save | None:
    for each in _QUESTIONS:
        st.text(t(f"satisfaction.question_{each}"))
    on = here.day()
    channel = here.pick("asked_channel", _WAYS, lambda each: t(f"channel.{each}"))
    here.fields.under("channel")
    return (lambda who: satisfaction.ask(who, here.reference, here.seen, on, channel or "")) if here.pressed() else None  # type: ignore[arg-type]


def answer(here: Here) -> Save | None:
    known = here.file.content.satisfaction if here.file.content else None
    here.meanwhile.meet(_standing(here, known))
    on = here.day(start=known.answered_on if known else None)
    declined = st.checkbox(t("satisfaction.declined_box"), known is not None and known.declined, key=here.key("declined"))
    here.fields.under("declined")
    scores = dict.fromkeys(_QUESTIONS)
    if not declined:
        scores = {each: _score(here, each, getattr(known, each, None)) for each in _QUESTIONS}
    remark = st.text_area(t("satisfaction.remark"), (known and known.remark) or "", height=80, key=here.key("remark"))
    here.fields.under("remark")
    if not here.pressed():
        return None
    return lambda who: satisfaction.answer(
        who,
        here.reference,
        here.seen,
        on,  # type: ignore[arg-type]
        **scores,
        remark=remark,
        declined=declined,
    )


def _standing(here: Here, known: SatisfactionView | None) -> dict[str, Field]:
    found = {
        "on": Field(t("complaint.field.on"), (known and known.answered_on) or here.today),
        "declined": Field(t("satisfaction.declined_box"), bool(known and known.declined)),
        "remark": Field(t("satisfaction.remark"), (known and known.remark) or ""),
    }
    for each in _QUESTIONS:
        found[each] = Field(t(f"satisfaction.question_{each}"), getattr(known, each, None), worded)
    return found


def _score(here: Here, question: str, known: int | None) -> int | None:
    chosen = st.selectbox(
        t(f"satisfaction.question_{question}"),
        SCORES,
        index=SCORES.index(known) if known else None,
        format_func=worded,
        placeholder=t("complaint.choose"),
        key=here.key(question),
    )
    here.fields.under(question)
    return chosen


def worded(score: int) -> str:
    return t(f"satisfaction.score_{score}")


FORMS: dict[StepName, Callable[[Here], Save | None]] = {
    StepName.ASK_SATISFACTION: ask,
    StepName.SATISFACTION: answer,
}
