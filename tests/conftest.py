"""One cast of people, one register per test, on a real database."""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.orm import Session

from db import append_only, row_security
from db import models as m
from db.engine import make_engine
from db.settings import write_settings
from db.upgrade import newest
from domain.rights import Role
from services import door
from services.profiles import adopt_into
from tests import figures as measured
from tests import postgres as postgresql
from tests.figures import figures as figures

TODAY = date(2026, 11, 21)
os.environ.setdefault("WEERKLANK_NOON", datetime.now(UTC).isoformat())  # for every process that the tests start
CHROMIUM = Path("/usr/bin/chromium")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    found = list(measured.lines(terminalreporter))
    if found:
        terminalreporter.section("figures of security.md, section 3" + ("" if measured.EVERYTHING else " (a sample)"))
        for line in found:
            terminalreporter.write_line(line)


def pytest_collection_finish() -> None:
    """Ten thousand tests stay in memory: the collector need not go through them again and again."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


# name: (display name, roles, unit). Invented people.
CAST: dict[str, tuple[str, tuple[Role, ...], str | None]] = {
    "tom": ("Tom Trainer", (Role.REPORTER,), "noord"),
    "rosa": ("Rosa Melder", (Role.REPORTER,), "zuid"),
    "hans": ("Hans Behandelaar", (Role.HANDLER,), "noord"),
    "hilde": ("Hilde Behandelaar", (Role.HANDLER,), "zuid"),
    "cora": ("Cora Coördinator", (Role.COORDINATOR,), None),
    "mia": ("Mia Manager", (Role.MANAGER,), "noord"),
    "piet": ("Piet Partner", (Role.PARTNER,), None),
    "petra": ("Petra Partner", (Role.PARTNER,), None),
    "dora": ("Dora Directeur", (Role.DIRECTOR,), None),
    "vera": ("Vera Vertrouwens", (Role.CONFIDANT, Role.APPEAL_REVIEWER), None),
    "suze": ("Suze Substituut", (Role.APPEAL_REVIEWER,), None),
    "wim": ("Wim Klok", (Role.WB_OFFICER,), None),
    "adam": ("Adam Beheer", (Role.ADMIN,), None),
}


@dataclass(frozen=True)
class Cast:
    """Account ids by name; `actor(name)` is a live session id, what a service takes."""

    ids: dict[str, int]
    units: dict[str, int]

    def __getitem__(self, name: str) -> int:
        return self.ids[name]

    def actor(self, name: str) -> str:
        return session_id(name)


def moment() -> datetime:
    """Now, on the day on which the tests happen, UTC: what a server that a test started has on its clock."""
    began = datetime.fromisoformat(os.environ["WEERKLANK_NOON"])
    return datetime.combine(TODAY, time(12), door.AMSTERDAM).astimezone(UTC) + (datetime.now(UTC) - began)


def session_id(name: str) -> str:
    return hashlib.sha256(f"token-of-{name}".encode()).hexdigest()


def people_the_register(session: Session, profile: str) -> Cast:
    """The cast, two units, the settings and an adopted profile."""
    now = datetime(2026, 1, 5, 9, tzinfo=UTC)
    top = m.OrgUnit(name="Organisatie", kind="organisation")
    session.add(top)
    session.flush()
    sector = "training" if profile == "training" else "kinderopvang"
    units = {
        "noord": m.OrgUnit(name="Locatie Noord", kind="location", sector=sector, parent_id=top.id),
        "zuid": m.OrgUnit(name="Locatie Zuid", kind="location", sector=sector, parent_id=top.id),
        "wijk": m.OrgUnit(
            name="Wijkhuis Oost", kind="location", sector="welzijn" if sector != "training" else sector, parent_id=top.id
        ),
    }
    session.add_all(units.values())
    session.flush()
    ids = {}
    for name, (display_name, roles, unit) in CAST.items():
        account = m.Account(
            name=name,
            display_name=display_name,
            email=f"{name}@voorbeeld.invalid",
            password_hash=None,
            created_at=now,
            phone="06 00 00 00 01",
            unit_id=units[unit].id if unit else None,
            roles=[m.AccountRole(role=role) for role in roles],
        )
        session.add(account)
        session.flush()
        ids[name] = account.id
    units["noord"].manager_id = ids["mia"]
    adopt_into(session, profile, on=date(2022, 3, 29), now=now)
    write_settings(
        session,
        {
            "organisation": "Bureau Voorbeeld",
            "address": "Dorpsstraat 1, 1234 AB Voorbeeldstad",
            "city": "Voorbeeldstad",
            "privacy_url": "https://voorbeeld.invalid/privacy",
            "privacy_version_on": date(2024, 5, 1),
            "contact": {"name": "Cora Coördinator", "phone": "010 000 00 00", "email": "klachten@voorbeeld.invalid"},
            "confidant": {"name": "Vera Vertrouwens", "phone": "06 00 00 00 00", "email": "vertrouwen@voorbeeld.invalid"},
            "stand_in_confidant": {"name": "Els Extern", "phone": "06 00 00 00 02", "email": "els@arbodienst.invalid"},
            "stand_in_admin": {"name": "Sam Server", "phone": "06 00 00 00 03", "email": "sam@leverancier.invalid"},
            "profile": profile,
            "director_id": ids["dora"],
            "stand_in_ids": [ids["piet"], ids["petra"]],
            "reviewer_id": ids["vera"],
            "substitute_reviewer_ids": [ids["suze"]],
            "second_step_roles": [],  # the tests of signing in turn it on
        },
    )
    return Cast(ids, {name: unit.id for name, unit in units.items()})


def sign_everybody_in(session: Session, cast: Cast, moment: datetime) -> None:
    """Sessions that stay live whatever the pinned date is."""
    known = {row.id: row for row in session.scalars(select(m.AuthSession))}
    for name, account_id in cast.ids.items():
        row = known.get(session_id(name))
        if row is None:
            session.add(m.AuthSession(id=session_id(name), account_id=account_id, created_at=moment, last_seen_at=moment))
        else:
            row.created_at = row.last_seen_at = moment


POSTGRESQL = os.environ.get("WEERKLANK_TEST_DATABASE") == "postgresql"
PROFILES = ("training", "kinderopvang-welzijn")


def need(what: str) -> None:
    """Skip on a machine that lacks something, unless everything is required (CI)."""
    if os.environ.get("WEERKLANK_REQUIRE_ALL"):
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One for all tests of a process: Playwright does not start twice in it."""
    if not CHROMIUM.exists():
        need("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a scratch PostgreSQL server; format a database name into it."""
    if postgresql.binaries() is None:
        need("PostgreSQL")
    with postgresql.server() as address:
        yield address


@pytest.fixture(scope="session")
def scratch(postgres: str) -> postgresql.Scratch:
    return postgresql.Scratch(postgres)


def on_server(address: str, statement: str) -> None:
    engine = create_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def let_in(owner: Engine) -> None:
    """The program's own role gets what `manage.py upgrade` gives it."""
    with owner.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)")
        for statement in append_only.grants(postgresql.PROGRAM):
            connection.exec_driver_sql(statement)


