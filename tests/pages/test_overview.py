"""The yearly overview on the screen: a sentence, a chart and a table each, for whom it is."""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from db import models as m
from domain.indicators import INDICATORS
from domain.terms import Unit
from domain.vocabulary import Channel, Outcome
from tests.conftest import TODAY, Cast
from tests.fill import make_complaint, make_party, make_promise
from tests.services.test_board import filled
from tests.ui.apptest import NotForThem, open_page
from text import LANGUAGES, catalogue


@pytest.fixture
def two_years(engine: Engine, cast: Cast) -> None:
    """Eleven complaints of this March, one answered a day too late, and one of last year."""
    with filled(engine) as session:
        for number in range(11):
            received = date(2026, 3, 2)
            complaint = make_complaint(
                session, cast, received_on=received, answered_on=received + timedelta(days=number), channel=Channel.EMAIL,
                outcome=Outcome.PARTLY if number < 5 else Outcome.NOT_UPHELD, category="Resultaat", handler_id=cast["hans"],
            )  # fmt: skip
            make_promise(session, complaint, met_on=received + timedelta(days=7 if number else 8))
        earlier = make_complaint(session, cast, received_on=date(2025, 5, 5), handler_id=cast["hans"], unit_id=None)
        make_promise(session, earlier, met_on=date(2025, 5, 6))


def words(at: AppTest) -> str:
    return "\n".join(str(each.value) for each in [*at.title, *at.text, *at.caption, *at.info, *at.subheader])


def tables(at: AppTest) -> list[list[list[object]]]:
    return [each.value.to_numpy().tolist() for each in at.dataframe]


def table(at: AppTest, name: str) -> list[list[object]]:
    """The one with this text alternative."""
    found = [each.value.to_numpy().tolist() for each in at.dataframe if each.proto.alt == name]
    return found[0] if found else []


def figures_of(at: AppTest) -> list[list[object]]:
    return [list(row) for row in at.table[0].value.to_numpy().tolist()]


def charts(at: AppTest) -> list[dict[str, object]]:
    return [json.loads(each.proto.spec) for each in at.get("vega_lite_chart")]


@pytest.mark.usefixtures("two_years")
def test_the_sentences_say_what_the_charts_show(cast: Cast) -> None:
    at = open_page(cast, "dora", "overview")

    assert not at.exception
    said = words(at)
    assert "In 2026 kreeg 91 % binnen een week een reactie (10 van 11). In 2025 was dat 100 %." in said
    assert "In 2026 kwamen tot nu toe 11 klachten binnen, in heel 2025 waren het er 1. De drukste maand was maart (11)." in said
    assert "De meeste klachten kwamen zo binnen: E-mail (11 van 11, 100 %)." in said
    assert "Het vaakst ging het over: Resultaat (11 van 11, 100 %)." in said
    assert "De meeste klachten gingen over: Locatie Noord (11 van 11, 100 %)." in said
    assert "Van de 11 klachten met een uitkomst was 45 % geheel of deels gegrond." in said
    assert "De helft kreeg binnen 5 dagen antwoord, negen van de tien binnen 9 dagen." in said
    assert "De oudste kwam binnen op 5 mei 2025, 565 dagen geleden." in said
    assert "U ziet de dossiers die bij uw rol horen." in said


