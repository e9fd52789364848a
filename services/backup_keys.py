"""The key pair of the backups (age): the public half in the data folder, the secret one on paper and nowhere here.

`backup.pub` is a list of recipients as `age` reads it. Whoever has one of the secrets can open a backup; the server cannot."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

import pyrage

from db.engine import data_dir
from domain.errors import Refused

FILE = "backup.pub"
_REGISTER = re.compile(r"# register ([0-9a-f]{8})", re.MULTILINE)
_SECRET = re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]{58}\b")
_NOBODY = "00000000"


@dataclass(frozen=True)
class Keys:
    """`register`: the sign in the names of this register's backups."""

    register: str
    recipients: tuple[pyrage.x25519.Recipient, ...]


def path() -> Path:
    return data_dir() / FILE


def exist() -> bool:
    return path().is_file()


def read() -> Keys:
    """Raises Refused: ``backup_no_key``, ``backup_key_damaged``."""
    if not exist():
        raise Refused("backup_no_key")
    said = path().read_text(encoding="utf-8", errors="replace")
    try:
        found = tuple(pyrage.x25519.Recipient.from_str(line) for line in _lines(said))
    except pyrage.RecipientError as error:
        raise Refused("backup_key_damaged", file=FILE) from error
    if not found:
        raise Refused("backup_key_damaged", file=FILE)
    register = _REGISTER.search(said)
    return Keys(register[1] if register else _NOBODY, found)


def make() -> tuple[str, str]:
    """The secret and the public half; only the public one is kept here. Raises Refused ``backup_key_there``."""
    pair = pyrage.x25519.Identity.generate()
    public = str(pair.to_public())
    try:
        opened = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Refused("backup_key_there", file=FILE) from error
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(f"# Weerklank: backups are encrypted to these public keys.\n# register {secrets.token_hex(4)}\n{public}\n")
        file.flush()
        os.fsync(file.fileno())
    return str(pair), public


def secret(text: str) -> pyrage.x25519.Identity:
    """The secret as it was printed, or a file in which it stands; typed over from paper in small letters and groups too.
    Raises Refused ``backup_key_unreadable``."""
    said = "\n".join(_lines(text)).upper()
    found = set(_SECRET.findall(said)) or {"".join(said.split())}
    try:
        (one,) = found
        return pyrage.x25519.Identity.from_str(one)
    except (ValueError, pyrage.IdentityError) as error:
        raise Refused("backup_key_unreadable", "key") from error


def for_this_run() -> pyrage.x25519.Identity:
    """A key that nobody keeps: what was just written can be opened again while this process knows it, and never after."""
    return pyrage.x25519.Identity.generate()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
