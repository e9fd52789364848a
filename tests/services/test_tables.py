"""A file that somebody brings along is read for certain, or refused with its reason."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime

import openpyxl
import pytest

from domain.errors import Refused
from domain.tables import LARGEST_FILE, letters, outside
from services.tables import read_table
from text import translate

LEAP = datetime.fromisoformat("2024-02-29")
HEADINGS = ["Ontvangen", "Onderwerp"]


def book(*rows: Sequence[object], edit: Callable[[openpyxl.Workbook], None] = lambda _: None) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    edit(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, change(old.read(each)) if each == name else old.read(each))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def renamed(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Its sheet has a name that is no .xml, which programs read all the same."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            part = old.read(each).replace(b"worksheets/sheet1.xml", b"worksheets/sheet1.dat")
            new.writestr(each.replace("sheet1.xml", "sheet1.dat"), change(part) if each == SHEET else part)
    return out.getvalue()


def refusal(name: str, content: bytes, sheet: str = "") -> str:
    with pytest.raises(Refused) as why:
        read_table(name, content, sheet)
    assert "{" not in translate("nl", f"refused.{why.value.code}", **why.value.values)
    return why.value.code


def test_a_workbook_keeps_its_types_and_its_row_numbers() -> None:
    def edit(made: openpyxl.Workbook) -> None:
        made.create_sheet("Tweede").append(["x", "y"])
        made["Tweede"].append([1, 2])

    content = book([], HEADINGS, [LEAP, "Lawaai"], [], [True, 2.5], edit=edit)
    table = read_table("oud.XLSX", content)
    assert table.columns == ("Ontvangen", "Onderwerp")
    assert table.rows == ((LEAP, "Lawaai"), (None, None), (True, 2.5))
    assert [number for number, _ in table.numbered()] == [3, 5]
    assert table.sheets == ("Sheet", "Tweede")
    assert read_table("oud.xlsx", content, "Tweede").rows == ((1, 2),)
    assert refusal("oud.xlsx", content, "Derde") == "table_sheet"


TEXT = 'Ontvangen;"Wat, precies";Naam\n1-2-2024;"Een zin; met\nregels en ""tekens""";Zoë\n\n2-2-2024;€ 5;\n'


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_text_in_any_usual_coding(coding: str, delimiter: str, ends: str) -> None:
    text = TEXT.replace(";", "\0").replace("zin\0", "zin;").replace("\0", delimiter).replace("\n", ends)
    table = read_table("oud.csv", text.encode(coding))
    assert table.columns == ("Ontvangen", "Wat, precies", "Naam")
    assert table.rows[0] == ("1-2-2024", f'Een zin; met{ends}regels en "tekens"', "Zoë")
    assert [(number, row[1]) for number, row in table.numbered()][1] == (4, "€ 5")


def test_the_sign_between_cells_may_be_named() -> None:
    assert read_table("oud.csv", b"sep=,\nOp,Wat\n1-2-2024,a;b\n").rows == (("1-2-2024", "a;b"),)
    assert read_table("oud.csv", b"sep=,\nOp,Wat\n1-2-2024,a;b\n").first_row == 3


def test_what_stands_outside_the_headings_is_seen() -> None:
    table = read_table("oud.csv", b"Op;Wat;Wie\n1-2-2024;a;b\n2-2-2024;te;veel;cellen\n3-2-2024\n")
    assert [outside(row, table.columns) for row in table.rows] == [False, True, False]


def test_a_formula_counts_as_its_stored_value_and_without_one_the_file_is_refused() -> None:
    content = book(HEADINGS, ["=1+1", "a"])
    assert refusal("a.xlsx", content) == "table_formula"
    reckoned = with_part(content, SHEET, lambda part: part.replace(b"<v />", b"<v>2</v>").replace(b"<v></v>", b"<v>2</v>"))
    assert read_table("a.xlsx", reckoned).rows == ((2, "a"),)
    empty = with_part(content, SHEET, lambda part: part.replace(b'r="A2"', b'r="A2" t="str"'))
    assert read_table("a.xlsx", empty).rows == ((None, "a"),)  # a formula that says: nothing
    assert read_table("a.csv", b"Op;Wat\n=1+1;a\n").rows == (("=1+1", "a"),)  # a text is a text


