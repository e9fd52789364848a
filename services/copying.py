"""The whole register into another, empty database, and the proof that nothing changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError, ProgrammingError

from db import append_only, copying, search, taken
from db import upgrade as schema
from db.copying import State, Unfit
from db.engine import make_engine, owner_url
from domain.errors import Refused
from domain.rights import Right
from services import anchoring, verifying
from services.door import Actor, engine, today_and_now, work
from services.verifying import Verified, Wrong

_NO_PRIVILEGE = "42501"  # PostgreSQL


@dataclass
class Copied:
    """`unfit`: then nothing was copied. `before` and `after` are equal, table by table, or everything was undone."""

    before: list[State] = field(default_factory=list)
    after: list[State] = field(default_factory=list)
    unfit: list[Unfit] = field(default_factory=list)
    anchors: tuple[str, str] = ("", "")
    verified: Verified = field(default_factory=Verified)
    same_faults: bool = True
    guarded: bool = False  # the triggers are on in the copy

    @property
    def other(self) -> list[str]:
        """The tables that differ."""
        return [was.table for was, now in zip(self.before, self.after, strict=True) if was != now] if self.after else []

    @property
    def whole(self) -> bool:
        return self.guarded and bool(self.after) and not self.other and self.anchors[0] == self.anchors[1]


class _Other(Exception):
    """Both sides do not hold the same: nothing of it stays."""


def copy_to(actor: Actor, url: str) -> Copied:
    """Everything but the files, in one transaction of the other database. For the operator's command only.

    Raises Refused: ``copy_target``, ``copy_target_away``, ``copy_target_not_empty``, ``copy_source_old``, ``copy_in_use``,
    ``copy_not_owner``.
    """
    with work(actor, Right.OPERATE):
        pass  # the right; what follows reads and writes whole tables
    target = _address(url)
    if schema.current(engine()) != schema.newest():
        raise Refused("copy_source_old")
    _refuse_unless_empty(target)
    faults = _faults(verifying.verify(actor))
    engine().dispose()  # or we would be somebody who has it open
    done = Copied()
    try:
        _copy(target, done)
    except _Other:
        return done
    if done.whole:
        with _working_in(target):
            done.verified = verifying.verify(actor)
        done.same_faults = _faults(done.verified) == faults
    return done


def _address(url: str) -> URL:
    try:
        found = make_url(url)
    except ArgumentError:
        raise Refused("copy_target") from None
    in_file = found.drivername == "sqlite" and found.database not in (None, "", ":memory:")
    if not (in_file or found.drivername == "postgresql+psycopg"):
        raise Refused("copy_target")
    return found


def _refuse_unless_empty(target: URL) -> None:
    if target.drivername == "sqlite" and not Path(str(target.database)).exists():
        return
    there = make_engine(_written(target))
    try:
        with there.execution_options(access="read").connect() as connection:
            if taken.tables(connection):
                raise Refused("copy_target_not_empty")
    except OperationalError:
        raise Refused("copy_target_away") from None
    except DatabaseError:  # another kind of file
        raise Refused("copy_target_not_empty") from None
    finally:
        there.dispose()


def _copy(target: URL, done: Copied) -> None:
    owner = owner_url()
    if taken.by_others(owner):
        raise Refused("copy_in_use")
    if target.drivername == "sqlite":
        _for_us_alone(Path(str(target.database)))
    here, there = make_engine(owner), make_engine(_written(target))
    try:
        with taken.held(here) as source:
            done.before, done.unfit = copying.look(source)
            if not done.unfit:
                _into(source, there, done)
    except copying.Refusing as refusing:
        done.unfit = [refusing.unfit]
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != _NO_PRIVILEGE:
            raise
        raise Refused("copy_not_owner") from None
    except OperationalError:
        raise Refused("copy_target_away") from None
    finally:
        here.dispose()
        there.dispose()


def _into(source: taken.Connection, there: taken.Engine, done: Copied) -> None:
    day, _ = today_and_now()
    with there.execution_options(access="write").begin() as connection:
        taken.without_limits(connection)
        if taken.tables(connection):
            raise Refused("copy_target_not_empty")  # a moment ago it was
        with schema.unguarded(connection) as config:
            schema.build(config)
            copying.copy(source, connection)
            search.rebuild(connection)
            done.after, _ = copying.look(connection)
            done.anchors = anchoring.of_database(source, day).line, anchoring.of_database(connection, day).line
        done.guarded = not append_only.missing(connection)
        if not done.whole:
            raise _Other


def _for_us_alone(path: Path) -> None:
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError:
        raise Refused("copy_target_away") from None


@contextmanager
def _working_in(target: URL) -> Iterator[None]:
    """This process works in the other register, as the program will."""
    before = os.environ.get("WEERKLANK_DATABASE_URL")
    os.environ["WEERKLANK_DATABASE_URL"] = _written(target)
    engine.cache_clear()
    try:
        yield
    finally:
        engine().dispose()
        os.environ.pop("WEERKLANK_DATABASE_URL")
        if before is not None:
            os.environ["WEERKLANK_DATABASE_URL"] = before
        engine.cache_clear()


def _written(target: URL) -> str:
    return target.render_as_string(hide_password=False)


def _faults(verified: Verified) -> list[verifying.Fault]:
    """Of the histories; what guards them is another thing in each kind of database, and who copies owns it."""
    return [each for each in verified.faults if each.wrong not in (Wrong.UNGUARDED, Wrong.UNLOCKED)]
