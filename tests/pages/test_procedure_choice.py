"""Which procedure: offered at intake where there is a choice, and changed later with what would move in sight."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from db import models as m
from domain.workflow import StepName
from tests.cases import Case
from tests.conftest import Cast
from tests.pages.test_intake import field, put, remark, rows, said, save, shown
from tests.ui.apptest import open_page

CHILDCARE = pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])


@CHILDCARE
def test_the_usual_procedure_holds_unless_somebody_chooses(cast: Cast, engine: Engine, profile: str) -> None:
    at = remark(open_page(cast, "cora", "intake"), profile, unit_id=cast.units["noord"])

    offered = field(at, "procedure").options

    assert "Algemene wet bestuursrecht" in offered
    assert not shown(at, "by_committee")
    save(at)
    (complaint,) = rows(engine, m.Complaint)
    assert (complaint.procedure, complaint.by_committee) == ("WKO", False)


@CHILDCARE
def test_our_own_committee_can_be_ticked_where_the_procedure_knows_one(cast: Cast, engine: Engine, profile: str) -> None:
    at = remark(open_page(cast, "cora", "intake"), profile, unit_id=cast.units["noord"])

    put(at, procedure="AWB")
    assert "tien weken met een adviescommissie" in said(at)
    save(put(at, by_committee=True))

    (complaint,) = rows(engine, m.Complaint)
    assert (complaint.procedure, complaint.overlay, complaint.by_committee) == ("AWB", "HOUSE_WEEK", True)


@CHILDCARE
def test_a_tick_for_the_committee_goes_with_the_procedure_that_knew_it(cast: Cast, engine: Engine, profile: str) -> None:
    at = remark(open_page(cast, "cora", "intake"), profile, unit_id=cast.units["noord"])
    put(put(at, procedure="AWB"), by_committee=True)

    save(put(at, procedure="WKO"))

    (complaint,) = rows(engine, m.Complaint)
    assert (complaint.procedure, complaint.by_committee) == ("WKO", False)


@CHILDCARE
def test_the_form_of_another_procedure_says_what_would_move(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).in_progress()
    at = open_page(cast, "cora", "complaint", ref=case.reference)

    at.button(key=f"complaint.open.{StepName.CHANGE_PROCEDURE}").click().run()
    at.selectbox(key="complaint.change_procedure.procedure").set_value("AWB").run()
    shown_moves = said(at)
    at.text_area(key="complaint.change_procedure.reason").set_value("Het is een taak van de gemeente.")
    at.button(key="complaint.change_procedure.save").click().run()

    assert "Dit verschuift:" in shown_moves
    assert ": vervalt (was " in shown_moves
    assert "Afhandeling: komt erbij, uiterlijk " in shown_moves
    assert "AWB." not in shown_moves  # a key is no word
    assert case.row.procedure == "AWB"
