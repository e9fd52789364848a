"""Standing still, an extension taken back, consent, and another day of receipt: through the services, on a real register."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from db.profiles import standard_source
from domain.errors import Refused
from domain.promises import PromiseState
from domain.vocabulary import Channel, EventKind, Flag, LetterType
from services import board, clocks, door, dossier, steps
from services.board import BoardFilter
from services.promises import PromiseView
from tests.conftest import Cast
from tests.dossiers import On, in_progress, outgoing, registered, seen

RECEIVED = date(2026, 9, 7)  # a Monday; the week ends on 14 September
CHILDCARE = {"sector": "kinderopvang", "category": "Communicatie en informatie", "red_flag": False}


def day(number: int, month: int = 9) -> date:
    return date(2026, month, number)


def stands(cast: Cast, reference: str, key: str) -> PromiseView:
    return [each for each in dossier.read(cast.actor("cora"), reference).promises if each.key == key][-1]


def pause(cast: Cast, reference: str, on: date, until: date | None = None, reason: str = "waiting_complainant") -> None:
    clocks.pause(cast.actor("hans"), reference, seen(reference), reason, on, until, "Wij wachten op de foto's.")


def extend(cast: Cast, reference: str, on: date, until: date) -> None:
    letter = outgoing(cast.actor("cora"), reference, LetterType.EXTENSION, on, new_date=until, reason="Een rapport volgt.")
    steps.extend(cast.actor("hans"), reference, seen(reference), letter, until, "Een rapport volgt.")


def event(reference: str, kind: EventKind) -> m.Event:
    with Session(door.engine()) as session:
        query = select(m.Event).join(m.Complaint).where(m.Complaint.reference == reference, m.Event.kind == kind)
        return session.scalars(query).one()


def test_the_days_really_paused_are_given_back(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    with on(day(9)):
        pause(cast, reference, day(9))
    with on(day(12)):
        assert stands(cast, reference, "HOUSE_WEEK.RESPONSE").flag is Flag.PAUSED
    with on(day(30)):  # long after the week; nobody resumed
        assert stands(cast, reference, "HOUSE_WEEK.RESPONSE").state is PromiseState.OPEN
        (row,) = board.page(cast.actor("cora"), BoardFilter()).rows
        assert row.flag is Flag.PAUSED

        clocks.resume(cast.actor("hans"), reference, seen(reference), day(16))

        back = stands(cast, reference, "HOUSE_WEEK.RESPONSE")
    assert (back.target_on, back.paused_days) == (day(21), 7)
    assert back.paused_until == day(16)
    assert event(reference, EventKind.PAUSED).codes == {"reason": "waiting_complainant", "until": None}


def test_a_pause_of_no_day_changes_nothing(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    before = {each.key: each.target_on for each in dossier.read(cast.actor("cora"), reference).promises}
    with on(day(9)):
        pause(cast, reference, day(9), day(9))

        after = {each.key: each.target_on for each in dossier.read(cast.actor("cora"), reference).promises}
        assert stands(cast, reference, "HOUSE_WEEK.RESPONSE").flag is not Flag.PAUSED
    assert after == before


def test_a_known_end_moves_the_date_at_once_and_resuming_earlier_moves_it_back(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    with on(day(9)):
        pause(cast, reference, day(9), day(23))
        assert stands(cast, reference, "HOUSE_WEEK.RESPONSE").target_on == day(28)
    with on(day(11)):
        clocks.resume(cast.actor("hans"), reference, seen(reference), day(11))
        assert stands(cast, reference, "HOUSE_WEEK.RESPONSE").target_on == day(16)


@pytest.mark.parametrize(
    ("when", "until", "code"),
    [
        (day(6), None, "before_received"),
        (day(10), None, "in_the_future"),
        (day(9), day(8), "until_before_from"),
    ],
)
def test_a_pause_with_odd_dates_is_refused_and_leaves_nothing(
    cast: Cast, on: On, when: date, until: date | None, code: str
) -> None:
    reference = in_progress(cast, on)
    version = seen(reference)

    with on(day(9)), pytest.raises(Refused, match=code):
        pause(cast, reference, when, until)

    assert seen(reference) == version
    with Session(door.engine()) as session:
        assert session.scalars(select(m.Event).where(m.Event.kind == EventKind.PAUSED)).all() == []


def test_a_second_pause_while_one_runs_is_refused(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    with on(day(9)):
        pause(cast, reference, day(9))
        with pytest.raises(Refused, match="already_paused"):
            pause(cast, reference, day(9))


def test_without_a_pause_there_is_nothing_to_resume(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    with on(day(9)), pytest.raises(Refused, match="not_paused"):
        clocks.resume(cast.actor("hans"), reference, seen(reference), day(9))


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_a_statutory_term_goes_on_and_refuses_with_its_article(cast: Cast, on: On, profile: str) -> None:
    reference = in_progress(cast, on, **CHILDCARE)
    with on(day(9)):
        pause(cast, reference, day(9))
        assert stands(cast, reference, "WKO.RESPONSE").paused_from is None
        assert stands(cast, reference, "WKO.RESPONSE").target_on == day(19, 10)
    with on(day(9)):
        clocks.resume(cast.actor("hans"), reference, seen(reference), day(9))
        extend(cast, reference, day(9), day(30))
    with on(day(2, 10)), pytest.raises(Refused) as refused:  # every house promise ran out
        pause(cast, reference, day(2, 10))
    assert refused.value.code == "pause_not_allowed"
    assert "1.57b" in str(refused.value.values["article"])


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_a_pause_never_reaches_beyond_the_main_procedures_maximum(cast: Cast, on: On, profile: str) -> None:
    reference = in_progress(cast, on, **CHILDCARE)
    with on(day(9)):
        pause(cast, reference, day(9), day(1, 12))

        assert stands(cast, reference, "HOUSE_WEEK.RESPONSE").target_on == day(19, 10)


def test_an_extension_taken_back_leaves_the_old_date_and_the_letter(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    with on(day(10)):
        extend(cast, reference, day(10), day(28))
        assert stands(cast, reference, "HOUSE_WEEK.RESPONSE").state is PromiseState.EXTENDED_IN_TIME
    with on(day(11)):
        clocks.withdraw_extension(cast.actor("hans"), reference, seen(reference), day(11), "Het rapport kwam eerder.")

        back, gone = stands(cast, reference, "HOUSE_WEEK.RESPONSE"), stands(cast, reference, "HOUSE_WEEK.EXPECTED_ANSWER")
        file = dossier.read(cast.actor("cora"), reference)
    assert (back.state, back.target_on, back.extended_to) == (PromiseState.OPEN, day(14), None)
    assert (gone.state, gone.cancel_reason) == (PromiseState.CANCELLED, "extension_withdrawn")
    assert file.content is not None
    assert LetterType.EXTENSION in {each.letter_type for each in file.content.messages}
    with on(day(11)), pytest.raises(Refused, match="nothing_to_withdraw"):
        clocks.withdraw_extension(cast.actor("hans"), reference, seen(reference), day(11), "Nog eens.")


def test_pause_then_extension_then_withdrawal_gives_the_documented_date(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    with on(day(8)):
        pause(cast, reference, day(8))
    with on(day(13)):
        clocks.resume(cast.actor("hans"), reference, seen(reference), day(13))
        extend(cast, reference, day(13), day(30))
        clocks.withdraw_extension(cast.actor("hans"), reference, seen(reference), day(13), "Toch niet nodig.")

        assert stands(cast, reference, "HOUSE_WEEK.RESPONSE").target_on == day(19)  # the 14th and five days


def test_what_taking_an_extension_back_would_move_is_told_before(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    with on(day(10)):
        extend(cast, reference, day(10), day(30))
    with on(day(16)):
        told = clocks.withdrawal_moves(cast.actor("hans"), reference, day(16))
        assert stands(cast, reference, "HOUSE_WEEK.EXPECTED_ANSWER").state is PromiseState.OPEN  # only asked
        clocks.withdraw_extension(cast.actor("hans"), reference, seen(reference), day(16), "Toch niet nodig.")
        now = stands(cast, reference, "HOUSE_WEEK.RESPONSE")

    move = next(each for each in told if each.key == "HOUSE_WEEK.RESPONSE")
    assert {each.before and each.before.target_on for each in told} == {day(30)}
    assert (move.key, move.before and move.before.target_on) == ("HOUSE_WEEK.RESPONSE", day(30))
    assert (move.after and move.after.target_on) == now.target_on == day(14)
    assert now.state is PromiseState.MISSED
    with on(day(16)), pytest.raises(Refused, match="nothing_to_withdraw"):
        clocks.withdrawal_moves(cast.actor("hans"), reference, day(16))


# Four weeks once; further only with the complainant's written consent (Awb 9:11)

AWB = CHILDCARE | {"sector": "welzijn", "procedure": "AWB", "category": "Bejegening", "red_flag": None}


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_only_written_consent_allows_a_second_extension(cast: Cast, on: On, profile: str) -> None:
    reference = in_progress(cast, on, **AWB)
    with on(day(10)):
        extend(cast, reference, day(10), day(16, 11))  # 7 September + 6 weeks + 4 weeks
        with pytest.raises(Refused, match="extension_used"):
            extend(cast, reference, day(10), day(30, 11))

        clocks.consent(cast.actor("hans"), reference, seen(reference), day(10), Channel.EMAIL, "De klager mailde.")
        extend(cast, reference, day(10), day(30, 11))

        assert stands(cast, reference, "AWB.RESPONSE").target_on == day(30, 11)


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_consent_by_telephone_is_no_consent(cast: Cast, on: On, profile: str) -> None:
    reference = in_progress(cast, on, **AWB)
    with on(day(10)), pytest.raises(Refused, match="consent_in_writing"):
        clocks.consent(cast.actor("hans"), reference, seen(reference), day(10), Channel.PHONE, "Aan de telefoon.")


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_beyond_four_weeks_names_the_article(cast: Cast, on: On, profile: str) -> None:
    reference = in_progress(cast, on, **AWB)
    with on(day(10)), pytest.raises(Refused) as refused:
        extend(cast, reference, day(10), day(17, 11))
    assert (refused.value.code, refused.value.values["latest"]) == ("beyond_statutory_maximum", day(16, 11))
    assert "9:11" in str(refused.value.values["article"])


def test_consent_is_unknown_where_nothing_hangs_on_it(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    with on(day(9)), pytest.raises(Refused, match="no_consent_here"):
        clocks.consent(cast.actor("hans"), reference, seen(reference), day(9), Channel.EMAIL, "Goed.")


def test_another_day_of_receipt_moves_what_counts_from_it_and_says_why(cast: Cast, on: On) -> None:
    reference = registered(cast, on)
    with on(day(8)):
        told = clocks.receipt_moves(cast.actor("cora"), reference, day(3))
        assert stands(cast, reference, "HOUSE_WEEK.RESPONSE").target_on == day(14)  # only asked

        moves = clocks.correct_receipt(cast.actor("cora"), reference, seen(reference), day(3), "De mail lag er al.")

        assert stands(cast, reference, "HOUSE_WEEK.RESPONSE").target_on == day(10)
        assert dossier.read(cast.actor("cora"), reference).received_on == day(3)
        (row,) = board.page(cast.actor("cora"), BoardFilter()).rows
    assert [(each.key, each.after and each.after.target_on) for each in told] == [
        (each.key, each.after and each.after.target_on) for each in moves
    ]
    assert row.due_on == day(7)  # the acknowledgement: two working days after Thursday the 3rd
    written = event(reference, EventKind.RECEIPT_CORRECTED)
    assert written.codes == {"before": "2026-09-07", "after": "2026-09-03"}
    assert written.text_hash


@pytest.mark.parametrize(
    ("new", "code"),
    [(RECEIVED, "same_day"), (day(8), "after_registration"), (day(20), "in_the_future"), (date(1999, 1, 1), "too_long_ago")],
)
def test_a_day_of_receipt_that_cannot_be_is_refused(cast: Cast, on: On, new: date, code: str) -> None:
    reference = registered(cast, on)
    with on(day(9)), pytest.raises(Refused, match=code):
        clocks.correct_receipt(cast.actor("cora"), reference, seen(reference), new, "Verkeerd genoteerd.")
    assert dossier.read(cast.actor("cora"), reference).received_on == RECEIVED


def test_a_complaint_was_received_before_anything_was_done_about_it(cast: Cast, on: On) -> None:
    reference = registered(cast, on, received=day(1))  # registered that day too
    with on(day(2)):
        clocks.correct_receipt(cast.actor("cora"), reference, seen(reference), date(2026, 8, 27), "De mail was ouder.")
        steps.log(cast.actor("cora"), reference, EventKind.CONTACT, date(2026, 8, 28), "Gebeld.", channel=Channel.PHONE)

        with pytest.raises(Refused, match="after_first_act") as refused:
            clocks.correct_receipt(cast.actor("cora"), reference, seen(reference), day(1), "Toch later.")
    assert refused.value.values["latest"] == date(2026, 8, 28)


def test_a_note_moves_no_clock(cast: Cast, on: On) -> None:
    reference = in_progress(cast, on)
    before = dossier.read(cast.actor("cora"), reference).promises
    steps.log(cast.actor("cora"), reference, EventKind.NOTE, day(9), "Alleen voor ons.")

    after = dossier.read(cast.actor("cora"), reference).promises

    assert [(each.key, each.target_on, each.met_on) for each in after] == [
        (each.key, each.target_on, each.met_on) for each in before
    ]


@pytest.mark.parametrize("act", ["pause", "resume", "withdraw_extension", "correct_receipt"])
def test_who_may_not_change_the_clocks_is_told_nothing(cast: Cast, on: On, act: str) -> None:
    reference = in_progress(cast, on)
    tom = cast.actor("tom")
    acts = {
        "pause": lambda: clocks.pause(tom, reference, seen(reference), "agreed", day(9), None, "Nee."),
        "resume": lambda: clocks.resume(tom, reference, seen(reference), day(9)),
        "withdraw_extension": lambda: clocks.withdraw_extension(tom, reference, seen(reference), day(9), "Nee."),
        "correct_receipt": lambda: clocks.correct_receipt(tom, reference, seen(reference), day(3), "Nee."),
    }
    with on(day(9)), pytest.raises(Refused, match=r"not_found|not_allowed"):
        acts[act]()


def test_another_day_of_receipt_follows_the_version_of_that_day(cast: Cast, on: On) -> None:
    source = standard_source("training").replace('amount = 1\nunit = "weeks"', 'amount = 10\nunit = "days"')
    with Session(door.engine()) as session, session.begin():
        first = session.scalars(select(m.ProfileVersion)).one()
        first.valid_from = day(1)
        session.add(
            m.ProfileVersion(profile=first.profile, version=2, valid_from=day(7), source=source, created_at=first.created_at)
        )
    reference = registered(cast, on, title="Onder een nieuwe versie")  # on the 7th: ten days
    with on(day(8)):
        assert stands(cast, reference, "HOUSE_WEEK.RESPONSE").target_on == day(17)
        told = clocks.receipt_moves(cast.actor("cora"), reference, day(4))

        clocks.correct_receipt(cast.actor("cora"), reference, seen(reference), day(4), "De mail lag er al.")

        assert stands(cast, reference, "HOUSE_WEEK.RESPONSE").target_on == day(11)
    assert day(11) in {each.after.target_on for each in told if each.after and each.key == "HOUSE_WEEK.RESPONSE"}
