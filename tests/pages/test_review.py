"""The yearly review on the screen: opening it, dossier by dossier, interrupted, by two at once, and its end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from services import reviews
from services.parties import Named
from tests.cases import Case
from tests.conftest import CAST, TODAY, Cast
from tests.services.test_reviews import begin, dossier, finalise, item, no, read, yes
from tests.ui.apptest import NotForThem, open_page


def said(at: AppTest) -> str:
    assert not at.exception
    parts = (at.title, at.subheader, at.caption, at.text, at.markdown, at.success, at.warning, at.error, at.info)
    tables = [str(each.value.to_dict()) for each in at.dataframe]
    bars = [str(each.proto.text) for each in at.get("progress")]
    return "\n".join([*(str(each.value) for part in parts for each in part), *tables, *bars])


def opened(cast: Cast, number: int, who: str = "cora", **query: str) -> AppTest:
    return open_page(cast, who, "review", review=str(number), **query)


def at_case(cast: Cast, number: int, case: Case, who: str = "cora") -> AppTest:
    return opened(cast, number, who, ref=case.reference)


def field(at: AppTest, kind: str, number: int, case: Case, name: str) -> object:
    return getattr(at, kind)(key=f"review.case.{number}-{case.reference}.{name}")


def choose(at: AppTest, number: int, case: Case, extra: bool) -> AppTest:
    return field(at, "button_group", number, case, "extra_action").set_value("yes" if extra else "no").run()  # type: ignore[attr-defined, no-any-return]


def save(at: AppTest, number: int, case: Case) -> AppTest:
    return field(at, "button", number, case, "save").click().run()  # type: ignore[attr-defined, no-any-return]


def tab(at: AppTest, name: str) -> AppTest:
    at.session_state["review.tab"] = name
    return at.run()


def test_a_review_is_opened_with_the_proposed_period_and_the_partners(cast: Cast) -> None:
    dossier(cast)
    at = open_page(cast, "cora", "review")
    assert "uiterlijk op" in said(at)

    at.button(key="review.begin").click().run()

    (line,) = reviews.listing(cast.actor("cora")).lines
    assert (line.since, line.until, line.total) == (date(2025, 11, 22), TODAY, 1)
    names = [name for _, name in read(cast, line.id).participants]
    assert names == ["Cora Coördinator", "Petra Partner", "Piet Partner"]
    assert at.query_params["review"] == str(line.id)


def test_without_a_partner_the_form_says_so_and_stays(cast: Cast) -> None:
    at = open_page(cast, "cora", "review")
    at.multiselect(key="review.participants").set_value([cast["cora"]]).run()
    at.button(key="review.begin").click().run()

    assert "ten minste één partner" in said(at)
    assert at.multiselect(key="review.participants").value == [cast["cora"]]
    assert reviews.listing(cast.actor("cora")).lines == ()


def test_one_by_one_with_the_progress_in_sight(cast: Cast) -> None:
    first = dossier(cast, received_on=TODAY - timedelta(days=9), title="De eerste klacht")
    second = dossier(cast, received_on=TODAY - timedelta(days=8), title="De tweede klacht")
    number = begin(cast)
    at = at_case(cast, number, first)
    assert "De eerste klacht" in said(at)

    at = save(choose(at, number, first, extra=False), number, first)

    assert at.query_params["ref"] == second.reference
    assert "De tweede klacht" in said(at)
    assert read(cast, number).line.answered == 1
    assert "1 van 2 besproken" in said(at)


def test_a_yes_asks_what_why_who_and_when(engine: Engine, cast: Cast) -> None:
    case = dossier(cast)
    number = begin(cast)
    at = choose(at_case(cast, number, case), number, case, extra=True)
    field(at, "text_area", number, case, "action").set_value("Een tweede sleutel")  # type: ignore[attr-defined]
    at = save(at, number, case)
    assert "Vul dit in" in said(at)
    assert field(at, "text_area", number, case, "action").value == "Een tweede sleutel"  # type: ignore[attr-defined]
    field(at, "text_area", number, case, "why").set_value("Vaker gebeurd")  # type: ignore[attr-defined]
    field(at, "selectbox", number, case, "owner_id").set_value(cast["hans"])  # type: ignore[attr-defined]
    field(at, "date_input", number, case, "due_on").set_value(TODAY + timedelta(days=30))  # type: ignore[attr-defined]
    at = save(at, number, case)

    assert not at.error
    with Session(engine) as session:
        assert [each.text for each in session.scalars(select(m.Measure))] == ["Een tweede sleutel"]


def test_what_is_typed_survives_an_interrupted_meeting(cast: Cast) -> None:
    case = dossier(cast)
    number = begin(cast)
    at = choose(at_case(cast, number, case), number, case, extra=True)
    field(at, "text_area", number, case, "action").set_value("Half opgeschreven").run()  # type: ignore[attr-defined]

    again = at_case(cast, number, case)

    assert field(again, "text_area", number, case, "action").value == "Half opgeschreven"  # type: ignore[attr-defined]
    assert item(cast, number, case).extra_action is None


def test_who_does_it_is_not_set_anew_while_somebody_chooses(cast: Cast) -> None:
    """A run that began before the choice would undo it in the browser."""
    case = dossier(cast)
    number = begin(cast)
    at = choose(at_case(cast, number, case), number, case, extra=True)

    at = at.run()

    assert not field(at, "selectbox", number, case, "owner_id").proto.set_value  # type: ignore[attr-defined]


def test_what_is_typed_survives_a_look_at_another_tab(cast: Cast) -> None:
    case = dossier(cast)
    number = begin(cast)
    at = choose(at_case(cast, number, case), number, case, extra=True)
    field(at, "text_area", number, case, "action").set_value("Half opgeschreven").run()  # type: ignore[attr-defined]
    at = tab(at, "Geleerd")
    at.text_area(key=f"review.words.{number}.learned").set_value("Eerder bellen").run()

    at = tab(at, "Klachten")

    assert field(at, "text_area", number, case, "action").value == "Half opgeschreven"  # type: ignore[attr-defined]
    assert tab(at, "Geleerd").text_area(key=f"review.words.{number}.learned").value == "Eerder bellen"
    at.button(key="review.all").click().run()
    at.button(key="review.continue").click().run()
    assert at.text_area(key=f"review.words.{number}.learned").value == "Eerder bellen"
    again = at_case(cast, number, case)
    assert field(again, "text_area", number, case, "action").value == "Half opgeschreven"  # type: ignore[attr-defined]


def test_the_second_of_two_sees_what_the_first_answered_and_keeps_the_text(cast: Cast) -> None:
    case = dossier(cast)
    number = begin(cast)
    at = at_case(cast, number, case)
    field(at, "text_area", number, case, "note").set_value("Mijn aantekening").run()  # type: ignore[attr-defined]
    no(cast, number, case, who="piet")

    at = save(choose(at, number, case, extra=False), number, case)

    assert "Extra actie: nee (Piet Partner" in said(at)
    assert field(at, "text_area", number, case, "note").value == "Mijn aantekening"  # type: ignore[attr-defined]
    assert item(cast, number, case).note == ""
    key = f"review.case.{number}-{case.reference}"  # they wrote other things
    at = save(at.button(key=f"{key}.go_on").click().run(), number, case)
    assert item(cast, number, case).note == "Mijn aantekening"


def test_a_form_in_which_nothing_was_typed_follows_the_others(cast: Cast) -> None:
    case = dossier(cast)
    number = begin(cast)
    at = at_case(cast, number, case)
    no(cast, number, case, who="piet", note="Van Piet")

    at.run()

    assert field(at, "text_area", number, case, "note").value == "Van Piet"  # type: ignore[attr-defined]
    assert "intussen" not in said(at)


def test_what_was_still_open_comes_first(cast: Cast) -> None:
    case = Case.registered("training", cast).decided(measures=1)
    at = opened(cast, begin(cast))

    assert "Maatregel 0" in said(at)
    assert case.reference in [each.proto.label for each in at.get("page_link")]


def test_what_was_learned_is_saved_and_the_totals_are_supplied(cast: Cast) -> None:
    number = begin(cast)
    at = tab(opened(cast, number), "Geleerd")
    at.text_area(key=f"review.words.{number}.learned").set_value("Eerder bellen.")
    at = at.button(key=f"review.words.{number}.save").click().run()
    assert read(cast, number).learned == "Eerder bellen."
    seen = read(cast, number).version
    at.number_input(key=f"review.unwanted.{seen}").set_value(3)
    at = at.button(key="review.totals_save").click().run()

    assert read(cast, number).unwanted == 0
    assert "minder dan 5" in said(at)


def test_it_is_finalised_once_everything_was_gone_through(cast: Cast) -> None:
    case = dossier(cast)
    number = begin(cast)
    at = tab(opened(cast, number), "Afronden")
    assert "Nog 1 te bespreken" in said(at)
    no(cast, number, case)
    at = tab(opened(cast, number), "Afronden")
    at = at.button(key="review.ask").click().run()
    at = at.button(key="review.finalise").click().run()

    assert read(cast, number).line.finalised_on == TODAY
    assert "Vastgesteld op" in said(at)
    assert "Is extra actie nodig?" in said(at_case(cast, number, case))
    assert [each.key for each in at_case(cast, number, case).button if str(each.key).endswith(".save")] == []


def test_a_partner_reads_the_summary_and_does_not_finalise(cast: Cast) -> None:
    case = dossier(cast, description="Woorden van de klager")
    number = begin(cast)
    shown = said(at_case(cast, number, case, "piet"))
    assert "Woorden van de klager" not in shown
    assert "Met uw rol ziet u hier de samenvatting" in shown
    assert "stelt de toetsing vast" in said(tab(opened(cast, number, "piet"), "Afronden"))


def test_an_address_of_nothing_is_a_sentence(cast: Cast) -> None:
    assert "bestaat niet" in said(opened(cast, 999))
    assert "Er is nog niets om te toetsen" in said(open_page(cast, "cora", "review", review="x"))


def test_an_empty_review_says_what_to_do(cast: Cast) -> None:
    number = begin(cast)
    assert "Er staat niets meer open" in said(opened(cast, number))
    assert "Ga door naar Afronden" in said(tab(opened(cast, number), "Klachten"))


@pytest.mark.parametrize("who", CAST)
def test_the_page_is_for_who_takes_part(cast: Cast, who: str) -> None:
    if who in ("cora", "dora", "piet", "petra"):
        assert "Jaarlijkse toetsing" in said(open_page(cast, who, "review"))
    else:
        with pytest.raises(NotForThem):
            open_page(cast, who, "review")


# Elsewhere


def test_the_board_says_when_it_is_late_to_who_takes_part(cast: Cast) -> None:
    case = dossier(cast, received_on=date(2025, 11, 1))
    assert "te laat" in said(open_page(cast, "piet", "board"))
    assert "toetsing" not in said(open_page(cast, "hans", "board"))
    number = begin(cast, since=date(2025, 1, 1))
    assert "toetsing is bezig" in said(open_page(cast, "dora", "board"))
    yes(cast, number, case)
    finalise(cast, number)
    assert "toetsing" not in said(open_page(cast, "cora", "board"))


def test_the_help_page_explains_it_to_everybody_and_dates_it_for_who_takes_part(cast: Cast) -> None:
    dossier(cast, received_on=date(2026, 3, 1))
    assert "lopen de partners alle klachten nog eens langs" in said(open_page(cast, "tom", "help"))
    assert "1 maart 2027" not in said(open_page(cast, "tom", "help"))
    assert "1 maart 2027" in said(open_page(cast, "cora", "help"))


def test_nothing_on_the_screen_tells_a_director_of_a_complaint_about_her(cast: Cast) -> None:
    about = Case.registered("training", cast, respondents=(Named(account_id=cast["dora"]),))
    number = begin(cast)
    for name in ("Klachten", "Geleerd", "Afronden"):
        shown = said(tab(opened(cast, number, "dora", ref=about.reference), name))
        assert about.row.title not in shown
        assert "0 van 0 besproken" in shown
    assert "0 van 1 besproken" in said(opened(cast, number, "cora"))
