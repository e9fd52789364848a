"""What a file is stands in its content. Real files, made by the programs' own libraries where we have them."""

import io
import struct
import wave
import zipfile

import pytest
from openpyxl import Workbook

from domain.errors import Refused
from services.attachment_types import verified_type
from tests.samples import document, image, packed, pdf


def sheet() -> bytes:
    made = io.BytesIO()
    book = Workbook()
    book.active["A1"] = "=1+1"
    book.save(made)
    return made.getvalue()


def sound() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(1600))
    return made.getvalue()


def boxed(brand: bytes) -> bytes:
    """The first box of an ISO media file (HEIC, M4A, MP4)."""
    body = brand + struct.pack(">I", 0) + brand + b"isom"
    return struct.pack(">I", 8 + len(body)) + b"ftyp" + body + bytes(64)


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
REAL = {
    "brief.pdf": pdf,
    "foto.png": lambda: image("PNG"),
    "foto.jpg": lambda: image("JPEG"),
    "foto.JPEG": lambda: image("JPEG"),
    "scherm.gif": lambda: image("GIF"),
    "scherm.webp": lambda: image("WEBP"),
    "foto.heic": lambda: boxed(b"heic"),
    "brief.docx": document,
    "lijst.xlsx": sheet,
    "dia.pptx": lambda: packed(
        {"[Content_Types].xml": "<Override ContentType='application/x.presentationml.presentation.main+xml'/>"}
    ),
    "brief.odt": lambda: packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
    "lijst.ods": lambda: packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}),
    "brief.rtf": lambda: rb"{\rtf1\ansi Beste mevrouw\par}",
    "notitie.txt": lambda: "Gebeld op dinsdag: ‘te koud’ 🙁\n".encode(),
    "windows.txt": lambda: "Café, € 12".encode("cp1252"),
    "bom.csv": lambda: "naam;datum\r\nÉva;2026\r\n".encode("utf-8-sig"),
    "bericht.eml": lambda: b"From: a@voorbeeld.invalid\r\nSubject: klacht\r\n\r\nHallo\r\n",
    "bericht.msg": lambda: COMPOUND + "__properties_version1.0".encode("utf-16-le"),
    "gesprek.mp3": lambda: b"ID3\x04" + bytes(200),
    "gesprek.m4a": lambda: boxed(b"M4A "),
    "gesprek.wav": sound,
    "film.mp4": lambda: boxed(b"mp42"),
}


@pytest.mark.parametrize("name", REAL)
def test_a_file_that_is_what_its_name_says_is_accepted(name: str) -> None:
    assert "/" in verified_type(name, REAL[name]())


FALSE = {
    "programma.pdf": lambda: b"MZ\x90\x00" + bytes(300),
    "tekening.png": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "foto.jpg": lambda: image("PNG"),
    "brief.docx": pdf,
    "archief.docx": lambda: packed({"virus.exe": "MZ"}),
    "macro.docx": lambda: packed(
        {"[Content_Types].xml": "<Override ContentType='application/vnd.ms-word.document.macroEnabled.main+xml'/>"}
    ),
    "lijst.xlsx": document,
    "boek.odt": lambda: packed({"mimetype": "application/epub+zip"}),
    "oud.msg": lambda: COMPOUND,
    "geheim.docx": lambda: COMPOUND,
    "half.docx": lambda: document()[:2000],
    "plaatje.txt": lambda: image("PNG"),
    "bytes.txt": lambda: b"abc\x00def",
    "bytes.csv": lambda: b"\x81\x8d\x8f",
    "notitie.eml": lambda: b"gewoon een notitie",
    "film.m4a": lambda: boxed(b"mp42"),
    "kort.pdf": lambda: b"%",
    "pk.docx": lambda: b"PK",
}


@pytest.mark.parametrize("name", FALSE)
def test_a_file_that_is_something_else_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="attachment_not_what_it_says") as refusal:
        verified_type(name, FALSE[name]())

    assert refusal.value.values == {"extension": f".{name.rpartition('.')[2]}"}


def test_an_unlisted_extension_is_refused_whatever_is_in_it() -> None:
    with pytest.raises(Refused, match="attachment_type"):
        verified_type("archief.zip", packed({"a.txt": "a"}))


def bomb(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("[Content_Types].xml", "wordprocessingml.document.main+xml")
        for name, content in parts.items():
            pack.writestr(name, content)
    return made.getvalue()


def test_a_small_document_that_unpacks_to_a_large_one_is_refused() -> None:
    with pytest.raises(Refused, match="attachment_unpacks_too_large"):
        verified_type("bom.docx", bomb(a=bytes(5_000_000)))


def test_a_document_of_a_thousand_and_one_parts_is_refused() -> None:
    with pytest.raises(Refused, match="attachment_unpacks_too_large"):
        verified_type("bom.docx", bomb(**{f"p{number}": b"x" for number in range(1_001)}))


def test_a_document_that_lies_about_its_size_is_refused() -> None:
    content = bomb(a=bytes(5_000_000))
    entry = content.rindex(b"PK\x01\x02")  # the last entry of the directory: its stated size
    lying = content[: entry + 24] + struct.pack("<I", 10) + content[entry + 28 :]

    with pytest.raises(Refused, match="attachment_not_what_it_says"):
        verified_type("bom.docx", lying)


def test_a_document_with_two_parts_of_one_name_is_refused() -> None:
    made = io.BytesIO(bomb(a=b"x"))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(made, "a") as pack:
        pack.writestr("a", b"y")

    with pytest.raises(Refused, match="attachment_not_what_it_says"):
        verified_type("dubbel.docx", made.getvalue())


def test_an_encrypted_part_is_refused() -> None:
    content = bytearray(bomb(a=b"x"))
    for mark, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.rindex(mark) + flag] |= 1

    with pytest.raises(Refused, match="attachment_not_what_it_says"):
        verified_type("geheim.docx", bytes(content))
