"""A report as .docx, with real headings, so that it can be read by ear and worked on; the same report as pdf.render_report."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from services.rendering import Chart, Entry, Report, Table, pdf
from services.rendering.docx import field, legal, to_the_right

_ACCENT, _QUIET = RGBColor(0x0B, 0x4F, 0x6C), RGBColor(0x52, 0x60, 0x6D)
_LONGEST_TITLE = 255  # what a Word file's title may hold
_WIDTH = Cm(16.4)  # of what is printed on a page
_THEME_FONTS = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")  # of a heading: stronger than a font by name


def render(report: Report) -> bytes:
    document = Document()
    _page(document)
    _styles(document)
    document.add_paragraph(legal(report.organisation)).runs[0].bold = True
    document.add_heading(legal(report.title), level=1)
    for said in report.about:
        document.add_paragraph(legal(said))
    for section in report.sections:
        document.add_heading(legal(section.heading), level=2)
        for said in section.texts:
            document.add_paragraph(legal(said))
        for label, value in section.facts:
            line = document.add_paragraph()
            line.add_run(f"{legal(label)}: ").font.color.rgb = _QUIET
            line.add_run(legal(value))
        for table in section.tables:
            _table(document, table)
        for chart in section.charts:
            _chart(document, chart)
        for entry in section.entries:
            _entry(document, entry)
    _footer(document, report)
    about = document.core_properties
    about.title = legal(report.title)[:_LONGEST_TITLE]
    about.author = about.last_modified_by = legal(report.organisation)[:_LONGEST_TITLE]
    about.language, about.comments = "nl-NL", ""
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _entry(document: Any, entry: Entry) -> None:
    document.add_heading(legal(entry.title), level=3)
    about = [document.add_paragraph() for _ in entry.lines]
    for line, said in zip(about, entry.lines, strict=True):
        line.add_run(legal(said)).font.color.rgb = _QUIET
    for line in about if entry.texts else about[:-1]:
        line.paragraph_format.keep_with_next = True
    for said in entry.texts:
        document.add_paragraph(legal(said))


def _title(document: Any, words: str) -> None:
    """Of what comes under it, on the same page."""
    title = document.add_paragraph()
    title.add_run(legal(words)).bold = True
    title.paragraph_format.keep_with_next = True


def _table(document: Any, given: Table) -> None:
    """With a heading row that is one: repeated on each page, and told by who reads aloud."""
    _title(document, given.title)
    table = document.add_table(rows=0, cols=len(given.headings), style="Table Grid")
    table.autofit = False
    one = int(_WIDTH / (len(given.headings) + 1))  # the first column is twice as wide
    for place, column in enumerate(table.columns):
        column.width = one if place else 2 * one
    for number, words in enumerate((given.headings, *given.rows)):
        row = table.add_row()
        for column, cell in enumerate(row.cells):
            cell.width = one if column else 2 * one
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.add_run(legal(words[column])).bold = number == 0
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if column == 0 else WD_ALIGN_PARAGRAPH.RIGHT
        properties = row._tr.get_or_add_trPr()
        properties.append(properties.makeelement(qn("w:cantSplit"), {}))
        if number == 0:
            properties.append(properties.makeelement(qn("w:tblHeader"), {}))
    document.add_paragraph()


def _chart(document: Any, chart: Chart) -> None:
    _title(document, chart.title)
    picture = document.add_picture(BytesIO(pdf.picture(chart)), width=Cm(16))
    about = picture._inline.docPr
    about.set("descr", legal(chart.alt))
    about.set("title", legal(chart.title))


def _page(document: Any) -> None:
    """A4, with the margins of the PDF."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin, section.bottom_margin = Cm(2.2), Cm(2.6)


def _footer(document: Any, report: Report) -> None:
    line = document.sections[0].footer.paragraphs[0]
    to_the_right(line, _WIDTH)
    line.add_run(f"{legal(report.footer)}\t{legal(report.labels['page'])} ")
    field(line, "PAGE")
    line.add_run(f" {legal(report.labels['of'])} ")
    field(line, "NUMPAGES")
    for run in line.runs:
        run.font.size, run.font.color.rgb = Pt(8), _QUIET


def _styles(document: Any) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    properties = normal.element.get_or_add_rPr()
    language = properties.makeelement(qn("w:lang"), {qn("w:val"): "nl-NL"})
    properties.append(language)
    for level, size in ((1, 18), (2, 14), (3, 11)):
        style = document.styles[f"Heading {level}"]
        style.font.name, style.font.size, style.font.color.rgb = "Calibri", Pt(size), _ACCENT
        for theme in _THEME_FONTS:
            style.element.rPr.rFonts.attrib.pop(qn(f"w:{theme}"), None)
