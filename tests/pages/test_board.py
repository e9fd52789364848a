"""The board as each role sees it on the screen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from db import models as m
from domain.vocabulary import Kind, Status
from services import board
from tests.conftest import TODAY, Cast
from tests.fill import make_complaint, make_party, make_promise
from tests.services.test_board import counted, days, filled
from tests.ui.apptest import NotForThem, open_page, open_row, rows_of
from text import LANGUAGES, catalogue
from ui.board_filters import LOOKS
from ui.widgets import COLUMNS


@pytest.fixture
def four(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        late = make_complaint(session, cast, reference="K26-LATE", title="Vergeten af te bellen", handler_id=cast["hans"])
        make_promise(session, late, target_on=days(-2))
        today = make_complaint(session, cast, reference="K26-TODAY", title="De zaal was koud", unit_id=cast.units["zuid"])
        make_promise(session, today, target_on=TODAY)
        later = make_complaint(
            session, cast, reference="K26-LATER", title="Wat kost het?", kind=Kind.QUESTION, status=Status.IN_PROGRESS,
            handler_id=cast["hilde"], external_stage="desk",
        )  # fmt: skip
        make_promise(session, later, target_on=days(20))
        make_complaint(session, cast, reference="K26-KLAAR", status=Status.CLOSED)


def shown(at: AppTest) -> list[str]:
    return list(rows_of(at))


def cells(at: AppTest) -> dict[str, dict[str, object]]:
    """The rows by reference, their columns by name."""
    names = [name for name in COLUMNS if name != "reference"]
    tables = {reference: dict(zip(names, row, strict=True)) for reference, row in rows_of(at).items()}
    return {reference: row | {"flag": [words for words, _ in row["flag"]]} for reference, row in tables.items()}


def words(at: AppTest) -> str:
    elements = [*at.text, *at.caption, *at.info, *at.success, *at.error, *at.markdown, *at.title, *at.subheader]
    return "\n".join(str(each.value) for each in elements)


def address(at: AppTest) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[-1] for name, value in at.query_params.items()}


def tile(at: AppTest, view: str) -> str:
    return at.button(key=f"board.tile_{view}").label


# What is on it


@pytest.mark.usefixtures("four")
def test_a_row_says_it_all_in_words(cast: Cast) -> None:
    at = open_page(cast, "cora", "board")

    assert not at.exception
    rows = cells(at)
    assert list(rows) == ["K26-LATE", "K26-TODAY", "K26-LATER"]
    assert rows["K26-LATE"] == {
        "flag": ["▲ Te laat", "2 dagen te laat"], "due": "do 19 nov", "title": "Vergeten af te bellen",
        "promise": "Reactie naar de klant", "handler": "Hans Behandelaar", "status": "Geregistreerd · Locatie Noord",
    }  # fmt: skip
    assert rows["K26-TODAY"]["flag"] == ["● Vandaag"]
    assert rows["K26-TODAY"]["handler"] == "nog niemand"
    assert rows["K26-LATER"]["title"] == "Vraag: Wat kost het?"
    assert rows["K26-LATER"]["status"] == "In\N{NO-BREAK SPACE}behandeling, ook extern · Locatie Noord"
    assert rows["K26-LATER"]["flag"] == ["○ Op tijd", "over 20 dagen"]


@pytest.mark.usefixtures("four")
def test_the_counts_on_top_say_what_is_late_due_and_without_owner(cast: Cast) -> None:
    at = open_page(cast, "dora", "board")

    assert "1" in tile(at, "late")
    assert "1" in tile(at, "today")
    assert "1" in tile(at, "week")
    assert "1" in tile(at, "unowned")
    assert "te laat" in tile(at, "late")


@pytest.mark.usefixtures("four")
def test_today_says_what_and_for_whom(cast: Cast) -> None:
    coordinator, handler = open_page(cast, "cora", "board"), open_page(cast, "hans", "board")

    assert "Reactie naar de klant: Vergeten af te bellen (wacht op Hans Behandelaar)" in words(coordinator)
    assert "Reactie naar de klant: De zaal was koud (wacht op Dora Directeur)" in words(coordinator)
    assert "Vergeten af te bellen (wacht op u)" in words(handler)
    assert "De zaal was koud" not in words(handler)


def test_who_sees_what_is_late_of_others_does_not_read_that_all_is_well(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        late = make_complaint(session, cast, reference="K26-LATE", reporter_id=cast["tom"], handler_id=cast["hans"])
        make_promise(session, late, target_on=days(-2))

    at = open_page(cast, "tom", "board")

    assert shown(at) == ["K26-LATE"]
    assert [each.value for each in at.success] == ["Vandaag hoeft er niets meer voor u."]


@pytest.mark.parametrize("who", ["tom", "hans", "cora", "mia", "piet", "dora"])
def test_everybody_reads_the_same_sentence_and_a_friendly_empty_board(cast: Cast, who: str) -> None:
    at = open_page(cast, who, "board")

    assert not at.exception
    assert "U ziet de dossiers die bij uw rol horen." in words(at)
    assert "Er zijn nu geen open dossiers die bij uw rol horen." in words(at)
    assert shown(at) == []


@pytest.mark.parametrize("who", ["adam", "suze", "wim"])
def test_who_has_no_part_in_handling_has_no_board(cast: Cast, who: str) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, who, "board")


def test_a_dossier_about_the_reader_leaves_no_trace(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        about = make_complaint(session, cast, title="Over de directeur", handler_id=cast["dora"])
        make_promise(session, about, target_on=days(-1))
        make_party(session, about, cast["dora"])

    at = open_page(cast, "dora", "board")

    assert shown(at) == []
    assert "directeur" not in words(at)
    assert "0" in tile(at, "late")


def test_what_people_typed_is_shown_as_they_typed_it(engine: Engine, cast: Cast) -> None:
    odd = "![x](http://kwaad.invalid/x.png) :red[rood] <b>vet</b> $x$ **dik**"
    with filled(engine) as session:
        make_promise(session, make_complaint(session, cast, title=odd), target_on=TODAY)
        make_complaint(session, cast, title='=HYPERLINK("http://kwaad.invalid")', reference="K26-FORMULE")

    at = open_page(cast, "cora", "board")

    titles = [row["title"] for row in cells(at).values()]
    assert titles[0] == odd
    assert titles[1] == '\N{WORD JOINER}=HYPERLINK("http://kwaad.invalid")'
    assert any(odd in each.value for each in at.text)
    assert not any("kwaad" in str(each.value) for each in at.markdown)


# Filters and the address


@pytest.mark.usefixtures("four")
def test_a_count_filters_and_the_same_one_again_shows_everything(cast: Cast) -> None:
    at = open_page(cast, "cora", "board")

    at.button(key="board.tile_late").click().run()
    assert shown(at) == ["K26-LATE"]
    assert address(at) == {"flag": "late"}

    at.button(key="board.tile_late").click().run()
    assert len(shown(at)) == 3
    assert address(at) == {}


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"flag": "late"}, ["K26-LATE"]),
        ({"flag": "unowned"}, ["K26-TODAY"]),
        ({"status": "all"}, ["K26-LATE", "K26-TODAY", "K26-LATER", "K26-KLAAR"]),
        ({"status": "closed"}, ["K26-KLAAR"]),
        ({"text": "af te bellen"}, ["K26-LATE"]),
        ({"handler": "none"}, ["K26-TODAY"]),
        ({"sort": "reference"}, ["K26-LATE", "K26-LATER", "K26-TODAY"]),
        ({"procedure": "HOUSE_WEEK", "flag": "today"}, ["K26-TODAY"]),
        ({"category": "Resultaat"}, []),
    ],
)
def test_a_view_is_a_bookmark(cast: Cast, query: dict[str, str], expected: list[str]) -> None:
    at = open_page(cast, "cora", "board", **query)

    assert shown(at) == expected
    assert address(at) == {name: value for name, value in query.items() if name != "text"}  # what one looks for is private


@pytest.mark.usefixtures("four")
def test_a_person_and_a_place_stand_in_the_address_by_number_never_by_name(cast: Cast) -> None:
    at = open_page(cast, "cora", "board")

    at.selectbox(key="board.handler").select(str(cast["hans"])).run()
    assert (shown(at), address(at)) == (["K26-LATE"], {"handler": str(cast["hans"])})

    at.selectbox(key="board.handler").select("").run()
    at.selectbox(key="board.unit").select(str(cast.units["zuid"])).run()
    assert (shown(at), address(at)) == (["K26-TODAY"], {"unit": str(cast.units["zuid"])})


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    "forged",
    [
        {"flag": "<script>"}, {"status": "weg"}, {"handler": "999999"}, {"unit": "1; drop table"}, {"sort": "password"},
        {"page": "9" * 5000}, {"page": "-1"}, {"page": "²"}, {"category": "\x00"}, {"procedure": "GEHEIM"},
    ],
)  # fmt: skip
def test_a_forged_or_stale_address_shows_the_ordinary_board(cast: Cast, forged: dict[str, str]) -> None:
    at = open_page(cast, "cora", "board", **forged)

    assert not at.exception
    assert shown(at) == ["K26-LATE", "K26-TODAY", "K26-LATER"]


@pytest.mark.usefixtures("four")
def test_a_text_that_cannot_be_read_is_refused_under_the_field(cast: Cast) -> None:
    at = open_page(cast, "cora", "board", text="a\x00b")

    assert not at.exception
    assert "besturingstekens" in at.error[0].value
    assert at.text_input(key="board.text").value == "a\x00b"


@pytest.mark.usefixtures("four")
def test_no_result_is_told_in_a_friendly_way_and_one_button_clears_all(cast: Cast) -> None:
    at = open_page(cast, "cora", "board", text="bestaat niet", flag="late")
    assert "Geen dossier past bij deze keuze." in words(at)

    next(each for each in at.button if each.label == "Wis alle filters").click().run()
    assert (len(shown(at)), address(at)) == (3, {})


def test_nothing_late_is_good_news(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        make_complaint(session, cast)

    assert "Er is niets te laat. Mooi zo." in words(open_page(cast, "cora", "board", flag="late"))


# Opening, turning pages


@pytest.mark.usefixtures("four")
def test_choosing_a_row_opens_the_dossier(cast: Cast) -> None:
    at = open_page(cast, "cora", "board")

    open_row(at, "K26-TODAY")

    assert not at.exception
    assert address(at)["ref"] == "K26-TODAY"


@pytest.mark.usefixtures("four")
def test_a_row_that_does_not_stand_there_opens_nothing(cast: Cast) -> None:
    """What was clicked comes from the browser."""
    at = open_page(cast, "cora", "board")

    for forged in ("K26-KLAAR", "", "../people", {"a": 1}, ["K26-LATE"], None, 7):
        open_row(at, forged)
        assert not at.exception
        assert "ref" not in address(at)
        assert len(shown(at)) == 3


@pytest.mark.usefixtures("four")
def test_who_comes_back_from_a_dossier_finds_the_view_as_it_was_left(cast: Cast) -> None:
    at = open_page(cast, "cora", "board", flag="late")
    open_row(at, "K26-LATE")

    at.query_params.clear()
    at._page_hash = calc_hash("board")
    at.run()

    assert (shown(at), address(at)) == (["K26-LATE"], {"flag": "late"})


def test_fifty_on_a_page_and_a_filter_goes_back_to_the_first(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        for number in range(60):
            make_complaint(session, cast, reference=f"K26-{number:05d}", received_on=TODAY - timedelta(days=number))

    at = open_page(cast, "cora", "board")
    assert (len(shown(at)), at.button(key="board.previous").disabled) == (50, True)
    assert "Pagina 1 van 2" in words(at)

    at.button(key="board.next").click().run()
    assert (len(shown(at)), address(at)) == (10, {"page": "2"})
    assert "60 dossiers, 51 tot en met 60 hieronder" in words(at)

    at.text_input(key="board.text").input("K26-0").run()
    assert (len(shown(at)), address(at)) == (50, {})


@pytest.mark.parametrize(("who", "so_many"), [("cora", 7), ("piet", 6), ("mia", 4), ("hans", 4), ("tom", 4)])
def test_one_rerun_takes_four_statements_on_dossiers(engine: Engine, cast: Cast, who: str, so_many: int) -> None:
    """One more for who may say a word that somebody waits for: is there one? And one for who takes part in the yearly
    review, until the first was finalised: when did the first complaint come? And one for who judges evaluation forms: does
    one wait too long?"""
    taken = []
    for more in (10, 50):
        with filled(engine) as session:
            for number in range(more):
                complaint = make_complaint(session, cast, handler_id=cast["hans"])
                make_promise(session, complaint, target_on=days(number % 9 - 4))
        at = open_page(cast, who, "board")
        with counted(engine) as statements:
            at.run()
        taken.append(len(statements))

    assert taken == [so_many, so_many]


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_childcare_shows_a_statutory_term_that_has_passed(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        complaint = make_complaint(
            session, cast, reference="K26-WKO", procedure="WKO", overlay="HOUSE_WEEK", red_flag=True, title="Vermoeden"
        )
        make_promise(session, complaint, target_on=days(-3), legal_on=days(-1), statutory=True)

    at = open_page(cast, "cora", "board")

    row = cells(at)["K26-WKO"]
    assert (row["flag"], row["title"]) == (["■ Wettelijk te laat", "3 dagen te laat"], "Met spoed: Vermoeden")
    assert shown(open_page(cast, "cora", "board", procedure="HOUSE_WEEK")) == ["K26-WKO"]
    assert shown(open_page(cast, "piet", "board")) == []


@pytest.mark.usefixtures("four")
def test_the_board_speaks_english_to_who_chose_so(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        session.get_one(m.Account, cast["cora"]).language = "en"

    at = open_page(cast, "cora", "board")

    assert "You see the files that belong to your role." in words(at)
    assert cells(at)["K26-LATE"]["flag"] == ["▲ Late", "2 days late"]


def test_every_view_has_a_look_and_every_empty_view_a_sentence() -> None:
    assert set(LOOKS) == set(board.View)
    for language in LANGUAGES:
        assert {f"board.empty_{view}" for view in board.View} <= catalogue(language).keys()
