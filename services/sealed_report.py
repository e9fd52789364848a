"""A dossier as it is printed into the sealed file: everything that the person who takes it along may see of it, in Dutch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from domain.promises import is_open
from services.dossier import Dossier
from services.dossier_content import Content, MeasureView, MessageView
from services.dossier_timeline import TimelineEntry
from services.promises import PromiseView
from services.readings import Reading
from services.rendering import Entry, Report, Section
from text import moment, short_date, translate
from text.timeline import Told

Facts = Iterable[tuple[str, str | None]]


@dataclass(frozen=True)
class Made:
    """By whom, when (UTC), and where the history ended then."""

    organisation: str
    by: str
    at: datetime
    seq: int
    end: str  # the hash of that event


def report(file: Dossier, made: Made, files: tuple[tuple[str, str], ...], opened: tuple[Reading, ...]) -> Report:
    """`files`: of each letter and attachment its place in the sealed file and what it is."""
    content = file.content
    sections = [_complaint(file), _people(file), _promises(file.promises)]
    if content is not None:
        sections += [_decision(content), _satisfaction(content), _appeal(content), _outside(content)]
        sections += [_timeline(content), _messages(content)]
    sections += [Section(_t("sealed.files"), facts=files), _opened(opened)]
    return Report(
        organisation=made.organisation,
        title=_t("sealed.report_title", reference=file.reference),
        about=(
            _t("sealed.report_made", who=made.by, when=moment(made.at, "nl")),
            _t("sealed.report_end", seq=made.seq, hash=made.end),
            _t("sealed.report_seen"),
        ),
        footer=_t("sealed.report_footer", reference=file.reference, when=moment(made.at, "nl")),
        sections=tuple(each for each in sections if each.facts or each.entries),
        labels={name: _t(f"letters.sheet.{name}") for name in ("page", "of")},
    )


def _t(key: str, **values: object) -> str:
    return translate("nl", key, **values)


def _day(day: date | None) -> str | None:
    return short_date(day, "nl") if day else None


def _said(*facts: tuple[str, str | None]) -> tuple[tuple[str, str], ...]:
    """Those that have something to say."""
    return tuple((_t(label), value) for label, value in facts if value)


def _texts(*texts: str | None) -> tuple[str, ...]:
    return tuple(each for each in texts if each)


def _complaint(file: Dossier) -> Section:
    closed = ", ".join(_texts(_day(file.closed_on), _t(f"close_reason.{file.close_reason}") if file.close_reason else None))
    words = (
        ("complaint.description", file.description),
        ("complaint.remedy_requested", file.remedy_requested),
        ("complaint.immediate_actions", file.immediate_actions),
    )
    return Section(
        _t("complaint.summary"),
        _said(
            ("sealed.status", _t(f"status.{file.status}")),
            ("sealed.subject", file.title),
            ("complaint.received_on", f"{_day(file.received_on)}, {_t(f'channel.{file.channel}')}"),
            ("complaint.registered_on", _day(file.registered_on)),
            ("complaint.category", " / ".join(_texts(file.category, file.subcategory))),
            ("complaint.unit", file.unit),
            ("complaint.procedure", file.procedure_label),
            ("complaint.discussed", None if file.taken_over else _t(f"discussed.{file.discussed}")),
            ("complaint.expert_consulted_on", _day(file.expert_consulted_on)),
            ("complaint.consulted_on", _day(file.consulted_on)),
            ("complaint.closed_on", closed or None),
            ("complaint.decision", _t(f"outcome.{file.outcome}") if file.taken_over and file.outcome else None),
        ),
        tuple(Entry(_t(label), texts=(text,)) for label, text in words if text),
    )


def _people(file: Dossier) -> Section:
    who = file.complainant
    kind = _t(f"complainant_type.{who.type}") if who else None
    about = tuple((f"relation.{each.relation}", each.name) for each in file.content.people) if file.content else ()
    return Section(
        _t("complaint.people"),
        _said(
            ("complaint.complainant", f"{who.name} ({kind})" if who and who.name else kind),
            ("complaint.contact", who.contact if who else None),
            ("complaint.representative_of", who.representative_of if who else None),
            *about,
            ("complaint.reporter", file.reporter),
            ("complaint.handler", file.handler),
            ("complaint.ack_owner", file.ack_owner),
            ("complaint.acting_director", file.acting_director),
        ),
    )


def _promises(promises: tuple[PromiseView, ...]) -> Section:
    return Section(_t("complaint.promises"), entries=tuple(Entry(each.label, lines=_promise(each)) for each in promises))


def _promise(each: PromiseView) -> tuple[str, ...]:
    standing = _t(f"flag.{each.flag}") if is_open(each) and not each.informative else _t(f"promise_state.{each.state}")
    dates = _said(
        ("sealed.from", _day(each.trigger_on)),
        ("sealed.target", _day(each.target_on)),
        ("sealed.legal", _day(each.legal_on) if each.statutory else None),
        ("sealed.met", _day(each.met_on)),
        ("sealed.extended", _day(each.extended_to)),
        ("sealed.cancelled", _day(each.cancelled_on)),
        ("sealed.source", each.source),
    )
    return (standing, "; ".join(f"{label}: {value}" for label, value in dates))


def _decision(content: Content) -> Section:
    made = [*([content.decision] if content.decision else []), *content.earlier_decisions]
    entries = [
        Entry(
            _t(f"outcome.{each.outcome}"),
            _texts(
                _t("complaint.decided_by", name=each.decided_by, day=_day(each.decided_on)),
                _t("complaint.superseded") if each.superseded else None,
            ),
            (each.reasons,),
        )
        for each in made
    ]
    for measure in content.measures:
        done = _t("complaint.measure_done", day=_day(measure.done_on)) if measure.done_on else None
        due = done or _t("complaint.measure_open", day=_day(measure.due_on))
        entries.append(
            Entry(_t("sealed.measure", name=measure.owner), (due,), _texts(measure.text, measure.evidence, _helped(measure)))
        )
    entries += [Entry(_t(f"outcome.{part.outcome}"), texts=(part.text,)) for part in content.parts]
    return Section(_t("complaint.decision"), entries=tuple(entries))


def _satisfaction(content: Content) -> Section:
    asked = content.satisfaction
    if asked is None:
        return Section("")
    facts = _said(
        ("satisfaction.invited_on", _day(asked.invited_on)),
        ("satisfaction.answered_on", _day(asked.answered_on)),
        ("satisfaction.answer", _t("satisfaction.declined") if asked.declined else None),
        ("satisfaction.process", _t(f"satisfaction.score_{asked.process}") if asked.process else None),
        ("satisfaction.outcome", _t(f"satisfaction.score_{asked.outcome}") if asked.outcome else None),
        ("satisfaction.remark_said", asked.remark),
    )
    return Section(_t("satisfaction.dossier_heading"), facts)


def _helped(measure: MeasureView) -> str | None:
    said = _t("measures.helped", answer=_t(f"helped.{measure.helped}")) if measure.helped else None
    return f"{said} {measure.explanation}" if said else None


def _appeal(content: Content) -> Section:
    brief = content.appeal
    if brief is None:
        return Section("")
    ruling = f"{_t(f'ruling.{brief.ruling}')} ({_day(brief.ruled_on)})" if brief.ruling else None
    facts = _said(
        ("complaint.lodged_on", _day(brief.lodged_on)),
        ("complaint.ruling_due", _day(brief.ruling_due)),
        ("appeals.withdrawn_on", _day(brief.withdrawn_on)),
        ("complaint.ruling", ruling),
        ("complaint.ruling_reasons", brief.reasons),
        ("complaint.consequence", brief.consequence),
        ("complaint.consequence_due_on", _day(brief.consequence_due_on)),
    )
    return Section(_t("complaint.appeal"), facts)


def _outside(content: Content) -> Section:
    entries = tuple(
        Entry(
            each.body_name,
            _texts(
                f"{_t(f'external_stage.{each.stage}')}, {_day(each.submitted_on)}",
                each.case_number,
                _t(f"external_result.{each.result}") if each.result else None,
            ),
            _texts(each.note),
        )
        for each in content.referrals
    )
    return Section(_t("complaint.outside"), entries=entries)


def _timeline(content: Content) -> Section:
    """The oldest first: on paper one reads on."""
    return Section(_t("sealed.timeline"), entries=tuple(_event(each) for each in reversed(content.timeline)))


def _event(entry: TimelineEntry) -> Entry:
    told = Told(entry.kind, entry.codes)
    late = "complaint.recorded_late" if entry.recorded_late else "complaint.recorded"
    recorded = _t(late, who=entry.who or _t("complaint.system"), when=moment(entry.recorded_at, "nl"))
    title = f"{_day(entry.happened_on)}: {told.what}"  # without its number: a gap tells that something is kept from this reader
    return Entry(title, _texts("; ".join(told.details), recorded), _texts(entry.text))


def _messages(content: Content) -> Section:
    return Section(_t("sealed.messages"), entries=tuple(_message(each) for each in reversed(content.messages)))


def _message(each: MessageView) -> Entry:
    kind = _t(f"letter_type.{each.letter_type}") if each.letter_type else _t("complaint.message_in")
    recorded = _t("complaint.recorded", who=each.recorded_by, when=moment(each.recorded_at, "nl"))
    return Entry(f"{_day(each.sent_on)}: {kind}", (_t(f"channel.{each.channel}"), recorded), _texts(each.subject, each.body))


def _opened(opened: tuple[Reading, ...]) -> Section:
    def lines() -> Iterator[tuple[str, str]]:
        for each in opened:
            yield moment(each.at, "nl"), f"{each.who}: {_t(f'readings.{each.what}')}"

    return Section(_t("sealed.opened"), facts=tuple(lines()))
