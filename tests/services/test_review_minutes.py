"""The minutes of a yearly review: as a document and as a PDF that both open, with what their reader may see and no more."""

from __future__ import annotations

import io
from datetime import date

import pytest
from docx import Document
from pypdf import PdfReader

from services import review_minutes, reviews
from services.parties import Named
from tests import golden
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.services.test_reviews import begin, dossier, finalise, no, read, yes


def paragraphs(content: bytes) -> list[str]:
    return [each.text for each in Document(io.BytesIO(content)).paragraphs]


@pytest.fixture
def held(cast: Cast) -> tuple[int, dict[str, Case]]:
    return hold(cast)


def hold(cast: Cast) -> tuple[int, dict[str, Case]]:
    """Two dossiers of everybody, one about the director; finalised by the coordinator."""
    measured = Case.registered("training", cast).decided(measures=1)
    plain = dossier(cast, received_on=date(2026, 11, 2), category="Locatie")
    about = Case.registered("training", cast, respondents=(Named(account_id=cast["dora"]),))
    number = begin(cast, people=("piet", "dora"))
    yes(cast, number, plain)
    no(cast, number, measured, note="De kachel is gemaakt")
    no(cast, number, about)
    reviews.note_down(cast.actor("piet"), number, read(cast, number).version, "Eerder bellen = beter.", "Kort <b>overleg</b>.")
    reviews.totals(cast.actor("cora"), number, read(cast, number).version, 2, None)
    finalise(cast, number)
    return number, {"measured": measured, "plain": plain, "about": about}


def test_the_whole_of_it_and_nothing_else(cast: Cast, held: tuple[int, dict[str, Case]]) -> None:
    golden.compare("toetsing.txt", golden.words_of(review_minutes.as_docx(cast.actor("cora"), held[0])))


def test_the_document_says_what_was_agreed(cast: Cast, held: tuple[int, dict[str, Case]]) -> None:
    number, cases = held
    said = paragraphs(review_minutes.as_docx(cast.actor("cora"), number))

    assert "Verslag jaarlijkse toetsing za 22 nov 2025 tot en met za 21 nov 2026" in said
    assert "Deelnemers: Dora Directeur, Piet Partner" in said
    assert {each.reference for each in cases.values()} <= set(said)
    assert {"Afgesproken: Een tweede sleutel", "Waarom: Het gebeurde vaker"} <= set(said)
    assert any("Hans Behandelaar, uiterlijk" in each for each in said)
    assert any(each.startswith("ontvangen ma 2 nov 2026 · Locatie") for each in said)
    assert any("De kachel is gemaakt" in each for each in said)
    assert "Maatregel 0" in said, "what was open from before"
    assert "Eerder bellen = beter." in said
    assert "Kort <b>overleg</b>." in said
    assert "Besloten dossiers (opgave vertrouwenspersoon): minder dan 5" in said
    assert "Meldingen van misstanden (opgave functionaris): geen opgave" in said
    assert "Met extra actie: 1" in said


def test_the_headings_are_headings(cast: Cast, held: tuple[int, dict[str, Case]]) -> None:
    document = Document(io.BytesIO(review_minutes.as_docx(cast.actor("cora"), held[0])))
    titles = [each.text for each in document.paragraphs if each.style is not None and each.style.name == "Heading 2"]
    assert titles == ["Over deze toetsing", "Openstaande acties van eerder", "Klachten", "Bespreking", "Totalen"]
    assert document.core_properties.language == "nl-NL"


def test_the_pdf_says_the_same_and_can_be_read_by_ear(cast: Cast, held: tuple[int, dict[str, Case]]) -> None:
    number, cases = held
    content = review_minutes.as_pdf(cast.actor("cora"), number)
    pdf = PdfReader(io.BytesIO(content))
    said = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())

    for words in ("Een tweede sleutel", "De kachel is gemaakt", "minder dan 5", "Eerder bellen", cases["plain"].reference):
        assert words in said
    assert pdf.root_object["/MarkInfo"]["/Marked"]
    assert str(pdf.root_object["/Lang"]).lower().startswith("nl")


def test_they_follow_their_reader(cast: Cast, held: tuple[int, dict[str, Case]]) -> None:
    number, cases = held
    hers = "\n".join(paragraphs(review_minutes.as_docx(cast.actor("dora"), number)))

    assert cases["about"].reference not in hers
    assert "Klachten op de lijst: 2" in hers
    assert "Klachten op de lijst: 3" in "\n".join(paragraphs(review_minutes.as_docx(cast.actor("cora"), number)))


def test_a_draft_says_so(cast: Cast) -> None:
    number = begin(cast)
    assert "Concept: deze toetsing is nog niet vastgesteld." in paragraphs(review_minutes.as_docx(cast.actor("piet"), number))


def test_nobody_guesses_the_address(cast: Cast) -> None:
    shown = read(cast, begin(cast))
    first, second = (review_minutes.file_name(shown, "pdf") for _ in range(2))
    assert first != second
    assert first.startswith(f"toetsing-{TODAY}")
