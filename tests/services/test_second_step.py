"""The second step of signing in: codes, recovery codes, setting up at the door and inside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import bcrypt
import pyotp
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from db.settings import write_settings
from domain.errors import Refused
from domain.rights import Right, Role
from services import accounts, door, links, second_factor, second_step, server_key, sessions
from services.door import VISITOR, SystemActor, work
from services.sessions import digest
from services.tickets import Step
from tests.conftest import Cast
from tests.serving import password_of

NOW = datetime(2026, 11, 21, 11, 55, tzinfo=UTC)
BROWSER, OTHER = digest("one browser"), digest("another browser")
OPERATOR = SystemActor("test", frozenset({Right.OPERATE, Right.ACCOUNTS}))


@pytest.fixture(autouse=True)
def noon(engine: Engine, cast: Cast) -> object:
    """Vera and tom have passwords, vera's roles need a second step, and it is five to twelve."""
    with Session(engine) as session, session.begin():
        for name in ("vera", "tom"):
            row = session.get_one(m.Account, cast[name])
            row.password_hash = bcrypt.hashpw(password_of(name).encode(), bcrypt.gensalt(4)).decode()
        for each in session.scalars(select(m.AuthSession)):
            each.created_at = each.last_seen_at = NOW
        write_settings(session, {"second_step_roles": [Role.CONFIDANT, Role.ADMIN]})
    with door.clock_at(NOW):
        yield


def half(name: str = "vera", browser: str = BROWSER) -> str:
    return sessions.sign_in(VISITOR, name, password_of(name), browser, "here")


def code_of(secret: str, after: timedelta = timedelta()) -> str:
    return pyotp.TOTP(secret).at(NOW + after)


def enrolled(name: str = "vera") -> tuple[str, tuple[str, ...]]:
    """The secret and the recovery codes. The code of five to twelve is used up."""
    ticket = half(name)
    secret = second_step.enrolment(VISITOR, ticket, BROWSER).secret
    kept = second_step.confirm(VISITOR, ticket, BROWSER, code_of(secret))
    return secret, kept.codes


def refusal_of(act: object) -> str:
    with pytest.raises(Refused) as refusal:
        act()  # type: ignore[operator]
    return refusal.value.code


def later(seconds: float) -> object:
    return door.clock_at(NOW + timedelta(seconds=seconds))


# At the door


def test_who_needs_none_and_has_none_comes_in_with_a_password() -> None:
    ticket = half("tom")

    assert second_step.to_do(VISITOR, ticket, BROWSER) == Step.NOTHING
    assert sessions.redeem(VISITOR, ticket, BROWSER)


def test_who_must_have_one_sets_it_up_before_anything_opens() -> None:
    ticket = half()
    assert second_step.to_do(VISITOR, ticket, BROWSER) == Step.ENROL
    assert refusal_of(lambda: sessions.redeem(VISITOR, ticket, BROWSER)) == "sign_in_again"
    assert refusal_of(lambda: second_step.give_code(VISITOR, ticket, BROWSER, "000000")) == "sign_in_again"

    secret = second_step.enrolment(VISITOR, ticket, BROWSER).secret
    kept = second_step.confirm(VISITOR, ticket, BROWSER, code_of(secret))
    assert refusal_of(lambda: sessions.redeem(VISITOR, kept.ticket, BROWSER)) == "sign_in_again"
    token = sessions.redeem(VISITOR, second_step.go_on(VISITOR, kept.ticket, BROWSER), BROWSER)

    assert accounts.whoami(digest(token)).name == "vera"
    assert len(set(kept.codes)) == 10
    standing = second_factor.standing(digest(token))
    assert (standing.on_since, standing.required, standing.codes_left) == (NOW, True, 10)


