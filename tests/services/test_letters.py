from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from docx import Document
from pypdf import PdfReader
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from db import models as m
from db.settings import write_settings
from domain.errors import Refused
from domain.facts import Fact
from domain.letters import Value, fill
from domain.rights import Right
from domain.vocabulary import Channel, Compartment, EventKind, Kind, LetterType, Recipient, Relation, Ruling, Side, Status
from services import letters
from services.door import work
from services.letter_filling import filled, label_key
from services.letters import Outgoing
from services.records import load
from tests.conftest import TODAY, Cast
from tests.fill import make_complainant, make_complaint, make_party, make_promise

BOTH = pytest.mark.parametrize("profile", ["training", "kinderopvang-welzijn"])
RECEIVED = date(2026, 11, 16)  # a Monday
DECIDED = date(2026, 11, 18)
BODY = {"training": "other", "kinderopvang-welzijn": "committee-childcare"}
APPEAL_LETTERS = (LetterType.APPEAL_RECEIVED, LetterType.APPEAL_RULING, LetterType.APPEAL_RULING_NOTICE)
ENTERED: dict[LetterType, dict[str, Any]] = {
    LetterType.EXTENSION: {"reason": "De trainer is tot en met maandag met verlof.", "new_date": date(2026, 12, 4)},
    LetterType.PROGRESS: {"progress": "Wij spraken de chauffeur.", "next_step": "Wij spreken de leiding van de locatie."},
    LetterType.RESPONSE: {"answer": "Wij hebben de verwarming laten nakijken en gerepareerd."},
    LetterType.REFERRAL: {"body_name": "De Ombudsman", "body_does": "Onderzoekt klachten over de gemeente en geeft advies."},
    LetterType.NOT_HANDLED: {"ground": "too_old", "reasons": "Het gebeurde in het voorjaar van 2019."},
    LetterType.CLOSING: {"result": "De verwarming doet het weer en u bent tevreden."},
}


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session, session.begin():
        yield session


