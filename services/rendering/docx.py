"""A sheet as .docx, in the organisation's own letterhead or in ours (`make_letterhead.py` makes that one).

A letterhead is a Word file with places in double braces: organisation, sender_lines, addressee, place_and_date,
reference, subject, draft, labels and the loop over `blocks`.
"""

from __future__ import annotations

import re
import zipfile
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docxtpl.listing import Listing
from docxtpl.template import DocxTemplate
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from domain.errors import Refused
from services.rendering import Sheet

LETTERHEAD = Path(__file__).resolve().parent / "letterhead.docx"
_LONGEST_TITLE = 255  # what a Word file's title may hold
_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKUP = str.maketrans({"{": "&#123;", "}": "&#125;", "%": "&#37;"})


def legal(text: str) -> str:
    """Without what a Word file cannot hold (XML 1.0): a few code points that are no characters."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def field(paragraph: Any, code: str) -> None:
    """What the program that opens it fills in: PAGE, NUMPAGES."""
    for kind, words in (("begin", ""), ("", code), ("separate", ""), ("text", "1"), ("end", "")):
        run = paragraph.add_run()
        if kind == "text":
            run.text = words
            continue
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = words
        run._r.append(part)


def to_the_right(footer: Any, width: int) -> None:
    """The one tab of this footer; those of its style lie before it, and would hold up what comes after the first."""
    stops = footer.paragraph_format.tab_stops
    for each in list(footer.style.paragraph_format.tab_stops):
        stops.add_tab_stop(each.position, WD_TAB_ALIGNMENT.CLEAR)
    stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)


class _Literal(Listing):
    """What is printed: never markup, and safe from docxtpl's own signs, such as ``{_{``."""

    def __init__(self, text: str) -> None:
        self.xml = escape(legal(text)).translate(_MARKUP)


def render(sheet: Sheet, letterhead: Path | None = None) -> bytes:
    """Raises Refused ``letterhead_broken`` when the organisation's own letterhead cannot be filled, or leaves out text."""
    try:
        template = DocxTemplate(letterhead or LETTERHEAD)
        # The letterhead comes from outside: it may fill places, not run code.
        template.render(_context(sheet), jinja_env=SandboxedEnvironment(autoescape=True), autoescape=True)
        document = template.docx
    except (TemplateError, PackageNotFoundError, zipfile.BadZipFile, KeyError, SyntaxError) as error:
        raise Refused("letterhead_broken") from error
    if not _whole(sheet, document):
        raise Refused("letterhead_broken")
    return _bytes(sheet, document)


def _context(sheet: Sheet) -> dict[str, object]:
    return {
        "organisation": _Literal(sheet.organisation),
        "sender_lines": _Literal("\n".join(sheet.sender_lines)),
        "addressee": _Literal("\n".join(sheet.addressee)),
        "place_and_date": _Literal(sheet.place_and_date),
        "reference": _Literal(sheet.reference),
        "subject": _Literal(sheet.subject),
        "draft": _Literal(sheet.draft) if sheet.draft else "",
        "labels": {name: _Literal(label) for name, label in sheet.labels.items()},
        "blocks": [{"kind": str(block.kind), "text": _Literal(block.text)} for block in sheet.blocks],
    }


def _whole(sheet: Sheet, document: Any) -> bool:
    printed = _bare("".join(each.text or "" for each in document.element.body.xpath(".//w:t")))
    wanted = (sheet.reference, sheet.subject, *(block.text for block in sheet.blocks))
    return all(_bare(legal(text)) in printed for text in wanted)


def _bare(text: str) -> str:
    return "".join(text.split())


def _bytes(sheet: Sheet, document: Any) -> bytes:
    about = document.core_properties
    about.title = legal(sheet.subject)[:_LONGEST_TITLE]
    about.author = about.last_modified_by = legal(sheet.organisation)[:_LONGEST_TITLE]
    about.subject = sheet.reference
    about.language = "nl-NL"
    about.comments = about.keywords = ""
    file = BytesIO()
    document.save(file)
    return file.getvalue()
