"""The overview for outside the team: whoever has the file, and tries everything that fits it, learns no small number."""

from __future__ import annotations

import io
from datetime import date
from itertools import product
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.suppression import TOTAL, Suppressed
from domain.vocabulary import Channel, Outcome
from services import export_log, exports, outside_export
from services.export_log import Listed
from services.overview import Cut
from tests.conftest import Cast
from tests.domain.test_suppression import Attacker
from tests.fill import make_complaint, make_party, make_promise

Rows = list[tuple[Any, ...]]
# How many of each category at each location, this year; with totals that betray a small one where only that is left out.
HERE = {("Beleid", "noord"): 9, ("Beleid", "zuid"): 2, ("Zaal", "noord"): 7, ("Zaal", "zuid"): 6}
CHANNELS = {Channel.PHONE: 3, Channel.EMAIL: 21}


def opened(cast: Cast, who: str = "cora", cut: Cut = Cut()) -> dict[str, Rows]:  # noqa: B008 - frozen
    book = openpyxl.load_workbook(io.BytesIO(outside_export.overview(cast.actor(who), 2026, cut)))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


@pytest.fixture
def a_year(engine: Engine, cast: Cast) -> None:
    channels = [each for each, number in CHANNELS.items() for _ in range(number)]
    with Session(engine) as session, session.begin():
        for (category, unit), number in HERE.items():
            for place in range(number):
                row = make_complaint(
                    session, cast, category=category, unit_id=cast.units[unit], channel=channels.pop(), title="Heel geheim",
                    received_on=date(2026, 1 + place % 3, 5), outcome=Outcome.UPHELD if place else None,
                    answered_on=date(2026, 4, 1) if place else None,
                )  # fmt: skip
                make_promise(session, row, met_on=date(2026, 3, 2) if place % 2 else None)
        make_complaint(session, cast, category="Beleid", received_on=date(2025, 5, 5))


def read(said: object) -> int | Suppressed:
    return said if isinstance(said, int) else Suppressed(str(said))


def lists(found: dict[str, Rows]) -> dict[tuple[str, str], dict[tuple[Any, Any], int | Suppressed]]:
    """Each list of the file, for each of both years, as the attacker takes it."""
    made = {}
    for name, rows in found.items():
        if rows[-1][0] == "Totaal" and rows[0][1:3] == ("2026", "2025"):
            for place, year in ((1, "2026"), (2, "2025")):
                cells = [read(row[place]) for row in rows[1:]]
                table: dict[tuple[Any, Any], int | Suppressed] = {}
                for number, said in enumerate(cells[:-1]):
                    table[number, 0] = table[number, TOTAL] = said
                table[TOTAL, 0] = table[TOTAL, TOTAL] = cells[-1]
                made[name, year] = table
    return made


@pytest.mark.usefixtures("a_year")
def test_no_small_number_stands_in_it_or_can_be_computed(cast: Cast) -> None:
    found = opened(cast)

    assert len(lists(found)) == 16
    for (name, year), table in lists(found).items():
        assert not [said for said in table.values() if isinstance(said, int) and 1 <= said <= 4], name
        hidden = {row: said for (row, column), said in table.items() if column == 0 and isinstance(said, Suppressed)}
        known = {key: said for key, said in table.items() if key[0] in hidden or key[0] is TOTAL}
        rest = sum(said for (row, column), said in table.items() if column == 0 and row is not TOTAL and isinstance(said, int))
        if not hidden:
            assert rest == table[TOTAL, TOTAL]
        elif isinstance(table[TOTAL, TOTAL], int):
            known[TOTAL, 0] = known[TOTAL, TOTAL] = int(table[TOTAL, TOTAL]) - rest
            pairs = _two_that_fit(hidden, int(table[TOTAL, TOTAL]) - rest)
            assert all(len(values) > 1 for values in pairs.values()), (name, year)
        else:
            assert set(table.values()) <= {Suppressed.SMALL, Suppressed.HIDDEN}


def _two_that_fit(hidden: dict[Any, Suppressed], total: int) -> dict[Any, set[int]]:
    found: dict[Any, set[int]] = {row: set() for row in hidden}
    options = [range(1, 5) if said is Suppressed.SMALL else range(total + 1) for said in hidden.values()]
    for values in product(*options):
        if sum(values) == total:
            for row, value in zip(hidden, values, strict=True):
                found[row].add(value)
    return found


@pytest.mark.usefixtures("a_year")
def test_categories_and_locations_leave_out_the_same_as_the_table_of_both(cast: Cast) -> None:
    found = opened(cast)

    rows = found["Categorie en locatie"]
    places = rows[0][1:-1]
    assert {"Locatie Noord", "Locatie Zuid", "Wijkhuis Oost", "Niet ingevuld"} == set(places)
    both = {(row[0], place): read(said) for row in rows[1:] for place, said in zip((*places, TOTAL), row[1:], strict=True)}
    both = {(TOTAL if row == "Totaal" else row, place): said for (row, place), said in both.items()}
    assert both["Beleid", "Locatie Zuid"] is Suppressed.SMALL
    assert both[TOTAL, TOTAL] == 24
    for name, key in (("Waar het over ging", lambda row: (row, TOTAL)), ("Per locatie", lambda row: (TOTAL, row))):
        for row in found[name][1:-1]:
            assert read(row[1]) == both[key(row[0])], row
    kept = {key: said for key, said in both.items() if key[0] in ("Beleid", "Zaal", TOTAL) and key[1] in (*places[:3], TOTAL)}
    small = {key: said for key, said in kept.items() if "Oost" not in str(key[1]) and key[1] != "Niet ingevuld"}
    values = Attacker(small, 24).values()
    assert all(len(each) > 1 for each in values.values()), values


