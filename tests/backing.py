"""Registers in folders of their own, backed up in one and put back in another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from commands.backup import KEEPER
from domain.errors import Refused
from services import backups, door, restoring
from services.restoring import Restored
from tests import postgres as postgresql
from tests.conftest import TODAY, Cast, at, not_by_the_door, on_server
from tests.serving import fill


@dataclass
class Place:
    """A data folder of its own; services work in it while it is `here`."""

    folder: Path
    url: str = ""  # PostgreSQL: as the program signs in
    owner: str = ""  # and as who owns the tables does

    @contextmanager
    def here(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WEERKLANK_DATA", str(self.folder))
            patch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
            patch.delenv("WEERKLANK_BACKUPS", raising=False)
            if self.url:
                patch.setenv("WEERKLANK_DATABASE_URL", self.url)
                patch.setenv("WEERKLANK_OWNER_URL", self.owner)
            else:
                patch.delenv("WEERKLANK_DATABASE_URL", raising=False)
            forget_engine()
            if self.url:
                event.listen(door.engine(), "begin", not_by_the_door)
            yield
            forget_engine()
        forget_engine()


def on_postgresql(folder: Path, address: str, name: str) -> Place:
    """An empty database, which its owner shares with the program."""
    on_server(address, f"CREATE DATABASE {name} OWNER {postgresql.OWNER}")
    url = address.format(name)
    return Place(folder, postgresql.as_role(url, postgresql.PROGRAM), postgresql.as_role(url, postgresql.OWNER))


def forget_engine() -> None:
    if door.engine.cache_info().currsize:
        door.engine().dispose()
    door.engine.cache_clear()


def filled(folder: Path, url: str = "") -> tuple[Place, Cast, str]:
    """A register with everybody in it, and a key for its backups: its secret."""
    place = Place(folder, url)
    with place.here():
        cast = fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        secret, _ = backups.make_key(KEEPER)
    return place, cast, secret


def restored(place: Place, file: Path, secret: str, gone: Sequence[dict[str, Any]] = ()) -> Restored:
    with place.here():
        return restoring.restore(KEEPER, file, secret, gone)


def refused(call: Any, *arguments: Any) -> str:
    with pytest.raises(Refused) as refusal:
        call(*arguments)
    return refusal.value.code


def is_empty(place: Place) -> bool:
    """Of the register: the lock of a restore and a database without tables may stand there."""
    found = [each for each in place.folder.rglob("*") if each.is_file() and each.stat().st_size]
    return not found and not (place.folder / "attachments").exists()
