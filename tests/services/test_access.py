"""Access of a person (art. 15 AVG): found in what the reader may take along, looked at piece by piece, and one file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.access import Choice, Identity, Sought, Subject
from domain.errors import Refused
from domain.vocabulary import Compartment, EventKind, Relation
from services import access, access_file, anonymising, attachments, door, parties, steps
from services.access_file import Asked, Ready
from services.complaints import Named
from tests.cases import Case
from tests.conftest import CAST, TODAY, Cast
from tests.dossiers import On, answered, decided, hand_over
from tests.samples import pdf
from text.timeline import Told

KAREL = Sought("Karel de Vries", "karel@voorbeeld.invalid")
MAY = ("cora", "dora", "piet", "petra", "vera", "wim")  # to whom the right reaches some dossier


@pytest.fixture
def reference(cast: Cast, on: On) -> str:
    """Karel's, in which others are named, with their data."""
    reference = decided(cast, on)
    note = "Buurvrouw Truus Buur (06 98 76 54 32, truus@voorbeeld.invalid) en Hans Behandelaar zagen het."
    steps.log(cast.actor("hans"), reference, EventKind.NOTE, TODAY, note)
    return reference


def asked(cast: Cast, references: tuple[str, ...], who: str = "cora", sought: Sought = KAREL, **changes: Any) -> Asked:
    """Everything as proposed, and everything hidden that was found."""
    subject = changes.get("subject", Subject.COMPLAINANT)
    proposal = access.propose(cast.actor(who), sought, subject, references)
    choices = {each.key: each.proposed.value for each in proposal.fragments}
    hidden = tuple(each.words for each in proposal.traces)
    made = Asked(str(uuid4()), sought, subject, Identity.KNOWN, TODAY, references, choices, hidden)
    return replace(made, **changes)


def opened(cast: Cast, ready: Ready, who: str = "cora") -> dict[str, bytes]:
    path, _ = access_file.fetch(cast.actor(who), ready.token)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def words(files: Mapping[str, bytes]) -> str:
    """All that can be read in it."""
    printed = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(files["overzicht.pdf"])).pages)
    return " ".join((printed + files["gegevens.json"].decode()).split())


def references(found: access.Found) -> set[str]:
    return {each.reference for each in found.hits}


# Finding


@pytest.mark.parametrize(
    ("sought", "why"),
    [
        (KAREL, "complainant"),
        (Sought("K. de Vries"), "complainant"),
        (Sought("Vries, Karel de"), "complainant"),
        (Sought("Iemand Anders", "KAREL@voorbeeld.invalid"), "contact"),
        (Sought("Truus Buur"), "text"),
        (Sought("T. Buur"), "text"),
    ],
)
def test_somebody_is_found_by_name_by_contact_and_in_texts(cast: Cast, reference: str, sought: Sought, why: str) -> None:
    Case.registered("training", cast, complainant_name="Piet Anders", complainant_contact="piet@anders.invalid")

    found = access.find(cast.actor("cora"), sought)

    assert references(found) == {reference}
    assert why in found.hits[0].why


def test_a_colleague_is_found_by_what_they_did(cast: Cast, reference: str) -> None:
    other = Case.registered("training", cast, by="rosa").reference

    found = access.find(cast.actor("cora"), Sought("", account_id=cast["hans"]))

    assert (references(found), set(found.hits[0].why)) == ({reference}, {"task", "did", "text"})
    assert references(access.find(cast.actor("cora"), Sought("", account_id=cast["rosa"]))) == {other}


@pytest.mark.parametrize(
    "sought", [Sought("Niemand Bekend"), Sought("%"), Sought("_"), Sought("Jo", "nergens@voorbeeld.invalid")]
)
def test_who_does_not_occur_is_not_found(cast: Cast, reference: str, sought: Sought) -> None:
    assert access.find(cast.actor("cora"), sought) == access.Found((), False)


@pytest.mark.parametrize(("sought", "code"), [(Sought(" "), "missing"), (Sought("X", account_id=999_999), "unknown_person")])
def test_whom_to_look_for_has_to_be_said(cast: Cast, sought: Sought, code: str) -> None:
    with pytest.raises(Refused) as refused:
        access.find(cast.actor("cora"), sought)

    assert refused.value.code == code


# Who may, and what lies outside


