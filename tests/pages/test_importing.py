"""The old register comes along on the screen: a file, its columns, a dry run, and then the real one."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from services import mappings, old_register_report
from tests.conftest import CAST, Cast
from tests.pages.test_retention import said
from tests.ui.apptest import NotForThem, open_page

CSV = (
    "Nr;Datum ontvangst;Hoe binnengekomen;Soort klager;Categorie;Klacht;Afgesloten\n"
    "1;1-3-2024;E-mail;cliënt;Lokaal;*Koud*;2-5-2024\n"
    "2;ooit;E-mail;cliënt;Lokaal;Warm;2-5-2024\n"
    "3;4-3-2024;E-mail;cliënt;Lokaal;Nat;\n"
)
WORDS = {"category": {"lokaal": "Organisatie en locatie"}, "complainant_type": {"cliënt": "client"}}


def upload(at: AppTest, content: str = CSV, name: str = "oud.csv") -> AppTest:
    at.file_uploader(key="importing.file").set_value((name, content.encode(), "text/csv"))
    return at.run()


def explained(at: AppTest) -> AppTest:
    for target, words in WORDS.items():
        for word, value in words.items():
            box = [each for each in at.selectbox if each.key == f"importing.word.{target}.{word}"]
            if box:
                box[0].select(value)
    return at.run()


def number(engine: Engine) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(m.Complaint)) or 0


def test_from_a_file_to_dossiers(engine: Engine, cast: Cast) -> None:
    at = upload(open_page(cast, "cora", "importing"))
    assert "3 rijen, 7 kolommen" in said(at)
    boxes = [each for each in at.selectbox if ".column." in (each.key or "")]
    proposed = {each.key.removeprefix("importing.column."): each.value for each in boxes}
    assert {key: value for key, value in proposed.items() if value} == {
        "reference": "Nr", "received": "Datum ontvangst", "channel": "Hoe binnengekomen", "complainant_type": "Soort klager",
        "category": "Categorie", "about": "Klacht", "closed": "Afgesloten",
    }  # fmt: skip
    at = explained(at)
    at.text_input(key="importing.name").input("Oude lijst")
    at = at.button(key="importing.save").click().run()
    assert "De toewijzing is bewaard" in said(at)
    assert mappings.by_name(cast.actor("dora"), "Oude lijst").mapping.columns["about"] == "Klacht"

    at = at.button(key="importing.look").click().run()
    assert not at.exception
    assert [(each.label, each.value) for each in at.metric] == [
        ("Komt erbij", "1"), ("Staat er al", "0"), ("Staat er al, anders", "0"), ("Geweigerd", "2"),
    ]  # fmt: skip
    wrong = at.dataframe[0].value
    assert list(wrong["Rij"]) == [3, 4]
    assert list(wrong["Kolom"]) == ["Datum ontvangst", "Afgesloten"]
    assert number(engine) == 0

    at.date_input(key="importing.open_from").set_value(date(2026, 11, 20))
    at = at.run()
    assert "Doe de proefronde opnieuw" in said(at)
    at = at.button(key="importing.look").click().run()
    at = at.button(key="importing.take").click().run()
    assert "De klachten staan in de werkvoorraad" in said(at)
    assert number(engine) == 2
    assert "importing.take" not in [each.key for each in at.button]

    again = upload(open_page(cast, "dora", "importing"))
    again = again.selectbox(key="importing.mapping").select("Oude lijst").run()
    again.date_input(key="importing.open_from").set_value(date(2026, 11, 20))
    again = again.run().button(key="importing.look").click().run()
    assert "Er is niets om over te nemen" in said(again)


def test_a_file_that_cannot_be_read_and_a_better_one(engine: Engine, cast: Cast) -> None:
    at = upload(open_page(cast, "cora", "importing"), "Titel;Titel\na;b\n")
    assert "staat er twee keer" in said(at)
    assert not [each for each in at.button if each.key == "importing.look"]
    at = upload(at)
    assert "3 rijen" in said(at)


def test_without_the_columns_that_are_needed_it_says_so(cast: Cast) -> None:
    at = upload(open_page(cast, "cora", "importing"), "a;b\n1;2\n")
    at = at.button(key="importing.look").click().run()
    assert "Kies in elk geval de kolommen" in said(at)


def test_the_example_can_be_taken_over_as_it_is(engine: Engine, cast: Cast) -> None:
    content = old_register_report.example(cast.actor("cora")).content
    at = open_page(cast, "cora", "importing")
    at.file_uploader(key="importing.file").set_value(("voorbeeld.xlsx", content, "application/octet-stream"))
    at = at.run()
    for target, value in (("category", "Organisatie en locatie"),):
        at.selectbox(key=f"importing.word.{target}.").select(value)
    at = at.run().button(key="importing.look").click().run()
    assert [each.value for each in at.metric] == ["2", "0", "0", "0"]


@pytest.mark.parametrize("who", sorted(set(CAST) - {"cora", "dora"}))
def test_nobody_else_has_the_page(cast: Cast, who: str) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, who, "importing")
