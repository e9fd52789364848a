"""Access of a person on the screen: who asks, which dossiers are theirs, every piece looked at, and the file."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from domain.access import Identity, Subject
from domain.vocabulary import EventKind
from services import steps
from services.complaints import Named
from tests.cases import Case
from tests.conftest import CAST, TODAY, Cast
from tests.dossiers import On, decided
from tests.ui.apptest import NotForThem, open_page

MAY = ("cora", "dora", "piet", "petra", "vera", "wim")


def searched(cast: Cast, who: str, name: str, **typed: str) -> AppTest:
    at = open_page(cast, who, "access")
    at.selectbox(key="access.subject").set_value(typed.get("subject", Subject.COMPLAINANT.value))
    at.selectbox(key="access.identity").set_value(Identity.KNOWN.value)
    at.date_input(key="access.asked_on").set_value(TODAY)
    at.text_input(key="access.name").set_value(name)
    at.button(key="access.find").click().run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    drawn = (at.text, at.caption, at.markdown, at.info, at.error, at.warning, at.success)
    return "\n".join(each.value for kind in drawn for each in kind) + "\n".join(each.label for each in at.checkbox)


@pytest.mark.parametrize("who", [name for name in CAST if name not in MAY])
def test_the_page_is_for_who_takes_dossiers_along(cast: Cast, who: str) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, who, "access")


def test_from_the_question_to_the_file(cast: Cast, on: On) -> None:
    reference = decided(cast, on)
    steps.log(cast.actor("hans"), reference, EventKind.NOTE, TODAY, "Gebeld door Truus Buur, 06 98 76 54 32.")
    at = searched(cast, "cora", "Karel de Vries")
    at.checkbox(key=f"access.dossier.{reference}").check().run()
    assert not at.exception
    assert "Gebeld door Truus Buur, [telefoonnummer]." in said(at)

    at.text_area(key="access.hide_more").set_value("Truus Buur").run()
    assert "Gebeld door [weggelaten], [telefoonnummer]." in said(at)
    at.button(key="access.make").click().run()

    assert not at.exception
    assert "Het bestand is klaar, uit 1 dossiers." in said(at)
    assert at.selectbox(key="access.subject").options[0] == "als klager"
    assert "access" not in said(at)


def test_what_is_missing_stands_under_its_field_and_what_was_typed_stays(cast: Cast, on: On) -> None:
    reference = decided(cast, on)
    at = open_page(cast, "cora", "access")
    at.button(key="access.find").click().run()
    assert len(at.error) == 1

    at = searched(cast, "cora", "Karel de Vries")
    at.checkbox(key=f"access.dossier.{reference}").check().run()
    at.date_input(key="access.asked_on").set_value(None)
    at.button(key="access.make").click().run()

    assert len(at.error) == 1
    assert at.text_input(key="access.name").value == "Karel de Vries"
    assert at.checkbox(key=f"access.dossier.{reference}").value


def test_another_name_is_looked_for_anew(cast: Cast, on: On) -> None:
    decided(cast, on)
    at = searched(cast, "cora", "Karel de Vries")

    at.text_input(key="access.name").set_value("Truus Buur").run()

    assert not at.checkbox
    assert "Vul in wie het vraagt en zoek." in said(at)


def test_nothing_found_says_what_to_do(cast: Cast) -> None:
    at = searched(cast, "cora", "Niemand Bekend")

    assert "Niets gevonden onder deze naam of gegevens." in said(at)
    at.button(key="access.make").click().run()
    assert "Het bestand is klaar, uit 0 dossiers." in said(at)


def test_what_one_is_excluded_from_leaves_no_trace(cast: Cast) -> None:
    """The same screen as when there is nothing at all."""
    empty = said(searched(cast, "cora", "Karel de Vries"))
    Case.registered("training", cast, respondents=(Named(account_id=cast["cora"]),), title="Geheimzaak")

    assert said(searched(cast, "cora", "Karel de Vries")) == empty
    assert "Geheimzaak" in said(searched(cast, "dora", "Karel de Vries"))
