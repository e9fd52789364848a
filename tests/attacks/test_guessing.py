"""Guessing passwords and codes, many at once (P9); telling from the answers who has an account (P10); a token that somebody
knew beforehand (P6). On PostgreSQL too: WEERKLANK_TEST_DATABASE=postgresql; all of it: WEERKLANK_ATTACK=all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import NormalDist, median

import bcrypt
import pyotp
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import Role
from services import accounts, door, links, second_factor, second_step, sessions
from services.accounts import AccountInput
from services.door import VISITOR
from services.sessions import digest
from tests.attacks.guessing import WRONG, counted, everywhere
from tests.conftest import POSTGRESQL, Cast
from tests.figures import EVERYTHING, Figures, so_many
from tests.serving import password_of

NOON = datetime(2026, 11, 21, 11, 55, tzinfo=UTC)
BROWSER = digest("the browser of the owner")
WHERE = " on PostgreSQL" if POSTGRESQL else " on SQLite"


@pytest.fixture(autouse=True)
def passwords(engine: Engine, cast: Cast) -> None:
    """Everybody has one, of which the comparison is quick: how often it is made is what counts here."""
    with Session(engine) as session, session.begin():
        for row in session.scalars(select(m.Account)):
            row.password_hash = bcrypt.hashpw(password_of(row.name).encode(), bcrypt.gensalt(4)).decode()
        for each in session.scalars(select(m.AuthSession)):
            each.created_at = each.last_seen_at = NOON


def accounts_with(engine: Engine, count: int, password_hash: str) -> list[str]:
    names = [f"persoon{number}" for number in range(count)]
    with Session(engine) as session, session.begin():
        for name in names:
            account = m.Account(name=name, display_name=name.title(), created_at=NOON, password_hash=password_hash)
            account.roles = [m.AccountRole(role=Role.REPORTER)]
            session.add(account)
    return names


def failures(engine: Engine) -> list[int]:
    """Of all counters that stopped somebody, the highest first."""
    with Session(engine) as session:
        return sorted(session.scalars(select(m.Throttle.failures)), reverse=True)


def enters(name: str, browser: str, source: str = "home") -> bool:
    try:
        ticket = sessions.sign_in(VISITOR, name, password_of(name), browser, source)
    except Refused:
        return False
    return bool(sessions.redeem(VISITOR, ticket, browser))


def refused(found: Counter[str]) -> int:
    """SQLite lets one write at a time: of twenty, one may wait for more than ten seconds, and is asked to try again."""
    codes = {"sign_in_failed", "second_step_wrong", "wait_minutes"} | (set() if POSTGRESQL else {"database_away"})
    return sum(found[code] for code in codes)


# P9


def test_of_a_thousand_guesses_at_one_password_ten_are_looked_at(engine: Engine, figures: Figures) -> None:
    with door.clock_at(NOON):
        assert enters("tom", BROWSER)
    guesses = so_many(1000, 60)

    found = everywhere("password", NOON + timedelta(seconds=1), guesses, ["tom"])

    assert refused(found) == guesses, found
    figures.at_most("P9", f"of {guesses} guesses at one password, 20 at once, reached the verifier{WHERE}", found["calls"], 10)
    figures.equal(
        "P9", f"guesses that reached the verifier and were not counted{WHERE}", found["calls"] - failures(engine)[0], 0
    )
    with door.clock_at(NOON + timedelta(seconds=2)):
        figures.equal("P9", f"the owner's own browser enters at once, under attack{WHERE}", enters("tom", BROWSER), 1)
        assert not enters("tom", digest("a new browser of the owner"))
    with door.clock_at(NOON + timedelta(minutes=15, seconds=2)):
        figures.equal("P9", f"any browser enters after 15 minutes{WHERE}", enters("tom", digest("a new browser")), 1)


def test_spraying_looks_at_ten_of_each_account(engine: Engine, figures: Figures) -> None:
    guesses, names = so_many(10_000, 100), so_many(100, 5)
    targets = accounts_with(engine, names, bcrypt.hashpw(b"iets heel anders", bcrypt.gensalt(4)).decode())

    found = everywhere("password", NOON, guesses, targets)

    assert refused(found) == guesses, found
    counted_failures = failures(engine)[:names]
    figures.at_most("P9", f"of {guesses} guesses over {names} accounts, per account{WHERE}", max(counted_failures), 10)
    figures.at_most(
        "P9", f"of {guesses} guesses over {names} accounts, reached the verifier{WHERE}", found["calls"], 10 * names
    )
    figures.equal("P9", f"sprayed guesses that were not counted{WHERE}", found["calls"] - sum(counted_failures), 0)


def test_of_a_thousand_guesses_at_a_code_five_are_looked_at(engine: Engine, cast: Cast, figures: Figures) -> None:
    with door.clock_at(NOON):
        secret = with_a_second_step(cast, "tom")
        browsers = [digest(f"evil browser {number}") for number in range(4)]
        targets = [f"{sessions.sign_in(VISITOR, 'tom', password_of('tom'), each, 'evil')} {each}" for each in browsers]
    guesses = so_many(1000, 60)

    found = everywhere("code", NOON + timedelta(minutes=1), guesses, targets)

    assert refused(found) == guesses, found
    figures.at_most("P9", f"of {guesses} guesses at a one-time code, reached the verifier{WHERE}", found["calls"] / 3, 5)
    with door.clock_at(NOON + timedelta(minutes=11)):
        ticket = sessions.sign_in(VISITOR, "tom", password_of("tom"), BROWSER, "home")
        ticket = second_step.give_code(VISITOR, ticket, BROWSER, pyotp.TOTP(secret).at(NOON + timedelta(minutes=11)))
        figures.equal(
            "P9", f"the owner enters with a code after 10 minutes{WHERE}", bool(sessions.redeem(VISITOR, ticket, BROWSER)), 1
        )


def with_a_second_step(cast: Cast, name: str) -> str:
    """The secret; the code of this period is used up."""
    actor = cast.actor(name)
    second_factor.begin(actor, password_of(name))
    secret = second_factor.enrolment(actor).secret
    second_factor.confirm(actor, pyotp.TOTP(secret).at(NOON))
    return secret


# P10


def both(tries: int, known: Callable[[int], str], unknown: Callable[[int], str]) -> tuple[set[str], list[float], list[float]]:
    """What the answers say, and how many milliseconds each took; by turns, so that both meet the same busy machine."""
    said: set[str] = set()
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(tries):
        for which, act in enumerate((known, unknown)):
            start = time.perf_counter()
            said.add(act(number))
            took[which].append((time.perf_counter() - start) * 1000)
    return said, *took


def alike(figures: Figures, what: str, first: list[float], second: list[float]) -> None:
    """The medians, or on a machine that is too busy for milliseconds the Mann-Whitney test (two-sided, normal approximation):
    security.md accepts either."""
    difference, ranks = abs(median(first) - median(second)), sorted(first + second)
    rank = {each: place for place, each in enumerate(ranks, 1)}
    u = sum(rank[each] for each in first) - len(first) * (len(first) + 1) / 2
    spread = (len(first) * len(second) * (len(ranks) + 1) / 12) ** 0.5
    p = 2 * NormalDist().cdf(-abs(u - len(first) * len(second) / 2) / spread)
    if difference < 15:
        figures.at_most("P10", f"ms between the medians of {what}{WHERE} (Mann-Whitney p {p:.2f})", round(difference, 2), 15)
    else:
        figures.at_least("P10", f"Mann-Whitney p of {what}{WHERE} (medians {difference:.0f} ms apart)", round(p, 3), 0.05)


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return f"{refusal.value.code} {refusal.value.field} {refusal.value.values}"


def test_no_answer_to_a_wrong_password_tells_who_has_an_account(engine: Engine, cast: Cast, figures: Figures) -> None:
    tries = so_many(200, 3)
    names = accounts_with(engine, tries, bcrypt.hashpw(b"iets heel anders", bcrypt.gensalt(12)).decode())
    with door.clock_at(NOON):
        with_a_second_step(cast, "tom")  # one of the known has a second step, which must not show
    names[0] = "tom"

    def attempt(name: str) -> str:
        return refusal_of(lambda: sessions.sign_in(VISITOR, name, WRONG, BROWSER, f"place of {name}"))

    def compared(name: str) -> int:
        with counted(bcrypt, "checkpw") as calls:
            attempt(name)
        return calls["calls"]

    said, known, unknown = both(tries, lambda number: attempt(names[number]), lambda number: attempt(f"niemand{number}"))

    figures.equal("P10", "different answers at sign-in, known and unknown names", len(said), 1)
    figures.equal(
        "P10", "comparisons more for a known name than for an unknown one", compared(names[1]) - compared("niemand"), 0
    )
    if EVERYTHING:
        alike(figures, f"{tries} known and unknown names", known[1:], unknown)


def test_no_answer_to_a_wrong_code_tells_why(engine: Engine, cast: Cast, figures: Figures) -> None:
    """The code step opens to who knows the password; nothing about names is left to tell there. What is compared: a code that
    was used already and one that never was good."""
    with door.clock_at(NOON):
        secret = with_a_second_step(cast, "tom")
    used, never = (
        pyotp.TOTP(secret).at(NOON),
        next(each for each in ("000000", "000001", "000002", "000003") if each not in valid_codes(secret)),
    )

    def attempt(code: str, number: int) -> str:
        with door.clock_at(NOON + timedelta(seconds=1)):
            with Session(engine) as session, session.begin():
                for each in session.scalars(select(m.Throttle)):
                    session.delete(each)
            ticket = tickets[number % len(tickets)]
            return refusal_of(lambda: second_step.give_code(VISITOR, ticket, BROWSER, code))

    with door.clock_at(NOON):
        tickets = [sessions.sign_in(VISITOR, "tom", password_of("tom"), BROWSER, "home")]
    said, first, second = both(so_many(200, 5), lambda n: attempt(used, n), lambda n: attempt(never, n))

    figures.equal("P10", "different answers to a used code and to a wrong one", len(said), 1)
    if EVERYTHING:
        alike(figures, "used and wrong codes", first, second)


def valid_codes(secret: str) -> set[str]:
    return {pyotp.TOTP(secret).at(NOON + timedelta(seconds=step)) for step in (-30, 0, 30)}


def test_no_answer_to_a_link_tells_whether_there_ever_was_one(engine: Engine, cast: Cast, figures: Figures) -> None:
    tries = so_many(200, 5)
    made, over = NOON - timedelta(days=2), NOON - timedelta(days=1)
    with Session(engine) as session, session.begin():
        for number in range(tries):
            row = m.OneTimeLink(id=digest(f"link {number}"), purpose="password", created_at=made, expires_at=over)
            row.account_id = cast["tom"]
            session.add(row)

    def opened(token: str) -> str:
        with door.clock_at(NOON):
            return refusal_of(lambda: links.look(VISITOR, token))

    said, known, unknown = both(tries, lambda number: opened(f"link {number}"), lambda number: opened(f"nothing {number}"))

    figures.equal("P10", "different answers to an expired link and to one that never was", len(said), 1)
    if EVERYTHING:
        alike(figures, "expired and invented links", known, unknown)


# P6


def test_a_token_from_before_is_worth_nothing_after(engine: Engine, cast: Cast, figures: Figures) -> None:
    def signed_in() -> str:
        return sessions.redeem(VISITOR, sessions.sign_in(VISITOR, "tom", password_of("tom"), BROWSER, "home"), BROWSER)

    def worth(token: str) -> bool:
        try:
            return bool(sessions.check(digest(token)))
        except Refused:
            return False

    rotated = 0
    with door.clock_at(NOON):
        planted = "a token that somebody put into the browser beforehand"
        first = signed_in()
        rotated += first != planted and not worth(planted) and worth(first)

        with Session(engine) as session:
            row = session.get_one(m.Account, cast["tom"])
            version, given = row.version, AccountInput("tom", "Tom Trainer", "", (Role.REPORTER, Role.HANDLER), None)
        accounts.edit(cast.actor("adam"), cast["tom"], version, given)
        second = signed_in()
        rotated += second != first and not worth(first) and worth(second)

        third = sessions.redeem(
            VISITOR, sessions.renew(digest(second), BROWSER), BROWSER
        )  # as after a change of the second step
        rotated += third != second and not worth(second) and worth(third)

    figures.equal("P6", "tokens rotated: signing in, other roles, stepping up", rotated, 3)
