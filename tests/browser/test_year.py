"""The year in one sitting, in Chromium: the review with the partners, the old register, and the yearly report."""

from __future__ import annotations

import io
import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from db import models as m
from domain.old_register import Fate
from domain.vocabulary import Outcome, Status
from tests.browser import hands
from tests.browser.test_main_job import text_of_docx, text_of_pdf
from tests.conftest import TODAY
from tests.fill import make_complainant, make_complaint, make_measure
from tests.serving import Server
from text import translate

pytestmark = pytest.mark.browser

CHILDCARE = {"procedure": "WKO", "overlay": "HOUSE_WEEK", "category": "Bejegening"}


@pytest.fixture(scope="module")
def server_profile() -> str:
    return "kinderopvang-welzijn"


# The yearly review

CASES, HALF = 20, 10
AGREED = {
    "Een tweede sleutel bij de buren": ("Hans Behandelaar", date(2026, 12, 15)),
    "De telefoon doorschakelen na zessen": ("Hilde Behandelaar", date(2027, 1, 11)),
    "Het rooster een week eerder rondsturen": ("Mia Manager", date(2027, 2, 1)),
}
EARLY, LATE, LAST = AGREED
WHY = "Het gebeurde al eerder."


def test_a_review_of_twenty_cases_from_opening_to_minutes(open_browser: Callable[..., Page], server: Server) -> None:
    with server.register() as session:
        for number in range(CASES):
            received = TODAY - timedelta(days=60 - number)
            row = make_complaint(session, server.cast, **CHILDCARE, received_on=received, title=f"Klacht nummer {number + 1}")
            session.add(m.ChainHead(complaint_id=row.id, seq=0, hash="0" * 64))

    cora = hands.signed_in(open_browser(), server, "cora", "/review")
    hands.press(cora, "Toetsing openen")
    progress(cora, 0)
    hands.tab(cora, "Klachten")
    said_yes(cora, 1, EARLY)
    for number in range(2, HALF + 1):
        said_no(cora, number)
    answering(cora, HALF + 1)
    cora.get_by_text("Ja", exact=True).click()
    hands.settled(cora)
    hands.write(cora, "Wat gaan we doen?", LAST)
    cora.keyboard.press("Tab")
    kept(server, LAST)
    cora.context.close()  # the meeting is interrupted

    piet = hands.signed_in(open_browser(), server, "piet", "/review")
    hands.press(piet, "Verder gaan")
    progress(piet, HALF)
    answering(piet, HALF + 1)
    hands.press(piet, "Volgende zonder antwoord")  # that one waits for Cora
    said_yes(piet, HALF + 2, LATE)
    for number in range(HALF + 3, CASES + 1):
        said_no(piet, number)
    progress(piet, CASES - 1)
    hands.tab(piet, "Afronden")
    expect(piet.get_by_text("De coördinator of de directeur stelt de toetsing vast.")).to_be_visible()

    cora = hands.signed_in(open_browser(), server, "cora", "/review")
    hands.press(cora, "Verder gaan")
    progress(cora, CASES - 1)
    hands.tab(cora, "Afronden")
    expect(cora.get_by_text("Nog 1 te bespreken")).to_be_visible()
    expect(cora.get_by_role("button", name="Toetsing vaststellen")).to_have_count(0)
    hands.press(cora, "Naar de volgende zonder antwoord")
    answering(cora, HALF + 1)
    expect(cora.get_by_label("Wat gaan we doen?", exact=True)).to_have_value(LAST)
    agree(cora, LAST)
    progress(cora, CASES)

    hands.tab(cora, "Afronden")
    hands.press(cora, "Toetsing vaststellen")
    expect(cora.get_by_text("Daarna verandert er niets meer aan deze toetsing. Vaststellen?")).to_be_visible()
    hands.press(cora, "Toetsing vaststellen")
    hands.told(cora, "De toetsing is vastgesteld.")
    the_minutes_say_what_was_agreed(cora)
    hands.tab(cora, "Klachten")
    expect(cora.get_by_role("heading", name="Is extra actie nodig?")).to_be_visible()
    expect(cora.get_by_role("button", name="Bewaren en verder")).to_have_count(0)
    with server.register() as session:
        names = {each.id: each.display_name for each in session.scalars(select(m.Account))}
        measures = {each.text: (names[each.owner_id], each.due_on) for each in session.scalars(select(m.Measure))}
    assert measures == AGREED


def kept(server: Server, words: str) -> None:
    """Until what was typed is in the register, as it is a moment after a field was left."""
    patience = time.monotonic() + 30
    while time.monotonic() < patience:
        with server.register() as session:
            if any(words in str(each) for each in session.scalars(select(m.Draft.content))):
                return
        time.sleep(0.1)
    raise AssertionError(f"{words} was not kept")


