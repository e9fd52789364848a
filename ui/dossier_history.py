"""What happened in a dossier and what lies in it: the timeline, letters and messages, notes, attachments."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from domain.attachments import EXTENSIONS
from domain.vocabulary import EventKind, Side
from services import attachments, letters, steps
from services.dossier import Content, Dossier
from services.dossier_content import AttachmentView, MessageView
from services.dossier_timeline import TimelineEntry
from text import moment, short_date
from text.timeline import Told
from ui.dossier_view import day
from ui.session import Fields, actor, emptied, form_id, language, new_form_id, show_refusals, t, tell
from ui.strip_box import strip_box

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


# The timeline


def timeline(content: Content) -> None:
    st.caption(t("complaint.newest_first"))
    for entry in content.timeline:
        _entry(entry)


def _entry(entry: TimelineEntry) -> None:
    told = Told(entry.kind, entry.codes, language())
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{short_date(entry.happened_on, language())}** &nbsp; {told.what}")
        if entry.side == Side.APPEAL:
            st.badge(t("side.appeal"), icon=":material/balance:", color="violet")
        details = "; ".join(told.details)
        if details:
            st.text(details)
        if entry.text:
            st.text(entry.text)
        recorded = moment(entry.recorded_at, language())
        late = "complaint.recorded_late" if entry.recorded_late else "complaint.recorded"
        st.text(t(late, who=entry.who or t("complaint.system"), when=recorded))


# Letters and messages


def messages(file: Dossier, content: Content) -> None:
    if not content.messages:
        st.caption(t("complaint.no_messages"))
    for each in content.messages:
        _message(file, each)


def _message(file: Dossier, message: MessageView) -> None:
    kind = t(f"letter_type.{message.letter_type}") if message.letter_type else t("complaint.message_in")
    label = f"{day(message.sent_on)}: {kind}, {t(f'channel.{message.channel}').lower()}"
    with st.expander(label, icon=":material/outgoing_mail:" if message.direction == "out" else ":material/inbox:"):
        if message.direction == "out":
            st.caption(t("complaint.sent_to", recipient=t(f"recipient.{message.recipient}").lower()))
        st.text(message.subject)
        st.text(message.body)
        st.text(t("complaint.recorded", who=message.recorded_by, when=moment(message.recorded_at, language())))
        if message.letter_type:
            _downloads(file, message.id, message.letter_type)


def _downloads(file: Dossier, message_id: int, letter_type: str) -> None:
    """Made when somebody clicks; the service asks again who that is."""
    with st.container(horizontal=True):
        for extension, make, mime in (("pdf", letters.as_pdf, "application/pdf"), ("docx", letters.as_docx, DOCX)):
            st.download_button(
                t(f"letters.download_{extension}"),
                partial(make, actor(), message_id),
                file_name=letters.file_name(file.reference, letter_type, extension),
                mime=mime,
                key=f"complaint.{extension}.{message_id}",
                icon=":material/download:",
                on_click="ignore",
            )


# Notes


def notes(file: Dossier, content: Content, today: date | None) -> None:
    """`today` for who may write one."""
    if today is not None:
        _write_note(file, today)
    if not content.notes:
        st.caption(t("complaint.no_notes"))
    for each in content.notes:
        with st.container(border=True, gap="xsmall"):
            st.text(each.text)
            st.text(t("complaint.recorded", who=each.who or "", when=moment(each.recorded_at, language())))


def _write_note(file: Dossier, today: date) -> None:
    fields = Fields()
    emptied({"complaint.quick_note.text": ""})
    text = st.text_area(t("complaint.new_note"), key="complaint.quick_note.text", height=100)
    fields.under("text")
    if st.button(t("complaint.save_note"), key="complaint.quick_note.save"):
        with show_refusals(fields):
            steps.log(actor(), file.reference, EventKind.NOTE, today, text or "", form_id=form_id("complaint.quick_note"))
            _done("complaint.quick_note", "complaint.note_saved")


def _done(prefix: str, sentence: str) -> None:
    for key in [str(each) for each in st.session_state if str(each).startswith(f"{prefix}.")]:
        del st.session_state[key]
    new_form_id(prefix)
    tell(sentence)
    st.rerun()


# Attachments


def files(file: Dossier, content: Content, may_write: bool) -> None:
    if not content.attachments:
        st.caption(t("complaint.no_attachments"))
    for each in content.attachments:
        _attachment(each, file.may_remove)
    if may_write:
        _add(file)


def _attachment(attachment: AttachmentView, may_remove: bool) -> None:
    with st.container(border=True, gap="xsmall"):
        st.text(attachment.name)
        st.text(
            t(
                "complaint.attached",
                size=max(1, round(attachment.size / 1024)),
                who=attachment.added_by,
                when=moment(attachment.added_at, language()),
            )
        )
        with st.container(horizontal=True):
            st.link_button(t("complaint.download"), f"/attachment/{attachment.token}", icon=":material/download:")
            if may_remove:
                _remove(attachment)


def _remove(attachment: AttachmentView) -> None:
    fields = Fields()
    with st.popover(t("complaint.remove")):
        reason = st.text_input(t("complaint.remove_reason"), key=f"complaint.remove.{attachment.token}")
        fields.under("reason")
        if st.button(t("complaint.remove"), key=f"complaint.remove_now.{attachment.token}"):
            with show_refusals(fields):
                attachments.remove(actor(), attachment.token, reason or "")
                tell("complaint.removed")
                st.rerun()


def _add(file: Dossier) -> None:
    fields = Fields()
    # A new key after each upload: the uploader cannot be emptied otherwise.
    key = f"complaint.upload.{form_id('complaint.upload')}"
    chosen = st.file_uploader(t("complaint.add_files"), type=list(EXTENSIONS), accept_multiple_files=True, key=key)
    fields.under("attachments")
    strip = bool(chosen) and strip_box(key, [each.name for each in chosen], file.anonymous)
    if chosen and st.button(t("complaint.attach"), key="complaint.attach"):
        with show_refusals(fields):
            attachments.add(actor(), file.reference, [(each.name, each.getvalue()) for each in chosen], strip)
            new_form_id("complaint.upload")
            tell("complaint.attached_now")
            st.rerun()
