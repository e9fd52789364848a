"""P15: whatever somebody attaches is refused in a sentence or stored under a name of ours, and opens nothing on the way
(security.md, section 3)."""

from __future__ import annotations

import io
import re
import stat
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pikepdf
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from db.engine import data_dir
from domain.attachments import LARGEST, MOST, clean_name
from domain.errors import Refused
from services import attachments
from tests.cases import Case
from tests.conftest import Cast
from tests.figures import Figures, so_many
from tests.samples import document, image, packed, pdf
from text import translate
from web.routes import disposition

ROOT = Path(__file__).resolve().parents[2]
CONTENT_TYPES = "<Override ContentType='application/vnd.openxmlformats-officedocument.{kind}.main+xml'/>"
SHEET, BRIEF = CONTENT_TYPES.format(kind="spreadsheetml.sheet"), CONTENT_TYPES.format(kind="wordprocessingml.document")


def four_gigabytes(main: str = BRIEF) -> bytes:
    """42 kB: a hundred names for the same forty megabytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("[Content_Types].xml", main)
        pack.writestr("p00", bytes(42_000_000))
    whole = made.getvalue()
    entry, end = whole.rindex(b"PK\x01\x02"), whole.rindex(b"PK\x05\x06")
    names = b"".join(whole[entry:end].replace(b"p00", b"p%02d" % number) for number in range(100))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 101, 101, entry - whole.index(b"PK\x01\x02") + len(names), 0, 0)
    directory = whole.index(b"PK\x01\x02")
    return whole[:entry] + names + tail[:16] + struct.pack("<L", directory) + tail[20:]


def lying(main: str = BRIEF) -> bytes:
    """Says ten bytes, is fifty megabytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("[Content_Types].xml", main)
        pack.writestr("word/document.xml", bytes(50_000_000))
    whole = made.getvalue()
    entry = whole.rindex(b"PK\x01\x02")
    return whole[: entry + 24] + struct.pack("<L", 10) + whole[entry + 28 :]