def progress(page: Page, answered: int) -> None:
    expect(page.get_by_text(f"{answered} van {CASES} besproken", exact=True)).to_be_visible()
    hands.settled(page)


def answering(page: Page, number: int) -> None:
    expect(page.get_by_text(f"Klacht {number} van {CASES}", exact=True)).to_be_visible()
    expect(page.get_by_text(f"Klacht nummer {number}", exact=True).first).to_be_visible()
    hands.settled(page)


def said_no(page: Page, number: int) -> None:
    answering(page, number)
    page.get_by_text("Nee", exact=True).click()
    hands.press(page, "Bewaren en verder")
    expect(page.get_by_test_id("stAlertContentSuccess").get_by_text("Bewaard: ")).to_be_visible()


def said_yes(page: Page, number: int, action: str) -> None:
    answering(page, number)
    page.get_by_text("Ja", exact=True).click()
    hands.settled(page)
    hands.write(page, "Wat gaan we doen?", action)
    agree(page, action)


def agree(page: Page, action: str) -> None:
    owner, due_on = AGREED[action]
    hands.write(page, "Waarom?", WHY)
    hands.choose(page, "Door wie?", owner)
    hands.pick_day(page, "Uiterlijk wanneer?", due_on)
    hands.press(page, "Bewaren en verder")


def both_files(page: Page, number: int = 0) -> list[str]:
    """The words of the .docx and of the .pdf behind two buttons next to each other, the `number`-th pair on the screen."""
    found = []
    for label, ending, read in (
        ("Download als Word-bestand", ".docx", text_of_docx),
        ("Download als pdf", ".pdf", text_of_pdf),
    ):
        button = page.get_by_role("button", name=label).nth(number)
        name, content = hands.downloaded(page, button.click)
        assert name.endswith(ending)
        found.append(" ".join(read(content).split()))
    return found


def the_minutes_say_what_was_agreed(page: Page) -> None:
    for said in both_files(page):
        assert "Concept" not in said
        assert f"Klachten op de lijst: {CASES}" in said
        assert f"Met extra actie: {len(AGREED)}" in said
        assert said.count(f"Waarom: {WHY}") == len(AGREED)
        for action, (owner, _) in AGREED.items():
            assert f"Afgesproken: {action}" in said
            assert f"{owner}, uiterlijk" in said
        assert "Extra actie: ja (Piet Partner," in said
        assert "Extra actie: nee (Cora Coördinator," in said


# The old register