@pytest.mark.usefixtures("two_years")
def test_each_chart_has_a_table_with_the_same_numbers(cast: Cast) -> None:
    at = open_page(cast, "cora", "overview")

    assert len(charts(at)) == 11
    assert table(at, "Beloften")[0] == ["Reactie naar de klant", 10, 0, 0, 1, 0, "91 %", "100 %"]
    assert table(at, "Per maand")[2] == ["maart", 11, 0, "91 %"]
    assert table(at, "Per maand")[0] == ["januari", 0, 0, "n.v.t."]
    assert table(at, "Hoe het binnenkwam") == [["E-mail", 11, 0], ["Telefoon", 0, 1]]
    assert table(at, "Waar het over ging")[0] == ["Resultaat", 11, 0]
    assert table(at, "Per locatie") == [["Locatie Noord", 11, 0], ["Niet ingevuld", 0, 1]]
    assert table(at, "Categorie en locatie") == [["Resultaat", 11]]
    assert table(at, "Uitkomst") == [["Ongegrond", 6, 0], ["Deels gegrond", 5, 0]]
    assert table(at, "Hoe lang het duurde")[:3] == [["0 t/m 2 dagen", 3, 0], ["3 t/m 7 dagen", 5, 0], ["8 t/m 14 dagen", 3, 0]]
    assert table(at, "Van eerste lijn naar buiten")[:2] == [["Ontvangen", 11, 1], ["Door ons beantwoord", 11, 0]]
    figures = [row[:3] for row in figures_of(at)]
    assert ["Ontvangen klachten", "11", "1"] in figures
    assert ["Ontvangst op tijd bevestigd", "n.v.t.", "n.v.t."] in figures
    assert ["Deels gegrond", "45 %", "n.v.t."] in figures


@pytest.mark.usefixtures("two_years")
def test_every_figure_says_what_it_is_and_what_is_divided_by_what(cast: Cast) -> None:
    at = open_page(cast, "cora", "overview")

    said = {row[0]: row[3] for row in figures_of(at)}
    assert len(said) == len(INDICATORS)
    assert said["Deel dat al was opgelost"] == (
        "Welk deel van de klachten al was opgelost. "
        "Berekening: al opgelost bij het vastleggen, gedeeld door ontvangen klachten."
    )
    assert "Kalenderdagen van ontvangst tot antwoord" in str(at.metric[2].help)


@pytest.mark.usefixtures("two_years")
def test_filters_stand_in_the_address_and_narrow_everything(cast: Cast) -> None:
    at = open_page(cast, "cora", "overview", unit=str(cast.units["zuid"]), year="2026")

    assert "Met deze filters is er niets te tellen." in words(at)
    at.selectbox(key="overview.unit").select(str(cast.units["noord"])).run()

    assert str(cast.units["noord"]) in at.query_params["unit"]
    assert at.metric[0].value == "11"
    next(each for each in at.button if each.label == "Filters wissen").click().run()
    assert "unit" not in at.query_params


@pytest.mark.usefixtures("two_years")
def test_another_period_is_months_of_one_year_and_the_next(cast: Cast) -> None:
    at = open_page(cast, "cora", "overview", year="other", **{"from": "2025-05", "until": "2026-03"})

    assert at.title[0].value == "Jaaroverzicht mei 2025 t/m maart 2026"
    assert at.metric[0].value == "12"
    assert [row[0] for row in table(at, "Per maand")][::5] == ["mei", "oktober", "maart"]
    at.selectbox(key="overview.until").select("2026-11").run()
    assert "Een periode is ten hoogste twaalf maanden." in at.error[0].value
    assert at.selectbox(key="overview.until").value == "2026-11"


@pytest.mark.parametrize("who", ["cora", "hans"])
@pytest.mark.usefixtures("two_years")
def test_a_figure_opens_the_dossiers_behind_it(cast: Cast, who: str) -> None:
    at = open_page(cast, who, "overview")

    at.selectbox(key="overview.show_month").select("month.3").run()

    assert "maart: 11 dossiers." in words(at)
    assert len(table(at, "Dossiers achter dit cijfer")) == 11
    assert "month.3" in at.query_params["show"]
    at.selectbox(key="overview.show_promise").select("promise.HOUSE_WEEK.RESPONSE.missed").run()
    assert "Reactie naar de klant: niet gehaald: 1 dossier." in words(at)
    assert at.selectbox(key="overview.show_month").value is None


