"""What people do in one dossier, for the walk of random dossiers (`tests/services/test_invariants.py`)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from domain.vocabulary import (
    Channel,
    CloseReason,
    EventKind,
    ExternalStage,
    Helped,
    LetterType,
    Outcome,
    PauseReason,
    Relation,
    Ruling,
    Status,
)
from services import appeals, clocks, complaints, door, following, hearing, letters, measures, satisfaction, steps
from services.complaints import Named
from services.letters import Outgoing
from services.steps import MeasureInput
from tests.cases import BODY, COMPLAINANT
from tests.conftest import Cast

NAMES = ("hans", "hilde", "cora", "mia", "dora", "piet", "vera", "suze", "tom")


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
        steps.measure_done(self.actor, self.reference, measure.id if measure else 0, self.on, "Gedaan.", self.n % 3)

    def measure_effect(self) -> None:
        done = self.one(self.rows(m.MeasureDone))
        measures.answer(self.actor, self.reference, done.measure_id if done else 0, self.one(Helped), "Het is nu warm.")

    def move_measure(self) -> None:
        measure, until, why = self.one(self.rows(m.Measure)), self.ahead(1), "De leverancier heeft meer tijd nodig."
        says = following.new_date_says(measure.text if measure else "", until, why)
        letter = self.letter(LetterType.PROGRESS, **says)
        following.move_measure(self.actor, self.reference, self.seen, measure.id if measure else 0, until, why, letter)

    def ask_satisfaction(self) -> None:
        satisfaction.ask(self.actor, self.reference, self.seen, self.on, Channel.PHONE)

    def satisfaction(self) -> None:
        given = self.one((1, 2, 3, 4, 5, None))
        satisfaction.answer(self.actor, self.reference, self.seen, self.on, given, None, "Netjes.", declined=given is None)

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
        take_out = steps.propose_lift if party and party.excluded else steps.remove_party
        take_out(self.actor, self.reference, self.seen, party.id if party else 0, "Verkeerde naam aangeklikt.")

    @property
    def proposal(self) -> int:
        return max((each.id for each in self.rows(m.Event) if each.kind == EventKind.LIFT_PROPOSED), default=0)

    def confirm_lift(self) -> None:
        steps.confirm_lift(self.actor, self.reference, self.proposal)

    def withdraw_lift(self) -> None:
        steps.withdraw_lift(self.actor, self.reference, self.proposal)

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