HEADINGS = (
    "Nr", "Datum ontvangst", "Hoe binnengekomen", "Naam klager", "Soort klager", "Locatie", "Categorie", "Onderwerp",
    "Omschrijving", "Vermoeden", "Bevestigd op", "Besloten op", "Beantwoord op", "Uitkomst", "Afgesloten op",
)  # fmt: skip
GOOD: dict[str, Any] = {
    "Datum ontvangst": date(2024, 3, 1), "Hoe binnengekomen": "Telefoon", "Naam klager": "Karel de Vries",
    "Soort klager": "Ouder", "Locatie": "Locatie Noord", "Categorie": "Bejegening", "Vermoeden": "nee",
    "Afgesloten op": date(2024, 5, 2),
}  # fmt: skip
# What somebody made of a row, the column that it is about, and the reason.
BROKEN: tuple[tuple[dict[str, Any], str | None, str], ...] = (
    ({"Datum ontvangst": "ooit"}, "Datum ontvangst", "cell_date"),
    ({"Datum ontvangst": "=NU()"}, "Datum ontvangst", "cell_date"),
    ({"Datum ontvangst": "31-2-2024"}, "Datum ontvangst", "cell_date_impossible"),
    ({"Datum ontvangst": "03/04/2024"}, "Datum ontvangst", "cell_date_ambiguous"),
    ({"Datum ontvangst": "3-4-24"}, "Datum ontvangst", "cell_date_short_year"),
    ({"Datum ontvangst": 45352}, "Datum ontvangst", "cell_date_number"),
    ({"Afgesloten op": date(2027, 1, 4)}, "Afgesloten op", "cell_in_the_future"),
    ({"Datum ontvangst": date(1998, 3, 1)}, "Datum ontvangst", "cell_too_long_ago"),
    ({"Datum ontvangst": None}, "Datum ontvangst", "cell_missing"),
    ({"Categorie": "Klantenservice"}, "Categorie", "cell_choice"),
    ({"Categorie": "=1+1"}, "Categorie", "cell_choice"),
    ({"Locatie": "Locatie West"}, "Locatie", "cell_choice"),
    ({"Locatie": None}, "Locatie", "row_no_sector"),
    ({"Locatie": "Wijkhuis Oost", "Categorie": "Vervoer en ophalen"}, "Categorie", "row_category_elsewhere"),
    ({"Categorie": "Ongewenst gedrag"}, "Categorie", "row_restricted"),
    ({"Categorie": "Vermoeden mishandeling of zeden"}, "Vermoeden", "row_suspicion"),
    ({"Hoe binnengekomen": "Rooksignaal"}, "Hoe binnengekomen", "cell_choice"),
    ({"Soort klager": "Buurvrouw"}, "Soort klager", "cell_choice"),
    ({"Soort klager": "Anoniem"}, "Soort klager", "row_anonymous_named"),
    ({"Omschrijving": None}, "Omschrijving", "cell_missing"),
    ({"Omschrijving": "#N/A"}, "Omschrijving", "cell_error"),
    ({"Omschrijving": "koud " * 4_001}, "Omschrijving", "text_too_long"),
    ({"Onderwerp": "koud " * 41}, "Onderwerp", "text_too_long"),
    ({"Vermoeden": "misschien"}, "Vermoeden", "cell_yes_no"),
    ({"Bevestigd op": date(2024, 2, 28)}, "Bevestigd op", "row_before_received"),
    ({"Beantwoord op": date(2024, 5, 3)}, "Beantwoord op", "row_after_closed"),
    ({"Besloten op": "8 april 2024", "Beantwoord op": "7 april 2024"}, "Beantwoord op", "row_answered_before"),
    ({"Uitkomst": "Gegrond", "Afgesloten op": None}, "Afgesloten op", "row_decided_not_closed"),
    ({"Nr": "2024-1", "Omschrijving": "Klacht 1 was goed op te lezen."}, None, "row_twice"),
    ({"elsewhere": "verschoven"}, None, "cell_outside"),
)
GOOD_ONES = 5