def test_the_secret_stays_the_same_until_it_is_confirmed_and_is_for_that_browser_only() -> None:
    ticket, another = half(), half(browser=OTHER)
    secret = second_step.enrolment(VISITOR, ticket, BROWSER).secret
    assert second_step.enrolment(VISITOR, ticket, BROWSER).secret == secret

    assert second_step.enrolment(VISITOR, another, OTHER).secret != secret

    assert refusal_of(lambda: second_step.confirm(VISITOR, ticket, BROWSER, code_of(secret))) == "second_step_gone"


def test_the_app_reads_who_and_where_from_the_picture() -> None:
    uri = second_step.enrolment(VISITOR, half(), BROWSER).uri

    assert uri.startswith("otpauth://totp/Weerklank%20Bureau%20Voorbeeld:vera?secret=")


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_code_of_the_period_before_or_after_is_good(seconds: int) -> None:
    secret, _ = enrolled()
    with later(300):
        code = code_of(secret, timedelta(seconds=300 + seconds))
        assert sessions.redeem(VISITOR, second_step.give_code(VISITOR, half(), BROWSER, f" {code[:3]} {code[3:]} "), BROWSER)


@pytest.mark.parametrize("seconds", [-61, 61])
def test_a_code_of_another_period_is_not(seconds: int) -> None:
    secret, _ = enrolled()
    with later(300):
        code, ticket = code_of(secret, timedelta(seconds=300 + seconds)), half()
        assert refusal_of(lambda: second_step.give_code(VISITOR, ticket, BROWSER, code)) == "second_step_wrong"


def test_a_code_works_once_also_the_one_that_set_it_up() -> None:
    secret, _ = enrolled()
    ticket = half()
    assert refusal_of(lambda: second_step.give_code(VISITOR, ticket, BROWSER, code_of(secret))) == "second_step_wrong"
    with later(40):
        code = code_of(secret, timedelta(seconds=40))
        assert second_step.give_code(VISITOR, ticket, BROWSER, code)
        again = half()

        assert refusal_of(lambda: second_step.give_code(VISITOR, again, BROWSER, code)) == "second_step_wrong"


@pytest.mark.parametrize("which", ["code", "recovery"])
def test_of_two_with_the_same_code_at_one_moment_one_comes_in(which: str) -> None:
    secret, recovery = enrolled()
    with later(60):
        code = recovery[0] if which == "recovery" else code_of(secret, timedelta(seconds=60))
        tickets = [half() for _ in range(4)]
        start, ends = Barrier(4), [""] * 4

        def one(number: int) -> None:
            start.wait()
            try:
                second_step.give_code(VISITOR, tickets[number], BROWSER, code)
                ends[number] = "in"
            except Refused as refusal:
                ends[number] = refusal.code

        threads = [Thread(target=one, args=(number,)) for number in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    assert sorted(ends) == ["in", "second_step_wrong", "second_step_wrong", "second_step_wrong"]


def test_a_half_way_ticket_is_for_one_browser_and_ten_minutes() -> None:
    secret, _ = enrolled()
    ticket = half()
    code = code_of(secret, timedelta(seconds=60))
    with later(60):
        assert refusal_of(lambda: second_step.give_code(VISITOR, ticket, OTHER, code)) == "sign_in_again"
    with later(601):
        late = code_of(secret, timedelta(seconds=601))
        assert refusal_of(lambda: second_step.give_code(VISITOR, ticket, BROWSER, late)) == "sign_in_again"


def test_after_the_code_the_ticket_is_good_for_half_a_minute() -> None:
    secret, _ = enrolled()
    with later(60):
        ticket = second_step.give_code(VISITOR, half(), BROWSER, code_of(secret, timedelta(seconds=60)))
    with later(91):
        assert refusal_of(lambda: sessions.redeem(VISITOR, ticket, BROWSER)) == "sign_in_again"


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "١٢٣٤٥٦", "\ud800" * 6, "x" * 10_000, "' OR 1=1"])
def test_anything_else_is_wrong_in_the_same_words(code: str) -> None:
    enrolled()
    ticket = half()

    assert refusal_of(lambda: second_step.give_code(VISITOR, ticket, BROWSER, code)) == "second_step_wrong"


