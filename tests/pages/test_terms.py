"""What if: a procedure, some days, and the promises that follow; versions side by side; a new version."""

from __future__ import annotations

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from services import accounts, procedures
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.services.test_procedures import ACK, SLOWER, targets
from tests.ui.apptest import NotForThem, open_page

CHILDCARE = "kinderopvang-welzijn"


def shown(at: AppTest, column: str = "Belofte") -> dict[str, list[str]]:
    frame = next(each.value for each in at.dataframe if column in each.value.columns)
    return {name: [str(value) for value in frame[name]] for name in frame.columns}


@pytest.mark.parametrize("profile", [CHILDCARE])
def test_the_address_says_what_is_tried(cast: Cast, profile: str) -> None:
    at = open_page(cast, "cora", "terms", procedure="WKO", received="2026-03-24", answered="2026-05-06")

    assert not at.exception
    table = shown(at)
    row = next(number for number, label in enumerate(table["Belofte"]) if "Oordeel op de klacht" in label)
    assert table["Uiterlijk"][row] == "di 5 mei 2026"
    assert table["Volgens de wet"][row] == "wo 6 mei 2026"
    own = next(number for number, label in enumerate(table["Belofte"]) if "Ontvangstbevestiging" in label)
    assert table["Volgens de wet"][own] == ""  # no law asks it: our own choice
    assert table["Hoe het vandaag staat"][row] == "Nagekomen"
    assert at.query_params["received"] in (["2026-03-24"], "2026-03-24")


def test_a_day_that_is_picked_changes_the_promises_and_the_address(cast: Cast) -> None:
    at = open_page(cast, "dora", "terms", received="2026-11-02")
    before = shown(at)["Belofte"]

    at.date_input(key="terms.acknowledged_day").set_value(date(2026, 11, 3)).run()

    assert not at.exception
    assert len(shown(at)["Belofte"]) == len(before) + 1
    assert at.query_params["acknowledged"] in (["2026-11-03"], "2026-11-03")


def test_today_is_the_day_of_receipt_at_first(cast: Cast) -> None:
    at = open_page(cast, "cora", "terms")

    assert not at.exception
    assert at.date_input(key="terms.received_day").value == TODAY
    assert set(shown(at)["Dag 0"]) == {"za 21 nov 2026"}


def test_each_date_is_explained(cast: Cast) -> None:
    at = open_page(cast, "cora", "terms", received="2026-11-20")

    at.session_state["terms.why_1"] = True
    at.run()

    assert not at.exception
    assert at.code[0].value.startswith("De klacht")


def test_what_is_not_allowed_is_a_sentence(cast: Cast) -> None:
    at = open_page(cast, "cora", "terms", received="2026-11-20", answered="2026-11-10")

    assert not at.exception
    assert [each.value for each in at.error] == ["Dit kan niet vóór de dag van ontvangst zijn: 20 november 2026."]


def test_without_a_day_of_receipt_there_is_nothing_yet(cast: Cast) -> None:
    at = open_page(cast, "cora", "terms")

    at.date_input(key="terms.received_day").set_value(None).run()

    assert not at.exception
    assert at.info[0].value == "Vul in wanneer het binnenkwam."


@pytest.mark.parametrize("nonsense", ["gisteren", "2026-13-40", "1066-10-14", "9999-12-31", "2026-11-02'; --"])
def test_nonsense_in_the_address_is_left_out(cast: Cast, nonsense: str) -> None:
    at = open_page(cast, "cora", "terms", received=nonsense, procedure=nonsense, version=nonsense, tab_name=nonsense)

    assert not at.exception
    assert at.date_input(key="terms.received_day").value == TODAY


def test_two_versions_stand_side_by_side(cast: Cast) -> None:
    procedures.adopt(cast.actor("cora"), SLOWER, TODAY)

    at = open_page(cast, "cora", "terms", tab_name="compare", left="v1", right="v2", received="2026-11-16")

    assert not at.exception
    rules, dates = shown(at, "Wat anders is"), shown(at, "Verschil")
    assert (rules["Belofte"], rules["Wat anders is"]) == (["Ontvangstbevestiging"], ["termijn"])
    assert (rules["Links"], rules["Rechts"]) == (["2 werkdagen"], ["5 werkdagen"])
    assert dict(zip(dates["Belofte"], dates["Verschil"], strict=True))["Ontvangstbevestiging"] == "5 dagen later"


def test_a_new_version_shows_what_moves_and_is_adopted(cast: Cast) -> None:
    case = Case.registered("training", cast)
    at = open_page(cast, "cora", "terms", tab_name="new")
    at.session_state["terms.source"] = SLOWER
    at.run()
    at.button(key="terms.look").click().run()

    table = shown(at, "Dossier")
    assert (table["Dossier"], table["Nu"], table["Straks"]) == ([case.reference], ["wo 18 nov 2026"], ["ma 23 nov 2026"])

    at.radio(key="terms.open_ones").set_value("move")
    at.button(key="terms.adopt").click().run()

    assert not at.exception
    assert targets(case)[ACK] == date(2026, 11, 23)
    assert at.success[0].value == "Vastgesteld: versie 2, vanaf 21 november 2026."


@pytest.mark.parametrize("who", ["tom", "hans", "mia", "piet", "vera", "wim", "adam"])
def test_the_page_is_for_coordinator_and_director(cast: Cast, who: str) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, who, "terms")


def test_in_english_it_has_words_for_everything(cast: Cast) -> None:
    accounts.choose_language(cast.actor("cora"), "en")
    for tab in ("try", "compare", "new"):
        at = open_page(cast, "cora", "terms", tab_name=tab)
        assert not at.exception
        assert not [each.value for each in (*at.caption, *at.text, *at.subheader) if "whatif." in str(each.value)]


def test_the_timeline_of_a_moved_dossier_names_the_version(cast: Cast) -> None:
    case = Case.registered("training", cast)
    cora = cast.actor("cora")
    procedures.adopt(cora, SLOWER, TODAY, procedures.outlook(cora, SLOWER))

    at = open_page(cast, "cora", "complaint", ref=case.reference)
    label = next(tab.label for tab in at.tabs if tab.label.startswith("Tijdlijn"))
    at.session_state["complaint.tab"] = label
    at.run()

    assert not at.exception
    assert any("Verder onder een nieuwe versie van de procedure" in each.value for each in at.markdown)
    assert any(each.value.startswith("versie 2") for each in at.text)
