"""What the overview fetches: as many statements and as many rows from ten times as many dossiers of the same kinds, never a
list of dossiers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, select
from sqlalchemy.orm import Session

from db import models as m
from domain.indicators import INDICATORS, LEAD_BINS
from domain.vocabulary import EventKind, ExternalResult, Kind, Outcome
from services import board, door, overview, overview_dossiers
from services.overview import Cut
from tests.conftest import TODAY, Cast
from tests.services.test_board import filled

FEW, MANY = 50, 500
UNITS = ("noord", "zuid", "wijk", None)
CATEGORIES = ("Resultaat", "Kosten", "Zaal")
OUTCOMES = (*Outcome, None)
DAYS = 11  # different days on which something came in, in the two years
CODES = ("ACK", "DECIDE_OR_CONTACT", "RESPONSE", "APPEAL_ACK")
TOOK = (0, 1, 2, 3, 8, 20, 40)  # days to the answer, and to the registration
AT_NIGHT = datetime(2026, 1, 1, 3, tzinfo=UTC)


class Fetching:
    """A cursor that counts what is fetched from it."""

    def __init__(self, cursor: Any, seen: list[tuple[str, list[Any]]], statement: str) -> None:
        self._cursor, self._seen, self._statement = cursor, seen, statement

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def _noted(self, rows: Any) -> Any:
        self._seen.append((self._statement, list(rows)))
        return rows

    def fetchone(self) -> Any:
        row = self._cursor.fetchone()
        self._noted([] if row is None else [row])
        return row

    def fetchmany(self, *size: Any) -> Any:
        return self._noted(self._cursor.fetchmany(*size))

    def fetchall(self) -> Any:
        return self._noted(self._cursor.fetchall())


@contextmanager
def fetched(engine: Engine) -> Iterator[tuple[list[str], list[tuple[str, list[Any]]]]]:
    """The statements that run inside, and what each fetch brought."""
    statements: list[str] = []
    rows: list[tuple[str, list[Any]]] = []

    def look(_connection: Any, cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        statements.append(statement)
        context.cursor = Fetching(cursor, rows, statement)

    event.listen(door.engine(), "after_cursor_execute", look)
    try:
        yield statements, rows
    finally:
        event.remove(door.engine(), "after_cursor_execute", look)


def cost(engine: Engine, act: Callable[[], object]) -> tuple[int, int]:
    """How many statements, how many rows."""
    act()
    with fetched(engine) as (statements, rows):
        act()
    return len(statements), sum(len(each) for _, each in rows)


def fill(session: Session, cast: Cast, size: int, kinds: int = FEW) -> None:
    """One INSERT for each table. `kinds`: after so many dossiers the same ones come again."""
    began = (session.scalars(select(m.Complaint.id).order_by(m.Complaint.id.desc())).first() or 0) + 1
    made: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for key in range(began, began + size):
        kind = key % kinds
        received = TODAY - timedelta(days=60 * (kind % DAYS) + 50)
        made[m.Complaint].append(_complaint(cast, key, kind, received))
        made[m.Promise] += [
            _promise(key, kind, code, received) for code in ("ACK", "DECIDE_OR_CONTACT", "RESPONSE", "APPEAL_ACK")
        ]
        for model, row in _file(cast, key, kind, received).items():
            made[model].append({"complaint_id": key, **row})
        made[m.Evaluation].append(
            {"form_id": f"e{key}", "fingerprint": f"e{key}", "imported_by": cast["tom"], "imported_at": AT_NIGHT,
             "received_on": received, "why": [], "state": ("confirmed", "dismissed")[kind % 2], "version": 1}
        )  # fmt: skip
    for model, rows in made.items():
        session.execute(insert(model), rows)


def _complaint(cast: Cast, key: int, kind: int, received: date) -> dict[str, Any]:
    unit = UNITS[kind % len(UNITS)]
    return {
        "id": key, "reference": f"K-{key}", "form_id": f"f{key}", "compartment": "regular", "profile_version_id": 1,
        "status": "in_progress" if kind % 3 == 0 else "closed", "kind": Kind.QUESTION if kind % 10 == 9 else Kind.COMPLAINT,
        "procedure": "HOUSE_WEEK", "received_on": received, "registered_at": AT_NIGHT,
        "registered_on": received + timedelta(days=TOOK[kind // 7 % 7]),
        "answered_on": received + timedelta(days=TOOK[kind % 7]),
        "reporter_id": cast["tom"], "channel": ("phone", "email")[kind % 2], "subject_type": "service", "title": "Koud",
        "description": "Te koud.", "category": CATEGORIES[kind % 3], "unit_id": cast.units[unit] if unit else None,
        "discussed": "yes", "ladder_level": "colleague", "handler_id": cast["hans"], "acting_director_id": cast["dora"],
        "outcome": OUTCOMES[kind % len(OUTCOMES)], "next_due_on": TODAY - timedelta(days=1), "version": 1,
    }  # fmt: skip


def _promise(key: int, kind: int, code: str, received: date) -> dict[str, Any]:
    target = received + timedelta(days=7)
    put_off = kind % 5 == 0
    return {
        "complaint_id": key, "procedure": "HOUSE_WEEK", "code": code, "trigger_on": received, "target_on": target,
        "legal_on": target, "statutory": False, "met_on": (target, target + timedelta(days=1), None)[kind % 3],
        "notice_on": target if put_off else None, "extended_to": target + timedelta(days=9) if put_off else None,
    }  # fmt: skip


def _file(cast: Cast, key: int, kind: int, received: date) -> dict[type[m.Base], dict[str, Any]]:
    """One row in each table from which something is counted."""
    return {
        m.Decision: {
            "id": key, "outcome": "upheld", "reasons": "Het klopte.", "decided_by": cast["hans"], "decided_on": received,
        },
        m.Appeal: {
            "form_id": f"a{key}", "decision_id": key, "lodged_on": received, "channel": "email", "grounds": "Nee.",
            "in_time": True, "registered_by": cast["cora"], "snapshot_seq": 0, "ruling": "revised", "ruled_on": TODAY,
            "version": 1,
        },
        m.Referral: {
            "form_id": f"r{key}", "body": ("desk", "committee")[kind % 2], "stage": "desk", "initiated_by": "complainant",
            "submitted_on": received, "internal_first": kind % 2 == 0,
            "result": list(ExternalResult)[kind % len(ExternalResult)],
        },
        m.Measure: {"decision_id": key, "text": "Rooster.", "owner_id": cast["hans"], "due_on": received},
        m.Event: {
            "seq": 1, "kind": EventKind.MEDIATION, "side": "file", "happened_on": received, "recorded_at": AT_NIGHT,
            "codes": {"result": "solved"}, "prev_hash": "0" * 64, "hash": f"{key:>064}",
        },
        m.Satisfaction: {"invited_on": TODAY, "process": 1 + kind % 5, "outcome": 2, "version": 1},
        m.Complainant: {"type": ("parent", "client")[kind % 2]},
    }  # fmt: skip


def figures() -> tuple[str, ...]:
    """Everything under which the dossiers open."""
    parts = ("month.9", "channel.email", "category.Kosten", "unit.", "cell..Kosten", "outcome.upheld", "standing.late")
    kept = ("promise.HOUSE_WEEK.RESPONSE.kept", "complainant.parent", "body.desk", "result.advice", "ruling.x")
    lines = (*parts, *kept, "standing.open", "funnel.external", "repeat.0.Kosten", "place.0")
    return (*(each.key for each in INDICATORS), *lines, *(f"lead.{place}" for place in range(len(LEAD_BINS))))


@pytest.mark.parametrize("who", ["cora", "mia", "hans", "piet"])
def test_ten_times_the_dossiers_are_not_a_row_more(engine: Engine, cast: Cast, who: str) -> None:
    """The page itself: the figures, what stands out, how long it took, the heat map, and what one can narrow it to."""
    actor, noord = cast.actor(who), Cut(unit_id=cast.units["noord"])
    asked: dict[str, Callable[[], object]] = {
        "year": lambda: overview.year(actor, 2026),
        "narrowed": lambda: overview.year(actor, 2026, noord),
        "months": lambda: overview.year(actor, None, Cut(first=date(2025, 9, 1), last=date(2026, 8, 31))),
        "options": lambda: board.options(actor),
    }
    with filled(engine) as session:
        fill(session, cast, FEW)
    few = {name: cost(engine, act) for name, act in asked.items()}
    with filled(engine) as session:
        fill(session, cast, MANY)
    many = {name: cost(engine, act) for name, act in asked.items()}

    assert many == few
    assert min(rows for _, rows in few.values()) > 10  # something was fetched


def test_the_rows_of_how_long_it_took_are_days_not_pairs_of_them(engine: Engine, cast: Cast) -> None:
    """Seven ways to be answered and seven to be registered are fourteen rows for each period, however they combine."""
    with filled(engine) as session:
        fill(session, cast, MANY, kinds=MANY)

    with fetched(engine) as (_, rows):
        overview.year(cast.actor("cora"), 2026)

    took = [each for statement, each in rows if "delay" in statement]
    assert 0 < sum(map(len, took)) <= 2 * 2 * len(TOOK)


def test_the_dossiers_behind_a_figure_come_a_page_at_a_time(engine: Engine, cast: Cast) -> None:
    cora = cast.actor("cora")

    def all_of_them(page: int) -> dict[str, tuple[int, int]]:
        return {each: cost_of_one(each, page) for each in figures()}

    def cost_of_one(figure: str, page: int) -> tuple[int, int]:
        with fetched(engine) as (statements, rows):
            overview_dossiers.behind(cora, figure, 2026, Cut(), page)
        return len(statements), max(len(each) for _, each in rows)

    with filled(engine) as session:
        fill(session, cast, FEW)
    few = all_of_them(1)
    with filled(engine) as session:
        fill(session, cast, MANY)

    for page in (1, 3):
        many = all_of_them(page)
        assert {name: number for name, (number, _) in many.items()} == {name: number for name, (number, _) in few.items()}
        assert max(most for _, most in many.values()) == overview_dossiers.PAGE_SIZE
