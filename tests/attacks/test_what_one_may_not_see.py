"""For every service that takes a reference, everybody, and every relation to a dossier: whoever may not see it gets the same
answer as for a reference that was never given out, and gets it about as fast."""

from __future__ import annotations

import inspect
import statistics
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from domain.errors import Refused
from domain.vocabulary import Compartment, Relation
from services import appeal_files, appeals, attachments, dossier, parties, restricted
from services.parties import Named
from tests.cases import Case
from tests.conftest import CAST, TODAY, Cast
from tests.dossiers import hand_over
from tests.services.test_guarded import SERVICES, arguments

NOWHERE = "K26-ZZZZZ"
OF_A_DOSSIER = {name: each for name, each in SERVICES.items() if "reference" in inspect.signature(each).parameters}


def about(*names: str) -> Callable[[Cast], str]:
    def make(cast: Cast) -> str:
        people = tuple(Named(account_id=cast[name]) for name in names)
        return Case.registered("training", cast, respondents=people, unit_id=cast.units["noord"]).reference

    return make


def formerly_of_hans(cast: Cast) -> str:
    case = Case.registered("training", cast, unit_id=cast.units["zuid"]).in_progress()
    return case.assign(handler="hilde").reference


def excluded_later(cast: Cast) -> str:
    case = Case.registered("training", cast, unit_id=cast.units["noord"]).in_progress()
    for name in ("hans", "mia", "tom", "piet"):
        dossier_of(cast, case.reference, name)
    return case.reference


def dossier_of(cast: Cast, reference: str, name: str) -> None:

    parties.add_party(cast.actor("cora"), reference, Relation.CONFLICT, Named(account_id=cast[name]))


DOSSIERS: dict[str, Callable[[Cast], str]] = {
    "nobody's": about(),
    "about the handler, the manager and the director": about("hans", "mia", "dora"),
    "of a handler who lost it": formerly_of_hans,
    "of people who were excluded later": excluded_later,
    "handed over": lambda cast: hand_over(cast, Compartment.UNWANTED_BEHAVIOUR),
    "in appeal": lambda cast: Case.registered("training", cast).in_appeal().reference,
}


def answer(function: Callable[..., Any], actor: str, reference: str) -> tuple[Any, ...]:
    given = arguments(function) | {"reference": reference}
    try:
        return "answered", type(function(actor, **given)).__name__
    except Refused as refusal:
        return refusal.code, refusal.field, refusal.values


def may_see(actor: str, reference: str) -> bool:
    for read in (dossier.read, restricted.read, appeal_files.read):
        try:
            read(actor, reference)
        except Refused:
            continue
        return True
    return False


@pytest.mark.parametrize("which", DOSSIERS)
def test_there_and_not_yours_is_the_same_as_not_there(cast: Cast, which: str) -> None:
    reference, told, tried = DOSSIERS[which](cast), [], 0
    for who in CAST:
        actor = cast.actor(who)
        if may_see(actor, reference):
            continue
        for name, function in OF_A_DOSSIER.items():
            tried += 1
            there, nowhere = answer(function, actor, reference), answer(function, actor, NOWHERE)
            if there != nowhere:
                told.append(f"{who}: {name}: {there} is not {nowhere}")
    assert told == []
    assert tried > 100


def test_the_services_are_many() -> None:
    assert len(OF_A_DOSSIER) > 30


def test_a_file_and_an_appeal_of_another_dossier_are_not_there_either(cast: Cast, engine: Engine) -> None:
    reference = about("hans", "mia", "dora")(cast)
    (token,) = attachments.add(cast.actor("cora"), reference, [("a.txt", b"hallo")])

    for who in ("hans", "mia", "dora", "vera", "adam", "wim", "rosa"):
        assert code(lambda who=who: attachments.fetch(cast.actor(who), token)) in ("not_found", "not_allowed")
        assert code(lambda who=who: attachments.fetch(cast.actor(who), token)) == code(
            lambda who=who: attachments.fetch(cast.actor(who), "A" * 43)
        )
        assert code(lambda who=who: attachments.remove(cast.actor(who), token, "Weg.")) == code(
            lambda who=who: attachments.remove(cast.actor(who), "A" * 43, "Weg.")
        )
    for surname in ("Vries", "Niemand"):
        given = (surname, TODAY, "email", "Nee.")
        there = code(lambda given=given: appeals.lodge(cast.actor("suze"), str(uuid4()), reference, *given))
        nowhere = code(lambda given=given: appeals.lodge(cast.actor("suze"), str(uuid4()), NOWHERE, *given))
        assert there == nowhere == "no_appeal_possible"


def code(act: Callable[[], Any]) -> str:
    try:
        act()
    except Refused as refusal:
        return refusal.code
    return "answered"


@pytest.mark.parametrize(
    "read", [dossier.read, dossier.steps, restricted.read, appeal_files.read], ids=lambda each: each.__module__
)
def test_both_answers_take_about_as_long(cast: Cast, read: Callable[..., Any]) -> None:
    """An order of magnitude: more cannot be told from a loaded machine."""
    reference = about("hans", "mia", "dora")(cast)
    took: dict[str, list[float]] = {reference: [], NOWHERE: []}
    for _ in range(15):
        for each, times in took.items():
            began = time.thread_time()
            code(lambda each=each: read(cast.actor("hans" if read.__module__ == "services.dossier" else "vera"), each))
            times.append(time.thread_time() - began)
    there, nowhere = (statistics.median(times) for times in took.values())
    assert there < 10 * nowhere
    assert nowhere < 10 * there