def test_five_wrong_codes_and_one_waits_and_never_for_longer_than_ten_minutes() -> None:
    secret, _ = enrolled()
    with later(60):
        ticket = half()
        wrong = [refusal_of(lambda: second_step.give_code(VISITOR, ticket, BROWSER, "000000")) for _ in range(7)]
        assert wrong == ["second_step_wrong"] * 5 + ["wait_minutes"] * 2
        another = half(browser=OTHER)
        code = code_of(secret, timedelta(seconds=60))
        assert refusal_of(lambda: second_step.give_code(VISITOR, another, OTHER, code)) == "wait_minutes"
    with later(660):
        code = code_of(secret, timedelta(seconds=660))
        assert second_step.give_code(VISITOR, half(), BROWSER, code)


def test_somebody_who_knows_the_password_does_not_keep_the_owners_browser_out() -> None:
    secret, _ = enrolled()
    with later(60):
        code = code_of(secret, timedelta(seconds=60))
        sessions.redeem(VISITOR, second_step.give_code(VISITOR, half(), BROWSER, code), BROWSER)
    with later(120):
        evil = half(browser=OTHER)
        for _ in range(6):
            refusal_of(lambda: second_step.give_code(VISITOR, evil, OTHER, "000000"))

        assert second_step.give_code(VISITOR, half(), BROWSER, code_of(secret, timedelta(seconds=120)))


# Recovery


def test_a_recovery_code_works_once_however_it_is_typed(cast: Cast) -> None:
    _, codes = enrolled()
    typed = codes[3].lower().replace("-", " ").replace("1", "l").replace("0", "o")

    sessions.redeem(VISITOR, second_step.give_code(VISITOR, half(), BROWSER, typed), BROWSER)

    ticket = half()
    assert refusal_of(lambda: second_step.give_code(VISITOR, ticket, BROWSER, codes[3])) == "second_step_wrong"
    assert second_step.give_code(VISITOR, ticket, BROWSER, codes[4])


def test_a_recovery_code_is_of_one_account() -> None:
    _, codes = enrolled()
    tom = inside("tom")
    ticket = half("tom", OTHER)

    assert tom
    assert refusal_of(lambda: second_step.give_code(VISITOR, ticket, OTHER, codes[0])) == "second_step_wrong"


def test_nothing_in_the_database_gives_a_secret_or_a_code_away(engine: Engine, tmp_path: Path) -> None:
    secret, codes = enrolled()

    with engine.connect() as connection:
        rows = [str(row) for table in m.Base.metadata.sorted_tables for row in connection.execute(select(table))]

    assert not [each for each in (secret, *codes, *(code.replace("-", "") for code in codes)) if each in "".join(rows)]
    assert (tmp_path / "server.key").stat().st_mode & 0o077 == 0


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    server_key.seal("x")
    (tmp_path / "server.key").chmod(0o644)

    assert refusal_of(server_key.check) == "server_key_open"


def test_under_another_key_one_is_told_whom_to_ask(tmp_path: Path) -> None:
    secret, _ = enrolled()
    (tmp_path / "server.key").unlink()
    ticket = half()

    assert refusal_of(lambda: second_step.give_code(VISITOR, ticket, BROWSER, code_of(secret))) == "server_key_other"


def test_two_processes_that_start_at_once_agree_on_a_key(tmp_path: Path) -> None:
    start, found = Barrier(8), []

    def one() -> None:
        start.wait()
        found.append(server_key.mark("x"))

    threads = [Thread(target=one) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(set(found)) == 1
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("server")] == ["server.key"]


# Inside


def inside(name: str, browser: str = OTHER) -> str:
    """Sets it up on the account page; the session."""
    actor = digest(sessions.redeem(VISITOR, half(name, browser), browser))
    second_factor.begin(actor, password_of(name))
    secret = second_factor.enrolment(actor).secret
    second_factor.confirm(actor, code_of(secret))
    return secret