def old_register() -> bytes:
    """Good rows between the broken ones."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADINGS)
    good = [{"Nr": f"2024-{number}", "Omschrijving": f"Klacht {number} was goed op te lezen."} for number in range(1, 6)]
    broken = [{"Nr": f"2024-{number}", "Omschrijving": f"Klacht {number}"} | row for number, (row, *_) in enumerate(BROKEN, 10)]
    for number, row in enumerate([*good[:3], *broken, *good[3:]], 2):
        said = GOOD | row
        for place, heading in enumerate((*HEADINGS, "", "elsewhere"), 1):
            cell = sheet.cell(number, place, said.get(heading))
            if isinstance(cell.value, str):
                cell.data_type = "s"  # =1+1 as somebody typed it, not what it comes to
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


FIRST_BROKEN = 5  # on which row of the file


def reason(code: str, row: dict[str, Any]) -> str:
    values = {
        "cell_too_long_ago": {"earliest": date(2000, 1, 1)},
        "row_twice": {"row": 2},
        "text_too_long": ({"length": 20_004, "longest": 20_000} if "Omschrijving" in row else {"length": 204, "longest": 200}),
    }
    return translate("nl", f"refused.{code}", **values.get(code, {}))


def test_an_old_register_with_thirty_broken_rows(open_browser: Callable[..., Page], server: Server) -> None:
    expected = [(number, column, reason(code, row)) for number, (row, column, code) in enumerate(BROKEN, FIRST_BROKEN)]
    assert len(expected) == 30
    assert len({why for _, _, why in expected}) >= 20
    before = complaints(server)

    page = hands.signed_in(open_browser(), server, "cora", "/importing")
    page.locator("input[type=file]").set_input_files(
        {"name": "oud register.xlsx", "mimeType": "application/octet-stream", "buffer": old_register()}
    )
    expect(page.get_by_text(f"{len(BROKEN) + GOOD_ONES} rijen, {len(HEADINGS)} kolommen gelezen.")).to_be_visible()
    hands.press(page, "Bekijk elke rij")
    counted(page, "Komt erbij", GOOD_ONES)
    counted(page, "Geweigerd", len(BROKEN))
    assert rows_in_sight(page) == expected[:5]
    assert refused_in(report_per_row(page)) == expected
    assert complaints(server) == before  # a dry run

    hands.press(page, f"Neem over: {GOOD_ONES}")
    hands.told(page, "Klaar.")
    counted(page, "Overgenomen", GOOD_ONES)
    counted(page, "Geweigerd", len(BROKEN))
    lines = report_per_row(page)
    assert refused_in(lines) == expected
    fates = Counter(fate for _, fate, *_ in lines)
    refused, new = (translate("nl", f"old_register.fate_{each}") for each in (Fate.REFUSED, Fate.NEW))
    assert fates == {refused: len(BROKEN), new: GOOD_ONES}
    with server.register() as session:
        came = session.scalars(select(m.Complaint.description).join(m.TakenOver, m.TakenOver.complaint_id == m.Complaint.id))
        assert sorted(map(str, came)) == [f"Klacht {number} was goed op te lezen." for number in range(1, 6)]
    assert complaints(server) == before + GOOD_ONES


def complaints(server: Server) -> int:
    with server.register() as session:
        return session.scalar(select(func.count()).select_from(m.Complaint)) or 0


def counted(page: Page, label: str, number: int) -> None:
    metric = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    expect(metric.get_by_test_id("stMetricValue")).to_have_text(str(number))


def rows_in_sight(page: Page) -> list[tuple[int, str | None, str]]:
    """The first five of the table on the screen, as somebody hears them read aloud."""
    rows = page.get_by_test_id("stDataFrame").locator("canvas table tbody tr")
    expect(rows.nth(4)).to_be_attached()
    said = [row.locator("td").all_text_contents() for row in rows.all()[:5]]
    return [(int(number), column or None, why) for number, column, why in said]


def report_per_row(page: Page) -> list[tuple[Any, ...]]:
    name, content = hands.downloaded(page, page.get_by_role("button", name="Verslag per rij downloaden").click)
    assert name.endswith(".xlsx")
    return list(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(min_row=2, values_only=True))


def refused_in(lines: list[tuple[Any, ...]]) -> list[tuple[int, str | None, str]]:
    return [(number, column or None, why) for number, _, column, why in lines if why]


# The yearly report


def test_the_report_of_a_year_is_downloaded(open_browser: Callable[..., Page], server: Server) -> None:
    with server.register() as session:
        for number in range(6):
            received = date(2025, 2 + number, 3)
            columns = {"received_on": received, "outcome": Outcome.UPHELD, "status": Status.CLOSED}
            row = make_complaint(session, server.cast, **CHILDCARE | columns, answered_on=received + timedelta(days=5))
            if number == 0:
                make_complainant(session, row, "Fatima Haverkamp")
                decided = m.Decision(
                    complaint_id=row.id, outcome=Outcome.UPHELD, reasons="Ja.", decided_by=server.cast["dora"],
                    decided_on=received,
                )  # fmt: skip
                session.add(decided)
                session.flush()
                make_measure(session, row, server.cast["hans"], decision_id=decided.id)
    page = the_maker(open_browser, server)
    text = "Wij bellen ouders één dag na de klacht terug: coördinatie, reünie en €."
    hands.write(page, "Tekst", text)
    hands.press(page, "Opslaan")
    hands.told(page, "Bewaard.")

    hands.tab(page, "Cijfers")
    shown = {
        label: page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True)).inner_text().split("\n")[-1]
        for label in ("Ingediend", "Behandeld", "Ingetrokken", "Niet in behandeling genomen")
    }
    assert shown == {"Ingediend": "6", "Behandeld": "6", "Ingetrokken": "0", "Niet in behandeling genomen": "0"}
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg")).to_have_count(2)
    outcomes = page.get_by_text(re.compile("^Gegrond: ")).first.inner_text()
    hands.tab(page, "Vaststellen en versturen")
    for said in both_files(page):
        assert "Klachtenverslag 2025" in said
        assert "Concept: dit verslag is nog niet vastgesteld." in said
        assert text in said
        assert outcomes in said
        assert "Haverkamp" not in said
        for label, number in shown.items():
            assert f"{label}: {number}" in said
    for said in both_files(page, 1):
        assert "Klachten in 2025, in het kort" in said
        assert "Ingediend: 6" in said
        assert "Locatie Noord" not in said


def the_maker(open_browser: Callable[..., Page], server: Server) -> Page:
    """The browser of whom the lot has fallen on, with the report of 2025 open."""
    for who in ("cora", "dora"):
        page = hands.signed_in(open_browser(), server, who, "/report")
        expect(page.get_by_text("Wordt gemaakt door").first).to_be_visible()
        year = page.get_by_test_id("stVerticalBlock").filter(has=page.get_by_role("heading", name="Over 2025")).last
        if year.get_by_role("button", name="Openen").count():
            year.get_by_role("button", name="Openen").click()
            hands.settled(page)
            expect(page.get_by_role("tab", name="Cijfers")).to_be_visible()
            return page
    raise AssertionError("nobody makes it")
