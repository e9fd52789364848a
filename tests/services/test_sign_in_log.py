"""What the log of sign-ins keeps, who sees it, and when it goes."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, String, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from commands.nightly import NIGHTLY
from db import models as m
from db.settings import write_settings
from domain.errors import Refused
from domain.rights import Right, Role
from domain.sign_ins import SignIn
from services import second_factor, sign_in_log
from services.door import VISITOR, work
from tests.conftest import TODAY, Cast
from tests.dossiers import On
from text import catalogue


def noted(cast: Cast) -> None:
    with work(VISITOR, Right.SIGN_IN) as w:
        sign_in_log.note(w, None, SignIn.FAILED_UNKNOWN)
        sign_in_log.note(w, cast["tom"], SignIn.SIGNED_IN)
    with work(cast.actor("adam"), Right.ACCOUNTS) as w:
        sign_in_log.note(w, cast["tom"], SignIn.ROLES_CHANGED)
    with work(cast.actor("tom"), Right.SELF) as w:
        sign_in_log.note(w, cast["tom"], SignIn.ENDED, why="ended_by_owner")


def test_one_sees_what_happened_to_ones_own_account_and_who_did_it(cast: Cast) -> None:
    noted(cast)

    found = [(each.who, each.by, each.what, each.why) for each in sign_in_log.own(cast.actor("tom"))]

    assert found == [
        ("Tom Trainer", None, SignIn.ENDED, "ended_by_owner"),
        ("Tom Trainer", "Adam Beheer", SignIn.ROLES_CHANGED, None),
        ("Tom Trainer", None, SignIn.SIGNED_IN, None),
    ]
    assert sign_in_log.own(cast.actor("rosa")) == ()


def test_the_administrator_sees_everybodys_and_nobody_else_does(cast: Cast) -> None:
    noted(cast)

    found = sign_in_log.everybody(cast.actor("adam"))

    assert [each.what for each in found[-2:]] == [SignIn.SIGNED_IN, SignIn.FAILED_UNKNOWN]
    assert (found[-1].who, found[-1].by) == (None, None)
    assert sign_in_log.everybody(cast.actor("adam"), page=2) == ()
    for name in ("tom", "cora", "dora", "vera"):
        with pytest.raises(Refused, match="not_allowed"):
            sign_in_log.everybody(cast.actor(name))


def test_who_changes_whose_second_step_is_required_is_seen_by_who_confirms(cast: Cast) -> None:
    adam = cast.actor("adam")
    second_factor.require(adam, (), (Role.CONFIDANT, Role.HANDLER))
    second_factor.require(adam, second_factor.required_roles(adam), (Role.HANDLER, Role.ADMIN))

    found = [(each.who, each.what, each.why) for each in sign_in_log.of_the_rule(cast.actor("cora"))]

    assert found == [
        ("Adam Beheer", SignIn.STEP_REQUIRED, "admin"),
        ("Adam Beheer", SignIn.STEP_FREE, "confidant"),
        ("Adam Beheer", SignIn.STEP_REQUIRED, "confidant"),
        ("Adam Beheer", SignIn.STEP_REQUIRED, "handler"),
    ]
    for name in ("tom", "rosa", "mia"):
        with pytest.raises(Refused, match="not_allowed"):
            sign_in_log.of_the_rule(cast.actor(name))


def test_only_codes_get_into_it_and_a_line_is_never_changed(engine: Engine, cast: Cast) -> None:
    for words in ("Tom Trainer", "10.0.0.1", "tom@voorbeeld.invalid", "x" * 31, ""):
        with pytest.raises(ValueError, match="no code"), work(VISITOR, Right.SIGN_IN) as w:
            sign_in_log.note(w, cast["tom"], SignIn.ENDED, why=words)
    noted(cast)

    with pytest.raises(IntegrityError, match="append only"), Session(engine) as session, session.begin():
        session.execute(update(m.SignInNote).values(what="signed_out"))
    texts = {column.name for column in m.SignInNote.__table__.columns if isinstance(column.type, String)}
    assert texts == {"what", "why"}  # no room for a name, an address or a browser


@pytest.mark.parametrize(("days", "left"), [(89, 4), (91, 0)])
def test_it_is_forgotten_after_its_term(engine: Engine, cast: Cast, on: On, days: int, left: int) -> None:
    noted(cast)

    with on(TODAY + timedelta(days=days)):
        gone = sign_in_log.sweep(NIGHTLY)

    with Session(engine) as session:
        assert (gone, session.scalar(select(func.count(m.SignInNote.id)))) == (4 - left, left)


def test_the_term_is_a_setting(engine: Engine, cast: Cast, on: On) -> None:
    noted(cast)
    with Session(engine) as session, session.begin():
        write_settings(session, {"sign_in_log_days": 365})

    with on(TODAY + timedelta(days=364)):
        assert sign_in_log.sweep(NIGHTLY) == 0


REASONED = {"note": 3, "revoke": 2, "_changed": 1}  # which argument is the reason


def reasons() -> set[str]:
    """Every reason that some service gives in so many words."""
    found: set[str] = set()
    for path in sorted(Path("services").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REASONED:
                place = REASONED[node.func.id]
                given = node.args[place : place + 1] + [each.value for each in node.keywords if each.arg == "why"]
                found |= {each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return found


@pytest.mark.parametrize("language", ["nl", "en"])
def test_everything_in_it_has_words(language: str) -> None:
    keys = {f"why_{each}" for each in reasons()} | {str(each) for each in SignIn}

    assert {"why_reset", "why_disabled", "why_enrolled", "why_single_sign_on"} <= keys
    assert not {each for each in keys if f"sign_in_log.{each}" not in catalogue(language)}
