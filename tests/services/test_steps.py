"""Every step of a dossier, from `tests/steps.csv`: who takes it, in which situation, what it does to the status and to the
promises; and what is refused, in which words, when one thing is otherwise. Real services, both profiles."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.vocabulary import Channel, CloseReason, EventKind, LetterType, Outcome, Relation
from domain.workflow import StepName
from services import clocks, complaints, door, following, hearing, satisfaction, steps
from services.complaints import Named
from services.steps import MeasureInput
from tests.cases import BODY, LONG_AGO, Case
from tests.conftest import PROFILES, TODAY, Cast
from tests.dossiers import copied
from text import LANGUAGES, catalogue

TOMORROW = TODAY + timedelta(days=1)


@dataclass(frozen=True)
class Row:
    step: str
    person: str
    given: str
    does: str
    precondition: str
    after: str
    promises: str
    but_person: str
    but_given: str
    but_does: str
    refused: str
    profiles: str


with (Path(__file__).parent.parent / "steps.csv").open(encoding="utf-8", newline="") as file:
    ROWS = [Row(**line) for line in csv.DictReader(file)]

CHOSEN = [
    pytest.param(profile, row, id=f"{profile}-{number}-{row.step}-{row.precondition}")
    for number, row in enumerate(ROWS, start=2)
    for profile in PROFILES
    if profile in (row.profiles or profile)
]


# Situations

New = Callable[..., Case]
ACTION = "Direct gebeld en excuses aangeboden."


def _about(name: str) -> Callable[[New, Cast], Case]:
    return lambda new, cast: new(respondents=(Named(account_id=cast[name]),))


def _red_flag(new: New, cast: Cast, **changes: object) -> Case:
    flagged = {"category": "Vermoeden mishandeling of zeden", "red_flag": True}
    return new(by="cora", **(flagged | changes))


def _responded(new: New, cast: Cast) -> Case:
    return new().in_progress().log().respond()


def _at_the_top(new: New, cast: Cast) -> Case:
    case = new().in_progress()
    for level in ("manager", "coordinator", "outside"):
        case.climb(level=level)
    return case


def _unanswerable(new: New, cast: Cast) -> Case:
    case = new(complainant_name=None, complainant_contact=None).consult()
    steps.acknowledge_impossible(cast.actor("cora"), case.reference, case.seen, "Alleen een voornaam bekend.")
    return case.assign().decide()


def _pausing(case: Case) -> Case:
    clocks.pause(case.cast.actor("hans"), case.reference, case.seen, "agreed", case.at(3), None, "Wij wachten op foto's.")
    return case


def _extended(new: New, _: Cast) -> Case:
    case = new().in_progress()
    _extend(30)(case, "hans")
    return case


def _welfare(new: New, procedure: str, **changes: object) -> Case:
    return new(unit_id=None, sector="welzijn", procedure=procedure, category="Bejegening", **changes)


def _ruled_without_a_date(case: Case) -> Case:
    case.appeal()
    vera = case.cast.actor("vera")

    def version() -> int:
        with Session(door.engine()) as session:
            return session.scalars(select(m.Appeal.version).order_by(m.Appeal.id.desc())).first() or 0

    hearing.rule(vera, case.reference, version(), "revised", "De meting klopt niet.", "Excuses.", None, True)
    for kind in (LetterType.APPEAL_RULING, LetterType.APPEAL_RULING_NOTICE):
        hearing.send_ruling(vera, case.reference, version(), case.letter("vera", kind, TODAY))
    return case


SITUATIONS: dict[str, Callable[[New, Cast], Case]] = {
    "question": lambda new, _: new(kind="question"),
    "question_answered": lambda new, _: new(kind="question").log("cora", EventKind.INFORMED),
    "registered": lambda new, _: new(),
    "about_piet": _about("piet"),
    "about_dora": _about("dora"),
    "about_the_driver": lambda new, _: new(respondents=(Named(name="De chauffeur"),)),
    "lift_proposed": lambda new, cast: _proposed(_about("hilde")(new, cast)),
    "about_hilde": lambda new, cast: _about("hilde")(new, cast).in_progress(),
    "about_hans_consulted": lambda new, cast: _about("hans")(new, cast).consult(),
    "about_hans_acknowledged": lambda new, cast: _about("hans")(new, cast).acknowledged(),
    "unknown_complainant": lambda new, _: new(complainant_name=None, complainant_contact=None),
    "anonymous": lambda new, _: new(complainant_type="anonymous", complainant_name=None, complainant_contact=None),
    "red_flag": _red_flag,
    "red_flag_today": lambda new, cast: _red_flag(new, cast, received_on=TODAY),
    "red_flag_cleared": lambda new, cast: _red_flag(new, cast).expert(),
    "red_flag_cleared_consulted": lambda new, cast: _red_flag(new, cast).expert().consult(),
    "already_resolved": lambda new, _: new(immediate_actions=ACTION, already_resolved=True),
    "resolved": lambda new, _: new(immediate_actions=ACTION, already_resolved=True).acknowledge(kind=LetterType.ACK_ACTION),
    "consulted": lambda new, _: new().consult(),
    "consulted_with_action": lambda new, _: new(immediate_actions=ACTION).consult(),
    "consulted_naming_tom": lambda new, _: new().consult(owner="tom"),
    "started_first": lambda new, _: new().consult().assign(),
    "acknowledged": lambda new, _: new().acknowledged(),
    "acknowledged_with_action": lambda new, _: new(immediate_actions=ACTION).acknowledged(),
    "with_the_coordinator": lambda new, _: new(immediate_actions=ACTION, ladder_level="coordinator").acknowledged(),
    "in_progress": lambda new, _: new().in_progress(),
    "in_progress_long_ago": lambda new, _: new(received_on=LONG_AGO).in_progress(),
    "paused": lambda new, _: _pausing(new().in_progress()),
    "extended": _extended,
    "awb": lambda new, _: new(unit_id=None, sector="welzijn", procedure="AWB", category="Bejegening").in_progress(),
    "committee_judged": lambda new, _: _welfare(new, "JEUGDWET", by_committee=True).answered(),
    "awb_about_hans": lambda new, cast: _welfare(new, "AWB", respondents=(Named(account_id=cast["hilde"]),)).in_progress(),
    "training_ruled": lambda new, _: _ruled_without_a_date(_welfare(new, "TRAINING").answered()),
    "responded": _responded,
    "at_the_top": _at_the_top,
    "decided": lambda new, _: new().decided(),
    "unanswerable": _unanswerable,
    "answered": lambda new, _: new().answered(),
    "answered_long_ago": lambda new, _: new(received_on=LONG_AGO).answered(),
    "answered_with_measure": lambda new, _: new().answered(measures=1),
    "measure_was_done": lambda new, _: new().answered(measures=1).measure_done(),
    "measure_done_long_ago": lambda new, _: new(received_on=LONG_AGO).answered(measures=1).measure_done(months=3),
    "externally_ruled": lambda new, _: new().answered().refer(stage="ruled"),
    "withdrawn": lambda new, _: new().acknowledged().withdraw(),
    "not_handled": lambda new, _: new().acknowledged().not_handled(),
    "closed": lambda new, _: new().closed(),
    "unanswerable_closed": lambda new, cast: _unanswerable(new, cast).close(reason=CloseReason.ALTERNATIVES_EXHAUSTED),
    "asked": lambda new, _: new().answered().ask(),
    "in_appeal": lambda new, _: new().in_appeal(),
    "ruled": lambda new, _: new().in_appeal().rule(),
    "annulled": lambda new, _: new().in_progress().decide("cora").answer().appeal().rule("annulled"),
}


# Acts

Act = Callable[[Case, str], object]


def _consult(owner: str = "cora", participants: tuple[str, ...] = ("piet",)) -> Act:
    return lambda case, who: case.consult(who, owner, participants=participants)


def _log(kind: EventKind, **details: str) -> Act:
    return lambda case, who: case.log(who, kind, **details)


def _log_words(text: str) -> Act:
    return lambda case, who: steps.log(case.cast.actor(who), case.reference, EventKind.NOTE, case.at(2), text)


def _impossible(reason: str) -> Act:
    return lambda case, who: steps.acknowledge_impossible(case.cast.actor(who), case.reference, case.seen, reason)


def _acknowledge_by_progress(case: Case, who: str) -> None:
    letter = case.letter(who, LetterType.PROGRESS, case.at(1), progress="Wij zijn bezig.")
    steps.acknowledge(case.cast.actor(who), case.reference, case.seen, letter)


def _progress(case: Case, who: str) -> None:
    letter = case.letter(
        "cora", LetterType.PROGRESS, case.at(3), progress="Wij spraken de chauffeur.", next_step="Een besluit."
    )
    steps.progress(case.cast.actor(who), case.reference, letter)


def _notify(case: Case, who: str) -> None:
    letter = case.letter(
        who, LetterType.RESPONDENT_NOTICE, case.at(3), respondent="Hans", gist="De klacht gaat over de planning."
    )
    steps.notify_respondent(case.cast.actor(who), case.reference, letter)


def _respond(case: Case, who: str) -> None:
    letter = case.letter("cora", LetterType.RESPONSE, case.at(3), answer="Wij hebben het rooster veranderd.")
    steps.answer(case.cast.actor(who), case.reference, case.seen, letter)


def _resolve(kind: LetterType, **extra: str) -> Act:
    def act(case: Case, who: str) -> None:
        letter = case.letter(who, kind, case.at(2), **extra)
        steps.answer(case.cast.actor(who), case.reference, case.seen, letter, resolved=True, agreed=True)

    return act


def _extend(days: int, reason: str = "Wij wachten op een rapport.") -> Act:
    def act(case: Case, who: str) -> None:
        until, on = case.at(days), case.at(3) if case.received != LONG_AGO else TODAY
        letter = case.letter("cora", LetterType.EXTENSION, on, new_date=until, reason="Wij wachten op een rapport.")
        steps.extend(case.cast.actor(who), case.reference, case.seen, letter, until, reason)

    return act


def _extend_by_choice(case: Case, who: str) -> None:
    _extend(30 if case.received != LONG_AGO else (TOMORROW - LONG_AGO).days + 9)(case, who)


def _pause(text: str = "Wij wachten op foto's.", tomorrow: bool = False) -> Act:
    def act(case: Case, who: str) -> None:
        on = TOMORROW if tomorrow else case.at(3)
        clocks.pause(case.cast.actor(who), case.reference, case.seen, "waiting_complainant", on, None, text)

    return act


def _resume(case: Case, who: str) -> None:
    clocks.resume(case.cast.actor(who), case.reference, case.seen, case.at(4))


def _withdraw_extension(reason: str = "Het rapport is er al.") -> Act:
    return lambda case, who: clocks.withdraw_extension(case.cast.actor(who), case.reference, case.seen, case.at(4), reason)


def _consent(channel: str = Channel.EMAIL) -> Act:
    return lambda case, who: clocks.consent(
        case.cast.actor(who), case.reference, case.seen, case.at(3), channel, "De klager stemt in."
    )


def _correct_receipt(days: int = -1, reason: str = "De mail lag er al.") -> Act:
    return lambda case, who: clocks.correct_receipt(case.cast.actor(who), case.reference, case.seen, case.at(days), reason)


def _decide(day: int = 3, reasons: str = "Het rooster klopte niet.", due: int | None = None, none: bool = True) -> Act:
    def act(case: Case, who: str) -> None:
        taken = (MeasureInput("Nieuw rooster", case.cast["cora"], case.at(due)),) if due is not None else ()
        actor = case.cast.actor(who)
        steps.decide(actor, case.reference, case.seen, case.at(day), Outcome.UPHELD, reasons, taken, no_measures=none)

    return act


def _answer(day: int) -> Act:
    def act(case: Case, who: str) -> None:
        letter = case.letter("cora", LetterType.DECISION, case.at(day))
        steps.answer(case.cast.actor(who), case.reference, case.seen, letter)

    return act


def _withdraw_without_letter(case: Case, who: str) -> None:
    steps.withdraw(case.cast.actor(who), case.reference, case.seen, case.at(2), Channel.PHONE)


def _withdraw(case: Case, who: str) -> None:
    letter = case.letter("cora", LetterType.WITHDRAWAL, case.at(2))
    steps.withdraw(case.cast.actor(who), case.reference, case.seen, case.at(2), Channel.PHONE, letter, "Het is opgelost.")


def _not_handled_forged(case: Case, who: str) -> None:
    steps.not_handled(case.cast.actor(who), case.reference, case.seen, "because", "Daarom.")


def _measure_done(evidence: str = "Gedaan.", day: int = 5) -> Act:
    def act(case: Case, who: str) -> None:
        content = case.read("cora").content
        assert content is not None
        steps.measure_done(case.cast.actor(who), case.reference, content.measures[0].id, case.at(day), evidence)

    return act


def _add(account: str | None) -> Act:
    def act(case: Case, who: str) -> None:
        named = Named(account_id=case.cast[account] if account else 9999)
        complaints.add_party(case.cast.actor(who), case.reference, Relation.RESPONDENT, named)

    return act


def _correct(reason: str = "Verkeerd verstaan.", **changes: object) -> Act:
    def act(case: Case, who: str) -> None:
        row = case.row
        stands = {
            name: getattr(row, name) for name in ("title", "description", "category", "subcategory", "unit_id", "channel")
        }
        steps.correct(case.cast.actor(who), case.reference, row.version, reason, steps.Corrected(**stands | changes))

    return act


def _correct_category(case: Case, who: str) -> None:
    other = {"training": "Kosten en annulering", "kinderopvang-welzijn": "Contract en facturen"}
    _correct(category=other[case.profile], subcategory=None)(case, who)


def _correct_into_compartment(case: Case, who: str) -> None:
    _correct(category="Ongewenst gedrag")(case, who)


def _remove(reason: str = "Verkeerde naam aangeklikt.", take_out: Callable[..., None] = steps.remove_party) -> Act:
    def act(case: Case, who: str) -> None:
        with Session(door.engine()) as session:
            first = session.scalars(select(m.Party.id).where(m.Party.complaint_id == case.row.id)).first()
        take_out(case.cast.actor(who), case.reference, case.seen, first or 0, reason)

    return act


def _proposed(case: Case) -> Case:
    _remove(take_out=steps.propose_lift)(case, "cora")
    return case


def _on_the_proposal(act: Callable[..., None]) -> Act:
    def on(case: Case, who: str) -> None:
        proposed = [each.id for each in case.events() if each.kind == EventKind.LIFT_PROPOSED]
        act(case.cast.actor(who), case.reference, proposed[-1] if proposed else 0)

    return on


def _raise_flag(reason: str = "De moeder vertelde meer.", tomorrow: bool = False, by: str | None = None) -> Act:
    def act(case: Case, who: str) -> None:
        on = TOMORROW if tomorrow else TODAY
        steps.raise_red_flag(case.cast.actor(by or who), case.reference, case.seen, on, reason)

    return act


def _name(kind: str = "client", name: str = "Femke Stolwijk") -> Act:
    return lambda case, who: complaints.name_complainant(case.cast.actor(who), case.reference, case.seen, kind, name, None)


def _refer(body: str | None = None, tomorrow: bool = False) -> Act:
    def act(case: Case, who: str) -> None:
        on = TOMORROW if tomorrow else case.at(2)
        where = body or BODY[case.profile]
        steps.refer(
            case.cast.actor(who), case.reference, str(uuid4()), body=where, body_name="Ombudsman", stage="committee_pending",
            submitted_on=on,
        )  # fmt: skip

    return act


def _close(reason: CloseReason) -> Act:
    return lambda case, who: case.close(who, reason)


def _reopen_without_reason(case: Case, who: str) -> None:
    steps.reopen(case.cast.actor(who), case.reference, case.seen, " ")


def _convert(early: bool = False) -> Act:
    def act(case: Case, who: str) -> None:
        on = case.at(-1) if early else case.at(2)
        complaints.convert_question(case.cast.actor(who), case.reference, case.seen, on)

    return act


def _rule(ruling: str) -> Act:
    def act(case: Case, who: str) -> None:
        case.rule(ruling, who)

    return act


def _change(procedure: str = "AWB", committee: bool = False, reason: str = "Het is een taak voor de gemeente.") -> Act:
    return lambda case, who: clocks.change_procedure(
        case.cast.actor(who), case.reference, case.seen, procedure, committee, reason
    )


def _extend_awb(told: bool = True) -> Act:
    def act(case: Case, who: str) -> None:
        until, why = case.at(50), "Wij wachten op een rapport."
        letter = case.letter("cora", LetterType.EXTENSION, case.at(3), new_date=until, reason=why)
        others = {"respondent": case.at(3)} if told else {}
        steps.extend(case.cast.actor(who), case.reference, case.seen, letter, until, why, others)

    return act


def _move_measure(until: int = 20, letter: bool = True) -> Act:
    def act(case: Case, who: str) -> None:
        content = case.read("cora").content
        assert content is not None
        measure, why = content.measures[0], "De leverancier heeft meer tijd nodig."
        says = following.new_date_says(measure.text, case.at(until), why)
        sent = case.letter("cora", LetterType.PROGRESS, case.at(5), **says) if letter else None
        actor = case.cast.actor(who)
        following.move_measure(actor, case.reference, case.seen, measure.id, case.at(until), why, sent)

    return act


def _position(case: Case, who: str) -> None:
    letter = case.letter("cora", LetterType.RESPONSE, case.at(5), answer="Wij nemen het oordeel over.")
    following.position(case.cast.actor(who), case.reference, case.seen, letter)


def _consequences(early: bool = False, text: str = "De excuses zijn gemaakt.") -> Act:
    return lambda case, who: following.consequences(
        case.cast.actor(who), case.reference, case.seen, case.at(2) if early else TODAY, text
    )


def _ask(day: int = 5, channel: str = Channel.EMAIL) -> Act:
    return lambda case, who: satisfaction.ask(case.cast.actor(who), case.reference, case.seen, case.at(day), channel)


def _say(process: int | None = 4, outcome: int | None = None, day: int = 5, declined: bool = False) -> Act:
    return lambda case, who: case.say(process, outcome, "Het duurde lang.", who=who, day=day, declined=declined)


ACTS: dict[str, Act] = {
    "ask": _ask(),
    "ask_early": _ask(3),
    "ask_by_pigeon": _ask(channel="pigeon"),
    "say": _say(),
    "say_early": _say(day=4),
    "say_nothing": _say(None),
    "say_six": _say(outcome=6),
    "say_nothing_with_a_score": _say(declined=True),
    "change_procedure": _change(),
    "change_to_committee": _change("JEUGDWET", committee=True),
    "change_committee_nowhere": _change("WKO", committee=True),
    "change_to_nothing": _change("WBK"),
    "change_silently": _change(reason=" "),
    "extend_awb": _extend_awb(),
    "extend_awb_untold": _extend_awb(told=False),
    "move_measure": _move_measure(),
    "move_measure_back": _move_measure(9),
    "move_measure_silently": _move_measure(letter=False),
    "position": _position,
    "consequences": _consequences(),
    "consequences_early": _consequences(early=True),
    "consequences_silently": _consequences(text=" "),
    "convert": _convert(),
    "convert_too_early": _convert(early=True),
    "consult": _consult(),
    "consult_petra": _consult(participants=("petra",)),
    "consult_alone": _consult(participants=("dora",)),
    "consult_a_trainer": _consult(participants=("tom",)),
    "consult_naming_the_confidant": _consult(owner="vera"),
    "expert": lambda case, who: case.expert(who, day=(TODAY - case.received).days),
    "acknowledge_promise": lambda case, who: steps.acknowledge(
        case.cast.actor(who), case.reference, case.seen, case.letter("cora", LetterType.ACK_PROMISE, case.at(1))
    ),
    "acknowledge_action": lambda case, who: case.acknowledge(who, LetterType.ACK_ACTION, action=ACTION),
    "acknowledge_by_progress": _acknowledge_by_progress,
    "impossible": _impossible("Alleen een voornaam bekend."),
    "impossible_without_reason": _impossible(""),
    "assign": lambda case, who: case.assign(who),
    "assign_hilde": lambda case, who: case.assign(who, "hilde"),
    "assign_reporter": lambda case, who: case.assign(who, "tom"),
    "contact": _log(EventKind.CONTACT, channel="phone"),
    "contact_tomorrow": lambda case, who: case.log(who, day=(TOMORROW - case.received).days),
    "contact_before_receipt": lambda case, who: case.log(who, day=-1),
    "note": _log(EventKind.NOTE),
    "empty_note": _log_words(" \u200b "),
    "conversation": _log(EventKind.CONVERSATION, result="partly"),
    "conversation_with_forged_result": _log(EventKind.CONVERSATION, result="won"),
    "mediation": _log(EventKind.MEDIATION, result="solved"),
    "informed": _log(EventKind.INFORMED, channel="email"),
    "message_received": _log(EventKind.MESSAGE_RECEIVED, channel="email", subject="Uw bericht"),
    "forged_entry": _log(EventKind.DECIDED),
    "progress": _progress,
    "respond": _respond,
    "notify": _notify,
    "climb": lambda case, who: case.climb(who, "manager"),
    "climb_two": lambda case, who: case.climb(who, "coordinator"),
    "climb_out": lambda case, who: case.climb(who, "outside"),
    "extend": _extend_by_choice,
    "extend_by_a_day": _extend(4),
    "extend_without_reason": _extend(30, ""),
    "extend_beyond": _extend(43),
    "pause": _pause(),
    "pause_silently": _pause(""),
    "pause_tomorrow": _pause(tomorrow=True),
    "resume": _resume,
    "withdraw_extension": _withdraw_extension(),
    "withdraw_extension_silently": _withdraw_extension(""),
    "consent": _consent(),
    "consent_by_telephone": _consent(Channel.PHONE),
    "correct_receipt": _correct_receipt(),
    "correct_receipt_same": _correct_receipt(0),
    "correct_receipt_silently": _correct_receipt(reason=" "),
    "decide": _decide(),
    "decide_without_reasons": _decide(reasons="\n"),
    "decide_with_measures": _decide(due=20, none=False),
    "decide_both": _decide(due=20),
    "decide_measure_yesterday": _decide(due=2, none=False),
    "decide_tomorrow": _decide(day=6),
    "decide_late": _decide(day=5),
    "answer": _answer(4),
    "answer_too_early": _answer(2),
    "resolve": _resolve(LetterType.RESPONSE, answer="Er is nu een vaste chauffeur."),
    "resolve_with_action": _resolve(LetterType.ACK_ACTION, action=ACTION),
    "withdraw": _withdraw,
    "withdraw_without_letter": _withdraw_without_letter,
    "not_handled": lambda case, who: case.not_handled(who),
    "not_handled_forged": _not_handled_forged,
    "measure_done": _measure_done(),
    "measure_done_otherwise": _measure_done("Toch niet."),
    "measure_done_without_evidence": _measure_done(""),
    "helped": lambda case, who: case.measure_effect(who),
    "helped_silently": lambda case, who: case.measure_effect(who, words=" "),
    "add_hilde": _add("hilde"),
    "add_nobody": _add(None),
    "name": _name(),
    "name_nothing": _name(name=""),
    "name_anonymous": _name("anonymous"),
    "correct": _correct(title="Niemand was er op tijd"),
    "correct_without_reason": _correct("", title="Niemand was er op tijd"),
    "correct_nothing": _correct(),
    "correct_category": _correct_category,
    "correct_into_compartment": _correct_into_compartment,
    "remove": _remove(),
    "remove_without_reason": _remove(" "),
    "propose_lift": _remove(take_out=steps.propose_lift),
    "propose_lift_without_reason": _remove(" ", steps.propose_lift),
    "confirm_lift": _on_the_proposal(steps.confirm_lift),
    "withdraw_lift": _on_the_proposal(steps.withdraw_lift),
    "raise_flag": _raise_flag(),
    "raise_flag_as_cora": _raise_flag(by="cora"),
    "raise_flag_without_reason": _raise_flag(""),
    "raise_flag_tomorrow": _raise_flag(tomorrow=True),
    "refer": _refer(),
    "refer_nowhere": _refer("nowhere"),
    "refer_tomorrow": _refer(tomorrow=True),
    "close": _close(CloseReason.ACCEPTED),
    "close_window_elapsed": _close(CloseReason.WINDOW_ELAPSED),
    "close_external": _close(CloseReason.EXTERNAL_RULED),
    "close_withdrawn": _close(CloseReason.WITHDRAWN),
    "close_not_handled": _close(CloseReason.NOT_HANDLED),
    "close_exhausted": _close(CloseReason.ALTERNATIVES_EXHAUSTED),
    "reopen": lambda case, who: case.reopen(who),
    "reopen_without_reason": _reopen_without_reason,
    "lodge": lambda case, _: case.appeal(),
    "rule": _rule("revised"),
    "annul": _rule("annulled"),
}


def stand(situation: str, profile: str, cast: Cast) -> Case:
    def build() -> Case:
        return SITUATIONS[situation](lambda **fields: Case.registered(profile, cast, **fields), cast)

    return copied(f"the situation {situation}", cast, build)


@pytest.mark.parametrize(("profile", "row"), CHOSEN)
def test_a_step_is_refused_when_one_thing_is_otherwise_and_else_does_what_it_says(profile: str, row: Row, cast: Cast) -> None:
    case = stand(row.given, profile, cast)
    otherwise = stand(row.but_given, profile, cast) if row.but_given else case
    before, events = columns(otherwise), otherwise.kinds()

    with pytest.raises(Refused) as refused:
        ACTS[row.but_does or row.does](otherwise, row.but_person or row.person)

    assert refused.value.code == row.refused
    assert (columns(otherwise), otherwise.kinds()) == (before, events)  # nothing half-written
    assert all(f"refused.{row.refused}" in catalogue(language) for language in LANGUAGES)

    ACTS[row.does](case, row.person)

    assert case.row.status == row.after
    states = case.promises()
    for wanted in filter(None, row.promises.split(";")):
        key, state = wanted.split("=")
        assert states[key] == state, f"{key} is {states[key]}"


def columns(case: Case) -> dict[str, object]:
    return {name: value for name, value in case.row.__dict__.items() if name != "_sa_instance_state"}


def test_every_step_stands_in_the_table() -> None:
    assert {row.step for row in ROWS} == set(StepName)
    assert {row.but_given or row.given for row in ROWS} | {row.given for row in ROWS} <= set(SITUATIONS)
    assert {row.does for row in ROWS} | {row.but_does for row in ROWS if row.but_does} <= set(ACTS)
    assert set(SITUATIONS) == {row.given for row in ROWS} | {row.but_given for row in ROWS if row.but_given}
