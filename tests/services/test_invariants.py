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
from domain.vocabulary import (
    Channel,
    CloseReason,
    ExternalStage,
    LetterType,
    Outcome,
    PauseReason,
    Relation,
    Ruling,
    Status,
)
from services import appeals, clocks, complaints, door, dossier, escalation, following, hearing, letters, steps
from services.complaints import HandOver, Intake, Named
from services.letters import Outgoing
from services.steps import MeasureInput
from tests.cases import BODY, COMPLAINANT
from tests.conftest import PROFILES, Cast, at
from tests.invariants import Watch, all_rows

WALKS = int(os.environ.get("WEERKLANK_TEST_WALKS", "4"))
STEPS = int(os.environ.get("WEERKLANK_TEST_STEPS", "25"))
BEGIN = date(2026, 3, 2)  # a Monday; Easter, two decree days and the summer lie ahead
FIRST_LINE = ("cora", "cora", "cora", "dora", "dora", "hans", "hans", "hilde", "mia", "piet", "tom", "vera", "adam")
NAMES = ("hans", "hilde", "cora", "mia", "dora", "piet", "vera", "suze", "tom")

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


def natural(complaint: m.Complaint, n: int) -> tuple[str, ...]:
    """What would follow for a dossier like this; the first that is not refused."""
    onward = {
        Status.REGISTERED: _at_first(complaint),
        Status.ACKNOWLEDGED: (("assign", "extend", "pause", "assign")[n % 4], "assign"),
        Status.IN_PROGRESS: (("decide", "extend", "pause", "decide")[n % 4], "decide", "acknowledge", "resume"),
        Status.DECIDED: ("answer", "close"),
        Status.ANSWERED: (("close", "lodge_appeal", "measure_done")[n % 3], "close"),
        Status.IN_APPEAL: (("send_ruling", "extend_ruling", "send_ruling", "hear")[n % 4], "rule_appeal", "reassign"),
        Status.CLOSED: (("reopen", "lodge_appeal")[n % 2],),
    }
    return onward.get(Status(complaint.status), ("close",))


def _at_first(complaint: m.Complaint) -> tuple[str, ...]:
    if complaint.kind == "question":
        return ("convert",)
    if complaint.red_flag and complaint.expert_consulted_on is None:
        return ("expert_consulted",)
    if complaint.ack_owner_id is None:
        return ("consult", "acknowledge", "acknowledge_impossible", "assign")
    return ("acknowledge", "acknowledge_impossible", "assign")


