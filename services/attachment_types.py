"""What a file really is, from its content; its name only has to agree."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

import filetype

from domain.attachments import check_unpacked, extension, media_type
from domain.errors import Refused

_BY_SIGNATURE = {  # what the first bytes say: the extensions that may stand on it
    "application/pdf": ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    "image/heic": ("heic",),
    "application/rtf": ("rtf",),
    "audio/mpeg": ("mp3",),
    "audio/mp4": ("m4a",),
    "audio/x-wav": ("wav",),
    "video/mp4": ("mp4",),
}
_OOXML_MAIN = {  # the main part names the kind; a document with macros names another one
    b"wordprocessingml.document.main+xml": "docx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"presentationml.presentation.main+xml": "pptx",
}
_ODF_MIMETYPE = {b"application/vnd.oasis.opendocument.text": "odt", b"application/vnd.oasis.opendocument.spreadsheet": "ods"}
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Microsoft's older container: .msg, but .doc and .xls too
_OUTLOOK = "__properties_version1.0".encode("utf-16-le")
_HEADER = re.compile(rb"(?im)^(from|to|date|subject|received|return-path|message-id|mime-version):")
_HEAD = 8192
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, RuntimeError, NotImplementedError)


def verified_type(name: str, content: bytes) -> str:
    """The media type of a file whose content agrees with its name.
    Raises Refused: ``attachment_type``, ``attachment_not_what_it_says``, ``attachment_unpacks_too_large``."""
    kind, ending = media_type(name), extension(name)
    if ending not in _endings(content):
        raise Refused("attachment_not_what_it_says", "attachments", extension=f".{ending}")
    return kind


def _endings(content: bytes) -> tuple[str, ...]:
    """The extensions that this content may have; empty when it is nothing we accept."""
    if content.startswith(b"PK"):
        return _packed(content)
    if content.startswith(_COMPOUND):
        return ("msg",) if _OUTLOOK in content else ()
    guess = filetype.guess(content[:_HEAD])  # type: ignore[no-untyped-call]
    if guess is not None:
        return _BY_SIGNATURE.get(guess.mime, ())
    if not _is_text(content):
        return ()
    return ("txt", "csv", "eml") if _HEADER.search(content[:_HEAD]) else ("txt", "csv")


def _packed(content: bytes) -> tuple[str, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            _check_pack(pack, len(content))
            return _document(pack)
    except _BROKEN:
        return ()


def _check_pack(pack: zipfile.ZipFile, packed: int) -> None:
    entries = pack.infolist()
    check_unpacked(packed, sum(entry.file_size for entry in entries), len(entries))
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise ValueError("no office program packs like that")
    if len({entry.filename for entry in entries}) < len(entries):
        raise ValueError("two parts of one name")
    if pack.testzip() is not None:  # reads no further than the stated sizes, and notices where these are a lie
        raise ValueError("a part that is not as stated")


def _document(pack: zipfile.ZipFile) -> tuple[str, ...]:
    names = set(pack.namelist())
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        return ()  # programs run in it, whatever its main part says
    if "[Content_Types].xml" in names:
        parts = pack.read("[Content_Types].xml")
        return tuple(ending for mark, ending in _OOXML_MAIN.items() if mark in parts)
    if "mimetype" in names:
        ending = _ODF_MIMETYPE.get(pack.read("mimetype").strip())
        return (ending,) if ending else ()
    return ()


def _is_text(content: bytes) -> bool:
    """UTF-8, or what Dutch Windows programs still write; without control signs."""
    if re.search(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]", content):
        return False
    for encoding in ("utf-8", "cp1252"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
