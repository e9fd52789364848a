"""Searching on the screen."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from db import models as m
from domain.vocabulary import Compartment
from manage import cli
from services import search
from tests.attacks.payloads import PAYLOADS
from tests.cases import Case
from tests.conftest import Cast
from tests.dossiers import hand_over
from tests.fill import make_complaint, make_party
from tests.ui.apptest import NotForThem, open_page
from ui.search_results import marked


def asked(cast: Cast, who: str, question: str) -> AppTest:
    at = open_page(cast, who, "search")
    at.text_input(key="search.question").input(question)
    at.run()
    assert not at.exception
    return at


def words(at: AppTest) -> str:
    return "\n".join(str(each.value) for each in (*at.text, *at.caption, *at.markdown, *at.info, *at.error))


def links(at: AppTest) -> list[tuple[str, str]]:
    found = [each.proto for each in at.get("page_link")]
    return [(each.label, f"{each.page}?{each.query_string}") for each in found]


def test_before_anything_is_asked_it_says_what_one_can_type(cast: Cast) -> None:
    at = open_page(cast, "cora", "search")

    assert "Typ een of meer woorden." in words(at)
    assert not at.info


def test_what_is_found_is_marked_in_its_own_words_and_leads_to_the_dossier(cast: Cast) -> None:
    case = Case.registered("training", cast, title="Vergaderzaal")

    at = asked(cast, "cora", "wachten")

    assert "1 dossier" in words(at)
    assert "In de klacht" in words(at)
    assert "Wij stonden een kwartier te :orange-background[**wachten**] en niemand belde" in words(at)
    ((label, address),) = links(at)
    assert label == case.reference
    assert "complaint" in address
    assert case.reference in address


def test_the_address_says_nothing_of_what_is_looked_for(cast: Cast) -> None:
    at = asked(cast, "cora", "de vries")

    assert dict(at.query_params) == {}


def test_back_from_a_dossier_the_results_are_still_there(cast: Cast) -> None:
    Case.registered("training", cast, title="Vergaderzaal")
    at = asked(cast, "cora", "kwartier")

    at._page_hash = calc_hash("board")
    at.run()
    at._page_hash = calc_hash("search")
    at.run()

    assert at.text_input(key="search.question").value == "kwartier"
    assert "1 dossier" in words(at)


def test_nothing_found_says_the_same_whether_or_not_it_is_hidden(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        make_party(session, make_complaint(session, cast, title="Geheimzaak"), cast["hans"])

    assert words(asked(cast, "hans", "geheimzaak")) == words(asked(cast, "hans", "bestaatniet"))
    assert "Niets gevonden in wat u mag lezen." in words(asked(cast, "hans", "geheimzaak"))


def test_what_cannot_be_looked_for_is_said_under_the_field(cast: Cast) -> None:
    for question, sentence in {"...": "Hierin staat geen woord", "-koud": "Noem ook een woord dat er wel in staat"}.items():
        at = asked(cast, "cora", question)
        assert sentence in at.error[0].value
        assert at.text_input(key="search.question").value == question


def test_many_results_come_in_pages(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        for number in range(search.PAGE_SIZE + 3):
            make_complaint(session, cast, title=f"Zelfde woord {number}")
    at = asked(cast, "cora", "zelfde")
    assert len(links(at)) == search.PAGE_SIZE
    assert "23 dossiers, het laatst ontvangen eerst: 1 tot en met 20" in words(at)

    at.button(key="search.next").click().run()
    assert len(links(at)) == 3

    at.text_input(key="search.question").input("woord").run()
    assert len(links(at)) == search.PAGE_SIZE, "another question begins at its first page"


def test_a_dossier_opens_where_this_person_reads_it(cast: Cast) -> None:
    appealed = Case.registered("training", cast).in_appeal()
    closed = hand_over(cast, Compartment.UNWANTED_BEHAVIOUR, text="Een handtastelijkheid in de gang.")

    (one,) = links(asked(cast, "vera", "gang"))
    (other,) = links(asked(cast, "vera", "kwartier"))

    assert (one[0], "restricted" in one[1]) == (closed, True)
    assert (other[0], "appeals" in other[1]) == (appealed.reference, True)


def test_the_administrator_has_no_search(cast: Cast) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, "adam", "search")


def test_what_somebody_typed_is_only_text(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        for payload in PAYLOADS:
            make_complaint(session, cast, description=f"vindbaar {payload}"[:2000], title=payload[:150].split("\n")[0])

    at = asked(cast, "cora", "vindbaar")

    assert len(links(at)) == search.PAGE_SIZE
    shown = "\n".join(str(each.value) for each in at.markdown)
    rest = shown.replace(":orange-background[**vindbaar**]", "").replace(":blue-badge[Geregistreerd]", "")
    for sign in ("<", "[", "`", "$"):
        assert rest.count(sign) == rest.count(f"\\{sign}")


def test_spaces_around_what_was_found_stay() -> None:
    assert marked((("een ", False), ("zaal", True), (" *vet* ", False))) == "een :orange-background[**zaal**] \\*vet\\* "


def test_an_operator_makes_the_index_anew_and_sees_no_word_of_it(engine: Engine, cast: Cast) -> None:
    case = Case.registered("training", cast)
    with Session(engine) as session, session.begin():
        session.execute(delete(m.SearchText))
    assert search.find(cast.actor("cora"), "kwartier").total == 0

    ran = CliRunner().invoke(cli, ["reindex"])

    assert ran.exit_code == 0
    assert ran.output.startswith("Texts: ")
    assert search.find(cast.actor("cora"), "kwartier").rows[0].reference == case.reference
    assert "kwartier" not in ran.output
