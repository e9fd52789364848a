"""What somebody is typing is kept per person and page."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from services import door, drafts
from tests.conftest import Cast

ODD = {
    "what": "NUL \x00, lone \ud800, \u202e, cafe\u0301, \U0001f468‍\U0001f469‍\U0001f467 \r\n",
    "ticked": True,
    "people": [1, 2],
    "on": None,
}


def test_a_draft_comes_back_exactly_as_it_was_typed(cast: Cast) -> None:
    drafts.keep(cast.actor("tom"), "intake", ODD)

    assert drafts.recall(cast.actor("tom"), "intake") == ODD


def test_a_draft_survives_a_restart_of_the_server(cast: Cast) -> None:
    drafts.keep(cast.actor("tom"), "intake", {"what": "half"})

    door.engine().dispose()
    door.engine.cache_clear()

    assert drafts.recall(cast.actor("tom"), "intake") == {"what": "half"}


def test_a_draft_survives_an_expired_session(cast: Cast, engine: Engine) -> None:
    drafts.keep(cast.actor("tom"), "intake", {"what": "half"})
    with Session(engine) as session, session.begin():
        session.execute(update(m.AuthSession).where(m.AuthSession.id == cast.actor("tom")).values(revoked_why="idle"))
        session.add(m.AuthSession(id="b" * 64, account_id=cast["tom"], created_at=door._clock(), last_seen_at=door._clock()))

    assert drafts.recall("b" * 64, "intake") == {"what": "half"}


def test_the_last_one_kept_is_the_draft(cast: Cast) -> None:
    drafts.keep(cast.actor("tom"), "intake", {"what": "een"})
    drafts.keep(cast.actor("tom"), "intake", {"what": "twee"})

    assert drafts.recall(cast.actor("tom"), "intake") == {"what": "twee"}


def test_a_draft_is_of_one_person_and_one_page(cast: Cast) -> None:
    drafts.keep(cast.actor("tom"), "intake", {"what": "van tom"})

    assert drafts.recall(cast.actor("rosa"), "intake") == {}
    assert drafts.recall(cast.actor("tom"), "complaint.K26-1.note") == {}


def test_a_dropped_draft_is_gone(cast: Cast) -> None:
    drafts.keep(cast.actor("tom"), "intake", {"what": "half"})

    drafts.drop(cast.actor("tom"), "intake")
    drafts.drop(cast.actor("tom"), "intake")

    assert drafts.recall(cast.actor("tom"), "intake") == {}


def test_a_hundred_thousand_characters_are_kept_and_a_million_are_not(cast: Cast) -> None:
    drafts.keep(cast.actor("tom"), "intake", {"what": "é" * 100_000})

    with pytest.raises(Refused, match="draft_too_large"):
        drafts.keep(cast.actor("tom"), "intake", {"what": "a" * 1_000_000})

    assert drafts.recall(cast.actor("tom"), "intake") == {"what": "é" * 100_000}


def test_a_draft_that_was_left_for_a_month_is_gone(cast: Cast, engine: Engine, on: Callable[..., object]) -> None:
    with on(date(2026, 10, 1)):
        drafts.keep(cast.actor("tom"), "intake", {"what": "oud"})

    assert drafts.recall(cast.actor("tom"), "intake") == {}
    drafts.keep(cast.actor("tom"), "complaint.K26-1.note", {"what": "nieuw"})
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(m.Draft)) == 1


@pytest.mark.parametrize("page", ["", "p" * 81, "complaint.\x00"])
def test_a_page_that_cannot_exist_has_no_draft(cast: Cast, page: str) -> None:
    with pytest.raises(Refused, match="not_found"):
        drafts.keep(cast.actor("tom"), page, {"what": "x"})

    assert drafts.recall(cast.actor("tom"), page) == {}


@pytest.mark.parametrize("stranger", [None, "f" * 64, door.VISITOR])
def test_a_stranger_has_no_drafts(cast: Cast, stranger: door.Actor) -> None:
    for call in (lambda: drafts.keep(stranger, "intake", {}), lambda: drafts.recall(stranger, "intake")):
        with pytest.raises(Refused, match=r"signed_out|not_allowed"):
            call()
