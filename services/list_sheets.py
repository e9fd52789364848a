"""The columns of each list that can be taken along, and its rows: everything that stands on its screen, in the same words."""

from __future__ import annotations

from collections.abc import Iterator

from domain.evaluations import State
from domain.measures import MeasureState
from domain.sign_ins import RULE_CHANGED
from services import (
    accounts,
    appeal_files,
    board,
    evaluations,
    measures,
    overview_dossiers,
    restricted,
    retention,
    review_items,
    sign_in_log,
)
from services.board import BoardFilter
from services.door import Work
from services.exports import words_in
from services.measures import MeasureFilter
from services.overview_cut import Cut
from services.spreadsheets import Cell, Words

Row = tuple[Cell, ...]
Columns = tuple[tuple[str, int], ...]  # the message of each heading, and its width in characters


def words_of(w: Work) -> Words:
    return words_in(w.person.language)


BOARD: Columns = (
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


def board_rows(w: Work, filters: BoardFilter) -> Iterator[Row]:
    t = words_of(w)
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


BEHIND: Columns = (
    ("overview.behind_reference", 12),
    ("overview.behind_title", 44),
    ("overview.behind_received", 14),
    ("overview.category", 30),
    ("overview.unit", 24),
    ("overview.behind_status", 24),
)


def behind_rows(w: Work, figure: str, year: int | None, cut: Cut) -> Iterator[Row]:
    t = words_of(w)
    for row in overview_dossiers.everything(w, figure, year, cut):
        unit = row.unit or t("overview.not_given")
        yield (row.reference, _title(t, row.title), row.received_on, row.category, unit, t(f"status.{row.status}"))


MEASURES: Columns = (
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


def measure_rows(w: Work, wanted: MeasureFilter) -> Iterator[Row]:
    t = words_of(w)
    for row in measures.everything(w, wanted):
        state = t(f"exports.measure_{row.state}" if row.state is MeasureState.CHECKED else _state_key(row.state))
        helped = t(f"helped.{row.helped}") if row.helped else None
        told = (row.evidence, row.check_on, helped, row.explanation)
        yield (row.reference, _title(t, row.title), row.text, row.owner, state, row.due_on, row.done_on, *told)


def _state_key(state: MeasureState) -> str:
    return f"actions.show_{state}" if state in (MeasureState.OPEN, MeasureState.OVERDUE) else f"measure_state.{state}"


REVIEW: Columns = (
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


def review_rows(w: Work, shown: review_items.Review) -> Iterator[Row]:
    t = words_of(w)
    said = {None: t("review.open_answer"), True: t("review.said_yes"), False: t("review.said_no")}
    for each in shown.items:
        what = (each.category, each.unit, t(f"status.{each.status}"), t(f"outcome.{each.outcome}") if each.outcome else None)
        answer = (said[each.extra_action], each.action, each.why, each.owner, each.due_on, each.note, each.by, each.on)
        yield (each.reference, each.received_on, _title(t, each.title), *what, *answer)


DUE: Columns = (
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


def due_rows(w: Work) -> Iterator[Row]:
    t = words_of(w)
    for row in retention.all_due(w):
        stopped = ", ".join(t(f"retention_block.{each}") for each in row.blocks)
        proposed = row.proposed if row.proposed and row.proposed.what is row.what else None
        yield (
            *(row.reference, t(f"compartment.{row.compartment}"), row.title, row.category, t(f"status.{row.status}")),
            *(t(f"retention_what.{row.what}"), row.ended_on, row.until, row.last_on, stopped, row.hold),
            *((proposed.by, proposed.on) if proposed else (None, None)),
        )


HELD: Columns = (
    ("retention.column_reference", 12),
    ("board.column_title", 40),
    ("exports.hold", 60),
    ("exports.held_by", 24),
    ("exports.held_on", 14),
)


def held_rows(w: Work) -> Iterator[Row]:
    return ((each.reference, each.title, each.reason, each.by, each.on) for each in retention.all_held(w))


DESTROYED: Columns = (
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


def destroyed_rows(w: Work) -> Iterator[Row]:
    t = words_of(w)
    for each in retention.all_gone(w):
        what = (each.reference, t(f"compartment.{each.compartment}"), t(f"retention_what.{each.what}"), each.destroyed_on)
        yield (*what, each.years, each.ended_on, each.until, each.proposed_by, each.confirmed_by, each.files)


READINGS: Columns = (("readings.who", 30), ("readings.what", 30), ("readings.when", 20))

APPEALS: Columns = (
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


def appeal_rows(w: Work) -> Iterator[Row]:
    t = words_of(w)
    for row in appeal_files.of_reviewer(w):
        following = (row.next.label, row.next.target_on) if row.next else (None, None)
        ended = (t(f"ruling.{row.ruling}") if row.ruling else None, row.ruled_on, row.withdrawn_on)
        in_time = t("common.yes" if row.in_time else "common.no")
        yield (row.reference, _title(t, row.title), row.lodged_on, in_time, *following, *ended)


RESTRICTED: Columns = (
    ("board.column_reference", 12),
    ("restricted.received_on", 14),
    ("restricted.what", 30),
    ("exports.subcategory", 30),
    ("exports.status", 24),
    ("board.column_promise", 34),
    ("board.column_due", 14),
)


def restricted_rows(w: Work, closed: bool) -> Iterator[Row]:
    t = words_of(w)
    for row in restricted.everything(w, closed=closed):
        what = (row.category, row.subcategory, t(f"status.{row.status}"))
        yield (row.reference, row.received_on, *what, row.next_label, row.next_on)


ACCOUNT: Columns = (
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


def account_rows(w: Work) -> Iterator[Row]:
    t = words_of(w)
    for row in accounts.everybody(w):
        state = "disabled" if not row.active else "active" if row.has_password else "no_password"
        roles = ", ".join(t(f"role.{role}") for role in row.roles)
        who = (row.display_name, row.name, row.email, row.phone, roles, t(f"people.state_{state}"), row.unit)
        yield (*who, *(t("common.yes" if each else "common.no") for each in (row.external, row.second_step)), row.last_seen_at)


SIGN_INS: Columns = (
    ("sign_in_log.who", 28),
    ("sign_in_log.what", 44),
    ("exports.why", 44),
    ("sign_in_log.by", 28),
    ("sign_in_log.when", 20),
)


def sign_in_rows(w: Work) -> Iterator[Row]:
    t = words_of(w)
    for each in sign_in_log.of_everybody(w):
        key = f"role.{each.why}" if each.what in RULE_CHANGED else f"sign_in_log.why_{each.why}"
        why = t(key) if each.why and t(key) != key else None
        yield (each.who or t("sign_in_log.nobody"), t(f"sign_in_log.{each.what}"), why, each.by, each.at)


FORMS: Columns = (
    ("evaluations.field_source", 20),
    ("evaluations.field_form", 12),
    ("exports.brought_in", 14),
    ("evaluations.field_filled_in_on", 14),
    ("evaluations.field_training", 26),
    ("evaluations.field_group", 22),
    ("evaluations.field_score", 8),
    ("evaluations.field_question", 40),
    ("evaluations.field_words", 50),
    ("evaluations.field_person", 24),
    ("evaluations.field_trainer", 24),
    ("exports.proposed_why", 34),
    ("exports.answered_by", 24),
    ("exports.answered_on", 14),
    ("exports.dismissed_why", 44),
)


def form_rows(w: Work, state: State) -> Iterator[Row]:
    t = words_of(w)
    for each in evaluations.everything(w, state):
        why = ", ".join(t(f"evaluations.why_{one.reason}", said=one.said) for one in each.why)
        score = int(each.score) if each.score is not None and each.score == int(each.score) else each.score
        stood = (each.training, each.group, score, each.question, each.words, each.person, each.trainer)
        came = (each.source or t("evaluations.keyed"), each.form, each.imported_on, each.filled_in_on)
        yield (*came, *stood, why, each.decided_by, each.decided_on, each.reason)


def _title(t: Words, title: str, *, urgent: bool = False) -> str:
    shown = title or t("retention.no_title")
    return t("board.red_flag", title=shown) if urgent else shown
