"""A register in which everything happened that can happen in a dossier: every kind of event, written by its own service."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from commands.nightly import NIGHTLY
from db import models as m
from db.profiles import standard_source
from domain.access import Identity, Sought, Subject
from domain.mapping import ColumnMap
from domain.old_register import Fate
from domain.rights import Right
from domain.tables import Table
from domain.vocabulary import Channel
from services import (
    access,
    access_file,
    attachments,
    calendar_changes,
    calendar_days,
    clocks,
    door,
    escalation,
    hearing,
    old_register,
    procedures,
    retention,
    review_items,
    reviews,
    sealed_export,
    shield,
    steps,
)
from services.anonymising import forget_contact
from services.parties import Named
from services.records import load_to_append
from tests import evaluating
from tests.acts import Act
from tests.cases import CATEGORY, LONG_AGO, Case
from tests.conftest import TODAY, Cast
from tests.samples import image
from tests.services.test_following import welfare
from tests.services.test_restricted import handed

PROFILE = "kinderopvang-welzijn"
SLOWER = standard_source(PROFILE).replace("amount = 2\n", "amount = 3\n", 1)
NAMELESS: dict[str, Any] = {"complainant_type": "anonymous", "complainant_name": None, "complainant_contact": None}


def everything(cast: Cast) -> list[str]:
    """The references. First what is left open, because a new procedure and a new closed day move only that."""
    alarmed, withdrawn = Case.registered(PROFILE, cast, kind="question"), somebody_else(cast).withdraw()
    act(alarmed, "cora", "convert", "raise_red_flag", "expert_consulted")
    cora = cast.actor("cora")
    procedures.adopt(cora, SLOWER, TODAY, procedures.outlook(cora, SLOWER))
    calendar_days.add_decree_day(cast.actor("adam"), TODAY + timedelta(days=2), "Dag van rouw", "Koninklijk besluit")
    question = calendar_changes.asked(cora)
    assert question is not None
    calendar_changes.answer(cora, question, apply=True)
    escalation.run(NIGHTLY)
    made = [alarmed, withdrawn, ordinary(cast), looked_back(cast), appealed(cast), handled_by_committee(cast), unknown(cast)]
    reviewed(cast, made[2].reference)
    sealed_export.make(cora, made[2].reference)
    asked_for_access(cast, made[2].reference)
    said = evaluating.confirm(cast, evaluating.key(cast), profile=PROFILE, unit_id=cast.units["noord"], red_flag=False)
    return [each.reference for each in made] + [said.reference, brought_along(cast), handed(cast)]


def asked_for_access(cast: Cast, reference: str) -> None:
    """The complainant of one dossier asks what stands in it, and gets everything as it was proposed."""
    cora, sought = cast.actor("cora"), Sought("Karel de Vries", "karel@voorbeeld.invalid")
    proposal = access.propose(cora, sought, Subject.COMPLAINANT, (reference,))
    choices = {each.key: each.proposed.value for each in proposal.fragments}
    hidden = tuple(each.words for each in proposal.traces)
    asked = access_file.Asked(str(uuid4()), sought, Subject.COMPLAINANT, Identity.KNOWN, TODAY, (reference,), choices, hidden)
    access_file.make(cora, asked)


def brought_along(cast: Cast) -> str:
    """From the register that was kept before."""
    cora = cast.actor("cora")
    words = {"channel": {"": "other"}, "complainant_type": {"": "parent"}, "category": {"": CATEGORY[PROFILE]}}
    row: dict[str, str | date] = {
        "received": date(2025, 3, 1),
        "unit": "Locatie Noord",
        "about": "Het lokaal was koud.",
        "complainant_name": "Karel de Vries",
        "decision": "Er komt een kachel.",
        "closed": date(2025, 5, 2),
    }
    columns = ColumnMap({target: target for target in (*row, *words)}, words)
    table = Table((), tuple(columns.columns.values()), (tuple(row.get(each) for each in columns.columns),), 2)
    (taken,) = old_register.take(cora, list(old_register.look(cora, table, columns).waiting))
    assert taken.fate is Fate.NEW, taken
    with Session(door.engine()) as session:
        return session.scalars(
            select(m.Complaint.reference).join(m.TakenOver, m.TakenOver.complaint_id == m.Complaint.id)
        ).one()


def reviewed(cast: Cast, reference: str) -> None:
    """In the yearly review extra action is agreed, taken back, and agreed after all."""
    cora = cast.actor("cora")
    number = reviews.begin(cora, str(uuid4()), LONG_AGO, TODAY, [cast["piet"]])
    for needed in (True, False, True):
        item = review_items.read(cora, number).item(reference)
        assert item is not None
        agreed = {"action": "Bellen", "why": "Vaker", "owner_id": cast["cora"], "due_on": TODAY} if needed else {}
        review_items.answer(cora, reference, number, item.version, needed, note="Besproken.", **agreed)  # type: ignore[arg-type]


def act(case: Case, who: str, *names: str, n: int = 0) -> Case:
    """As `tests/acts.py` does it, today."""
    for name in names:
        getattr(Act(case.cast, PROFILE, case.reference, TODAY, who, 0, n), name)()
    return case


def somebody_else(cast: Cast) -> Case:
    """Who is named looks like a colleague, and is another."""
    case = Case.registered(PROFILE, cast, respondents=(Named(name="M. Manager"),))
    (question,) = shield.questions(cast.actor("cora"), case.reference)
    shield.recognise(cast.actor("cora"), case.reference, question.id, same=False)
    return case


def ordinary(cast: Cast) -> Case:
    case = Case.registered(PROFILE, cast, respondents=(Named(name="Bram Buitenstaander"),)).in_progress()
    for kind in ("conversation", "mediation", "informed", "note", "message_received", "contact"):
        steps.log(cast.actor("hans"), case.reference, kind, case.at(2), "Gezegd.", channel=Channel.EMAIL)
    tokens = attachments.add(cast.actor("hans"), case.reference, [("foto.png", image()), ("ander.jpg", image("JPEG"))])
    attachments.remove(cast.actor("cora"), tokens[1], "Verkeerd bestand.")
    act(case, "hans", "climb", "extend", "withdraw_extension", "pause", "resume", "name_complainant", "correct", "refer")
    act(case, "cora", "add_party", "remove_party", "correct_receipt", n=5)
    act(case, "cora", "add_party", "remove_party", "withdraw_lift", "remove_party", n=1)
    act(case, "dora", "confirm_lift")
    case.read()
    case.decide(measures=2)
    act(case, "cora", "answer")
    act(case, "cora", "move_measure", n=10)
    act(case, "cora", "measure_done", "ask_satisfaction", "satisfaction")
    retention.hold(cast.actor("cora"), case.reference, "Er loopt een rechtszaak.")
    retention.release(cast.actor("cora"), case.reference, "De zaak is voorbij.")
    with door.work(cast.actor("cora"), Right.DESTROY) as w:
        forget_contact(w, load_to_append(w, case.reference))
    return case


def looked_back(cast: Cast) -> Case:
    """A measure was done long ago; did it help?"""
    case = Case.registered(PROFILE, cast, received_on=LONG_AGO).answered(measures=1)
    return case.measure_done(months=1).measure_effect()


def appealed(cast: Cast) -> Case:
    """Taken back, lodged again and heard; what the ruling asks is done, and then it begins again."""
    case = welfare(cast, "TRAINING").in_appeal()
    act(case, "vera", "acknowledge_appeal", "hear", "withdraw_appeal")
    act(case, "cora", "lodge_appeal")
    hearing.note(cast.actor("vera"), case.reference, "note", "Ik twijfel.")
    act(case, "vera", "rule_appeal", "send_ruling", "send_ruling")
    return act(case, "cora", "consequences", "close", "reopen")


def handled_by_committee(cast: Cast) -> Case:
    """Awb first, with consent; then the Jeugdwet and our own committee."""
    case = welfare(cast, "AWB").in_progress()
    act(case, "hans", "consent")
    clocks.change_procedure(cast.actor("cora"), case.reference, case.seen, "JEUGDWET", True, "Het is jeugdhulp.")
    return act(case.decide().answer(), "cora", "position")


def unknown(cast: Cast) -> Case:
    """Nobody can be written to, or so it seemed."""
    case = Case.registered(PROFILE, cast, **NAMELESS)
    return act(case, "cora", "consult", "not_handled")