@pytest.mark.parametrize("who", [each for each in CAST if each not in MAY])
def test_who_takes_no_dossier_along_finds_nobody(cast: Cast, reference: str, who: str) -> None:
    for call in (
        lambda: access.find(cast.actor(who), KAREL),
        lambda: access.propose(cast.actor(who), KAREL, Subject.COMPLAINANT, (reference,)),
        lambda: access_file.make(cast.actor(who), Asked("x", KAREL, "other", "known", TODAY, (), {}, ())),
    ):
        with pytest.raises(Refused) as refused:
            call()
        assert refused.value.code == "not_allowed"


def test_each_finds_only_in_what_they_may_take_along(cast: Cast, reference: str) -> None:
    unwanted = hand_over(cast, Compartment.UNWANTED_BEHAVIOUR)
    report = hand_over(cast, Compartment.WHISTLEBLOWER)
    about_cora = Case.registered("training", cast, respondents=(Named(account_id=cast["cora"]),)).reference

    found = {who: references(access.find(cast.actor(who), KAREL)) for who in MAY}

    assert found["cora"] == {reference}
    assert found["dora"] == {reference, about_cora}
    assert (found["vera"], found["wim"]) == ({unwanted}, {report})
    assert found["petra"] == set()


@pytest.mark.parametrize("relation", [Relation.RESPONDENT, Relation.CONFLICT])
def test_what_one_is_excluded_from_does_not_exist(cast: Cast, relation: Relation) -> None:
    """Not found, and as unknown as a reference that never was."""
    named = (Named(account_id=cast["cora"]),) if relation is Relation.RESPONDENT else ()
    case = Case.registered("training", cast, respondents=named, description="Geheimzaak over Truus Buur en Cora Coördinator.")
    if relation is Relation.CONFLICT:
        parties.add_party(cast.actor("dora"), case.reference, relation, Named(account_id=cast["cora"]))

    for sought in (KAREL, Sought("Truus Buur"), Sought("", account_id=cast["cora"]), Sought("", account_id=cast["tom"])):
        assert access.find(cast.actor("cora"), sought) == access.Found((), False)
    assert access.still(cast.actor("cora"), ((case.reference, ("text",)),)) == ()
    told = []
    for each in (case.reference, "K26-ZZZZZ"):
        with pytest.raises(Refused) as refused:
            access.propose(cast.actor("cora"), KAREL, Subject.OTHER, (each,))
        told.append((refused.value.code, refused.value.values))
    assert told[0] == told[1] == ("not_found", {})


def test_the_file_of_everybody_says_the_same_of_what_lies_outside(cast: Cast, reference: str) -> None:
    Case.registered("training", cast, respondents=(Named(account_id=cast["cora"]),), description="Kanarie Quarantaine")
    hand_over(cast, Compartment.UNWANTED_BEHAVIOUR, text="Kanarie Quarantaine")

    of_cora = words(opened(cast, access_file.make(cast.actor("cora"), asked(cast, (reference,)))))
    empty = words(opened(cast, access_file.make(cast.actor("wim"), asked(cast, (), "wim")), "wim"))

    fixed = "Dit overzicht bevat wat de opsteller mag zien; wat daarbuiten ligt"
    assert fixed in of_cora
    assert fixed in empty
    assert "Quarantaine" not in of_cora + empty


# What is given


def test_what_leads_to_others_is_unreadable_and_what_is_ones_own_is_not(cast: Cast, reference: str) -> None:
    steps.log(cast.actor("hans"), reference, EventKind.NOTE, TODAY, "Karel de Vries sprak met de tweeling van de bakker.")
    ask = asked(cast, (reference,))

    said = words(
        opened(cast, access_file.make(cast.actor("cora"), replace(ask, hidden=(*ask.hidden, "tweeling van de bakker"))))
    )

    for other in ("Hans", "Behandelaar", "Tom", "98 76 54 32", "truus@", "tweeling"):
        assert other not in said, other
    assert said.count("Cora") == 2 * len(["who made it", "whom to ask"])  # printed, and for a machine
    assert "karel@voorbeeld.invalid" in said
    assert "Karel de Vries sprak met de [weggelaten]" in said
    assert "De zaal was op tijd warm" in said


