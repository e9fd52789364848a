"""A report as PDF: what belongs together stands on one page."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from services.rendering import Entry, Report, Section, pdf

ABOUT = ("ontvangen ma 16 november 2026", "Extra actie: ja", "Hans Behandelaar, uiterlijk maandag")


@pytest.mark.parametrize("before", range(30, 44))
def test_what_was_agreed_stands_with_its_dossier(before: int) -> None:
    facts = tuple((f"Regel {number}", "gevuld") for number in range(before))
    entry = Entry("K26-7F3Q9", ABOUT, ("Afgesproken: een tweede sleutel",))
    labels = {"page": "pagina", "of": "van"}
    report = Report("Bureau Voorbeeld", "Verslag", (), "", (Section("Klachten", facts, entries=(entry,)),), labels)

    pages = [page.extract_text() for page in PdfReader(BytesIO(pdf.render_report(report))).pages]

    (place,) = (number for number, page in enumerate(pages) if entry.title in page)
    for words in (*ABOUT, *entry.texts):
        assert words in pages[place].replace("\xa0", " ")
