"""P2: a canary in every text of every dossier; whatever a service answers to whomever, no canary that is not for them."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from itertools import product
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.evaluations import State
from domain.rights import READ_RIGHTS, Right
from domain.vocabulary import LetterType
from services import hearing, letters
from services.board import BoardFilter
from services.list_exports import Retained
from services.measures import MeasureFilter
from tests.attacks import canaries
from tests.attacks.canaries import CODED, TABLES, Scope, words_in
from tests.cases import Case
from tests.conftest import CAST, TODAY, Cast
from tests.dossiers import appeal_version
from tests.figures import Figures, so_many
from tests.services.test_guarded import SERVICES, arguments

# The sheets of a letter are made from what it says; the file with letters on them says the same, in glyphs.
NOT_READ = {"services.letters.as_pdf", "services.letters.preview_pdf", "services.links.begin", "services.links.set_password"}


@pytest.fixture
def planted(engine: Engine, cast: Cast) -> tuple[Scope, int]:
    canaries.fill(cast)
    many = canaries.plant(engine)
    return Scope.of(engine, cast), many


def readers() -> dict[str, Callable[..., Any]]:
    """The services that only look: the first right that they ask for is one to read."""
    found = {}
    for name, function in sorted(SERVICES.items()):
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        asked = [each for each in ast.walk(tree) if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "work"]
        first = getattr(asked[0].args[1], "attr", "") if asked and len(asked[0].args) > 1 else ""
        if name not in NOT_READ and (first in {each.name for each in READ_RIGHTS} or name.startswith("services.letters.")):
            found[name] = function
    return found


def values(engine: Engine, scope: Scope) -> dict[str, list[Any]]:
    """What a service can be asked, by the name of the parameter."""
    with Session(engine) as session:
        return {
            "reference": list(scope.references()),
            "token": list(session.scalars(select(m.Attachment.token))),
            "message_id": list(session.scalars(select(m.Message.id))),
            "review_id": list(session.scalars(select(m.Review.id))),
            "promise_id": list(session.scalars(select(m.Promise.id))),
            "letter_type": list(LetterType),
            "figure": ["received", "standing.open"],
            "wanted": [MeasureFilter(show="all")],
            "which": list(Retained),
            "state": list(State),
            "page": [1, "intake"],
            "question": ["kanarie", "kanarie*", "K26*"],
            "filters": [
                BoardFilter(status="all"),
                *(BoardFilter(text=text, status="all") for text in ("KANARIE", "K26-", "party.name")),
                *(BoardFilter(flag=flag) for flag in ("late", "unowned")),
            ],
        }


def calls(function: Callable[..., Any], possible: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    given = arguments(function)
    named = [name for name in inspect.signature(function).parameters if name in possible]
    for chosen in product(*(possible[name] for name in named)):
        yield given | dict(zip(named, chosen, strict=True))


def tried(name: str, everything: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Everybody, with everything or with a sample of it."""
    many = min(len(everything), so_many(10**9, 4))
    return [(who, given) for who in CAST for given in Random(f"{name} {who}").sample(everything, many)]


def test_every_text_column_has_a_canary(planted: tuple[Scope, int]) -> None:
    """A new one gets it by itself; one that is only a code is written down in CODED. Nobody may see all of them."""
    scope, many = planted
    assert many > 150
    bare = []
    for name, column in canaries.worded():
        rows = scope.rows(name)
        if not rows or any("KANARIE" not in str(row[column.name]) for row in rows if row[column.name] is not None):
            bare.append(f"{name}.{column.name}")
    assert bare == []
    seen = {who: sum(scope.listed(who, number) for number in scope.tables["complaint"]) for who in CAST}
    assert seen["adam"] == seen["suze"] == 0
    assert 0 < seen["tom"] < seen["cora"] < len(scope.tables["complaint"])
    assert {"vera", "wim"} <= {who for who, many in seen.items() if many}


def test_what_is_said_to_be_a_code_exists() -> None:
    for name, columns in CODED.items():
        assert set(columns.split()) <= set(TABLES[name].__table__.columns.keys()), name


def test_no_service_tells_anybody_what_is_not_theirs(
    engine: Engine, cast: Cast, planted: tuple[Scope, int], figures: Figures
) -> None:
    scope, _ = planted
    possible, leaked, answers, seen = values(engine, scope), [], 0, set[str]()
    for name, function in readers().items():
        everything = list(calls(function, possible))
        for who, given in tried(name, everything):
            try:
                said = words_in(function(cast.actor(who), **given))
            except (Refused, TypeError, ValueError) as refusal:
                said = str(refusal)
            answers += 1
            seen |= {match.group(0) for match in canaries.CANARY.finditer(said)}
            leaked += [f"{who}: {name}({given}): {each}" for each in scope.leaks(who, said)]
    assert len(seen) > 100, "the search finds canaries where they are allowed"
    assert leaked[:20] == []
    figures.equal("P2", "canaries out of scope in what services answer", len(leaked), 0)
    figures.at_least("P2", "answers of services searched", answers, so_many(10_000, 1_500))


def test_the_readers_are_found() -> None:
    found = readers()
    assert {"services.dossier.read", "services.board.page", "services.exports.year", "services.letters.as_docx"} <= set(found)
    assert "services.complaints.register" not in found
    assert Right.READ in READ_RIGHTS


def test_a_ruling_that_was_not_told_is_in_no_letter_of_the_first_line(cast: Cast) -> None:
    """Nor for a reviewer who does not hear it any more."""
    case = Case.registered("training", cast).in_appeal()
    version = appeal_version(case.reference)
    hearing.rule(cast.actor("vera"), case.reference, version, "revised", "De meting klopt niet.", "Excuses.", TODAY, True)

    for kind in (LetterType.APPEAL_RULING, LetterType.APPEAL_RULING_NOTICE):
        hers = letters.compose(cast.actor("vera"), case.reference, kind)
        assert "De meting klopt niet." in hers.body
        for who in ("hans", "cora", "dora", "mia"):
            said = repr(letters.compose(cast.actor(who), case.reference, kind))
            assert "De meting" not in said
            assert "Excuses" not in said
