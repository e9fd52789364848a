"""P3: what an administrator tries alone to read a dossier, or to silence who handles one. He knows everything about the
register but other people's passwords and codes, is the subject of a complaint himself, and has made accounts of his own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from secrets import token_hex
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import JSON, Engine, String, Table, Text, insert, select
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from domain.errors import Refused
from domain.granting import GUARDED
from domain.rights import READ_RIGHTS, Right
from domain.vocabulary import Compartment
from services import accounts, door, granting, links, operations, organisation, sessions
from services.accounts import AccountInput, AccountRow
from services.door import VISITOR, SystemActor
from services.organisation import UnitInput
from tests.conftest import CAST, TODAY, Cast, session_id
from tests.figures import Figures, so_many
from tests.fill import make_complainant, make_complaint, make_party
from tests.services.test_guarded import SERVICES, arguments
from tests.ui.apptest import open_page

MINE = "de vlier staat in bloei"  # the administrator's, for every account that he gets into
OPERATOR = SystemActor("test", frozenset({Right.OPERATE}))
READERS = ("vera", "hans", "tom", "rosa", "cora", "dora", "mia", "piet", "suze", "wim")
CANARY = "kanarie-7Q"


@pytest.fixture
def accused(cast: Cast, engine: Engine) -> Cast:
    """Dossiers in every compartment; one of them about the administrator, which tom reported and hans handles."""
    with Session(engine) as session, session.begin():
        for name in CAST:
            if name != "rosa":  # who comes in by single sign-on
                session.get_one(m.Account, cast[name]).password_hash = "$2b$04$" + "x" * 53
        about = make_complaint(session, cast, handler_id=cast["hans"], reporter_id=cast["tom"])
        make_party(session, about, cast["adam"])
        make_complainant(session, about)
        for compartment in Compartment:
            make_complaint(session, cast, compartment=compartment, reporter_id=cast["rosa"], ack_owner_id=cast["hilde"])
    return cast


@dataclass
class Attacker:
    """Every try goes on where the one before was refused. `inside`: the accounts that he can sign in to."""

    cast: Cast
    inside: set[int] = field(default_factory=set)
    number: int = 0

    @property
    def me(self) -> str:
        return self.cast.actor("adam")

    def row(self, name: str) -> AccountRow:
        return next(each for each in accounts.listing(self.me) if each.name == name)

    def tries(self, *acts: Callable[[], Any]) -> None:
        for act in acts:
            with suppress(Refused):
                act()

    def own(self, *roles: str) -> AccountRow:
        """An account that he makes and signs in to, as far as he can."""
        self.number += 1
        name = f"stroman{self.number}"
        self.tries(lambda: accounts.create(self.me, AccountInput(name, f"Stroman {token_hex(6)}", "", roles, None)))
        self.tries(lambda: self.enter(name))
        return self.row(name)

    def edit(self, name: str, **changed: Any) -> None:
        row = self.row(name)
        before = AccountInput(row.name, row.display_name, row.email, row.roles, row.unit_id, row.external, row.phone)
        accounts.edit(self.me, row.id, row.version, replace(before, **changed))

    def enter(self, name: str, code: str = "") -> None:
        row = self.row(name)
        self.use(row.id, links.password_link(self.me, row.id), code)

    def use(self, account_id: int, token: str, code: str = "") -> None:
        links.set_password(VISITOR, token, MINE, MINE, code)
        self.inside.add(account_id)

    def block(self, name: str) -> None:
        accounts.disable(self.me, self.row(name).id, self.row(name).version)

    def activate(self, name: str) -> None:
        accounts.enable(self.me, self.row(name).id, self.row(name).version)

    def ask(self, name: str, kind: str = "link") -> int:
        with suppress(Refused):
            granting.ask(self.me, self.row(name).id, kind)
        return self.asked(name, kind)

    def asked(self, name: str, kind: str) -> int:
        """The latest request of this kind."""
        return next((each.id for each in granting.asked(self.me) if (each.name, each.kind) == (name, kind)), 0)

    def settings(self, **changed: object) -> None:
        organisation.change_settings(self.me, organisation.settings(self.me), changed)


def makes(role: str) -> Callable[[Attacker], None]:
    return lambda a: void(a.own(role))


def gives(role: str) -> Callable[[Attacker], None]:
    def attack(a: Attacker) -> None:
        own = a.own("reporter")
        a.tries(lambda: a.edit(own.name, roles=(role,)), lambda: a.enter(own.name))

    return attack


def resets(name: str) -> Callable[[Attacker], None]:
    def attack(a: Attacker) -> None:
        a.tries(lambda: a.enter(name), lambda: void(a.ask(name)), lambda: a.enter(name))

    return attack


def by_way_of_an_administrator(a: Attacker) -> None:
    for roles in ((), ("admin",), ("handler",)):
        a.tries(lambda roles=roles: a.edit("tom", roles=roles), lambda: a.enter("tom"))
    a.tries(lambda: a.edit("tom", roles=("reporter",)))


def with_the_link_alone(a: Attacker) -> None:
    """The director confirmed it in good faith."""
    granting.confirm(a.cast.actor("dora"), a.ask("vera"))
    token = links.password_link(a.me, a.cast["vera"])
    for code in ("", "00000000", token, MINE):
        a.tries(lambda code=code: a.use(a.cast["vera"], token, code))


def with_a_prepared_account(a: Attacker) -> None:
    """The director confirms the role of a real new colleague, whose account the administrator entered first."""
    own = a.own("handler")
    a.tries(lambda: a.edit(own.name, roles=("confidant",)))
    granting.confirm(a.cast.actor("dora"), a.asked(own.name, "roles"))
    if not knows(own.name):
        a.inside.discard(own.id)
    a.tries(lambda: a.enter(own.name))


def knows(name: str) -> bool:
    """Does his password still let him in?"""
    with suppress(Refused):
        sessions.sign_in(VISITOR, name, MINE, sessions.digest("browser"), "")
        return True
    return False


def confirms_it_himself(a: Attacker) -> None:
    own = a.own("handler")
    a.tries(lambda: a.edit(own.name, roles=("director",)))
    asked = a.asked(own.name, "roles")
    for actor in (a.me, operations.open_session(OPERATOR, own.id), "manage", None):
        a.tries(lambda actor=actor: granting.confirm(actor, asked))
    a.tries(lambda: a.enter(own.name))


def takes_both_sides(a: Attacker) -> None:
    a.tries(lambda: a.edit("adam", roles=("admin", "director")), lambda: a.edit("adam", roles=("admin", "coordinator")))
    a.inside.add(a.cast["adam"])


def by_the_settings(a: Attacker) -> None:
    own = a.own("handler")
    for name, value in (
        ("director_id", own.id),
        ("stand_in_ids", (own.id,)),
        ("reviewer_id", own.id),
        ("substitute_reviewer_ids", (own.id,)),
        ("director_id", a.cast["adam"]),
        ("stand_in_ids", (a.cast["adam"],)),
    ):
        a.tries(lambda name=name, value=value: a.settings(**{name: value}))


def as_the_manager_of_a_unit(a: Attacker) -> None:
    own = a.own("handler")
    for unit in organisation.units(a.me):
        given = replace(unit.given, manager_id=own.id)
        a.tries(lambda unit=unit, given=given: organisation.edit_unit(a.me, unit.id, unit.given, given))
    a.tries(lambda: void(organisation.add_unit(a.me, UnitInput("Eigen", "location", None, None, own.id))))


def wakes_who_left(a: Attacker) -> None:
    with Session(door.engine()) as session, session.begin():
        session.get_one(m.Account, a.cast["suze"]).active = False
    a.tries(lambda: a.activate("suze"), lambda: a.enter("suze"))
    with Session(door.engine()) as session, session.begin():
        session.get_one(m.Account, a.cast["suze"]).active = True


def back_to_the_beginning(a: Attacker) -> None:
    """Without anybody who could confirm, as in a new register."""
    for name in ("cora", "dora", "piet", "petra"):
        a.tries(lambda name=name: a.block(name), lambda name=name: a.edit(name, roles=("reporter",)))
    a.own("director")
    a.tries(lambda: void(links.first_link(a.me)))


def with_a_link_of_another_kind(a: Attacker) -> None:
    own = a.own("reporter")
    token = links.password_link(a.me, accounts.create(a.me, AccountInput("fris", "Fris Begonnen", "", ("reporter",), None)))
    begin = links.Beginning("Mijn", "training", "baas", "Baas", MINE, MINE)
    a.tries(lambda: links.begin(VISITOR, token, begin), lambda: a.use(own.id, token))


def twice_with_one_confirmation(a: Attacker) -> None:
    """Tom had his new password; the second link would be the administrator's."""
    code = granting.confirm(a.cast.actor("cora"), a.ask("tom"))
    links.set_password(VISITOR, links.password_link(a.me, a.cast["tom"]), "iets van tom zelf", "iets van tom zelf", code)
    a.tries(lambda: a.enter("tom", code))


