"""Is this process set up so that it can work at all? Asked before anything is opened; what is wrong is one sentence for the
operator, with what to do."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from db.engine import data_dir, database_url

SQLITE, POSTGRESQL = ("sqlite", "sqlite+pysqlite"), "postgresql+psycopg"
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE)
# Files there can be locked for one machine and not for the other, and SQLite then damages them (sqlite.org/lockingv3.html).
_OVER_A_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\w*|9p|afs|ceph|glusterfs|lustre|ncpfs|davfs|fuse\.(sshfs|rclone|s3fs|glusterfs|davfs2?)"
)
MOUNTS = Path("/proc/self/mounts")
_IN_THE_FOLDER = ("weerklank.db", "server.key", "throttle.key", "attachments")


def wrong() -> str:
    """The first thing that is wrong; empty when nothing is."""
    checks = (_wrong_address, _wrong_folder, _wrong_database, _wrong_host, _wrong_https)
    return next((why for each in checks if (why := each())), "")


def _wrong_address() -> str:
    """Never says the address itself: there may be a password in it."""
    given = os.environ.get("WEERKLANK_DATABASE_URL", "")
    if not given:
        return ""
    try:
        url = make_url(given)
    except ArgumentError:
        return "WEERKLANK_DATABASE_URL is no address of a database; it looks like postgresql+psycopg://user@host/weerklank"
    if url.drivername in ("postgresql", "postgres"):
        return "WEERKLANK_DATABASE_URL has to begin with postgresql+psycopg:// (that is the driver that comes along)"
    if url.drivername not in (*SQLITE, POSTGRESQL):
        return f"WEERKLANK_DATABASE_URL is of an unknown kind ({url.drivername}): use postgresql+psycopg:// or leave it out"
    if url.drivername in SQLITE and url.database in (None, "", ":memory:"):
        return "WEERKLANK_DATABASE_URL is a database in memory: nothing would be kept"
    return ""


def _wrong_folder() -> str:
    where = os.environ.get("WEERKLANK_DATA", "data")
    try:
        folder = data_dir()
    except OSError as error:
        return f"the data folder {where} cannot be made ({error.strerror}); WEERKLANK_DATA names another one"
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return f"the data folder {folder} cannot be read and written by the user that starts Weerklank"
    shut = [each for each in _IN_THE_FOLDER if (folder / each).exists() and not os.access(folder / each, os.R_OK | os.W_OK)]
    if shut:
        return (
            f"{shut[0]} in the data folder cannot be read and written by the user that starts Weerklank: a command was run as "
            f"somebody else. Run: chown -R <that user> {folder}"
        )
    return ""


def _wrong_database() -> str:
    url = make_url(database_url())
    if url.drivername not in SQLITE:
        return ""
    path = Path(url.database or "").resolve()
    if not path.parent.is_dir():
        return f"the folder of the database, {path.parent}, is not there"
    kind = file_system(path, MOUNTS.read_text(encoding="utf-8", errors="replace")) if MOUNTS.exists() else ""
    if _OVER_A_NETWORK.fullmatch(kind):
        return (
            f"the database stands on a network file system ({kind}), where SQLite gets damaged: put the data folder on a disk "
            "of this machine, or use PostgreSQL"
        )
    return ""


def file_system(path: Path, mounts: str) -> str:
    """The kind of file system that `path` stands on; `mounts` as in /proc/self/mounts, of which the last one counts."""
    kind, longest = "", -1
    for line in mounts.splitlines():
        _, _, rest = line.partition(" ")
        point, _, rest = rest.partition(" ")
        place = Path(re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), point))
        if path.is_relative_to(place) and len(place.parts) >= longest:
            kind, longest = rest.split(" ")[0], len(place.parts)
    return kind


def _wrong_host() -> str:
    names = [each.strip() for each in os.environ.get("WEERKLANK_HOST", "").split(",") if each.strip()]
    wrong = [each for each in names if not _NAME.fullmatch(each)]
    if wrong:
        return f"WEERKLANK_HOST has names only, without https://, port or path, with commas between them; not {wrong[0]}"
    return ""


def _wrong_https() -> str:
    if os.environ.get("WEERKLANK_HTTPS", "") not in ("", "0", "1"):
        return "WEERKLANK_HTTPS is 1 (people come by https) or is left out"
    return ""
