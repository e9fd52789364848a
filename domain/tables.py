"""What a sheet of somebody else's may hold before it is read (`services/tables.py`), and what one cell of it can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.errors import Refused

Cell = str | int | float | bool | date | datetime | None

LARGEST_FILE = 20 * 1024 * 1024  # bytes
MOST_ROWS = 20_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767  # characters; what a spreadsheet keeps
LONGEST_HEADING = 200


@dataclass(frozen=True)
class Table:
    """`rows`: as long as `columns`, or longer where cells stand outside the headings (see `outside`); an empty row stays
    in its place. The first of them stands on row `first_row` of the file."""

    sheets: tuple[str, ...]  # of a .csv: none
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    first_row: int

    def numbered(self) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        """The rows that are not empty, each with its number in the file."""
        for number, row in enumerate(self.rows, self.first_row):
            if not is_empty(row):
                yield number, row


def is_empty(row: Sequence[Cell]) -> bool:
    return all(each is None for each in row)


def outside(row: Sequence[Cell], columns: Sequence[str]) -> bool:
    """Does something stand where no heading is? Then a sign was missing or too many, and no cell of it can be trusted."""
    return not is_empty(row[len(columns) :])


def headings(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Raises Refused: ``table_heading_missing``, ``table_heading_twice``, ``table_heading_no_text``,
    ``table_heading_long``, ``table_too_wide``."""
    last = max((place for place, each in enumerate(cells, 1) if each is not None), default=0)
    if last > MOST_COLUMNS:
        raise Refused("table_too_wide", "file", most=MOST_COLUMNS)
    found: dict[str, str] = {}
    for place, each in enumerate(cells[:last], 1):
        if each is None:
            raise Refused("table_heading_missing", "file", column=letters(place))
        if not isinstance(each, str):
            raise Refused("table_heading_no_text", "file", column=letters(place))
        name = " ".join(each.split())
        if len(name) > LONGEST_HEADING:
            raise Refused("table_heading_long", "file", column=letters(place), longest=LONGEST_HEADING)
        if name.casefold() in found:
            raise Refused("table_heading_twice", "file", column=letters(place))
        found[name.casefold()] = name
    return tuple(found.values())


def letters(place: int) -> str:
    """The name of a column as a spreadsheet shows it: 1 is A, 27 is AA."""
    name = ""
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name
