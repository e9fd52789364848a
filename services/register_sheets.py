"""The sheets of the whole register: of so many dossiers at a time the rows of each kind, as their reader may see them.

The row rule narrows every statement; what a reader may not know of besides that is left out as on the screen: of an appeal its
grounds, and its ruling until it was told; of the history the question whether a name is theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from db import models as m
from db.profiles import parse
from services.door import Work
from services.dossier_timeline import accounts_in, entry_of
from services.exports import words_in
from services.overview_promises import state
from services.spreadsheets import Cell, Words
from text.timeline import Told

Row = tuple[Cell, ...]
Dossiers = Sequence[int]

_REFERENCE = ("board.column_reference", 12)


@dataclass(frozen=True)
class SheetOf:
    """`name`: its heading is the message ``exports.sheet_<name>``; `columns`: the message of each heading, and its width."""

    name: str
    columns: tuple[tuple[str, int], ...]
    rows: Callable[[Work, Dossiers], Iterator[Row]]


def about(w: Work, lines: Mapping[str, int]) -> Iterator[Row]:
    """The last sheet. `lines`: how many, by the name of the sheet."""
    t = words_in(w.person.language)
    yield (t("overview.about_what"), t("exports.list_register"))
    yield (t("overview.about_filter"), t("exports.scope"))
    yield (t("overview.about_narrowed"), t("exports.narrowed_not"))
    for name, number in lines.items():
        yield (t("exports.about_rows_of", name=name), number)
    yield (t("overview.about_made"), w.now)
    yield (t("overview.about_by"), w.person.display_name)
    yield (t("exports.about_left_out"), t("exports.left_out_register"))
    yield (t("exports.about_care"), t("exports.care"))


def _t(w: Work) -> Words:
    return words_in(w.person.language)


def _coded(t: Words, area: str, value: str | None) -> str | None:
    return t(f"{area}.{value}") if value else None


def _yes(t: Words, value: bool | None) -> str | None:
    return None if value is None else t("common.yes" if value else "common.no")


def _labels(w: Work, here: Dossiers) -> dict[int, dict[str, str]]:
    """By dossier: what its promises and procedures are called in the version that it started under."""
    c = m.Complaint
    versions = {
        row.id: row.profile_version_id for row in w.session.execute(select(c.id, c.profile_version_id).where(c.id.in_(here)))
    }
    known = {}
    for each in set(versions.values()):
        profile = parse(w.session.get_one(m.ProfileVersion, each).source)
        known[each] = {rule.key: rule.label for rule in profile.terms} | {p.key: p.label for p in profile.procedures}
    return {number: known[version] for number, version in versions.items()}


# Each of them


_DOSSIERS = (
    _REFERENCE, ("exports.kind", 10), ("exports.status", 22), ("complaint.procedure", 28), ("exports.overlay", 28),
    ("complaint.received_on", 14), ("complaint.registered_on", 14), ("complaint.reporter", 24), ("overview.channel", 18),
    ("overview.subject", 22), ("overview.category", 28), ("exports.subcategory", 24), ("overview.unit", 24),
    ("board.column_title", 40), ("complaint.description", 60), ("complaint.remedy_requested", 40),
    ("complaint.immediate_actions", 40), ("complaint.red_flag", 14), ("complaint.already_resolved", 14),
    ("complaint.handler", 24), ("exports.ladder_level", 24), ("exports.acknowledged_on", 14), ("overview.outcome", 20),
    ("exports.answered_on", 14), ("complaint.closed_on", 14), ("exports.close_reason", 28), ("complaint.reopened", 12),
    ("exports.outside", 28), ("exports.complainant_type", 18), ("complaint.complainant", 24), ("complaint.contact", 30),
    ("complaint.representative_of", 24),
)  # fmt: skip


def _dossiers(w: Work, here: Dossiers) -> Iterator[Row]:
    c, who, reporter, handler = m.Complaint, m.Complainant, aliased(m.Account), aliased(m.Account)
    t, labels = _t(w), _labels(w, here)
    query = (
        select(c, who, reporter.display_name, handler.display_name, m.OrgUnit.name)
        .outerjoin(who, who.complaint_id == c.id)
        .outerjoin(reporter, reporter.id == c.reporter_id)
        .outerjoin(handler, handler.id == c.handler_id)
        .outerjoin(m.OrgUnit, m.OrgUnit.id == c.unit_id)
        .where(c.id.in_(here))
        .order_by(c.id)
    )
    for row, person, by, handled_by, unit in w.session.execute(query):
        called = labels[row.id]
        yield (
            *(row.reference, t(f"kind.{row.kind}"), t(f"status.{row.status}"), called.get(row.procedure, row.procedure)),
            *(called.get(row.overlay or "", row.overlay), row.received_on, row.registered_on, by, t(f"channel.{row.channel}")),
            *(t(f"subject_type.{row.subject_type}"), row.category, row.subcategory, unit, row.title, row.description),
            *(row.remedy_requested, row.immediate_actions, _yes(t, row.red_flag), _yes(t, row.already_resolved), handled_by),
            *(t(f"ladder_level.{row.ladder_level}"), row.acknowledged_on, _coded(t, "outcome", row.outcome), row.answered_on),
            *(row.closed_on, _coded(t, "close_reason", row.close_reason), _yes(t, row.reopened)),
            _coded(t, "external_stage", row.external_stage),
            *(_complainant(t, person)),
        )


def _complainant(t: Words, person: m.Complainant | None) -> Row:
    if person is None:
        return (None, None, None, None)
    return (t(f"complainant_type.{person.type}"), person.name, person.contact, person.representative_of)


_EVENTS = (
    _REFERENCE, ("exports.happened_on", 14), ("exports.recorded_at", 20), ("exports.who", 24), ("readings.what", 34),
    ("exports.details", 50), ("exports.text", 70),
)  # fmt: skip


def _events(w: Work, here: Dossiers) -> Iterator[Row]:
    c, e, told = m.Complaint, m.Event, m.EventText
    query = (
        select(c.reference, e, told.text)
        .join(c, c.id == e.complaint_id)
        .outerjoin(told, told.event_id == e.id)
        .where(e.complaint_id.in_(here))
        .order_by(e.complaint_id, e.seq)
    )
    found = [row for row in w.session.execute(query) if row[1].codes.get("resembled", 0) != w.person.id]  # never to them
    labels, t = _labels(w, here), _t(w)
    names = _names(w, {each for _, event, _ in found for each in (*accounts_in(event.codes), event.actor_id) if each})
    for reference, event, text in found:
        entry = entry_of(event, text, names, labels[event.complaint_id])
        said = Told(entry.kind, entry.codes, w.person.language)
        who = entry.who or t("complaint.system")
        yield (reference, entry.happened_on, entry.recorded_at, who, said.what, "; ".join(said.details), entry.text)


def _names(w: Work, ids: set[int]) -> dict[int, str]:
    found = w.session.execute(select(m.Account.id, m.Account.display_name).where(m.Account.id.in_(ids)))
    return {row.id: row.display_name for row in found}


_PROMISES = (
    _REFERENCE, ("overview.promise", 40), ("exports.counts_from", 14), ("exports.target_on", 14), ("exports.legal_on", 14),
    ("exports.statutory", 12), ("overview.state", 20), ("exports.met_on", 14), ("exports.extended_to", 14),
    ("exports.notice_on", 14), ("exports.cancelled_on", 14),
)  # fmt: skip


def _promises(w: Work, here: Dossiers) -> Iterator[Row]:
    p, t, labels = m.Promise, _t(w), _labels(w, here)
    query = (
        select(m.Complaint.reference, p, state(w))
        .join(m.Complaint, m.Complaint.id == p.complaint_id)
        .where(p.complaint_id.in_(here), p.informative.is_(False))
        .order_by(p.complaint_id, p.id)
    )
    for reference, row, stands in w.session.execute(query):
        key = f"{row.procedure}.{row.code}"
        yield (
            *(reference, labels[row.complaint_id].get(key, key), row.trigger_on, row.target_on, row.legal_on),
            *(_yes(t, row.statutory), t(f"promise_state.{stands}"), row.met_on, row.extended_to, row.notice_on),
            row.cancelled_on,
        )


_DECISIONS = (
    _REFERENCE, ("exports.decided_on", 14), ("exports.decided_by", 24), ("overview.outcome", 20), ("exports.reasons", 80),
    ("exports.superseded", 14),
)  # fmt: skip


def _decisions(w: Work, here: Dossiers) -> Iterator[Row]:
    d, t = m.Decision, _t(w)
    query = select(m.Complaint.reference, d, m.Account.display_name).join(m.Complaint, m.Complaint.id == d.complaint_id)
    query = query.join(m.Account, m.Account.id == d.decided_by).where(d.complaint_id.in_(here))
    for reference, row, by in w.session.execute(query.order_by(d.complaint_id, d.id)):
        yield (reference, row.decided_on, by, t(f"outcome.{row.outcome}"), row.reasons, _yes(t, row.superseded))


_MEASURES = (
    _REFERENCE, ("exports.measure", 60), ("exports.owner", 24), ("board.column_due", 14), ("exports.done_on", 14),
    ("exports.evidence", 50), ("exports.check_on", 14), ("exports.helped", 14), ("exports.explanation", 50),
)  # fmt: skip


def _measures(w: Work, here: Dossiers) -> Iterator[Row]:
    row, done, effect, t = m.Measure, m.MeasureDone, m.MeasureEffect, _t(w)
    query = (
        select(m.Complaint.reference, row.text, m.Account.display_name, row.due_on, done.done_on, done.evidence, done.check_on)
        .add_columns(effect.helped, effect.explanation)
        .join(m.Complaint, m.Complaint.id == row.complaint_id)
        .join(m.Account, m.Account.id == row.owner_id)
        .outerjoin(done, done.measure_id == row.id)
        .outerjoin(effect, effect.measure_id == row.id)
        .where(row.complaint_id.in_(here))
        .order_by(row.complaint_id, row.id)
    )
    for *of_it, helped, explanation in w.session.execute(query):
        yield (*of_it, _coded(t, "helped", helped), explanation)


_APPEALS = (
    _REFERENCE, ("complaint.lodged_on", 14), ("overview.channel", 18), ("exports.in_time", 12), ("exports.ruled_on", 14),
    ("complaint.ruling", 34), ("complaint.ruling_reasons", 70), ("complaint.consequence", 60), ("exports.withdrawn_on", 14),
)  # fmt: skip


def _appeals(w: Work, here: Dossiers) -> Iterator[Row]:
    """As the first line sees them: the ruling once it was told, and none of the reviewer's own papers."""
    a, t = m.Appeal, _t(w)
    query = select(m.Complaint.reference, a).join(m.Complaint, m.Complaint.id == a.complaint_id).where(a.complaint_id.in_(here))
    for reference, row in w.session.execute(query.order_by(a.complaint_id, a.id)):
        ruled = row.ruled_on is not None
        ruling = (_coded(t, "ruling", row.ruling), row.reasons, row.consequence) if ruled else (None, None, None)
        yield (
            reference,
            row.lodged_on,
            t(f"channel.{row.channel}"),
            _yes(t, row.in_time),
            row.ruled_on,
            *ruling,
            row.withdrawn_on,
        )


