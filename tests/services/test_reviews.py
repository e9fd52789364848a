"""The yearly review: a frozen list, an answer per dossier, and nobody hears of what they may not see (R055-R058)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.reviewing import Standing
from domain.rights import Role
from domain.vocabulary import Compartment, EventKind, Kind, Relation, Status
from services import anonymising, door, overview, review_items, reviews
from services.parties import Named, add_party
from services.retention import confirm, propose
from services.review_items import Item, Review
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.fill import make_complaint
from tests.unkept import unkept

On = Callable[[date], AbstractContextManager[None]]
SINCE = date(2025, 11, 22)
SOON = TODAY + timedelta(days=30)


def dossier(cast: Cast, **columns: Any) -> Case:
    with Session(door.engine()) as session, session.begin():
        row = make_complaint(session, cast, **columns)
        session.add(m.ChainHead(complaint_id=row.id, seq=0, hash="0" * 64))
        return Case(cast, "training", row.reference, row.received_on)


def begin(cast: Cast, who: str = "cora", since: date = SINCE, until: date = TODAY, people: tuple[str, ...] = ("piet",)) -> int:
    return reviews.begin(cast.actor(who), str(uuid4()), since, until, [cast[each] for each in people])


def read(cast: Cast, number: int, who: str = "cora") -> Review:
    return review_items.read(cast.actor(who), number)


def item(cast: Cast, number: int, case: Case, who: str = "cora") -> Item:
    found = read(cast, number, who).item(case.reference)
    assert found is not None
    return found


def no(cast: Cast, number: int, case: Case, who: str = "cora", note: str = "") -> None:
    review_items.answer(
        cast.actor(who), case.reference, number, item(cast, number, case, who).version, extra_action=False, note=note
    )


def yes(cast: Cast, number: int, case: Case, who: str = "cora", **said: Any) -> None:
    given = {"action": "Een tweede sleutel", "why": "Het gebeurde vaker", "owner_id": cast["hans"], "due_on": SOON} | said
    seen = item(cast, number, case, who).version
    review_items.answer(cast.actor(who), case.reference, number, seen, extra_action=True, **given)


def finalise(cast: Cast, number: int, who: str = "cora") -> None:
    reviews.finalise(cast.actor(who), number, read(cast, number, who).version)


def refused(act: Callable[[], object]) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code, caught.value.field


def measures(engine: Engine) -> list[m.Measure]:
    with Session(engine) as session:
        return list(session.scalars(select(m.Measure)))


# The list


def test_every_complaint_of_the_period_is_on_the_list_and_nothing_else(cast: Cast) -> None:
    first, last = dossier(cast, received_on=SINCE), dossier(cast, received_on=TODAY)
    ended = [dossier(cast, status=each) for each in (Status.WITHDRAWN, Status.NOT_HANDLED, Status.CLOSED)]
    solved = dossier(cast, already_resolved=True, status=Status.ANSWERED)
    dossier(cast, received_on=SINCE - timedelta(days=1))
    dossier(cast, kind=Kind.QUESTION)
    dossier(cast, compartment=Compartment.UNWANTED_BEHAVIOUR)
    dossier(cast, compartment=Compartment.WHISTLEBLOWER)
    dossier(cast, status=Status.ANONYMISED)

    found = read(cast, begin(cast))

    assert {each.reference for each in found.items} == {each.reference for each in (first, last, solved, *ended)}
    assert found.anonymised == 1
    assert (found.line.total, found.line.answered) == (6, 0)


def test_the_list_grows_no_more(cast: Cast) -> None:
    dossier(cast)
    number = begin(cast)
    dossier(cast)

    assert read(cast, number).line.total == 1


def test_the_next_one_takes_along_what_an_earlier_one_passed_over(cast: Cast, on: On) -> None:
    known = dossier(cast)
    first = begin(cast, until=TODAY - timedelta(days=1))
    no(cast, first, known)
    finalise(cast, first)
    later = dossier(cast, received_on=TODAY - timedelta(days=3))  # registered after the list was made
    dossier(cast, received_on=SINCE - timedelta(days=1))  # from before all of it

    second = begin(cast, since=TODAY, until=TODAY)

    assert [each.reference for each in read(cast, second).items] == [later.reference]


def test_the_page_says_what_was_gone_through_before(cast: Cast) -> None:
    case = dossier(cast)
    first = begin(cast)
    no(cast, first, case)
    finalise(cast, first)

    second = begin(cast)

    assert item(cast, second, case).before == TODAY
    assert item(cast, first, case).before is None


# Opening


def test_a_double_click_opens_one(cast: Cast) -> None:
    form = str(uuid4())
    made = [reviews.begin(cast.actor("dora"), form, SINCE, TODAY, [cast["piet"]]) for _ in range(2)]

    assert made[0] == made[1]
    assert len(reviews.listing(cast.actor("cora")).lines) == 1


def test_one_is_open_at_a_time(cast: Cast) -> None:
    number = begin(cast)
    assert refused(lambda: begin(cast)) == ("review_open", None)
    finalise(cast, number)
    assert begin(cast) != number


def test_a_partner_takes_part(engine: Engine, cast: Cast) -> None:
    assert refused(lambda: begin(cast, people=("cora", "dora"))) == ("partner_missing", "participants")
    assert refused(lambda: begin(cast, people=())) == ("partner_missing", "participants")
    assert refused(lambda: begin(cast, people=("piet", "vera"))) == ("unknown_person", "participants")
    with Session(engine) as session, session.begin():
        session.execute(update(m.AccountRole).where(m.AccountRole.role == Role.PARTNER).values(role=Role.HANDLER))
    number = begin(cast, people=("cora",))
    assert [name for _, name in read(cast, number).participants] == ["Cora Coördinator"]


def test_who_takes_part_can_change_and_a_partner_stays(cast: Cast) -> None:
    number = begin(cast)
    seen = read(cast, number).version
    reviews.take_part(cast.actor("cora"), number, seen, [cast["petra"], cast["cora"]])

    assert [name for _, name in read(cast, number).participants] == ["Cora Coördinator", "Petra Partner"]
    assert refused(lambda: reviews.take_part(cast.actor("dora"), number, seen, [cast["piet"]])) == ("changed_meanwhile", None)
    now = read(cast, number).version
    assert refused(lambda: reviews.take_part(cast.actor("dora"), number, now, [cast["dora"]]))[0] == "partner_missing"


@pytest.mark.parametrize(
    ("since", "until", "code"),
    [
        (TODAY, SINCE, ("review_period_backwards", "until")),
        (SINCE, TODAY + timedelta(days=1), ("in_the_future", "until")),
        (None, TODAY, ("missing", "since")),
    ],
)
def test_a_period_that_is_none_is_refused(cast: Cast, since: Any, until: date, code: tuple[str, str]) -> None:
    assert refused(lambda: begin(cast, since=since, until=until)) == code


# Answering


def test_a_yes_is_a_measure_in_the_dossier(engine: Engine, cast: Cast) -> None:
    case = dossier(cast)
    number = begin(cast)

    yes(cast, number, case)

    (made,) = measures(engine)
    assert (made.text, made.owner_id, made.due_on) == ("Een tweede sleutel", cast["hans"], SOON)
    assert case.kinds() == [EventKind.REVIEW_ACTION]
    assert case.promises() == {}, "nobody outside was promised it"
    found = item(cast, number, case)
    assert (found.extra_action, found.why, found.owner, found.by) == (
        True, "Het gebeurde vaker", "Hans Behandelaar", "Cora Coördinator",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("left_out", "field"), [("action", "action"), ("why", "why"), ("owner_id", "owner_id"), ("due_on", "due_on")]
)
def test_a_yes_says_what_why_who_and_when(cast: Cast, left_out: str, field: str) -> None:
    case = dossier(cast)
    number = begin(cast)

    nothing = "" if left_out in ("action", "why") else None
    assert refused(lambda: yes(cast, number, case, **{left_out: nothing})) == ("missing", field)
    assert item(cast, number, case).extra_action is None


def test_nobody_it_is_about_and_no_day_before_the_review(cast: Cast) -> None:
    case = Case.registered("training", cast)
    add_party(cast.actor("cora"), case.reference, Relation.RESPONDENT, Named(account_id=cast["hans"]))
    number = begin(cast)

    assert refused(lambda: yes(cast, number, case)) == ("unknown_person", "owner_id")
    assert cast["hans"] not in dict(review_items.people(cast.actor("cora"), case.reference))
    yesterday = TODAY - timedelta(days=1)
    assert refused(lambda: yes(cast, number, case, owner_id=cast["mia"], due_on=yesterday)) == ("before_review", "due_on")


def test_another_answer_takes_the_measure_back(engine: Engine, cast: Cast) -> None:
    case = dossier(cast)
    number = begin(cast)
    yes(cast, number, case)
    yes(cast, number, case, action="Een slot")
    assert [each.text for each in measures(engine)] == ["Een slot"]

    no(cast, number, case, note="Bij nader inzien niet")

    assert measures(engine) == []
    dropped, agreed = EventKind.REVIEW_ACTION_DROPPED, EventKind.REVIEW_ACTION
    assert case.kinds() == [agreed, dropped, agreed, dropped]
    assert item(cast, number, case).note == "Bij nader inzien niet"


def test_another_reason_leaves_the_measure_alone(engine: Engine, cast: Cast) -> None:
    case = dossier(cast)
    number = begin(cast)
    yes(cast, number, case)
    before = measures(engine)[0].id

    yes(cast, number, case, why="Om een betere reden")

    assert measures(engine)[0].id == before
    assert case.kinds() == [EventKind.REVIEW_ACTION]


def test_what_was_done_already_is_not_taken_back(engine: Engine, cast: Cast) -> None:
    case = dossier(cast)
    number = begin(cast)
    yes(cast, number, case)
    case.measure_done(day=7)

    assert refused(lambda: no(cast, number, case)) == ("measure_already_done", None)
    assert item(cast, number, case).extra_action is True


def test_a_partner_who_may_not_read_the_dossier_answers_and_takes_back(engine: Engine, cast: Cast) -> None:
    case = dossier(cast)
    number = begin(cast)
    yes(cast, number, case, who="petra")
    assert len(measures(engine)) == 1
    no(cast, number, case, who="petra")
    assert measures(engine) == []


def test_the_second_of_two_reads_what_the_first_said(cast: Cast) -> None:
    case = dossier(cast)
    number = begin(cast)
    seen = item(cast, number, case).version
    no(cast, number, case, who="piet")

    late = refused(lambda: review_items.answer(cast.actor("cora"), case.reference, number, seen, extra_action=False))

    assert late == ("changed_meanwhile", None)
    assert item(cast, number, case).by == "Piet Partner"
    again = review_items.answer(cast.actor("piet"), case.reference, number, seen, extra_action=False)
    assert again is None, "the second half of a double click"


def test_two_dossiers_are_answered_beside_each_other(cast: Cast) -> None:
    one, other = dossier(cast), dossier(cast)
    number = begin(cast)
    seen = {each.reference: each.version for each in read(cast, number).items}
    for who, case in (("piet", one), ("cora", other)):
        review_items.answer(cast.actor(who), case.reference, number, seen[case.reference], extra_action=False)

    assert read(cast, number).line.answered == 2


def test_no_answer_is_no_answer(cast: Cast) -> None:
    case = dossier(cast)
    number = begin(cast)
    answer = review_items.answer
    assert refused(lambda: answer(cast.actor("cora"), case.reference, number, 1, None)) == ("missing", "extra_action")
    assert refused(lambda: answer(cast.actor("cora"), case.reference, number + 1, 1, extra_action=False))[0] == "review_unknown"
    outside = dossier(cast)
    assert refused(lambda: answer(cast.actor("cora"), outside.reference, number, 1, extra_action=False))[0] == "review_unknown"


# The words of the meeting


def test_what_was_learned_is_not_written_over(cast: Cast) -> None:
    number = begin(cast)
    seen = read(cast, number).version
    reviews.note_down(cast.actor("piet"), number, seen, "Eerder bellen.", "")

    late = refused(lambda: reviews.note_down(cast.actor("cora"), number, seen, "Iets anders.", ""))

    assert late == ("changed_meanwhile", None)
    assert read(cast, number).learned == "Eerder bellen."


def test_the_totals_of_the_closed_compartments_are_supplied_and_small_ones_kept_nowhere(engine: Engine, cast: Cast) -> None:
    number = begin(cast)
    reviews.totals(cast.actor("cora"), number, read(cast, number).version, 3, 7)

    with Session(engine) as session:
        row = session.get_one(m.Review, number)
        assert (row.unwanted, row.whistleblower) == (0, 7)
    seen = read(cast, number).version
    assert refused(lambda: reviews.totals(cast.actor("cora"), number, seen, -1, None)) == ("unknown_value", "unwanted")


# Finalising


def test_it_is_not_finalised_while_a_dossier_has_no_answer(cast: Cast) -> None:
    one, other = dossier(cast), dossier(cast)
    number = begin(cast)
    no(cast, number, one)
    assert refused(lambda: finalise(cast, number))[0] == "review_unanswered"
    yes(cast, number, other)

    finalise(cast, number)

    line = read(cast, number).line
    assert (line.finalised_on, line.total, line.answered) == (TODAY, 2, 2)


def test_afterwards_nothing_changes(engine: Engine, cast: Cast) -> None:
    case = dossier(cast)
    number = begin(cast)
    yes(cast, number, case)
    finalise(cast, number)
    seen = read(cast, number).version
    cora = cast.actor("cora")

    assert refused(lambda: no(cast, number, case))[0] == "review_closed"
    assert refused(lambda: reviews.note_down(cora, number, seen, "Toch nog iets.", ""))[0] == "review_closed"
    assert refused(lambda: reviews.totals(cora, number, seen, 9, 9))[0] == "review_closed"
    assert refused(lambda: reviews.take_part(cora, number, seen, [cast["petra"]]))[0] == "review_closed"
    assert refused(lambda: finalise(cast, number))[0] == "review_closed"
    assert len(measures(engine)) == 1


def test_an_anonymised_dossier_holds_nobody_up_and_keeps_its_answer(engine: Engine, cast: Cast) -> None:
    case = dossier(cast, status=Status.CLOSED, closed_on=TODAY, received_on=TODAY)
    number = begin(cast)
    no(cast, number, case, note="Karel had gelijk")
    finalise(cast, number)
    registered_at = case.row.registered_at
    with Session(engine) as session, session.begin(), unkept(session):
        session.execute(update(m.Complaint).values(closed_on=date(2023, 1, 1), received_on=date(2023, 1, 1)))
        session.execute(update(m.Event).values(recorded_at=registered_at))

    propose(cast.actor("cora"), case.reference, "dossier")
    confirm(cast.actor("dora"), case.reference, "dossier")
    anonymising.finish(cast.actor("dora"))

    with Session(engine) as session:
        row = session.scalars(select(m.ReviewItem)).one()
        assert (row.extra_action, row.note, row.decided_by) == (False, "", cast["cora"])
    assert read(cast, number).items == ()


# Who may not see it


def test_a_review_tells_a_director_nothing_of_a_complaint_about_her(cast: Cast) -> None:
    """She opens, works and finalises; nothing differs from a register without that complaint."""
    plain = dossier(cast)
    about = Case.registered("training", cast, respondents=(Named(account_id=cast["dora"]),))
    number = begin(cast, who="dora")

    hers = read(cast, number, "dora")
    assert [each.reference for each in hers.items] == [plain.reference]
    assert reviews.listing(cast.actor("dora")).lines[0].total == 1
    assert about.reference not in repr(hers)
    no(cast, number, plain, who="dora")
    finalise(cast, number, who="dora")

    assert read(cast, number).line.answered == 1
    assert read(cast, number).line.total == 2, "the coordinator sees both"
    answer = review_items.answer
    assert refused(lambda: answer(cast.actor("dora"), about.reference, number, 1, extra_action=False))[0] == "not_found"


def test_what_others_did_not_see_stays_theirs_and_comes_back(cast: Cast) -> None:
    about = Case.registered("training", cast, respondents=(Named(account_id=cast["dora"]),))
    other = Case.registered("training", cast, respondents=(Named(account_id=cast["dora"]),))
    first = begin(cast, who="dora")
    finalise(cast, first, who="dora")
    no(cast, first, about)  # the coordinator, after the director finalised

    second = begin(cast, who="dora", since=TODAY, until=TODAY)

    assert [each.reference for each in read(cast, second).items] == [other.reference]
    assert refused(lambda: no(cast, first, other))[0] == "review_closed", "it is on a newer list"
    no(cast, second, other)
    assert read(cast, second, "dora").items == ()


def test_a_partner_sees_no_red_flag(cast: Cast) -> None:
    dossier(cast, red_flag=True)
    number = begin(cast)
    assert read(cast, number, "piet").items == ()
    assert read(cast, number).line.total == 1


@pytest.mark.parametrize("who", ["tom", "hans", "mia", "vera", "suze", "wim", "adam"])
def test_nobody_else_has_a_review(cast: Cast, who: str) -> None:
    number = begin(cast)
    for act in (
        lambda: reviews.listing(cast.actor(who)),
        lambda: reviews.due(cast.actor(who)),
        lambda: review_items.read(cast.actor(who), number),
        lambda: reviews.note_down(cast.actor(who), number, 1, "x", ""),
    ):
        assert refused(act) == ("not_allowed", None)


def test_a_partner_does_not_lead(cast: Cast) -> None:
    number = begin(cast)
    assert refused(lambda: reviews.finalise(cast.actor("piet"), number, 1)) == ("not_allowed", None)
    assert refused(lambda: begin(cast, who="piet")) == ("not_allowed", None)


# Open actions


def test_what_was_still_to_be_done_comes_first(cast: Cast, on: On) -> None:
    case = Case.registered("training", cast).decided(measures=2).measure_done()
    number = begin(cast)
    yes(cast, number, case)  # its own is not one from before

    found = read(cast, number).open_actions

    assert [(each.reference, each.text, each.from_review) for each in found] == [(case.reference, "Maatregel 1", False)]


def test_what_a_review_agreed_comes_back_in_the_next_also_for_a_partner(cast: Cast, on: On) -> None:
    case = dossier(cast)
    first = begin(cast)
    yes(cast, first, case)
    finalise(cast, first)

    second = begin(cast)

    for who in ("cora", "piet"):
        said = [(each.text, each.owner, each.from_review) for each in read(cast, second, who).open_actions]
        assert said == [("Een tweede sleutel", "Hans Behandelaar", True)]
    case.measure_done(day=7)
    assert [each.done_on for each in read(cast, second, "piet").open_actions] == [], "done on the day of the list"


# In the overview


def test_the_overview_says_how_the_last_one_ended(cast: Cast, on: On) -> None:
    cases = [dossier(cast), dossier(cast), dossier(cast)]
    number = begin(cast)
    assert overview.year(cast.actor("cora")).reviewed is None, "none was finalised"
    yes(cast, number, cases[0])
    yes(cast, number, cases[1])
    no(cast, number, cases[2])
    finalise(cast, number)
    begin(cast)  # one that is going on is not counted

    assert overview.year(cast.actor("cora")).reviewed == reviews.Summed(TODAY, total=3, extra=2, open=2)
    cases[0].measure_done(day=7)
    add_party(cast.actor("dora"), cases[1].reference, Relation.RESPONDENT, Named(account_id=cast["cora"]))
    assert overview.year(cast.actor("cora")).reviewed == reviews.Summed(TODAY, total=2, extra=1, open=0)
    assert overview.year(cast.actor("dora")).reviewed == reviews.Summed(TODAY, total=3, extra=2, open=1)
    assert overview.year(cast.actor("mia")).reviewed is None, "who has no part in reviews"


# Due


def test_it_is_due_a_year_after_the_last_one(cast: Cast, on: On) -> None:
    number = begin(cast)
    finalise(cast, number)

    assert reviews.due(cast.actor("piet")).on == date(2027, 11, 21)
    with on(date(2027, 10, 21)):
        assert reviews.due(cast.actor("cora")).standing is Standing.LATER
    with on(date(2027, 10, 22)):
        assert reviews.due(cast.actor("cora")).standing is Standing.SOON
    with on(date(2027, 11, 22)):
        assert reviews.due(cast.actor("dora")).standing is Standing.LATE


def test_the_first_is_due_a_year_after_the_first_complaint_that_one_sees(cast: Cast) -> None:
    assert reviews.due(cast.actor("cora")).on is None
    dossier(cast, red_flag=True, received_on=date(2026, 1, 5))
    dossier(cast, received_on=date(2026, 3, 1))

    assert reviews.due(cast.actor("cora")).on == date(2027, 1, 5)
    assert reviews.due(cast.actor("piet")).on == date(2027, 3, 1)


@pytest.mark.parametrize("profile", ["training", "kinderopvang-welzijn"])
def test_both_procedures_ask_for_it(cast: Cast, profile: str) -> None:
    dossier(cast, received_on=date(2026, 1, 5))
    assert reviews.due(cast.actor("dora")).on == date(2027, 1, 5)


def test_the_next_period_begins_where_the_last_one_ended(cast: Cast) -> None:
    finalise(cast, begin(cast, until=date(2026, 10, 31)))
    found = reviews.listing(cast.actor("cora"))
    assert (found.proposed.since, found.proposed.until) == (date(2026, 11, 1), TODAY)
    assert found.people[0].partner
    assert found.may_lead