def test_one_sets_it_up_with_the_password_and_is_signed_out_elsewhere(cast: Cast) -> None:
    tom = cast.actor("tom")
    elsewhere = digest(sessions.redeem(VISITOR, half("tom"), BROWSER))
    assert refusal_of(lambda: second_factor.begin(tom, "fout")) == "old_password_wrong"
    assert refusal_of(lambda: second_factor.enrolment(tom)) == "second_step_gone"
    second_factor.begin(tom, password_of("tom"))
    assert refusal_of(lambda: second_factor.confirm(tom, "000000")) == "second_step_wrong"
    assert sessions.check(elsewhere)

    assert len(second_factor.confirm(tom, code_of(second_factor.enrolment(tom).secret))) == 10

    assert refusal_of(lambda: sessions.check(elsewhere)) == "signed_out"
    assert second_step.to_do(VISITOR, half("tom"), BROWSER) == Step.CODE


def test_another_session_does_not_see_the_secret(cast: Cast) -> None:
    elsewhere = digest(sessions.redeem(VISITOR, half("tom"), BROWSER))
    second_factor.begin(cast.actor("tom"), password_of("tom"))

    assert refusal_of(lambda: second_factor.enrolment(elsewhere)) == "second_step_gone"


def test_another_telephone_takes_over_once_it_is_confirmed(cast: Cast) -> None:
    tom, first = cast.actor("tom"), ""
    second_factor.begin(tom, password_of("tom"))
    first = second_factor.enrolment(tom).secret
    second_factor.confirm(tom, code_of(first))
    assert refusal_of(lambda: second_factor.begin(tom, password_of("tom"))) == "second_step_wrong"
    with later(60):
        second_factor.begin(tom, code_of(first, timedelta(seconds=60)))
        second = second_factor.enrolment(tom).secret
    with later(120):
        assert second_step.give_code(VISITOR, half("tom"), BROWSER, code_of(first, timedelta(seconds=120)))
        second_factor.confirm(tom, code_of(second, timedelta(seconds=120)))
    with later(180):
        ticket = half("tom")
        old = code_of(first, timedelta(seconds=180))
        assert refusal_of(lambda: second_step.give_code(VISITOR, ticket, BROWSER, old)) == "second_step_wrong"
        assert second_step.give_code(VISITOR, ticket, BROWSER, code_of(second, timedelta(seconds=180)))


def test_new_recovery_codes_end_the_old_ones(cast: Cast) -> None:
    tom = cast.actor("tom")
    second_factor.begin(tom, password_of("tom"))
    secret = second_factor.enrolment(tom).secret
    old = second_factor.confirm(tom, code_of(secret))

    with later(60):
        new = second_factor.fresh_codes(tom, code_of(secret, timedelta(seconds=60)))

    assert not set(old) & set(new)
    ticket = half("tom")
    assert refusal_of(lambda: second_step.give_code(VISITOR, ticket, BROWSER, old[0])) == "second_step_wrong"
    assert second_step.give_code(VISITOR, ticket, BROWSER, new[0])


def test_one_takes_it_off_with_a_code_unless_it_is_required(cast: Cast) -> None:
    tom = cast.actor("tom")
    second_factor.begin(tom, password_of("tom"))
    codes = second_factor.confirm(tom, code_of(second_factor.enrolment(tom).secret))
    assert refusal_of(lambda: second_factor.remove(tom, "000000")) == "second_step_wrong"
    second_factor.remove(tom, codes[0])
    assert second_step.to_do(VISITOR, half("tom"), BROWSER) == Step.NOTHING

    _, codes = enrolled()
    ticket = second_step.give_code(VISITOR, half(), BROWSER, codes[0])
    vera = digest(sessions.redeem(VISITOR, ticket, BROWSER))
    assert refusal_of(lambda: second_factor.remove(vera, codes[1])) == "second_step_required"


