"""What is taken out of a file about who made it and where, on real files: looked for in every byte, packed parts too."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import openpyxl
import pikepdf
import pytest
from docx import Document
from openpyxl.comments import Comment
from PIL import Image, PngImagePlugin
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from services import attachments, stripping
from tests.cases import Case
from tests.conftest import Cast
from tests.figures import Figures
from tests.samples import image, packed, pdf

MAKER = "Jan Geheim"
TRACES = (b"Jan Geheim", b"Geheimstraat", b"52.370216", b"2026:11:20", b"GeheimPhone")
XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><dc:creator>{MAKER}</dc:creator> Geheimstraat 52.370216</x:xmpmeta>".encode()


def photo(kind: str, size: tuple[int, int] = (60, 40)) -> bytes:
    """With a place, a device, an author and a rotation, as a telephone makes it."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x013B], exif[0x0132] = 6, "GeheimPhone", MAKER, "2026:11:20 10:11:12"
    exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[2] = "N", (52.0, 22.0, 12.7)
    exif.get_ifd(0x8825)[29] = "2026:11:20"
    given: dict[str, Any] = {"exif": exif}
    if kind == "PNG":
        remarks = PngImagePlugin.PngInfo()
        remarks.add_text("Author", MAKER)
        remarks.add_itxt("XML:com.adobe.xmp", XMP.decode())
        given["pnginfo"] = remarks
    else:
        given["xmp"] = XMP
    if kind == "JPEG":
        given["comment"] = MAKER
    made = io.BytesIO()
    picture = Image.linear_gradient("L").convert("RGB").resize(size)
    picture.save(made, kind, **given)
    return made.getvalue()


def report() -> bytes:
    with pikepdf.open(io.BytesIO(pdf())) as made:
        made.docinfo["/Author"], made.docinfo["/Creator"] = MAKER, "GeheimPhone"
        with made.open_metadata() as meta:
            meta["dc:creator"] = [MAKER]
            meta["dc:description"] = "Geheimstraat"
        page = made.pages[0]
        remark = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], T=MAKER, Contents="Ja"
        )
        page.obj.Annots = made.make_indirect(pikepdf.Array([made.make_indirect(remark)]))
        page.obj.Thumb = made.make_stream(b"Jan Geheim")
        page.obj.PieceInfo = pikepdf.Dictionary(X=pikepdf.Dictionary(Private=MAKER))
        page.obj.Resources.XObject = pikepdf.Dictionary(Im0=made.make_stream(
            photo("JPEG"), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=60, Height=40,
            ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
        ))  # fmt: skip
        kept = io.BytesIO()
        made.save(kept)
    return kept.getvalue()


def letter() -> bytes:
    made = io.BytesIO()
    brief = Document()
    brief.core_properties.author = brief.core_properties.last_modified_by = MAKER
    brief.core_properties.comments = "Geheimstraat"
    said = brief.add_paragraph("Beste mevrouw, dit is een brief.")
    brief.add_comment(said.runs, "Klopt dit?", author=MAKER, initials="JG")
    brief.add_picture(io.BytesIO(photo("JPEG")))
    brief.save(made)
    return made.getvalue()


def table() -> bytes:
    made = io.BytesIO()
    book = openpyxl.Workbook()
    book.properties.creator = book.properties.lastModifiedBy = MAKER
    book.active["A1"] = "=1+1"
    book.active["A1"].comment = Comment("Klopt dit?", MAKER)
    book.save(made)
    return made.getvalue()


def open_document() -> bytes:
    meta = (
        '<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0">'
        f"<office:meta><dc:creator>{MAKER}</dc:creator><meta:initial-creator>{MAKER}</meta:initial-creator></office:meta>"
        "</office:document-meta>"
    )
    words = f"<office:annotation><dc:creator>{MAKER}</dc:creator><dc:date>2026:11:20</dc:date>Ja</office:annotation>"
    mime = "application/vnd.oasis.opendocument.text"
    return packed({"mimetype": mime, "content.xml": f"<x>{words}</x>", "meta.xml": meta})


