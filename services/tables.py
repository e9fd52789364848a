"""Reads a table that somebody brings along: .xlsx or .csv. Nothing in it is run, fetched or guessed; every file that is not
certainly read is refused with the reason."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from domain.attachments import check_unpacked, extension
from domain.errors import Refused
from domain.tables import (
    LARGEST_FILE,
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    Table,
    headings,
    is_empty,
    letters,
    outside,
)

__all__ = ["Cell", "Table", "outside", "read_table"]

KINDS = ("xlsx", "csv")

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Microsoft's older container: .xls, and whatever has a password
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, RuntimeError, NotImplementedError, KeyError, TypeError,
    AttributeError, IndexError, SyntaxError, InvalidFileException,
)  # fmt: skip
_LAST_ROW = 1_048_576  # of any spreadsheet
_CHUNK = 1 << 20
_KEPT = 200  # bytes of the chunk before: what is looked for may lie across the border
_OTHER_CODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["'](?!utf-?8["'])""", re.IGNORECASE)
_MERGED = re.compile(rb'mergeCell\b[^>]*\bref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_DEFINITIONS = [each.encode(code) for each in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")]
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DELIMITERS = (";", ",", "\t")
_LOOKED_AT = 500  # records, to find out what stands between the cells


def read_table(name: str, content: bytes, sheet: str = "") -> Table:
    """The table in this file: the headings are the first row that is not empty. `sheet`: of a workbook; empty: the first.

    Raises Refused: ``table_none``, ``table_large``, ``table_kind``, ``table_xls``, ``table_password``, ``table_damaged``,
    ``table_empty``, ``table_sheet``, ``table_too_many_rows``, ``table_cell_long``, ``table_formula``, ``table_merged``,
    ``table_unpacks``, ``table_encoding``, ``table_quotes``, ``table_delimiter``, and those of `domain.tables.headings`.
    """
    ending = extension(name)
    if not content:
        raise Refused("table_none", "file")
    if len(content) > LARGEST_FILE:
        raise Refused("table_large", "file", megabytes=LARGEST_FILE // 1024**2)
    if content.startswith(_COMPOUND):
        raise Refused("table_password" if _ENCRYPTED in content else "table_xls", "file")
    if ending == "xls":
        raise Refused("table_xls", "file")
    if ending not in KINDS:
        raise Refused("table_kind", "file")
    if content.startswith(b"PK") != (ending == "xlsx"):
        raise Refused("table_damaged", "file")
    return _workbook(content, sheet) if ending == "xlsx" else _text(content)


def _table(sheets: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Table:
    """Empty rows after the last one that is filled are none; a formatted sheet can have a million of them."""
    columns: tuple[str, ...] | None = None
    first, gap = 1, 0
    found: list[tuple[Cell, ...]] = []
    for number, row in enumerate(rows, 1):
        if number > _LAST_ROW + 1:
            break
        if is_empty(row):
            gap += 1
            continue
        if columns is None:
            columns, first, gap = headings(row), number + 1, 0
            continue
        if len(found) + gap >= MOST_ROWS:
            raise Refused("table_too_many_rows", "file", most=MOST_ROWS)
        blank: tuple[Cell, ...] = (None,) * len(columns)
        found += [blank] * gap
        gap = 0
        found.append(_as_wide(row, len(columns)))
    if columns is None or not found:
        raise Refused("table_empty", "file")
    return Table(sheets, columns, tuple(found), first)


def _as_wide(row: tuple[Cell, ...], width: int) -> tuple[Cell, ...]:
    last = max(place for place, each in enumerate(row, 1) if each is not None)
    return row[: max(last, width)] + (None,) * (width - len(row))


def _checked(value: object, row: int, column: int) -> Cell:
    if isinstance(value, str):
        if len(value) > LONGEST_CELL:
            raise Refused("table_cell_long", "file", cell=f"{letters(column)}{row}", longest=LONGEST_CELL)
        return value if value.strip() else None
    if value is None or isinstance(value, bool | int | float | date | datetime):
        return value
    return str(value)  # a time of day, a duration


# A workbook


def _workbook(content: bytes, sheet: str) -> Table:
    try:
        _check_pack(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what it leaves out: rules of layout, lists to choose from
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            try:
                return _sheet(content, book, sheet)
            finally:
                book.close()
    except Refused:
        raise
    except _BROKEN as error:
        raise Refused("table_damaged", "file") from error


def _check_pack(content: bytes) -> None:
    """No bomb, no programs, no part that defines words of its own (an entity can grow without end or fetch a file)."""
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        entries = pack.infolist()
        _refuse_bomb(len(content), entries)
        names = {each.filename for each in entries}
        if len(names) < len(entries) or any(each.flag_bits & 1 for each in entries):
            raise ValueError("two parts of one name, or a part with a password")
        if any(name.casefold().endswith("vbaproject.bin") for name in names) or "[Content_Types].xml" not in names:
            raise Refused("table_kind", "file")
        for name in names:
            as_xml = name.casefold().endswith((".xml", ".rels"))  # another name can be read as one too
            if any(_defines(part) or (as_xml and _strange(part)) for part in _chunks(pack, name)):
                raise ValueError("a part that no spreadsheet program writes")


def _refuse_bomb(packed: int, entries: list[zipfile.ZipInfo]) -> None:
    try:
        check_unpacked(packed, sum(each.file_size for each in entries), len(entries))
    except Refused:
        raise Refused("table_unpacks", "file") from None


def _defines(part: bytes) -> bool:
    return any(each in part for each in _DEFINITIONS)


def _strange(part: bytes) -> bool:
    return part.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")) or bool(_OTHER_CODING.search(part))


def _chunks(pack: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Never more than a part of it at once; each begins with the end of the one before."""
    end = b""
    with pack.open(name) as part:
        while chunk := part.read(_CHUNK):
            yield end + chunk
            end = chunk[-_KEPT:]


def _sheet(content: bytes, book: Any, wanted: str) -> Table:
    known = {each.title: each for each in book.worksheets}
    if not known:
        raise Refused("table_empty", "file")
    if wanted and wanted not in known:
        raise Refused("table_sheet", "sheet")
    title = wanted or next((name for name, each in known.items() if each.sheet_state == "visible"), next(iter(known)))
    sheet = known[title]
    sheet.reset_dimensions()  # what it says of itself is not to be trusted
    heading = _heading_row(sheet)
    formulas = _look(content, sheet._worksheet_path, heading)
    table = _table(tuple(known), _values(sheet))
    if formulas:
        _refuse_formulas(content, title)
    return table


def _heading_row(sheet: Any) -> int:
    """Where the headings stand; they are counted here, before every other row is cut at the widest table there may be."""
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > _LAST_ROW:
            break
        if row.count(None) < len(row) and not is_empty([_checked(each, number, place) for place, each in enumerate(row, 1)]):
            if len(row) > MOST_COLUMNS and any(each is not None for each in row[MOST_COLUMNS:]):
                raise Refused("table_too_wide", "file", most=MOST_COLUMNS)
            return number
    raise Refused("table_empty", "file")


def _values(sheet: Any) -> Iterator[tuple[Cell, ...]]:
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True), 1):
        if row.count(None) < len(row):
            yield tuple(_checked(each, number, place) for place, each in enumerate(row, 1))
        else:
            yield ()


def _look(content: bytes, path: str, heading: int) -> bool:
    """Does the sheet hold formulas? Raises Refused ``table_merged`` when cells of the headings are merged."""
    formulas = False
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        for part in _chunks(pack, path):
            formulas = formulas or bool(_FORMULA.search(part))
            for first, top, last, bottom in _MERGED.findall(part):
                if int(top) <= heading <= int(bottom) and (first, top) != (last, bottom):
                    raise Refused("table_merged", "file", cells=f"{first.decode()}{int(top)}:{last.decode()}{int(bottom)}")
    return formulas


def _refuse_formulas(content: bytes, title: str) -> None:
    """Raises Refused ``table_formula`` with the first cell whose formula was never reckoned: it would come in as nothing."""
    books = [load_workbook(io.BytesIO(content), read_only=True, data_only=only, keep_links=False) for only in (True, False)]
    for book in books:
        book[title].reset_dimensions()
    pairs = zip(*(book[title].iter_rows(max_col=MOST_COLUMNS) for book in books), strict=True)
    for number, (values, written) in enumerate(islice(pairs, _LAST_ROW), 1):
        for column, (value, cell) in enumerate(zip(values, written, strict=True), 1):
            if cell.data_type == "f" and value.value is None and value.data_type != "str":  # that one is an empty text
                raise Refused("table_formula", "file", cell=f"{letters(column)}{number}")


# A text


def _text(content: bytes) -> Table:
    text = _decoded(content)
    if not text.strip():
        raise Refused("table_empty", "file")
    if _CONTROL.search(text):
        raise Refused("table_damaged", "file")
    named = re.match(r"sep=(.)\r?\n", text)
    delimiter = named[1] if named else _delimiter(text)
    rows = _records(text, delimiter)
    first = 2 if named else 1  # the line that names the sign is no row of the table
    return _table((), (_cells(row, number) if number >= first else () for number, row in enumerate(rows, 1)))


def _decoded(content: bytes) -> str:
    coding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for each in (coding,) if coding == "utf-16" else (coding, "cp1252"):
        try:
            return content.decode(each)
        except UnicodeDecodeError:
            continue
    raise Refused("table_encoding", "file")


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(LARGEST_FILE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused("table_quotes", "file", row=number) from error


def _cells(row: list[str], number: int) -> tuple[Cell, ...]:
    return tuple(_checked(each, number, place) for place, each in enumerate(row, 1))


def _delimiter(text: str) -> str:
    """The sign with which the rows have as many cells as there are headings. Raises Refused ``table_delimiter`` when two
    signs do as well as each other."""
    fits = {each: _fit(text, each) for each in _DELIMITERS}
    best = max(fits.values())
    if best[1] < 2:
        if best == (0.0, 0):
            raise Refused("table_quotes", "file", row=1)
        return _DELIMITERS[0]
    found = [each for each, fit in fits.items() if fit == best]
    if len(found) > 1:
        raise Refused("table_delimiter", "file")
    return found[0]


def _fit(text: str, delimiter: str) -> tuple[float, int]:
    """Which part of the rows has as many cells as the headings, and how many these are; one column fits worst."""
    widths = []
    try:
        for row in _records(text, delimiter):
            if any(each.strip() for each in row):
                widths.append(len(row))
            if len(widths) > _LOOKED_AT:
                break
    except Refused:
        pass
    if not widths:
        return 0.0, 0
    if widths[0] == 1:
        return 0.0, 1
    return sum(each == widths[0] for each in widths) / len(widths), widths[0]
