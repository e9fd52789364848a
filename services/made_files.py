"""Files that somebody had made and downloads a moment later: one for each account, on the disk of the register, and never for
longer than a quarter of an hour."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from db.engine import data_dir

LASTS = timedelta(minutes=15)  # so long it can be downloaded, by who made it; it goes at the first look after that
_CHUNK = 1024 * 1024
_FORGOTTEN = timedelta(hours=1)  # a half-made one that nobody finishes


@dataclass(frozen=True)
class MadeFiles:
    """`within`: the folder in the data directory; `suffix`: how what is finished ends, and nothing else."""

    within: str
    suffix: str

    def folder(self) -> Path:
        folder = data_dir() / self.within
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def path(self, account_id: int, key: object) -> Path:
        return self.folder() / f"{account_id}-{key}{self.suffix}"

    def prune(self, now: datetime, account_id: int | None = None) -> None:
        """What nobody can download any more goes, and the earlier one of this account."""
        for each in self.folder().iterdir():
            with suppress(FileNotFoundError):
                finished = each.suffix == self.suffix
                age = now.timestamp() - each.stat().st_mtime
                earlier = finished and each.name.startswith(f"{account_id}-")
                if earlier or age > (LASTS if finished else _FORGOTTEN).total_seconds():
                    shutil.rmtree(each, ignore_errors=True) if each.is_dir() else each.unlink()

    def forget(self) -> None:
        """A dossier was let go: no file with it stays here. Whoever just made one of another dossier makes it again."""
        for each in self.folder().glob(f"*{self.suffix}"):
            each.unlink(missing_ok=True)


def fingerprint(path: Path) -> tuple[str, int]:
    """SHA-256 and size."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size