def merged(made: openpyxl.Workbook) -> None:
    made.active.merge_cells("A1:B1")


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
LATER = b'<?xml version="1.0" encoding="cp037"?>'
GOOD = book(HEADINGS, ["a", "b"])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"", "table_none"),
        ("a.csv", b"x" * (LARGEST_FILE + 1), "table_large"),
        ("a.xls", b"anything", "table_xls"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "table_xls"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "table_password"),
        ("a.pdf", b"%PDF", "table_kind"),
        ("a", b"a;b", "table_kind"),
        ("a.csv", GOOD, "table_damaged"),
        ("a.xlsx", b"a;b", "table_damaged"),
        ("a.xlsx", GOOD[:-400], "table_damaged"),
        ("a.xlsx", GOOD[:600] + b"\0\0\0\0" + GOOD[604:], "table_damaged"),
        ("a.xlsx", with_part(GOOD, SHEET, lambda part: part[:-40]), "table_damaged"),
        ("a.xlsx", with_part(GOOD, SHEET, lambda part: BOMB + part), "table_damaged"),
        ("a.xlsx", renamed(GOOD, lambda part: BOMB[21:] + part), "table_damaged"),
        ("a.xlsx", renamed(GOOD, lambda part: (BOMB[21:] + part).decode().encode("utf-16")), "table_damaged"),
        ("a.xlsx", with_part(GOOD, SHEET, lambda part: LATER + part), "table_damaged"),
        ("a.xlsx", with_part(GOOD, SHEET, lambda part: part.decode().encode("utf-16")), "table_damaged"),
        ("a.xlsx", with_part(GOOD, SHEET, lambda part: part + b" " * 3_000_000), "table_unpacks"),
        ("a.xlsx", book(), "table_empty"),
        ("a.xlsx", book(HEADINGS), "table_empty"),
        ("a.csv", b"\xef\xbb\xbf \n", "table_empty"),
        ("a.csv", b"Op;Wat\n;\n", "table_empty"),
        ("a.xlsx", book(["Titel"], HEADINGS, ["a", "b"]), ""),
        ("a.xlsx", book(["Op", None, "Wat"], ["a", "b", "c"]), "table_heading_missing"),
        ("a.xlsx", book(["Op", "op "], ["a", "b"]), "table_heading_twice"),
        ("a.xlsx", book(["Op", 3], ["a", "b"]), "table_heading_no_text"),
        ("a.xlsx", book(["Op", "x" * 201], ["a", "b"]), "table_heading_long"),
        ("a.xlsx", book(HEADINGS, ["a", "b"], edit=merged), "table_merged"),
        ("a.xlsx", book([f"K{n}" for n in range(201)], ["a"]), "table_too_wide"),
        ("a.csv", ("Op;Wat\n" + "a;b\n" * 20_001).encode(), "table_too_many_rows"),
        ("a.csv", b"Op;Wat\na;" + b"x" * 32_768 + b"\n", "table_cell_long"),
        ("a.csv", b"Op;Wat\na;\x81\xff\n", "table_encoding"),
        ("a.csv", b"\xff\xfea\0;\0b", "table_encoding"),
        ("a.csv", b"Op;Wat\na;b\0\n", "table_damaged"),
        ("a.csv", b'Op;Wat\na;"b\n', "table_quotes"),
        ("a.csv", b'Op;Wat\na;"b"c\n', "table_quotes"),
        ("a.csv", b"a;b,c\nd;e,f\n", "table_delimiter"),
    ],
)  # fmt: skip
def test_what_is_not_certainly_read_is_refused(name: str, content: bytes, code: str) -> None:
    if code:
        assert refusal(name, content) == code
    else:  # a title above the headings leaves cells outside of them
        assert outside(read_table(name, content).rows[0], ("Titel",))


def test_a_sheet_that_says_it_is_huge_is_read_as_it_is() -> None:
    def huge(part: bytes) -> bytes:
        return part.replace(b"</sheetData>", b'<row r="999999999"><c r="A999999999"/></row></sheetData>')

    assert len(read_table("a.xlsx", with_part(GOOD, SHEET, huge)).rows) == 1


def test_columns_have_the_names_that_a_spreadsheet_shows() -> None:
    assert [letters(each) for each in (1, 26, 27, 200, 703)] == ["A", "Z", "AA", "GR", "AAA"]
