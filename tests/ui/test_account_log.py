"""What happened to sign-ins, on screen."""

from __future__ import annotations

import pandas as pd
import pytest

from domain.rights import Right, Role
from domain.sign_ins import SignIn
from services import second_factor, sign_in_log
from services.door import VISITOR, work
from tests.conftest import Cast
from tests.ui.apptest import open_page
from text import LANGUAGES, catalogue


def rows(table: pd.DataFrame) -> list[list[str]]:
    return [[str(each) for each in row[:-1]] for row in table.to_numpy().tolist()]


def noted(cast: Cast) -> None:
    with work(VISITOR, Right.SIGN_IN) as w:
        sign_in_log.note(w, None, SignIn.FAILED_UNKNOWN)
        sign_in_log.note(w, cast["tom"], SignIn.SIGNED_IN)
        sign_in_log.note(w, cast["rosa"], SignIn.ENDED, why="roles_changed")
    with work(cast.actor("adam"), Right.ACCOUNTS) as w:
        sign_in_log.note(w, cast["tom"], SignIn.LINK_MADE, why="a_code_that_came_later")


def test_one_sees_ones_own(cast: Cast) -> None:
    noted(cast)

    at = open_page(cast, "tom", "account")

    assert not at.exception
    assert rows(at.dataframe[-1].value) == [["Eenmalige link gemaakt", "Adam Beheer"], ["Aangemeld", ""]]


def test_the_administrator_sees_everybodys(cast: Cast) -> None:
    noted(cast)
    at = open_page(cast, "adam", "people")

    at.segmented_control(key="people.part").set_value("sign_ins").run()

    assert not at.exception
    assert rows(at.dataframe[-1].value)[-4:] == [
        ["Tom Trainer", "Eenmalige link gemaakt", "Adam Beheer"],
        ["Rosa Melder", "Aanmelding beëindigd: de rollen werden gewijzigd", ""],
        ["Tom Trainer", "Aangemeld", ""],
        ["Een naam die niemand heeft", "Aanmelden mislukte", ""],
    ]


def test_who_confirms_requests_sees_who_changed_whose_second_step_is_required(cast: Cast) -> None:
    second_factor.require(cast.actor("adam"), (), (Role.CONFIDANT,))
    second_factor.require(cast.actor("adam"), (Role.CONFIDANT,), ())

    at = open_page(cast, "dora", "requests")

    assert not at.exception
    assert rows(at.dataframe[-1].value) == [
        ["Adam Beheer", "Tweede stap niet meer verplicht: Vertrouwenspersoon"],
        ["Adam Beheer", "Tweede stap voortaan verplicht: Vertrouwenspersoon"],
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_can_happen_has_words(language: str) -> None:
    assert {f"sign_in_log.{each}" for each in SignIn} <= set(catalogue(language))
