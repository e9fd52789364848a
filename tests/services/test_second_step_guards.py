"""What stands around the second step: limits, ages and endings that nothing else would miss."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from db import models as m
from services import second_factor, second_step, server_key, sessions, sign_in_log
from services.door import VISITOR
from tests.conftest import Cast
from tests.services.test_second_step import BROWSER, OPERATOR, OTHER, code_of, enrolled, half, later, refusal_of
from tests.services.test_second_step import noon as noon
from tests.serving import password_of

DAY = 24 * 60 * 60


def test_guessing_the_password_at_an_open_screen_is_slowed_down(cast: Cast) -> None:
    tom = cast.actor("tom")

    wrong = [refusal_of(lambda: second_factor.begin(tom, "fout")) for _ in range(12)]

    assert wrong == ["old_password_wrong"] * 10 + ["wait_minutes"] * 2
    assert refusal_of(lambda: second_factor.begin(tom, password_of("tom"))) == "wait_minutes"


def test_a_secret_that_was_shown_waits_ten_minutes_for_its_code(cast: Cast) -> None:
    tom = cast.actor("tom")
    second_factor.begin(tom, password_of("tom"))
    with later(599):
        assert second_factor.enrolment(tom).secret
    with later(601):
        assert refusal_of(lambda: second_factor.enrolment(tom)) == "second_step_gone"
        assert refusal_of(lambda: second_factor.confirm(tom, "000000")) == "second_step_gone"


def test_setting_it_up_at_the_door_ends_the_sessions_from_before_it(cast: Cast) -> None:
    before = cast.actor("vera")
    assert sessions.check(before)

    enrolled()

    assert refusal_of(lambda: sessions.check(before)) == "signed_out"


def test_who_has_a_second_step_does_not_get_another_one_with_the_password_alone() -> None:
    enrolled()
    ticket = half()

    assert refusal_of(lambda: second_step.enrolment(VISITOR, ticket, BROWSER)) == "sign_in_again"
    assert refusal_of(lambda: second_step.confirm(VISITOR, ticket, BROWSER, "000000")) == "sign_in_again"


def test_nor_does_who_needs_none() -> None:
    ticket = half("tom")

    assert refusal_of(lambda: second_step.enrolment(VISITOR, ticket, BROWSER)) == "sign_in_again"


@pytest.mark.parametrize(("days", "left"), [(89, True), (91, False)])
def test_browsers_and_sessions_not_seen_for_ninety_days_are_forgotten(
    engine: Engine, cast: Cast, days: int, left: bool
) -> None:
    old = sessions.digest(sessions.redeem(VISITOR, half("tom"), BROWSER))

    with later(days * DAY):
        sessions.redeem(VISITOR, half("tom", OTHER), OTHER)

    with Session(engine) as session:
        known = session.scalar(select(func.count()).select_from(m.AuthTicket).where(m.AuthTicket.browser == BROWSER))
        kept = [session.get(m.AuthSession, each) is not None for each in (old, cast.actor("rosa"))]
    assert (known, kept) == (int(left), [left, left])


def test_wrong_codes_and_recovery_codes_inside_a_session_stand_in_the_log_as_at_the_door(cast: Cast) -> None:
    tom = cast.actor("tom")
    second_factor.begin(tom, password_of("tom"))
    recovery = second_factor.confirm(tom, code_of(second_factor.enrolment(tom).secret))
    for act in (second_factor.begin, second_factor.fresh_codes, second_factor.remove):
        assert refusal_of(lambda act=act: act(tom, "000000")) == "second_step_wrong"
    second_factor.begin(tom, recovery[0])

    found = [(each.what, each.why) for each in reversed(sign_in_log.own(tom))]

    assert found == [("code_changed", "enrolled"), *[("wrong_code", None)] * 3, ("code_changed", "recovery_used")]


@pytest.mark.parametrize(
    "sign", ["\u00a0", "\t", "\u2013", "\u2011", "\n", "."], ids=["nbsp", "tab", "en", "hyphen", "line", "dot"]
)
def test_a_code_is_taken_however_it_was_pasted(sign: str) -> None:
    ticket = half()
    first = code_of(second_step.enrolment(VISITOR, ticket, BROWSER).secret)
    recovery = second_step.confirm(VISITOR, ticket, BROWSER, f"{first[:3]}{sign}{first[3:]}{sign}").codes

    assert second_step.give_code(VISITOR, half(), BROWSER, recovery[0].replace("-", sign))


def test_a_second_tab_shows_the_same_picture_and_a_code_of_it_is_good_in_both() -> None:
    first = half()
    secret = second_step.enrolment(VISITOR, first, BROWSER).secret
    with later(400):
        second = half()
        assert second_step.enrolment(VISITOR, second, BROWSER).secret == secret
    with later(900):  # the first tab's sign-in is over, the second one's is not
        assert second_step.enrolment(VISITOR, second, BROWSER).secret == secret
        assert second_step.confirm(VISITOR, second, BROWSER, code_of(secret, timedelta(seconds=900))).codes


@pytest.mark.parametrize("content", [b"", b"kapot", b"x" * 44])
def test_a_damaged_key_of_the_server_is_refused(tmp_path: Path, content: bytes) -> None:
    server_key.seal("x")
    (tmp_path / "server.key").write_bytes(content)

    assert refusal_of(server_key.check) == "server_key_damaged"


def test_the_start_knows_which_second_steps_another_key_shuts_out(tmp_path: Path) -> None:
    enrolled()
    assert second_factor.under_another_key(OPERATOR) == 0

    (tmp_path / "server.key").unlink()

    assert second_factor.under_another_key(OPERATOR) == 1
