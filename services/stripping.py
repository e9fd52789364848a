"""Takes out of a file who made it, where and with what. In a process of its own with bounded memory and time, because it
opens what a stranger made.

What is in the text itself stays: a name in a letter, the words of a tracked change, what can be seen on a photograph.
"""

from __future__ import annotations

import io
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from domain.attachments import MEDIA_TYPES, extension
from domain.errors import Refused

LONGEST = 40  # seconds
MEMORY = 1024**3  # bytes of address space
PIXELS = 24_000_000  # more would not fit in it

_PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_REASONS = {3: "strip_locked", 4: "strip_too_large", 5: "strip_impossible"}  # exit codes of the process


class _Locked(Exception):
    """A password is needed."""


class _TooLarge(Exception):
    """More pixels than we open."""


class _Impossible(Exception):
    """What is in it cannot be taken out."""


def possible(name: str) -> bool:
    """Of a file with this name; its content may still stand in the way."""
    return _way(MEDIA_TYPES.get(extension(name), "")) is not None


def stripped(media_type: str, content: bytes) -> bytes:
    """The same file without data about its maker and place. Raises Refused: ``strip_kind`` (not this kind of file),
    ``strip_locked`` (has a password), ``strip_too_large``, ``strip_impossible``."""
    if _way(media_type) is None:
        raise Refused("strip_kind", "attachments")
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no words of anybody
            [sys.executable, "-m", "services.stripping", media_type],
            input=content,
            capture_output=True,
            timeout=LONGEST,
            cwd=Path(__file__).resolve().parents[1],
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused("strip_impossible", "attachments") from error
    if done.returncode or not done.stdout:
        raise Refused(_REASONS.get(done.returncode, "strip_impossible"), "attachments")
    return done.stdout


def _way(media_type: str) -> Callable[[bytes], bytes] | None:
    if media_type in _PICTURES:
        return _picture
    if media_type == "application/pdf":
        return _pdf
    return _office if media_type.startswith((_OOXML, _ODF)) else None


# Pictures: painted anew


def _picture(content: bytes) -> bytes:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = PIXELS
    with Image.open(io.BytesIO(content), formats=list(_PICTURES.values())) as opened:
        if opened.width * opened.height > PIXELS:
            raise _TooLarge
        if getattr(opened, "n_frames", 1) > 1:
            raise _Impossible  # a film: it would lose all but its first picture
        kind = str(opened.format)
        upright = ImageOps.exif_transpose(opened)
        for name in [each for each in upright.info if each != "transparency"]:
            del upright.info[name]
        made = io.BytesIO()
        upright.save(made, kind, **({"quality": 92} if kind != "PNG" else {}))
    return made.getvalue()


# PDF


def _pdf(content: bytes) -> bytes:
    import pikepdf

    try:
        pdf = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError as error:
        raise _Locked from error
    with pdf:
        if pdf.is_encrypted:
            raise _Locked
        if pdf.attachments:
            raise _Impossible  # files inside it, with makers of their own
        if "/Info" in pdf.trailer:
            del pdf.trailer["/Info"]
        for each in pdf.objects:
            for part in _parts(each):
                _pdf_part(part)
        made = io.BytesIO()
        pdf.save(made, deterministic_id=True)
    return made.getvalue()


def _parts(whole: Any) -> Iterator[Any]:
    """The dictionaries and streams in it that have no number of their own, and itself."""
    from pikepdf import Array, Dictionary, Object, Stream

    if isinstance(whole, Dictionary | Stream):
        yield whole
    if isinstance(whole, Dictionary | Stream | Array):
        inside = list(whole) if isinstance(whole, Array) else [value for _, value in whole.items()]
        for each in inside:
            if isinstance(each, Object) and not each.is_indirect:
                yield from _parts(each)