def test_guessing_codes_at_an_open_screen_is_slowed_down(cast: Cast) -> None:
    tom = cast.actor("tom")
    second_factor.begin(tom, password_of("tom"))
    codes = second_factor.confirm(tom, code_of(second_factor.enrolment(tom).secret))

    ends = [refusal_of(lambda: second_factor.remove(tom, "000000")) for _ in range(6)]

    assert ends == ["second_step_wrong"] * 5 + ["wait_minutes"]
    assert refusal_of(lambda: second_factor.remove(tom, codes[0])) == "wait_minutes"


def test_afterwards_a_session_goes_on_under_another_token(cast: Cast) -> None:
    ticket = sessions.renew(cast.actor("tom"), BROWSER)

    assert refusal_of(lambda: sessions.check(cast.actor("tom"))) == "signed_out"
    assert accounts.whoami(digest(sessions.redeem(VISITOR, ticket, BROWSER))).name == "tom"


# Somebody else's


def test_a_new_password_by_link_leaves_the_second_step_as_it_was(cast: Cast) -> None:
    enrolled()
    token = links.password_link(OPERATOR, cast["vera"])
    links.set_password(VISITOR, token, password_of("vera"), password_of("vera"))

    assert second_step.to_do(VISITOR, half(), BROWSER) == Step.CODE


def test_who_is_reset_sets_it_up_anew(cast: Cast) -> None:
    secret, codes = enrolled()
    actor = digest(sessions.redeem(VISITOR, second_step.give_code(VISITOR, half(), BROWSER, codes[0]), BROWSER))

    second_factor.clear_for(OPERATOR, "vera")

    assert refusal_of(lambda: sessions.check(actor)) == "signed_out"
    ticket = half()
    assert second_step.to_do(VISITOR, ticket, BROWSER) == Step.ENROL
    assert second_step.enrolment(VISITOR, ticket, BROWSER).secret != secret


def test_the_administrator_may_not_reset_one_alone(cast: Cast) -> None:
    assert refusal_of(lambda: second_factor.clear_for(cast.actor("adam"), "vera")) == "not_allowed"


def test_whoever_falls_under_a_new_requirement_sets_it_up_at_the_next_sign_in(cast: Cast) -> None:
    adam = cast.actor("adam")
    now = second_factor.required_roles(adam)
    assert refusal_of(lambda: second_factor.require(adam, (), (Role.REPORTER,))) == "changed_meanwhile"

    assert second_factor.require(adam, now, (*now, Role.REPORTER)) == 2

    assert refusal_of(lambda: sessions.check(cast.actor("tom"))) == "signed_out"
    assert second_step.to_do(VISITOR, half("tom"), BROWSER) == Step.ENROL
    assert sessions.check(cast.actor("hans"))


def test_by_default_it_is_required_for_who_reads_what_nobody_else_does_and_for_the_administrator(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.delete(session.get_one(m.Setting, "second_step_roles"))
    with work(OPERATOR, Right.ACCOUNTS):
        assert set(second_factor.required_roles(OPERATOR)) == {
            Role.CONFIDANT, Role.APPEAL_REVIEWER, Role.WB_OFFICER, Role.ADMIN,
        }  # fmt: skip


def test_every_change_stands_in_the_log_of_sign_ins(engine: Engine, cast: Cast) -> None:
    _, codes = enrolled()
    ticket = half()
    refusal_of(lambda: second_step.give_code(VISITOR, ticket, BROWSER, "000000"))
    second_step.give_code(VISITOR, ticket, BROWSER, codes[0])
    second_factor.clear_for(OPERATOR, "vera")

    with Session(engine) as session:
        rows = session.execute(select(m.SignInNote.what, m.SignInNote.why).order_by(m.SignInNote.id)).all()

    assert [tuple(row) for row in rows] == [
        ("ended", "second_step"), ("code_changed", "enrolled"), ("wrong_code", None), ("code_changed", "recovery_used"),
        ("code_changed", "reset"),
    ]  # fmt: skip
