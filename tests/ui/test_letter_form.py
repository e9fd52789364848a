from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from domain.vocabulary import Channel, LetterType, Status
from services import letters
from tests.conftest import TODAY, Cast
from tests.fill import make_complainant, make_complaint


@pytest.fixture
def reference(engine: Engine, cast: Cast) -> str:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_complaint(session, cast, received_on=date(2026, 11, 16), status=Status.IN_PROGRESS, sector="training")
        make_complainant(session, complaint, "Karel de Vries").preferred_channel = Channel.LETTER
        return complaint.reference


def script(reference: str, kind: str, extra: dict[str, object]) -> None:
    """A page with nothing but the form, which sends the letter as a page would."""
    import streamlit as st

    from services import letters
    from ui.letter_form import forget_letter, letter_form
    from ui.session import Fields, actor, show_refusals

    fields = Fields()
    if not st.session_state.get("complaint.hidden"):
        outgoing = letter_form("complaint.letter", reference, kind, extra, fields=fields)  # type: ignore[arg-type]
        if outgoing:
            with show_refusals(fields):
                st.session_state["sent"] = letters.send(actor(), reference, outgoing)
                forget_letter("complaint.letter")
                st.rerun()


def opened(cast: Cast, reference: str, kind: LetterType = LetterType.PROGRESS, who: str = "cora", **extra: object) -> AppTest:
    at = AppTest.from_function(script, args=(reference, kind, extra), default_timeout=30)
    at.user = {"session": cast.actor(who)}
    return at.run()


def key(kind: LetterType, name: str) -> str:
    return f"complaint.letter.{kind}.{name}"


def fill_in(at: AppTest) -> AppTest:
    at.text_area(key(LetterType.PROGRESS, "ask.progress")).input("Wij spraken de trainer.")
    at.text_area(key(LetterType.PROGRESS, "ask.next_step")).input("Wij spreken de opdrachtgever.")
    at.date_input(key(LetterType.PROGRESS, "ask.next_on")).set_value(date(2026, 12, 1))
    return at.run()


def body(at: AppTest) -> str:
    return str(at.text_area(key(LetterType.PROGRESS, "body")).value)


def press(at: AppTest, name: str) -> AppTest:
    return at.button(key(LetterType.PROGRESS, name)).click().run()


def messages(engine: Engine) -> list[m.Message]:
    with Session(engine) as session:
        return list(session.scalars(select(m.Message)))


def test_the_form_proposes_the_letter_and_names_what_is_missing(cast: Cast, reference: str) -> None:
    at = opened(cast, reference)

    assert not at.exception
    assert "Geachte Karel de Vries," in body(at)
    assert at.warning[0].value == (
        "Dit ontbreekt nog in de brief: wat er tot nu toe is gedaan, volgende stap, datum van het volgende bericht."
    )
    assert at.selectbox(key(LetterType.PROGRESS, "channel")).value == "letter"  # how Karel likes it
    assert at.date_input(key(LetterType.PROGRESS, "sent_on")).value == TODAY
    assert at.date_input(key(LetterType.PROGRESS, "sent_on")).proto.format == "DD-MM-YYYY"


def test_what_is_entered_comes_into_the_letter(cast: Cast, reference: str) -> None:
    at = fill_in(opened(cast, reference))

    assert "Wij spraken de trainer." in body(at)
    assert "uiterlijk op dinsdag 1 december 2026" in body(at)
    assert not at.warning


def test_the_letter_is_sent_as_it_stands_there(engine: Engine, cast: Cast, reference: str) -> None:
    at = fill_in(opened(cast, reference))
    at.text_area(key(LetterType.PROGRESS, "body")).input(body(at) + "\n\nPS Tot ziens.").run()
    at.date_input(key(LetterType.PROGRESS, "sent_on")).set_value(date(2026, 11, 20)).run()

    press(at, "send")

    assert not at.exception
    assert not at.error
    (message,) = messages(engine)
    assert (message.sent_on, message.channel, message.letter_type) == (date(2026, 11, 20), "letter", "progress")
    with Session(engine) as session:
        assert session.get_one(m.MessageText, message.id).body.endswith("PS Tot ziens.")


def test_after_sending_the_form_is_clean(engine: Engine, cast: Cast, reference: str) -> None:
    at = press(fill_in(opened(cast, reference)), "send")

    assert len(messages(engine)) == 1
    assert "Wij spraken de trainer." not in body(at)
    assert at.text_area(key(LetterType.PROGRESS, "ask.progress")).value == ""


def test_adjusted_words_stay_when_something_above_changes(cast: Cast, reference: str) -> None:
    at = fill_in(opened(cast, reference))
    at.text_area(key(LetterType.PROGRESS, "body")).input(body(at).replace("Geachte Karel de Vries", "Beste Karel")).run()

    at.text_area(key(LetterType.PROGRESS, "ask.progress")).input("Iets heel anders gedaan.").run()

    assert body(at).startswith("Beste Karel,")
    assert "Wij spraken de trainer." in body(at)
    assert any("aangepast" in caption.value for caption in at.caption)
    assert at.warning[0].value == "Dit ontbreekt nog in de brief: wat er tot nu toe is gedaan."


def test_a_browser_that_was_quicker_than_the_new_proposal_has_adjusted_nothing(cast: Cast, reference: str) -> None:
    at = opened(cast, reference)
    as_it_was = body(at)
    at.date_input(key(LetterType.PROGRESS, "ask.next_on")).set_value(date(2026, 12, 1)).run()

    at.text_area(key(LetterType.PROGRESS, "body")).input(as_it_was)  # sent along before the letter with the date arrived
    at.text_area(key(LetterType.PROGRESS, "ask.progress")).input("Wij spraken de trainer.")
    at.text_area(key(LetterType.PROGRESS, "ask.next_step")).input("Wij spreken de opdrachtgever.").run()

    assert "uiterlijk op dinsdag 1 december 2026" in body(at)
    assert "Wij spraken de trainer." in body(at)
    assert not any("aangepast" in caption.value for caption in at.caption)


