"""Any list as a file: .xlsx with typed cells, or .csv. What somebody typed stays text, whatever it looks like.

The type of a value says how it is shown: text, a day (date), a moment (datetime, UTC), a number (int), a share (float, as a
percentage), a mean (Decimal, one decimal).
"""

from __future__ import annotations

import csv
import io
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import xlsxwriter

from services.door import AMSTERDAM

LONGEST_CELL = 32_767  # what a spreadsheet keeps; more would be cut without a word
_LONGEST_NAME = 31  # of a sheet
_A4 = 9
_LINE, _MOST_LINES = 15, 27  # points; what a row can be high
_WIDE = 30  # characters
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "d mmm yyyy",
}
_FORMATS: dict[type, dict[str, Any]] = {
    str: {"text_wrap": True, "valign": "top"},
    int: {"num_format": "0", "valign": "top", "align": "right", "indent": 1},  # clear of a text in the next column
    float: {"num_format": "0%", "valign": "top", "align": "right", "indent": 1},
    Decimal: {"num_format": "0.0", "valign": "top", "align": "right", "indent": 1},
    datetime: {"num_format": "d mmm yyyy hh:mm", "valign": "top", "align": "left"},
    date: {"num_format": "d mmm yyyy", "valign": "top", "align": "left"},
}
# What a spreadsheet program takes for the beginning of a formula, also behind spaces and quotes; the wide ones too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_AFTER_A_SPLIT = re.compile('(?<=[,;\t\n])(?=[ "]*[=@\uff1d\uff20]|"*[+\\-\uff0b\uff0d])')

Cell = str | int | float | Decimal | date | datetime | None
Words = Callable[..., str]


class FileType(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


MIME = {
    FileType.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileType.CSV: "text/csv",
}


@dataclass(frozen=True)
class Sheet:
    name: str
    headings: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]
    widths: tuple[int, ...] = ()  # in characters; the last one holds for the columns after it


def file_name(*words: object, file_type: FileType = FileType.XLSX) -> str:
    """With a random part: the address of a download follows from its name and content, and must not be guessed."""
    return "-".join([*map(str, words), secrets.token_hex(8)]) + f".{file_type}"


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Text stays text: nothing becomes a formula or a link, and a cell that is too long says so."""
    target = io.BytesIO()
    book = Book(target, {"in_memory": True})
    for sheet in sheets:
        page = book.page(sheet)
        for row in sheet.rows:
            page.add(row)
    book.close()
    return target.getvalue()


def streamed(target: Path) -> Book:
    """One that is written to the disk row by row, however long it gets; its parts lie beside it meanwhile."""
    return Book(str(target), {"constant_memory": True, "tmpdir": str(target.parent)})


class Book:
    """A workbook that is written row by row. Pages may be written in turns."""

    def __init__(self, target: io.BytesIO | str, options: dict[str, Any]) -> None:
        self._book = xlsxwriter.Workbook(target, _OPTIONS | options)
        self._formats = {kind: self._book.add_format(looks) for kind, looks in _FORMATS.items()}
        self._heading = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._names: list[str] = []
        self._pages: list[Page] = []

    def page(self, sheet: Sheet) -> Page:
        """With its headings; the rows of `sheet` are not looked at."""
        self._names.append(_sheet_name(sheet.name, self._names))
        page = Page(self._book.add_worksheet(self._names[-1]), self._formats, tuple(_widths(sheet)))
        page.begin(sheet, self._heading)
        self._pages.append(page)
        return page

    def close(self) -> None:
        for each in self._pages:
            each.end()
        self._book.close()


class Page:
    def __init__(self, page: Any, formats: dict[type, Any], widths: tuple[int, ...]) -> None:
        self._page, self._formats, self._widths = page, formats, widths
        self.rows = 0  # without the headings

    def begin(self, sheet: Sheet, heading: Any) -> None:
        self._page.freeze_panes(1, 0)
        self._page.set_landscape()
        self._page.set_paper(_A4)
        self._page.fit_to_pages(1, 0)
        self._page.repeat_rows(0)
        for column, width in enumerate(self._widths):
            self._page.set_column(column, column, width)
        self._high_enough(0, sheet.headings)
        for column, words in enumerate(sheet.headings):
            self._page.write_string(0, column, cell(words), heading)

    def add(self, row: tuple[Cell, ...]) -> None:
        self.rows += 1
        self._high_enough(self.rows, row)
        for column, value in enumerate(row):
            self._write(self.rows, column, value)

    def end(self) -> None:
        if self.rows and len(self._widths) > 1:
            self._page.autofilter(0, 0, self.rows, len(self._widths) - 1)

    def _high_enough(self, line: int, row: Sequence[Cell]) -> None:
        """Not every program makes room by itself for a text of more than one line: it would lie over the next row."""
        texts = ((each, width) for each, width in zip(row, self._widths, strict=False) if isinstance(each, str))
        lines = max((_lines(each, width) for each, width in texts), default=1)
        if lines > 1:
            self._page.set_row(line, _LINE * min(lines, _MOST_LINES))

    def _write(self, line: int, column: int, value: Cell) -> None:
        match value:
            case None:
                self._page.write_blank(line, column, None)
            case datetime():
                self._page.write_datetime(line, column, _here(value), self._formats[datetime])
            case date():
                day = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day
                self._page.write_datetime(line, column, day, self._formats[date])
            case int() | float() | Decimal():
                self._page.write_number(line, column, float(value), self._formats[type(value)])
            case str():
                self._page.write_string(line, column, cell(value), self._formats[str])


def comma_separated(sheet: Sheet) -> bytes:
    """With semicolons and decimal commas, as Dutch spreadsheet programs read it. A text that would become a formula gets an
    apostrophe in front, which these programs show as it stands; a cell can be as long as it likes."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow(_harmless(tidy(each)) for each in sheet.headings)
    for row in sheet.rows:
        writer.writerow(_in_words(each) for each in row)
    return b"\xef\xbb\xbf" + target.getvalue().encode()


