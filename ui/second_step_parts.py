"""What the sign-in screen and the account page both show of a second step: the picture for the app, and the recovery codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import qrcode
import streamlit as st
from qrcode.image.svg import SvgPathFillImage

from domain.errors import Refused
from services.second_step import Enrolment
from ui.session import Fields, t


def app_part(shown: Enrolment) -> None:
    """The picture travels inside the page: nobody else can fetch it."""
    st.text(t("second_step.enrol_app"))
    st.text(t("second_step.enrol_scan"))
    drawn = BytesIO()
    qrcode.make(shown.uri, image_factory=SvgPathFillImage, box_size=16, border=4).save(drawn)
    st.image(drawn.getvalue().decode(), caption=t("second_step.picture"), width=240)
    st.text(t("second_step.enrol_type"))
    st.code(
        " ".join(shown.secret[start : start + 4] for start in range(0, len(shown.secret), 4)), language=None, wrap_lines=True
    )
    st.text(t("second_step.enrol_code"))


def code_field(key: str, fields: Fields, label: str = "second_step.code") -> str:
    """Six digits, or a recovery code where that is as good."""
    code = st.text_input(t(label), key=key, autocomplete="one-time-code")
    fields.under("code")
    return code


@contextmanager
def first_code() -> Iterator[None]:
    """Around the first code of an app: there are no recovery codes yet, and mostly it is the clock of the telephone."""
    try:
        yield
    except Refused as refusal:
        raise Refused("first_code_wrong", "code") if refusal.code == "second_step_wrong" else refusal from None


def codes_part(codes: tuple[str, ...]) -> None:
    st.subheader(t("second_step.codes_title"), anchor=False)
    st.text(t("second_step.codes_about"))
    st.code("\n".join(codes), language=None)
    st.caption(t("second_step.codes_copy"))
