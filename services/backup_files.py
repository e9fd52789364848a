"""The file of a backup: a tar, packed with gzip and encrypted with age, so that `age -d | tar xz` opens it without us too.

It is written and read as a stream: what is in it never lies on the disk in clear but for what its reader unpacks."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import json
import os
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyrage

from domain.backups import LONGEST_LIST, MANIFEST, Manifest, NotABackup, Packed, read_manifest
from domain.errors import Refused

_CHUNK = 1024 * 1024
_LEVEL = 3  # of nine: attachments are packed already, and the database shrinks most at the first levels
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_BROKEN = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError)
Check = Callable[[Manifest], None]


@contextmanager
def room_or_refused() -> Iterator[None]:
    """A full disk is a sentence: Refused ``backup_no_room``."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Refused("backup_no_room") from error
        raise


def pack(target: Path, folder: Path, manifest: Manifest, recipients: Sequence[Any]) -> tuple[str, int]:
    """Writes what the list names from `folder`; SHA-256 and size of the file. Raises Refused ``backup_no_room``."""
    with room_or_refused(), os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        counted = _Counted(file)
        with _encrypted(counted, recipients) as plain, _tar_to(plain) as tar:
            listed = json.dumps(manifest.as_json(), indent=1).encode()
            tar.addfile(_entry(MANIFEST, len(listed), manifest), io.BytesIO(listed))
            for each in manifest.files:
                with (folder / each.path).open("rb") as content:
                    tar.addfile(_entry(each.path, each.size, manifest), content)
        file.flush()
        os.fsync(file.fileno())
    return counted.digest.hexdigest(), counted.size


@contextmanager
def _tar_to(plain: IO[bytes]) -> Iterator[tarfile.TarFile]:
    with (
        gzip.GzipFile(fileobj=plain, mode="wb", compresslevel=_LEVEL, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield tar


def _entry(name: str, size: int, manifest: Manifest) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(manifest.made_at.timestamp())
    return entry


def unpack(file: Path, secret: Any, folder: Path, check: Check, leaves: str = "") -> Manifest:
    """Puts what is in it into `folder`, each with the SHA-256 that the list gives. `check` sees the list before anything is
    written, and may refuse. Of what `leaves` begins the name of only the SHA-256 is compared.

    Raises Refused: ``backup_wrong_key``, ``backup_damaged``, ``backup_no_room``, and what `check` raises."""
    with room_or_refused(), _decrypted(file, secret) as plain, gzip.GzipFile(fileobj=plain, mode="rb") as packed:
        with tarfile.open(fileobj=packed, mode="r|") as tar:
            manifest = _listed(tar, tar.next())
            check(manifest)
            _take_all(tar, {each.path: each for each in manifest.files}, folder, leaves)
        while packed.read(_CHUNK):
            pass
    return manifest


def _take_all(tar: tarfile.TarFile, expected: dict[str, Packed], folder: Path, leaves: str) -> None:
    while (entry := tar.next()) is not None:
        each, content = expected.pop(entry.name, None), tar.extractfile(entry)
        if each is None or content is None or not entry.isreg() or entry.size != each.size:
            raise Refused("backup_damaged")
        target = None if leaves and each.path.startswith(leaves) else folder / each.path
        if _taken(content, target) != each.sha256:
            raise Refused("backup_damaged")
    if expected:
        raise Refused("backup_damaged")


def _listed(tar: tarfile.TarFile, entry: tarfile.TarInfo | None) -> Manifest:
    if entry is None or entry.name != MANIFEST or not entry.isreg() or entry.size > LONGEST_LIST:
        raise Refused("backup_damaged")
    content = tar.extractfile(entry)
    try:
        return read_manifest(json.loads(content.read() if content else b""))
    except (NotABackup, ValueError, RecursionError) as error:
        raise Refused("backup_damaged") from error


def _taken(content: IO[bytes], target: Path | None) -> str:
    digest = hashlib.sha256()
    if target is not None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    opened = os.open(target or os.devnull, os.O_WRONLY | (os.O_CREAT | os.O_EXCL if target else 0), 0o600)
    with os.fdopen(opened, "wb") as file:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        if target is not None:
            os.fsync(file.fileno())
    return digest.hexdigest()


# The cipher runs beside us, with a pipe in between


class _Counted:
    """What age writes to. It remembers why the disk refused: age itself only says that it did."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest, self.size = file, hashlib.sha256(), 0
        self.refused: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            self.file.write(data)
        except OSError as error:
            self.refused = error
            raise
        self.digest.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        self.file.flush()


class _Beside(threading.Thread):
    def __init__(self, job: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.job, self.error = job, None
        self.start()

    error: Exception | None

    def run(self) -> None:
        try:
            self.job()
        except Exception as error:
            self.error = error


@contextmanager
def _encrypted(target: _Counted, recipients: Sequence[Any]) -> Iterator[IO[bytes]]:
    read, write = os.pipe()

    def job() -> None:
        with os.fdopen(read, "rb") as plain:
            pyrage.encrypt_io(plain, target, list(recipients))

    beside = _Beside(job)
    try:
        with os.fdopen(write, "wb") as sink:
            yield sink
    except BrokenPipeError:
        pass  # it stopped; why is said below
    finally:
        beside.join()
    if beside.error is not None:
        raise target.refused or beside.error


@contextmanager
def _decrypted(file: Path, secret: Any) -> Iterator[IO[bytes]]:
    read, write = os.pipe()

    def job() -> None:
        with file.open("rb") as source, os.fdopen(write, "wb") as sink:
            pyrage.decrypt_io(source, sink, [secret])

    beside = _Beside(job)
    try:
        with os.fdopen(read, "rb") as plain:
            yield plain
            while plain.read(_CHUNK):  # to its end: only there a file that was cut short shows
                pass
    except _BROKEN as error:
        beside.join()
        raise _why(beside.error) from error
    finally:
        beside.join()
    if beside.error is not None:
        raise _why(beside.error)


def _why(error: Exception | None) -> Refused:
    wrong = isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error)
    return Refused("backup_wrong_key" if wrong else "backup_damaged")
