"""Lists as a file: what is in them, for whom, and what the second sheet says."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import uuid4

import openpyxl
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.evaluations import State
from domain.rights import Right
from domain.vocabulary import Compartment
from services import export_log, list_exports, review_items, reviews, sign_in_log
from services.board import BoardFilter
from services.door import SystemActor
from services.export_log import Listed
from services.list_exports import Retained
from services.measures import MeasureFilter
from services.spreadsheets import LONGEST_CELL, FileType, Sheet, comma_separated, workbook
from tests import evaluating
from tests.cases import MONDAY, Case
from tests.conftest import TODAY, Cast
from tests.fill import make_complaint, make_measure, make_party, make_promise

XLSX, CSV = FileType.XLSX, FileType.CSV
EVERYTHING = BoardFilter(status="all")


def sheets(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def lines(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def words(content: bytes) -> set[str]:
    return {str(cell) for rows in sheets(content).values() for row in rows for cell in row}


# Any workbook


def test_a_text_of_more_lines_has_a_row_that_is_high_enough() -> None:
    """Not every program sees to that by itself; LibreOffice printed it over the next row."""
    rows = (("kort", 1), ("lang " * 40, 2), ("een\ntwee\ndrie", 3), ("heel lang " * 2_000, 4))
    sheet = openpyxl.load_workbook(io.BytesIO(workbook([Sheet("Blad", ("Kop", "Aantal"), rows, (40, 8))]))).worksheets[0]

    assert [sheet.row_dimensions[line].height for line in range(1, 6)] == [None, None, 75, 45, 405]


# Any .csv


def test_a_csv_is_what_a_dutch_spreadsheet_reads() -> None:
    row = ("a;b", 3, -2, 0.125, Decimal("4.5"), date(2026, 11, 21), datetime.fromisoformat("2026-11-21T11:05Z"), None)
    content = comma_separated(Sheet("Blad", tuple("abcdefgh"), (row,)))

    assert lines(content)[1] == ["a;b", "3", "-2", "12,5%", "4,5", "2026-11-21", "2026-11-21 12:05", ""]
    assert content.count(b"\r\n") == 2


@pytest.mark.parametrize(
    "text", ["=1+1", "+31612345678", "-2 sterren", "@SUM(1)", "\t=1", " =1+1", '"=1+1', "'=1", "\uff1d1+1"]
)
def test_a_formula_in_a_csv_is_text(text: str) -> None:
    (_, (found,)) = lines(comma_separated(Sheet("Blad", ("Kop",), ((text,),))))

    assert found.startswith("'")
    assert found.replace("'", "") == text.replace("'", "")


def test_a_csv_has_no_longest_cell_and_no_strange_signs() -> None:
    long = "x" * (LONGEST_CELL + 10)

    found = lines(comma_separated(Sheet("Blad", ("Kop",), ((long,), ("a\x00b\ud800",), ("een\r\ntwee",)))))

    assert [each[0] for each in found[1:]] == [long, "a\ufffdb\ufffd", "een\ntwee"]


# The board


@pytest.fixture
def some(engine: Engine, cast: Cast) -> None:
    """Three at Noord of which one is about Dora, one at Zuid."""
    with Session(engine) as session, session.begin():
        for number in range(3):
            row = make_complaint(session, cast, title=f"=1+{number}", handler_id=cast["hans"], received_on=date(2026, 11, 2))
            make_promise(session, row, target_on=TODAY + timedelta(days=number))
            if number == 2:
                make_party(session, row, cast["dora"])
        make_complaint(session, cast, title="In Zuid", unit_id=cast.units["zuid"], reporter_id=cast["rosa"])


@pytest.mark.usefixtures("some")
def test_the_board_as_a_workbook(cast: Cast) -> None:
    content = list_exports.of_board(cast.actor("cora"), XLSX, BoardFilter(unit_id=cast.units["noord"], text="=1"))

    book = openpyxl.load_workbook(io.BytesIO(content))
    page, about = book.worksheets
    assert (page.title, about.title) == ("Werkvoorraad", "Over deze lijst")
    rows = list(page.iter_rows())
    headings = [each.value for each in rows[0]]
    assert headings[:3] == ["Dossier", "Soort", "Onderwerp"]
    first = dict(zip(headings, rows[1], strict=True))
    assert (first["Onderwerp"].value, first["Onderwerp"].data_type) == ("=1+0", "s")
    assert first["Binnengekomen"].is_date
    assert first["Binnengekomen"].value.date() == date(2026, 11, 2)
    assert [row[headings.index("Dagen te gaan")].value for row in rows[1:]] == [0, 1, 2]
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", f"A1:M{len(rows)}")
    said = {row[0].value: row[1] for row in about.iter_rows(min_row=2)}
    assert said["Gefilterd op"].value == (
        "Status: Alles wat open is; Zoeken: =1; Locatie: Locatie Noord; Volgorde: Eerst wat het eerst moet"
    )
    assert said["Aantal regels"].value == 3
    assert said["Gemaakt op"].is_date
    assert said["Gemaakt op"].value.date() == TODAY
    assert said["Gemaakt door"].value == "Cora Coördinator"
    assert said["Weggelaten"].value == "Niets: elke regel van de lijst staat erin"


@pytest.mark.usefixtures("some")
def test_everybody_gets_their_own_rows_and_no_trace_of_others(cast: Cast) -> None:
    def titles(who: str) -> list[str]:
        return [row[2] for row in lines(list_exports.of_board(cast.actor(who), CSV, EVERYTHING))[1:]]

    assert titles("cora") == ["'=1+0", "'=1+1", "'=1+2", "In Zuid"]
    assert titles("dora") == ["'=1+0", "'=1+1", "In Zuid"]
    assert titles("hans") == ["'=1+0", "'=1+1", "'=1+2"]
    assert titles("rosa") == ["In Zuid"]
    said = sheets(list_exports.of_board(cast.actor("dora"), XLSX, EVERYTHING))["Over deze lijst"]
    other = sheets(list_exports.of_board(cast.actor("cora"), XLSX, EVERYTHING))["Over deze lijst"]
    assert [row[0] for row in said] == [row[0] for row in other]
    assert set(said) ^ set(other) <= {
        ("Aantal regels", 3), ("Aantal regels", 4), ("Gemaakt door", "Dora Directeur"), ("Gemaakt door", "Cora Coördinator"),
        *(row for row in (*said, *other) if row[0] == "Gemaakt op"),
    }  # fmt: skip


def test_an_empty_list_is_headings_and_a_sentence(cast: Cast) -> None:
    rows = sheets(list_exports.of_board(cast.actor("tom"), XLSX, BoardFilter()))

    assert len(rows["Werkvoorraad"]) == 2
    assert rows["Werkvoorraad"][1][0] == "Deze lijst is leeg: er was niets dat erin hoort."
    assert ("Aantal regels", 0) in rows["Over deze lijst"]
    assert len(lines(list_exports.of_board(cast.actor("tom"), CSV, BoardFilter()))) == 2


def test_the_list_is_longer_than_a_page_of_the_screen(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        for _ in range(120):
            make_complaint(session, cast)

    assert len(lines(list_exports.of_board(cast.actor("cora"), CSV, BoardFilter(page=2)))) == 121


def test_what_does_not_exist_is_refused_or_empty(cast: Cast) -> None:
    with pytest.raises(Refused, match="text_too_long"):
        list_exports.of_board(cast.actor("cora"), XLSX, BoardFilter(text="x" * 5000))
    with pytest.raises(Refused, match="unknown_value"):
        list_exports.of_board(cast.actor("cora"), "exe", BoardFilter())  # type: ignore[arg-type]
    with pytest.raises(Refused, match="not_found"):
        list_exports.behind(cast.actor("cora"), XLSX, "geen cijfer")
    said = sheets(list_exports.of_board(cast.actor("cora"), XLSX, BoardFilter(unit_id=10**12, handler_id=-5)))
    assert ("Aantal regels", 0) in said["Over deze lijst"]


# The others


FIGURES = {
    "received": "Ontvangen klachten", "month.11": "november", "channel.phone": "Kanaal: Telefoon", "lead.1": "3 t/m 7 dagen",
    "promise.HOUSE_WEEK.RESPONSE.open": "Reactie naar de klant: loopt nog", "standing.late": "Te laat op 21 november 2026",
    "funnel.external": "Naar een instantie buiten ons", "complainant.-": "Klager: Niet ingevuld", "category.Iets": "Iets",
}  # fmt: skip


@pytest.mark.usefixtures("some")
def test_the_dossiers_behind_a_figure(cast: Cast) -> None:
    for figure, called in FIGURES.items():
        said = dict(sheets(list_exports.behind(cast.actor("cora"), XLSX, figure, 2026))["Over deze lijst"])
        assert str(said["Gefilterd op"]).startswith(f"Cijfer: {called}; Periode: 2026"), figure
    unit = f"unit.{cast.units['noord']}"
    rows = lines(list_exports.behind(cast.actor("mia"), CSV, unit))
    assert sorted(row[1] for row in rows[1:]) == ["'=1+0", "'=1+1", "'=1+2"]


def test_measures_with_their_dates_and_answers(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        row = make_complaint(session, cast, title="De ketel", handler_id=cast["hans"])
        make_measure(session, row, cast["hans"], text="Ontluchten", due_on=TODAY - timedelta(days=1))
        make_measure(session, row, cast["cora"], text="Vervangen", done_on=TODAY, check_on=TODAY)
        hidden = make_complaint(session, cast)
        make_measure(session, hidden, cast["dora"], text="Over Dora")
        make_party(session, hidden, cast["dora"])

    every = MeasureFilter(show="all")
    rows = sheets(list_exports.of_measures(cast.actor("hans"), XLSX, every))["Maatregelen"]
    assert [(row[2], row[3], row[4]) for row in rows[1:]] == [
        ("Ontluchten", "Hans Behandelaar", "Te laat"), ("Vervangen", "Cora Coördinator", "Heeft het geholpen?"),
    ]  # fmt: skip
    assert f"{rows[2][6]:%Y-%m-%d}" == TODAY.isoformat()
    said = dict(sheets(list_exports.of_measures(cast.actor("cora"), XLSX, MeasureFilter(mine=True)))["Over deze lijst"])
    assert said["Gefilterd op"] == "Toon: Nog te doen; Van wie: Van mij"
    assert "Over Dora" in words(list_exports.of_measures(cast.actor("cora"), XLSX, every))
    assert "Over Dora" not in words(list_exports.of_measures(cast.actor("dora"), XLSX, every))


def test_what_is_kept_and_what_went(cast: Cast) -> None:
    for which in Retained:
        found = sheets(list_exports.of_retention(cast.actor("cora"), XLSX, which))
        assert ("Aantal regels", 0) in found["Over deze lijst"]


def test_accounts_and_sign_ins_are_for_the_administrator(cast: Cast) -> None:
    rows = sheets(list_exports.of_accounts(cast.actor("adam"), XLSX))
    assert len(rows["Accounts"]) == len(cast.ids) + 1
    assert "tom@voorbeeld.invalid" in {row[2] for row in rows["Accounts"]}
    assert ("Wat telt mee", "Alle accounts. Van dossiers staat hier niets.") in rows["Over deze lijst"]
    assert lines(list_exports.of_sign_ins(cast.actor("adam"), CSV))[0] == [
        "Wie", "Wat", "Waarom", "Door iemand anders", "Wanneer",
    ]  # fmt: skip


def test_a_reviewer_takes_her_appeals_and_a_keeper_her_list(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        make_complaint(session, cast, compartment=Compartment.UNWANTED_BEHAVIOUR, category="Pesten")
    case = Case.registered("training", cast).in_appeal()

    assert lines(list_exports.of_appeals(cast.actor("vera"), CSV))[1][0] == case.reference
    assert [row[2] for row in lines(list_exports.of_restricted(cast.actor("vera"), CSV))[1:]] == ["Pesten"]
    assert len(lines(list_exports.of_restricted(cast.actor("wim"), CSV))) == 2
    assert "Pesten" not in words(list_exports.of_board(cast.actor("cora"), XLSX, EVERYTHING))
    opened = list_exports.of_readings(cast.actor("cora"), case.reference, CSV)
    assert lines(opened)[0] == ["Wie", "Wat", "Wanneer"]
    with pytest.raises(Refused, match="not_found"):
        list_exports.of_readings(cast.actor("cora"), "K26-XXXXX", CSV)


def test_forms_that_wait_and_forms_that_are_no_complaint(engine: Engine, cast: Cast) -> None:
    evaluating.bring(cast, evaluating.source(cast))
    first, second = evaluating.waiting(cast)
    evaluating.dismiss(cast, first.id, "Een wens.")
    take = partial(list_exports.of_evaluations, cast.actor("cora"), CSV)

    (_, waits), (_, no_complaint) = lines(take(State.CANDIDATE)), lines(take(State.DISMISSED))
    assert waits[:2] == ["Enquête", second.form]
    assert (waits[6], waits[11]) == (str(second.score), "De score is 2 of lager")
    assert (no_complaint[1], no_complaint[12], no_complaint[14]) == (first.form, "Cora Coördinator", "Een wens.")
    said = dict(sheets(list_exports.of_evaluations(cast.actor("cora"), XLSX, State.DISMISSED))["Over deze lijst"])
    assert said["Gefilterd op"] == "Geen klacht"
    with Session(engine) as session, session.begin():
        session.add(m.EvaluationAbout(evaluation_id=second.id, account_id=cast["cora"]))
    assert "is leeg" in lines(take(State.CANDIDATE))[1][0]
    assert lines(list_exports.of_evaluations(cast.actor("dora"), CSV, State.CANDIDATE))[1][1] == second.form


NOT_FOR: list[tuple[Callable[..., bytes], tuple[object, ...], tuple[str, ...]]] = [
    (list_exports.of_board, (XLSX, BoardFilter()), ("suze", "adam")),
    (list_exports.of_measures, (XLSX, MeasureFilter()), ("suze", "adam")),
    (list_exports.behind, (XLSX, "received"), ("tom", "vera", "wim", "adam")),
    (list_exports.of_review, (XLSX, 1), ("tom", "hans", "mia", "vera", "adam")),
    (list_exports.of_retention, (XLSX, Retained.DUE), ("tom", "hans", "mia", "adam")),
    (list_exports.of_readings, ("K26-00000", XLSX), ("tom", "hans", "mia", "vera", "adam")),
    (list_exports.of_evaluations, (XLSX, State.CANDIDATE), ("tom", "hans", "mia", "vera", "adam")),
    (list_exports.of_accounts, (XLSX,), ("tom", "cora", "dora", "vera")),
    (list_exports.of_sign_ins, (XLSX,), ("tom", "cora", "dora", "vera")),
]


@pytest.mark.parametrize(("service", "given", "people"), NOT_FOR, ids=lambda each: getattr(each, "__name__", ""))
def test_who_has_no_such_screen_has_no_such_file(
    cast: Cast, service: Callable[..., bytes], given: tuple[object, ...], people: tuple[str, ...]
) -> None:
    for who in people:
        with pytest.raises(Refused, match="not_allowed"):
            service(cast.actor(who), *given)
    assert export_log.everybody(cast.actor("adam")) == ()


# That it was made


def test_what_was_taken_is_kept_without_what_stood_in_it(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        make_complaint(session, cast, title="Heel geheim")
    take = partial(list_exports.of_board, cast.actor("cora"))
    take(XLSX, BoardFilter(text="geheim"))
    list_exports.of_restricted(cast.actor("vera"), CSV)

    (mine,) = export_log.own(cast.actor("cora"))
    assert (mine.what, mine.file_type, mine.rows) == (Listed.BOARD, XLSX, 1)
    assert export_log.own(cast.actor("tom")) == ()
    everybody = export_log.everybody(cast.actor("adam"))
    assert [(each.who, each.what, each.rows) for each in everybody] == [
        ("Vera Vertrouwens", Listed.RESTRICTED, None), ("Cora Coördinator", Listed.BOARD, None),
    ]  # fmt: skip
    with Session(engine) as session:
        assert "geheim" not in repr([vars(each) for each in session.scalars(select(m.ExportNote))])


def test_it_is_forgotten_with_the_log_of_sign_ins(engine: Engine, cast: Cast) -> None:
    list_exports.of_accounts(cast.actor("adam"), CSV)
    with Session(engine) as session, session.begin():
        row = session.scalars(select(m.ExportNote)).one()
        old = dict(account_id=row.account_id, what=row.what, file_type="csv", rows=1, at=row.at - timedelta(days=3000))
        session.add(m.ExportNote(**old))

    sign_in_log.sweep(SystemActor("nightly", frozenset({Right.OPERATE})))

    assert len(export_log.everybody(cast.actor("adam"))) == 1


def test_a_review_with_its_answers(cast: Cast) -> None:
    case = Case.registered("training", cast)
    number = reviews.begin(cast.actor("cora"), str(uuid4()), MONDAY - timedelta(days=300), TODAY, [cast["piet"]])
    said = {"action": "=Een slot", "why": "Vaker", "owner_id": cast["tom"], "due_on": TODAY, "note": ""}
    review_items.answer(cast.actor("cora"), case.reference, number, 1, extra_action=True, **said)

    rows = sheets(list_exports.of_review(cast.actor("piet"), XLSX, number))
    (found,) = [row for row in rows["Jaarlijkse toetsing"] if row[0] == case.reference]
    assert (found[7], found[8], found[10]) == ("ja", "=Een slot", "Tom Trainer")
    assert f"{found[11]:%Y-%m-%d}" == TODAY.isoformat()
    assert "Klachten ontvangen van" in str(dict(rows["Over deze lijst"])["Gefilterd op"])
    with pytest.raises(Refused, match="review_unknown"):
        list_exports.of_review(cast.actor("piet"), XLSX, 999)