def _pdf_part(part: Any) -> None:
    from pikepdf import Name, Stream

    if "/EF" in part or part.get("/Type") == Name("/EmbeddedFile") or part.get("/Subtype") == Name("/FileAttachment"):
        raise _Impossible  # a file inside it, with a maker of its own
    if "/ByteRange" in part or part.get("/Type") in (Name("/Sig"), Name("/DocTimeStamp")):
        raise _Impossible  # who signed it, when and where; without that it would be no signature
    for name in ("/Metadata", "/PieceInfo", "/LastModified", "/Thumb"):
        if name in part:
            del part[name]
    if "/Rect" in part and "/Subtype" in part and part.Subtype != Name("/Widget"):
        for name in ("/T", "/M", "/CreationDate"):  # who wrote the remark, and when
            if name in part:
                del part[name]
    if isinstance(part, Stream):
        _pdf_picture(part)


def _pdf_picture(stream: Any) -> None:
    from pikepdf import Array, Name

    given = stream.get("/Filter")
    filters = list(given) if isinstance(given, Array) else [given]
    if filters in ([Name("/DCTDecode")], [Name("/DCT")]):
        stream.write(_jpeg_without(stream.read_raw_bytes()), filter=Name("/DCTDecode"))
    elif any(each in filters for each in (Name("/DCTDecode"), Name("/DCT"), Name("/JPXDecode"))):
        raise _Impossible  # a picture with remarks that we do not open


# Office documents: the same parts, those about the maker empty

_EMPTY = {
    "docProps/core.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp='
    b'"http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    "docProps/app.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns='
    b'"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
    "meta.xml": b'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta xmlns:office='
    b'"urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.2"/>',
}
_ABOUT = {  # the same parts under any other name, by what [Content_Types].xml says that they are
    "application/vnd.openxmlformats-package.core-properties+xml": _EMPTY["docProps/core.xml"],
    "application/vnd.openxmlformats-officedocument.extended-properties+xml": _EMPTY["docProps/app.xml"],
    "application/vnd.openxmlformats-officedocument.custom-properties+xml": _EMPTY["docProps/custom.xml"],
}
# What SharePoint knows of the document: its owner, with whom it is shared, where it lies.
_SHAREPOINT = re.compile(rb"\bdocumentManagement\b")
_NO_SHAREPOINT = b'<p:properties xmlns:p="http://schemas.microsoft.com/office/2006/metadata/properties"/>'
_GONE = re.compile(r"(?i)((docProps|Thumbnails)/thumbnail\.\w+|printerSettings/[^/]+\.bin)$")
# Who wrote a remark or changed a word, and when; where the file stood on somebody's disk.
_MAKERS: tuple[tuple[re.Pattern[bytes], bytes], ...] = (
    (re.compile(rb"""(\s\w+:(?:author|initials|userId)=)("[^"]*"|'[^']*')"""), rb'\1"-"'),
    (re.compile(rb"""(<\w+:cmAuthor\b[^>]*?\sname=)("[^"]*"|'[^']*')"""), rb'\1"-"'),
    (re.compile(rb"""(<\w+:cmAuthor\b[^>]*?\sinitials=)("[^"]*"|'[^']*')"""), rb'\1"-"'),
    (re.compile(rb"""(<(?:\w+:)?(?:person|author)\b[^>]*?\s(?:displayName|name)=)("[^"]*"|'[^']*')"""), rb'\1"-"'),
    (re.compile(rb"""(<(?:\w+:)?(?:person|author)\b[^>]*?\suserId=)("[^"]*"|'[^']*')"""), rb'\1"-"'),
    (re.compile(rb"""(<(?:\w+:)?fileSharing\b[^>]*?\suserName=)("[^"]*"|'[^']*')"""), rb'\1"-"'),
    (re.compile(rb"""\sw:date=("[^"]*"|'[^']*')"""), b""),
    (re.compile(rb"(<author>)[^<]*(</author>)"), rb"\1-\2"),
    (re.compile(rb"(<dc:creator>)[^<]*(</dc:creator>)"), rb"\1-\2"),
    (re.compile(rb"(<meta:creator-initials>)[^<]*(</meta:creator-initials>)"), rb"\1-\2"),
    (re.compile(rb"(<dc:date>)[^<]*(</dc:date>)"), rb"\g<1>2000-01-01T00:00:00\2"),
    (re.compile(rb"<x15ac:absPath\b[^>]*/>"), b""),
    # What refers to a part that goes: a thumbnail, and the printer with its name.
    (re.compile(rb"""<Relationship\b[^>]*/(?:metadata/thumbnail|printerSettings)["'][^>]*?(?:/>|>\s*</Relationship>)"""), b""),
    (re.compile(rb"""<Override\b[^>]*printerSettings["'][^>]*?(?:/>|>\s*</Override>)"""), b""),
    (re.compile(rb"""(<(?:\w+:)?pageSetup\b[^>]*?)\s\w+:id=(?:"[^"]*"|'[^']*')"""), rb"\1"),
    (re.compile(rb"<w:printerSettings\b[^>]*/>"), b""),
)