@pytest.fixture
def reference(engine: Engine, cast: Cast, profile: str) -> str:
    """A dossier that every letter can be written about: decided, with an appeal and its ruling, and a respondent."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile)
        decide(session, complaint, cast)
        appeal(session, complaint, cast)
        return complaint.reference


def make_file(session: Session, cast: Cast, profile: str, **columns: Any) -> m.Complaint:
    childcare = profile != "training"
    sector = {"procedure": "WKO", "overlay": "HOUSE_WEEK", "sector": "kinderopvang"} if childcare else {"sector": "training"}
    complaint = make_complaint(
        session,
        cast,
        **{
            "received_on": RECEIVED,
            "category": "Organisatie en locatie",
            "handler_id": cast["hans"],
            "immediate_actions": "De huismeester heeft meteen een kachel gebracht.",
        }
        | sector
        | columns,
    )
    if not complaint.anonymous:
        make_complainant(session, complaint, "Karel de Vries").contact = "Kerkstraat 2\n1234 AB Voorbeeldstad"
    make_party(session, complaint, cast["rosa"])
    make_promise(session, complaint, procedure="HOUSE_WEEK", target_on=date(2026, 11, 23))
    return complaint


def decide(session: Session, complaint: m.Complaint, cast: Cast, **columns: Any) -> m.Decision:
    decision = m.Decision(
        **{
            "complaint_id": complaint.id,
            "outcome": "partly",
            "reasons": "De verwarming was kapot en wij wisten dat al langer.",
            "decided_by": cast["dora"],
            "decided_on": DECIDED,
        }
        | columns
    )
    session.add(decision)
    session.flush()
    for text, due_on in (("Wij vervangen de ketel.", date(2026, 12, 14)), ("Wij bellen elke week", date(2027, 1, 4))):
        session.add(
            m.Measure(complaint_id=complaint.id, decision_id=decision.id, text=text, owner_id=cast["hans"], due_on=due_on)
        )
    complaint.outcome = decision.outcome
    session.flush()
    return decision


def appeal(session: Session, complaint: m.Complaint, cast: Cast, **columns: Any) -> m.Appeal:
    decision_id = session.scalars(select(m.Decision.id).where(m.Decision.complaint_id == complaint.id)).one()
    row = m.Appeal(
        **{
            "complaint_id": complaint.id,
            "form_id": str(uuid4()),
            "decision_id": decision_id,
            "lodged_on": date(2026, 11, 19),
            "channel": Channel.PHONE,
            "grounds": "Het was echt koud.",
            "in_time": True,
            "registered_by": cast["vera"],
            "reviewer_id": cast["vera"],
            "snapshot_seq": 0,
            "ruling": Ruling.REVISED,
            "reasons": "De meting van de temperatuur klopt niet.",
            "consequence": "De directie betaalt het cursusgeld terug.",
            "consequence_due_on": date(2026, 12, 18),
            "binding": True,
            "ruled_on": date(2026, 11, 20),  # it was told
        }
        | columns
    )
    session.add(row)
    session.flush()
    return row


def entered(kind: LetterType, profile: str) -> dict[str, Any]:
    extra = dict(ENTERED.get(kind, {}))
    if kind is LetterType.REFERRAL:
        extra["body"] = BODY[profile]
    return extra


def outgoing(cast: Cast, reference: str, kind: LetterType, who: str = "cora", **extra: Any) -> Outgoing:
    composed = letters.compose(cast.actor(who), reference, kind, **extra)
    return Outgoing(str(uuid4()), kind, composed.subject, composed.body, Channel.EMAIL, TODAY, extra)


def dispatched(cast: Cast, reference: str, letter: Outgoing, who: str = "cora", side: Side = Side.FILE) -> int:
    with work(cast.actor(who), Right.SEND) as w:
        message, event = letters.dispatch(w, load(w, reference), letter, side)
        assert event.id == message.event_id
        return message.id


def refusal(cast: Cast, reference: str, letter: Outgoing, who: str = "cora") -> Refused:
    with pytest.raises(Refused) as refused:
        dispatched(cast, reference, letter, who)
    return refused.value


def named(refused: Refused) -> set[str]:
    assert (refused.code, refused.field) == ("letter_incomplete", "body")
    return {str(key).removeprefix("letters.value.") for key in refused.values["missing"]}  # type: ignore[attr-defined]


def count(engine: Engine, model: type[m.Base]) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


# Every letter of both profiles


@BOTH
def test_every_letter_with_everything_goes_out(engine: Engine, cast: Cast, reference: str, profile: str) -> None:
    for kind in LetterType:
        letter = outgoing(cast, reference, kind, **entered(kind, profile))

        message_id = dispatched(cast, reference, letter)

        with Session(engine) as session:
            message = session.get_one(m.Message, message_id)
            text = session.get_one(m.MessageText, message_id)
            event = session.get_one(m.Event, message.event_id)
        assert (message.letter_type, message.channel, message.sent_on, message.direction) == (kind, "email", TODAY, "out")
        assert (message.recorded_by, message.form_id) == (cast["cora"], letter.form_id)
        assert (text.subject, text.body) == (letter.subject, letter.body)
        assert (event.kind, event.happened_on, event.text_hash) == (EventKind.LETTER_SENT, TODAY, None)
        assert event.codes == {
            "letter_type": kind,
            "channel": "email",
            "sent_on": "2026-11-21",
            "recipient": message.recipient,
            "letter_hash": letters.letter_hash(text),
        }


@BOTH
@pytest.mark.parametrize("kind", list(LetterType))
def test_a_value_taken_out_of_the_text_blocks_by_name(cast: Cast, reference: str, profile: str, kind: LetterType) -> None:
    extra = entered(kind, profile)
    letter = outgoing(cast, reference, kind, **extra)
    with work(cast.actor("cora"), Right.READ) as w:
        whole = filled(w, load(w, reference), kind, TODAY, extra)
    template = "\n\n".join(words for words, _ in whole.paragraphs)
    printed = [name for name in whole.required if f"{{{name}}}" in template]
    assert fill(template, whole.values) == letter.body
    assert whole.lacking(letter.body) == ()
    assert len(printed) >= 8

    for name in printed:
        # Whoever can be called may also have signed: a name that stands there twice is still there.
        gone = {each: Value("…") if value.text == whole.values[name].text else value for each, value in whole.values.items()}

        assert name in whole.lacking(fill(template, gone)), name
    assert set(printed) <= named(refusal(cast, reference, replace(letter, body="…")))


@pytest.mark.parametrize("kind", ENTERED)
def test_a_value_that_nobody_entered_blocks_by_name(cast: Cast, reference: str, profile: str, kind: LetterType) -> None:
    extra = entered(kind, profile)
    letter = outgoing(cast, reference, kind, **extra)

    for name in [name for name in extra if name not in ("ground", "body")]:
        without: dict[str, Any] = {**extra, name: None if name == "new_date" else ""}
        composed = letters.compose(cast.actor("cora"), reference, kind, **without)
        missing = named(refusal(cast, reference, replace(letter, form_id=str(uuid4()), extra=without)))

        wanted = {name} if BODY[profile] == "other" or not name.startswith("body_") else set()
        assert wanted <= {each.key for each in composed.missing}
        assert all(each.label_key == label_key(each.key) for each in composed.missing)
        assert wanted <= missing


@BOTH
@pytest.mark.parametrize(("name", "kind"), [("ground", LetterType.NOT_HANDLED), ("body", LetterType.REFERRAL)])
def test_a_choice_that_nobody_made_blocks_by_name(
    cast: Cast, reference: str, profile: str, name: str, kind: LetterType
) -> None:
    extra = {each: value for each, value in entered(kind, profile).items() if each != name}

    missing = {each.key for each in letters.compose(cast.actor("cora"), reference, kind, **extra).missing}

    assert missing == ({"ground"} if name == "ground" else {"body_name", "body_does"})


SETTINGS: dict[str, dict[str, object]] = {
    "organisation": {"organisation": ""},
    "contact_name": {"contact": {"phone": "010 000 00 00"}},
    "contact_phone": {"contact": {"name": "Cora Coördinator"}},
    "privacy_url": {"privacy_url": ""},
}


@BOTH
@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_that_is_empty_blocks_every_letter_by_name(
    engine: Engine, cast: Cast, reference: str, profile: str, name: str
) -> None:
    by_account = APPEAL_LETTERS if name.startswith("contact_") else ()  # the reviewer is the one to call
    complete = [outgoing(cast, reference, kind, **entered(kind, profile)) for kind in LetterType if kind not in by_account]
    with Session(engine) as session, session.begin():
        write_settings(session, SETTINGS[name])

    for letter in complete:
        assert name in named(refusal(cast, reference, letter)), letter.letter_type


@BOTH
@pytest.mark.parametrize(("name", "confidant"), [("confidant_name", {"phone": "06"}), ("confidant_reach", {"name": "Vera"})])
def test_a_decision_without_a_way_to_the_confidant_is_blocked(
    engine: Engine, cast: Cast, reference: str, profile: str, name: str, confidant: dict[str, str]
) -> None:
    letter = outgoing(cast, reference, LetterType.DECISION)
    with Session(engine) as session, session.begin():
        write_settings(session, {"confidant": confidant})

    assert named(refusal(cast, reference, letter)) == {name}


FROM_THE_DOSSIER = {
    LetterType.DECISION: {"outcome", "reasons", "measures"},
    LetterType.APPEAL_RECEIVED: {"appeal_on", "reviewer", "ruling_on"},
    LetterType.APPEAL_RULING: {"appeal_on", "ruling", "reasons", "binding"},
    LetterType.APPEAL_RULING_NOTICE: {"appeal_on", "ruling", "reasons", "binding"},
    LetterType.CLOSING: {"result"},
    LetterType.RESPONDENT_NOTICE: {"respondent"},
    LetterType.ACK_ACTION: {"action"},
}


@BOTH
@pytest.mark.parametrize("kind", FROM_THE_DOSSIER)
def test_what_the_dossier_does_not_hold_blocks_by_name(engine: Engine, cast: Cast, profile: str, kind: LetterType) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile, immediate_actions=None)
        make_party(session, complaint, cast["hilde"])  # two respondents: which of them is written to?
    letter = outgoing(cast, complaint.reference, kind)

    assert named(refusal(cast, complaint.reference, letter)) >= FROM_THE_DOSSIER[kind]


def test_a_gap_that_was_left_in_the_text_blocks(cast: Cast, reference: str, profile: str) -> None:
    gap = letters.compose(cast.actor("cora"), reference, LetterType.EXTENSION).body
    extra = ENTERED[LetterType.EXTENSION]
    letter = outgoing(cast, reference, LetterType.EXTENSION, **extra)
    start = gap.index("[ontbreekt: reden")

    left = replace(letter, body=f"{letter.body}\n\n{gap[start : gap.index(']', start) + 1]}")

    assert named(refusal(cast, reference, left)) == {"reason"}


def test_words_may_be_adjusted_as_long_as_what_matters_stays(engine: Engine, cast: Cast, reference: str, profile: str) -> None:
    letter = outgoing(cast, reference, LetterType.DECISION)
    body = letter.body.replace("Geachte Karel de Vries,", "Beste Karel,").replace("maandag 14 december 2026", "14-12-2026")

    message_id = dispatched(cast, reference, replace(letter, body=f"{body}\n\nTot ziens!"))

    with Session(engine) as session:
        assert session.get_one(m.MessageText, message_id).body.endswith("Tot ziens!")


def test_the_judgment_cannot_be_turned_round_in_the_letter(cast: Cast, reference: str, profile: str) -> None:
    letter = outgoing(cast, reference, LetterType.DECISION)

    turned = replace(letter, body=letter.body.replace("deels gegrond", "ongegrond"))

    assert named(refusal(cast, reference, turned)) == {"outcome"}


@BOTH
def test_a_measure_without_its_date_is_missed(cast: Cast, reference: str, profile: str) -> None:
    letter = outgoing(cast, reference, LetterType.DECISION)

    undated = replace(letter, body=letter.body.replace(" (uiterlijk op maandag 4 januari 2027)", ""))

    # 4 January is also the last day for an appeal: one mention of it is not two promises.
    assert undated.body != letter.body
    assert named(refusal(cast, reference, undated)) == {"measures", "appeal_until"}


# What each letter says


@BOTH
def test_the_promise_is_a_calendar_date_a_week_after_the_letter(
    engine: Engine, cast: Cast, reference: str, profile: str
) -> None:
    letter = outgoing(cast, reference, LetterType.ACK_PROMISE)
    assert "U krijgt uiterlijk op zaterdag 28 november 2026 een reactie" in letter.body

    message_id = dispatched(cast, reference, letter)

    with Session(engine) as session:
        assert session.get_one(m.Message, message_id).promised_on == date(2026, 11, 28)


def test_a_letter_with_an_earlier_date_promises_an_earlier_day(cast: Cast, reference: str, profile: str) -> None:
    composed = letters.compose(cast.actor("cora"), reference, LetterType.ACK_PROMISE, sent_on=date(2026, 11, 17))

    assert "dinsdag 24 november 2026" in composed.body
    letter = Outgoing(str(uuid4()), LetterType.ACK_PROMISE, composed.subject, composed.body, Channel.EMAIL, TODAY)
    assert named(refusal(cast, reference, letter)) == {"promised_on"}  # of a letter of today


def test_another_promised_date_than_the_profiles_is_not_taken_from_the_form(cast: Cast, reference: str, profile: str) -> None:
    composed = letters.compose(cast.actor("cora"), reference, LetterType.ACK_PROMISE, promised_on=date(2027, 1, 1))

    assert "28 november 2026" in composed.body


@BOTH
def test_childcare_names_the_statutory_term_and_training_does_not(cast: Cast, reference: str, profile: str) -> None:
    body = letters.compose(cast.actor("cora"), reference, LetterType.ACK_PROMISE).body

    # Wko 1.57b(2)(d): six weeks after 16 November.
    assert ("maandag 28 december 2026" in body) == (profile != "training")


@BOTH
def test_only_bodies_where_we_are_affiliated_are_named(cast: Cast, reference: str, profile: str) -> None:
    body = letters.compose(cast.actor("cora"), reference, LetterType.ACK_PROMISE).body

    childcare = profile != "training"
    assert ("Klachtenloket Kinderopvang" in body) == childcare
    assert ("Geschillencommissie Kinderopvang" in body) == childcare
    assert "Vertrouwensinspecteur" not in body
    assert ("onafhankelijke instantie" in body) == childcare


@BOTH
def test_a_decision_names_the_committees_window_in_childcare(cast: Cast, reference: str, profile: str) -> None:
    body = letters.compose(cast.actor("cora"), reference, LetterType.DECISION).body

    assert ("dinsdag 16 november 2027" in body) == (profile != "training")


@BOTH
def test_a_decision_says_until_when_one_can_appeal(cast: Cast, reference: str, profile: str) -> None:
    body = letters.compose(cast.actor("cora"), reference, LetterType.DECISION).body

    # Six weeks after 21 November is a Saturday.
    assert "Dat kan tot en met maandag 4 januari 2027." in body
    assert "Vera Vertrouwens, telefoon 06 00 00 00 00 of e-mail vertrouwen@voorbeeld.invalid" in body


def test_a_decision_without_measures_says_so(engine: Engine, cast: Cast, profile: str) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile)
        decision = decide(session, complaint, cast)
        for measure in session.scalars(select(m.Measure).where(m.Measure.decision_id == decision.id)):
            session.delete(measure)
    letter = outgoing(cast, complaint.reference, LetterType.DECISION)

    assert "Wij nemen geen maatregelen." in letter.body
    quiet = replace(letter, body=letter.body.replace("Wij nemen geen maatregelen.", ""))
    assert named(refusal(cast, complaint.reference, quiet)) == {"measures"}


def test_only_the_decision_in_force_is_told(engine: Engine, cast: Cast, profile: str) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile)
        decide(session, complaint, cast, superseded=True, reasons="Een oud besluit dat niet meer geldt.")
        decide(session, complaint, cast, outcome="not_upheld", reasons="Een nieuw besluit na het beroep.")

    body = letters.compose(cast.actor("cora"), complaint.reference, LetterType.DECISION).body

    assert "ongegrond" in body
    assert "oud besluit" not in body


@BOTH
def test_an_acknowledgement_of_an_anonymous_complaint_is_refused(engine: Engine, cast: Cast, profile: str) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile, anonymous=True)

    for kind in (LetterType.ACK_ACTION, LetterType.ACK_PROMISE):
        with pytest.raises(Refused) as refused:
            letters.compose(cast.actor("cora"), complaint.reference, kind)
        letter = Outgoing(str(uuid4()), kind, "a", "b", Channel.LETTER, TODAY)

        assert refused.value.code == "letter_to_nobody"
        assert refusal(cast, complaint.reference, letter).code == "letter_to_nobody"


def test_the_person_it_is_about_reads_nothing_of_who_complained(cast: Cast, reference: str, profile: str) -> None:
    letter = outgoing(cast, reference, LetterType.RESPONDENT_NOTICE)

    message_id = dispatched(cast, reference, letter)

    page = PdfReader(BytesIO(letters.as_pdf(cast.actor("cora"), message_id))).pages[0].extract_text()
    assert "Beste Rosa Melder," in page
    for secret in ("Karel", "Vries", "Kerkstraat", "verwarming", "kachel"):
        assert secret not in page


@BOTH
def test_a_reviewer_writes_in_her_own_name(engine: Engine, cast: Cast, reference: str, profile: str) -> None:
    with Session(engine) as session, session.begin():
        session.execute(select(m.Complaint)).scalar_one().status = Status.IN_APPEAL
        session.get_one(m.Account, cast["vera"]).phone = None  # then it is the confidant's, of the settings
    vera = cast.actor("vera")

    ruling = letters.compose(vera, reference, LetterType.APPEAL_RULING)
    later = letters.compose(vera, reference, LetterType.EXTENSION, **ENTERED[LetterType.EXTENSION])

    assert "Vera Vertrouwens, telefoon 06 00 00 00 00" in ruling.body
    assert "Cora" not in ruling.body
    assert "uiterlijk op vrijdag 4 december 2026 de uitspraak" in later.body
    assert "Vera Vertrouwens, telefoon 06 00 00 00 00" in later.body


def test_a_substitute_reviewer_has_to_give_her_telephone(engine: Engine, cast: Cast, reference: str, profile: str) -> None:
    with Session(engine) as session, session.begin():
        session.execute(select(m.Appeal)).scalar_one().reviewer_id = cast["suze"]
        session.get_one(m.Account, cast["suze"]).phone = None
    suze = cast.actor("suze")

    without = letters.compose(suze, reference, LetterType.APPEAL_RECEIVED)
    given = letters.compose(suze, reference, LetterType.APPEAL_RECEIVED, contact_phone="06 11 11 11 11")

    assert [each.key for each in without.missing] == ["contact_phone"]
    assert given.missing == ()
    assert "Suze Substituut, telefoon 06 11 11 11 11" in given.body


def test_an_extended_ruling_is_promised_for_the_new_day(engine: Engine, cast: Cast, reference: str, profile: str) -> None:
    with Session(engine) as session, session.begin():
        complaint = session.execute(select(m.Complaint)).scalar_one()
        make_promise(session, complaint, procedure="HOUSE_WEEK", code="APPEAL_RULING", target_on=date(2026, 12, 30))

    assert "woensdag 30 december 2026" in letters.compose(cast.actor("vera"), reference, LetterType.APPEAL_RECEIVED).body


def test_a_question_is_answered_as_a_question(engine: Engine, cast: Cast, profile: str) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile, kind=Kind.QUESTION)

    body = letters.compose(cast.actor("cora"), complaint.reference, LetterType.RESPONSE, answer="Ja, dat kan.").body

    assert "stelde u ons een vraag" in body
    assert "ontvingen wij uw klacht" not in body


def test_a_long_story_is_shortened_to_whole_sentences(engine: Engine, cast: Cast, profile: str) -> None:
    story = "Dit is de eerste zin van een lang verhaal over de verwarming in de zaal waar wij zaten. " * 20
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile, description=story)

    body = letters.compose(cast.actor("cora"), complaint.reference, LetterType.ACK_PROMISE).body

    summary = body.split("Uw klacht gaat over het volgende:\n")[1].split("\n")[0]
    assert 80 < len(summary) <= 400
    assert summary.endswith("zaten.")


def test_one_endless_word_is_shortened_too(engine: Engine, cast: Cast, profile: str) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile, description="x" * 20_000)

    letter = outgoing(cast, complaint.reference, LetterType.ACK_PROMISE)

    assert len(letter.body) < 2_000
    assert dispatched(cast, complaint.reference, letter)


@BOTH
def test_what_the_law_allows_is_not_named_once_it_has_passed(engine: Engine, cast: Cast, profile: str) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile, received_on=date(2026, 9, 1))

    composed = letters.compose(cast.actor("cora"), complaint.reference, LetterType.ACK_PROMISE)

    assert "Wet kinderopvang" not in composed.body
    assert composed.missing == ()


# Braces, markup and other odd text


ODD = "{reference} {{ 7*7 }} {% raw %} <b>&amp;</b> #strong[x] = kop 😀 שלום \u202e {_{ }_}"


def test_what_people_typed_is_text_everywhere(engine: Engine, cast: Cast, profile: str) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile, description=ODD)
        make_it = session.get_one(m.Complainant, complaint.id)
        make_it.name = "{summary} & <i>De Vries</i>"
    letter = outgoing(cast, complaint.reference, LetterType.RESPONSE, answer=f"Antwoord: {ODD}")
    assert f"Antwoord: {ODD}" in letter.body
    assert "Geachte {summary} & <i>De Vries</i>," in letter.body

    message_id = dispatched(cast, complaint.reference, letter)

    word = Document(BytesIO(letters.as_docx(cast.actor("cora"), message_id)))
    page = PdfReader(BytesIO(letters.as_pdf(cast.actor("cora"), message_id))).pages[0].extract_text()
    assert f"Antwoord: {ODD}" in [paragraph.text for paragraph in word.paragraphs]
    assert "{reference} {{ 7*7 }} {% raw %} <b>&amp;</b> #strong[x] = kop" in " ".join(page.split())


def test_signs_that_cannot_be_printed_are_named_beforehand(engine: Engine, cast: Cast, profile: str) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile, description=ODD)

    found = letters.compose(cast.actor("cora"), complaint.reference, LetterType.ACK_PROMISE).unprintable

    assert found == ("😀", "ש", "ל", "ו", "ם", "U+202E RIGHT-TO-LEFT OVERRIDE")
    assert letters.unprintable("Gewone tekst – “met” € en ë.") == ()


# Sending


def test_the_same_form_again_gives_the_first_letter(engine: Engine, cast: Cast, reference: str, profile: str) -> None:
    letter = outgoing(cast, reference, LetterType.CLOSING, **ENTERED[LetterType.CLOSING])

    first = dispatched(cast, reference, letter)
    again = dispatched(cast, reference, replace(letter, body="iets anders", channel="zeppost"))

    assert first == again
    assert count(engine, m.Message) == 1
    assert count(engine, m.Event) == 1


def test_a_form_of_somebody_else_or_of_another_letter_is_refused(cast: Cast, reference: str, profile: str) -> None:
    letter = outgoing(cast, reference, LetterType.CLOSING, **ENTERED[LetterType.CLOSING])
    dispatched(cast, reference, letter)

    assert refusal(cast, reference, letter, who="dora").code == "changed_meanwhile"
    assert refusal(cast, reference, replace(letter, letter_type="progress")).code == "changed_meanwhile"


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"channel": "phone"}, "not_in_writing", "channel"),
        ({"channel": "zeppost"}, "unknown_value", "channel"),
        ({"channel": ""}, "missing", "channel"),
        ({"sent_on": date(2026, 11, 22)}, "in_the_future", "sent_on"),
        ({"sent_on": date(2026, 11, 15)}, "letter_before_receipt", "sent_on"),
        ({"sent_on": "2026-11-21"}, "unknown_value", "sent_on"),
        ({"sent_on": datetime(2026, 11, 21, tzinfo=UTC)}, "unknown_value", "sent_on"),
        ({"sent_on": None}, "missing", "sent_on"),
        ({"letter_type": "love_letter"}, "unknown_value", "letter_type"),
        ({"form_id": ""}, "unknown_value", "form_id"),
        ({"form_id": "x" * 37}, "unknown_value", "form_id"),
        ({"subject": " \u200b "}, "missing", "subject"),
        ({"subject": "x" * 121}, "text_too_long", "subject"),
        ({"body": ""}, "missing", "body"),
        ({"body": "a\0b"}, "text_unreadable", "body"),
        ({"body": "x" * 100_000}, "text_too_long", "body"),
        ({"extra": {"result": 7}}, "unknown_value", "result"),
        ({"extra": {"result": "x" * 100_000}}, "text_too_long", "result"),
        ({"extra": {"react_by": date(2026, 11, 21)}}, "letter_date_not_ahead", "react_by"),
        ({"extra": {"react_by": "morgen"}}, "unknown_value", "react_by"),
    ],
)
def test_what_is_forged_or_impossible_is_refused_at_its_field(
    engine: Engine, cast: Cast, reference: str, profile: str, changed: dict[str, Any], code: str, field: str
) -> None:
    letter = outgoing(cast, reference, LetterType.CLOSING, **ENTERED[LetterType.CLOSING])

    refused = refusal(cast, reference, replace(letter, **changed))

    assert (refused.code, refused.field) == (code, field)
    assert count(engine, m.Message) == count(engine, m.Event) == count(engine, m.MessageText) == 0


@pytest.mark.parametrize(
    ("kind", "extra", "code"),
    [
        (LetterType.NOT_HANDLED, {"ground": "boring"}, "unknown_value"),
        (LetterType.REFERRAL, {"body": "nobody"}, "unknown_value"),
        (LetterType.EXTENSION, {"new_date": date(2026, 11, 20)}, "letter_date_not_ahead"),
        (LetterType.ACK_ACTION, {"action_on": date(2026, 11, 22)}, "letter_date_ahead"),
        (LetterType.WITHDRAWAL, {"withdrawn_on": datetime(2026, 11, 20, tzinfo=UTC)}, "unknown_value"),
    ],
)
def test_composing_refuses_what_sending_would(
    cast: Cast, reference: str, profile: str, kind: LetterType, extra: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        letters.compose(cast.actor("cora"), reference, kind, **extra)

    assert (refused.value.code, refused.value.field) == (code, next(iter(extra)))


def test_a_decision_letter_does_not_go_before_the_decision(cast: Cast, reference: str, profile: str) -> None:
    letter = outgoing(cast, reference, LetterType.DECISION)

    assert refusal(cast, reference, replace(letter, sent_on=date(2026, 11, 17))).code == "before_decision"


def test_a_letter_about_an_appeal_does_not_go_before_the_appeal(cast: Cast, reference: str, profile: str) -> None:
    letter = outgoing(cast, reference, LetterType.APPEAL_RULING)

    assert refusal(cast, reference, replace(letter, sent_on=date(2026, 11, 18))).code == "letter_before_appeal"


@pytest.mark.parametrize("way", list(Channel))
def test_a_letter_goes_out_in_writing(cast: Cast, reference: str, profile: str, way: Channel) -> None:
    letter = replace(outgoing(cast, reference, LetterType.CLOSING, **ENTERED[LetterType.CLOSING]), channel=way)

    if way in letters.WAYS_OUT:
        assert dispatched(cast, reference, letter)
    else:
        assert refusal(cast, reference, letter).code == "not_in_writing"


def test_the_history_proves_the_letter_without_holding_it(engine: Engine, cast: Cast, reference: str, profile: str) -> None:
    message_id = dispatched(cast, reference, outgoing(cast, reference, LetterType.DECISION))

    with Session(engine) as session:
        text = session.get_one(m.MessageText, message_id)
        event = session.execute(select(m.Event)).scalar_one()
        assert event.codes["letter_hash"] == letters.letter_hash(text)
        text.body += " "
        assert event.codes["letter_hash"] != letters.letter_hash(text)
        assert "Karel" not in json.dumps(event.codes)
        session.rollback()


def test_two_letters_with_the_same_words_do_not_show_it(engine: Engine, cast: Cast, reference: str, profile: str) -> None:
    for _ in range(2):
        dispatched(cast, reference, outgoing(cast, reference, LetterType.CLOSING, **ENTERED[LetterType.CLOSING]))

    with Session(engine) as session:
        first, second = session.scalars(select(m.Event))
    assert first.codes["letter_hash"] != second.codes["letter_hash"]


def test_a_letter_stays_as_it_was_when_the_settings_change(engine: Engine, cast: Cast, reference: str, profile: str) -> None:
    cora = cast.actor("cora")
    message_id = dispatched(cast, reference, outgoing(cast, reference, LetterType.DECISION))
    before = letters.as_pdf(cora, message_id)

    with Session(engine) as session, session.begin():
        write_settings(session, {"organisation": "Heel Anders BV", "address": "Elders", "city": "Elders", "website": "x"})
        session.execute(select(m.Complainant)).scalar_one().name = "Iemand Anders"

    assert letters.as_pdf(cora, message_id) == before


# Printing


@BOTH
def test_every_letter_can_be_downloaded_as_pdf_and_as_word(cast: Cast, reference: str, profile: str) -> None:
    for kind in LetterType:
        letter = outgoing(cast, reference, kind, **entered(kind, profile))
        message_id = dispatched(cast, reference, letter)
        wanted = ["".join(line.removeprefix("- ").split()) for line in (letter.subject, *letter.body.splitlines())]

        file = PdfReader(BytesIO(letters.as_pdf(cast.actor("cora"), message_id)))
        word = Document(BytesIO(letters.as_docx(cast.actor("cora"), message_id)))

        pages = "".join(page.extract_text() for page in file.pages)
        on_paper = "".join(pages.replace("\u200b", "").replace("-", "").split())
        in_word = "".join("".join(paragraph.text for paragraph in word.paragraphs).split())
        headings = [paragraph.text for paragraph in word.paragraphs if paragraph.style.name == "Heading 2"]  # type: ignore[union-attr]
        assert file.trailer["/Root"]["/Lang"] == "nl-NL"
        assert all(line.replace("-", "") in on_paper for line in wanted if len(line) < 60), kind
        assert all(line in in_word for line in wanted), kind
        assert headings, kind


def test_by_post_the_address_stands_on_the_letter(cast: Cast, reference: str, profile: str) -> None:
    letter = outgoing(cast, reference, LetterType.DECISION)
    by_post = dispatched(cast, reference, replace(letter, channel=Channel.LETTER))
    by_mail = dispatched(cast, reference, replace(letter, form_id=str(uuid4()), channel=Channel.EMAIL))

    def page(message_id: int) -> str:
        return PdfReader(BytesIO(letters.as_pdf(cast.actor("cora"), message_id))).pages[0].extract_text()

    assert "Kerkstraat 2\n1234 AB Voorbeeldstad" in page(by_post)
    assert "Kerkstraat" not in page(by_mail)


def test_a_preview_says_that_it_is_one(cast: Cast, reference: str, profile: str) -> None:
    letter = outgoing(cast, reference, LetterType.CLOSING, **ENTERED[LetterType.CLOSING])

    page = PdfReader(BytesIO(letters.preview_pdf(cast.actor("cora"), reference, letter))).pages[0].extract_text()
    word = Document(BytesIO(letters.preview_docx(cast.actor("cora"), reference, letter)))

    assert "Concept, nog niet verzonden" in page
    assert "Concept, nog niet verzonden" in [paragraph.text for paragraph in word.paragraphs]


def test_a_file_name_says_nothing_and_is_new_each_time(reference: str, profile: str) -> None:
    first, second = (letters.file_name(reference, LetterType.DECISION, "pdf") for _ in range(2))

    assert first.startswith(f"{reference}-decision-")
    assert first != second


@pytest.mark.parametrize("who", ["tom", "rosa", "hilde", "piet", "adam", "wim", "suze", "vera"])
def test_who_may_not_read_the_dossier_gets_no_letter(cast: Cast, reference: str, profile: str, who: str) -> None:
    message_id = dispatched(cast, reference, outgoing(cast, reference, LetterType.DECISION))
    letter = outgoing(cast, reference, LetterType.CLOSING, **ENTERED[LetterType.CLOSING])
    actor = cast.actor(who)

    attempts = [lambda: letters.as_pdf(actor, message_id), lambda: letters.as_docx(actor, message_id)]
    if who != "vera":  # she hears the appeal: reads the dossier, but not what was sent after it
        attempts += [
            lambda: letters.compose(actor, reference, LetterType.DECISION),
            lambda: letters.preview_pdf(actor, reference, letter),
            lambda: letters.preview_docx(actor, reference, letter),
            lambda: letters.incomplete(actor, reference, letter),
            lambda: letters.send(actor, reference, letter),
        ]
    for attempt in attempts:
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code in ("not_found", "not_allowed")


def test_a_message_that_came_in_is_no_letter_of_ours(engine: Engine, cast: Cast, reference: str, profile: str) -> None:
    with Session(engine) as session, session.begin():
        complaint = session.execute(select(m.Complaint)).scalar_one()
        message = m.Message(
            complaint_id=complaint.id,
            side=Side.FILE,
            direction="in",
            recipient=Recipient.ORGANISATION,
            channel=Channel.EMAIL,
            sent_on=TODAY,
            recorded_by=cast["cora"],
            recorded_at=datetime(2026, 11, 21, tzinfo=UTC),
            form_id=str(uuid4()),
        )
        session.add(message)
        session.flush()
        session.add(m.MessageText(message_id=message.id, complaint_id=complaint.id, subject="a", body="b"))
        message_id = message.id

    for render in (letters.as_pdf, letters.as_docx):
        for number in (message_id, 10**9):
            with pytest.raises(Refused) as refused:
                render(cast.actor("cora"), number)
            assert refused.value.code == "not_found"


def test_an_organisations_own_letterhead_is_used(cast: Cast, reference: str, profile: str, tmp_path: Any) -> None:
    message_id = dispatched(cast, reference, outgoing(cast, reference, LetterType.DECISION))
    own = Document()
    for words in (
        "HUISSTIJL",
        "{{ reference }}",
        "{{ subject }}",
        "{%p for block in blocks %}",
        "{{ block.text }}",
        "{%p endfor %}",
    ):
        own.add_paragraph(words)
    own.save(str(tmp_path / "letterhead.docx"))

    word = Document(BytesIO(letters.as_docx(cast.actor("cora"), message_id)))

    assert word.paragraphs[0].text == "HUISSTIJL"


# Letters that are no step


@BOTH
def test_a_letter_that_is_no_step_counts_as_contact(engine: Engine, cast: Cast, profile: str) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile, status=Status.IN_PROGRESS)
        if profile != "training":
            session.add(m.LedgerEntry(complaint_id=complaint.id, fact=Fact.RECEIVED, happened_on=RECEIVED))
    letter = outgoing(cast, complaint.reference, LetterType.REFERRAL, **entered(LetterType.REFERRAL, profile))

    first = letters.send(cast.actor("hans"), complaint.reference, letter)
    again = letters.send(cast.actor("hans"), complaint.reference, letter)

    assert first == again
    with Session(engine) as session:
        met = session.scalars(select(m.Promise.met_on).where(m.Promise.code == "PROGRESS").order_by(m.Promise.id)).all()
    assert met == ([] if profile == "training" else [TODAY, None])  # and the next fortnight begins


@pytest.mark.parametrize("kind", [each for each in LetterType if each not in letters.WITHOUT_A_STEP])
def test_a_letter_of_a_step_is_sent_by_that_step(cast: Cast, reference: str, profile: str, kind: LetterType) -> None:
    letter = outgoing(cast, reference, kind, **entered(kind, profile))

    with pytest.raises(Refused) as refused:
        letters.send(cast.actor("cora"), reference, letter)

    assert refused.value.code == "letter_needs_step"


def test_a_notice_to_the_person_it_is_about_is_no_contact_with_the_complainant(
    engine: Engine, cast: Cast, profile: str
) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile, status=Status.IN_PROGRESS)
        make_promise(session, complaint, procedure="WKO", code="PROGRESS", trigger_on=RECEIVED, target_on=date(2026, 11, 30))
    letter = outgoing(cast, complaint.reference, LetterType.RESPONDENT_NOTICE)

    letters.send(cast.actor("cora"), complaint.reference, letter)

    with Session(engine) as session:
        assert session.scalars(select(m.Promise.met_on)).all() == [None, None]
        assert session.execute(select(m.Message)).scalar_one().recipient == Recipient.RESPONDENT


def test_a_reviewer_does_not_write_in_the_first_lines_file(engine: Engine, cast: Cast, reference: str, profile: str) -> None:
    letter = outgoing(cast, reference, LetterType.CLOSING, **ENTERED[LetterType.CLOSING])

    with pytest.raises(Refused) as refused:
        letters.send(cast.actor("vera"), reference, letter)

    assert refused.value.code == "not_allowed"
    assert count(engine, m.Message) == 0


def test_a_progress_letter_follows_the_workflow(engine: Engine, cast: Cast, profile: str) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile, status=Status.CLOSED)
    letter = outgoing(cast, complaint.reference, LetterType.PROGRESS, next_on=date(2026, 12, 1), **ENTERED[LetterType.PROGRESS])

    with pytest.raises(Refused) as refused:
        letters.send(cast.actor("cora"), complaint.reference, letter)

    assert refused.value.code == "not_in_this_status"


def test_a_letter_is_written_about_a_dossier_that_one_sees_only(engine: Engine, cast: Cast, profile: str) -> None:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_file(session, cast, profile, compartment=Compartment.UNWANTED_BEHAVIOUR)
        excluded = make_file(session, cast, profile)
        make_party(session, excluded, cast["cora"], Relation.CONFLICT)

    for reference in (complaint.reference, excluded.reference, "K26-00000"):
        with pytest.raises(Refused) as refused:
            letters.compose(cast.actor("cora"), reference, LetterType.ACK_PROMISE)
        assert refused.value.code == "not_found"
