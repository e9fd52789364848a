"""The intake as people meet it: five fields are enough, nothing typed is lost, and restricted matters take another road."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from db.settings import write_settings
from domain.rights import Role
from domain.vocabulary import Compartment
from services import drafts
from tests.conftest import CAST, Cast
from tests.samples import image
from tests.ui.apptest import NotForThem, open_page
from ui.session import literal

STORY = "Mevrouw Jansen vond de zaal te koud. Niemand was bereikbaar."
REMARK: dict[str, Any] = {
    "channel": "phone",
    "complainant_type": "client",
    "complainant_name": "Karin Jansen",
    "description": STORY,
    "no_immediate_action": True,
}
BOTH = pytest.mark.parametrize("profile", ["training", "kinderopvang-welzijn"])


def put(at: AppTest, **fields: Any) -> AppTest:
    """Fill in the widgets of these fields and run once, as a browser that sends them together."""
    for name, value in fields.items():
        field(at, name).set_value(value)
    return at.run()


def field(at: AppTest, name: str) -> Any:
    return next(each for each in _widgets(at) if _field_of(each) == name)


def _field_of(widget: Any) -> str:
    return (widget.key or "").removeprefix("intake.").split(".")[0]


def _widgets(at: AppTest) -> list[Any]:
    kinds = (at.text_input, at.text_area, at.date_input, at.selectbox, at.radio, at.checkbox, at.multiselect, at.button_group)
    return [widget for kind in kinds for widget in kind]


def shown(at: AppTest, name: str) -> bool:
    return any(_field_of(each) == name for each in _widgets(at))


def save(at: AppTest) -> AppTest:
    return at.button(key="intake.save").click().run()


def said(at: AppTest) -> str:
    parts = (at.title, at.caption, at.text, at.markdown, at.error, at.warning, at.info)
    return "\n".join(str(each.value) for part in parts for each in part)


def remark(at: AppTest, profile: str = "training", **more: Any) -> AppTest:
    childcare = {"red_flag": False, "complainant_type": "parent"} if profile != "training" else {}
    return put(at, **REMARK | childcare | more)


def rows(engine: Engine, model: type) -> list[Any]:
    with Session(engine) as session:
        return list(session.scalars(select(model)))


# Five fields


@BOTH
def test_five_fields_make_a_complaint_with_a_reference_and_dates(cast: Cast, engine: Engine, profile: str) -> None:
    at = save(remark(open_page(cast, "tom", "intake"), profile))

    (complaint,) = rows(engine, m.Complaint)
    assert at.title[0].value == "Geregistreerd"
    assert complaint.reference in said(at)
    assert "uiterlijk zaterdag 28 november 2026" in said(at)
    assert (complaint.channel, complaint.description, complaint.category) == ("phone", STORY, "Overig")
    assert (complaint.reporter_id, complaint.received_on) == (cast["tom"], date(2026, 11, 21))
    assert complaint.immediate_actions is None
    assert not at.exception


def test_the_complainant_is_not_the_reporter(cast: Cast, engine: Engine) -> None:
    at = remark(open_page(cast, "tom", "intake"))
    assert "melder genoteerd: Tom Trainer" in said(at)

    save(at)

    (complainant,) = rows(engine, m.Complainant)
    assert (complainant.name, complainant.type) == ("Karin Jansen", "client")


def test_the_title_that_follows_by_itself_does_not_name_the_complainant(cast: Cast, engine: Engine) -> None:
    save(remark(open_page(cast, "tom", "intake")))

    assert [complaint.title for complaint in rows(engine, m.Complaint)] == ["Mevrouw … vond de zaal te koud."]


def test_everything_else_can_be_recorded_too(cast: Cast, engine: Engine) -> None:
    at = remark(
        open_page(cast, "tom", "intake"),
        category="Organisatie en locatie",
        received_on=date(2026, 11, 18),
        complainant_contact="karin@voorbeeld.invalid",
        no_immediate_action=False,
        immediate_actions="Kachel aangezet en excuses gemaakt",
        already_resolved=True,
        title="Koude zaal",
        respondents=[cast["hans"]],
        respondent_other="de beheerder van het gebouw",
        discussed="yes",
        remedy_requested="Een warme zaal",
        subject_type="service",
        preferred_channel="email",
        formal_written=True,
        unit_id=cast.units["zuid"],
    )
    put(at, subcategory="Locatie en catering", resolved_on=date(2026, 11, 19))

    save(at)

    (complaint,) = rows(engine, m.Complaint)
    assert (complaint.category, complaint.subcategory) == ("Organisatie en locatie", "Locatie en catering")
    assert (complaint.title, complaint.remedy_requested) == ("Koude zaal", "Een warme zaal")
    assert (complaint.already_resolved, complaint.resolved_on) == (True, date(2026, 11, 19))
    assert complaint.immediate_actions == "Kachel aangezet en excuses gemaakt"
    assert (complaint.discussed, complaint.subject_type, complaint.formal_written) == ("yes", "service", True)
    assert complaint.unit_id == cast.units["zuid"]
    assert [(party.account_id, party.name) for party in rows(engine, m.Party)] == [
        (cast["hans"], None),
        (None, "de beheerder van het gebouw"),
    ]
    assert [each.preferred_channel for each in rows(engine, m.Complainant)] == ["email"]


def test_a_question_has_no_terms_yet(cast: Cast, engine: Engine) -> None:
    at = save(remark(open_page(cast, "tom", "intake"), kind="question"))

    assert [complaint.kind for complaint in rows(engine, m.Complaint)] == ["question"]
    assert rows(engine, m.Promise) == []
    assert "Wordt het later een klacht" in said(at)


def test_who_stays_anonymous_leaves_no_name(cast: Cast, engine: Engine) -> None:
    at = remark(open_page(cast, "tom", "intake"), complainant_contact="06 12345678")
    put(at, complainant_type="anonymous")
    assert not shown(at, "complainant_name")
    assert not shown(at, "complainant_contact")

    save(at)

    (complainant,) = rows(engine, m.Complainant)
    assert (complainant.type, complainant.name, complainant.contact) == ("anonymous", None, None)


def test_who_is_the_one_complained_about_sees_the_reference_once_and_nothing_after(cast: Cast, engine: Engine) -> None:
    at = save(remark(open_page(cast, "tom", "intake"), respondents=[cast["tom"]]))

    assert rows(engine, m.Complaint)[0].reference in said(at)
    assert "verder niet zichtbaar" in said(at)
    assert not at.get("page_link")


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_the_sector_follows_the_location_and_is_asked_where_there_is_none(cast: Cast, engine: Engine, profile: str) -> None:
    at = open_page(cast, "cora", "intake")
    assert shown(at, "sector")

    remark(at, profile, sector="welzijn")
    save(at)

    (complaint,) = rows(engine, m.Complaint)
    assert (complaint.sector, complaint.unit_id, complaint.procedure) == ("welzijn", None, "HOUSE_WEEK")
    assert not shown(open_page(cast, "tom", "intake"), "sector")


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_a_suspicion_of_abuse_leaves_the_screen_of_who_reported_it(cast: Cast, engine: Engine, profile: str) -> None:
    at = remark(open_page(cast, "tom", "intake"), profile, red_flag=True)
    assert "vandaag nog mondeling" in said(at)

    save(at)

    assert [complaint.red_flag for complaint in rows(engine, m.Complaint)] == [True]
    assert "verder niet zichtbaar" in said(at)


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_the_category_of_suspected_abuse_asks_for_a_yes(cast: Cast, engine: Engine, profile: str) -> None:
    at = remark(open_page(cast, "tom", "intake"), profile, category="Vermoeden mishandeling of zeden")

    save(at)
    assert rows(engine, m.Complaint) == []
    assert len(at.error) == 2

    save(put(at, red_flag=True))
    assert [(each.category, each.red_flag) for each in rows(engine, m.Complaint)] == [("Vermoeden mishandeling of zeden", True)]


# After saving


def test_the_receipt_stays_until_the_next_one_is_begun(cast: Cast, engine: Engine) -> None:
    at = save(remark(open_page(cast, "tom", "intake")))

    at.run()
    assert at.title[0].value == "Geregistreerd"
    at.button(key="intake.another").click().run()

    assert at.title[0].value == "Klacht melden"
    assert field(at, "description").value == ""
    save(remark(at, description="Een andere klacht"))
    assert [complaint.description for complaint in rows(engine, m.Complaint)] == [STORY, "Een andere klacht"]


@pytest.mark.parametrize(("who", "link"), [("tom", True), ("cora", True), ("vera", False)])
def test_the_dossier_is_one_click_away_for_who_may_see_it(cast: Cast, engine: Engine, who: str, link: bool) -> None:
    at = save(remark(open_page(cast, who, "intake")))

    addresses = [each.proto.query_string for each in at.get("page_link")]
    assert addresses == ([f"ref={rows(engine, m.Complaint)[0].reference}"] if link else [])


def test_saving_twice_is_one_complaint(cast: Cast, engine: Engine) -> None:
    at = save(remark(open_page(cast, "tom", "intake")))
    reference = rows(engine, m.Complaint)[0].reference

    del at.session_state["intake.receipt"]  # the first run was interrupted before it could remember
    save(remark(at.run()))

    assert [complaint.reference for complaint in rows(engine, m.Complaint)] == [reference]
    assert reference in said(at)


def test_files_go_along(cast: Cast, engine: Engine) -> None:
    at = remark(open_page(cast, "tom", "intake"))
    at.file_uploader[0].set_value([("foto.png", image(), "image/png"), ("leeg.pdf", b"", "application/pdf")])

    save(at)

    assert [each.name for each in rows(engine, m.Attachment)] == ["foto.png"]
    assert "leeg.pdf: Dit bestand is leeg." in said(at)
    assert len(rows(engine, m.Complaint)) == 1


# Drafts


def test_what_was_typed_comes_back_in_another_session(cast: Cast) -> None:
    remark(open_page(cast, "tom", "intake"), received_on=date(2026, 11, 19), respondents=[cast["mia"]], title="Kou")

    at = open_page(cast, "tom", "intake")

    assert "verder waar u gebleven was" in said(at)
    assert field(at, "description").proto.default == STORY  # arrives in whichever run the browser sees first
    assert field(at, "description").value == STORY
    assert field(at, "received_on").value == date(2026, 11, 19)
    assert field(at, "channel").value == "phone"
    assert field(at, "respondents").value == [cast["mia"]]
    assert at.expander[0].proto.expanded


def test_an_untouched_form_is_no_draft(cast: Cast) -> None:
    open_page(cast, "tom", "intake").run()

    assert drafts.recall(cast.actor("tom"), "intake") == {}


def test_a_draft_is_gone_once_it_is_registered(cast: Cast) -> None:
    save(remark(open_page(cast, "tom", "intake")))

    assert drafts.recall(cast.actor("tom"), "intake") == {}


def test_a_draft_can_be_thrown_away(cast: Cast) -> None:
    remark(open_page(cast, "tom", "intake"))
    at = open_page(cast, "tom", "intake")

    at.button(key="intake.empty").click().run()

    assert field(at, "description").value == ""
    assert "gebleven" not in said(at)
    assert drafts.recall(cast.actor("tom"), "intake") == {}


def test_a_draft_comes_back_after_a_visit_to_another_page(cast: Cast) -> None:
    at = remark(open_page(cast, "tom", "intake"))

    at.switch_page("../pages/account.py").run()
    at.switch_page("../pages/intake.py").run()

    assert field(at, "description").value == STORY


@pytest.mark.parametrize(
    "forged",
    [
        {"channel": "telepathy", "unit_id": 999_999, "category": "Verzonnen", "respondents": [999_999], "discussed": "maybe"},
        {"sector": "zorg", "kind": "joke", "subject_type": 3, "formal_written": "x", "complainant_type": ""},
        {"something": "else"},
    ],
)
def test_a_draft_with_choices_that_are_gone_opens_all_the_same(cast: Cast, forged: dict[str, Any]) -> None:
    drafts.keep(cast.actor("tom"), "intake", forged | {"description": STORY})

    at = open_page(cast, "tom", "intake")

    assert not at.exception
    assert field(at, "description").value == STORY
    assert "Vul dit in." in said(save(at))


def test_a_name_comes_back_when_anonymous_was_a_slip(cast: Cast) -> None:
    at = remark(open_page(cast, "tom", "intake"))

    put(at, complainant_type="anonymous")
    put(at, complainant_type="client")

    assert field(at, "complainant_name").value == "Karin Jansen"


# What is wrong is said beside the field, and what was typed stays


@BOTH
def test_everything_that_is_missing_is_said_at_once(cast: Cast, engine: Engine, profile: str) -> None:
    at = save(open_page(cast, "tom", "intake"))

    needed = 4 if profile == "training" else 5
    assert [each.value for each in at.error].count("Vul dit in.") == needed
    assert "‘Langs welke weg’" in at.error[-1].value
    assert rows(engine, m.Complaint) == []


def test_an_error_leaves_when_its_field_is_filled_in(cast: Cast) -> None:
    at = save(open_page(cast, "tom", "intake"))

    put(at, channel="email")

    assert [each.value for each in at.error].count("Vul dit in.") == 3


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"received_on": date(2026, 11, 22)}, "toekomst"),
        ({"received_on": None}, "Vul dit in."),
        ({"description": " \n\t "}, "Vul dit in."),
        ({"description": "\u200b\u202e"}, "Vul dit in."),
        ({"description": "a" * 100_000}, "te lang: 100000 tekens"),
        ({"description": "voor\x00na"}, "niet te lezen"),
        ({"complainant_name": "N" * 500}, "te lang"),
        ({"immediate_actions": "Gebeld"}, "Kies één van de twee"),
        ({"title": "t" * 300}, "te lang"),
        ({"remedy_requested": "\x07"}, "niet te lezen"),
    ],
)
def test_bad_input_is_refused_beside_the_field_and_stays(
    cast: Cast, engine: Engine, fields: dict[str, Any], sentence: str
) -> None:
    at = remark(open_page(cast, "tom", "intake"), **fields)

    save(at)

    (name, value), *_ = fields.items()
    assert any(sentence in each.value for each in at.error)
    assert "Nog niet opgeslagen." in at.error[-1].value
    assert field(at, name).value == value
    assert rows(engine, m.Complaint) == []
    assert not at.exception


def test_solved_before_it_came_in_is_refused(cast: Cast, engine: Engine) -> None:
    at = remark(open_page(cast, "tom", "intake"), no_immediate_action=False, immediate_actions="Gebeld", already_resolved=True)
    put(at, resolved_on=date(2026, 11, 20))

    save(at)

    assert len(at.error) == 2
    assert rows(engine, m.Complaint) == []


@pytest.mark.parametrize(
    "odd",
    [
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 boos \U0001f621",
        "rechts\u200flinks \u202eomgekeerd",
        "Zoe\u0301 klaagt",
        "<b>vet</b> [x](http://y) :red[z]",
    ],
)
def test_odd_text_is_kept_as_typed(cast: Cast, engine: Engine, odd: str) -> None:
    save(remark(open_page(cast, "tom", "intake"), description=odd))

    assert [complaint.description for complaint in rows(engine, m.Complaint)] == [unicodedata.normalize("NFC", odd)]


# The other road


@BOTH
@pytest.mark.parametrize(
    ("category", "compartment", "contact"),
    [
        ("Ongewenst gedrag", Compartment.UNWANTED_BEHAVIOUR, "Vera Vertrouwens · 06 00 00 00 00"),
        ("Misstand (klokkenluider)", Compartment.WHISTLEBLOWER, "Wim Klok"),
    ],
)
def test_a_restricted_category_stops_the_ordinary_form_and_is_handed_over(
    cast: Cast, engine: Engine, profile: str, category: str, compartment: str, contact: str
) -> None:
    at = remark(open_page(cast, "tom", "intake"), profile, complainant_type="employee")
    put(at, category=category)
    assert contact in said(at)
    assert "Overdragen" in at.button(key="intake.save").label

    save(at)

    (complaint,) = rows(engine, m.Complaint)
    assert (complaint.compartment, complaint.description) == (compartment, STORY)
    assert at.title[0].value == "Overgedragen"
    assert complaint.reference not in said(at)
    assert drafts.recall(cast.actor("tom"), "intake") == {}


def test_handing_over_needs_the_story_only(cast: Cast, engine: Engine) -> None:
    at = put(open_page(cast, "tom", "intake"), category="Ongewenst gedrag")
    assert [each.value for each in save(at).error].count("Vul dit in.") == 2

    put(at, channel="face_to_face", description="Er is iets gebeurd.")
    save(at)

    assert [complaint.compartment for complaint in rows(engine, m.Complaint)] == [Compartment.UNWANTED_BEHAVIOUR]


@pytest.mark.parametrize("name", ["Els Extern", "*[x](http://a)*"])
@pytest.mark.parametrize(("language", "before"), [("nl", "bijvoorbeeld bij "), ("en", "for example to ")])
def test_what_is_about_the_only_confidant_says_whom_to_call_outside(
    cast: Cast, engine: Engine, name: str, language: str, before: str
) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["tom"]).language = language
        write_settings(session, {"stand_in_confidant": {"name": name, "phone": "06 00 00 00 02", "email": "els@arbo.invalid"}})
    at = remark(open_page(cast, "tom", "intake"), category="Ongewenst gedrag", respondents=[cast["vera"]])

    save(at)

    words = literal(f"{name}, 06 00 00 00 02, els@arbo.invalid")
    assert any(f"{before}{words}." in each.value for each in at.error)
    assert rows(engine, m.Complaint) == []


def test_too_long_a_story_is_refused_at_handing_over_too(cast: Cast, engine: Engine) -> None:
    at = remark(open_page(cast, "tom", "intake"), category="Ongewenst gedrag", description="a" * 100_000)

    save(at)

    assert "te lang" in at.error[0].value
    assert field(at, "description").value == "a" * 100_000
    assert rows(engine, m.Complaint) == []


def test_the_ordinary_road_stays_open(cast: Cast, engine: Engine) -> None:
    at = remark(open_page(cast, "tom", "intake"), category="Ongewenst gedrag")

    at.button(key="intake.ordinary").click().run()
    assert field(at, "category").value is None
    save(at)

    assert [complaint.compartment for complaint in rows(engine, m.Complaint)] == [Compartment.REGULAR]


def test_handing_over_twice_is_one_matter_and_the_next_complaint_another(cast: Cast, engine: Engine) -> None:
    at = save(remark(open_page(cast, "tom", "intake"), category="Ongewenst gedrag"))
    del at.session_state["intake.handed_over"]
    save(at.run())
    assert len(rows(engine, m.Complaint)) == 1

    del at.session_state["intake.handed_over"]
    at.run().button(key="intake.ordinary").click().run()
    save(remark(at))

    assert [each.compartment for each in rows(engine, m.Complaint)] == [Compartment.UNWANTED_BEHAVIOUR, Compartment.REGULAR]


def test_files_of_a_matter_go_along(cast: Cast, engine: Engine) -> None:
    at = remark(open_page(cast, "tom", "intake"), category="Ongewenst gedrag")
    at.file_uploader[0].set_value([("foto.png", image(), "image/png")])

    save(at)

    assert [each.name for each in rows(engine, m.Attachment)] == ["foto.png"]


# Who


@pytest.mark.parametrize(
    "who", [name for name, (_, roles, _) in CAST.items() if set(roles) - {Role.ADMIN, Role.APPEAL_REVIEWER}]
)
def test_everybody_but_the_administrator_and_the_reviewer_registers(cast: Cast, engine: Engine, who: str) -> None:
    at = save(remark(open_page(cast, who, "intake")))

    assert at.title[0].value == "Geregistreerd"
    assert [complaint.reporter_id for complaint in rows(engine, m.Complaint)] == [cast[who]]


@pytest.mark.parametrize("who", ["adam", "suze"])
def test_the_administrator_and_a_reviewer_have_no_intake(cast: Cast, who: str) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, who, "intake")


def test_a_visitor_sees_no_intake(cast: Cast) -> None:
    at = open_page(cast, None, "intake")

    assert not any((each.key or "").startswith("intake.") for each in _widgets(at))


def test_the_page_speaks_english_too(cast: Cast, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["tom"]).language = "en"

    at = save(remark(open_page(cast, "tom", "intake")))

    assert at.title[0].value == "Registered"


def test_a_session_that_ended_meanwhile_saves_nothing_and_loses_nothing(
    cast: Cast, engine: Engine, on: Callable[[date], Any]
) -> None:
    at = remark(open_page(cast, "tom", "intake"))
    with Session(engine) as session, session.begin():
        session.get_one(m.AuthSession, cast.actor("tom")).revoked_at = session.scalar(
            select(func.max(m.AuthSession.last_seen_at))
        )

    at.button(key="intake.save").click().run()

    assert rows(engine, m.Complaint) == []
    assert [draft.content["description"] for draft in rows(engine, m.Draft)] == [STORY]
