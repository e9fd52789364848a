"""What the operator does with the register from the command line: its structure, never a dossier."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from db import models as m
from db import upgrade as schema
from db.engine import data_dir, make_engine, owner_url
from db.settings import write_settings
from domain.errors import Refused
from domain.rights import Right
from services import backup_keys, backup_making, backups, database_faults, profiles
from services.door import Actor, engine, work
from services.sessions import digest


@dataclass(frozen=True)
class Upgraded:
    """The revision before (None: it was empty) and after; `copy`: where the register of before lies, if it had one."""

    before: str | None
    after: str | None
    copy: Path | None = None


def upgrade(actor: Actor) -> Upgraded:
    """Brings the database to the newest schema. A register that has an older one is copied first: as a backup where there is
    a key, else as it is, beside the database. Raises Refused: ``disk_full``, ``database_away``, the ``backup_...`` codes; then
    nothing was changed."""
    with work(actor, Right.OPERATE):
        pass  # the right only: a migration runs in a transaction of its own
    with _owner() as owner:
        before, made, copy = schema.current(owner), None, None
    if before not in (None, schema.newest()):
        if backup_keys.exist():
            made = backup_making.make(actor)
            copy = made.file
        else:
            copy = backup_making.plain_copy(actor, str(before))
    done = bring_up(actor)
    if made is not None:
        backups.noted(actor, made)
    return replace(done, copy=copy)


def bring_up(actor: Actor) -> Upgraded:
    """To the newest schema, without a copy of what was there."""
    with work(actor, Right.OPERATE):
        pass
    program = engine().url.username
    try:
        with _owner() as owner:
            before = schema.current(owner)
            schema.upgrade(owner, program=program if program != owner.url.username else None)
            after = schema.current(owner)
    except DBAPIError as error:
        refusal = database_faults.refusal(error)
        if refusal is None:
            raise
        raise refusal from error
    with work(actor, Right.OPERATE) as w:
        profiles.learn_closed_days(w)
    return Upgraded(before, after)


@contextmanager
def _owner() -> Iterator[Engine]:
    """Of who may change the tables: on PostgreSQL another role than the program's."""
    made = make_engine(owner_url())
    try:
        yield made
    finally:
        made.dispose()


def open_session(actor: Actor, account_id: int) -> str:
    """A session for an account, as an actor for services: how the demo and imports work in somebody's name.

    Raises Refused ``not_found``.
    """
    with work(actor, Right.OPERATE) as w:
        account = w.session.get(m.Account, account_id)
        if account is None:
            raise Refused("not_found")
        session_id = digest(secrets.token_urlsafe(32))
        w.session.add(m.AuthSession(id=session_id, account_id=account.id, created_at=w.now, last_seen_at=w.now))
        return session_id


def close_sessions(actor: Actor) -> int:
    """Ends every session; how many were open."""
    with work(actor, Right.OPERATE) as w:
        live = w.session.scalars(select(m.AuthSession).where(m.AuthSession.revoked_at.is_(None))).all()
        for row in live:
            row.revoked_at, row.revoked_why = w.now, "operator"
        return len(live)


def use_demo_database(profile: str) -> None:
    """From here on this process, and the server it becomes, works on an empty database for the demonstration."""
    folder = data_dir() / f"demo-{profile}"
    shutil.rmtree(folder, ignore_errors=True)
    os.environ["WEERKLANK_DATA"] = str(folder)
    for name in ("WEERKLANK_DATABASE_URL", "WEERKLANK_OWNER_URL"):
        os.environ.pop(name, None)
    engine.cache_clear()


def show_as_demo(actor: Actor, password: str) -> None:
    """The sign-in page shows every account and the one password that they share, and nobody needs a second step. For
    invented registers only."""
    with work(actor, Right.OPERATE) as w:
        write_settings(w.session, {"demo": True, "second_step_roles": (), "extra": {"demo_password": password}})