def test_what_is_left_out_stands_in_it_with_the_ground_and_without_the_words(cast: Cast, reference: str) -> None:
    ask = asked(cast, (reference,))
    proposal = access.propose(cast.actor("cora"), KAREL, Subject.COMPLAINANT, (reference,))
    note = next(each for each in proposal.fragments if any("Truus" in text for text in each.texts))

    files = opened(cast, access_file.make(cast.actor("cora"), replace(ask, choices={**ask.choices, note.key: Choice.OTHERS})))

    assert "zagen het" not in words(files)
    left = json.loads(files["gegevens.json"])["weggelaten"]
    assert [(each["onderdeel"], each["aantal"]) for each in left] == [(note.heading, 1)]
    assert "art. 15 lid 4 AVG" in left[0]["grond"]


def test_of_somebody_else_only_where_they_are_named_is_proposed(cast: Cast, reference: str) -> None:
    truus = Sought("Truus Buur", phone="06 98 76 54 32")

    proposal = access.propose(cast.actor("cora"), truus, Subject.OTHER, (reference,))

    given = [each for each in proposal.fragments if each.proposed is Choice.GIVEN]
    assert len(given) == 1
    assert not {"Truus", "Buur", "Truus Buur", "06 98 76 54 32"} & {each.words for each in proposal.traces}
    assert "karel@voorbeeld.invalid" in {each.words for each in proposal.traces}
    own = access.propose(cast.actor("cora"), Sought("Karel de Vries"), Subject.COMPLAINANT, (reference,))
    assert "karel@voorbeeld.invalid" not in {each.words for each in own.traces}
    said = words(opened(cast, access_file.make(cast.actor("cora"), asked(cast, (reference,), sought=truus, subject="other"))))
    assert "Karel" not in said
    assert "06 98 76 54 32" in said


def test_an_attachment_is_given_only_when_somebody_says_so(cast: Cast, reference: str) -> None:
    attachments.add(cast.actor("hans"), reference, [("brief Truus Buur.pdf", pdf())])
    ask = asked(cast, (reference,))
    proposal = access.propose(cast.actor("cora"), KAREL, Subject.COMPLAINANT, (reference,))
    (attached,) = (each for each in proposal.fragments if each.token)

    without = opened(cast, access_file.make(cast.actor("cora"), ask))
    ask = asked(cast, (reference,))
    within = opened(
        cast,
        access_file.make(
            cast.actor("cora"),
            replace(ask, choices={**ask.choices, attached.key: "given"}, hidden=(*ask.hidden, "Truus Buur")),
        ),
    )

    assert not any(name.startswith("bijlagen/") for name in without)
    (name,) = (name for name in within if name.startswith("bijlagen/"))
    assert "Truus" not in name
    assert within[name]


# That it was given


def test_every_dossier_says_that_it_was_given_and_the_log_that_a_file_was_made(
    cast: Cast, engine: Engine, reference: str, on: On
) -> None:
    other = answered(cast, on, received=date(2026, 10, 5), day=date(2026, 10, 9))

    ready = access_file.make(cast.actor("cora"), asked(cast, (reference, other)))

    assert ready.dossiers == 2
    with Session(engine) as session:
        events = session.scalars(select(m.Event).where(m.Event.kind == EventKind.ACCESS_GIVEN)).all()
        assert len(events) == 2
        assert {event.codes["asked_as"] for event in events} == {"complainant"}
        assert "Vries" not in json.dumps([event.codes for event in events])
        assert Told(events[0].kind, events[0].codes).details == ["als klager", "Iemand hier kent deze persoon"]
        notes = session.scalars(select(m.ExportNote).where(m.ExportNote.what == "access")).all()
        assert [(note.account_id, note.file_type, note.rows) for note in notes] == [(cast["cora"], "zip", 2)]


def test_a_double_click_is_put_down_once(cast: Cast, engine: Engine, reference: str) -> None:
    ask = asked(cast, (reference,))

    first = access_file.make(cast.actor("cora"), ask)
    second = access_file.make(cast.actor("cora"), ask)

    assert first == second
    with Session(engine) as session:
        assert len(session.scalars(select(m.Event).where(m.Event.kind == EventKind.ACCESS_GIVEN)).all()) == 1


