"""The administrator chooses whose second step is required."""

from __future__ import annotations

from domain.rights import Role
from services import second_factor
from tests.conftest import Cast
from tests.ui.apptest import open_page


def test_one_person_is_told_as_one(cast: Cast) -> None:
    at = open_page(cast, "adam", "people")
    at.segmented_control(key="people.part").set_value("sign_ins").run()
    at.multiselect[0].set_value([Role.WB_OFFICER])

    next(each for each in at.button if each.label == "Opslaan").click().run()

    assert at.success[0].value == "Bewaard. 1 collega stelt de tweede stap bij het volgende aanmelden in."


def test_the_administrator_chooses_whose_second_step_is_required(cast: Cast) -> None:
    at = open_page(cast, "adam", "people")
    at.segmented_control(key="people.part").set_value("sign_ins").run()
    at.multiselect[0].set_value([Role.CONFIDANT, Role.WB_OFFICER])

    next(each for each in at.button if each.label == "Opslaan").click().run()

    assert not at.exception
    assert at.success[0].value.startswith("Bewaard. 2 mensen stellen")
    assert second_factor.required_roles(cast.actor("adam")) == (Role.CONFIDANT, Role.WB_OFFICER)
