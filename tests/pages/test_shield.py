"""The question whether a typed name is a colleague, on the screens of who may answer it."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from services.parties import Named
from tests.cases import Case
from tests.conftest import Cast
from tests.ui.apptest import open_page


def words(at: AppTest) -> str:
    return " ".join(str(each.value) for each in (*at.text, *at.caption, *at.error))


def test_the_coordinator_is_asked_on_the_board_and_answers_in_the_dossier(cast: Cast) -> None:
    case = Case.registered("training", cast, by="rosa", respondents=(Named(name="M. Manager"),))
    assert "Wie bij naam is genoemd" in words(open_page(cast, "cora", "board"))

    at = open_page(cast, "cora", "complaint", ref=case.reference)
    assert "‘M. Manager’ de collega Mia Manager" in words(at)
    at.button(key=next(each.key for each in at.button if str(each.key).startswith("complaint.shield.yes."))).click().run()

    assert "de collega Mia Manager" not in words(at)
    assert "bestaat niet" in words(open_page(cast, "mia", "complaint", ref=case.reference))


def test_the_colleague_and_the_handler_are_asked_nothing(cast: Cast) -> None:
    case = Case.registered("training", cast, by="rosa", respondents=(Named(name="Mia Maneger"),)).in_progress()
    for who in ("mia", "hans"):
        at = open_page(cast, who, "complaint", ref=case.reference)
        assert "de collega" not in words(at)
        assert "Wie bij naam is genoemd" not in words(open_page(cast, who, "board"))