@pytest.mark.usefixtures("a_year")
def test_it_holds_totals_and_no_dossier(cast: Cast) -> None:
    found = opened(cast)

    words = {str(cell) for rows in found.values() for row in rows for cell in row}
    assert "Heel geheim" not in words
    assert not [each for each in words if each.startswith("K26-")]
    about = dict(row[:2] for row in found["Over dit bestand"])
    assert "<5 betekent: minder dan 5, en niet nul" in about["Weggelaten"]
    assert "uit het verschil" in about["Let op"]
    assert "Tevredenheid van klagers" not in found
    for name in ("Hoe het binnenkwam", "Uitkomst"):
        assert len(found[name]) > 5, "every value there is has its line: none tells that it is not zero"
    categories = [row[0] for row in found["Waar het over ging"][1:-1]]
    assert categories == sorted(categories, key=str.casefold), "not by number: that would tell about what was left out"


@pytest.mark.usefixtures("a_year")
def test_a_share_of_a_small_number_is_not_told(cast: Cast) -> None:
    rows = opened(cast)["Beloften"]
    for row in rows[1:]:
        if any(isinstance(each, str) for each in row[2:6]):
            assert row[8] in ("–", "n.v.t.")
    assert any(isinstance(row[8], float | int) for row in rows[1:]) or len(rows) > 1


def test_fewer_than_five_are_not_split(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        for _ in range(3):
            make_complaint(session, cast, received_on=date(2026, 3, 5))

    found = opened(cast)

    assert found["Per maand"][-1] == ("Totaal", "<5", 0)
    assert {row[1] for row in found["Per maand"][1:-1]} == {"–"}


def test_an_empty_year_says_so(cast: Cast) -> None:
    found = opened(cast)

    assert found["Per maand"][-1] == ("Totaal", 0, 0)
    assert dict(row[:2] for row in found["Over dit bestand"])["Weggelaten"].startswith("Niets")


def test_it_is_narrowed_and_says_so_and_is_kept_in_the_log(cast: Cast) -> None:
    found = opened(cast, cut=Cut(unit_id=cast.units["zuid"]))

    assert dict(row[:2] for row in found["Over dit bestand"])["Gefilterd op"] == "Locatie Zuid"
    assert [each.what for each in export_log.own(cast.actor("cora"))] == [Listed.OUTSIDE]


@pytest.mark.usefixtures("a_year")
def test_a_complaint_about_its_maker_changes_nothing(engine: Engine, cast: Cast) -> None:
    def without_clock(found: dict[str, Rows]) -> dict[str, Rows]:
        return {name: [row for row in rows if row[0] != "Gemaakt op"] for name, rows in found.items()}

    before = without_clock(opened(cast, "dora"))
    with Session(engine) as session, session.begin():
        about = make_complaint(session, cast, category="Alleen hier", received_on=date(2026, 3, 5))
        make_party(session, about, cast["dora"])

    assert without_clock(opened(cast, "dora")) == before


@pytest.mark.parametrize("who", ["tom", "hans", "mia", "piet", "vera", "wim", "adam"])
def test_it_is_for_who_may_take_the_figures_along(cast: Cast, who: str) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        outside_export.overview(cast.actor(who))
    with pytest.raises(Refused, match="not_allowed"):
        exports.figure(cast.actor(who), exports.Section.CHANNEL, exports.FileType.CSV)


@pytest.mark.usefixtures("a_year")
def test_each_figure_of_the_overview_is_a_file(cast: Cast) -> None:
    for section in exports.Section:
        content = exports.figure(cast.actor("cora"), section, exports.FileType.XLSX, 2026)
        page, about = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        assert (page.max_row >= 1, about.title) == (True, "Over dit bestand")
    channels = exports.figure(cast.actor("cora"), exports.Section.CHANNEL, exports.FileType.CSV, 2026).decode("utf-8-sig")
    assert channels.splitlines() == ["Kanaal;2026;2025", "E-mail;21;0", "Telefoon;3;1"]
    with pytest.raises(Refused, match="unknown_value"):
        exports.figure(cast.actor("cora"), "nergens", exports.FileType.CSV)  # type: ignore[arg-type]


def test_the_yearly_review_stands_in_the_workbook(engine: Engine, cast: Cast) -> None:
    """N25."""

    def rows(who: str) -> Rows:
        book = openpyxl.load_workbook(io.BytesIO(exports.year(cast.actor(who), 2026).content))
        return list(book["Jaarlijkse toetsing"].iter_rows(values_only=True))

    assert rows("cora")[1][0] == "Er is nog geen toetsing vastgesteld"
    with Session(engine) as session, session.begin():
        review = m.Review(
            form_id="x", since=date(2025, 1, 1), until=date(2025, 12, 31), frozen_on=date(2026, 1, 5), opened_by=cast["cora"],
            opened_at=make_complaint(session, cast).registered_at, finalised_by=cast["cora"], finalised_on=date(2026, 1, 9),
        )  # fmt: skip
        session.add(review)
        session.flush()
        for number, extra in enumerate((True, False, True)):
            complaint = make_complaint(session, cast)
            session.add(m.ReviewItem(review_id=review.id, complaint_id=complaint.id, extra_action=extra))
            if not number:
                make_party(session, complaint, cast["dora"])

    found = {row[0]: row[1] for row in rows("cora")}
    assert f"{found['Vastgesteld op']:%Y-%m-%d}" == "2026-01-09"
    assert [found[each] for each in ("Klachten op de lijst", "Met extra actie", "Afgesproken acties die nog openstaan")] == [
        3,
        2,
        2,
    ]
    mine = {row[0]: row[1] for row in rows("dora")}
    assert [mine[each] for each in ("Klachten op de lijst", "Met extra actie")] == [2, 1]
