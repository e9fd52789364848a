"""A report as .docx: on our paper, with its pages numbered, and nothing torn from its title."""

from __future__ import annotations

from io import BytesIO

from docx import Document
from docx.document import Document as File
from docx.oxml.ns import qn
from docx.shared import Cm

from services.rendering import Chart, Entry, Report, Section, Table
from services.rendering.report_docx import render

TABLE = Table("Klachten per locatie", ("Locatie", "Ingediend", "Behandeld"), (("Noord", "2", "1"), ("Zuid", "0", "0")))
CHART = Chart("Klachten per onderwerp", "Staafdiagram.", ("Ingediend",), (("Bejegening", (2,)),))
ENTRY = Entry("K26-7F3Q9", ("ontvangen", "Extra actie: ja"), ("Afgesproken: bellen",))
REPORT = Report(
    "Bureau Voorbeeld", "Jaarverslag", ("Over 2025.",), "Gemaakt vandaag.",
    (Section("Cijfers", tables=(TABLE,), charts=(CHART,), entries=(ENTRY,)),), {"page": "pagina", "of": "van"},
)  # fmt: skip


def made() -> File:
    return Document(BytesIO(render(REPORT)))


def test_it_is_a4() -> None:
    (section,) = made().sections
    assert section.page_width is not None
    assert section.page_height is not None
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)


def test_its_pages_are_numbered() -> None:
    (line,) = made().sections[0].footer.paragraphs
    assert line.text == "Gemaakt vandaag.\tpagina 1 van 1"
    codes = [each.text for each in line._p.iter(qn("w:instrText"))]
    assert codes == ["PAGE", "NUMPAGES"]


def test_a_title_stays_with_what_it_is_about() -> None:
    together = {each.text for each in made().paragraphs if each.paragraph_format.keep_with_next}
    assert {TABLE.title, CHART.title, *ENTRY.lines} <= together
    assert "Afgesproken: bellen" not in together


def test_the_words_of_a_table_have_more_room_than_its_numbers() -> None:
    (table,) = made().tables
    first, second, third = (cell.width for cell in table.rows[1].cells)
    assert second is not None
    assert second == third
    assert first is not None
    assert round(first.cm, 2) == round(2 * second.cm, 2)
    assert 4 * second <= Cm(16.4)


def test_headings_and_text_have_one_font() -> None:
    styles = made().styles
    for level in (1, 2, 3):
        fonts = styles[f"Heading {level}"].element.rPr.rFonts.attrib
        assert not [each for each in fonts if each.endswith("Theme")]
        assert fonts[qn("w:ascii")] == "Calibri"
