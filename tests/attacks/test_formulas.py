"""P12: nothing that somebody typed becomes a formula, a link or a number in what leaves as a spreadsheet (security.md,
section 3). Our only export is .xlsx; the grid's own download is switched off (.streamlit/config.toml) and what can be copied
from a grid goes through `plain`. Read back with openpyxl; LibreOffice is not tried here."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import openpyxl
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from services import exports
from services.spreadsheets import LONGEST_CELL, Sheet, comma_separated, workbook
from tests.attacks.payloads import Texts, hostile_profile
from tests.conftest import TODAY, Cast
from tests.figures import Figures, so_many
from tests.fill import make_complaint, make_promise
from ui.widgets import plain

FORMULAS = (
    "=1+1", "=cmd|' /C calc'!A0", "=HYPERLINK(\"https://evil.invalid\",\"klik\")", "=WEBSERVICE(\"https://evil.invalid\")",
    "=IMPORTXML(\"https://evil.invalid\",\"//a\")", "=IMAGE(\"https://evil.invalid/p.png\")", "=DDE(\"cmd\";\"/C calc\";\"x\")",
    "=INDIRECT(\"A1\")", "=SUM(A1:A9)", "=A1", "={1,2}", "{=A1}", "=\"a\"&\"b\"", "=-1", "==1", "= 1+1", "=@A1",
    "+1+1", "+31612345678", "+cmd|' /C calc'!A0", "-1+1", "-2+3+cmd|' /C calc'!A0", "-", "--1", "@SUM(1)", "@A1",
    "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "'=1+1", "\"=1+1", ";=1+1", ",=1+1", "|=1+1", "%0A=1+1",
    "\uff1d1+1", "\uff0b1+1", "\uff0d1+1", "\uff201+1", "_x003D_1+1", "=1+1\x00",
)  # fmt: skip
OTHERS = ("007", "1e5", "12-11-2026", "TRUE", "NULL", "#REF!", "https://evil.invalid", "mailto:a@evil.invalid", "internal:A1")


def opened(content: bytes) -> list[openpyxl.cell.Cell]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def live(content: bytes) -> int:
    """Formulas, links and ways out, in the cells and in the parts below them."""
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        parts = b"".join(pack.read(name) for name in pack.namelist())
    raw = len(re.findall(rb"<f[ >]|<hyperlink|externalLink|ddeLink|TargetMode=\"External\"", parts))
    return raw + sum(cell.data_type == "f" or cell.hyperlink is not None for cell in opened(content))


def as_kept(text: str) -> str:
    """What XML cannot hold is replaced visibly."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").replace("\r", "\N{REPLACEMENT CHARACTER}")


@pytest.fixture
def hostile_year(engine: Engine, cast: Cast) -> list[str]:
    """Every word that the yearly overview shows is a formula: places, subjects, promises, who made it."""
    typed = [*FORMULAS, *OTHERS]
    with Session(engine) as session, session.begin():
        version = session.get_one(m.ProfileVersion, 1)
        version.source = hostile_profile(version.source, Texts(58, 1))
        for number, text in enumerate(typed):
            unit = m.OrgUnit(name=text, kind="location", sector="training", parent_id=None)
            session.add(unit)
            session.flush()
            complaint = make_complaint(session, cast, unit_id=unit.id, category=typed[-1 - number])
            make_promise(session, complaint)
    return typed


def test_nothing_typed_becomes_a_formula(engine: Engine, cast: Cast, hostile_year: list[str], figures: Figures) -> None:
    tried, became, changed = 0, 0, []
    for made_by in FORMULAS[: so_many(len(FORMULAS), 2)]:
        with Session(engine) as session, session.begin():
            session.get_one(m.Account, cast["cora"]).display_name = made_by
        content = exports.year(cast.actor("cora"), 2026).content
        became += live(content)
        words = {cell.value for cell in opened(content) if cell.data_type == "s"}
        wanted = {as_kept(each) for each in (*hostile_year, made_by)}
        tried += 2 * len(hostile_year) + 1
        changed += sorted(wanted - words)
    assert len(FORMULAS) >= 40
    assert changed == []
    figures.equal("P12", f"of {tried} payloads in the overview became a formula or a link", became, 0)
    figures.equal("P12", "payloads that did not come back as they were typed", len(changed), 0)


def test_numbers_and_days_stay_what_they_are(cast: Cast, hostile_year: list[str]) -> None:
    cells = opened(exports.year(cast.actor("cora"), 2026).content)

    assert sum(cell.data_type == "n" and not cell.is_date for cell in cells) > 100
    assert next(cell.value.date() for cell in cells if cell.is_date) == TODAY


def test_no_piece_of_a_csv_begins_as_a_formula_wherever_it_is_split(figures: Figures) -> None:
    """Another language has another separator: then the same file falls apart at other signs."""
    content = comma_separated(Sheet("Blad", ("=Kop", "b"), tuple((each, f"a,{each}") for each in (*FORMULAS, *OTHERS))))
    text = content.decode("utf-8-sig")
    live = [piece for signs in (";", ",", "\t", ",;\t") for piece in re.split(f"[{signs}\r\n]", text) if _is_formula(piece)]

    assert _is_formula('" =1+1')
    figures.equal("P12", "payloads that begin as a formula in a .csv, wherever it is split", len(live), 0)


def _is_formula(piece: str) -> bool:
    return piece.lstrip(' "')[:1] in set("=+-@\uff1d\uff0b\uff0d\uff20")


@pytest.mark.parametrize("length", [LONGEST_CELL - 1, LONGEST_CELL, LONGEST_CELL + 1, 100_000])
def test_a_long_text_is_whole_or_says_that_it_is_not(length: int) -> None:
    (cell,) = opened(workbook([Sheet("Blad", ("Kop",), (("=" * length,),))]))[1:]

    assert cell.data_type == "s"
    assert (cell.value == "=" * length) == (length <= LONGEST_CELL)
    assert (" [… +" in cell.value) == (length > LONGEST_CELL)


@pytest.mark.parametrize("where", ["name", "heading", "cell"])
def test_every_place_of_a_sheet_takes_every_payload(where: str) -> None:
    typed = [*FORMULAS, *OTHERS]
    given = {"name": "Blad", "heading": "Kop", "cell": "x"}
    sheets = []
    for text in typed:
        now = given | {where: text}
        sheets.append(Sheet(now["name"], (now["heading"],), ((now["cell"],), (3,), (date(2026, 1, 1),))))

    content = workbook(sheets)

    assert live(content) == 0
    if where != "name":
        assert {as_kept(each) for each in typed} <= {cell.value for cell in opened(content)}


def test_what_is_copied_from_a_grid_is_no_formula(figures: Figures) -> None:
    risky = [each for each in FORMULAS if plain(each)[:1] in set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")]

    assert all(plain(each).removeprefix("\N{WORD JOINER}") == each for each in (*FORMULAS, *OTHERS))
    figures.equal("P12", "payloads that a spreadsheet would take for a formula when pasted", len(risky), 0)
