"""Numbers that no row can have, in a direct call: refused as what they are, in one sentence, never as a crash."""

from __future__ import annotations

from uuid import uuid4

import pytest

from domain.entries import LARGEST, number
from domain.errors import Refused
from domain.vocabulary import Relation
from services import accounts, board, complaints, letters, steps
from services.board import BoardFilter
from services.complaints import Named
from services.steps import MeasureInput
from tests.cases import Case, an_intake
from tests.conftest import TODAY, Cast

ABSURD = (10**30, -(10**30), 2**63, 2**53, 0, -1)


@pytest.mark.parametrize("value", [*ABSURD, None, "7", 7.0, True])
def test_a_number_that_no_database_gave_out_is_nobodys(value: object) -> None:
    assert number(value) == 0


@pytest.mark.parametrize("value", [1, LARGEST])
def test_a_number_of_a_row_stays_what_it_is(value: int) -> None:
    assert number(value) == value


@pytest.mark.parametrize("value", ABSURD)
def test_the_board_has_nothing_of_it(cast: Cast, value: int) -> None:
    Case.registered("training", cast)

    assert board.page(cast.actor("cora"), BoardFilter(handler_id=value)).total == 0
    assert board.page(cast.actor("cora"), BoardFilter(unit_id=value)).total == 0


@pytest.mark.parametrize("value", ABSURD)
def test_at_intake_it_is_an_unknown_place_or_an_unknown_person(cast: Cast, value: int) -> None:
    for changes, code, field in (
        ({"unit_id": value}, "unknown_unit", "unit_id"),
        ({"respondents": (Named(account_id=value),)}, "unknown_person", "respondents"),
    ):
        with pytest.raises(Refused) as refusal:
            complaints.register(cast.actor("tom"), str(uuid4()), an_intake("training", cast, **changes))
        assert (refusal.value.code, refusal.value.field) == (code, field)


@pytest.mark.parametrize("value", ABSURD)
def test_in_a_dossier_it_is_nobody_and_nothing(cast: Cast, value: int) -> None:
    case = Case.registered("training", cast).in_progress()
    cora = cast.actor("cora")
    measure = MeasureInput("Nieuw rooster", value, TODAY)

    for code, act in (
        ("not_found", lambda: steps.measure_done(cora, case.reference, value, TODAY, "Gedaan.")),
        ("unknown_person", lambda: steps.assign(cora, case.reference, case.seen, value)),
        ("unknown_person", lambda: complaints.add_party(cora, case.reference, Relation.INVOLVED, Named(account_id=value))),
        ("unknown_person", lambda: steps.decide(cora, case.reference, case.seen, TODAY, "upheld", "Ja.", (measure,))),
        ("not_found", lambda: letters.as_pdf(cora, value)),
        ("unknown_person", lambda: accounts.disable(cast.actor("adam"), value, 1)),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == code
