"""The whole main job in Chromium: from a remark on the telephone to the ruling in appeal and the figures of the year."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import docx
import openpyxl
import pypdf
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from db import models as m
from domain.vocabulary import EventKind, LetterType, Outcome, Ruling, Status
from tests.browser import hands
from tests.browser.conftest import sign_in
from tests.fill import make_complaint, make_party
from tests.serving import Server

pytestmark = pytest.mark.browser

STORY = "De zaal was koud en niemand was bereikbaar."
REASONS = "De verwarming was die ochtend niet aangezet; dat had de trainer moeten controleren."


def test_from_the_telephone_to_the_figures_of_the_year(open_browser: Callable[..., Page], server: Server) -> None:
    reference = tom_registers(open_browser())
    dora = hands.signed_in(open_browser(), server, "dora", "/board")
    dora_steers(dora, reference)
    hans = hands.signed_in(open_browser(), server, "hans", f"/complaint?ref={reference}")
    hans_handles(hans, reference)
    vera = hands.signed_in(open_browser(), server, "vera", "/appeals")
    vera_rules(vera, reference)
    everything_stands_in_the_register(server, reference)
    dora_counts(dora, server)


def tom_registers(page: Page) -> str:
    """In a hurry: with a double click."""
    sign_in(page, "tom", "/intake")
    hands.phone_remark(page, story=STORY)
    page.get_by_role("button", name="Registreren").dblclick()
    return hands.reference_on_receipt(page)


def dora_steers(page: Page, reference: str) -> None:
    """She opens it from her board, talks to the partners, acknowledges with a promise and finds a handler."""
    hands.write(page, "Zoeken", reference)
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 dossier.", exact=False)).to_be_visible()
    hands.settled(page)
    page.get_by_role("button", name=reference, exact=True).click()
    expect(page.get_by_role("heading", name=reference)).to_be_visible()
    expect(page.get_by_text(STORY).first).to_be_visible()

    hands.open_step(page, "Leg de bespreking vast")
    hands.choose_some(page, "Met wie is het besproken?", "Piet Partner", "Petra Partner")
    hands.choose(page, "Wie bevestigt de ontvangst?", "Dora Directeur")
    hands.write(page, "Wat is afgesproken?", "Dora belt en bevestigt vandaag nog.")
    hands.press(page, "Opslaan")
    hands.told(page, "De bespreking staat in het dossier.")

    hands.open_step(page, "Bevestig de ontvangst")
    page.get_by_text("Beloof een reactie, met een datum").click()
    hands.settled(page)
    expect(page.get_by_label("Tekst van de brief", exact=True)).to_contain_text("Karin Jansen")
    hands.send(page)
    hands.told(page, "De ontvangst is bevestigd.")

    hands.open_step(page, "Wijs een behandelaar aan")
    hands.choose(page, "Wie behandelt de klacht?", "Hans Behandelaar")
    hands.press(page, "Opslaan")
    hands.told(page, "De behandelaar is aangewezen.")


def hans_handles(page: Page, reference: str) -> None:
    """He needs more time and says so, decides with a measure, and sends the letter."""
    hands.open_step(page, "Stel het antwoord uit")
    hands.pick_day(page, "Nieuwe datum", date(2026, 12, 4))
    hands.write(page, "Reden van het uitstel", "De beheerder van de zaal is tot maandag met verlof.")
    hands.send(page)
    hands.told(page, "Het uitstel is vastgelegd.")

    hands.open_step(page, "Neem een besluit")
    hands.choose(page, "Wat is het oordeel?", "Gegrond")
    hands.write(page, "Waarom is dit het oordeel?", REASONS)
    hands.write(page, "Maatregel", "De zaal wordt een uur van tevoren verwarmd.")
    hands.choose(page, "Wie doet het?", "Tom Trainer")
    hands.pick_day(page, "Uiterlijk op", date(2026, 12, 1))
    hands.press(page, "Opslaan")
    hands.told(page, "Het besluit is genomen.")

    hands.open_step(page, "Stuur het besluit")
    hands.send(page)
    hands.told(page, "Het besluit is verstuurd.")
    the_letter_opens_elsewhere(page, reference)


def the_letter_opens_elsewhere(page: Page, reference: str) -> None:
    hands.tab(page, "Berichten")
    hands.unfold(page, "Besluitbrief, e-mail")
    for label, name, read in (("Download als pdf", ".pdf", text_of_pdf), ("Download als Word-bestand", ".docx", text_of_docx)):
        button = page.get_by_role("button", name=label).locator("visible=true")
        file_name, content = hands.downloaded(page, button.click)
        assert file_name.endswith(name)
        text = " ".join(read(content).split())
        assert reference in text
        assert "Karin Jansen" in text
        assert REASONS in text


def text_of_pdf(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def text_of_docx(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    heads = [each.text for section in document.sections for each in (*section.header.paragraphs, *section.footer.paragraphs)]
    return "\n".join([*heads, *cells, *(paragraph.text for paragraph in document.paragraphs)])


def vera_rules(page: Page, reference: str) -> None:
    """The client telephones; she registers, acknowledges, rules, and tells both sides."""
    hands.open_step(page, "Registreer een beroep")
    hands.write(page, "Kenmerk op de brief, bijvoorbeeld K26-7F3Q9", reference)
    hands.write(page, "Achternaam van de klager", "jansen")
    hands.write(page, "Waarom is de klager het niet eens met het besluit?", "Een uur verwarmen is te kort voor die zaal.")
    hands.press(page, "Registreer dit beroep")
    hands.told(page, f"Beroep {reference} is geregistreerd.")

    hands.open_step(page, "Bevestig het beroep")
    hands.send(page)
    hands.told(page, "De bevestiging is vastgelegd.")

    hands.open_step(page, "Leg de uitspraak vast")
    hands.choose(page, "Wat is uw uitspraak?", "Besluit herzien")
    hands.write(page, "Waarom?", "De beheerder bevestigt dat de zaal drie uur nodig heeft.")
    hands.write(page, "Wat moet er gebeuren?", "De zaal wordt drie uur van tevoren verwarmd.")
    hands.pick_day(page, "Uiterlijk op", date(2026, 12, 7))
    hands.choose(page, "Is de uitspraak bindend?", "Bindend")
    hands.press(page, "Opslaan")
    hands.told(page, "De uitspraak is vastgelegd.")

    for step, done in (
        ("Stuur de uitspraak aan de klager", "Vastgelegd. Stuur de uitspraak nu aan de organisatie."),
        ("Stuur de uitspraak aan de organisatie", "Beide kanten hebben de uitspraak."),
    ):
        hands.open_step(page, step)
        hands.send(page)
        hands.told(page, done)


def dora_counts(page: Page, server: Server) -> None:
    with server.register() as session:
        complaints, appeals = (session.scalar(select(func.count()).select_from(each)) for each in (m.Complaint, m.Appeal))
    page.get_by_role("link", name="Jaaroverzicht").click()
    expect(page.get_by_role("heading", name="Jaaroverzicht 2026")).to_be_visible()
    metric = page.get_by_test_id("stMetric").filter(has_text="Klachten")
    expect(metric.get_by_test_id("stMetricValue")).to_have_text(str(complaints))
    name, content = hands.downloaded(page, page.get_by_role("button", name="Download als Excel").click)
    assert name.endswith(".xlsx")
    figures = rows_of(content)
    assert figures["Ontvangen klachten"] == complaints
    assert figures["In beroep gegaan"] == appeals


def rows_of(content: bytes) -> dict[object, object]:
    """The first two columns of every sheet."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {row[0]: row[1] for sheet in book for row in sheet.iter_rows(max_col=2, values_only=True) if len(row) > 1}


