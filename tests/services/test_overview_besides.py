"""N3 and N5 against cases that were reckoned by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.evaluations import State
from domain.indicators import BY_KEY
from domain.vocabulary import Compartment, Kind, Status
from services import overview, overview_besides
from services.door import today_and_now
from services.overview import Cut
from tests.conftest import TODAY, Cast
from tests.fill import make_complaint, make_party
from tests.services.test_board import filled


def value(cast: Cast, key: str, who: str = "cora", year: int = 2026, cut: Cut = Cut()) -> float | None:  # noqa: B008 - frozen
    return BY_KEY[key].of(overview.year(cast.actor(who), year, cut).now)


# N5


def make_form(session: Session, cast: Cast, state: State, received_on: date = TODAY, **columns: Any) -> m.Evaluation:
    done = state is not State.CANDIDATE
    row = m.Evaluation(
        fingerprint=uuid4().hex,
        imported_by=cast["cora"],
        imported_at=today_and_now()[1],
        received_on=received_on,
        why=[],
        state=state,
        decided_by=cast["cora"] if done else None,
        decided_on=TODAY if done else None,
        reason="Een wens" if state is State.DISMISSED else "",
        **columns,
    )
    session.add(row)
    session.flush()
    return row


@dataclass(frozen=True)
class Case:
    """How many of each state; `other`: forms that do not count, with these columns."""

    expected: float | None
    confirmed: int = 0
    dismissed: int = 0
    waiting: int = 0
    other: Mapping[str, Any] = field(default_factory=dict)


CASES = {
    "no forms at all": Case(None),
    "only one that waits": Case(None, waiting=1),
    "one of one": Case(1.0, confirmed=1),
    "none of one": Case(0.0, dismissed=1),
    "one of two": Case(0.5, confirmed=1, dismissed=1),
    "one of three, two wait": Case(1 / 3, confirmed=1, dismissed=2, waiting=2),
    "three of four": Case(0.75, confirmed=3, dismissed=1),
    "of last year": Case(None, other={"received_on": date(2025, 12, 31)}),
    "on the first day": Case(0.5, dismissed=1, other={"received_on": date(2026, 1, 1)}),
    "after today": Case(1.0, confirmed=1, other={"received_on": date(2027, 1, 1)}),
    "emptied by its term": Case(0.5, dismissed=1, other={"emptied_on": TODAY}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_part_of_the_judged_forms_that_is_a_complaint(engine: Engine, cast: Cast, name: str) -> None:
    case = CASES[name]
    with filled(engine) as session:
        for state in State:
            for _ in range({"confirmed": case.confirmed, "dismissed": case.dismissed, "candidate": case.waiting}[state]):
                make_form(session, cast, state)
        if case.other:
            make_form(session, cast, State.CONFIRMED, **case.other)

    assert value(cast, "confirmed_share") == case.expected


def test_the_share_follows_its_reader(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        hers = make_form(session, cast, State.DISMISSED)
        session.add(m.EvaluationAbout(evaluation_id=hers.id, account_id=cast["dora"]))
        became = make_form(session, cast, State.CONFIRMED)
        make_party(session, make_complaint(session, cast, form_id=became.form_id), cast["dora"])
        make_form(session, cast, State.CONFIRMED)

    assert value(cast, "confirmed_share") == 2 / 3
    assert value(cast, "confirmed_share", "dora") == 1.0
    assert value(cast, "confirmed_share", "piet") is None
    assert value(cast, "confirmed_share", "mia") is None
    assert value(cast, "confirmed_share", cut=Cut(unit_id=cast.units["noord"])) is None


# N3

# received, children or clients, what it is
PER_HUNDRED: dict[str, tuple[int, int | None, float | None]] = {
    "nobody said how many": (3, None, None),
    "none of fifty": (0, 50, 0.0),
    "one of one": (1, 1, 100.0),
    "one of a hundred": (1, 100, 1.0),
    "two of three": (2, 3, 200 / 3),
    "three of 1,234": (3, 1234, 300 / 1234),
    "more complaints than clients": (3, 2, 150.0),
}


@pytest.mark.parametrize("name", PER_HUNDRED)
def test_complaints_per_hundred_clients(engine: Engine, cast: Cast, name: str) -> None:
    received, reference, expected = PER_HUNDRED[name]
    with filled(engine) as session:
        for _ in range(received):
            make_complaint(session, cast)
        make_complaint(session, cast, kind=Kind.QUESTION)
        make_complaint(session, cast, compartment=Compartment.UNWANTED_BEHAVIOUR)
        make_complaint(session, cast, received_on=date(2025, 12, 31))
    overview_besides.choose_reference(cast.actor("cora"), 2026, reference, None)

    assert value(cast, "per_hundred") == expected


def test_one_that_was_anonymised_counts_and_one_about_the_reader_does_not(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        make_complaint(session, cast, status=Status.ANONYMISED, title="", description="")
        make_party(session, make_complaint(session, cast), cast["cora"])
    overview_besides.choose_reference(cast.actor("cora"), 2026, 50, None)

    assert (value(cast, "per_hundred"), value(cast, "per_hundred", "dora")) == (2.0, 4.0)


def test_it_is_of_a_whole_year_for_who_counts_everything(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        make_complaint(session, cast)
    overview_besides.choose_reference(cast.actor("cora"), 2026, 50, None)
    overview_besides.choose_reference(cast.actor("cora"), 2025, 40, None)

    assert value(cast, "per_hundred") == 2.0
    assert overview.year(cast.actor("cora"), 2026).before.value("per_hundred") == 0.0
    for who in ("hans", "mia", "piet"):
        assert value(cast, "per_hundred", who) is None
    for cut in (Cut(unit_id=cast.units["noord"]), Cut(date(2026, 1, 1), date(2026, 6, 30))):
        assert value(cast, "per_hundred", cut=cut) is None


@pytest.mark.parametrize(
    ("year", "number"), [(1999, 5), (2027, 5), (True, 5), (2026, 0), (2026, -1), (2026, 10**9), (2026, "9")]
)
def test_a_number_that_cannot_be(cast: Cast, year: Any, number: Any) -> None:
    with pytest.raises(Refused, match="unknown_value"):
        overview_besides.choose_reference(cast.actor("cora"), year, number, None)


def test_an_old_screen_does_not_change_the_number(cast: Cast) -> None:
    cora = cast.actor("cora")
    overview_besides.choose_reference(cora, 2026, 50, None)
    overview_besides.choose_reference(cora, 2026, 50, None)  # a double click

    with pytest.raises(Refused, match="changed_meanwhile"):
        overview_besides.choose_reference(cast.actor("dora"), 2026, 60, None)
    overview_besides.choose_reference(cora, 2026, None, 50)
    with pytest.raises(Refused, match="not_allowed"):
        overview_besides.choose_reference(cast.actor("piet"), 2026, 60, None)