def _in_words(value: Cell) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return f"{_here(value):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case str():
            return _harmless(tidy(value))
        case Decimal():
            return f"{value:.1f}".replace(".", ",")
        case float():
            return f"{value * 100:.1f}%".replace(".", ",")
    return str(value)


def _harmless(text: str) -> str:
    """Also where a program splits at other signs than ours."""
    text = _AFTER_A_SPLIT.sub("'", text)
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip(" \"'").startswith(_FORMULA) else text


def _here(instant: datetime) -> datetime:
    """On the clock in the Netherlands; a spreadsheet knows no others."""
    return instant.astimezone(AMSTERDAM).replace(tzinfo=None)


def _widths(sheet: Sheet) -> Iterator[int]:
    for column in range(len(sheet.headings)):
        yield sheet.widths[min(column, len(sheet.widths) - 1)] if sheet.widths else 16


def _lines(text: str, width: int) -> int:
    """How many it takes in a column of so many characters; in a narrow one more is lost where a word does not fit."""
    room = width if width >= _WIDE else max(width - 2, 1)
    return sum(-(-len(each) // room) or 1 for each in text.split("\n"))


def tidy(text: str) -> str:
    """What XML cannot hold becomes the replacement sign."""
    text = text.replace("\r\n", "\n")
    return "".join(sign if _is_printable(sign) else "\N{REPLACEMENT CHARACTER}" for sign in text)


def cell(text: str) -> str:
    """Tidied; what a cell cannot hold is cut, and says how much."""
    clean = tidy(text)
    if len(clean.encode("utf-16-le")) // 2 <= LONGEST_CELL:
        return clean
    kept = LONGEST_CELL // 2 - 60
    return f"{clean[:kept]} [… +{len(clean) - kept}]"


def _is_printable(sign: str) -> bool:
    return sign in "\n\t" or (unicodedata.category(sign) not in ("Cc", "Cs") and sign not in "\ufffe\uffff")


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """At most 31 signs, without those that a sheet name may not hold, and different from the others."""
    plain = "".join(" " if sign in "[]:*?/\\" or not _is_printable(sign) else sign for sign in name).strip(" '") or "-"
    candidate, number = plain[:_LONGEST_NAME], 2
    while candidate.casefold() in {each.casefold() for each in taken}:
        candidate, number = f"{plain[: _LONGEST_NAME - 4]} {number}", number + 1
    return candidate
