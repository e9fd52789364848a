"""Registering: what is asked, what is refused, who sees it afterwards, and what happens when one clicks twice."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import models as m
from db.settings import write_settings
from domain.errors import Refused
from domain.promises import PromiseState
from domain.texts import LONGEST
from domain.vocabulary import Channel, Compartment, EventKind, Kind, LetterType, Relation
from services import complaints, door, dossier, placing, steps
from services.complaints import HandOver, Named
from tests.cases import CATEGORY, MONDAY, Case, an_intake
from tests.conftest import PROFILES, TODAY, Cast
from tests.dossiers import On
from text import LANGUAGES, catalogue

TRAINING = "training"
CHILDCARE = "kinderopvang-welzijn"
RTL = "\u202e"


def register(
    cast: Cast, profile: str = TRAINING, by: str = "tom", form_id: str | None = None, **changes: Any
) -> complaints.Receipt:
    return complaints.register(cast.actor(by), form_id or str(uuid4()), an_intake(profile, cast, **changes))


def refusal(cast: Cast, profile: str = TRAINING, **changes: Any) -> tuple[str, str | None]:
    """The code and the field of the refusal; nothing may have been written."""
    before = count(m.Complaint), count(m.Event), count(m.Promise)
    with pytest.raises(Refused) as refused:
        register(cast, profile, **changes)
    assert (count(m.Complaint), count(m.Event), count(m.Promise)) == before
    assert all(f"refused.{refused.value.code}" in catalogue(language) for language in LANGUAGES)
    return refused.value.code, refused.value.field


def count(model: Any) -> int:
    with Session(door.engine()) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def row(reference: str) -> m.Complaint:
    with Session(door.engine()) as session:
        return session.scalars(select(m.Complaint).where(m.Complaint.reference == reference)).one()


# What is kept


@pytest.mark.parametrize("profile", PROFILES)
def test_a_phone_remark_is_registered_with_little(cast: Cast, profile: str) -> None:
    receipt = register(cast, profile)

    kept = row(receipt.reference)
    assert re.fullmatch(r"K26-[0-9B-DF-HJ-NP-TV-Z]{5}", receipt.reference)
    assert (kept.status, kept.kind, kept.registered_on) == ("registered", "complaint", TODAY)
    assert (kept.reporter_id, kept.acting_director_id) == (cast["tom"], cast["dora"])
    assert kept.immediate_actions is None
    assert receipt.still_visible
    assert {each.code for each in receipt.summary} >= {"ACK", "CONSULT", "RESPONSE", "DECIDE_OR_CONTACT"}
    assert Case(cast, profile, receipt.reference, MONDAY).kinds() == [EventKind.REGISTERED]


@pytest.mark.parametrize("profile", [CHILDCARE])
@pytest.mark.parametrize(("unit", "procedure", "overlay"), [("noord", "WKO", "HOUSE_WEEK"), ("wijk", "HOUSE_WEEK", None)])
def test_the_sector_of_the_unit_decides_the_procedure(
    cast: Cast, profile: str, unit: str, procedure: str, overlay: str | None
) -> None:
    category = CATEGORY[CHILDCARE] if unit == "noord" else "Bejegening"

    kept = row(register(cast, CHILDCARE, unit_id=cast.units[unit], category=category).reference)

    assert (kept.procedure, kept.overlay) == (procedure, overlay)


@pytest.mark.parametrize(
    ("channel", "said", "written"),
    [("phone", None, False), ("email", None, True), ("letter", False, False), ("face_to_face", True, True)],
)
def test_the_channel_says_whether_it_was_in_writing_unless_told(
    cast: Cast, channel: str, said: bool | None, written: bool
) -> None:
    assert row(register(cast, channel=channel, formal_written=said).reference).formal_written is written


def test_the_complainant_is_never_the_reporter(cast: Cast) -> None:
    reference = register(cast, complainant_name="Zoë van den  Akker-Ünal").reference

    with Session(door.engine()) as session:
        who = session.get_one(m.Complainant, row(reference).id)
    assert (who.name, who.surname_key) == ("Zoë van den Akker-Ünal", "akker-unal")


def test_the_procedure_version_of_the_day_of_receipt_is_kept(cast: Cast) -> None:
    with Session(door.engine()) as session, session.begin():
        first = session.scalars(select(m.ProfileVersion)).one()
        session.add(
            m.ProfileVersion(
                profile=first.profile,
                version=2,
                valid_from=TODAY - timedelta(days=2),
                source=first.source,
                created_at=first.created_at,
            )
        )
        first_id = first.id

    before, after = row(register(cast).reference), row(register(cast, received_on=TODAY).reference)

    assert (before.profile_version_id, after.profile_version_id) == (first_id, first_id + 1)


def test_text_is_kept_as_typed(cast: Cast) -> None:
    text = f"Zij zei: \u201cnee\u201d \U0001f621 {RTL}achterstevoren\u202c en de\u0301ja\u0300 vu\nTweede regel\tmet tab"

    kept = row(register(cast, description=f"  {text}\r\n").reference)

    assert kept.description == text.replace("e\u0301", "é").replace("a\u0300", "à")


@pytest.mark.parametrize("profile", PROFILES)
def test_what_was_resolved_on_the_spot_and_entered_later_ends_without_red(cast: Cast, profile: str) -> None:
    long_ago = date(2026, 10, 1)
    action = {"immediate_actions": "Jas gevonden.", "already_resolved": True, "resolved_on": long_ago}

    case = Case.registered(profile, cast, received_on=long_ago, **action)
    steps.acknowledge(cast.actor("cora"), case.reference, case.seen, case.letter("cora", LetterType.ACK_ACTION, TODAY))

    assert case.row.resolved_on == long_ago
    assert not set(case.promises().values()) & {PromiseState.MISSED, PromiseState.OPEN}


# What is refused, with the field to blame

BAD: list[tuple[dict[str, Any], str, str | None]] = [
    ({"received_on": TODAY + timedelta(days=1)}, "in_the_future", "received_on"),
    ({"received_on": date(1999, 12, 31)}, "too_long_ago", "received_on"),
    ({"received_on": None}, "missing", "received_on"),
    ({"received_on": "2026-11-16"}, "unknown_value", "received_on"),
    ({"received_on": datetime(2026, 11, 16)}, "unknown_value", "received_on"),  # noqa: DTZ001 - a forged value
    ({"channel": "pigeon"}, "unknown_value", "channel"),
    ({"channel": ""}, "missing", "channel"),
    ({"subject_type": "weather"}, "unknown_value", "subject_type"),
    ({"kind": "gossip"}, "unknown_value", "kind"),
    ({"discussed": "maybe"}, "unknown_value", "discussed"),
    ({"title": " \u200b\n"}, "missing", "title"),
    ({"title": "x" * 201}, "text_too_long", "title"),
    ({"description": ""}, "missing", "description"),
    ({"description": "x" * 100_000}, "text_too_long", "description"),
    ({"description": "nul \x00 byte"}, "text_unreadable", "description"),
    ({"description": "half \ud83d"}, "text_unreadable", "description"),
    ({"remedy_requested": "x" * (LONGEST + 1)}, "text_too_long", "remedy_requested"),
    ({"category": ""}, "missing", "category"),
    ({"category": "Het weer"}, "unknown_value", "category"),
    ({"subcategory": "Regen"}, "unknown_value", "subcategory"),
    ({"category": "Ongewenst gedrag"}, "use_hand_over", "category"),
    ({"category": "Misstand (klokkenluider)"}, "use_hand_over", "category"),
    ({"complainant_type": "martian"}, "unknown_value", "complainant_type"),
    ({"complainant_type": "parent"}, "unknown_value", "complainant_type"),
    ({"complainant_type": "anonymous"}, "anonymous_with_name", "complainant_name"),
    ({"complainant_type": "anonymous", "complainant_name": None}, "anonymous_with_name", "complainant_contact"),
    ({"preferred_channel": "drum"}, "unknown_value", "preferred_channel"),
    ({"no_immediate_action": False}, "missing", "immediate_actions"),
    ({"immediate_actions": "Gebeld.", "no_immediate_action": True}, "action_and_none", "immediate_actions"),
    ({"already_resolved": True}, "missing", "immediate_actions"),
    (
        {"already_resolved": True, "immediate_actions": "Opgelost.", "resolved_on": MONDAY - timedelta(days=1)},
        "before_received",
        "resolved_on",
    ),
    (
        {"already_resolved": True, "immediate_actions": "Opgelost.", "resolved_on": TODAY + timedelta(days=1)},
        "in_the_future",
        "resolved_on",
    ),
    ({"unit_id": 9999}, "unknown_unit", "unit_id"),
    ({"sector": "mijnbouw"}, "unknown_value", "sector"),
    ({"procedure": "WKKGZ"}, "unknown_value", "procedure"),
    ({"ladder_level": "minister"}, "unknown_value", "ladder_level"),
    ({"red_flag": True}, "unknown_value", "red_flag"),
    ({"respondents": (Named(account_id=9999),)}, "unknown_person", "respondents"),
    ({"respondents": (Named(),)}, "missing", "respondents"),
    ({"respondents": (Named(name="Jan"), Named(name="JAN"))}, "named_twice", "respondents"),
    ({"respondents": (Named(account_id=1), Named(account_id=1, name="Tom"))}, "named_twice", "respondents"),
]


@pytest.mark.parametrize(("changes", "code", "field"), BAD)
def test_what_is_wrong_is_said_at_its_field(cast: Cast, changes: dict[str, Any], code: str, field: str | None) -> None:
    assert refusal(cast, **changes) == (code, field)


@pytest.mark.parametrize("profile", [CHILDCARE])
def test_the_red_flag_question_is_answered_in_childcare(cast: Cast, profile: str) -> None:
    assert refusal(cast, profile, red_flag=None) == ("missing", "red_flag")
    suspicion = "Vermoeden mishandeling of zeden"
    assert refusal(cast, profile, category=suspicion, red_flag=False) == ("red_flag_expected", "red_flag")
    assert row(register(cast, profile, unit_id=cast.units["wijk"], category="Bejegening", red_flag=None).reference)


@pytest.mark.parametrize("profile", [CHILDCARE])
def test_the_sector_must_be_known(cast: Cast, profile: str) -> None:
    assert refusal(cast, profile, unit_id=None) == ("missing", "sector")
    assert row(register(cast, profile, unit_id=None, sector="kinderopvang").reference).procedure == "WKO"


def test_a_unit_that_is_no_longer_used_is_refused(cast: Cast) -> None:
    with Session(door.engine()) as session, session.begin():
        session.get_one(m.OrgUnit, cast.units["noord"]).active = False

    assert refusal(cast) == ("unknown_unit", "unit_id")


def test_a_form_without_an_id_is_refused(cast: Cast) -> None:
    for form_id in ("", "x" * 37, "a b", None):
        with pytest.raises(Refused) as refused:
            complaints.register(cast.actor("tom"), form_id, an_intake(TRAINING, cast))  # type: ignore[arg-type]
        assert refused.value.field == "form_id"


@pytest.mark.parametrize("name", ["suze", "adam"])
def test_who_has_no_part_in_complaints_registers_none(cast: Cast, name: str) -> None:
    with pytest.raises(Refused) as refused:
        register(cast, by=name)

    assert refused.value.code == "not_allowed"


# Twice


def test_the_same_form_again_gives_the_same_receipt(cast: Cast) -> None:
    form_id = str(uuid4())

    first, second = register(cast, form_id=form_id), register(cast, form_id=form_id, title="Iets anders")

    assert first == second
    assert count(m.Complaint) == 1


def test_a_double_click_is_one_complaint(cast: Cast) -> None:
    form_id = str(uuid4())

    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: register(cast, form_id=form_id), range(8)))

    assert len({receipt.reference for receipt in receipts}) == 1
    assert receipts.count(receipts[0]) == 8
    assert (count(m.Complaint), count(m.Complainant)) == (1, 1)


def test_many_people_register_at_the_same_time(cast: Cast) -> None:
    names = ["tom", "rosa", "hans", "hilde", "cora", "mia", "piet", "dora"] * 3

    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda name: register(cast, by=name), names))

    assert len({receipt.reference for receipt in receipts}) == len(names) == count(m.Complaint)


def test_a_form_of_somebody_else_reveals_nothing(cast: Cast) -> None:
    form_id = str(uuid4())
    register(cast, form_id=form_id)

    with pytest.raises(Refused) as refused:
        register(cast, by="rosa", form_id=form_id)

    assert refused.value.code == "changed_meanwhile"
    assert count(m.Complaint) == 1


def test_a_reference_that_exists_is_drawn_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    signs = iter("00000" + "00000" + "11111")
    monkeypatch.setattr(placing.secrets, "choice", lambda _: next(signs))

    assert [register(cast).reference, register(cast).reference] == ["K26-00000", "K26-11111"]


# Who sees it


@pytest.mark.parametrize("profile", PROFILES)
def test_the_reporter_who_is_the_respondent_sees_the_reference_once(cast: Cast, profile: str) -> None:
    form_id = str(uuid4())
    about_me = {"respondents": (Named(account_id=cast["tom"]),)}

    receipt = register(cast, profile, form_id=form_id, **about_me)

    assert not receipt.still_visible
    assert receipt.summary
    assert register(cast, profile, form_id=form_id, **about_me) == receipt
    with pytest.raises(Refused) as refused:
        dossier.read(cast.actor("tom"), receipt.reference)
    assert refused.value.code == "not_found"


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    ("about", "acting"),
    [((), "dora"), (("dora",), "piet"), (("dora", "piet"), "petra"), (("dora", "piet", "petra"), None)],
)
def test_the_first_who_is_not_excluded_acts_as_director(
    cast: Cast, profile: str, about: tuple[str, ...], acting: str | None
) -> None:
    respondents = tuple(Named(account_id=cast[name]) for name in about)

    reference = register(cast, profile, respondents=respondents).reference

    assert row(reference).acting_director_id == (cast[acting] if acting else None)
    for name in about:
        with pytest.raises(Refused):
            dossier.read(cast.actor(name), reference)
    if acting:
        assert dossier.read(cast.actor(acting), reference).content is not None


def test_a_stand_in_who_left_does_not_act(cast: Cast) -> None:
    with Session(door.engine()) as session, session.begin():
        session.get_one(m.Account, cast["piet"]).active = False

    assert row(register(cast, respondents=(Named(account_id=cast["dora"]),)).reference).acting_director_id == cast["petra"]


def test_when_nobody_directs_any_more_a_complaint_is_registered_all_the_same(cast: Cast) -> None:
    """Of a register that is used; one that begins waits for a stand-in (test_standing_in.py)."""
    register(cast)
    with Session(door.engine()) as session, session.begin():
        write_settings(session, {"director_id": None, "stand_in_ids": []})

    assert row(register(cast).reference).acting_director_id is None


@pytest.mark.parametrize("profile", [CHILDCARE])
def test_a_red_flag_is_on_the_board_of_named_people_only(cast: Cast, profile: str) -> None:
    receipt = register(cast, profile, category="Vermoeden mishandeling of zeden", red_flag=True, received_on=TODAY)

    assert not receipt.still_visible
    assert "WKO.ABUSE_CONSULT" in {each.key for each in receipt.summary}
    for name in ("tom", "hans", "mia", "piet"):
        with pytest.raises(Refused):
            dossier.read(cast.actor(name), receipt.reference)
    assert dossier.read(cast.actor("cora"), receipt.reference).content
    assert dossier.read(cast.actor("dora"), receipt.reference).content


@pytest.mark.parametrize("profile", PROFILES)
def test_who_does_not_say_who_they_are_cannot_be_acknowledged(cast: Cast, profile: str) -> None:
    receipt = register(
        cast, profile, complainant_type="anonymous", complainant_name=None, complainant_contact=None, channel=Channel.LETTER
    )

    ack = next(each for each in receipt.summary if each.code == "ACK")
    assert (ack.state, ack.cancel_reason) == (PromiseState.CANCELLED, "ack_impossible")
    case = Case(cast, profile, receipt.reference, MONDAY)
    assert case.kinds() == [EventKind.REGISTERED, EventKind.ACK_IMPOSSIBLE]
    assert case.row.status == "registered"


# A question


@pytest.mark.parametrize("profile", PROFILES)
def test_a_question_promises_nothing_until_it_is_a_complaint(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast, kind=Kind.QUESTION, received_on=date(2026, 11, 10))
    assert case.read().promises == ()

    complaints.convert_question(cast.actor("cora"), case.reference, case.seen)

    response = next(each for each in case.read().promises if each.key == "HOUSE_WEEK.RESPONSE")
    assert (response.trigger_on, response.target_on) == (TODAY, TODAY + timedelta(days=7))
    assert (case.row.kind, case.row.received_on) == (Kind.COMPLAINT, TODAY)
    assert case.kinds()[-1] == EventKind.QUESTION_CONVERTED


def test_a_question_that_turns_out_to_be_a_complaint_is_registered_as_one_that_day(cast: Cast, on: On) -> None:
    with on(date(2026, 10, 1)):
        case = Case.registered(TRAINING, cast, kind=Kind.QUESTION, received_on=date(2026, 10, 1))

    complaints.convert_question(cast.actor("cora"), case.reference, case.seen)

    assert set(case.promises().values()) == {"open"}  # the consultation too: nobody could hold it before there was a complaint
    assert (case.row.received_on, case.row.registered_on) == (TODAY, TODAY)


def test_two_people_turn_one_question_into_one_complaint(cast: Cast) -> None:
    case = Case.registered(TRAINING, cast, kind=Kind.QUESTION)
    seen = case.seen
    complaints.convert_question(cast.actor("cora"), case.reference, seen)

    with pytest.raises(Refused) as refused:
        complaints.convert_question(cast.actor("dora"), case.reference, seen)

    assert refused.value.code == "changed_meanwhile"


# Parties


def test_who_turns_out_to_be_concerned_loses_it_at_once(cast: Cast) -> None:
    case = Case.registered(TRAINING, cast).consult(owner="hans").acknowledge("hans").assign()
    assert case.read("hans").content

    complaints.add_party(cast.actor("cora"), case.reference, Relation.RESPONDENT, Named(account_id=cast["hans"]))

    assert (case.row.handler_id, case.row.ack_owner_id) == (None, None)
    with pytest.raises(Refused):
        case.read("hans")
    with pytest.raises(Refused):
        steps.log(cast.actor("hans"), case.reference, EventKind.NOTE, TODAY, "Nog even dit.")


def test_a_director_with_a_conflict_of_interest_hands_it_to_the_stand_in(cast: Cast) -> None:
    case = Case.registered(TRAINING, cast)

    complaints.add_party(cast.actor("dora"), case.reference, Relation.CONFLICT, Named(account_id=cast["dora"]))

    assert case.row.acting_director_id == cast["piet"]
    with pytest.raises(Refused):
        case.read("dora")
    assert case.read("piet").content


def test_who_is_only_involved_keeps_it(cast: Cast) -> None:
    case = Case.registered(TRAINING, cast).in_progress()

    complaints.add_party(cast.actor("cora"), case.reference, Relation.INVOLVED, Named(account_id=cast["hans"]))

    content = case.read("hans").content
    assert content is not None
    assert [(each.relation, each.name, each.excluded) for each in content.people] == [("involved", "Hans Behandelaar", False)]


def test_another_reviewer_hears_the_appeal_when_the_first_turns_out_to_be_concerned(cast: Cast) -> None:
    case = Case.registered(TRAINING, cast).in_appeal()

    complaints.add_party(cast.actor("cora"), case.reference, Relation.CONFLICT, Named(account_id=cast["vera"]))

    with Session(door.engine()) as session:
        assert session.scalars(select(m.Appeal.reviewer_id)).one() == cast["suze"]
    with pytest.raises(Refused):
        case.read("vera")


def test_who_has_the_dossier_open_must_see_that_somebody_lost_it(cast: Cast) -> None:
    case = Case.registered(TRAINING, cast).acknowledged()
    seen = case.seen

    complaints.add_party(cast.actor("cora"), case.reference, Relation.RESPONDENT, Named(account_id=cast["hilde"]))

    with pytest.raises(Refused) as refused:  # decided on what was seen before
        steps.assign(cast.actor("dora"), case.reference, seen, cast["hans"])
    assert refused.value.code == "changed_meanwhile"


@pytest.mark.parametrize("typed", ["Hans Behandelaar", "  hans   BEHANDELAAR "])
def test_a_colleague_whose_name_was_typed_is_that_colleague(cast: Cast, typed: str) -> None:
    case = Case.registered(TRAINING, cast, by="hans", respondents=(Named(name=typed),))
    later = Case.registered(TRAINING, cast).in_progress()
    complaints.add_party(cast.actor("cora"), later.reference, Relation.CONFLICT, Named(name=typed))

    for each in (case, later):
        with pytest.raises(Refused):
            each.read("hans")
        content = each.read().content
        assert content is not None
        assert [(one.account_id, one.name) for one in content.people] == [(cast["hans"], "Hans Behandelaar")]


def test_a_colleague_is_not_named_twice_by_choosing_and_typing(cast: Cast) -> None:
    twice = (Named(account_id=cast["hans"]), Named(name="Hans Behandelaar"))

    assert refusal(cast, respondents=twice) == ("named_twice", "respondents")


def test_naming_somebody_twice_at_once_is_one_person(cast: Cast) -> None:
    case = Case.registered(TRAINING, cast)

    def name() -> str:
        try:
            complaints.add_party(cast.actor("cora"), case.reference, Relation.RESPONDENT, Named(name="Jan Jansen"))
        except Refused as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = [each.result() for each in [pool.submit(name) for _ in range(2)]]

    assert sorted(answers) == ["done", "named_twice"]
    assert count(m.Party) == 1


def test_somebody_without_an_account_is_named(cast: Cast) -> None:
    case = Case.registered(TRAINING, cast, respondents=(Named(name="De  chauffeur"),))

    complaints.add_party(cast.actor("cora"), case.reference, Relation.INVOLVED, Named(name="De planner"))

    content = case.read().content
    assert content is not None
    assert [each.name for each in content.people] == ["De chauffeur", "De planner"]


def test_the_name_that_became_known_makes_an_acknowledgement_possible(cast: Cast) -> None:
    case = Case.registered(TRAINING, cast, complainant_type="anonymous", complainant_name=None, complainant_contact=None)
    seen = case.seen

    complaints.name_complainant(cast.actor("cora"), case.reference, seen, "client", "Femke Stolwijk", "femke@voorbeeld.invalid")

    assert case.seen > seen
    assert not case.row.anonymous
    assert case.consult().acknowledge().row.status == "acknowledged"


# Handing over


def a_matter(profile: str, compartment: Compartment = Compartment.WHISTLEBLOWER, **changes: Any) -> HandOver:
    category = {
        Compartment.WHISTLEBLOWER: "Misstand (klokkenluider)",
        Compartment.UNWANTED_BEHAVIOUR: "Ongewenst gedrag",
    }.get(compartment, "")
    fields: dict[str, Any] = {
        "compartment": compartment,
        "received_on": MONDAY,
        "channel": Channel.LETTER,
        "text": "Er worden uren gedeclareerd voor groepen die niet meer draaien.",
        "category": category,
    }
    return HandOver(**fields | changes)


def hand_over(cast: Cast, matter: HandOver, by: str = "rosa", form_id: str | None = None) -> None:
    complaints.hand_over(cast.actor(by), form_id or str(uuid4()), matter)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    ("compartment", "reader", "series", "procedure"),
    [(Compartment.UNWANTED_BEHAVIOUR, "vera", "V", "UNWANTED"), (Compartment.WHISTLEBLOWER, "wim", "M", "WBK")],
)
def test_what_was_handed_over_is_for_one_reader(
    cast: Cast, profile: str, compartment: Compartment, reader: str, series: str, procedure: str
) -> None:
    hand_over(cast, a_matter(profile, compartment))

    with Session(door.engine()) as session:
        made = session.scalars(select(m.Complaint)).one()
    assert made.reference.startswith(f"{series}26-")
    assert (made.procedure, made.overlay, made.acting_director_id) == (procedure, None, None)
    for name in cast.ids:
        if name == reader:
            assert dossier.read(cast.actor(name), made.reference).description
            continue
        with pytest.raises(Refused):
            dossier.read(cast.actor(name), made.reference)


def test_the_clocks_of_a_report_of_wrongdoing_run(cast: Cast) -> None:
    hand_over(cast, a_matter(TRAINING, received_on=date(2026, 10, 26)))

    with Session(door.engine()) as session:
        targets = {each.code: each.target_on for each in session.scalars(select(m.Promise))}
    assert targets["ACK"] == date(2026, 11, 2)


def test_handing_over_answers_nothing_and_twice_is_once(cast: Cast) -> None:
    form_id, matter = str(uuid4()), a_matter(TRAINING)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: hand_over(cast, matter, form_id=form_id), range(4)))

    assert answers == [None] * 4
    assert count(m.Complaint) == 1


def test_the_manager_who_is_named_in_a_report_is_excluded(cast: Cast) -> None:
    hand_over(cast, a_matter(TRAINING, respondents=(Named(account_id=cast["mia"]),)), by="wim")

    with Session(door.engine()) as session:
        party = session.scalars(select(m.Party)).one()
    assert (party.account_id, party.excluded) == (cast["mia"], True)


@pytest.mark.parametrize(
    ("compartment", "reader"), [(Compartment.WHISTLEBLOWER, "wim"), (Compartment.UNWANTED_BEHAVIOUR, "vera")]
)
def test_a_matter_about_its_only_reader_does_not_disappear(cast: Cast, compartment: Compartment, reader: str) -> None:
    with pytest.raises(Refused) as refused:
        hand_over(cast, a_matter(TRAINING, compartment, respondents=(Named(account_id=cast[reader]),)))

    assert refused.value.code == "no_recipient"
    assert count(m.Complaint) == 0


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"compartment": "regular"}, "unknown_value", "compartment"),
        ({"compartment": "cellar"}, "unknown_value", "compartment"),
        ({"text": ""}, "missing", "text"),
        ({"category": "Organisatie en locatie"}, "unknown_value", "category"),
        ({"category": "Ongewenst gedrag"}, "unknown_value", "category"),
        ({"category": ""}, "missing", "category"),
        ({"subcategory": "Iets"}, "unknown_value", "subcategory"),
        ({"received_on": TODAY + timedelta(days=1)}, "in_the_future", "received_on"),
        ({"channel": "drum"}, "unknown_value", "channel"),
        ({"complainant_type": "anonymous", "name": "Jan"}, "anonymous_with_name", "name"),
        ({"respondents": (Named(account_id=999),)}, "unknown_person", "respondents"),
    ],
)
def test_a_matter_that_is_not_right_is_refused_at_its_field(cast: Cast, changes: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        hand_over(cast, replace(a_matter(TRAINING), **changes))

    assert (refused.value.code, refused.value.field) == (code, field)
    assert count(m.Complaint) == 0


def test_the_ordinary_steps_are_not_for_a_closed_dossier(cast: Cast) -> None:
    hand_over(cast, a_matter(TRAINING, Compartment.UNWANTED_BEHAVIOUR))
    with Session(door.engine()) as session:
        reference = session.scalars(select(m.Complaint.reference)).one()
    vera = cast.actor("vera")

    steps.log(vera, reference, EventKind.CONTACT, TODAY, "Gesproken; melder houdt de regie.")

    possible = {str(step.name) for step in dossier.steps(vera, reference) if step.possible}
    assert possible == {"log", "add_party", "name_complainant"}
    with pytest.raises(Refused) as refused:
        steps.climb(vera, reference, "manager", TODAY, "Hogerop.")
    assert refused.value.code == "not_allowed"
    met = {each.code: each.state for each in dossier.read(vera, reference).promises}
    assert met["FIRST_CONTACT"] is not PromiseState.OPEN
