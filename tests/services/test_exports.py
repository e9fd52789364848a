"""The workbook as a spreadsheet program reads it again."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from openpyxl import Workbook
from sqlalchemy import Engine

from db import models as m
from domain.errors import Refused
from domain.vocabulary import Channel, Outcome
from services import confirmed, exports, overview, spreadsheets
from services.overview import Cut
from services.spreadsheets import LONGEST_CELL, Sheet, workbook
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.fill import make_complaint, make_party, make_promise
from tests.services.test_board import filled

ODD = [
    "=1+1",
    "=HYPERLINK(\"http://kwaad.invalid\",\"klik\")",
    "+31612345678",
    "-2 sterren",
    "@SUM(A1)",
    "http://voorbeeld.invalid",
    "mailto:iemand@voorbeeld.invalid",
    "007",
    "1e5",
    "{=A1}",
    "_x0041_",
    "<b>vet</b> & \"aanhaling\"",
    "regel een\nregel twee",
    "crèche \N{THUMBS UP SIGN} \u202eomgekeerd",
]  # fmt: skip


def reopened(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def cells(content: bytes, sheet: str) -> list[tuple[object, ...]]:
    return list(reopened(content)[sheet].iter_rows(values_only=True))


# Any workbook


@pytest.mark.parametrize("text", ODD)
def test_text_stays_text(text: str) -> None:
    book = reopened(workbook([Sheet("Blad", ("Kop",), ((text,),))]))

    cell = book["Blad"]["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


@pytest.mark.parametrize("text", ["a\x00b", "a\x0bb", "a\x1bb", "a\ufffeb", "a\ud800b"])
def test_a_sign_that_a_sheet_cannot_hold_is_replaced_visibly(text: str) -> None:
    content = workbook([Sheet("Blad", ("Kop",), ((text,),))])

    assert cells(content, "Blad")[1] == ("a\N{REPLACEMENT CHARACTER}b",)


@pytest.mark.parametrize("text", ["x" * 40_000, "\N{THUMBS UP SIGN}" * 20_000])
def test_a_text_that_is_too_long_says_how_much_is_missing(text: str) -> None:
    (value,) = cells(workbook([Sheet("Blad", ("Kop",), ((text,),))]), "Blad")[1]

    assert isinstance(value, str)
    kept, rest = value.split(" [… +")
    assert text.startswith(kept)
    assert len(kept) + int(rest.removesuffix("]")) == len(text)
    assert len(value.encode("utf-16-le")) // 2 <= LONGEST_CELL


def test_a_text_that_just_fits_is_whole() -> None:
    text = "x" * LONGEST_CELL

    assert cells(workbook([Sheet("Blad", ("Kop",), ((text,),))]), "Blad")[1] == (text,)


def test_numbers_dates_and_shares_keep_their_type() -> None:
    content = workbook([Sheet("Blad", ("a", "b", "c", "d"), ((3, 0.25, date(2026, 11, 21), None),))])

    row = reopened(content)["Blad"][2]
    assert [row[0].value, row[1].value, row[2].value.date(), row[3].value] == [3, 0.25, TODAY, None]
    assert row[1].number_format == "0%"
    assert row[2].is_date


def test_sheet_names_are_always_allowed_and_never_the_same() -> None:
    names = ["Een/twee: [drie]?", "een twee   drie", "x" * 40, "x" * 40, "", "'"]

    book = reopened(workbook([Sheet(name, ("Kop",), ()) for name in names]))

    assert len(book.sheetnames) == len(names)
    assert len({name.casefold() for name in book.sheetnames}) == len(names)


def test_every_file_has_a_name_that_cannot_be_guessed() -> None:
    assert spreadsheets.file_name("weerklank", 2026) != spreadsheets.file_name("weerklank", 2026)
    assert len(spreadsheets.file_name("weerklank", 2026)) == len("weerklank-2026-.xlsx") + 16


# The overview


@pytest.fixture
def some_year(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        unit = session.get_one(m.OrgUnit, cast.units["zuid"])
        unit.name = "=2+3"
        for number in range(3):
            complaint = make_complaint(
                session, cast, received_on=date(2026, 3, 2), channel=Channel.EMAIL, outcome=Outcome.PARTLY,
                unit_id=unit.id, category="+cmd|' /C calc'!A0", answered_on=date(2026, 3, 4 + number),
            )  # fmt: skip
            make_promise(session, complaint, met_on=date(2026, 3, 4 + number))
        make_complaint(session, cast, received_on=date(2025, 5, 5))


@pytest.mark.usefixtures("some_year")
def test_the_workbook_holds_every_figure_of_the_page(cast: Cast) -> None:
    shown = overview.year(cast.actor("cora"))
    book = reopened(exports.year(cast.actor("cora")).content)

    assert book.sheetnames == [
        "Over dit bestand", "Cijfers", "Beloften", "Per maand", "Hoe het binnenkwam", "Soort onderwerp", "Waar het over ging",
        "Per locatie", "Uitkomst", "Hoe lang het duurde", "Van eerste lijn naar buiten", "Wie er klaagde",
        "Naar welke instantie", "Wat een instantie zei", "Categorie en locatie", "Wat opvalt",
        "Tevredenheid van klagers", "Jaarlijkse toetsing",
    ]  # fmt: skip
    figures = {row[0]: row[1:3] for row in book["Cijfers"].iter_rows(values_only=True)}
    assert figures["Ontvangen klachten"] == (3, 1)
    assert figures["Doorlooptijd, mediaan (dagen)"] == (shown.now.lead_median, "n.v.t.")
    assert figures["Alle beloften binnen de termijn"] == (1, "n.v.t.")
    assert figures["Open op 21 november 2026"][0] == shown.standing.open
    promises = list(book["Beloften"].iter_rows(values_only=True))
    assert promises[0] == (
        "Belofte", "Jaar", "Op tijd", "Op tijd uitgesteld", "Te laat uitgesteld", "Niet gehaald", "Loopt nog",
        "Binnen de termijn",
    )  # fmt: skip
    assert promises[1] == ("Reactie naar de klant", 2026, 3, 0, 0, 0, 0, 1)
    assert promises[-1] == ("Alle beloften samen", 2025, 0, 0, 0, 0, 0, "n.v.t.")
    assert list(book["Per maand"].iter_rows(values_only=True))[3] == ("maart", 3, 0, 1)
    assert list(book["Hoe het binnenkwam"].iter_rows(values_only=True)) == [
        ("Kanaal", "2026", "2025"), ("E-mail", 3, 0), ("Telefoon", 0, 1),
    ]  # fmt: skip
    assert list(book["Uitkomst"].iter_rows(values_only=True))[1] == ("Deels gegrond", 3, 0)


@pytest.mark.usefixtures("some_year")
def test_the_workbook_is_narrowed_as_the_page_is(cast: Cast) -> None:
    march = Cut(first=date(2026, 3, 1), last=date(2026, 3, 31), unit_id=cast.units["zuid"], category="Iets anders")

    book = reopened(exports.year(cast.actor("cora"), None, march).content)

    about = dict(list(book["Over dit bestand"].iter_rows(values_only=True))[1:])
    assert about["Gefilterd op"] == "=2+3; Iets anders"
    assert "maart 2026" in about["Periode"]
    assert dict(row[:2] for row in book["Cijfers"].iter_rows(values_only=True))["Ontvangen klachten"] == 0


@pytest.mark.usefixtures("some_year")
def test_names_from_the_register_are_no_formulas(cast: Cast) -> None:
    book = reopened(exports.year(cast.actor("cora")).content)

    assert (book["Per locatie"]["A2"].value, book["Per locatie"]["A2"].data_type) == ("=2+3", "s")
    assert book["Waar het over ging"]["A2"].data_type == "s"


def test_the_first_sheet_says_what_was_counted_for_whom_and_when(cast: Cast) -> None:
    rows = dict(cells(exports.year(cast.actor("cora"), 2026).content, "Over dit bestand")[1:])  # type: ignore[arg-type]

    assert rows["Inhoud"] == "Jaaroverzicht 2026"
    assert isinstance(rows["Stand op"], datetime)
    assert rows["Stand op"].date() == TODAY
    assert rows["Gemaakt door"] == "Cora Coördinator"
    assert "2026" in str(rows["Gemaakt op"])
    assert "Besloten dossiers" in str(rows["Wat telt mee"])


@pytest.mark.parametrize("who", ["tom", "hans", "mia", "piet", "vera", "wim", "adam"])
def test_only_who_may_see_everything_takes_it_away(cast: Cast, who: str) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        exports.year(cast.actor(who))


def test_a_complaint_about_the_reader_is_not_in_the_workbook(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        about = make_complaint(session, cast, category="Alleen hier", received_on=TODAY - timedelta(days=400))
        make_promise(session, about)
        make_party(session, about, cast["dora"])

    mine = reopened(exports.year(cast.actor("dora")).content)

    words = {str(cell) for sheet in mine for row in sheet.iter_rows(values_only=True) for cell in row}
    assert "Alleen hier" not in words
    assert mine["Beloften"].max_row == 3


def test_the_satisfaction_stands_in_it_as_numbers(cast: Cast) -> None:
    Case.registered("training", cast).closed().ask().say(4, 2)
    Case.registered("training", cast).closed().ask().say(5, None)
    Case.registered("training", cast).closed().ask()
    confirmed.confirm(cast.actor("tom"), confirmed.mine(cast.actor("tom")).version_id)

    page = reopened(exports.year(cast.actor("cora")).content)["Tevredenheid van klagers"]

    figures = {row[0].value: row[1:] for row in page.iter_rows()}
    means = figures["Over de behandeling, gemiddeld (1 tot 5)"]
    assert [(each.value, each.number_format) for each in means] == [(4.5, "0.0"), ("n.v.t.", "General")]
    assert figures["Over de uitkomst, gemiddeld (1 tot 5)"][0].value == 2
    assert [each.value for each in figures["Gevraagd hoe het ging"]] == [3, 0]
    share = figures["Deel dat antwoord gaf"]
    assert [(each.value, each.number_format) for each in share] == [(pytest.approx(2 / 3), "0%"), ("n.v.t.", "General")]
    known = figures["Procedure bevestigd door wie een account heeft, op 21 november 2026"]
    assert (known[0].value, known[1].value) == (pytest.approx(1 / 13), None)
