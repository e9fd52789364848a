"""Lists as a file: each with the right and the rows of its screen, all pages of it, and never from what a browser holds.

A workbook says on its second sheet what it is, what it was narrowed to, who made it, when, and how many lines it has; a .csv
has the lines alone. That one was made is kept (services/export_log.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from domain.entries import choice
from domain.evaluations import State
from domain.rights import Right
from services import list_sheets, readings, review_items, reviews
from services.board import BoardFilter
from services.door import Actor, Work, work
from services.export_filters import of_the_board, of_the_figure, of_the_measures
from services.export_log import Listed, keep
from services.list_sheets import Columns, Row, words_of
from services.measures import MeasureFilter
from services.overview_cut import Cut
from services.records import load
from services.spreadsheets import FileType, Sheet, comma_separated, workbook

_ACCOUNTS = (Listed.ACCOUNTS, Listed.SIGN_INS)  # no dossiers


class Retained(StrEnum):
    """The lists of the page of keeping and destroying."""

    DUE = "due"
    HELD = "held"
    DESTROYED = "destroyed"


def of_board(actor: Actor, file_type: FileType, filters: BoardFilter) -> bytes:
    """Raises Refused as `services.board.page`."""
    with work(actor, Right.LIST) as w:
        made = _made(
            w, Listed.BOARD, file_type, list_sheets.BOARD, list_sheets.board_rows(w, filters), of_the_board(w, filters)
        )
    return _kept(actor, made)


def behind(
    actor: Actor,
    file_type: FileType,
    figure: str,
    year: int | None = None,
    cut: Cut = Cut(),  # noqa: B008 - frozen
) -> bytes:
    """The dossiers behind a figure of the overview. Raises Refused as `services.overview_dossiers.behind`."""
    with work(actor, Right.OVERVIEW) as w:
        rows = list_sheets.behind_rows(w, figure, year, cut)
        made = _made(w, Listed.BEHIND, file_type, list_sheets.BEHIND, rows, of_the_figure(w, figure, year, cut))
    return _kept(actor, made)


def of_measures(actor: Actor, file_type: FileType, wanted: MeasureFilter) -> bytes:
    with work(actor, Right.LIST) as w:
        made = _made(
            w, Listed.MEASURES, file_type, list_sheets.MEASURES, list_sheets.measure_rows(w, wanted), of_the_measures(w, wanted)
        )
    return _kept(actor, made)


def of_review(actor: Actor, file_type: FileType, review_id: int) -> bytes:
    """The list of one yearly review. Raises Refused ``review_unknown``."""
    with work(actor, Right.REVIEW) as w:
        shown = review_items.seen_by(w, reviews.found(w, review_id))
        period = words_of(w)("review.period_words", since=shown.line.since, until=shown.line.until)
        made = _made(w, Listed.REVIEW, file_type, list_sheets.REVIEW, list_sheets.review_rows(w, shown), period)
    return _kept(actor, made)


def of_retention(actor: Actor, file_type: FileType, which: Retained) -> bytes:
    """Raises Refused ``unknown_value``."""
    with work(actor, Right.RETAIN) as w:
        columns, rows = {
            Retained.DUE: (list_sheets.DUE, list_sheets.due_rows),
            Retained.HELD: (list_sheets.HELD, list_sheets.held_rows),
            Retained.DESTROYED: (list_sheets.DESTROYED, list_sheets.destroyed_rows),
        }[choice(Retained, which, "which")]
        made = _made(w, Listed(which), file_type, columns, rows(w))
    return _kept(actor, made)


def of_readings(actor: Actor, reference: str, file_type: FileType) -> bytes:
    """Who opened one dossier: all of it, also what does not fit on the screen. Raises Refused ``not_found``."""
    with work(actor, Right.AUDIT) as w:
        complaint, t = load(w, reference), words_of(w)
        opened = ((each.who, t(f"readings.{each.what}"), each.at) for each in readings.readings_of(w, complaint, None))
        made = _made(w, Listed.READINGS, file_type, list_sheets.READINGS, opened, complaint.reference)
    return _kept(actor, made)


def of_appeals(actor: Actor, file_type: FileType) -> bytes:
    """For who hears them: hers."""
    with work(actor, Right.READ) as w:
        made = _made(w, Listed.APPEALS, file_type, list_sheets.APPEALS, list_sheets.appeal_rows(w))
    return _kept(actor, made)


def of_restricted(actor: Actor, file_type: FileType, *, closed: bool = False) -> bytes:
    """For who keeps a closed compartment."""
    with work(actor, Right.LIST) as w:
        said = words_of(w)("restricted.ended" if closed else "restricted.going_on")
        made = _made(w, Listed.RESTRICTED, file_type, list_sheets.RESTRICTED, list_sheets.restricted_rows(w, closed), said)
    return _kept(actor, made)


def of_accounts(actor: Actor, file_type: FileType) -> bytes:
    with work(actor, Right.ACCOUNTS) as w:
        made = _made(w, Listed.ACCOUNTS, file_type, list_sheets.ACCOUNT, list_sheets.account_rows(w))
    return _kept(actor, made)


def of_sign_ins(actor: Actor, file_type: FileType) -> bytes:
    with work(actor, Right.ACCOUNTS) as w:
        made = _made(w, Listed.SIGN_INS, file_type, list_sheets.SIGN_INS, list_sheets.sign_in_rows(w))
    return _kept(actor, made)


def of_evaluations(actor: Actor, file_type: FileType, state: State) -> bytes:
    """The forms that wait, or those that somebody said are no complaint. Raises Refused ``unknown_value``."""
    with work(actor, Right.EVALUATIONS) as w:
        wanted = choice(State, state, "state")
        said = words_of(w)(f"exports.forms_{wanted}")
        made = _made(w, Listed.FORMS, file_type, list_sheets.FORMS, list_sheets.form_rows(w, wanted), said)
    return _kept(actor, made)


# Any of them


@dataclass(frozen=True)
class _Made:
    what: Listed
    file_type: FileType
    content: bytes
    rows: int


class _Counted:
    """The rows, counted while they are written; a sentence where there are none."""

    def __init__(self, rows: Iterable[Row], nothing: str) -> None:
        self.rows, self.nothing, self.number = rows, nothing, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            self.number += 1
            yield row
        if not self.number:
            yield (self.nothing,)


def _made(w: Work, what: Listed, file_type: FileType, columns: Columns, rows: Iterable[Row], narrowed: str = "") -> _Made:
    t = words_of(w)
    found = _Counted(rows, t("exports.nothing"))
    headings, widths = tuple(t(key) for key, _ in columns), tuple(width for _, width in columns)
    sheet = Sheet(t(f"exports.list_{what}"), headings, found, widths)
    if choice(FileType, file_type, "file_type") is FileType.CSV:
        content = comma_separated(sheet)
    else:
        said = Sheet(t("exports.about"), (t("exports.about"), ""), _about(w, what, narrowed, found), (24, 90))
        content = workbook([sheet, said])
    return _Made(what, file_type, content, found.number)


def _about(w: Work, what: Listed, narrowed: str, found: _Counted) -> Iterator[Row]:
    """Written after the list itself: only then its length is known."""
    t = words_of(w)
    yield (t("overview.about_what"), t(f"exports.list_{what}"))
    yield (t("overview.about_narrowed"), narrowed or t("exports.narrowed_not"))
    yield (t("exports.about_rows"), found.number)
    yield (t("overview.about_made"), w.now)
    yield (t("overview.about_by"), w.person.display_name)
    yield (t("overview.about_filter"), t("exports.scope_accounts" if what in _ACCOUNTS else "exports.scope"))
    yield (t("exports.about_left_out"), t("exports.left_out_nothing"))


def _kept(actor: Actor, made: _Made) -> bytes:
    keep(actor, made.what, made.file_type, made.rows)
    return made.content