def _office(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as pack, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as anew:
        emptied = _emptied(pack)
        for entry in pack.infolist():
            if _GONE.search(entry.filename) or entry.is_dir():
                continue
            plain = zipfile.ZipInfo(entry.filename)  # without when it was packed, and on what machine
            plain.compress_type = entry.compress_type
            name, ending = entry.filename.casefold(), entry.filename.casefold().rpartition(".")[2]
            instead = emptied.get(name) or emptied.get(f".{ending}")
            anew.writestr(plain, instead or _part(name, pack.read(entry)))
    return made.getvalue()


def _emptied(pack: zipfile.ZipFile) -> dict[str, bytes]:
    """By the name of a part, or by ".ending": what stands there instead."""
    found = {name.casefold(): instead for name, instead in _EMPTY.items()}
    if "[Content_Types].xml" in pack.namelist():
        for each in ElementTree.fromstring(pack.read("[Content_Types].xml")):  # noqa: S314 - bounded, see the top
            name = each.get("PartName", "").lstrip("/") or f".{each.get('Extension', '')}"
            if instead := _ABOUT.get(each.get("ContentType", "").casefold()):
                found[name.casefold()] = instead
    return found


def _part(name: str, content: bytes) -> bytes:
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg_without(content)
    if content.startswith(_PNG):
        return _png_without(content)
    if name.endswith((".xml", ".rels", ".rdf")):
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise _Impossible  # no office program writes that, and we would not find the names in it
        if name.startswith("customxml/") and _SHAREPOINT.search(content):
            return _NO_SHAREPOINT
        for pattern, instead in _MAKERS:
            content = pattern.sub(instead, content)
        return content
    if name.endswith((".tif", ".tiff", ".heic", ".webp", ".pdf", ".bin", ".docx", ".xlsx", ".pptx")):
        raise _Impossible  # a file inside it, with a maker of its own
    return content


# Pictures inside something else: not painted anew, only without their remarks

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_REMARKS = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}
_JPEG_REMARKS = {0xE1, 0xED, 0xFE}  # EXIF and XMP, Photoshop and IPTC, comment


def _jpeg_without(content: bytes) -> bytes:
    """Up to where the picture itself begins, segment by segment."""
    kept, place = [content[:2]], 2
    while place + 4 <= len(content) and content[place] == 0xFF and content[place + 1] != 0xDA:
        end = place + 2 + struct.unpack(">H", content[place + 2 : place + 4])[0]
        if content[place + 1] not in _JPEG_REMARKS:
            kept.append(content[place:end])
        place = end
    return b"".join([*kept, content[place:]])


def _png_without(content: bytes) -> bytes:
    return _PNG + b"".join(whole for kind, whole in _png_chunks(content) if kind not in _PNG_REMARKS)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_PNG)
    while place + 12 <= len(content):
        end = place + 12 + struct.unpack(">I", content[place : place + 4])[0]
        yield content[place + 4 : place + 8], content[place:end]
        place = end


# The process of its own


def _bound() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main() -> int:
    _bound()
    way = _way(sys.argv[1])
    try:
        sys.stdout.buffer.write(way(sys.stdin.buffer.read()) if way else b"")
    except _Locked:
        return 3
    except _TooLarge:
        return 4
    except Exception as error:  # whatever a broken file makes of it; nothing of the file is said
        return 4 if type(error).__name__.startswith("DecompressionBomb") else 5
    return 0


if __name__ == "__main__":
    sys.exit(_main())
