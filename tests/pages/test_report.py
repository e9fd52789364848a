"""The yearly report on the screen: which years there are, its chapters, the check, and its end."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from services import year_reports
from services.year_report_writing import Recipient
from tests.conftest import TODAY, Cast
from tests.fill import make_party
from tests.services.test_year_reports import (
    CHILDCARE,
    OTHER,
    YEAR,
    On,
    add,
    approve,
    childcare,
    filled,
    finished,
    maker,
    read,
    sent,
    together,
    write,
)
from tests.ui.apptest import NotForThem, open_page

__all__ = ["filled"]


@pytest.fixture
def profile() -> str:
    return CHILDCARE


def said(at: AppTest) -> str:
    assert not at.exception
    parts = (at.title, at.subheader, at.caption, at.text, at.markdown, at.success, at.warning, at.error, at.info, at.metric)
    tables = [str(each.value.to_dict()) for each in at.dataframe]
    return "\n".join([*(str(each.value) for part in parts for each in part), *tables])


def opened(cast: Cast, who: str = "", tab: str = "", **query: str) -> AppTest:
    at = open_page(cast, who or maker(cast), "report", year=str(YEAR), **query)
    if tab:
        words = {"figures": "Cijfers", "check": "Controle", "finish": "Vaststellen"}[tab]
        at.session_state["report.tab"] = next(each.label for each in at.tabs if each.label.startswith(words))
        at.run()
    return at


def test_the_years_and_who_makes_them(filled: Cast) -> None:
    first = maker(filled)
    makers = [f"Wordt gemaakt door {each.makers[0]}." for each in year_reports.listing(filled.actor(first)).lines]
    hers, theirs = (open_page(filled, who, "report") for who in (first, OTHER[first]))

    for at in (hers, theirs):
        assert [each.value for each in at.text if "gemaakt" in each.value] == makers
    assert "is te laat" in said(theirs)
    assert "report.look.2025" in {each.key for each in hers.button}
    assert "report.look.2025" not in {each.key for each in theirs.button}
    hers.button(key="report.look.2025").click().run()
    assert "a. De klachtenregeling in het kort" in str(hers.selectbox[0].options)


def test_whoever_does_not_make_it_gets_one_sentence_at_its_address(filled: Cast) -> None:
    at = opened(filled, OTHER[maker(filled)])
    assert "Dit verslag wordt door iemand anders gemaakt." in said(at)
    assert "Fatima" not in said(at)


@pytest.mark.parametrize("who", ["piet", "mia", "vera", "adam", "tom"])
def test_no_menu_item_for_anybody_else(cast: Cast, who: str) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, who, "report")


@pytest.mark.parametrize("year", ["2026", "1999", "abcd", "²025", "99999", "-1"])
def test_a_strange_year_in_the_address(cast: Cast, year: str) -> None:
    at = open_page(cast, "cora", "report", year=year)
    assert not at.exception


def test_a_chapter_begins_with_a_proposal_and_is_saved(filled: Cast) -> None:
    at = opened(filled)
    area = at.text_area[0]
    assert "zes weken" in area.value
    area.set_value("Wij hebben een <b>regeling</b>.").run()
    at.button(key=f"report.text.{YEAR}-scheme.save").click().run()

    assert "Bewaard." in said(at)
    assert read(filled).text("scheme") == "Wij hebben een <b>regeling</b>."
    assert at.text_area[0].value == "Wij hebben een <b>regeling</b>."


def test_what_is_typed_stays_when_a_colleague_was_first(filled: Cast) -> None:
    first = together(filled)
    at = opened(filled, first)
    at.text_area[0].set_value("Mijn tekst.").run()
    write(filled, "scheme", "Haar tekst.", OTHER[first])
    at.button(key=f"report.text.{YEAR}-scheme.save").click().run()
    assert at.error
    assert at.text_area[0].value == "Mijn tekst."
    at.run()
    assert "«Mijn» tekst." in said(at)
    assert "«Haar» tekst." in said(at)
    at.button(key=f"report.text.{YEAR}-scheme.text.mine.go_on").click().run()
    at.button(key=f"report.text.{YEAR}-scheme.save").click().run()
    assert read(filled).text("scheme") == "Mijn tekst."


def test_a_draft_survives_another_visit(filled: Cast) -> None:
    opened(filled).text_area[0].set_value("Half af").run()
    assert opened(filled).text_area[0].value == "Half af"
    assert read(filled).text("scheme") == ""


def test_a_draft_survives_a_look_at_another_tab(filled: Cast) -> None:
    at = opened(filled)
    at.text_area[0].set_value("Half af").run()
    for name in ("Cijfers", "Hoofdstukken"):
        at.session_state["report.tab"] = name
        at.run()

    assert at.text_area[0].value == "Half af"
    at.button(key="report.all").click().run()
    at.button(key=f"report.look.{YEAR}").click().run()
    assert at.text_area[0].value == "Half af"
    assert opened(filled).text_area[0].value == "Half af"


def test_a_chapter_of_a_location_shows_its_numbers(filled: Cast) -> None:
    at = opened(filled, chapter=f"judgments.{filled.units['noord']}")
    assert "Gegrond: 1, Deels gegrond: 1. Toegezegde maatregelen: 1." in said(at)
    assert at.selectbox[0].value == f"judgments.{filled.units['noord']}"


def test_the_figures_have_a_table_for_each_chart(filled: Cast) -> None:
    at = opened(filled, tab="figures")
    assert "'Locatie Zuid'" in said(at)
    assert len(at.get("vega_lite_chart") or at.get("arrow_vega_lite_chart")) == 2
    assert len(at.dataframe) == 3
    assert "Toegezegde maatregelen: 1." in said(at)


def test_the_check_lists_what_it_found_and_a_name_is_cleared(filled: Cast) -> None:
    write(filled, "handled", "De vries viel uit. Bel 06 12 34 56 78.")
    at = opened(filled, tab="check")
    assert {"vries", "06 12 34 56 78"} <= {each.value for each in at.text}
    at.text_input[0].set_value("De diepvries").run()
    at.button(key="report.clear.0.vries").click().run()
    assert [each.trace.words for each in read(filled).findings] == ["06 12 34 56 78"]


def test_to_the_end(filled: Cast) -> None:
    first = maker(filled)
    at = opened(filled, first, "finish")
    assert "a\\. De klachtenregeling in het kort\\, b\\." in said(at)
    at.multiselect[0].set_value([filled[OTHER[first]]]).run()
    at.button(key="report.people_save").click().run()
    finished(filled)
    cora = opened(filled, "cora", "finish")
    assert "De bestuurder stelt het verslag vast." in said(cora)
    dora = opened(filled, "dora", "finish")
    dora.button(key="report.ask").click().run()
    dora.button(key="report.approve").click().run()
    assert "Vastgesteld op" in said(dora)
    assert read(filled).is_approved
    dora.date_input(key=f"report.on.{Recipient.REGULATOR}").set_value(TODAY).run()
    dora.button(key=f"report.sent.{Recipient.REGULATOR}").click().run()
    assert "Verstuurd naar de GGD op 21 november 2026." in said(dora)
    dora.button(key=f"report.sent.{Recipient.READERS}").click().run()
    assert dora.error, "without a day"
    dora.date_input(key=f"report.on.{Recipient.READERS}").set_value(TODAY).run()
    dora.button(key=f"report.sent.{Recipient.READERS}").click().run()
    assert read(filled).line.sent
    assert len(dora.get("download_button")) == 4


def test_the_board_reminds_from_april_until_it_is_out(filled: Cast, on: On) -> None:
    words = "Het klachtenverslag over 2025 moet uiterlijk op 31 mei 2026 weg zijn."
    for day, expected in ((date(2026, 3, 31), False), (date(2026, 4, 1), True)):
        with on(day):
            assert (words in said(open_page(filled, "cora", "board"))) is expected
    late = "is te laat: het moest uiterlijk op 31 mei 2026"
    assert late in said(open_page(filled, "dora", "board"))
    assert late in said(open_page(filled, "dora", "help"))
    assert "klachtenverslag over" not in said(open_page(filled, "mia", "board"))
    together(filled)
    finished(filled)
    approve(filled)
    for to in Recipient:
        sent(filled, to)
    assert "klachtenverslag over" not in said(open_page(filled, "dora", "board"))


def test_who_is_shut_out_sees_the_page_of_anybody_else(engine: Engine, cast: Cast) -> None:
    add(cast)
    other = OTHER[maker(cast)]
    before = said(open_page(cast, other, "report"))
    with Session(engine) as session, session.begin():
        make_party(session, childcare(session, cast), cast[other])
    assert said(open_page(cast, other, "report")) == before


def test_nothing_submitted(cast: Cast) -> None:
    assert "Er is in 2025 geen klacht ingediend: een verslag is niet nodig." in said(open_page(cast, "cora", "report"))
    assert "een verslag is niet nodig" in said(opened(cast))


@pytest.mark.parametrize("profile", ["training"])
def test_a_training_bureau_has_its_own(cast: Cast, profile: str) -> None:
    at = open_page(cast, "cora", "report")
    assert at.title[0].value == "Jaarverslag klachten"
    assert "Wet kinderopvang" not in said(at)
    assert "Wat wij ervan leerden" in str(opened(cast).selectbox[0].options)
    assert year_reports.listing(cast.actor("cora")).kind == "internal"


def test_reopening_asks_why(filled: Cast) -> None:
    together(filled)
    finished(filled)
    approve(filled)
    at = opened(filled, "dora", "finish")
    at.button(key="report.reopen").click().run()
    assert at.error
    at.text_area(key="report.reason").set_value("Een fout").run()
    at.button(key="report.reopen").click().run()
    assert not read(filled).is_approved
