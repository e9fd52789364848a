"""Dossiers at random through the real services, on a real register: anybody tries anything, days go by, and after every step
what the design calls invariants holds (`tests/invariants.py`). What is refused leaves no trace, and nothing but a refusal
ever comes back.

A longer walk: WEERKLANK_TEST_WALKS=200 WEERKLANK_TEST_STEPS=60 pytest tests/services/test_invariants.py
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from commands.nightly import NIGHTLY
from db import models as m
from domain.errors import Refused
from domain.vocabulary import Channel
from services import complaints, door, dossier, escalation
from services.complaints import HandOver, Intake, Named
from tests.acts import ACTS, NAMES, Act, natural
from tests.cases import COMPLAINANT
from tests.conftest import PROFILES, Cast, at
from tests.invariants import Watch, all_rows

WALKS = int(os.environ.get("WEERKLANK_TEST_WALKS", "3"))
STEPS = int(os.environ.get("WEERKLANK_TEST_STEPS", "20"))
BEGIN = date(2026, 3, 2)  # a Monday; Easter, two decree days and the summer lie ahead
FIRST_LINE = ("cora", "cora", "cora", "dora", "dora", "hans", "hans", "hilde", "mia", "piet", "tom", "vera", "adam")

# Coming in: what is filled in besides the ordinary. For either profile, or for one.
INTAKES: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"kind": "question"},
    {"immediate_actions": "Jas gevonden.", "no_immediate_action": False, "already_resolved": True},
    {"immediate_actions": "Gebeld.", "no_immediate_action": False},
    {"complainant_type": "anonymous", "complainant_name": None, "complainant_contact": None},
    {"complainant_name": None, "complainant_contact": None},
    {"no_immediate_action": False},  # I2: neither an action nor "none" is refused
)
PLACES: dict[str, tuple[dict[str, Any], ...]] = {
    "training": (
        {"unit_id": "noord", "category": "Organisatie en locatie"},
        {"unit_id": "zuid", "category": "Organisatie en locatie", "procedure": "TRAINING"},
        {"unit_id": None, "category": "Organisatie en locatie", "procedure": "GDPR"},
    ),
    "kinderopvang-welzijn": (
        {"unit_id": "noord", "category": "Vervoer en ophalen", "red_flag": False},
        {"unit_id": "noord", "category": "Vermoeden mishandeling of zeden", "red_flag": True},
        {"unit_id": "wijk", "category": "Bejegening"},
        {"unit_id": "wijk", "category": "Bejegening", "procedure": "AWB"},
        {"unit_id": "wijk", "category": "Bejegening", "procedure": "WKKGZ"},
        {"unit_id": "wijk", "category": "Bejegening", "procedure": "JEUGDWET"},
        {"unit_id": "wijk", "category": "Bejegening", "procedure": "WKO", "red_flag": False},
    ),
}  # fmt: skip

DAYS_BACK = st.sampled_from((0, 0, 0, 0, 1, 2, 6, 20, -1))


class Register(RuleBasedStateMachine):
    """One register from its first day; `start` gives it its people, its profile and an empty copy of the database."""

    start: Callable[[], tuple[Cast, str]]
    dossiers = Bundle("dossiers")

    def __init__(self) -> None:
        super().__init__()
        self.cast, self.profile = type(self).start()
        self.today = BEGIN
        self.watch = Watch(self.cast)
        self.registered, self.handed_over = 0, False
        self._wake()

    def _wake(self) -> None:
        at(door.engine(), self.cast, self.today)

    def _try(self, what: str, act: Callable[[], object]) -> object:
        """What it answers; None when it was refused, and then nothing changed."""
        before, why = all_rows(), ""
        answer: object = None
        try:
            with door.clock_at(self.today):
                answer = act()
        except Refused as refused:
            why = refused.code
        event(f"{what} {'refused' if why else 'done'}", why)
        assert not why or all_rows() == before, f"{what} was refused ({why}) and left something behind"
        return None if why else answer or True

    def _registered(self, who: str, number: int, place: int, back: int, about: str | None) -> str | None:
        fields: dict[str, Any] = {
            "received_on": self.today - timedelta(days=back),
            "channel": Channel.EMAIL if number % 2 else Channel.PHONE,
            "subject_type": "service",
            "title": "Niemand was op tijd",
            "description": "Wij stonden een kwartier te wachten en niemand belde.",
            "complainant_type": COMPLAINANT[self.profile],
            "complainant_name": "Karel de Vries",
            "complainant_contact": "karel@voorbeeld.invalid",
            "no_immediate_action": True,
        }
        places = PLACES[self.profile]
        fields |= places[place % len(places)] | INTAKES[number % len(INTAKES)]
        if fields["unit_id"]:
            fields["unit_id"] = self.cast.units[fields["unit_id"]]
        if about:
            fields["respondents"] = (Named(account_id=self.cast[about]),)
        made = self._try("register", lambda: complaints.register(self.cast.actor(who), str(uuid4()), Intake(**fields)))
        assert fields["no_immediate_action"] or fields.get("immediate_actions") or made is None  # I2
        if made is None:
            return None
        self.watch.registered += 1
        self.registered += 1
        return made.reference  # type: ignore[attr-defined]

    @initialize(
        target=dossiers, number=st.integers(0, 6), place=st.integers(0, 6), steps=st.integers(0, 12), n=st.integers(0, 40)
    )
    def opens(self, number: int, place: int, steps: int, n: int) -> Any:
        reference = self._registered("cora", number, place, n % 9, None)
        if reference is None:
            return multiple()
        self._onward(reference, steps, n)
        return reference

    @rule(
        target=dossiers,
        who=st.sampled_from(("tom", "rosa", "cora", "dora", "hans")),
        number=st.integers(0, 7),
        place=st.integers(0, 6),
        back=st.sampled_from((0, 0, 1, 8, 60)),
        about=st.sampled_from((None, None, None, *NAMES)),
    )
    def register(self, who: str, number: int, place: int, back: int, about: str | None) -> Any:
        if self.registered > 2:
            return multiple()
        return self._registered(who, number, place, back, about) or multiple()

    @rule(who=st.sampled_from(("tom", "cora", "vera", "wim")), unwanted=st.booleans())
    def hand_over(self, who: str, unwanted: bool) -> None:
        if self.handed_over:
            return
        matter = HandOver(
            compartment="unwanted_behaviour" if unwanted else "whistleblower",
            received_on=self.today,
            channel=Channel.PHONE,
            text="Vertelt over wat er gebeurde.",
            category="Ongewenst gedrag" if unwanted else "Misstand (klokkenluider)",
        )
        if self._try("hand over", lambda: complaints.hand_over(self.cast.actor(who), str(uuid4()), matter)):
            self.watch.registered += 1
            self.handed_over = True

    def _act(self, reference: str, name: str, who: str, back: int, n: int) -> bool:
        act = Act(self.cast, self.profile, reference, self.today, who, back, n)
        return bool(self._try(name, getattr(act, name)))

    @rule(reference=dossiers, steps=st.integers(1, 6), n=st.integers(0, 40))
    def onward(self, reference: str, steps: int, n: int) -> None:
        """As it goes most of the time: somebody takes the next step."""
        self._onward(reference, steps, n)

    def _onward(self, reference: str, steps: int, n: int) -> None:
        for number in range(n, n + steps):
            with Session(door.engine()) as session:
                complaint = session.scalars(select(m.Complaint).where(m.Complaint.reference == reference)).one()
            tries = ((name, who) for name in natural(complaint, number) for who in ("cora", "dora", "hans"))
            if not any(self._act(reference, name, who, 0, number) for name, who in tries):
                return

    @rule(reference=dossiers, who=st.sampled_from(FIRST_LINE), back=DAYS_BACK, n=st.integers(0, 40))
    def offered(self, reference: str, who: str, back: int, n: int) -> None:
        """Something that the screen offers to this person."""
        with door.clock_at(self.today):
            try:
                possible = [each.name for each in dossier.steps(self.cast.actor(who), reference) if each.possible]
            except Refused:
                return
        known = sorted({str(each) for each in possible} & set(ACTS))
        if known:
            self._act(reference, known[n % len(known)], who, back, n)

    @rule(
        reference=dossiers,
        name=st.sampled_from(ACTS),
        who=st.sampled_from(FIRST_LINE),
        back=DAYS_BACK,
        n=st.integers(0, 40),
    )
    def anything(self, reference: str, name: str, who: str, back: int, n: int) -> None:
        self._act(reference, name, who, back, n)

    @rule(days=st.sampled_from((1, 1, 2, 5, 9, 30, 60)))
    def days_go_by(self, days: int) -> None:
        self.today += timedelta(days=days)
        self._wake()

    @rule()
    def night(self) -> None:
        with door.clock_at(self.today):
            ran, again = escalation.run(NIGHTLY), escalation.run(NIGHTLY)
        assert ran.failed == again.failed == ()
        assert (again.climbed, again.nobody) == (0, 0)

    @invariant()
    def everything_holds(self) -> None:
        self.watch.look(self.today, all_rows())


@pytest.mark.parametrize("profile", PROFILES)
def test_whatever_happens_the_invariants_hold(
    cast: Cast, profile: str, templates: dict[str, tuple[str, Cast]], monkeypatch: pytest.MonkeyPatch
) -> None:
    if door.engine().dialect.name != "sqlite":
        pytest.skip("one register after another: a copy of a file")

    def start() -> tuple[Cast, str]:
        door.engine().dispose()
        shutil.copy(templates[profile][0], str(door.engine().url.database))
        return cast, profile

    monkeypatch.setattr(Register, "start", start, raising=False)
    run_state_machine_as_test(
        Register,
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            derandomize=not os.environ.get("WEERKLANK_TEST_RANDOM"),
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
