"""Taking a dossier along as one file, on screen."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from domain.vocabulary import Compartment
from tests.conftest import Cast
from tests.dossiers import On, decided
from tests.services.test_restricted import handed
from tests.ui.apptest import open_page

TITLE = "Dossier als verzegeld bestand"


def timeline(cast: Cast, who: str, reference: str) -> AppTest:
    at = open_page(cast, who, "complaint", ref=reference)
    at.session_state["complaint.tab"], at.session_state["complaint.tab_name"] = "", "timeline"
    return at.run()


def titles(at: AppTest) -> list[str]:
    return [each.label for each in at.expander]


def test_who_holds_the_right_makes_it_and_gets_an_address(cast: Cast, on: On) -> None:
    reference = decided(cast, on)
    at = timeline(cast, "cora", reference)
    assert TITLE in titles(at)

    at.button(key="sealed.make").click().run()

    assert not at.exception
    assert any(each.value.startswith("Het bestand is klaar") for each in at.success)


@pytest.mark.parametrize("who", ["hans", "mia"])
def test_others_are_not_offered_it(cast: Cast, on: On, who: str) -> None:
    reference = decided(cast, on)

    at = timeline(cast, who, reference)

    assert TITLE not in titles(at)


def test_the_keeper_of_a_closed_compartment_takes_it_along(cast: Cast) -> None:
    reference = handed(cast, Compartment.UNWANTED_BEHAVIOUR)
    at = open_page(cast, "vera", "restricted", ref=reference)

    at.button(key="sealed.make").click().run()

    assert not at.exception
    assert any(each.value.startswith("Het bestand is klaar") for each in at.success)
