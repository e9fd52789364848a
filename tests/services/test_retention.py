"""Keeping and letting go: what is due and what stops it, two persons, and what is left (domain.md T17, 5.9; P29)."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

import app
from commands.nightly import NIGHTLY
from db import models as m
from db.engine import data_dir
from domain.errors import Refused
from domain.restricted import ClosedStep
from domain.retention import Block, What
from domain.rights import Right, Role
from domain.vocabulary import Channel, Compartment, EventKind, ExternalStage, LetterType, Relation, Side, Status
from manage import cli
from services import (
    anonymising,
    appeals,
    attachments,
    board,
    door,
    dossier,
    drafts,
    exports,
    hearing,
    letters,
    overview,
    restricted,
    retention,
    steps,
)
from services.board_filters import BoardFilter, Show
from services.letters import Outgoing
from services.parties import Named, add_party
from services.records import GENESIS, event_hash, record
from tests.cases import Case
from tests.conftest import CAST, POSTGRESQL, TODAY, Cast, sign_everybody_in
from tests.fill import (
    APPROVED,
    TO_BOTH,
    make_complainant,
    make_complaint,
    make_party,
    make_promise,
    make_ruled_appeal,
    make_year_report,
)
from tests.samples import image
from tests.services.test_restricted import handed, take

On = Callable[[date], AbstractContextManager[None]]
ENDS = date(2028, 11, 21)  # closed today, 21 November 2026, and two years
SOON = ENDS - timedelta(days=30)
CLOSED = [(Compartment.UNWANTED_BEHAVIOUR, "vera"), (Compartment.WHISTLEBLOWER, "wim")]


def closed(cast: Cast, **columns: Any) -> Case:
    """Closed today; straight into the tables."""
    ended = {"status": Status.CLOSED, "closed_on": TODAY, "close_reason": "accepted", "answered_on": TODAY}
    with Session(door.engine()) as session, session.begin():
        row = make_complaint(session, cast, **ended | columns)
        person = make_complainant(session, row, "Karel de Vries")
        person.contact = "karel@voorbeeld.invalid"
        make_promise(session, row, met_on=TODAY)
        return Case(cast, "training", row.reference, row.received_on)


def appealed(cast: Cast, ruled_on: date = TODAY) -> Case:
    case = closed(cast)
    with Session(door.engine()) as session, session.begin():
        make_ruled_appeal(session, cast, case.row, ruled_on)
    return case


def due(cast: Cast, who: str = "cora") -> dict[str, retention.Row]:
    return {row.reference: row for row in retention.due(cast.actor(who)).rows}


def let_go(cast: Cast, reference: str, what: str = What.DOSSIER, first: str = "cora", second: str = "dora") -> None:
    retention.propose(cast.actor(first), reference, what)
    retention.confirm(cast.actor(second), reference, what)


def blocked(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refused:
        act()
    assert refused.value.code == "retention_blocked"
    return [each.removeprefix("retention_block.") for each in refused.value.values["reasons"]]


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def rows(engine: Engine, model: Any) -> list[Any]:
    with Session(engine) as session:
        return list(session.scalars(select(model).order_by(*model.__table__.primary_key)))


# What is due


def test_it_stands_on_the_list_thirty_days_ahead_and_may_go_when_the_term_is_over(cast: Cast, on: On) -> None:
    case = closed(cast)
    with on(date(2027, 1, 1)):
        assert due(cast) == {}
    with on(SOON - timedelta(days=1)):
        assert due(cast)[case.reference].what is What.CONTACT
    with on(SOON):
        row = due(cast)[case.reference]
        assert (row.what, row.until, row.blocks) == (What.DOSSIER, ENDS, (Block.TERM,))
        assert blocked(lambda: retention.propose(cast.actor("cora"), case.reference, What.DOSSIER)) == [Block.TERM]
    with on(ENDS):
        row = due(cast)[case.reference]
        assert (row.ended_on, row.last_on, row.blocks, row.proposed) == (TODAY, TODAY, (), None)


def test_the_clock_starts_again_at_the_last_ruling_and_with_an_outside_body(cast: Cast, on: On) -> None:
    appeal, outside = appealed(cast, date(2027, 2, 1)), closed(cast)
    with on(date(2027, 3, 1)):
        steps.refer(
            cast.actor("cora"), outside.reference, str(uuid4()), body="other", body_name="Ombudsman",
            stage=ExternalStage.RULED, submitted_on=date(2027, 2, 1), result="not_upheld",
        )  # fmt: skip
    with on(ENDS):
        assert {row.what for row in due(cast).values()} == {What.CONTACT}
    with on(date(2029, 3, 1)):
        for case, ended_on in ((appeal, date(2027, 2, 1)), (outside, date(2027, 3, 1))):  # the day on which it was put down
            row = due(cast)[case.reference]
            assert (row.what, row.ended_on, row.blocks) == (What.DOSSIER, ended_on, ())


def put_down(reference: str, kind: EventKind, at: datetime, side: Side = Side.FILE) -> None:
    """An event as `record` writes it, at this instant."""
    with Session(door.engine()) as session, session.begin():
        complaint = session.scalars(select(m.Complaint).where(m.Complaint.reference == reference)).one()
        work = door.Work(session, door.Person(None, "", "", frozenset()), Right.OPERATE, at, door.EVERY_ROW)
        record(work, complaint, kind, side=side)


@pytest.mark.parametrize(
    ("kind", "side"),
    [
        (EventKind.CLOSED, Side.FILE),
        (EventKind.WITHDRAWN, Side.FILE),
        (EventKind.NOT_HANDLED, Side.FILE),
        (EventKind.APPEAL_RULED, Side.APPEAL),
    ],
)
def test_an_old_dossier_that_is_put_down_and_closed_today_is_kept_from_today(
    cast: Cast, on: On, kind: EventKind, side: Side
) -> None:
    long_ago = date(2017, 3, 1)
    case = closed(cast, received_on=long_ago, closed_on=long_ago)
    put_down(case.reference, kind, datetime(2026, 11, 20, 23, 30, tzinfo=UTC), side)  # 21 November here
    put_down(case.reference, EventKind.NOTE, datetime(2027, 1, 1, tzinfo=UTC))

    assert due(cast) == {}
    assert blocked(lambda: retention.propose(cast.actor("cora"), case.reference, What.DOSSIER)) == [Block.TERM]
    with on(ENDS):
        row = due(cast)[case.reference]
        assert (row.ended_on, row.until, row.blocks) == (TODAY, ENDS, ())


@pytest.mark.parametrize(("compartment", "who"), CLOSED)
def test_so_is_one_in_a_closed_compartment(cast: Cast, on: On, compartment: str, who: str) -> None:
    reference = ended(cast, compartment, who)
    with Session(door.engine()) as session, session.begin():
        session.execute(update(m.Complaint).values(received_on=date(2017, 3, 1), closed_on=date(2017, 3, 1)))
    assert reference not in due(cast, who)
    with on(ENDS):
        assert due(cast, who)[reference].ended_on == TODAY


def test_what_was_withdrawn_and_never_closed_is_not_forgotten(cast: Cast, on: On) -> None:
    case = Case.registered("training", cast).withdraw()
    with on(ENDS):
        assert due(cast)[case.reference].blocks == (Block.NOT_CLOSED,)
        assert blocked(lambda: let_go(cast, case.reference)) == [Block.NOT_CLOSED]


def test_open_dossiers_and_an_open_appeal_never_go(cast: Cast, on: On) -> None:
    going_on, in_appeal = (closed(cast, status=each, closed_on=None) for each in (Status.IN_PROGRESS, Status.IN_APPEAL))
    with on(date(2036, 1, 2)):
        assert due(cast) == {}
        for case in (going_on, in_appeal):
            assert blocked(lambda case=case: let_go(cast, case.reference)) == [Block.NOT_CLOSED]  # type: ignore[misc]


def test_an_outside_body_that_is_busy_and_an_open_measure_stop_it(cast: Cast, on: On) -> None:
    outside = closed(cast).refer()
    measure = closed(cast)
    with Session(door.engine()) as session, session.begin():
        session.add(m.Measure(complaint_id=measure.row.id, text="Hek", owner_id=cast["cora"], due_on=TODAY))
    with on(date(2029, 3, 1)):
        assert due(cast)[outside.reference].blocks == (Block.OUTSIDE,)
        assert due(cast)[measure.reference].blocks == (Block.MEASURE,)
        assert blocked(lambda: let_go(cast, measure.reference)) == [Block.MEASURE]


def test_one_body_that_is_done_does_not_hide_another_that_is_busy(cast: Cast, engine: Engine, on: On) -> None:
    case = closed(cast).refer()
    steps.refer(
        cast.actor("cora"), case.reference, str(uuid4()), body="other", body_name="Klachtenloket",
        stage=ExternalStage.ENDED, submitted_on=case.at(4),
    )  # fmt: skip
    assert case.row.external_stage == ExternalStage.ENDED
    with on(date(2029, 3, 1)):
        assert due(cast)[case.reference].blocks == (Block.OUTSIDE,)


def test_a_list_of_many_has_pages_and_loads_one(cast: Cast, engine: Engine, on: On) -> None:
    with Session(engine) as session, session.begin():
        for number in range(60):
            ended_on = date(2024, 1, 1) + timedelta(days=number)
            make_complaint(session, cast, status=Status.CLOSED, closed_on=ended_on, received_on=date(2024, 1, 1))

    first, second = retention.due(cast.actor("cora")), retention.due(cast.actor("cora"), 9)

    assert (first.total, first.pages, len(first.rows), second.page, len(second.rows)) == (60, 2, 50, 2, 10)
    ended = [row.ended_on for row in (*first.rows, *second.rows)]
    assert ended == sorted(ended)


# A hold


def test_a_hold_keeps_it_until_it_is_released_and_both_stand_in_the_history(cast: Cast, on: On) -> None:
    case = closed(cast)
    retention.hold(cast.actor("cora"), case.reference, "Er loopt een rechtszaak.")
    with pytest.raises(Refused, match="on_hold"):
        retention.hold(cast.actor("dora"), case.reference, "Nog een keer.")
    with on(date(2030, 1, 2)):
        row = due(cast)[case.reference]
        assert (row.blocks, row.hold) == ((Block.HOLD,), "Er loopt een rechtszaak.")
        (kept,) = retention.held(cast.actor("dora"))
        assert (kept.reference, kept.by) == (case.reference, "Cora Coördinator")
        assert blocked(lambda: let_go(cast, case.reference)) == [Block.HOLD]

        retention.release(cast.actor("dora"), case.reference, "De zaak is voorbij.")
        let_go(cast, case.reference)

    assert case.kinds()[-3:] == [EventKind.HELD, EventKind.RELEASED, EventKind.ANONYMISED]


def test_a_hold_needs_a_reason_and_ends_a_proposal(cast: Cast, on: On) -> None:
    case = closed(cast)
    for act in (retention.hold, retention.release):
        with pytest.raises(Refused, match=r"missing|not_on_hold"):
            act(cast.actor("cora"), case.reference, " ")
    with on(ENDS):
        retention.propose(cast.actor("cora"), case.reference, What.DOSSIER)
        retention.hold(cast.actor("dora"), case.reference, "Toch niet.")
        retention.release(cast.actor("dora"), case.reference, "Toch wel.")
        with pytest.raises(Refused, match="not_proposed"):
            retention.confirm(cast.actor("dora"), case.reference, What.DOSSIER)


# The date of the server


@pytest.fixture
def server_on(engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """From here on the server itself says that it is this day, and everybody signed in on it."""

    def moved(day: date) -> None:
        monkeypatch.setenv("WEERKLANK_TODAY", day.isoformat())
        with Session(engine) as session, session.begin():
            sign_everybody_in(session, cast, door._system_clock())

    return moved


@pytest.mark.parametrize(
    ("server", "last", "right"),
    [
        (date(2036, 5, 1), date(2028, 11, 25), False),
        (date(2029, 12, 29), date(2028, 11, 25), True),  # 399 days
        (date(2030, 1, 1), date(2028, 11, 25), False),
        (ENDS, ENDS + timedelta(days=3), False),
        (ENDS + timedelta(days=3), ENDS + timedelta(days=3), True),
    ],
)
def test_by_a_date_that_cannot_be_right_nothing_goes(
    cast: Cast, engine: Engine, server_on: Callable[[date], None], server: date, last: date, right: bool
) -> None:
    case, other = closed(cast), closed(cast)
    put_down(other.reference, EventKind.NOTE, datetime(last.year, last.month, last.day, 12, tzinfo=UTC))
    drafts.keep(cast.actor("hans"), "intake", {"text": "Half af"})
    server_on(server)
    retention.propose(cast.actor("cora"), case.reference, What.DOSSIER)

    if right:
        retention.confirm(cast.actor("dora"), case.reference, What.DOSSIER)
    else:
        assert refused(lambda: retention.confirm(cast.actor("dora"), case.reference, What.DOSSIER)) == "clock_wrong"
    anonymising.sweep(NIGHTLY)

    assert (case.row.status == Status.ANONYMISED) == right
    assert (rows(engine, m.Draft) == []) == right


# Two persons


def test_one_person_cannot_do_it_alone(cast: Cast, on: On) -> None:
    case = closed(cast)
    with on(ENDS):
        with pytest.raises(Refused, match="not_proposed"):
            retention.confirm(cast.actor("dora"), case.reference, What.DOSSIER)
        retention.propose(cast.actor("cora"), case.reference, What.DOSSIER)
        mine, hers = due(cast)[case.reference].proposed, due(cast, "dora")[case.reference].proposed
        assert mine is not None
        assert hers is not None
        assert (mine.mine, mine.why_not, mine.alone_from) == (True, "second_person", None)
        assert (hers.mine, hers.why_not, hers.by) == (False, None, "Cora Coördinator")
        with pytest.raises(Refused, match="second_person"):
            retention.confirm(cast.actor("cora"), case.reference, What.DOSSIER)
        with pytest.raises(Refused, match="not_proposed"):
            retention.confirm(cast.actor("dora"), case.reference, What.CONTACT)
    with on(ENDS + timedelta(days=30)), pytest.raises(Refused, match="second_person"):
        retention.confirm(cast.actor("cora"), case.reference, What.DOSSIER)
    assert case.row.status == Status.CLOSED


def test_a_proposal_can_be_withdrawn(cast: Cast, on: On) -> None:
    case = closed(cast)
    with on(ENDS):
        retention.propose(cast.actor("dora"), case.reference, What.DOSSIER)
        retention.withdraw(cast.actor("cora"), case.reference)
        assert due(cast)[case.reference].proposed is None
        with pytest.raises(Refused, match="not_proposed"):
            retention.confirm(cast.actor("cora"), case.reference, What.DOSSIER)


def test_what_came_after_the_proposal_is_looked_at_first(cast: Cast, on: On) -> None:
    """Another system removed a report one day after new evidence came in."""
    case = closed(cast)
    with on(ENDS):
        retention.propose(cast.actor("cora"), case.reference, What.DOSSIER)
        attachments.add(cast.actor("cora"), case.reference, [("bewijs.png", image())])
        with pytest.raises(Refused, match="changed_since_proposed"):
            retention.confirm(cast.actor("dora"), case.reference, What.DOSSIER)
        let_go(cast, case.reference)
    assert case.row.status == Status.ANONYMISED


def test_what_is_confirmed_is_the_proposal_on_the_screen(cast: Cast, on: On) -> None:
    case = closed(cast)
    with on(ENDS):
        retention.propose(cast.actor("cora"), case.reference, What.DOSSIER)
        shown = due(cast, "dora")[case.reference].proposed
        assert shown is not None
        attachments.add(cast.actor("cora"), case.reference, [("bewijs.png", image())])
        retention.propose(cast.actor("cora"), case.reference, What.DOSSIER)
        said = refused(lambda: retention.confirm(cast.actor("dora"), case.reference, What.DOSSIER, shown.seq))
        assert (said, case.row.status) == ("changed_since_proposed", Status.CLOSED)

        shown = due(cast, "dora")[case.reference].proposed
        assert shown is not None
        retention.confirm(cast.actor("dora"), case.reference, What.DOSSIER, shown.seq)


def test_a_measure_that_opens_after_the_proposal_stops_it_too(cast: Cast, on: On) -> None:
    case = closed(cast)
    with on(ENDS):
        retention.propose(cast.actor("cora"), case.reference, What.DOSSIER)
        case.reopen("dora")
        assert blocked(lambda: retention.confirm(cast.actor("dora"), case.reference, What.DOSSIER)) == [Block.NOT_CLOSED]


MAY = {"cora", "dora", "piet", "petra", "vera", "wim"}


def test_who_has_the_list(cast: Cast, on: On) -> None:
    case = closed(cast)
    with on(ENDS):
        for who in CAST:
            if who in MAY:
                assert (case.reference in due(cast, who)) == (who in ("cora", "dora")), who
            else:
                assert refused(lambda who=who: retention.due(cast.actor(who))) == "not_allowed", who  # type: ignore[misc]
            if who not in ("cora", "dora"):
                said = refused(lambda who=who: retention.propose(cast.actor(who), case.reference, "dossier"))  # type: ignore[misc]
                assert said == ("not_found" if who in MAY else "not_allowed"), who


# What is left


def seen_by_everybody(cast: Cast) -> dict[str, Any]:
    """The figures of the year, for each person who has them, as far as they do not change by themselves."""
    found = {}
    for who in CAST:
        try:
            year = overview.year(cast.actor(who), 2026)
        except Refused:
            continue
        names = ("now", "before", "standing", "months", "channels", "categories", "units", "outcomes", "promises")
        found[who] = {name: getattr(year, name) for name in names}
    return found


def test_the_figures_stay_the_same_for_everybody_and_nobody_finds_what_they_did_not(cast: Cast, engine: Engine, on: On) -> None:
    ours = appealed(cast)
    about_hans = closed(cast)
    add_party(cast.actor("cora"), about_hans.reference, "respondent", Named(account_id=cast["mia"]))
    add_party(cast.actor("cora"), about_hans.reference, "involved", Named(account_id=cast["hilde"]))
    add_party(cast.actor("cora"), about_hans.reference, "respondent", Named(name="Bram Buitenstaander"))
    closed(cast).refer()
    with on(ENDS):
        before = seen_by_everybody(cast)
        for case in (ours, about_hans):
            let_go(cast, case.reference)

        assert seen_by_everybody(cast) == before
        with pytest.raises(Refused, match="not_found"):
            dossier.read(cast.actor("mia"), about_hans.reference)
        assert about_hans.reference not in [
            row.reference for row in board.page(cast.actor("mia"), BoardFilter(status=Show.ALL)).rows
        ]
        assert len(exports.year(cast.actor("cora"), 2026).content) > 1000
    (left,) = [each for each in rows(engine, m.Party) if each.complaint_id == about_hans.row.id]
    assert (left.account_id, left.excluded, left.name) == (cast["mia"], True, None)


def test_the_chain_still_verifies_and_an_event_says_what_happened(cast: Cast, on: On) -> None:
    case = closed(cast)
    hashes = [event.hash for event in case.events()]
    with on(ENDS):
        let_go(cast, case.reference)

    before = GENESIS
    for event in case.events():
        assert (event.prev_hash, event.hash) == (before, event_hash(event))
        assert event.text_salt is None
        before = event.hash
    assert [event.hash for event in case.events()][:-1] == hashes
    last = case.events()[-1]
    assert (last.kind, last.actor_id, last.happened_on) == (EventKind.ANONYMISED, cast["dora"], ENDS)
    assert last.codes == {"years": 2, "until": "2028-11-21", "files": 0}


def test_the_register_says_what_went_and_nothing_of_what_it_was(cast: Cast, on: On) -> None:
    case = closed(cast)
    attachments.add(cast.actor("cora"), case.reference, [("foto.png", image())])
    with on(ENDS):
        let_go(cast, case.reference)
        (line,) = retention.register(cast.actor("cora"))

    assert line == retention.Gone(
        reference=case.reference,
        compartment=Compartment.REGULAR,
        what=What.DOSSIER,
        years=2,
        ended_on=TODAY,
        until=ENDS,
        destroyed_on=ENDS,
        proposed_by="Cora Coördinator",
        confirmed_by="Dora Directeur",
        files=1,
    )


def test_who_was_excluded_does_not_find_it_in_the_register_either(cast: Cast, on: On) -> None:
    case = closed(cast)
    add_party(cast.actor("dora"), case.reference, "conflict", Named(account_id=cast["cora"]))
    with on(ENDS):
        assert case.reference not in due(cast)
        retention.propose(cast.actor("dora"), case.reference, What.DOSSIER)
        with pytest.raises(Refused, match="not_found"):
            retention.confirm(cast.actor("cora"), case.reference, What.DOSSIER)
    with Session(door.engine()) as session, session.begin():  # a second coordinator
        session.add(m.AccountRole(account_id=cast["hilde"], role=Role.COORDINATOR))
    with on(ENDS):
        retention.confirm(cast.actor("hilde"), case.reference, What.DOSSIER)
        assert retention.register(cast.actor("cora")) == ()
        assert len(retention.register(cast.actor("dora"))) == 1


def test_nothing_happens_in_it_any_more(cast: Cast, engine: Engine, on: On) -> None:
    case = appealed(cast)
    with on(ENDS):
        let_go(cast, case.reference)
        cora, ref, seen = cast.actor("cora"), case.reference, case.seen
        acts: list[Callable[[], object]] = [
            lambda: steps.log(cora, ref, EventKind.NOTE, ENDS, "Nog iets."),
            lambda: steps.reopen(cora, ref, seen, "Er is iets."),
            lambda: case.close(),
            lambda: attachments.add(cora, ref, [("foto.png", image())]),
            lambda: add_party(cora, ref, "involved", Named(name="Iemand")),
            lambda: steps.assign(cora, ref, seen, cast["hans"]),
            lambda: case.refer(),
            lambda: retention.hold(cora, ref, "Toch."),
            lambda: let_go(cast, ref),
            lambda: let_go(cast, ref, What.CONTACT),
            lambda: appeals.lodge(cora, str(uuid4()), ref, None, ENDS, Channel.EMAIL, "Toch.", "Laat."),
            lambda: hearing.note(cast.actor("vera"), ref, str(uuid4()), "Nog iets."),
            lambda: letters.send(
                cora, ref, Outgoing(str(uuid4()), LetterType.PROGRESS, "Bericht", "Tekst.", Channel.EMAIL, ENDS)
            ),
        ]
        hashes = [event.hash for event in case.events()]
        for act in acts:
            with pytest.raises(Refused):
                act()
        assert [event.hash for event in case.events()] == hashes
        assert dossier.steps(cora, ref) == ()
        read = dossier.read(cora, ref)
        assert (read.status, read.content, read.offer, read.description) == (Status.ANONYMISED, None, None, None)
        assert read.complainant is not None
        assert (read.complainant.type, read.complainant.name, read.complainant.contact) == ("participant", None, None)
        assert read.promises
        assert ref not in due(cast)


# Contact data


def test_contact_data_go_a_year_after_closing_and_the_rest_stays(cast: Cast, engine: Engine, on: On) -> None:
    case = closed(cast)
    with on(date(2027, 11, 21)):
        assert (due(cast)[case.reference].what, due(cast)[case.reference].blocks) == (What.CONTACT, ())
        let_go(cast, case.reference, What.CONTACT)
        assert due(cast) == {}
        assert refused(lambda: let_go(cast, case.reference, What.CONTACT)) == "contact_gone"
        (line,) = retention.register(cast.actor("dora"))
        assert (line.what, line.years) == (What.CONTACT, 1)
        read = dossier.read(cast.actor("cora"), case.reference)
        assert read.complainant is not None
        assert (read.complainant.name, read.complainant.contact, read.status) == ("Karel de Vries", None, Status.CLOSED)
    (row,) = rows(engine, m.Complainant)
    assert row.surname_key is None
    with on(ENDS):
        let_go(cast, case.reference)
        assert len(retention.register(cast.actor("cora"))) == 2


def test_withdrawing_what_was_never_proposed_writes_nothing(cast: Cast, engine: Engine, on: On) -> None:
    case = closed(cast)
    with on(ENDS):
        let_go(cast, case.reference)
        retention.withdraw(cast.actor("cora"), case.reference)
    assert rows(engine, m.Retention) == []


# Files


def folder() -> set[str]:
    here = data_dir() / "attachments"
    return {each.name for each in here.iterdir()} if here.is_dir() else set()


def with_files(cast: Cast) -> tuple[Case, tuple[str, ...]]:
    case = closed(cast)
    tokens = attachments.add(cast.actor("cora"), case.reference, [("a.png", image()), ("b.jpg", image("JPEG"))])
    return case, tokens


def test_the_files_go_off_the_disk_and_nobody_can_fetch_them(cast: Cast, engine: Engine, on: On) -> None:
    case, tokens = with_files(cast)
    other = closed(cast)
    (kept,) = attachments.add(cast.actor("cora"), other.reference, [("c.png", image())])
    with on(ENDS):
        let_go(cast, case.reference)
        assert folder() == {kept}
        for token in tokens:
            with pytest.raises(Refused, match="not_found"):
                attachments.fetch(cast.actor("cora"), token)
        assert attachments.fetch(cast.actor("cora"), kept)[2] == image()
    assert rows(engine, m.DoomedFile) == []


def test_what_was_cut_short_is_finished_by_the_sweep_as_often_as_it_runs(cast: Cast, engine: Engine, on: On) -> None:
    case, tokens = with_files(cast)
    stuck = data_dir() / "attachments" / tokens[0]
    stuck.unlink()
    stuck.mkdir()  # cannot be removed as a file: as if the machine stopped between the commit and the disk
    with on(ENDS):
        let_go(cast, case.reference)
        assert case.row.status == Status.ANONYMISED
        assert [each.token for each in rows(engine, m.DoomedFile)] == [tokens[0]]
        ran = CliRunner().invoke(cli, ["nightly"])
        assert (ran.exit_code, "Files that could not be removed: 1." in ran.output) == (1, True)

        stuck.rmdir()
        stuck.write_bytes(image())

        assert CliRunner().invoke(cli, ["nightly"], catch_exceptions=False).exit_code == 0
        assert anonymising.sweep(NIGHTLY) == 0
    assert (folder(), rows(engine, m.DoomedFile)) == (set(), [])


def put(name: str, age: timedelta) -> Path:
    """A file of this age, by the clock of the server."""
    file = data_dir() / "attachments" / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(image())
    at = (door._clock() - age).timestamp()
    os.utime(file, (at, at))
    return file


def test_a_file_of_which_the_row_never_came_goes_with_the_sweep(cast: Cast, engine: Engine, on: On) -> None:
    _, tokens = with_files(cast)
    for token in tokens:
        put(token, timedelta(days=9))
    long, just = timedelta(hours=2), timedelta(minutes=50)
    stay = {put("n" * 43, just).name, put("n" * 43 + ".half", just).name, put("README", long).name}
    put("o" * 43, long)
    put("p" * 43 + ".half", long)

    assert anonymising.sweep(NIGHTLY) == 0

    assert folder() == {*tokens, *stay}
    assert rows(engine, m.DoomedFile) == []


def test_files_of_another_database_stay(cast: Cast, engine: Engine) -> None:
    there = {put(f"{number:043}", timedelta(days=9)).name for number in range(21)}

    anonymising.sweep(NIGHTLY)

    assert folder() == there


def test_the_start_of_the_server_finishes_it_too(engine: Engine) -> None:
    left = data_dir() / "attachments" / ("t" * 43)
    left.parent.mkdir()
    left.write_bytes(image())
    with Session(engine) as session, session.begin():
        session.add(m.DoomedFile(token=left.name))

    app._finish_destroying()

    assert (folder(), rows(engine, m.DoomedFile)) == (set(), [])


# Traces


@pytest.mark.skipif(POSTGRESQL, reason="the file is SQLite's")
@pytest.mark.parametrize("log", [False, True])
def test_the_database_file_and_its_log_hold_nothing_of_it_any_more(
    cast: Cast, engine: Engine, on: On, monkeypatch: pytest.MonkeyPatch, log: bool
) -> None:
    engine.dispose()
    monkeypatch.setattr("db.engine._WAL", log)  # on connecting; SQLite from 3.51.3 on
    case = closed(cast, description="De roze olifant stond in de gang.")
    file = Path(engine.url.database or "")
    beside = [file, file.with_name(f"{file.name}-wal")]

    def stored() -> bytes:
        return b"".join(each.read_bytes() for each in beside if each.exists())

    assert b"roze olifant" in stored()
    with on(ENDS):
        let_go(cast, case.reference)
        assert beside[1].exists() == log
        assert b"roze olifant" not in stored()
        assert b"karel@voorbeeld" not in stored()


def test_drafts_about_it_go_and_others_stay(cast: Cast, engine: Engine, on: On) -> None:
    case, other = closed(cast), closed(cast)
    with on(ENDS):
        for reference in (case.reference, other.reference):
            drafts.keep(cast.actor("hans"), f"complaint.{reference}", {"values": "Karel"})
        let_go(cast, case.reference)
        assert [each.page for each in rows(engine, m.Draft)] == [f"complaint.{other.reference}"]
    with on(ENDS + timedelta(days=31)):
        anonymising.sweep(NIGHTLY)
    assert rows(engine, m.Draft) == []


def test_a_draft_that_a_browser_keeps_afterwards_goes_with_the_sweep(cast: Cast, engine: Engine, on: On) -> None:
    case, other = closed(cast), closed(cast)
    with on(ENDS):
        let_go(cast, case.reference)
        for reference in (case.reference, other.reference):
            drafts.keep(cast.actor("hans"), f"complaint.{reference}", {"values": "Karel"})
        anonymising.sweep(NIGHTLY)
    assert [each.page for each in rows(engine, m.Draft)] == [f"complaint.{other.reference}"]


def test_who_opened_it_is_known_two_years_longer(cast: Cast, engine: Engine, on: On) -> None:
    case, other = closed(cast), closed(cast)
    for each in (case, other):
        each.read("dora")
    with on(ENDS):
        let_go(cast, case.reference)
    with on(ENDS + timedelta(days=729)):
        anonymising.sweep(NIGHTLY)
        assert case.row.id in {each.complaint_id for each in rows(engine, m.AccessLog)}
    with on(ENDS + timedelta(days=730)):
        anonymising.sweep(NIGHTLY)
    assert {each.complaint_id for each in rows(engine, m.AccessLog)} == {other.row.id}


def test_the_sweep_runs_on_a_register_in_which_nothing_went(engine: Engine) -> None:
    assert anonymising.sweep(NIGHTLY) == 0


# The closed compartments


def ended(cast: Cast, compartment: str, who: str) -> str:
    reference = handed(cast, compartment)
    attachments.add(cast.actor(who), reference, [("bewijs.png", image())])
    if compartment == Compartment.WHISTLEBLOWER:
        take(cast, reference, ClosedStep.ACKNOWLEDGE, who)
        take(cast, reference, ClosedStep.FEEDBACK, who)
    take(cast, reference, ClosedStep.CLOSE, who)
    return reference


@pytest.mark.parametrize(("compartment", "who"), CLOSED)
def test_the_only_keeper_lets_it_go_alone_a_week_later(cast: Cast, engine: Engine, on: On, compartment: str, who: str) -> None:
    reference, keeper = ended(cast, compartment, who), cast.actor(who)
    with on(ENDS):
        assert due(cast, "cora") == {}
        retention.propose(keeper, reference, What.DOSSIER)
        proposed = due(cast, who)[reference].proposed
        assert proposed is not None
        assert (proposed.why_not, proposed.alone_from) == ("alone_too_soon", ENDS + timedelta(days=7))
        with pytest.raises(Refused, match="alone_too_soon"):
            retention.confirm(keeper, reference, What.DOSSIER)
        with pytest.raises(Refused, match="not_found"):
            retention.confirm(cast.actor("dora"), reference, What.DOSSIER)
    with on(ENDS + timedelta(days=7)):
        retention.confirm(keeper, reference, What.DOSSIER)
        file = restricted.read(keeper, reference)
        assert (file.steps, file.dossier.content, file.dossier.reporter) == ((), None, None)
        assert [row.reference for row in restricted.listing(keeper, closed=True).rows] == [reference]
        with pytest.raises(Refused, match="anonymised"):
            take(cast, reference, ClosedStep.NOTE, who, on=TODAY)
        assert [line.reference for line in retention.register(keeper)] == [reference]
        assert retention.register(cast.actor("dora")) == ()
    assert [event.kind for event in rows(engine, m.Event)] == [EventKind.ANONYMISED]
    (event,) = rows(engine, m.Event)
    assert (event.seq, event.prev_hash, event.hash) == (1, GENESIS, event_hash(event))
    (complaint,) = rows(engine, m.Complaint)
    assert (complaint.reporter_id, complaint.description, complaint.category != "") == (None, "", True)
    assert rows(engine, m.Promise)
    assert folder() == set()


@pytest.mark.parametrize("relation", ["respondent", "conflict"])
def test_the_lock_on_what_is_left_says_not_why_nor_since_when(cast: Cast, engine: Engine, on: On, relation: str) -> None:
    reference = ended(cast, Compartment.UNWANTED_BEHAVIOUR, "vera")
    add_party(cast.actor("vera"), reference, relation, Named(account_id=cast["hilde"]))
    with on(ENDS):
        retention.propose(cast.actor("vera"), reference, What.DOSSIER)
    with on(ENDS + timedelta(days=7)):
        retention.confirm(cast.actor("vera"), reference, What.DOSSIER)
    (left,) = rows(engine, m.Party)
    assert (left.account_id, left.excluded, left.event_id, left.name) == (cast["hilde"], True, None, None)
    assert (left.relation, left.added_at) == (Relation.CONFLICT, datetime(1970, 1, 1, tzinfo=UTC))


def test_with_two_keepers_the_other_one_confirms(cast: Cast, engine: Engine, on: On) -> None:
    reference = ended(cast, Compartment.UNWANTED_BEHAVIOUR, "vera")
    with Session(engine) as session, session.begin():
        session.add(m.AccountRole(account_id=cast["suze"], role=Role.CONFIDANT))
    with on(ENDS):
        retention.propose(cast.actor("vera"), reference, What.DOSSIER)
    with on(ENDS + timedelta(days=20)):
        with pytest.raises(Refused, match="second_person"):
            retention.confirm(cast.actor("vera"), reference, What.DOSSIER)
        with Session(engine) as session, session.begin():
            session.execute(update(m.Account).where(m.Account.id == cast["suze"]).values(active=False))
        assert due(cast, "vera")[reference].proposed.why_not == "proposed_with_others"  # type: ignore[union-attr]
        assert refused(lambda: retention.confirm(cast.actor("vera"), reference, What.DOSSIER)) == "proposed_with_others"
        with Session(engine) as session, session.begin():
            session.execute(update(m.Account).where(m.Account.id == cast["suze"]).values(active=True))
        retention.confirm(cast.actor("suze"), reference, What.DOSSIER)
        assert retention.register(cast.actor("suze"))[0].confirmed_by != retention.register(cast.actor("suze"))[0].proposed_by


def test_who_is_alone_since_the_proposal_waits_a_week_from_a_new_one(cast: Cast, engine: Engine, on: On) -> None:
    reference, vera = ended(cast, Compartment.UNWANTED_BEHAVIOUR, "vera"), cast.actor("vera")
    with Session(engine) as session, session.begin():
        session.add(m.AccountRole(account_id=cast["suze"], role=Role.CONFIDANT))
    with on(ENDS):
        retention.propose(vera, reference, What.DOSSIER)
        with Session(engine) as session, session.begin():
            session.execute(update(m.Account).where(m.Account.id == cast["suze"]).values(active=False))
    with on(ENDS + timedelta(days=20)):
        retention.propose(vera, reference, What.DOSSIER)
        assert refused(lambda: retention.confirm(vera, reference, What.DOSSIER)) == "alone_too_soon"
    with on(ENDS + timedelta(days=27)):
        retention.confirm(vera, reference, What.DOSSIER)


def test_a_keeper_who_names_the_other_one_does_not_become_the_only_one(cast: Cast, engine: Engine, on: On) -> None:
    reference, vera = ended(cast, Compartment.UNWANTED_BEHAVIOUR, "vera"), cast.actor("vera")
    with Session(engine) as session, session.begin():
        session.add(m.AccountRole(account_id=cast["suze"], role=Role.CONFIDANT))
    add_party(vera, reference, "conflict", Named(account_id=cast["suze"]))
    with on(ENDS):
        retention.propose(vera, reference, What.DOSSIER)
    with on(ENDS + timedelta(days=30)):
        assert due(cast, "vera")[reference].proposed.why_not == "second_person"  # type: ignore[union-attr]
        assert refused(lambda: retention.confirm(vera, reference, What.DOSSIER)) == "second_person"
        with Session(engine) as session, session.begin():
            session.add(m.AccountRole(account_id=cast["hilde"], role=Role.CONFIDANT))
        retention.confirm(cast.actor("hilde"), reference, What.DOSSIER)


def test_terms_are_those_of_the_procedure_in_force(cast: Cast, engine: Engine, on: On) -> None:
    case = closed(cast)
    with Session(engine) as session, session.begin():
        version = session.scalars(select(m.ProfileVersion)).one()
        longer = version.source.replace("regular = 2", "regular = 3")
        session.add(
            m.ProfileVersion(profile="training", version=2, valid_from=TODAY, source=longer, created_at=version.created_at)
        )
    with on(ENDS):
        assert due(cast)[case.reference].what is What.CONTACT
    with on(date(2029, 11, 21)):
        assert (due(cast)[case.reference].what, due(cast)[case.reference].blocks) == (What.DOSSIER, ())


# The klachtenverslag (domain.md 5.9): childcare, and only until it was sent

childcare_only = pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])


def report(cast: Cast, year: int, columns: dict[str, Any] = TO_BOTH, kind: str = "childcare") -> None:
    with Session(door.engine()) as session, session.begin():
        make_year_report(session, cast, year, columns, kind)


@childcare_only
@pytest.mark.parametrize(
    ("year", "columns", "kind", "stops"),
    [
        (None, {}, "", True),
        (2026, {}, "childcare", True),  # begun, or opened again after somebody approved it
        (2026, APPROVED, "childcare", True),
        (2026, {**APPROVED, "to_regulator_on": TODAY}, "childcare", True),
        (2026, {**APPROVED, "to_readers_on": TODAY}, "childcare", True),
        (2025, TO_BOTH, "childcare", True),
        (2026, TO_BOTH, "internal", True),
        (2026, TO_BOTH, "childcare", False),
    ],
)
def test_a_childcare_dossier_stays_until_the_report_of_its_year_went_to_everybody(
    cast: Cast, on: On, year: int | None, columns: dict[str, Any], kind: str, stops: bool
) -> None:
    case = closed(cast, procedure="WKO")
    if year:
        report(cast, year, columns, kind)

    with on(ENDS):
        assert due(cast)[case.reference].blocks == ((Block.REPORT,) if stops else ())
        if stops:
            assert blocked(lambda: retention.propose(cast.actor("cora"), case.reference, What.DOSSIER)) == [Block.REPORT]
        else:
            let_go(cast, case.reference)
            assert case.row.status == Status.ANONYMISED


@childcare_only
def test_which_dossiers_a_report_counts(cast: Cast, on: On) -> None:
    before, long_ago = {"received_on": date(2025, 3, 1)}, {"received_on": date(2019, 3, 1), "closed_on": date(2019, 4, 1)}
    entered = datetime(2026, 11, 21, tzinfo=UTC)
    expected = {
        closed(cast, procedure="HOUSE_WEEK").reference: (),
        closed(cast, procedure="HOUSE_WEEK", overlay="WKO").reference: (Block.REPORT,),
        closed(cast, procedure="WKO", kind="question").reference: (),
        closed(cast, procedure="WKO", **before).reference: (Block.REPORT,),
        closed(cast, procedure="WKO", registered_at=entered, **long_ago, answered_on=date(2019, 3, 2)).reference: (),
        closed(cast, procedure="WKO", **long_ago, registered_at=datetime(2019, 3, 1, tzinfo=UTC)).reference: (Block.REPORT,),
    }

    with on(ENDS):
        assert {reference: row.blocks for reference, row in due(cast).items()} == expected


@childcare_only
def test_a_year_in_which_nothing_was_submitted_asks_for_no_report(cast: Cast, on: On) -> None:
    case = closed(cast, procedure="WKO", received_on=date(2025, 12, 30))  # and closed in 2026
    report(cast, 2025)

    with on(ENDS):
        assert due(cast)[case.reference].blocks == ()
        closed(cast, procedure="WKO")  # submitted in 2026
        assert due(cast)[case.reference].blocks == (Block.REPORT,)


@childcare_only
def test_what_stays_for_a_report_tells_nobody_of_a_complaint_about_them(cast: Cast, on: On) -> None:
    case = closed(cast, procedure="WKO", received_on=date(2025, 12, 30))
    report(cast, 2025)
    with Session(door.engine()) as session, session.begin():
        about = make_complaint(session, cast, procedure="WKO")
        make_party(session, about, cast["cora"])

    with on(ENDS):
        assert due(cast)[case.reference].blocks == ()
        assert due(cast, "dora")[case.reference].blocks == (Block.REPORT,)
        assert blocked(lambda: let_go(cast, case.reference)) == [Block.REPORT]


@childcare_only
def test_how_to_reach_who_complained_does_not_wait_for_a_report(cast: Cast, on: On) -> None:
    case = closed(cast, procedure="WKO")

    with on(date(2028, 1, 1)):
        assert (due(cast)[case.reference].what, due(cast)[case.reference].blocks) == (What.CONTACT, ())
        let_go(cast, case.reference, What.CONTACT)


def test_no_law_asks_a_training_bureau_for_its_report(cast: Cast, on: On) -> None:
    case = closed(cast, procedure="WKO")

    with on(ENDS):
        assert due(cast)[case.reference].blocks == ()
