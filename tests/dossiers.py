"""Dossiers for tests, made through the services the way people make them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.vocabulary import Channel, Compartment, LetterType, Outcome
from services import appeals, complaints, door, handing_over, hearing, letters, steps
from services.complaints import Intake
from services.handing_over import HandOver
from services.letters import Outgoing
from services.parties import Named
from services.profiles import vocabulary
from tests.conftest import TODAY, Cast, at

On = Callable[[date], AbstractContextManager[None]]
RECEIVED = date(2026, 9, 7)  # a Monday
DECIDED = date(2026, 9, 11)
CATEGORY = {"training": "Organisatie en locatie", "kinderopvang-welzijn": "Communicatie en informatie"}


def hand_over(cast: Cast, treatment: Compartment, by: str = "tom", *respondents: Named, text: str = "Besloten.") -> str:
    """A matter for a closed compartment; its reference, which who handed it over does not see."""
    kind = next(each for each in vocabulary(cast.actor(by)).restricted if each.treatment == treatment)
    matter = HandOver(
        compartment=kind.treatment,
        received_on=TODAY,
        channel=Channel.PHONE,
        text=text,
        category=kind.name,
        complainant_type="client",
        name="Karel de Vries",
        respondents=respondents,
    )
    form_id = str(uuid4())
    handing_over.hand_over(cast.actor(by), form_id, matter)
    with Session(door.engine()) as session:
        return session.scalars(select(m.Complaint.reference).where(m.Complaint.form_id == form_id)).one()


T = TypeVar("T")
_MADE: dict[str, tuple[Path, Any]] = {}  # what was built on an empty register before, as a copy of its file
_KEPT = TemporaryDirectory()


def copied(key: str, cast: Cast, build: Callable[[], T]) -> T:
    """What `build` makes on an empty register is built once, by the services, and copied for the tests after that."""
    engine = door.engine()
    if engine.dialect.name != "sqlite" or not _empty(engine):
        return build()
    here, key = str(engine.url.database), f"{_profile(engine)} {key}"
    if key not in _MADE:
        made = build()
        engine.dispose()
        _MADE[key] = Path(_KEPT.name, f"{len(_MADE)}.db"), made
        shutil.copy(here, _MADE[key][0])
    else:
        engine.dispose()
        shutil.copy(_MADE[key][0], here)
        at(engine, cast, TODAY)
    return _MADE[key][1]  # type: ignore[no-any-return]


def once(build: Callable[..., str]) -> Callable[..., str]:
    """The same dossier on an empty register: see `copied`."""

    @wraps(build)
    def made(cast: Cast, on: On, *args: Any, **fields: Any) -> str:
        key = repr((build.__name__, args, sorted(fields.items())))
        return copied(key, cast, lambda: build(cast, on, *args, **fields))

    return made


def _empty(engine: Engine) -> bool:
    with Session(engine) as session:
        return session.scalar(select(m.Complaint.id).limit(1)) is None


def _profile(engine: Engine) -> str:
    with Session(engine) as session:
        return str(session.get_one(m.Setting, "profile").value)


def complaint_of(reference: str) -> m.Complaint:
    with Session(door.engine()) as session:
        return session.scalars(select(m.Complaint).where(m.Complaint.reference == reference)).one()


def seen(reference: str) -> int:
    return complaint_of(reference).version


def outgoing(actor: str, reference: str, kind: LetterType, sent_on: date, **extra: Any) -> Outgoing:
    """The letter as the dossier proposes it."""
    composed = letters.compose(actor, reference, kind, sent_on=sent_on, **extra)
    return Outgoing(str(uuid4()), kind, composed.subject, composed.body, Channel.EMAIL, sent_on, extra)


@once
def registered(cast: Cast, on: On, received: date = RECEIVED, by: str = "tom", **fields: Any) -> str:
    """The reference. In the training profile, unless `category` and `unit_id` say otherwise."""
    intake: dict[str, Any] = {
        "received_on": received,
        "channel": Channel.PHONE,
        "subject_type": "service",
        "title": "De zaal was te koud",
        "description": "De verwarming deed het niet en niemand nam de telefoon op.",
        "category": CATEGORY["training"],
        "complainant_type": "client",
        "complainant_name": "Karel de Vries",
        "complainant_contact": "karel@voorbeeld.invalid",
        "no_immediate_action": True,
        "unit_id": cast.units["noord"],
    }
    with on(received):
        return complaints.register(cast.actor(by), str(uuid4()), Intake(**intake | fields)).reference


@once
def acknowledged(cast: Cast, on: On, received: date = RECEIVED, **fields: Any) -> str:
    reference = registered(cast, on, received, **fields)
    dora = cast.actor("dora")
    with on(received):
        steps.consult(dora, reference, seen(reference), received, (cast["piet"],), "Cora bevestigt.", cast["cora"])
        cora = cast.actor("cora")
        letter = outgoing(cora, reference, LetterType.ACK_PROMISE, received)
        steps.acknowledge(cora, reference, seen(reference), letter)
    return reference


@once
def in_progress(cast: Cast, on: On, received: date = RECEIVED, handler: str = "hans", **fields: Any) -> str:
    reference = acknowledged(cast, on, received, **fields)
    with on(received):
        steps.assign(cast.actor("cora"), reference, seen(reference), cast[handler])
    return reference


@once
def decided(cast: Cast, on: On, received: date = RECEIVED, day: date = DECIDED, by: str = "hans", **fields: Any) -> str:
    reference = in_progress(cast, on, received, handler=by, **fields)
    with on(day):
        actor = cast.actor(by)
        steps.decide(actor, reference, seen(reference), day, Outcome.NOT_UPHELD, "De zaal was op tijd warm.", no_measures=True)
    return reference


@once
def answered(cast: Cast, on: On, received: date = RECEIVED, day: date = DECIDED, by: str = "hans", **fields: Any) -> str:
    reference = decided(cast, on, received, day, by, **fields)
    with on(day):
        actor = cast.actor(by)
        steps.answer(actor, reference, seen(reference), outgoing(actor, reference, LetterType.DECISION, day))
    return reference


@once
def appealed(cast: Cast, on: On, lodged: date = date(2026, 9, 21), **fields: Any) -> str:
    """Lodged by the coordinator; Vera hears it."""
    reference = answered(cast, on, **fields)
    with on(lodged):
        actor = cast.actor("cora")
        appeals.lodge(actor, str(uuid4()), reference, None, lodged, Channel.EMAIL, "Het was echt koud.")
    return reference


def appeal_version(reference: str) -> int:
    with Session(door.engine()) as session:
        query = select(m.Appeal).join(m.Complaint).where(m.Complaint.reference == reference)
        return session.scalars(query.order_by(m.Appeal.id.desc())).first().version  # type: ignore[union-attr]


@once
def ruled(cast: Cast, on: On, ruling: str = "revised", day: date = date(2026, 10, 1), **fields: Any) -> str:
    reference = appealed(cast, on, **fields)
    with on(day):
        vera = cast.actor("vera")
        hearing.rule(vera, reference, appeal_version(reference), ruling, "De meting klopt niet.", "Excuses.", day, True)
        for kind in (LetterType.APPEAL_RULING, LetterType.APPEAL_RULING_NOTICE):
            hearing.send_ruling(vera, reference, appeal_version(reference), outgoing(vera, reference, kind, day))
    return reference
