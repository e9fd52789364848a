"""The promises of a dossier as chains, each with its explanation."""

from __future__ import annotations

from datetime import date

import pytest

from services import appeal_files
from tests.cases import Case
from tests.conftest import Cast
from tests.dossiers import On, appealed
from tests.ui.apptest import open_page

CHILDCARE = "kinderopvang-welzijn"


@pytest.mark.parametrize("profile", [CHILDCARE])
def test_the_explanation_is_read_when_it_is_opened(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast, received_on=date(2026, 3, 24))
    law = next(each for each in case.read().promises if each.key == "WKO.RESPONSE")
    at = open_page(cast, "cora", "complaint", ref=case.reference)
    assert not at.code

    at.session_state[f"complaint.why_{law.id}"] = True
    at.run()

    assert not at.exception
    (said,) = [each.value for each in at.code]
    assert said.startswith("De klacht kwam binnen op dinsdag 24 maart 2026. De wet geeft zes weken")
    table = at.table[0].value
    assert list(table.columns) == [" ", "ma", "di", "wo", "do", "vr", "za", "zo"]
    assert list(table.iloc[0]) == ["mrt", "", "**24▷**", "25·", "26·", "27·", "28·", "29·"]
    assert list(table.iloc[-1])[:4] == ["", "4·", "**5◆**", "**6■**"]
    captions = "\n".join(each.value for each in at.caption).replace("\\", "")
    assert "◆ einde van de termijn" in captions
    assert "Bevrijdingsdag" in captions
    assert "Soort regel: wet" in captions
    assert "versie 1, bijgewerkt op" in captions


@pytest.mark.parametrize("who", ["piet", "tom"])
def test_who_only_opens_the_dossier_gets_the_explanation_too(cast: Cast, who: str) -> None:
    case = Case.registered("training", cast)
    promise = case.read(who).promises[0]
    at = open_page(cast, who, "complaint", ref=case.reference)
    said = [each.value for each in at.error]  # that the acknowledgement is late

    at.session_state[f"complaint.why_{promise.id}"] = True
    at.run()

    assert not at.exception
    assert [each.value for each in at.error] == said
    assert [each.value for each in at.code]


def test_a_moved_promise_is_one_line_with_its_notice_and_its_end(cast: Cast) -> None:
    case = Case.registered("training", cast).consult().acknowledge().assign().extend().decide().answer()

    at = open_page(cast, "cora", "complaint", ref=case.reference)

    lines = [each.value for each in at.text if each.value.startswith("Reactie naar de klant")]
    assert lines == [
        "Reactie naar de klant: uiterlijk ma 23 nov 2026, uitgesteld tot zo 6 dec 2026 (bericht van do 19 nov 2026, "
        "op tijd), gedaan op vr 20 nov 2026"
    ]
    assert not [each for each in at.text if each.value.startswith("Antwoord verwacht op")]
    assert any("nagekomen: " in each.value.lower() and "te laat uitgesteld: 0" in each.value for each in at.caption)


def test_a_promise_that_ended_says_why(cast: Cast) -> None:
    case = Case.registered("training", cast).consult().withdraw()

    at = open_page(cast, "cora", "complaint", ref=case.reference)

    lines = [each.value for each in at.text if each.value.startswith("Reactie naar de klant")]
    assert "vervallen: de klacht is ingetrokken" in lines[0]


def test_a_reviewer_opens_the_explanation_of_her_appeal(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    promises = appeal_files.read(cast.actor("vera"), reference).promises
    ruling = next(each for each in promises if each.code == "APPEAL_RULING")
    at = open_page(cast, "vera", "appeals", ref=reference)

    at.session_state[f"appeals.why_{ruling.id}"] = True
    at.run()

    assert not at.exception
    assert at.code[0].value.startswith("Het beroep kwam binnen op")