def test_the_text_can_be_composed_again(cast: Cast, reference: str) -> None:
    at = fill_in(opened(cast, reference))
    at.text_area(key(LetterType.PROGRESS, "body")).input("Alleen dit.").run()

    press(at, "again")

    assert "Geachte Karel de Vries," in body(at)
    at.run()
    assert not any("aangepast" in caption.value for caption in at.caption)


def test_adjusted_words_survive_a_run_without_the_form(cast: Cast, reference: str) -> None:
    at = fill_in(opened(cast, reference))
    at.text_area(key(LetterType.PROGRESS, "body")).input("Alleen dit.").run()

    at.session_state["complaint.hidden"] = True
    at.run()
    at.session_state["complaint.hidden"] = False
    at.run()

    assert body(at) == "Alleen dit."


def test_an_incomplete_letter_is_refused_next_to_its_text(engine: Engine, cast: Cast, reference: str) -> None:
    at = fill_in(opened(cast, reference))
    at.text_area(key(LetterType.PROGRESS, "body")).input("Alleen dit.").run()

    press(at, "send")

    assert "De brief is niet compleet. Dit ontbreekt:" in at.error[0].value
    assert "naam van de contactpersoon" in at.error[0].value
    assert body(at) == "Alleen dit."
    assert messages(engine) == []


def test_a_date_that_cannot_be_is_refused_and_can_be_put_right(cast: Cast, reference: str) -> None:
    at = fill_in(opened(cast, reference))

    at.date_input(key(LetterType.PROGRESS, "sent_on")).set_value(date(2026, 11, 30)).run()

    assert [error.value for error in at.error] == ["Deze datum ligt in de toekomst."]
    assert "Wij spraken de trainer." in body(at)

    at.date_input(key(LetterType.PROGRESS, "sent_on")).set_value(None).run()
    assert [error.value for error in at.error] == ["Vul dit in."]
    at.date_input(key(LetterType.PROGRESS, "sent_on")).set_value(TODAY).run()
    assert not at.error
    assert "Wij spraken de trainer." in body(at)


def test_what_was_typed_stays_when_one_field_is_refused(cast: Cast, reference: str) -> None:
    at = fill_in(opened(cast, reference))

    at.date_input(key(LetterType.PROGRESS, "ask.next_on")).set_value(date(2026, 11, 1)).run()

    assert [error.value for error in at.error] == ["Deze datum moet na de datum van de brief liggen."]
    assert at.text_area(key(LetterType.PROGRESS, "ask.progress")).value == "Wij spraken de trainer."


def test_what_the_page_asks_is_not_asked_again(cast: Cast, reference: str) -> None:
    at = opened(cast, reference, LetterType.EXTENSION, reason="De trainer is ziek.", new_date=date(2026, 12, 4))

    asked = {str(field.key).rsplit(".", 1)[-1] for field in (*at.text_area, *at.date_input)}
    assert asked == {"meanwhile", "body", "sent_on"}
    assert "vrijdag 4 december 2026" in at.text_area(key(LetterType.EXTENSION, "body")).value


def test_a_body_is_chosen_by_name_and_another_one_is_described(cast: Cast, reference: str) -> None:
    at = opened(cast, reference, LetterType.REFERRAL)

    at.selectbox(key(LetterType.REFERRAL, "ask.body")).set_value("other").run()
    at.text_input(key(LetterType.REFERRAL, "ask.body_name")).input("De Ombudsman").run()

    assert not at.exception
    assert "De Ombudsman" in at.text_area(key(LetterType.REFERRAL, "body")).value


def test_signs_that_the_font_lacks_are_shown_as_text(cast: Cast, reference: str) -> None:
    at = fill_in(opened(cast, reference))

    at.text_area(key(LetterType.PROGRESS, "body")).input(body(at) + "\n\nDank u 😀 שלום").run()

    assert "vraagteken" in at.warning[0].value
    assert at.text[0].value == "😀  ש  ל  ו  ם"


def test_the_preview_offers_both_files(cast: Cast, reference: str) -> None:
    at = fill_in(opened(cast, reference))
    assert not at.get("download_button")

    at.toggle(key(LetterType.PROGRESS, "preview")).set_value(True).run()

    assert not at.exception
    assert not at.error
    labels = [each.proto.label for each in at.get("download_button")]
    assert labels == ["Download als pdf", "Download als Word-bestand"]


def test_a_letter_to_nobody_is_explained(engine: Engine, cast: Cast) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_complaint(session, cast, anonymous=True)

    at = opened(cast, complaint.reference, LetterType.ACK_PROMISE)

    assert "anoniem" in at.error[0].value
    assert not at.button


def test_a_dossier_that_one_does_not_see_gives_no_letter(cast: Cast, reference: str) -> None:
    at = opened(cast, reference, who="hilde")

    assert at.error[0].value == "Dit dossier bestaat niet, of u heeft er geen toegang toe."
    assert not at.text_area


def test_every_way_out_has_a_word(cast: Cast, reference: str) -> None:
    at = opened(cast, reference)

    assert len(at.selectbox(key(LetterType.PROGRESS, "channel")).options) == len(letters.WAYS_OUT)
    assert not any("channel." in option for option in at.selectbox(key(LetterType.PROGRESS, "channel")).options)