class Act:
    """One thing that one person does in one dossier, on a real day `back` days ago; `n` chooses among whatever there is."""

    def __init__(self, cast: Cast, profile: str, reference: str, today: date, who: str, back: int, n: int) -> None:
        self.cast, self.profile, self.reference, self.today = cast, profile, reference, today
        self.actor, self.on, self.n = cast.actor(who), today - timedelta(days=back), n

    def rows(self, model: Any) -> list[Any]:
        with Session(door.engine()) as session:
            query = select(model).join(m.Complaint).where(m.Complaint.reference == self.reference).order_by(model.id)
            return list(session.scalars(query))

    @property
    def complaint(self) -> m.Complaint:
        with Session(door.engine()) as session:
            return session.scalars(select(m.Complaint).where(m.Complaint.reference == self.reference)).one()

    @property
    def seen(self) -> int:
        return self.complaint.version

    def one(self, options: Any) -> Any:
        among = list(options)
        return among[self.n % len(among)] if among else None

    def ahead(self, least: int = 0) -> date:
        return self.on + timedelta(days=least + self.n)

    def letter(self, kind: LetterType, **extra: Any) -> Outgoing:
        composed = letters.compose(self.actor, self.reference, kind, sent_on=self.on, **extra)
        return Outgoing(str(uuid4()), kind, composed.subject, composed.body, Channel.EMAIL, self.on, extra)

    # The first line

    def convert(self) -> None:
        complaints.convert_question(self.actor, self.reference, self.seen, self.on)

    def consult(self) -> None:
        taking_part = (self.cast[self.one(("piet", "petra", "mia"))],)
        owner = self.cast[self.one(("cora", "cora", "hans", "dora"))]
        steps.consult(self.actor, self.reference, self.seen, self.on, taking_part, "Vandaag bevestigen.", owner)

    def expert_consulted(self) -> None:
        steps.expert_consulted(self.actor, self.reference, self.on, "Met de deskundige gesproken.")

    def acknowledge(self) -> None:
        kind = self.one((LetterType.ACK_PROMISE, LetterType.ACK_ACTION))
        said = {"action": "Wij hebben gebeld."} if kind is LetterType.ACK_ACTION else {}
        steps.acknowledge(self.actor, self.reference, self.seen, self.letter(kind, **said))

    def acknowledge_impossible(self) -> None:
        steps.acknowledge_impossible(self.actor, self.reference, self.seen, "Alleen een voornaam bekend.")

    def assign(self) -> None:
        steps.assign(
            self.actor,
            self.reference,
            self.seen,
            self.cast[self.one(("hans", "hilde", "cora", "dora", "hans", "hilde", "cora", "tom"))],
        )

    def log(self) -> None:
        kinds = ("contact", "conversation", "mediation", "informed", "note", "message_received")
        steps.log(self.actor, self.reference, self.one(kinds), self.on, "Gebeld en doorgevraagd.")

    def progress(self) -> None:
        said = {"progress": "Wij spraken de chauffeur.", "next_step": "Een besluit."}
        steps.progress(self.actor, self.reference, self.letter(LetterType.PROGRESS, **said))

    def climb(self) -> None:
        steps.climb(self.actor, self.reference, self.one(("manager", "coordinator", "outside")), self.on, "Niet opgelost.")

    def extend(self) -> None:
        until, why = self.ahead(5), "Wij wachten op een rapport."
        letter = self.letter(LetterType.EXTENSION, new_date=until, reason=why)
        told = dict.fromkeys(("respondent", "provider", "committee"), self.on)
        steps.extend(self.actor, self.reference, self.seen, letter, until, why, told)

    def withdraw_extension(self) -> None:
        clocks.withdraw_extension(self.actor, self.reference, self.seen, self.on, "Het rapport is er al.")

    def consent(self) -> None:
        clocks.consent(self.actor, self.reference, self.seen, self.on, Channel.EMAIL, "De klager stemt in.")

    def pause(self) -> None:
        until = self.ahead() if self.n % 3 else None
        clocks.pause(self.actor, self.reference, self.seen, self.one(PauseReason), self.on, until, "Wij wachten op foto's.")

    def resume(self) -> None:
        clocks.resume(self.actor, self.reference, self.seen, self.on)

    def correct_receipt(self) -> None:
        clocks.correct_receipt(
            self.actor, self.reference, self.seen, self.complaint.received_on + timedelta(self.n % 7 - 4), "Mail."
        )

    def change_procedure(self) -> None:
        procedure = self.one(("AWB", "WKO", "HOUSE_WEEK", "JEUGDWET", "TRAINING", "WKKGZ"))
        clocks.change_procedure(self.actor, self.reference, self.seen, procedure, self.n % 2 == 1, "Het is een andere taak.")

    def respond(self) -> None:
        steps.answer(self.actor, self.reference, self.seen, self.letter(LetterType.RESPONSE, answer="Wij pasten het aan."))

    def resolve(self) -> None:
        letter = self.letter(LetterType.ACK_ACTION, action="De jas is gevonden.")
        steps.answer(self.actor, self.reference, self.seen, letter, resolved=True, agreed=True)

    def decide(self) -> None:
        taken = tuple(MeasureInput(f"Maatregel {n}", self.cast["cora"], self.ahead(n)) for n in range(self.n % 3))
        outcome = self.one(Outcome)
        steps.decide(self.actor, self.reference, self.seen, self.on, outcome, "Het klopte niet.", taken, no_measures=not taken)

    def answer(self) -> None:
        steps.answer(self.actor, self.reference, self.seen, self.letter(LetterType.DECISION))

    def measure_done(self) -> None:
        measure = self.one(self.rows(m.Measure))
        steps.measure_done(self.actor, self.reference, measure.id if measure else 0, self.on, "Gedaan.")

    def move_measure(self) -> None:
        measure, until, why = self.one(self.rows(m.Measure)), self.ahead(1), "De leverancier heeft meer tijd nodig."
        says = following.new_date_says(measure.text if measure else "", until, why)
        letter = self.letter(LetterType.PROGRESS, **says)
        following.move_measure(self.actor, self.reference, self.seen, measure.id if measure else 0, until, why, letter)

    def consequences(self) -> None:
        following.consequences(self.actor, self.reference, self.seen, self.on, "De excuses zijn gemaakt.")

    def position(self) -> None:
        following.position(
            self.actor, self.reference, self.seen, self.letter(LetterType.RESPONSE, answer="Wij nemen het over.")
        )

    def refer(self) -> None:
        stage = self.one(ExternalStage)
        result = "not_upheld" if stage is ExternalStage.RULED else None
        where = BODY[self.profile]
        steps.refer(
            self.actor, self.reference, str(uuid4()), body=where, stage=stage, submitted_on=self.on, result=result
        )  # fmt: skip

    def withdraw(self) -> None:
        letter = self.letter(LetterType.WITHDRAWAL, withdrawn_on=self.on) if self.n % 2 else None
        steps.withdraw(self.actor, self.reference, self.seen, self.on, Channel.PHONE, letter)

    def not_handled(self) -> None:
        said = {"ground": "not_ours", "reasons": "Dit gaat over een andere organisatie."}
        letter = self.letter(LetterType.NOT_HANDLED, **said) if self.n % 2 else None
        steps.not_handled(self.actor, self.reference, self.seen, said["ground"], said["reasons"], letter)

    def close(self) -> None:
        fitting = {Status.WITHDRAWN: CloseReason.WITHDRAWN, Status.NOT_HANDLED: CloseReason.NOT_HANDLED}
        fits = fitting.get(Status(self.complaint.status), CloseReason.ACCEPTED)
        reason = self.one((fits, fits, fits, *CloseReason))
        steps.close(self.actor, self.reference, self.seen, reason, self.on)

    def reopen(self) -> None:
        steps.reopen(self.actor, self.reference, self.seen, "Er is nieuwe informatie.", self.on)

    # People, and what was written down

    def add_party(self) -> None:
        named = Named(account_id=self.cast[self.one(NAMES)])
        complaints.add_party(self.actor, self.reference, self.one(Relation), named)

    def remove_party(self) -> None:
        party = self.one(self.rows(m.Party))
        steps.remove_party(self.actor, self.reference, self.seen, party.id if party else 0, "Verkeerde naam aangeklikt.")

    def name_complainant(self) -> None:
        kind = COMPLAINANT[self.profile]
        complaints.name_complainant(self.actor, self.reference, self.seen, kind, "Femke Stolwijk", "femke@voorbeeld.invalid")

    def correct(self) -> None:
        fields = ("title", "description", "category", "subcategory", "unit_id", "channel")
        stands = {name: getattr(self.complaint, name) for name in fields} | {"title": f"Niemand was er, {self.n}"}
        steps.correct(self.actor, self.reference, self.seen, "Verkeerd verstaan.", steps.Corrected(**stands))

    def raise_red_flag(self) -> None:
        steps.raise_red_flag(self.actor, self.reference, self.seen, self.on, "De moeder vertelde meer.")

    # In appeal

    def lodge_appeal(self) -> None:
        late = "Was in het buitenland." if self.n % 2 else None
        appeals.lodge(self.actor, str(uuid4()), self.reference, None, self.on, Channel.EMAIL, "Het klopt niet.", late)

    def reassign(self) -> None:
        appeals.reassign(self.actor, self.reference)

    @property
    def appeal(self) -> int:
        """The version of the newest; who hears it acts, where somebody does."""
        found = self.rows(m.Appeal)
        if not found:
            return 0
        heard_by = {self.cast[name]: name for name in ("vera", "suze")}.get(found[-1].reviewer_id)
        self.actor = self.cast.actor(heard_by) if heard_by else self.actor
        return int(found[-1].version)

    def acknowledge_appeal(self) -> None:
        version = self.appeal
        hearing.acknowledge(self.actor, self.reference, version, self.letter(LetterType.APPEAL_RECEIVED))

    def hear(self) -> None:
        _ = self.appeal
        hearing.hear(self.actor, self.reference, str(uuid4()), self.on, "Beide kanten gehoord.")

    def extend_ruling(self) -> None:
        version, until, why = self.appeal, self.ahead(20), "De zitting is verplaatst."
        letter = self.letter(LetterType.EXTENSION, new_date=until, reason=why)
        hearing.extend_ruling(self.actor, self.reference, version, letter, until, why)

    def rule_appeal(self) -> None:
        version, ruling = self.appeal, self.one(Ruling)
        due = self.ahead(3) if self.n % 2 else None
        hearing.rule(self.actor, self.reference, version, ruling, "De meting klopt niet.", "Excuses.", due, True)

    def send_ruling(self) -> None:
        version = self.appeal
        told = [each.letter_type for each in self.rows(m.Message)]
        first = told.count(LetterType.APPEAL_RULING) == told.count(LetterType.APPEAL_RULING_NOTICE)
        kind = LetterType.APPEAL_RULING if first else LetterType.APPEAL_RULING_NOTICE
        hearing.send_ruling(self.actor, self.reference, version, self.letter(kind))

    def step_back(self) -> None:
        version = self.appeal
        hearing.step_back(self.actor, self.reference, version, "Ik ken de klager.")

    def withdraw_appeal(self) -> None:
        version = self.appeal
        hearing.withdrawn(self.actor, self.reference, version, self.on, Channel.PHONE)


ACTS = sorted(
    name for name, value in vars(Act).items() if callable(value) and name not in ("__init__", "rows", "one", "ahead", "letter")
)
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