def everything_stands_in_the_register(server: Server, reference: str) -> None:
    with server.register() as session:
        told = select(m.Complaint).where(m.Complaint.description == STORY, m.Complaint.reporter_id == server.cast["tom"])
        (complaint,) = session.scalars(told)  # the double click made one
        assert complaint.reference == reference
        assert complaint.status == Status.RULED
        assert complaint.handler_id == server.cast["hans"]
        assert complaint.description == STORY
        (decision,) = session.scalars(select(m.Decision).where(m.Decision.complaint_id == complaint.id))
        assert (decision.outcome, decision.reasons) == (Outcome.UPHELD, REASONS)
        measures = select(m.Measure).where(m.Measure.complaint_id == complaint.id).order_by(m.Measure.id)
        decided, ruled = session.scalars(measures)
        assert (decided.owner_id, decided.due_on) == (server.cast["tom"], date(2026, 12, 1))
        assert (ruled.owner_id, ruled.due_on) == (server.cast["dora"], date(2026, 12, 7))
        (appeal,) = session.scalars(select(m.Appeal).where(m.Appeal.complaint_id == complaint.id))
        assert (appeal.ruling, appeal.binding, appeal.reviewer_id) == (Ruling.REVISED, True, server.cast["vera"])
        letters = session.scalars(
            select(m.Message.letter_type).where(m.Message.complaint_id == complaint.id).order_by(m.Message.id)
        ).all()
        assert letters == [
            LetterType.ACK_PROMISE,
            LetterType.EXTENSION,
            LetterType.DECISION,
            LetterType.APPEAL_RECEIVED,
            LetterType.APPEAL_RULING,
            LetterType.APPEAL_RULING_NOTICE,
        ]
        happened = session.scalars(select(m.Event.kind).where(m.Event.complaint_id == complaint.id)).all()
        for kind in (EventKind.CONSULTED, EventKind.ACKNOWLEDGED, EventKind.ASSIGNED, EventKind.EXTENDED, EventKind.DECIDED):
            assert happened.count(kind) == 1, kind


