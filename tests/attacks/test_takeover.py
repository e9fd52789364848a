"""P7 and P6: somebody else's screen, or somebody else's cookie, cannot be had."""

from __future__ import annotations

import secrets

import pytest
from websockets.exceptions import InvalidStatus

from db import models as m
from services.door import IDLE_LIMIT
from services.sessions import digest
from tests.attacks.forging import Liar
from tests.attacks.world import World
from tests.conftest import moment
from tests.figures import Figures
from tests.web.client import ask, open_tab

pytestmark = pytest.mark.usefixtures("nothing_broke")

BROWSER = {"weerklank-browser": "browser-of-a-thief-0123456789"}
SPOOFED = {
    "X_Weerklank_Session": "",
    "X_Weerklank_Browser": "",
    "X_Weerklank_Source": "127.0.0.1",
    "X_Weerklank_Language": "en",
    "X_Forwarded_For": "127.0.0.1",
    "X_Forwarded_Host": "127.0.0.1",
    "X_Forwarded_User": "adam",
    "X_Forwarded_Email": "adam@voorbeeld.invalid",
    "X_Remote_User": "adam",
    "Forwarded": "for=127.0.0.1;host=127.0.0.1",
    "Authorization": "Bearer adam",
}


def expired(world: World, name: str) -> dict[str, str]:
    token = world.server.token_for(name)
    with world.server.register() as register:
        row = register.get_one(m.AuthSession, digest(token))
        row.last_seen_at -= IDLE_LIMIT
        row.created_at -= IDLE_LIMIT
    return BROWSER | {"weerklank": token}


def test_the_id_of_somebodys_screen_takes_nothing_over(world: World, figures: Figures) -> None:
    victim = Liar.of(world.server, "cora")
    victim.visit("complaint", f"ref={world.hidden}")
    assert "Geheimzaak" in victim.screen.said
    id_of_screen = victim.screen.session
    refused = 0
    for cookies in ({}, BROWSER | {"weerklank": world.server.token_for("tom")}, expired(world, "cora")):
        thief = Liar(world.server, cookies, open_tab(world.server, cookies, session=id_of_screen).connection)
        said = thief.visit("complaint", f"ref={world.hidden}").said
        refused += "Geheimzaak" not in said and thief.screen.session != id_of_screen

    own = Liar(world.server, victim.cookies, open_tab(world.server, victim.cookies, session=id_of_screen).connection)
    assert "Geheimzaak" in own.visit("complaint", f"ref={world.hidden}").said
    figures.equal("P7", "takeovers of a live screen refused: no cookie, another's, an expired one", refused, 3)


@pytest.mark.parametrize("origin", [None, "null", "", "http://evil.invalid", "https://127.0.0.1", "file://"])
def test_a_screen_is_not_taken_over_from_elsewhere_with_the_right_cookie(world: World, origin: str | None) -> None:
    victim = Liar.of(world.server, "cora")
    victim.visit("account")

    with pytest.raises(InvalidStatus):
        open_tab(world.server, victim.cookies, origin=origin, session=victim.screen.session)


def test_headers_make_nobody_somebody(world: World) -> None:
    session = digest(world.server.token_for("adam"))
    headers = SPOOFED | {"X_Weerklank_Session": session, "X_Weerklank_Browser": session}
    for name, value in headers.items():
        for spelled in (name, name.lower(), name.upper()):
            assert is_nobody(open_tab(world.server, BROWSER, **{spelled: value}).run("people"))
            assert ask(world.server, "/account", cookies=BROWSER, **{spelled: value}).status == 303
    assert is_nobody(open_tab(world.server, BROWSER, **headers).run("people"))


def is_nobody(said: str) -> bool:
    """The page for people has a field of that name too."""
    return "Gebruikersnaam" in said and "Adam Beheer" not in said


def test_a_header_does_not_change_who_one_is(world: World) -> None:
    adam = digest(world.server.token_for("adam"))
    cookies = BROWSER | {"weerklank": world.server.token_for("tom")}

    said = open_tab(world.server, cookies, X_Weerklank_Session=adam).run("account")

    assert "Tom Trainer" in said
    assert "Adam Beheer" not in said


def test_a_cookie_that_somebody_else_chose_is_never_used(world: World) -> None:
    """Fixation: the thief sets a cookie and waits until the victim signs in with it."""
    chosen = "chosen-by-a-thief-0123456789abcdef"
    ticket = secrets.token_urlsafe(32)
    now = moment()
    with world.server.register() as register:
        browser = digest(BROWSER["weerklank-browser"])
        register.add(m.AuthTicket(id=digest(ticket), account_id=world.cast["cora"], browser=browser, created_at=now))

    answer = ask(world.server, f"/auth/redeem?ticket={ticket}", cookies=BROWSER | {"weerklank": chosen})

    given = next(each.split(";")[0].split("=", 1)[1] for each in answer.cookies if each.startswith("weerklank="))
    assert given != chosen
    assert ask(world.server, "/account", cookies=BROWSER | {"weerklank": chosen}).status == 303
    assert ask(world.server, "/account", cookies=BROWSER | {"weerklank": given}).status == 200


def test_a_thief_cannot_sign_the_victim_in_as_himself(world: World) -> None:
    """A link with a ticket of the thief, opened in the browser of the victim."""
    ticket = secrets.token_urlsafe(32)
    now = moment()
    with world.server.register() as register:
        browser = digest(BROWSER["weerklank-browser"])
        register.add(m.AuthTicket(id=digest(ticket), account_id=world.cast["tom"], browser=browser, created_at=now))

    victim = {"weerklank-browser": "browser-of-a-victim-0123456789"}
    answer = ask(world.server, f"/auth/redeem?ticket={ticket}", cookies=victim)

    assert not [each for each in answer.cookies if each.startswith("weerklank=")]
