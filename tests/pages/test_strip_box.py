"""The box under a chosen file: shall the data about maker and place go?"""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from services import attachments
from tests.cases import Case
from tests.conftest import Cast
from tests.pages.test_intake import put, remark, save
from tests.services.test_stripping import TRACES, photo
from tests.ui.apptest import open_page

BOX = "Gegevens over maker en plaats uit het bestand halen"


def box(at: AppTest) -> list[bool]:
    return [bool(each.value) for each in at.checkbox if each.label == BOX]


def on_file(cast: Cast, case: Case) -> AppTest:
    at = open_page(cast, "cora", "complaint", ref=case.reference)
    at.session_state["complaint.tab"] = next(each.label for each in at.tabs if each.label.startswith("Bijlagen"))
    return at.run()


def kept(engine: Engine, cast: Cast) -> bytes:
    with Session(engine) as session:
        token = session.scalars(select(m.Attachment.token)).one()
    return attachments.fetch(cast.actor("cora"), token)[2]


def test_in_a_dossier_a_file_stays_as_it_is_unless_somebody_ticks(cast: Cast, engine: Engine) -> None:
    at = on_file(cast, Case.registered("training", cast))
    assert box(at) == []

    at.file_uploader[0].upload("foto.jpg", photo("JPEG")).run()
    assert box(at) == [False]
    next(each for each in at.checkbox if each.label == BOX).check().run()
    at.button(key="complaint.attach").click().run()

    assert not any(each in kept(engine, cast) for each in TRACES)
    assert "zonder gegevens over maker en plaats" in timeline(at)


def timeline(at: AppTest) -> str:
    at.session_state["complaint.tab"] = next(each.label for each in at.tabs if each.label.startswith("Tijdlijn"))
    return "\n".join(each.value for each in at.run().text)


def test_of_an_anonymous_complaint_it_is_ticked_already(cast: Cast, engine: Engine) -> None:
    at = put(
        remark(open_page(cast, "tom", "intake")), complainant_type="anonymous", complainant_name="", complainant_contact=""
    )
    at.run()
    at.file_uploader[0].set_value([("foto.jpg", photo("JPEG"), "image/jpeg")])
    at.run()
    assert box(at) == [True]

    save(at)

    assert not any(each in kept(engine, cast) for each in TRACES)


@pytest.mark.parametrize("name", ["gesprek.mp3", "notitie.txt"])
def test_a_file_of_which_that_is_not_possible_is_said_before_sending(cast: Cast, engine: Engine, name: str) -> None:
    at = on_file(cast, Case.registered("training", cast))

    at.file_uploader[0].upload(name, b"hallo").run()
    next(each for each in at.checkbox if each.label == BOX).check().run()

    assert [each.value for each in at.warning if "Zet het vinkje uit" in each.value]
