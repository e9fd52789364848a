"""What a dry run or a taking over said, row by row, as a workbook; and an example of what can be taken over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from domain.mapping import ColumnMap
from domain.old_register import TARGETS, Fate, Problem
from domain.rights import Right
from services.door import Actor, work
from services.exports import Export
from services.old_register import Row
from services.spreadsheets import Cell, Sheet, file_name, workbook
from text import LANGUAGES, translate


def report(actor: Actor, rows: Sequence[Row], columns: ColumnMap) -> Export:
    """One line for each cell that is wrong, and one for each other row: its number in the file, the column, and why."""
    with work(actor, Right.TAKE_OVER) as w:
        language = w.person.language
    t = _Words(language)
    headings = tuple(t(f"old_register.report_{each}") for each in ("row", "fate", "column", "why"))
    lines = tuple(line for row in rows for line in _lines(row, columns, t))
    counts = tuple((t(f"old_register.fate_{fate}"), sum(row.fate is fate for row in rows)) for fate in Fate)
    sheets = [
        Sheet(t("old_register.report_rows"), headings, lines, (8, 22, 30, 90)),
        Sheet(t("old_register.report_counts"), ("", t("old_register.report_number")), counts, (34, 12)),
    ]
    return Export(file_name(t("old_register.report_file")), workbook(sheets))


class _Words:
    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str) -> str:
        return translate(self.language, key)


def _lines(row: Row, columns: ColumnMap, t: _Words) -> Iterator[tuple[Cell, ...]]:
    fate = t(f"old_register.fate_{row.fate}")
    for problem in row.problems:
        yield row.number, fate, heading(problem, columns), sentence(problem, t.language)
    if not row.problems:
        yield row.number, fate, None, None


def heading(problem: Problem, columns: ColumnMap) -> str:
    """As it stands in the file; empty for the whole row, and for what no column was chosen for."""
    return columns.columns.get(problem.target, "")


def sentence(problem: Problem, language: str) -> str:
    """With what it is about where the file has no column for it."""

    def said(value: object) -> object:
        return ", ".join(translate(language, str(each)) for each in value) if isinstance(value, list | tuple) else value

    return translate(language, f"refused.{problem.code}", **{key: said(value) for key, value in problem.values.items()})


def usual(language: str) -> dict[str, tuple[str, ...]]:
    """The headings by which a column is recognised: the usual ones, and ours in both languages."""
    order = (language, *(each for each in LANGUAGES if each != language))
    return {
        target: (*words, *(translate(each, f"old_register.{target}").casefold() for each in order))
        for target, words in TARGETS.items()
    }


def example(actor: Actor) -> Export:
    """A small register as it can be taken over, with invented people."""
    with work(actor, Right.TAKE_OVER) as w:
        language, today = w.person.language, w.today
    t = _Words(language)
    headings = tuple(t(f"old_register.{each}") for each in TARGETS)
    rows = tuple(tuple(row.get(each) for each in TARGETS) for row in _invented(t, today))
    return Export(
        file_name(t("old_register.example_file")), workbook([Sheet(t("old_register.example"), headings, rows, (24,))])
    )


def _invented(t: _Words, today: date) -> Iterator[dict[str, Cell]]:
    long_ago = today - timedelta(days=600)
    yield {
        "reference": "2024-001",
        "received": long_ago,
        "noted_by": "J. Voorbeeld",
        "channel": t("channel.phone"),
        "complainant_name": "A. Klager",
        "complainant_contact": "klager@voorbeeld.invalid",
        "complainant_type": t("complainant_type.client"),
        "subject": t("old_register.example_subject"),
        "about": t("old_register.example_about"),
        "done": t("old_register.example_done"),
        "acknowledged": long_ago + timedelta(days=2),
        "decided": long_ago + timedelta(days=20),
        "outcome": t("outcome.upheld"),
        "closed": long_ago + timedelta(days=30),
        "measures": t("old_register.example_measure"),
    }
    yield {
        "reference": "2024-002",
        "received": long_ago + timedelta(days=40),
        "channel": t("channel.email"),
        "complainant_type": t("complainant_type.anonymous"),
        "about": t("old_register.example_other"),
        "closed": long_ago + timedelta(days=60),
    }
