"""A matter for the confidant or the whistleblower officer: it goes into a closed compartment, and whoever handed it over
sees nothing of it afterwards (R019, R022, R028)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from db.profiles import Profile, Restricted
from domain.entries import choice, day, form
from domain.errors import Refused
from domain.facts import Fact
from domain.merging import same
from domain.rights import Right
from domain.texts import clean, line, required
from domain.vocabulary import (
    Channel,
    Compartment,
    ComplainantType,
    EventKind,
    Kind,
    LadderLevel,
    Relation,
    SubjectType,
)
from services import promises
from services.complainants import complainant_row
from services.door import Actor, Work, already_made, stay_with, work
from services.drafts import forget
from services.parties import Named, checked, refuse_without_reader, shut_out_by, store_parties
from services.placing import new_dossier
from services.profiles import in_force
from services.records import record
from services.standing_in import refuse_first_without

SERIES = {Compartment.UNWANTED_BEHAVIOUR: "V", Compartment.WHISTLEBLOWER: "M"}


@dataclass(frozen=True, kw_only=True)
class HandOver:
    """A matter for the confidant or the whistleblower officer; whoever hands it over sees nothing of it afterwards."""

    compartment: str
    received_on: date
    channel: str
    text: str
    category: str
    subcategory: str | None = None
    complainant_type: str = ComplainantType.THIRD_PARTY
    name: str | None = None
    contact: str | None = None
    respondents: tuple[Named, ...] = ()  # who has an account sees nothing of it, the officer included
    immediate_actions: str | None = None


def hand_over(actor: Actor, form_id: str, matter: HandOver, draft: str | None = None) -> None:
    """Puts the matter in its closed compartment and answers nothing; twice the same form is one matter. `draft` as in
    `complaints.register`.

    Raises Refused as `register`, and ``no_recipient`` when nobody would be left who may read it.
    """
    with work(actor, Right.REGISTER) as w:
        form_id = form(form_id)
        if draft:
            forget(w, draft)
        made = already_made(w, form_id)
        if made is None:
            _handed_over(w, form_id, matter)
        elif made.compartment == Compartment.REGULAR:  # a complaint: nothing was handed over
            raise Refused("changed_meanwhile")
        elif not same(made.description, clean(matter.text)):
            raise Refused("form_used")


def _handed_over(w: Work, form_id: str, matter: HandOver) -> None:
    compartment = choice(Compartment, matter.compartment, "compartment")
    if compartment is Compartment.REGULAR:
        raise Refused("unknown_value", "compartment")
    version, profile = in_force(w, day(matter.received_on, "received_on", latest=w.today))
    treatment = _treatment(profile, compartment, matter)
    kind = choice(ComplainantType, matter.complainant_type, "complainant_type")
    complainant = complainant_row(kind, matter.name, matter.contact, fields=("name", "contact"))
    respondents = checked(w, matter.respondents)
    refuse_without_reader(w, compartment, shut_out_by(w, respondents))
    refuse_first_without(w)
    complaint, fresh = new_dossier(
        w,
        form_id,
        SERIES[compartment],
        compartment=compartment,
        kind=Kind.COMPLAINT,
        profile_version_id=version,
        procedure=treatment.procedure,
        received_on=matter.received_on,
        channel=choice(Channel, matter.channel, "channel"),
        subject_type=SubjectType.CONDUCT,
        title=treatment.name,
        description=required(matter.text, "text"),
        category=treatment.name,
        subcategory=line(matter.subcategory, "subcategory") or None,
        anonymous=kind is ComplainantType.ANONYMOUS,
        immediate_actions=clean(matter.immediate_actions, "immediate_actions") or None,
        ladder_level=LadderLevel.COLLEAGUE,
    )
    if not fresh:
        return
    stay_with(w, complaint)
    complainant.complaint_id = complaint.id
    w.session.add(complainant)
    entry = record(w, complaint, EventKind.HANDED_OVER, compartment=compartment, received_on=complaint.received_on)
    store_parties(w, complaint, Relation.RESPONDENT, respondents, entry)
    promises.happened(w, complaint, Fact.RECEIVED, complaint.received_on, entry)
    promises.happened(w, complaint, Fact.REGISTERED, w.today, entry)


def _treatment(profile: Profile, compartment: Compartment, matter: HandOver) -> Restricted:
    category, subcategory = line(matter.category, "category"), line(matter.subcategory, "subcategory")
    for each in profile.restricted:
        if each.treatment == compartment and each.name == category:
            if subcategory and subcategory not in each.subcategories:
                raise Refused("unknown_value", "subcategory")
            return each
    raise Refused("unknown_value" if category else "missing", "category")
