"""Every indicator (domain.md 5.8, N1 to N26) on registers that Hypothesis draws: against the oracle, summed, and without
what the reader may not see."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from db import models as m
from db.settings import write_settings
from domain.indicators import BY_KEY, Kept
from domain.promises import PromiseState, state
from services import door, overview
from services.overview import Overview
from tests.conftest import CAST, PROFILES, TODAY, Cast
from tests.services import overview_oracle_besides as besides
from tests.services.overview_oracle import Dossier, Oracle, key
from tests.services.random_registers import READERS, Drawn, Written, confirmations, day, registers, written
from tests.services.registers import READS_FILES
from tests.services.test_overview import agrees_in_total, tables_agree

EXAMPLES = 100  # for each of both profiles: 200 registers, half a minute of CPU time together
often = settings(
    derandomize=not os.environ.get("WEERKLANK_TEST_RANDOM"),
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def clean(engine: Engine, cast: Cast, tmp_path: Path) -> Callable[[], None]:
    """Everybody signed in and nothing registered: many rows are never deleted (db/append_only.py), a copy is as fast."""
    if engine.dialect.name != "sqlite":
        pytest.skip("one register after another: a copy of a file")
    kept, register = tmp_path / "nothing.db", str(engine.url.database)
    engine.dispose()
    shutil.copy(register, kept)

    def again() -> None:
        door.engine().dispose()
        shutil.copy(kept, register)

    return again


def laid(clean: Callable[[], None], cast: Cast, drawn: Drawn, left_out: str = "") -> Written:
    clean()
    made = written(drawn, cast, left_out)
    with Session(door.engine()) as session, session.begin():
        made.save(session)
        rows = list(confirmations(drawn, cast, version_id=1))
        if rows:
            session.execute(insert(m.ProcedureConfirmed), rows)
        numbers = {2026 - back: number for back, number in enumerate(drawn.reference) if number}
        write_settings(session, {"reference_numbers": numbers})
    return made


@pytest.mark.parametrize("profile", PROFILES)
def test_every_indicator_is_what_its_oracle_says(clean: Callable[[], None], cast: Cast, profile: str) -> None:
    @often
    @given(registers, st.sampled_from(READERS))
    def tried(drawn: Drawn, blind: str) -> None:
        made = laid(clean, cast, drawn)
        shown = {who: overview.year(cast.actor(who), drawn.year) for who in READERS}
        for who in READERS:
            is_right(made, who, shown[who])
            agrees_in_total(shown[who])

        laid(clean, cast, drawn, left_out=blind)

        assert vars_of(overview.year(cast.actor(blind), drawn.year)) == vars_of(shown[blind]), blind

    tried()


def vars_of(shown: Overview) -> dict[str, Any]:
    return {name: value for name, value in vars(shown).items() if name != "made_at"}


def is_right(made: Written, who: str, shown: Overview) -> None:
    seen, year = made.seen_by(who), shown.year  # a reader is offered the years of what they see
    now, before = (Oracle(seen, date(each, 1, 1), date(each, 12, 31), TODAY) for each in (year, year - 1))

    for figures, oracle in ((shown.now, now), (shown.before, before)):
        expected = oracle.indicators(READS_FILES[who])
        expected["per_hundred"] = besides.per_hundred(made, oracle, who)  # N3
        expected["confirmed_share"] = besides.forms(made, oracle, who)  # N5
        assert {name: each.of(figures) for name, each in BY_KEY.items()} == expected, who
    assert [each.share for each in shown.running] == now.running()
    tables_are_right(made, who, shown, now, before)
    standing = shown.standing
    assert (standing.open, standing.late, standing.oldest_received_on) == besides.standing(now)  # N15
    for satisfaction, oracle in zip(shown.satisfied, (now, before), strict=True):  # N24
        found = (satisfaction.invited, satisfaction.answered, satisfaction.process, satisfaction.outcome)
        assert found == besides.satisfied(made, oracle)
    summed = shown.reviewed and (shown.reviewed.on, shown.reviewed.total, shown.reviewed.extra, shown.reviewed.open)
    assert summed == besides.reviewed(made, seen, who, lambda place: day(10 - place))  # N25
    assert (shown.confirmed.confirmed, shown.confirmed.active) == (len(made.drawn.confirmed), len(CAST))  # N26
    assert {(each.category, each.unit_id): each.number for each in shown.signals.repeats} == besides.repeats(now)  # N23
    assert {each.unit_id: (each.now, each.before) for each in shown.signals.moved} == besides.moved(now)


def tables_are_right(made: Written, who: str, shown: Overview, now: Oracle, before: Oracle) -> None:
    """N2, N14, N16, N21, and what became of each promise."""
    units = {made.cast.units[name]: label for name, label in (("noord", "Locatie Noord"), ("zuid", "Locatie Zuid"))}
    tables_agree(shown, now, before, units)
    assert [each.now for each in shown.leads] == besides.leads(now)
    assert [each.before for each in shown.leads] == besides.leads(before)
    for promise in shown.promises:
        assert (promise.now, promise.before) == (kept_of(now, promise.key), kept_of(before, promise.key)), promise.key
    types = {row["complaint_id"]: row["type"] for row in made.tables[m.Complainant]}
    of_files: tuple[tuple[Any, Callable[[Dossier], Any]], ...] = (
        (shown.files.complainants, lambda each: [types.get(each.complaint.id)]),
        (shown.files.bodies, lambda each: [r.body for r in each.referrals]),
        (shown.files.results, lambda each: [r.result for r in each.referrals if r.result]),
    )
    for rows, values in of_files:
        both = (besides.table(now, values), besides.table(before, values)) if READS_FILES[who] else (Counter(), Counter())
        assert {each.key: (each.now, each.before) for each in rows} == {
            each: (both[0][each], both[1][each]) for each in both[0].keys() | both[1].keys()
        }


def kept_of(oracle: Oracle, name: str) -> Kept:
    found = Counter(
        state(promise, oracle.today)
        for each in oracle.here
        for promise in each.promises
        if not promise.informative and key(promise) == name
    )
    del found[PromiseState.CANCELLED]
    return Kept(**{each.value: number for each, number in found.items()})
