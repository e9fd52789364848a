"""P2: whatever is looked for, a reader finds exactly what opening every dossier would have shown, and nothing tells of more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from db import search as index
from domain.errors import Refused
from services import appeal_files, dossier, search
from tests.attacks import canaries
from tests.attacks.canaries import CANARY, Scope
from tests.conftest import CAST, Cast
from tests.figures import Figures, so_many
from tests.fill import make_complaint, make_party

READERS = [name for name in CAST if name != "adam"]
SEARCHED = {f"{place.table}.{column}" for place in index.PLACES.values() for column in (*place.columns, *place.within)}


@pytest.fixture
def scope(engine: Engine, cast: Cast) -> Scope:
    canaries.fill(cast)
    canaries.plant(engine)
    return Scope.of(engine, cast)


def opened(cast: Cast, who: str, reference: str) -> str:
    """Everything that the screens of this dossier tell this person."""
    said = []
    for read in (dossier.read, appeal_files.read):
        try:
            said.append(repr(read(cast.actor(who), reference)))
        except Refused:
            continue
    return " ".join(said)


def planted(scope: Scope) -> dict[str, tuple[str, int]]:
    """Every canary: its column and its dossier."""
    return {
        match.group(0): (f"{match[1]}.{match[2]}", int(match[3]))
        for rows in scope.tables.values()
        for row in rows.values()
        for match in CANARY.finditer(repr(row))
    }


def test_one_finds_exactly_what_one_can_read(cast: Cast, scope: Scope, figures: Figures) -> None:
    references = scope.references()
    of = {number: reference for reference, number in references.items()}
    there = sorted((word, where) for word, where in planted(scope).items() if where[0] in SEARCHED)
    wrong, asked, seen, part = [], 0, 0, so_many(1, 25)
    for place, who in enumerate(READERS):
        shown = {number: opened(cast, who, reference) for reference, number in references.items()}
        for word, (column, home) in there[place % part :: part]:
            found = {row.reference for row in search.find(cast.actor(who), f'"{word}"').rows}
            readable = {of[each] for each, said in shown.items() if word in said}
            asked, seen = asked + 1, seen + len(found)
            wrong += [f"{who}, {column} of {of[home]}: {found} and not {readable}"] if found != readable else []
    assert wrong[:20] == []
    assert asked > 60
    assert seen > asked / 20, "a search that finds nothing would agree with many"
    figures.equal("P2", "searches that found more or less than opening everything", len(wrong), 0)


def test_a_word_of_every_place_can_be_found_by_somebody(cast: Cast, scope: Scope) -> None:
    """Else the test above compares nothing with nothing."""
    for source, place in index.PLACES.items():
        asked = [f'"kanarie {place.table} {column}"'.replace("_", " ") for column in (*place.columns, *place.within)]
        found = {row.source for who in ("cora", "vera") for each in asked for row in search.find(cast.actor(who), each).rows}
        assert source in found, source


def test_nothing_tells_of_a_dossier_that_is_hidden(cast: Cast, scope: Scope) -> None:
    """Where every dossier that has the word is hidden, the answer is that of a word that nowhere stands."""
    nothing = search.find(cast.actor("tom"), '"bestaat nergens"')
    homes = {number for number in scope.references().values() if not scope.listed("tom", number)}
    hidden = [word for word, (_, home) in sorted(planted(scope).items()) if home in homes]

    assert len(hidden) > 10
    assert all(search.find(cast.actor("tom"), f'"{word}"') == nothing for word in hidden[::29])


def test_no_part_of_an_answer_is_somebody_elses(cast: Cast, scope: Scope) -> None:
    """Titles, fragments and dates too, with words that stand everywhere."""
    leaked = []
    for who in READERS:
        for question in ("kanarie", "kanarie*", "K26* -gebeld"):
            first = search.find(cast.actor(who), question)
            pages = [first, *(search.find(cast.actor(who), question, page) for page in range(2, first.pages + 1))]
            assert sum(len(each.rows) for each in pages) == first.total
            leaked += [f"{who}, {question}: {each}" for page in pages for each in scope.leaks(who, repr(page))]
    assert leaked == []


FRUIT = ("qappelz", "qperez", "qkersz", "qdruifz", "qvijgz")
SOME = st.lists(st.sampled_from(FRUIT), max_size=3).map(" ".join)
DOSSIERS = st.lists(
    st.fixed_dictionaries(
        {
            "title": SOME,
            "description": SOME,
            "remedy_requested": SOME,
            "unit": st.sampled_from(("noord", "zuid")),
            "reporter": st.sampled_from(("tom", "rosa")),
            "handler": st.sampled_from(("hans", "hilde", None)),
            "about": st.sampled_from(("hans", "mia", "tom", "cora", None)),
            "named": SOME,
            "red_flag": st.booleans(),
        }
    ),
    min_size=1,
    max_size=3,
)
QUESTION = st.tuples(st.lists(st.sampled_from(FRUIT), min_size=1, max_size=2), st.lists(st.sampled_from(FRUIT), max_size=1))


@settings(max_examples=so_many(200, 6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dossiers=DOSSIERS, question=QUESTION, common=st.sampled_from((1, 5_000)))
def test_drawn_registers_answer_as_reading_them_would(
    engine: Engine, cast: Cast, dossiers: list[dict[str, Any]], question: tuple[list[str], list[str]], common: int
) -> None:
    """Words that all have to stand there, one that may not, whichever way through the register is taken."""
    with Session(engine) as session, session.begin():
        for each in dossiers:
            drawn(session, cast, each)
    with Session(engine) as session:
        references = list(session.scalars(select(m.Complaint.reference)))
    wanted, without = question
    typed = " ".join((*wanted, *(f"-{each}" for each in without)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "COMMON", common)
        for who in ("cora", "hans", "mia", "tom", "piet"):
            texts = {reference: opened(cast, who, reference) for reference in references}
            found = {row.reference for row in search.find(cast.actor(who), typed).rows}
            assert found == {
                reference
                for reference, said in texts.items()
                if all(each in said for each in wanted) and not any(each in said for each in without)
            }, (who, typed)


def drawn(session: Session, cast: Cast, one: dict[str, Any]) -> None:
    texts = {name: one[name] for name in ("title", "description", "remedy_requested", "red_flag")}
    people = {"reporter_id": cast[one["reporter"]], "handler_id": cast[one["handler"]] if one["handler"] else None}
    complaint = make_complaint(session, cast, unit_id=cast.units[one["unit"]], **texts, **people)
    if one["about"]:
        make_party(session, complaint, cast[one["about"]])
    if one["named"]:
        named = {"relation": "involved", "name": one["named"], "excluded": False}
        session.add(m.Party(complaint_id=complaint.id, added_at=complaint.registered_at, **named))
