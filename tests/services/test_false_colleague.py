"""An administrator who would be taken for a colleague: names are asked about, and lists tell two people apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.granting import Kind, State
from domain.rights import Right, Role
from services import accounts, door, granting, intake_choices, links
from services.accounts import AccountInput, AccountRow
from services.colleagues import available
from services.door import VISITOR
from services.records import load
from tests.cases import Case
from tests.conftest import Cast
from tests.granting import confirm_all

GOOD = "een paard in de gang"
FALSE = AccountInput("hb", "Hilde Behandelaar", "", ("handler",), None)


@pytest.fixture
def case(cast: Cast) -> Case:
    return Case.registered("training", cast).in_progress()


def row(cast: Cast, name: str) -> AccountRow:
    return next(each for each in accounts.listing(cast.actor("adam")) if each.name == name)


def renamed(cast: Cast, name: str, display_name: str) -> bool:
    old = row(cast, name)
    given = AccountInput(old.name, display_name, old.email, old.roles, old.unit_id)
    return accounts.edit(cast.actor("adam"), old.id, old.version, given)


def choices(case: Case) -> dict[int, str]:
    with door.work(case.cast.actor("cora"), Right.READ) as w:
        return {each.id: each.name for each in available(w, load(w, case.reference), "none").values()}


def refused(act: object) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refusal:
        act()  # type: ignore[operator]
    return refusal.value.code, refusal.value.field


def test_an_administrator_does_not_become_a_colleague_by_name(case: Case, cast: Cast) -> None:
    adam = cast.actor("adam")
    assert not renamed(cast, "hilde", "H. (oud)")
    assert row(cast, "hilde").display_name == "Hilde Behandelaar"
    assert refused(lambda: accounts.create(adam, FALSE)) == ("display_name_taken", "display_name")

    for name in ("Hilde Behandelaar-", "hilde  BEHANDELAAR", "H\u0456ld\u0435 Beh\u0430ndelaar", "Hildé Behandelaar"):
        assert refused(lambda name=name: accounts.create(adam, replace(FALSE, display_name=name)))[0] == "display_name_taken"
    false = accounts.create(adam, replace(FALSE, display_name="H. Behandelaar"))
    assert row(cast, "hb").roles == ()
    assert refused(lambda: links.password_link(adam, false))[0] == "second_person_first"
    assert false not in choices(case)


def test_who_confirms_reads_whose_name_it_looks_like_also_of_before(case: Case, cast: Cast) -> None:
    adam = cast.actor("adam")
    renamed(cast, "hilde", "Hilde Getrouwd")
    (code,) = confirm_all(cast)
    assert (code, row(cast, "hilde").display_name) == ("", "Hilde Getrouwd")

    accounts.create(adam, FALSE)

    asked = granting.to_answer(cast.actor("dora"))[0]
    assert (asked.kind, asked.display_name) == (Kind.ROLES, "Hilde Behandelaar")
    assert asked.alike == ("Hilde Getrouwd",)


@pytest.mark.parametrize("role", ["reporter", "handler"])
def test_a_lookalike_of_any_role_gets_no_link_of_one_person(case: Case, cast: Cast, role: str) -> None:
    """Also who reports can be named to acknowledge."""
    false = accounts.create(cast.actor("adam"), replace(FALSE, display_name="Hilde Behandelar", roles=(role,)))

    assert Kind.LINK in row(cast, "hb").second or role == "handler"
    assert refused(lambda: links.password_link(cast.actor("adam"), false))[0] == "second_person_first"


def test_a_link_of_an_innocent_name_stops_when_the_name_becomes_a_lookalike(case: Case, cast: Cast) -> None:
    adam = cast.actor("adam")
    fresh = accounts.create(adam, AccountInput("nn", "Nico Nieuw", "", ("reporter",), None))
    token = links.password_link(adam, fresh)

    assert renamed(cast, "nn", "Hilde Behandelar")  # nobody ever came in with it

    assert refused(lambda: links.set_password(VISITOR, token, GOOD, GOOD))[0] == "link_expired"


def test_a_request_about_one_name_is_not_confirmed_for_another(case: Case, cast: Cast) -> None:
    adam = cast.actor("adam")
    accounts.create(adam, AccountInput("nn", "Nico Nieuw", "", ("reporter", "handler"), None))
    asked = granting.to_answer(cast.actor("dora"))[0].id
    renamed(cast, "nn", "Hilde Behandelar")

    assert refused(lambda: granting.confirm(cast.actor("dora"), asked))[0] == "request_answered"


def test_a_name_that_was_taken_meanwhile_is_not_given(case: Case, cast: Cast) -> None:
    renamed(cast, "hans", "Hans Anders")
    renamed(cast, "hilde", "Hans Anders")
    later, first = granting.to_answer(cast.actor("dora"))[:2]
    granting.confirm(cast.actor("dora"), first.id)

    assert refused(lambda: granting.confirm(cast.actor("dora"), later.id))[0] == "display_name_taken"
    granting.decline(cast.actor("dora"), later.id)
    assert row(cast, "hilde").display_name == "Hilde Behandelaar"
    assert granting.to_answer(cast.actor("dora"))[0].state is State.DECLINED


def test_another_name_does_not_hold_up_the_rest(case: Case, cast: Cast) -> None:
    old = row(cast, "tom")
    given = AccountInput(old.name, "Thomas Trainer", "thomas@voorbeeld.invalid", ("reporter",), None)
    assert not accounts.edit(cast.actor("adam"), old.id, old.version, given)

    assert (row(cast, "tom").email, row(cast, "tom").display_name) == ("thomas@voorbeeld.invalid", "Tom Trainer")


def test_before_the_first_dossier_names_change_at_once(cast: Cast) -> None:
    assert renamed(cast, "hilde", "Hilde Getrouwd")
    assert row(cast, "hilde").display_name == "Hilde Getrouwd"


def test_a_new_handler_comes_in_with_link_and_code(case: Case, cast: Cast) -> None:
    nel = accounts.create(cast.actor("adam"), AccountInput("nel", "Nel Nieuw", "", ("handler",), None))
    (code,) = confirm_all(cast)
    token = links.password_link(cast.actor("adam"), nel)

    assert refused(lambda: links.set_password(VISITOR, token, GOOD, GOOD))[0] == "code_wrong"
    links.set_password(VISITOR, token, GOOD, GOOD, code)
    assert row(cast, "nel").roles == (Role.HANDLER,)


def test_where_a_task_is_given_two_who_look_alike_show_their_sign_in_names(case: Case, cast: Cast, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["hans"]).display_name = "H. Behandelaar"
    shown = choices(case)

    assert shown[cast["hans"]] == "H. Behandelaar (hans)"
    assert shown[cast["hilde"]] == "Hilde Behandelaar (hilde)"
    assert shown[cast["piet"]] == "Piet Partner"
    assert intake_choices.choices(cast.actor("tom")).colleagues[cast["hilde"]] == "Hilde Behandelaar (hilde)"
