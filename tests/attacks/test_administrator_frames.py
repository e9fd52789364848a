"""P3 through the wire: an administrator whose browser lies."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from db import models as m
from tests.attacks.forging import Liar, state
from tests.attacks.world import World, harmless
from tests.web.client import close_all


@pytest.fixture
def liar(world: World) -> Liar:
    liar = Liar.of(world.server, "adam")
    liar.visit("people")
    return liar


def field_of(liar: Liar, name: str) -> str:
    return next(each for each in liar.screen.widgets if each.endswith(name))


def roles_of(world: World, name: str) -> list[str]:
    with world.server.register() as register:
        account = register.scalars(select(m.Account).where(m.Account.name == name)).one()
        return sorted(held.role for held in account.roles)


def test_an_account_with_a_guarded_role_in_one_frame(world: World, liar: Liar) -> None:
    label = next(each for each in liar.screen.labels if each == "Account maken")
    forged = (
        state(field_of(liar, ".name"), string_value="stroman"),
        state(field_of(liar, ".display_name"), string_value="Stroman"),
        state(field_of(liar, ".roles"), string_array_value=["Vertrouwenspersoon"]),
        state(liar.screen.labels[label], trigger_value=True),
    )
    liar.widget(*forged)
    harmless(liar)

    assert roles_of(world, "stroman") == []
    assert "/?link=" not in liar.screen.said
    with world.server.register() as register:
        (asked,) = register.scalars(select(m.AccountRequest).where(m.AccountRequest.decision.is_(None))).all()
        assert asked.after == ["confidant"]
        number = asked.id
    _confirms(world, liar, number)
    world.before |= world.now()
    close_all()


def _confirms(world: World, liar: Liar, asked: int) -> None:
    """With the button of somebody else's page, here and there."""
    for page in ("requests", "people", "board"):
        liar.visit(page)
        for prefix in ("$$ID-0", "$$ID-00000000000000000000000000000000"):
            liar.widget(state(f"{prefix}-requests.yes.{asked}", trigger_value=True))
        harmless(liar)
    assert roles_of(world, "stroman") == []