def after_withdrawing(a: Attacker) -> None:
    asked = a.ask("dora")
    granting.withdraw(a.me, asked)
    a.tries(lambda: void(granting.confirm(a.me, asked)), lambda: a.enter("dora"))


def a_new_second_step(a: Attacker) -> None:
    a.tries(lambda: void(a.ask("vera", "second_factor")), lambda: a.enter("vera"))


def void(_: object) -> None:
    """What it gives does not matter."""


SOME_ROLES = sorted(GUARDED)[: so_many(len(GUARDED), 3)]
ATTACKS: dict[str, Callable[[Attacker], None]] = {
    **{f"makes a {role}": makes(role) for role in SOME_ROLES},
    **{f"gives the role {role}": gives(role) for role in SOME_ROLES},
    **{f"resets the password of {name}": resets(name) for name in READERS[: so_many(len(READERS), 4)]},
    "makes somebody an administrator, resets, and turns it back": by_way_of_an_administrator,
    "uses a confirmed link without the code": with_the_link_alone,
    "enters an account first and has its role confirmed": with_a_prepared_account,
    "confirms his own request": confirms_it_himself,
    "is administrator and director at once": takes_both_sides,
    "makes his account director, stand-in and reviewer": by_the_settings,
    "makes his account the manager of every unit": as_the_manager_of_a_unit,
    "activates who left": wakes_who_left,
    "blocks everybody who could confirm": back_to_the_beginning,
    "begins the register anew": with_a_link_of_another_kind,
    "uses one confirmation twice": twice_with_one_confirmation,
    "withdraws and goes on": after_withdrawing,
    "has the second step taken away": a_new_second_step,
}


