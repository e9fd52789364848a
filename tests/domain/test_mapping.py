"""One cell of somebody else's table becomes a value, or is refused: never guessed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from domain import mapping
from domain.errors import Refused
from domain.mapping import ColumnMap, DateOrder
from domain.tables import Cell, Table
from text import translate

TODAY = date(2026, 3, 30)


def refusal(call: object, *args: object, **more: object) -> str:
    with pytest.raises(Refused) as why:
        call(*args, **more)  # type: ignore[operator]
    for language in ("nl", "en"):
        assert translate(language, f"refused.{why.value.code}", **why.value.values) != f"refused.{why.value.code}"
    return why.value.code


@pytest.mark.parametrize(
    ("cell", "order", "expected"),
    [
        (None, None, None),
        ("  ", None, None),
        (date(2024, 2, 29), None, date(2024, 2, 29)),
        (datetime.fromisoformat("2024-03-31T02:30"), None, date(2024, 3, 31)),  # an hour that the clock skipped
        (datetime.fromisoformat("2024-10-27T23:59"), None, date(2024, 10, 27)),
        ("3-4-2025", None, date(2025, 4, 3)),
        ("03-04-2025", None, date(2025, 4, 3)),
        ("29-02-2024", None, date(2024, 2, 29)),
        ("2025-04-03", None, date(2025, 4, 3)),
        ("2025-04-03 14:05", None, date(2025, 4, 3)),
        ("2025-04-03T14:05:09", None, date(2025, 4, 3)),
        ("2025-03-30T22:30:00Z", None, date(2025, 3, 31)),  # summer time began that day
        ("2025-03-29T22:30:00Z", None, date(2025, 3, 29)),
        ("31/03/2025", None, date(2025, 3, 31)),
        ("03/31/2025", None, date(2025, 3, 31)),
        ("4/4/2025", None, date(2025, 4, 4)),
        ("03/04/2025", DateOrder.DAY_FIRST, date(2025, 4, 3)),
        ("03/04/2025", DateOrder.MONTH_FIRST, date(2025, 3, 4)),
        ("3 april 2025", None, date(2025, 4, 3)),
        ("Do 3 Apr. 2025", None, date(2025, 4, 3)),
        ("donderdag 3 maart 2022", None, date(2022, 3, 3)),
        ("3 mrt 2022", None, date(2022, 3, 3)),
    ],
)
def test_a_day(cell: Cell, order: DateOrder | None, expected: date | None) -> None:
    assert mapping.day(cell, "received", latest=TODAY, order=order) == expected


@pytest.mark.parametrize(
    ("cell", "order", "code"),
    [
        ("03/04/2025", None, "cell_date_ambiguous"),
        ("03.04.2025", None, "cell_date_ambiguous"),
        ("31/03/2025", DateOrder.MONTH_FIRST, "cell_date_impossible"),
        ("29-02-2025", None, "cell_date_impossible"),
        ("31-4-2025", None, "cell_date_impossible"),
        ("2025-13-01", None, "cell_date_impossible"),
        ("3-4-25", None, "cell_date_short_year"),
        ("3 apr '25", None, "cell_date_short_year"),
        (45750, None, "cell_date_number"),
        (45750.5, None, "cell_date_number"),
        (True, None, "cell_date_number"),
        ("45750", None, "cell_date_number"),
        ("begin april", None, "cell_date"),
        ("3 aprul 2025", None, "cell_date"),
        ("3-4-2025 en 5-4-2025", None, "cell_date"),
        ("#WAARDE!", None, "cell_error"),
        ("31-3-2026", None, "cell_in_the_future"),
        (date(1999, 12, 31), None, "cell_too_long_ago"),
        ("3-4-0025", None, "cell_too_long_ago"),
    ],
)
def test_no_day(cell: Cell, order: DateOrder | None, code: str) -> None:
    assert refusal(mapping.day, cell, "received", latest=TODAY, order=order) == code


@pytest.mark.parametrize(
    ("cell", "expected"),
    [(None, None), (8, 8), (7.5, "7.5"), ("7,5", "7.5"), ("7.5", "7.5"), (" 8 ", 8), ("+3", 3), ("7,50", "7.50")],
)
def test_a_number(cell: Cell, expected: object) -> None:
    found = mapping.number(cell, "score", lowest=1, highest=10)
    assert found == (None if expected is None else Decimal(str(expected)))


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1.250", "cell_number_ambiguous"), ("1,250", "cell_number_ambiguous"), ("acht", "cell_number"), ("8-", "cell_number"),
        (float("nan"), "cell_number"), (float("inf"), "cell_number"), (True, "cell_number"), (TODAY, "cell_number"),
        ("1e3", "cell_number"), ("11", "cell_number_range"), (0, "cell_number_range"), ("#DEEL/0!", "cell_error"),
        ("٣", "cell_number"),
    ],
)  # fmt: skip
def test_no_number(cell: Cell, code: str) -> None:
    assert refusal(mapping.number, cell, "score", lowest=1, highest=10) == code


def test_a_whole_number_yes_or_no_and_a_choice() -> None:
    assert mapping.whole("8,0", "score", lowest=1, highest=10) == 8
    assert refusal(mapping.whole, "7,5", "score", lowest=1, highest=10) == "cell_whole"
    assert [mapping.yes_no(each, "t") for each in ("Ja", "nee", True, None, 1, "X")] == [True, False, True, None, True, True]
    assert mapping.yes_no("Klopt", "t", {"klopt": "yes"}) is True
    assert refusal(mapping.yes_no, "misschien", "t") == "cell_yes_no"
    words = {"deels gegrond": "partly"}
    assert mapping.choice(" Deels  Gegrond", "outcome", words, ["upheld", "partly"]) == "partly"
    assert mapping.choice("UPHELD", "outcome", words, ["upheld", "partly"]) == "upheld"
    assert refusal(mapping.choice, "gegrond", "outcome", words, ["upheld", "partly"]) == "cell_choice"
    assert refusal(mapping.choice, "oud", "outcome", {"oud": "gone"}, ["upheld"]) == "cell_choice"


def test_text_is_kept_as_it_stands() -> None:
    assert [mapping.text(each, "t") for each in (None, " a\r\nb ", 12.0, 1.5, True, date(2025, 4, 3))] == [
        "", "a\nb", "12", "1.5", "ja", "2025-04-03",
    ]  # fmt: skip
    assert refusal(mapping.text, "#N/B", "t") == "cell_error"
    assert refusal(mapping.text, "a\x07", "t") == "text_unreadable"


def test_columns_are_found_by_their_headings() -> None:
    table = Table((), ("Datum ontvangst", "Klacht", "Klacht over wie"), (("1-2-2024", "x", None),), 2)
    known = {"received": ("datum ontvangst", "ontvangen"), "about": ("klacht", "onderwerp"), "outcome": ("uitkomst",)}
    assert mapping.proposed(table.columns, known) == {"received": "Datum ontvangst", "about": "Klacht"}
    columns = ColumnMap({"received": "datum ontvangst", "about": "Klacht"})
    where = mapping.places(columns, table)
    assert mapping.cells(table.rows[0], where, table.columns) == {"received": "1-2-2024", "about": "x"}
    assert refusal(mapping.places, ColumnMap({"about": "Weg"}), table) == "mapping_column_gone"
    assert refusal(mapping.cells, ("a", "b", "c", "d"), where, table.columns) == "cell_outside"


def test_a_saved_assignment_comes_back_as_it_went() -> None:
    given = ColumnMap({"about": "Klacht"}, {"outcome": {"gegrond": "upheld"}}, DateOrder.DAY_FIRST)
    assert mapping.read_map(given.as_data()) == given
    for odd in (
        None,
        [],
        {"columns": {"About!": "x"}},
        {"columns": {"about": 3}},
        {"columns": {}, "order": "ymd"},
        {"columns": []},
    ):
        assert refusal(mapping.read_map, odd) == "mapping_damaged"
    assert refusal(mapping.read_map, {"columns": {"a": "K", "b": "K"}}) == "mapping_column_twice"
