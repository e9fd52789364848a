"""The sealed file of one dossier: its layout, names, and whether what it says of the history fits in itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.attachments import clean_name

FORMAT = "weerklank sealed dossier 1"
MANIFEST, SEAL, HISTORY, DOSSIER, README = "manifest.json", "zegel.json", "geschiedenis.json", "dossier.pdf", "lees-mij.txt"
LONGEST_LIST = 64 * 1024 * 1024  # bytes of a manifest or a history that is read into memory
_HASH = re.compile(r"[0-9a-f]{64}")
_REFERENCE = re.compile(r"[A-Z0-9-]{1,20}")


class NotSealed(ValueError):
    """No list that was written here."""


@dataclass(frozen=True)
class Packed:
    """One file in it."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """`end`: the hash of event `events`, the last one when it was made. `complaint`: the dossier's number, in each hash."""

    reference: str
    complaint: int
    made_at: datetime
    events: int
    end: str
    files: tuple[Packed, ...]


def attachment_path(number: int, name: str) -> str:
    """Two files of one name both fit, and no name leads out of the folder."""
    return f"bijlagen/{number:02}-{clean_name(name)}"


def letter_path(number: int, sent_on: date, letter_type: str) -> str:
    return f"brieven/{number:02}-{sent_on}-{letter_type}.pdf"


def read_manifest(data: Any) -> Manifest:
    """Raises NotSealed."""
    try:
        if data["format"] != FORMAT:
            raise NotSealed
        files = tuple(Packed(str(each["path"]), _hash(each["sha256"]), int(each["size"])) for each in data["files"])
        history = data["history"]
        reference = str(data["reference"])
        if not _REFERENCE.fullmatch(reference):
            raise NotSealed
        return Manifest(
            reference,
            int(history["complaint"]),
            datetime.fromisoformat(data["made_at"]),
            int(history["events"]),
            _hash(history["end"]),
            files,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NotSealed from error


def _hash(value: Any) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise NotSealed
    return value


def links(events: Sequence[Mapping[str, Any]], first: str) -> Iterator[int]:
    """The numbers of the events that do not count on from, or do not name, the one before. `first`: what the first follows."""
    before = first
    for number, each in enumerate(events, start=1):
        if each.get("seq") != number or each.get("prev") != before:
            yield number
        before = str(each.get("hash"))