def huge_picture() -> bytes:
    """50,000 by 50,000 points in a few hundred kB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10_000_000))) + chunk(b"IEND", b"")


LAUGHS = (
    "<!DOCTYPE l [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
    + "]><sst><si><t>&j;</t></si></sst>"
)
SCRIPT = b"<script>alert(1)</script>"


def locked_pdf() -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as whole:
        whole.save(made, encryption=pikepdf.Encryption(owner="x", user="x"))
    return made.getvalue()


# Content, name: what is refused with which code, or stored ("").
FILES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "nothing": ("leeg.pdf", lambda: b"", "attachment_empty"),
    "the limit": ("groot.txt", lambda: b"a" * LARGEST, ""),
    "one more": ("groot.txt", lambda: b"a" * (LARGEST + 1), "attachment_too_large"),
    "two hundred megabytes": ("groot.txt", lambda: bytes(200 * 1024**2), "attachment_too_large"),
    "a program called document": ("brief.pdf", lambda: b"MZ\x90" + bytes(500), "attachment_not_what_it_says"),
    "a document called program": ("brief.exe", pdf, "attachment_type"),
    "html": ("pagina.html", lambda: SCRIPT, "attachment_type"),
    "html called text": ("pagina.txt", lambda: SCRIPT, ""),
    "script": ("a.js", lambda: b"alert(1)", "attachment_type"),
    "shortcut": ("a.lnk", lambda: b"L\0\0\0", "attachment_type"),
    "drawing with script": ("a.svg", lambda: b"<svg>" + SCRIPT + b"</svg>", "attachment_type"),
    "drawing called photograph": ("a.png", lambda: b"<svg>" + SCRIPT + b"</svg>", "attachment_not_what_it_says"),
    "macros": ("a.docm", document, "attachment_type"),
    "macros called document": ("a.docx", lambda: packed({"[Content_Types].xml": BRIEF.replace(
        "openxmlformats-officedocument.wordprocessingml.document", "ms-word.document.macroEnabled")}),
        "attachment_not_what_it_says"),
    "macros in a document": ("a.docx", lambda: packed({"[Content_Types].xml": BRIEF, "word/vbaProject.bin": "x"}),
        "attachment_not_what_it_says"),
    "zip": ("a.zip", lambda: packed({"a.txt": "x"}), "attachment_type"),
    "zip called document": ("a.docx", lambda: packed({"a.txt": "x"}), "attachment_not_what_it_says"),
    "bomb of four gigabytes": ("a.docx", four_gigabytes, "attachment_unpacks_too_large"),
    "sheet of four gigabytes": ("a.xlsx", lambda: four_gigabytes(SHEET), "attachment_unpacks_too_large"),
    "bomb that lies": ("a.docx", lying, "attachment_not_what_it_says"),
    "bomb in a document": ("a.docx", lambda: _with(BRIEF, four_gigabytes()), ""),
    "billion laughs": ("a.xlsx", lambda: packed({"[Content_Types].xml": SHEET, "xl/sharedStrings.xml": LAUGHS}), ""),
    "huge picture": ("a.png", huge_picture, ""),
    "pdf and html": ("a.pdf", lambda: pdf() + SCRIPT, ""),
    "html and pdf": ("a.pdf", lambda: SCRIPT + pdf(), "attachment_not_what_it_says"),
    "gif and script": ("a.gif", lambda: b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", ""),
    "pdf and zip": ("a.pdf", lambda: pdf() + packed({"[Content_Types].xml": BRIEF}), ""),
    "zip and pdf as document": ("a.docx", lambda: pdf() + b" " + packed({"[Content_Types].xml": BRIEF}),
        "attachment_not_what_it_says"),
    "locked pdf": ("a.pdf", locked_pdf, ""),
    "locked document": ("a.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "attachment_not_what_it_says"),
    "half a document": ("a.docx", lambda: document()[:900], "attachment_not_what_it_says"),
}  # fmt: skip

NAMES = (
    "../../etc/passwd.txt", "..\\..\\x.txt", "C:\\x.txt", "C:x.txt", "con.txt", "NUL.txt", "a" * 300 + ".txt", "😀👩‍👩‍👧.txt",
    "rekening\u202etxt.exe.txt", "\u202etxt.exe", "nul\x00.txt", "regel\r\nSet-Cookie: x=y.txt", "\"aan'hal\".txt", "a;b=c.txt",
    "%2e%2e%2fx.txt", "-rf.txt", "~root.txt", "$(id).txt", "`id`.txt", "|ls.txt", "a.txt:ads.txt", ".htaccess.txt", "...txt",
    " .txt", "a.txt .", "\ufeffa.txt", "é" * 200 + ".txt", "／etc／passwd.txt", "a\u2028b.txt", "\ud800.txt",
)  # fmt: skip


def _with(main: str, inside: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as pack:
        pack.writestr("[Content_Types].xml", main)
        pack.writestr("word/embedded.zip", inside)
    return made.getvalue()


def offered(case: Case, name: str, content: bytes, strip: bool = False) -> str:
    """ "" when it is stored, else the code of the refusal."""
    try:
        attachments.add(case.cast.actor("cora"), case.reference, [(name, content)], strip=strip)
    except Refused as refusal:
        said = translate("nl", f"refused.{refusal.code}", **refusal.values)
        assert said.endswith("."), "a clear sentence"
        assert refusal.field == "attachments"  # noqa: PT017 - what was refused is the answer
        return refusal.code
    return ""


def test_each_file_is_refused_in_a_sentence_or_stored_under_a_name_of_ours(
    cast: Cast, engine: Engine, figures: Figures
) -> None:
    case = Case.registered("training", cast)

    came = {what: offered(case, name, make()) for what, (name, make, _) in FILES.items()}

    assert came == {what: code for what, (_, _, code) in FILES.items()}
    stored = sorted((data_dir() / "attachments").iterdir())
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", each.name) for each in stored)
    assert {stat.S_IMODE(each.stat().st_mode) for each in stored} == {0o600}
    figures.equal("P15", "files refused in a sentence or stored under an own name", len(came), len(FILES))


def test_each_name_is_safe_to_show_store_and_download(cast: Cast, engine: Engine, figures: Figures) -> None:
    safe, cora = 0, cast.actor("cora")
    for number, name in enumerate(NAMES):
        if number % MOST == 0:
            case = Case.registered("training", cast)
        code = offered(case, name, f"tekst {number}".encode())
        assert code in ("", "attachment_type"), name
        header = disposition(clean_name(name))
        assert header.isascii()
        assert header.startswith('attachment; filename="')
        assert header.count('"') == 2
        assert not re.search(r"[\r\n\x00]|\.\./|[/\\]", header)
        safe += 1
    with Session(engine) as session:
        rows = session.execute(select(m.Attachment.name, m.Attachment.token)).all()
    kept = [row.name for row in rows]
    assert not [each for each in kept if re.search(r"[/\\:\r\n\x00\u202e\u2028\ud800]", each) or len(each) > 150]
    assert len(attachments.fetch(cora, rows[0].token)) == 3
    figures.equal("P15", "names safe in the dossier and in the header", safe, len(NAMES))


def test_a_dossier_takes_so_many_and_no_more(cast: Cast, engine: Engine, figures: Figures) -> None:
    case, tries = Case.registered("training", cast), so_many(1_000, MOST + 10)

    came = [offered(case, f"{number}.txt", f"tekst {uuid4()}".encode()) for number in range(tries)]

    assert set(came[MOST:]) == {"attachment_too_many"}
    figures.equal("P15", f"files stored of {tries} offered to one dossier", came.count(""), MOST)


WEIGHED = """
import resource, sys
from pathlib import Path
from services import stripping
from services.attachment_types import verified_type
from domain.attachments import check_size
from domain.errors import Refused

