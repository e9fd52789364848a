"""The board: what is shown, counted and hidden, and what it costs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from db import models as m
from domain.calendar import Calendar
from domain.errors import Refused
from domain.promises import flag
from domain.vocabulary import Compartment, ExternalStage, Flag, Kind, Relation, Status
from services import board, door
from services.board import BoardFilter, Counts, Show, Sort, View
from tests.conftest import TODAY, Cast
from tests.fill import make_complainant, make_complaint, make_party, make_promise

DOSSIER_TABLES = {table.name for table in m.Base.metadata.tables.values() if "complaint_id" in table.c} | {"complaint"}


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@contextmanager
def filled(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session, session.begin():
        yield session


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements on dossier tables that run inside."""
    seen: list[str] = []

    def look(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if any(f"FROM {table} " in f"{statement} ".replace("\n", " ") for table in DOSSIER_TABLES):
            seen.append(statement)

    event.listen(door.engine(), "before_cursor_execute", look)
    try:
        yield seen
    finally:
        event.remove(door.engine(), "before_cursor_execute", look)


def references(cast: Cast, who: str, **filters: object) -> list[str]:
    return [row.reference for row in board.page(cast.actor(who), BoardFilter(**filters)).rows]  # type: ignore[arg-type]


# What a row says


def test_a_row_says_what_was_promised_when_and_who_handles_it(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        complaint = make_complaint(
            session, cast, reference="K26-AAAAA", title="Te koud", handler_id=cast["hans"], status=Status.IN_PROGRESS
        )
        make_promise(session, complaint, target_on=days(3))

    (row,) = board.page(cast.actor("cora"), BoardFilter()).rows

    assert (row.reference, row.title, row.kind, row.status) == ("K26-AAAAA", "Te koud", Kind.COMPLAINT, Status.IN_PROGRESS)
    assert (row.promise, row.due_on, row.days_left) == ("Reactie naar de klant", days(3), 3)
    assert (row.handler, row.unit, row.external) == ("Hans Behandelaar", "Locatie Noord", False)


def test_a_dossier_without_a_promise_has_no_flag_and_no_date(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        make_complaint(session, cast, status=Status.ANSWERED)

    (row,) = board.page(cast.actor("cora"), BoardFilter()).rows

    assert (row.flag, row.promise, row.due_on, row.days_left) == (Flag.NONE, None, None, None)


@pytest.mark.parametrize(
    ("stage", "outside"),
    [(None, False), (ExternalStage.INFORMED, False), (ExternalStage.DESK, True), (ExternalStage.COMMITTEE_PENDING, True)],
)
def test_a_row_says_that_the_complainant_went_outside(
    engine: Engine, cast: Cast, stage: ExternalStage | None, outside: bool
) -> None:
    with filled(engine) as session:
        make_complaint(session, cast, external_stage=stage)

    (row,) = board.page(cast.actor("cora"), BoardFilter()).rows

    assert row.external is outside


# Flags: the rule and the SQL say the same


@pytest.mark.parametrize("today", [TODAY, date(2026, 12, 23), date(2027, 4, 28)])
def test_the_flag_in_sql_is_the_flag_of_the_rule(
    engine: Engine, cast: Cast, today: date, on: Callable[[date], AbstractContextManager[None]]
) -> None:
    expected = {}
    with filled(engine) as session:
        calendar = Calendar(frozenset(session.scalars(select(m.ClosedDay.day))))
        for offset in range(-12, 13):
            for rolled in (0, 1, 3):
                for statutory in (True, False):
                    complaint = make_complaint(session, cast, received_on=today - timedelta(days=40))
                    target = today + timedelta(days=offset)
                    promise = make_promise(
                        session,
                        complaint,
                        target_on=target,
                        legal_on=target + timedelta(days=rolled if statutory else 0),
                        statutory=statutory,
                    )
                    legal = promise.legal_on if statutory else None
                    expected[complaint.reference] = flag(target, legal, today, calendar)
        for since in (None, today):
            still = make_complaint(session, cast, received_on=today - timedelta(days=40), paused_from=since)
            expected[still.reference] = flag(None, None, today, calendar, paused=since is not None)

    with on(today):
        shown = {}
        for number in (1, 2, 3, 4):
            page = board.page(cast.actor("cora"), BoardFilter(page=number))
            shown |= {row.reference: row.flag for row in page.rows}

    assert shown == expected
    assert set(expected.values()) == set(Flag)


def test_a_statutory_term_that_has_passed_outweighs_the_earlier_house_promise(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        complaint = make_complaint(session, cast, procedure="WKO", overlay="HOUSE_WEEK")
        make_promise(session, complaint, procedure="HOUSE_WEEK", target_on=days(-20))
        make_promise(session, complaint, target_on=days(-5), legal_on=days(-4), statutory=True)

    (row,) = board.page(cast.actor("cora"), BoardFilter()).rows

    assert (row.flag, row.due_on, row.statutory) == (Flag.LEGAL_PASSED, days(-20), False)


# Who sees what


def test_everybody_sees_the_rows_of_their_role(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        make_complaint(session, cast, reference="K26-TOM", reporter_id=cast["tom"])
        make_complaint(session, cast, reference="K26-ROSA", reporter_id=cast["rosa"], unit_id=cast.units["zuid"])
        make_complaint(
            session, cast, reference="K26-HANS", reporter_id=None, handler_id=cast["hans"], unit_id=cast.units["zuid"]
        )
        make_complaint(session, cast, reference="K26-FLAG", reporter_id=None, red_flag=True)
        make_complaint(session, cast, reference="K26-GEHEIM", compartment=Compartment.UNWANTED_BEHAVIOUR)

    seen = {who: sorted(references(cast, who)) for who in ("tom", "rosa", "hans", "hilde", "mia", "cora", "dora", "piet")}

    assert seen == {
        "tom": ["K26-TOM"],
        "rosa": ["K26-ROSA"],
        "hans": ["K26-HANS"],
        "hilde": [],
        "mia": ["K26-TOM"],
        "cora": ["K26-FLAG", "K26-HANS", "K26-ROSA", "K26-TOM"],
        "dora": ["K26-FLAG", "K26-HANS", "K26-ROSA", "K26-TOM"],
        "piet": ["K26-HANS", "K26-ROSA", "K26-TOM"],
    }


def test_the_administrator_has_no_board(cast: Cast) -> None:
    for ask in (lambda: board.page(cast.actor("adam"), BoardFilter()), lambda: board.to_do(cast.actor("adam"))):
        with pytest.raises(Refused, match="not_allowed"):
            ask()


@pytest.mark.parametrize("who", ["cora", "dora", "piet", "mia", "hans", "tom"])
@pytest.mark.parametrize("relation", [Relation.RESPONDENT, Relation.CONFLICT])
def test_a_dossier_about_a_person_changes_nothing_for_that_person(
    engine: Engine, cast: Cast, who: str, relation: Relation
) -> None:
    with filled(engine) as session:
        plain = make_complaint(session, cast, handler_id=cast["hans"], reporter_id=cast["tom"])
        make_promise(session, plain, target_on=days(1))
    before = (board.page(cast.actor(who), BoardFilter()), board.to_do(cast.actor(who)), board.options(cast.actor(who)))

    with filled(engine) as session:
        about = make_complaint(
            session,
            cast,
            title="Over iemand",
            category="Alleen hier gebruikt",
            procedure="WKO",
            reporter_id=cast["tom"],
            handler_id=None if who == "cora" else cast[who],
            ack_owner_id=cast[who],
        )
        make_promise(session, about, target_on=days(-3))
        make_party(session, about, cast[who], relation)
    after = (board.page(cast.actor(who), BoardFilter()), board.to_do(cast.actor(who)), board.options(cast.actor(who)))

    assert after == before
    assert references(cast, who, text="Over iemand") == []
    assert references(cast, who, category="Alleen hier gebruikt", status="all") == []


# Open, finished, all


def test_finished_dossiers_are_off_the_board_until_asked_for(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        for status in Status:
            make_complaint(session, cast, status=status, reference=f"K26-{status}")

    standing = set(references(cast, "cora"))

    assert standing == {f"K26-{status}" for status in Status if status not in board.FINISHED}
    assert set(references(cast, "cora", status=Show.ALL)) == {f"K26-{status}" for status in Status}
    assert references(cast, "cora", status=Status.WITHDRAWN) == ["K26-withdrawn"]


def test_a_closed_dossier_with_a_measure_still_promised_stays_on_the_board(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        closed = make_complaint(session, cast, status=Status.CLOSED, reference="K26-MAATREGEL")
        make_promise(session, closed, code="MEASURE", target_on=days(-1))

    assert references(cast, "cora") == ["K26-MAATREGEL"]
    assert references(cast, "cora", flag=View.LATE) == ["K26-MAATREGEL"]


# Filters


@pytest.fixture
def five(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        late = make_complaint(session, cast, reference="K26-LATE", title="Vergeten af te bellen", handler_id=cast["hans"])
        make_promise(session, late, target_on=days(-2))
        today = make_complaint(session, cast, reference="K26-TODAY", title="Geen 100% score", unit_id=cast.units["zuid"])
        make_promise(session, today, target_on=TODAY)
        week = make_complaint(session, cast, reference="K26-WEEK", title="Trainer_te_laat", handler_id=cast["hilde"])
        make_promise(session, week, target_on=days(7))
        later = make_complaint(
            session, cast, reference="K26-LATER", category="Resultaat", procedure="WKO", overlay="HOUSE_WEEK",
            description="De crèche rook naar verf", status=Status.IN_PROGRESS, unit_id=None,
        )  # fmt: skip
        make_promise(session, later, target_on=days(8))
        make_complaint(session, cast, reference="K26-DONE", title="Al beantwoord", status=Status.ANSWERED)


@pytest.mark.usefixtures("five")
def test_the_counts_on_top_say_what_is_late_due_and_without_owner(cast: Cast) -> None:
    page = board.page(cast.actor("cora"), BoardFilter())

    assert page.counts == Counts(total=5, late=1, today=1, week=2, unowned=2)
    assert page.total == 5


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (View.LATE, ["K26-LATE"]),
        (View.TODAY, ["K26-TODAY"]),
        (View.WEEK, ["K26-TODAY", "K26-WEEK"]),
        (View.UNOWNED, ["K26-TODAY", "K26-LATER"]),
    ],
)
def test_each_count_is_a_filter_that_shows_just_those(cast: Cast, view: View, expected: list[str]) -> None:
    page = board.page(cast.actor("cora"), BoardFilter(flag=view))

    assert [row.reference for row in page.rows] == expected
    assert page.total == getattr(page.counts, view) == len(expected)
    assert page.counts.total == 5


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"category": "Resultaat"}, ["K26-LATER"]),
        ({"procedure": "WKO"}, ["K26-LATER"]),
        ({"procedure": "HOUSE_WEEK"}, ["K26-LATE", "K26-TODAY", "K26-WEEK", "K26-LATER", "K26-DONE"]),
        ({"owner": "none"}, ["K26-TODAY", "K26-LATER"]),
        ({"status": "in_progress"}, ["K26-LATER"]),
        ({"text": "vergeten"}, ["K26-LATE"]),
        ({"text": "k26-late"}, ["K26-LATE", "K26-LATER"]),
        ({"text": "100%"}, ["K26-TODAY"]),
        ({"text": "%"}, ["K26-TODAY"]),
        ({"text": "_te_"}, ["K26-WEEK"]),
        ({"text": "\\"}, []),
        ({"text": "CRÈCHE"}, ["K26-LATER"]),
        ({"text": "cre\u0300che"}, ["K26-LATER"]),
        ({"text": "'; drop table complaint; --"}, []),
        ({"text": "vergeten", "flag": "late", "status": "all"}, ["K26-LATE"]),
    ],
)
def test_a_filter_shows_what_it_names(cast: Cast, filters: dict[str, str], expected: list[str]) -> None:
    assert references(cast, "cora", **filters) == expected


@pytest.mark.usefixtures("five")
def test_a_handler_and_a_place_are_filters_too(cast: Cast) -> None:
    assert references(cast, "cora", handler_id=cast["hans"]) == ["K26-LATE"]
    assert references(cast, "cora", unit_id=cast.units["zuid"]) == ["K26-TODAY"]


@pytest.mark.usefixtures("five")
def test_a_place_includes_the_places_below_it(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session:
        top = session.get_one(m.OrgUnit, cast.units["zuid"]).parent_id

    assert references(cast, "cora", unit_id=top) == ["K26-LATE", "K26-TODAY", "K26-WEEK", "K26-DONE"]


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    "forged",
    [
        {"flag": "x' or 1=1"},
        {"status": "nonsense"},
        {"sort": "password_hash"},
        {"page": 10**30},
        {"page": -5},
        {"page": 0},
        {"owner": "everybody"},
    ],
)
def test_a_value_that_does_not_exist_counts_as_not_given(cast: Cast, forged: dict[str, object]) -> None:
    assert references(cast, "cora", **forged) == references(cast, "cora")


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("unknown", [{"handler_id": 999999}, {"unit_id": 999999}, {"category": "Weg"}, {"procedure": "WEG"}])
def test_a_handler_place_or_category_that_is_gone_shows_nothing(cast: Cast, unknown: dict[str, object]) -> None:
    page = board.page(cast.actor("cora"), BoardFilter(**unknown))  # type: ignore[arg-type]

    assert (page.rows, page.total, page.page, page.pages) == ((), 0, 1, 1)


@pytest.mark.parametrize(
    ("text", "code"), [("a\x00b", "text_unreadable"), ("\ud800", "text_unreadable"), ("x" * 201, "text_too_long")]
)
def test_a_text_that_cannot_be_looked_for_is_refused_by_name(cast: Cast, text: str, code: str) -> None:
    with pytest.raises(Refused, match=code) as refusal:
        board.page(cast.actor("cora"), BoardFilter(text=text))

    assert refusal.value.field == "text"


def test_who_may_not_read_everything_does_not_find_words_of_the_complaint_itself(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        make_complaint(session, cast, description="Mevrouw Jansen van Dam huilde", handler_id=cast["hans"])

    found = {who: len(references(cast, who, text="Jansen")) for who in ("cora", "dora", "piet", "tom", "hans", "mia")}

    assert found == {"cora": 1, "dora": 1, "piet": 0, "tom": 0, "hans": 0, "mia": 0}
    assert {who: board.options(cast.actor(who)).searches_texts for who in ("cora", "piet")} == {"cora": True, "piet": False}


def test_the_name_of_who_complained_is_never_searched(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        make_complainant(session, make_complaint(session, cast), "Zeldzame Naamdrager")

    assert references(cast, "cora", text="Naamdrager") == []


# Order and pages


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.DUE, ["K26-LATE", "K26-TODAY", "K26-WEEK", "K26-LATER", "K26-DONE"]),
        (Sort.REFERENCE, ["K26-DONE", "K26-LATE", "K26-LATER", "K26-TODAY", "K26-WEEK"]),
        (Sort.STATUS, ["K26-LATE", "K26-TODAY", "K26-WEEK", "K26-LATER", "K26-DONE"]),
        (Sort.HANDLER, ["K26-TODAY", "K26-LATER", "K26-DONE", "K26-LATE", "K26-WEEK"]),
    ],
)
def test_each_order(cast: Cast, sort: Sort, expected: list[str]) -> None:
    assert references(cast, "cora", sort=sort) == expected


def test_without_a_promise_the_newest_comes_first_and_last_on_the_board(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        make_complaint(session, cast, reference="K26-OLD", received_on=days(-90))
        make_complaint(session, cast, reference="K26-NEW", received_on=days(-1))
        make_promise(session, make_complaint(session, cast, reference="K26-DUE"), target_on=days(300))

    assert references(cast, "cora") == ["K26-DUE", "K26-NEW", "K26-OLD"]
    assert references(cast, "cora", sort=Sort.RECEIVED) == ["K26-NEW", "K26-DUE", "K26-OLD"]


def test_every_dossier_is_on_exactly_one_page(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        for number in range(120):
            make_complaint(session, cast, reference=f"K26-{number:05d}", received_on=days(-number % 7 - 7))

    pages = [board.page(cast.actor("cora"), BoardFilter(page=number)) for number in (1, 2, 3, 4)]

    assert [len(page.rows) for page in pages] == [50, 50, 20, 20]
    assert [page.page for page in pages] == [1, 2, 3, 3]
    assert {page.pages for page in pages} == {3}
    assert {page.total for page in pages} == {120}
    assert len({row.reference for page in pages[:3] for row in page.rows}) == 120


# Today


def test_the_work_list_names_what_waits_for_me_first_and_then_for_whom_else(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        for reference, handler, target in (
            ("K26-HANS", "hans", -5),
            ("K26-CORA", "cora", 0),
            ("K26-LATER", "cora", 1),
        ):
            complaint = make_complaint(session, cast, reference=reference, handler_id=cast[handler])
            make_promise(session, complaint, target_on=days(target))

    work = board.to_do(cast.actor("cora"))

    assert [(row.reference, row.waiting_for, row.mine) for row in work.rows] == [
        ("K26-CORA", "Cora Coördinator", True),
        ("K26-HANS", "Hans Behandelaar", False),
    ]
    assert [row.reference for row in board.to_do(cast.actor("hans")).rows] == ["K26-HANS"]


@pytest.mark.parametrize(
    ("overrides", "who"),
    [
        ({"handler_id": "hans", "status": Status.IN_PROGRESS, "ack_owner_id": "tom"}, "Hans Behandelaar"),
        ({"handler_id": None, "status": Status.REGISTERED, "ack_owner_id": "tom"}, "Tom Trainer"),
        ({"handler_id": None, "status": Status.ACKNOWLEDGED, "ack_owner_id": "tom"}, "Dora Directeur"),
        ({"handler_id": None, "status": Status.REGISTERED, "ack_owner_id": None}, "Dora Directeur"),
    ],
)
def test_a_dossier_waits_for_who_has_the_next_step(
    engine: Engine, cast: Cast, overrides: dict[str, str | None], who: str
) -> None:
    columns = {name: cast[value] if name.endswith("_id") and value else value for name, value in overrides.items()}
    with filled(engine) as session:
        make_promise(session, make_complaint(session, cast, **columns), target_on=TODAY)

    (row,) = board.to_do(cast.actor("cora")).rows

    assert row.waiting_for == who


def _appealed(session: Session, cast: Cast) -> None:
    complaint = make_complaint(session, cast, status=Status.IN_APPEAL, handler_id=cast["hans"], reference="K26-BEROEP")
    decision = m.Decision(
        complaint_id=complaint.id, outcome="not_upheld", reasons="-", decided_by=cast["dora"], decided_on=days(-9)
    )
    session.add(decision)
    session.flush()
    session.add(
        m.Appeal(
            complaint_id=complaint.id, form_id="appeal-1", decision_id=decision.id, lodged_on=days(-5), channel="phone",
            grounds="-", in_time=True, registered_by=cast["vera"], reviewer_id=cast["vera"], snapshot_seq=0,
        )
    )  # fmt: skip
    make_promise(session, complaint, code="APPEAL_ACK", target_on=TODAY)


def test_an_appeal_waits_for_the_reviewer_and_no_longer_for_the_handler(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        _appealed(session, cast)

    assert [row.waiting_for for row in board.to_do(cast.actor("cora")).rows] == ["Vera Vertrouwens"]
    assert board.to_do(cast.actor("vera")).rows == ()  # hers stand among the appeals, as they stood
    assert board.to_do(cast.actor("hans")).rows == ()


def test_who_may_not_read_the_dossier_is_not_told_who_hears_the_appeal(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        _appealed(session, cast)

    (row,) = board.page(cast.actor("piet"), BoardFilter()).rows

    assert row.waiting_for is None


def test_the_work_list_is_short_and_says_how_much_more_there_is(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        for _ in range(board.TO_DO + 4):
            make_promise(session, make_complaint(session, cast), target_on=days(-1))

    work = board.to_do(cast.actor("dora"))

    assert (len(work.rows), work.total) == (board.TO_DO, board.TO_DO + 4)


def test_an_empty_register_has_nothing_to_do(cast: Cast) -> None:
    assert board.to_do(cast.actor("cora")) == board.ToDo((), 0)
    assert board.page(cast.actor("cora"), BoardFilter()) == board.BoardPage((), 0, Counts(0, 0, 0, 0, 0), 1, 1)


# Filters to choose from


def test_one_can_filter_on_who_handles_and_on_the_words_of_the_procedure(cast: Cast) -> None:
    choices = board.options(cast.actor("cora"))

    assert [name for _, name in choices.handlers] == [
        "Cora Coördinator", "Dora Directeur", "Hans Behandelaar", "Hilde Behandelaar", "Mia Manager", "Petra Partner",
        "Piet Partner",
    ]  # fmt: skip
    assert [name for _, name in choices.units] == ["Locatie Noord", "Locatie Zuid", "Wijkhuis Oost"]
    assert "Trainer en begeleiding" in choices.categories
    assert choices.procedures == (("HOUSE_WEEK", "Weekprocedure"),)


# What it costs


def _register(engine: Engine, cast: Cast, size: int) -> None:
    chance = random.Random(size)
    with filled(engine) as session:
        for _ in range(size):
            handler = chance.choice([None, cast["hans"], cast["hilde"]])
            complaint = make_complaint(session, cast, handler_id=handler, reporter_id=cast["tom"], ack_owner_id=cast["rosa"])
            make_promise(session, complaint, target_on=days(chance.randint(-10, 30)))


@pytest.mark.parametrize("who", ["cora", "mia", "hans", "tom", "piet"])
def test_the_board_takes_four_statements_however_many_dossiers_there_are(engine: Engine, cast: Cast, who: str) -> None:
    taken = []
    for more in (10, 490):
        _register(engine, cast, more)
        with counted(engine) as statements:
            board.options(cast.actor(who))
            board.to_do(cast.actor(who))
            page = board.page(cast.actor(who), BoardFilter(text="verwarming", sort=Sort.HANDLER))
        taken.append(len(statements))

    assert taken == [4, 4]
    assert len(page.rows) == board.PAGE_SIZE


# Handlers who left


@pytest.mark.parametrize("way", ["disabled", "without a role", "a role that does not handle"])
def test_a_dossier_whose_handler_left_counts_and_is_listed_as_without_a_handler(engine: Engine, cast: Cast, way: str) -> None:
    with filled(engine) as session:
        for status in (Status.IN_PROGRESS, Status.CLOSED):
            complaint = make_complaint(session, cast, reference=f"K26-{status}", handler_id=cast["hilde"], status=status)
            make_promise(session, complaint, target_on=days(0))
        make_complaint(session, cast, reference="K26-HANS", handler_id=cast["hans"], status=Status.IN_PROGRESS)
    before = board.page(cast.actor("dora"), BoardFilter())
    with filled(engine) as session:
        hilde = session.get_one(m.Account, cast["hilde"])
        hilde.active = way != "disabled"
        if way != "disabled":
            hilde.roles = [m.AccountRole(role="reporter")] if way.startswith("a role") else []

    page = board.page(cast.actor("dora"), BoardFilter())
    unowned = board.page(cast.actor("dora"), BoardFilter(owner="none"))
    row = unowned.rows[0]

    assert (before.counts.unowned, page.counts.unowned) == (0, 1)
    assert [row.reference for row in unowned.rows] == ["K26-in_progress"]
    assert references(cast, "dora", flag=View.UNOWNED) == ["K26-in_progress"]
    assert (row.handler, row.handler_gone, row.waiting_for, row.mine) == ("Hilde Behandelaar", True, "Dora Directeur", True)
    assert {row.reference: row.handler_gone for row in page.rows}["K26-HANS"] is False
    assert "K26-in_progress" in {row.reference for row in board.to_do(cast.actor("dora")).rows if row.mine}


def test_an_acknowledger_who_left_does_not_act_any_more(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        make_complaint(session, cast, ack_owner_id=cast["tom"])
        session.get_one(m.Account, cast["tom"]).active = False

    assert board.page(cast.actor("dora"), BoardFilter()).rows[0].waiting_for == "Dora Directeur"
