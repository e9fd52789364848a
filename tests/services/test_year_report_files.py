"""The yearly report on paper: both files open, say what was counted, have their charts, and can be read by ear."""

from __future__ import annotations

import io
from datetime import date

import pytest
from docx import Document
from pypdf import PdfReader
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from domain.indicators import INDICATORS
from domain.vocabulary import Outcome
from services import year_report_files as files
from services.rendering import Chart, pdf
from tests import golden
from tests.conftest import PROFILES, Cast
from tests.fill import make_complaint, make_promise
from tests.golden import words_of as said
from tests.services.test_year_reports import CHILDCARE, YEAR, approve, filled, finished, maker, read, together, write
from text import translate

__all__ = ["filled"]
DAY = date(YEAR, 3, 3)


@pytest.fixture
def profile() -> str:
    return CHILDCARE


def printed(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_the_whole_report_and_nothing_else(filled: Cast) -> None:
    together(filled)
    finished(filled)
    approve(filled)
    who = filled.actor("cora")
    content = files.as_docx(who, YEAR)

    golden.compare("klachtenverslag.txt", said(content))
    document = Document(io.BytesIO(content))
    pictures = [each.attrib["descr"] for each in document.element.body.xpath(".//wp:docPr")]
    assert pictures == [
        "Staafdiagram: Klachten per locatie. Locatie Noord: 2 ingediend, 2 behandeld; Locatie Zuid: 0 ingediend, 0 behandeld; "
        "Geen bepaalde locatie: 1 ingediend, 0 behandeld.",
        "Staafdiagram: Klachten per onderwerp. Bejegening: 2 ingediend, 1 behandeld; "
        "Vervoer en ophalen: 1 ingediend, 1 behandeld.",
    ]
    assert len(document.element.body.xpath(".//w:tblHeader")) == 3
    on_paper = printed(files.as_pdf(who, YEAR))
    for words in golden.pieces("klachtenverslag.txt"):
        assert words in on_paper


def test_the_pdf_can_be_read_by_ear(filled: Cast) -> None:
    content = files.as_pdf(filled.actor(maker(filled)), YEAR)
    found = PdfReader(io.BytesIO(content))

    assert found.root_object["/MarkInfo"]["/Marked"]
    assert str(found.root_object["/Lang"]).lower().startswith("nl")
    assert found.metadata is not None
    assert found.metadata.title == "Klachtenverslag 2025"
    tags = str(structure(found.root_object["/StructTreeRoot"]))
    assert {"/Table", "/TH", "/Figure", "/H1", "/H2"} <= set(tags.split())
    assert "Staafdiagram: Klachten per locatie." in tags


def structure(node: object) -> str:
    """The kinds of everything that is tagged, and its alternative words."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return " ".join(structure(each) for each in node)
    if not isinstance(node, dict):
        return ""
    return " ".join([str(node.get("/S", "")), str(node.get("/Alt", "")), structure(node.get("/K", []))])


def test_a_draft_says_so(filled: Cast) -> None:
    assert "Concept: dit verslag is nog niet vastgesteld." in said(files.as_docx(filled.actor(maker(filled)), YEAR))


@pytest.mark.parametrize(
    ("late", "shown"), [(0, "100 %"), (1, ""), (4, ""), (5, "50 %")], ids=["none late", "one", "four", "five"]
)
def test_the_public_version_has_no_small_numbers(engine: Engine, cast: Cast, late: int, shown: str) -> None:
    with Session(engine) as session, session.begin():
        for number in range(5 + late):
            row = make_complaint(
                session, cast, procedure="WKO", overlay="HOUSE_WEEK", received_on=DAY, answered_on=DAY if number < 4 else None,
                outcome=Outcome.UPHELD,
            )  # fmt: skip
            make_promise(session, row, code="RESPONSE", met_on=DAY if number < 5 else None)
    who = maker(cast)
    write(cast, "summary", "Iedereen is gebeld.", who)
    text = said(files.public_docx(cast.actor(who), YEAR))

    if late == 0:
        golden.compare("klachten-in-het-kort.txt", text)
    assert "Klachten in 2025, in het kort" in text
    assert "Iedereen is gebeld." in text
    assert f"Ingediend: {5 + late}" in text
    assert "Behandeld: minder dan 5" in text
    assert "Geschillen behandeld door de geschillencommissie: minder dan 5" in text
    assert "Locatie" not in text
    assert ("Binnen zes weken een oordeel" in text, shown in text) == (bool(shown), True)
    assert "minder dan 5" in printed(files.public_pdf(cast.actor(who), YEAR))


@pytest.mark.parametrize("profile", PROFILES)
def test_an_empty_year_can_be_printed(cast: Cast, profile: str) -> None:
    who = cast.actor(maker(cast))
    for make in (files.as_docx, files.public_docx):
        assert str(YEAR) in said(make(who, YEAR))
    assert ("Klachtenverslag" in printed(files.as_pdf(who, YEAR))) is (profile == CHILDCARE)


@pytest.mark.parametrize("profile", ["training"])
def test_the_internal_report_has_every_figure(cast: Cast, engine: Engine, profile: str) -> None:
    with Session(engine) as session, session.begin():
        make_complaint(session, cast, received_on=DAY, answered_on=DAY, outcome=Outcome.UPHELD)
    text = said(files.as_docx(cast.actor(maker(cast)), YEAR))

    golden.compare("jaarverslag.txt", text)
    assert "Jaarverslag klachten 2025" in text
    assert "Cijfer | 2025 | 2024" in text
    assert all(translate("nl", f"overview.figure_{each.key}") in text for each in INDICATORS)
    assert f"{translate('nl', 'overview.figure_upheld_share')} | 100 % | n.v.t." in text


def test_nobody_guesses_the_address(filled: Cast) -> None:
    names = {files.file_name(read(filled), "klachten", "pdf") for _ in range(2)}
    assert len(names) == 2


def test_a_chart_of_many_and_of_odd_names_is_drawn() -> None:
    bars = tuple((f"{number} #[*]_$ <b> \u202e{'x' * 90}", (number, 0)) for number in range(24))
    picture = pdf.picture(Chart("Titel", "Woorden", ("Een", "Twee"), bars))
    assert picture.startswith(b"\x89PNG")
    assert pdf.picture(Chart("Titel", "Woorden", ("Een",), ())).startswith(b"\x89PNG")
