"""The yearly report: what it counts, who makes it, what is in the way of approving it, and what nobody hears of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import Role
from domain.traces import What
from domain.vocabulary import Compartment, ExternalStage, Kind, Outcome, Status
from domain.year_report import Standing
from services import door, overview, year_report_writing, year_reports
from services.year_report_figures import Dispute, Nature, as_approved, stored
from services.year_report_writing import Recipient
from services.year_reports import YearReport
from tests.conftest import PROFILES, TODAY, Cast
from tests.fill import make_complainant, make_complaint, make_measure, make_party, make_promise

On = Callable[[date], AbstractContextManager[None]]
CHILDCARE = "kinderopvang-welzijn"
YEAR = 2025
NAMES = {"Cora Coördinator": "cora", "Dora Directeur": "dora"}
OTHER = {"cora": "dora", "dora": "cora"}


def childcare(session: Session, cast: Cast, **columns: Any) -> m.Complaint:
    given = {"procedure": "WKO", "overlay": "HOUSE_WEEK", "received_on": date(YEAR, 5, 5), "category": "Bejegening"}
    return make_complaint(session, cast, **given | columns)


def add(cast: Cast, **columns: Any) -> m.Complaint:
    with Session(door.engine()) as session, session.begin():
        row = childcare(session, cast, **columns)
        session.expunge_all()
        return row


def refer(session: Session, complaint: m.Complaint, stage: str, on: date, result: str | None = None) -> None:
    given = {"initiated_by": "complainant", "submitted_on": on, "result": result}
    body = "committee-childcare"
    session.add(m.Referral(complaint_id=complaint.id, form_id=str(uuid4()), body=body, stage=stage, **given))


def maker(cast: Cast, year: int = YEAR) -> str:
    """Whom the lot has fallen on."""
    line = next(each for each in year_reports.listing(cast.actor("cora")).lines if each.year == year)
    return NAMES[line.makers[0]]


def read(cast: Cast, who: str = "", year: int = YEAR) -> YearReport:
    return year_reports.read(cast.actor(who or maker(cast, year)), year)


def write(cast: Cast, chapter: str, text: str, who: str = "", year: int = YEAR) -> None:
    who = who or maker(cast, year)
    seen = next((each.version for each in read(cast, who, year).texts if each.key == chapter), 0)
    year_report_writing.write(cast.actor(who), year, chapter, seen, text)


def together(cast: Cast, year: int = YEAR) -> str:
    """Both work on it; who makes it."""
    first = maker(cast, year)
    version = read(cast, first, year).version
    year_report_writing.let_in(cast.actor(first), year, version, [cast[OTHER[first]]])
    return first


def finished(cast: Cast, year: int = YEAR) -> None:
    """Everything that has to be written was."""
    for key in read(cast, year=year).missing:
        write(cast, key, "Wij luisteren beter.", year=year)


def approve(cast: Cast, who: str = "dora", year: int = YEAR) -> None:
    year_report_writing.approve(cast.actor(who), year, read(cast, who, year).version)


def sent(cast: Cast, to: str, on: date = TODAY, who: str = "dora") -> None:
    year_report_writing.sent(cast.actor(who), YEAR, read(cast, who).version, to, on)


def refused(act: Callable[[], object]) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code, caught.value.field


@pytest.fixture
def profile() -> str:
    return CHILDCARE


@pytest.fixture
def filled(engine: Engine, cast: Cast) -> Cast:
    fill_a_year(engine, cast)
    return cast


def fill_a_year(engine: Engine, cast: Cast) -> None:
    """A year by hand."""
    with Session(engine) as session, session.begin():
        trip = childcare(
            session, cast, received_on=date(YEAR, 2, 3), answered_on=date(YEAR, 2, 20), closed_on=date(YEAR, 3, 1),
            outcome=Outcome.UPHELD, category="Vervoer en ophalen", formal_written=True, status=Status.CLOSED,
        )  # fmt: skip
        late = childcare(
            session, cast, received_on=date(YEAR, 6, 1), answered_on=date(YEAR + 1, 1, 10), outcome=Outcome.NOT_UPHELD
        )
        childcare(session, cast, received_on=date(YEAR - 1, 12, 20), answered_on=date(YEAR, 1, 15), outcome=Outcome.PARTLY)
        childcare(session, cast, status=Status.WITHDRAWN, unit_id=None)
        make_complaint(session, cast, received_on=date(YEAR, 4, 4), unit_id=cast.units["wijk"])  # welfare
        childcare(session, cast, kind=Kind.QUESTION)
        for compartment in (Compartment.UNWANTED_BEHAVIOUR, Compartment.WHISTLEBLOWER):
            childcare(session, cast, compartment=compartment)
        six_weeks = {"code": "RESPONSE", "statutory": True}
        make_promise(session, trip, **six_weeks, target_on=date(YEAR, 3, 17), met_on=date(YEAR, 2, 20))
        make_promise(session, late, **six_weeks, target_on=date(YEAR, 7, 13), met_on=date(YEAR + 1, 1, 10))
        for superseded in (False, True):
            decision = m.Decision(
                complaint_id=trip.id, outcome=Outcome.UPHELD, reasons="Ja.", decided_by=cast["dora"],
                decided_on=date(YEAR, 2, 20), superseded=superseded,
            )  # fmt: skip
            session.add(decision)
            session.flush()
            make_measure(session, trip, cast["hans"], decision_id=decision.id)
        make_measure(session, trip, cast["hans"])  # of no decision
        refer(session, trip, ExternalStage.COMMITTEE_PENDING, date(YEAR, 4, 1))
        refer(session, trip, ExternalStage.HEARING, date(YEAR, 8, 1))
        refer(session, trip, ExternalStage.RULED, date(YEAR, 9, 1), "not_upheld")
        refer(session, late, ExternalStage.COMMITTEE_PENDING, date(YEAR, 12, 1))
        refer(session, late, ExternalStage.RULED, date(YEAR + 1, 2, 1), "upheld")
        make_complainant(session, trip, "Fatima de Vries")
        make_complainant(session, late, "Joris Haverkamp")


# The figures, by hand


def test_the_figures_of_a_year(filled: Cast) -> None:
    figures = read(filled).figures

    assert (figures.submitted, figures.written, figures.withdrawn, figures.not_handled) == (3, 1, 1, 0)
    assert figures.handled == 2, "also what came in the year before; not what was answered in the next"
    assert (figures.due, figures.in_time) == (2, 1)
    assert [(each.unit, each.submitted, each.handled, each.measures) for each in figures.places] == [
        ("Locatie Noord", 2, 2, 1),
        ("Locatie Zuid", 0, 0, 0),
        (None, 1, 0, 0),
    ]
    assert figures.places[0].outcomes == {"upheld": 1, "partly": 1}
    assert figures.places[0].nature == (Nature("Bejegening", 1, 1), Nature("Vervoer en ophalen", 1, 1))
    assert figures.nature == (Nature("Bejegening", 2, 1), Nature("Vervoer en ophalen", 1, 1))
    assert figures.disputes == (
        Dispute("Bejegening", None, 1), Dispute("Vervoer en ophalen", None, 1), Dispute("Vervoer en ophalen", "not_upheld", 1),
    )  # fmt: skip
    assert (figures.brought, figures.ruled) == (2, 1)


def test_what_came_in_is_what_the_overview_counts(filled: Cast) -> None:
    figures = read(filled).figures
    shown = overview.year(filled.actor("cora"), YEAR, overview.Cut(procedure="WKO"))

    assert figures.submitted == shown.now.received == sum(each.submitted for each in figures.places)
    assert {each.category: each.submitted for each in figures.nature} == {
        each.key: each.now for each in shown.categories if each.now
    }
    assert figures.handled == sum(figures.outcomes.values())
    assert (figures.due, figures.in_time) == (shown.now.statutory.due, shown.now.statutory.kept)


def test_what_was_approved_comes_back_as_it_was(filled: Cast) -> None:
    figures = replace(read(filled).figures, indicators=(("received", 3, None), ("upheld_share", 0.5, 1.0)))
    assert as_approved(stored(figures)) == figures


@pytest.mark.parametrize("profile", PROFILES)
def test_an_empty_register_has_a_report(cast: Cast, profile: str) -> None:
    known = year_reports.listing(cast.actor("cora"))
    shown = read(cast)

    assert [each.year for each in known.lines] == [YEAR]
    assert (shown.figures.submitted, shown.figures.handled, shown.findings) == (0, 0, ())
    assert {each.unit for each in shown.figures.places} == {"Locatie Noord", "Locatie Zuid"} | (
        {"Wijkhuis Oost"} if profile == "training" else set()
    )
    assert shown.line.needed is (profile == "training")


@pytest.mark.parametrize("profile", ["training"])
def test_an_internal_report_counts_all_and_has_every_indicator(engine: Engine, cast: Cast, profile: str) -> None:
    with Session(engine) as session, session.begin():
        for day in (date(YEAR, 1, 1), date(YEAR, 12, 31)):
            row = make_complaint(session, cast, received_on=day, answered_on=day, outcome=Outcome.UPHELD)
            make_promise(session, row, met_on=day)
        make_complaint(session, cast, received_on=date(YEAR - 1, 12, 31))
    shown = read(cast)

    assert (shown.kind, shown.figures.submitted, shown.figures.handled) == ("internal", 2, 2)
    assert (shown.figures.due, shown.figures.in_time) == (2, 2)
    assert dict((key, (now, before)) for key, now, before in shown.figures.indicators)["received"] == (2, 1)
    assert shown.missing == ("learned",)
    write(cast, "learned", "Eerder bellen.")
    together(cast)
    approve(cast)
    assert refused(lambda: sent(cast, Recipient.REGULATOR)) == ("unknown_value", "to")
    sent(cast, Recipient.READERS)
    assert year_reports.due(cast.actor("cora")) is None


# Who makes it


def test_one_person_makes_it_and_lets_others_in(filled: Cast) -> None:
    first = maker(filled)
    other = OTHER[first]

    assert refused(lambda: read(filled, other)) == ("report_not_yours", None)
    assert refused(lambda: year_report_writing.write(filled.actor(other), YEAR, "scheme", 0, "x")) == ("report_not_yours", None)
    lines = {who: year_reports.listing(filled.actor(who)).lines[0] for who in (first, other)}
    assert (lines[first].mine, lines[other].mine) == (True, False)
    assert lines[other].makers == lines[first].makers
    together(filled)
    assert read(filled, other).team.has(filled[other])
    assert lines[first].makers[0] == year_reports.listing(filled.actor(other)).lines[0].makers[0]


def test_lots_are_drawn_for_each_year(cast: Cast) -> None:
    """Otherwise not making it this time would say something."""
    add(cast, received_on=date(2000, 1, 1))
    with Session(door.engine()) as session, session.begin():
        for name in ("hans", "hilde", "mia", "tom", "rosa"):
            session.add(m.AccountRole(account_id=cast[name], role=Role.COORDINATOR))
    makers = {each.makers for each in year_reports.listing(cast.actor("cora")).lines}

    assert len(makers) > 1
    assert makers == {each.makers for each in year_reports.listing(cast.actor("dora")).lines}, "the same for everybody"


@pytest.mark.parametrize("who", ["cora", "dora"])
def test_who_is_shut_out_of_one_dossier_of_the_year_does_not_make_it(engine: Engine, cast: Cast, who: str) -> None:
    with Session(engine) as session, session.begin():
        about = childcare(session, cast)
        childcare(session, cast)
        make_party(session, about, cast[who])
    line = year_reports.listing(cast.actor(who)).lines[0]
    shown = read(cast, OTHER[who])

    assert maker(cast) == OTHER[who]
    assert (line.mine, line.submitted, len(line.makers)) == (False, 1, 1)
    assert shown.figures.submitted == 2
    assert shown.team.able == (), "nor is that person offered"
    assert refused(lambda: year_report_writing.let_in(cast.actor(OTHER[who]), YEAR, 0, [cast[who]])) == (
        "unknown_person",
        "people",
    )
    ours = refused(lambda: read(cast, who))
    assert ours == ("report_not_yours", None)


def test_who_is_shut_out_reads_what_anybody_reads_who_does_not_make_it(engine: Engine, cast: Cast) -> None:
    """Word for word, but for the number of complaints, which follows its reader everywhere."""
    add(cast)
    before = {who: year_reports.listing(cast.actor(who)).lines[0] for who in ("cora", "dora")}
    first = maker(cast)
    outside = before[OTHER[first]]
    with Session(engine) as session, session.begin():
        make_party(session, childcare(session, cast), cast[OTHER[first]])

    assert year_reports.listing(cast.actor(OTHER[first])).lines[0] == outside


def test_how_far_it_is_stays_with_who_makes_it_until_it_is_out(filled: Cast) -> None:
    finished(filled)
    first = maker(filled)
    with Session(door.engine()) as session, session.begin():
        make_party(session, childcare(session, filled), filled["cora"])
    finished(filled)
    approve(filled)
    assert maker(filled) == "dora", first

    def hers() -> tuple[date | None, ...]:
        line = year_reports.listing(filled.actor("cora")).lines[0]
        return line.approved_on, line.to_regulator_on, line.to_readers_on

    assert hers() == (None, None, None)
    sent(filled, Recipient.REGULATOR)
    assert hers() == (None, None, None)
    sent(filled, Recipient.READERS)
    assert hers() == (TODAY, TODAY, TODAY)


def test_a_dossier_shuts_out_of_every_year_in_which_it_counts(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        about = childcare(session, cast, received_on=date(YEAR - 2, 12, 1), answered_on=date(YEAR - 1, 1, 5))
        refer(session, about, ExternalStage.RULED, date(YEAR, 1, 1), "upheld")
        childcare(session, cast, received_on=date(YEAR - 3, 1, 1))
        make_party(session, about, cast["cora"])
    lines = {each.year: each.makers for each in year_reports.listing(cast.actor("dora")).lines}

    assert all(lines[year] == ("Dora Directeur",) for year in (YEAR - 2, YEAR - 1, YEAR))
    assert set(lines) == {YEAR - 3, YEAR - 2, YEAR - 1, YEAR}


def test_nobody_is_left(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        about = childcare(session, cast)
        for who in ("cora", "dora"):
            make_party(session, about, cast[who])

    assert year_reports.listing(cast.actor("cora")).lines[0].makers == ()
    assert refused(lambda: read(cast, "cora")) == ("report_not_yours", None)


@pytest.mark.parametrize("who", ["piet", "mia", "hans", "tom", "vera", "wim", "adam"])
def test_it_is_for_the_coordinator_and_the_director(cast: Cast, who: str) -> None:
    for service in (year_reports.listing, year_reports.due):
        assert refused(lambda service=service: service(cast.actor(who))) == ("not_allowed", None)  # type: ignore[misc]


@pytest.mark.parametrize("year", [YEAR + 1, 1999, -1, 0, 10**12, "2025", None, True])
def test_a_year_that_is_none_is_refused(cast: Cast, year: Any) -> None:
    assert refused(lambda: year_reports.read(cast.actor("cora"), year)) == ("report_unknown", None)
    assert refused(lambda: year_report_writing.approve(cast.actor("cora"), year, 0)) == ("report_unknown", None)


# Writing, two at once


def test_two_write_in_two_chapters(filled: Cast) -> None:
    together(filled)
    texts = {each.key: each.version for each in read(filled, "cora").texts}
    year_report_writing.write(filled.actor("cora"), YEAR, "scheme", texts["scheme"], "Een regeling.")
    year_report_writing.write(filled.actor("dora"), YEAR, "advice", texts["advice"], "Geen advies.")

    shown = read(filled, "dora")
    assert (shown.text("scheme"), shown.text("advice")) == ("Een regeling.", "Geen advies.")
    assert next(each.by for each in shown.texts if each.key == "scheme") == "Cora Coördinator"


def test_two_write_in_one_chapter_and_the_second_looks_again(filled: Cast) -> None:
    together(filled)
    year_report_writing.write(filled.actor("cora"), YEAR, "scheme", 0, "Eerst.")

    assert (
        refused(lambda: year_report_writing.write(filled.actor("dora"), YEAR, "scheme", 0, "Anders."))[0] == "changed_meanwhile"
    )
    year_report_writing.write(filled.actor("dora"), YEAR, "scheme", 0, "Eerst.")  # the same words are no conflict
    year_report_writing.write(filled.actor("dora"), YEAR, "scheme", 1, "Anders.")
    assert read(filled, "cora").text("scheme") == "Anders."


def test_who_approves_saw_the_last_word(filled: Cast) -> None:
    together(filled)
    finished(filled)
    seen = read(filled, "dora").version
    write(filled, "summary", "Nog iets.", "cora")

    assert refused(lambda: year_report_writing.approve(filled.actor("dora"), YEAR, seen)) == ("changed_meanwhile", None)


@pytest.mark.parametrize("chapter", ["", "learned", "judgments", "judgments.999", "units", None])
def test_a_chapter_that_is_none_is_refused(filled: Cast, chapter: Any) -> None:
    assert refused(lambda: write(filled, chapter, "x")) == ("unknown_value", "chapter")


def test_a_double_click_is_one(filled: Cast) -> None:
    finished(filled)
    if maker(filled) == "cora":
        together(filled)
    seen = read(filled, "dora").version
    year_report_writing.approve(filled.actor("dora"), YEAR, seen)
    assert refused(lambda: year_report_writing.approve(filled.actor("dora"), YEAR, seen))[0] == "changed_meanwhile"
    assert [each.step for each in read(filled, "dora").steps] == ["approved"]


def test_it_begins_with_what_the_last_one_said(filled: Cast, on: On) -> None:
    proposed = {each.key: each.proposed for each in read(filled).texts}
    assert "zes weken" in proposed["scheme"]
    finished(filled)
    write(filled, "scheme", "Onze regeling staat in de map.")
    together(filled)
    approve(filled)
    with on(date(YEAR + 2, 4, 2)):
        again = {each.key: each.proposed for each in read(filled, year=YEAR + 1).texts}
        assert "zes weken" in again["scheme"], "the last one did not go out"
    for to in Recipient:
        sent(filled, to)
    with on(date(YEAR + 2, 4, 2)):
        again = {each.key: each.proposed for each in read(filled, year=YEAR + 1).texts}
    assert again["scheme"] == "Onze regeling staat in de map."
    assert again["advice"] == ""


# Approving


def test_it_is_not_approved_while_something_is_missing(filled: Cast) -> None:
    together(filled)
    noord = f"judgments.{filled.units['noord']}"
    assert set(read(filled).missing) == {"scheme", "attention", "advice", "disputes", noord}
    assert refused(lambda: approve(filled)) == ("report_unfinished", None)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Mevrouw de Vries was boos.", What.NAME),
        ("Haverkamps zoon viel.", What.NAME),
        ("Volgens hans lag het anders.", What.NAME),
        ("Bel 06 12 34 56 78.", What.PHONE),
        ("Mail ouder@mail.invalid.", What.MAIL),
        ("Aan de Kerkweg 12.", What.STREET),
        ("Postcode 1234 AB.", What.POSTCODE),
        ("Dossier K25-7F3Q9.", What.REFERENCE),
        ("BSN 111222333.", What.NUMBER),
    ],
)
def test_it_is_not_approved_with_a_trace_to_a_person(filled: Cast, text: str, what: What) -> None:
    together(filled)
    finished(filled)
    write(filled, "handled", text)

    (found,) = read(filled).findings
    assert (found.key, found.trace.what) == ("handled", what)
    assert refused(lambda: approve(filled)) == ("report_traces", None)
    write(filled, "handled", "Een ouder was boos.")
    approve(filled)


def test_what_is_the_organisations_own_is_no_trace(filled: Cast) -> None:
    together(filled)
    finished(filled)
    write(filled, "scheme", "Bureau Voorbeeld, Dorpsstraat 1, 1234 AB Voorbeeldstad: 010 000 00 00. Locatie Noord doet mee.")
    assert read(filled).findings == ()


def test_a_location_that_is_a_home_address_is_found(filled: Cast) -> None:
    with Session(door.engine()) as session, session.begin():
        named = update(m.OrgUnit).where(m.OrgUnit.id == filled.units["zuid"])
        session.execute(named.values(name="Gastouder Haverkamp, Kerkweg 12"))
    assert {(each.key, each.trace.what) for each in read(filled).findings} == {("units", What.NAME), ("units", What.STREET)}


def test_a_word_that_is_no_person_is_cleared_with_a_reason(filled: Cast) -> None:
    who = together(filled)
    finished(filled)
    write(filled, "handled", "De vries was kapot. Bel 06 12 34 56 78.")

    def clear(words: str, why: str = "De diepvries") -> None:
        year_report_writing.clear(filled.actor(who), YEAR, read(filled, who).version, words, why)

    assert refused(lambda: clear("vries", " ")) == ("missing", "why")
    assert refused(lambda: clear("06 12 34 56 78")) == ("unknown_value", "words"), "a number is a number"
    clear("vries")
    shown = read(filled)
    assert [each.trace.what for each in shown.findings] == [What.PHONE]
    assert [(each.words, each.why) for each in shown.cleared] == [("vries", "De diepvries")]


def test_the_director_approves(filled: Cast) -> None:
    together(filled)
    finished(filled)
    assert refused(lambda: approve(filled, "cora")) == ("report_director_approves", None)
    approve(filled, "dora")
    shown = read(filled)
    assert (shown.approved_by, shown.line.approved_on, shown.is_approved) == ("Dora Directeur", TODAY, True)


def test_without_a_director_who_sees_everything_the_coordinator_approves(filled: Cast) -> None:
    with Session(door.engine()) as session, session.begin():
        make_party(session, childcare(session, filled), filled["dora"])
    finished(filled)
    approve(filled, "cora")
    assert read(filled).approved_by == "Cora Coördinator"


def test_nothing_submitted_needs_no_report(cast: Cast) -> None:
    add(cast, received_on=date(YEAR - 1, 1, 1), answered_on=date(YEAR, 1, 1), outcome=Outcome.UPHELD)
    together(cast)
    finished(cast)
    shown = read(cast)

    assert (shown.line.needed, shown.figures.handled) == (False, 1)
    assert refused(lambda: approve(cast)) == ("report_not_needed", None)


def test_approved_it_keeps_its_figures_and_says_when_the_register_moved(filled: Cast) -> None:
    together(filled)
    finished(filled)
    approve(filled)
    assert not read(filled).moved
    add(filled)

    shown = read(filled)
    assert (shown.moved, shown.figures.submitted, shown.line.submitted) == (True, 3, 4)
    for act in (
        lambda: write(filled, "summary", "x"),
        lambda: year_report_writing.let_in(filled.actor("dora"), YEAR, read(filled).version, []),
        lambda: approve(filled),
    ):
        assert refused(act) == ("report_approved", None)


def test_it_opens_again_with_a_reason_as_long_as_it_went_to_nobody(filled: Cast) -> None:
    together(filled)
    finished(filled)

    def reopen(reason: str = "Een fout") -> None:
        year_report_writing.reopen(filled.actor("dora"), YEAR, read(filled, "dora").version, reason)

    assert refused(reopen) == ("report_not_approved", None)
    approve(filled)
    assert refused(lambda: reopen("")) == ("missing", "reason")
    reopen()
    shown = read(filled)
    assert (shown.is_approved, [each.step for each in shown.steps]) == (False, ["approved", "reopened"])
    assert shown.steps[1].reason == "Een fout"
    approve(filled)
    sent(filled, Recipient.REGULATOR)
    assert refused(reopen) == ("report_sent", None)


# Sending, and the reminder


def test_when_it_went_out_is_recorded_once(filled: Cast) -> None:
    together(filled)
    finished(filled)
    assert refused(lambda: sent(filled, Recipient.READERS)) == ("report_not_approved", None)
    approve(filled)
    assert refused(lambda: sent(filled, "friends")) == ("unknown_value", "to")
    assert refused(lambda: sent(filled, Recipient.READERS, date(2026, 11, 20))) == ("before_approval", "on")
    assert refused(lambda: sent(filled, Recipient.READERS, date(2026, 11, 22))) == ("in_the_future", "on")
    sent(filled, Recipient.REGULATOR)
    assert refused(lambda: sent(filled, Recipient.REGULATOR)) == ("report_sent", None)
    assert read(filled).line.standing is Standing.LATE, "the parents did not get it"
    sent(filled, Recipient.READERS)
    assert [each.step for each in read(filled).steps] == ["approved", "to_regulator", "to_readers"]
    assert read(filled).line.standing is Standing.NONE


@pytest.mark.parametrize(
    ("today", "expected"),
    [(date(2026, 3, 31), None), (date(2026, 4, 1), Standing.SOON), (date(2026, 6, 1), Standing.LATE)],
)
def test_the_reminder_comes_in_april(cast: Cast, on: On, today: date, expected: Standing | None) -> None:
    add(cast)
    with on(today):
        found = [year_reports.due(cast.actor(who)) for who in ("cora", "dora")]
    assert [each.standing if each else None for each in found] == [expected, expected]


def test_who_sees_no_complaint_of_the_year_is_not_reminded(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        make_party(session, childcare(session, cast), cast["cora"])
    assert year_reports.due(cast.actor("cora")) is None
    line = year_reports.listing(cast.actor("cora")).lines[0]
    assert (line.needed, line.submitted, line.standing) == (False, 0, Standing.NONE)
    assert year_reports.due(cast.actor("dora")) is not None


@pytest.mark.parametrize("profile", ["training"])
def test_no_law_asks_a_training_bureau(cast: Cast) -> None:
    add(cast, procedure="HOUSE_WEEK", overlay=None)
    assert year_reports.due(cast.actor("cora")) is None


def test_the_database_keeps_what_was_sent(engine: Engine, filled: Cast) -> None:
    together(filled)
    finished(filled)
    approve(filled)
    for to in Recipient:
        sent(filled, to)
    with Session(engine) as session:
        row = session.scalars(select(m.YearReport)).one()
        row.to_readers_on = date(2026, 11, 1)
        with pytest.raises(Exception, match="append only"):
            session.commit()
