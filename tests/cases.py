"""One dossier on its way through the services, for tests on either profile. Everything is entered on TODAY with its real
date, so no clock has to move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from domain.vocabulary import Channel, CloseReason, EventKind, ExternalStage, LetterType, Outcome
from services import appeals, complaints, door, dossier, hearing, letters, measures, satisfaction, steps
from services.complaints import Intake
from services.letters import Outgoing
from services.steps import MeasureInput
from tests.conftest import TODAY, Cast

MONDAY = date(2026, 11, 16)
LONG_AGO = date(2026, 6, 1)
CATEGORY = {"training": "Organisatie en locatie", "kinderopvang-welzijn": "Vervoer en ophalen"}
COMPLAINANT = {"training": "client", "kinderopvang-welzijn": "parent"}
BODY = {"training": "other", "kinderopvang-welzijn": "committee-childcare"}


def an_intake(profile: str, cast: Cast, **changes: Any) -> Intake:
    """What a complete intake form holds; `changes` are its fields."""
    fields: dict[str, Any] = {
        "received_on": MONDAY,
        "channel": Channel.PHONE,
        "subject_type": "service",
        "title": "Niemand was op tijd",
        "description": "Wij stonden een kwartier te wachten en niemand belde.",
        "category": CATEGORY[profile],
        "complainant_type": COMPLAINANT[profile],
        "complainant_name": "Karel de Vries",
        "complainant_contact": "karel@voorbeeld.invalid",
        "no_immediate_action": True,
        "unit_id": cast.units["noord"],
        "red_flag": False if profile != "training" else None,
    }
    if changes.get("immediate_actions"):
        fields["no_immediate_action"] = False
    return Intake(**fields | changes)


@dataclass
class Case:
    """`at(n)` is n days after receipt."""

    cast: Cast
    profile: str
    reference: str
    received: date

    @classmethod
    def registered(cls, profile: str, cast: Cast, by: str = "tom", **changes: Any) -> Case:
        intake = an_intake(profile, cast, **changes)
        receipt = complaints.register(cast.actor(by), str(uuid4()), intake)
        return cls(cast, profile, receipt.reference, intake.received_on)

    # Looking

    def at(self, days: int) -> date:
        return self.received + timedelta(days=days)

    @property
    def row(self) -> m.Complaint:
        with Session(door.engine()) as session:
            return session.scalars(select(m.Complaint).where(m.Complaint.reference == self.reference)).one()

    @property
    def seen(self) -> int:
        return self.row.version

    def read(self, who: str = "cora") -> dossier.Dossier:
        return dossier.read(self.cast.actor(who), self.reference)

    def promises(self) -> dict[str, str]:
        """The state of the newest promise of each key."""
        return {each.key: each.state.value for each in sorted(self.read("cora").promises, key=lambda each: each.trigger_on)}

    def events(self) -> list[m.Event]:
        with Session(door.engine()) as session:
            query = select(m.Event).where(m.Event.complaint_id == self.row.id).order_by(m.Event.seq)
            return list(session.scalars(query))

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events()]

    def letter(self, who: str, kind: LetterType, sent_on: date, **extra: Any) -> Outgoing:
        """As the dossier proposes it."""
        composed = letters.compose(self.cast.actor(who), self.reference, kind, sent_on=sent_on, **extra)
        return Outgoing(str(uuid4()), kind, composed.subject, composed.body, Channel.EMAIL, sent_on, extra)

    # Doing: each step as this person, on a day after receipt

    def consult(self, who: str = "dora", owner: str = "cora", day: int = 1, participants: tuple[str, ...] = ("piet",)) -> Case:
        ids = tuple(self.cast[name] for name in participants)
        steps.consult(
            self.cast.actor(who), self.reference, self.seen, self.at(day), ids, "Vandaag bevestigen.", self.cast[owner]
        )
        return self

    def acknowledge(self, who: str = "cora", kind: LetterType = LetterType.ACK_PROMISE, day: int = 1, **extra: Any) -> Case:
        steps.acknowledge(self.cast.actor(who), self.reference, self.seen, self.letter(who, kind, self.at(day), **extra))
        return self

    def assign(self, who: str = "cora", handler: str = "hans") -> Case:
        steps.assign(self.cast.actor(who), self.reference, self.seen, self.cast[handler])
        return self

    def log(self, who: str = "hans", kind: str = EventKind.CONTACT, day: int = 2, **details: Any) -> Case:
        steps.log(self.cast.actor(who), self.reference, kind, self.at(day), "Gebeld en doorgevraagd.", **details)
        return self

    def extend(self, who: str = "hans", day: int = 3, until: int = 20, reason: str = "Wij wachten op een rapport.") -> Case:
        new_date = self.at(until)
        letter = self.letter(who, LetterType.EXTENSION, self.at(day), new_date=new_date, reason=reason)
        steps.extend(self.cast.actor(who), self.reference, self.seen, letter, new_date, reason)
        return self

    def decide(self, who: str = "hans", day: int = 3, measures: int = 0, outcome: Outcome = Outcome.UPHELD) -> Case:
        taken = tuple(MeasureInput(f"Maatregel {n}", self.cast["cora"], self.at(10 + n)) for n in range(measures))
        steps.decide(
            self.cast.actor(who),
            self.reference,
            self.seen,
            self.at(day),
            outcome,
            "Het rooster klopte niet.",
            taken,
            no_measures=not taken,
        )
        return self

    def answer(self, who: str = "hans", kind: LetterType = LetterType.DECISION, day: int = 4, **options: Any) -> Case:
        extra = options.pop("extra", {})
        letter = self.letter(who, kind, self.at(day), **extra)
        steps.answer(self.cast.actor(who), self.reference, self.seen, letter, **options)
        return self

    def withdraw(self, who: str = "cora", day: int = 2) -> Case:
        letter = self.letter(who, LetterType.WITHDRAWAL, self.at(day), withdrawn_on=self.at(day))
        steps.withdraw(self.cast.actor(who), self.reference, self.seen, self.at(day), Channel.PHONE, letter)
        return self

    def not_handled(self, who: str = "cora", day: int = 2) -> Case:
        said = {"ground": "not_ours", "reasons": "Dit gaat over een andere organisatie."}
        letter = self.letter(who, LetterType.NOT_HANDLED, self.at(day), **said)
        steps.not_handled(self.cast.actor(who), self.reference, self.seen, said["ground"], said["reasons"], letter)
        return self

    def close(self, who: str = "cora", reason: str = CloseReason.ACCEPTED) -> Case:
        steps.close(self.cast.actor(who), self.reference, self.seen, reason)
        return self

    def reopen(self, who: str = "cora") -> Case:
        steps.reopen(self.cast.actor(who), self.reference, self.seen, "Er is nieuwe informatie.")
        return self

    def climb(self, who: str = "cora", level: str = "manager", day: int = 2) -> Case:
        steps.climb(self.cast.actor(who), self.reference, level, self.at(day), "Samen niet opgelost.")
        return self

    def refer(self, who: str = "cora", stage: str = ExternalStage.COMMITTEE_PENDING, day: int = 2) -> Case:
        steps.refer(
            self.cast.actor(who),
            self.reference,
            str(uuid4()),
            body=BODY[self.profile],
            body_name="Ombudsman" if BODY[self.profile] == "other" else None,
            stage=stage,
            submitted_on=self.at(day),
            result="not_upheld" if stage == ExternalStage.RULED else None,
        )
        return self

    def expert(self, who: str = "cora", day: int = 0) -> Case:
        steps.expert_consulted(self.cast.actor(who), self.reference, self.at(day), "Met de deskundige gesproken.")
        return self

    def respond(self, who: str = "hans", day: int = 3) -> Case:
        return self.answer(who, LetterType.RESPONSE, day, extra={"answer": "Wij hebben het rooster veranderd."})

    def measure_done(self, who: str = "cora", day: int = 5, months: int | None = None) -> Case:
        content = self.read(who).content
        assert content is not None
        steps.measure_done(self.cast.actor(who), self.reference, content.measures[0].id, self.at(day), "Gedaan.", months)
        return self

    def measure_effect(self, who: str = "cora", helped: str = "partly", words: str = "Het is minder koud.") -> Case:
        content = self.read("cora").content
        assert content is not None
        done = next((each.id for each in content.measures if each.done_on), 0)
        measures.answer(self.cast.actor(who), self.reference, done, helped, words)
        return self

    def ask(self, who: str = "cora", day: int = 5) -> Case:
        satisfaction.ask(self.cast.actor(who), self.reference, self.seen, self.at(day), Channel.PHONE)
        return self

    def say(self, process: int | None = 4, outcome: int | None = 2, remark: str = "", **options: Any) -> Case:
        who, day = options.pop("who", "cora"), options.pop("day", 5)
        satisfaction.answer(
            self.cast.actor(who), self.reference, self.seen, self.at(day), process, outcome, remark, **options
        )  # fmt: skip
        return self

    def appeal(self, day: int = 5) -> Case:
        appeals.lodge(
            self.cast.actor("cora"), str(uuid4()), self.reference, None, self.at(day), Channel.EMAIL, "Het klopt niet."
        )
        return self

    def rule(self, ruling: str = "revised", who: str = "vera") -> Case:
        vera = self.cast.actor(who)

        def version() -> int:
            with Session(door.engine()) as session:
                return session.scalars(select(m.Appeal.version).order_by(m.Appeal.id.desc())).first() or 0

        hearing.rule(vera, self.reference, version(), ruling, "De meting klopt niet.", "Excuses.", TODAY, True)
        for kind in (LetterType.APPEAL_RULING, LetterType.APPEAL_RULING_NOTICE):
            hearing.send_ruling(vera, self.reference, version(), self.letter("vera", kind, TODAY))
        return self

    # Standing somewhere

    def acknowledged(self) -> Case:
        return self.consult().acknowledge()

    def in_progress(self) -> Case:
        return self.acknowledged().assign()

    def decided(self, measures: int = 0) -> Case:
        return self.in_progress().decide(measures=measures)

    def answered(self, measures: int = 0) -> Case:
        return self.decided(measures).answer()

    def closed(self) -> Case:
        return self.answered().close()

    def in_appeal(self) -> Case:
        return self.answered().appeal()
