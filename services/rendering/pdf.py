"""A sheet, or a whole dossier, as PDF: tagged (PDF/UA-1), in Dutch, our own fonts, nothing from the machine or the net."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from services.rendering import Chart, Report, Sheet
from services.rendering.fonts import FONTS, printable

TEMPLATE = Path(__file__).resolve().parent / "letter.typ"
REPORT = TEMPLATE.with_name("report.typ")
CHART = TEMPLATE.with_name("chart.typ")
_PER_INCH = 200.0  # of a picture
_LONGEST_WORD = 60  # longer than any Dutch word: would run off the paper
_BREAK_HERE = "\u200b"
_MONTHS = "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"
_DATE = re.compile(rf"(\d) ({_MONTHS})\b(?: (?=\d{{4}}\b))?")
_END = r"(?=[\s,;:!?)]|[.](?:\s|$)|$)"  # of an address: not the beginning of a longer one
_FIXED = datetime(2026, 1, 1, tzinfo=UTC)  # no clock: the same sheet gives the same bytes


def render(sheet: Sheet) -> bytes:
    """Signs that the font lacks are replaced by a mark; `fonts.unprintable` names them beforehand."""
    return typst.compile(
        TEMPLATE.read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"sheet": json.dumps(_data(sheet), ensure_ascii=True)},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=_FIXED,
    )


def render_report(report: Report) -> bytes:
    """A whole dossier, or a report with tables and charts. Signs that the font lacks are replaced by a mark."""
    return typst.compile(
        CHART.read_bytes() + REPORT.read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"report": json.dumps(_lines(asdict(report)), ensure_ascii=True)},
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=_FIXED,
    )


def picture(chart: Chart) -> bytes:
    """The same chart as in the PDF, as a PNG of 16 by whatever centimetres it needs."""
    source = CHART.read_bytes() + (
        b"#set page(width: 16cm, height: auto, margin: 2mm)\n"
        b'#set text(font: "Noto Sans", fill: rgb("#1f2933"), lang: "nl", fallback: false)\n'
        b"#bars(json(bytes(sys.inputs.chart)))"
    )
    return typst.compile(
        source,
        font_paths=_fonts(),
        sys_inputs={"chart": json.dumps(_lines(asdict(chart)), ensure_ascii=True)},
        format="png",
        ppi=_PER_INCH,
        timestamp=_FIXED,
    )


def _lines(data: Any) -> Any:
    """Every text in it as it can be printed."""
    if isinstance(data, str):
        return _line(data)
    if isinstance(data, int):
        return data
    if isinstance(data, dict):
        return {name: _lines(value) for name, value in data.items()}
    return [_lines(each) for each in data]


@cache
def _fonts() -> typst.Fonts:
    """Ours only: what the machine has, or typst brings along, would print what the preview calls unprintable."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def _data(sheet: Sheet) -> dict[str, object]:
    return {
        "organisation": _line(sheet.organisation),
        "sender_lines": _pieces("\n".join(sheet.sender_lines), sheet.links),
        "addressee": [_line(each) for each in sheet.addressee],
        "place_and_date": _line(sheet.place_and_date),
        "reference": _line(sheet.reference),
        "subject": _line(sheet.subject),
        "blocks": [{"kind": block.kind, "pieces": _pieces(block.text, sheet.links)} for block in sheet.blocks],
        "labels": {name: _line(label) for name, label in sheet.labels.items()},
        "draft": _line(sheet.draft),
    }


def _pieces(text: str, links: tuple[str, ...]) -> list[dict[str, str]]:
    """The text, cut at our own addresses."""
    if not links:
        return [{"text": _line(text), "link": ""}]
    ours = re.compile("(" + "|".join(re.escape(link) for link in sorted(links, key=len, reverse=True)) + rf"){_END}")
    return [{"text": _line(piece), "link": piece if piece in links else ""} for piece in ours.split(text) if piece]


def _line(text: str) -> str:
    plain = printable(text).replace("\u00ad", "")  # typst hyphenates itself; a text full of soft hyphens takes seconds
    whole = _DATE.sub(lambda found: found[0].replace(" ", "\u00a0"), plain)  # 14 december 2026 stays on one line
    return re.sub(rf"\S{{{_LONGEST_WORD + 1},}}", lambda word: _breakable(word[0]), whole)


def _breakable(word: str) -> str:
    """A place to break before each sign that stands on its own; accents stay with their letter."""
    return "".join(sign if unicodedata.category(sign)[0] == "M" else _BREAK_HERE + sign for sign in word)
