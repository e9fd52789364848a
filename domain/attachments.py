"""What may be attached to a dossier, and under which name it is kept. Values in, value out: the bytes are looked at in
`services/attachment_types.py`."""

from __future__ import annotations

import re
import unicodedata

from domain.errors import Refused

LARGEST = 20 * 1024 * 1024  # bytes in one file
MOST = 20  # files in one dossier
LONGEST_NAME = 150

# A packed document (docx, xlsx, odt ...) may not unpack to more than this; real ones stay far below.
UNPACKED_BYTES = 100 * 1024 * 1024
UNPACKED_ENTRIES = 1_000
UNPACKED_RATIO = 100

_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"

# extension: media type. What is not here is not accepted: nothing that runs, nothing that only looks like a document.
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "docx": f"{_OOXML}.wordprocessingml.document",
    "xlsx": f"{_OOXML}.spreadsheetml.sheet",
    "pptx": f"{_OOXML}.presentationml.presentation",
    "odt": f"{_ODF}.text",
    "ods": f"{_ODF}.spreadsheet",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "csv": "text/csv",
    "eml": "message/rfc822",
    "msg": "application/vnd.ms-outlook",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "mp4": "video/mp4",
}
EXTENSIONS = tuple(MEDIA_TYPES)

_JOINERS = frozenset("\u200c\u200d")  # they hold one emoji or one word together
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # Windows keeps no file of that name
_ENDING = re.compile(r"\.[^\W_]{1,20}$")
_DEVICES = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)$")


def extension(name: str) -> str:
    return name.rpartition(".")[2].casefold() if "." in name else ""


def media_type(name: str) -> str:
    """Of a file with this name. Raises Refused ``attachment_type`` for what is not accepted."""
    found = MEDIA_TYPES.get(extension(name))
    if found is None:
        raise Refused("attachment_type", "attachments")
    return found


def clean_name(name: str) -> str:
    """The last part of `name` in NFC, safe to show and to save: no path, no control signs, nothing that turns the
    reading direction (``exe.fdp`` shown as ``pdf.exe``), no device name, at most 150 characters, extension kept."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(
        sign for sign in last if sign in _JOINERS or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    )
    tidy = " ".join(_FORBIDDEN.sub("_", seen).split()).rstrip(". ")
    found = _ENDING.search(tidy)
    ending = found.group() if found else ""
    stem = tidy.removesuffix(ending).strip(". ") or "_"
    if _DEVICES.match(stem.split(".")[0]):
        stem = f"_{stem}"
    return stem[: LONGEST_NAME - len(ending)].rstrip(". ") + ending


def check_size(content: bytes) -> None:
    """Raises Refused: ``attachment_empty``, ``attachment_too_large``."""
    if not content:
        raise Refused("attachment_empty", "attachments")
    if len(content) > LARGEST:
        raise Refused("attachment_too_large", "attachments", megabytes=LARGEST // 1024**2)


def check_count(present: int, more: int) -> None:
    """Raises Refused ``attachment_too_many``."""
    if present + more > MOST:
        raise Refused("attachment_too_many", "attachments", most=MOST, present=present)


def check_unpacked(packed: int, unpacked: int, entries: int) -> None:
    """Raises Refused ``attachment_unpacks_too_large``: a small file that fills a reader's disk or memory."""
    if unpacked > UNPACKED_BYTES or entries > UNPACKED_ENTRIES or unpacked > UNPACKED_RATIO * packed:
        raise Refused("attachment_unpacks_too_large", "attachments")
