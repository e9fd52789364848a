"""N2, N25 and N26 against tables of cases that were reckoned by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from domain.vocabulary import Channel, LadderLevel, Outcome, SubjectType
from services import overview
from tests.conftest import CAST, TODAY, Cast
from tests.fill import make_complainant, make_measure
from tests.services.test_board import filled
from tests.services.test_overview_tables import ANONYMISED, LAST_YEAR, QUESTION, UNWANTED, Made, day, dossier, lay

AT_NIGHT = datetime(2026, 1, 1, 3, tzinfo=UTC)

# N25: of the last review that was finalised (dossiers, with extra action), and what was agreed in any and is not done


@dataclass(frozen=True)
class Item:
    extra: bool | None
    done: bool = False
    columns: Mapping[str, Any] = field(default_factory=dict)
    about: bool = False


NO, YES, DONE = Item(False), Item(True), Item(True, done=True)
# By review, the oldest first: was it finalised, and its dossiers.
REVIEWED: dict[str, tuple[tuple[tuple[bool, tuple[Item, ...]], ...], tuple[int, int, int] | None]] = {
    "no review": ((), None),
    "one that is going on": (((False, (YES, NO)),), None),
    "nothing to go through": (((True, ()),), (0, 0, 0)),
    "nothing extra": (((True, (NO, NO)),), (2, 0, 0)),
    "one of two": (((True, (YES, NO)),), (2, 1, 1)),
    "it is done": (((True, (DONE, NO)),), (2, 1, 0)),
    "no answer": (((True, (Item(None), YES)),), (2, 1, 1)),
    "still open of the one before": (((True, (YES, DONE)), (True, (NO,))), (1, 0, 1)),
    "and of the one that is going on": (((True, (YES,)), (False, (YES, YES))), (1, 1, 3)),
    "anonymised": (((True, (Item(True, columns=ANONYMISED), NO)),), (1, 0, 0)),
    "unwanted behaviour": (((True, (Item(True, columns=UNWANTED), NO)),), (1, 0, 0)),
    "about the reader": (((True, (Item(True, about=True), NO)),), (1, 0, 0)),
    "received years ago": (((True, (Item(True, columns={"received_on": day(-800)}),)),), (1, 1, 1)),
}


@pytest.mark.parametrize("name", REVIEWED)
def test_what_the_last_review_came_to(engine: Engine, cast: Cast, name: str) -> None:
    made, result = REVIEWED[name]
    with filled(engine) as session:
        for back, (finalised, items) in enumerate(made, start=-len(made)):
            review = m.Review(
                form_id=str(uuid4()), since=day(-90), until=day(back), frozen_on=day(back), opened_by=cast["cora"],
                opened_at=AT_NIGHT, finalised_on=day(back) if finalised else None,
                is_open=None if finalised else True,
            )  # fmt: skip
            session.add(review)
            session.flush()
            for item in items:
                _gone_through(session, cast, review, item)

    found = overview.year(cast.actor("cora"), 2026).reviewed

    assert (found and (found.total, found.extra, found.open)) == result
    if found:
        assert found.on == max(day(back) for back, (done, _) in enumerate(made, start=-len(made)) if done)


def _gone_through(session: Session, cast: Cast, review: m.Review, item: Item) -> None:
    complaint = lay(session, cast, Made(item.columns, about=item.about))
    row = m.ReviewItem(review_id=review.id, complaint_id=complaint.id, extra_action=item.extra)
    session.add(row)
    session.flush()
    if item.extra:
        done = {"done_on": TODAY} if item.done else {}
        make_measure(session, complaint, cast["hans"], review_item_id=row.id, **done)


# N26: (who says to know the version in force, how many people there are)

CONFIRMED: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[int, int]]] = {
    # who says so, who left, who has no role any more
    "nobody": ((), (), (), (0, len(CAST))),
    "one": (("tom",), (), (), (1, len(CAST))),
    "everybody": (tuple(CAST), (), (), (len(CAST), len(CAST))),
    "one who left": (("tom", "rosa"), ("tom",), (), (1, len(CAST) - 1)),
    "one who left and never said so": (("rosa",), ("tom",), (), (1, len(CAST) - 1)),
    "one without a role": (("tom", "rosa"), (), ("tom",), (1, len(CAST) - 1)),
}


@pytest.mark.parametrize("name", CONFIRMED)
def test_who_knows_the_procedure(engine: Engine, cast: Cast, name: str) -> None:
    said, left, without, result = CONFIRMED[name]
    with filled(engine) as session:
        for who in said:
            row = m.ProcedureConfirmed(account_id=cast[who], profile_version_id=1, confirmed_at=AT_NIGHT)
            session.add(row)
        for who in left:
            session.get_one(m.Account, cast[who]).active = False
        for who in without:
            session.get_one(m.Account, cast[who]).roles = []

    found = overview.year(cast.actor("cora"), 2026).confirmed

    assert (found.confirmed, found.active) == result


# N2: every table of one register

NOORD: dict[str, Any] = {
    "channel": Channel.EMAIL, "subject_type": SubjectType.CONDUCT, "category": "a", "received_on": date(2026, 3, 1),
}  # fmt: skip
REGISTER: tuple[tuple[Made, str | None], ...] = (
    (dossier(**NOORD), "noord"),
    (dossier(**{**NOORD, "category": "b"}), "noord"),
    (dossier(**{**NOORD, **ANONYMISED}), "zuid"),
    (dossier(**{**NOORD, "received_on": TODAY, "channel": Channel.PHONE}), None),
    (dossier(**{**NOORD, "red_flag": True, "outcome": Outcome.UPHELD}), "noord"),
    (dossier(**{**NOORD, "ladder_level": LadderLevel.OUTSIDE}), "noord"),
    (dossier(**{**NOORD, **LAST_YEAR}), "noord"),
    (dossier(**{**NOORD, "received_on": date(2024, 12, 31)}), "noord"),
    (dossier(**{**NOORD, **QUESTION}), "noord"),
    (dossier(**{**NOORD, **UNWANTED}), "noord"),
    (dossier(about=True, **{**NOORD, "category": "c", "channel": Channel.LETTER}), "wijk"),
)
TABLES: dict[str, dict[str | None, tuple[int, int]]] = {  # this year, last year
    "channels": {"email": (5, 1), "phone": (1, 0)},
    "subjects": {"conduct": (6, 1)},
    "categories": {"a": (5, 1), "b": (1, 0)},
    "units": {"Locatie Noord": (4, 1), "Locatie Zuid": (1, 0), None: (1, 0)},
    "outcomes": {"upheld": (1, 0)},
    "months": {"3": (5, 0), "11": (1, 0), "12": (0, 1)},
}


def test_the_tables_of_a_register(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        for number, (made, unit) in enumerate(REGISTER):
            complaint = lay(session, cast, made, unit_id=cast.units[unit] if unit else None)
            if number != 1:
                make_complainant(session, complaint)

    found = overview.year(cast.actor("cora"), 2026)

    for name, rows in TABLES.items():
        told = {row.key: (row.now, row.before) for row in getattr(found, name) if row.now or row.before}
        assert told == rows, name
    assert {row.key: row.now for row in found.files.complainants} == {"participant": 5, None: 1}
    cells = {("a", "Locatie Noord"): 3, ("b", "Locatie Noord"): 1, ("a", "Locatie Zuid"): 1, ("a", None): 1}
    assert {(each.category, each.unit): each.number for each in found.cells} == cells
