"""Versions of the procedure: a dossier keeps the one of its receipt, and a new one says beforehand what it would move."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from db.profiles import standard_source
from domain.errors import Refused
from domain.rights import Right
from domain.vocabulary import EventKind, Kind
from services import complaints, procedures
from services.door import SystemActor
from services.parties import Named
from services.procedures import Outlook
from tests.cases import MONDAY, Case
from tests.conftest import TODAY, Cast
from tests.dossiers import complaint_of

OPERATOR = SystemActor("profile-adopt", frozenset({Right.ENTER, Right.PROCEDURE}))
SOURCE = standard_source("training")
# Two working days for the acknowledgement become five.
_ACK = 'amount = {}\nunit = "working_days"\nmet_by = ["ack_action_sent"'
SLOWER = SOURCE.replace(_ACK.format(2), _ACK.format(5), 1)
ACK = "HOUSE_WEEK.ACK"


def targets(case: Case) -> dict[str, date]:
    return {each.key: each.target_on for each in case.read().promises}


def version_of(case: Case) -> int:
    return case.row.profile_version_id


def test_the_text_that_we_change_is_changed() -> None:
    assert SLOWER != SOURCE


def test_it_says_beforehand_what_would_move_and_changes_nothing(cast: Cast) -> None:
    case = Case.registered("training", cast)

    found = procedures.outlook(cast.actor("cora"), SLOWER)

    (moving,) = found.moving
    assert moving.reference == case.reference
    assert [(each.key, each.before, each.after, each.ended) for each in moving.shifts] == [
        (ACK, date(2026, 11, 18), date(2026, 11, 23), False)
    ]
    assert found.counts() == (("Ontvangstbevestiging", 1),)
    assert targets(case)[ACK] == date(2026, 11, 18)
    assert len(procedures.versions(cast.actor("cora"))) == 1


def test_open_dossiers_stay_on_their_own_version_unless_somebody_says_so(cast: Cast) -> None:
    case = Case.registered("training", cast)

    number = procedures.adopt(cast.actor("cora"), SLOWER, TODAY)

    assert number == 2
    assert targets(case)[ACK] == date(2026, 11, 18)
    assert EventKind.PROCEDURE_CHANGED not in case.kinds()


def test_moving_the_open_ones_moves_the_dates_and_stands_in_the_history(cast: Cast) -> None:
    case, done = Case.registered("training", cast), Case.registered("training", cast).withdraw()
    cora, before = cast.actor("cora"), done.read()

    procedures.adopt(cora, SLOWER, TODAY, procedures.outlook(cora, SLOWER))

    assert targets(case)[ACK] == date(2026, 11, 23)
    event = case.events()[-1]
    assert (event.kind, event.codes["from_version"], event.codes["version"]) == (EventKind.PROCEDURE_CHANGED, 1, 2)
    assert event.codes["moved"] == [{"promise": ACK, "before": "2026-11-18", "after": "2026-11-23"}]
    assert done.read() == before  # a dossier that is over is never rewritten


def test_what_changed_after_it_was_shown_is_not_moved(cast: Cast) -> None:
    Case.registered("training", cast)
    cora = cast.actor("cora")
    seen = procedures.outlook(cora, SLOWER)
    Case.registered("training", cast)

    with pytest.raises(Refused, match="changed_meanwhile"):
        procedures.adopt(cora, SLOWER, TODAY, seen)

    assert len(procedures.versions(cora)) == 1


def test_a_dossier_keeps_the_version_of_its_receipt(cast: Cast) -> None:
    procedures.adopt(cast.actor("cora"), SLOWER, date(2026, 11, 18))

    early = Case.registered("training", cast, received_on=date(2026, 11, 17))
    late = Case.registered("training", cast, received_on=date(2026, 11, 18))

    assert targets(early)[ACK] == date(2026, 11, 19)
    assert targets(late)[ACK] == date(2026, 11, 25)


def test_a_question_that_becomes_a_complaint_follows_the_version_of_that_day(cast: Cast) -> None:
    case = Case.registered("training", cast, kind=Kind.QUESTION, received_on=MONDAY)
    procedures.adopt(cast.actor("cora"), SLOWER, MONDAY + timedelta(days=2))

    complaints.convert_question(cast.actor("cora"), case.reference, case.seen, MONDAY + timedelta(days=3))

    assert targets(case)[ACK] == date(2026, 11, 26)
    assert version_of(case) == 2


def test_a_version_that_does_not_know_the_procedure_leaves_the_dossier(cast: Cast) -> None:
    case = Case.registered("training", cast)
    cora = cast.actor("cora")
    other = SLOWER.replace('"HOUSE_WEEK"', '"OUR_WEEK"')

    found = procedures.outlook(cora, other)
    procedures.adopt(cora, other, TODAY, found)

    assert found == Outlook((), 0, (case.reference,))
    assert version_of(case) == 1


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("key = ", "profile_broken"),
        (SOURCE, "version_unchanged"),
        (standard_source("kinderopvang-welzijn"), "other_profile"),
    ],
    ids=["broken", "the same", "another"],
)
def test_what_cannot_be_put_in_force_is_refused(cast: Cast, source: str, code: str) -> None:
    for ask in (procedures.outlook, lambda actor, text: procedures.adopt(actor, text, TODAY)):
        with pytest.raises(Refused) as refused:
            ask(cast.actor("dora"), source)
        assert refused.value.code == code


def test_a_version_does_not_begin_before_the_one_that_it_follows(cast: Cast) -> None:
    procedures.adopt(cast.actor("dora"), SLOWER, TODAY)

    with pytest.raises(Refused, match="version_before_newest"):
        procedures.adopt(cast.actor("dora"), SLOWER.replace("= 5", "= 4"), TODAY - timedelta(days=1))


@pytest.mark.parametrize("who", ["tom", "hans", "mia", "piet", "vera", "suze", "wim", "adam"])
def test_only_a_coordinator_and_a_director_put_a_version_in_force(cast: Cast, who: str) -> None:
    for ask in (procedures.outlook, lambda actor, text: procedures.adopt(actor, text, TODAY)):
        with pytest.raises(Refused, match="not_allowed"):
            ask(cast.actor(who), SLOWER)


def test_a_dossier_from_which_somebody_is_excluded_is_not_told_and_not_moved(cast: Cast) -> None:
    case = Case.registered("training", cast, respondents=(Named(account_id=cast["cora"]),))
    cora = cast.actor("cora")

    found = procedures.outlook(cora, SLOWER)
    procedures.adopt(cora, SLOWER, TODAY, found)

    assert found == Outlook((), 0, ())
    assert complaint_of(case.reference).profile_version_id == 1


def test_the_operator_sees_all_of_them_as_numbers(cast: Cast) -> None:
    Case.registered("training", cast)

    assert procedures.outlook(OPERATOR, SLOWER).counts() == (("Ontvangstbevestiging", 1),)
