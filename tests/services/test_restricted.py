"""The closed compartments: their keeper works in them, and nobody else finds a trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.restricted import ClosedStep
from domain.vocabulary import Compartment, EventKind, Flag, Status
from services import attachments, board, complaints, dossier, restricted
from services.handing_over import HandOver, hand_over
from services.parties import Named
from tests.conftest import CAST, TODAY, Cast
from tests.fill import make_complaint
from tests.samples import image

S = ClosedStep
KEEPERS = {Compartment.UNWANTED_BEHAVIOUR: "vera", Compartment.WHISTLEBLOWER: "wim"}
CATEGORIES = {Compartment.UNWANTED_BEHAVIOUR: "Ongewenst gedrag", Compartment.WHISTLEBLOWER: "Misstand (klokkenluider)"}
BOTH = pytest.mark.parametrize("compartment", KEEPERS)
STORY = "Tijdens de oefening gebeurde iets dat niet hoort."


def matter(compartment: str = Compartment.UNWANTED_BEHAVIOUR, **more: Any) -> HandOver:
    given: dict[str, Any] = {
        "compartment": compartment,
        "received_on": TODAY,
        "channel": "face_to_face",
        "text": STORY,
        "category": CATEGORIES[Compartment(compartment)],
        "complainant_type": "employee",
        "name": "Nel Nogniet",
    }
    return HandOver(**given | more)


def handed(cast: Cast, compartment: str = Compartment.UNWANTED_BEHAVIOUR, **more: Any) -> str:
    """Tom hands a matter over; its reference, as its keeper sees it."""
    hand_over(cast.actor("tom"), str(uuid4()), matter(compartment, **more))
    return restricted.listing(cast.actor(KEEPERS[Compartment(compartment)])).rows[0].reference


def take(cast: Cast, reference: str, step: str, who: str = "wim", on: date = TODAY, text: str = "Gesproken.") -> None:
    restricted.take(cast.actor(who), reference, str(uuid4()), step, on, text)


# Its keeper


@pytest.mark.parametrize("profile", ["training", "kinderopvang-welzijn"])
def test_the_confidant_sees_what_was_handed_over_and_when_the_first_contact_is_due(cast: Cast, profile: str) -> None:
    reference = handed(cast)

    listing = restricted.listing(cast.actor("vera"))

    (row,) = listing.rows
    assert (row.reference, row.received_on, row.category, row.status) == (reference, TODAY, "Ongewenst gedrag", "registered")
    assert (row.next_label, row.next_on, row.flag) == ("Eerste contact vertrouwenspersoon", date(2026, 11, 24), Flag.SOON)
    assert listing.total == 1
    assert listing.categories == ("Ongewenst gedrag",)


@pytest.mark.parametrize("profile", ["training", "kinderopvang-welzijn"])
def test_the_officer_sees_when_the_acknowledgement_is_due(cast: Cast, profile: str) -> None:
    handed(cast, Compartment.WHISTLEBLOWER)

    (row,) = restricted.listing(cast.actor("wim")).rows

    # Wbk 2(2)(h): seven days; 28 November 2026 is a Saturday, the term itself is what the list shows.
    assert (row.next_label, row.next_on) == ("Ontvangstbevestiging melding", date(2026, 11, 28))


@BOTH
def test_the_keeper_reads_the_whole_file(cast: Cast, compartment: Compartment) -> None:
    reference = handed(cast, compartment)

    file = restricted.read(cast.actor(KEEPERS[compartment]), reference)

    assert file.dossier.description == STORY
    assert file.dossier.complainant is not None
    assert file.dossier.complainant.name == "Nel Nogniet"
    assert file.dossier.reporter == "Tom Trainer"
    assert file.dossier.content is not None
    assert [entry.kind for entry in file.dossier.content.timeline] == [EventKind.HANDED_OVER]


def test_opening_a_file_is_logged(cast: Cast, engine: Engine) -> None:
    reference = handed(cast)

    restricted.read(cast.actor("vera"), reference)

    with Session(engine) as session:
        assert [entry.account_id for entry in session.scalars(select(m.AccessLog))] == [cast["vera"]]


def test_contact_meets_the_first_promise(cast: Cast) -> None:
    reference = handed(cast)

    take(cast, reference, S.CONTACT, "vera", text="Gesproken; denkt er nog over na.")

    (row,) = restricted.listing(cast.actor("vera")).rows
    assert (row.next_label, row.status, row.flag) == (None, Status.IN_PROGRESS, Flag.NONE)
    file = restricted.read(cast.actor("vera"), reference)
    assert file.dossier.content is not None
    assert file.dossier.content.timeline[0].text == "Gesproken; denkt er nog over na."


def test_a_note_meets_nothing(cast: Cast) -> None:
    reference = handed(cast)

    take(cast, reference, S.NOTE, "vera")

    assert restricted.listing(cast.actor("vera")).rows[0].next_label == "Eerste contact vertrouwenspersoon"


def test_the_three_months_of_feedback_run_from_the_acknowledgement(cast: Cast, on: Callable[[date], Any]) -> None:
    with on(date(2026, 11, 3)):
        reference = handed(cast, Compartment.WHISTLEBLOWER, received_on=date(2026, 11, 2))

    take(cast, reference, S.ACKNOWLEDGE, on=date(2026, 11, 9))

    (row,) = restricted.listing(cast.actor("wim")).rows
    assert (row.next_on, row.status) == (date(2027, 2, 9), Status.ACKNOWLEDGED)
    take(cast, reference, S.FEEDBACK)
    (row,) = restricted.listing(cast.actor("wim")).rows
    assert (row.next_on, row.next_label) == (date(2027, 2, 21), "Nazorg: gevolgen van de melding")  # three months after it


def test_a_report_ends_after_its_feedback_and_moves_to_what_ended(cast: Cast) -> None:
    reference = handed(cast, Compartment.WHISTLEBLOWER)
    for code, step in (("report_ack_first", S.ACKNOWLEDGE), ("feedback_missing", S.FEEDBACK)):
        with pytest.raises(Refused, match=code):
            take(cast, reference, S.CLOSE)
        take(cast, reference, step)

    take(cast, reference, S.CLOSE)

    assert restricted.listing(cast.actor("wim")).rows == ()
    assert [row.reference for row in restricted.listing(cast.actor("wim"), closed=True).rows] == [reference]
    assert restricted.read(cast.actor("wim"), reference).steps == (S.NOTE,)


def test_an_anonymous_report_that_nobody_can_answer_says_so(cast: Cast) -> None:
    reference = handed(cast, Compartment.WHISTLEBLOWER, complainant_type="anonymous", name=None)

    take(cast, reference, S.UNREACHABLE, text="Brief zonder afzender.")
    take(cast, reference, S.CLOSE)

    assert restricted.listing(cast.actor("wim"), closed=True).rows[0].next_on is None


@pytest.mark.parametrize(
    ("who", "kept"),
    [("vera", {Compartment.UNWANTED_BEHAVIOUR}), ("wim", {Compartment.WHISTLEBLOWER}), ("dora", set()), ("adam", set())],
)
def test_who_keeps_which_compartment(cast: Cast, who: str, kept: set[Compartment]) -> None:
    assert restricted.mine(cast.actor(who)) == kept


def test_a_keeper_adds_files(cast: Cast) -> None:
    reference = handed(cast)

    (token,) = attachments.add(cast.actor("vera"), reference, [("foto.png", image())])

    assert attachments.fetch(cast.actor("vera"), token)[2] == image()
    file = restricted.read(cast.actor("vera"), reference)
    assert file.dossier.content is not None
    assert [each.name for each in file.dossier.content.attachments] == ["foto.png"]


def test_the_list_is_in_pages(cast: Cast, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        for number in range(53):
            make_complaint(
                session,
                cast,
                compartment=Compartment.WHISTLEBLOWER,
                procedure="WBK",
                received_on=TODAY - timedelta(days=number),
            )

    first = restricted.listing(cast.actor("wim"))
    second = restricted.listing(cast.actor("wim"), page=2)

    assert (len(first.rows), len(second.rows), first.total, second.total) == (50, 3, 53, 53)
    assert first.rows[0].received_on == TODAY
    assert restricted.listing(cast.actor("wim"), page=99) == second
    assert restricted.listing(cast.actor("wim"), page=-1) == first
    assert not {row.reference for row in first.rows} & {row.reference for row in second.rows}


# Bad input


@pytest.mark.parametrize(
    ("step", "on", "text", "code", "field"),
    [
        ("contact", TODAY + timedelta(days=1), "x", "in_the_future", "on"),
        ("contact", TODAY - timedelta(days=1), "x", "before_received", "on"),
        ("contact", None, "x", "missing", "on"),
        ("contact", TODAY, " ", "missing", "text"),
        ("contact", TODAY, "\x00", "text_unreadable", "text"),
        ("contact", TODAY, "a" * 100_000, "text_too_long", "text"),
        ("forged", TODAY, "x", "unknown_value", "step"),
        ("feedback", TODAY, "x", "not_in_this_status", "step"),
        ("", TODAY, "x", "missing", "step"),
    ],
)
def test_a_wrong_step_is_refused_and_nothing_is_written(
    cast: Cast, engine: Engine, step: str, on: date, text: str, code: str, field: str
) -> None:
    reference = handed(cast)

    with pytest.raises(Refused, match=code) as refusal:
        restricted.take(cast.actor("vera"), reference, str(uuid4()), step, on, text)

    assert refusal.value.field == field
    with Session(engine) as session:
        assert [event.kind for event in session.scalars(select(m.Event))] == [EventKind.HANDED_OVER]


def test_a_double_click_is_one_step(cast: Cast, engine: Engine) -> None:
    reference, form_id = handed(cast), str(uuid4())

    for _ in range(2):
        restricted.take(cast.actor("vera"), reference, form_id, S.CONTACT, TODAY, "Gebeld")

    with Session(engine) as session:
        assert [event.kind for event in session.scalars(select(m.Event))] == [EventKind.HANDED_OVER, EventKind.CONTACT]


# Nobody else


OTHERS = {compartment: [name for name in CAST if name != keeper] for compartment, keeper in KEEPERS.items()}


@pytest.mark.parametrize(("compartment", "who"), [(where, who) for where, names in OTHERS.items() for who in names])
def test_nobody_else_finds_a_row_a_count_or_a_reference(cast: Cast, compartment: Compartment, who: str) -> None:
    reference = handed(cast, compartment)

    attempts: list[Callable[[], object]] = [
        lambda: restricted.read(cast.actor(who), reference),
        lambda: restricted.take(cast.actor(who), reference, str(uuid4()), S.NOTE, TODAY, "x"),
        lambda: dossier.read(cast.actor(who), reference),
        lambda: dossier.steps(cast.actor(who), reference),
        lambda: attachments.add(cast.actor(who), reference, [("x.txt", b"x")]),
    ]
    for attempt in attempts:
        with pytest.raises(Refused, match=r"not_found|not_allowed"):
            attempt()
    assert _found(cast.actor(who)) == 0


def _found(actor: str) -> int:
    try:
        return sum(restricted.listing(actor, closed=closed).total for closed in (False, True))
    except Refused:
        return 0


@BOTH
def test_no_board_shows_or_counts_it(cast: Cast, compartment: Compartment) -> None:
    handed(cast, compartment)

    for who in ("tom", "hans", "cora", "mia", "piet", "dora"):
        assert board.page(cast.actor(who), board.BoardFilter()).total == 0


def test_an_ordinary_dossier_is_no_file_here_not_even_an_appealed_one(cast: Cast, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        complaint = make_complaint(session, cast, reference="K26-GEWOON")
        decision = m.Decision(
            complaint_id=complaint.id, outcome="upheld", reasons="Ja.", decided_by=cast["hans"], decided_on=TODAY
        )
        session.add(decision)
        session.flush()
        session.add(
            m.Appeal(
                complaint_id=complaint.id, form_id=str(uuid4()), decision_id=decision.id, lodged_on=TODAY, channel="phone",
                grounds="Nee.", in_time=True, registered_by=cast["vera"], reviewer_id=cast["vera"], snapshot_seq=1,
            )
        )  # fmt: skip

    assert restricted.listing(cast.actor("vera")).total == 0
    for who in ("vera", "wim", "cora"):
        for reference in ("K26-GEWOON", "", "\x00", "\ud800", "V26-00000"):
            with pytest.raises(Refused, match="not_found"):
                restricted.read(cast.actor(who), reference)
    with pytest.raises(Refused, match=r"not_found|not_allowed"):
        take(cast, "K26-GEWOON", S.NOTE, "hans")


def test_who_handed_it_over_gets_no_receipt_of_it_as_if_it_were_a_complaint(cast: Cast) -> None:
    form_id = str(uuid4())
    hand_over(cast.actor("tom"), form_id, matter())
    ordinary = complaints.Intake(
        received_on=TODAY,
        channel="phone",
        subject_type="service",
        title="Iets anders",
        description="Iets anders",
        category="Overig",
        complainant_type="client",
        no_immediate_action=True,
    )

    with pytest.raises(Refused, match="changed_meanwhile"):
        complaints.register(cast.actor("tom"), form_id, ordinary)
    other = str(uuid4())
    complaints.register(cast.actor("tom"), other, ordinary)
    with pytest.raises(Refused, match="changed_meanwhile"):
        hand_over(cast.actor("tom"), other, matter())


def test_a_keeper_whom_it_is_about_sees_nothing_of_it(cast: Cast, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.add(m.AccountRole(account_id=cast["suze"], role="confidant"))
    hand_over(cast.actor("tom"), str(uuid4()), matter(respondents=(Named(account_id=cast["vera"]),)))

    assert restricted.listing(cast.actor("vera")).total == 0
    assert restricted.listing(cast.actor("suze")).total == 1


@BOTH
def test_the_last_keeper_is_not_excluded_or_the_matter_would_disappear(cast: Cast, compartment: str) -> None:
    keeper = KEEPERS[Compartment(compartment)]
    reference = handed(cast, compartment)

    with pytest.raises(Refused) as refused:
        complaints.add_party(cast.actor(keeper), reference, "conflict", Named(account_id=cast[keeper]))

    named = "Els Extern, 06 00 00 00 02, els@arbodienst.invalid"
    outside = named if compartment == Compartment.UNWANTED_BEHAVIOUR else ["refused.outside_whistleblower"]
    assert (refused.value.code, refused.value.values) == ("no_recipient", {"outside": outside})
    assert restricted.listing(cast.actor(keeper)).total == 1