def test_whoever_saves_second_reads_so_and_keeps_the_text(open_browser: Callable[..., Page], server: Server) -> None:
    with server.register() as session:
        reference = make_complaint(session, server.cast).reference
    dora, cora = (hands.signed_in(open_browser(), server, who, f"/complaint?ref={reference}") for who in ("dora", "cora"))
    for page in (dora, cora):
        hands.open_step(page, "Leg de bespreking vast")
        hands.choose_some(page, "Met wie is het besproken?", "Piet Partner")
        hands.choose(page, "Wie bevestigt de ontvangst?", "Cora Coördinator")
    hands.write(dora, "Wat is afgesproken?", "Dora zocht de offerte op.")
    hands.write(cora, "Wat is afgesproken?", "Cora belt morgen.")

    hands.press(cora, "Opslaan")
    hands.told(cora, "De bespreking staat in het dossier.")
    hands.press(dora, "Opslaan")

    expect(dora.get_by_text("Iemand anders heeft dit intussen gewijzigd.")).to_be_visible()
    expect(dora.get_by_label("Wat is afgesproken?", exact=True)).to_have_value("Dora zocht de offerte op.")
    assert consultations(server, reference) == ["Cora belt morgen."]
    expect(dora.get_by_text("Intussen heeft Cora Coördinator dit gewijzigd", exact=False)).to_be_visible()

    hands.press(dora, "Ik heb het gezien, ga verder")
    expect(dora.get_by_text("Intussen heeft")).to_have_count(0)
    expect(dora.get_by_label("Wat is afgesproken?", exact=True)).to_have_value("Dora zocht de offerte op.")
    hands.press(dora, "Opslaan")
    hands.told(dora, "De bespreking staat in het dossier.")
    assert consultations(server, reference) == ["Cora belt morgen.", "Dora zocht de offerte op."]


def consultations(server: Server, reference: str) -> list[str]:
    with server.register() as session:
        written = select(m.EventText.text).join(m.Event, m.Event.id == m.EventText.event_id)
        written = written.join(m.Complaint, m.Complaint.id == m.Event.complaint_id)
        ours = written.where(m.Complaint.reference == reference, m.Event.kind == EventKind.CONSULTED)
        return list(session.scalars(ours.order_by(m.Event.seq)))


def test_what_does_not_exist_and_what_is_not_yours_look_the_same(open_browser: Callable[..., Page], server: Server) -> None:
    with server.register() as session:
        complaint = make_complaint(session, server.cast, handler_id=server.cast["hilde"], unit_id=server.cast.units["zuid"])
        make_party(session, complaint, server.cast["dora"])
        reference, title = complaint.reference, complaint.title
    page = open_browser()
    screens = []
    for asked in (reference, "K26-0000F", reference.lower()):
        hands.signed_in(page, server, "dora", f"/complaint?ref={asked}")
        expect(page.get_by_text("Dit dossier bestaat niet, of u heeft er geen toegang toe.")).to_be_visible()
        screens.append(page.locator("body").inner_text())

    assert screens[0] == screens[1] == screens[2]
    assert title not in screens[0]
    hands.signed_in(page, server, "hilde", f"/complaint?ref={reference}")  # it does exist
    expect(page.get_by_text(title)).to_be_visible()