def memory(line):
    return next(int(each.split()[1]) for each in open("/proc/self/status") if each.startswith(line)) // 1024

name, content = sys.argv[1], Path(sys.argv[2]).read_bytes()
open("/proc/self/clear_refs", "w").write("5")  # the highest starts anew
before = memory("VmRSS")
for strip in (False, True):
    try:
        check_size(content)
        kind = verified_type(name, content)
        if strip:
            stripping.stripped(kind, content)
    except Refused as refusal:
        print(refusal.code, file=sys.stderr)
print(memory("VmHWM") - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""
HEAVY = (
    "bomb of four gigabytes",
    "bomb that lies",
    "bomb in a document",
    "billion laughs",
    "huge picture",
    "two hundred megabytes",
)


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read from Linux")
def test_nothing_is_unpacked_or_painted_without_bounds(tmp_path: Path, figures: Figures) -> None:
    grown, apart = [], []
    for what in HEAVY[: so_many(len(HEAVY), 5)]:
        name, make, _ = FILES[what]
        (tmp_path / "file").write_bytes(make())
        weighed = subprocess.run(
            [sys.executable, "-c", WEIGHED, name, str(tmp_path / "file")], cwd=ROOT, capture_output=True, text=True, check=True
        )
        ours, its_own = weighed.stdout.split()
        grown.append(int(ours))
        apart.append(int(its_own))
    figures.at_most("P15", "megabytes that memory grew at worst", max(grown), 150)
    figures.at_most("P15", "megabytes in all of the process that strips, at worst", max(apart), 250)


def test_a_huge_picture_is_not_painted_to_strip_it(cast: Cast, engine: Engine) -> None:
    assert offered(Case.registered("training", cast), "a.png", huge_picture(), strip=True) == "strip_too_large"


@pytest.mark.parametrize("damage", ["gone", "changed", "longer", "empty", "folder"])
def test_a_file_that_is_not_what_was_attached_is_not_handed_out(cast: Cast, engine: Engine, damage: str) -> None:
    case, cora = Case.registered("training", cast), cast.actor("cora")
    (token,) = attachments.add(cora, case.reference, [("foto.png", image())])
    path = data_dir() / "attachments" / token
    content = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "gone":
        path.write_bytes({"changed": content[:-1] + b"x", "longer": content + b"x", "empty": b""}[damage])

    with pytest.raises(Refused, match="attachment_damaged"):
        attachments.fetch(cora, token)
