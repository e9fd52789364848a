"""The minutes of a yearly review, as .docx and as .pdf: of the dossiers that their reader may see, in Dutch."""

from __future__ import annotations

import secrets
from datetime import date

from db.settings import read_settings
from domain.reviewing import FEW
from domain.rights import Right
from services.door import Actor, Work, work
from services.rendering import Entry, Report, Section, pdf, report_docx
from services.review_evaluations import Looked, looked_at
from services.review_items import Item, OpenAction, Review, seen_by
from services.reviews import found
from text import moment, short_date, translate


def as_docx(actor: Actor, review_id: int) -> bytes:
    """Raises Refused ``review_unknown``."""
    with work(actor, Right.REVIEW) as w:
        made = _made(w, review_id)
    return report_docx.render(made)


def as_pdf(actor: Actor, review_id: int) -> bytes:
    """Raises Refused ``review_unknown``."""
    with work(actor, Right.REVIEW) as w:
        made = _made(w, review_id)
    return pdf.render_report(made)


def file_name(shown: Review, extension: str) -> str:
    """With a random part: the address of a download follows from its name and content, and must not be guessed."""
    return f"toetsing-{shown.line.until:%Y-%m-%d}-{secrets.token_hex(8)}.{extension}"


def total_words(language: str, given: int | None) -> str:
    """Of a closed compartment, as it was supplied."""
    if given is None:
        return translate(language, "review.not_supplied")
    return translate(language, "review.few", number=FEW) if given == 0 else str(given)


def _made(w: Work, review_id: int) -> Report:
    review = found(w, review_id)
    return _report(w, seen_by(w, review), looked_at(w, review))


def _report(w: Work, shown: Review, forms: Looked) -> Report:
    organisation = read_settings(w.session).organisation
    made = moment(w.now, "nl")
    sections = (
        _about(shown),
        Section(_t("review.open_actions"), entries=tuple(map(_open_action, shown.open_actions))),
        Section(_t("review.cases"), entries=tuple(map(_case, shown.items))),
        _learned(shown),
        _totals(shown, forms),
    )
    return Report(
        organisation=organisation,
        title=_t("review.minutes_title", since=_day(shown.line.since), until=_day(shown.line.until)),
        about=(
            _t("review.minutes_draft") if shown.is_open else _t("review.minutes_final", day=_day(shown.line.finalised_on)),
            _t("review.minutes_seen", who=w.person.display_name),
        ),
        footer=_t("review.minutes_footer", when=made),
        sections=tuple(each for each in sections if each.facts or each.entries),
        labels={name: _t(f"letters.sheet.{name}") for name in ("page", "of")},
    )


def _t(key: str, **values: object) -> str:
    return translate("nl", key, **values)


def _day(day: date | None) -> str:
    return short_date(day, "nl") if day else ""


def _about(shown: Review) -> Section:
    facts = (
        ("review.period", _t("review.period_words", since=_day(shown.line.since), until=_day(shown.line.until))),
        ("review.frozen_on", f"{_day(shown.line.frozen_on)} ({shown.opened_by})"),
        ("review.participants", ", ".join(name for _, name in shown.participants)),
        ("review.finalised_on", f"{_day(shown.line.finalised_on)} ({shown.finalised_by})" if shown.finalised_by else ""),
    )
    return Section(_t("review.about"), tuple((_t(label), value) for label, value in facts if value))


def _open_action(each: OpenAction) -> Entry:
    lines = [_t("review.owner_and_date", owner=each.owner, day=_day(each.due_on))]
    if each.done_on:
        lines.append(_t("review.done_since", day=_day(each.done_on)))
    return Entry(each.reference, tuple(lines), (each.text,))


def _case(item: Item) -> Entry:
    outcome = _t(f"outcome.{item.outcome}") if item.outcome else _t(f"status.{item.status}")
    where = [_t("review.received", day=_day(item.received_on)), item.category, item.unit or "", outcome]
    lines = [" · ".join(each for each in where if each), answer_words("nl", item)]
    if item.extra_action:
        lines.append(_t("review.owner_and_date", owner=item.owner, day=_day(item.due_on)))
    if item.before:
        lines.append(_t("review.before", day=_day(item.before)))
    said = (("action", item.action), ("why", item.why), ("note", item.note))
    return Entry(item.reference, tuple(lines), tuple(f"{_t(f'review.told_{name}')}: {text}" for name, text in said if text))


def answer_words(language: str, item: Item) -> str:
    """ "Extra actie: ja (Piet Partner, 21-11-2026)"."""
    if item.extra_action is None:
        return translate(language, "review.no_answer")
    key = "review.answer_yes" if item.extra_action else "review.answer_no"
    return translate(language, key, who=item.by or "", day=short_date(item.on, language) if item.on else "")


def _learned(shown: Review) -> Section:
    said = (("learned", shown.learned), ("notes", shown.notes))
    entries = tuple(Entry(_t(f"review.{name}"), texts=(text,)) for name, text in said if text)
    return Section(_t("review.meeting"), entries=entries)


def _totals(shown: Review, forms: Looked) -> Section:
    yes = sum(each.extra_action is True for each in shown.items)
    facts = [
        ("review.total", str(shown.line.total)),
        ("review.total_answered", str(shown.line.answered)),
        ("review.total_yes", str(yes)),
        ("review.total_open_actions", str(len(shown.open_actions))),
    ]
    if shown.anonymised:
        facts.append(("review.total_anonymised", str(shown.anonymised)))
    if forms.here:
        facts.append(("review.minutes_forms_seen", str(forms.seen)))
        facts.append(("review.minutes_forms_back", str(forms.taken_back)))
    facts.append(("review.unwanted", total_words("nl", shown.unwanted)))
    facts.append(("review.whistleblower", total_words("nl", shown.whistleblower)))
    return Section(_t("review.totals"), tuple((_t(label), value) for label, value in facts))