def test_another_decision_is_another_file_and_is_put_down_too(cast: Cast, engine: Engine, reference: str) -> None:
    """Whoever was cut off after the first one, looks again and asks anew does not get the first one."""
    first = asked(cast, (reference,))
    made = access_file.make(cast.actor("cora"), first)
    again = asked(cast, (reference,), form_id=first.form_id)
    out = dict.fromkeys(again.choices, Choice.OTHERS.value)

    other = access_file.make(cast.actor("cora"), replace(again, choices=out))

    assert other.token != made.token
    assert "De zaal was op tijd warm" not in words(opened(cast, other))
    with Session(engine) as session:
        events = session.scalars(select(m.Event).where(m.Event.kind == EventKind.ACCESS_GIVEN)).all()
        assert len({event.codes["sha256"] for event in events}) == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subject": "boss"}, "unknown_value"),
        ({"identity": ""}, "missing"),
        ({"identity": "trust"}, "unknown_value"),
        ({"asked_on": None}, "missing"),
        ({"asked_on": TODAY + timedelta(days=1)}, "in_the_future"),
        ({"choices": {}}, "changed_meanwhile"),
        ({"references": ("K26-ZZZZZ",)}, "not_found"),
        ({"references": ("K26-ZZZZZ",) * 26}, "access_too_many"),
        ({"hidden": ("\0",)}, "text_unreadable"),
        ({"hidden": ("x",) * 501}, "text_too_long"),
        ({"sought": Sought("")}, "missing"),
    ],
)
def test_what_is_missing_or_odd_is_refused_and_nothing_is_made(
    cast: Cast, engine: Engine, reference: str, changes: dict[str, Any], code: str
) -> None:
    ask = replace(asked(cast, (reference,)), **changes)

    with pytest.raises(Refused) as refused:
        access_file.make(cast.actor("cora"), ask)

    assert refused.value.code == code
    assert not list(access_file.FILES.folder().iterdir())
    with Session(engine) as session:
        assert not session.scalars(select(m.Event).where(m.Event.kind == EventKind.ACCESS_GIVEN)).all()


def test_a_choice_that_is_none_is_refused(cast: Cast, reference: str) -> None:
    ask = asked(cast, (reference,))

    with pytest.raises(Refused, match="unknown_value"):
        access_file.make(cast.actor("cora"), replace(ask, choices=dict.fromkeys(ask.choices, "perhaps")))


def test_a_dossier_that_went_on_is_looked_at_again(cast: Cast, reference: str) -> None:
    ask = asked(cast, (reference,))
    steps.log(cast.actor("hans"), reference, EventKind.NOTE, TODAY, "Nog iets over Karel de Vries.")

    with pytest.raises(Refused, match="changed_meanwhile"):
        access_file.make(cast.actor("cora"), ask)


# The file goes


def test_it_is_for_who_made_it_and_as_long_as_they_may_see_its_dossiers(cast: Cast, reference: str) -> None:
    ready = access_file.make(cast.actor("cora"), asked(cast, (reference,)))
    assert opened(cast, ready)
    assert access_file.FILES.path(cast["cora"], ready.token).stat().st_mode & 0o777 == 0o600

    for who, token in (("dora", ready.token), ("cora", "0" * 32), ("cora", "../x")):
        with pytest.raises(Refused, match="not_found"):
            access_file.fetch(cast.actor(who), token)
    parties.add_party(cast.actor("dora"), reference, Relation.CONFLICT, Named(account_id=cast["cora"]))
    with pytest.raises(Refused, match="not_found"):
        access_file.fetch(cast.actor("cora"), ready.token)


def test_it_goes_after_a_quarter_of_an_hour_and_with_any_dossier_that_is_let_go(cast: Cast, reference: str) -> None:
    ready = access_file.make(cast.actor("cora"), asked(cast, (reference,)))
    path: Path = access_file.FILES.path(cast["cora"], ready.token)
    with door.work(cast.actor("cora"), door.Right.READ) as w:
        later = w.now + timedelta(minutes=16)

    access_file.FILES.prune(later)
    assert not path.exists()

    access_file.make(cast.actor("cora"), asked(cast, (reference,)))
    anonymising.finish(cast.actor("cora"))
    assert not list(access_file.FILES.folder().glob("*.zip"))


def test_whoever_prepares_it_is_in_the_list_of_who_opened_the_dossier(cast: Cast, engine: Engine, reference: str) -> None:
    access.propose(cast.actor("dora"), KAREL, Subject.COMPLAINANT, (reference,))

    with Session(engine) as session:
        opened_by = session.scalars(select(m.AccessLog.account_id).where(m.AccessLog.what == "dossier")).all()
    assert cast["dora"] in opened_by
