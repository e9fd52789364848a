"""Backups: how their files are called, which stay, when one is late, and the list that goes with the files in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domain.health import LATE

FORMAT = "weerklank backup 1"
DAYS, WEEKS, MONTHS = 7, 4, 12
MANIFEST, ANCHOR = "manifest.json", "anchor.txt"
LONGEST_LIST = 64 * 1024 * 1024  # bytes of a list that is read into memory
_NAME = re.compile(r"weerklank-([0-9a-f]{8})-(\d{8}T\d{6})Z\.tar\.gz\.age")
_STAMP = "%Y%m%dT%H%M%S"
_HASH = re.compile(r"[0-9a-f]{64}")
_PATH = re.compile(r"anchor\.txt|database/weerklank\.(db|dump)|attachments/[A-Za-z0-9_-]{43}|settings/[a-z.]{1,30}")


class NotABackup(ValueError):
    """No list that was written here."""


@dataclass(frozen=True)
class Packed:
    path: str
    sha256: str
    size: int  # bytes


@dataclass(frozen=True)
class Manifest:
    """`tables`: how many rows each has. `removed`: tokens of attachments that somebody took out while it was made; `lost`:
    of those whose file was gone, or not what was attached, before."""

    made_at: datetime
    version: str
    dialect: str
    revision: str
    tables: Mapping[str, int]
    anchor: str
    files: tuple[Packed, ...]
    removed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def database(self) -> str:
        return "database/weerklank.db" if self.dialect == "sqlite" else "database/weerklank.dump"

    @property
    def size(self) -> int:
        return sum(each.size for each in self.files)

    def as_json(self) -> dict[str, Any]:
        files = [{"path": each.path, "sha256": each.sha256, "size": each.size} for each in self.files]
        said = {"format": FORMAT, "made_at": self.made_at.isoformat(), "version": self.version, "dialect": self.dialect}
        said |= {"revision": self.revision, "anchor": self.anchor}
        return said | {"tables": dict(self.tables), "files": files, "removed": list(self.removed), "lost": list(self.lost)}


def read_manifest(data: Any) -> Manifest:
    """Raises NotABackup: whoever has the public key can make a file that opens, so nothing in it is believed unseen."""
    try:
        if data["format"] != FORMAT or data["dialect"] not in ("sqlite", "postgresql"):
            raise NotABackup
        files = tuple(
            Packed(_fits(_PATH, each["path"]), _fits(_HASH, each["sha256"]), _count(each["size"])) for each in data["files"]
        )
        found = Manifest(
            datetime.fromisoformat(data["made_at"]).astimezone(UTC),
            str(data["version"]),
            str(data["dialect"]),
            str(data["revision"]),
            {str(name): _count(rows) for name, rows in data["tables"].items()},
            str(data["anchor"]),
            files,
            tuple(map(str, data["removed"])),
            tuple(map(str, data["lost"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise NotABackup from error
    paths = [each.path for each in files]
    if len(set(paths)) < len(paths) or not {found.database, ANCHOR} <= set(paths):
        raise NotABackup
    return found


def _fits(pattern: re.Pattern[str], text: Any) -> str:
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise NotABackup
    return text


def _count(number: Any) -> int:
    if type(number) is not int or number < 0:
        raise NotABackup
    return number


def file_name(register: str, at: datetime) -> str:
    """`register`: eight signs that tell one register's files from another's in the same folder."""
    return f"weerklank-{register}-{at.astimezone(UTC).strftime(_STAMP)}Z.tar.gz.age"


def made_at(name: str, register: str) -> datetime | None:
    """When this file of this register was made; none: it is not one of ours."""
    found = _NAME.fullmatch(name)
    if found is None or found[1] != register:
        return None
    try:
        return datetime.strptime(found[2], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def kept(moments: Iterable[datetime]) -> frozenset[datetime]:
    """Which stay: the last one of each of the last seven days, four weeks (from Monday) and twelve months of which there is
    one; UTC. What was left out for a while makes none go."""
    newest_first = sorted(moments, reverse=True)
    return frozenset().union(
        _last_of_each(newest_first, DAYS, lambda each: each.date()),
        _last_of_each(newest_first, WEEKS, lambda each: each.isocalendar()[:2]),
        _last_of_each(newest_first, MONTHS, lambda each: (each.year, each.month)),
    )


def _last_of_each(newest_first: list[datetime], many: int, period: Callable[[datetime], Any]) -> frozenset[datetime]:
    found: dict[Any, datetime] = {}
    for each in newest_first:
        found.setdefault(period(each), each)
    return frozenset(list(found.values())[:many])


def late(last: datetime | None, now: datetime) -> bool:
    """Is the last good one too old, or was there none? One of later than now was made by a clock that was wrong."""
    return last is None or now - last > LATE or last - now > LATE
