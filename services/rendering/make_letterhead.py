"""Makes `letterhead.docx`, the letterhead that we ship: `python -m services.rendering.make_letterhead`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from services.rendering.docx import LETTERHEAD, field, to_the_right

_FONT = "Arial"  # on every computer; a letterhead of one's own may use the house style
_ACCENT = RGBColor(0x0B, 0x4F, 0x6C)
_INK = RGBColor(0x1F, 0x29, 0x33)
_QUIET = RGBColor(0x52, 0x60, 0x6D)
_WIDTH = Cm(21 - 2.5 - 2.9)


def _element(name: str, **attributes: str) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _font(style: Any, size: float, colour: RGBColor, bold: bool = False) -> None:
    style.font.name = _FONT
    style.font.size = Pt(size)
    style.font.bold = bold
    style.font.color.rgb = colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for each in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{each}"), None)
    for each in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{each}"), _FONT)


def _space(style: Any, before: float, after: float, line: float = 1.3) -> None:
    form = style.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), line


def _styles(document: Any) -> None:
    styles = document.styles
    _font(styles["Normal"], 10.5, _INK)
    _space(styles["Normal"], 0, 8)
    styles["Normal"].paragraph_format.widow_control = True
    _font(styles["Heading 1"], 14, _ACCENT, bold=True)
    _space(styles["Heading 1"], 18, 10)
    _font(styles["Heading 2"], 11, _ACCENT, bold=True)
    _space(styles["Heading 2"], 12, 3)
    _space(styles["List Bullet"], 0, 4)
    for name, size, colour, after in (
        ("Sender", 16, _ACCENT, 2),
        ("Sender details", 8.5, _QUIET, 4),
        ("Draft", 10, _ACCENT, 0),
    ):
        style = styles.add_style(name, 1)
        style.base_style = styles["Normal"]
        _font(style, size, colour, bold=name != "Sender details")
        _space(style, 0, after)
    _font(styles["Footer"], 8, _QUIET)


def _dutch(document: Any) -> None:
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    language = defaults.find(qn("w:lang"))
    if language is None:
        language = _element("w:lang")
        defaults.append(language)
    for key in ("val", "eastAsia"):
        language.set(qn(f"w:{key}"), "nl-NL")
    document.settings.element.append(_element("w:autoHyphenation", val="true"))
    theme = document.settings.element.find(qn("w:themeFontLang"))
    if theme is not None:
        theme.set(qn("w:val"), "nl-NL")


def _footer(document: Any) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    to_the_right(paragraph, _WIDTH)
    paragraph.add_run("{{ labels.reference }} {{ reference }}\t{{ labels.page }} ")
    field(paragraph, "PAGE")
    paragraph.add_run(" {{ labels.of }} ")
    field(paragraph, "NUMPAGES")


def _rule(paragraph: Any) -> None:
    borders = _element("w:pBdr")
    borders.append(_element("w:bottom", val="single", sz="6", space="4", color=str(_ACCENT)))
    paragraph._p.get_or_add_pPr().append(borders)


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(2.5), Cm(2.9)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2.6)


def _body(document: Any) -> None:
    document.add_paragraph("{{ organisation }}", style="Sender")
    _rule(document.add_paragraph("{{ sender_lines }}", style="Sender details"))
    for words, style in (
        ("{%p if draft %}", None),
        ("{{ draft }}", "Draft"),
        ("{%p endif %}", None),
        ("{{ addressee }}", None),
        ("{{ place_and_date }}\n{{ labels.reference }}: {{ reference }}", None),
        ("{{ subject }}", "Heading 1"),
        ("{%p for block in blocks %}", None),
        ('{%p if block.kind == "heading" %}', None),
        ("{{ block.text }}", "Heading 2"),
        ('{%p elif block.kind == "item" %}', None),
        ("{{ block.text }}", "List Bullet"),
        ("{%p else %}", None),
        ("{{ block.text }}", None),
        ("{%p endif %}", None),
        ("{%p endfor %}", None),
    ):
        paragraph = document.add_paragraph(words, style=style)
        if words == "{{ addressee }}":
            paragraph.paragraph_format.space_before = Pt(30)
            paragraph.paragraph_format.space_after = Pt(18)


def make() -> None:
    document = Document()
    _page(document)
    _styles(document)
    _dutch(document)
    _body(document)
    _footer(document)
    about = document.core_properties
    about.author = about.title = about.comments = ""
    about.language = "nl-NL"
    about.created = about.modified = datetime(2026, 1, 1, tzinfo=UTC)
    document.save(str(LETTERHEAD))


if __name__ == "__main__":
    make()
