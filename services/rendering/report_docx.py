"""A report as .docx, with real headings, so that it can be read by ear and worked on; the same report as pdf.render_report."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from services.rendering import Chart, Entry, Report, Table, pdf
from services.rendering.docx import legal

_ACCENT, _QUIET = RGBColor(0x0B, 0x4F, 0x6C), RGBColor(0x52, 0x60, 0x6D)
_LONGEST_TITLE = 255  # what a Word file's title may hold


def render(report: Report) -> bytes:
    document = Document()
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
    document.sections[0].footer.paragraphs[0].text = legal(report.footer)
    about = document.core_properties
    about.title = legal(report.title)[:_LONGEST_TITLE]
    about.author = about.last_modified_by = legal(report.organisation)[:_LONGEST_TITLE]
    about.language, about.comments = "nl-NL", ""
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _entry(document: Any, entry: Entry) -> None:
    document.add_heading(legal(entry.title), level=3)
    for said in entry.lines:
        document.add_paragraph().add_run(legal(said)).font.color.rgb = _QUIET
    for said in entry.texts:
        document.add_paragraph(legal(said))


def _table(document: Any, given: Table) -> None:
    """With a heading row that is one: repeated on each page, and told by who reads aloud."""
    document.add_paragraph().add_run(legal(given.title)).bold = True
    table = document.add_table(rows=0, cols=len(given.headings), style="Table Grid")
    for number, words in enumerate((given.headings, *given.rows)):
        row = table.add_row()
        for column, cell in enumerate(row.cells):
            paragraph = cell.paragraphs[0]
            paragraph.add_run(legal(words[column])).bold = number == 0
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if column == 0 else WD_ALIGN_PARAGRAPH.RIGHT
        properties = row._tr.get_or_add_trPr()
        properties.append(properties.makeelement(qn("w:cantSplit"), {}))
        if number == 0:
            properties.append(properties.makeelement(qn("w:tblHeader"), {}))
    document.add_paragraph()


def _chart(document: Any, chart: Chart) -> None:
    document.add_paragraph().add_run(legal(chart.title)).bold = True
    picture = document.add_picture(BytesIO(pdf.picture(chart)), width=Cm(16))
    about = picture._inline.docPr
    about.set("descr", legal(chart.alt))
    about.set("title", legal(chart.title))


def _styles(document: Any) -> None:
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    properties = normal.element.get_or_add_rPr()
    language = properties.makeelement(qn("w:lang"), {qn("w:val"): "nl-NL"})
    properties.append(language)
    for level, size in ((1, 18), (2, 14), (3, 11)):
        style = document.styles[f"Heading {level}"]
        style.font.name, style.font.size, style.font.color.rgb = "Calibri", Pt(size), _ACCENT
        style.element.rPr.rFonts.set(qn("w:asciiTheme"), "minorHAnsi")