def stamped(engine: Engine) -> None:
    """The tables were made at once, past the migrations: now the register says of which version it is."""
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{newest()}')")


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> dict[str, tuple[str, Cast]]:
    """One filled database per profile, copied for each test: a SQLite file, or a PostgreSQL template."""
    made = {}
    for profile in PROFILES:
        if POSTGRESQL:
            source = "template_" + profile.replace("-", "_")
            on_server(request.getfixturevalue("postgres"), f"CREATE DATABASE {source} OWNER {postgresql.OWNER}")
            url = postgresql.as_role(request.getfixturevalue("postgres").format(source), postgresql.OWNER)
        else:
            source = str(tmp_path_factory.mktemp("template") / f"{profile}.db")
            url = f"sqlite:///{source}"
        engine = make_engine(url)
        m.Base.metadata.create_all(engine)
        if POSTGRESQL:
            let_in(engine)
        with Session(engine) as session, session.begin():
            cast = people_the_register(session, profile)
        engine.dispose()
        made[profile] = (source, cast)
    return made


@pytest.fixture
def profile() -> str:
    """Override or parametrise to run a test on the other profile."""
    return "training"


@pytest.fixture
def database_url(
    templates: dict[str, tuple[str, Cast]], profile: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    source = templates[profile][0]
    if not POSTGRESQL:
        path = tmp_path.parent / "weerklank.db"  # one place for all tests: see `engine`
        shutil.copy(source, path)
        yield f"sqlite:///{path}"
        return
    yield postgresql.as_role(request.getfixturevalue("scratch").filled(source), postgresql.PROGRAM)


@pytest.fixture
def engine(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """To look at the register from the side, past everything. The program goes in by `door.engine()`: on SQLite the same one,
    on PostgreSQL with a role of its own, which sees no row of a dossier without being somebody (db/row_security.py)."""
    monkeypatch.setenv("WEERKLANK_DATABASE_URL", database_url)
    monkeypatch.setenv("WEERKLANK_DATA", str(tmp_path))
    monkeypatch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
    if door.engine.cache_info().currsize and door.engine().url.render_as_string(hide_password=False) != database_url:
        door.engine.cache_clear()
    made = door.engine()  # the same one for every test: compiling its statements anew took half of the time
    if not POSTGRESQL and not event.contains(made, "connect", _without_waiting_for_the_disk):
        event.listen(made, "connect", _without_waiting_for_the_disk)
    if POSTGRESQL and not event.contains(made, "begin", not_by_the_door):
        event.listen(made, "begin", not_by_the_door)
    side = _from_the_side(database_url.replace(f"//{postgresql.PROGRAM}@", "//postgres@")) if POSTGRESQL else made
    yield side
    side.dispose()
    made.dispose()  # a test may have put another in its place
    door.engine().dispose()


def not_by_the_door(connection: Connection) -> None:
    """A test that looks with the program's own role sees every row; the door says whether it reads or writes."""
    if "access" not in connection.get_execution_options():
        row_security.reach(connection, every_row=True)


@cache
def _from_the_side(url: str) -> Engine:
    return make_engine(url)


def _without_waiting_for_the_disk(connection: Any, _record: object) -> None:
    """What survives a power cut is not asked in this process; servers that a test kills are as they always are."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def cast(engine: Engine, templates: dict[str, tuple[str, Cast]], profile: str) -> Cast:
    """Everybody, signed in today (2026-11-21)."""
    people = templates[profile][1]
    at(engine, people, TODAY)
    return people


def at(engine: Engine, cast: Cast, day: date) -> None:
    """Make everybody's session live around noon of `day` (use with `door.clock_at(day)`)."""
    now = datetime.combine(day, time(11, 50), door.AMSTERDAM)
    if day == TODAY:
        now = moment() - timedelta(minutes=1)
    with Session(engine) as session, session.begin():
        sign_everybody_in(session, cast, now)


@pytest.fixture
def on(engine: Engine, cast: Cast) -> Callable[[date], AbstractContextManager[None]]:
    """`with on(date(2026, 11, 10)):` everything inside happens on that day, everybody signed in."""

    @contextmanager
    def moved(day: date) -> Iterator[None]:
        at(engine, cast, day)
        with door.clock_at(day):
            yield
        at(engine, cast, TODAY)

    return moved
