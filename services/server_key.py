"""The server's key: beside the database and not in it, so that who has the database alone has no secret in it."""

from __future__ import annotations

import hashlib
import hmac
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from db.engine import data_dir
from domain.errors import Refused


def seal(text: str) -> str:
    """Encrypted and signed (AES-128-CBC with HMAC-SHA256, Fernet)."""
    return Fernet(_key()).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises Refused ``server_key_other``: sealed under another key, or damaged."""
    try:
        return Fernet(_key()).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Refused("server_key_other") from None


def opens(sealed: str) -> bool:
    try:
        return bool(unseal(sealed))
    except Refused as refusal:
        if refusal.code != "server_key_other":
            raise
        return False


def mark(text: str) -> str:
    """HMAC-SHA256 (hex): recognised again, and not guessed by who has the database alone."""
    return hmac.new(_key(), text.encode(errors="replace"), hashlib.sha256).hexdigest()


def check() -> None:
    """At the start. Raises Refused: ``server_key_open``, ``server_key_damaged``, ``server_key_unreadable``."""
    _key()


def exists() -> bool:
    """Whoever asks for the key makes one where there is none; this only looks."""
    return _path().exists()


def _path() -> Path:
    return data_dir() / "server.key"


def _key() -> bytes:
    path = _path()
    if not path.exists():
        _make(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise Refused("server_key_open", file=path.name)
    return _read(path, path.stat().st_mtime_ns)


@cache
def _read(path: Path, _changed: int) -> bytes:
    try:
        key = path.read_bytes().strip()
    except OSError:
        raise Refused("server_key_unreadable", file=path.name) from None
    try:
        Fernet(key)
    except ValueError:
        raise Refused("server_key_damaged", file=path.name) from None
    return key


def _make(path: Path) -> None:
    """Whole or not at all, and never over one that another process made just now."""
    fresh = path.with_suffix(f".{os.getpid()}.{os.urandom(4).hex()}")
    fresh.touch(mode=0o600)
    with fresh.open("wb") as file:
        file.write(Fernet.generate_key())
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(fresh, path)
    fresh.unlink()