FILES: dict[str, Callable[[], bytes]] = {
    "image/jpeg": lambda: photo("JPEG"),
    "image/png": lambda: photo("PNG"),
    "image/webp": lambda: photo("WEBP"),
    "application/pdf": report,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": letter,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": table,
    "application/vnd.oasis.opendocument.text": open_document,
}


def unpacked(content: bytes) -> bytes:
    """Everything that can be read in it, whatever packed it."""
    found = [content]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            found += [pack.read(each) for each in pack.namelist()]
    for packed_part in re.finditer(rb"stream\r?\n(.*?)endstream", content, re.S):
        try:
            found.append(zlib.decompress(packed_part.group(1)))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_nothing_of_the_maker_is_left(figures: Figures) -> None:
    made = {media_type: make() for media_type, make in FILES.items()}
    assert all(b"Geheim" in unpacked(each) for each in made.values())

    after = [unpacked(stripping.stripped(media_type, content)) for media_type, content in made.items()]

    sought = (*TRACES, b"GPS", "Jan Geheim".encode("utf-16-be"))
    hits = sum(each.count(trace) for each in after for trace in sought)
    figures.equal("P15", f"traces of the maker left in {len(after)} kinds of stripped files", hits, 0)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_stands_upright_and_opens(kind: str) -> None:
    with Image.open(io.BytesIO(stripping.stripped(f"image/{kind.lower()}", photo(kind)))) as after:
        after.load()
        assert (after.format, after.size) == (kind, (40, 60))
        assert not after.getexif()


def test_documents_still_open_with_what_they_say() -> None:
    kinds = list(FILES)
    with pikepdf.open(io.BytesIO(stripping.stripped(kinds[3], report()))) as after:
        assert len(after.pages) == 1
        assert after.pages[0].obj.Annots[0].Contents == "Ja"
    brief = Document(io.BytesIO(stripping.stripped(kinds[4], letter())))
    assert brief.paragraphs[0].text == "Beste mevrouw, dit is een brief."
    assert len(brief.inline_shapes) == 1
    book = openpyxl.load_workbook(io.BytesIO(stripping.stripped(kinds[5], table())))
    assert book.active["A1"].value == "=1+1"
    assert "Klopt dit?" in book.active["A1"].comment.text


def locked_pdf() -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as whole:
        whole.save(made, encryption=pikepdf.Encryption(owner="geheim", user="geheim"))
    return made.getvalue()


def with_a_file_inside() -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as whole:
        whole.attachments["brief.docx"] = letter()
        whole.save(made)
    return made.getvalue()


def scan(filters: pikepdf.Name | pikepdf.Array, content: bytes) -> bytes:
    """One picture on a page."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as whole:
        picture = whole.make_stream(
            content, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=60, Height=40,
            ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=filters,
        )  # fmt: skip
        whole.pages[0].obj.Resources.XObject = pikepdf.Dictionary(Im0=picture)
        whole.save(made)
    return made.getvalue()


def packed_scan() -> bytes:
    """A photograph that is packed once more."""
    return scan(pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.DCTDecode]), zlib.compress(photo("JPEG")))


def marked(**mark: Any) -> bytes:
    """With one annotation, directly on the page."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as whole:
        whole.pages[0].obj.Annots = pikepdf.Array([pikepdf.Dictionary(Rect=[0, 0, 9, 9], **mark)])
        whole.save(made)
    return made.getvalue()


def with_a_file_on_the_page() -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as whole:
        inside = whole.make_stream(b"Van Jan Geheim", Type=pikepdf.Name.EmbeddedFile)
        spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F=MAKER, EF=pikepdf.Dictionary(F=inside))
        mark = pikepdf.Dictionary(Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9], FS=spec)
        whole.pages[0].obj.Annots = pikepdf.Array([whole.make_indirect(mark)])
        whole.save(made)
    return made.getvalue()