def reads(account_id: int) -> list[str]:
    """What somebody who is signed in to this account sees of dossiers, by right."""
    actor, found = operations.open_session(OPERATOR, account_id), []
    for right in sorted(READ_RIGHTS - {Right.ENTER, Right.GREET}):
        with suppress(Refused), door.work(actor, right) as w:
            for model in (m.Complaint, m.Complainant, m.Event, m.Party, m.AccessLog):
                found += [f"{right}: {model.__name__}" for _ in w.session.scalars(select(model))]
    return found


def test_an_administrator_alone_opens_nothing(accused: Cast, figures: Figures) -> None:
    failed, opened = 0, {}
    for name, attack in ATTACKS.items():
        attacker = Attacker(accused)
        attacker.number = failed * 10
        attack(attacker)
        found = {account_id: seen for account_id in attacker.inside if (seen := reads(account_id))}
        if found:
            opened[name] = found
        else:
            failed += 1
    assert opened == {}
    figures.equal("P3", "attacks by an administrator alone that failed", failed, len(ATTACKS))


def test_the_measure_itself_sees_who_reads(accused: Cast) -> None:
    assert reads(accused["cora"])
    assert reads(accused["vera"])
    assert reads(accused["tom"])
    assert not reads(accused["adam"])


# Somebody whom a complaint is about, and who runs the accounts (security 2.6.6)


@pytest.mark.parametrize("name", ["cora", "dora", "mia", "vera", "piet"])
def test_an_accused_administrator_cannot_silence_a_recipient(accused: Cast, name: str) -> None:
    a = Attacker(accused)
    a.tries(
        lambda: a.block(name),
        lambda: a.edit(name, roles=("reporter",)),
        lambda: a.enter(name),
        lambda: void(a.ask(name)),
        lambda: void(a.ask(name, "second_factor")),
    )

    assert a.row(name).active
    assert a.row(name).roles == tuple(sorted(CAST[name][1]))
    assert accounts.whoami(accused.actor(name))


@pytest.mark.parametrize("name", ["hans", "tom"])
def test_who_handles_or_reports_is_back_as_soon_as_a_second_person_looks(accused: Cast, name: str) -> None:
    a = Attacker(accused)
    a.block(name)
    assert granting.waiting(accused.actor("cora")) == 1

    granting.decline(accused.actor("cora"), granting.to_answer(accused.actor("cora"))[0].id)

    assert a.row(name).active
    assert name in {each.name for each in granting.to_answer(accused.actor("dora"))}


def test_no_answer_tells_the_administrator_whose_dossier_there_is(accused: Cast, engine: Engine) -> None:
    """The same for who stands in a dossier about him and for who stands in none."""

    def answers(one: str, other: str) -> list[list[tuple[str, str]]]:
        return [[told(a, kind, name) for kind in ("link", "second_factor", "block")] for name in (one, other)]

    a = Attacker(accused)
    for concerned, stranger in (("tom", "rosa"), ("hans", "hilde"), ("dora", "petra")):
        first, second = answers(concerned, stranger)
        assert first == second


