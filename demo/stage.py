"""Enters cases through the services, as the people of `demo/people.py` would, on the day it happened."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from domain.rights import Right
from domain.vocabulary import (
    Channel,
    CloseReason,
    Compartment,
    ComplainantType,
    Discussed,
    EventKind,
    ExternalStage,
    LetterType,
    Outcome,
    PauseReason,
    Ruling,
    SubjectType,
)  # fmt: skip
from services import appeal_files, appeals, clocks, complaints, door, dossier, hearing, letters, operations, satisfaction, steps
from services.complaints import HandOver, Intake
from services.door import SystemActor
from services.letters import Outgoing
from services.parties import Named

OPERATOR = SystemActor("demo", frozenset({Right.ACCOUNTS, Right.OPERATE}))
SAMPLE_DAY = date(2026, 11, 21)  # the day on which the samples stand where they stand
SAMPLE_TEXTS = {sample["id"]: sample for sample in json.loads((Path(__file__).parent / "samples.json").read_text())}
CHANNELS = {
    "e-mail": Channel.EMAIL, "brief": Channel.LETTER, "telefoon": Channel.PHONE, "mondeling": Channel.FACE_TO_FACE,
    "evaluatieformulier": Channel.EVALUATION_FORM, "ouderapp": Channel.APP, "webformulier": Channel.WEB_FORM,
    "via vertrouwenspersoon": Channel.CONFIDANT, "via externe instantie": Channel.EXTERNAL_BODY,
}  # fmt: skip
COMPLAINANTS = {
    "ouder": ComplainantType.PARENT, "buurtbewoner": ComplainantType.RESIDENT, "deelnemer": ComplainantType.PARTICIPANT,
    "opdrachtgever": ComplainantType.COMMISSIONING_CLIENT, "cliënt": ComplainantType.CLIENT,
    "vrijwilliger": ComplainantType.VOLUNTEER, "oudercommissie": ComplainantType.PARENTS_COMMITTEE,
    "anoniem": ComplainantType.ANONYMOUS,
}  # fmt: skip


@dataclass
class Stage:
    """A register with people in it. `day` moves the clock; the steps of one day follow each other by minutes."""

    accounts: dict[str, int]
    units: dict[str, int]
    shift: timedelta = timedelta()  # from SAMPLE_DAY to the day of showing
    now: datetime = field(default=datetime.min)  # noqa: DTZ901 - before any day
    latest: datetime | None = None  # nothing is entered later than this (the present moment)

    def day(self, day: str) -> None:
        self.now = datetime.combine(self.date(day), time(9, 5), door.AMSTERDAM)

    def date(self, day: str) -> date:
        return date.fromisoformat(day) + self.shift

    def actor(self, name: str) -> str:
        """A session of this person, today; the clock moves on a few minutes."""
        self.now += timedelta(minutes=7)
        if self.latest is not None and self.now > self.latest:
            self.now = self.latest
        with door.clock_at(self.now):
            return operations.open_session(OPERATOR, self.accounts[name])

    def register(
        self, sample: str, *, by: str, unit: str, complainant: str | None, respondents: Iterable[str] = (),
        already_resolved: bool = False, **overrides: Any,
    ) -> Case:  # fmt: skip
        case = SAMPLE_TEXTS[sample]
        action = case["immediate"]
        none = action.startswith("Geen")
        values: dict[str, Any] = {
            "received_on": self.date(case["received"]),
            "channel": CHANNELS[case["channel"]],
            "subject_type": SubjectType.SERVICE,
            "title": _title(case["text"]),
            "description": overrides.pop("text", case["text"].split(" -- ")[0]),
            "category": case["category"],
            "complainant_type": COMPLAINANTS[case["complainant"]],
            "red_flag": bool(case.get("red_flag")) if case["sector"] == "kinderopvang" else None,
        }
        return self.enter(
            sample, by=by, unit=unit, complainant=complainant, respondents=respondents, already_resolved=already_resolved,
            immediate_actions=None if none else action, **(values | overrides),
        )  # fmt: skip

    def enter(
        self, key: str, *, by: str, unit: str, complainant: str | None, respondents: Iterable[str] = (),
        already_resolved: bool = False, immediate_actions: str | None = None, **values: Any,
    ) -> Case:  # fmt: skip
        """Registers one case; `values` are fields of Intake."""
        actor = self.actor(by)
        with door.clock_at(self.now):
            receipt = complaints.register(actor, _form_id(self, key), Intake(
                unit_id=self.units[unit],
                complainant_name=complainant,
                complainant_contact=_contact(complainant),
                respondents=tuple(Named(self.accounts[name], None) for name in respondents),
                immediate_actions=immediate_actions,
                no_immediate_action=immediate_actions is None,
                discussed=Discussed.YES if immediate_actions else Discussed.NO,
                already_resolved=already_resolved,
                resolved_on=values["received_on"] if already_resolved else None,
                **values,
            ))  # fmt: skip
        return Case(self, receipt.reference, complainant or "")

    def hand_over(self, sample: str, *, by: str, contact: str, excluded: Iterable[str] = ()) -> None:
        case = SAMPLE_TEXTS[sample]
        anonymous = "anoniem" in case["complainant"]
        actor = self.actor(by)
        with door.clock_at(self.now):
            complaints.hand_over(actor, _form_id(self, sample), HandOver(
                compartment=Compartment(case["compartment"].lower()),
                received_on=self.date(case["received"]),
                channel=CHANNELS[case["channel"]],
                text=case["text"],
                category=case["category"],
                complainant_type=ComplainantType.ANONYMOUS if anonymous else ComplainantType.THIRD_PARTY,
                contact=contact or None,
                respondents=tuple(Named(self.accounts[name], None) for name in excluded),
                immediate_actions=None if case["immediate"].startswith("Geen") else case["immediate"],
            ))  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One dossier on the stage; every method is one step by one person."""

    stage: Stage
    reference: str
    complainant: str

    def _at(self, name: str) -> tuple[str, str, int]:
        """Who, which dossier, and the version that they have on screen."""
        actor = self.stage.actor(name)
        with door.clock_at(self.stage.now):
            return actor, self.reference, dossier.read(actor, self.reference).version

    def _hearing(self, name: str) -> tuple[str, str, int]:
        """The same for a reviewer: the version of the appeal."""
        actor = self.stage.actor(name)
        with door.clock_at(self.stage.now):
            return actor, self.reference, appeal_files.read(actor, self.reference).version

    def _letter(self, actor: str, letter_type: LetterType, **extra: Any) -> Outgoing:
        composed = letters.compose(actor, self.reference, letter_type, **extra)
        key = f"{self.reference}:{letter_type}:{self.stage.now.isoformat()}"
        return Outgoing(
            form_id=str(uuid5(NAMESPACE_URL, key)), letter_type=letter_type, subject=composed.subject, body=composed.body,
            channel=Channel.EMAIL, sent_on=self.stage.now.date(), extra=extra,
        )  # fmt: skip

    def consult(self, by: str, ack_owner: str) -> None:
        at, accounts = self._at(by), self.stage.accounts
        with door.clock_at(self.stage.now):
            taking_part = tuple(accounts[name] for name in ("piet", "petra"))
            steps.consult(*at, self.stage.now.date(), taking_part, "Ontvangst vandaag bevestigen.", accounts[ack_owner])

    def acknowledge(self, by: str, letter_type: LetterType) -> None:
        at = self._at(by)
        with door.clock_at(self.stage.now):
            steps.acknowledge(*at, self._letter(at[0], letter_type))

    def assign(self, by: str, handler: str) -> None:
        at = self._at(by)
        with door.clock_at(self.stage.now):
            steps.assign(*at, self.stage.accounts[handler])

    def call(self, by: str, text: str) -> None:
        actor, reference, _ = self._at(by)
        with door.clock_at(self.stage.now):
            steps.log(actor, reference, EventKind.CONTACT, self.stage.now.date(), text)

    def extend(self, by: str, new_date: str, reason: str) -> None:
        at, until = self._at(by), self.stage.date(new_date)
        with door.clock_at(self.stage.now):
            outgoing = self._letter(at[0], LetterType.EXTENSION, new_date=until, reason=reason)
            steps.extend(*at, outgoing, until, reason)

    def pause(self, by: str, reason: PauseReason, text: str) -> None:
        at = self._at(by)
        with door.clock_at(self.stage.now):
            clocks.pause(*at, reason, self.stage.now.date(), None, text)

    def resume(self, by: str, text: str) -> None:
        at = self._at(by)
        with door.clock_at(self.stage.now):
            clocks.resume(*at, self.stage.now.date(), text)

    def consent(self, by: str, text: str) -> None:
        at = self._at(by)
        with door.clock_at(self.stage.now):
            clocks.consent(*at, self.stage.now.date(), Channel.EMAIL, text)

    def decide(self, by: str, outcome: Outcome, reasons: str, measures: Iterable[tuple[str, str, str]] = ()) -> None:
        at = self._at(by)
        taken = tuple(
            steps.MeasureInput(text, self.stage.accounts[owner], self.stage.date(due)) for text, owner, due in measures
        )
        with door.clock_at(self.stage.now):
            steps.decide(*at, self.stage.now.date(), outcome, reasons, taken, no_measures=not taken)

    def answer(self, by: str, letter_type: LetterType) -> None:
        at = self._at(by)
        with door.clock_at(self.stage.now):
            steps.answer(*at, self._letter(at[0], letter_type))

    def measure_done(self, by: str, evidence: str, months: int | None = None) -> None:
        actor, reference, _ = self._at(by)
        with door.clock_at(self.stage.now):
            content = dossier.read(actor, reference).content
            for measure in content.measures if content else ():
                steps.measure_done(actor, reference, measure.id, self.stage.now.date(), evidence, months)

    def withdraw(self, by: str, text: str) -> None:
        at = self._at(by)
        with door.clock_at(self.stage.now):
            steps.withdraw(*at, self.stage.now.date(), Channel.PHONE, self._letter(at[0], LetterType.WITHDRAWAL), text)

    def close(self, by: str, reason: CloseReason) -> None:
        at = self._at(by)
        with door.clock_at(self.stage.now):
            steps.close(*at, reason)

    def ask(self, by: str) -> None:
        at = self._at(by)
        with door.clock_at(self.stage.now):
            satisfaction.ask(*at, self.stage.now.date(), Channel.PHONE)

    def say(self, by: str, process: int | None, outcome: int | None, remark: str = "") -> None:
        """How it went, for the complainant; without a score: they did not want to answer."""
        at, declined = self._at(by), process is None and outcome is None
        with door.clock_at(self.stage.now):
            satisfaction.answer(*at, self.stage.now.date(), process, outcome, remark, declined=declined)

    def refer(
        self, by: str, body: str, stage: ExternalStage, note: str, on: str | None = None, result: str | None = None
    ) -> None:
        """`on`: when this stage began, or the day of a hearing; none: today."""
        when = self.stage.date(on) if on else self.stage.now.date()
        actor, reference, _ = self._at(by)
        with door.clock_at(self.stage.now):
            steps.refer(
                actor, reference, _form_id(self.stage, f"{reference}:{body}:{stage}"), body=body, stage=stage,
                body_name="Geschillencommissie De Waag" if body == "other" else None, initiated_by="complainant",
                submitted_on=when, note=note, result=result,
            )  # fmt: skip

    def appeal(self, by: str, channel: str, grounds: str, supported: bool = False) -> None:
        actor = self.stage.actor(by)
        with door.clock_at(self.stage.now):
            appeals.lodge(
                actor, _form_id(self.stage, f"{self.reference}:appeal"), self.reference, self.complainant.split()[-1],
                self.stage.now.date(), channel, grounds, None, supported=supported,
            )  # fmt: skip

    def appeal_acknowledge(self, by: str) -> None:
        at = self._hearing(by)
        with door.clock_at(self.stage.now):
            hearing.acknowledge(*at, self._letter(at[0], LetterType.APPEAL_RECEIVED))

    def appeal_hear(self, by: str, text: str) -> None:
        actor, reference, _ = self._at(by)
        with door.clock_at(self.stage.now):
            hearing.hear(actor, reference, _form_id(self.stage, f"{reference}:hearing"), self.stage.now.date(), text)

    def appeal_extend(self, by: str, new_date: str, reason: str) -> None:
        at, until = self._hearing(by), self.stage.date(new_date)
        with door.clock_at(self.stage.now):
            outgoing = self._letter(at[0], LetterType.EXTENSION, new_date=until, reason=reason)
            hearing.extend_ruling(*at, outgoing, until, reason)

    def appeal_rule(self, by: str, ruling: Ruling, reasons: str, consequence: str, due: str | None) -> None:
        at, until = self._hearing(by), self.stage.date(due) if due else None
        with door.clock_at(self.stage.now):
            hearing.rule(*at, ruling, reasons, consequence, until, binding=True)
        for letter_type in (LetterType.APPEAL_RULING, LetterType.APPEAL_RULING_NOTICE):
            at = self._hearing(by)
            with door.clock_at(self.stage.now):
                hearing.send_ruling(*at, self._letter(at[0], letter_type))


def _title(text: str) -> str:
    sentence = text.split(". ")[0].split(" -- ")[0].rstrip(".")
    return sentence if len(sentence) <= 70 else sentence[:70].rsplit(" ", 1)[0] + " …"


def _contact(complainant: str | None) -> str | None:
    return f"{complainant.split()[0].lower()}@voorbeeld.example" if complainant else None


def _form_id(stage: Stage, key: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{id(stage)}:{key}"))