def signed() -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as whole:
        by = pikepdf.Dictionary(Type=pikepdf.Name.Sig, Name=MAKER, M="D:20261120101112", Location="Geheimstraat")
        field = whole.make_indirect(
            pikepdf.Dictionary(Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T="s", V=by, Rect=[0, 0, 0, 0])
        )
        whole.pages[0].obj.Annots = pikepdf.Array([field])
        whole.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        whole.save(made)
    return made.getvalue()


def repacked(content: bytes, change: Callable[[str, bytes], tuple[str, bytes]], **more: bytes) -> bytes:
    """Each part as `change` makes it, and `more` parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as pack, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as anew:
        for entry in pack.infolist():
            anew.writestr(*change(entry.filename, pack.read(entry)))
        for name, part in more.items():
            anew.writestr(name, part)
    return made.getvalue()


def as_windows_packs_it() -> bytes:
    """The core properties under another name, as System.IO.Packaging gives them; named by their ending."""
    usual, other = "docProps/core.xml", "package/services/metadata/core-properties/0f1e.psmdcp"
    kind = b"application/vnd.openxmlformats-package.core-properties+xml"

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        part = re.sub(rb'<Override PartName="/docProps/core.xml"[^>]*/>', b"", part).replace(usual.encode(), other.encode())
        if name == "[Content_Types].xml":
            part = part.replace(b"</Types>", b'<Default Extension="psmdcp" ContentType="' + kind + b'"/></Types>')
        return name.replace(usual, other), part

    return repacked(letter(), change)


def from_sharepoint() -> bytes:
    item = (
        '<p:properties xmlns:p="http://schemas.microsoft.com/office/2006/metadata/properties"><documentManagement>'
        f'<SharedWithUsers xmlns="a"><UserInfo><DisplayName>{MAKER}</DisplayName></UserInfo></SharedWithUsers>'
        "</documentManagement></p:properties>"
    )
    return repacked(letter(), lambda name, part: (name, part), **{"customXml/item9.xml": item.encode()})


def once_printed() -> bytes:
    """As Excel keeps a table after printing."""
    printer = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/printerSettings"
    office = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    book, made = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = "=1+1"
    book.active.page_setup.orientation = "landscape"
    book.save(made)

    def change(name: str, part: bytes) -> tuple[str, bytes]:
        if name == "[Content_Types].xml":
            kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.printerSettings"
            part = part.replace(b"</Types>", b'<Default Extension="bin" ContentType="' + kind + b'"/></Types>')
        if name == "xl/worksheets/sheet1.xml":
            part = part.replace(b"<pageSetup ", b'<pageSetup xmlns:r="' + office + b'" r:id="rId1" ')
            assert b'r:id="rId1"' in part
        return name, part

    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="'
        + printer
        + b'" Target="../printerSettings/printerSettings1.bin"/></Relationships>'
    )
    given = {"xl/worksheets/_rels/sheet1.xml.rels": relations, "xl/printerSettings/printerSettings1.bin": b"Jan Geheim"}
    return repacked(made.getvalue(), change, **given)


WORD, EXCEL = list(FILES)[4:6]


@pytest.mark.parametrize(
    ("media_type", "make"),
    [
        ("application/pdf", lambda: scan(pikepdf.Array([pikepdf.Name.DCTDecode]), photo("JPEG"))),
        ("application/pdf", lambda: marked(Subtype=pikepdf.Name.Text, T=MAKER, Contents="Ja")),
        (WORD, as_windows_packs_it),
        (WORD, from_sharepoint),
        (EXCEL, once_printed),
    ],
    ids=["a list of one filter", "a remark without a number", "psmdcp", "SharePoint", "printer"],
)
def test_where_other_programs_put_it_it_goes_too(media_type: str, make: Callable[[], bytes]) -> None:
    made = make()
    assert b"Jan Geheim" in unpacked(made)

    after = stripping.stripped(media_type, made)

    assert not [trace for trace in TRACES if trace in unpacked(after)]
    if media_type == WORD:
        assert Document(io.BytesIO(after)).paragraphs[0].text == "Beste mevrouw, dit is een brief."
    elif media_type == EXCEL:
        sheet = openpyxl.load_workbook(io.BytesIO(after)).active
        assert (sheet["A1"].value, sheet.page_setup.orientation, sheet.page_setup.id) == ("=1+1", "landscape", None)
        assert b"rId1" not in zipfile.ZipFile(io.BytesIO(after)).read("xl/worksheets/_rels/sheet1.xml.rels")
    else:
        assert len(pikepdf.open(io.BytesIO(after)).pages) == 1


def film() -> bytes:
    made = io.BytesIO()
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    frames[0].save(made, "WEBP", save_all=True, append_images=frames[1:])
    return made.getvalue()


@pytest.mark.parametrize(
    ("media_type", "make", "code"),
    [
        ("image/heic", lambda: b"x", "strip_kind"),
        ("image/gif", lambda: image("GIF"), "strip_kind"),
        ("text/plain", lambda: b"hallo", "strip_kind"),
        ("application/pdf", locked_pdf, "strip_locked"),
        ("application/pdf", with_a_file_inside, "strip_impossible"),
        ("application/pdf", with_a_file_on_the_page, "strip_impossible"),
        ("application/pdf", signed, "strip_impossible"),
        ("application/pdf", packed_scan, "strip_impossible"),
        ("application/pdf", lambda: scan(pikepdf.Name.JPXDecode, b"Jan Geheim"), "strip_impossible"),
        ("application/pdf", lambda: b"%PDF-1.7 geen pdf", "strip_impossible"),
        ("image/webp", film, "strip_impossible"),
        ("image/png", lambda: image()[:40], "strip_impossible"),
    ],
)
def test_what_cannot_be_stripped_is_said(media_type: str, make: Callable[[], bytes], code: str) -> None:
    with pytest.raises(Refused, match=code) as refusal:
        stripping.stripped(media_type, make())

    assert refusal.value.field == "attachments"


def test_the_stripped_file_is_what_is_kept_and_the_history_says_so(cast: Cast, engine: Engine) -> None:
    case = Case.registered("training", cast)

    (token,) = attachments.add(cast.actor("cora"), case.reference, [("foto.jpg", photo("JPEG"))], strip=True)

    _, _, kept = attachments.fetch(cast.actor("cora"), token)
    assert not any(each in kept for each in TRACES)
    assert case.events()[-1].codes["data"] == "stripped"
    with Session(engine) as session:
        assert session.scalars(select(m.Attachment.size)).one() == len(kept)


def test_a_file_that_cannot_be_stripped_is_not_attached_but_may_be_without(cast: Cast, engine: Engine) -> None:
    case, files = Case.registered("training", cast), [("brief.txt", b"hallo")]

    with pytest.raises(Refused, match="strip_kind"):
        attachments.add(cast.actor("cora"), case.reference, files, strip=True)

    assert len(attachments.add(cast.actor("cora"), case.reference, files)) == 1
    assert "data" not in case.events()[-1].codes


def test_twice_the_same_stripped_photograph_is_one_attachment(cast: Cast, engine: Engine) -> None:
    case, files = Case.registered("training", cast), [("foto.jpg", photo("JPEG"))]

    first = attachments.add(cast.actor("cora"), case.reference, files, strip=True)

    assert attachments.add(cast.actor("cora"), case.reference, files, strip=True) == first


def test_the_moment_of_packing_goes_too() -> None:
    with zipfile.ZipFile(io.BytesIO(stripping.stripped(list(FILES)[4], letter()))) as pack:
        assert {each.date_time for each in pack.infolist()} == {(1980, 1, 1, 0, 0, 0)}