def test_many_dossiers_are_listed_a_page_at_a_time(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        for _ in range(30):
            make_complaint(session, cast)

    at = open_page(cast, "cora", "overview", show="received")
    assert "Pagina 1 van 2" in words(at)
    at.button(key="overview.next").click().run()

    assert len(table(at, "Dossiers achter dit cijfer")) == 5


@pytest.mark.parametrize("show", ["month.99", "cell.x.y", "received' --", "promise.x.y", "unit.9", "standing.niet", "\x00"])
@pytest.mark.usefixtures("two_years")
def test_a_forged_figure_opens_nothing(cast: Cast, show: str) -> None:
    at = open_page(cast, "cora", "overview", show=show)

    assert not at.exception
    assert table(at, "Dossiers achter dit cijfer") == []


def test_what_stands_out_is_said_in_sentences(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        for month in (2, 5, 8):
            make_complaint(session, cast, received_on=date(2026, month, 3), category="Resultaat", unit_id=cast.units["zuid"])

    at = open_page(cast, "cora", "overview")

    assert "Resultaat kwam 3 keer terug bij Locatie Zuid." in words(at)
    assert "Bij Locatie Zuid werd het meer: 3 klachten, in de twaalf maanden daarvoor 0." in words(at)
    assert "22 november 2025 tot en met 21 november 2026" in words(at)


@pytest.mark.usefixtures("two_years")
def test_who_may_not_read_all_files_reads_why_some_figures_are_missing(cast: Cast) -> None:
    at = open_page(cast, "piet", "overview")

    assert "ziet alleen wie alle getelde dossiers mag lezen" in words(at)
    assert ["Bemiddelingen", "n.v.t.", "n.v.t."] in [row[:3] for row in figures_of(at)]
    assert "measures" not in at.selectbox(key="overview.show_figure").options


@pytest.mark.usefixtures("two_years")
def test_a_chart_is_named_for_who_does_not_see_it(cast: Cast) -> None:
    at = open_page(cast, "cora", "overview")

    named = [each.proto.alt for each in at.get("vega_lite_chart")]
    assert all(name in words(at) for name in named)


@pytest.mark.usefixtures("two_years")
def test_the_year_is_in_the_address(cast: Cast) -> None:
    at = open_page(cast, "cora", "overview")

    at.selectbox(key="overview.year").select("2025").run()

    assert at.title[0].value == "Jaaroverzicht 2025"
    assert "2025" in at.query_params["year"]
    assert open_page(cast, "cora", "overview", year="2025").title[0].value == "Jaaroverzicht 2025"
    assert "Dit jaar loopt nog" not in words(at)


@pytest.mark.usefixtures("two_years")
@pytest.mark.parametrize("forged", ["2027", "1066", "9" * 5000, "-2026", "abc", "²⁰²⁵", "٢٠٢٥", "\x00"])
def test_a_forged_year_is_this_year(cast: Cast, forged: str) -> None:
    at = open_page(cast, "cora", "overview", year=forged)

    assert not at.exception
    assert at.title[0].value in ("Jaaroverzicht 2026", "Jaaroverzicht 2025" if forged == "٢٠٢٥" else "")


@pytest.mark.parametrize("who", ["cora", "dora", "piet", "mia", "hans"])
def test_an_empty_year_says_so_and_counts_nothing(cast: Cast, who: str) -> None:
    at = open_page(cast, who, "overview")

    assert not at.exception
    assert "In 2026 zijn nog geen klachten vastgelegd." in words(at)
    assert [each.value for each in at.metric] == ["0", "n.v.t.", "n.v.t.", "0", "0"]
    assert charts(at) == []


@pytest.mark.parametrize("who", ["tom", "vera", "suze", "wim", "adam"])
def test_who_has_no_part_in_handling_has_no_overview(cast: Cast, who: str) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, who, "overview")


@pytest.mark.parametrize(("who", "offered"), [("cora", True), ("dora", True), ("piet", False), ("mia", False), ("hans", False)])
def test_the_workbook_is_offered_to_who_sees_everything(cast: Cast, who: str, offered: bool) -> None:
    at = open_page(cast, who, "overview")

    labels = [each.proto.label for each in at.get("download_button")]
    assert labels == ["Download als Excel", "Download voor buiten het team"] * offered
    assert ("overview.make_register" in {each.key for each in at.button}) is offered


@pytest.mark.usefixtures("two_years")
def test_a_complaint_about_the_reader_is_in_no_chart(engine: Engine, cast: Cast) -> None:
    before = open_page(cast, "dora", "overview")

    with filled(engine) as session:
        about = make_complaint(session, cast, category="Alleen hier", received_on=date(2023, 1, 1), outcome=Outcome.UPHELD)
        make_promise(session, about, target_on=TODAY - timedelta(days=3))
        make_party(session, about, cast["dora"])
        recent = make_complaint(session, cast, category="Alleen hier", unit_id=cast.units["wijk"])
        make_party(session, recent, cast["dora"])
    after = open_page(cast, "dora", "overview")

    assert (words(after), tables(after)) == (words(before), tables(before))
    assert after.selectbox(key="overview.year").options == before.selectbox(key="overview.year").options
    assert [each.value for each in after.metric] == [each.value for each in before.metric]


def test_a_place_with_an_odd_name_is_shown_as_it_is(engine: Engine, cast: Cast) -> None:
    odd = "![x](http://kwaad.invalid/x.png) **Zuid** <b>:red[x]</b>"
    with filled(engine) as session:
        session.get_one(m.OrgUnit, cast.units["zuid"]).name = odd
        make_complaint(session, cast, unit_id=cast.units["zuid"])

    at = open_page(cast, "cora", "overview")

    assert table(at, "Per locatie") == [[odd, 1, 0]]
    assert any(odd in each.value for each in at.text)
    assert not any("kwaad" in str(each.value) for each in [*at.markdown, *at.caption])


def test_many_places_make_a_short_chart_and_a_whole_table(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        for number in range(30):
            unit = m.OrgUnit(name=f"Locatie {number:02d}", kind="location")
            session.add(unit)
            session.flush()
            make_complaint(session, cast, unit_id=unit.id)

    at = open_page(cast, "cora", "overview")

    assert len(table(at, "Per locatie")) == 30
    bars = next(each for each in charts(at) if "Overige" in json.dumps(each, ensure_ascii=False))
    assert '"Locatie 10"' in json.dumps(bars)
    assert '"Locatie 12"' not in json.dumps(bars)


def test_the_overview_speaks_english_to_who_chose_so(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        session.get_one(m.Account, cast["cora"]).language = "en"
        make_complaint(session, cast, received_on=date(2026, 3, 2))

    at = open_page(cast, "cora", "overview")

    assert at.title[0].value == "Yearly overview 2026"
    assert "The busiest month was March (1)." in words(at)


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_childcare_tells_the_statutory_term_and_the_promised_week_apart(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        for late in (0, 1):
            received = date(2026, 3, 2)
            complaint = make_complaint(session, cast, received_on=received, procedure="WKO", overlay="HOUSE_WEEK")
            make_promise(
                session, complaint, target_on=received + timedelta(weeks=6), statutory=True,
                met_on=received + timedelta(weeks=6, days=late),
            )  # fmt: skip
            make_promise(session, complaint, procedure="HOUSE_WEEK", met_on=received + timedelta(days=5))

    at = open_page(cast, "cora", "overview")

    assert not at.exception
    assert "in 2026 lukte dat bij 50 % binnen 6 weken (1 van 2)." in words(at)
    assert "in 2026 lukte dat bij 100 % binnen een week (2 van 2)." in words(at)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_can_be_said_in_words(language: str) -> None:
    words = catalogue(language)

    missing = {f"overview.within_{unit}{one}" for unit in Unit for one in ("", "_one")} - words.keys()
    missing |= {f"overview.{what}_{each.key}" for each in INDICATORS for what in ("figure", "define")} - words.keys()
    paths = {path.replace(".", "_") for each in INDICATORS if each.whole for path in (each.part, each.whole)}
    missing |= {f"overview.term_{path}" for path in paths} - words.keys()

    assert missing == set()


def test_only_the_overview_needs_the_chart_library() -> None:
    importing = {
        name for name, module in list(sys.modules.items()) if name.startswith(("ui.", "services.")) and hasattr(module, "alt")
    }

    assert importing <= {"ui.charts"}
