"""People: who is here, their accounts and roles, the units and the organisation's settings."""

from __future__ import annotations

from dataclasses import dataclass

from db import models as m
from domain.errors import Refused
from domain.rights import RIGHTS, Right, Role, Scope, scopes
from services.door import Actor, work
from text import LANGUAGES


@dataclass(frozen=True)
class Me:
    """The person who is signed in, as the menu needs to know; the door decides, never this."""

    id: int
    name: str
    display_name: str
    roles: frozenset[Role]
    language: str

    def may(self, right: Right) -> bool:
        return right in {Right.ENTER, Right.SELF} or any(right in RIGHTS[role] for role in self.roles)

    def reach(self, right: Right) -> frozenset[Scope]:
        return scopes(self.roles, right)


def whoami(actor: Actor) -> Me:
    """Raises Refused: ``signed_out``."""
    with work(actor, Right.ENTER) as w:
        person = w.person
        return Me(w.me, person.name, person.display_name, person.roles, person.language)


def choose_language(actor: Actor, language: str) -> None:
    """Own language of the screens: nl or en."""
    if language not in LANGUAGES:
        raise Refused("unknown_value", "language")
    with work(actor, Right.SELF) as w:
        w.session.get_one(m.Account, w.me).language = language