def told(a: Attacker, kind: str, name: str) -> tuple[str, str]:
    row = a.row(name)
    try:
        if kind == "block":
            return kind, str(accounts.disable(a.me, row.id, row.version))
        granting.ask(a.me, row.id, kind)
    except Refused as refusal:
        return kind, refusal.code
    return kind, "asked"


# Nothing of any dossier on his screens, in his answers or in the log


OF_MANY = (
    "review",
    "review_participant",
    "year_report",
    "year_report_text",
    "year_report_cleared",
    "year_report_step",
)  # tables that are about dossiers, though about none by name


def planted(session: Session, cast: Cast) -> int:
    """One dossier with the canary in every column of text, of every table with a dossier in it; how many columns."""
    own = {name: words(m.Complaint.__table__.c[name]) for name in texts(m.Complaint.__table__)}  # type: ignore[arg-type]
    kept = {"form_id": str(uuid4()), "compartment": Compartment.REGULAR, "handler_id": cast["hans"]}
    complaint, count = make_complaint(session, cast, **own | kept), len(own)
    for table in m.Base.metadata.sorted_tables:
        if "complaint_id" in table.c or table.name in OF_MANY:
            count += len(texts(table))
            session.execute(insert(table).values(filled(session, table, complaint.id, cast)))
    return count


def texts(table: Table) -> list[str]:
    return [column.name for column in table.c if isinstance(column.type, String | Text | JSON) and not column.foreign_keys]


def filled(session: Session, table: Table, complaint_id: int, cast: Cast) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in table.c:
        if column.name == "complaint_id":
            values[column.name] = complaint_id
        elif column.foreign_keys:
            (key,) = column.foreign_keys
            values[column.name] = cast["hans"] if key.column.table.name == "account" else newest(session, key.column)
        elif isinstance(column.type, JSON):
            values[column.name] = [{"a": CANARY}] if column.name == "promises" else {"a": CANARY}
        elif isinstance(column.type, String):
            values[column.name] = words(column)
        elif not (column.primary_key or column.nullable or column.default):
            values[column.name] = sample(column.type.python_type)
    return values


def words(column: Any) -> str:
    return f"{CANARY}-{column.name}"[: column.type.length or 99]


def newest(session: Session, column: Any) -> Any:
    return session.execute(select(column).order_by(column.desc()).limit(1)).scalar()


def sample(kind: type) -> Any:
    return {date: TODAY, bool: False, int: 1}.get(kind, door.today_and_now()[1])  # else an instant


def test_nothing_that_an_administrator_gets_shows_a_canary(
    cast: Cast, engine: Engine, figures: Figures, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with Session(engine) as session, session.begin():
        columns = planted(session, cast)
        references = [CANARY, *session.scalars(select(m.Complaint.reference))]
    with door.work(cast.actor("cora"), Right.LIST) as w:
        assert any(title.startswith(CANARY) for title in w.session.scalars(select(m.Complaint.title)))  # it is there
    shown = screens(cast) + answers(cast, references) + [caplog.text, *capfd.readouterr()]

    leaks = [words[max(0, words.find(CANARY) - 80) :][:200] for words in shown if CANARY in words]
    assert leaks == []
    assert len(shown) > len(SERVICES)
    assert any("Vera Vertrouwens" in words for words in shown)  # and this is what the screens say
    figures.at_least("P3", "text columns of dossiers with a canary, none of which an administrator gets", columns, 60)


PARTS = ("accounts", "units", "settings", "calendar", "sign_ins", "backups", "health")


def screens(cast: Cast) -> list[str]:
    found = []
    for page in ("people", "help", "account"):
        at = open_page(cast, "adam", page)
        found += drawn(at)
        if page == "people":
            assert len(at.segmented_control(key="people.part").options) == len(PARTS)
            for part in PARTS:
                found += drawn(at.segmented_control(key="people.part").set_value(part).run())
    return found


def drawn(at: AppTest) -> list[str]:
    assert not at.exception
    return [repr(at.main), repr(at.sidebar), *(frame.value.to_csv() for frame in at.dataframe)]


def answers(cast: Cast, references: list[str]) -> list[str]:
    """Of every service, with values of its types and the references of these dossiers."""
    found = []
    for name in sorted(SERVICES):
        if name in ("services.sessions.sign_out", "services.sessions.end_others"):
            continue
        given = arguments(SERVICES[name])
        for reference in references if "reference" in given else [""]:
            try:
                found.append(
                    repr(SERVICES[name](session_id("adam"), **given | ({"reference": reference} if reference else {})))
                )
            except Refused as refusal:
                found.append(repr((refusal.code, refusal.values)))
    return found
