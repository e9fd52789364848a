"""Lists as a file: each with the right and the rows of its screen, all pages of it, and never from what a browser holds.

A workbook says on its second sheet what it is, what it was narrowed to, who made it, when, and how many lines it has; a .csv
has the lines alone. That one was made is kept (services/export_log.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from domain.entries import choice
from domain.measures import MeasureState
from domain.rights import Right
from domain.sign_ins import RULE_CHANGED
from services import (
    accounts,
    appeal_files,
    board,
    measures,
    overview_dossiers,
    readings,
    restricted,
    retention,
    review_items,
    reviews,
    sign_in_log,
)
from services.board import BoardFilter
from services.door import Actor, Work, work
from services.export_filters import of_the_board, of_the_figure, of_the_measures
from services.export_log import Listed, keep
from services.exports import words_in
from services.measures import MeasureFilter
from services.overview_cut import Cut
from services.records import load
from services.spreadsheets import Cell, FileType, Sheet, Words, comma_separated, workbook

Row = tuple[Cell, ...]
Columns = tuple[tuple[str, int], ...]  # the message of each heading, and its width in characters

_ACCOUNTS = (Listed.ACCOUNTS, Listed.SIGN_INS)  # no dossiers


class Retained(StrEnum):
    """The lists of the page of keeping and destroying."""

    DUE = "due"
    HELD = "held"
    DESTROYED = "destroyed"


def of_board(actor: Actor, file_type: FileType, filters: BoardFilter) -> bytes:
    """Raises Refused as `services.board.page`."""
    with work(actor, Right.LIST) as w:
        made = _made(w, Listed.BOARD, file_type, _BOARD, _board(w, filters), of_the_board(w, filters))
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
        rows = _behind(w, figure, year, cut)
        made = _made(w, Listed.BEHIND, file_type, _BEHIND, rows, of_the_figure(w, figure, year, cut))
    return _kept(actor, made)


def of_measures(actor: Actor, file_type: FileType, wanted: MeasureFilter) -> bytes:
    with work(actor, Right.LIST) as w:
        made = _made(w, Listed.MEASURES, file_type, _MEASURES, _measures(w, wanted), of_the_measures(w, wanted))
    return _kept(actor, made)


def of_review(actor: Actor, file_type: FileType, review_id: int) -> bytes:
    """The list of one yearly review. Raises Refused ``review_unknown``."""
    with work(actor, Right.REVIEW) as w:
        shown = review_items.seen_by(w, reviews.found(w, review_id))
        period = _words(w)("review.period_words", since=shown.line.since, until=shown.line.until)
        made = _made(w, Listed.REVIEW, file_type, _REVIEW, _review(w, shown), period)
    return _kept(actor, made)


def of_retention(actor: Actor, file_type: FileType, which: Retained) -> bytes:
    """Raises Refused ``unknown_value``."""
    with work(actor, Right.RETAIN) as w:
        columns, rows = {
            Retained.DUE: (_DUE, _due),
            Retained.HELD: (_HELD, _held),
            Retained.DESTROYED: (_DESTROYED, _destroyed),
        }[choice(Retained, which, "which")]
        made = _made(w, Listed(which), file_type, columns, rows(w))
    return _kept(actor, made)


def of_readings(actor: Actor, file_type: FileType, reference: str) -> bytes:
    """Who opened one dossier: all of it, also what does not fit on the screen. Raises Refused ``not_found``."""
    with work(actor, Right.AUDIT) as w:
        complaint, t = load(w, reference), _words(w)
        opened = ((each.who, t(f"readings.{each.what}"), each.at) for each in readings.readings_of(w, complaint, None))
        made = _made(w, Listed.READINGS, file_type, _READINGS, opened, complaint.reference)
    return _kept(actor, made)


def of_appeals(actor: Actor, file_type: FileType) -> bytes:
    """For who hears them: hers."""
    with work(actor, Right.READ) as w:
        made = _made(w, Listed.APPEALS, file_type, _APPEALS, _appeals(w))
    return _kept(actor, made)


def of_restricted(actor: Actor, file_type: FileType, *, closed: bool = False) -> bytes:
    """For who keeps a closed compartment."""
    with work(actor, Right.LIST) as w:
        said = _words(w)("restricted.ended" if closed else "restricted.going_on")
        made = _made(w, Listed.RESTRICTED, file_type, _RESTRICTED, _restricted(w, closed), said)
    return _kept(actor, made)


def of_accounts(actor: Actor, file_type: FileType) -> bytes:
    with work(actor, Right.ACCOUNTS) as w:
        made = _made(w, Listed.ACCOUNTS, file_type, _ACCOUNT, _accounts(w))
    return _kept(actor, made)


def of_sign_ins(actor: Actor, file_type: FileType) -> bytes:
    with work(actor, Right.ACCOUNTS) as w:
        made = _made(w, Listed.SIGN_INS, file_type, _SIGN_INS, _sign_ins(w))
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
    t = _words(w)
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
    t = _words(w)
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


def _words(w: Work) -> Words:
    return words_in(w.person.language)


# Each of them


_BOARD: Columns = (
    ("board.column_reference", 12),
    ("exports.kind", 10),
    ("board.column_title", 44),
    ("exports.status", 24),
    ("exports.outside", 10),
    ("overview.unit", 24),
    ("complaint.received_on", 14),
    ("board.column_flag", 18),
    ("board.column_promise", 34),
    ("board.column_due", 14),
    ("exports.days_left", 12),
    ("board.column_handler", 26),
    ("exports.waits_for", 26),
)


def _board(w: Work, filters: BoardFilter) -> Iterator[Row]:
    t = _words(w)
    for row in board.everything(w, filters):
        handler = row.handler and (t("board.handler_gone", name=row.handler) if row.handler_gone else row.handler)
        yield (
            row.reference,
            t(f"kind.{row.kind}"),
            _title(t, row.title, urgent=row.red_flag),
            t(f"status.{row.status}"),
            t("common.yes" if row.external else "common.no"),
            row.unit,
            row.received_on,
            t(f"flag.{row.flag}"),
            row.promise,
            row.due_on,
            row.days_left,
            handler or t("board.nobody"),
            t("exports.director") if row.director_acts else row.waiting_for,
        )


_BEHIND: Columns = (
    ("overview.behind_reference", 12),
    ("overview.behind_title", 44),
    ("overview.behind_received", 14),
    ("overview.category", 30),
    ("overview.unit", 24),
    ("overview.behind_status", 24),
)


def _behind(w: Work, figure: str, year: int | None, cut: Cut) -> Iterator[Row]:
    t = _words(w)
    for row in overview_dossiers.everything(w, figure, year, cut):
        unit = row.unit or t("overview.not_given")
        yield (row.reference, _title(t, row.title), row.received_on, row.category, unit, t(f"status.{row.status}"))


_MEASURES: Columns = (
    ("board.column_reference", 12),
    ("board.column_title", 36),
    ("exports.measure", 50),
    ("exports.owner", 24),
    ("exports.state", 22),
    ("board.column_due", 14),
    ("exports.done_on", 14),
    ("exports.evidence", 40),
    ("exports.check_on", 14),
    ("exports.helped", 14),
    ("exports.explanation", 40),
)


def _measures(w: Work, wanted: MeasureFilter) -> Iterator[Row]:
    t = _words(w)
    for row in measures.everything(w, wanted):
        state = t(f"exports.measure_{row.state}" if row.state is MeasureState.CHECKED else _state_key(row.state))
        helped = t(f"helped.{row.helped}") if row.helped else None
        told = (row.evidence, row.check_on, helped, row.explanation)
        yield (row.reference, _title(t, row.title), row.text, row.owner, state, row.due_on, row.done_on, *told)


def _state_key(state: MeasureState) -> str:
    return f"actions.show_{state}" if state in (MeasureState.OPEN, MeasureState.OVERDUE) else f"measure_state.{state}"


_REVIEW: Columns = (
    ("review.column_reference", 12),
    ("overview.behind_received", 14),
    ("review.column_title", 40),
    ("overview.category", 28),
    ("overview.unit", 24),
    ("exports.status", 22),
    ("overview.outcome", 20),
    ("exports.extra_action", 16),
    ("review.told_action", 44),
    ("review.told_why", 44),
    ("exports.owner", 24),
    ("board.column_due", 14),
    ("review.told_note", 40),
    ("exports.answered_by", 24),
    ("exports.answered_on", 14),
)


def _review(w: Work, shown: review_items.Review) -> Iterator[Row]:
    t = _words(w)
    said = {None: t("review.open_answer"), True: t("review.said_yes"), False: t("review.said_no")}
    for each in shown.items:
        what = (each.category, each.unit, t(f"status.{each.status}"), t(f"outcome.{each.outcome}") if each.outcome else None)
        answer = (said[each.extra_action], each.action, each.why, each.owner, each.due_on, each.note, each.by, each.on)
        yield (each.reference, each.received_on, _title(t, each.title), *what, *answer)


_DUE: Columns = (
    ("retention.column_reference", 12),
    ("retention.column_compartment", 22),
    ("board.column_title", 40),
    ("overview.category", 28),
    ("exports.status", 22),
    ("retention.column_what", 20),
    ("exports.ended_on", 14),
    ("exports.may_go_from", 14),
    ("exports.last_event", 14),
    ("exports.stopped_by", 34),
    ("exports.hold", 40),
    ("retention.column_proposed", 24),
    ("exports.proposed_on", 14),
)


def _due(w: Work) -> Iterator[Row]:
    t = _words(w)
    for row in retention.all_due(w):
        stopped = ", ".join(t(f"retention_block.{each}") for each in row.blocks)
        proposed = row.proposed if row.proposed and row.proposed.what is row.what else None
        yield (
            *(row.reference, t(f"compartment.{row.compartment}"), row.title, row.category, t(f"status.{row.status}")),
            *(t(f"retention_what.{row.what}"), row.ended_on, row.until, row.last_on, stopped, row.hold),
            *((proposed.by, proposed.on) if proposed else (None, None)),
        )


_HELD: Columns = (
    ("retention.column_reference", 12),
    ("board.column_title", 40),
    ("exports.hold", 60),
    ("exports.held_by", 24),
    ("exports.held_on", 14),
)


def _held(w: Work) -> Iterator[Row]:
    return ((each.reference, each.title, each.reason, each.by, each.on) for each in retention.all_held(w))


_DESTROYED: Columns = (
    ("retention.column_reference", 12),
    ("retention.column_compartment", 22),
    ("retention.column_what", 20),
    ("retention.column_destroyed", 14),
    ("exports.years", 14),
    ("exports.ended_on", 14),
    ("exports.may_go_from", 14),
    ("retention.column_proposed", 24),
    ("retention.column_confirmed", 24),
    ("retention.column_files", 12),
)


def _destroyed(w: Work) -> Iterator[Row]:
    t = _words(w)
    for each in retention.all_gone(w):
        what = (each.reference, t(f"compartment.{each.compartment}"), t(f"retention_what.{each.what}"), each.destroyed_on)
        yield (*what, each.years, each.ended_on, each.until, each.proposed_by, each.confirmed_by, each.files)


_READINGS: Columns = (("readings.who", 30), ("readings.what", 30), ("readings.when", 20))

_APPEALS: Columns = (
    ("board.column_reference", 12),
    ("board.column_title", 44),
    ("complaint.lodged_on", 14),
    ("exports.in_time", 12),
    ("board.column_promise", 34),
    ("board.column_due", 14),
    ("complaint.ruling", 30),
    ("exports.ruled_on", 14),
    ("exports.withdrawn_on", 14),
)


def _appeals(w: Work) -> Iterator[Row]:
    t = _words(w)
    for row in appeal_files.of_reviewer(w):
        following = (row.next.label, row.next.target_on) if row.next else (None, None)
        ended = (t(f"ruling.{row.ruling}") if row.ruling else None, row.ruled_on, row.withdrawn_on)
        in_time = t("common.yes" if row.in_time else "common.no")
        yield (row.reference, _title(t, row.title), row.lodged_on, in_time, *following, *ended)


_RESTRICTED: Columns = (
    ("board.column_reference", 12),
    ("restricted.received_on", 14),
    ("restricted.what", 30),
    ("exports.subcategory", 30),
    ("exports.status", 24),
    ("board.column_promise", 34),
    ("board.column_due", 14),
)


def _restricted(w: Work, closed: bool) -> Iterator[Row]:
    t = _words(w)
    for row in restricted.everything(w, closed=closed):
        what = (row.category, row.subcategory, t(f"status.{row.status}"))
        yield (row.reference, row.received_on, *what, row.next_label, row.next_on)


_ACCOUNT: Columns = (
    ("people.display_name", 28),
    ("people.name", 18),
    ("people.email", 32),
    ("people.phone", 18),
    ("people.roles", 40),
    ("people.state", 20),
    ("people.unit", 28),
    ("exports.external", 12),
    ("exports.second_step", 14),
    ("people.last_seen", 20),
)


def _accounts(w: Work) -> Iterator[Row]:
    t = _words(w)
    for row in accounts.everybody(w):
        state = "disabled" if not row.active else "active" if row.has_password else "no_password"
        roles = ", ".join(t(f"role.{role}") for role in row.roles)
        who = (row.display_name, row.name, row.email, row.phone, roles, t(f"people.state_{state}"), row.unit)
        yield (*who, *(t("common.yes" if each else "common.no") for each in (row.external, row.second_step)), row.last_seen_at)


_SIGN_INS: Columns = (
    ("sign_in_log.who", 28),
    ("sign_in_log.what", 44),
    ("exports.why", 44),
    ("sign_in_log.by", 28),
    ("sign_in_log.when", 20),
)


def _sign_ins(w: Work) -> Iterator[Row]:
    t = _words(w)
    for each in sign_in_log.of_everybody(w):
        key = f"role.{each.why}" if each.what in RULE_CHANGED else f"sign_in_log.why_{each.why}"
        why = t(key) if each.why and t(key) != key else None
        yield (each.who or t("sign_in_log.nobody"), t(f"sign_in_log.{each.what}"), why, each.by, each.at)


def _title(t: Words, title: str, *, urgent: bool = False) -> str:
    shown = title or t("retention.no_title")
    return t("board.red_flag", title=shown) if urgent else shown