_LETTERS = (
    _REFERENCE, ("exports.sent_on", 14), ("exports.direction", 12), ("exports.letter", 34), ("exports.recipient", 22),
    ("overview.channel", 18), ("exports.subject", 40), ("exports.text", 80),
)  # fmt: skip


def _letters(w: Work, here: Dossiers) -> Iterator[Row]:
    row, words, t = m.Message, m.MessageText, _t(w)
    query = (
        select(m.Complaint.reference, row, words.subject, words.body)
        .join(m.Complaint, m.Complaint.id == row.complaint_id)
        .outerjoin(words, words.message_id == row.id)
        .where(row.complaint_id.in_(here))
        .order_by(row.complaint_id, row.id)
    )
    for reference, each, subject, body in w.session.execute(query):
        kind = (t(f"exports.direction_{each.direction}"), _coded(t, "letter_type", each.letter_type))
        to = t(f"recipient.{each.recipient}") if each.direction == "out" else None
        yield (reference, each.sent_on, *kind, to, t(f"channel.{each.channel}"), subject, body)


_SATISFACTION = (
    _REFERENCE, ("satisfaction.invited_on", 14), ("satisfaction.answered_on", 14), ("satisfaction.process", 14),
    ("satisfaction.outcome", 14), ("satisfaction.remark_said", 60),
)  # fmt: skip


def _satisfaction(w: Work, here: Dossiers) -> Iterator[Row]:
    row = m.Satisfaction
    query = select(m.Complaint.reference, row.invited_on, row.answered_on, row.process, row.outcome, row.remark)
    query = query.join(m.Complaint, m.Complaint.id == row.complaint_id).where(row.complaint_id.in_(here))
    yield from (tuple(each) for each in w.session.execute(query.order_by(row.complaint_id)))


SHEETS: tuple[SheetOf, ...] = (
    SheetOf("dossiers", _DOSSIERS, _dossiers),
    SheetOf("events", _EVENTS, _events),
    SheetOf("promises", _PROMISES, _promises),
    SheetOf("decisions", _DECISIONS, _decisions),
    SheetOf("measures", _MEASURES, _measures),
    SheetOf("appeals", _APPEALS, _appeals),
    SheetOf("letters", _LETTERS, _letters),
    SheetOf("satisfaction", _SATISFACTION, _satisfaction),
)
